//! Words that names in our crates avoid, because they say nothing or belong to others.

use super::finding::Finding;
use super::tree::Tree;
use std::path::Path;

/// Words with what to write instead. Plurals are meant too.
const AVOIDED: [(&str, &str); 5] = [
    ("predicate", "in-toto owns the word; say condition or statement"),
    ("ticket", "say change, approval or the thing it is"),
    ("bypass", "has no author; say override"),
    ("manager", "say what it does"),
    ("util", "say what it holds"),
];

/// Writes in-toto, whose word `predicate` is.
const IN_TOTO: &str = "attest";

/// Checks names that crates give to files, modules, types, functions, constants and variants.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, code) in tree.rust() {
        let Some(owner) = file.crate_name() else { continue };
        let stem = Path::new(&file.path).file_stem().map(|s| s.to_string_lossy().into_owned());
        let names = code.names.iter().filter(|n| !n.in_test).map(|n| (n.what.clone(), n.line));
        for (name, line) in stem.map(|s| (s, 1)).into_iter().chain(names) {
            for (word, instead) in avoided_in(&name) {
                if word != "predicate" || (owner != IN_TOTO && !is_predicate_type(&name)) {
                    let message = format!("{name}: avoid `{word}`; {instead}");
                    findings.push(Finding::at(&file.path, line, message));
                }
            }
        }
    }
    findings
}

fn is_predicate_type(name: &str) -> bool {
    words(name).windows(2).any(|w| w == ["predicate", "type"])
}

fn avoided_in(name: &str) -> Vec<(&'static str, &'static str)> {
    let words = words(name);
    let is_plural = |word: &str, of: &str| word.strip_suffix('s') == Some(of);
    let occurs = |of: &str| words.iter().any(|word| word == of || is_plural(word, of));
    AVOIDED.into_iter().filter(|(word, _)| occurs(word)).collect()
}

/// The words of a name, in lower case: `PredicateType` and `PREDICATE_TYPE` are both two.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut after_lower = false;
    for c in name.chars() {
        let begins = c.is_uppercase() && after_lower;
        if c == '_' || c == '-' || begins || words.is_empty() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
        after_lower = c.is_lowercase() || c.is_numeric();
    }
    words.retain(|w| !w.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        check(&Tree::of(&[(path, text)])).iter().map(Finding::to_string).collect()
    }

    #[test]
    fn names_fall_into_words() {
        assert_eq!(words("PredicateType"), ["predicate", "type"]);
        assert_eq!(words("MAX_HTTP_SIZE"), ["max", "http", "size"]);
        assert_eq!(words("utility"), ["utility"]);
    }

    #[test]
    fn each_avoided_word_is_found() {
        for text in [
            "fn open_ticket() {}",
            "struct KeyManager;",
            "enum Mode { Bypass }",
            "mod utils {}",
            "trait Predicate {}",
            "impl X { const PREDICATES: u8 = 1; fn bypass(&self) {} }",
        ] {
            assert!(!found("crates/git/src/a.rs", text).is_empty(), "{text}");
        }
        assert!(
            found("crates/git/src/util.rs", "//! x\n")[0].starts_with("crates/git/src/util.rs:1")
        );
    }

    #[test]
    fn in_toto_keeps_its_words() {
        assert_eq!(
            found("crates/git/src/a.rs", "const PREDICATE_TYPE: u8 = 1;"),
            Vec::<String>::new()
        );
        assert_eq!(found("crates/attest/src/a.rs", "struct Predicate;"), Vec::<String>::new());
        assert_eq!(found("crates/git/src/a.rs", "fn a() { utility(); }"), Vec::<String>::new());
    }
}
