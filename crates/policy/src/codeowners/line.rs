//! CODEOWNERS text → lines and words with their places; knows no pattern and no owner.

use crate::diagnostic::Report;
use std::ops::Range;

/// A line that says something, without its indentation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    pub(super) text: &'a str,
    start: usize,
}

/// A word of a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    start: usize,
}

impl<'a> Line<'a> {
    /// Where the line stands, in bytes of the file.
    pub(super) fn span(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }

    /// The words of the line. A backslash keeps a space within its word.
    pub(super) fn words(&self) -> Vec<Word<'a>> {
        words(self.text, self.start)
    }

    /// The words of a rest of the line.
    pub(super) fn words_of(&self, rest: &'a str) -> Vec<Word<'a>> {
        words(rest, self.start + self.text.len().saturating_sub(rest.len()))
    }

    /// Whether the line has no control character; reports one.
    pub(super) fn is_text(&self, report: &mut Report) -> bool {
        let bad = |(_, c): &(usize, char)| c.is_control() && *c != '\t';
        let Some((at, found)) = self.text.char_indices().find(bad) else { return true };
        let at = self.start + at;
        let message = format!("the line holds the control character U+{:04X}", u32::from(found));
        report.say("bad-character", &(at..at + found.len_utf8()), message);
        false
    }
}

impl Word<'_> {
    /// Where the word stands, in bytes of the file.
    pub(super) fn span(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }
}

/// Lines that are neither empty nor comments.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut start = 0;
    let all = text.split('\n').map(move |raw| {
        let line = Line { text: raw, start };
        start += raw.len() + 1;
        trimmed(line)
    });
    all.filter(|line| !line.text.is_empty() && !line.text.starts_with('#'))
}

fn trimmed(line: Line<'_>) -> Line<'_> {
    let mark = if line.start == 0 { '\u{feff}' } else { ' ' };
    let text = line.text.trim_start_matches([' ', '\t', mark]);
    let start = line.start + line.text.len() - text.len();
    Line { text: text.trim_end_matches([' ', '\t', '\r']), start }
}

fn words(text: &str, start: usize) -> Vec<Word<'_>> {
    let mut found = Vec::new();
    let mut from: Option<usize> = None;
    let mut is_escaped = false;
    for (at, c) in text.char_indices() {
        if !is_escaped && matches!(c, ' ' | '\t') {
            found.extend(word(text, from.take(), at, start));
        } else if from.is_none() {
            from = Some(at);
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    found.extend(word(text, from, text.len(), start));
    found
}

fn word(text: &str, from: Option<usize>, to: usize, start: usize) -> Option<Word<'_>> {
    let from = from?;
    text.get(from..to).map(|text| Word { text, start: start + from })
}
