//! Commits and their parents, read once for all landings of a repository; judges nothing.

use crate::error::CliError;
use obstat_gate::ports::Commit;
use obstat_git::GitRepository;
use obstat_git::history::{self, Span};
use obstat_model::object::{Oid, RepoPath};
use std::collections::{HashMap, HashSet};

/// Which commit comes from which.
#[derive(Debug, Default)]
pub(super) struct Graph {
    parents: HashMap<Oid, Box<[Oid]>>,
    seen: HashSet<Oid>,
}

impl Graph {
    /// Everything reachable from heads.
    pub(super) fn read(repository: &GitRepository, heads: &[Oid]) -> Result<Self, CliError> {
        let mut graph = Self::default();
        let each = |commit: Commit, _: &[RepoPath]| (commit.id, commit.parents.into_boxed_slice());
        let span = Span { heads, not: &[], files: false };
        history::walk(repository.directory(), span, &each, &mut |(id, parents)| {
            graph.parents.insert(id, parents);
        })?;
        Ok(graph)
    }

    /// Whether it holds a commit.
    pub(super) fn holds(&self, id: Oid) -> bool {
        self.parents.contains_key(&id)
    }

    /// What is reachable from a commit and was not come to by an earlier call.
    pub(super) fn fresh(&mut self, head: Oid) -> Vec<Oid> {
        let (mut found, mut todo) = (Vec::new(), vec![head]);
        while let Some(id) = todo.pop() {
            if self.seen.insert(id) {
                found.push(id);
                todo.extend(self.parents.get(&id).into_iter().flatten().copied());
            }
        }
        found
    }

    /// First parents from `head` back to, and without, `from`; newest first. `None` where `from` is
    /// not among them.
    pub(super) fn first_parents(&self, from: Option<Oid>, head: Oid) -> Option<Vec<Oid>> {
        let (mut found, mut next) = (Vec::new(), Some(head));
        while let Some(id) = next.filter(|id| Some(*id) != from) {
            found.push(id);
            next = self.parents.get(&id).and_then(|parents| parents.first()).copied();
        }
        (next == from).then_some(found)
    }
}
