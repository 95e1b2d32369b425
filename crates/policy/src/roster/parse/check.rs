//! What must hold between the entries of a roster: one identity for one, owners who can sign.

use crate::diagnostic::{Report, shown};
use crate::yaml::Fields;
use obstat_model::roster::{Account, Key, KeyId, RosterParts};
use std::collections::HashMap;
use std::ops::Range;

pub(super) fn all(parts: &RosterParts, fields: &Fields, report: &mut Report) {
    one_identity_each(parts, fields, report);
    operators(parts, fields, report);
    makers(parts, fields, report);
    owners(parts, fields, report);
}

fn at(fields: &Fields, key: &str) -> Range<usize> {
    fields.entry(key).map_or(0..0, |e| e.key_span.clone())
}

/// What can be claimed only once.
#[derive(PartialEq, Eq, Hash, Clone, Copy)]
enum Claim<'a> {
    Email(&'a str),
    Login(&'a str, &'a str),
    AccountId(&'a str, &'a str),
    Key(KeyId),
}

impl Claim<'_> {
    fn text(&self) -> String {
        match self {
            Self::Email(email) => format!("the e-mail address {}", shown(email)),
            Self::Login(host, login) => format!("the account {} on {}", shown(login), shown(host)),
            Self::AccountId(host, id) => format!("the account id {} on {}", shown(id), shown(host)),
            Self::Key(_) => "the same key".to_owned(),
        }
    }
}

/// Claims of identities, so that nobody can be two and nothing can be two people's.
struct Claims<'a, 'r> {
    by: HashMap<Claim<'a>, &'a str>,
    report: &'r mut Report,
    at: Range<usize>,
}

impl<'a> Claims<'a, '_> {
    fn claim(&mut self, what: Claim<'a>, who: &'a str) {
        if let Some(other) = self.by.insert(what, who) {
            let message = if other == who {
                format!("{} is listed twice for `{who}`", what.text())
            } else {
                format!("{} belongs to both `{other}` and `{who}`", what.text())
            };
            self.report.say("claimed-twice", &self.at, message);
        }
    }

    fn all(&mut self, who: &'a str, emails: &'a [String], accounts: &'a [Account], keys: &[Key]) {
        for email in emails {
            self.claim(Claim::Email(email), who);
        }
        for account in accounts {
            self.claim(Claim::Login(&account.host, &account.login), who);
            if let Some(id) = &account.id {
                self.claim(Claim::AccountId(&account.host, id), who);
            }
        }
        for key in keys {
            self.claim(Claim::Key(key.id), who);
        }
    }
}

/// An attestation that no maker vouches for says nothing.
fn makers(parts: &RosterParts, fields: &Fields, report: &mut Report) {
    let people = parts.people.iter().map(|p| (p.id.as_str(), &p.keys, "people"));
    let services = parts.services.iter().map(|s| (s.id.as_str(), &s.keys, "services"));
    let mut all = people.chain(services);
    let attested = all.find(|(_, keys, _)| keys.iter().any(|key: &Key| key.attestation.is_some()));
    if let (Some((who, _, place)), None) = (attested, &parts.devices) {
        let message = format!("`{}` has an attested key, and `devices` is missing", shown(who));
        let help = "name the file with the makers' certificates: `devices: {makers: FILE}`";
        let finding = report.error("missing-key", &at(fields, place), message);
        report.add(finding.helped(help));
    }
}

fn one_identity_each(parts: &RosterParts, fields: &Fields, report: &mut Report) {
    look_alikes(parts, &at(fields, "people"), report);
    let by = HashMap::with_capacity(parts.people.len() * 4);
    let mut claims = Claims { by, report, at: at(fields, "people") };
    for person in &parts.people {
        claims.all(person.id.as_str(), &person.emails, &person.accounts, &person.keys);
    }
    claims.at = at(fields, "agents");
    for agent in &parts.agents {
        claims.all(agent.id.as_str(), &agent.emails, &agent.accounts, &[]);
    }
    claims.at = at(fields, "services");
    for service in &parts.services {
        claims.all(service.id.as_str(), &service.emails, &service.accounts, &service.keys);
    }
}

/// Ids that differ only in upper and lower case are one person to a reader.
fn look_alikes(parts: &RosterParts, at: &Range<usize>, report: &mut Report) {
    let mut seen: HashMap<String, &str> = HashMap::with_capacity(parts.people.len());
    for person in &parts.people {
        let id = person.id.as_str();
        if let Some(other) = seen.insert(id.to_ascii_lowercase(), id) {
            let message = format!("`{other}` and `{id}` differ only in upper and lower case");
            report.say("look-alike", at, message);
        }
    }
}

fn operators(parts: &RosterParts, fields: &Fields, report: &mut Report) {
    for agent in &parts.agents {
        let Some(operator) = agent.operators.first() else { continue };
        if !parts.people.iter().any(|p| p.id == *operator) {
            let known = parts.people.iter().map(|p| p.id.as_str());
            let what = ("operator", operator.as_str());
            report.unknown("unknown-person", &at(fields, "agents"), what, known);
        }
    }
}

fn owners(parts: &RosterParts, fields: &Fields, report: &mut Report) {
    let at = fields.get("owners").map_or(0..0, |n| n.span.clone());
    let mut able = 0u32;
    for owner in &parts.owners.people {
        let Some(person) = parts.people.iter().find(|p| p.id == *owner) else {
            let known = parts.people.iter().map(|p| p.id.as_str());
            report.unknown("unknown-person", &at, ("owner", owner.as_str()), known);
            continue;
        };
        // No clock here: only who has no end can sign for good.
        let usable = person.left.is_none() && person.keys.iter().any(|k| k.until.is_none());
        able += u32::from(usable);
    }
    // A key that cannot be read is told already, and may be the reason.
    if able < parts.owners.quorum && !report.has_errors() {
        let quorum = parts.owners.quorum;
        let message = format!(
            "changes of policy and roster need signatures of {quorum} of the owners, and {able} could \
             sign: nobody could change them again"
        );
        let finding = report.error("locked-out", &at, message);
        report.add(
            finding.helped("give every owner a key in `keys`, or ask for fewer with `quorum`"),
        );
    }
}
