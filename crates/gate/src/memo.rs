//! What one run has found out and asks for again; knows no rule and judges nothing.

use crate::inputs::{Known, Loaded};
use crate::ports::{InputsCache, Merge, PortError, Repository};
use obstat_model::id::InputsDigest;
use obstat_model::object::Oid;
use obstat_provenance::note::Note;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// What one run has found out: anybody may make it ask for the same a thousand times.
#[derive(Debug, Default)]
pub struct Memo {
    inputs: Known,
    /// Differences that have been on a target, by their trees and its tip.
    used_up: RefCell<HashMap<UsedUp, bool>>,
    /// Differences between two trees that were applied to a third.
    applied: RefCell<HashMap<(Oid, Oid, Oid), Merge>>,
    /// Merges of two commits.
    merged: RefCell<HashMap<(Oid, Oid), Merge>>,
    /// Notes, by the commit that they are on, and how many bytes all have.
    notes: RefCell<(HashMap<Oid, ReadNote>, u64)>,
}

/// A note, or why it cannot be read, or none.
pub(crate) type ReadNote = Option<Rc<Result<Note, String>>>;

/// Two trees, the tip that was judged, the tip of a target, and one that the target lost.
type UsedUp = ((Oid, Oid), Option<Oid>, Oid, Option<Oid>);

impl Memo {
    /// Whether a difference was found to be used up.
    pub(crate) fn used_up(&self, key: UsedUp) -> Option<bool> {
        self.used_up.borrow().get(&key).copied()
    }

    /// The note on a commit, read once.
    pub(crate) fn note(
        &self,
        commit: Oid,
        read: impl FnOnce(&mut u64) -> Result<ReadNote, PortError>,
    ) -> Result<ReadNote, PortError> {
        let (known, bytes) = &mut *self.notes.borrow_mut();
        if let Some(known) = known.get(&commit) {
            return Ok(known.clone());
        }
        let note = read(bytes)?;
        known.insert(commit, note.clone());
        Ok(note)
    }

    /// As [`Repository::merge`], each once.
    ///
    /// # Errors
    /// [`PortError`] when it could not be computed at all.
    pub(crate) fn merge(
        &self,
        repository: &dyn Repository,
        tip: Oid,
        head: Oid,
    ) -> Result<Merge, PortError> {
        if let Some(known) = self.merged.borrow().get(&(tip, head)) {
            return Ok(*known);
        }
        let merged = repository.merge(tip, head)?;
        self.merged.borrow_mut().insert((tip, head), merged);
        Ok(merged)
    }

    /// As [`Repository::apply`], each once.
    ///
    /// # Errors
    /// [`PortError`] when it could not be computed at all.
    pub(crate) fn apply(
        &self,
        repository: &dyn Repository,
        (from, to): (Oid, Oid),
        onto: Oid,
    ) -> Result<Merge, PortError> {
        let key = (from, to, onto);
        if let Some(known) = self.applied.borrow().get(&key) {
            return Ok(*known);
        }
        let applied = repository.apply(from, to, onto)?;
        self.applied.borrow_mut().insert(key, applied);
        Ok(applied)
    }

    /// Remembers whether it is.
    pub(crate) fn keep_used_up(&self, key: UsedUp, used_up: bool) {
        self.used_up.borrow_mut().insert(key, used_up);
    }

    /// As [`crate::inputs::load`].
    ///
    /// # Errors
    /// [`PortError`] when objects cannot be read.
    pub fn load(
        &self,
        repository: &dyn Repository,
        tree: Oid,
        cache: &dyn InputsCache,
    ) -> Result<Rc<Loaded>, PortError> {
        self.inputs.load(repository, tree, cache)
    }

    /// As [`crate::inputs::digest_of`].
    ///
    /// # Errors
    /// [`PortError`] when a tree or blob cannot be read.
    pub fn digest(
        &self,
        repository: &dyn Repository,
        tree: Oid,
        cache: &dyn InputsCache,
    ) -> Result<InputsDigest, PortError> {
        self.inputs.digest(repository, tree, cache)
    }
}
