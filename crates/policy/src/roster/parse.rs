//! Roster text → [`Roster`]; knows no repository and verifies no attestation.

mod check;
mod devices;
mod identity;
mod people;

use crate::diagnostic::{Diagnostic, Report, shown};
use crate::glob::Pattern;
use crate::yaml::{self, Entry, Fields, Node};
use obstat_model::id::{AgentId, LevelName, PersonId, ScopeName, ServiceId};
use obstat_model::level::Ladder;
use obstat_model::roster::{Agent, DELAY_MAX, Owners, Roster, RosterParts, Scope, Service};
use obstat_model::time::Seconds;

/// Largest roster in bytes.
const SIZE_MAX: usize = 16 << 20;
/// Most levels.
const LEVELS_MAX: usize = 32;
/// The delay where the file gives none: one day.
const DELAY: Seconds = Seconds(86_400);
const KEYS: [&str; 9] =
    ["version", "ladder", "owners", "delay", "devices", "scopes", "people", "agents", "services"];
const OWNERS_KEYS: [&str; 2] = ["people", "quorum"];
const AGENT_KEYS: [&str; 4] = ["tool", "emails", "accounts", "operator"];
const SERVICE_KEYS: [&str; 3] = ["emails", "accounts", "keys"];

/// Reads and checks a roster. The format is described in `docs/formats/roster.md`.
///
/// # Errors
/// Everything that is wrong with it, in the order of the file. A roster in which the owners'
/// quorum could not sign is refused with `locked-out`.
pub fn parse_roster(text: &str, file: &str) -> Result<Roster, Vec<Diagnostic>> {
    let mut report = Report::new(file);
    let parts = parts(text, &mut report);
    report.settle(parts).map(Roster::new)
}

fn parts(text: &str, report: &mut Report) -> Option<RosterParts> {
    let root = yaml::load(text, SIZE_MAX, report)?;
    let fields = Fields::of(&root, "a roster", &KEYS, report)?;
    fields.version_one(report);
    let ladder = ladder(fields.need("ladder", "a roster", report)?, report)?;
    let mut parts = RosterParts { ladder, delay: DELAY, ..RosterParts::default() };
    if let Some(node) = fields.get("delay") {
        parts.delay = yaml::seconds(node, "delay", report)?;
        if parts.delay > DELAY_MAX {
            report.say("bad-time", &node.span, "`delay` must be at most 90d".to_owned());
            return None;
        }
    }
    if let Some(node) = fields.get("devices") {
        parts.devices = devices::read(node, report);
    }
    if let Some(node) = fields.get("scopes") {
        parts.scopes = scopes(node, report);
    }
    if let Some(node) = fields.need("people", "a roster", report) {
        parts.people = people::people(node, &parts, report);
    }
    if let Some(node) = fields.get("agents") {
        parts.agents = each(node, "agents", report, agent);
    }
    if let Some(node) = fields.get("services") {
        parts.services = each(node, "services", report, service);
    }
    let owners = fields.need("owners", "a roster", report)?;
    parts.owners = owners_of(owners, report)?;
    check::all(&parts, &fields, report);
    Some(parts)
}

/// Every entry of a map of named things; one bad entry does not hide the next.
fn each<T>(
    node: &Node,
    what: &str,
    report: &mut Report,
    read: impl Fn(&Entry, &mut Report) -> Option<T>,
) -> Vec<T> {
    let Some(entries) = yaml::entries(node, what, report) else { return Vec::new() };
    entries.iter().filter_map(|entry| read(entry, report)).collect()
}

/// A key that is a name.
fn id_of<T: std::str::FromStr>(entry: &Entry, what: &str, report: &mut Report) -> Option<T>
where
    T::Err: std::fmt::Display,
{
    match entry.key.parse() {
        Ok(id) => Some(id),
        Err(why) => {
            let message = format!("`{}` is no name of {what}: {why}", shown(&entry.key));
            report.say("bad-name", &entry.key_span, message);
            None
        }
    }
}

fn ladder(node: &Node, report: &mut Report) -> Option<Ladder> {
    let items = yaml::items(node, "ladder", report)?;
    let mut names: Vec<LevelName> = Vec::new();
    for item in items {
        let name: LevelName = yaml::name(item, "level", report)?;
        if names.contains(&name) {
            report.say("duplicate-name", &item.span, format!("level `{name}` is listed twice"));
        }
        names.push(name);
    }
    if names.is_empty() || names.len() > LEVELS_MAX {
        let message = format!("the ladder must have 1 to {LEVELS_MAX} levels, lowest first");
        report.say("bad-ladder", &node.span, message);
        return None;
    }
    Some(Ladder::new(names))
}

fn scopes(node: &Node, report: &mut Report) -> Vec<Scope> {
    each(node, "scopes", report, |entry, report| {
        let name: ScopeName = id_of(entry, "a scope", report)?;
        let mut paths = Vec::new();
        for (text, at) in yaml::texts(&entry.value, "a scope", report)? {
            match Pattern::parse(text) {
                Ok(_) => paths.push(text.to_owned()),
                Err(why) => report.say("bad-pattern", &at.span, why),
            }
        }
        if paths.is_empty() {
            report.say("empty-list", &entry.key_span, format!("scope `{name}` has no path"));
        }
        Some(Scope { name, paths })
    })
}

fn owners_of(node: &Node, report: &mut Report) -> Option<Owners> {
    let fields = Fields::of(node, "owners", &OWNERS_KEYS, report)?;
    let list = fields.need("people", "owners", report)?;
    let mut people: Vec<PersonId> = Vec::new();
    for item in yaml::items(list, "owners", report)? {
        let id: PersonId = yaml::name(item, "an owner", report)?;
        if people.contains(&id) {
            report.say("duplicate-name", &item.span, format!("owner `{id}` is listed twice"));
        }
        people.push(id);
    }
    let quorum = fields.need("quorum", "owners", report)?;
    let quorum = yaml::number(quorum, "quorum", 1..=1_000, report)?;
    Some(Owners { people, quorum: u32::try_from(quorum).ok()? })
}

fn agent(entry: &Entry, report: &mut Report) -> Option<Agent> {
    let fields = Fields::of(&entry.value, "an agent", &AGENT_KEYS, report)?;
    let id: AgentId = id_of(entry, "an agent", report)?;
    let tool = fields.get("tool").and_then(|n| yaml::name(n, "tool", report));
    let operator = fields.get("operator").and_then(|n| yaml::name(n, "operator", report));
    let (emails, accounts) = identity::of(&fields, report);
    Some(Agent { id, tool, emails, accounts, operators: operator.into_iter().collect() })
}

fn service(entry: &Entry, report: &mut Report) -> Option<Service> {
    let fields = Fields::of(&entry.value, "a service", &SERVICE_KEYS, report)?;
    let id: ServiceId = id_of(entry, "a service", report)?;
    let keys = identity::keys(fields.get("keys"), report);
    let (emails, accounts) = identity::of(&fields, report);
    Some(Service { id, emails, accounts, keys })
}

#[cfg(test)]
mod tests;
