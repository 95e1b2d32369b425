//! Words on lines of a width; knows no colour and no meaning.

/// The words of a text on lines of at most so many characters. A word that is longer stands alone.
pub(crate) fn lines(text: &str, width: usize) -> Vec<String> {
    behind(text, width, width)
}

/// As [`lines`], with another width for the first.
pub(crate) fn behind(text: &str, first: usize, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let width = if lines.len() <= 1 { first } else { width };
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Lines of at most so many characters, the first behind `head`, the others as far in.
pub(crate) fn after(head: &str, indent: usize, text: &str, width: usize) -> Vec<String> {
    let room = |taken| width.saturating_sub(taken);
    let lines = behind(text, room(seen(head)), room(indent));
    let before = |n| if n == 0 { head.to_owned() } else { " ".repeat(indent) };
    lines.iter().enumerate().map(|(n, line)| format!("{}{line}", before(n))).collect()
}

/// Characters that are seen: colours are not.
pub(crate) fn seen(text: &str) -> usize {
    let mut parts = text.split("\u{1b}[");
    let plain = parts.next().map_or(0, |part| part.chars().count());
    plain
        + parts
            .map(|p| p.split_once('m').map_or(0, |(_, rest)| rest.chars().count()))
            .sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::{behind, lines, seen};

    #[test]
    fn the_first_line_may_be_shorter_and_colours_are_not_seen() {
        assert_eq!(behind("one two three four", 3, 9), ["one", "two three", "four"]);
        assert_eq!(seen("\u{1b}[1m✗ no\u{1b}[0m!"), 5);
    }

    #[test]
    fn words_are_kept_whole_and_none_is_lost() {
        let text = "what  happened, why\nand what next averyveryverylongword";
        let found = lines(text, 12);
        assert_eq!(found, ["what", "happened,", "why and what", "next", "averyveryverylongword"]);
        assert_eq!(lines("ä ö", 3), ["ä ö"]);
        assert!(lines("", 5).is_empty());
    }
}
