//! Tests of the edges, against made-up manifests and documents.

use super::{EDGES, Finding, Metadata, check};
use crate::tidy::tree::Tree;
use std::path::Path;

fn metadata(package: &str, dependency: &str, kind: &str) -> Metadata {
    let text = format!(
        r#"{{"packages":[{{"id":"a","name":"{package}","version":"1.0.0","license":null,
        "source":null,"manifest_path":"/r/crates/x/Cargo.toml","dependencies":[
        {{"name":"{dependency}","kind":{kind},"path":"/r/crates/y"}},
        {{"name":"serde","kind":null,"path":null}}]}}],
        "workspace_members":["a"],"resolve":null}}"#
    );
    serde_json::from_str(&text).unwrap()
}

fn findings(package: &str, dependency: &str, kind: &str) -> Vec<String> {
    let metadata = metadata(package, dependency, kind);
    let found = check(&Tree::default(), &metadata, Path::new("/r"));
    found.iter().map(Finding::to_string).collect()
}

#[test]
fn listed_edges_pass() {
    for (package, dependency) in [
        ("obstat-gate", "obstat-policy"),
        ("obstat-cli", "obstat-git"),
        ("obstat-git", "obstat-gate"),
    ] {
        assert_eq!(findings(package, dependency, "null"), Vec::<String>::new());
    }
    assert_eq!(findings("obstat-model", "obstat-testkit", "\"dev\""), Vec::<String>::new());
}

#[test]
fn all_other_edges_fail() {
    for (package, dependency, kind) in [
        ("obstat-model", "obstat-gate", "null"),
        ("obstat-policy", "obstat-attest", "\"dev\""),
        ("obstat-server", "obstat-cli", "null"),
        ("obstat-cli", "obstat-testkit", "null"),
        ("obstat-provenance", "obstat-policy", "\"build\""),
    ] {
        let found = findings(package, dependency, kind);
        assert_eq!(found.len(), 1, "{package} -> {dependency}");
        assert!(found[0].starts_with("crates/x/Cargo.toml:1: "), "{found:?}");
    }
    assert!(findings("obstat-mystery", "obstat-model", "null")[0].contains("edges.rs"));
}

/// What is said of a document in which crates model, gate and git exist, and of one row of it.
fn document(git: &str, others: &str) -> Vec<String> {
    let gate = "| `gate` | x | model, policy |\n";
    let head = "| crate | is | may use (ours) |\n|---|---|---|\n| `model` | x | – |\n";
    let text = format!("{head}{gate}{git}{others}\n\n| crate | x |\n");
    let found = super::document::check(&text, &["model", "gate", "git", "xtask"]);
    found.iter().map(Finding::to_string).collect()
}

#[test]
fn the_document_says_what_the_list_says() {
    let git = "| `git` | opens | model, gate (ports) |\n";
    let others = "| `cli` | x | all (server behind a feature) |\n| `server` | x | all but cli |";
    assert_eq!(document(git, others), Vec::<String>::new());
}

#[test]
fn a_drifting_document_is_told_with_its_line() {
    for (git, others, expected) in [
        (
            "| `git` | x | model |\n",
            "",
            "ARCHITECTURE.md:5: row git: xtask/src/tidy/edges.rs allows `gate` too",
        ),
        ("| `git` | x | model, gate, cli |\n", "", "does not allow `cli`"),
        ("| `git` | x | model, gate |\n", "| `cli` | x | git |\n", "does not allow `git`"),
        ("| `git` | x | model, gate |\n", "| `ghost` | x | – |\n", "row ghost: no such crate"),
        ("", "", "crate git has no row"),
    ] {
        let found = document(git, others);
        assert!(found.len() == 1 && found[0].contains(expected), "{expected}: {found:?}");
    }
}

#[test]
fn the_document_is_read_where_it_exists() {
    let tree = Tree::of(&[("ARCHITECTURE.md", "no table\n")]);
    let metadata = metadata("obstat-git", "obstat-gate", "null");
    let found = check(&tree, &metadata, Path::new("/r"));
    assert!(found[0].to_string().starts_with("ARCHITECTURE.md:1: crate git has no row"));
}

#[test]
fn no_crate_may_use_itself_or_a_later_root() {
    for (name, rule) in EDGES {
        if let super::MayUse::Only(names) = rule {
            assert!(!names.contains(&name) && !names.contains(&"cli"), "{name}");
        }
    }
}
