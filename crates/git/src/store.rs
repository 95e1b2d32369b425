//! The object store: reads objects as stored, sees objects in quarantine; knows no refs.

use crate::error::GitError;
use crate::raw::{commit, tree};
use obstat_gate::ports::{Commit, PortError};
use obstat_model::digest::sha256;
use obstat_model::id::Sha256;
use obstat_model::object::Oid;
use std::path::Path;

/// Largest blob that is hashed or shown, in bytes.
pub const BLOB_MAX: u64 = 1 << 29;
/// Largest commit or tree object, in bytes.
const NODE_MAX: usize = 1 << 26;

/// Most tags that are followed from one to the next.
const TAGS_MAX: usize = 16;

/// Objects of one repository.
pub struct Store {
    odb: git2::Odb<'static>,
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
        Ok(Self { odb })
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

    /// The commit that an object is or, through annotated tags, names.
    ///
    /// # Errors
    /// [`PortError`] when it leads to no commit.
    pub fn peel(&self, id: Oid) -> Result<Oid, PortError> {
        let mut here = id;
        for _ in 0..TAGS_MAX {
            let object = self.odb.read(to_git(here)?).map_err(|e| failed(here, "commit", &e))?;
            match object.kind() {
                git2::ObjectType::Commit => return Ok(here),
                git2::ObjectType::Tag => here = tagged(here, object.data())?,
                other => {
                    let why = format!("it is a {}", other.str());
                    return Err(PortError::Malformed { id: here, wanted: "commit", why });
                }
            }
        }
        let why = format!("over {TAGS_MAX} tags name each other");
        Err(PortError::Malformed { id, wanted: "commit", why })
    }

    /// The entries of one tree, sorted by name.
    ///
    /// # Errors
    /// [`PortError`] when it is missing, too large or malformed.
    pub fn tree(&self, id: Oid) -> Result<Vec<tree::Entry>, PortError> {
        let object = self.read(id, git2::ObjectType::Tree, "tree")?;
        tree::parse(id, object.data())
    }

    /// The bytes of a blob, `None` when it is larger than `cap`.
    ///
    /// # Errors
    /// [`PortError`] when it is missing.
    pub fn blob(&self, id: Oid, cap: u64) -> Result<Option<Vec<u8>>, PortError> {
        let (size, _) = self.odb.read_header(to_git(id)?).map_err(|e| failed(id, "blob", &e))?;
        if size as u64 > cap {
            return Ok(None);
        }
        Ok(Some(self.read(id, git2::ObjectType::Blob, "blob")?.data().to_vec()))
    }

    /// SHA-256 of a blob's bytes.
    ///
    /// # Errors
    /// [`PortError`] when it is missing or larger than [`BLOB_MAX`].
    pub fn content(&self, id: Oid) -> Result<Sha256, PortError> {
        let (size, _) = self.odb.read_header(to_git(id)?).map_err(|e| failed(id, "blob", &e))?;
        if size as u64 > BLOB_MAX {
            let limit = format!("{} MiB", BLOB_MAX >> 20);
            return Err(PortError::TooLarge { what: format!("blob {id}"), limit });
        }
        Ok(sha256(self.read(id, git2::ObjectType::Blob, "blob")?.data()))
    }

    fn read(
        &self,
        id: Oid,
        kind: git2::ObjectType,
        wanted: &'static str,
    ) -> Result<git2::OdbObject<'_>, PortError> {
        let object = self.odb.read(to_git(id)?).map_err(|e| failed(id, wanted, &e))?;
        if object.kind() != kind {
            let why = format!("it is a {}", object.kind().str());
            return Err(PortError::Malformed { id, wanted, why });
        }
        if kind != git2::ObjectType::Blob && object.len() > NODE_MAX {
            let limit = format!("{} MiB", NODE_MAX >> 20);
            return Err(PortError::TooLarge { what: format!("{wanted} {id}"), limit });
        }
        Ok(object)
    }
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

pub(crate) fn to_git(id: Oid) -> Result<git2::Oid, PortError> {
    let unsupported = || {
        PortError::Unreadable(format!(
            "object id {id}: SHA-256 repositories are not supported; use a SHA-1 repository"
        ))
    };
    match id {
        Oid::Sha1(bytes) => git2::Oid::from_bytes(&bytes).map_err(|_| unsupported()),
        Oid::Sha256(_) => Err(unsupported()),
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
