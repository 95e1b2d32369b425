//! The text of the drafted files. Everything from history is quoted as YAML strings.

use super::people::{Draft, Drafted, Owner};
use obstat_model::text::{escape_cut, grouped};
use obstat_model::time::Timestamp;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A YAML string in double quotes; JSON strings are YAML strings.
fn quoted(text: &str) -> String {
    let clean = escape_cut(text, 120);
    serde_json::to_string(&clean).unwrap_or_else(|_| "\"\"".to_owned())
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

/// The roster.
pub(super) fn roster(draft: &Draft, owner: &Owner) -> String {
    let mut text = String::from(ROSTER_HEAD);
    let _ = writeln!(text, "owners:\n  people: [{}]\n  quorum: 1\n\npeople:", owner.id);
    let known = draft.people.iter().find(|p| p.id == owner.id);
    own(&mut text, owner, known);
    for person in draft.people.iter().filter(|p| p.id != owner.id) {
        one(&mut text, person);
    }
    if draft.left_out > 0 {
        let _ =
            writeln!(text, "  # {} more people with fewer commits are left out.", draft.left_out);
    }
    others(&mut text, draft);
    text
}

fn own(text: &mut String, owner: &Owner, known: Option<&Drafted>) {
    let mut emails = known.map(|p| p.emails.clone()).unwrap_or_default();
    emails.extend(owner.email.clone());
    let emails = list(emails.iter().map(|e| quoted(e)));
    let _ = writeln!(text, "  {}:\n    name: {}", owner.id, quoted(&owner.name));
    text.push_str("    levels: [{ level: principal, since: 2000-01-01 }]\n");
    let _ = writeln!(
        text,
        "    emails: {emails}\n    accounts: [{{ host: git, login: {} }}]",
        owner.id
    );
    match &owner.key {
        Some(key) => {
            let _ = writeln!(text, "    keys: [{}]", quoted_key(key));
        }
        None => text.push_str(
            "    keys: [] # your public key: without it the policy has no owner who can sign\n",
        ),
    }
}

/// Keys are longer than names and hold nothing that needs care.
fn quoted_key(key: &str) -> String {
    serde_json::to_string(key).unwrap_or_else(|_| "\"\"".to_owned())
}

fn one(text: &mut String, person: &Drafted) {
    let day = |at| Timestamp::from_unix(at).day();
    let places = person.places.iter().map(|p| escape_cut(p, 30)).collect::<Vec<_>>().join(", ");
    let places = if places.is_empty() { places } else { format!(", lately in {places}") };
    let _ = writeln!(
        text,
        "  {}: # {} commits, {} to {}{places}",
        person.id,
        grouped(person.commits),
        day(person.first),
        day(person.last)
    );
    let _ = writeln!(text, "    name: {}", quoted(&person.name));
    text.push_str("    levels: [{ level: junior, since: 2000-01-01 }]\n");
    let _ = writeln!(text, "    emails: {}", list(person.emails.iter().map(|e| quoted(e))));
    let _ = writeln!(text, "    accounts: [{{ host: git, login: {} }}]", person.id);
}

fn others(text: &mut String, draft: &Draft) {
    if !draft.agents.is_empty() {
        text.push_str("\nagents:\n");
        for (tool, emails) in &draft.agents {
            let emails = list(emails.iter().map(|e| quoted(e)));
            let _ = writeln!(text, "  {tool}: {{ tool: {tool}, emails: {emails} }}");
        }
    }
    if draft.services.is_empty() {
        return;
    }
    text.push_str(
        "\n# Bots and forges' web committers: they neither raise nor lower a level.\nservices:\n",
    );
    for (i, email) in draft.services.iter().enumerate() {
        let _ = writeln!(text, "  service-{}: {{ emails: [{}] }}", i + 1, quoted(email));
    }
}

/// Most owners of a folder that are drafted.
const OWNERS_MAX: usize = 3;

/// Owners of the top folders: who changed them lately, those with most commits first.
pub(super) fn code_owners(draft: &Draft) -> String {
    let mut by_place: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for person in &draft.people {
        for place in &person.places {
            let owners = by_place.entry(place).or_default();
            if owners.len() < OWNERS_MAX {
                owners.push(&person.id);
            }
        }
    }
    // A name that would need quoting is left to people.
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    by_place.retain(|place, _| place.chars().all(plain));
    if by_place.is_empty() {
        return String::new();
    }
    let mut text = String::from(OWNERS_HEAD);
    for (place, owners) in by_place {
        let owners: Vec<String> = owners.iter().map(|id| format!("@{id}")).collect();
        let _ = writeln!(text, "/{place}/ {}", owners.join(" "));
    }
    text
}

const OWNERS_HEAD: &str = "\
# Who owns what: those who changed it in the newest 2,000 commits. For rules with `owns: touched`;
# no rule asks for owners yet. Format: docs/formats/codeowners.md of Obstat.
";

const ROSTER_HEAD: &str = "\
# Who is who. Drafted from the history of this repository; set the levels.
# Format: docs/formats/roster.md of Obstat. Check with: obstat policy check
version: 1

# Levels, lowest first.
ladder: [junior, mid-level, senior, principal]

# A raised level or a new key counts only after this time; lowering and leaving count at once.
delay: 24h

# Who may change policy and roster, and how many of them must sign a change.
";

/// The policy.
pub(super) fn policy(branch: &str) -> String {
    let branch = quoted(&format!("refs/heads/{branch}"));
    format!(
        "\
# What needs whose signature. Format: docs/formats/policy.md of Obstat.
# Rules only add requirements. Check with: obstat policy check
version: 1

targets:
  production:
    refs: [{branch}]
    # shadow: decide and record. warn: also say what is missing. enforce: let only clear content pass.
    mode: shadow

# `present`: a security key with touch and PIN. An SSH key without touch is only `key`: an agent
# that runs on the signer's machine could use it.
defaults: {{ presence: present, expires: 14d }}

rules:
  # Content that an AI may have helped with, by somebody below senior, needs a senior.
  - name: assisted-below-senior
    when: {{ assistance: possible, author_level_below: senior }}
    require:
      - {{ approvals: 1, level: senior }}

  # Hidden content needs somebody who has seen the escapes.
  - name: hidden-content
    when: {{ hidden_content: any }}
    require:
      - {{ approvals: 1, level: senior }}

# Low risk passes at once, with a recorded reason.
exempt:
  - name: docs
    paths: [\"docs/**\", \"*.md\"]
    lines_at_most: 200
    files_at_most: 20
    assistance: any
    reason: text for people, no code
"
    )
}
