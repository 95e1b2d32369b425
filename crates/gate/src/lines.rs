//! Counts added and removed lines of a changed file; knows no repository.

use crate::hidden::{Sides, is_binary};
use imara_diff::{Algorithm, Diff, InternedInput, Token};
use obstat_model::change::LineCount;
use std::borrow::Cow;
use std::collections::HashSet;

/// Lines from which on, and how often each on average, repeated lines are no more compared.
const REPEATED_MIN: usize = 20_000;
const REPEATED_TIMES: usize = 16;

/// Lines added and removed. Of a file that is not all text the lines that are count, and at least one. Above
/// `cap` bytes in sum the whole file counts as rewritten, which is never less than the true number.
#[must_use]
pub fn count(sides: Sides, cap: usize) -> LineCount {
    let (old, new) = (sides.old.map(plain), sides.new.map(plain));
    let binary = [&old, &new].into_iter().flatten().any(|bytes| is_binary(bytes));
    let counts = |line: &[u8]| !binary || is_text(line);
    let least = |side: Option<&[u8]>| u64::from(binary && side.is_some());
    let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
    let (added, removed) = changed(&old, &new, cap, counts);
    LineCount { added: added.max(least(sides.new)), removed: removed.max(least(sides.old)) }
}

/// Lines that one side has and the other has not, as far as they count.
fn changed(old: &[u8], new: &[u8], cap: usize, counts: impl Fn(&[u8]) -> bool) -> (u64, u64) {
    if old.is_empty() || new.is_empty() || old.len() + new.len() > cap {
        let all = |bytes: &[u8]| {
            bytes.split_inclusive(|b| *b == b'\n').filter(|line| counts(line)).count() as u64
        };
        return (all(new), all(old));
    }
    let input = InternedInput::new(old, new);
    let those = |tokens: &[Token]| {
        tokens.iter().filter(|line| counts(input.interner[**line])).count() as u64
    };
    if let Some((before, after)) = repetitive(&input) {
        return (those(after), those(before));
    }
    let (mut added, mut removed) = (0, 0);
    for hunk in Diff::compute(Algorithm::Histogram, &input).hunks() {
        let of = |tokens: &[Token], range: std::ops::Range<u32>| {
            let range = usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?;
            tokens.get(range).map(those)
        };
        added += of(&input.after, hunk.after).unwrap_or(u64::from(u32::MAX));
        removed += of(&input.before, hunk.before).unwrap_or(u64::from(u32::MAX));
    }
    (added, removed)
}

/// What lies between the lines that both begin and end with, where it is long and of few different lines: to
/// compare that takes time with its square, so it counts as rewritten.
fn repetitive<'a>(input: &'a InternedInput<&[u8]>) -> Option<(&'a [Token], &'a [Token])> {
    let (before, after) = (input.before.as_slice(), input.after.as_slice());
    let start = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let (before, after) = (before.get(start..)?, after.get(start..)?);
    let end = before.iter().rev().zip(after.iter().rev()).take_while(|(a, b)| a == b).count();
    let before = before.get(..before.len() - end)?;
    let after = after.get(..after.len() - end)?;
    let lines = before.len() + after.len();
    let distinct: HashSet<Token> = before.iter().chain(after).copied().collect();
    (lines > REPEATED_MIN && distinct.len() * REPEATED_TIMES < lines).then_some((before, after))
}

/// UTF-16 with its mark as UTF-8, and what else ends a line as line feeds, for lines are those of the text; all else
/// as it is.
fn plain(bytes: &[u8]) -> Cow<'_, [u8]> {
    let bytes = utf8(bytes);
    let alone = |at: &usize| bytes.get(at + 1) != Some(&b'\n');
    let mut lone: Vec<usize> = memchr::memchr_iter(b'\r', &bytes).filter(alone).collect();
    // What scripts take for the end of a line: U+2028 and U+2029.
    let ends = memchr::memmem::find_iter(&bytes, b"\xe2\x80\xa8");
    lone.extend(ends.chain(memchr::memmem::find_iter(&bytes, b"\xe2\x80\xa9")));
    if lone.is_empty() {
        return bytes;
    }
    let mut plain = bytes.into_owned();
    for at in lone {
        if let Some(byte) = plain.get_mut(at) {
            *byte = b'\n';
        }
    }
    Cow::Owned(plain)
}

fn utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    let from: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return Cow::Borrowed(bytes),
    };
    let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(|pair| from(*pair)).collect();
    Cow::Owned(String::from_utf16_lossy(&units).into_bytes())
}

/// Whether a line between others that are no text is some, with a few odd bytes perhaps: images and archives have
/// next to none such.
fn is_text(line: &[u8]) -> bool {
    let is_control =
        |b: &&u8| (**b < 0x20 && !matches!(**b, b'\t' | b'\r' | b'\n' | 0x0c)) || **b == 0x7f;
    let odd = line.iter().filter(is_control).count();
    let high = line.iter().filter(|b| !b.is_ascii()).count();
    let reads = std::str::from_utf8(line).is_ok() || high * 4 < line.len();
    line.trim_ascii().len() > odd && odd <= 2 + line.len() / 32 && reads
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(old: Option<&str>, new: Option<&str>, added: u64, removed: u64) {
        let sides = Sides { old: old.map(str::as_bytes), new: new.map(str::as_bytes) };
        for cap in [0, 1 << 20] {
            let found = count(sides, cap);
            assert!(found.added >= added && found.removed >= removed, "never less, {found:?}");
        }
        assert_eq!(count(sides, 1 << 20), LineCount { added, removed }, "{old:?} {new:?}");
    }

    #[test]
    fn lines_are_counted() {
        check(None, Some("a\nb\n"), 2, 0);
        check(Some("a\nb"), None, 0, 2);
        check(Some("a\nb\n"), Some("a\nc\n"), 1, 1);
        check(Some("a\n"), Some("a"), 1, 1);
        check(Some("a\0"), Some("b\0"), 1, 1);
        check(Some("same\n"), Some("same\n"), 0, 0);
    }

    /// What is no text to git can be a program to a compiler.
    #[test]
    fn lines_between_others_that_are_no_text_count() {
        check(None, Some("fn a() {}\nfn b() {}\n\0\0\0\0"), 2, 0);
        check(None, Some("a = 1\rb = 2\rc = 3\r"), 3, 0);
        check(None, Some("a()\u{2028}b()\u{2028}c()"), 3, 0);
        check(None, Some("a() //\u{1}\nb() //\u{b}\n\0\n"), 2, 0);
        check(Some("a\r\n"), Some("a\r\nb\r\n"), 1, 0);
        check(Some("a\n\0"), Some("a\nb\n\0"), 1, 1);
        let image: Vec<u8> =
            (0u32..50_000).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let found = count(Sides { old: None, new: Some(&image) }, 0);
        assert!(found.added < 20, "{found:?}");
    }

    #[test]
    fn lines_that_repeat_each_other_are_counted_in_time() {
        let text = |seed: u32| -> String {
            let line = |n: u32| format!("{}\n", n.wrapping_mul(seed) % 7);
            (0..200_000).map(line).collect()
        };
        let (old, new) = (text(2_654_435_761), text(40_503));
        let sides = Sides { old: Some(old.as_bytes()), new: Some(new.as_bytes()) };
        let found = count(sides, 1 << 23);
        assert!(found.added > 100_000 && found.added <= 200_000, "{found:?}");
        // What is appended is all that counts.
        let longer = format!("{old}8\n");
        let sides = Sides { old: Some(old.as_bytes()), new: Some(longer.as_bytes()) };
        assert_eq!(count(sides, 1 << 23), LineCount { added: 1, removed: 0 });
    }

    #[test]
    fn lines_of_other_encodings_count() {
        let wide: Vec<u8> = "\u{feff}a\nb\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let found = count(Sides { old: None, new: Some(&wide) }, 0);
        assert_eq!(found.added, 2);
    }
}
