//! Counts added and removed lines of a changed file; knows no repository.

use crate::hidden::{Sides, is_binary};
use imara_diff::{Algorithm, Diff, InternedInput};
use obstat_model::change::LineCount;

/// Lines added and removed. A binary side counts as one line. Above `cap` bytes in sum the whole
/// file counts as rewritten, which is never less than the true number.
#[must_use]
pub fn count(sides: Sides, cap: usize) -> LineCount {
    let (old, new) = (sides.old.unwrap_or_default(), sides.new.unwrap_or_default());
    if is_binary(old) || is_binary(new) {
        let one = |side: Option<&[u8]>| u64::from(side.is_some());
        return LineCount { added: one(sides.new), removed: one(sides.old) };
    }
    if old.is_empty() || new.is_empty() || old.len() + new.len() > cap {
        return LineCount { added: lines(new), removed: lines(old) };
    }
    let input = InternedInput::new(old, new);
    let diff = Diff::compute(Algorithm::Histogram, &input);
    LineCount {
        added: u64::from(diff.count_additions()),
        removed: u64::from(diff.count_removals()),
    }
}

fn lines(bytes: &[u8]) -> u64 {
    let ends = memchr::memchr_iter(b'\n', bytes).count() as u64;
    ends + u64::from(bytes.last().is_some_and(|b| *b != b'\n'))
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
}
