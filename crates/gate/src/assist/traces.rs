//! Agent Trace records that a repository keeps in its own tree; judges nothing.
//!
//! The RFC leaves storage open; its reference code appends to `.agent-trace/traces.jsonl`.

use crate::ports::{PortError, Repository};
use obstat_model::change::{ChangeFacts, FileState};
use obstat_model::evidence::Evidence;
use obstat_model::facts::Problem;
use obstat_model::object::{Mode, Oid, RepoPath};
use obstat_provenance::Fingerprints;
use obstat_provenance::trace::{self, TraceRecord};
use std::collections::{BTreeSet, HashSet};

/// Directory of the records.
const DIRECTORY: &str = ".agent-trace";
/// Most files of records that are read for one answer.
const FILES_MAX: usize = 4_096;

/// Most bytes of records that one change may bring.
const BROUGHT_MAX: u64 = 32 << 20;
/// Most bytes of records that one tree is read for.
const TREE_MAX: u64 = 1 << 30;

/// What one file says, or why it cannot be read.
type Read = Result<Vec<TraceRecord>, String>;

/// Evidence of the records that a change brings: of its own commits, and of no commit at all. Those
/// of other commits have been read when those landed.
///
/// # Errors
/// [`PortError`] when objects cannot be read.
pub(super) fn of_change(
    repository: &dyn Repository,
    fingerprints: &Fingerprints,
    commits: &HashSet<Oid>,
    change: &ChangeFacts,
) -> Result<(Vec<Evidence>, Vec<Problem>), PortError> {
    let (mut evidence, mut problems) = (BTreeSet::new(), Vec::new());
    let brought = change.files.iter().filter(|file| is_record(&file.change.path));
    let (mut seen, mut room) = (HashSet::new(), BROUGHT_MAX);
    for file in brought {
        let Some(new) = file.change.new else { continue };
        // The same content under another name says the same.
        if !seen.insert(new.oid) {
            continue;
        }
        let records = match read(repository, new, &mut room)? {
            Ok(records) => records,
            Err(why) => {
                problems.push(unreadable(&file.change.path, &why));
                continue;
            }
        };
        let old = file.change.old.map(|old| read(repository, old, &mut room)).transpose()?;
        let old = old.and_then(Result::ok).unwrap_or_default();
        let known: HashSet<&TraceRecord> = old.iter().collect();
        for record in &records {
            let bears = match record.revision {
                Some(commit) => commits.contains(&commit),
                None => !known.contains(record),
            };
            if bears {
                evidence.extend(record.evidence(fingerprints));
            }
        }
    }
    Ok((evidence.into_iter().collect(), problems))
}

/// Every record of a tree that names a commit, and how many files could not be read.
///
/// # Errors
/// [`PortError`] when objects cannot be read.
pub fn of_tree(
    repository: &dyn Repository,
    tree: Oid,
) -> Result<(Vec<(Oid, TraceRecord)>, u64), PortError> {
    let (mut found, mut broken, mut room) = (Vec::new(), 0, TREE_MAX);
    let files = repository.files_below(tree, &RepoPath::from(DIRECTORY))?;
    for (_, state) in files.into_iter().filter(|(path, _)| is_record(path)).take(FILES_MAX) {
        match read(repository, state, &mut room)? {
            Ok(records) => {
                found.extend(records.into_iter().filter_map(|r| Some((r.revision?, r))));
            }
            Err(_) => broken += 1,
        }
    }
    Ok((found, broken))
}

fn is_record(path: &RepoPath) -> bool {
    let bytes = path.as_bytes();
    let below = bytes.strip_prefix(DIRECTORY.as_bytes()).is_some_and(|rest| rest.starts_with(b"/"));
    below && (bytes.ends_with(b".jsonl") || bytes.ends_with(b".json"))
}

/// Reads one file, if there is room for it.
fn read(repository: &dyn Repository, state: FileState, room: &mut u64) -> Result<Read, PortError> {
    if !matches!(state.mode, Mode::File | Mode::Executable) {
        return Ok(Err("it is no plain file".to_owned()));
    }
    let most = (*room).min(trace::MAX_BYTES as u64);
    let Some(bytes) = repository.blob(state.oid, most)? else {
        return Ok(Err(format!("all of them are more than {} MiB", most >> 20)));
    };
    *room = room.saturating_sub(bytes.len() as u64);
    Ok(trace::parse(&bytes).map_err(|error| error.to_string()))
}

fn unreadable(path: &RepoPath, why: &str) -> Problem {
    Problem {
        code: "trace-unreadable",
        text: format!("the trace in {path} cannot be read: {why}"),
        hint: "let the tool write it again, or take it out of the change".to_owned(),
    }
}
