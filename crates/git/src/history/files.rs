//! Paths that a commit changed against its first parent, for audits of whole histories: as
//! `git log --name-only` names them without renames. Merges change nothing of their own.

use super::{Stored, failed, find, header, keep_bases};
use crate::error::GitError;
use obstat_model::object::RepoPath;
use std::cmp::Ordering;

/// Deepest directory that is followed; git itself stops at 2,048 by default.
const DEPTH_MAX: usize = 2_048;
/// Bytes of objects that are kept, for neighbours in history share most of their trees.
const CACHE_BYTES: usize = 3 << 20;

/// Bytes of objects that others are deltas of.
const BASES_BYTES: usize = 3 << 20;

/// Compares trees by one thread.
pub(super) struct Files {
    repository: gix::Repository,
}

impl Files {
    pub(super) fn new(mut repository: gix::Repository) -> Self {
        repository.object_cache_size(CACHE_BYTES);
        keep_bases(&mut repository, BASES_BYTES);
        Self { repository }
    }

    /// The paths that a stored commit changed.
    pub(super) fn changed(&self, commit: &Stored) -> Result<Vec<RepoPath>, GitError> {
        let mut parents = super::parents(&commit.bytes).into_iter();
        let (first, second) = (parents.next(), parents.next());
        if second.is_some() {
            return Ok(Vec::new());
        }
        let old = match (first, commit.before) {
            (None, _) => None,
            (_, Some(tree)) => Some(tree),
            (Some(parent), None) => tree_of(&find(&self.repository, parent)?.bytes),
        };
        let mut found = Vec::new();
        self.compare(&mut Vec::new(), (old, tree_of(&commit.bytes)), &mut found)?;
        Ok(found)
    }

    fn compare(
        &self,
        prefix: &mut Vec<u8>,
        (old, new): (Option<gix::ObjectId>, Option<gix::ObjectId>),
        found: &mut Vec<RepoPath>,
    ) -> Result<(), GitError> {
        if old == new {
            return Ok(());
        }
        if prefix.iter().filter(|b| **b == b'/').count() > DEPTH_MAX {
            return Err(failed(format!("a tree is deeper than {DEPTH_MAX} levels")));
        }
        let (old, new) = (self.tree(old)?, self.tree(new)?);
        let mut left = Entries(old.as_ref().map_or(&[], |tree| &tree.data));
        let mut right = Entries(new.as_ref().map_or(&[], |tree| &tree.data));
        loop {
            let (before, after) = (left.first()?, right.first()?);
            let order = match (&before, &after) {
                (None, None) => return Ok(()),
                // Most entries of a tree are those of before.
                (Some((a, _)), _) if right.0.starts_with(a.raw) => Ordering::Equal,
                (Some((a, _)), Some((b, _))) => a.order(b),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
            };
            let before = before.filter(|_| order.is_le());
            let after = after.filter(|_| order.is_ge());
            if let Some((_, rest)) = &before {
                left.0 = rest;
            }
            if let Some((_, rest)) = &after {
                right.0 = rest;
            }
            let (a, b) = (before.map(|b| b.0), after.map(|a| a.0));
            if a.as_ref().map(|e| e.raw) != b.as_ref().map(|e| e.raw) {
                self.entry(prefix, (a, b), found)?;
            }
        }
    }

    /// Entries of one name that differ: a file, or directories to be compared.
    fn entry(
        &self,
        prefix: &mut Vec<u8>,
        (a, b): (Option<Entry<'_>>, Option<Entry<'_>>),
        found: &mut Vec<RepoPath>,
    ) -> Result<(), GitError> {
        let Some(name) = a.as_ref().or(b.as_ref()).map(|entry| entry.name) else { return Ok(()) };
        let length = prefix.len();
        prefix.extend_from_slice(name);
        let is_tree = |entry: &Option<Entry<'_>>| entry.as_ref().is_some_and(|e| e.is_tree);
        if is_tree(&a) || is_tree(&b) {
            prefix.push(b'/');
            let tree = |entry: &Option<Entry<'_>>| {
                entry.as_ref().filter(|e| e.is_tree).and_then(|e| e.id())
            };
            self.compare(prefix, (tree(&a), tree(&b)), found)?;
        } else {
            found.push(RepoPath::new(prefix.clone()));
        }
        prefix.truncate(length);
        Ok(())
    }

    fn tree(&self, id: Option<gix::ObjectId>) -> Result<Option<gix::Object<'_>>, GitError> {
        let Some(id) = id else { return Ok(None) };
        let object = self.repository.find_object(id).map_err(|e| failed(e.to_string()))?;
        if object.kind != gix::object::Kind::Tree {
            return Err(failed(format!("{id} is a {}, not a tree", object.kind)));
        }
        Ok(Some(object))
    }
}

/// The tree of a stored commit.
pub(super) fn tree_of(commit: &[u8]) -> Option<gix::ObjectId> {
    let hex = header(commit).next()?.strip_prefix(b"tree ")?;
    gix::ObjectId::from_hex(hex).ok()
}

/// An entry of a stored tree.
struct Entry<'a> {
    raw: &'a [u8],
    name: &'a [u8],
    is_tree: bool,
    oid: &'a [u8],
}

impl Entry<'_> {
    fn id(&self) -> Option<gix::ObjectId> {
        gix::ObjectId::try_from(self.oid).ok()
    }

    /// The order of trees: directories as if their names ended with a slash.
    fn order(&self, other: &Entry<'_>) -> Ordering {
        let length = self.name.len().min(other.name.len());
        let (a, b) = (self.name.split_at_checked(length), other.name.split_at_checked(length));
        let ((a, a_rest), (b, b_rest)) = (a.unwrap_or_default(), b.unwrap_or_default());
        let end = |rest: &[u8], is_tree: bool| {
            rest.first().copied().unwrap_or(if is_tree { b'/' } else { 0 })
        };
        let ends = end(a_rest, self.is_tree).cmp(&end(b_rest, other.is_tree));
        a.cmp(b).then(ends).then(a_rest.len().cmp(&b_rest.len()))
    }
}

/// Entries of a stored tree, in its order.
struct Entries<'a>(&'a [u8]);

/// Bytes of an object id in trees: SHA-1.
const WIDTH: usize = 20;

impl<'a> Entries<'a> {
    /// The first entry, and what follows it.
    fn first(&self) -> Result<Option<(Entry<'a>, &'a [u8])>, GitError> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let found = one(self.0).ok_or_else(|| failed("a tree is cut off".to_owned()))?;
        Ok(Some(found))
    }
}

fn one(bytes: &[u8]) -> Option<(Entry<'_>, &[u8])> {
    let (mode, rest) = bytes.split_at_checked(bytes.iter().position(|b| *b == b' ')?)?;
    let rest = rest.get(1..)?;
    let (name, rest) = rest.split_at_checked(rest.iter().position(|b| *b == 0)?)?;
    let (oid, rest) = rest.get(1..)?.split_at_checked(WIDTH)?;
    let raw = bytes.get(..bytes.len() - rest.len())?;
    Some((Entry { raw, name, is_tree: mode == b"40000", oid }, rest))
}
