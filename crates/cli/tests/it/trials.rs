//! `obstat policy test`: what a policy's owners expect of it.

use super::{ASSISTED, org};
use obstat_testkit::{Finished, Org, POLICY};

/// Tests that hold for the usual policy: every form of change and signature.
const TESTS: &str = "\
version: 1
tests:
  - name: assisted work of a mid-level engineer waits for a senior
    target: production
    change: { paths: [src/a.rs], author: jonas, tool: cursor }
    expect: { decision: pending, rules: [assisted] }
  - name: a senior lets it pass
    target: production
    change: { paths: [src/a.rs], author: jonas, assistance: assisted }
    signed: [priya]
    expect: clear
  - name: who made it does not
    target: production
    change: { paths: [pay/charge.rs], author: priya }
    signed: [priya]
    expect: { decision: pending, rules: [pay] }
  - name: nor who helped to make it
    target: production
    change: { paths: [pay/charge.rs], author: priya, co_authors: [yusuf] }
    signed: [yusuf]
    expect: pending
  - name: nor a junior
    target: production
    change: { paths: [src/a.rs], author_level: mid-level }
    signed: [tove]
    expect: pending
  - name: text needs nobody
    target: production
    change: { paths: [docs/a.md], lines: 50, author_level: junior }
    expect: { decision: clear, rules: [], exemption: docs }
  - name: much text needs somebody
    target: production
    change: { paths: [docs/a.md], lines: 51, author_level: junior }
    expect: { decision: pending, rules: [assisted] }
  - name: what an author declares unassisted needs nobody
    target: production
    change: { paths: [src/a.rs], author: jonas, assistance: declared_unassisted }
    expect: { decision: clear, rules: [] }
  - name: somebody without a level is below all
    target: refs/heads/release/7
    change: { paths: [src/a.rs] }
    expect: { decision: pending, rules: [assisted] }
  - name: a no of somebody who could say yes blocks
    target: production
    change: { paths: [src/a.rs], author: jonas }
    signed: [priya, { who: yusuf, says: reject }]
    expect: blocked
  - name: which that person's own yes ends
    target: production
    change: { paths: [src/a.rs], author: jonas }
    signed: [{ who: yusuf, says: reject }, { who: yusuf, presence: present }]
    expect: clear
  - name: the policy is its owners' business
    target: production
    change: { paths: [.obstat/policy.yaml], author: tove }
    signed: [mira]
    expect: pending
  - name: of two of them
    target: production
    change: { paths: [.obstat/policy.yaml], author: tove }
    signed: [mira, priya]
    expect: clear
";

fn test(org: &Org, policy: &str, tests: &str, more: &[&str]) -> Finished {
    org.scratch.write("work/.obstat/policy.yaml", policy);
    org.scratch.write("work/.obstat/policy-tests.yaml", tests);
    org.obstat("mira", "work", &[&["policy", "test"], more].concat())
}

#[test]
fn what_a_policy_does_is_as_its_tests_say() {
    let org = org();
    let ran = test(&org, POLICY, TESTS, &[]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert!(ran.out.contains("13 tests: the policy does what they say"), "{}", ran.out);
    let told = test(&org, POLICY, TESTS, &["--explain", "--only", "a senior lets"]).ok();
    assert!(told.contains("1 of 1, senior or above, by priya"), "{told}");
}

/// Each weakening of the policy fails a test, which says what is wrong, why, and where it is written.
#[test]
fn a_failing_test_says_what_the_decision_rests_on() {
    let org = org();
    for (from, to, sentences) in [
        (
            "author_level_below: senior",
            "author_level_below: mid-level",
            &[
                "must be pending, and is clear",
                "rule `assisted` must apply, and does not",
                "line 3",
            ][..],
        ),
        ("lines_at_most: 50", "lines_at_most: 51", &["exemption `docs` lifts all rules"]),
        ("approvals: 1", "approvals: 2", &["must be clear, and is pending", "could sign: mira"]),
        ("paths: ['pay/**']", "paths: ['paid/**']", &["no rule applies"]),
    ] {
        let other = POLICY.replacen(from, to, 1);
        assert_ne!(other, POLICY, "{from}");
        let ran = test(&org, &other, TESTS, &[]);
        assert_eq!(ran.code, 3, "{from}: {}", ran.all());
        let told = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
        for sentence in sentences {
            assert!(told.contains(sentence), "{from}: {sentence}: {told}");
        }
    }
    let ran =
        test(&org, &POLICY.replace("approvals: 1", "approvals: 2"), TESTS, &["--format", "json"]);
    let found: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let failed: Vec<_> =
        found["tests"].as_array().unwrap().iter().filter(|t| t["holds"] == false).collect();
    assert_eq!(failed[0]["expected"], "clear", "{found}");
    assert_eq!(failed[0]["decision"], "pending");
}

#[test]
fn tests_that_are_wrong_themselves_are_pointed_at() {
    let org = org();
    for (from, to, code) in [
        ("target: production", "target: prodaction", "did you mean `production`"),
        ("author: jonas", "author: jonsa", "did you mean `jonas`"),
        ("rules: [assisted]", "rules: [asisted]", "did you mean `assisted`"),
        ("decision: pending", "decision: waiting", "waiting"),
        ("tool: cursor", "tool: cursor, assistance: undisclosed", "makes it assisted"),
        ("a senior lets it pass", "who made it does not", "two tests have the name"),
        ("paths: [src/a.rs]", "paths: []", "1 to 10000 paths"),
    ] {
        let wrong = TESTS.replacen(from, to, 1);
        assert_ne!(wrong, TESTS, "{from}");
        let ran = test(&org, POLICY, &wrong, &[]);
        assert_eq!(ran.code, 2, "{to}: {}", ran.all());
        assert!(ran.err.contains(code), "{to}: {}", ran.err);
    }
    std::fs::remove_file(org.scratch.at("work/.obstat/policy-tests.yaml")).unwrap();
    let none = org.obstat("mira", "work", &["policy", "test"]);
    assert_eq!(none.code, 2, "{}", none.all());
    assert!(none.err.contains("--help"), "{}", none.err);
}

/// What is supposed is what happens: the same change, made and pushed.
#[test]
fn the_gate_does_what_the_tests_say() {
    for (author, path, message, signer, decision) in [
        ("jonas", "src/a.rs", ASSISTED, None, "pending"),
        ("jonas", "src/a.rs", ASSISTED, Some("priya"), "clear"),
        ("priya", "pay/charge.rs", "plain", Some("priya"), "pending"),
        ("tove", "docs/a.md", "plain", None, "clear"),
        ("priya", "src/a.rs", "plain", None, "clear"),
    ] {
        let org = org();
        let assistance = if message == ASSISTED { "assisted" } else { "undisclosed" };
        let signed = signer.map_or(String::new(), |who| format!("signed: [{who}], "));
        let tests = format!(
            "version: 1\ntests:\n  - {{ name: it, target: production, {signed}expect: {decision}, \
             change: {{ paths: [{path}], lines: 1, author: {author}, assistance: {assistance} }} }}\n"
        );
        let ran = test(&org, POLICY, &tests, &[]);
        assert_eq!(ran.code, 0, "{tests}: {}", ran.all());
        std::fs::remove_file(org.scratch.at("work/.obstat/policy-tests.yaml")).unwrap();
        org.scratch.write(&format!("work/{path}"), "x\n");
        org.commit(author, message);
        if let Some(who) = signer {
            org.sign(who, "main", &[]).ok();
            org.push_statements(who).ok();
        }
        let pushed = org.push(author, &["main"]);
        assert_eq!(pushed.code == 0, decision == "clear", "{tests}: {}", pushed.err);
    }
}
