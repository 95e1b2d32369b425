//! Earlier forms of a change: who first brought the same content, or took the same away, on other heads. Counts nobody.

use crate::content::tree_of;
use crate::memo::Memo;
use crate::others::Others;
use crate::ports::{Commit, PortError, Repository};
use obstat_model::approval::ApprovalFacts;
use obstat_model::change::{ChangeFacts, ChangedFile, FileState};
use obstat_model::object::{Oid, RepoPath};
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Commits of heads with the same content that are looked at, the newest first; beyond, whoever made one of so many
/// counts as a contributor.
const COMMITS_MAX: usize = 20_000;
const COUNTED_MAX: usize = 100_000;
/// Commits of all other heads that are looked at, the newest first: what has gone on there, and who took something
/// away.
const OTHERS_MAX: usize = 1_000;
/// Files of a change up to which trees are searched for them.
const FEW: usize = 64;
/// Most files of one commit that are compared; whoever made one of more counts as a contributor.
const TOUCHED_MAX: usize = 100_000;
/// Most looks for deleted files in trees; beyond, who merged counts as a contributor.
const LOOKS_MAX: usize = 1_000_000;

/// Earlier forms of a change, and where they speak.
#[derive(Debug, Default)]
pub struct Earlier {
    /// Commits that first brought the same content, or took the same away.
    pub forms: Vec<Commit>,
    /// Commits beside them that bring traces, which may name one of these.
    pub tracing: Vec<Commit>,
}

/// Commits on other branches and superseded heads that first brought the same new content: who
/// made them took part, even where the change was squashed or copied.
///
/// # Errors
/// [`PortError`] when objects cannot be read.
pub fn earlier_forms(
    (repository, memo): (&dyn Repository, &Memo),
    change: &ChangeFacts,
    own: &[Commit],
) -> Result<Earlier, PortError> {
    let own: HashSet<Oid> = own.iter().map(|c| c.id).collect();
    let content = Content::of(repository, change)?;
    let (mut heads, mut all) = (Vec::new(), Vec::new());
    for head in repository.other_heads()? {
        if own.contains(&head) || memo.is_step(head) || Some(head) == change.revision.tip {
            continue;
        }
        let tree = match repository.commit_of_anybody(head) {
            Ok(commit) => commit.tree,
            // A branch that points to something else than a commit brings nothing.
            Err(error) if error.is_of_one_object() => continue,
            Err(error) => return Err(error),
        };
        all.push(head);
        if !repository.holding(tree, content.base, &content.files)?.is_empty() {
            heads.push(head);
        }
    }
    let mut found = Earlier { forms: Vec::new(), tracing: memo.tracing() };
    if !heads.is_empty() {
        let commits = repository.commits_of(change.revision.tip, &heads, COUNTED_MAX)?;
        content.brought_by(&Others::new(commits), &own, None, &mut found)?;
    }
    if !all.is_empty() {
        let walk = || repository.commits_of(change.revision.tip, &all, OTHERS_MAX).map(Others::new);
        let span = (change.revision.tip, change.revision.head);
        let (others, is_later) = memo.others(span, walk)?;
        // Of many parts each asks only about commits that touch what it changes.
        let paths = content.places.keys().copied();
        let some = is_later.then(|| others.that_touch(repository, paths)).transpose()?;
        content.brought_by(&others, &own, some, &mut found)?;
    }
    for all in [&mut found.forms, &mut found.tracing] {
        all.sort_by_key(|commit| commit.id);
        all.dedup_by_key(|commit| commit.id);
    }
    Ok(found)
}

/// The commits that made what approvals were given for, where they do not come with the change.
///
/// # Errors
/// [`PortError`] when objects cannot be read.
pub fn approved_forms(
    repository: &dyn Repository,
    tip: Option<Oid>,
    approvals: &[ApprovalFacts],
    own: &[Commit],
) -> Result<Vec<Commit>, PortError> {
    let mut seen: HashSet<Oid> = own.iter().map(|c| c.id).collect();
    let mut found = Vec::new();
    for approval in approvals {
        // What lies below the target's tip has landed: a signer cannot make its people contributors.
        let head = approval.verified.statement.context.head;
        for commit in repository.commits_between(tip, head)? {
            if seen.insert(commit.id) {
                found.push(commit);
            }
        }
    }
    Ok(found)
}

/// The new content of a change, and what it takes away, looked for elsewhere.
struct Content<'a> {
    repository: &'a dyn Repository,
    tip: Option<Oid>,
    base: Option<Oid>,
    files: Vec<(&'a RepoPath, FileState)>,
    /// Files that are gone.
    deleted: Vec<&'a RepoPath>,
    /// Places of both by their paths.
    places: HashMap<&'a RepoPath, usize>,
    looks: Cell<usize>,
    /// What trees hold, by tree: places of files and, behind them, of deleted ones that are not there.
    known: RefCell<HashMap<Oid, Rc<[usize]>>>,
}

impl<'a> Content<'a> {
    fn of(repository: &'a dyn Repository, change: &'a ChangeFacts) -> Result<Self, PortError> {
        let tip = change.revision.tip;
        let base = tree_of(repository, tip)?;
        let new = |f: &'a ChangedFile| Some((&f.change.path, f.change.new?));
        let files: Vec<_> = change.files.iter().filter_map(new).collect();
        let gone = change.files.iter().filter(|file| file.change.new.is_none());
        let deleted: Vec<_> = gone.map(|file| &file.change.path).collect();
        let paths = files.iter().map(|(path, _)| *path).chain(deleted.iter().copied());
        let (places, looks) = (paths.zip(0..).collect(), Cell::new(0));
        Ok(Self { repository, tip, base, files, deleted, places, looks, known: RefCell::default() })
    }

    /// Places of what a tree has as the change would have it.
    fn held_by(&self, tree: Oid) -> Result<Rc<[usize]>, PortError> {
        if let Some(known) = self.known.borrow().get(&tree) {
            return Ok(Rc::clone(known));
        }
        let mut held = self.repository.holding(tree, self.base, &self.files)?;
        self.looks.set(self.looks.get().saturating_add(self.deleted.len()));
        for (at, path) in (self.files.len()..).zip(&self.deleted) {
            match self.repository.entry(tree, path) {
                Ok(None) => held.push(at),
                Ok(Some(_)) => {}
                Err(error) if error.is_of_one_object() => {}
                Err(error) => return Err(error),
            }
        }
        let held: Rc<[usize]> = held.into();
        self.known.borrow_mut().insert(tree, Rc::clone(&held));
        Ok(held)
    }

    /// Commits below heads that first brought some of it. Heads are walked together: anybody may make
    /// a thousand of one chain.
    fn brought_by(
        &self,
        others: &Others,
        own: &HashSet<Oid>,
        some: Option<Vec<&Commit>>,
        found: &mut Earlier,
    ) -> Result<(), PortError> {
        // A head that has the change itself may go on with traces that name its commits.
        let mut goes_on = own.iter().any(|id| others.trees.contains_key(id));
        let some = some.unwrap_or_else(|| others.commits.iter().collect());
        let some = some.into_iter().filter(|commit| !own.contains(&commit.id));
        for (n, commit) in some.enumerate() {
            let is_form = n >= COMMITS_MAX || self.brings(commit, &others.trees)?;
            if is_form && !self.is_below_tip(commit.id)? {
                found.forms.push(commit.clone());
                goes_on = true;
            }
        }
        if goes_on {
            let tracing = others.tracing(self.repository)?.iter();
            found.tracing.extend(tracing.filter(|commit| !own.contains(&commit.id)).cloned());
        }
        Ok(())
    }

    fn is_below_tip(&self, id: Oid) -> Result<bool, PortError> {
        let Some(tip) = self.tip else { return Ok(false) };
        match self.repository.is_ancestor(id, tip) {
            Err(error) if error.is_of_one_object() => Ok(false),
            other => other,
        }
    }

    /// Whether a commit has something that none of its parents has, or that it takes from the one of them that had not
    /// gone on; `trees` are those of some commits.
    fn brings(&self, commit: &Commit, trees: &HashMap<Oid, Oid>) -> Result<bool, PortError> {
        if self.places.len() > FEW && commit.parents.len() == 1 {
            return self.brings_among_many(commit, trees);
        }
        if self.looks.get() > LOOKS_MAX {
            return Ok(true);
        }
        let own = self.held_by(commit.tree)?;
        if own.is_empty() {
            return Ok(false);
        }
        let mut parents = Vec::new();
        for parent in &commit.parents {
            if let Some(tree) = self.tree_of_anybody(*parent, trees)? {
                parents.push((*parent, self.held_by(tree)?));
            }
        }
        let has = |held: &[usize], at: &usize| held.binary_search(at).is_ok();
        for at in own.iter() {
            let holds = parents.iter().find(|(_, held)| has(held, at));
            let lacks = parents.iter().find(|(_, held)| !has(held, at));
            match (holds, lacks) {
                // What comes after nothing takes nothing away.
                (None, None) if *at >= self.files.len() => {}
                (None, _) => return Ok(true),
                (Some(_), None) => {}
                // A side that has it from where both began has not made it: the merge drops what the other made.
                (Some((with, _)), Some((without, _))) => {
                    let base = self.repository.merge_base(*with, *without);
                    let base = base.or_else(|error| none_of_one(error).map(|()| None))?;
                    let tree = base.map(|base| self.tree_of_anybody(base, trees)).transpose()?;
                    if let Some(tree) = tree.flatten()
                        && has(&self.held_by(tree)?, at)
                    {
                        return Ok(true);
                    }
                }
            }
        }
        Ok(false)
    }

    fn tree_of_anybody(
        &self,
        id: Oid,
        trees: &HashMap<Oid, Oid>,
    ) -> Result<Option<Oid>, PortError> {
        if let Some(known) = trees.get(&id) {
            return Ok(Some(*known));
        }
        let read = self.repository.commit_of_anybody(id).map(|commit| Some(commit.tree));
        read.or_else(|error| none_of_one(error).map(|()| None))
    }

    /// As [`Self::brings`], by what differs from its one parent: of many files a commit touches few.
    fn brings_among_many(
        &self,
        commit: &Commit,
        trees: &HashMap<Oid, Oid>,
    ) -> Result<bool, PortError> {
        let parent = commit.parents.first();
        let parent = parent.map(|parent| self.tree_of_anybody(*parent, trees)).transpose()?;
        let (mut brought, mut seen) = (false, 0usize);
        let visited =
            self.repository.visit_changes(parent.flatten(), Some(commit.tree), &mut |file| {
                seen += 1;
                if let Some(place) = self.places.get(&file.path) {
                    let wanted = self.files.get(*place).map(|(_, state)| *state);
                    brought |= file.new == wanted;
                }
                seen <= TOUCHED_MAX && !brought
            });
        visited.or_else(none_of_one)?;
        Ok(seen > TOUCHED_MAX || brought)
    }
}

/// What cannot be read of anybody's is left out.
fn none_of_one(error: PortError) -> Result<(), PortError> {
    match error.is_of_one_object() {
        true => Ok(()),
        false => Err(error),
    }
}
