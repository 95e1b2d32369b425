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
use std::collections::HashSet;

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

/// Finds it. `is_known` tells which commits were here before: whoever pushes a branch brings what it adds, and not
/// what others brought.
///
/// # Errors
/// [`PortError`] when objects cannot be read.
pub fn beside(
    world: World,
    setup: &Setup,
    (updates, answers): (&[RefUpdate], &[Answer]),
    is_known: &dyn Fn(Oid) -> bool,
) -> Result<Beside, PortError> {
    let mut found = Beside::default();
    for update in updates.iter().filter(|update| update.name.as_str() == NOTES) {
        found.notes.extend(lost_notes(world, update)?);
    }
    let mut todo: Vec<Oid> = Vec::new();
    for (update, answer) in updates.iter().zip(answers) {
        let Some(new) = update.new.filter(|_| may_bring(answer)) else { continue };
        match world.repository.peel(new) {
            Ok(head) => todo.push(head),
            Err(error) if is_no_commit(world, new) => {
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
    let mut seen: HashSet<Oid> = HashSet::new();
    while let Some(id) = todo.pop() {
        if is_known(id) || !seen.insert(id) {
            continue;
        }
        let commit = match world.repository.commit_of_anybody(id) {
            Ok(commit) => commit,
            Err(PortError::Missing(_)) => continue,
            Err(error) if error.is_of_one_object() => {
                found.refused = Some(Problem {
                    code: "commit-unreadable",
                    text: error.to_string(),
                    hint: "make the commit anew, with a shorter message".to_owned(),
                });
                return Ok(found);
            }
            Err(error) => return Err(error),
        };
        if people::is_by_nobody(directory, &commit) {
            found.brought.push(id);
        }
        todo.extend(commit.parents);
    }
    Ok(found)
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

/// Whether an object is neither a blob nor a tree, and leads to no commit.
fn is_no_commit(world: World, id: Oid) -> bool {
    world.repository.blob(id, 0).is_err()
        && world.repository.names(id, &RepoPath::from("")).is_err()
}

/// Notes that the new tree does not have as they were, wherever it spreads them.
fn lost_notes(world: World, update: &RefUpdate) -> Result<Vec<(Oid, Oid)>, PortError> {
    let tree = |id: Option<Oid>| {
        id.map(|id| world.repository.commit(id).map(|commit| commit.tree)).transpose()
    };
    let (old, new) = (tree(update.old)?, tree(update.new)?);
    let (mut was, mut is) = (Vec::new(), HashSet::new());
    // Also of the first ones: what cannot be gone through could never be replaced.
    world.repository.visit_changes(old, new, &mut |change: FileChange| {
        let hex: Vec<u8> =
            change.path.as_bytes().iter().copied().filter(|byte| *byte != b'/').collect();
        let commit = std::str::from_utf8(&hex).ok().and_then(|hex| hex.parse::<Oid>().ok());
        if let Some(commit) = commit {
            let file = |state: FileState| {
                matches!(state.mode, Mode::File | Mode::Executable).then_some((commit, state.oid))
            };
            was.extend(change.old.and_then(file));
            is.extend(change.new.and_then(file));
        }
        true
    })?;
    was.retain(|note| !is.contains(note));
    Ok(was)
}
