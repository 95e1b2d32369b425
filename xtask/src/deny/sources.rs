//! Where a crate may come from; fetches nothing.

use super::{Config, Refusal};
use crate::workspace::metadata::Package;

/// Refuses other registries, repositories and folders outside the workspace.
pub(super) fn check(config: &Config, package: &Package) -> Option<Refusal> {
    let Some(source) = &package.source else {
        return Some(Refusal::new(package, "comes from a folder outside the workspace"));
    };
    let is_allowed = match source.split_once('+') {
        Some(("registry", address)) => config.sources.allow_registry.iter().any(|a| a == address),
        Some(("git", address)) => config.sources.allow_git.iter().any(|a| is_at(address, a)),
        _ => false,
    };
    let why = || format!("comes from `{source}`; see [sources] in deny.toml");
    (!is_allowed).then(|| Refusal::new(package, why()))
}

/// Whether a git source, which may name a revision after `?` or `#`, lies at an address.
fn is_at(source: &str, address: &str) -> bool {
    source.split(['?', '#']).next() == Some(address)
}
