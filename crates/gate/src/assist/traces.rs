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

/// Most files of records that one change may bring: each may be large.
const BROUGHT_MAX: usize = 8;

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
    let mut seen = HashSet::new();
    for file in brought {
        let Some(new) = file.change.new else { continue };
        // The same content under another name says the same.
        if !seen.insert(new.oid) {
            continue;
        }
        if seen.len() > BROUGHT_MAX {
            let why = format!("a change may bring {BROUGHT_MAX} such files");
            problems.push(unreadable(&file.change.path, &why));
            break;
        }
        let records = match read(repository, new)? {
            Ok(records) => records,
            Err(why) => {
                problems.push(unreadable(&file.change.path, &why));
                continue;
            }
        };
        let old = file.change.old.map(|old| read(repository, old)).transpose()?;
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
    let (mut found, mut broken) = (Vec::new(), 0);
    let files = repository.files_below(tree, &RepoPath::from(DIRECTORY))?;
    for (_, state) in files.into_iter().filter(|(path, _)| is_record(path)).take(FILES_MAX) {
        match read(repository, state)? {
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

fn read(repository: &dyn Repository, state: FileState) -> Result<Read, PortError> {
    if !matches!(state.mode, Mode::File | Mode::Executable) {
        return Ok(Err("it is no plain file".to_owned()));
    }
    let Some(bytes) = repository.blob(state.oid, trace::MAX_BYTES as u64)? else {
        return Ok(Err(format!("it is larger than {} MiB", trace::MAX_BYTES >> 20)));
    };
    Ok(trace::parse(&bytes).map_err(|error| error.to_string()))
}

fn unreadable(path: &RepoPath, why: &str) -> Problem {
    Problem {
        code: "trace-unreadable",
        text: format!("the trace in {path} cannot be read: {why}"),
        hint: "let the tool write it again, or take it out of the change".to_owned(),
    }
}
