//! Turns a revision into the facts about its content; knows no people and no rules.

use crate::hidden::{self, Sides};
use crate::inputs;
use crate::lines;
use crate::ports::{PortError, Repository};
use crate::world::World;
use obstat_model::change::{ChangeFacts, ChangedFile, FileChange, FileState, InputsStep, Revision};
use obstat_model::digest::change_digest;
use obstat_model::hidden::HiddenFlag;
use obstat_model::object::{Mode, Oid, RefName};

/// Largest file in bytes whose text is looked at.
pub const LOOK_MAX: u64 = 16 << 20;
/// Largest file in bytes whose lines are counted; larger ones do not land.
const COUNT_MAX: u64 = 1 << 29;
/// Most bytes of text that are looked at for one change: one large file may be under many paths.
const TEXT_MAX: u64 = 1 << 31;
/// Bytes of both sides up to which lines are compared; above, the file counts as rewritten.
const COMPARE_MAX: usize = 8 << 20;

/// Facts about the content of a revision.
///
/// # Errors
/// [`PortError`] when an object cannot be read.
pub fn gather(
    world: World,
    target: &RefName,
    revision: Revision,
) -> Result<ChangeFacts, PortError> {
    let repository = world.repository;
    let base = tree_of(repository, revision.tip)?;
    let changes = repository.changes(base, Some(revision.tree))?;
    let digest = change_digest(world.trust.repository, target, &changes);
    let touched = changes.iter().any(|c| inputs::is_input(&c.path));
    let inputs = match base.filter(|_| touched) {
        Some(base) => Some(InputsStep {
            previous: world.inputs_digest(base)?,
            next: world.inputs_digest(revision.tree)?,
        }),
        None => None,
    };
    let mut look = Look::new(repository);
    let files = changes.into_iter().map(|c| look.at(c)).collect::<Result<_, _>>()?;
    Ok(ChangeFacts { digest, revision, files, inputs })
}

/// The tree of a commit, if there is one.
///
/// # Errors
/// [`PortError`] when the commit cannot be read.
pub fn tree_of(repository: &dyn Repository, commit: Option<Oid>) -> Result<Option<Oid>, PortError> {
    commit.map(|id| repository.commit(id).map(|c| c.tree)).transpose()
}

/// Looks at the text of files, one after the other.
pub(crate) struct Look<'a> {
    repository: &'a dyn Repository,
    /// How much was looked at.
    pub(crate) bytes: u64,
}

impl<'a> Look<'a> {
    pub(crate) fn new(repository: &'a dyn Repository) -> Self {
        Self { repository, bytes: 0 }
    }

    pub(crate) fn at(&mut self, change: FileChange) -> Result<ChangedFile, PortError> {
        let (old, old_large) = self.text(change.old, LOOK_MAX)?;
        let (new, new_large) = self.text(change.new, LOOK_MAX)?;
        let sides = Sides { old: old.as_deref(), new: new.as_deref() };
        let mut hidden = hidden::scan(&change, sides);
        if !old_large && !new_large {
            return Ok(ChangedFile { lines: lines::count(sides, COMPARE_MAX), hidden, change });
        }
        hidden.push(HiddenFlag::TooLarge);
        let (old, _) = self.text(change.old, COUNT_MAX)?;
        let (new, _) = self.text(change.new, COUNT_MAX)?;
        let sides = Sides { old: old.as_deref(), new: new.as_deref() };
        Ok(ChangedFile { lines: lines::count(sides, COMPARE_MAX), hidden, change })
    }

    /// The bytes of one side, and whether it was too large to be read.
    fn text(
        &mut self,
        side: Option<FileState>,
        most: u64,
    ) -> Result<(Option<Vec<u8>>, bool), PortError> {
        let Some(state) = side.filter(|s| s.mode != Mode::Submodule) else {
            return Ok((None, false));
        };
        let found = self.repository.blob(state.oid, most)?;
        self.bytes = self.bytes.saturating_add(found.as_ref().map_or(0, |text| text.len() as u64));
        if self.bytes > TEXT_MAX {
            let what = "the text of the change, with what was there before,".to_owned();
            let limit = format!("{} MiB; land it in parts", TEXT_MAX >> 20);
            return Err(PortError::TooLarge { what, limit });
        }
        let large = found.is_none();
        Ok((found, large))
    }
}
