//! Walks commit history as stored; knows no refs. Dates order the walk and never decide it.

use crate::store::Store;
use obstat_gate::ports::{Commit, PortError};
use obstat_model::object::Oid;
use std::collections::{BinaryHeap, HashMap, HashSet, VecDeque};

/// Most commits that one walk may list.
pub(crate) const COMMITS_MAX: usize = 1_000_000;
/// How many commits of the far side are read on after the near side has ended.
const SLOP: usize = 16;

#[derive(Default)]
struct Seen {
    boundary: bool,
    parents: Option<Vec<Oid>>,
}

struct Walk<'a> {
    store: &'a Store,
    heap: BinaryHeap<(i64, Oid)>,
    seen: HashMap<Oid, Seen>,
    waiting: usize,
}

impl<'a> Walk<'a> {
    fn new(store: &'a Store) -> Self {
        Self { store, heap: BinaryHeap::new(), seen: HashMap::new(), waiting: 0 }
    }

    fn push(&mut self, id: Oid, boundary: bool) -> Result<(), PortError> {
        if self.seen.contains_key(&id) {
            if boundary {
                self.mark(id);
            }
            return Ok(());
        }
        let at = self.store.commit(id)?.committer.at;
        self.seen.insert(id, Seen { boundary, parents: None });
        self.waiting += usize::from(!boundary);
        self.heap.push((at, id));
        Ok(())
    }

    /// Marks a commit and what was already walked below it as reachable from the boundary.
    fn mark(&mut self, id: Oid) {
        let mut todo = vec![id];
        while let Some(id) = todo.pop() {
            let Some(seen) = self.seen.get_mut(&id).filter(|s| !s.boundary) else { continue };
            seen.boundary = true;
            match &seen.parents {
                Some(parents) => todo.extend(parents.iter().copied()),
                None => self.waiting = self.waiting.saturating_sub(1),
            }
        }
    }

    fn run(mut self) -> Result<Vec<Commit>, PortError> {
        let mut found: Vec<Commit> = Vec::new();
        let mut slop = SLOP;
        while let Some((at, id)) = self.heap.pop() {
            if self.waiting == 0 {
                let newer = found.last().is_some_and(|c| c.committer.at <= at);
                slop = if newer { SLOP } else { slop.saturating_sub(1) };
                if found.is_empty() || slop == 0 {
                    break;
                }
            }
            let commit = self.store.commit(id)?;
            let boundary = self.seen.get(&id).is_some_and(|s| s.boundary);
            if let Some(seen) = self.seen.get_mut(&id) {
                seen.parents = Some(commit.parents.clone());
            }
            for parent in &commit.parents {
                self.push(*parent, boundary)?;
            }
            if !boundary {
                self.waiting = self.waiting.saturating_sub(1);
                found.push(commit);
            }
            if found.len() > COMMITS_MAX {
                let limit = format!("{COMMITS_MAX} commits");
                return Err(PortError::TooLarge { what: "the change".to_owned(), limit });
            }
        }
        found.retain(|c| self.seen.get(&c.id).is_none_or(|s| !s.boundary));
        Ok(found)
    }
}

/// Commits reachable from `head` and not from `not`, newest first. Lying dates can make it list
/// too many, never too few: a commit is left out only when it was reached from `not`.
pub(crate) fn between(
    store: &Store,
    not: Option<Oid>,
    head: Oid,
) -> Result<Vec<Commit>, PortError> {
    let mut walk = Walk::new(store);
    if let Some(not) = not {
        walk.push(not, true)?;
    }
    walk.push(head, false)?;
    walk.run()
}

/// Whether `old` is `new` or below it, exactly. The quick walk answers the common yes.
pub(crate) fn is_ancestor(store: &Store, old: Oid, new: Oid) -> Result<bool, PortError> {
    if old == new || between(store, Some(new), old)?.is_empty() {
        return Ok(true);
    }
    let mut seen = HashSet::from([new]);
    let mut queue = VecDeque::from([new]);
    while let Some(id) = queue.pop_front() {
        for parent in store.commit(id)?.parents {
            if parent == old {
                return Ok(true);
            }
            if seen.insert(parent) {
                queue.push_back(parent);
            }
        }
    }
    Ok(false)
}

/// One common ancestor such that no other common ancestor lies above it.
pub(crate) fn merge_base(store: &Store, a: Oid, b: Oid) -> Result<Option<Oid>, PortError> {
    if is_below(store, a, b)? {
        return Ok(Some(a));
    }
    if is_below(store, b, a)? {
        return Ok(Some(b));
    }
    let own: HashSet<Oid> = between(store, Some(b), a)?.iter().map(|c| c.id).collect();
    let mut candidates: Vec<(i64, Oid)> = Vec::new();
    for id in &own {
        for parent in store.commit(*id)?.parents {
            if !own.contains(&parent) && is_below(store, parent, b)? {
                candidates.push((store.commit(parent)?.committer.at, parent));
            }
        }
    }
    candidates.sort_unstable();
    candidates.dedup();
    // A candidate below another candidate is no best one; the newest by claimed date is tried first.
    for (_, id) in candidates.iter().rev() {
        let mut best = true;
        for (_, other) in &candidates {
            best &= other == id || !is_below(store, *id, *other)?;
        }
        if best {
            return Ok(Some(*id));
        }
    }
    Ok(None)
}

fn is_below(store: &Store, old: Oid, new: Oid) -> Result<bool, PortError> {
    Ok(old == new || between(store, Some(new), old)?.is_empty())
}

/// First parents from `head` back to, and without, `from`; oldest first.
pub(crate) fn first_parents(
    store: &Store,
    from: Option<Oid>,
    head: Oid,
) -> Result<Option<Vec<Commit>>, PortError> {
    let mut chain = Vec::new();
    let mut next = Some(head);
    while let Some(id) = next.filter(|id| Some(*id) != from) {
        let commit = store.commit(id)?;
        next = commit.parents.first().copied();
        chain.push(commit);
        if chain.len() > COMMITS_MAX {
            let limit = format!("{COMMITS_MAX} commits");
            return Err(PortError::TooLarge { what: "the history".to_owned(), limit });
        }
    }
    if next != from {
        return Ok(None);
    }
    chain.reverse();
    Ok(Some(chain))
}
