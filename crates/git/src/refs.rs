//! Reads and writes refs, all or nothing; knows not what refs mean.

use crate::command::Git;
use crate::error::GitError;
use crate::store::from_git;
use obstat_model::object::{Oid, RefName};
use std::collections::BTreeMap;
use std::path::Path;

/// Refs of a repository, with the changes of a push that is being judged laid over them.
pub struct Refs {
    /// `None` where there are only those laid over.
    repository: Option<git2::Repository>,
    overlay: BTreeMap<RefName, Option<Oid>>,
    left: Vec<Oid>,
}

impl std::fmt::Debug for Refs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Refs")
    }
}

/// One change of a ref; `None` stands for "does not exist".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefEdit {
    /// Which ref.
    pub name: RefName,
    /// What it must be now.
    pub old: Option<Oid>,
    /// What it shall be.
    pub new: Option<Oid>,
}

impl Refs {
    pub(crate) fn new(repository: git2::Repository) -> Self {
        Self { repository: Some(repository), overlay: BTreeMap::new(), left: Vec::new() }
    }

    /// Refs that lie in memory only.
    pub(crate) fn in_memory(refs: Vec<(RefName, Oid)>) -> Self {
        let overlay = refs.into_iter().map(|(name, id)| (name, Some(id))).collect();
        Self { repository: None, overlay, left: Vec::new() }
    }

    /// Lays the changes of a push over the refs.
    pub fn overlay(&mut self, edits: &[RefEdit]) {
        self.overlay.extend(edits.iter().map(|e| (e.name.clone(), e.new)));
        let heads = edits.iter().filter(|e| e.name.as_str().starts_with("refs/heads/"));
        self.left.extend(heads.filter_map(|e| e.old));
    }

    /// Heads that the push would move or delete.
    pub(crate) fn left_behind(&self) -> &[Oid] {
        &self.left
    }

    /// What a ref points to; symbolic refs are followed.
    ///
    /// # Errors
    /// [`GitError::Library`] when refs cannot be read.
    pub fn find(&self, name: &RefName) -> Result<Option<Oid>, GitError> {
        match self.overlay.get(name) {
            Some(new) => Ok(*new),
            None => self.find_before(name),
        }
    }

    /// As [`Refs::find`], without what is laid over.
    ///
    /// # Errors
    /// [`GitError::Library`] when refs cannot be read.
    pub fn find_before(&self, name: &RefName) -> Result<Option<Oid>, GitError> {
        let Some(repository) = &self.repository else { return Ok(None) };
        match repository.find_reference(name.as_str()) {
            Ok(reference) => Ok(reference.resolve()?.target().and_then(from_git)),
            Err(e) if e.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(e) => Err(e.into()),
        }
    }

    /// All refs that start with a prefix, sorted by name.
    ///
    /// # Errors
    /// [`GitError::Library`] when refs cannot be read.
    pub fn below(&self, prefix: &str) -> Result<Vec<(RefName, Oid)>, GitError> {
        let mut found = self.stored(prefix)?;
        for (name, new) in self.overlay.iter().filter(|(n, _)| n.as_str().starts_with(prefix)) {
            match new {
                Some(id) => found.insert(name.clone(), *id),
                None => found.remove(name),
            };
        }
        Ok(found.into_iter().collect())
    }

    /// All refs, without what is laid over.
    ///
    /// # Errors
    /// [`GitError::Library`] when refs cannot be read.
    pub(crate) fn before(&self) -> Result<Vec<(RefName, Oid)>, GitError> {
        Ok(self.stored("refs/")?.into_iter().collect())
    }

    fn stored(&self, prefix: &str) -> Result<BTreeMap<RefName, Oid>, GitError> {
        let mut found = BTreeMap::new();
        let Some(repository) = &self.repository else { return Ok(found) };
        for reference in repository.references_glob(&format!("{prefix}*"))? {
            let reference = reference?;
            let name = reference.name().ok().and_then(|n| RefName::parse(n).ok());
            if let (Some(name), Some(id)) = (name, reference.target().and_then(from_git)) {
                found.insert(name, id);
            }
        }
        Ok(found)
    }

    /// The library's handle.
    ///
    /// # Errors
    /// [`GitError::Memory`] where there is no repository on disk.
    pub(crate) fn library(&self) -> Result<&git2::Repository, GitError> {
        self.repository.as_ref().ok_or(GitError::Memory)
    }
}

/// Changes refs in one transaction: all of them or none.
///
/// # Errors
/// [`GitError::Raced`] when a ref is not what it must be now, other errors when git fails.
pub fn write(directory: &Path, edits: &[RefEdit]) -> Result<(), GitError> {
    let zero = Oid::Sha1([0; 20]);
    let mut input = String::from("start\n");
    for edit in edits {
        let old = edit.old.unwrap_or(zero);
        match edit.new {
            Some(new) => input.push_str(&format!("update {} {new} {old}\n", edit.name.as_str())),
            None => input.push_str(&format!("delete {} {old}\n", edit.name.as_str())),
        }
    }
    input.push_str("prepare\ncommit\n");
    let result = Git::at(directory).run(&["update-ref", "--stdin"], input.as_bytes());
    match result {
        Err(GitError::Failed { message, .. })
            if message.contains("cannot lock ref") || message.contains("but expected") =>
        {
            let name = edits.first().map(|e| e.name.to_string()).unwrap_or_default();
            Err(GitError::Raced { name })
        }
        other => other.map(|_| ()),
    }
}
