//! Opens repositories without reading their configuration for anything but the format.

use super::GitRepository;
use crate::error::GitError;
use crate::refs::Refs;
use crate::store::{Object, Store, from_git};
use obstat_model::object::{Oid, RefName};
use std::cell::OnceCell;
use std::path::{Path, PathBuf};

/// Where a push that is being judged keeps its objects, as receive-pack tells its hooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantine {
    /// `GIT_OBJECT_DIRECTORY`.
    pub objects: PathBuf,
}

impl GitRepository {
    /// Opens the repository that a directory belongs to, searching upwards as git does.
    ///
    /// # Errors
    /// [`GitError::NoRepository`].
    pub fn discover(start: &Path) -> Result<Self, GitError> {
        let found = git2::Repository::discover(start);
        let found = found.map_err(|e| none(start, &e))?;
        Self::build(found, None)
    }

    /// Opens the git directory given, with the objects of a push in quarantine if there is one.
    ///
    /// # Errors
    /// [`GitError::NoRepository`].
    pub fn open(directory: &Path, quarantine: Option<&Quarantine>) -> Result<Self, GitError> {
        let flags = git2::RepositoryOpenFlags::NO_SEARCH;
        let none_above: [&Path; 0] = [];
        let found = git2::Repository::open_ext(directory, flags, none_above);
        Self::build(found.map_err(|e| none(directory, &e))?, quarantine)
    }

    fn build(found: git2::Repository, quarantine: Option<&Quarantine>) -> Result<Self, GitError> {
        let directory = found.path().to_owned();
        let mut objects: Vec<PathBuf> = quarantine.iter().map(|q| q.objects.clone()).collect();
        objects.push(found.commondir().join("objects"));
        let paths: Vec<&Path> = objects.iter().map(PathBuf::as_path).collect();
        let store = Store::open(&paths)?;
        let (refs, room, held) = (Refs::new(found), OnceCell::new(), Vec::new());
        Ok(Self { directory, objects, held, store, refs, room, apart: None })
    }

    /// A repository that lies in memory only: what a bundle holds.
    ///
    /// # Errors
    /// [`GitError::Port`] for an object whose bytes do not have its id.
    pub fn in_memory(objects: &[Object], refs: Vec<(RefName, Oid)>) -> Result<Self, GitError> {
        Ok(Self {
            directory: PathBuf::new(),
            objects: Vec::new(),
            held: objects.to_vec(),
            store: Store::in_memory(objects)?,
            refs: Refs::in_memory(refs),
            room: OnceCell::new(),
            apart: None,
        })
    }

    /// The working tree, if there is one.
    #[must_use]
    pub fn worktree(&self) -> Option<&Path> {
        self.refs.library().ok()?.workdir()
    }

    /// The commit that a revision names: a full id, a ref, `HEAD~2`.
    ///
    /// # Errors
    /// [`GitError::NoRevision`].
    pub fn resolve(&self, revision: &str) -> Result<Oid, GitError> {
        let none = || GitError::NoRevision(obstat_model::text::escape_cut(revision, 80));
        let library = self.refs.library()?;
        if revision == "HEAD" && library.is_empty().unwrap_or(false) {
            return Err(GitError::NoCommits);
        }
        let word = revision.split(['~', '^', ':']).next().unwrap_or_default();
        // `@{…}` ends a name; an `@` may be part of one.
        unambiguous(library, word.split("@{").next().unwrap_or_default())?;
        let is_gone = |e: &git2::Error| {
            let nothing = [git2::ErrorCode::NotFound, git2::ErrorCode::UnbornBranch];
            e.class() == git2::ErrorClass::Reference && nothing.contains(&e.code())
        };
        // A ref that is there and leads nowhere is another matter than a word that is no ref.
        let known =
            revision == "HEAD" || library.resolve_reference_from_short_name(revision).is_ok();
        let object = library.revparse_single(revision).map_err(|e| {
            if known && !is_gone(&e) {
                let revision = obstat_model::text::escape_cut(revision, 80);
                return GitError::Damaged { revision, why: e.message().to_owned() };
            }
            none()
        })?;
        let commit = object.peel(git2::ObjectType::Commit).map_err(|_| none())?;
        from_git(commit.id()).ok_or_else(none)
    }

    /// The commit that an object is or, for a tag, names.
    ///
    /// # Errors
    /// [`GitError::NoRevision`] when it leads to no commit.
    pub fn peel(&self, id: Oid) -> Result<Oid, GitError> {
        let none = || GitError::NoRevision(id.to_string());
        let object = self.refs.library()?.find_object(crate::store::to_git(id)?, None);
        let commit = object.and_then(|o| o.peel(git2::ObjectType::Commit)).map_err(|_| none())?;
        from_git(commit.id()).ok_or_else(none)
    }

    /// Writes a blob.
    ///
    /// # Errors
    /// [`GitError::Library`] when it cannot be written.
    pub fn write_blob(&self, bytes: &[u8]) -> Result<Oid, GitError> {
        let id = self.refs.library()?.blob(bytes)?;
        from_git(id).ok_or_else(|| GitError::NoRevision(id.to_string()))
    }

    /// The branch that `HEAD` is on, as a full ref name.
    #[must_use]
    pub fn head_branch(&self) -> Option<String> {
        self.symbolic_target("HEAD")
    }

    /// What a symbolic ref names.
    #[must_use]
    pub fn symbolic_target(&self, name: &str) -> Option<String> {
        let reference = self.refs.library().ok()?.find_reference(name).ok()?;
        reference.symbolic_target().ok().flatten().map(str::to_owned)
    }

    /// A setting of git that a person made, for choosing a default; never for a decision.
    #[must_use]
    pub fn setting(&self, name: &str) -> Option<String> {
        let config = self.refs.library().ok()?.config().ok()?.snapshot().ok()?;
        config.get_string(name).ok()
    }

    /// The branch of a remote that a local branch follows: the remote, and the branch's full name there.
    #[must_use]
    pub fn upstream(&self, branch: &str) -> Option<(String, String)> {
        let library = self.refs.library().ok()?;
        let full = format!("refs/heads/{branch}");
        let remote = library.branch_upstream_remote(&full).ok()?.as_str().ok()?.to_owned();
        let merge = library.branch_upstream_merge(&full).ok()?.as_str().ok()?.to_owned();
        Some((remote, merge))
    }

    /// The names of all remotes.
    #[must_use]
    pub fn remotes(&self) -> Vec<String> {
        let Ok(library) = self.refs.library() else { return Vec::new() };
        let Ok(found) = library.remotes() else { return Vec::new() };
        found.iter().flatten().flatten().map(str::to_owned).collect()
    }

    /// Whether a remote of that name is set up.
    #[must_use]
    pub fn has_remote(&self, name: &str) -> bool {
        self.refs.library().is_ok_and(|library| library.find_remote(name).is_ok())
    }
}

fn none(path: &Path, error: &git2::Error) -> GitError {
    GitError::NoRepository { path: path.to_owned(), why: error.message().to_owned() }
}

/// Where git looks for a name, in its order (gitrevisions(7)).
const PLACES: [&str; 5] = ["", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/"];

/// Whoever can push can make a ref that git takes before what is meant: one named like the beginning of
/// a commit's id, like a description that ends with one, or like another ref.
fn unambiguous(library: &git2::Repository, word: &str) -> Result<(), GitError> {
    let hex = |text: &str| text.len() >= 4 && text.bytes().all(|b| b.is_ascii_hexdigit());
    // A whole id is one whatever refs there are, and so is a whole name.
    if (matches!(word.len(), 40 | 64) && hex(word)) || word.starts_with("refs/") || word == "HEAD" {
        return Ok(());
    }
    let mut named = PLACES.iter().map(|place| format!("{place}{word}"));
    let there = named.by_ref().filter(|name| library.find_reference(name).is_ok()).count();
    let described = word.rsplit_once("-g").is_some_and(|(_, id)| hex(id));
    if there > 1 {
        return Err(GitError::SeveralRefs(word.to_owned()));
    }
    if there > 0 && (described || hex(word)) {
        return Err(GitError::Ambiguous(word.to_owned()));
    }
    Ok(())
}
