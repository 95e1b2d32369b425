//! Attacks on what was signed and when: A15, A17, A18, A19 to A24, A34.

use super::{Sheet, lines};
use crate::ASSISTED;

const PAY: &str = "fn charge() { more() }\n";

/// Approved, then pushed with more.
#[test]
fn a15_refused() {
    let sheet = Sheet::new();
    sheet.assisted("jonas", "pay/a.rs", PAY);
    sheet.signs("priya", "main");
    sheet.write("pay/a.rs", "fn charge() { evil() }\n");
    sheet.git_as("jonas", &["commit", "-q", "-a", "--amend", "--no-edit"]);
    sheet.pending("jonas", "main");
}

#[test]
fn a15_twin() {
    let sheet = Sheet::new();
    sheet.assisted("jonas", "pay/a.rs", PAY);
    sheet.signs("priya", "main");
    sheet.write("pay/a.rs", "fn charge() { better() }\n");
    sheet.git_as("jonas", &["commit", "-q", "-a", "--amend", "--no-edit"]);
    sheet.signs("priya", "main");
    sheet.clear("jonas", "main");
}

fn dated(sheet: &Sheet, date: &str) {
    sheet.git(&["add", "-A"]);
    let who = [
        ("GIT_AUTHOR_NAME", "jonas"),
        ("GIT_AUTHOR_EMAIL", "jonas@example.com"),
        ("GIT_COMMITTER_NAME", "jonas"),
        ("GIT_COMMITTER_EMAIL", "jonas@example.com"),
        ("GIT_AUTHOR_DATE", date),
        ("GIT_COMMITTER_DATE", date),
    ];
    let line = ["git", "commit", "-q", "-m", ASSISTED];
    sheet.org.scratch.run("work", &line, &who, "").ok();
}

/// A commit made after the approval, dated long before it.
#[test]
fn a17_refused() {
    for date in ["@1 +0000", "2001-01-01T00:00:00Z", "2090-01-01T00:00:00Z"] {
        let sheet = Sheet::new();
        sheet.assisted("jonas", "pay/a.rs", PAY);
        sheet.signs("priya", "main");
        sheet.write("pay/a.rs", "fn charge() { evil() }\n");
        dated(&sheet, date);
        sheet.pending("jonas", "main");
    }
}

#[test]
fn a17_twin() {
    for date in ["@1 +0000", "2090-01-01T00:00:00Z"] {
        let sheet = Sheet::new();
        sheet.write("pay/a.rs", PAY);
        dated(&sheet, date);
        sheet.signs("priya", "main");
        sheet.clear("jonas", "main");
    }
}

/// Away from what was approved and back to it, where the base has moved under it.
#[test]
fn a18_refused() {
    let sheet = Sheet::new();
    sheet.write("pay/a.rs", lines(20, &[]));
    sheet.org.commit("mira", "lines");
    sheet.signs("priya", "main");
    sheet.clear("mira", "main");
    sheet.git(&["checkout", "-q", "-b", "f"]);
    sheet.assisted("jonas", "pay/a.rs", lines(20, &[5]));
    sheet.signs("priya", "f");
    sheet.clear_branch("jonas", "f");
    // The base changes the very file, and the branch is made to end in the same blob as before.
    sheet.git(&["checkout", "-q", "main"]);
    sheet.write("pay/a.rs", lines(20, &[15]));
    sheet.org.commit("mira", "another line");
    sheet.signs("priya", "main");
    sheet.clear("mira", "main");
    sheet.assisted("jonas", "pay/a.rs", lines(20, &[5]));
    // What was signed added a line; this takes another one back.
    sheet.pending("jonas", "main");
}

#[test]
fn a18_twin() {
    let sheet = Sheet::new();
    sheet.git(&["checkout", "-q", "-b", "f"]);
    let first = sheet.assisted("jonas", "pay/a.rs", PAY);
    sheet.signs("priya", "f");
    sheet.clear_branch("jonas", "f");
    sheet.write("pay/a.rs", "fn charge() { evil() }\n");
    sheet.git_as("jonas", &["commit", "-q", "-a", "--amend", "--no-edit"]);
    sheet.clear_branch("jonas", "+f");
    sheet.pending("jonas", "f:main");
    sheet.git(&["reset", "-q", "--hard", &first]);
    sheet.clear_branch("jonas", "+f");
    sheet.clear("jonas", "f:main");
}

/// Approved for another target.
#[test]
fn a19_refused() {
    let sheet = Sheet::new();
    sheet.pushed("mira", "main:refs/heads/release/1").ok();
    sheet.fetch();
    sheet.assisted("jonas", "pay/a.rs", PAY);
    sheet.signs_for("priya", "refs/heads/release/1", "origin/release/1..main").ok();
    sheet.org.push_statements("priya").ok();
    sheet.pending("jonas", "main");
}

#[test]
fn a19_twin() {
    let sheet = Sheet::new();
    sheet.pushed("mira", "main:refs/heads/release/1").ok();
    sheet.fetch();
    sheet.assisted("jonas", "pay/a.rs", PAY);
    sheet.signs_for("priya", "refs/heads/release/1", "origin/release/1..main").ok();
    sheet.org.push_statements("priya").ok();
    sheet.clear("jonas", "main:refs/heads/release/1");
}

/// The same head over a base that moved, so that its effect is another.
#[test]
fn a20_refused() {
    let sheet = Sheet::new();
    sheet.git(&["checkout", "-q", "-b", "f"]);
    sheet.write("pay/a.rs", PAY);
    sheet.assisted("jonas", "docs/a.md", "text\n");
    sheet.signs("priya", "f");
    // Its payment part lands, is seen to be wrong and is taken back.
    sheet.git(&["checkout", "-q", "main"]);
    sheet.assisted("jonas", "pay/a.rs", PAY);
    let part = sheet.git(&["rev-parse", "HEAD"]);
    sheet.signs("yusuf", "main");
    sheet.clear("jonas", "main");
    sheet.org.scratch.clock("+10s");
    sheet.git_as("mira", &["revert", "--no-edit", &part]);
    sheet.signs("yusuf", "main");
    sheet.clear("mira", "main");
    sheet.org.scratch.clock("+20s");
    sheet.git_as("jonas", &["merge", "-q", "--no-ff", "-m", "Merge", "f"]);
    sheet.pending("jonas", "main");
}

#[test]
fn a20_twin() {
    let sheet = Sheet::new();
    sheet.git(&["checkout", "-q", "-b", "f"]);
    sheet.assisted("jonas", "pay/a.rs", PAY);
    sheet.signs("priya", "f");
    sheet.git(&["checkout", "-q", "main"]);
    sheet.write("src/b.rs", "fn b() {}\n");
    sheet.org.commit("yusuf", "elsewhere");
    sheet.signs("mira", "main");
    sheet.clear("yusuf", "main");
    sheet.git_as("jonas", &["merge", "-q", "--no-ff", "-m", "Merge", "f"]);
    sheet.clear("jonas", "main");
}

/// `f` changes line 5, approved by Priya; main changes another line of the same file.
fn two_sides(sheet: &Sheet, other: usize) {
    sheet.write("pay/a.rs", lines(20, &[]));
    sheet.org.commit("mira", "lines");
    sheet.signs("priya", "main");
    sheet.clear("mira", "main");
    sheet.git(&["checkout", "-q", "-b", "f"]);
    sheet.assisted("jonas", "pay/a.rs", lines(20, &[5]));
    sheet.signs("priya", "f");
    sheet.git(&["checkout", "-q", "main"]);
    sheet.write("pay/a.rs", lines(20, &[other]).replace("LINE", "Line"));
    sheet.org.commit("mira", "another line");
    sheet.signs("priya", "main");
    sheet.clear("mira", "main");
}

/// Lines that only a merge commit holds.
#[test]
fn a21_refused() {
    let sheet = Sheet::new();
    two_sides(&sheet, 15);
    sheet.git_as("jonas", &["merge", "-q", "--no-ff", "-m", "Merge", "f"]);
    let merged = lines(20, &[5]).replace("line 15", "Line 15");
    sheet.write("pay/a.rs", merged.replace("line 19", "evil 19"));
    sheet.git_as("tove", &["commit", "-q", "-a", "--amend", "--reset-author", "--no-edit"]);
    sheet.pending("jonas", "main");
    // Another file that neither side has.
    sheet.write("pay/a.rs", &merged);
    sheet.write("pay/b.rs", PAY);
    sheet.git(&["add", "-A"]);
    sheet.git_as("tove", &["commit", "-q", "--amend", "--no-edit"]);
    sheet.pending("jonas", "main");
    // Or all of one side gone.
    sheet.git(&["checkout", "-q", "-B", "main", "origin/main"]);
    sheet.git_as("jonas", &["merge", "-q", "--no-ff", "-s", "ours", "-m", "Merge", "f"]);
    sheet.git(&["checkout", "-q", "f", "--", "pay"]);
    sheet.git_as("jonas", &["commit", "-q", "-a", "--amend", "--no-edit"]);
    sheet.pending("jonas", "main");
}

#[test]
fn a21_twin() {
    let sheet = Sheet::new();
    two_sides(&sheet, 15);
    sheet.git_as("jonas", &["merge", "-q", "--no-ff", "-m", "Merge", "f"]);
    sheet.clear("jonas", "main");
}

/// A conflict that somebody resolved by hand.
#[test]
fn a22_refused() {
    let sheet = Sheet::new();
    two_sides(&sheet, 5);
    sheet.git_as_any("jonas", &["merge", "-q", "--no-ff", "-m", "Merge", "f"]);
    sheet.write("pay/a.rs", lines(20, &[]).replace("line 5\n", "evil 5\n"));
    sheet.git(&["add", "-A"]);
    sheet.git_as("jonas", &["commit", "-q", "-m", "Merge"]);
    sheet.pending("jonas", "main");
    // Nor on the branch, brought up to date.
    sheet.git(&["checkout", "-q", "f"]);
    sheet.git_as_any("jonas", &["merge", "-q", "--no-ff", "-m", "Update", "origin/main"]);
    sheet.write("pay/a.rs", lines(20, &[]).replace("line 5\n", "evil 5\n"));
    sheet.git(&["add", "-A"]);
    sheet.git_as("jonas", &["commit", "-q", "-m", "Update"]);
    sheet.git(&["checkout", "-q", "-B", "main", "origin/main"]);
    sheet.git_as("jonas", &["merge", "-q", "--no-ff", "-m", "Merge", "f"]);
    sheet.pending("jonas", "main");
}

#[test]
fn a22_twin() {
    let sheet = Sheet::new();
    two_sides(&sheet, 15);
    sheet.git(&["checkout", "-q", "f"]);
    sheet.git_as("jonas", &["merge", "-q", "--no-ff", "-m", "Update", "origin/main"]);
    sheet.git(&["checkout", "-q", "main"]);
    sheet.git_as("jonas", &["merge", "-q", "--no-ff", "-m", "Merge", "f"]);
    sheet.clear("jonas", "main");
}

/// Squashed with something more than what was signed.
#[test]
fn a23_refused() {
    let sheet = Sheet::new();
    two_sides(&sheet, 15);
    sheet.clear_branch("jonas", "f");
    sheet.git(&["merge", "-q", "--squash", "f"]);
    sheet.write("pay/b.rs", PAY);
    sheet.org.commit("jonas", "squashed");
    sheet.pending("jonas", "main");
}

#[test]
fn a23_twin() {
    let sheet = Sheet::new();
    two_sides(&sheet, 15);
    sheet.clear_branch("jonas", "f");
    sheet.git(&["merge", "-q", "--squash", "f"]);
    sheet.org.commit("jonas", "squashed, with another message");
    sheet.clear("jonas", "main");
}

/// A queue's branch with one member that nobody signed for.
#[test]
fn a24_refused() {
    let sheet = Sheet::new();
    for (branch, path) in [("one", "pay/one.rs"), ("two", "pay/two.rs"), ("odd", "pay/odd.rs")] {
        sheet.git(&["checkout", "-q", "-b", branch, "origin/main"]);
        sheet.assisted("jonas", path, PAY);
    }
    sheet.signs("priya", "one");
    sheet.signs("priya", "two");
    sheet.git(&["checkout", "-q", "-b", "queue", "origin/main"]);
    for branch in ["one", "odd", "two"] {
        sheet.git_as("tove", &["merge", "-q", "--no-ff", "-m", "Merge", branch]);
    }
    sheet.pending("tove", "queue:main");
    // Nor is anything of it landed.
    assert_eq!(sheet.landed(), sheet.git(&["rev-parse", "origin/main"]));
}

#[test]
fn a24_twin() {
    let sheet = Sheet::new();
    for (branch, path) in [("one", "pay/one.rs"), ("two", "pay/two.rs")] {
        sheet.git(&["checkout", "-q", "-b", branch, "origin/main"]);
        sheet.assisted("jonas", path, PAY);
        sheet.signs("priya", branch);
    }
    sheet.git(&["checkout", "-q", "-b", "queue", "origin/main"]);
    for branch in ["one", "two"] {
        sheet.git_as("tove", &["merge", "-q", "--no-ff", "-m", "Merge", branch]);
    }
    sheet.clear("tove", "queue:main");
}

/// A signed approval is presented in another repository, and a second time in its own.
#[test]
fn a34_refused() {
    let (sheet, other) = (Sheet::new(), Sheet::new());
    for place in [&sheet, &other] {
        place.assisted("jonas", "pay/a.rs", PAY);
    }
    sheet.signs("priya", "main");
    let from = sheet.org.scratch.at("work").to_string_lossy().into_owned();
    let spec = "refs/obstat/approvals/*:refs/obstat/approvals/*";
    other.git(&["fetch", "-q", &from, spec]);
    let filed = other.pushed("jonas", spec);
    assert_ne!(filed.code, 0, "another repository's statement was filed");
    other.pending("jonas", "main");
    // Landed, taken back, and brought again.
    sheet.clear("jonas", "main");
    sheet.org.scratch.clock("+10s");
    let commit = sheet.landed();
    sheet.git_as("mira", &["revert", "--no-edit", &commit]);
    sheet.signs("priya", "main");
    sheet.clear("mira", "main");
    sheet.org.scratch.clock("+20s");
    sheet.git_as("jonas", &["cherry-pick", "--no-edit", &commit]);
    let said = sheet.pending("jonas", "main");
    assert!(said.contains("does not count"), "{said}");
}

#[test]
fn a34_twin() {
    let sheet = Sheet::new();
    sheet.assisted("jonas", "pay/a.rs", PAY);
    sheet.signs("priya", "main");
    sheet.clear("jonas", "main");
}
