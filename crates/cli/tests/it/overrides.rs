//! Break-glass: for holders, with reason and expiry, loud, closed by somebody else.

use super::{ASSISTED, org};
use obstat_testkit::{Finished, Org};

fn over(org: &Org, who: &str, expires: &str) -> Finished {
    let key = org.scratch.at(&format!("keys/{who}"));
    let line = [
        "override",
        "--reason",
        "the shop is down",
        "--expires",
        expires,
        "--key",
        &key.to_string_lossy(),
        "main",
    ];
    org.obstat_typing(who, "work", &line, &org.typed("main"))
}

#[test]
fn a_holder_lets_exactly_one_content_pass_and_it_stays_listed() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    assert_eq!(over(&org, "mira", "13h").code, 2, "longer than the policy allows");
    over(&org, "mira", "2h").ok();
    org.push_statements("mira").ok();
    org.push("jonas", &["main"]).ok();
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
    let audit = org.obstat("mira", "work", &["audit"]);
    assert!(audit.out.contains("override by mira"), "{}", audit.all());
    assert!(audit.out.contains("the shop is down"), "{}", audit.all());
}

#[test]
fn nobody_else_can_override() {
    let policy = obstat_testkit::POLICY.replace("holders: [mira]", "holders: [mira, priya]");
    let org = Org::gated(super::program(), &policy);
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    assert_eq!(over(&org, "jonas", "2h").code, 2, "not a holder");
    // A holder signs, and is none any more when it is pushed.
    over(&org, "priya", "2h").ok();
    org.scratch.git("work", &["checkout", "-q", "-b", "fewer", "main~1"]);
    org.scratch.write("work/.obstat/policy.yaml", obstat_testkit::POLICY);
    org.commit("tove", "fewer holders");
    for owner in ["mira", "priya"] {
        org.sign(owner, "origin/main..fewer", &[]).ok();
    }
    org.push_statements("mira").ok();
    org.push("tove", &["fewer:main"]).ok();
    org.scratch.git_as("jonas", "work", &["checkout", "-q", "main"]).ok();
    org.scratch.git_as("jonas", "work", &["rebase", "-q", "fewer"]).ok();
    let refused = org.push("jonas", &["main"]);
    assert_ne!(refused.code, 0, "an override of somebody who holds none any more passed");
}

#[test]
fn an_override_needs_a_reason() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    let line = ["override", "--reason", " ", "--expires", "1h", "main"];
    assert_eq!(org.obstat("mira", "work", &line).code, 2);
    assert_eq!(org.obstat("mira", "work", &["override", "main"]).code, 2);
}

/// Whoever signs for content says nothing of the history that it comes with.
#[test]
fn an_override_rewrites_no_history() {
    let org = org();
    org.scratch.write("work/pay/charge.rs", "fn charge() { hotfix() }\n");
    org.commit("jonas", "hotfix");
    let key = org.scratch.at("keys/mira").to_string_lossy().into_owned();
    let line = ["override", "--key", &key, "--reason", "outage", "--expires", "2h", "main"];
    org.obstat_typing("mira", "work", &line, &org.typed("main")).ok();
    org.push_statements("mira").ok();
    let tree = org.scratch.git("work", &["rev-parse", "main^{tree}"]);
    let line = ["commit-tree", "-m", "the same, without a past", &tree];
    let alone = org.scratch.git_as("jonas", "work", &line).ok();
    let refused = org.push("jonas", &[&format!("+{}:refs/heads/main", alone.trim())]);
    assert_ne!(refused.code, 0, "history was rewritten by override");
    assert!(refused.said().contains("drop commits"), "{}", refused.err);
    org.push("jonas", &["main"]).ok();
}
