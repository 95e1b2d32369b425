//! The order of landings.

use super::{EVIL, fetch, landed, on, said, sign_for, signed, verify, yusuf_leaves};
use crate::{ASSISTED, org, program};
use obstat_testkit::{Org, POLICY};

#[test]
fn what_lands_together_is_judged_by_what_was_there_before() {
    let org = org();
    let base = landed(&org, "main");
    let release = "refs/heads/release/1";
    org.push("jonas", &[&format!("{base}:{release}")]).ok();
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/heads/*:refs/remotes/origin/*"]);
    on(&org, "fix", &base);
    org.scratch.write("work/pay/charge.rs", EVIL);
    let fixed = org.commit("jonas", ASSISTED);
    sign_for(&org, "yusuf", "origin/release/1..fix", release);
    org.scratch.git("work", &["checkout", "-q", "main"]);
    yusuf_leaves(&org);
    org.sign("priya", "main", &[]).ok();
    org.push_statements("priya").ok();
    org.push("jonas", &["main", &format!("fix:{release}")]).ok();
    fetch(&org);
    for (target, commit) in [(release, fixed), ("production", landed(&org, "main"))] {
        let answer = verify(&org, "work", target, &commit);
        assert_eq!(answer.code, 0, "{target}: {}", answer.all());
    }
}

#[test]
fn a_ref_that_went_back_and_forth_verifies_by_the_order_of_its_landings() {
    let policy = POLICY.replacen("mode: enforce", "mode: warn", 1);
    let org = Org::gated(program(), &policy);
    let base = landed(&org, "main");
    org.scratch.write("work/docs/a.md", "text\n");
    let docs = org.commit("tove", "docs");
    // All in one second, perhaps.
    org.push("tove", &["main"]).ok();
    org.push("tove", &[&format!("+{base}:main")]).ok();
    org.push("tove", &["main"]).ok();
    org.scratch.write("work/docs/b.md", "text\n");
    let tip = org.commit("tove", "more docs");
    org.push("tove", &["main"]).ok();
    fetch(&org);
    for commit in [&tip, &docs] {
        let answer = verify(&org, "work", "production", commit);
        assert_eq!(answer.code, 0, "{}", answer.all());
        assert!(answer.out.contains("1 landing below it passed without"), "{}", answer.out);
    }
    // Where it went back, nothing was signed for.
    let answer = verify(&org, "work", "production", &base);
    assert_eq!(answer.code, 3, "{}", answer.all());
}

/// What the gate let pass and git did not take has not landed, though its commit came later.
#[test]
fn an_update_that_failed_is_no_landing() {
    let org = org();
    let base = landed(&org, "main");
    on(&org, "f", "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    let never = org.commit("jonas", ASSISTED);
    signed(&org, "priya", "main..f");
    org.push("jonas", &[&format!("{base}:refs/heads/zz")]).ok();
    let line = ["push", "-q", "--atomic", "origin", "f:main", "f:refs/heads/zz/x"];
    assert_ne!(org.scratch.git_as("jonas", "work", &line).code, 0);
    assert_eq!(landed(&org, "main"), base);
    org.scratch.clock("+2s");
    said(&org, "withdraw", "priya", "main..f");
    assert_ne!(org.push("jonas", &["f:main"]).code, 0, "what was taken back landed");
    // Its commit comes as a side parent of something harmless.
    on(&org, "m", "main");
    org.scratch.write("work/docs/n.md", "note\n");
    org.scratch.git("work", &["add", "-A"]);
    let tree = org.scratch.git("work", &["write-tree"]);
    let merge = ["commit-tree", "-p", &base, "-p", &never, "-m", "ours", &tree];
    let merge = org.scratch.git_as("jonas", "work", &merge).ok();
    signed(&org, "yusuf", &format!("{base}..{}", merge.trim()));
    org.push("jonas", &[&format!("{}:main", merge.trim())]).ok();
    fetch(&org);
    let answer = verify(&org, "work", "production", &never);
    assert_eq!(answer.code, 3, "{}", answer.all());
    let pushed = org.push("tove", &["f:refs/heads/release/9"]);
    assert_ne!(pushed.code, 0, "a release began at what never landed");
}

#[test]
fn a_target_that_goes_back_revives_no_approval() {
    let judged = "production: { refs: [refs/heads/main], mode: enforce, rewrite: judge }";
    let policy = POLICY.replace("production: { refs: [refs/heads/main], mode: enforce }", judged);
    let org = Org::gated(program(), &policy);
    let base = landed(&org, "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    let bug = org.commit("jonas", ASSISTED);
    signed(&org, "priya", "main");
    org.push("jonas", &["main"]).ok();
    fetch(&org);
    org.scratch.clock("+2s");
    org.scratch.write("work/pay/charge.rs", "fn charge() {}\n");
    org.commit("jonas", "back");
    signed(&org, "yusuf", "origin/main..main");
    org.push("jonas", &["main"]).ok();
    org.scratch.clock("+4s");
    // The same content as at the start, so nobody is asked.
    org.push("tove", &[&format!("+{base}:main")]).ok();
    org.scratch.clock("+6s");
    let again = org.push("jonas", &[&format!("{bug}:main")]);
    assert_ne!(again.code, 0, "a spent approval admitted again");
    assert!(again.err.contains("spent"), "{}", again.err);
}

/// Whoever pushes may hang up, and then the hook that comes after does not run.
#[test]
fn what_is_filed_has_a_receipt_before_anything_else_happens() {
    let org = org();
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("jonas", ASSISTED);
    org.sign("priya", "main", &[]).ok();
    org.push("jonas", &["main:refs/heads/side"]).ok();
    let hook = org.scratch.at("server.git/hooks/post-receive");
    let kept = std::fs::read(&hook).unwrap();
    std::fs::remove_file(&hook).unwrap();
    org.push_statements("jonas").ok();
    org.push("jonas", &[":refs/heads/side"]).ok();
    let refs = org.scratch.git("server.git", &["for-each-ref", "refs/obstat/superseded"]);
    assert!(!refs.is_empty(), "a deleted branch was forgotten");
    org.scratch.write("server.git/hooks/post-receive", kept);
    org.scratch.run("server.git", &["chmod", "+x", "hooks/post-receive"], &[], "").ok();
    org.scratch.clock("+2s");
    said(&org, "withdraw", "priya", "main");
    org.scratch.clock("+4s");
    let pushed = org.push("jonas", &["main"]);
    assert_ne!(pushed.code, 0, "an approval without a receipt came after its withdrawal");
}

/// A fix, its revert and the fix again, in one push: two parts of it are the same content.
#[test]
fn parts_with_the_same_content_are_recorded_once_each() {
    let org = org();
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("jonas", ASSISTED);
    let approved = org.scratch.git("work", &["rev-parse", "HEAD"]);
    signed(&org, "priya", &format!("origin/main..{approved}"));
    for text in ["x\n", "y\n", "x\n", "y\n"] {
        org.scratch.write("work/docs/a.md", text);
        org.commit("jonas", "docs");
    }
    let pushed = org.push("jonas", &["main"]);
    assert_eq!(pushed.code, 0, "{}", pushed.err);
    assert!(!pushed.err.contains("error"), "{}", pushed.err);
    fetch(&org);
    let answer = verify(&org, "work", "production", &landed(&org, "main"));
    assert_eq!(answer.code, 0, "{}", answer.all());
    org.push("jonas", &["main:free"]).ok();
}

/// All parts of a push are judged by the policy of before it, when it lands and ever after.
#[test]
fn what_lands_together_with_a_stricter_policy_stays_cleared() {
    let org = org();
    let base = landed(&org, "main");
    let pay = "require:\n      - { approvals: 1, level: senior }\nexempt";
    assert!(POLICY.contains(pay));
    let stricter = pay.replace("approvals: 1", "approvals: 2");
    org.scratch.write("work/.obstat/policy.yaml", POLICY.replace(pay, &stricter));
    let policy = org.commit("jonas", "policy");
    for owner in ["mira", "priya"] {
        sign_for(&org, owner, &format!("{base}..main"), "refs/heads/main");
    }
    org.scratch.write("work/pay/charge.rs", EVIL);
    let tip = org.commit("jonas", ASSISTED);
    sign_for(&org, "priya", &format!("{policy}..main"), "refs/heads/main");
    org.push_statements("priya").ok();
    org.push("jonas", &["main"]).ok();
    fetch(&org);
    let answer = verify(&org, "work", "production", &tip);
    assert_eq!(answer.code, 0, "{}", answer.all());
}
