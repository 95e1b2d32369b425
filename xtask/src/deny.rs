//! `cargo xtask deny`: licences, banned crates and sources, offline; reads a part of `deny.toml`.
//!
//! Where cargo-deny is installed it checks the same parts too, from the whole file. Advisories need a
//! database from the network: `cargo deny check advisories`.

mod bans;
mod config;
mod licences;
mod sources;

use crate::workspace::metadata::{Metadata, Package};
use crate::workspace::{Workspace, WorkspaceError, output_of, succeeds};
use config::Config;

/// Why nothing could be checked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DenyError {
    /// The workspace cannot be read.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// `deny.toml` cannot be used.
    #[error(transparent)]
    Config(#[from] config::ConfigError),
}

/// A dependency that may not be there, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Refusal {
    package: String,
    why: String,
}

impl Refusal {
    fn new(package: &Package, why: impl Into<String>) -> Self {
        Self { package: format!("{} {}", package.name, package.version), why: why.into() }
    }
}

/// Checks every dependency and prints what is refused; `true` when that is nothing.
pub(crate) fn run(workspace: &Workspace) -> Result<bool, DenyError> {
    let config = Config::read(&workspace.root().join("deny.toml"))?;
    let metadata = workspace.all_packages()?;
    let refusals = check(&config, &metadata);
    for refusal in &refusals {
        println!("{}: {}", refusal.package, refusal.why);
    }
    let foreign = metadata.packages.iter().filter(|p| !metadata.is_ours(p)).count();
    println!("deny: {foreign} dependencies, {} refused", refusals.len());
    Ok(cargo_deny(workspace)? && refusals.is_empty())
}

/// Asks cargo-deny as well; without it there is nothing to complain about.
fn cargo_deny(workspace: &Workspace) -> Result<bool, WorkspaceError> {
    if output_of(workspace.cargo().args(["deny", "--version"])).is_err() {
        println!("deny: cargo-deny is not installed, so only this task has looked");
        return Ok(true);
    }
    succeeds(workspace.cargo().args(["deny", "--offline", "check", "bans", "licenses", "sources"]))
}

fn check(config: &Config, metadata: &Metadata) -> Vec<Refusal> {
    let foreign: Vec<&Package> =
        metadata.packages.iter().filter(|p| !metadata.is_ours(p)).collect();
    let mut refusals = bans::check(config, metadata, &foreign);
    for package in foreign {
        refusals.extend(licences::check(config, package));
        refusals.extend(sources::check(config, package));
    }
    refusals.sort();
    refusals
}

#[cfg(test)]
mod tests;
