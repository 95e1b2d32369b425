//! What somebody signed for, as a difference between two trees that can be applied to others: does
//! it give what would land, and has it been there before? Knows no signature.

use crate::content::tree_of;
use crate::ports::{Commit, Merge, PortError, Repository};
use crate::proposal;
use crate::world::World;
use obstat_model::change::{ChangeFacts, FileChange, FileState};
use obstat_model::object::{Oid, RepoPath};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Most states of the files in question whose merges are recomputed; who was there longer than that
/// has been seen.
const STATES_MAX: usize = 64;
/// As many of what landed commit by commit under one signature.
const LANDED_STATES_MAX: usize = 1_000;
/// Most files of a head that may carry something over.
const FILES_MAX: usize = 20_000;

/// What has landed since a commit, one by one.
pub(crate) struct Landed {
    /// All of it.
    pub(crate) commits: Vec<Commit>,
    /// The first parents among them: as far as can be told, what the target's tips were.
    pub(crate) tips: HashSet<Oid>,
    /// Those that somebody signed as the inside of a head: nobody but the branch ever had them.
    pub(crate) vouched: HashSet<Oid>,
}

/// A difference.
pub(crate) struct Difference {
    from: Oid,
    to: Oid,
    files: Vec<FileChange>,
}

impl Difference {
    /// What a head brings to a tip: as it is where the tip lies below it, merged otherwise. `None`
    /// where one of them is gone, where there was no tip, or where they do not merge.
    pub(super) fn of(
        repository: &dyn Repository,
        tip: Option<Oid>,
        head: Oid,
    ) -> Result<Option<Self>, PortError> {
        let Some(from) = tip else { return Ok(None) };
        if !repository.has_commit(from)? || !repository.has_commit(head)? {
            return Ok(None);
        }
        let Ok(signed) = proposal::revision(repository, Some(from), head)? else {
            return Ok(None);
        };
        let Some(from) = tree_of(repository, Some(from))? else { return Ok(None) };
        let files = repository.changes(Some(from), Some(signed.tree))?;
        Ok(Some(Self { from, to: signed.tree, files }))
    }

    /// What a change brings to its tip.
    pub(crate) fn of_change(
        repository: &dyn Repository,
        change: &ChangeFacts,
    ) -> Result<Option<Self>, PortError> {
        let Some(from) = tree_of(repository, change.revision.tip)? else { return Ok(None) };
        let files = change.files.iter().map(|file| file.change.clone()).collect();
        Ok(Some(Self { from, to: change.revision.tree, files }))
    }

    /// The files that it changes.
    pub(super) fn files(&self) -> &[FileChange] {
        &self.files
    }

    /// Whether it gives a tree when applied to another. Whoever signed saw this difference and
    /// nothing else; the head may hold more, which the tip of then held as well and that of now
    /// does not.
    pub(super) fn gives(&self, world: World, onto: Oid, wanted: Oid) -> Result<bool, PortError> {
        if onto == self.from {
            return Ok(self.to == wanted);
        }
        Ok(self.applied(world, onto)? == Merge::Tree(wanted))
    }

    fn applied(&self, world: World, onto: Oid) -> Result<Merge, PortError> {
        world.memo.apply(world.repository, (self.from, self.to), onto)
    }

    /// Whether it has been used up by one of some trees: all of it was there, or a file's part of it was
    /// there and is not in the present tree any more. Where that cannot be told it counts as if it had
    /// been: where the difference conflicts with a tree, and where a file that it edits was not under
    /// its name, for what was edited under another one is not seen here.
    pub(super) fn is_used_up(
        &self,
        world: World,
        trees: impl Iterator<Item = Oid>,
        present: Oid,
    ) -> Result<bool, PortError> {
        let repository = world.repository;
        let mut known: HashSet<Vec<Option<FileState>>> = HashSet::new();
        let mut now: Option<Vec<bool>> = None;
        for tree in trees {
            let states = self.states(repository, tree)?;
            let untouched = states.iter().zip(&self.files).all(|(here, file)| *here == file.old);
            let away = states
                .iter()
                .zip(&self.files)
                .any(|(here, file)| here.is_none() && file.old.is_some() && file.new.is_some());
            if away {
                return Ok(true);
            }
            if untouched || !known.insert(states) {
                continue;
            }
            if known.len() > STATES_MAX {
                return Ok(true);
            }
            let Merge::Tree(applied) = self.applied(world, tree)? else {
                return Ok(true);
            };
            if applied == tree {
                return Ok(true);
            }
            let held = self.held(repository, tree, applied)?;
            if !held.contains(&true) {
                continue;
            }
            let now = match &now {
                Some(now) => now,
                None => {
                    let applied = match self.applied(world, present)? {
                        Merge::Tree(applied) => applied,
                        Merge::Conflict => return Ok(true),
                    };
                    now.insert(self.held(repository, present, applied)?)
                }
            };
            if held.iter().zip(now).any(|(then, now)| *then && !*now) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a file's part of it was wholly in a commit and not in a child of that: what brings it again
    /// is another change. Along all parents, for whoever merges chooses which one is the first. Where
    /// it cannot be told of a commit that was the target's tip it counts as if it had been; elsewhere a
    /// state that conflicts is one that never held it.
    pub(crate) fn went(&self, world: World, landed: &Landed) -> Result<bool, PortError> {
        let mut by_states: HashMap<Vec<Option<FileState>>, Option<Rc<Vec<bool>>>> = HashMap::new();
        let mut held: HashMap<Oid, Rc<Vec<bool>>> = HashMap::new();
        let nothing = Rc::new(vec![false; self.files.len()]);
        for commit in &landed.commits {
            let states = self.states(world.repository, commit.tree)?;
            if by_states.len() > LANDED_STATES_MAX {
                return Ok(true);
            }
            let known = match by_states.get(&states) {
                Some(known) => known.clone(),
                None => {
                    let found = self.held_by(world, commit.tree, &states)?.map(Rc::new);
                    by_states.entry(states).or_insert(found).clone()
                }
            };
            let was_tip = landed.tips.contains(&commit.id) && !landed.vouched.contains(&commit.id);
            if known.is_none() && was_tip {
                return Ok(true);
            }
            held.insert(commit.id, known.unwrap_or_else(|| nothing.clone()));
        }
        let lost = |commit: &Commit| {
            let here = held.get(&commit.id).unwrap_or(&nothing);
            let mut above = commit.parents.iter().filter_map(|parent| held.get(parent));
            above.any(|before| before.iter().zip(here.iter()).any(|(b, h)| *b && !*h))
        };
        Ok(landed.commits.iter().filter(|c| !landed.vouched.contains(&c.id)).any(lost))
    }

    /// As [`Self::held`], by how the files are where that tells; `None` where it conflicts.
    fn held_by(
        &self,
        world: World,
        tree: Oid,
        states: &[Option<FileState>],
    ) -> Result<Option<Vec<bool>>, PortError> {
        let files = || states.iter().zip(&self.files);
        if files().all(|(here, file)| *here == file.old || *here == file.new) {
            return Ok(Some(files().map(|(here, file)| *here == file.new).collect()));
        }
        let Merge::Tree(applied) = self.applied(world, tree)? else { return Ok(None) };
        self.held(world.repository, tree, applied).map(Some)
    }

    /// For each file whether a tree holds its part of the difference: applied to it, that file stays as
    /// it is.
    fn held(
        &self,
        repository: &dyn Repository,
        tree: Oid,
        applied: Oid,
    ) -> Result<Vec<bool>, PortError> {
        let mut held = Vec::with_capacity(self.files.len());
        for file in &self.files {
            let here = repository.entry(tree, &file.path)?;
            let stays = repository.entry(applied, &file.path)? == here;
            held.push(stays && here != file.old);
        }
        Ok(held)
    }

    /// How the files are in a tree.
    fn states(
        &self,
        repository: &dyn Repository,
        tree: Oid,
    ) -> Result<Vec<Option<FileState>>, PortError> {
        self.files.iter().map(|file| repository.entry(tree, &file.path)).collect()
    }

    /// What tells one difference from another.
    pub(super) fn key(&self) -> (Oid, Oid) {
        (self.from, self.to)
    }
}

/// Pairs of a gone and a new file that git compares on one side of a merge, at most: beyond, it takes seconds,
/// and anybody may offer heads to merge.
const PAIRS_MAX: u64 = 250_000;

/// Whether git would search long for renames when it merges: files that are gone, each held against those
/// that are new, but for those that are the same.
pub(super) fn is_costly(
    repository: &dyn Repository,
    base: Oid,
    sides: [Oid; 2],
) -> Result<bool, PortError> {
    let base = repository.commit(base)?.tree;
    for side in sides {
        let (mut gone, mut new) = (HashSet::new(), HashSet::new());
        let tree = repository.commit(side)?.tree;
        repository.visit_changes(Some(base), Some(tree), &mut |file| {
            match (file.old, file.new) {
                (Some(old), None) => gone.insert((file.path, old.oid)),
                (None, Some(is)) => new.insert((file.path, is.oid)),
                _ => false,
            };
            true
        })?;
        let ids = |files: &HashSet<(RepoPath, Oid)>| -> HashSet<Oid> {
            files.iter().map(|(_, id)| *id).collect()
        };
        let (was, is) = (ids(&gone), ids(&new));
        let left = |files: &HashSet<(RepoPath, Oid)>, others: &HashSet<Oid>| {
            files.iter().filter(|(_, id)| !others.contains(id)).count() as u64
        };
        if left(&gone, &is).saturating_mul(left(&new, &was)) > PAIRS_MAX {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a head may be merged into a tip to a tree, as far as single files tell: what nobody else
/// touched must be as the head has it. Merges cost far more, and anybody may offer heads to merge.
pub(super) fn may_merge(
    repository: &dyn Repository,
    (base, tip, head): (Oid, Oid, Oid),
    wanted: Oid,
) -> Result<bool, PortError> {
    let (tip, base) = (repository.commit(tip)?.tree, repository.commit(base)?.tree);
    let fits = |file: &FileChange| {
        if repository.entry(tip, &file.path)? != file.old {
            return Ok(true);
        }
        let landed = repository.entry(wanted, &file.path)?;
        Ok(match (file.old, file.new) {
            // It may be another file's new name, with what others did to that.
            (None, Some(_)) => landed.is_some(),
            (_, new) => landed == new,
        })
    };
    let mut all: Result<bool, PortError> = Ok(true);
    let mut seen = 0;
    let head = repository.commit(head)?.tree;
    repository.visit_changes(Some(base), Some(head), &mut |file| {
        seen += 1;
        all = if seen > FILES_MAX { Ok(false) } else { fits(&file) };
        all == Ok(true)
    })?;
    all
}
