//! E-mails, accounts and keys of an entry of the roster; knows not whose they are.

use super::devices;
use crate::diagnostic::Report;
use crate::roster::key;
use crate::yaml::{self, Fields, Node, Value};
use obstat_model::roster::{Account, Attestation, Key};

pub(super) const ACCOUNT_KEYS: [&str; 3] = ["host", "login", "id"];
pub(super) const KEY_KEYS: [&str; 5] = ["key", "since", "until", "attestation", "challenge"];

/// E-mails in lower case, and accounts.
pub(super) fn of(fields: &Fields, report: &mut Report) -> (Vec<String>, Vec<Account>) {
    let emails = fields.get("emails").map_or_else(Vec::new, |n| emails(n, report));
    let accounts = fields.get("accounts").map_or_else(Vec::new, |n| accounts(n, report));
    (emails, accounts)
}

fn emails(node: &Node, report: &mut Report) -> Vec<String> {
    let mut found = Vec::new();
    let items = yaml::items(node, "emails", report).unwrap_or_default();
    for item in items {
        let Some(text) = yaml::text(item, "an e-mail address", report) else { continue };
        if !is_email(text) {
            let message = "this is no e-mail address: write name@example.com";
            report.say("bad-email", &item.span, message);
            continue;
        }
        found.push(text.to_ascii_lowercase());
    }
    found
}

fn is_email(text: &str) -> bool {
    let whole =
        text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    whole && !text.contains(['<', '>', ' ']) && text.len() <= 320
}

fn accounts(node: &Node, report: &mut Report) -> Vec<Account> {
    let items = yaml::items(node, "accounts", report).unwrap_or_default();
    items.iter().filter_map(|item| account(item, report)).collect()
}

fn account(node: &Node, report: &mut Report) -> Option<Account> {
    let fields = Fields::of(node, "an account", &ACCOUNT_KEYS, report)?;
    let host = fields.need("host", "an account", report)?;
    let login = fields.need("login", "an account", report)?;
    let host = yaml::text(host, "host", report)?.to_owned();
    let login = yaml::text(login, "login", report)?.to_owned();
    let id = match fields.get("id") {
        Some(node) => Some(yaml::text(node, "id", report)?.to_owned()),
        None => None,
    };
    Some(Account { host, login, id })
}

/// The keys of a list, each a line or a map with dates.
pub(super) fn keys(node: Option<&Node>, report: &mut Report) -> Vec<Key> {
    let Some(node) = node else { return Vec::new() };
    let items = yaml::items(node, "keys", report).unwrap_or_default();
    items.iter().filter_map(|item| one(item, report)).collect()
}

fn one(node: &Node, report: &mut Report) -> Option<Key> {
    if !matches!(node.value, Value::Map(_)) {
        return line(node, report);
    }
    let fields = Fields::of(node, "a key", &KEY_KEYS, report)?;
    let mut key = line(fields.need("key", "a key", report)?, report)?;
    key.since = fields.get("since").and_then(|n| yaml::timestamp(n, "since", report));
    key.until = fields.get("until").and_then(|n| yaml::timestamp(n, "until", report));
    if key.since.zip(key.until).is_some_and(|(since, until)| until <= since) {
        report.say("bad-dates", &node.span, "the key ends before it begins");
    }
    key.attestation = attestation(&fields, report);
    Some(key)
}

/// The files only: whether they hold is seen by whoever can read them.
fn attestation(fields: &Fields, report: &mut Report) -> Option<Attestation> {
    let challenge = fields.get("challenge");
    let Some(node) = fields.get("attestation") else {
        if let Some(node) = challenge {
            let message = "a challenge says nothing without an `attestation`";
            report.say("missing-key", &node.span, message);
        }
        return None;
    };
    let file = devices::input(node, "attestation", report)?;
    let challenge = match challenge {
        Some(node) => Some(devices::input(node, "challenge", report)?),
        None => None,
    };
    Some(Attestation { file, challenge })
}

fn line(node: &Node, report: &mut Report) -> Option<Key> {
    match key::read(yaml::text(node, "a key", report)?) {
        Ok((id, blob)) => {
            let (since, until, attestation) = (None, None, None);
            Some(Key { id, blob, since, until, attestation, attested: false })
        }
        Err(why) => {
            report.say("bad-key", &node.span, why);
            None
        }
    }
}
