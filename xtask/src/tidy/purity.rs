//! What the functional core may not touch: files, network, clock, environment, async, logs.

use super::finding::Finding;
use super::tree::Tree;

/// Crates whose answers depend on their arguments alone.
const PURE: [&str; 8] =
    ["model", "ledger", "provenance", "impact", "policy", "attest", "action", "outcomes"];

/// Paths that reach the outside; a path below one is meant too.
const OUTSIDE: [&str; 12] = [
    "std::fs",
    "std::net",
    "std::process",
    "std::env",
    "std::os",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
    "tokio",
    "tracing",
    "getrandom",
    "rand",
];

/// Types that read a clock, however they are reached.
const CLOCKS: [&str; 2] = ["SystemTime", "Instant"];

/// Checks what ships of the pure crates.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let pure = |name: Option<&str>| name.is_some_and(|n| PURE.contains(&n));
    for (file, code) in tree.rust().filter(|(file, _)| pure(file.crate_name())) {
        for path in code.paths.iter().filter(|p| !p.in_test && reaches_outside(&p.what)) {
            let message =
                format!("{} in a pure crate; let the shell find it out and pass it in", path.what);
            findings.push(Finding::at(&file.path, path.line, message));
        }
    }
    findings
}

fn reaches_outside(path: &str) -> bool {
    let below = |outside: &str| {
        path.strip_prefix(outside).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    OUTSIDE.into_iter().any(below) || path.split("::").any(|s| CLOCKS.contains(&s))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        check(&Tree::of(&[(path, text)])).iter().map(Finding::to_string).collect()
    }

    #[test]
    fn the_outside_is_found_in_each_form() {
        for text in [
            "use std::fs;",
            "use std::{collections::HashMap, env::var};",
            "fn a() { let _ = std::time::SystemTime::now(); }",
            "use std::time::Instant;",
            "fn a() { tracing::info!(\"x\"); }",
            "fn a() { format!(\"{}\", std::process::id()); }",
            "async fn a(x: tokio::net::TcpStream) {}",
        ] {
            let all = found("crates/policy/src/a.rs", text);
            assert_eq!(all.len(), 1, "{text}: {all:?}");
            assert!(all[0].starts_with("crates/policy/src/a.rs:1: "), "{all:?}");
        }
    }

    #[test]
    fn shells_tests_and_neighbouring_names_are_free() {
        assert_eq!(found("crates/cli/src/a.rs", "use std::fs;"), Vec::<String>::new());
        assert_eq!(found("crates/policy/tests/a.rs", "use std::fs;"), Vec::<String>::new());
        assert_eq!(found("crates/policy/build.rs", "use std::fs;"), Vec::<String>::new());
        let text = "use std::fmt; use std::time::Duration; mod tokio_like; use random::x;";
        assert_eq!(found("crates/policy/src/a.rs", text), Vec::<String>::new());
        let test = "#[cfg(test)]\nmod tests { use std::fs; }";
        assert_eq!(found("crates/policy/src/a.rs", test), Vec::<String>::new());
    }
}
