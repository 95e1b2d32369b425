//! The main job: a push is refused, signed for, and accepted; and every way around it.

use super::{ASSISTED, org};

#[test]
fn refused_signed_accepted() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    let refused = org.push("jonas", &["main"]);
    assert_ne!(refused.code, 0);
    assert!(refused.err.contains("Not yet. production needs 1 signature"), "{}", refused.err);
    assert!(refused.err.contains("obstat sign --push origin"), "{}", refused.err);
    let ours = refused.err.lines().filter(|l| l.starts_with("remote: ")).count();
    assert!(ours <= 15, "{ours} lines\n{}", refused.err);
    org.sign("priya", "main", &[]).ok();
    org.push_statements("priya").ok();
    let accepted = org.push("jonas", &["main"]);
    assert_eq!(accepted.code, 0, "{}", accepted.err);
    let landed = org.scratch.git("server.git", &["rev-parse", "main"]);
    assert_eq!(landed, org.scratch.git("work", &["rev-parse", "main"]));
}

#[test]
fn a_signature_may_come_with_the_push() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    org.sign("priya", "main", &[]).ok();
    org.push("jonas", &["main", "refs/obstat/approvals/*:refs/obstat/approvals/*"]).ok();
}

#[test]
fn other_content_needs_another_signature() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    org.sign("priya", "main", &[]).ok();
    org.push_statements("priya").ok();
    org.scratch.write("work/src/a.rs", "fn a() { evil() }\n");
    org.commit("jonas", "more");
    assert_ne!(org.push("jonas", &["main"]).code, 0);
}

#[test]
fn a_rebase_that_keeps_the_content_keeps_the_signature() {
    let org = org();
    org.scratch.git("work", &["checkout", "-q", "-b", "feature"]);
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    org.sign("priya", "feature", &[]).ok();
    org.push_statements("priya").ok();
    org.scratch.git("work", &["checkout", "-q", "main"]);
    org.scratch.write("work/docs/x.md", "text\n");
    org.commit("priya", "docs");
    org.push("priya", &["main"]).ok();
    org.scratch.git("work", &["fetch", "-q", "origin"]);
    org.scratch.git_as("jonas", "work", &["rebase", "-q", "main", "feature"]).ok();
    org.push("jonas", &["feature:main"]).ok();
}

#[test]
fn an_honest_merge_passes_and_an_evil_one_does_not() {
    let org = org();
    org.scratch.write("work/src/a.rs", "one\ntwo\nthree\nfour\nfive\n");
    org.commit("priya", "base");
    org.sign("mira", "main", &[]).ok();
    org.push_statements("mira").ok();
    org.push("priya", &["main"]).ok();
    org.scratch.git("work", &["checkout", "-q", "-b", "feature"]);
    org.scratch.write("work/src/a.rs", "ONE\ntwo\nthree\nfour\nfive\n");
    org.commit("jonas", ASSISTED);
    org.sign("priya", "feature", &[]).ok();
    org.push_statements("priya").ok();
    org.scratch.git("work", &["checkout", "-q", "main"]);
    org.scratch.write("work/src/a.rs", "one\ntwo\nthree\nfour\nFIVE\n");
    org.commit("yusuf", "other end of the same file");
    org.sign("priya", "main", &[]).ok();
    org.push_statements("priya").ok();
    org.push("yusuf", &["main"]).ok();
    org.scratch.git("work", &["fetch", "-q", "origin"]);
    let merge = ["merge", "-q", "--no-ff", "-m", "Merge", "feature"];
    org.scratch.git_as("jonas", "work", &merge).ok();
    org.scratch.write("work/src/hidden.rs", "fn hidden() {}\n");
    org.scratch.git("work", &["add", "-A"]);
    org.scratch.git_as("jonas", "work", &["commit", "-q", "--amend", "--no-edit"]).ok();
    let evil = org.push("jonas", &["main"]);
    assert_ne!(evil.code, 0, "an evil merge passed");
    org.scratch.git("work", &["reset", "-q", "--hard", "origin/main"]);
    org.scratch.git_as("jonas", "work", &merge).ok();
    org.push("jonas", &["main"]).ok();
}

#[test]
fn a_spent_approval_admits_nothing_again() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    org.sign("priya", "main", &[]).ok();
    org.push_statements("priya").ok();
    org.push("jonas", &["main"]).ok();
    org.scratch.git("work", &["fetch", "-q", "origin"]);
    org.scratch.git_as("jonas", "work", &["revert", "--no-edit", "HEAD"]).ok();
    org.sign("priya", "main", &[]).ok();
    org.push_statements("priya").ok();
    org.push("jonas", &["main"]).ok();
    org.scratch.git("work", &["fetch", "-q", "origin"]);
    org.scratch.git_as("jonas", "work", &["revert", "--no-edit", "HEAD"]).ok();
    let replay = org.push("jonas", &["main"]);
    assert_ne!(replay.code, 0, "a replayed approval passed");
    assert!(replay.err.contains("does not count"), "{}", replay.err);
}

#[test]
fn several_changes_in_one_push_need_each_to_be_clear() {
    let org = org();
    for name in ["a", "b", "c"] {
        org.scratch.write(&format!("work/src/{name}.rs"), "fn f() {}\n");
        org.commit("jonas", ASSISTED);
    }
    org.sign("priya", "HEAD~3..HEAD~2", &[]).ok();
    org.sign("priya", "HEAD~2..HEAD", &[]).ok();
    org.push_statements("priya").ok();
    let one_tip_off = org.push("jonas", &["main"]);
    // The second part was judged on a tip that is not on the target yet, which is its base here.
    assert_eq!(one_tip_off.code, 0, "{}", one_tip_off.err);
}

#[test]
fn docs_pass_and_nobody_is_asked() {
    let org = org();
    org.scratch.write("work/docs/a.md", "text\n");
    org.commit("jonas", ASSISTED);
    let check = org.obstat("jonas", "work", &["check"]);
    assert_eq!((check.code, check.out.contains("exempt docs")), (0, true), "{}", check.all());
    org.push("jonas", &["main"]).ok();
}

#[test]
fn shadow_and_warn_let_pass_and_record() {
    for (mode, told) in [("shadow", false), ("warn", true)] {
        let policy = obstat_testkit::POLICY.replacen("mode: enforce", &format!("mode: {mode}"), 1);
        let org = obstat_testkit::Org::gated(super::program(), &policy);
        org.scratch.write("work/src/a.rs", "fn a() {}\n");
        org.commit("jonas", ASSISTED);
        let pushed = org.push("jonas", &["main"]);
        assert_eq!(pushed.code, 0, "{}", pushed.err);
        assert_eq!(pushed.err.contains("Not yet"), told, "{mode}: {}", pushed.err);
        org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
        let audit = org.obstat("mira", "work", &["audit"]).ok();
        assert!(audit.contains("let through by shadow or warn mode"), "{audit}");
    }
}
