//! Landings that a push will bring, kept on disk between pre-receive and post-receive.
//!
//! Written before the push is accepted, so that no landing is lost when the machine stops in
//! between: whatever is left over is recorded by the next run, or dropped if it never landed.

use super::settings::directory;
use crate::commands::bootstrap::sign_next;
use crate::context::store::{DiskCache, write_whole};
use crate::error::CliError;
use obstat_attest::clearance::{self, Clearance};
use obstat_attest::record::{self, GateKey};
use obstat_gate::inputs;
use obstat_gate::ports::Repository as _;
use obstat_git::GitRepository;
use obstat_git::records::{InputsTouched, LandingIndex, record_landings};
use obstat_model::landing::LandingRecord;
use obstat_model::object::{Oid, RefName};
use obstat_model::time::{Now, Seconds};
use obstat_model::trust::{TrustRoot, TrustedKey};
use std::path::{Path, PathBuf};

/// A landing that was announced and has not come is dropped after this time.
const STALE: Seconds = Seconds(3_600);

fn pending(git_directory: &Path) -> PathBuf {
    directory(git_directory).join("pending")
}

/// Announces a landing.
pub(super) fn announce(
    git_directory: &Path,
    key: &GateKey,
    record: &LandingRecord,
    clearance: Option<&Clearance>,
) -> Result<(), CliError> {
    let at = pending(git_directory);
    std::fs::create_dir_all(&at).map_err(|e| CliError::file(&at, e))?;
    let bytes = key.sign_landing(record).map_err(|e| CliError::Internal(e.to_string()))?;
    let hash = obstat_model::digest::sha256(&bytes);
    let path = at.join(format!("{}-{hash}", record.to));
    if let Some(clearance) = clearance {
        let signed =
            key.sign_clearance(clearance).map_err(|e| CliError::Internal(e.to_string()))?;
        // Not synced: should it be lost with the machine, the record is there all the same.
        std::fs::write(beside(&path), signed).map_err(|e| CliError::file(&beside(&path), e))?;
    }
    // Last, for it is what announces.
    write_whole(&path, &bytes)
}

/// The clearance of an announced landing.
fn beside(path: &Path) -> PathBuf {
    path.with_extension("clearance")
}

/// Whether a landing of this very update was announced.
pub(super) fn is_announced(
    git_directory: &Path,
    trust: &TrustRoot,
    (name, new): (&RefName, Oid),
) -> Result<bool, CliError> {
    let found = announced(git_directory, trust)?;
    Ok(found.iter().any(|(_, record)| record.target == *name && record.to == new))
}

fn announced(
    git_directory: &Path,
    trust: &TrustRoot,
) -> Result<Vec<(PathBuf, LandingRecord)>, CliError> {
    let at = pending(git_directory);
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(&at) else { return Ok(found) };
    for entry in entries {
        let path = entry.map_err(|e| CliError::file(&at, e))?.path();
        let Ok(bytes) = std::fs::read(&path) else { continue };
        // A half-written or foreign file announces nothing.
        if let Ok(record) = record::parse_landing(&bytes, &trust.gates) {
            found.push((path, record));
        }
    }
    found.sort_by_key(|(_, record)| record.at);
    Ok(found)
}

/// Records what has landed and drops what never will. Gives the landings recorded.
pub(super) fn settle(
    repository: &GitRepository,
    trust: &TrustRoot,
    key: &GateKey,
    now: Now,
) -> Result<Vec<LandingRecord>, CliError> {
    let mut done = Vec::new();
    for (path, record) in announced(repository.directory(), trust)? {
        let tip =
            repository.reference(&record.target)?.map(|id| repository.peel(id)).transpose()?;
        let landed = match tip {
            Some(tip) => tip == record.to || repository.is_ancestor(record.to, tip)?,
            None => false,
        };
        if landed {
            // Missing where nothing was cleared, or where the machine stopped too early.
            let clearance = std::fs::read(beside(&path)).ok();
            let whole = |bytes: &Vec<u8>| clearance::parse(bytes, &trust.gates).is_ok();
            let clearance = clearance.filter(whole);
            write_record(repository, (key, &trust.gates), &record, clearance)?;
            done.push(record);
        } else if record.at.after(STALE) > now.0 {
            continue;
        }
        std::fs::remove_file(&path).map_err(|e| CliError::file(&path, e))?;
        let _ = std::fs::remove_file(beside(&path));
    }
    Ok(done)
}

fn write_record(
    repository: &GitRepository,
    (key, gates): (&GateKey, &[TrustedKey]),
    record: &LandingRecord,
    clearance: Option<Vec<u8>>,
) -> Result<(), CliError> {
    use obstat_gate::ports::Records as _;
    for known in repository.landings_at(&record.target, record.to)? {
        // Recorded by an earlier run that stopped before it could tidy up.
        if let Ok(known) = record::parse_landing(&known, gates) {
            let (sequence, previous) = (record.sequence, record.previous);
            if (LandingRecord { sequence, previous, ..known }) == *record {
                return Ok(());
            }
        }
    }
    let index = LandingIndex {
        target: record.target.clone(),
        tip: record.to,
        digests: record.changes.iter().map(|c| c.digest).collect(),
        inputs: touched(repository, record)?,
        clearance,
    };
    record_landings(repository, &index, record.at, &mut |latest| {
        sign_next((key, gates), record, latest)
    })?;
    Ok(())
}

fn touched(repository: &GitRepository, record: &LandingRecord) -> Result<InputsTouched, CliError> {
    let Some(from) = record.from else { return Ok(InputsTouched::No) };
    let tree = repository.commit(from)?.tree;
    let before = inputs::digest_of(repository, tree, &DiskCache::of(repository.directory()))?;
    Ok(if before == record.inputs { InputsTouched::No } else { InputsTouched::Yes })
}
