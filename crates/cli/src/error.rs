//! What went wrong, why, and what to do next, with the exit code that says of which kind it is.

use obstat_api::exit::Exit;
use obstat_gate::ports::PortError;
use obstat_git::GitError;
use obstat_git::hook::HookError;
use obstat_policy::diagnostic::Diagnostic;
use thiserror::Error;

/// Failure of a command. "Not cleared" is never one.
#[derive(Debug, Error)]
pub(crate) enum CliError {
    /// Git work failed.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A fact could not be had.
    #[error(transparent)]
    Port(#[from] PortError),
    /// A hook was not called as git calls it.
    #[error(transparent)]
    Hook(#[from] HookError),
    /// The command cannot do what was asked.
    #[error("{what}")]
    Usage {
        /// What happened and why.
        what: String,
        /// What to do next.
        hint: String,
    },
    /// Trust is missing or does not verify.
    #[error("{what}")]
    Untrusted {
        /// What happened and why.
        what: String,
        /// What to do next.
        hint: String,
    },
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// Input files have errors, already located.
    #[error("{}", count(.found))]
    Input {
        /// The errors.
        found: Vec<Diagnostic>,
        /// The texts they point into, by file name.
        texts: Vec<(String, String)>,
    },
    /// Something that should not happen.
    #[error("internal error: {0}")]
    Internal(String),
}

fn count(found: &[Diagnostic]) -> String {
    obstat_model::text::count(found.len() as u64, "error")
}

impl CliError {
    pub(crate) fn usage(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Usage { what: what.into(), hint: hint.into() }
    }

    pub(crate) fn untrusted(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Untrusted { what: what.into(), hint: hint.into() }
    }

    pub(crate) fn file(path: &std::path::Path, source: std::io::Error) -> Self {
        Self::File { path: path.display().to_string(), source }
    }

    /// What to do next, where there is more to say than the message does.
    pub(crate) fn hint(&self) -> Option<&str> {
        match self {
            Self::Usage { hint, .. } | Self::Untrusted { hint, .. } => Some(hint),
            Self::Port(PortError::Untrusted(_)) => Some(
                "check that the trust file is of this repository, then fetch refs/obstat/* again",
            ),
            Self::Git(GitError::Damaged { .. } | GitError::Port(PortError::Malformed { .. }))
            | Self::Port(PortError::Malformed { .. }) => Some(
                "the repository is damaged: see `git fsck`, then bring the object from another copy",
            ),
            Self::Git(GitError::NoRepository { .. }) => {
                Some("run it in a clone, and see with `git status` that you may read it")
            }
            Self::Internal(_) => {
                Some("this is a fault of Obstat; please report it with the command you ran")
            }
            _ => None,
        }
    }

    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Untrusted { .. } | Self::Port(PortError::Untrusted(_)) => Exit::Untrusted,
            Self::Internal(_) => Exit::Internal,
            Self::Git(_)
            | Self::Port(_)
            | Self::Hook(_)
            | Self::Usage { .. }
            | Self::File { .. }
            | Self::Input { .. } => Exit::Usage,
        }
    }
}
