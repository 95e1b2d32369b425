//! The object store: reads objects as stored, sees objects in quarantine; knows no refs.

use crate::error::GitError;
use crate::raw::{commit, tree};
use obstat_gate::ports::{Commit, PortError};
use obstat_model::digest::sha256;
use obstat_model::id::Sha256;
use obstat_model::object::Oid;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::rc::Rc;

/// Largest blob that is hashed or shown, in bytes.
pub const BLOB_MAX: u64 = 1 << 29;
/// Largest commit, tree or tag object, in bytes.
const NODE_MAX: usize = 1 << 26;
/// Largest commit of anybody that is read, in bytes: forges cut messages at 64 KiB.
const COMMIT_MAX: usize = 1 << 18;
/// Most bytes of different blobs that are hashed for one change.
const HASHED_MAX: u64 = 1 << 32;

/// Most tags that are followed from one to the next.
const TAGS_MAX: usize = 16;

/// Objects of one repository.
pub struct Store {
    odb: git2::Odb<'static>,
    /// Which objects were read, while somebody wants to know.
    read: RefCell<Option<BTreeSet<Oid>>>,
    /// Everything below one commit, where finding it out was costly.
    below: RefCell<Option<Below>>,
    /// Blobs that were hashed: many paths may have one.
    hashed: RefCell<HashMap<Oid, Sha256>>,
    /// Trees that were parsed, and how many entries all have.
    trees: RefCell<Trees>,
}

type Trees = (HashMap<Oid, Rc<[tree::Entry]>>, usize);

/// Most entries of trees that are kept.
const ENTRIES_MAX: usize = 50_000;

/// A commit, and everything reachable from it.
pub(crate) type Below = (Oid, Rc<HashSet<Oid>>);

/// One object with its kind and bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its id.
    pub id: Oid,
    /// `commit`, `tree`, `blob` or `tag`.
    pub kind: Kind,
    /// Its bytes, without git's header.
    pub bytes: Vec<u8>,
}

/// Kinds of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A commit.
    Commit,
    /// A tree.
    Tree,
    /// A blob.
    Blob,
    /// An annotated tag.
    Tag,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Commit, Self::Tree, Self::Blob, Self::Tag];

    /// Git's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Tree => "tree",
            Self::Blob => "blob",
            Self::Tag => "tag",
        }
    }

    pub(crate) const fn git(self) -> git2::ObjectType {
        match self {
            Self::Commit => git2::ObjectType::Commit,
            Self::Tree => git2::ObjectType::Tree,
            Self::Blob => git2::ObjectType::Blob,
            Self::Tag => git2::ObjectType::Tag,
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

impl Store {
    /// Objects of the directories given, each an `objects` directory; the first may hold
    /// quarantined objects. Alternates named inside them are followed.
    ///
    /// # Errors
    /// [`GitError::Library`] when a directory cannot be opened.
    pub fn open(directories: &[&Path]) -> Result<Self, GitError> {
        let odb = git2::Odb::new()?;
        for directory in directories {
            odb.add_disk_alternate(&directory.to_string_lossy())?;
        }
        Ok(Self::of(odb))
    }

    fn of(odb: git2::Odb<'static>) -> Self {
        let (read, below, hashed) = (RefCell::default(), RefCell::default(), RefCell::default());
        Self { odb, read, below, hashed, trees: RefCell::default() }
    }

    /// Objects that lie in memory only. Each must have the id that its bytes give.
    ///
    /// # Errors
    /// [`GitError::Port`] for one that has not, [`GitError::Library`] when there is no memory.
    pub fn in_memory(objects: &[Object]) -> Result<Self, GitError> {
        let odb = git2::Odb::new()?;
        odb.add_new_mempack_backend(1)?;
        for object in objects {
            let id = odb.write(object.kind.git(), &object.bytes)?;
            if from_git(id) != Some(object.id) {
                let (id, wanted) = (object.id, object.kind.as_str());
                let why = "its bytes have another id".to_owned();
                return Err(PortError::Malformed { id, wanted, why }.into());
            }
        }
        Ok(Self::of(odb))
    }

    /// Whether somebody wants to know what is read.
    #[must_use]
    pub fn is_watched(&self) -> bool {
        self.read.borrow().is_some()
    }

    /// What is known to lie below one commit.
    pub(crate) fn below(&self) -> Option<Below> {
        self.below.borrow().clone()
    }

    /// Remembers what lies below one commit.
    pub(crate) fn keep_below(&self, below: Below) {
        self.below.replace(Some(below));
    }

    /// Remembers from now on which objects are read.
    pub fn watch(&self) {
        self.read.replace(Some(BTreeSet::new()));
    }

    /// The objects that were read since [`Store::watch`], sorted by id.
    ///
    /// # Errors
    /// [`PortError`] when one cannot be read again.
    pub fn watched(&self) -> Result<Vec<Object>, PortError> {
        let ids = self.read.take().unwrap_or_default();
        ids.into_iter().map(|id| self.object(id)).collect()
    }

    /// The objects that something reads, sorted by id, each with the bytes that its id stands for.
    ///
    /// # Errors
    /// As `reads`; [`PortError`] when an object cannot be read again.
    pub fn read_by(
        &self,
        reads: impl FnOnce() -> Result<(), PortError>,
    ) -> Result<Vec<Object>, PortError> {
        let before = self.read.replace(Some(BTreeSet::new()));
        let outcome = reads();
        let ids = self.read.replace(before).unwrap_or_default();
        outcome?;
        ids.into_iter()
            .map(|id| {
                self.note(id);
                self.object(id)
            })
            .collect()
    }

    fn object(&self, id: Oid) -> Result<Object, PortError> {
        let found = self.odb.read(to_git(id)?).map_err(|e| failed(id, "object", &e))?;
        let kind = Kind::ALL.into_iter().find(|k| k.git() == found.kind());
        let kind = kind.ok_or_else(|| PortError::Malformed {
            id,
            wanted: "object",
            why: "it is of no known kind".to_owned(),
        })?;
        Ok(Object { id, kind, bytes: found.data().to_vec() })
    }

    fn note(&self, id: Oid) {
        if let Some(read) = self.read.borrow_mut().as_mut() {
            read.insert(id);
        }
    }

    /// Makes the objects of one more directory readable.
    ///
    /// # Errors
    /// [`GitError::Library`] when it cannot be opened.
    pub fn add(&self, directory: &Path) -> Result<(), GitError> {
        Ok(self.odb.add_disk_alternate(&directory.to_string_lossy())?)
    }

    /// Whether an object exists.
    #[must_use]
    pub fn has(&self, id: Oid) -> bool {
        to_git(id).is_ok_and(|id| self.odb.exists(id))
    }

    /// One commit.
    ///
    /// # Errors
    /// [`PortError`] when it is missing, too large or malformed.
    pub fn commit(&self, id: Oid) -> Result<Commit, PortError> {
        let object = self.read(id, git2::ObjectType::Commit, "commit")?;
        commit::parse(id, object.data())
    }

    /// One commit of anybody, whose size is looked at before it is read: what is small in a pack can be large.
    ///
    /// # Errors
    /// As [`Store::commit`].
    pub fn commit_of_anybody(&self, id: Oid) -> Result<Commit, PortError> {
        fits(id, self.header(id, "commit")?, (git2::ObjectType::Commit, "commit"), COMMIT_MAX)?;
        self.commit(id)
    }

    /// The commit that an object is or, through annotated tags, names.
    ///
    /// # Errors
    /// [`PortError`] when it leads to no commit.
    pub fn peel(&self, id: Oid) -> Result<Oid, PortError> {
        let mut here = id;
        for _ in 0..TAGS_MAX {
            self.note(here);
            match self.header(here, "commit")?.1 {
                git2::ObjectType::Commit => return Ok(here),
                git2::ObjectType::Tag => {
                    let object = self.read(here, git2::ObjectType::Tag, "tag")?;
                    here = tagged(here, object.data())?;
                }
                other => {
                    let why = format!("it is a {}", other.str());
                    return Err(PortError::Malformed { id: here, wanted: "commit", why });
                }
            }
        }
        let why = format!("over {TAGS_MAX} tags name each other");
        Err(PortError::Malformed { id, wanted: "commit", why })
    }

    /// The entries of one tree, sorted by name. Those of the last trees are kept: one commit's is its child's
    /// parent's.
    ///
    /// # Errors
    /// [`PortError`] when it is missing, too large or malformed.
    pub fn tree(&self, id: Oid) -> Result<Rc<[tree::Entry]>, PortError> {
        if let Some(known) = self.trees.borrow().0.get(&id) {
            self.note(id);
            return Ok(Rc::clone(known));
        }
        let object = self.read(id, git2::ObjectType::Tree, "tree")?;
        let entries: Rc<[tree::Entry]> = tree::parse(id, object.data())?.into();
        let (kept, count) = &mut *self.trees.borrow_mut();
        *count += entries.len() + 1;
        if *count > ENTRIES_MAX {
            kept.clear();
            *count = entries.len() + 1;
        }
        if entries.len() < ENTRIES_MAX {
            kept.insert(id, Rc::clone(&entries));
        }
        Ok(entries)
    }

    /// The entries of two trees that are not the same in both, and perhaps some that are; each sorted by name.
    ///
    /// # Errors
    /// [`PortError`] when one is missing, too large or malformed.
    pub fn unlike(&self, old: Oid, new: Oid) -> Result<[Vec<tree::Entry>; 2], PortError> {
        let before = self.read(old, git2::ObjectType::Tree, "tree")?;
        let after = self.read(new, git2::ObjectType::Tree, "tree")?;
        let width = old.as_bytes().len();
        let (was, is) = tree::between(before.data(), after.data(), width)
            .unwrap_or((before.data(), after.data()));
        Ok([tree::parse(old, was)?, tree::parse(new, is)?])
    }

    /// The bytes of a blob, `None` when it is larger than `cap`.
    ///
    /// # Errors
    /// [`PortError`] when it is missing.
    pub fn blob(&self, id: Oid, cap: u64) -> Result<Option<Vec<u8>>, PortError> {
        let (size, kind) = self.header(id, "blob")?;
        fits(id, (0, kind), (git2::ObjectType::Blob, "blob"), usize::MAX)?;
        if size as u64 > cap {
            return Ok(None);
        }
        Ok(Some(self.read(id, git2::ObjectType::Blob, "blob")?.data().to_vec()))
    }

    /// SHA-256 of a blob's bytes. `bytes` counts those that were hashed for one change.
    ///
    /// # Errors
    /// [`PortError`] when it is missing or larger than [`BLOB_MAX`], or all are larger than 4 GiB.
    pub fn content(&self, id: Oid, bytes: &mut u64) -> Result<Sha256, PortError> {
        if let Some(known) = self.hashed.borrow().get(&id) {
            self.note(id);
            return Ok(*known);
        }
        let size = self.header(id, "blob")?.0 as u64;
        *bytes = bytes.saturating_add(size);
        let limit = |max: u64| format!("{} MiB", max >> 20);
        if size > BLOB_MAX {
            return Err(PortError::TooLarge { what: format!("blob {id}"), limit: limit(BLOB_MAX) });
        }
        if *bytes > HASHED_MAX {
            let what = "the content of the change".to_owned();
            return Err(PortError::TooLarge { what, limit: limit(HASHED_MAX) });
        }
        let hash = sha256(self.read(id, git2::ObjectType::Blob, "blob")?.data());
        self.hashed.borrow_mut().insert(id, hash);
        Ok(hash)
    }

    fn header(
        &self,
        id: Oid,
        wanted: &'static str,
    ) -> Result<(usize, git2::ObjectType), PortError> {
        self.odb.read_header(to_git(id)?).map_err(|e| failed(id, wanted, &e))
    }

    fn read(
        &self,
        id: Oid,
        kind: git2::ObjectType,
        wanted: &'static str,
    ) -> Result<git2::OdbObject<'_>, PortError> {
        self.note(id);
        let object = self.odb.read(to_git(id)?).map_err(|e| failed(id, wanted, &e))?;
        let most = if kind == git2::ObjectType::Blob { usize::MAX } else { NODE_MAX };
        fits(id, (object.len(), object.kind()), (kind, wanted), most)?;
        Ok(object)
    }
}

/// Whether an object is of a kind, and not larger than those that are read.
fn fits(
    id: Oid,
    (size, found): (usize, git2::ObjectType),
    (kind, wanted): (git2::ObjectType, &'static str),
    most: usize,
) -> Result<(), PortError> {
    if found != kind {
        let why = format!("it is a {}", found.str());
        return Err(PortError::Malformed { id, wanted, why });
    }
    if size > most {
        let limit = format!("{} KiB", most >> 10);
        return Err(PortError::TooLarge { what: format!("{wanted} {id}"), limit });
    }
    Ok(())
}

/// The object that a tag names: its first line, `object <id>`.
fn tagged(id: Oid, data: &[u8]) -> Result<Oid, PortError> {
    let line = data.split(|b| *b == b'\n').next().unwrap_or_default();
    let text = line.strip_prefix(b"object ").and_then(|hex| std::str::from_utf8(hex).ok());
    text.and_then(|hex| hex.parse().ok()).ok_or_else(|| PortError::Malformed {
        id,
        wanted: "tag",
        why: "it names no object".to_owned(),
    })
}

/// Repositories are SHA-1: no object of the other kind is here, whatever a statement names.
pub(crate) fn to_git(id: Oid) -> Result<git2::Oid, PortError> {
    match id {
        Oid::Sha1(bytes) => git2::Oid::from_bytes(&bytes).map_err(|_| PortError::Missing(id)),
        Oid::Sha256(_) => Err(PortError::Missing(id)),
    }
}

pub(crate) fn from_git(id: git2::Oid) -> Option<Oid> {
    Oid::from_bytes(id.as_bytes())
}

fn failed(id: Oid, wanted: &'static str, error: &git2::Error) -> PortError {
    if error.code() == git2::ErrorCode::NotFound {
        return PortError::Missing(id);
    }
    PortError::Malformed { id, wanted, why: error.message().to_owned() }
}
