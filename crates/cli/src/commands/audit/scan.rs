//! Evidence of one commit for audits: message, identities, note, trace, branch, changed paths,
//! declaration.

use super::Known;
use crate::error::CliError;
use obstat_gate::assist::{NOTE_MAX, of_message, unread_note};
use obstat_gate::ports::{Commit, Repository as _};
use obstat_gate::traces;
use obstat_git::GitRepository;
use obstat_model::assistance::Assistance;
use obstat_model::evidence::Evidence;
use obstat_model::object::{Oid, RefName, RepoPath};
use obstat_provenance::{Fingerprints, note};
use std::collections::HashMap;

/// Evidence that is recorded apart from its commits, read before the walk.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    by_commit: HashMap<Oid, Vec<Evidence>>,
    /// Records that could not be read.
    pub(crate) broken: u64,
}

impl Recorded {
    /// Authorship notes.
    pub(crate) fn notes(
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
                unread => {
                    let why = match unread {
                        Some(Err(why)) => why.to_string(),
                        _ => format!("it has over {} MiB", NOTE_MAX >> 20),
                    };
                    notes.by_commit.insert(commit, vec![unread_note(commit, &why)]);
                    notes.broken += 1;
                }
            }
        }
        Ok(notes)
    }

    /// Agent Trace records in the tree of a commit.
    pub(crate) fn traces(
        repository: &GitRepository,
        head: Oid,
        fingerprints: &Fingerprints,
    ) -> Result<Self, CliError> {
        let tree = repository.commit(head)?.tree;
        let (records, broken) = traces::of_tree(repository, tree)?;
        let mut traces = Self { broken, ..Self::default() };
        for (commit, record) in records {
            let evidence = traces.by_commit.entry(commit).or_default();
            evidence.extend(record.evidence(fingerprints));
        }
        Ok(traces)
    }
}

/// The answer for one commit, with the paths that it changed where those are looked at.
pub(crate) fn assistance(known: &Known, commit: &Commit, paths: &[RepoPath]) -> Assistance {
    let mut evidence = of_message(&known.fingerprints, commit);
    for recorded in [&known.notes, &known.traces] {
        evidence.extend(recorded.by_commit.get(&commit.id).into_iter().flatten().cloned());
    }
    evidence.extend(known.branch.iter().cloned());
    evidence.extend(known.fingerprints.of_paths(paths.iter()));
    let declared = known.landed.declared_by(commit.id).cloned();
    Assistance::conclude(evidence, declared)
}
