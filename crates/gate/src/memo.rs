//! What one run has found out and asks for again; knows no rule and judges nothing.

use crate::inputs::{Known, Loaded};
use crate::others::Others;
use crate::ports::{Commit, InputsCache, Merge, PortError, Records, Repository};
use crate::statements::filed::Filed;
use obstat_attest::record;
use obstat_model::id::InputsDigest;
use obstat_model::landing::LandingKind;
use obstat_model::object::{Oid, RefName, RepoPath};
use obstat_model::time::{Seconds, Timestamp};
use obstat_policy::RollingDemand;
use obstat_provenance::note::Note;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// What one run has found out: anybody may make it ask for the same a thousand times.
#[derive(Debug, Default)]
pub struct Memo {
    inputs: Known,
    /// Differences that have been on a target, by their trees and its tip.
    used_up: RefCell<HashMap<UsedUp, bool>>,
    /// Landings of targets.
    history: RefCell<HashMap<RefName, History>>,
    /// Differences between two trees that were applied to a third.
    applied: RefCell<HashMap<(Oid, Oid, Oid), Merge>>,
    /// Lines that were brought from one commit to another, as demands count them.
    lines: RefCell<HashMap<Span, Vec<(RollingDemand, u64)>>>,
    /// Paths that commits touch.
    touched: RefCell<HashMap<Oid, Rc<[RepoPath]>>>,
    /// All statements that are filed.
    filed: RefCell<Option<Rc<[Rc<Filed>]>>>,
    /// The advance whose parts are judged.
    steps: RefCell<Steps>,
    /// Merges of two commits.
    merged: RefCell<HashMap<(Oid, Oid), Merge>>,
    /// Commits of other heads, and the change that they were walked for.
    others: RefCell<Option<(Span, Rc<Others>)>>,
    /// Trees of notes, or why there is none.
    note_trees: RefCell<Option<NoteTrees>>,
    /// Notes, by the commit that they are on, and how many bytes all have.
    notes: RefCell<(HashMap<Oid, ReadNotes>, u64)>,
}

/// Notes, or why they cannot be read.
pub(crate) type ReadNotes = Rc<[Result<Note, String>]>;

/// Steps of an advance, and those of its commits that bring traces: these may name commits of other parts.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    pub(crate) own: HashSet<Oid>,
    pub(crate) tracing: Vec<Commit>,
}

/// Trees of notes as the ref is and as it will be, or why one cannot be read.
pub(crate) type NoteTrees = Rc<[Result<Oid, String>]>;

/// From one commit, or from nothing, to another.
type Span = (Option<Oid>, Oid);

/// Two trees, the tip that was judged, the tip of a target, and what has landed there since.
type UsedUp = ((Oid, Oid), Option<Oid>, Oid, Vec<Oid>);

/// Most paths of one commit that are kept.
const TOUCHED_MAX: usize = 1_000;
/// Most landings of one target that are looked through.
const LANDINGS_MAX: usize = 20_000;

/// One landing of a target, as its record claims: one that is not the gate's hides nothing here, for it
/// only adds.
#[derive(Debug)]
pub(crate) struct Past {
    pub(crate) sequence: u64,
    pub(crate) at: Timestamp,
    /// Where it ended, and each part of it.
    pub(crate) tips: Vec<Oid>,
}

/// The newest landings of a target, and whether those are all.
#[derive(Debug, Default, Clone)]
struct History {
    newest: Rc<Vec<Past>>,
    is_whole: bool,
}

impl History {
    /// Whether everything after a landing, or after a moment, is there.
    fn reaches(&self, (known, since): (Option<u64>, Timestamp)) -> bool {
        self.is_whole || self.newest.last().is_some_and(|past| is_before(past, (known, since)))
    }
}

/// Landings of a target as they are read, newest first.
struct Gather<'a> {
    target: &'a RefName,
    until: (Option<u64>, Timestamp),
    least: usize,
    newest: Vec<Past>,
    is_whole: bool,
    /// The last one that was read is the target's first.
    begins: bool,
}

impl<'a> Gather<'a> {
    fn new(target: &'a RefName, until: (Option<u64>, Timestamp), least: usize) -> Self {
        Self { target, until, least, newest: Vec::new(), is_whole: true, begins: false }
    }

    /// Takes a record, and says whether the next one is wanted.
    fn take(&mut self, bytes: &[u8]) -> bool {
        let landing = record::claimed_landing(bytes).filter(|l| l.target == *self.target);
        let Some(landing) = landing else { return true };
        self.begins = landing.kind == LandingKind::Bootstrap || landing.from.is_none();
        let parts = landing.changes.iter().map(|part| part.to);
        let mut tips: Vec<Oid> = parts.chain([landing.to]).collect();
        tips.dedup();
        let past = Past { sequence: landing.sequence, at: landing.at, tips };
        let enough = self.newest.len() >= self.least && is_before(&past, self.until);
        self.newest.push(past);
        self.is_whole = !enough && self.newest.len() <= LANDINGS_MAX;
        self.is_whole
    }
}

/// Clocks of several gates differ a little, so some more is read than what is dated later.
fn is_before(past: &Past, (known, since): (Option<u64>, Timestamp)) -> bool {
    match known {
        Some(known) => past.sequence <= known,
        None => past.at.after(Seconds(600)) < since,
    }
}

impl Memo {
    /// Whether a difference was found to be used up.
    pub(crate) fn used_up(&self, key: &UsedUp) -> Option<bool> {
        self.used_up.borrow().get(key).copied()
    }

    /// Landings of a target, newest first: at least all after a place in the chain or, without one, after
    /// a moment. `None` where they are too many. Each is read about twice at most, however many ask.
    pub(crate) fn landed(
        &self,
        records: &dyn Records,
        target: &RefName,
        until: (Option<u64>, Timestamp),
    ) -> Result<Option<Rc<Vec<Past>>>, PortError> {
        let known = self.history.borrow().get(target).cloned().unwrap_or_default();
        if known.reaches(until) {
            return Ok(Some(known.newest));
        }
        let least = known.newest.len() * 2;
        let mut gather = Gather::new(target, until, least);
        records.landings_on(target, &mut |bytes| gather.take(bytes))?;
        // Records of before there was an index are found by going through all.
        if gather.is_whole && !gather.begins && records.last_landing(target)?.is_some() {
            gather = Gather::new(target, until, least);
            records.newest_landings(&mut |bytes| gather.take(bytes))?;
        }
        let Gather { newest, is_whole, .. } = gather;
        if newest.len() > LANDINGS_MAX {
            return Ok(None);
        }
        let history = History { newest: Rc::new(newest), is_whole };
        self.history.borrow_mut().insert(target.clone(), history.clone());
        Ok(Some(history.newest))
    }

    /// Commits of other heads: those that were walked for this change, or for the advance that it is a part of, and
    /// whether it is a later part. A change of another ref has other heads, also where it begins at the same tip.
    pub(crate) fn others(
        &self,
        (tip, head): Span,
        walk: impl FnOnce() -> Result<Others, PortError>,
    ) -> Result<(Rc<Others>, bool), PortError> {
        if let Some(((from, to), known)) = &*self.others.borrow() {
            let is_later = tip.is_some_and(|tip| self.is_step(tip));
            let is_first = *from == tip && (*to == head || self.is_step(head));
            if is_first || is_later {
                return Ok((Rc::clone(known), is_later));
            }
        }
        let found = Rc::new(walk()?);
        self.others.replace(Some(((tip, head), Rc::clone(&found))));
        Ok((found, false))
    }

    /// The trees of notes, found once.
    pub(crate) fn note_trees(
        &self,
        find: impl FnOnce() -> Result<NoteTrees, PortError>,
    ) -> Result<NoteTrees, PortError> {
        if let Some(known) = &*self.note_trees.borrow() {
            return Ok(Rc::clone(known));
        }
        let found = find()?;
        self.note_trees.replace(Some(Rc::clone(&found)));
        Ok(found)
    }

    /// The notes on a commit, read once.
    pub(crate) fn notes(
        &self,
        commit: Oid,
        read: impl FnOnce(&mut u64) -> Result<ReadNotes, PortError>,
    ) -> Result<ReadNotes, PortError> {
        let (known, bytes) = &mut *self.notes.borrow_mut();
        if let Some(known) = known.get(&commit) {
            return Ok(known.clone());
        }
        let note = read(bytes)?;
        known.insert(commit, note.clone());
        Ok(note)
    }

    /// Paths that a commit touches, found out once.
    pub(crate) fn touched(
        &self,
        commit: Oid,
        find: impl FnOnce() -> Result<Rc<[RepoPath]>, PortError>,
    ) -> Result<Rc<[RepoPath]>, PortError> {
        if let Some(known) = self.touched.borrow().get(&commit) {
            return Ok(Rc::clone(known));
        }
        let found = find()?;
        if found.len() <= TOUCHED_MAX {
            self.touched.borrow_mut().insert(commit, Rc::clone(&found));
        }
        Ok(found)
    }

    /// All statements that are filed, read once.
    pub(crate) fn filed(
        &self,
        read: impl FnOnce() -> Result<Rc<[Rc<Filed>]>, PortError>,
    ) -> Result<Rc<[Rc<Filed>]>, PortError> {
        if let Some(known) = &*self.filed.borrow() {
            return Ok(Rc::clone(known));
        }
        let found = read()?;
        self.filed.replace(Some(Rc::clone(&found)));
        Ok(found)
    }

    /// Says of which advance parts are judged: its steps are judged one after another, and are no other heads.
    pub(crate) fn steps_are(&self, steps: Steps) {
        self.steps.replace(steps);
    }

    /// Whether a commit is such a step.
    pub(crate) fn is_step(&self, commit: Oid) -> bool {
        self.steps.borrow().own.contains(&commit)
    }

    /// Commits of the advance that bring traces.
    pub(crate) fn tracing(&self) -> Vec<Commit> {
        self.steps.borrow().tracing.clone()
    }

    /// Lines of what was brought as a demand counts them, counted once.
    pub(crate) fn lines(
        &self,
        span: Span,
        demand: &RollingDemand,
        count: impl FnOnce() -> Result<u64, PortError>,
    ) -> Result<u64, PortError> {
        let known = self.lines.borrow().get(&span).and_then(|known| {
            known.iter().find(|(asked, _)| asked == demand).map(|(_, lines)| *lines)
        });
        if let Some(lines) = known {
            return Ok(lines);
        }
        let lines = count()?;
        self.lines.borrow_mut().entry(span).or_default().push((demand.clone(), lines));
        Ok(lines)
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
