//! Evidence of one commit for audits: message, identities, note, declaration.

use super::Known;
use crate::error::CliError;
use obstat_gate::assist::{NOTE_MAX, of_message};
use obstat_gate::ports::{Commit, Repository as _};
use obstat_git::GitRepository;
use obstat_model::assistance::Assistance;
use obstat_model::evidence::Evidence;
use obstat_model::object::{Oid, RefName};
use obstat_provenance::{Fingerprints, note};
use std::collections::HashMap;

/// Evidence of authorship notes, read before the walk.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    by_commit: HashMap<Oid, Vec<Evidence>>,
    /// Notes that could not be read.
    pub(crate) broken: u64,
}

impl Notes {
    pub(crate) fn read(
        repository: &GitRepository,
        name: &str,
        fingerprints: &Fingerprints,
    ) -> Result<Self, CliError> {
        let mut notes = Self::default();
        let Ok(name) = RefName::parse(name) else { return Ok(notes) };
        for (commit, blob) in repository.notes(&name)? {
            let bytes = repository.blob(blob, NOTE_MAX)?;
            match bytes.as_deref().map(note::parse) {
                Some(Ok(found)) => {
                    notes.by_commit.insert(commit, found.evidence(fingerprints, commit));
                }
                Some(Err(_)) | None => notes.broken += 1,
            }
        }
        Ok(notes)
    }
}

/// The answer for one commit.
pub(crate) fn assistance(known: &Known, commit: &Commit) -> Assistance {
    let mut evidence = of_message(&known.fingerprints, commit);
    if let Some(noted) = known.notes.by_commit.get(&commit.id) {
        evidence.extend(noted.iter().cloned());
    }
    let declared = known.landed.declared_by(commit.id).cloned();
    Assistance::conclude(evidence, declared)
}
