//! Approvals of heads that carry over to merges and squashes: to what was seen, once.

use super::{EVIL, approved_head, fetch, landed, lands, later, lines, on, said, signed, verify};
use crate::{ASSISTED, org, program};
use obstat_testkit::{Org, POLICY};

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

/// What was edited under another name is not seen where the file is looked for: in doubt it is spent.
#[test]
fn a_rename_after_a_revert_revives_no_approval() {
    for at_once in [true, false] {
        let org = org();
        for name in ["a", "y"] {
            org.scratch.write(&format!("work/pay/{name}.rs"), lines(&[]));
        }
        lands(&org, "mira", "priya", "lines");
        on(&org, "h", "main");
        org.scratch.write("work/pay/a.rs", lines(&[50]));
        org.scratch.write("work/pay/y.rs", lines(&[10]));
        org.commit("jonas", ASSISTED);
        signed(&org, "priya", "origin/main..h");
        org.scratch.git("work", &["checkout", "-q", "main"]);
        org.scratch.write("work/pay/a.rs", lines(&[50]));
        let part = lands(&org, "jonas", "yusuf", "one part of it");
        later(&org, 10);
        if at_once {
            org.scratch.write("work/pay/a.rs", lines(&[]));
        } else {
            reverted(&org, &part, 10);
            later(&org, 20);
        }
        org.scratch.git("work", &["mv", "pay/a.rs", "pay/b.rs"]);
        lands(&org, "jonas", "yusuf", "renamed");
        later(&org, 30);
        org.scratch.git_as("jonas", "work", &["merge", "-q", "--no-ff", "-m", "Merge", "h"]).ok();
        let pushed = org.push("jonas", &["main"]);
        assert_ne!(pushed.code, 0, "reverted content came back under another name");
    }
}

/// What is refused or taken back on a head stays so, on whatever tip that was.
#[test]
fn a_head_that_was_refused_elsewhere_stays_refused() {
    for (verb, who) in [("withdraw", "priya"), ("reject", "yusuf")] {
        let org = org();
        approved_head(&org);
        org.push("jonas", &["h"]).ok();
        fetch(&org);
        org.scratch.git("work", &["mv", "pay/a.rs", "pay/b.rs"]);
        lands(&org, "jonas", "yusuf", "renamed");
        later(&org, 10);
        said(&org, verb, who, "h");
        later(&org, 20);
        // Back under its name, and most of it another text: that head merges to something else now.
        org.scratch.git("work", &["mv", "pay/b.rs", "pay/a.rs"]);
        let other = |(n, line): (usize, &str)| match n {
            40..60 => format!("{line}\n"),
            _ => format!("rewritten {n}\n"),
        };
        let text: String = lines(&[]).lines().enumerate().map(other).collect();
        org.scratch.write("work/pay/a.rs", text);
        lands(&org, "mira", "priya", "back, and rewritten");
        later(&org, 30);
        org.scratch.git_as("jonas", "work", &["merge", "-q", "--no-ff", "-m", "Merge", "h"]).ok();
        let pushed = org.push("jonas", &["main"]);
        assert_ne!(pushed.code, 0, "{verb} by {who} was forgotten");
        assert_eq!(pushed.said().contains("rejected it"), verb == "reject", "{}", pushed.err);
    }
}

/// Where history may be rewritten, what was taken off a target has been there all the same.
#[test]
fn content_that_was_reset_away_is_used_up() {
    let policy = POLICY
        .replace("mode: enforce }\n  releases", "mode: enforce, rewrite: judge }\n  releases");
    let org = Org::gated(program(), &policy);
    approved_head(&org);
    let before = landed(&org, "main");
    org.scratch.write("work/pay/a.rs", lines(&[5, 50]));
    let larger = lands(&org, "jonas", "yusuf", "that line and another");
    later(&org, 10);
    on(&org, "back", &larger);
    org.scratch.git_as("mira", "work", &["revert", "--no-edit", &larger]).ok();
    signed(&org, "priya", "origin/main..back");
    org.push("mira", &[&format!("+{before}:main")]).ok();
    fetch(&org);
    later(&org, 20);
    org.scratch.git("work", &["checkout", "-q", "-B", "main", "origin/main"]);
    org.scratch.git_as("jonas", "work", &["merge", "-q", "--no-ff", "-m", "Merge", "h"]).ok();
    let pushed = org.push("jonas", &["main"]);
    assert_ne!(pushed.code, 0, "what was reset away came back");
    assert!(pushed.said().contains("spent"), "{}", pushed.err);
}

/// Where both sides were merged into each other no diff tells what would land.
#[test]
fn what_was_merged_crosswise_is_not_signed() {
    let org = org();
    org.scratch.write("work/src/a.rs", lines(&[]));
    lands(&org, "mira", "priya", "lines");
    on(&org, "f", "main");
    org.scratch.write("work/src/b.rs", "fn b() {}\n");
    org.commit("jonas", ASSISTED);
    org.scratch.git("work", &["checkout", "-q", "main"]);
    org.scratch.write("work/src/a.rs", lines(&[5]));
    let fix = lands(&org, "mira", "priya", "the fix");
    // The branch takes the fix in and keeps the old lines; main takes in what was on the branch before.
    let before = org.scratch.git("work", &["rev-parse", "f"]);
    org.scratch.git("work", &["checkout", "-q", "f"]);
    let line = ["merge", "-q", "--no-ff", "-s", "ours", "-m", "Merge", fix.as_str()];
    org.scratch.git_as("jonas", "work", &line).ok();
    org.scratch.git("work", &["checkout", "-q", "main"]);
    let line = ["merge", "-q", "--no-ff", "-m", "Merge", before.as_str()];
    org.scratch.git_as("mira", "work", &line).ok();
    signed(&org, "priya", "origin/main..HEAD");
    org.push("mira", &["HEAD:main"]).ok();
    fetch(&org);
    let refused = org.sign("yusuf", "f", &[]);
    assert_eq!(refused.code, 2, "{}", refused.all());
    assert!(refused.err.contains("merged into each other"), "{}", refused.err);
}

/// Also where nobody but an administrator took it off.
#[test]
fn content_that_an_administrator_took_off_is_used_up() {
    let org = org();
    approved_head(&org);
    let before = landed(&org, "main");
    org.scratch.write("work/pay/a.rs", lines(&[5, 50]));
    lands(&org, "jonas", "yusuf", "that line and another");
    later(&org, 10);
    org.scratch.git("server.git", &["update-ref", "refs/heads/main", &before]);
    fetch(&org);
    org.scratch.git("work", &["checkout", "-q", "-B", "main", "origin/main"]);
    org.scratch.git_as("jonas", "work", &["merge", "-q", "--no-ff", "-m", "Merge", "h"]).ok();
    let pushed = org.push("jonas", &["main"]);
    assert_ne!(pushed.code, 0, "what was taken off came back");
    assert!(pushed.said().contains("spent"), "{}", pushed.err);
}
