//! Gathers evidence of AI involvement for a change from commits, notes and names; judges nothing.

use crate::memo::{NoteTrees, ReadNotes};
use crate::ports::{Commit, PortError, RawSignature, Repository};
use crate::traces;
use crate::world::{Then, World};
use obstat_model::change::ChangeFacts;
use obstat_model::evidence::{Evidence, EvidenceKind, Strength};
use obstat_model::facts::Problem;
use obstat_model::id::ToolId;
use obstat_model::object::{Mode, Oid, RefName};
use obstat_provenance::note;
use obstat_provenance::{CommitFacts, Fingerprints, RawIdentity};
use std::collections::BTreeSet;

/// Ref of git-ai's authorship notes.
pub const NOTES: &str = "refs/notes/ai";
/// Largest note that is parsed, in bytes (the largest seen in the field has 3.2 MB).
pub const NOTE_MAX: u64 = 4 << 20;
/// Most bytes of notes that are parsed in one run: anybody may write notes on anybody's commits.
const NOTES_MAX: u64 = 32 << 20;

/// Evidence and what went wrong while reading it.
#[derive(Debug, Default)]
pub struct Gathered {
    /// The evidence.
    pub evidence: Vec<Evidence>,
    /// Traces that could not be read. They block: one that hides is a missing fact.
    pub problems: Vec<Problem>,
}

/// Evidence of one commit: message, identities and note. A note that cannot be read counts for all that a
/// note can say, that an AI helped: anybody may write notes on anybody's commits.
///
/// # Errors
/// [`PortError`] when the notes cannot be read at all.
pub fn of_commit(
    world: World,
    fingerprints: &Fingerprints,
    notes: Option<&RefName>,
    commit: &Commit,
) -> Result<Vec<Evidence>, PortError> {
    let mut found = of_message(fingerprints, commit);
    let Some(notes) = notes else { return Ok(found) };
    let read = world.memo.notes(commit.id, |read| read_notes(world, (notes, commit.id), read))?;
    for note in read.iter() {
        match note {
            Ok(note) => found.extend(note.evidence(fingerprints, commit.id)),
            Err(why) => found.push(unread_note(commit.id, why)),
        }
    }
    Ok(found)
}

/// Reads the note on a commit, and those that it had before; `read` counts the bytes of all.
fn read_notes(
    world: World,
    (notes, commit): (&RefName, Oid),
    read: &mut u64,
) -> Result<ReadNotes, PortError> {
    let mut parsed = |bytes: &[u8]| {
        *read = read.saturating_add(bytes.len() as u64);
        match *read > NOTES_MAX {
            true => Err(format!("the notes of one change have over {} MiB", NOTES_MAX >> 20)),
            false => note::parse(bytes).map_err(|error| error.to_string()),
        }
    };
    let (mut found, mut blobs) = (Vec::new(), Vec::new());
    // Whoever wrote one that cannot be read is no reason to stop everybody else.
    let missed = |error: PortError| match error.is_of_one_object() {
        true => Ok(error.to_string()),
        false => Err(error),
    };
    for tree in world.memo.note_trees(|| note_trees(world.repository, notes))?.iter() {
        let tree = match tree {
            Ok(tree) => *tree,
            Err(why) => {
                found.push(Err(why.clone()));
                continue;
            }
        };
        match world.repository.noted(tree, commit) {
            Ok(states) => {
                for state in states {
                    if !blobs.contains(&state) {
                        blobs.push(state);
                    }
                }
            }
            Err(error) => found.push(Err(missed(error)?)),
        }
    }
    for state in blobs {
        if !matches!(state.mode, Mode::File | Mode::Executable) {
            found.push(Err("it is no plain file".to_owned()));
            continue;
        }
        found.push(match world.repository.blob(state.oid, NOTE_MAX) {
            Ok(Some(bytes)) => parsed(&bytes),
            Ok(None) => Err(format!("it has over {} MiB", NOTE_MAX >> 20)),
            Err(error) => Err(missed(error)?),
        });
    }
    for bytes in world.records.earlier_notes(commit, NOTE_MAX)? {
        found.push(parsed(&bytes.unwrap_or_default()));
    }
    Ok(found.into())
}

/// The trees of notes as they are and as the push that is judged would have them: what it takes away is still
/// there when it is judged.
fn note_trees(repository: &dyn Repository, notes: &RefName) -> Result<NoteTrees, PortError> {
    let tips = [repository.reference(notes)?, repository.reference_before(notes)?];
    let tips: BTreeSet<Oid> = tips.into_iter().flatten().collect();
    let tree = |tip| match repository.commit(tip) {
        Ok(commit) => Ok(Ok(commit.tree)),
        Err(error) if error.is_of_one_object() => Ok(Err(error.to_string())),
        Err(error) => Err(error),
    };
    tips.into_iter().map(tree).collect()
}

/// Evidence of one commit's message and identities alone.
#[must_use]
pub fn of_message(fingerprints: &Fingerprints, commit: &Commit) -> Vec<Evidence> {
    fingerprints.of_commit(&CommitFacts {
        oid: Some(commit.id),
        author: raw(&commit.author),
        committer: raw(&commit.committer),
        author_at: commit.author.at,
        committed_at: commit.committer.at,
        message: &commit.message,
    })
}

fn raw(signature: &RawSignature) -> RawIdentity<'_> {
    RawIdentity { name: &signature.name, email: &signature.email }
}

/// What a record tells of evidence that may be gone, beside what is still there.
#[must_use]
pub fn recorded(then: Then, evidence: &[Evidence]) -> Vec<Evidence> {
    let strong = || evidence.iter().filter(|sign| sign.strength >= Strength::E1);
    let missing =
        then.tools.iter().filter(|t| !strong().any(|sign| sign.tool.as_ref() == Some(*t)));
    let mut tools: Vec<Option<ToolId>> = missing.cloned().map(Some).collect();
    if tools.is_empty() && then.assisted && strong().next().is_none() {
        tools.push(None);
    }
    let sign = |tool| Evidence {
        strength: Strength::E1,
        kind: EvidenceKind::Landing,
        tool,
        model: None,
        commit: None,
        text: "known to the gate when it landed".to_owned(),
    };
    tools.into_iter().map(sign).collect()
}

/// What a note that cannot be read is taken for.
#[must_use]
pub fn unread_note(commit: Oid, why: &str) -> Evidence {
    Evidence {
        strength: Strength::E1,
        kind: EvidenceKind::Note,
        tool: None,
        model: None,
        commit: Some(commit),
        text: format!("a note that cannot be read: {why}"),
    }
}

/// The ref of authorship notes.
#[must_use]
pub fn notes() -> Option<RefName> {
    RefName::parse(NOTES).ok()
}

/// Evidence of a whole change: its commits, its earlier forms, its paths, the traces it brings and those that commits
/// beside its earlier forms bring.
///
/// # Errors
/// [`PortError`] when objects cannot be read.
pub fn of_change(
    world: World,
    fingerprints: &Fingerprints,
    (commits, notes): (&[Commit], Option<&RefName>),
    (change, tracing): (&ChangeFacts, &[Commit]),
) -> Result<Gathered, PortError> {
    let repository = world.repository;
    let mut found = Gathered::default();
    for commit in commits {
        found.evidence.extend(of_commit(world, fingerprints, notes, commit)?);
    }
    let paths = change.files.iter().map(|f| &f.change.path);
    found.evidence.extend(fingerprints.of_paths(paths));
    let (evidence, problems) =
        traces::of_change(repository, fingerprints, (commits, tracing), change)?;
    found.evidence.extend(evidence);
    found.problems.extend(problems);
    Ok(found)
}
