//! What a push leaves for later beside what it lands: who brings what agents made, and notes that it takes
//! away. Judges nothing.

use super::{Answer, NOTES, RefUpdate, Setup};
use crate::people::{self, Directory};
use crate::ports::PortError;
use crate::world::World;
use obstat_model::change::FileChange;
use obstat_model::object::Oid;
use std::collections::HashSet;

/// Most commits of one update that are looked through.
const COMMITS_MAX: usize = 10_000;

/// What is to be kept.
#[derive(Debug, Default)]
pub struct Beside {
    /// Commits on refs that nobody protects, of agents and services: whoever brings them ran these.
    pub brought: Vec<Oid>,
    /// Commits with the blobs of their notes that are gone or are others after the push.
    pub notes: Vec<(Oid, Oid)>,
}

/// Finds it.
///
/// # Errors
/// [`PortError`] when objects cannot be read.
pub fn beside(
    world: World,
    setup: &Setup,
    updates: &[RefUpdate],
    answers: &[Answer],
) -> Result<Beside, PortError> {
    let mut found = Beside::default();
    for update in updates.iter().filter(|update| update.name.as_str() == NOTES) {
        found.notes.extend(lost_notes(world, update)?);
    }
    let free = updates.iter().zip(answers).filter(|(_, answer)| matches!(answer, Answer::Free));
    let free =
        free.map(|(update, _)| update).filter(|u| !u.name.as_str().starts_with("refs/notes/"));
    let heads: Vec<Oid> =
        free.filter_map(|update| world.repository.peel(update.new?).ok()).collect();
    let tip = super::main_tip(world, setup, updates)?;
    let Some(tip) = tip.filter(|_| !heads.is_empty()) else { return Ok(found) };
    let loaded = world.inputs_that_held(tip)?;
    let Ok(inputs) = &*loaded else { return Ok(found) };
    let directory = Directory { roster: &inputs.roster, fingerprints: &inputs.fingerprints };
    let commits = world.repository.commits_of(Some(tip), &heads)?;
    let commits = commits.iter().take(COMMITS_MAX);
    let made = commits.filter(|commit| people::is_by_nobody(directory, commit));
    found.brought = made.map(|commit| commit.id).collect();
    Ok(found)
}

/// Notes that the new tree does not have as they were, wherever it spreads them.
fn lost_notes(world: World, update: &RefUpdate) -> Result<Vec<(Oid, Oid)>, PortError> {
    let tree = |id: Option<Oid>| {
        id.map(|id| world.repository.commit(id).map(|commit| commit.tree)).transpose()
    };
    let (Some(old), new) = (tree(update.old)?, tree(update.new)?) else { return Ok(Vec::new()) };
    let (mut was, mut is) = (Vec::new(), HashSet::new());
    world.repository.visit_changes(Some(old), new, &mut |change: FileChange| {
        let hex: Vec<u8> =
            change.path.as_bytes().iter().copied().filter(|byte| *byte != b'/').collect();
        let commit = std::str::from_utf8(&hex).ok().and_then(|hex| hex.parse::<Oid>().ok());
        if let Some(commit) = commit {
            was.extend(change.old.map(|state| (commit, state.oid)));
            is.extend(change.new.map(|state| (commit, state.oid)));
        }
        true
    })?;
    was.retain(|note| !is.contains(note));
    Ok(was)
}
