//! Where the repository is and what `cargo metadata` says of it; knows no check.

pub(crate) mod metadata;
pub(crate) mod targets;

use metadata::Metadata;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

/// Why a program or the workspace could not be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WorkspaceError {
    /// No `Cargo.toml` beside an `xtask` folder above the working directory.
    #[error("no workspace found above {0}; run `cargo xtask` inside the repository")]
    NotFound(PathBuf),
    /// The working directory is gone.
    #[error("the working directory cannot be read")]
    WorkingDirectory(#[source] std::io::Error),
    /// A program is missing or may not be run.
    #[error("{program} cannot be started; is it installed?")]
    Start {
        /// The program.
        program: String,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// A file of the task's own cannot be written.
    #[error("{path} cannot be written")]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// A program ended badly.
    #[error("{program} failed ({status}): {stderr}")]
    Failed {
        /// The program with its first argument.
        program: String,
        /// How it ended.
        status: ExitStatus,
        /// What it said.
        stderr: String,
    },
    /// `cargo metadata` printed something unknown.
    #[error("the output of cargo metadata is not understood; is cargo older than 1.95?")]
    Metadata(#[from] serde_json::Error),
}

/// The repository.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The workspace around the working directory.
    pub(crate) fn find() -> Result<Self, WorkspaceError> {
        let here = std::env::current_dir().map_err(WorkspaceError::WorkingDirectory)?;
        let is_root = |p: &&Path| p.join("Cargo.toml").is_file() && p.join("xtask").is_dir();
        let root = here.ancestors().find(is_root).map(Path::to_path_buf);
        root.map(|root| Self { root }).ok_or(WorkspaceError::NotFound(here))
    }

    /// The root directory.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Where cargo puts what it builds.
    pub(crate) fn target_dir(&self) -> PathBuf {
        let chosen = std::env::var_os("CARGO_TARGET_DIR").filter(|d| !d.is_empty());
        chosen.map_or_else(|| self.root.join("target"), |d| self.root.join(d))
    }

    /// A command that runs cargo at the root.
    pub(crate) fn cargo(&self) -> Command {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let mut command = Command::new(cargo);
        command.current_dir(&self.root);
        command
    }

    /// Our own packages with their direct dependencies.
    pub(crate) fn own_packages(&self) -> Result<Metadata, WorkspaceError> {
        let arguments = ["metadata", "--format-version=1", "--no-deps"];
        let text = output_of(self.cargo().args(arguments))?;
        Ok(serde_json::from_slice(&text)?)
    }

    /// All packages of the lock file with the resolved graph.
    pub(crate) fn all_packages(&self) -> Result<Metadata, WorkspaceError> {
        let arguments = ["metadata", "--format-version=1", "--locked"];
        let text = output_of(self.cargo().args(arguments))?;
        Ok(serde_json::from_slice(&text)?)
    }

    /// The packages and edges that take part in builds for one target.
    pub(crate) fn packages_for(&self, target: &str) -> Result<Metadata, WorkspaceError> {
        let arguments = ["metadata", "--format-version=1", "--locked", "--filter-platform", target];
        let text = output_of(self.cargo().args(arguments))?;
        Ok(serde_json::from_slice(&text)?)
    }
}

/// Standard output of a program that must succeed.
pub(crate) fn output_of(command: &mut Command) -> Result<Vec<u8>, WorkspaceError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let start = |source| WorkspaceError::Start { program: program.clone(), source };
    let output = command.output().map_err(start)?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let stderr = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(WorkspaceError::Failed { program, status: output.status, stderr })
}

/// Runs a program whose output the reader should see; tells whether it succeeded.
pub(crate) fn succeeds(command: &mut Command) -> Result<bool, WorkspaceError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let start = |source| WorkspaceError::Start { program, source };
    command.status().map(|status| status.success()).map_err(start)
}
