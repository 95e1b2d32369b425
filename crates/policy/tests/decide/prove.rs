//! `prove`: claims that hold are proven, and whatever weakens a policy breaks one.

use super::scene::{NOON, key_line, policy_text, roster_text};
use obstat_model::assistance::AssistanceVerdict;
use obstat_model::roster::Roster;
use obstat_model::time::{Now, Timestamp};
use obstat_policy::prove::{Counterexample, Verdict, parse_claims, prove};
use obstat_policy::{Policy, parse_policy, parse_roster};

fn roster() -> Roster {
    parse_roster(&roster_text(), "roster.yaml").unwrap_or_else(|e| panic!("{e:#?}"))
}

fn parsed(policy: &str, roster: &Roster) -> Policy {
    parse_policy(policy, "policy.yaml", roster).unwrap_or_else(|e| panic!("{e:#?}\n{policy}"))
}

/// What comes of one claim on a policy with these rules.
fn tried(rules: &str, claim: &str) -> Verdict {
    let roster = roster();
    let policy = parsed(&policy_text(rules), &roster);
    let text = format!("version: 1\nclaims:\n  - {{ name: c, target: production, {claim} }}\n");
    let claims = parse_claims(&text, "claims.yaml", &policy, &roster);
    let claims = claims.unwrap_or_else(|e| panic!("{e:#?}"));
    prove(&policy, &roster, &claims[0], Now(Timestamp::from_unix(NOON)))
}

fn holds(rules: &str, claim: &str) {
    let verdict = tried(rules, claim);
    assert!(matches!(verdict, Verdict::Holds(n) if n > 0), "{verdict:#?}");
}

fn broken(rules: &str, claim: &str) -> Counterexample {
    match tried(rules, claim) {
        Verdict::Broken(found) => *found,
        other => panic!("{other:?}"),
    }
}

const SENIOR: &str =
    "author_level_below: senior, needs: { approvals: 1, level: senior, presence: key }";
const ALL: &str = "rules:\n  - { name: assisted, when: { assistance: possible, author_level_below: senior }, require: [{ approvals: 1, level: senior }] }\n";

#[test]
fn what_a_rule_says_is_proven() {
    holds(ALL, SENIOR);
    let of_principals = broken(ALL, &SENIOR.replace("level: senior", "level: principal"));
    assert_eq!(of_principals.signed.len(), 1, "{of_principals:?}");
    let two = broken(ALL, &SENIOR.replace("approvals: 1", "approvals: 2"));
    assert!(two.signed.iter().filter(|(_, _, counts)| *counts).count() == 1, "{two:?}");
    let present = broken(ALL, &SENIOR.replace("presence: key", "presence: present"));
    assert_eq!(present.signed.len(), 1, "{present:?}");
}

/// A claim about any change speaks of those whose authors sign that no AI helped as well.
#[test]
fn what_is_declared_unassisted_is_any_change_too() {
    holds(ALL, &format!("assistance: possible, {SENIOR}"));
    let found = broken(ALL, &format!("assistance: any, {SENIOR}"));
    assert_eq!(found.help, AssistanceVerdict::DeclaredUnassisted, "{found:?}");
}

/// Rules may be for another target that some refs of the claimed one belong to.
#[test]
fn a_claim_is_about_every_ref_of_its_target() {
    let roster = roster();
    let targets = "targets:\n  production: { refs: [refs/heads/main, 'refs/heads/release/*'], mode: enforce, from: refs/heads/main }\n  trunk: { refs: [refs/heads/main], mode: enforce }\n";
    let rules = "rules:\n  - { name: trunk, when: { target: trunk }, require: [{ approvals: 1, level: senior }] }\n";
    let text = format!("version: 1\n{targets}defaults: {{ presence: key, expires: 14d }}\n{rules}");
    let policy = parsed(&text, &roster);
    let claims = format!("version: 1\nclaims:\n  - {{ name: c, target: production, {SENIOR} }}\n");
    let claims = parse_claims(&claims, "claims.yaml", &policy, &roster).unwrap();
    match prove(&policy, &roster, &claims[0], Now(Timestamp::from_unix(NOON))) {
        Verdict::Broken(found) => assert!(found.target.as_str().contains("release"), "{found:?}"),
        other => panic!("{other:?}"),
    }
}

/// Lines of one change can be in many files: a rule for some paths counts those there alone.
#[test]
fn lines_are_where_fewest_rules_count_them() {
    let claim = "paths: ['src/**', 'lib/**'], lines_at_least: 100, ";
    let claim = &format!("{claim}{SENIOR}");
    let each = |(n, list): (usize, &&str)| {
        format!(
            "  - {{ name: r{n}, when: {{ paths: ['{list}'], lines_at_least: 100 }}, require: [{{ approvals: 1, level: senior }}] }}\n",
        )
    };
    let rules = |lists: &[&str]| {
        let rules: String = lists.iter().enumerate().map(each).collect();
        format!("rules:\n{rules}")
    };
    let found = broken(&rules(&["src/**", "lib/**"]), claim);
    assert_eq!(found.beside.iter().map(|(_, lines)| lines).sum::<u64>(), 100, "{found:?}");
    holds(&rules(&["**"]), claim);
    holds(
        "rules:\n  - { name: a, when: { lines_at_least: 100 }, require: [{ approvals: 1, level: senior }] }\n",
        claim,
    );
    // Where every path has such a rule, half of them in each pass.
    let split = broken(&rules(&["*", "*/**"]), claim);
    assert!(split.beside.len() > 1 || split.beside[0].1 < 100, "{split:?}");
}

/// Ten who do not count for a claim may together be what a rule takes instead.
#[test]
fn as_many_people_sign_as_all_rules_ask_for() {
    let mut text = roster_text();
    let more: String = (0..13)
        .map(|n| {
            let key = key_line(&format!("j{n}"));
            format!("  j{n}:\n    levels: [{{ level: junior, since: 2020-01-01 }}]\n    keys: [\"{key}\"]\n")
        })
        .collect();
    text = text.replace("agents:\n", &format!("{more}agents:\n"));
    let roster = parse_roster(&text, "roster.yaml").unwrap_or_else(|e| panic!("{e:#?}"));
    let rules = "rules:\n  - { name: a, require: [{ any_of: [[{ approvals: 1, level: senior }], [{ approvals: 12 }]] }] }\n";
    let policy = parsed(&policy_text(rules), &roster);
    let claims = format!("version: 1\nclaims:\n  - {{ name: c, target: production, {SENIOR} }}\n");
    let claims = parse_claims(&claims, "claims.yaml", &policy, &roster).unwrap();
    let verdict = prove(&policy, &roster, &claims[0], Now(Timestamp::from_unix(NOON)));
    assert!(matches!(verdict, Verdict::Broken(_)), "{verdict:?}");
}

#[test]
fn a_hole_is_shown_with_its_smallest_story() {
    let only = "rules:\n  - { name: pay, when: { paths: ['pay/**'] }, require: [{ approvals: 1, level: senior }] }\n";
    let found = broken(only, SENIOR);
    assert!(!found.path.starts_with("pay/") && found.signed.is_empty(), "{found:?}");
    holds(only, &format!("paths: ['pay/**'], {SENIOR}"));
    let assisted = ALL.replace("assistance: possible", "assistance: assisted");
    let found = broken(&assisted, SENIOR);
    assert_eq!(found.help, AssistanceVerdict::Undisclosed, "{found:?}");
    holds(&assisted, &format!("assistance: assisted, {SENIOR}"));
    let below = ALL.replace("below: senior", "below: mid-level");
    assert_eq!(broken(&below, SENIOR).author.unwrap().as_str(), "mid-level");
    let exempt = format!(
        "{ALL}exempt:\n  - {{ name: docs, paths: ['docs/**'], lines_at_most: 5, files_at_most: 1, assistance: any, reason: text }}\n"
    );
    let found = broken(&exempt, SENIOR);
    assert_eq!(found.exemption.unwrap().as_str(), "docs");
    assert!(found.path.starts_with("docs/"), "{}", found.path);
    holds(&exempt, &format!("except: [docs], {SENIOR}"));
}

#[test]
fn two_patterns_that_meet_are_told_apart() {
    let rules = "rules:\n  - { name: sql, when: { paths: ['**/*.sql'] }, require: [{ approvals: 1, level: principal }] }\n  - { name: pay, when: { paths: ['pay/**'] }, require: [{ approvals: 1, level: senior }] }\n";
    holds(rules, &format!("paths: ['pay/**'], {SENIOR}"));
    let principal = "needs: { approvals: 1, level: principal }";
    let found = broken(rules, &format!("paths: ['pay/**'], {principal}"));
    assert!(!found.path.ends_with(".sql"), "{found:?}");
    holds(rules, &format!("paths: ['pay/*.sql'], {principal}"));
}
