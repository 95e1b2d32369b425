//! The port's methods, each a line or two over store, walk, merge and refs.

use super::{GitRepository, changes, holding};
use crate::merge::CleanRoom;
use crate::raw::tree::Node;
use crate::walk;
use obstat_gate::ports::{Commit, Merge, PortError, Repository};
use obstat_model::change::{FileChange, FileState};
use obstat_model::object::{Oid, RefName, RepoPath};
use obstat_model::text::grouped;

/// Refs under which heads that were pushed over are kept.
pub const SUPERSEDED: &str = "refs/obstat/superseded/";
/// Where the gate keeps its own.
const OWN: &str = "refs/obstat/";

/// Most files and directories that are listed below one: trees that repeat each other can name billions.
const BELOW_MAX: usize = 100_000;

impl Repository for GitRepository {
    fn commit(&self, id: Oid) -> Result<Commit, PortError> {
        self.store.commit(id)
    }

    fn commit_of_anybody(&self, id: Oid) -> Result<Commit, PortError> {
        self.store.commit_of_anybody(id)
    }

    fn peel(&self, id: Oid) -> Result<Oid, PortError> {
        self.store.peel(id)
    }

    fn changes(&self, old: Option<Oid>, new: Option<Oid>) -> Result<Vec<FileChange>, PortError> {
        changes::between(&self.store, old, new)
    }

    fn touched(
        &self,
        old: Oid,
        new: Oid,
        more: &mut dyn FnMut(RepoPath) -> bool,
    ) -> Result<(), PortError> {
        changes::touched(&self.store, (old, new), more)
    }

    fn visit_changes(
        &self,
        old: Option<Oid>,
        new: Option<Oid>,
        more: &mut dyn FnMut(FileChange) -> bool,
    ) -> Result<(), PortError> {
        changes::visit(&self.store, (old, new), more)
    }

    fn blob(&self, id: Oid, cap: u64) -> Result<Option<Vec<u8>>, PortError> {
        self.store.blob(id, cap)
    }

    fn entry(&self, tree: Oid, path: &RepoPath) -> Result<Option<FileState>, PortError> {
        match self.node(tree, path)? {
            Some(Node::Leaf(state)) => Ok(Some(state)),
            _ => Ok(None),
        }
    }

    fn subtree(&self, tree: Oid, path: &RepoPath) -> Result<Option<Oid>, PortError> {
        match self.node(tree, path)? {
            Some(Node::Tree(id)) => Ok(Some(id)),
            _ => Ok(None),
        }
    }

    fn names(&self, tree: Oid, dir: &RepoPath) -> Result<Vec<Box<[u8]>>, PortError> {
        let found = if dir.as_bytes().is_empty() { Some(tree) } else { self.subtree(tree, dir)? };
        let entries = found.map(|id| self.store.tree(id)).transpose()?.unwrap_or_default();
        Ok(entries.iter().map(|(name, _)| name.clone()).collect())
    }

    fn files_below(
        &self,
        tree: Oid,
        dir: &RepoPath,
    ) -> Result<Vec<(RepoPath, FileState)>, PortError> {
        let Some(top) = self.subtree(tree, dir)? else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        let mut todo = vec![(dir.as_bytes().to_vec(), top)];
        let mut seen = 0;
        while let Some((prefix, id)) = todo.pop() {
            for (name, node) in self.store.tree(id)?.iter() {
                seen += 1;
                if seen > BELOW_MAX {
                    let what = format!("what lies below {dir}");
                    let limit = format!("{} entries", grouped(BELOW_MAX as u64));
                    return Err(PortError::TooLarge { what, limit });
                }
                let path = [prefix.as_slice(), b"/", name].concat();
                match node {
                    Node::Tree(id) => todo.push((path, *id)),
                    Node::Leaf(state) => found.push((RepoPath::new(path), *state)),
                }
            }
        }
        found.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(found)
    }

    fn commits_between(&self, not: Option<Oid>, head: Oid) -> Result<Vec<Commit>, PortError> {
        walk::between(&self.store, not, (&[head], walk::Of::Change), walk::COMMITS_MAX)
    }

    fn commits_of(
        &self,
        not: Option<Oid>,
        heads: &[Oid],
        most: usize,
    ) -> Result<Vec<Commit>, PortError> {
        walk::between(&self.store, not, (heads, walk::Of::Anybody), most)
    }

    fn first_parents(
        &self,
        from: Option<Oid>,
        head: Oid,
    ) -> Result<Option<Vec<Commit>>, PortError> {
        walk::first_parents(&self.store, from, head)
    }

    fn is_ancestor(&self, old: Oid, new: Oid) -> Result<bool, PortError> {
        walk::is_ancestor(&self.store, old, new)
    }

    fn merge_bases(&self, a: Oid, b: Oid) -> Result<Vec<Oid>, PortError> {
        walk::merge_bases(&self.store, a, b)
    }

    fn apply(&self, from: Oid, to: Oid, onto: Oid) -> Result<Merge, PortError> {
        if to == from || onto == from {
            return Ok(Merge::Tree(if to == from { onto } else { to }));
        }
        if let Some(rooms) = &self.apart {
            let objects = self.store.read_by(|| self.read_trees([from, to, onto].map(Some)))?;
            let room = CleanRoom::new(&[])?;
            room.fill(&objects)?;
            let applied = room.apply(from, to, onto)?;
            self.store.add(&room.objects())?;
            rooms.borrow_mut().push(room);
            return Ok(applied);
        }
        if self.store.is_watched() {
            self.read_trees([from, to, onto].map(Some))?;
        }
        Ok(self.clean_room()?.apply(from, to, onto)?)
    }

    fn merge(&self, ours: Oid, theirs: Oid) -> Result<Merge, PortError> {
        if let Some(rooms) = &self.apart {
            let objects = self.store.read_by(|| self.read_for_merge(ours, theirs))?;
            let room = CleanRoom::new(&[])?;
            room.fill(&objects)?;
            let merged = room.merge(ours, theirs)?;
            self.store.add(&room.objects())?;
            rooms.borrow_mut().push(room);
            return Ok(merged);
        }
        if self.store.is_watched() {
            self.read_for_merge(ours, theirs)?;
        }
        Ok(self.clean_room()?.merge(ours, theirs)?)
    }

    fn reference(&self, name: &RefName) -> Result<Option<Oid>, PortError> {
        Ok(self.refs.find(name)?)
    }

    fn symbolic(&self, name: &RefName) -> Result<Option<RefName>, PortError> {
        let target = self.symbolic_target(name.as_str());
        Ok(target.and_then(|target| RefName::parse(&target).ok()))
    }

    fn holding(
        &self,
        tree: Oid,
        base: Option<Oid>,
        files: &[(&RepoPath, FileState)],
    ) -> Result<Vec<usize>, PortError> {
        let all = files.iter().enumerate().map(|(at, (path, state))| (at, path.as_bytes(), *state));
        let mut found = Vec::new();
        holding::search(&self.store, (tree, base), &all.collect::<Vec<_>>(), &mut found)?;
        found.sort_unstable();
        Ok(found)
    }

    fn other_heads(&self) -> Result<Vec<Oid>, PortError> {
        // What a push that is being judged leaves behind counts as well.
        let mut heads = self.refs.left_behind().to_vec();
        for prefix in ["refs/heads/", "refs/remotes/", SUPERSEDED] {
            heads.extend(self.refs.below(prefix)?.into_iter().map(|(_, id)| id));
        }
        heads.sort_unstable();
        heads.dedup();
        Ok(heads)
    }

    fn reference_before(&self, name: &RefName) -> Result<Option<Oid>, PortError> {
        Ok(self.refs.find_before(name)?)
    }

    fn outside(&self, heads: &[Oid]) -> Result<Vec<Commit>, PortError> {
        let named = self.refs.before()?;
        let is_searched = |name: &str| !name.starts_with(OWN) || name.starts_with(SUPERSEDED);
        let named = named.into_iter().filter(|(name, _)| is_searched(name.as_str()));
        // What leads to no commit, or to one that cannot be read, reaches nothing.
        let tips = named.filter_map(|(_, id)| self.peel(id).ok());
        let tips: Vec<Oid> = tips.filter(|id| self.commit_of_anybody(*id).is_ok()).collect();
        walk::outside(&self.store, &tips, heads)
    }

    /// `abcdef…`, `ab/cdef…`, `ab/cd/ef…`: git's `notes.c` reads each, and all that there are.
    fn noted(&self, tree: Oid, commit: Oid) -> Result<Vec<FileState>, PortError> {
        let hex = commit.to_string();
        let (mut found, mut here, mut rest) = (Vec::new(), tree, hex.as_str());
        loop {
            let entries = self.store.tree(here)?;
            let at = |name: &str| {
                let found = entries.binary_search_by(|entry| (*entry.0).cmp(name.as_bytes()));
                found.ok().and_then(|at| entries.get(at)).map(|entry| entry.1)
            };
            if let Some(Node::Leaf(state)) = at(rest) {
                found.push(state);
            }
            let Some((first, more)) = rest.split_at_checked(2).filter(|cut| !cut.1.is_empty())
            else {
                return Ok(found);
            };
            let Some(Node::Tree(below)) = at(first) else { return Ok(found) };
            (here, rest) = (below, more);
        }
    }
}

impl GitRepository {
    /// Reads what git reads to merge two commits, so that whoever watches the store sees it.
    fn read_for_merge(&self, ours: Oid, theirs: Oid) -> Result<(), PortError> {
        let base = self.merge_base(ours, theirs)?;
        let tree = |id: Oid| self.commit(id).map(|c| c.tree);
        self.read_trees([Some(tree(ours)?), Some(tree(theirs)?), base.map(tree).transpose()?])
    }

    /// Reads what git reads of three trees to merge them.
    fn read_trees(&self, sides: [Option<Oid>; 3]) -> Result<(), PortError> {
        for from in sides {
            // Also where nothing differs.
            if let Some(root) = from {
                self.store.tree(root)?;
            }
            for to in sides {
                changes::between(&self.store, from, to)?;
            }
        }
        Ok(())
    }

    /// Paths that differ between two trees, contents not looked at.
    ///
    /// # Errors
    /// [`PortError`] when a tree is missing or malformed.
    pub fn changed_paths(&self, old: Oid, new: Oid) -> Result<Vec<RepoPath>, PortError> {
        let found = changes::listed(&self.store, Some(old), Some(new))?;
        Ok(found.into_iter().map(|c| c.path).collect())
    }

    /// All notes of a notes ref: annotated object and blob.
    ///
    /// # Errors
    /// [`PortError`] when the notes tree cannot be read.
    pub fn notes(&self, name: &RefName) -> Result<Vec<(Oid, Oid)>, PortError> {
        let Some(tip) = self.refs.find(name)? else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        let mut todo = vec![(String::new(), self.store.commit(tip)?.tree)];
        while let Some((prefix, id)) = todo.pop() {
            for (part, node) in self.store.tree(id)?.iter() {
                let hex = format!("{prefix}{}", String::from_utf8_lossy(part));
                match *node {
                    Node::Tree(id) if hex.len() < 40 => todo.push((hex, id)),
                    Node::Leaf(state) => found.extend(hex.parse().ok().map(|c| (c, state.oid))),
                    Node::Tree(_) => {}
                }
            }
        }
        Ok(found)
    }

    fn node(&self, tree: Oid, path: &RepoPath) -> Result<Option<Node>, PortError> {
        let mut here = Node::Tree(tree);
        for part in path.as_bytes().split(|b| *b == b'/') {
            let Node::Tree(id) = here else { return Ok(None) };
            let entries = self.store.tree(id)?;
            let found = entries.binary_search_by(|e| (*e.0).cmp(part)).ok();
            match found.and_then(|i| entries.get(i)) {
                Some(entry) => here = entry.1,
                None => return Ok(None),
            }
        }
        Ok(Some(here))
    }
}
