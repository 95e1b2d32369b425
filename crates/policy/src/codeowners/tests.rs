//! Cases of both dialects in a short notation, and input that wants to break the reader.
//!
//! An answer is one group for each section, `|` between them: `name: owner, owner`, where `^`
//! marks an optional section and `[2]` a count, `team x` a team, `?@x` an unknown name, `nobody`
//! matched without owner, and `-` unmatched.

use super::*;
use crate::roster::parse_roster;

mod github;
mod gitlab;
mod hostile;
mod names;

const ROSTER: &str = "
version: 1
ladder: [junior, senior]
owners: {people: [mira], quorum: 1}
people:
  mira:
    keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4F1r7lHSHqU4FHTSSS7Ip5DHVmsS0oUvZ+wuyJbNG5]
    emails: [mira@example.com]
    accounts: [{host: github.com, login: MiraS}, {host: gitlab.example, login: miras}]
    teams: [pay, web]
  omar:
    emails: [omar@example.com]
    accounts: [{host: github.com, login: omar-gh}, {host: github.com, login: shared}]
    teams: [pay, Docs]
  hana:
    accounts: [{host: gitlab.example, login: shared}, {host: github.com, login: builder}]
    teams: [docs, ops/db]
agents:
  robo: {accounts: [{host: github.com, login: robo}], emails: [robo@example.com]}
services:
  ci: {accounts: [{host: gitlab.example, login: builder}]}
";

fn roster() -> Roster {
    parse_roster(ROSTER, "roster.yaml").unwrap()
}

fn parse(dialect: Dialect, text: &str) -> Result<CodeOwners, Vec<Diagnostic>> {
    CodeOwners::parse(dialect, text, &roster())
}

fn shown_owner(owner: &PathOwner) -> String {
    match owner {
        PathOwner::Person(id) => id.to_string(),
        PathOwner::Team(team) => format!("team {team}"),
        PathOwner::Unknown(name) => format!("?{name}"),
    }
}

fn shown_group(group: &OwnerGroup) -> String {
    let mut owners: Vec<String> = group.owners.iter().map(shown_owner).collect();
    if owners.is_empty() {
        owners.push("nobody".to_owned());
    }
    let mark = if group.optional { "^" } else { "" };
    let count = if group.count == 1 { String::new() } else { format!("[{}]", group.count) };
    let name = group.section.as_ref().map_or_else(String::new, |n| format!("{mark}{n}{count}: "));
    format!("{name}{}", owners.join(", "))
}

fn answer(dialect: Dialect, text: &str, path: &str) -> String {
    let found = match parse(dialect, text) {
        Ok(file) => file.owners(&path.into()),
        Err(found) => return format!("{} {:?}", found[0].code, found[0].span),
    };
    if found.groups.is_empty() {
        return "-".to_owned();
    }
    found.groups.iter().map(shown_group).collect::<Vec<_>>().join(" | ")
}

fn check(dialect: Dialect, cases: &[(&str, &str, &str)]) {
    for (text, path, wanted) in cases {
        assert_eq!(answer(dialect, text, path), *wanted, "{text:?} on {path}");
    }
}

/// The first finding's code and what stands at its place.
fn refusal(dialect: Dialect, text: &str) -> (&'static str, String) {
    let found = parse(dialect, text).expect_err(text);
    (found[0].code, text.get(found[0].span.clone()).unwrap().to_owned())
}
