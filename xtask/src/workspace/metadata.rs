//! The parts of `cargo metadata` (format version 1) that tasks need; knows no check.

use serde::Deserialize;
use std::path::PathBuf;

/// The answer of `cargo metadata`.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    /// Packages.
    pub(crate) packages: Vec<Package>,
    /// Ids of our own packages.
    pub(crate) workspace_members: Vec<String>,
    /// The resolved graph; absent without dependencies.
    pub(crate) resolve: Option<Resolve>,
}

impl Metadata {
    /// Whether a package is ours.
    pub(crate) fn is_ours(&self, package: &Package) -> bool {
        self.workspace_members.contains(&package.id)
    }
}

/// One package.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    /// Opaque id.
    pub(crate) id: String,
    /// Name as in its manifest.
    pub(crate) name: String,
    /// Version.
    pub(crate) version: String,
    /// Licence expression, if the manifest has one.
    pub(crate) license: Option<String>,
    /// Where it was taken from; `None` for ours.
    pub(crate) source: Option<String>,
    /// Its manifest.
    pub(crate) manifest_path: PathBuf,
    /// Direct dependencies as the manifest states them.
    pub(crate) dependencies: Vec<Dependency>,
}

/// A dependency as a manifest states it.
#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    /// The package's name, whatever it is renamed to.
    pub(crate) name: String,
    /// In which builds it takes part.
    pub(crate) kind: Option<Kind>,
    /// Set where the dependency is a folder.
    pub(crate) path: Option<PathBuf>,
}

/// In which builds a dependency takes part, beside ordinary ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// Tests, examples and benches.
    Dev,
    /// The build script.
    Build,
}

/// The resolved graph.
#[derive(Debug, Deserialize)]
pub(crate) struct Resolve {
    /// One node a package.
    pub(crate) nodes: Vec<Node>,
}

/// A package in the graph.
#[derive(Debug, Deserialize)]
pub(crate) struct Node {
    /// The package's id.
    pub(crate) id: String,
    /// What it depends on.
    pub(crate) deps: Vec<Edge>,
}

/// An edge of the graph.
#[derive(Debug, Deserialize)]
pub(crate) struct Edge {
    /// Id of the package that is depended on.
    pub(crate) pkg: String,
    /// In which builds.
    pub(crate) dep_kinds: Vec<EdgeKind>,
}

impl Edge {
    /// Whether the dependency is linked into the product.
    pub(crate) fn is_linked(&self) -> bool {
        self.dep_kinds.iter().any(|k| k.kind.is_none())
    }
}

/// In which build an edge takes part.
#[derive(Debug, Deserialize)]
pub(crate) struct EdgeKind {
    /// `None` for ordinary builds.
    pub(crate) kind: Option<Kind>,
}
