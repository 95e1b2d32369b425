//! Best common ancestors, in time that grows with what lies between two commits and not with how often
//! they were merged: whoever can push can merge ten thousand times.

use super::{NEW, OLD, Paint, all_below};
use crate::store::Store;
use obstat_gate::ports::PortError;
use obstat_model::object::Oid;
use std::collections::{BinaryHeap, HashMap, HashSet};

const OURS: u8 = 1;
const THEIRS: u8 = 2;
const COMMON: u8 = OURS | THEIRS;
/// Below another common ancestor.
const STALE: u8 = 4;

/// Most common ancestors that are asked for one by one whether they lie below others.
const ASKED_MAX: usize = 64;

/// Common ancestors such that no other common ancestor lies above them, the newest by claimed date
/// first; of many, two.
pub(crate) fn merge_bases(store: &Store, a: Oid, b: Oid) -> Result<Vec<Oid>, PortError> {
    if a == b {
        return Ok(vec![a]);
    }
    let mut walk = Walk {
        store,
        heap: BinaryHeap::new(),
        flags: HashMap::new(),
        waiting: HashSet::new(),
        open: 0,
    };
    walk.add(a, OURS)?;
    walk.add(b, THEIRS)?;
    let candidates = walk.run()?;
    best(store, &candidates)
}

/// Paints down from two commits, newest first (git's `paint_down_to_common`). A commit whose flags grow
/// is walked again, so dates order the walk and decide nothing.
struct Walk<'a> {
    store: &'a Store,
    heap: BinaryHeap<(i64, Oid)>,
    flags: HashMap<Oid, u8>,
    waiting: HashSet<Oid>,
    /// Commits that wait and are not stale.
    open: usize,
}

impl Walk<'_> {
    fn add(&mut self, id: Oid, flags: u8) -> Result<(), PortError> {
        let before = self.flags.get(&id).copied().unwrap_or(0);
        let after = before | flags;
        if before == after {
            return Ok(());
        }
        self.flags.insert(id, after);
        if self.waiting.insert(id) {
            self.heap.push((self.store.commit(id)?.committer.at, id));
            self.open += usize::from(after & STALE == 0);
        } else if before & STALE == 0 && after & STALE != 0 {
            self.open = self.open.saturating_sub(1);
        }
        Ok(())
    }

    /// Common ancestors, newest first. Dates that lie may leave some that lie below others.
    fn run(mut self) -> Result<Vec<Oid>, PortError> {
        let mut found: HashSet<(i64, Oid)> = HashSet::new();
        while self.open > 0 {
            let Some((at, id)) = self.heap.pop() else { break };
            self.waiting.remove(&id);
            let mut flags = self.flags.get(&id).copied().unwrap_or(0);
            self.open = self.open.saturating_sub(usize::from(flags & STALE == 0));
            if flags & COMMON == COMMON {
                found.insert((at, id));
                flags |= STALE;
            }
            for parent in self.store.commit(id)?.parents {
                self.add(parent, flags)?;
            }
        }
        let fresh = |(_, id): &(i64, Oid)| self.flags.get(id).is_some_and(|f| f & STALE == 0);
        let mut found: Vec<(i64, Oid)> = found.into_iter().filter(fresh).collect();
        found.sort_unstable();
        Ok(found.into_iter().rev().map(|(_, id)| id).collect())
    }
}

/// The first two that lie below no other.
fn best(store: &Store, candidates: &[Oid]) -> Result<Vec<Oid>, PortError> {
    if candidates.len() < 2 {
        return Ok(candidates.to_vec());
    }
    let mut found = Vec::new();
    for id in candidates.iter().take(ASKED_MAX) {
        let mut paint = Paint::new(store);
        paint.add(*id, OLD)?;
        for other in candidates.iter().filter(|other| *other != id) {
            paint.add(*other, NEW)?;
        }
        if !paint.reaches(*id)? {
            found.push(*id);
        }
        if found.len() == 2 {
            return Ok(found);
        }
    }
    if candidates.len() <= ASKED_MAX {
        return Ok(found);
    }
    // Dates that lie so much are answered by one walk through all that lies below.
    let mut below: HashSet<Oid> = HashSet::new();
    for id in candidates {
        for parent in store.commit(*id)?.parents {
            if !below.contains(&parent) {
                below.extend(all_below(store, parent)?);
            }
        }
    }
    Ok(candidates.iter().filter(|id| !below.contains(id)).take(2).copied().collect())
}
