//! Which crate may use which of ours; the one list, compared with manifests and ARCHITECTURE.md.

mod document;

use super::finding::Finding;
use super::tree::Tree;
use crate::workspace::metadata::{Kind, Metadata, Package};
use std::path::Path;

/// What a crate may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MayUse {
    /// These of ours.
    Only(&'static [&'static str]),
    /// Every crate that ships but these.
    AllBut(&'static [&'static str]),
}

impl MayUse {
    fn allows(self, name: &str) -> bool {
        match self {
            Self::Only(names) => names.contains(&name),
            Self::AllBut(names) => !names.contains(&name) && !DEVELOPMENT.contains(&name),
        }
    }
}

/// Every crate and what it may use, in the order of ARCHITECTURE.md.
pub(crate) const EDGES: [(&str, MayUse); 15] = [
    ("model", MayUse::Only(&[])),
    ("ledger", MayUse::Only(&[])),
    ("provenance", MayUse::Only(&["model"])),
    ("impact", MayUse::Only(&["model"])),
    ("policy", MayUse::Only(&["model"])),
    ("attest", MayUse::Only(&["model"])),
    ("action", MayUse::Only(&["model"])),
    ("outcomes", MayUse::Only(&["model"])),
    ("gate", MayUse::Only(&["model", "provenance", "impact", "policy", "attest", "action"])),
    ("git", MayUse::Only(&["model", "gate"])),
    ("forge", MayUse::Only(&["model", "gate"])),
    ("agents", MayUse::Only(&["model", "action", "gate", "api"])),
    ("api", MayUse::Only(&["model"])),
    ("server", MayUse::AllBut(&["cli"])),
    ("cli", MayUse::AllBut(&[])),
];

/// Crates for development only; nothing that ships may link them.
const DEVELOPMENT: [&str; 2] = ["testkit", "xtask"];

/// What crates for development may use: fakes need words and ports, benchmarks need logs.
const DEVELOPMENT_USES: [&str; 3] = ["model", "gate", "ledger"];

/// Compares manifests with the list, and the list with ARCHITECTURE.md where that exists.
pub(crate) fn check(tree: &Tree, metadata: &Metadata, root: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    for package in metadata.packages.iter().filter(|p| metadata.is_ours(p)) {
        let manifest = package.manifest_path.strip_prefix(root).unwrap_or(&package.manifest_path);
        check_package(package, &manifest.to_string_lossy(), &mut findings);
    }
    if let Some(file) = tree.file(document::FILE) {
        let crates: Vec<&str> = metadata.packages.iter().map(|p| short(&p.name)).collect();
        findings.extend(document::check(&file.text, &crates));
    }
    findings
}

fn short(package: &str) -> &str {
    package.strip_prefix("obstat-").unwrap_or(package)
}

fn check_package(package: &Package, manifest: &str, findings: &mut Vec<Finding>) {
    let name = short(&package.name);
    let Some(rule) = rule_of(name) else {
        let text = format!("crate {name} is not in xtask/src/tidy/edges.rs; add it with its edges");
        findings.push(Finding::of(manifest, text));
        return;
    };
    for dependency in package.dependencies.iter().filter(|d| d.path.is_some()) {
        let used = short(&dependency.name);
        let in_tests = dependency.kind == Some(Kind::Dev) && used == "testkit";
        if !in_tests && !rule.allows(used) {
            let text = format!("{name} may not use {used}; see the table in ARCHITECTURE.md");
            findings.push(Finding::of(manifest, text));
        }
    }
}

fn rule_of(name: &str) -> Option<MayUse> {
    if DEVELOPMENT.contains(&name) {
        return Some(MayUse::Only(&DEVELOPMENT_USES));
    }
    EDGES.iter().find(|(crate_name, _)| *crate_name == name).map(|(_, rule)| *rule)
}

#[cfg(test)]
mod tests;
