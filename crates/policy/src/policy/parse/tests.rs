//! Every error of a policy file with its place, and that the good twin parses.

use super::*;
use crate::roster::parse_roster;

const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4F1r7lHSHqU4FHTSSS7Ip5DHVmsS0oUvZ+wuyJbNG5";

fn roster() -> Roster {
    let text = format!(
        "version: 1\nladder: [junior, senior, principal]\nowners: {{ people: [mira], quorum: 1 }}\n\
         scopes: {{ pay: ['pay/**'] }}\npeople:\n  mira:\n    levels: [{{ level: principal, since: 2020-01-01 }}]\n    \
         teams: [platform]\n    keys: ['{KEY}']\nservices: {{ ci: {{}} }}\n"
    );
    parse_roster(&text, "roster.yaml").unwrap()
}

const GOOD: &str = "\
version: 1
targets:
  production: { refs: [refs/heads/main, 'refs/heads/release/*'], mode: enforce, from: refs/heads/main, rewrite: judge }
defaults: { presence: key, expires: 7d, owners: [mira, '@platform'], codeowners: gitlab }
override: { holders: [mira], presence: present, at_most: 12h, review_within: 3d }
rules:
  - name: everything
    when:
      target: production
      assistance: possible
      tool: [cursor, kiro]
      author_level_below: senior
      author_unverified: true
      paths: ['pay/**', '**/*.sql']
      lines_at_least: 10
      files_at_least: 2
      rolling: { lines_at_least: 400, days: 7, scope: pay }
      decision_inputs: touched
      hidden_content: [bidi, symlink]
    require:
      - { approvals: 2, level: senior, team: platform, presence: hardware }
      - { approvals: 1, owns: touched }
      - { approvals: 2, teams: different }
      - { approvals: 1, distinct: release }
      - { author_statement: first }
      - { checks: [unit, contract], by: ci }
      - any_of: [{ approvals: 1, level: principal }, [{ approvals: 2 }, { checks: unit }]]
  - { name: seen, when: { hidden_content: any }, record_only: true }
exempt:
  - { name: docs, paths: ['docs/**'], lines_at_most: 50, files_at_most: 5, assistance: any, reason: text only }
";

fn parse(text: &str) -> Result<Policy, Vec<Diagnostic>> {
    parse_policy(text, "policy.yaml", &roster())
}

#[test]
fn everything_that_the_format_has_is_read() {
    let policy = parse(GOOD).unwrap_or_else(|e| panic!("{e:#?}"));
    assert_eq!((policy.targets().len(), policy.rules().len()), (1, 2));
    assert_eq!(policy.default_expiry(), Seconds(7 * 86_400));
    assert_eq!(policy.rolling_demands().count(), 1);
    let name = obstat_model::object::RefName::parse("refs/heads/release/2").unwrap();
    assert_eq!(policy.target_of(&name).unwrap().rewrite(), super::super::Rewrite::Judge);
    let needs: Vec<String> =
        policy.rules()[0].requirements().iter().map(Requirement::needs).collect();
    assert_eq!(
        needs,
        [
            "senior or above of team platform, in person with an attested key",
            "anybody on the roster who owns what is touched",
            "anybody on the roster, from different teams",
            "anybody on the roster, nobody twice for release",
            "author's own statement",
            "checks passed: unit, contract by ci",
            "1 principal, or 2 anybody on the roster and checks passed: unit",
        ]
    );
}

/// An edit of the good policy, the code that it must lead to, and the text at its place.
const BAD: [(&str, &str, &str, &str); 53] = [
    ("codeowners: gitlab", "codeowners: gitea", "unknown-word", "gitea"),
    ("version: 1", "version: 2", "version", "2"),
    ("version: 1\n", "", "version", ""),
    ("mode: enforce", "mode: strict", "unknown-word", "strict"),
    ("mode: enforce, ", "", "missing-key", ""),
    ("refs: [refs/heads/main, 'refs/heads/release/*']", "refs: []", "empty-list", "[]"),
    ("refs/heads/main, 'refs", "main, 'refs", "bad-ref", "main"),
    ("refs/heads/main, 'refs", "refs/obstat/x, 'refs", "bad-ref", "refs/obstat/x"),
    ("from: refs/heads/main", "from: main", "bad-ref", "main"),
    ("rewrite: judge", "rewrite: allow", "unknown-word", "allow"),
    ("  production: {", "  'pro duction': {", "bad-name", ""),
    ("presence: key,", "presence: keys,", "unknown-word", "keys"),
    ("expires: 7d", "expires: 7", "bad-time", "7"),
    ("expires: 7d", "expires: 3000d", "bad-time", "3000d"),
    ("expires: 7d", "expires: 0d", "bad-time", "0d"),
    ("owners: [mira, '@platform']", "owners: [miro]", "unknown-person", "miro"),
    ("'@platform'", "'@platfrom'", "unknown-team", "'@platfrom'"),
    ("holders: [mira]", "holders: []", "empty-list", "[]"),
    ("holders: [mira]", "holders: [nobody]", "unknown-person", "nobody"),
    ("at_most: 12h", "at_most: 30d", "bad-time", "30d"),
    ("review_within: 3d", "review_within: 90d", "bad-time", "90d"),
    (", at_most: 12h", "", "missing-key", ""),
    ("target: production", "target: prod", "unknown-target", "prod"),
    ("target: production", "target: []", "empty-list", "[]"),
    ("assistance: possible", "assistance: maybe", "unknown-word", "maybe"),
    ("tool: [cursor, kiro]", "tool: []", "empty-list", "[]"),
    ("author_level_below: senior", "author_level_below: senoir", "unknown-level", "senoir"),
    ("author_unverified: true", "author_unverified: false", "unknown-word", "false"),
    ("'pay/**', '**/*.sql'", "'/pay/**'", "bad-pattern", "'/pay/**'"),
    ("'pay/**', '**/*.sql'", "'!pay/**'", "bad-pattern", "'!pay/**'"),
    ("paths: ['pay/**', '**/*.sql']", "paths: []", "empty-list", "[]"),
    ("lines_at_least: 10", "lines_at_least: -1", "bad-number", "-1"),
    ("files_at_least: 2", "files_at_least: two", "bad-number", "two"),
    ("days: 7", "days: 0", "bad-number", "0"),
    ("scope: pay", "scope: play", "unknown-scope", "play"),
    ("decision_inputs: touched", "decision_inputs: true", "unknown-word", "true"),
    ("[bidi, symlink]", "[bidi, simlink]", "unknown-word", "simlink"),
    ("[bidi, symlink]", "[]", "empty-list", "[]"),
    ("      target: production\n", "      impact: { tier: 1 }\n", "not-available", "impact"),
    ("      target: production\n", "      not: x\n", "unknown-key", "not"),
    ("approvals: 2, level", "approvals: 0, level", "bad-number", "0"),
    ("team: platform", "team: plattform", "unknown-team", "plattform"),
    ("owns: touched", "owns: all", "unknown-word", "all"),
    ("teams: different", "teams: same", "unknown-word", "same"),
    ("approvals: 1, distinct", "approvals: 1, owns: touched, distinct", "contradiction", ""),
    ("author_statement: first", "author_statement: last", "unknown-word", "last"),
    ("checks: [unit, contract]", "checks: [unit, unit]", "duplicate-name", "[unit, unit]"),
    ("checks: [unit, contract]", "checks: []", "demands-nothing", "[]"),
    ("by: ci", "by: cj", "unknown-service", "cj"),
    ("[{ approvals: 1, level: principal }, [", "[[", "bad-list", ""),
    ("record_only: true", "record_only: true, require: [{ approvals: 1 }]", "contradiction", ""),
    (", record_only: true", "", "demands-nothing", ""),
    (", reason: text only", "", "missing-key", ""),
];

#[test]
fn every_mistake_is_named_at_its_place() {
    for (from, to, code, at) in BAD {
        let text = GOOD.replacen(from, to, 1);
        assert_ne!(text, GOOD, "{from}");
        let found = parse(&text).expect_err(to);
        let hit = found.iter().find(|d| d.code == code);
        let hit = hit.unwrap_or_else(|| panic!("{to}: no {code} in {found:#?}"));
        assert!(hit.message.chars().next().is_some_and(|c| !c.is_uppercase()), "{}", hit.message);
        if !at.is_empty() {
            assert_eq!(text.get(hit.span.clone()), Some(at), "{to}: {hit:#?}");
        }
    }
}

#[test]
fn names_may_not_repeat_nor_be_the_base() {
    for (text, code) in [
        (GOOD.replace("name: seen", "name: everything"), "duplicate-name"),
        (GOOD.replace("name: seen", "name: base"), "reserved-name"),
    ] {
        let found = parse(&text).unwrap_err();
        assert!(found.iter().any(|d| d.code == code), "{found:#?}");
    }
}

#[test]
fn a_policy_that_demands_or_protects_nothing_is_refused() {
    let no_rules =
        "version: 1\ntargets: { p: { refs: [refs/heads/main], mode: enforce } }\nrules: []\n";
    let no_targets = "version: 1\ntargets: {}\nrules: [{ name: a, require: [{ approvals: 1 }] }]\n";
    for text in ["version: 1\n", "", "[]", "~", no_rules, no_targets] {
        assert!(parse(text).is_err(), "{text}");
    }
}

#[test]
fn there_are_no_remote_policies() {
    for key in ["remote", "include", "extends", "url"] {
        let found = parse(&format!("{GOOD}{key}: https://example.com/policy.yaml\n")).unwrap_err();
        assert!(found.iter().any(|d| d.code == "remote-policy"), "{key}: {found:#?}");
    }
}

#[test]
fn owners_who_could_not_sign_are_locked_out_only_where_it_is_enforced() {
    let present = GOOD.replace("presence: key,", "presence: present,");
    let found = parse(&present).unwrap_err();
    assert_eq!(found[0].code, "locked-out", "{found:#?}");
    assert!(parse(&present.replace("mode: enforce", "mode: warn")).is_ok());
}

#[test]
fn suggestions_are_made() {
    let found = parse(&GOOD.replace("author_level_below: senior", "author_level_below: senoir"));
    assert_eq!(found.unwrap_err()[0].help.as_deref(), Some("did you mean `senior`?"));
}

#[test]
fn the_strictest_target_speaks_for_a_ref_of_several() {
    let two =
        GOOD.replace("defaults:", "  all: { refs: ['refs/heads/*'], mode: shadow }\ndefaults:");
    let policy = parse(&two).unwrap_or_else(|e| panic!("{e:#?}"));
    let name = |text| obstat_model::object::RefName::parse(text).unwrap();
    let of = |text| policy.target_of(&name(text)).map(|t| t.name().to_string());
    assert_eq!(of("refs/heads/main").as_deref(), Some("production"));
    assert_eq!(of("refs/heads/x").as_deref(), Some("all"));
    assert_eq!(of("refs/tags/v1"), None);
}
