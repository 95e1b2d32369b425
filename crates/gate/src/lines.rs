//! Counts added and removed lines of a changed file; knows no repository.

use crate::hidden::{Sides, is_binary};
use imara_diff::{Algorithm, Diff, InternedInput};
use obstat_model::change::LineCount;
use std::borrow::Cow;

/// Lines added and removed. Of a file that is not all text the lines that are count, and at least one. Above
/// `cap` bytes in sum the whole file counts as rewritten, which is never less than the true number.
#[must_use]
pub fn count(sides: Sides, cap: usize) -> LineCount {
    let (old, new) = (sides.old.map(plain), sides.new.map(plain));
    let binary = [&old, &new].into_iter().flatten().any(|bytes| is_binary(bytes));
    let counts = |line: &[u8]| !binary || is_text(line);
    let least = |side: Option<&[u8]>| u64::from(binary && side.is_some());
    let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
    let (added, removed) = if old.is_empty() || new.is_empty() || old.len() + new.len() > cap {
        let all = |bytes: &[u8]| {
            let lines = bytes.split_inclusive(|b| *b == b'\n');
            lines.filter(|line| counts(line)).count()
        };
        (all(&new), all(&old))
    } else {
        let input = InternedInput::new(&*old, &*new);
        let diff = Diff::compute(Algorithm::Histogram, &input);
        let mut found = (0, 0);
        for hunk in diff.hunks() {
            let of = |tokens: &[imara_diff::Token], range: std::ops::Range<u32>| {
                let range = usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?;
                let lines = tokens.get(range)?.iter();
                Some(lines.filter(|line| counts(input.interner[**line])).count())
            };
            found.0 += of(&input.after, hunk.after).unwrap_or(usize::MAX);
            found.1 += of(&input.before, hunk.before).unwrap_or(usize::MAX);
        }
        found
    };
    LineCount {
        added: (added as u64).max(least(sides.new)),
        removed: (removed as u64).max(least(sides.old)),
    }
}

/// UTF-16 with its mark as UTF-8, for lines are those of its text; all else as it is.
fn plain(bytes: &[u8]) -> Cow<'_, [u8]> {
    let from: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return Cow::Borrowed(bytes),
    };
    let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(|pair| from(*pair)).collect();
    Cow::Owned(String::from_utf16_lossy(&units).into_bytes())
}

/// Whether a line between others that are no text is some: images and archives have next to none such.
fn is_text(line: &[u8]) -> bool {
    let is_control =
        |b: &u8| (*b < 0x20 && !matches!(b, b'\t' | b'\r' | b'\n' | 0x0c)) || *b == 0x7f;
    !line.trim_ascii().is_empty() && !line.iter().any(is_control)
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
        check(None, Some("fn a() {}\nfn b() {}\n// \0"), 2, 0);
        check(Some("a\n\0"), Some("a\nb\n\0"), 1, 1);
        let image: Vec<u8> =
            (0u32..50_000).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let found = count(Sides { old: None, new: Some(&image) }, 0);
        assert!(found.added < 20, "{found:?}");
    }

    #[test]
    fn lines_of_other_encodings_count() {
        let wide: Vec<u8> = "\u{feff}a\nb\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let found = count(Sides { old: None, new: Some(&wide) }, 0);
        assert_eq!(found.added, 2);
    }
}
