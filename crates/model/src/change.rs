//! A proposed modification and its immutable states; knows no repository and no forge.

use crate::hidden::HiddenFlag;
use crate::id::{ChangeDigest, InputsDigest, Sha256};
use crate::object::{Mode, Oid, RepoPath};

/// One side of a changed path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FileState {
    /// The tree entry's mode.
    pub mode: Mode,
    /// The blob, or the commit of a submodule.
    pub oid: Oid,
}

/// One changed path. A rename is two of these, so both names are judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// The path.
    pub path: RepoPath,
    /// Before; `None` where the path is new.
    pub old: Option<FileState>,
    /// After; `None` where the path is deleted.
    pub new: Option<FileState>,
    /// SHA-256 of the new blob's bytes; `None` for deletions and submodules.
    pub content: Option<Sha256>,
}

/// The immutable state of a change: where it starts, where it ends, what results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revision {
    /// Tip of the target that the change was compared with; `None` for a target without history.
    pub tip: Option<Oid>,
    /// Best common ancestor of `tip` and `head`; `None` where there is none.
    pub merge_base: Option<Oid>,
    /// The change's last commit.
    pub head: Oid,
    /// The tree that the target would have.
    pub tree: Oid,
}

/// Lines added and removed, and whether they could be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LineCount {
    /// Lines added.
    pub added: u64,
    /// Lines removed.
    pub removed: u64,
}

impl LineCount {
    /// Added plus removed.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.added.saturating_add(self.removed)
    }
}

/// A changed path with what was found in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedFile {
    /// The change itself.
    pub change: FileChange,
    /// Lines added and removed; a binary file counts as one line each way.
    pub lines: LineCount,
    /// What a reviewer could overlook in this file.
    pub hidden: Vec<HiddenFlag>,
}

/// The decision inputs before and after a change that touches them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InputsStep {
    /// Digest of the inputs at the base.
    pub previous: InputsDigest,
    /// Digest of the inputs after the change.
    pub next: InputsDigest,
}

/// Everything decisions need to know of a change's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeFacts {
    /// What signatures bind to.
    pub digest: ChangeDigest,
    /// Its immutable state.
    pub revision: Revision,
    /// The changed paths, sorted.
    pub files: Vec<ChangedFile>,
    /// Set when policy, roster or another decision input changes.
    pub inputs: Option<InputsStep>,
}

impl ChangeFacts {
    /// Lines added and removed over all files.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.files.iter().fold(0, |sum, f| sum.saturating_add(f.lines.total()))
    }

    /// All hidden-content flags, each once, sorted.
    #[must_use]
    pub fn hidden(&self) -> Vec<HiddenFlag> {
        let mut flags: Vec<_> = self.files.iter().flat_map(|f| f.hidden.iter().copied()).collect();
        flags.sort_unstable();
        flags.dedup();
        flags
    }
}
