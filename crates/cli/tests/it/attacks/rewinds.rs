//! Targets that go back: what was there before is past for everything that was signed until then.

use super::{fetch, later, lines, on, signed};
use crate::{ASSISTED, program};
use obstat_testkit::{Org, POLICY};

/// Whose main may be rewritten, by whoever the policy asks.
fn rewritable() -> Org {
    let policy = POLICY
        .replace("mode: enforce }\n  releases", "mode: enforce, rewrite: judge }\n  releases");
    assert_ne!(policy, POLICY);
    Org::gated(program(), &policy)
}

/// As [`signed`], for a branch that is named.
fn signed_for(org: &Org, who: &str, branch: &str, range: &str) {
    super::sign_for(org, who, range, &format!("refs/heads/{branch}"));
    org.push_statements(who).ok();
}

/// Two commits land in one push, the inner one of which something was signed on: then main goes back to
/// that one, or to a new commit on it.
#[test]
fn what_was_signed_on_an_inner_commit_is_used_up_when_main_goes_back_to_it() {
    for exactly in [true, false] {
        let org = rewritable();
        org.scratch.write("work/pay/a.rs", lines(&[]));
        super::lands(&org, "mira", "priya", "lines");
        org.scratch.write("work/docs/a.md", "text\n");
        let inner = org.commit("mira", "docs");
        on(&org, "x", "main");
        org.scratch.write("work/pay/a.rs", lines(&[50]));
        org.commit("tove", ASSISTED);
        signed(&org, "yusuf", &format!("{inner}..x"));
        later(&org, 10);
        org.scratch.git("work", &["checkout", "-q", "main"]);
        org.scratch.write("work/pay/a.rs", lines(&[10, 50]));
        org.commit("jonas", ASSISTED);
        signed(&org, "priya", &format!("{inner}..main"));
        org.push("jonas", &["main"]).ok();
        later(&org, 20);
        org.scratch.write("work/pay/a.rs", lines(&[]));
        org.commit("mira", "it did harm");
        signed(&org, "priya", "origin/main..main");
        org.scratch.git("work", &["checkout", "-q", "-B", "main", &inner]);
        if !exactly {
            org.commit("mira", "back");
        }
        org.push("mira", &["+main"]).ok();
        fetch(&org);
        later(&org, 30);
        org.scratch.write("work/pay/a.rs", lines(&[50]));
        org.commit("tove", ASSISTED);
        let pushed = org.push("tove", &["main"]);
        assert_ne!(pushed.code, 0, "what was taken off came back");
        assert!(pushed.said().contains("spent"), "{}", pushed.err);
        // Who signs for it now knows what main is.
        signed(&org, "yusuf", "origin/main..main");
        later(&org, 40);
        org.push("tove", &["main"]).ok();
        fetch(&org);
        let tip = org.scratch.git("work", &["rev-parse", "main"]);
        let answer = super::verify(&org, "work", "production", &tip);
        assert_eq!(answer.code, 0, "{}", answer.all());
    }
}

/// One push to two targets: what is past on one of them is not past on the other.
#[test]
fn what_was_taken_off_one_target_is_used_up_there_in_a_push_to_two() {
    let policy =
        POLICY.replace("from: refs/heads/main }", "from: refs/heads/main, rewrite: judge }");
    assert_ne!(policy, POLICY);
    let org = Org::gated(program(), &policy);
    org.scratch.write("work/pay/a.rs", lines(&[]));
    super::lands(&org, "mira", "priya", "lines");
    org.push("mira", &["main:refs/heads/release/1"]).ok();
    fetch(&org);
    let before = org.scratch.git("work", &["rev-parse", "main"]);
    on(&org, "x", "main");
    org.scratch.write("work/pay/a.rs", lines(&[50]));
    org.commit("tove", ASSISTED);
    for target in ["main", "release/1"] {
        signed_for(&org, "yusuf", target, &format!("{before}..x"));
    }
    later(&org, 10);
    org.scratch.git("work", &["checkout", "-q", "main"]);
    org.scratch.write("work/docs/a.md", "text\n");
    let after = org.commit("mira", "docs");
    org.push("mira", &["main"]).ok();
    on(&org, "y", &before);
    org.scratch.write("work/pay/a.rs", lines(&[10, 50]));
    org.commit("jonas", ASSISTED);
    signed_for(&org, "priya", "release/1", &format!("{before}..y"));
    org.push("jonas", &["y:release/1"]).ok();
    later(&org, 20);
    fetch(&org);
    on(&org, "back", "y");
    org.scratch.write("work/pay/a.rs", lines(&[]));
    org.scratch.write("work/docs/a.md", "text\n");
    org.commit("mira", "it did harm");
    signed_for(&org, "priya", "release/1", "y..back");
    org.push("mira", &[&format!("+{after}:refs/heads/release/1")]).ok();
    fetch(&org);
    later(&org, 30);
    on(&org, "again", &after);
    org.scratch.write("work/pay/a.rs", lines(&[50]));
    org.commit("tove", ASSISTED);
    let alone = org.push("tove", &["again:release/1"]);
    assert!(alone.said().contains("spent"), "{}", alone.err);
    let both = org.push("tove", &["again:main", "again:release/1"]);
    assert_ne!(both.code, 0, "landed on both");
    org.push("tove", &["again:main"]).ok();
}

/// What was signed for was on main in a larger change, which is gone again: by a revert that a merge of
/// nobody then made a side, or by hand. What was signed before comes in later, too.
fn gone_again(org: &Org, how: &str) {
    org.scratch.write("work/pay/a.rs", lines(&[]));
    super::lands(org, "mira", "priya", "lines");
    let before = org.scratch.git("work", &["rev-parse", "main"]);
    on(org, "x", "main");
    org.scratch.write("work/pay/a.rs", lines(&[50]));
    org.commit("tove", ASSISTED);
    org.sign("yusuf", "origin/main..x", &[]).ok();
    if how != "filed late" {
        org.push_statements("yusuf").ok();
    }
    later(org, 10);
    org.scratch.git("work", &["checkout", "-q", "main"]);
    org.scratch.write("work/pay/a.rs", lines(&[10, 50]));
    super::lands(org, "jonas", "priya", "that line and another");
    later(org, 20);
    match how {
        "filed late" | "a side" => {
            org.scratch.write("work/pay/a.rs", lines(&[]));
            let back = super::lands(org, "mira", "priya", "it did harm");
            let tree = format!("{back}^{{tree}}");
            let line = ["commit-tree", "-p", &before, "-p", &back, "-m", "Merge", &tree];
            let side = org.scratch.git_as("tove", "work", &line).ok();
            org.push("tove", &[&format!("+{}:main", side.trim())]).ok();
        }
        _ => {
            org.scratch.git("server.git", &["update-ref", "refs/heads/main", &before]);
            if how == "purged" {
                for line in [
                    &["for-each-ref", "--format=delete %(refname)", "refs/obstat/superseded"][..],
                    &["reflog", "expire", "--expire=now", "--all"],
                    &["gc", "-q", "--prune=now"],
                ] {
                    let told = org.scratch.git("server.git", line);
                    let stdin = ["git", "update-ref", "--stdin"];
                    org.scratch.run("server.git", &stdin, &[], &told).ok();
                }
            }
        }
    }
    fetch(org);
    later(org, 30);
    org.scratch.git("work", &["checkout", "-q", "-B", "main", "origin/main"]);
    if how == "filed late" {
        org.push_statements("tove").ok();
    }
}

#[test]
fn what_is_gone_again_is_used_up_however_it_went() {
    for how in ["a side", "filed late", "by hand", "purged"] {
        let org = rewritable();
        gone_again(&org, how);
        org.scratch.write("work/pay/a.rs", lines(&[50]));
        org.commit("tove", ASSISTED);
        let pushed = org.push("tove", &["main"]);
        assert_ne!(pushed.code, 0, "{how}: what was taken off came back");
        assert!(pushed.said().contains("spent"), "{how}: {}", pushed.err);
        signed(&org, "yusuf", "origin/main..main");
        later(&org, 40);
        let pushed = org.push("tove", &["main"]);
        assert_eq!(pushed.code, 0, "{how}: signed anew: {}", pushed.err);
    }
}

/// What was signed on a tip goes live in what lay below it, and away again.
#[test]
fn what_was_live_below_the_tip_that_was_signed_on_is_used_up() {
    let org = rewritable();
    org.scratch.write("work/pay/a.rs", lines(&[]));
    super::lands(&org, "mira", "priya", "lines");
    org.scratch.write("work/pay/a.rs", lines(&[10, 50]));
    let larger = super::lands(&org, "jonas", "priya", "that line and another");
    org.scratch.write("work/pay/a.rs", lines(&[]));
    let back = super::lands(&org, "mira", "priya", "back");
    later(&org, 10);
    on(&org, "x", "main");
    org.scratch.write("work/pay/a.rs", lines(&[50]));
    org.commit("tove", ASSISTED);
    signed(&org, "yusuf", "origin/main..x");
    for (n, to) in [&larger, &back].into_iter().enumerate() {
        later(&org, 20 + 10 * n as u32);
        org.scratch.git("server.git", &["update-ref", "refs/heads/main", to]);
        org.obstat("mira", ".", &["hook", "catch-up", "--bare", "server.git"]).ok();
    }
    later(&org, 50);
    let pushed = org.push("tove", &["x:main"]);
    assert_ne!(pushed.code, 0, "its line was live and taken back since it was signed");
    assert!(pushed.said().contains("spent"), "{}", pushed.err);
}
