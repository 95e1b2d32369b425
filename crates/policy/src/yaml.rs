//! YAML text → a tree whose every node knows its place; strict, and knows no schema.
//!
//! One document, no anchors, aliases, tags or directives: a policy must read as it stands, and
//! what cannot be written cannot explode. Nesting and size are limited.

mod fields;
mod scalar;

pub(crate) use fields::Fields;
pub(crate) use scalar::{
    Choice, choice, entries, items, name, number, seconds, text, texts, timestamp,
};

use crate::diagnostic::{Diagnostic, Report, shown};
use serde_saphyr::granit_parser::{Event, Options, Parser, ScalarStyle, ScanError, Span, StrInput};
use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

/// Deepest nesting of lists and maps.
const DEPTH_MAX: usize = 24;
/// Maps of at most this many keys are searched for duplicates without a hash set.
const SMALL_MAP: usize = 12;

/// A value and where it stands, in bytes of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node<'a> {
    pub(crate) span: Range<usize>,
    pub(crate) value: Value<'a>,
}

/// The kinds of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// Nothing, `~` or `null`.
    Null,
    /// Text; plain text may also be a number.
    Scalar { text: Cow<'a, str>, style: Style },
    /// A list.
    List(Vec<Node<'a>>),
    /// A map, in the order of the file; keys differ.
    Map(Vec<Entry<'a>>),
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Without quotes.
    Plain,
    /// With quotes, or as a block.
    Quoted,
}

/// A key with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    pub(crate) key: Cow<'a, str>,
    pub(crate) key_span: Range<usize>,
    pub(crate) value: Node<'a>,
}

impl Node<'_> {
    /// What kind of value it is, as people say it.
    pub(crate) fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Scalar { .. } => "a single value",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }
}

/// Reads the one document of a text of at most `max` bytes.
///
/// Returns `None` after reporting why there is no tree.
pub(crate) fn load<'a>(text: &'a str, max: usize, report: &mut Report) -> Option<Node<'a>> {
    let all = 0..0;
    if text.len() > max {
        let message = format!("the file has {} bytes, more than the {max} allowed", text.len());
        report.say("oversize", &all, message);
        return None;
    }
    let mut options = Options::default();
    options.strict_indentation = true;
    options.disallow_directives = true;
    options.flow_nesting_limit = DEPTH_MAX;
    options.block_nesting_limit = DEPTH_MAX;
    let parser = Parser::new_from_str_with_options(text, options);
    let mut loader = Loader { parser, report, text };
    loader.document().ok()
}

/// The character at a place, or the last one before it where there is none: something to point at.
fn last(text: &str, at: usize) -> Range<usize> {
    let mut start = at.min(text.trim_end().len().saturating_sub(1));
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let length = text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    start..start + length
}

/// The finding was reported.
struct Reported;

struct Loader<'a, 'r> {
    parser: Parser<'a, StrInput<'a>>,
    report: &'r mut Report,
    text: &'a str,
}

impl<'a> Loader<'a, '_> {
    fn document(&mut self) -> Result<Node<'a>, Reported> {
        loop {
            match self.next()? {
                (Event::StreamStart, _) => {}
                (Event::DocumentStart(..), _) => break,
                _ => return self.refuse("empty", 0..0, "the file is empty"),
            }
        }
        let first = self.next()?;
        let root = self.node(first, 0)?;
        match self.next()? {
            (Event::DocumentEnd, _) => {}
            (_, span) => return self.refuse("yaml", span, "the document does not end here"),
        }
        match self.next()? {
            (Event::StreamEnd, _) => {}
            (_, span) => {
                let message = "the file has several documents; write one";
                return self.refuse("several-documents", span, message);
            }
        }
        if root.value == Value::Null {
            return self.refuse("empty", 0..0, "the file is empty");
        }
        Ok(root)
    }

    fn next(&mut self) -> Result<(Event<'a>, Range<usize>), Reported> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, bytes(&span))),
            Some(Err(error)) => self.broken(&error),
            None => {
                self.refuse("yaml", last(self.text, self.text.len()), "the file ends too early")
            }
        }
    }

    fn broken<T>(&mut self, error: &ScanError) -> Result<T, Reported> {
        let at = last(self.text, error.marker().byte_offset().unwrap_or(0));
        let why = shown(&error.info());
        self.refuse("yaml", at, &format!("the file is no YAML: {why}"))
    }

    fn refuse<T>(
        &mut self,
        code: &'static str,
        span: Range<usize>,
        message: &str,
    ) -> Result<T, Reported> {
        self.report.say(code, &span, message);
        Err(Reported)
    }

    /// A node that begins with an event. Recursion is bounded by [`DEPTH_MAX`].
    fn node(
        &mut self,
        (event, span): (Event<'a>, Range<usize>),
        depth: usize,
    ) -> Result<Node<'a>, Reported> {
        if depth > DEPTH_MAX {
            return self.refuse("too-deep", span, "lists and maps are nested too deeply");
        }
        if event.tag().is_some() {
            return self.refuse("tag", span, "tags (`!…`) are not allowed");
        }
        if event.anchor_id().is_some() || event.is_alias() {
            let message = "anchors and aliases (`&`, `*`) are not allowed; write the value out";
            return self.refuse("alias", span, message);
        }
        match event {
            Event::Scalar(text, style, ..) => Ok(Node { value: scalar_value(text, style), span }),
            Event::SequenceStart(..) => self.list(span, depth),
            Event::MappingStart(..) => self.map(span, depth),
            _ => self.refuse("yaml", span, "a value was expected here"),
        }
    }

    fn list(&mut self, span: Range<usize>, depth: usize) -> Result<Node<'a>, Reported> {
        let mut items: Vec<Node> = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, end) => {
                    let span = place(span, end, items.first().map(|item| &item.span));
                    return Ok(Node { span, value: Value::List(items) });
                }
                next => items.push(self.node(next, depth + 1)?),
            }
        }
    }

    fn map(&mut self, span: Range<usize>, depth: usize) -> Result<Node<'a>, Reported> {
        let mut map: Vec<Entry> = Vec::new();
        let end = loop {
            match self.next()? {
                (Event::MappingEnd, end) => break end,
                next => {
                    let key = self.node(next, depth + 1)?;
                    let Value::Scalar { text, .. } = key.value else {
                        let message = "a key must be a single, non-empty word";
                        return self.refuse("yaml", key.span, message);
                    };
                    let next = self.next()?;
                    let value = self.node(next, depth + 1)?;
                    map.push(Entry { key: text, key_span: key.span, value });
                }
            }
        };
        self.refuse_duplicates(&map);
        let span = place(span, end, map.first().map(|entry| &entry.key_span));
        Ok(Node { span, value: Value::Map(map) })
    }

    fn refuse_duplicates(&mut self, map: &[Entry<'a>]) {
        if map.len() <= SMALL_MAP {
            for (i, entry) in map.iter().enumerate() {
                if map.iter().take(i).any(|e| e.key == entry.key) {
                    self.duplicate(entry);
                }
            }
            return;
        }
        let mut seen = HashSet::with_capacity(map.len());
        for entry in map {
            if !seen.insert(entry.key.as_ref()) {
                self.duplicate(entry);
            }
        }
    }

    fn duplicate(&mut self, entry: &Entry<'a>) {
        let message = format!("duplicate key `{}`", shown(&entry.key));
        let finding: Diagnostic = self.report.error("duplicate-key", &entry.key_span, message);
        self.report.add(finding.labelled("it was given before"));
    }
}

fn scalar_value(text: Cow<'_, str>, style: ScalarStyle) -> Value<'_> {
    if style != ScalarStyle::Plain {
        return Value::Scalar { text, style: Style::Quoted };
    }
    match text.as_ref() {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        _ => Value::Scalar { text, style: Style::Plain },
    }
}

/// Where a list or map stands: from bracket to bracket, or, as a block has none, what comes first
/// in it.
fn place(start: Range<usize>, end: Range<usize>, first: Option<&Range<usize>>) -> Range<usize> {
    if start.is_empty() { first.cloned().unwrap_or(start) } else { start.start..end.end }
}

fn bytes(span: &Span) -> Range<usize> {
    span.byte_range().unwrap_or(0..0)
}

#[cfg(test)]
mod tests;
