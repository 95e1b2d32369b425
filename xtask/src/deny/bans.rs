//! Crates that may not be in the graph, except below those that are named; knows no licence.

use super::{Config, Refusal};
use crate::workspace::metadata::{Metadata, Package};

/// Refuses each banned crate that somebody not named brings in.
pub(super) fn check(config: &Config, metadata: &Metadata, foreign: &[&Package]) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    for package in foreign {
        let Some(ban) = config.bans.deny.iter().find(|b| b.name == package.name) else { continue };
        let parents = parents_of(metadata, &package.id);
        let strays: Vec<&str> =
            parents.into_iter().filter(|p| !ban.wrappers.iter().any(|w| w == p)).collect();
        if !strays.is_empty() {
            let why = format!("banned ({}); brought in by {}", ban.reason, strays.join(", "));
            refusals.push(Refusal::new(package, why));
        }
    }
    refusals
}

/// Names of the packages that depend on a package.
fn parents_of<'a>(metadata: &'a Metadata, id: &str) -> Vec<&'a str> {
    let nodes = metadata.resolve.iter().flat_map(|r| &r.nodes);
    let parents = nodes.filter(|node| node.deps.iter().any(|edge| edge.pkg == id));
    let name = |id: &str| metadata.packages.iter().find(|p| p.id == id).map(|p| p.name.as_str());
    parents.filter_map(|node| name(&node.id)).collect()
}
