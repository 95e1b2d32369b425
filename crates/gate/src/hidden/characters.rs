//! Bidirectional, invisible and tag characters that a change adds; knows no file type.

use obstat_model::hidden::HiddenFlag;

/// Counts of each class of hidden character.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    bidi: usize,
    zero_width: usize,
    tags: usize,
}

/// Flags for classes of which the new content has more than the old.
pub(super) fn flags(old: &[u8], new: &[u8]) -> Vec<HiddenFlag> {
    if new.is_ascii() {
        return Vec::new();
    }
    let (before, after) = (tally(old), tally(new));
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
    let mut previous = '\n';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
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
            '\u{ad}'
            | '\u{34f}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200d}'
            | '\u{2060}'..='\u{2065}'
            | '\u{206a}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0e}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}' => tally.zero_width += 1,
            _ => {}
        }
        previous = c;
    }
    tally
}

/// Characters between which a zero-width joiner is part of an emoji.
fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{1f000}'..='\u{1faff}' | '\u{2190}'..='\u{2bff}' | '\u{fe0f}')
}
