//! A repository as the pipeline's port: content, history and refs; knows no policy.

mod changes;
mod holding;
mod open;
mod port;

pub use open::Quarantine;
pub use port::SUPERSEDED;

use crate::error::GitError;
use crate::merge::CleanRoom;
use crate::refs::Refs;
use crate::store::{Object, Store};
use std::cell::{OnceCell, RefCell};
use std::path::{Path, PathBuf};

/// One repository, opened for reading.
#[derive(Debug)]
pub struct GitRepository {
    directory: PathBuf,
    objects: Vec<PathBuf>,
    /// Objects of a repository that lies in memory only.
    held: Vec<Object>,
    store: Store,
    refs: Refs,
    room: OnceCell<CleanRoom>,
    /// One room for each merge, where merges borrow nothing.
    apart: Option<RefCell<Vec<CleanRoom>>>,
}

impl GitRepository {
    /// The git directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The objects.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The refs.
    #[must_use]
    pub fn refs(&self) -> &Refs {
        &self.refs
    }

    /// The refs, to lay a push over them.
    pub fn refs_mut(&mut self) -> &mut Refs {
        &mut self.refs
    }

    /// Recomputes merges from now on from copies of the objects that were read and checked against
    /// their ids. Git itself believes packs, indexes and commit graphs, which in a clone are only as
    /// good as whoever prepared it.
    pub fn keep_apart(&mut self) {
        self.apart = Some(RefCell::default());
    }

    fn clean_room(&self) -> Result<&CleanRoom, GitError> {
        if let Some(room) = self.room.get() {
            return Ok(room);
        }
        let room = CleanRoom::new(&self.objects)?;
        if !self.held.is_empty() {
            room.fill(&self.held)?;
        }
        self.store.add(&room.objects())?;
        Ok(self.room.get_or_init(|| room))
    }
}
