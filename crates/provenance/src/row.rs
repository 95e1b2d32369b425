//! One pattern, ready to be compared; its expression is compiled when it is first needed.

use crate::format::{As, Cap, Confidence, Kind, Matching, NameOf, PatternData, Text, ValueCheck};
use crate::place::Place;
use obstat_model::evidence::{EvidenceKind, Strength};
use obstat_model::id::ToolId;
use obstat_model::time::Timestamp;
use regex::bytes::{Regex, RegexBuilder};
use std::ops::Range;
use std::sync::OnceLock;

const DAY: i64 = 86_400;
/// Bounds memory of one compiled expression, in bytes.
const REGEX_SIZE: usize = 1 << 20;

/// A pattern of the data.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) data: PatternData,
    void: Option<Range<i64>>,
    regex: OnceLock<Option<Regex>>,
    model: OnceLock<Option<Regex>>,
}

/// Compiles an expression for bytes: ASCII classes, so that text of any encoding is matched.
pub(crate) fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    let mut builder = RegexBuilder::new(pattern);
    builder.unicode(false).size_limit(REGEX_SIZE).dfa_size_limit(REGEX_SIZE).build()
}

impl Row {
    pub(crate) fn new(data: PatternData) -> Self {
        let void = void_window(data.void_from.as_ref(), data.void_until.as_ref());
        Self { data, void, regex: OnceLock::new(), model: OnceLock::new() }
    }

    /// The tool; `None` for declarations, whose value names it.
    pub(crate) fn tool(&self) -> Option<ToolId> {
        if self.data.value.is_some() { None } else { self.data.tool.parse().ok() }
    }

    /// How strong a match is.
    pub(crate) fn strength(&self) -> Strength {
        let full = match self.data.kind {
            _ if self.data.value.is_some() => return Strength::E1,
            Kind::Trailer | Kind::BodyMarker | Kind::PrBody => Strength::E2,
            Kind::AuthorEmail | Kind::PersonName => Strength::E2,
            Kind::BotLogin => Strength::E4,
            Kind::IssueLabel => Strength::E1,
            Kind::BranchPrefix | Kind::File | Kind::NoteRef => Strength::E0,
        };
        match (self.data.confidence, self.data.strength) {
            (Confidence::Low, _) | (_, Some(Cap::E0)) => Strength::E0,
            (_, Some(Cap::E1)) => full.min(Strength::E1),
            (_, None) => full,
        }
    }

    /// What evidence of this pattern is called where it was found.
    pub(crate) fn evidence_kind(&self, place: Place) -> EvidenceKind {
        match (self.data.kind, self.data.evidence, self.data.value, place) {
            (_, Some(As::Checkpoint), _, _) => EvidenceKind::Checkpoint,
            (_, _, Some(ValueCheck::NamesAi | ValueCheck::Flag), _) => EvidenceKind::Declaration,
            (kind, _, _, Place::Request) if kind.is_text() => EvidenceKind::RequestBody,
            (Kind::Trailer, ..) => EvidenceKind::Trailer,
            (Kind::BodyMarker | Kind::PrBody, ..) => EvidenceKind::BodyMarker,
            (Kind::AuthorEmail, ..) => EvidenceKind::Email,
            (Kind::PersonName, ..) => EvidenceKind::PersonName,
            (Kind::BotLogin, ..) => EvidenceKind::BotAccount,
            (Kind::BranchPrefix, ..) => EvidenceKind::Branch,
            (Kind::IssueLabel, ..) => EvidenceKind::IssueLabel,
            (Kind::File, ..) => EvidenceKind::File,
            (Kind::NoteRef, ..) => EvidenceKind::Note,
        }
    }

    /// The part of a line, address, name, login, label, branch or path that matches.
    pub(crate) fn find<'t>(&self, text: &'t [u8]) -> Option<&'t [u8]> {
        match self.data.matching {
            Matching::Text => self.find_text(text),
            // An expression that cannot be compiled must not hide what its needle found.
            Matching::Regex => match self.regex() {
                Some(regex) => regex.find(text).map(|m| m.as_bytes()),
                None => Some(text),
            },
        }
    }

    fn find_text<'t>(&self, text: &'t [u8]) -> Option<&'t [u8]> {
        let wanted = self.data.pattern.as_bytes();
        let found = match self.data.kind {
            Kind::Trailer | Kind::BodyMarker | Kind::PrBody => {
                let start = memchr::memmem::find(text, wanted)?;
                return text.get(start..start + wanted.len());
            }
            Kind::AuthorEmail | Kind::BotLogin => text.eq_ignore_ascii_case(wanted),
            Kind::PersonName | Kind::IssueLabel | Kind::NoteRef => text == wanted,
            Kind::BranchPrefix => text.starts_with(wanted),
            Kind::File if wanted.ends_with(b"/") => text.starts_with(wanted),
            Kind::File => text == wanted,
        };
        found.then_some(text)
    }

    /// Whether an address in lower case is one that this pattern's lines carry.
    pub(crate) fn has_address(&self, lowered: &[u8]) -> bool {
        self.data.addresses.iter().any(|a| a.as_bytes().eq_ignore_ascii_case(lowered))
    }

    /// Whether display names of this role are compared.
    pub(crate) fn looks_at(&self, role: NameOf) -> bool {
        self.data.names_of.contains(&role)
    }

    /// The model that a matching line names.
    pub(crate) fn model(&self, text: &[u8]) -> Option<String> {
        let pattern = self.data.model.as_ref()?;
        let regex = self.model.get_or_init(|| compile(pattern).ok()).as_ref()?;
        let found = regex.captures(text)?.get(1)?;
        Some(crate::excerpt::excerpt(found.as_bytes()))
    }

    /// Whether a match at this place is known to mean nothing.
    ///
    /// Both claimed times must lie in the window. A rebase moves one of them out, which makes the
    /// answer stricter; setting both back gains no more than leaving the line out would.
    pub(crate) fn is_void(&self, place: Place) -> bool {
        match (&self.void, place) {
            (Some(window), Place::Commit { author_at, committed_at, .. }) => {
                window.contains(&author_at) && window.contains(&committed_at)
            }
            _ => false,
        }
    }

    fn regex(&self) -> Option<&Regex> {
        self.regex.get_or_init(|| compile(&self.data.pattern).ok()).as_ref()
    }
}

/// From the first second of one day to the last second of another, UTC.
pub(crate) fn void_window(from: Option<&Text>, until: Option<&Text>) -> Option<Range<i64>> {
    let from = Timestamp::parse(from?).ok()?.unix();
    let until = Timestamp::parse(until?).ok()?.unix();
    (from <= until).then_some(from..until.saturating_add(DAY))
}
