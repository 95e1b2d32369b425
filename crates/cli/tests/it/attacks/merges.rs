//! Approvals of heads that carry over to merges and squashes: to what was seen, once.

use super::{EVIL, approved_head, fetch, lands, later, lines, on, signed, verify};
use crate::{ASSISTED, org};
use obstat_testkit::Org;

fn reverted(org: &Org, commit: &str, second: u32) {
    later(org, second);
    org.scratch.git_as("mira", "work", &["revert", "--no-edit", commit]).ok();
    signed(org, "yusuf", "origin/main..HEAD");
    org.push("mira", &["HEAD:main"]).ok();
    fetch(org);
}

/// Whoever signed the harmless rest of a branch did not sign what its tip held by another way.
#[test]
fn an_approval_of_the_rest_brings_nothing_back_that_was_reverted() {
    for evil in [true, false] {
        let org = org();
        org.scratch.write("work/src/a.rs", lines(&[]));
        lands(&org, "mira", "priya", "lines");
        on(&org, "h", "main");
        org.scratch.write("work/pay/charge.rs", EVIL);
        org.commit("jonas", "payment");
        org.scratch.git("work", &["checkout", "-q", "main"]);
        org.scratch.git("work", &["merge", "-q", "--squash", "h"]);
        let squash = lands(&org, "jonas", "yusuf", "payment, squashed");
        org.scratch.git("work", &["checkout", "-q", "h"]);
        org.scratch.write("work/src/a.rs", lines(&[50]));
        org.commit("jonas", ASSISTED);
        signed(&org, "priya", "origin/main..h");
        org.scratch.git("work", &["checkout", "-q", "main"]);
        if evil {
            reverted(&org, &squash, 10);
        } else {
            // Main moves on, and still holds what it held.
            org.scratch.write("work/src/a.rs", lines(&[1]));
            lands(&org, "mira", "priya", "another line");
        }
        later(&org, 20);
        let line = ["merge", "-q", "--no-ff", "-m", "Merge", "h"];
        org.scratch.git_as("jonas", "work", &line).ok();
        let pushed = org.push("jonas", &["main"]);
        assert_eq!(pushed.code != 0, evil, "{}", pushed.err);
    }
}

/// What landed as a part of something, signed for by others, is used up all the same.
#[test]
fn an_approval_of_a_head_is_spent_when_its_content_lands_by_another_one() {
    for evil in [true, false] {
        let org = org();
        approved_head(&org);
        org.scratch.write("work/pay/a.rs", lines(&[1]));
        lands(&org, "mira", "yusuf", "main moves on");
        if evil {
            org.scratch.git("work", &["merge", "-q", "--squash", "h"]);
            let squash = lands(&org, "jonas", "yusuf", "squash");
            reverted(&org, &squash, 10);
            later(&org, 20);
            org.scratch.write("work/pay/a.rs", lines(&[1, 20]));
            lands(&org, "mira", "yusuf", "main moves on again");
        }
        later(&org, 30);
        let line = ["merge", "-q", "--no-ff", "-m", "Merge", "h"];
        org.scratch.git_as("jonas", "work", &line).ok();
        let pushed = org.push("jonas", &["main"]);
        assert_eq!(pushed.code != 0, evil, "{}", pushed.err);
        if evil {
            assert!(pushed.err.contains("priya: spent"), "{}", pushed.err);
        }
    }
}

/// A head that only a ref beside the branches had stays to be merged again by whoever verifies.
#[test]
fn heads_that_approvals_rest_on_are_kept() {
    let org = org();
    org.scratch.write("work/pay/a.rs", lines(&[]));
    lands(&org, "mira", "priya", "lines");
    on(&org, "f", "main");
    org.scratch.write("work/pay/a.rs", lines(&[50]));
    org.commit("jonas", ASSISTED);
    signed(&org, "yusuf", "origin/main..f");
    org.push("jonas", &["f:refs/changes/1"]).ok();
    org.scratch.git("work", &["checkout", "-q", "main"]);
    org.scratch.write("work/pay/a.rs", lines(&[1]));
    lands(&org, "mira", "priya", "main moves");
    org.scratch.git("work", &["merge", "-q", "--squash", "f"]);
    let squash = org.commit("jonas", "squash");
    org.push("jonas", &["main"]).ok();
    org.push("jonas", &[":refs/changes/1"]).ok();
    org.scratch.git(".", &["clone", "-q", "--no-local", "server.git", "fresh"]);
    let all = ["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"];
    org.scratch.git("fresh", &all);
    let answer = verify(&org, "fresh", "production", &squash);
    assert_eq!(answer.code, 0, "{}", answer.all());
}

/// A thousand branches of one chain are walked once, and whoever made it is still found.
#[test]
fn many_heads_of_one_chain_hide_nobody() {
    let org = org();
    on(&org, "own", "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("yusuf", "by Yusuf");
    let mut refs = vec!["own".to_owned()];
    for n in 0..40 {
        org.scratch.write("work/notes", format!("{n}\n"));
        let id = org.commit("tove", "stacked");
        refs.push(format!("{id}:refs/heads/stack/{n}"));
    }
    let refs: Vec<&str> = refs.iter().map(String::as_str).collect();
    org.push("tove", &refs).ok();
    org.scratch.git("work", &["checkout", "-q", "main"]);
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("jonas", ASSISTED);
    let refused = org.push("jonas", &["main"]);
    assert!(refused.err.contains("could sign: mira, priya"), "{}", refused.err);
    assert!(!refused.err.contains("yusuf"), "{}", refused.err);
}

/// Half of what was approved landed by somebody else's approval and was reverted, or it landed with a line
/// beside it: the approval brings it back in neither case.
#[test]
fn a_part_that_was_reverted_does_not_come_back_with_the_whole() {
    for beside in [true, false] {
        let org = org();
        org.scratch.write("work/pay/a.rs", lines(&[]));
        lands(&org, "mira", "priya", "lines");
        on(&org, "h", "main");
        org.scratch.write("work/pay/a.rs", lines(&[50]));
        if !beside {
            org.scratch.write("work/docs/a.md", "text\n");
        }
        org.commit("jonas", ASSISTED);
        signed(&org, "priya", "origin/main..h");
        org.scratch.git("work", &["checkout", "-q", "main"]);
        let landed = if beside { lines(&[50, 51]) } else { lines(&[50]) };
        org.scratch.write("work/pay/a.rs", landed);
        let part = lands(&org, "jonas", "yusuf", "a part of it");
        reverted(&org, &part, 10);
        later(&org, 20);
        let line = ["merge", "-q", "--no-ff", "-m", "Merge", "h"];
        org.scratch.git_as("jonas", "work", &line).ok();
        let pushed = org.push("jonas", &["main"]);
        assert_ne!(pushed.code, 0, "reverted content came back");
        assert!(pushed.err.contains("priya: spent"), "{}", pushed.err);
    }
}

/// Statements of others on the same content, with other tips and read in any order, change nothing.
#[test]
fn a_worthless_statement_revives_no_spent_one() {
    let org = org();
    approved_head(&org);
    org.scratch.write("work/pay/a.rs", lines(&[50, 51]));
    let part = lands(&org, "jonas", "yusuf", "with a line beside it");
    reverted(&org, &part, 10);
    later(&org, 20);
    org.scratch.git("work", &["checkout", "-q", "-B", "again", "origin/main"]);
    org.scratch.write("work/pay/a.rs", lines(&[50]));
    org.commit("jonas", ASSISTED);
    for second in 0..5 {
        later(&org, 30 + second);
        let _ = org.sign("tove", "origin/main..again", &[]);
        org.push_statements("tove").ok();
    }
    let pushed = org.push("jonas", &["again:main"]);
    assert_ne!(pushed.code, 0, "a spent approval came back");
    // Whoever looked again may sign again, whatever is filed beside it.
    later(&org, 60);
    signed(&org, "mira", "origin/main..again");
    let pushed = org.push("jonas", &["again:main"]);
    assert_eq!(pushed.code, 0, "{}", pushed.err);
}

/// Two branches, one on the other, merged one after the other: each approval counts once.
#[test]
fn approvals_of_stacked_branches_count() {
    let org = org();
    on(&org, "t1", "main");
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    on(&org, "t2", "t1");
    org.scratch.write("work/src/b.rs", "fn b() {}\n");
    org.commit("jonas", ASSISTED);
    signed(&org, "priya", "origin/main..t1");
    signed(&org, "yusuf", "t1..t2");
    for branch in ["t1", "t2"] {
        org.scratch.git("work", &["checkout", "-q", "main"]);
        let line = ["merge", "-q", "--no-ff", "--no-edit", branch];
        org.scratch.git_as("jonas", "work", &line).ok();
        let pushed = org.push("jonas", &["main"]);
        assert_eq!(pushed.code, 0, "{branch}: {}", pushed.err);
        fetch(&org);
    }
}

/// What landed under another name and was reverted there is used up as well.
#[test]
fn an_approval_is_spent_where_its_file_had_another_name() {
    let org = org();
    approved_head(&org);
    org.scratch.git("work", &["mv", "pay/a.rs", "pay/b.rs"]);
    org.scratch.write("work/pay/b.rs", lines(&[50]));
    let moved = lands(&org, "jonas", "yusuf", "moved, with it");
    reverted(&org, &moved, 10);
    later(&org, 20);
    org.scratch.git_as("jonas", "work", &["merge", "-q", "--no-ff", "-m", "Merge", "h"]).ok();
    let pushed = org.push("jonas", &["main"]);
    assert_ne!(pushed.code, 0, "reverted content came back");
}
