//! Paths that a change's commits touch and that are in the end as they were: what came and went with them
//! lies below the target from then on. Judges nothing.

use crate::content::Look;
use crate::memo::Memo;
use crate::ports::{Commit, PortError, Repository};
use obstat_model::change::{ChangeFacts, ChangedFile, FileChange, FileState, LineCount, Revision};
use obstat_model::object::{Oid, RepoPath};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::rc::Rc;

/// Most such paths of one change.
const PATHS_MAX: usize = 200_000;
/// Most paths that all commits of one change touch.
const SEEN_MAX: usize = 2_000_000;
/// Most states of such paths, and bytes of them, that are looked at; what is beyond has any number of lines.
const LOOKED_AT_MAX: usize = 10_000;
const BYTES_MAX: u64 = 256 << 20;
/// Most tips of the target in which a state is looked for, and most looks.
const TIPS_MAX: usize = 200;
const LOOKS_MAX: usize = 20_000;

/// What came and went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Passing {
    /// By path, with all lines that came and went, and all that they hide.
    files: Vec<ChangedFile>,
    /// The commits that touch one.
    commits: Vec<Oid>,
}

impl Passing {
    /// What came and went with a change. A new ref has nothing: all that it holds is its change.
    ///
    /// # Errors
    /// [`PortError`] when objects cannot be read, or there is too much.
    pub(crate) fn of(
        (repository, memo): (&dyn Repository, &Memo),
        change: &ChangeFacts,
        commits: &[Commit],
    ) -> Result<Self, PortError> {
        let Revision { tip: Some(tip), head, .. } = change.revision else {
            return Ok(Self::default());
        };
        let is_whole = |commit: &&Commit| commit.id == head && commit.parents.first() == Some(&tip);
        let own: HashSet<&RepoPath> = change.files.iter().map(|file| &file.change.path).collect();
        let mut gather = Gather::new(repository, tip);
        let mut seen = 0usize;
        for commit in commits.iter().filter(|commit| !is_whole(commit)) {
            let touched = memo.touched(commit.id, || touched(repository, commit))?;
            seen = seen.saturating_add(touched.len());
            for path in touched.iter().filter(|path| !own.contains(path)) {
                let here = repository.entry(commit.tree, path)?;
                // What is in the end as this commit has it did not go.
                let stays = here == repository.entry(change.revision.tree, path)?;
                if !stays && !gather.was_on_target(path, here)? {
                    gather.add(commit, path, here)?;
                }
            }
            for (n, most) in [(seen, SEEN_MAX), (gather.files.len(), PATHS_MAX)] {
                if n > most {
                    let what = "the change, with what its commits touch on the way,".to_owned();
                    let limit = format!("{} files", obstat_model::text::grouped(most as u64));
                    return Err(PortError::TooLarge { what, limit });
                }
            }
        }
        let files = gather.files.into_values().collect();
        Ok(Self { files, commits: gather.commits.into_iter().collect() })
    }

    /// The paths, sorted.
    pub fn paths(&self) -> impl ExactSizeIterator<Item = &RepoPath> {
        self.files.iter().map(|file| &file.change.path)
    }

    /// Whether a head that somebody signed for has all of it: the digest of the change does not bind it.
    pub(crate) fn is_below(
        &self,
        repository: &dyn Repository,
        head: Oid,
    ) -> Result<bool, PortError> {
        if self.commits.is_empty() {
            return Ok(true);
        }
        if !repository.has_commit(head)? {
            return Ok(false);
        }
        for commit in &self.commits {
            if !repository.is_ancestor(*commit, head)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// A change as rules see it: with such paths as files of no state, behind those that it changes.
    pub(crate) fn with<'a>(&self, change: &'a ChangeFacts) -> Cow<'a, ChangeFacts> {
        if self.files.is_empty() {
            return Cow::Borrowed(change);
        }
        let mut seen = change.clone();
        seen.files.extend(self.files.iter().cloned());
        Cow::Owned(seen)
    }
}

/// What came and went, as it is found.
struct Gather<'a> {
    repository: &'a dyn Repository,
    look: Look<'a>,
    tip: Oid,
    /// Trees of the target's newest tips, once they are asked for.
    tips: Vec<Oid>,
    looks: usize,
    looked_at: usize,
    files: BTreeMap<RepoPath, ChangedFile>,
    commits: BTreeSet<Oid>,
}

impl<'a> Gather<'a> {
    fn new(repository: &'a dyn Repository, tip: Oid) -> Self {
        let (files, commits) = (BTreeMap::new(), BTreeSet::new());
        let look = Look::new(repository);
        let tips = Vec::new();
        Self { repository, look, tip, tips, looks: 0, looked_at: 0, files, commits }
    }

    /// Whether the target had a path in this state lately: that lies below it whatever comes.
    fn was_on_target(
        &mut self,
        path: &RepoPath,
        state: Option<FileState>,
    ) -> Result<bool, PortError> {
        if self.tips.is_empty() {
            let mut next = Some(self.tip);
            while let Some(id) = next.filter(|_| self.tips.len() < TIPS_MAX) {
                let commit = self.repository.commit(id)?;
                self.tips.push(commit.tree);
                next = commit.parents.first().copied();
            }
        }
        for tree in &self.tips {
            self.looks += 1;
            if self.looks > LOOKS_MAX {
                return Ok(false);
            }
            if self.repository.entry(*tree, path)? == state {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn add(
        &mut self,
        commit: &Commit,
        path: &RepoPath,
        new: Option<FileState>,
    ) -> Result<(), PortError> {
        self.commits.insert(commit.id);
        self.looked_at += 1;
        let mut lines = LineCount { added: u64::from(u32::MAX), removed: 0 };
        let mut hidden = Vec::new();
        if self.looked_at <= LOOKED_AT_MAX && self.look.bytes <= BYTES_MAX {
            let parent =
                commit.parents.first().map(|id| self.repository.commit(*id)).transpose()?;
            let old = parent.map(|parent| self.repository.entry(parent.tree, path)).transpose()?;
            let change = FileChange { path: path.clone(), old: old.flatten(), new, content: None };
            let found = self.look.at(change)?;
            (lines, hidden) = (found.lines, found.hidden);
        }
        let file = self.files.entry(path.clone()).or_insert_with(|| ChangedFile {
            change: FileChange { path: path.clone(), old: None, new: None, content: None },
            lines: LineCount { added: 0, removed: 0 },
            hidden: Vec::new(),
        });
        file.lines.added = file.lines.added.saturating_add(lines.added);
        file.lines.removed = file.lines.removed.saturating_add(lines.removed);
        file.hidden.extend(hidden);
        file.hidden.sort_unstable();
        file.hidden.dedup();
        Ok(())
    }
}

/// Paths that differ from every parent: what a merge takes from one is that one's.
fn touched(repository: &dyn Repository, commit: &Commit) -> Result<Rc<[RepoPath]>, PortError> {
    let tree_of = |id: &Oid| repository.commit(*id).map(|parent| Some(parent.tree));
    let mut parents = commit.parents.iter().map(tree_of);
    let first = parents.next().transpose()?.flatten();
    let mut found: BTreeSet<RepoPath> = differing(repository, first, commit.tree)?;
    for parent in parents {
        if found.is_empty() {
            break;
        }
        let other = differing(repository, parent?, commit.tree)?;
        found.retain(|path| other.contains(path));
    }
    Ok(found.into_iter().collect())
}

fn differing(
    repository: &dyn Repository,
    from: Option<Oid>,
    to: Oid,
) -> Result<BTreeSet<RepoPath>, PortError> {
    let mut found = BTreeSet::new();
    let mut add = |path| {
        found.insert(path);
        found.len() <= PATHS_MAX
    };
    match from {
        Some(from) => repository.touched(from, to, &mut add)?,
        None => repository.visit_changes(None, Some(to), &mut |change| add(change.path))?,
    }
    Ok(found)
}
