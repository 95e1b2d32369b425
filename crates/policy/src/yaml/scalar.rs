//! Single values out of a tree, each with its own error; knows no key and no file format.

use super::{Entry, Node, Style, Value};
use crate::diagnostic::{Report, shown};
use obstat_model::text::is_invisible;
use obstat_model::time::{Seconds, Timestamp};
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Longest text that a single value may have, in bytes.
const TEXT_MAX: usize = 16 << 10;

/// The items of a list.
pub(crate) fn items<'n, 'a>(
    node: &'n Node<'a>,
    what: &str,
    report: &mut Report,
) -> Option<&'n [Node<'a>]> {
    if let Value::List(items) = &node.value {
        return Some(items);
    }
    wrong(node, what, "a list", report);
    None
}

/// The entries of a map.
pub(crate) fn entries<'n, 'a>(
    node: &'n Node<'a>,
    what: &str,
    report: &mut Report,
) -> Option<&'n [Entry<'a>]> {
    if let Value::Map(entries) = &node.value {
        return Some(entries);
    }
    wrong(node, what, "a map", report);
    None
}

fn wrong(node: &Node, what: &str, wanted: &str, report: &mut Report) {
    let message = format!("{what} must be {wanted}, not {}", node.kind());
    report.say("wrong-type", &node.span, message);
}

/// Text on one line, without anything invisible.
pub(crate) fn text<'n>(node: &'n Node, what: &str, report: &mut Report) -> Option<&'n str> {
    let Value::Scalar { text, .. } = &node.value else {
        wrong(node, what, "text", report);
        return None;
    };
    let bad = |c: char| is_invisible(c) || c == '\n' || c == '\t';
    if text.len() > TEXT_MAX || text.trim().is_empty() || text.chars().any(bad) {
        let message =
            format!("{what} must be text of 1 to {TEXT_MAX} visible characters on one line");
        report.say("bad-text", &node.span, message);
        return None;
    }
    Some(text)
}

/// A list of texts.
pub(crate) fn texts<'n>(
    node: &'n Node,
    what: &str,
    report: &mut Report,
) -> Option<Vec<(&'n str, &'n Node<'n>)>> {
    let items = items(node, what, report)?;
    items.iter().map(|item| text(item, what, report).map(|t| (t, item))).collect()
}

/// A name of a typed kind.
pub(crate) fn name<T: FromStr>(node: &Node, what: &str, report: &mut Report) -> Option<T>
where
    T::Err: std::fmt::Display,
{
    match text(node, what, report)?.parse() {
        Ok(name) => Some(name),
        Err(why) => {
            report.say("bad-name", &node.span, format!("{what} is no name: {why}"));
            None
        }
    }
}

/// A whole number in a range.
pub(crate) fn number(
    node: &Node,
    what: &str,
    range: RangeInclusive<u64>,
    report: &mut Report,
) -> Option<u64> {
    let parsed = match &node.value {
        Value::Scalar { text, style: Style::Plain }
            if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) =>
        {
            text.parse::<u64>().ok()
        }
        _ => None,
    };
    if let Some(number) = parsed.filter(|n| range.contains(n)) {
        return Some(number);
    }
    let message =
        format!("{what} must be a whole number from {} to {}", range.start(), range.end());
    report.say("bad-number", &node.span, message);
    None
}

/// A length of time.
pub(crate) fn seconds(node: &Node, what: &str, report: &mut Report) -> Option<Seconds> {
    match Seconds::parse(text(node, what, report)?) {
        Ok(span) => Some(span),
        Err(why) => {
            report.say("bad-time", &node.span, shown(&why.to_string()));
            None
        }
    }
}

/// A point in time.
pub(crate) fn timestamp(node: &Node, what: &str, report: &mut Report) -> Option<Timestamp> {
    match Timestamp::parse(text(node, what, report)?) {
        Ok(at) => Some(at),
        Err(why) => {
            report.say("bad-time", &node.span, shown(&why.to_string()));
            None
        }
    }
}

/// A word and what it stands for.
pub(crate) type Choice<T> = (&'static str, T);

/// One of a few words.
pub(crate) fn choice<T: Copy>(
    node: &Node,
    what: &str,
    choices: &[Choice<T>],
    report: &mut Report,
) -> Option<T> {
    let word = text(node, what, report)?;
    if let Some((_, value)) = choices.iter().find(|(w, _)| *w == word) {
        return Some(*value);
    }
    report.unknown("unknown-word", &node.span, (what, word), choices.iter().map(|(w, _)| *w));
    None
}
