//! Recomputes merges with fixed options in a clean room; knows nothing of approvals.
//!
//! The clean room is an empty git directory of our own that sees the repository's objects as
//! alternates. So no configuration, attribute, driver, hook, graft or replace ref of the
//! repository can change the result, and nothing is written into the repository.

use crate::command::Git;
use crate::error::GitError;
use crate::raw;
use crate::store::{Kind, Object};
use obstat_gate::ports::Merge;
use obstat_model::object::Oid;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// The options that decide a merge's result. Changing one changes which merges are recognised,
/// so they are part of the format `docs/formats/merge.md`.
const CONFIG: &str = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n\tautocrlf = false\n\
    \tcommitGraph = false\n\tmultiPackIndex = false\n\
    [merge]\n\trenames = true\n\tdirectoryRenames = false\n\trenameLimit = 7000\n\tconflictStyle = merge\n\
    [diff]\n\trenames = true\n\trenameLimit = 7000\n\talgorithm = histogram\n";

/// An empty git directory that borrows the objects of another.
#[derive(Debug)]
pub struct CleanRoom {
    home: tempfile::TempDir,
    borrowed: String,
}

impl CleanRoom {
    /// A clean room that sees the given `objects` directories.
    ///
    /// # Errors
    /// [`GitError::Io`] when the temporary directory cannot be made.
    pub fn new(objects: &[PathBuf]) -> Result<Self, GitError> {
        let at = std::env::temp_dir();
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| GitError::Io { path, source }
        };
        let home = tempfile::Builder::new().prefix("obstat-").tempdir_in(&at).map_err(io(&at))?;
        for directory in ["objects", "refs", "info"] {
            let path = home.path().join(directory);
            std::fs::create_dir(&path).map_err(io(&path))?;
        }
        for (name, text) in [("HEAD", "ref: refs/heads/none\n"), ("config", CONFIG)] {
            let path = home.path().join(name);
            std::fs::write(&path, text).map_err(io(&path))?;
        }
        let borrowed = objects.iter().map(|p| quoted(p)).collect::<Vec<_>>().join(":");
        Ok(Self { home, borrowed })
    }

    /// Puts objects into the room. Parents that are not among them are cut off, as in a shallow
    /// clone.
    ///
    /// # Errors
    /// [`GitError`] when they cannot be written.
    pub fn fill(&self, objects: &[Object]) -> Result<(), GitError> {
        let library = git2::Repository::open_bare(self.home.path())?;
        let known: HashSet<Oid> = objects.iter().map(|o| o.id).collect();
        let mut shallow = String::new();
        for object in objects {
            library.odb()?.write(object.kind.git(), &object.bytes)?;
            if object.kind == Kind::Commit {
                let parents = raw::commit::parse(object.id, &object.bytes)?.parents;
                if parents.iter().any(|p| !known.contains(p)) {
                    shallow.push_str(&format!("{}\n", object.id));
                }
            }
        }
        let path = self.home.path().join("shallow");
        std::fs::write(&path, shallow).map_err(|source| GitError::Io { path, source })
    }

    /// Where trees that a merge makes are written.
    #[must_use]
    pub fn objects(&self) -> PathBuf {
        self.home.path().join("objects")
    }

    /// The difference between two trees, applied to a third: git merges commits, so each tree gets one.
    ///
    /// # Errors
    /// As [`CleanRoom::merge`].
    pub fn apply(&self, from: Oid, to: Oid, onto: Oid) -> Result<Merge, GitError> {
        let library = git2::Repository::open_bare(self.home.path())?;
        let objects = library.odb()?;
        let commit = |tree: Oid, parent: Option<git2::Oid>| {
            let parent = parent.map_or_else(String::new, |id| format!("parent {id}\n"));
            let text = format!("tree {tree}\n{parent}author {NOBODY}\ncommitter {NOBODY}\n\nx\n");
            objects.write(git2::ObjectType::Commit, text.as_bytes())
        };
        let base = commit(from, None)?;
        let (ours, theirs) = (commit(onto, Some(base))?, commit(to, Some(base))?);
        let id = |id: git2::Oid| Oid::from_bytes(id.as_bytes());
        match (id(ours), id(theirs)) {
            (Some(ours), Some(theirs)) => self.merge(ours, theirs),
            _ => Err(unexpected("an object id of an odd length")),
        }
    }

    /// The tree of the merge of two commits.
    ///
    /// # Errors
    /// [`GitError`] when git is missing, too old or cannot read the history.
    pub fn merge(&self, ours: Oid, theirs: Oid) -> Result<Merge, GitError> {
        let git = Git::at(self.home.path())
            .with("GIT_ALTERNATE_OBJECT_DIRECTORIES", self.borrowed.clone());
        let (ours, theirs) = (ours.to_string(), theirs.to_string());
        let arguments = ["merge-tree", "--write-tree", "--no-messages", &ours, &theirs];
        let output = git.output(&arguments, b"")?;
        match output.status.code() {
            Some(0) => {
                let text = String::from_utf8_lossy(&output.stdout);
                let tree = text.trim().parse().ok();
                tree.map(Merge::Tree).ok_or_else(|| unexpected(&text))
            }
            Some(1) => Ok(Merge::Conflict),
            _ => Err(unexpected(&String::from_utf8_lossy(&output.stderr))),
        }
    }
}

/// Whoever is named in commits that only carry trees; nobody sees them.
const NOBODY: &str = "nobody <nobody> 0 +0000";

fn unexpected(text: &str) -> GitError {
    let message = obstat_model::text::escape_cut(text.trim(), 400);
    GitError::Failed { verb: "merge-tree".to_owned(), message }
}

/// Git splits the variable at `:` and reads C-style quotes.
fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy();
    if text.contains([':', '"', '\\']) {
        return format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    }
    text.into_owned()
}
