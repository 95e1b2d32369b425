//! Lines of a message and how folded ones belong together; knows no trailer and no pattern.

use memchr::{memchr2, memrchr2};
use std::borrow::Cow;
use std::ops::Range;

/// How many lines one folded line may span. More is no trailer that any tool writes, and the
/// limit keeps hostile messages from costing quadratic time.
pub(crate) const MAX_FOLDS: usize = 16;

/// The line around a position, without its line break. CR alone ends a line too, so that nothing
/// hides behind it.
pub(crate) fn line_at(text: &[u8], at: usize) -> Range<usize> {
    let (before, after) = text.split_at(at.min(text.len()));
    let start = memrchr2(b'\n', b'\r', before).map_or(0, |i| i + 1);
    let end = memchr2(b'\n', b'\r', after).map_or(text.len(), |i| before.len() + i);
    start..end
}

/// The line after a line, if there is one. CR LF is one line break.
pub(crate) fn next_line(text: &[u8], line: &Range<usize>) -> Option<Range<usize>> {
    let rest = text.get(line.end..)?;
    let width = match rest {
        [b'\r', b'\n', ..] => 2,
        [_, ..] => 1,
        [] => return None,
    };
    let start = line.end + width;
    Some(start..line_at(text, start).end)
}

fn previous_line(text: &[u8], line: &Range<usize>) -> Option<Range<usize>> {
    let before = text.get(..line.start)?;
    let width = match before {
        [.., b'\r', b'\n'] => 2,
        [.., _] => 1,
        [] => return None,
    };
    Some(line_at(text, line.start - width))
}

/// The bytes of a line.
pub(crate) fn bytes<'t>(text: &'t [u8], line: &Range<usize>) -> &'t [u8] {
    text.get(line.clone()).unwrap_or_default()
}

/// Number of leading blanks; `None` for a line of nothing else.
pub(crate) fn indent(line: &[u8]) -> Option<usize> {
    line.iter().position(|b| !matches!(b, b' ' | b'\t'))
}

/// The line with the deeper indented lines after it, joined by single blanks: RFC 822 folding,
/// relative to the line's own indentation because `git merge --squash` indents whole messages.
/// Borrowed where nothing is folded.
pub(crate) fn unfold<'t>(text: &'t [u8], line: &Range<usize>) -> Cow<'t, [u8]> {
    let first = bytes(text, line);
    let Some(base) = indent(first) else { return Cow::Borrowed(first) };
    let mut joined = Cow::Borrowed(first);
    let mut at = line.clone();
    for _ in 0..MAX_FOLDS {
        let Some(next) = next_line(text, &at) else { break };
        let folded = bytes(text, &next);
        if indent(folded).is_none_or(|n| n <= base) {
            break;
        }
        let owned = joined.to_mut();
        owned.push(b' ');
        owned.extend_from_slice(folded.trim_ascii());
        at = next;
    }
    joined
}

/// The line that a line continues, if its indentation says that it continues one.
pub(crate) fn parent(text: &[u8], line: &Range<usize>) -> Option<Range<usize>> {
    let own = indent(bytes(text, line)).filter(|n| *n > 0)?;
    let mut at = line.clone();
    for _ in 0..MAX_FOLDS {
        at = previous_line(text, &at)?;
        if indent(bytes(text, &at))? < own {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_break_ends_a_line_once() {
        let text = b"a\r\nbb\rc\n";
        assert_eq!(line_at(text, 4), 3..5);
        let mut line = line_at(text, 0);
        let mut seen = vec![bytes(text, &line)];
        while let Some(next) = next_line(text, &line) {
            assert_eq!(previous_line(text, &next), Some(line));
            seen.push(bytes(text, &next));
            line = next;
        }
        assert_eq!(seen, [&b"a"[..], b"bb", b"c", b""]);
    }

    #[test]
    fn folds_are_relative_to_the_lines_own_indentation() {
        let text = b"    A: x\n      y\n\tz\n    B: w\n";
        let line = line_at(text, 0);
        assert_eq!(unfold(text, &line).as_ref(), b"    A: x y");
        let folded = line_at(text, 12);
        assert_eq!(parent(text, &folded), Some(line));
        assert_eq!(unfold(b"A: x", &(0..4)), Cow::Borrowed(b"A: x"));
    }
}
