//! Only crate `git` opens repositories; knows not how.

use super::finding::Finding;
use super::tree::Tree;
use crate::workspace::metadata::Metadata;
use std::path::Path;

/// The one crate that may.
const OPENER: &str = "git";

/// Libraries that open repositories.
const LIBRARIES: [&str; 4] = ["git2", "gix", "libgit2_sys", "libgit2-sys"];

/// Checks sources and manifests of all other crates, tests included.
pub(crate) fn check(tree: &Tree, metadata: &Metadata, root: &Path) -> Vec<Finding> {
    let mut findings = in_sources(tree);
    let own = metadata.packages.iter().filter(|p| metadata.is_ours(p));
    for package in own.filter(|p| p.name != format!("obstat-{OPENER}")) {
        let manifest = package.manifest_path.strip_prefix(root).unwrap_or(&package.manifest_path);
        for library in package.dependencies.iter().filter(|d| is_library(&d.name)) {
            let message = format!("depends on {}; only crate git opens repositories", library.name);
            findings.push(Finding::of(&manifest.to_string_lossy(), message));
        }
    }
    findings
}

fn in_sources(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, code) in tree.rust().filter(|(f, _)| f.crate_name() != Some(OPENER)) {
        let first = |path: &str| path.split("::").next().is_some_and(is_library);
        for path in code.paths.iter().filter(|p| p.what.contains("::") && first(&p.what)) {
            let message = format!("{}; only crate git opens repositories", path.what);
            findings.push(Finding::at(&file.path, path.line, message));
        }
    }
    findings
}

fn is_library(name: &str) -> bool {
    LIBRARIES.contains(&name) || name.starts_with("gix_") || name.starts_with("gix-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_stay_in_their_crate() {
        let text = "use git2::Repository; fn a() { gix::open(\".\"); }";
        let found = |path: &str| in_sources(&Tree::of(&[(path, text)])).len();
        assert_eq!(found("crates/git/src/a.rs"), 0);
        assert_eq!(found("crates/cli/src/a.rs"), 2);
        assert_eq!(found("crates/cli/tests/a.rs"), 2);
    }

    #[test]
    fn manifests_are_read_too() {
        let text = r#"{"packages":[{"id":"a","name":"obstat-cli","version":"1.0.0","license":null,
            "source":null,"manifest_path":"/r/crates/cli/Cargo.toml",
            "dependencies":[{"name":"gix-hash","kind":null,"path":null}]}],
            "workspace_members":["a"],"resolve":null}"#;
        let metadata = serde_json::from_str(text).unwrap();
        let found = check(&Tree::default(), &metadata, Path::new("/r"));
        assert_eq!(found.len(), 1);
        assert!(found[0].to_string().starts_with("crates/cli/Cargo.toml:1: depends on gix-hash"));
    }
}
