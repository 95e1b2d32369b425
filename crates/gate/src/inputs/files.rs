//! Which inputs a tree holds, with their contents' hashes; knows no format of theirs.

use super::{CODE_OWNERS, DIRECTORY, ROSTER};
use crate::ports::{InputsCache, PortError, Repository};
use obstat_model::change::FileState;
use obstat_model::digest::{inputs_digest, sha256};
use obstat_model::id::{InputsDigest, Sha256};
use obstat_model::object::{Mode, Oid, RepoPath};
use serde::{Deserialize, Serialize};

/// Largest input file in bytes.
const INPUT_MAX: u64 = 16 << 20;
/// First byte of the kept form; another byte is another form.
const VERSION: u8 = 1;

/// One input.
pub(super) struct File {
    path: RepoPath,
    pub(super) state: FileState,
    pub(super) content: Sha256,
}

impl File {
    pub(super) fn read(&self, repository: &dyn Repository) -> Result<Vec<u8>, PortError> {
        let limit = format!("{} MiB", INPUT_MAX >> 20);
        let found = repository.blob(self.state.oid, INPUT_MAX)?;
        found.ok_or_else(|| PortError::TooLarge { what: self.path.to_string(), limit })
    }
}

/// All inputs of a tree.
pub(super) struct Files {
    all: Vec<File>,
    pub(super) digest: InputsDigest,
    /// What the cache keeps for the roster, where it was asked already: `SHA-256 of the file ‖ encoded
    /// roster`.
    pub(super) roster: Option<Vec<u8>>,
    /// Whether everything in the directory was found to hold before, with all that the roster
    /// names.
    pub(super) held: bool,
    /// The tree of the directory.
    directory: Option<Oid>,
}

/// Whether it is read at all: links and submodules are no files.
fn is_file(state: FileState) -> bool {
    matches!(state.mode, Mode::File | Mode::Executable)
}

impl Files {
    pub(super) fn list(
        repository: &dyn Repository,
        tree: Oid,
        cache: &dyn InputsCache,
    ) -> Result<Self, PortError> {
        let mut lister = Lister { repository, cache, roster: None };
        let directory = repository.subtree(tree, &DIRECTORY.into())?;
        let kept = directory.and_then(|id| decoded(&cache.recall(id)?));
        let held = kept.is_some();
        let mut all = match kept {
            Some(all) => all,
            None => {
                let below = repository.files_below(tree, &DIRECTORY.into())?;
                let below = below.into_iter().map(|(path, state)| lister.file(path, state));
                below.collect::<Result<_, _>>()?
            }
        };
        for (path, _) in CODE_OWNERS.iter().filter(|(p, _)| !p.starts_with(DIRECTORY)) {
            let path = RepoPath::from(*path);
            if let Some(state) = repository.entry(tree, &path)? {
                all.push(lister.file(path, state)?);
            }
        }
        let pairs: Vec<_> = all.iter().map(|f| (f.path.clone(), f.content)).collect();
        let roster = lister.roster;
        Ok(Self { all, digest: inputs_digest(&pairs), roster, held, directory })
    }

    /// The first that is no file.
    pub(super) fn odd(&self) -> Option<&RepoPath> {
        self.all.iter().find(|file| !is_file(file.state)).map(|file| &file.path)
    }

    pub(super) fn find(&self, path: &[u8]) -> Option<&File> {
        self.all.iter().find(|file| file.path.as_bytes() == path)
    }

    /// Remembers that everything holds.
    pub(super) fn keep(&self, cache: &dyn InputsCache) {
        if let (Some(id), false) = (self.directory, self.held) {
            cache.keep(id, &encoded(&self.all));
        }
    }
}

struct Lister<'a> {
    repository: &'a dyn Repository,
    cache: &'a dyn InputsCache,
    roster: Option<Vec<u8>>,
}

impl Lister<'_> {
    /// The roster is large, and whoever has it parsed knows the hash of its file.
    fn file(&mut self, path: RepoPath, state: FileState) -> Result<File, PortError> {
        let mut file = File { path, state, content: Sha256::new([0; 32]) };
        if file.path.as_bytes() == ROSTER.as_bytes() {
            self.roster = self.cache.recall(state.oid);
        }
        let is_roster = file.path.as_bytes() == ROSTER.as_bytes();
        let known = self.roster.as_ref().filter(|_| is_roster);
        file.content = match known.and_then(|bytes| bytes.first_chunk::<32>()) {
            Some(head) => Sha256::new(*head),
            // What it points to is nowhere, or anywhere.
            None if !is_file(state) => sha256(state.oid.as_bytes()),
            None => sha256(&file.read(self.repository)?),
        };
        Ok(file)
    }
}

/// Path, mode, object and content of a file.
#[derive(Serialize, Deserialize)]
struct Twin<'a> {
    #[serde(borrow)]
    path: &'a [u8],
    mode: u32,
    oid: &'a [u8],
    content: [u8; 32],
}

/// The files of the directory; others are not of its tree.
fn encoded(files: &[File]) -> Vec<u8> {
    let below = files.iter().filter(|file| {
        let rest = file.path.as_bytes().strip_prefix(DIRECTORY.as_bytes());
        rest.is_some_and(|rest| rest.starts_with(b"/"))
    });
    let twins: Vec<Twin> = below
        .map(|file| Twin {
            path: file.path.as_bytes(),
            mode: file.state.mode.bits(),
            oid: file.state.oid.as_bytes(),
            content: *file.content.as_bytes(),
        })
        .collect();
    // Encoding into memory fails only for types that this twin has not; an empty form decodes to
    // nothing, and then the files are read again.
    postcard::to_extend(&twins, vec![VERSION]).unwrap_or_default()
}

/// `None` for anything that is no such form.
fn decoded(bytes: &[u8]) -> Option<Vec<File>> {
    let (version, body) = bytes.split_first()?;
    if *version != VERSION {
        return None;
    }
    let (twins, rest) = postcard::take_from_bytes::<Vec<Twin>>(body).ok()?;
    if !rest.is_empty() {
        return None;
    }
    let one = |twin: Twin| {
        let state = FileState { mode: Mode::of_bits(twin.mode)?, oid: Oid::from_bytes(twin.oid)? };
        let content = Sha256::new(twin.content);
        Some(File { path: RepoPath::new(twin.path), state, content })
    };
    twins.into_iter().map(one).collect()
}
