//! Agent Trace records that a repository keeps in its own tree; judges nothing.
//!
//! The RFC leaves storage open; its reference code appends to `.agent-trace/traces.jsonl`.

use crate::ports::{Commit, PortError, Repository};
use obstat_model::change::{ChangeFacts, FileChange, FileState};
use obstat_model::evidence::{Evidence, EvidenceKind, Strength};
use obstat_model::facts::Problem;
use obstat_model::object::{Mode, Oid, RepoPath};
use obstat_provenance::Fingerprints;
use obstat_provenance::trace::{self, TraceRecord};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

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

/// Evidence of the records that a change brings, and of those that its commits and its earlier forms have had: of
/// those commits, and of no commit at all. Those of other commits have been read when those landed.
///
/// # Errors
/// [`PortError`] when objects cannot be read.
pub(crate) fn of_change(
    repository: &dyn Repository,
    fingerprints: &Fingerprints,
    (commits, tracing): (&[Commit], &[Commit]),
    change: &ChangeFacts,
) -> Result<(Vec<Evidence>, Vec<Problem>), PortError> {
    let (mut evidence, mut problems) = (BTreeSet::new(), Vec::new());
    let ids: HashSet<Oid> = commits.iter().map(|commit| commit.id).collect();
    let paths: HashSet<&[u8]> = change.files.iter().map(|f| f.change.path.as_bytes()).collect();
    let brought = change.files.iter().filter(|file| is_record(&file.change.path));
    let brought = brought.map(|file| (file.change.clone(), None));
    let past = of_commits(repository, commits.iter().chain(tracing))?;
    if past.len() > FILES_MAX
        && let Some(commit) = commits.first()
    {
        evidence.insert(unread(commit.id, &format!("there are over {FILES_MAX} files of them")));
    }
    let (mut seen, mut files) = (HashSet::new(), Files::new(repository));
    for (file, by) in brought.chain(past) {
        let Some(new) = file.new else { continue };
        // The same step under another name says the same; another step to the same content may say more.
        if !seen.insert((file.old, new)) {
            continue;
        }
        let read = files.read(new)?;
        let records = match (&*read, by) {
            (Ok(records), _) => records,
            (Err(why), None) => {
                problems.push(unreadable(&file.path, why));
                continue;
            }
            // What is not there in the end is nothing that can be mended.
            (Err(why), Some(commit)) => {
                evidence.insert(unread(commit, why));
                continue;
            }
        };
        let old = file.old.map(|old| files.read(old)).transpose()?;
        let old = old.as_deref().and_then(|old| old.as_ref().ok());
        let known: HashSet<&TraceRecord> = old.into_iter().flatten().collect();
        for record in records {
            let bears = match record.revision {
                Some(commit) => ids.contains(&commit),
                // Beside the change a record that names no commit is of it where it names a file of it.
                None => {
                    let is_own = by.is_none_or(|by| ids.contains(&by));
                    !known.contains(record) && (is_own || names_one_of(record, &paths))
                }
            };
            if bears {
                evidence.extend(record.evidence(fingerprints));
            }
        }
    }
    Ok((evidence.into_iter().collect(), problems))
}

fn names_one_of(record: &TraceRecord, paths: &HashSet<&[u8]>) -> bool {
    record.files.iter().any(|file| paths.contains(file.path.as_bytes()))
}

/// Files of records, each read once: many steps may lead to one.
struct Files<'a> {
    repository: &'a dyn Repository,
    room: u64,
    known: HashMap<FileState, Rc<Read>>,
}

impl<'a> Files<'a> {
    fn new(repository: &'a dyn Repository) -> Self {
        Self { repository, room: BROUGHT_MAX, known: HashMap::new() }
    }

    fn read(&mut self, state: FileState) -> Result<Rc<Read>, PortError> {
        if let Some(known) = self.known.get(&state) {
            return Ok(Rc::clone(known));
        }
        let found = Rc::new(read(self.repository, state, &mut self.room)?);
        self.known.insert(state, Rc::clone(&found));
        Ok(found)
    }
}

/// The records of trees, found once for each.
struct Directories<'a> {
    repository: &'a dyn Repository,
    known: HashMap<Oid, Option<Oid>>,
}

impl<'a> Directories<'a> {
    fn new(repository: &'a dyn Repository) -> Self {
        Self { repository, known: HashMap::new() }
    }

    /// The directory of a tree of anybody.
    fn of(&mut self, tree: Oid) -> Result<Option<Oid>, PortError> {
        if let Some(known) = self.known.get(&tree) {
            return Ok(*known);
        }
        let found = match self.repository.subtree(tree, &RepoPath::from(DIRECTORY)) {
            Err(error) if error.is_of_one_object() => None,
            other => other?,
        };
        self.known.insert(tree, found);
        Ok(found)
    }

    /// Where a commit has other records than each of its parents: those of the first, and its own.
    fn changed_by(&mut self, commit: &Commit) -> Result<Option<(Option<Oid>, Oid)>, PortError> {
        let Some(here) = self.of(commit.tree)? else { return Ok(None) };
        let mut parents = Vec::new();
        for parent in &commit.parents {
            match self.repository.commit_of_anybody(*parent) {
                Ok(parent) => parents.push(self.of(parent.tree)?),
                Err(error) if error.is_of_one_object() => {}
                Err(error) => return Err(error),
            }
        }
        let first = parents.first().copied().flatten();
        Ok((!parents.contains(&Some(here))).then_some((first, here)))
    }
}

/// Those of some commits that bring records.
///
/// # Errors
/// [`PortError`] when objects cannot be read.
pub(crate) fn tracing(
    repository: &dyn Repository,
    commits: impl Iterator<Item = Commit>,
) -> Result<Vec<Commit>, PortError> {
    let (mut directories, mut found) = (Directories::new(repository), Vec::new());
    for commit in commits {
        if directories.changed_by(&commit)?.is_some() {
            found.push(commit);
        }
    }
    Ok(found)
}

/// Files of records that commits change from what each of their parents has, with the commit.
fn of_commits<'a>(
    repository: &dyn Repository,
    commits: impl Iterator<Item = &'a Commit>,
) -> Result<Vec<(FileChange, Option<Oid>)>, PortError> {
    let (mut directories, mut found) = (Directories::new(repository), Vec::new());
    for commit in commits {
        let Some((before, here)) = directories.changed_by(commit)? else { continue };
        let visited = repository.visit_changes(before, Some(here), &mut |file| {
            let path = [DIRECTORY.as_bytes(), b"/", file.path.as_bytes()].concat();
            let path = RepoPath::new(path);
            if is_record(&path) {
                found.push((FileChange { path, ..file }, Some(commit.id)));
            }
            found.len() <= FILES_MAX
        });
        match visited {
            Err(error) if error.is_of_one_object() => {}
            other => other?,
        }
    }
    Ok(found)
}

/// What a trace that cannot be read, and that does not come with the change in the end, is taken for.
fn unread(commit: Oid, why: &str) -> Evidence {
    Evidence {
        strength: Strength::E1,
        kind: EvidenceKind::AgentTrace,
        tool: None,
        model: None,
        commit: Some(commit),
        text: format!("a trace that cannot be read: {why}"),
    }
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
