//! The people of a roster: names, level history, teams; checks no relation between people.

use super::{each, id_of, identity};
use crate::diagnostic::Report;
use crate::yaml::{self, Entry, Fields, Node};
use obstat_model::id::{LevelName, PersonId, ScopeName, TeamName};
use obstat_model::level::LevelGrant;
use obstat_model::roster::{Person, RosterParts};

pub(super) const KEYS: [&str; 7] =
    ["name", "levels", "teams", "emails", "accounts", "keys", "left"];
pub(super) const LEVEL_KEYS: [&str; 4] = ["level", "since", "until", "scopes"];

pub(super) fn people(node: &Node, parts: &RosterParts, report: &mut Report) -> Vec<Person> {
    each(node, "people", report, |entry, report| person(entry, parts, report))
}

fn person(entry: &Entry, parts: &RosterParts, report: &mut Report) -> Option<Person> {
    let fields = Fields::of(&entry.value, "a person", &KEYS, report)?;
    let id: PersonId = id_of(entry, "a person", report)?;
    let name = match fields.get("name") {
        Some(node) => yaml::text(node, "name", report)?.to_owned(),
        None => id.to_string(),
    };
    let levels = fields.get("levels").map_or_else(Vec::new, |n| levels(n, parts, report));
    let teams = fields.get("teams").map_or_else(Vec::new, |n| teams(n, report));
    let keys = identity::keys(fields.get("keys"), report);
    let (emails, accounts) = identity::of(&fields, report);
    let left = fields.get("left").and_then(|n| yaml::timestamp(n, "left", report));
    Some(Person { id, name, levels, teams, emails, accounts, keys, left })
}

fn teams(node: &Node, report: &mut Report) -> Vec<TeamName> {
    let items = yaml::items(node, "teams", report).unwrap_or_default();
    items.iter().filter_map(|item| yaml::name(item, "team", report)).collect()
}

fn levels(node: &Node, parts: &RosterParts, report: &mut Report) -> Vec<LevelGrant> {
    let items = yaml::items(node, "levels", report).unwrap_or_default();
    let grants: Vec<LevelGrant> =
        items.iter().filter_map(|item| grant(item, parts, report)).collect();
    for (i, one) in grants.iter().enumerate() {
        if grants.iter().take(i).any(|other| overlap(one, other)) {
            let message = "two levels hold at the same time; end the older one with `until`";
            report.say("bad-dates", &node.span, message);
        }
    }
    grants
}

fn overlap(a: &LevelGrant, b: &LevelGrant) -> bool {
    let (first, second) = if a.since <= b.since { (a, b) } else { (b, a) };
    a.scopes == b.scopes && first.until.is_none_or(|end| end > second.since)
}

fn grant(node: &Node, parts: &RosterParts, report: &mut Report) -> Option<LevelGrant> {
    let fields = Fields::of(node, "a level", &LEVEL_KEYS, report)?;
    let name_node = fields.need("level", "a level", report)?;
    let name = yaml::text(name_node, "level", report)?;
    let Some(level) = parts.ladder.level(name) else {
        let known = parts.ladder.names().iter().map(LevelName::as_str);
        report.unknown("unknown-level", &name_node.span, ("level", name), known);
        return None;
    };
    let since = yaml::timestamp(fields.need("since", "a level", report)?, "since", report)?;
    let until = match fields.get("until") {
        Some(node) => Some(yaml::timestamp(node, "until", report)?),
        None => None,
    };
    if until.is_some_and(|end| end <= since) {
        report.say("bad-dates", &node.span, "the level ends before it begins");
    }
    let scopes = fields.get("scopes").map_or_else(Vec::new, |n| scopes(n, parts, report));
    Some(LevelGrant { level, since, until, scopes })
}

fn scopes(node: &Node, parts: &RosterParts, report: &mut Report) -> Vec<ScopeName> {
    let mut found = Vec::new();
    let items = yaml::items(node, "scopes", report).unwrap_or_default();
    if items.is_empty() {
        report.say("empty-list", &node.span, "`scopes` is empty; leave it out to mean everywhere");
    }
    for item in items {
        let Some(name) = yaml::name::<ScopeName>(item, "scope", report) else { continue };
        if !parts.scopes.iter().any(|s| s.name == name) {
            let known = parts.scopes.iter().map(|s| s.name.as_str());
            report.unknown("unknown-scope", &item.span, ("scope", name.as_str()), known);
        }
        found.push(name);
    }
    found
}
