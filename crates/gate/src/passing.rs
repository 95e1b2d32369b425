//! Paths that a change's commits touch and that are in the end as they were: what came and went with them
//! lies below the target from then on. Judges nothing.

use crate::memo::Memo;
use crate::ports::{Commit, PortError, Repository};
use obstat_model::change::{ChangeFacts, ChangedFile, FileChange, LineCount, Revision};
use obstat_model::object::{Oid, RepoPath};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::rc::Rc;

/// Most such paths of one change.
const PATHS_MAX: usize = 200_000;
/// Most paths that all commits of one change touch.
const SEEN_MAX: usize = 2_000_000;

/// What came and went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Passing {
    /// The paths, sorted.
    pub paths: Vec<RepoPath>,
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
        let (mut paths, mut touching, mut seen) = (BTreeSet::new(), BTreeSet::new(), 0usize);
        for commit in commits.iter().filter(|commit| !is_whole(commit)) {
            let touched = memo.touched(commit.id, || touched(repository, commit))?;
            seen = seen.saturating_add(touched.len());
            for path in touched.iter().filter(|path| !own.contains(path)) {
                // What is in the end as this commit has it did not go.
                let stays = repository.entry(commit.tree, path)?
                    == repository.entry(change.revision.tree, path)?;
                if !stays {
                    paths.insert(path.clone());
                    touching.insert(commit.id);
                }
            }
            for (n, most) in [(seen, SEEN_MAX), (paths.len(), PATHS_MAX)] {
                if n > most {
                    let what = "the change, with what its commits touch on the way,".to_owned();
                    let limit = format!("{} files", obstat_model::text::grouped(most as u64));
                    return Err(PortError::TooLarge { what, limit });
                }
            }
        }
        Ok(Self { paths: paths.into_iter().collect(), commits: touching.into_iter().collect() })
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

    /// A change as rules see it: with such paths as files without lines, behind those that it changes.
    pub(crate) fn with<'a>(&self, change: &'a ChangeFacts) -> Cow<'a, ChangeFacts> {
        if self.paths.is_empty() {
            return Cow::Borrowed(change);
        }
        let file = |path: &RepoPath| ChangedFile {
            change: FileChange { path: path.clone(), old: None, new: None, content: None },
            lines: LineCount { added: 0, removed: 0 },
            hidden: Vec::new(),
        };
        let mut seen = change.clone();
        seen.files.extend(self.paths.iter().map(file));
        Cow::Owned(seen)
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
