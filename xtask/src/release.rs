//! `cargo xtask release`: one static Linux binary and all that goes with it; publishes nothing.

mod artifacts;
mod binary;
mod checksums;
mod lock;
mod sbom;

use crate::workspace::{Workspace, WorkspaceError};
use std::path::PathBuf;

/// The package with the binary, and the binary.
const PACKAGE: &str = "obstat-cli";
const BINARY: &str = "obstat";

/// Why no release was made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReleaseError {
    /// A program could not be run, or the workspace not be read.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// The binary does not build.
    #[error("{BINARY} does not build for {0}; see what cargo printed above")]
    Build(String),
    /// The compiler does not name its host.
    #[error("`rustc -vV` names no host; is this rustc?")]
    NoHost,
    /// The system is not Linux.
    #[error("a release is made on Linux, this is {0}")]
    NotLinux(String),
    /// `Cargo.lock` is not what it should be.
    #[error("Cargo.lock is not understood")]
    Lock(#[from] toml::de::Error),
    /// The product is not in the graph.
    #[error("cargo metadata does not know {PACKAGE}")]
    NoPackage,
    /// The SBOM cannot be written as JSON.
    #[error("the bill of materials cannot be encoded")]
    Json(#[from] serde_json::Error),
    /// A file cannot be read or written.
    #[error("{path} cannot be read or written")]
    File {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
}

impl ReleaseError {
    fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}

/// Builds all of it into `release-artifacts` of the target directory; `true` when it is complete.
pub(crate) fn run(workspace: &Workspace) -> Result<bool, ReleaseError> {
    let directory = artifacts::clear(workspace.target_dir().join("release-artifacts"))?;
    let build = binary::Build::choose(workspace)?;
    println!("release: {}", build.about());
    let built = build.run(workspace)?;
    let binary = directory.join(BINARY);
    std::fs::copy(&built, &binary).map_err(ReleaseError::file(&binary))?;
    let is_static = binary::is_static(&binary)?;
    if !is_static {
        println!("release: {BINARY} asks for a loader, so it is not static");
    }
    artifacts::man_pages(&binary, &directory)?;
    artifacts::completions(&binary, &directory)?;
    let path = directory.join("obstat.cdx.json");
    let text = sbom::make(workspace, build.target(), &binary)?;
    std::fs::write(&path, text).map_err(ReleaseError::file(&path))?;
    let count = checksums::write(&directory)?;
    println!("release: {count} files with SHA256SUMS in {}", directory.display());
    Ok(is_static)
}
