//! Looks for patterns in a message or description, line by line, wherever the line stands. Knows
//! no repository; what a pattern means is told by its row.
//!
//! Only lines that hold a needle are looked at, each with each row once, so the time is linear in
//! the text. Trailers are searched everywhere, not only in git's trailer block: squashing indents
//! them or pushes them out of it.

use crate::excerpt::excerpt;
use crate::format::ValueCheck;
use crate::layer::Layer;
use crate::lines;
use crate::place::Place;
use crate::row::Row;
use crate::words::Named;
use obstat_model::evidence::Evidence;
use obstat_model::id::ToolId;
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

/// Most evidence of one tool by one row in one text: more of the same says nothing new. By tool, so
/// that nothing that is said of one hides another.
const MAX_PER_TOOL: u8 = 4;

/// Tells what a declaration's value names.
pub(crate) type Naming<'a> = dyn Fn(&[u8]) -> Option<Named> + 'a;

/// A text and what to look for in it.
pub(crate) struct Search<'a> {
    pub(crate) layer: &'a Layer,
    pub(crate) naming: &'a Naming<'a>,
    pub(crate) place: Place,
    pub(crate) text: &'a [u8],
    /// `text` in ASCII lower case.
    pub(crate) lowered: &'a [u8],
}

struct Progress<'a> {
    line: Option<Range<usize>>,
    forms: Vec<Cow<'a, [u8]>>,
    /// End of the last line each row was tried on, plus one.
    tried: Vec<usize>,
    found: HashMap<(usize, Option<ToolId>), u8>,
    evidence: Vec<Evidence>,
}

impl<'a> Search<'a> {
    /// The evidence, in order of lines.
    pub(crate) fn run(&self) -> Vec<Evidence> {
        let count = self.layer.rows.len();
        let mut progress = Progress {
            line: None,
            forms: Vec::new(),
            tried: vec![0; count],
            found: HashMap::new(),
            evidence: Vec::new(),
        };
        let prefilter = &self.layer.prefilter;
        prefilter.hits(self.lowered, |at, rows| self.visit(&mut progress, at, rows));
        let always: Vec<usize> = prefilter.always().collect();
        if !always.is_empty() {
            self.every_line(&mut progress, &always);
        }
        progress.evidence
    }

    fn every_line(&self, progress: &mut Progress<'a>, rows: &[usize]) {
        let mut next = Some(lines::line_at(self.text, 0));
        while let Some(line) = next {
            self.visit(progress, line.start, rows);
            next = lines::next_line(self.text, &line);
        }
    }

    fn visit(&self, progress: &mut Progress<'a>, at: usize, rows: &[usize]) {
        for index in rows {
            let Some(row) = self.layer.rows.get(*index).filter(|r| r.data.kind.is_text()) else {
                continue;
            };
            if progress.begin(self.text, at, *index) && !row.is_void(self.place) {
                let found = progress.forms.iter().find_map(|form| self.examine(row, form));
                progress.keep(*index, found);
            }
        }
    }

    fn examine(&self, row: &Row, line: &[u8]) -> Option<Evidence> {
        let found = row.find(line)?;
        let mut tool = row.tool();
        let mut model = row.model(line);
        match row.data.value {
            Some(ValueCheck::NamesAi) => {
                let named = (self.naming)(value(found)?)?;
                tool = named.tool.and_then(|t| t.parse().ok());
                model = named.model;
            }
            Some(ValueCheck::Flag) => {
                let value = value(found)?;
                let yes = value.eq_ignore_ascii_case(b"true") || value.eq_ignore_ascii_case(b"yes");
                yes.then_some(())?;
            }
            None => {}
        }
        Some(Evidence {
            strength: row.strength(),
            kind: row.evidence_kind(self.place),
            tool,
            model,
            commit: self.place.oid(),
            text: excerpt(found),
        })
    }
}

impl<'a> Progress<'a> {
    /// Moves to the line at a position; whether the row is still to be tried on it.
    fn begin(&mut self, text: &'a [u8], at: usize, row: usize) -> bool {
        if !self.line.as_ref().is_some_and(|l| l.start <= at && at <= l.end) {
            let line = lines::line_at(text, at);
            self.forms = forms(text, &line);
            self.line = Some(line);
        }
        let mark = self.line.as_ref().map_or(0, |l| l.end + 1);
        match self.tried.get_mut(row) {
            Some(tried) if *tried != mark => {
                *tried = mark;
                true
            }
            _ => false,
        }
    }

    fn keep(&mut self, row: usize, found: Option<Evidence>) {
        let Some(found) = found else { return };
        if self.evidence.contains(&found) {
            return;
        }
        let count = self.found.entry((row, found.tool.clone())).or_default();
        if *count < MAX_PER_TOOL {
            *count += 1;
            self.evidence.push(found);
        }
    }
}

/// A line in the forms in which tools write it: without its indentation and bullet, unfolded, and
/// as the continuation of the line before.
fn forms<'t>(text: &'t [u8], line: &Range<usize>) -> Vec<Cow<'t, [u8]>> {
    let plain = trim(lines::bytes(text, line));
    let mut forms = vec![Cow::Borrowed(plain)];
    if let Some(rest) = plain.strip_prefix(b"* ").or_else(|| plain.strip_prefix(b"- ")) {
        forms.push(Cow::Borrowed(trim(rest)));
    }
    let parent = lines::parent(text, line);
    for start in [Some(line), parent.as_ref()].into_iter().flatten() {
        if let Cow::Owned(joined) = lines::unfold(text, start) {
            forms.push(Cow::Owned(trim(&joined).to_vec()));
        }
    }
    forms
}

/// What stands after the key of a trailer.
fn value(trailer: &[u8]) -> Option<&[u8]> {
    let colon = memchr::memchr(b':', trailer)?;
    Some(trailer.get(colon + 1..)?.trim_ascii())
}

fn trim(line: &[u8]) -> &[u8] {
    line.trim_ascii_start()
}
