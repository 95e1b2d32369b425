//! Bidirectional, invisible and tag characters that a change adds; knows no file type.

use obstat_model::hidden::HiddenFlag;
use obstat_model::text::is_invisible;

/// Counts of each class of hidden character.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    bidi: usize,
    zero_width: usize,
    tags: usize,
}

/// Flags for classes of which the new content has more than the old.
pub(super) fn flags(old: &[u8], new: &[u8]) -> Vec<HiddenFlag> {
    let plain = |b: &u8| matches!(b, b'\t' | b'\n' | b' '..=b'~');
    if new.iter().all(plain) {
        return Vec::new();
    }
    let after = tally(new);
    if after == Tally::default() {
        return Vec::new();
    }
    let before = tally(old);
    let mut flags = Vec::new();
    for (was, is, flag) in [
        (before.bidi, after.bidi, HiddenFlag::Bidi),
        (before.zero_width, after.zero_width, HiddenFlag::ZeroWidth),
        (before.tags, after.tags, HiddenFlag::TagCharacters),
    ] {
        // Replacing one hidden character by another keeps the count, so equality is no comfort
        // unless the text around is the same: any difference in a file that holds some is flagged.
        if is > was || (is > 0 && old != new) {
            flags.push(flag);
        }
    }
    flags
}

fn tally(bytes: &[u8]) -> Tally {
    let mut tally = Tally::default();
    let text = String::from_utf8_lossy(bytes);
    let is_binary = is_binary(bytes, &text);
    let mut previous = '\n';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if matches!(c, '\t' | '\n' | ' '..='~') {
            previous = c;
            continue;
        }
        let next = chars.peek().copied().unwrap_or('\n');
        match c {
            '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => {
                tally.bidi += 1;
            }
            '\u{e0000}'..='\u{e0fff}' => tally.tags += 1,
            '\u{200d}' if is_pictograph(previous) && is_pictograph(next) => {}
            '\u{feff}' if previous == '\n' => {}
            '\r' if next == '\n' => {}
            // A page break moves nothing on a line.
            '\0' | '\u{c}' => {}
            // The selector of emoji is one only behind a pictograph, a digit or a sign that has both forms.
            '\u{fe0f}' if has_emoji_form(previous) => {}
            '\u{fe0f}' => tally.zero_width += 1,
            // What binary files are made of; they are told as such.
            c if is_binary && (c.is_control() || !c.is_ascii()) => {}
            c if is_invisible(c) => tally.zero_width += 1,
            _ => {}
        }
        previous = c;
    }
    tally
}

/// Whether bytes are no text with a NUL in it, but mostly none: of each twenty characters one or more is
/// no UTF-8 or controls something.
fn is_binary(bytes: &[u8], text: &str) -> bool {
    let odd = |c: &char| {
        *c == char::REPLACEMENT_CHARACTER || (c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
    };
    bytes.contains(&0) && text.chars().filter(odd).count() * 20 > text.chars().count()
}

/// Characters that have an emoji form beside another (emoji-variation-sequences.txt of Unicode), a few of
/// their neighbours, and all newer pictographs.
fn has_emoji_form(c: char) -> bool {
    let early = matches!(
        c,
        '0'..='9'
            | '#'
            | '*'
            | '\u{a9}'
            | '\u{ae}'
            | '\u{203c}'
            | '\u{2049}'
            | '\u{2122}'
            | '\u{2139}'
    );
    let signs = matches!(
        c,
        '\u{2194}'..='\u{2199}'
            | '\u{21a9}'
            | '\u{21aa}'
            | '\u{231a}'
            | '\u{231b}'
            | '\u{2328}'
            | '\u{23cf}'
            | '\u{23e9}'..='\u{23fa}'
            | '\u{24c2}'
            | '\u{25aa}'
            | '\u{25ab}'
            | '\u{25b6}'
            | '\u{25c0}'
            | '\u{25fb}'..='\u{25fe}'
            | '\u{2600}'..='\u{27bf}'
            | '\u{2934}'
            | '\u{2935}'
            | '\u{2b05}'..='\u{2b07}'
            | '\u{2b1b}'
            | '\u{2b1c}'
            | '\u{2b50}'
            | '\u{2b55}'
    );
    let late =
        matches!(c, '\u{3030}' | '\u{303d}' | '\u{3297}' | '\u{3299}' | '\u{1f000}'..='\u{1faff}');
    early || signs || late
}

/// Characters between which a zero-width joiner is part of an emoji.
fn is_pictograph(c: char) -> bool {
    c == '\u{fe0f}' || (c > '\u{2000}' && has_emoji_form(c))
}
