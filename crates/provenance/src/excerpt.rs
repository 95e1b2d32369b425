//! Cuts matched bytes to what evidence may quote; escapes nothing, for that is done when shown.

/// Longest text that evidence quotes, in characters.
pub(crate) const MAX_CHARS: usize = 200;

/// At most [`MAX_CHARS`] characters of trimmed text, bytes that are no UTF-8 replaced.
pub(crate) fn excerpt(bytes: &[u8]) -> String {
    // A character has at most four bytes, so more need not be looked at.
    let head = bytes.trim_ascii().get(..MAX_CHARS * 4).unwrap_or(bytes.trim_ascii());
    String::from_utf8_lossy(head).chars().take(MAX_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_broken_text_is_cut_and_replaced() {
        assert_eq!(excerpt(b"  a\xffb\n"), "a\u{fffd}b");
        assert_eq!(excerpt("é".repeat(10_000).as_bytes()).chars().count(), MAX_CHARS);
        assert_eq!(excerpt(&[0xff; 10_000]).chars().count(), MAX_CHARS);
    }
}
