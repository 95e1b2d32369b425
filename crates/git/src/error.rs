//! Why git work failed; knows no terminal.

use obstat_gate::ports::PortError;
use std::path::PathBuf;
use thiserror::Error;

/// Failure of work on a repository.
#[derive(Debug, Error)]
pub enum GitError {
    /// There is no repository.
    #[error("`{path}` is no git repository: {why}")]
    NoRepository {
        /// Where it was looked for.
        path: PathBuf,
        /// What git said.
        why: String,
    },
    /// The `git` program is missing.
    #[error("the program `git` could not be started: {0}; install git 2.38 or later")]
    NoGit(std::io::Error),
    /// The `git` program failed.
    #[error("`git {verb}` failed: {message}")]
    Failed {
        /// Its first argument.
        verb: String,
        /// What it wrote to standard error, cut.
        message: String,
    },
    /// Commits could not be walked.
    #[error(
        "the history cannot be read: {0}; fetch what is missing with `git fetch --unshallow` or `git fetch --refetch`"
    )]
    History(String),
    /// Somebody else moved a ref meanwhile.
    #[error("ref {name} was moved by somebody else; try again")]
    Raced {
        /// Which ref.
        name: String,
    },
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A branch or tag is named like the beginning of a commit's id.
    #[error(
        "`{0}` is the name of a branch or tag, and could be the beginning of a commit's id; write the whole id, or refs/…"
    )]
    Ambiguous(String),
    /// Several refs have a name.
    #[error(
        "several branches or tags are called `{0}`; write the whole name: refs/heads/…, refs/tags/…, refs/remotes/…"
    )]
    SeveralRefs(String),
    /// A revision does not exist.
    #[error("`{0}` names no commit here; list branches with `git branch -a`")]
    NoRevision(String),
    /// What a revision names cannot be read.
    #[error("what `{revision}` names cannot be read: {why}")]
    Damaged {
        /// The revision.
        revision: String,
        /// What git's library said.
        why: String,
    },
    /// There is nothing yet.
    #[error("nothing is committed here yet; commit something, then try again")]
    NoCommits,
    /// The repository lies in memory only, and this needs one on disk.
    #[error("this is a bundle, which can only be read; use a clone of the repository")]
    Memory,
    /// A fact could not be had.
    #[error(transparent)]
    Port(#[from] PortError),
    /// The library refused.
    #[error("{0}")]
    Library(#[from] git2::Error),
}

impl From<GitError> for PortError {
    fn from(error: GitError) -> Self {
        match error {
            GitError::Port(port) => port,
            other => Self::Unreadable(other.to_string()),
        }
    }
}
