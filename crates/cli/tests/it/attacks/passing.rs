//! What comes and goes within one push: it changes nothing, and lies below the target from then on.

use super::{EVIL, fetch, landed, on, signed, verify};
use crate::{ASSISTED, org, program};
use obstat_testkit::{Org, POLICY};

/// Work of somebody on a branch that the server has.
fn branch(org: &Org, who: &str, path: &str, message: &str) {
    on(org, "y", "main");
    org.scratch.write(&format!("work/{path}"), EVIL);
    org.commit(who, message);
    org.push(who, &["y"]).ok();
    org.scratch.git("work", &["checkout", "-q", "main"]);
}

fn merges_nothing(org: &Org, who: &str) {
    let line = ["merge", "-q", "-s", "ours", "--no-ff", "-m", "merge", "y"];
    org.scratch.git_as(who, "work", &line).ok();
}

/// Whoever made it would be forgotten, and could sign when somebody else brings the same.
#[test]
fn an_empty_merge_launders_nobody() {
    let org = org();
    branch(&org, "yusuf", "pay/charge.rs", ASSISTED);
    for who in ["tove", "yusuf"] {
        merges_nothing(&org, who);
        let refused = org.push(who, &["main"]);
        assert_ne!(refused.code, 0, "{who} brought it below main");
        let undone = "undone pay/charge.rs, changed and changed back by its commits";
        assert!(refused.said().contains(undone), "{}", refused.said());
        org.scratch.git("work", &["reset", "-q", "--hard", "HEAD~1"]);
    }
    // As a commit and its revert, too.
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("yusuf", ASSISTED);
    org.scratch.git_as("yusuf", "work", &["revert", "--no-edit", "HEAD"]).ok();
    let refused = org.push("yusuf", &["main"]);
    assert_ne!(refused.code, 0, "a commit and its revert");
    // Who signs for it signs for what passes.
    let brief = org.sign("priya", "origin/main..main", &[]).ok();
    assert!(brief.contains("undone    pay/charge.rs"), "{brief}");
    org.push_statements("priya").ok();
    let first = landed(&org, "main");
    // Other commits that come and go are others.
    org.scratch.git("work", &["checkout", "-q", "-b", "other", "origin/main"]);
    org.scratch.write("work/pay/charge.rs", "fn charge() { worse() }\n");
    org.commit("yusuf", ASSISTED);
    org.scratch.git_as("yusuf", "work", &["revert", "--no-edit", "HEAD"]).ok();
    assert_ne!(org.push("yusuf", &["other:main"]).code, 0, "one signature for any detour");
    assert_eq!(landed(&org, "main"), first);
    org.push("yusuf", &["main"]).ok();
    fetch(&org);
    verify(&org, "work", "production", &landed(&org, "main")).ok();
}

/// Evidence of an AI would lie in main's own history, and nobody would look there.
#[test]
fn an_empty_merge_launders_no_traces() {
    let org = org();
    branch(&org, "tove", "src/a.rs", ASSISTED);
    merges_nothing(&org, "tove");
    let refused = org.push("tove", &["main"]);
    assert_ne!(refused.code, 0, "an exemption covered it");
    assert!(refused.said().contains("undone src/a.rs"), "{}", refused.said());
    // Nor behind a file that is exempt.
    org.scratch.write("work/docs/a.md", "text\n");
    org.commit("tove", "docs");
    assert_ne!(org.push("tove", &["main"]).code, 0, "an exemption covered it");
    signed(&org, "priya", "origin/main..main");
    org.push("tove", &["main"]).ok();
}

/// What came and went has the lines that it had: else rules that count lines never ask for it.
#[test]
fn what_comes_and_goes_has_lines() {
    let large = "rules:\n  - { name: large, when: { assistance: possible, lines_at_least: 10 }, require: [{ approvals: 1, level: senior }] }\n";
    let policy = POLICY.split("rules:").next().unwrap_or_default().to_owned() + large;
    let org = Org::gated(program(), &policy);
    for (n, passes) in [(30, false), (3, true)] {
        on(&org, &format!("y{n}"), "main");
        org.scratch.write(&format!("work/src/{n}.rs"), "x\n".repeat(n));
        org.commit("tove", ASSISTED);
        let line = ["revert", "--no-edit", "HEAD"];
        org.scratch.git_as("tove", "work", &line).ok();
        let pushed = org.push("tove", &["HEAD:main"]);
        assert_eq!(pushed.code == 0, passes, "{n}: {}", pushed.err);
        org.scratch.git("work", &["checkout", "-q", "main"]);
    }
}

/// The benign twins: what passes where nobody minds, commits without content, merges of what has landed.
#[test]
fn what_passes_where_nobody_minds_passes() {
    let org = org();
    branch(&org, "tove", "docs/a.md", "docs");
    merges_nothing(&org, "tove");
    org.push("tove", &["main"]).ok();
    org.scratch
        .git_as("yusuf", "work", &["commit", "-q", "--allow-empty", "-m", "run it again"])
        .ok();
    org.push("yusuf", &["main"]).ok();
    fetch(&org);
    on(&org, "f", "main~1");
    org.scratch.write("work/src/b.rs", "fn b() {}\n");
    org.commit("jonas", "first");
    org.scratch.write("work/src/b.rs", "fn b() { c() }\n");
    org.commit("jonas", ASSISTED);
    org.scratch.git_as("jonas", "work", &["merge", "-q", "--no-ff", "-m", "catch up", "main"]).ok();
    signed(&org, "priya", "main..f");
    org.scratch.git("work", &["checkout", "-q", "main"]);
    org.scratch.git_as("jonas", "work", &["merge", "-q", "--no-ff", "-m", "merge f", "f"]).ok();
    org.push("jonas", &["main"]).ok();
}

/// The twin: what main has already by a cherry-pick neither comes nor goes with the branch that it was picked from.
#[test]
fn what_was_picked_already_does_not_pass() {
    let org = org();
    on(&org, "f", "main");
    org.scratch.write("work/pay/charge.rs", "fn charge() { fixed() }\n");
    let fix = org.commit("jonas", ASSISTED);
    org.scratch.write("work/src/b.rs", "fn b() {}\n");
    org.commit("jonas", ASSISTED);
    org.scratch.git("work", &["checkout", "-q", "main"]);
    // On something else, or within one second the pick would be the very commit.
    org.scratch.write("work/docs/a.md", "text\n");
    org.commit("jonas", "docs");
    org.scratch.git_as("jonas", "work", &["cherry-pick", &fix]).ok();
    signed(&org, "priya", "origin/main..main");
    org.push("jonas", &["main"]).ok();
    fetch(&org);
    org.scratch.git_as("jonas", "work", &["merge", "-q", "--no-ff", "-m", "merge f", "f"]).ok();
    let told = org.obstat("mira", "work", &["check", "origin/main..main"]);
    assert!(!told.all().contains("undone"), "{}", told.all());
    // Nor where main has gone on in that file.
    org.scratch.git("work", &["reset", "-q", "--hard", "origin/main"]);
    org.scratch.write("work/pay/charge.rs", "fn charge() { fixed(); more() }\n");
    org.commit("jonas", ASSISTED);
    signed(&org, "priya", "origin/main..main");
    org.push("jonas", &["main"]).ok();
    fetch(&org);
    let line = ["merge", "-q", "--no-ff", "-m", "merge f", "-X", "ours", "f"];
    org.scratch.git_as("jonas", "work", &line).ok();
    let told = org.obstat("mira", "work", &["check", "origin/main..main"]);
    assert!(!told.all().contains("undone"), "{}", told.all());
}
