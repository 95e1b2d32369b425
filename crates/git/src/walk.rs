//! Walks commit history as stored; knows no refs. Dates order the walk and never decide it.

use crate::store::Store;
use obstat_gate::ports::{Commit, PortError};
use obstat_model::object::Oid;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::rc::Rc;

/// Most commits that one walk may list.
pub(crate) const COMMITS_MAX: usize = 1_000_000;
/// Most lowest commits of a side that are asked for one by one.
const LOWEST_MAX: usize = 16;
/// How many commits of the far side are read on after the near side has ended.
const SLOP: usize = 16;
/// How many of the newest commits are looked at for dates that lie, and by how many seconds they do.
const SKEWED_WITHIN: usize = 64;
const SKEW: i64 = 86_400;
/// Commits that one question of descent may cost before its answer is kept for others.
const COSTLY: usize = 2_000;

#[derive(Default)]
struct Seen {
    boundary: bool,
    /// Those of a commit that was walked.
    parents: Option<Vec<Oid>>,
    /// Until it is walked: read once, for it may be large.
    commit: Option<Commit>,
}

/// Whose commits are walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// What somebody wants to land: all of it must be readable.
    Change,
    /// Heads of anybody: what cannot be read is left out, and of long messages only both ends are kept.
    Anybody,
}

/// Most bytes of messages of commits of anybody that one walk keeps whole; of each that is beyond, so many of each end.
const MESSAGES_MAX: usize = 64 << 20;
const MESSAGE_MAX: usize = 1 << 10;

impl Of {
    fn read(self, store: &Store, id: Oid) -> Result<Commit, PortError> {
        match self {
            Self::Change => store.commit(id),
            Self::Anybody => store.commit_of_anybody(id),
        }
    }

    fn or_none<T>(self, error: PortError) -> Result<Option<T>, PortError> {
        match self {
            Self::Anybody if error.is_of_one_object() => Ok(None),
            _ => Err(error),
        }
    }

    /// Whether so many commits are enough; more than so many of a change are an error.
    fn is_enough(self, found: usize, most: usize) -> Result<bool, PortError> {
        if self == Self::Change && found > most {
            let limit = format!("{most} commits");
            return Err(PortError::TooLarge { what: "the change".to_owned(), limit });
        }
        Ok(self == Self::Anybody && found >= most)
    }

    /// A commit as it is kept; `room` is what is left for messages of anybody.
    fn kept(self, mut commit: Commit, room: &mut usize) -> Commit {
        let (size, ends) = (commit.message.len(), 2 * MESSAGE_MAX);
        if self == Self::Anybody && size > ends && size > *room {
            // What tools say of themselves is most often at the beginning or at the end.
            let (first, last) =
                (commit.message.get(..MESSAGE_MAX), commit.message.get(size - MESSAGE_MAX..));
            commit.message = [first.unwrap_or_default(), last.unwrap_or_default()].concat();
        }
        *room = room.saturating_sub(commit.message.len());
        commit
    }
}

struct Walk<'a> {
    store: &'a Store,
    of: Of,
    /// Whose commits lie at and below the boundary.
    beyond: Of,
    /// Most commits that are found.
    most: usize,
    /// Bytes of messages that are still kept.
    room: usize,
    heap: BinaryHeap<(i64, Oid)>,
    seen: HashMap<Oid, Seen>,
    waiting: usize,
}

impl<'a> Walk<'a> {
    fn new(store: &'a Store, of: Of) -> Self {
        let (heap, seen) = (BinaryHeap::new(), HashMap::new());
        let (most, room) = (COMMITS_MAX, MESSAGES_MAX);
        Self { store, of, beyond: Of::Change, most, room, heap, seen, waiting: 0 }
    }

    fn push(&mut self, id: Oid, boundary: bool) -> Result<(), PortError> {
        if self.seen.contains_key(&id) {
            if boundary {
                self.mark(id);
            }
            return Ok(());
        }
        let of = if boundary { self.beyond } else { self.of };
        let commit = of.read(self.store, id).map(Some);
        let Some(commit) = commit.or_else(|e| of.or_none(e))? else { return Ok(()) };
        let at = commit.committer.at;
        let mut commit = match boundary {
            true => Commit { message: Vec::new(), ..commit },
            false => self.of.kept(commit, &mut self.room),
        };
        commit.message.shrink_to_fit();
        self.seen.insert(id, Seen { boundary, parents: None, commit: Some(commit) });
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

    /// Walks the far side to its end.
    fn finish(&mut self) -> Result<(), PortError> {
        while let Some((_, id)) = self.heap.pop() {
            let Some(seen) = self.seen.get_mut(&id) else { continue };
            let Some(commit) = seen.commit.take() else { continue };
            let (boundary, parents) = (seen.boundary, commit.parents);
            seen.parents = Some(parents.clone());
            for parent in parents {
                self.push(parent, boundary)?;
            }
        }
        Ok(())
    }

    fn run(mut self) -> Result<(Vec<Commit>, Self), PortError> {
        let mut found: Vec<Commit> = Vec::new();
        let mut slop = SLOP;
        while let Some((at, id)) = self.heap.pop() {
            if self.waiting == 0 {
                let newer = found.last().is_some_and(|c| c.committer.at <= at);
                slop = if newer { SLOP } else { slop.saturating_sub(1) };
                if found.is_empty() || slop == 0 {
                    self.heap.push((at, id));
                    break;
                }
            }
            let Some(seen) = self.seen.get_mut(&id) else { continue };
            let Some(commit) = seen.commit.take() else { continue };
            let boundary = seen.boundary;
            seen.parents = Some(commit.parents.clone());
            for parent in &commit.parents {
                self.push(*parent, boundary)?;
            }
            if !boundary {
                self.waiting = self.waiting.saturating_sub(1);
                found.push(commit);
            }
            if self.of.is_enough(found.len(), self.most)? {
                break;
            }
        }
        found.retain(|c| self.seen.get(&c.id).is_none_or(|s| !s.boundary));
        Ok((found, self))
    }

    /// Whether the far side reaches something that was found: lying dates may have ended it too early.
    /// What is reached goes on to the bottom, so only the lowest commits are asked for, exactly.
    fn is_short(store: &Store, not: Oid, found: &[Commit]) -> Result<bool, PortError> {
        let own: HashSet<Oid> = found.iter().map(|commit| commit.id).collect();
        let is_lowest = |commit: &&Commit| !commit.parents.iter().any(|p| own.contains(p));
        let lowest: Vec<Oid> = found.iter().filter(is_lowest).map(|commit| commit.id).collect();
        // Asking for many costs more than walking on.
        if lowest.len() > LOWEST_MAX {
            return Ok(true);
        }
        for id in lowest {
            if is_ancestor(store, id, not)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Commits reachable from any of `heads` and not from `not`, newest first: of a change all, of anybody as many as are
/// wanted. Dates order the walk; where they may have ended that of a change too early, it is walked to its end.
pub(crate) fn between(
    store: &Store,
    not: Option<Oid>,
    (heads, of): (&[Oid], Of),
    most: usize,
) -> Result<Vec<Commit>, PortError> {
    if let Some(below) = not.map(|not| Known::below(store, not)).transpose()?.flatten() {
        return near(store, &below, (heads, of), most);
    }
    if let Some(not) = not
        && of == Of::Anybody
        && is_skewed(store, not)?
        && !store.is_watched()
    {
        keep_below(store, not)?;
        if let Some(below) = Known::below(store, not)? {
            return near(store, &below, (heads, of), most);
        }
    }
    let mut walk = Walk::new(store, of);
    walk.most = most;
    if let Some(not) = not {
        walk.push(not, true)?;
    }
    for head in heads {
        walk.push(*head, false)?;
    }
    let (mut found, mut walk) = walk.run()?;
    // Of what anybody has, each one that matters is asked for by itself.
    if let Some(not) = not
        && of == Of::Change
        && Walk::is_short(store, not, &found)?
    {
        walk.finish()?;
        found.retain(|c| walk.seen.get(&c.id).is_none_or(|s| !s.boundary));
    }
    if let Some(not) = not.filter(|_| walk.seen.len() > COSTLY + found.len()) {
        keep_below(store, not)?;
    }
    Ok(found)
}

/// Whether some of the newest commits along first parents are far older by their dates than what they come after: a
/// walk by dates would take the history below them for somebody else's.
fn is_skewed(store: &Store, top: Oid) -> Result<bool, PortError> {
    let mut here = store.commit(top)?;
    for _ in 0..SKEWED_WITHIN {
        let Some(parent) = here.parents.first() else { return Ok(false) };
        let parent = store.commit(*parent)?;
        if here.committer.at.saturating_add(SKEW) < parent.committer.at {
            return Ok(true);
        }
        here = parent;
    }
    Ok(false)
}

/// Commits reachable from any of `heads` and from none of `tips`, all of anybody; exact whatever the dates say.
pub(crate) fn outside(
    store: &Store,
    tips: &[Oid],
    heads: &[Oid],
) -> Result<Vec<Commit>, PortError> {
    let mut walk = Walk::new(store, Of::Anybody);
    walk.beyond = Of::Anybody;
    for tip in tips {
        walk.push(*tip, true)?;
    }
    for head in heads {
        walk.push(*head, false)?;
    }
    let (mut found, mut walk) = walk.run()?;
    if !found.is_empty() {
        walk.finish()?;
        found.retain(|c| walk.seen.get(&c.id).is_none_or(|s| !s.boundary));
    }
    Ok(found)
}

/// What lies below one commit, as far as it is known without walking there.
struct Known {
    far: Rc<HashSet<Oid>>,
    near: HashSet<Oid>,
}

impl Known {
    /// `None` where nothing is known that lies below `top` as a whole, or little of it.
    fn below(store: &Store, top: Oid) -> Result<Option<Self>, PortError> {
        let Some((known, far)) = store.below().filter(|_| !store.is_watched()) else {
            return Ok(None);
        };
        let mut near: HashSet<Oid> = HashSet::from([top]);
        let mut todo = vec![top];
        let mut whole = false;
        while let Some(id) = todo.pop() {
            whole |= id == known;
            if far.contains(&id) {
                continue;
            }
            if near.len() > COSTLY {
                return Ok(None);
            }
            todo.extend(store.commit(id)?.parents.into_iter().filter(|p| near.insert(*p)));
        }
        Ok(whole.then_some(Self { far, near }))
    }

    fn has(&self, id: Oid) -> bool {
        self.far.contains(&id) || self.near.contains(&id)
    }
}

/// Remembers what lies below a commit. Lying dates can make each question cost the whole history, and
/// one push asks a thousand.
fn keep_below(store: &Store, top: Oid) -> Result<(), PortError> {
    if !store.is_watched() {
        store.keep_below((top, Rc::new(all_below(store, top)?)));
    }
    Ok(())
}

/// As [`between`], where it is known what is left out.
fn near(
    store: &Store,
    below: &Known,
    (heads, of): (&[Oid], Of),
    most: usize,
) -> Result<Vec<Commit>, PortError> {
    let mut seen: HashSet<Oid> = HashSet::new();
    let (mut heap, mut found) = (BinaryHeap::new(), Vec::new());
    let mut waiting: HashMap<Oid, Commit> = HashMap::new();
    let mut room = MESSAGES_MAX;
    let mut next = heads.to_vec();
    loop {
        for id in next.drain(..) {
            if !below.has(id) && seen.insert(id) {
                let commit = of.read(store, id).map(Some).or_else(|e| of.or_none(e))?;
                let Some(commit) = commit.map(|commit| of.kept(commit, &mut room)) else {
                    continue;
                };
                heap.push((commit.committer.at, id));
                waiting.insert(id, commit);
            }
        }
        let Some(commit) = heap.pop().and_then(|(_, id)| waiting.remove(&id)) else { break };
        next.extend(commit.parents.iter().copied());
        found.push(commit);
        if of.is_enough(found.len(), most)? {
            break;
        }
    }
    Ok(found)
}

mod bases;

pub(crate) use bases::merge_bases;

const OLD: u8 = 1;
const NEW: u8 = 2;
const BOTH: u8 = OLD | NEW;

/// Colours of walks that run towards each other, newest commits first.
///
/// It is exact whatever the dates say: a commit whose colours grow is walked again, and the walk
/// ends only when nothing is left that just one side has reached (git's `paint_down_to_common`).
struct Paint<'a> {
    store: &'a Store,
    heap: BinaryHeap<(i64, Oid)>,
    colours: HashMap<Oid, u8>,
    waiting: HashSet<Oid>,
    /// Commits that wait and that only one side has reached.
    open: usize,
}

impl<'a> Paint<'a> {
    fn new(store: &'a Store) -> Self {
        let (heap, colours, waiting) = (BinaryHeap::new(), HashMap::new(), HashSet::new());
        Self { store, heap, colours, waiting, open: 0 }
    }

    fn add(&mut self, id: Oid, colour: u8) -> Result<(), PortError> {
        let before = self.colours.get(&id).copied().unwrap_or(0);
        let after = before | colour;
        if before == after {
            return Ok(());
        }
        self.colours.insert(id, after);
        if self.waiting.insert(id) {
            self.heap.push((self.store.commit(id)?.committer.at, id));
            self.open += usize::from(after != BOTH);
        } else if after == BOTH {
            self.open = self.open.saturating_sub(1);
        }
        Ok(())
    }

    /// Whether the new side reaches `old`.
    fn reaches(&mut self, old: Oid) -> Result<bool, PortError> {
        while self.open > 0 {
            let Some((_, id)) = self.heap.pop() else { break };
            self.waiting.remove(&id);
            let colour = self.colours.get(&id).copied().unwrap_or(0);
            self.open = self.open.saturating_sub(usize::from(colour != BOTH));
            for parent in self.store.commit(id)?.parents {
                self.add(parent, colour)?;
            }
            if self.colours.get(&old).is_some_and(|c| c & NEW != 0) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether `old` is `new` or below it, exactly; costs what lies between them.
pub(crate) fn is_ancestor(store: &Store, old: Oid, new: Oid) -> Result<bool, PortError> {
    if old == new {
        return Ok(true);
    }
    let mut paint = Paint::new(store);
    if let Some(known) = by_known(store, old, new)? {
        return Ok(known);
    }
    paint.add(old, OLD)?;
    paint.add(new, NEW)?;
    let reaches = paint.reaches(old)?;
    if paint.colours.len() > COSTLY {
        keep_below(store, new)?;
    }
    Ok(reaches)
}

/// By what is known of one commit, whether `old` lies below `new`; `None` where that does not tell.
fn by_known(store: &Store, old: Oid, new: Oid) -> Result<Option<bool>, PortError> {
    let Some((top, below)) = store.below().filter(|_| !store.is_watched()) else {
        return Ok(None);
    };
    let mut seen: HashSet<Oid> = HashSet::from([new]);
    let mut todo = vec![new];
    let mut reached_top = false;
    while let Some(id) = todo.pop() {
        if id == old {
            return Ok(Some(true));
        }
        reached_top |= id == top;
        if below.contains(&id) {
            continue;
        }
        if seen.len() > COSTLY {
            return Ok(None);
        }
        todo.extend(store.commit(id)?.parents.into_iter().filter(|parent| seen.insert(*parent)));
    }
    Ok(match (below.contains(&old), reached_top) {
        (false, _) => Some(false),
        (true, true) => Some(true),
        (true, false) => None,
    })
}

fn all_below(store: &Store, top: Oid) -> Result<HashSet<Oid>, PortError> {
    let mut seen: HashSet<Oid> = HashSet::from([top]);
    let mut todo = vec![top];
    while let Some(id) = todo.pop() {
        todo.extend(store.commit(id)?.parents.into_iter().filter(|parent| seen.insert(*parent)));
    }
    Ok(seen)
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
