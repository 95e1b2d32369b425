//! What the pipeline asks of the outside world; knows no git library, forge or database.

use obstat_model::change::{FileChange, FileState};
use obstat_model::id::{ChangeDigest, StatementHash};
use obstat_model::object::{Oid, RefName, RepoPath};
use std::collections::HashSet;
use thiserror::Error;

/// A fact that could not be had. Never a reason to pass.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PortError {
    /// An object is not in the repository.
    #[error(
        "object {0} is missing: the history is incomplete; fetch it with `git fetch --unshallow` or `git fetch`"
    )]
    Missing(Oid),
    /// An object is there but is no well-formed object of the wanted kind.
    #[error("object {id} is not a valid {wanted}: {why}")]
    Malformed {
        /// Which object.
        id: Oid,
        /// `commit`, `tree` or `blob`.
        wanted: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// Something is larger than what is looked at.
    #[error("{what} is larger than the limit of {limit}")]
    TooLarge {
        /// What.
        what: String,
        /// The limit, with its unit.
        limit: String,
    },
    /// The repository could not be read or written.
    #[error("{0}")]
    Unreadable(String),
    /// A record does not verify against the trust root.
    #[error("{0}")]
    Untrusted(String),
}

impl PortError {
    /// Whether it is one object's fault, not the repository's: whoever wrote that object is no reason to
    /// stop others.
    #[must_use]
    pub const fn is_of_one_object(&self) -> bool {
        matches!(self, Self::Missing(_) | Self::Malformed { .. } | Self::TooLarge { .. })
    }
}

/// Name, address and time as a commit writes them; bytes, not necessarily UTF-8.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RawSignature {
    /// Display name.
    pub name: Vec<u8>,
    /// E-mail address.
    pub email: Vec<u8>,
    /// Seconds since 1970, as claimed.
    pub at: i64,
}

/// A commit as stored: replace refs and grafts are never applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: Oid,
    /// Its tree.
    pub tree: Oid,
    /// Its parents, first parent first.
    pub parents: Vec<Oid>,
    /// Who wrote it, as it claims.
    pub author: RawSignature,
    /// Who committed it, as it claims.
    pub committer: RawSignature,
    /// The message.
    pub message: Vec<u8>,
}

/// A merge recomputed with fixed options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// It is clean and gives this tree.
    Tree(Oid),
    /// It has conflicts, which a person resolved or must resolve.
    Conflict,
}

/// Reads content. Implementations run nothing that a repository could configure.
pub trait Repository {
    /// One commit.
    ///
    /// # Errors
    /// [`PortError`] when it is missing or malformed.
    fn commit(&self, id: Oid) -> Result<Commit, PortError>;

    /// As [`Repository::commit`], of a commit that anybody may have named: nothing large is read to find that it
    /// is too large.
    ///
    /// # Errors
    /// [`PortError`] when it is missing, too large or malformed.
    fn commit_of_anybody(&self, id: Oid) -> Result<Commit, PortError> {
        self.commit(id)
    }

    /// Whether a commit is here and can be used as one: what others name may be anything.
    ///
    /// # Errors
    /// [`PortError`] when that cannot be told.
    fn has_commit(&self, id: Oid) -> Result<bool, PortError> {
        match self.commit_of_anybody(id) {
            Ok(_) => Ok(true),
            Err(error) if error.is_of_one_object() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The commit that an object is or, for an annotated tag, names.
    ///
    /// # Errors
    /// [`PortError`] when it leads to no commit.
    fn peel(&self, id: Oid) -> Result<Oid, PortError>;

    /// The paths that differ between two trees, sorted; `None` is the empty tree. `content` of
    /// each is filled.
    ///
    /// # Errors
    /// [`PortError`] when a tree or blob is missing or malformed.
    fn changes(&self, old: Option<Oid>, new: Option<Oid>) -> Result<Vec<FileChange>, PortError>;

    /// As [`Repository::changes`], in no order and without `content`, as long as `more` asks for them.
    ///
    /// # Errors
    /// [`PortError`] when a tree is missing or malformed.
    fn visit_changes(
        &self,
        old: Option<Oid>,
        new: Option<Oid>,
        more: &mut dyn FnMut(FileChange) -> bool,
    ) -> Result<(), PortError>;

    /// Paths that differ between two trees, in no order, as long as `more` asks for them.
    ///
    /// # Errors
    /// [`PortError`] when a tree is missing or malformed.
    fn touched(
        &self,
        old: Oid,
        new: Oid,
        more: &mut dyn FnMut(RepoPath) -> bool,
    ) -> Result<(), PortError> {
        self.visit_changes(Some(old), Some(new), &mut |change| more(change.path))
    }

    /// The bytes of a blob, or `None` when it is larger than `cap` bytes.
    ///
    /// # Errors
    /// [`PortError`] when it is missing.
    fn blob(&self, id: Oid, cap: u64) -> Result<Option<Vec<u8>>, PortError>;

    /// The entry of a tree at a path, if it is a file, link or submodule.
    ///
    /// # Errors
    /// [`PortError`] when a tree is missing or malformed.
    fn entry(&self, tree: Oid, path: &RepoPath) -> Result<Option<FileState>, PortError>;

    /// The tree at a path of a tree.
    ///
    /// # Errors
    /// [`PortError`] when a tree is missing or malformed.
    fn subtree(&self, tree: Oid, path: &RepoPath) -> Result<Option<Oid>, PortError>;

    /// Names in one directory of a tree, the empty path being its root; empty when there is none.
    ///
    /// # Errors
    /// [`PortError`] when a tree is missing or malformed.
    fn names(&self, tree: Oid, dir: &RepoPath) -> Result<Vec<Box<[u8]>>, PortError>;

    /// All files below a directory of a tree, sorted; empty when there is none.
    ///
    /// # Errors
    /// [`PortError`] when a tree is missing or malformed.
    fn files_below(
        &self,
        tree: Oid,
        dir: &RepoPath,
    ) -> Result<Vec<(RepoPath, FileState)>, PortError>;

    /// Every commit reachable from `head` and not from `not`, newest first, whatever commit dates say.
    ///
    /// # Errors
    /// [`PortError`] when history is incomplete.
    fn commits_between(&self, not: Option<Oid>, head: Oid) -> Result<Vec<Commit>, PortError>;

    /// As [`Repository::commits_between`], from any of several heads of anybody, each commit once: the newest `most`. What
    /// cannot be read there is left out; of long messages only both ends are there. Where commit dates lie, some may be
    /// reachable from `not`.
    ///
    /// # Errors
    /// [`PortError`] when history is incomplete.
    fn commits_of(
        &self,
        not: Option<Oid>,
        heads: &[Oid],
        most: usize,
    ) -> Result<Vec<Commit>, PortError>;

    /// First parents from `head` back to, and without, `from`; oldest first. `None` when `from`
    /// is not among them. Without `from`: back to the root.
    ///
    /// # Errors
    /// [`PortError`] when history is incomplete.
    fn first_parents(&self, from: Option<Oid>, head: Oid)
    -> Result<Option<Vec<Commit>>, PortError>;

    /// Whether `old` is `new` or an ancestor of it.
    ///
    /// # Errors
    /// [`PortError`] when history is incomplete.
    fn is_ancestor(&self, old: Oid, new: Oid) -> Result<bool, PortError>;

    /// One best common ancestor.
    ///
    /// # Errors
    /// [`PortError`] when history is incomplete.
    fn merge_base(&self, a: Oid, b: Oid) -> Result<Option<Oid>, PortError> {
        Ok(self.merge_bases(a, b)?.first().copied())
    }

    /// Best common ancestors, the newest by claimed date first; of many, two.
    ///
    /// # Errors
    /// [`PortError`] when history is incomplete.
    fn merge_bases(&self, a: Oid, b: Oid) -> Result<Vec<Oid>, PortError>;

    /// The merge of two commits, recomputed.
    ///
    /// # Errors
    /// [`PortError`] when it could not be computed at all.
    fn merge(&self, ours: Oid, theirs: Oid) -> Result<Merge, PortError>;

    /// The difference between two trees, applied to a third: their three-way merge, under the same
    /// options as [`Repository::merge`].
    ///
    /// # Errors
    /// [`PortError`] when it could not be computed at all.
    fn apply(&self, from: Oid, to: Oid, onto: Oid) -> Result<Merge, PortError>;

    /// What a ref points to, as it will be if the present push is accepted.
    ///
    /// # Errors
    /// [`PortError`] when refs cannot be read.
    fn reference(&self, name: &RefName) -> Result<Option<Oid>, PortError>;

    /// The ref that a symbolic ref stands for; `None` for plain and missing refs.
    ///
    /// # Errors
    /// [`PortError`] when refs cannot be read.
    fn symbolic(&self, name: &RefName) -> Result<Option<RefName>, PortError>;

    /// Places in `files` of those that a tree of anybody holds in just this state; what cannot be read of
    /// it holds none: whoever hides what they made need not push it at all. `base` is a tree that holds
    /// none of them so, to be quick where both are the same.
    ///
    /// # Errors
    /// [`PortError`] when a tree of `base` is missing or malformed.
    fn holding(
        &self,
        tree: Oid,
        base: Option<Oid>,
        files: &[(&RepoPath, FileState)],
    ) -> Result<Vec<usize>, PortError>;

    /// Tips of all branches, of branches as remotes last had them, and all superseded heads.
    ///
    /// # Errors
    /// [`PortError`] when refs cannot be read.
    fn other_heads(&self) -> Result<Vec<Oid>, PortError>;

    /// What a ref points to as long as the present push is not accepted.
    ///
    /// # Errors
    /// [`PortError`] when refs cannot be read.
    fn reference_before(&self, name: &RefName) -> Result<Option<Oid>, PortError>;

    /// Commits at or below heads that no ref reached before the present push, in no order. Packs bring objects that
    /// nothing names, so that being here does not tell.
    ///
    /// # Errors
    /// [`PortError`] when refs cannot be read, or history is incomplete.
    fn outside(&self, heads: &[Oid]) -> Result<Vec<Commit>, PortError>;

    /// What a tree of notes has for a commit, however git may spread its name over directories.
    ///
    /// # Errors
    /// [`PortError`] when a tree is missing or malformed.
    fn noted(&self, tree: Oid, commit: Oid) -> Result<Vec<FileState>, PortError>;
}

/// The name of somebody at a transport or forge.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Account {
    /// Where: as [`obstat_model::roster::Account::host`].
    pub host: String,
    /// The login.
    pub login: String,
}

/// Signed records of earlier acts, as bytes: who reads them must verify them.
pub trait Records {
    /// Envelopes of people's statements filed under a digest.
    ///
    /// # Errors
    /// [`PortError`] when they cannot be read.
    fn statements(&self, digest: ChangeDigest) -> Result<Vec<Vec<u8>>, PortError>;

    /// Envelopes filed under any digest but this one, at most `cap`; more are an error.
    ///
    /// # Errors
    /// [`PortError`] when they cannot be read or are too many.
    fn other_statements(&self, digest: ChangeDigest, cap: usize)
    -> Result<Vec<Vec<u8>>, PortError>;

    /// The gate's receipt for a statement.
    ///
    /// # Errors
    /// [`PortError`] when it cannot be read.
    fn receipt(&self, statement: StatementHash) -> Result<Option<Vec<u8>>, PortError>;

    /// The gate's receipts for some statements, where there are; of many at once.
    ///
    /// # Errors
    /// [`PortError`] when they cannot be read.
    fn receipts(
        &self,
        of: &HashSet<StatementHash>,
    ) -> Result<Vec<(StatementHash, Vec<u8>)>, PortError>;

    /// Records of the landings that made a commit the tip of a target, newest first.
    ///
    /// # Errors
    /// [`PortError`] when they cannot be read.
    fn landings_at(&self, target: &RefName, tip: Oid) -> Result<Vec<Vec<u8>>, PortError>;

    /// The clearance of the last landing that made a commit the tip of a target.
    ///
    /// # Errors
    /// [`PortError`] when it cannot be read.
    fn clearance_at(&self, target: &RefName, tip: Oid) -> Result<Option<Vec<u8>>, PortError>;

    /// The record of the last landing on a target.
    ///
    /// # Errors
    /// [`PortError`] when it cannot be read.
    fn last_landing(&self, target: &RefName) -> Result<Option<Vec<u8>>, PortError>;

    /// All landings of a target, newest first, until `more` says no.
    ///
    /// # Errors
    /// [`PortError`] when records cannot be read.
    fn landings_on(
        &self,
        target: &RefName,
        more: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<(), PortError>;

    /// Records of landings of a digest on any target.
    ///
    /// # Errors
    /// [`PortError`] when they cannot be read.
    fn landings_of(&self, digest: ChangeDigest) -> Result<Vec<Vec<u8>>, PortError>;

    /// Records of landings for which a statement counted.
    ///
    /// # Errors
    /// [`PortError`] when they cannot be read.
    fn landings_with(&self, statement: StatementHash) -> Result<Vec<Vec<u8>>, PortError>;

    /// Records of landings that changed decision inputs, in any order.
    ///
    /// # Errors
    /// [`PortError`] when they cannot be read.
    fn input_steps(&self) -> Result<Vec<Vec<u8>>, PortError>;

    /// Logins of those who brought a commit to a ref that nobody protects, each with its host. Not signed: it
    /// only excludes.
    ///
    /// # Errors
    /// [`PortError`] when they cannot be read.
    fn brought_by(&self, commit: Oid) -> Result<Vec<Account>, PortError>;

    /// Notes on a commit that were taken away or replaced, at most `cap` bytes each; of larger ones nothing.
    ///
    /// # Errors
    /// [`PortError`] when they cannot be read.
    fn earlier_notes(&self, commit: Oid, cap: u64) -> Result<Vec<Option<Vec<u8>>>, PortError>;

    /// Records of all targets, newest first, as long as `more` asks for the next one.
    ///
    /// # Errors
    /// [`PortError`] when they cannot be read.
    fn newest_landings(&self, more: &mut dyn FnMut(&[u8]) -> bool) -> Result<(), PortError>;
}

/// Keeps what was read and checked, by the id of the object, where pushers cannot write.
pub trait InputsCache {
    /// What was kept for a blob or tree.
    fn recall(&self, object: Oid) -> Option<Vec<u8>>;
    /// Keeps bytes for a blob or tree; failing to is no error.
    fn keep(&self, object: Oid, bytes: &[u8]);
}

/// A cache that keeps nothing.
#[derive(Debug, Clone, Copy)]
pub struct NoCache;

impl InputsCache for NoCache {
    fn recall(&self, _: Oid) -> Option<Vec<u8>> {
        None
    }
    fn keep(&self, _: Oid, _: &[u8]) {}
}
