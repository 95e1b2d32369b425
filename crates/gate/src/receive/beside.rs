//! What a push leaves for later beside what it lands: who brings what agents made, and notes that it takes
//! away. Judges nothing.

use super::{Answer, NOTES, RefUpdate, Setup};
use crate::people::{self, Directory};
use crate::pipeline::Judgement;
use crate::ports::PortError;
use crate::world::World;
use obstat_model::actor::{Actor, Role};
use obstat_model::change::{FileChange, FileState};
use obstat_model::facts::Problem;
use obstat_model::object::{Mode, Oid, RepoPath};
use obstat_model::target::Mode as TargetMode;
use obstat_model::text::grouped;
use std::collections::{BTreeSet, HashSet};

/// Most commits that one push may bring to refs that nobody protects.
const COMMITS_MAX: usize = 100_000;
/// Most notes that one push may take away.
const NOTES_MAX: usize = 100_000;
/// Most notes that one push may change.
const NOTES_CHANGED_MAX: usize = 200_000;
/// Most notes in one directory: git spreads them long before.
const NOTES_BESIDE_MAX: usize = 10_000;

/// What is to be kept.
#[derive(Debug, Default)]
pub struct Beside {
    /// New commits of agents and services: whoever brings them ran these.
    pub brought: Vec<Oid>,
    /// A commit that would not be looked at again, because it is too large or malformed.
    pub refused: Option<Problem>,
    /// Commits with the blobs of their notes that are gone or are others after the push.
    pub notes: Vec<(Oid, Oid)>,
}

/// Finds it. `is_here` tells which objects were in the store before. Whoever pushes a branch brings what it adds, and
/// not what others brought: what lay below a ref before.
///
/// # Errors
/// [`PortError`] when objects cannot be read.
pub fn beside(
    world: World,
    setup: &Setup,
    (updates, answers): (&[RefUpdate], &[Answer]),
    is_here: &dyn Fn(Oid) -> bool,
) -> Result<Beside, PortError> {
    let mut found = Beside::default();
    for update in updates.iter().filter(|update| update.name.as_str() == NOTES) {
        match lost_notes(world, update)? {
            Ok(lost) => found.notes.extend(lost),
            Err(problem) => {
                found.refused = Some(problem);
                return Ok(found);
            }
        }
    }
    let mut todo: Vec<Oid> = Vec::new();
    for (update, answer) in updates.iter().zip(answers) {
        let Some(new) = update.new.filter(|_| may_bring(answer)) else { continue };
        match world.repository.peel(new) {
            Ok(head) => todo.push(head),
            Err(error) if is_no_commit(world, &error) => {
                found.refused = Some(Problem {
                    code: "ref-unreadable",
                    text: error.to_string(),
                    hint: "push what it names by itself".to_owned(),
                });
                return Ok(found);
            }
            // A blob or a tree is nobody's work.
            Err(_) => {}
        }
    }
    let Some(tip) = super::main_tip(world, setup, updates)?.filter(|_| !todo.is_empty()) else {
        return Ok(found);
    };
    let loaded = world.inputs_that_held(tip)?;
    let Ok(inputs) = &*loaded else { return Ok(found) };
    let directory = Directory { roster: &inputs.roster, fingerprints: &inputs.fingerprints };
    let (mut seen, mut here) = (HashSet::new(), Vec::new());
    while let Some(id) = todo.pop() {
        if seen.len() > COMMITS_MAX {
            found.refused = Some(Problem {
                code: "too-many-commits",
                text: format!("it brings over {} commits", grouped(COMMITS_MAX as u64)),
                hint: "push them in parts: an older commit of the branch first".to_owned(),
            });
            return Ok(found);
        }
        if !seen.insert(id) {
            continue;
        }
        if is_here(id) {
            here.push(id);
            continue;
        }
        match found.look_at(world, directory, id)? {
            Some(parents) => todo.extend(parents),
            None if found.refused.is_some() => return Ok(found),
            None => {}
        }
    }
    let before: HashSet<Oid> = updates.iter().filter_map(|update| update.old).collect();
    let mut open = Vec::new();
    for id in here {
        if !before.contains(&id) && !is_below(world, id, tip)? {
            open.push(id);
        }
    }
    if open.is_empty() {
        return Ok(found);
    }
    for commit in world.repository.outside(&open)? {
        if found.look_at(world, directory, commit.id)?.is_none() && found.refused.is_some() {
            return Ok(found);
        }
    }
    Ok(found)
}

/// A commit that would land and is too large: it is read for as long as the target stands.
///
/// # Errors
/// [`PortError`] when objects cannot be read.
pub fn oversized(world: World, answers: &[Answer]) -> Result<Option<Problem>, PortError> {
    let parts = answers.iter().filter_map(|answer| match answer {
        Answer::Gated(gated) => Some(gated.clear.iter().chain(gated.open.iter())),
        Answer::Free | Answer::Filed | Answer::Refused(_) => None,
    });
    for commit in parts.flatten().flat_map(|part| &part.commits) {
        match world.repository.commit_of_anybody(commit.id) {
            Ok(_) => {}
            Err(error) if error.is_of_one_object() => return Ok(Some(unreadable(&error))),
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

fn unreadable(error: &PortError) -> Problem {
    Problem {
        code: "commit-unreadable",
        text: error.to_string(),
        hint: "make the commit anew, with a shorter message".to_owned(),
    }
}

/// Whether a commit lies below the policy's tip; one that cannot be told about does not.
fn is_below(world: World, id: Oid, tip: Oid) -> Result<bool, PortError> {
    match world.repository.is_ancestor(id, tip) {
        Err(error) if error.is_of_one_object() => Ok(false),
        other => other,
    }
}

impl Beside {
    /// Takes a commit that is new here, and says what it comes after; nothing where it cannot be looked at.
    fn look_at(
        &mut self,
        world: World,
        directory: Directory,
        id: Oid,
    ) -> Result<Option<Vec<Oid>>, PortError> {
        let commit = match world.repository.commit_of_anybody(id) {
            Ok(commit) => commit,
            Err(PortError::Missing(_)) => return Ok(None),
            Err(error) if error.is_of_one_object() => {
                self.refused = Some(unreadable(&error));
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        if people::is_by_nobody(directory, &commit) {
            self.brought.push(id);
        }
        Ok(Some(commit.parents))
    }
}

/// Whether an update that passes brings what the record of an enforced landing does not tell, or what an agent or a
/// service made.
pub fn may_bring(answer: &Answer) -> bool {
    let by_nobody = |judgement: &Judgement| {
        judgement.participants.iter().any(|part| {
            let actor = part.actor.as_ref();
            part.role == Role::Author && matches!(actor, Some(Actor::Agent(_) | Actor::Service(_)))
        })
    };
    match answer {
        Answer::Free => true,
        Answer::Gated(gated) => {
            gated.mode != TargetMode::Enforce || gated.clear.iter().any(by_nobody)
        }
        Answer::Filed | Answer::Refused(_) => false,
    }
}

/// Whether what an object leads to is neither a blob nor a tree, nor a commit.
fn is_no_commit(world: World, error: &PortError) -> bool {
    let PortError::Malformed { id, .. } = error else { return true };
    world.repository.blob(*id, 0).is_err()
        && world.repository.names(*id, &RepoPath::from("")).is_err()
}

/// Notes that git reads in the old tree and not in the new one, wherever it spreads them; or why the push is none that
/// can be followed: every push of anybody looks for notes.
fn lost_notes(
    world: World,
    update: &RefUpdate,
) -> Result<Result<Vec<(Oid, Oid)>, Problem>, PortError> {
    let tree = |id: Option<Oid>| {
        id.map(|id| world.repository.commit(id).map(|commit| commit.tree)).transpose()
    };
    let (old, new) = (tree(update.old)?, tree(update.new)?);
    let (mut commits, mut directories, mut seen) = (BTreeSet::new(), BTreeSet::new(), 0);
    // Also of the first ones: what cannot be gone through could never be replaced.
    world.repository.visit_changes(old, new, &mut |change: FileChange| {
        seen += 1;
        if change.new.is_some() {
            let directory = change.path.as_bytes().rsplitn(2, |byte| *byte == b'/').nth(1);
            directories.insert(directory.unwrap_or_default().to_vec());
        }
        let hex: Vec<u8> =
            change.path.as_bytes().iter().copied().filter(|byte| *byte != b'/').collect();
        let commit = std::str::from_utf8(&hex).ok().and_then(|hex| hex.parse::<Oid>().ok());
        commits.extend(commit.filter(|_| change.old.is_some()));
        seen <= NOTES_CHANGED_MAX
    })?;
    let many = |what: &str, most: usize| {
        Ok(Err(Problem {
            code: "too-many-notes",
            text: format!("it {what} {} notes", grouped(most as u64)),
            hint: "do it in parts, with notes as git itself writes them".to_owned(),
        }))
    };
    if seen > NOTES_CHANGED_MAX {
        return many("changes over", NOTES_CHANGED_MAX);
    }
    for directory in directories {
        let names = new.map(|new| world.repository.names(new, &RepoPath::new(directory)));
        if names.transpose()?.is_some_and(|names| names.len() > NOTES_BESIDE_MAX) {
            return many("puts into one directory over", NOTES_BESIDE_MAX);
        }
    }
    let is_file = |state: &FileState| matches!(state.mode, Mode::File | Mode::Executable);
    let read = |tree: Option<Oid>, commit: Oid| {
        let found = tree.map(|tree| world.repository.noted(tree, commit)).transpose()?;
        let files = found.unwrap_or_default().into_iter().filter(is_file);
        Ok::<Vec<Oid>, PortError>(files.map(|state| state.oid).collect())
    };
    let mut lost = Vec::new();
    for commit in commits {
        let is = read(new, commit)?;
        let was = read(old, commit)?.into_iter().filter(|blob| !is.contains(blob));
        lost.extend(was.map(|blob| (commit, blob)));
    }
    if lost.len() > NOTES_MAX {
        return many("takes away over", NOTES_MAX);
    }
    Ok(Ok(lost))
}
