//! Keeps signed records under `refs/obstat/`; format page `docs/formats/refs.md`.
//!
//! Statements are blobs with a ref each. Landing records and receipts are chains of commits, one
//! record a commit, whose trees find a record by tip, digest or hash. Knows no record's meaning.

mod write;

pub use write::{
    InputsTouched, LandingIndex, Made, file_statement, keep_notes, keep_superseded, record_brought,
    record_landings, record_receipts,
};

use crate::repository::GitRepository;
use crate::store::from_git;
use obstat_gate::ports::{Account, PortError, Records, Repository};
use obstat_gate::receive::APPROVALS;
use obstat_model::change::FileState;
use obstat_model::digest::sha256;
use obstat_model::id::{ChangeDigest, StatementHash, to_hex};
use obstat_model::object::{Oid, RefName, RepoPath};
use std::collections::HashSet;

/// Chain of landing records.
pub const LANDINGS: &str = "refs/obstat/landings";
/// Chain of receipts.
pub const RECEIPTS: &str = "refs/obstat/receipts";
/// Chain of who brought commits that agents or services made.
pub const BROUGHT: &str = "refs/obstat/brought";
/// Chain of notes that were taken away or replaced.
pub const EARLIER_NOTES: &str = "refs/obstat/notes";
/// Most earlier notes on one commit that are read; more say that there is something nobody can read.
const NOTES_MAX: usize = 64;
/// Most bytes of them; of what is beyond there is nothing.
const NOTES_BYTES_MAX: u64 = 32 << 20;
/// Largest record in bytes.
const RECORD_MAX: u64 = 1 << 20;

impl GitRepository {
    fn chain_tree(&self, name: &str) -> Result<Option<Oid>, PortError> {
        let name = RefName::parse(name).map_err(|e| PortError::Unreadable(e.to_string()))?;
        let Some(tip) = self.reference(&name)? else { return Ok(None) };
        Ok(Some(self.commit(tip)?.tree))
    }

    fn record_at(&self, chain: &str, path: &str) -> Result<Option<Vec<u8>>, PortError> {
        let Some(tree) = self.chain_tree(chain)? else { return Ok(None) };
        let Some(state) = self.entry(tree, &RepoPath::from(path))? else { return Ok(None) };
        self.record_blob(state.oid).map(Some)
    }

    /// The envelope of a statement, whatever it is filed under.
    ///
    /// # Errors
    /// [`PortError`] when refs or blobs cannot be read.
    pub fn statement(&self, hash: StatementHash) -> Result<Option<Vec<u8>>, PortError> {
        let end = format!("/{hash}");
        let all = self.refs().below(APPROVALS)?;
        let found = all.into_iter().find(|(name, _)| name.as_str().ends_with(&end));
        found.map(|(_, id)| self.record_blob(id)).transpose()
    }

    /// Files below a directory of the chain of landings, by their places in it.
    fn records_below(&self, dir: &str) -> Result<Vec<(RepoPath, FileState)>, PortError> {
        let Some(tree) = self.chain_tree(LANDINGS)? else { return Ok(Vec::new()) };
        self.files_below(tree, &RepoPath::from(dir))
    }

    fn record_blob(&self, id: Oid) -> Result<Vec<u8>, PortError> {
        let limit = || format!("{} KiB", RECORD_MAX >> 10);
        let found = self.blob(id, RECORD_MAX)?;
        found.ok_or_else(|| PortError::TooLarge { what: format!("record {id}"), limit: limit() })
    }
}

impl Records for GitRepository {
    fn statements(&self, digest: ChangeDigest) -> Result<Vec<Vec<u8>>, PortError> {
        let refs = self.refs().below(&format!("{APPROVALS}{digest}/"))?;
        refs.into_iter().map(|(_, id)| self.record_blob(id)).collect()
    }

    fn other_statements(
        &self,
        digest: ChangeDigest,
        cap: usize,
    ) -> Result<Vec<Vec<u8>>, PortError> {
        let own = format!("{APPROVALS}{digest}/");
        let mut refs = self.refs().below(APPROVALS)?;
        refs.retain(|(name, _)| !name.as_str().starts_with(&own));
        if refs.len() > cap {
            let what = "the set of filed statements".to_owned();
            return Err(PortError::TooLarge { what, limit: format!("{cap} statements") });
        }
        refs.into_iter().map(|(_, id)| self.record_blob(id)).collect()
    }

    fn receipt(&self, statement: StatementHash) -> Result<Option<Vec<u8>>, PortError> {
        self.record_at(RECEIPTS, &receipt_path(statement))
    }

    fn landings_at(&self, target: &RefName, tip: Oid) -> Result<Vec<Vec<u8>>, PortError> {
        let files = self.records_below(&tip_dir(target, tip))?;
        files.into_iter().rev().map(|(_, state)| self.record_blob(state.oid)).collect()
    }

    fn clearance_at(&self, target: &RefName, tip: Oid) -> Result<Option<Vec<u8>>, PortError> {
        let files = self.records_below(&tip_dir(target, tip))?;
        // The last landing that has one, or none: what was moved back by hand is no landing.
        for (path, state) in files.iter().rev() {
            let sequence = String::from_utf8_lossy(path.file_name());
            let place = format!("{}/{sequence}", clearance_dir(target, tip));
            let found = self.record_at(LANDINGS, &place)?;
            let returned = || self.record_blob(state.oid).map(|bytes| contains(&bytes, RETURNED));
            if found.is_some() || !returned()? {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn last_landing(&self, target: &RefName) -> Result<Option<Vec<u8>>, PortError> {
        self.record_at(LANDINGS, &target_path(target))
    }

    fn landings_on(
        &self,
        target: &RefName,
        more: &mut dyn FnMut(&[u8]) -> bool,
    ) -> Result<(), PortError> {
        let Some(tree) = self.chain_tree(LANDINGS)? else { return Ok(()) };
        let all = RepoPath::from(history_dir(target).as_str());
        let mut chunks = self.names(tree, &all)?;
        chunks.sort_unstable();
        for chunk in chunks.iter().rev() {
            let chunk = RepoPath::new([all.as_bytes(), b"/", chunk].concat());
            let mut files = self.files_below(tree, &chunk)?;
            files.sort_by(|a, b| b.0.cmp(&a.0));
            for (_, state) in files {
                if !more(&self.record_blob(state.oid)?) {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn receipts(
        &self,
        of: &HashSet<StatementHash>,
    ) -> Result<Vec<(StatementHash, Vec<u8>)>, PortError> {
        let Some(tree) = self.chain_tree(RECEIPTS)? else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for dir in self.names(tree, &RepoPath::from(""))? {
            let dir = RepoPath::new(dir.to_vec());
            for (path, state) in self.files_below(tree, &dir)? {
                let hex: Vec<u8> =
                    path.as_bytes().iter().copied().filter(|byte| *byte != b'/').collect();
                let hash = std::str::from_utf8(&hex).ok().and_then(|hex| hex.parse().ok());
                if let Some(hash) = hash.filter(|hash| of.contains(hash)) {
                    found.push((hash, self.record_blob(state.oid)?));
                }
            }
        }
        Ok(found)
    }

    fn brought_by(&self, commit: Oid) -> Result<Vec<Account>, PortError> {
        let Some(tree) = self.chain_tree(BROUGHT)? else { return Ok(Vec::new()) };
        let files = self.files_below(tree, &RepoPath::from(object_dir(commit).as_str()))?;
        let mut found = Vec::new();
        for (_, state) in files {
            let text = self.record_blob(state.oid)?;
            let text = String::from_utf8_lossy(&text);
            let mut lines = text.lines();
            if let (Some(host), Some(login)) = (lines.next(), lines.next()) {
                found.push(Account { host: host.to_owned(), login: login.to_owned() });
            }
        }
        Ok(found)
    }

    fn earlier_notes(&self, commit: Oid, cap: u64) -> Result<Vec<Option<Vec<u8>>>, PortError> {
        let Some(tree) = self.chain_tree(EARLIER_NOTES)? else { return Ok(Vec::new()) };
        let files = match self.files_below(tree, &RepoPath::from(object_dir(commit).as_str())) {
            Ok(files) => files,
            Err(error) if error.is_of_one_object() => return Ok(vec![None]),
            Err(error) => return Err(error),
        };
        let many = files.len() > NOTES_MAX;
        let (mut found, mut room) = (Vec::new(), NOTES_BYTES_MAX);
        for (_, state) in files.into_iter().take(NOTES_MAX) {
            let bytes = self.blob(state.oid, cap.min(room))?;
            room = room.saturating_sub(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64));
            found.push(bytes);
        }
        // Whoever writes many takes none away.
        found.extend(many.then_some(None));
        Ok(found)
    }

    fn landings_of(&self, digest: ChangeDigest) -> Result<Vec<Vec<u8>>, PortError> {
        let files = self.records_below(&digest_dir(digest))?;
        files.into_iter().map(|(_, state)| self.record_blob(state.oid)).collect()
    }

    fn landings_with(&self, statement: StatementHash) -> Result<Vec<Vec<u8>>, PortError> {
        let files = self.records_below(&statement_dir(statement))?;
        files.into_iter().map(|(_, state)| self.record_blob(state.oid)).collect()
    }

    fn input_steps(&self) -> Result<Vec<Vec<u8>>, PortError> {
        let files = self.records_below(STEPS)?;
        files.into_iter().map(|(_, state)| self.record_blob(state.oid)).collect()
    }

    fn newest_landings(&self, more: &mut dyn FnMut(&[u8]) -> bool) -> Result<(), PortError> {
        let name = RefName::parse(LANDINGS).map_err(|e| PortError::Unreadable(e.to_string()))?;
        let mut next = self.reference(&name)?;
        while let Some(id) = next {
            let commit = self.commit(id)?;
            if let Some(state) = self.entry(commit.tree, &RepoPath::from(LATEST))?
                && !more(&self.record_blob(state.oid)?)
            {
                return Ok(());
            }
            next = commit.parents.first().copied();
        }
        Ok(())
    }
}

/// Directory of a chain's tree with the records that changed decision inputs.
const STEPS: &str = "steps";
/// File of a chain's tree that holds the record of its own commit.
const LATEST: &str = "latest";

/// How a record says that its ref was moved back by hand: records are in one form.
const RETURNED: &[u8] = b"\\\"kind\\\":\\\"returned\\\"";

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|part| part == word)
}

fn spread(hex: &str) -> String {
    let (head, tail) = hex.split_at_checked(2).unwrap_or(("", hex));
    format!("{head}/{tail}")
}

/// Where a chain keeps what belongs to an object.
fn object_dir(id: Oid) -> String {
    spread(&id.to_string())
}

/// Targets are told apart by the first eight bytes of the SHA-256 of their names.
fn target_key(target: &RefName) -> String {
    let hash = sha256(target.as_str().as_bytes());
    to_hex(hash.as_bytes().get(..8).unwrap_or_default())
}

fn receipt_path(statement: StatementHash) -> String {
    spread(&statement.to_string())
}

fn target_path(target: &RefName) -> String {
    format!("targets/{}", target_key(target))
}

fn tip_dir(target: &RefName, tip: Oid) -> String {
    format!("tips/{}-{}", spread(&tip.to_string()), target_key(target))
}

/// Directory of all records of a target, in directories of so many of the chain.
fn history_dir(target: &RefName) -> String {
    format!("history/{}", target_key(target))
}

fn history_path(target: &RefName, sequence: u64) -> String {
    format!("{}/{:017}/{}", history_dir(target), sequence / 1_000, file_name(sequence))
}

fn clearance_dir(target: &RefName, tip: Oid) -> String {
    format!("clearances/{}-{}", spread(&tip.to_string()), target_key(target))
}

/// The name of a record's file: its place in the chain, so that names sort as records follow.
fn file_name(sequence: u64) -> String {
    format!("{sequence:020}")
}

fn digest_dir(digest: ChangeDigest) -> String {
    format!("digests/{}", spread(&digest.to_string()))
}

fn statement_dir(statement: StatementHash) -> String {
    format!("statements/{}", spread(&statement.to_string()))
}

/// The ref that files a statement.
///
/// # Errors
/// Never for well-formed digests; the type of `RefName` demands it.
pub fn statement_ref(digest: ChangeDigest, hash: StatementHash) -> Result<RefName, PortError> {
    RefName::parse(&format!("{APPROVALS}{digest}/{hash}"))
        .map_err(|e| PortError::Unreadable(e.to_string()))
}

pub(crate) fn oid(id: git2::Oid) -> Result<Oid, PortError> {
    from_git(id).ok_or_else(|| PortError::Unreadable(format!("object id {id} has no known form")))
}
