//! A map with known keys: unknown ones are reported with the nearest known one; knows no values.

use super::{Entry, Node, entries};
use crate::diagnostic::{Report, shown};
use std::ops::Range;

/// Keys by which other engines include files from elsewhere. There are no remote policies: an
/// unpinned source could be taken over.
const REMOTE: [&str; 8] =
    ["remote", "include", "includes", "import", "imports", "extends", "url", "from_url"];

/// The fields of a map, all of them known.
#[derive(Debug, Clone)]
pub(crate) struct Fields<'n, 'a> {
    pub(crate) span: Range<usize>,
    entries: &'n [Entry<'a>],
}

impl<'n, 'a> Fields<'n, 'a> {
    /// The fields of a node that must be a map with no other keys than `known`.
    pub(crate) fn of(
        node: &'n Node<'a>,
        what: &str,
        known: &[&str],
        report: &mut Report,
    ) -> Option<Self> {
        let entries = entries(node, what, report)?;
        for entry in entries.iter().filter(|e| !known.contains(&e.key.as_ref())) {
            unknown(entry, what, known, report);
        }
        Some(Self { span: node.span.clone(), entries })
    }

    /// The entry of a key.
    pub(crate) fn entry(&self, key: &str) -> Option<&'n Entry<'a>> {
        self.entries.iter().find(|e| e.key == key)
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&'n Node<'a>> {
        self.entry(key).map(|e| &e.value)
    }

    /// The value of a key that must be there.
    pub(crate) fn need(&self, key: &str, what: &str, report: &mut Report) -> Option<&'n Node<'a>> {
        let found = self.get(key);
        if found.is_none() {
            report.say("missing-key", &self.span, format!("{what} needs `{key}`"));
        }
        found
    }

    /// Checks that the file says `version: 1`.
    pub(crate) fn version_one(&self, report: &mut Report) {
        let Some(node) = self.get("version") else {
            report.say("version", &self.span, "the file must begin with `version: 1`");
            return;
        };
        let is_one = matches!(&node.value, super::Value::Scalar { text, style: super::Style::Plain } if text == "1");
        if !is_one {
            report.say("version", &node.span, "this version of Obstat reads `version: 1`");
        }
    }
}

fn unknown(entry: &Entry, what: &str, known: &[&str], report: &mut Report) {
    if REMOTE.contains(&entry.key.as_ref()) {
        let message = format!("`{}`: there are no remote policies", entry.key);
        let finding = report.error("remote-policy", &entry.key_span, message);
        report.add(finding.helped("write the rules here, where the owners sign them"));
        return;
    }
    let what = format!("key in {what}:");
    let name = shown(&entry.key);
    report.unknown("unknown-key", &entry.key_span, (&what, &name), known.iter().copied());
}
