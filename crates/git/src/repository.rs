//! A repository as the pipeline's port: content, history and refs; knows no policy.

mod changes;
mod open;
mod port;

pub use open::Quarantine;
pub use port::SUPERSEDED;

use crate::error::GitError;
use crate::merge::CleanRoom;
use crate::refs::Refs;
use crate::store::{Object, Store};
use std::cell::OnceCell;
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
