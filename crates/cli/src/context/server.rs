//! What commands on the server share: the bare repository, and the gate's next record.

use crate::error::CliError;
use obstat_attest::record::{self, GateKey};
use obstat_gate::ports::PortError;
use obstat_git::GitRepository;
use obstat_git::records::Made;
use obstat_model::digest::sha256;
use obstat_model::id::StatementHash;
use obstat_model::landing::LandingRecord;
use obstat_model::trust::TrustedKey;
use std::path::Path;

/// The bare repository at a path.
pub(crate) fn bare(path: &Path) -> Result<GitRepository, CliError> {
    let repository = GitRepository::open(path, None)?;
    if repository.worktree().is_some() {
        return Err(CliError::usage(
            format!(
                "{} has a working tree: people work there and do not push to it",
                path.display()
            ),
            "name the bare repository that they push to",
        ));
    }
    Ok(repository)
}

/// The signed record that follows the newest one.
pub(crate) fn sign_next(
    (key, gates): (&GateKey, &[TrustedKey]),
    record: &LandingRecord,
    latest: Option<&[u8]>,
) -> Result<Option<Made>, obstat_git::GitError> {
    let failed = |why: String| obstat_git::GitError::from(PortError::Unreadable(why));
    let previous = latest.map(|bytes| StatementHash::new(*sha256(bytes).as_bytes()));
    let sequence = match latest {
        Some(bytes) => {
            let newest = record::parse_landing(bytes, gates)
                .map_err(|e| failed(format!("the record before does not verify: {e}")))?;
            newest.sequence + 1
        }
        None => 0,
    };
    let next = LandingRecord { sequence, previous, ..record.clone() };
    let bytes =
        key.sign_landing(&next).map_err(|e| failed(format!("the record cannot be signed: {e}")))?;
    Ok(Some(Made { sequence, bytes }))
}
