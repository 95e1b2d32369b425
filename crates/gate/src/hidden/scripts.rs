//! Identifiers that mix scripts whose letters look alike; knows no programming language.

use std::collections::HashSet;
use unicode_script::{Script, UnicodeScript as _};

/// Whether the new content has an identifier that mixes Latin, Greek, Cyrillic, Armenian or
/// Cherokee letters and that the old content does not have.
pub(super) fn mixes(old: &[u8], new: &[u8]) -> bool {
    if new.is_ascii() {
        return false;
    }
    let found = mixed_words(new);
    if found.is_empty() {
        return false;
    }
    let before = mixed_words(old);
    found.iter().any(|word| !before.contains(word))
}

fn mixed_words(bytes: &[u8]) -> HashSet<String> {
    let text = String::from_utf8_lossy(bytes);
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.filter(|w| !w.is_ascii() && is_mixed(w)).map(str::to_owned).collect()
}

fn is_mixed(word: &str) -> bool {
    let mut seen: Option<Script> = None;
    for c in word.chars() {
        let script = c.script();
        let alike = matches!(
            script,
            Script::Latin | Script::Greek | Script::Cyrillic | Script::Armenian | Script::Cherokee
        );
        if alike && seen.is_some_and(|s| s != script) {
            return true;
        }
        if alike {
            seen = Some(script);
        }
    }
    false
}
