//! CODEOWNERS in both dialects: a path, and a file that may name its owners.
#![no_main]

use libfuzzer_sys::fuzz_target;
use obstat_model::object::RepoPath;
use obstat_policy::codeowners::{CodeOwners, Dialect};
use obstat_policy::parse_roster;

const ROSTER: &str = include_str!("../../examples/roster.yaml");

fuzz_target!(|input: (&str, &str)| {
    let (path, text) = input;
    let roster = parse_roster(ROSTER, "roster.yaml").expect("the example is a roster");
    for dialect in [Dialect::GitHub, Dialect::GitLab] {
        match CodeOwners::parse(dialect, text, &roster) {
            Ok(found) => drop(found.owners(&RepoPath::from(path))),
            Err(found) => assert!(!found.is_empty()),
        }
    }
});
