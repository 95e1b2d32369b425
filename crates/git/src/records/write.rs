//! Appends records: blobs and trees first, then one compare-and-swap of the ref.

use super::{
    BROUGHT, EARLIER_NOTES, LANDINGS, LATEST, RECEIPTS, STEPS, clearance_dir, digest_dir,
    file_name, history_path, object_dir, oid, receipt_path, statement_dir, statement_ref,
    target_key, target_path, tip_dir,
};
use crate::error::GitError;
use crate::refs::{self, RefEdit};
use crate::repository::GitRepository;
use crate::store::to_git;
use obstat_gate::ports::{Account, Records as _, Repository as _};
use obstat_model::digest::sha256;
use obstat_model::id::{ChangeDigest, StatementHash};
use obstat_model::object::{Oid, RefName};
use obstat_model::time::Timestamp;

/// How often a chain's ref may be moved by somebody else before writing gives up.
const TRIES: usize = 20;

/// Where a landing record is found again.
#[derive(Debug, Clone)]
pub struct LandingIndex {
    /// The target.
    pub target: RefName,
    /// Its new tip.
    pub tip: Oid,
    /// Digests that landed.
    pub digests: Vec<ChangeDigest>,
    /// Statements that counted.
    pub statements: Vec<StatementHash>,
    /// Whether it changed decision inputs.
    pub inputs: InputsTouched,
    /// The decision in the form that others read, signed.
    pub clearance: Option<Vec<u8>>,
}

/// Whether a landing changed decision inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputsTouched {
    /// It did: whoever asks for versions of the roster must find it.
    Yes,
    /// It did not.
    No,
}

struct Entry {
    paths: Vec<String>,
    content: Content,
}

/// What a file of a record holds.
enum Content {
    Bytes(Vec<u8>),
    /// What a blob holds that is here already.
    Blob(Oid),
}

/// A signed landing record.
#[derive(Debug, Clone)]
pub struct Made {
    /// Its place in the chain.
    pub sequence: u64,
    /// Its envelope.
    pub bytes: Vec<u8>,
}

/// Makes the record that follows the newest one; `None` where it is there by now.
pub(crate) type MakeRecord<'a> = &'a mut dyn FnMut(Option<&[u8]>) -> Result<Option<Made>, GitError>;

/// Appends landing records. `make` gets the newest record so far and gives the next one, so that
/// records can name their predecessor; it is asked again when another gate was faster.
///
/// # Errors
/// [`GitError`] when objects or the ref cannot be written.
pub fn record_landings(
    repository: &GitRepository,
    index: &LandingIndex,
    at: Timestamp,
    make: MakeRecord,
) -> Result<(), GitError> {
    append(repository, LANDINGS, at, &mut |latest| {
        let Some(made) = make(latest)? else { return Ok(Vec::new()) };
        let name = file_name(made.sequence);
        let mut dirs = vec![tip_dir(&index.target, index.tip)];
        dirs.extend(index.digests.iter().map(|digest| digest_dir(*digest)));
        dirs.extend(index.statements.iter().map(|hash| statement_dir(*hash)));
        if index.inputs == InputsTouched::Yes {
            dirs.push(STEPS.to_owned());
        }
        // Segments of a push may have the same content.
        dirs.sort_unstable();
        dirs.dedup();
        let mut paths: Vec<String> = dirs.iter().map(|dir| format!("{dir}/{name}")).collect();
        paths.extend([target_path(&index.target), LATEST.to_owned()]);
        paths.push(history_path(&index.target, made.sequence));
        let mut entries = vec![Entry { paths, content: Content::Bytes(made.bytes) }];
        if let Some(bytes) = index.clearance.clone() {
            let paths = vec![format!("{}/{name}", clearance_dir(&index.target, index.tip))];
            entries.push(Entry { paths, content: Content::Bytes(bytes) });
        }
        Ok(entries)
    })
}

/// Appends receipts, each filed by its statement's hash.
///
/// # Errors
/// [`GitError`] when objects or the ref cannot be written.
pub fn record_receipts(
    repository: &GitRepository,
    receipts: &[(StatementHash, Vec<u8>)],
    at: Timestamp,
) -> Result<(), GitError> {
    if receipts.is_empty() {
        return Ok(());
    }
    append(repository, RECEIPTS, at, &mut |_| {
        let entry = |(hash, bytes): &(StatementHash, Vec<u8>)| Entry {
            paths: vec![receipt_path(*hash)],
            content: Content::Bytes(bytes.clone()),
        };
        Ok(receipts.iter().map(entry).collect())
    })
}

/// Keeps who brought commits, by the login at the transport.
///
/// # Errors
/// [`GitError`] when objects or the ref cannot be written.
pub fn record_brought(
    repository: &GitRepository,
    commits: &[Oid],
    by: &Account,
    at: Timestamp,
) -> Result<(), GitError> {
    let text = format!("{}\n{}\n", by.host, by.login);
    let name = file_key(text.as_bytes());
    let mut new = Vec::new();
    for commit in commits {
        if !repository.brought_by(*commit)?.contains(by) {
            new.push(format!("{}/{name}", object_dir(*commit)));
        }
    }
    if new.is_empty() {
        return Ok(());
    }
    append(repository, BROUGHT, at, &mut |_| {
        let content = Content::Bytes(text.clone().into_bytes());
        Ok(vec![Entry { paths: new.clone(), content }])
    })
}

/// Keeps notes that are taken away or replaced: a commit and the blob of its note, each.
///
/// # Errors
/// [`GitError`] when objects or the ref cannot be written.
pub fn keep_notes(
    repository: &GitRepository,
    notes: &[(Oid, Oid)],
    at: Timestamp,
) -> Result<(), GitError> {
    if notes.is_empty() {
        return Ok(());
    }
    append(repository, EARLIER_NOTES, at, &mut |_| {
        let entry = |(commit, blob): &(Oid, Oid)| {
            let paths = vec![format!("{}/{blob}", object_dir(*commit))];
            // Not read: one blob may be the note on thousands of commits. One that is not here is kept as one that
            // nobody can read.
            let content = match repository.blob(*blob, 0) {
                Ok(_) => Content::Blob(*blob),
                Err(error) if error.is_of_one_object() => Content::Bytes(Vec::new()),
                Err(error) => return Err(error.into()),
            };
            Ok(Entry { paths, content })
        };
        notes.iter().map(entry).collect()
    })
}

/// A short name for a file by its content.
fn file_key(bytes: &[u8]) -> String {
    sha256(bytes).to_string().chars().take(16).collect()
}

type Maker<'a> = &'a mut dyn FnMut(Option<&[u8]>) -> Result<Vec<Entry>, GitError>;

fn append(
    repository: &GitRepository,
    chain: &str,
    at: Timestamp,
    make: Maker,
) -> Result<(), GitError> {
    let name = RefName::parse(chain).map_err(|_| GitError::NoRevision(chain.to_owned()))?;
    for _ in 0..TRIES {
        let old = repository.reference(&name)?;
        let latest = latest(repository, old)?;
        let entries = make(latest.as_deref())?;
        if entries.is_empty() {
            return Ok(());
        }
        let new = commit(repository, old, &entries, at)?;
        let edit = RefEdit { name: name.clone(), old, new: Some(new) };
        match refs::write(repository.directory(), &[edit]) {
            Err(GitError::Raced { .. }) => std::thread::sleep(std::time::Duration::from_millis(20)),
            other => return other,
        }
    }
    Err(GitError::Raced { name: chain.to_owned() })
}

fn latest(repository: &GitRepository, tip: Option<Oid>) -> Result<Option<Vec<u8>>, GitError> {
    let Some(tip) = tip else { return Ok(None) };
    let tree = repository.commit(tip)?.tree;
    match repository.entry(tree, &LATEST.into())? {
        Some(state) => Ok(repository.blob(state.oid, super::RECORD_MAX)?),
        None => Ok(None),
    }
}

fn commit(
    repository: &GitRepository,
    parent: Option<Oid>,
    entries: &[Entry],
    at: Timestamp,
) -> Result<Oid, GitError> {
    let library = repository.refs().library()?;
    let mut update = git2::build::TreeUpdateBuilder::new();
    for entry in entries {
        let blob = match &entry.content {
            Content::Bytes(bytes) => library.blob(bytes)?,
            Content::Blob(blob) => to_git(*blob)?,
        };
        for path in &entry.paths {
            update.upsert(path.as_str(), blob, git2::FileMode::Blob);
        }
    }
    let parent =
        parent.map(|id| to_git(id).map(|id| library.find_commit(id))).transpose()?.transpose()?;
    let base = match &parent {
        Some(commit) => commit.tree()?,
        None => library.find_tree(library.treebuilder(None)?.write()?)?,
    };
    let tree = library.find_tree(update.create_updated(library, &base)?)?;
    let time = git2::Time::new(at.unix(), 0);
    let who = git2::Signature::new("Obstat gate", "gate@obstat.invalid", &time)?;
    let parents: Vec<&git2::Commit> = parent.iter().collect();
    let id = library.commit(None, &who, &who, "obstat: record\n", &tree, &parents)?;
    Ok(oid(id)?)
}

/// Files a statement under its digest and hash; filing it twice is no error.
///
/// # Errors
/// [`GitError`] when it cannot be written.
pub fn file_statement(
    repository: &GitRepository,
    digest: ChangeDigest,
    hash: StatementHash,
    envelope: &[u8],
) -> Result<RefName, GitError> {
    let name = statement_ref(digest, hash)?;
    let blob = oid(repository.refs().library()?.blob(envelope)?)?;
    if repository.reference(&name)? != Some(blob) {
        let edit = RefEdit { name: name.clone(), old: None, new: Some(blob) };
        refs::write(repository.directory(), &[edit])?;
    }
    Ok(name)
}

/// Keeps heads that a push leaves behind, so that their people stay contributors.
///
/// # Errors
/// [`GitError`] when the refs cannot be written.
pub fn keep_superseded(
    repository: &GitRepository,
    heads: &[(RefName, Oid)],
) -> Result<(), GitError> {
    let mut edits = Vec::new();
    for (branch, head) in heads {
        // Not the branch's own name: names of two branches could stand in each other's way.
        let name = format!("{}{}/{head}", crate::repository::SUPERSEDED, target_key(branch));
        let name = RefName::parse(&name).map_err(|_| GitError::NoRevision(name))?;
        let edit = RefEdit { name, old: None, new: Some(*head) };
        if !edits.contains(&edit) && repository.reference(&edit.name)?.is_none() {
            edits.push(edit);
        }
    }
    if edits.is_empty() { Ok(()) } else { refs::write(repository.directory(), &edits) }
}
