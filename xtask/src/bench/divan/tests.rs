//! Tests over a table as divan 0.1.21 prints it.

use super::{numbers_in, parse};
use std::time::Duration;

const TABLE: &str = "\
Timer precision: 41 ns
decide                    fastest       │ slowest       │ median        │ mean          │ samples │ iters
├─ decide                               │               │               │               │         │
│  ├─ rules_10_files_20   3.112 µs      │ 9.871 µs      │ 3.25 µs       │ 3.401 µs      │ 100     │ 1600
│  ╰─ rules_50_files_300  71.5 µs       │ 120.2 µs      │ 74.75 µs      │ 75.02 µs      │ 100     │ 100
╰─ parse                  1.02 ms       │ 2.5 ms        │ 1.1 ms        │ 1.2 ms        │ 100     │ 100
";

#[test]
fn rows_have_their_path_and_median() {
    let entries = parse(TABLE);
    let found: Vec<_> = entries.iter().map(|e| (e.name.as_str(), e.median)).collect();
    let first = &entries[0];
    assert_eq!((first.fastest, first.samples), (Duration::from_nanos(3_112), 100));
    assert_eq!(
        found,
        [
            ("decide/decide/rules_10_files_20", Duration::from_nanos(3_250)),
            ("decide/decide/rules_50_files_300", Duration::from_nanos(74_750)),
            ("decide/parse", Duration::from_micros(1_100)),
        ]
    );
}

#[test]
fn other_text_has_no_rows() {
    assert_eq!(parse("warning: unused\nrunning 3 tests\n"), []);
    assert_eq!(parse(&TABLE.replace("3.25 µs", "soon")).len(), 2);
}

#[test]
fn numbers_are_read_out_of_names() {
    assert_eq!(numbers_in("decide/rules_10_files_20"), [10, 20]);
    assert_eq!(numbers_in("decide"), Vec::<u64>::new());
}
