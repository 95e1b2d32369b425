//! The invariant of needles, proven with texts that the expressions themselves generate.

use super::*;
use crate::builtin;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::string::bytes_regex;

fn rows() -> Vec<Row> {
    builtin::PATTERNS.iter().cloned().map(Row::new).collect()
}

fn passes(filter: &Prefilter, index: usize, text: &[u8]) -> bool {
    let lowered = text.to_ascii_lowercase();
    filter.may_hit(&lowered) && filter.candidates(&lowered).contains(&index)
}

/// The expression without what a generator cannot make: anchors, boundaries and flags.
fn generative(pattern: &str) -> String {
    let plain =
        pattern.replace("(?im)", "(?i-u)").replace("(?m)", "(?-u)").replace("(?i)^", "(?i-u)");
    let plain = plain.replace("(?i)", "(?i-u)").replace("^[ \\t]*", "[ \\t]{0,3}");
    let plain = plain.replace("\\s*$", "").replace("(?-u)^", "(?-u)");
    let plain = plain.trim_start_matches('^').trim_end_matches('$');
    plain.strip_suffix("\\b").unwrap_or(plain).replace("\\b", " ")
}

#[test]
fn no_builtin_row_is_tried_on_everything() {
    assert!(Prefilter::new(&rows()).always.is_empty());
}

#[test]
fn the_vectorised_search_covers_all_needles() {
    let filter = Prefilter::new(&rows());
    for needle in &filter.needles {
        assert!(filter.may_hit(format!("xx {needle} yy").as_bytes()), "{needle}");
    }
    assert!(!filter.may_hit(b"mm: fix a leak\n\nsigned-off-by: jane doe <jane@example.com>\n"));
}

#[test]
fn every_example_passes_in_any_case() {
    let (rows, filter) = (rows(), Prefilter::new(&rows()));
    for (index, row) in rows.iter().enumerate().filter(|(_, r)| r.data.kind.is_scanned()) {
        let upper = row.data.example.to_ascii_uppercase();
        for text in [row.data.example.as_ref(), &upper] {
            assert!(passes(&filter, index, text.as_bytes()), "{:?}", row.data);
        }
        for address in row.data.addresses.iter() {
            assert!(passes(&filter, index, address.as_bytes()), "{address}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn whatever_a_row_matches_passes(seed in any::<u64>(), before in any::<[u8; 8]>()) {
        let rows = rows();
        let filter = Prefilter::new(&rows);
        let algorithm = proptest::test_runner::RngAlgorithm::ChaCha;
        let mut key = [0u8; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let rng = proptest::test_runner::TestRng::from_seed(algorithm, &key);
        let config = ProptestConfig::default();
        let mut runner = proptest::test_runner::TestRunner::new_with_rng(config, rng);
        for (index, row) in rows.iter().enumerate() {
            let data = &row.data;
            if data.matching != Matching::Regex || !data.kind.is_scanned() {
                continue;
            }
            let made = bytes_regex(&generative(&data.pattern)).unwrap();
            let text = made.new_tree(&mut runner).unwrap().current();
            prop_assert!(row.find(&text).is_some(), "{:?} {}", data, text.escape_ascii());
            let whole = [&before[..], &text].concat();
            prop_assert!(passes(&filter, index, &whole), "{:?} {}", data, text.escape_ascii());
        }
    }
}
