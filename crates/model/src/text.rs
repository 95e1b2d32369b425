//! Makes text from changes harmless to show; knows no terminal and no HTML.

/// Whether a character could hide or reorder what a reader sees, or steer a terminal.
///
/// Control characters, bidirectional controls, zero-width and tag characters, variation
/// selectors beyond the emoji one, and line separators other than LF (Unicode 17, "Default
/// Ignorable" and UAX #9).
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{34f}'
        | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0e}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Text on one line with everything invisible written as `<U+202E>`; tabs and line breaks too.
#[must_use]
pub fn escape_line(text: &str) -> String {
    escape(text, |c| is_invisible(c) || c == '\t' || c == '\n')
}

/// Text of several lines with everything invisible but tab and LF written as `<U+202E>`.
#[must_use]
pub fn escape_block(text: &str) -> String {
    escape(text, is_invisible)
}

fn escape(text: &str, hide: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if hide(c) {
            out.push_str(&format!("<U+{:04X}>", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

/// [`escape_line`], cut to at most `max` characters with a trailing `…` where cut.
#[must_use]
pub fn escape_cut(text: &str, max: usize) -> String {
    let escaped = escape_line(text);
    if escaped.chars().count() <= max {
        return escaped;
    }
    let mut out: String = escaped.chars().take(max.saturating_sub(1)).collect();
    out.push('…');
    out
}

/// A count with its noun: `1 commit`, `2 commits`, `1,912 commits`.
#[must_use]
pub fn count(n: u64, one: &str) -> String {
    format!("{} {one}{}", grouped(n), if n == 1 { "" } else { "s" })
}

/// A number in groups of three: `184,203`.
#[must_use]
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let lead = digits.len() % 3;
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i != 0 && i % 3 == lead {
            out.push(',');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_spelled_out() {
        assert_eq!(escape_line("a\u{202e}b\n"), "a<U+202E>b<U+000A>");
        assert_eq!(escape_block("a\n\u{1b}[31m"), "a\n<U+001B>[31m");
        assert_eq!(escape_line("Hana Kovář 🎉"), "Hana Kovář 🎉");
        assert_eq!(escape_line("\u{e0041}"), "<U+E0041>");
    }

    #[test]
    fn counts_read_as_people_write_them() {
        assert_eq!(count(1, "commit"), "1 commit");
        assert_eq!(count(184_203, "line"), "184,203 lines");
        assert_eq!(grouped(100), "100");
        assert_eq!(grouped(1_000), "1,000");
    }
}
