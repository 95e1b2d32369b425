//! The main job: a push is refused, signed for, and accepted; and every way around it.

use super::{ASSISTED, org, program};
use obstat_testkit::{Finished, Org, POLICY};

#[test]
fn refused_signed_accepted() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    let refused = org.push("jonas", &["main"]);
    assert_ne!(refused.code, 0);
    assert!(refused.err.contains("Not yet. production needs 1 signature"), "{}", refused.err);
    assert!(refused.err.contains("obstat sign --push origin"), "{}", refused.err);
    fits(&refused);
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
    org.sign("priya", "HEAD~1..HEAD", &[]).ok();
    org.push_statements("priya").ok();
    let gap = org.push("jonas", &["main"]);
    assert_ne!(gap.code, 0, "a step in the middle passed unsigned");
    let check = org.obstat("jonas", "work", &["check"]);
    assert_eq!(check.code, 4, "{}", check.all());
    assert!(check.out.contains("1 part of it"), "{}", check.out);
    org.sign("priya", "HEAD~2..HEAD~1", &[]).ok();
    org.push_statements("priya").ok();
    let check = org.obstat("jonas", "work", &["check"]);
    assert_eq!(check.code, 0, "{}", check.all());
    assert!(check.out.contains("in 3 parts"), "{}", check.out);
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

/// What a developer reads is at most 15 lines of 80 columns, with the remedy at its end.
fn fits(refused: &Finished) {
    assert_ne!(refused.code, 0);
    let ours: Vec<&str> = refused.err.lines().filter(|l| l.starts_with("remote: ")).collect();
    assert!(ours.len() <= 15, "{} lines\n{}", ours.len(), refused.err);
    // A path stays whole, so that it can be copied.
    let broad = ours.iter().filter(|line| line.split_whitespace().count() > 2);
    let widest = broad.map(|line| line.trim_end().chars().count()).max().unwrap_or(0);
    assert!(widest <= 80, "{widest} columns\n{}", refused.err);
    assert!(refused.err.contains("Next: ") || refused.err.contains("obstat "), "{}", refused.err);
}

const DEMANDING: &str = "rules:
  - name: a-rule-with-a-rather-long-name-that-somebody-gave-it
    when: { assistance: possible }
    require: [{ any_of: [{ approvals: 2, level: senior }, [{ approvals: 1, level: principal }, { checks: [unit, contract, integration, end-to-end, fuzzing, licence-scan, dependency-review] }]] }]
  - name: second
    when: { paths: ['pay/**', 'src/**'] }
    require: [{ approvals: 2, level: senior }, { checks: [unit, contract, integration, end-to-end, fuzzing] }, { author_statement: first }]
  - name: third
    require: [{ approvals: 1, owns: touched }]
";

#[test]
fn the_longest_refusal_fits_on_fifteen_lines() {
    let head = POLICY.find("rules:").unwrap();
    let policy = format!("{}{DEMANDING}", POLICY.get(..head).unwrap());
    let org = Org::gated(program(), &policy);
    let path = "work/src/a/rather/deep/folder/with/many/parts/and/names/that/nobody/would/shorten/at/all/file.rs";
    org.scratch.write(path, "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    fits(&org.push("jonas", &["main"]));
    // Somebody whom nobody knows pushes what people whom nobody knows have made, to several targets.
    let credits = "x\n\nCo-authored-by: A Person With A Long Name <somebody.with.a.long.name@example.org>\n\
                   Co-authored-by: Another Such Person <another.with.a.long.name@example.org>\n";
    org.scratch.write("work/pay/charge.rs", "fn charge() { 2 }\n");
    org.commit("jonas", credits);
    let releases: Vec<String> = (0..6).map(|n| format!("main:refs/heads/release/{n}")).collect();
    let mut refs = vec!["main"];
    refs.extend(releases.iter().map(String::as_str));
    for who in ["jonas", "stranger"] {
        let refused = org.push(who, &refs);
        fits(&refused);
        assert!(refused.err.contains("is not let through either"), "{}", refused.err);
        assert!(refused.err.contains("nor 3 other refs"), "{}", refused.err);
    }
}
