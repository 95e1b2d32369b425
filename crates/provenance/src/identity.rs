//! Addresses and display names of authors, committers and co-authors → evidence. All of it is
//! what a commit claims: a sign of AI, never proof of anybody.

use crate::excerpt::excerpt;
use crate::facts::RawIdentity;
use crate::format::{Kind, NameOf};
use crate::layer::Layer;
use crate::message::Search;
use crate::place::Place;
use crate::row::Row;
use crate::trailer;
use obstat_model::evidence::{Evidence, EvidenceKind};
use std::collections::HashSet;

/// Most pieces of evidence that co-author lines of one text give.
const MAX_CO_AUTHOR_SIGNS: usize = 32;

/// Evidence of one identity.
pub(crate) fn evidence(
    layer: &Layer,
    place: Place,
    role: NameOf,
    who: RawIdentity<'_>,
) -> Vec<Evidence> {
    let (email, name) = (who.email.trim_ascii(), who.name.trim_ascii());
    let lowered = email.to_ascii_lowercase();
    let mut out = Vec::new();
    for row in rows(layer, &lowered, place) {
        let is_address = row.data.kind == Kind::AuthorEmail && row.find(email).is_some();
        if is_address || row.has_address(&lowered) {
            out.push(found(row, place, EvidenceKind::Email, email));
        }
    }
    for row in rows(layer, &name.to_ascii_lowercase(), place) {
        let is_name = row.data.kind == Kind::PersonName && row.looks_at(role);
        if is_name && row.find(name).is_some() {
            out.push(found(row, place, EvidenceKind::PersonName, name));
        }
    }
    out
}

/// Evidence of co-author lines, as far as no trailer pattern has spoken of the same address.
pub(crate) fn co_authors(search: &Search<'_>, spoken: &[Evidence]) -> Vec<Evidence> {
    let mut out: Vec<Evidence> = Vec::new();
    let mut seen = HashSet::new();
    for who in trailer::co_author_lines(search.text) {
        if out.len() >= MAX_CO_AUTHOR_SIGNS {
            break;
        }
        // Each address and each name once: hostile messages repeat them.
        let email = if seen.insert(who.email.clone()) { who.email.as_bytes() } else { b"" };
        let name = if seen.insert(who.name.clone()) { who.name.as_bytes() } else { b"" };
        let raw = RawIdentity { name, email };
        let mut signs = evidence(search.layer, search.place, NameOf::CoAuthor, raw);
        signs.retain(|e| !out.contains(e) && !is_spoken(e, &who.email, spoken));
        out.extend(signs);
    }
    out
}

/// The tool whose account an address is, as far as the data is sure of it.
pub(crate) fn tool_of_email<'a>(layer: &'a Layer, email: &str) -> Option<&'a Row> {
    let lowered = email.trim().to_ascii_lowercase();
    let candidates = layer.prefilter.candidates(lowered.as_bytes());
    let known = |row: &&Row| {
        let is_address =
            row.data.kind == Kind::AuthorEmail && row.find(lowered.as_bytes()).is_some();
        is_address || row.has_address(lowered.as_bytes())
    };
    let sure = |row: &&Row| row.strength() >= obstat_model::evidence::Strength::E2;
    candidates.into_iter().filter_map(|i| layer.rows.get(i)).filter(sure).find(known)
}

fn rows<'a>(layer: &'a Layer, lowered: &[u8], place: Place) -> impl Iterator<Item = &'a Row> {
    let hit = layer.prefilter.may_hit(lowered);
    let candidates = if hit { layer.prefilter.candidates(lowered) } else { Vec::new() };
    let rows = candidates.into_iter().filter_map(|i| layer.rows.get(i));
    rows.filter(move |row| !row.is_void(place))
}

fn found(row: &Row, place: Place, kind: EvidenceKind, text: &[u8]) -> Evidence {
    let (strength, tool) = (row.strength(), row.tool());
    Evidence { strength, kind, tool, model: None, commit: place.oid(), text: excerpt(text) }
}

/// A trailer pattern knows the tool better than the address, which several tools may share.
fn is_spoken(sign: &Evidence, email: &str, spoken: &[Evidence]) -> bool {
    let email = email.to_ascii_lowercase();
    let same = |e: &Evidence| e.text.to_ascii_lowercase().contains(&email);
    sign.kind == EvidenceKind::Email
        && spoken.iter().any(|e| e.strength >= sign.strength && same(e))
}
