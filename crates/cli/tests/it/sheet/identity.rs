//! Attacks on who somebody is: A1, A2, A4 to A12.

use super::Sheet;
use crate::ASSISTED;
use crate::attacks::{forged, nonce, own_nonce};

const PAY: &str = "fn charge() { more() }\n";

/// The statement that somebody filed.
fn statement_of(sheet: &Sheet, who: &str) -> String {
    let refs = sheet.git(&["for-each-ref", "--format=%(refname)", "refs/obstat/approvals"]);
    let signer = format!("\\\"signer\\\":\\\"{who}\\\"");
    let by = |name: &&str| sheet.git(&["cat-file", "blob", name]).contains(&signer);
    refs.lines().find(by).unwrap_or_else(|| panic!("{who} filed nothing")).to_owned()
}

/// Files somebody's statement anew as if another had signed it, with that one's key.
fn resigned(sheet: &Sheet, from: &str, to: &str, key: &str) -> obstat_testkit::Finished {
    let name = statement_of(sheet, from);
    let signer = [from, to].map(|who| format!("\"signer\":\"{who}\""));
    let (old, new) = (own_nonce(&sheet.org, &name), nonce(1));
    let spec = forged(&sheet.org, &name, &[(&signer[0], &signer[1]), (&old, &new)], key);
    let pushed = sheet.pushed("jonas", &spec);
    if pushed.code != 0 {
        let name = spec.split(':').next().unwrap_or_default();
        sheet.git(&["update-ref", "-d", name]);
    }
    pushed
}

/// The pipeline approves what a workflow of the change itself tells it to.
#[test]
fn a01_refused() {
    let sheet = Sheet::new();
    sheet.assisted("jonas", ".github/workflows/approve.yaml", "run: obstat sign\n");
    assert_ne!(sheet.org.sign("ci", "origin/main..main", &[]).code, 0, "a service signed");
    // Nor by hand: somebody's own statement in the pipeline's name, with its key.
    sheet.org.sign("jonas", "origin/main..main", &[]).ok();
    let filed = resigned(&sheet, "jonas", "ci", "ci");
    assert!(filed.said().contains("a service can only report checks"), "{}", filed.err);
    let said = sheet.pending("jonas", "main");
    assert!(said.contains("of team pipeline"), "{said}");
    // A senior who does not own the pipeline is not enough.
    sheet.signs("priya", "main");
    let said = sheet.pending("jonas", "main");
    assert!(said.contains("could sign: yusuf"), "{said}");
}

#[test]
fn a01_twin() {
    let sheet = Sheet::new();
    sheet.assisted("jonas", ".github/workflows/comment.yaml", "run: echo hello\n");
    sheet.signs("yusuf", "main");
    sheet.clear("jonas", "main");
}

/// Who told an agent what to do does not approve what it did.
#[test]
fn a02_refused() {
    let agent = |sheet: &Sheet, told_by: &str, path: &str| {
        sheet.write(path, "fn a() {}\n");
        sheet
            .org
            .commit("bot", &format!("Change\n\nCo-authored-by: {told_by} <{told_by}@example.com>"))
    };
    // The operator, whom the roster names.
    let sheet = Sheet::new();
    sheet.write("pay/a.rs", "fn a() {}\n");
    sheet.org.commit("bot", "Change");
    sheet.signs("jonas", "main");
    let said = sheet.pending("tove", "main");
    assert!(said.contains("jonas:"), "the operator is not told why: {said}");
    // Whom the agent's own trailer names, also for one of many commits.
    sheet.start_again();
    agent(&sheet, "priya", "pay/a.rs");
    agent(&sheet, "jonas", "pay/b.rs");
    sheet.signs("priya", "main");
    let said = sheet.pending("jonas", "main");
    assert!(said.contains("priya:"), "whoever instructed is not told why: {said}");
}

#[test]
fn a02_twin() {
    let sheet = Sheet::new();
    sheet.write("pay/a.rs", "fn a() {}\n");
    sheet.org.commit("bot", "Change\n\nCo-authored-by: Priya <priya@example.com>");
    sheet.signs("yusuf", "main");
    sheet.clear("jonas", "main");
}

/// One agent writes, another approves.
#[test]
fn a04_refused() {
    let sheet = Sheet::new();
    sheet.write("pay/a.rs", PAY);
    sheet.org.commit("bot", "Change");
    assert_ne!(sheet.org.sign("second", "origin/main..main", &[]).code, 0, "an agent signed");
    sheet.org.sign("jonas", "origin/main..main", &[]).ok();
    let filed = resigned(&sheet, "jonas", "second", "second");
    assert_ne!(filed.code, 0, "an agent's approval was filed");
    sheet.pending("jonas", "main");
}

#[test]
fn a04_twin() {
    let sheet = Sheet::new();
    sheet.write("pay/a.rs", PAY);
    sheet.org.commit("bot", "Change\n\nReviewed-by: Second <second@example.com>");
    sheet.signs("priya", "main");
    sheet.clear("jonas", "main");
}

/// A second account or key of one person is that person, and one that nobody knows is nobody.
#[test]
fn a05_refused() {
    let sheet = Sheet::new();
    sheet.assisted("priya", "pay/a.rs", PAY);
    sheet.signs("priya", "main");
    resigned(&sheet, "priya", "priya", "priya-2").ok();
    let said = sheet.pending("jonas", "main");
    assert!(said.contains("priya:"), "{said}");
    // Two keys of one person are one of two signatures.
    sheet.start_again();
    sheet.assisted("jonas", "pair/a.rs", PAY);
    sheet.signs("priya", "main");
    resigned(&sheet, "priya", "priya", "priya-2").ok();
    sheet.pending("jonas", "main");
    // An account that nobody knows.
    sheet.org.key("ghost");
    assert_ne!(sheet.org.sign("ghost", "origin/main..main", &[]).code, 0, "nobody signed");
    assert_ne!(resigned(&sheet, "priya", "yusuf", "ghost").code, 0, "nobody's statement was filed");
    sheet.pending("jonas", "main");
}

#[test]
fn a05_twin() {
    let sheet = Sheet::new();
    sheet.assisted("jonas", "pair/a.rs", PAY);
    sheet.signs("priya", "main");
    resigned(&sheet, "priya", "priya", "priya-2").ok();
    sheet.signs("yusuf", "main");
    sheet.clear("jonas", "main");
}

/// A forged author raises nobody's level, and can keep somebody from signing.
#[test]
fn a06_refused() {
    let sheet = Sheet::new();
    // As Mira, who needs nobody's signature for this.
    sheet.assisted("mira", "src/a.rs", "fn a() {}\n");
    sheet.pending("jonas", "main");
    // Priya is named for one commit, to shut her out: she is, and it is said why.
    sheet.start_again();
    sheet.assisted("jonas", "pay/a.rs", PAY);
    sheet.assisted("priya", "pay/b.rs", PAY);
    sheet.signs("priya", "main");
    let said = sheet.pending("jonas", "main");
    assert!(said.contains("priya:") && said.contains("yusuf"), "{said}");
    sheet.signs("yusuf", "main");
    sheet.clear("jonas", "main");
}

#[test]
fn a06_twin() {
    let sheet = Sheet::new();
    sheet.assisted("priya", "pay/a.rs", PAY);
    sheet.signs("yusuf", "main");
    sheet.clear("priya", "main");
}

/// An author whom nobody knows.
#[test]
fn a07_refused() {
    let sheet = Sheet::new();
    let commit = sheet.assisted("ghost", "pay/a.rs", PAY);
    sheet.signs("priya", "main");
    let said = sheet.blocked("jonas", "main");
    assert!(
        said.contains(commit.get(..7).unwrap_or_default()) && said.contains("roster"),
        "{said}"
    );
}

#[test]
fn a07_twin() {
    let sheet = Sheet::new();
    let both = "emails: [jonas@example.com, ghost@example.com]";
    let roster = sheet.roster().replace("emails: [jonas@example.com]", both);
    sheet.write(".obstat/roster.yaml", roster);
    sheet.org.commit("yusuf", "the address is that of Jonas");
    sheet.signs("mira", "main");
    sheet.signs("priya", "main");
    sheet.clear("yusuf", "main");
    sheet.start_again();
    sheet.assisted("ghost", "pay/a.rs", PAY);
    sheet.signs("priya", "main");
    sheet.clear("jonas", "main");
}

/// Whoever made it stays out when somebody else rebases or squashes it.
#[test]
fn a08_refused() {
    let sheet = Sheet::new();
    sheet.git(&["checkout", "-q", "-b", "f"]);
    sheet.assisted("priya", "pay/a.rs", PAY);
    sheet.clear_branch("priya", "f");
    // Rebased: author Priya, committer Tove.
    sheet.git_as("tove", &["commit", "-q", "--amend", "--no-edit", "--allow-empty"]);
    sheet.signs("priya", "f");
    let said = sheet.pending("tove", "f:main");
    assert!(said.contains("priya:"), "{said}");
    // Squashed by Tove alone, pushed over the head that Priya made.
    sheet.git_as("tove", &["commit", "-q", "--amend", "--reset-author", "-m", "mine"]);
    sheet.pushed("tove", "+f").ok();
    sheet.fetch();
    sheet.signs("priya", "f");
    let said = sheet.pending("tove", "f:main");
    assert!(said.contains("priya:"), "{said}");
}

#[test]
fn a08_twin() {
    let sheet = Sheet::new();
    sheet.git(&["checkout", "-q", "-b", "f"]);
    sheet.assisted("jonas", "pay/a.rs", PAY);
    sheet.clear_branch("jonas", "f");
    sheet.git_as("tove", &["commit", "-q", "--amend", "--no-edit", "--allow-empty"]);
    sheet.pushed("tove", "+f").ok();
    sheet.fetch();
    sheet.signs("priya", "f");
    sheet.clear("tove", "f:main");
}

/// Commits that enter by the second parent of a merge have authors too.
#[test]
fn a09_refused() {
    let sheet = Sheet::new();
    sheet.git(&["checkout", "-q", "-b", "side"]);
    sheet.assisted("priya", "pay/a.rs", PAY);
    sheet.git(&["checkout", "-q", "-b", "f", "main"]);
    sheet.assisted("jonas", "src/b.rs", "fn b() {}\n");
    sheet.git_as("jonas", &["merge", "-q", "--no-ff", "-m", "Merge", "side"]);
    sheet.signs("priya", "f");
    let said = sheet.pending("jonas", "f:main");
    assert!(said.contains("priya:"), "{said}");
}

#[test]
fn a09_twin() {
    let sheet = Sheet::new();
    sheet.git(&["checkout", "-q", "-b", "f"]);
    sheet.assisted("jonas", "src/b.rs", "fn b() {}\n");
    // Priya's own work lands on main and is merged into the branch: that makes her no author of it.
    sheet.git(&["checkout", "-q", "main"]);
    sheet.write("docs/a.md", "text\n");
    sheet.org.commit("priya", "docs");
    sheet.clear("priya", "main");
    sheet.git(&["checkout", "-q", "f"]);
    sheet.git_as("jonas", &["merge", "-q", "--no-ff", "-m", "Merge main", "main"]);
    sheet.signs("priya", "f");
    let said = sheet.blocked("jonas", "f:main");
    assert!(said.contains("git merge --no-ff"), "{said}");
    sheet.git(&["checkout", "-q", "main"]);
    sheet.git_as("jonas", &["merge", "-q", "--no-ff", "-m", "Merge the branch", "f"]);
    sheet.clear("jonas", "main");
}

/// A co-author does not approve, nor does whoever suggested an edit that was taken.
#[test]
fn a10_refused() {
    let sheet = Sheet::new();
    sheet.write("pay/a.rs", PAY);
    sheet.org.commit("jonas", &format!("{ASSISTED}\nCo-authored-by: Priya <priya@example.com>"));
    sheet.signs("priya", "main");
    let said = sheet.pending("jonas", "main");
    assert!(said.contains("priya:"), "{said}");
    // As forges write it: her commit on the branch.
    sheet.start_again();
    sheet.assisted("jonas", "pay/b.rs", PAY);
    sheet.write("pay/b.rs", "fn charge() { better() }\n");
    sheet.org.commit("priya", "Apply suggestion");
    sheet.signs("priya", "main");
    let said = sheet.pending("jonas", "main");
    assert!(said.contains("priya:"), "{said}");
}

#[test]
fn a10_twin() {
    let sheet = Sheet::new();
    sheet.assisted("jonas", "pay/a.rs", PAY);
    sheet.write("pay/a.rs", "fn charge() { better() }\n");
    sheet.org.commit("priya", "Apply suggestion");
    sheet.signs("yusuf", "main");
    sheet.clear("jonas", "main");
}

/// A change that promotes its own approver.
#[test]
fn a11_refused() {
    let sheet = Sheet::new();
    let roster = sheet.roster().replace("level: junior", "level: principal");
    sheet.write(".obstat/roster.yaml", roster);
    sheet.assisted("jonas", "pay/a.rs", PAY);
    sheet.signs("tove", "main");
    sheet.pending("jonas", "main");
    // Nor does one owner's word raise her.
    sheet.signs("mira", "main");
    sheet.pending("jonas", "main");
}

#[test]
fn a11_twin() {
    let sheet = Sheet::new();
    let roster = sheet.roster().replace("level: junior", "level: senior");
    sheet.write(".obstat/roster.yaml", roster);
    sheet.org.commit("yusuf", "Tove is a senior");
    sheet.signs("mira", "main");
    sheet.signs("priya", "main");
    sheet.clear("yusuf", "main");
    sheet.org.scratch.clock("+25h");
    sheet.start_again();
    sheet.assisted("jonas", "pay/a.rs", PAY);
    sheet.signs("tove", "main");
    sheet.clear("jonas", "main");
}

/// Whoever left between signing and landing does not count.
#[test]
fn a12_refused() {
    let sheet = Sheet::new();
    sheet.git(&["checkout", "-q", "-b", "f"]);
    sheet.assisted("jonas", "pay/a.rs", PAY);
    sheet.signs("yusuf", "f");
    sheet.start_again();
    let roster = sheet.roster();
    let (start, rest) = roster.split_once("  yusuf:\n").unwrap();
    let (_, end) = rest.split_once("  jonas:\n").unwrap();
    sheet.write(
        ".obstat/roster.yaml",
        format!("{start}  yusuf: {{ left: 2020-01-02, teams: [pipeline] }}\n  jonas:\n{end}"),
    );
    sheet.org.commit("jonas", "Yusuf left");
    sheet.signs("mira", "main");
    sheet.signs("priya", "main");
    sheet.clear("jonas", "main");
    sheet.git(&["checkout", "-q", "f"]);
    sheet.git_as("jonas", &["rebase", "-q", "main"]);
    let said = sheet.pending("jonas", "f:main");
    assert!(said.contains("yusuf:"), "{said}");
}

#[test]
fn a12_twin() {
    let sheet = Sheet::new();
    sheet.git(&["checkout", "-q", "-b", "f"]);
    sheet.assisted("jonas", "pay/a.rs", PAY);
    sheet.signs("yusuf", "f");
    sheet.org.scratch.clock("+24h");
    sheet.clear("jonas", "f:main");
}
