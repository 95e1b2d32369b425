//! The newest commits of heads beside the target, and which of them touch a path; judges nothing.

use crate::ports::{Commit, PortError, Repository};
use crate::traces;
use obstat_model::object::{Oid, RepoPath};
use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};

/// Most paths of one commit that are kept: one that touches more is taken to touch all.
const TOUCHED_MAX: usize = 1_000;

/// Commits, walked once for all parts of an advance.
#[derive(Debug)]
pub(crate) struct Others {
    pub(crate) commits: Vec<Commit>,
    /// Their trees.
    pub(crate) trees: HashMap<Oid, Oid>,
    by_path: OnceCell<ByPath>,
    tracing: OnceCell<Vec<Commit>>,
}

/// Places of commits by paths that they have otherwise than one of their parents; of those that touch many, too.
#[derive(Debug, Default)]
struct ByPath {
    few: HashMap<RepoPath, Vec<usize>>,
    many: Vec<usize>,
}

impl Others {
    pub(crate) fn new(commits: Vec<Commit>) -> Self {
        let trees = commits.iter().map(|commit| (commit.id, commit.tree)).collect();
        Self { commits, trees, by_path: OnceCell::new(), tracing: OnceCell::new() }
    }

    /// Those that touch one of some paths, in the order in which all are.
    pub(crate) fn that_touch<'a>(
        &self,
        repository: &dyn Repository,
        paths: impl Iterator<Item = &'a RepoPath>,
    ) -> Result<Vec<&Commit>, PortError> {
        let index = match self.by_path.get() {
            Some(index) => index,
            None => {
                let made = self.index(repository)?;
                self.by_path.get_or_init(|| made)
            }
        };
        let mut places: BTreeSet<usize> = index.many.iter().copied().collect();
        places.extend(paths.filter_map(|path| index.few.get(path)).flatten());
        Ok(places.into_iter().filter_map(|at| self.commits.get(at)).collect())
    }

    fn index(&self, repository: &dyn Repository) -> Result<ByPath, PortError> {
        let mut found = ByPath::default();
        for (at, commit) in self.commits.iter().enumerate() {
            match self.touched(repository, commit)? {
                Some(paths) => {
                    for path in paths {
                        found.few.entry(path).or_default().push(at);
                    }
                }
                None => found.many.push(at),
            }
        }
        Ok(found)
    }

    /// Paths that differ from any parent; `None` where they are many, or cannot be told.
    fn touched(
        &self,
        repository: &dyn Repository,
        commit: &Commit,
    ) -> Result<Option<BTreeSet<RepoPath>>, PortError> {
        let mut found = BTreeSet::new();
        let mut parents: Vec<Option<Oid>> = Vec::new();
        for parent in &commit.parents {
            let known = self.trees.get(parent).copied().map(Ok);
            let read = || repository.commit_of_anybody(*parent).map(|commit| commit.tree);
            match known.unwrap_or_else(read) {
                Ok(tree) => parents.push(Some(tree)),
                Err(error) if error.is_of_one_object() => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        if parents.is_empty() {
            parents.push(None);
        }
        for parent in parents {
            let visited = repository.visit_changes(parent, Some(commit.tree), &mut |file| {
                found.insert(file.path);
                found.len() <= TOUCHED_MAX
            });
            match visited {
                Err(error) if error.is_of_one_object() => return Ok(None),
                other => other?,
            }
        }
        Ok((found.len() <= TOUCHED_MAX).then_some(found))
    }

    /// Those that bring traces.
    pub(crate) fn tracing(&self, repository: &dyn Repository) -> Result<&[Commit], PortError> {
        if let Some(known) = self.tracing.get() {
            return Ok(known);
        }
        let found = traces::tracing(repository, self.commits.iter().cloned())?;
        Ok(self.tracing.get_or_init(|| found))
    }
}
