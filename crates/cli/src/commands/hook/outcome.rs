//! Landings that a push will bring, kept on disk between pre-receive and post-receive.
//!
//! Written before the push is accepted, so that no landing is lost when the machine stops in
//! between: whatever is left over is recorded by the next run, or dropped if it never landed.

use super::late;
use super::settings::{Fixed, directory};
use crate::context::server::sign_next;
use crate::context::store::{DiskCache, write_whole};
use crate::error::CliError;
use obstat_attest::clearance::{self, Clearance};
use obstat_attest::record::{self, GateKey, RecordError};
use obstat_gate::inputs;
use obstat_gate::ports::{PortError, Records as _, Repository as _};
use obstat_gate::proposal::Pusher;
use obstat_gate::receive::{OWN, RefUpdate};
use obstat_git::GitRepository;
use obstat_git::records::{
    InputsTouched, LandingIndex, keep_superseded, record_landings, statement_ref,
};
use obstat_model::id::StatementHash;
use obstat_model::landing::{LandingKind, LandingRecord};
use obstat_model::object::{Oid, RefName};
use obstat_model::time::{Now, Seconds};
use obstat_model::trust::{TrustRoot, TrustedKey};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Most announcements of one pusher that wait: each push looks at all of them, and a push may announce
/// thousands that never come.
const WAITING_MAX: usize = 1_000;
/// Most protected refs that one push moves: each landing is recorded by itself, and others wait meanwhile.
const REFS_MAX: usize = 100;
/// A landing that was announced and has not come is dropped after this time.
const STALE: Seconds = Seconds(3_600);

fn pending(git_directory: &Path) -> PathBuf {
    directory(git_directory).join("pending")
}

/// Announces the landings of one push.
pub(super) struct Announcer<'a> {
    at: PathBuf,
    key: &'a GateKey,
    /// They are recorded in the order in which they were announced.
    place: u64,
}

impl<'a> Announcer<'a> {
    /// For so many landings of one pusher.
    pub(super) fn new(
        git_directory: &Path,
        key: &'a GateKey,
        (pusher, count): (&str, usize),
        now: Now,
    ) -> Result<Self, CliError> {
        if count > REFS_MAX {
            return Err(CliError::usage(
                format!(
                    "the push moves {count} protected refs, and {REFS_MAX} is the most at once"
                ),
                "push them in parts",
            ));
        }
        let at = pending(git_directory);
        std::fs::create_dir_all(&at).map_err(|e| CliError::file(&at, e))?;
        let mut others = waiting(git_directory)?;
        others.retain(|path| path.extension().is_none());
        make_room(&mut others, (pusher, count), now)?;
        let last = others.iter().filter_map(|path| place(path)).max();
        Ok(Self { at, key, place: last.map_or(0, |last| last.saturating_add(1)) })
    }

    pub(super) fn announce(
        &mut self,
        record: &LandingRecord,
        clearance: Option<&Clearance>,
    ) -> Result<(), CliError> {
        let unfit = |e: RecordError| {
            let text = format!("this landing cannot be recorded: {e}");
            CliError::usage(text, "push fewer changes at once")
        };
        self.key.sign_landing(&fitting(record)).map_err(unfit)?;
        let bytes = self.key.sign_landing(record).map_err(unfit)?;
        let hash = obstat_model::digest::sha256(&bytes);
        let path = self.at.join(format!("{:020}-{hash}", self.place));
        self.place = self.place.saturating_add(1);
        if let Some(clearance) = clearance {
            // Of too many statements there is none; the record is there all the same, as it is should
            // this be lost with the machine, for which it is not synced.
            if let Ok(signed) = self.key.sign_clearance(clearance) {
                let written = std::fs::write(beside(&path), signed);
                written.map_err(|e| CliError::file(&beside(&path), e))?;
            }
        }
        // Last, for it is what announces.
        write_whole(&path, &bytes)
    }
}

/// Forgets the oldest announcements of a pusher who has too many, but none that git may still be about: nobody
/// makes those of others go, or one's own that is on its way. What comes to pass all the same is judged then.
fn make_room(
    waiting: &mut Vec<PathBuf>,
    (pusher, count): (&str, usize),
    now: Now,
) -> Result<(), CliError> {
    if waiting.len() + count <= WAITING_MAX {
        return Ok(());
    }
    let mut own: Vec<(PathBuf, bool)> = Vec::new();
    for path in waiting.iter() {
        let bytes = std::fs::read(path).unwrap_or_default();
        let record = record::claimed_landing(&bytes).filter(|record| record.pusher == pusher);
        own.extend(record.map(|record| (path.clone(), record.at.after(late::FRESH) <= now.0)));
    }
    own.sort();
    let mut left = own.len();
    for (path, is_over) in own.iter().filter(|(_, is_over)| *is_over) {
        if left + count > WAITING_MAX && *is_over {
            remove(path)?;
            waiting.retain(|other| other != path);
            left -= 1;
        }
    }
    if left + count <= WAITING_MAX || left == 0 {
        return Ok(());
    }
    Err(CliError::usage(
        format!(
            "{left} protected refs were let through within a minute and did not move, and this push has {count}"
        ),
        format!("push fewer than {WAITING_MAX} protected refs at once, or wait a minute"),
    ))
}

fn remove(path: &Path) -> Result<(), CliError> {
    match std::fs::remove_file(path) {
        // Another run was faster.
        Err(e) if e.kind() != ErrorKind::NotFound => return Err(CliError::file(path, e)),
        _ => {}
    }
    let _ = std::fs::remove_file(beside(path));
    Ok(())
}

/// The clearance of an announced landing.
fn beside(path: &Path) -> PathBuf {
    path.with_extension("clearance")
}

/// Whether a landing of this very update was announced.
pub(super) fn is_announced(
    git_directory: &Path,
    trust: &TrustRoot,
    (name, new): (&RefName, Oid),
) -> Result<bool, CliError> {
    let found = announced(git_directory, trust)?;
    Ok(found.iter().any(|(_, record)| record.target == *name && record.to == new))
}

/// Files of announced landings, in no order.
fn waiting(git_directory: &Path) -> Result<Vec<PathBuf>, CliError> {
    let at = pending(git_directory);
    let Ok(entries) = std::fs::read_dir(&at) else { return Ok(Vec::new()) };
    let path = |entry: std::io::Result<std::fs::DirEntry>| entry.map(|entry| entry.path());
    entries.map(path).collect::<Result<_, _>>().map_err(|e| CliError::file(&at, e))
}

/// The place of an announcement among those that wait with it.
fn place(path: &Path) -> Option<u64> {
    path.file_name()?.to_str()?.split('-').next()?.parse().ok()
}

fn announced(
    git_directory: &Path,
    trust: &TrustRoot,
) -> Result<Vec<(PathBuf, LandingRecord)>, CliError> {
    let mut found = Vec::new();
    for path in waiting(git_directory)? {
        let Ok(bytes) = std::fs::read(&path) else { continue };
        // A half-written or foreign file announces nothing.
        if let Ok(record) = record::parse_landing(&bytes, &trust.gates) {
            found.push((path, record));
        }
    }
    found.sort_by_key(|(path, record)| (place(path), record.at));
    Ok(found)
}

/// Whether something has landed and is not recorded yet. What is only announced tells nothing; a
/// push that another hook refused leaves that behind.
pub(super) fn is_due(repository: &GitRepository) -> Result<bool, CliError> {
    for path in waiting(repository.directory())? {
        let claimed = std::fs::read(&path).ok().and_then(|bytes| record::claimed_landing(&bytes));
        if let Some(record) = claimed
            && has_landed(repository, &record)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether an announced update has come to pass: the ref is where it ends, and the last record of the
/// ref is not of that. That it ends below the tip would prove nothing: others may have brought the
/// commit as a part of something. Of several that end there the last is meant, for each began
/// where the ref then was.
fn has_landed(repository: &GitRepository, record: &LandingRecord) -> Result<bool, CliError> {
    let tip = repository.reference(&record.target)?.map(|id| repository.peel(id)).transpose()?;
    if tip != Some(record.to) {
        return Ok(false);
    }
    let last = repository.last_landing(&record.target)?;
    let last = last.and_then(|bytes| record::claimed_landing(&bytes)).map(|last| last.to);
    Ok(last != tip)
}

/// Records what has landed and drops what never will. Gives the landings recorded.
pub(super) fn settle(
    repository: &GitRepository,
    fixed: &Fixed,
    now: Now,
) -> Result<Vec<LandingRecord>, CliError> {
    let (trust, key) = (&fixed.trust, &fixed.key);
    let mut done = Vec::new();
    let all = announced(repository.directory(), trust)?;
    for (n, (path, record)) in all.iter().enumerate() {
        // Where an update of the same ref to the same end was announced again, the first failed.
        let same = |(_, later): &(PathBuf, LandingRecord)| {
            (&later.target, later.to) == (&record.target, record.to)
        };
        let again = all.iter().skip(n + 1).any(same);
        if !again && has_landed(repository, record)? {
            // Missing where nothing was cleared, or where the machine stopped too early.
            let clearance = std::fs::read(beside(path)).ok();
            let whole = |bytes: &Vec<u8>| clearance::parse(bytes, &trust.gates).is_ok();
            let clearance = clearance.filter(whole);
            let landed = match late::again(repository, fixed, record, now)? {
                Some(landed) => signed(key, landed),
                None => (record.clone(), clearance),
            };
            done.push(keep(repository, (key, &trust.gates), landed)?);
        } else if !again && record.at.after(STALE) > now.0 {
            continue;
        }
        remove(path)?;
    }
    Ok(done)
}

/// Heads that statements on a landing are about and that are no part of it: whoever decides again
/// merges them again, and no branch may have them any more.
fn relied_on(
    repository: &GitRepository,
    record: &LandingRecord,
) -> Result<Vec<(RefName, Oid)>, CliError> {
    let mut heads = Vec::new();
    for change in &record.changes {
        for statement in &change.statements {
            let exact = statement_ref(change.digest, *statement)?;
            if repository.reference(&exact)?.is_some() {
                continue;
            }
            let Some(bytes) = repository.statement(*statement)? else { continue };
            let Some(claimed) = obstat_attest::claimed(&bytes) else { continue };
            let head = claimed.context.head;
            if repository.commit(head).is_ok() && !repository.is_ancestor(head, change.to)? {
                heads.push((record.target.clone(), head));
            }
        }
    }
    Ok(heads)
}

/// Records what a push brought although nobody announced it. Gives the landings recorded.
pub(super) fn catch_up(
    repository: &GitRepository,
    (fixed, pusher): (&Fixed, &Pusher),
    updates: &[RefUpdate],
    now: Now,
) -> Result<Vec<LandingRecord>, CliError> {
    let mut missed = Vec::new();
    for update in updates.iter().filter(|update| !update.name.as_str().starts_with(OWN)) {
        let peel = |id: Option<Oid>| id.map(|id| repository.peel(id)).transpose();
        // What points to something else than a commit has landed nowhere.
        let (Ok(old), Ok(Some(new))) = (peel(update.old), peel(update.new)) else { continue };
        let here = peel(repository.reference(&update.name)?);
        let last = repository.last_landing(&update.name)?;
        let last = last.and_then(|bytes| record::claimed_landing(&bytes));
        if here.is_ok_and(|here| here == Some(new)) && last.is_none_or(|last| last.to != new) {
            missed.push(RefUpdate { name: update.name.clone(), old, new: Some(new) });
        }
    }
    unannounced(repository, (fixed, pusher), missed, now)
}

/// Records updates that came to pass without having been announced, as they are judged now. Gives
/// the landings recorded.
pub(super) fn unannounced(
    repository: &GitRepository,
    (fixed, pusher): (&Fixed, &Pusher),
    updates: Vec<RefUpdate>,
    now: Now,
) -> Result<Vec<LandingRecord>, CliError> {
    if updates.is_empty() {
        return Ok(Vec::new());
    }
    let mut done = Vec::new();
    for landed in late::unannounced(repository, (fixed, pusher.clone()), updates, now)? {
        let landed = signed(&fixed.key, landed);
        done.push(keep(repository, (&fixed.key, &fixed.trust.gates), landed)?);
    }
    Ok(done)
}

/// Records that a target was moved back by hand.
pub(super) fn returned(
    repository: &GitRepository,
    fixed: &Fixed,
    record: LandingRecord,
) -> Result<LandingRecord, CliError> {
    // What it lost is what approvals are held against.
    if let Some(lost) = record.from.filter(|lost| repository.commit(*lost).is_ok()) {
        keep_superseded(repository, &[(record.target.clone(), lost)])?;
    }
    keep(repository, (&fixed.key, &fixed.trust.gates), (record, None))
}

/// A record, and its clearance as it is kept.
type Signed = (LandingRecord, Option<Vec<u8>>);

/// A clearance that cannot be written is left out: it repeats what the record says.
fn signed(key: &GateKey, (record, clearance): late::Landed) -> Signed {
    (record, clearance.and_then(|clearance| key.sign_clearance(&clearance).ok()))
}

/// Writes a record, with its heads. One that is too long is written without what makes it so, as one
/// that nothing is known to be clear of: it must not be in the way of all that comes after it.
fn keep(
    repository: &GitRepository,
    (key, gates): (&GateKey, &[TrustedKey]),
    (record, clearance): Signed,
) -> Result<LandingRecord, CliError> {
    let fits = fitting(&record);
    let (record, clearance) = match key.sign_landing(&fits) {
        Ok(_) => (record, clearance),
        Err(_) => (late::unjudged(&record, record.at), None),
    };
    write_record(repository, (key, gates), &record, clearance)?;
    keep_superseded(repository, &relied_on(repository, &record)?)?;
    Ok(record)
}

/// A record as long as it can get when its place in the chain is known.
fn fitting(record: &LandingRecord) -> LandingRecord {
    let previous = Some(StatementHash::new([0; 32]));
    LandingRecord { sequence: u64::MAX, seen: u64::MAX, previous, ..record.clone() }
}

fn write_record(
    repository: &GitRepository,
    (key, gates): (&GateKey, &[TrustedKey]),
    record: &LandingRecord,
    clearance: Option<Vec<u8>>,
) -> Result<(), CliError> {
    let index = LandingIndex {
        target: record.target.clone(),
        tip: record.to,
        digests: record.changes.iter().map(|c| c.digest).collect(),
        statements: record.changes.iter().flat_map(|c| c.statements.iter().copied()).collect(),
        inputs: touched(repository, record)?,
        clearance,
    };
    record_landings(repository, &index, record.at, &mut |latest| {
        if is_recorded(repository, gates, record)? {
            return Ok(None);
        }
        sign_next((key, gates), record, latest)
    })?;
    Ok(())
}

/// Whether another run was faster, or stopped before it could tidy up.
fn is_recorded(
    repository: &GitRepository,
    gates: &[TrustedKey],
    record: &LandingRecord,
) -> Result<bool, PortError> {
    let (sequence, previous) = (record.sequence, record.previous);
    let same = |bytes: Vec<u8>| {
        let known = record::parse_landing(&bytes, gates).ok();
        known.is_some_and(|known| LandingRecord { sequence, previous, ..known } == *record)
    };
    Ok(repository.landings_at(&record.target, record.to)?.into_iter().any(same))
}

fn touched(repository: &GitRepository, record: &LandingRecord) -> Result<InputsTouched, CliError> {
    // What is back was one of the versions that there are.
    let from = record.from.filter(|_| record.kind != LandingKind::Returned);
    let Some(from) = from else { return Ok(InputsTouched::No) };
    let tree = repository.commit(from)?.tree;
    let before = inputs::digest_of(repository, tree, &DiskCache::of(repository.directory()))?;
    Ok(if before == record.inputs { InputsTouched::No } else { InputsTouched::Yes })
}
