//! Reads the first parents of heads ahead of a walk, on a thread of its own: what lies there is
//! most of a history, and a walk waits for nothing else.

use super::{Found, find, first_parent};
use crate::error::GitError;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Commits that are handed over in one go: waking a thread costs more than reading a commit.
const BATCH: usize = 64;
/// How far it may be ahead, in batches.
const AHEAD: usize = 16;
/// Commits that may wait at the walk's side; what is asked for beyond is read there and then.
const WAITING_MAX: usize = 2 * AHEAD * BATCH;

/// What was read ahead and is not used yet.
pub(super) struct Ahead {
    receiver: Receiver<Vec<Found>>,
    waiting: gix::hashtable::HashMap<gix::ObjectId, Found>,
    /// What comes next, if it is still reading.
    next: Option<gix::ObjectId>,
}

/// Where the reading thread puts what it reads.
pub(super) struct Reader(SyncSender<Vec<Found>>);

impl Ahead {
    /// Of one head's chain.
    pub(super) fn of(head: gix::ObjectId) -> (Self, Reader) {
        let (sender, receiver) = sync_channel(AHEAD);
        (Self { receiver, waiting: Default::default(), next: Some(head) }, Reader(sender))
    }

    /// A commit, read ahead or now.
    pub(super) fn find(
        &mut self,
        repository: &gix::Repository,
        id: gix::ObjectId,
    ) -> Result<Found, GitError> {
        if let Some(found) = self.waiting.remove(&id) {
            return Ok(found);
        }
        while self.next.is_some() {
            // What is being read just now comes sooner than it would be read here.
            let next = if self.next == Some(id) {
                self.receiver.recv().ok()
            } else if self.waiting.len() < WAITING_MAX {
                self.receiver.try_recv().ok()
            } else {
                None
            };
            let Some(batch) = next else {
                if self.next == Some(id) {
                    self.next = None;
                }
                break;
            };
            self.next = batch.last().and_then(|last| first_parent(&last.bytes));
            self.waiting.extend(batch.into_iter().map(|found| (found.id, found)));
            if let Some(found) = self.waiting.remove(&id) {
                return Ok(found);
            }
        }
        find(repository, id)
    }
}

impl Reader {
    /// Reads until the root, or until nobody waits any more. What cannot be read is told by the walk,
    /// which comes to it as well.
    pub(super) fn run(self, repository: &gix::Repository, head: gix::ObjectId) {
        let mut next = Some(head);
        while next.is_some() {
            let mut batch = Vec::with_capacity(BATCH);
            while let Some(id) = next
                && batch.len() < BATCH
            {
                let found = find(repository, id).ok();
                next = found.as_ref().and_then(|found| first_parent(&found.bytes));
                batch.extend(found);
            }
            if batch.is_empty() || self.0.send(batch).is_err() {
                return;
            }
        }
    }
}
