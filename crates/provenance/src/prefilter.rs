//! Finds quickly that a text holds nothing of interest, which is the answer for most commits.
//! Knows literals and numbers of rows; what a row means is the business of others.
//!
//! Invariant: a text that a row matches holds, in lower case, one of the row's needles. Tests
//! prove it for the built-in rows with texts generated from their expressions.

use crate::format::{Kind, Matching, Text};
use crate::row::Row;
use aho_corasick::packed::{Config, Searcher};
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// As many literals as one vectorised searcher takes.
const CHUNK: usize = 64;
/// Shortest useful literal, in bytes.
pub(crate) const NEEDLE_MIN: usize = 3;

/// The literals of a set of rows.
#[derive(Debug)]
pub(crate) struct Prefilter {
    needles: Vec<Text>,
    rows: Vec<Vec<usize>>,
    always: Vec<usize>,
    quick: Vec<Option<Searcher>>,
    full: OnceLock<Option<AhoCorasick>>,
}

impl Prefilter {
    pub(crate) fn new(rows: &[Row]) -> Self {
        let mut by_needle: BTreeMap<Text, Vec<usize>> = BTreeMap::new();
        let mut always = Vec::new();
        for (index, row) in rows.iter().enumerate().filter(|(_, r)| r.data.kind.is_scanned()) {
            let needles = needles(row);
            if needles.is_empty() {
                always.push(index);
            }
            for needle in needles {
                by_needle.entry(needle).or_default().push(index);
            }
        }
        let (needles, rows): (Vec<_>, Vec<_>) = by_needle.into_iter().unzip();
        let quick = needles.chunks(CHUNK).map(quick).collect();
        Self { needles, rows, always, quick, full: OnceLock::new() }
    }

    /// Whether any row may match; `lowered` is the text in ASCII lower case.
    pub(crate) fn may_hit(&self, lowered: &[u8]) -> bool {
        let hit = |searcher: &Option<Searcher>| match searcher {
            Some(searcher) => searcher.find(lowered).is_some(),
            None => self.full().is_none_or(|full| full.is_match(lowered)),
        };
        !self.always.is_empty() || self.quick.iter().any(hit)
    }

    /// Calls `visit` with the place of each needle and the rows it stands for, in order of the
    /// needles' ends.
    pub(crate) fn hits(&self, lowered: &[u8], mut visit: impl FnMut(usize, &[usize])) {
        let Some(full) = self.full() else { return };
        for found in full.find_overlapping_iter(lowered) {
            if let Some(rows) = self.rows.get(found.pattern().as_usize()) {
                visit(found.start(), rows);
            }
        }
    }

    /// Rows that have to be tried on every line, whatever it holds.
    pub(crate) fn always(&self) -> impl Iterator<Item = usize> + '_ {
        let broken = self.full().is_none();
        let all = self.rows.iter().flatten().filter(move |_| broken);
        self.always.iter().chain(all).copied()
    }

    /// The rows that may match a short text, each once.
    pub(crate) fn candidates(&self, lowered: &[u8]) -> Vec<usize> {
        let mut found: Vec<usize> = self.always().collect();
        self.hits(lowered, |_, rows| found.extend_from_slice(rows));
        found.sort_unstable();
        found.dedup();
        found
    }

    fn full(&self) -> Option<&AhoCorasick> {
        let build = || {
            let mut builder = AhoCorasick::builder();
            let kind = Some(AhoCorasickKind::ContiguousNFA);
            builder.kind(kind).build(self.needles.iter().map(|n| n.as_bytes())).ok()
        };
        self.full.get_or_init(build).as_ref()
    }
}

fn quick(needles: &[Text]) -> Option<Searcher> {
    Config::new().builder().extend(needles.iter().map(|n| n.as_bytes())).build()
}

/// The row's literals in lower case: those of the data, and what follows from literal patterns.
fn needles(row: &Row) -> Vec<Text> {
    let data = &row.data;
    let own = data.needles.iter().cloned();
    let literal = (data.matching == Matching::Text).then(|| lower(&data.pattern));
    let addresses = data.addresses.iter().map(lower);
    let implied = literal.into_iter().filter(|_| data.needles.is_empty());
    let mut all: Vec<Text> = own.chain(implied).collect();
    if !all.is_empty() {
        all.extend(addresses);
    }
    debug_assert!(data.kind != Kind::File);
    // A longer needle that holds a shorter one adds nothing.
    let shorter = |n: &Text| all.iter().any(|o| o.len() < n.len() && n.contains(o.as_ref()));
    all.iter().filter(|n| !shorter(n)).cloned().collect()
}

fn lower(text: &Text) -> Text {
    text.to_ascii_lowercase().into()
}

#[cfg(test)]
mod tests;
