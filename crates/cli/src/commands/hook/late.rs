//! Judges again what landed long after it was judged, or without: git moves refs when it comes to
//! it, and a client can make it wait.

use super::settings::Fixed;
use crate::context::store::DiskCache;
use crate::context::world;
use crate::error::CliError;
use obstat_attest::clearance::Clearance;
use obstat_gate::content;
use obstat_gate::inputs::Memo;
use obstat_gate::proposal::{self, Pusher};
use obstat_gate::receive::{self, Answer, RefUpdate, Setup};
use obstat_gate::rolling;
use obstat_gate::world::World;
use obstat_git::GitRepository;
use obstat_model::decision::Outcome;
use obstat_model::landing::{LandedChange, LandingKind, LandingRecord};
use obstat_model::target::Mode;
use obstat_model::time::{Now, Seconds};

/// Most time between the judgement of a push and the move of its refs.
const FRESH: Seconds = Seconds(60);

/// A landing as it is recorded.
pub(super) type Landed = (LandingRecord, Option<Clearance>);

/// What a record becomes that was made long before its ref moved; `None` where it is as good as new.
pub(super) fn again(
    repository: &GitRepository,
    fixed: &Fixed,
    record: &LandingRecord,
    now: Now,
) -> Result<Option<Landed>, CliError> {
    if record.at.after(FRESH) >= now.0 {
        return Ok(None);
    }
    let pusher = Pusher::of_record(&record.pusher);
    let update = RefUpdate { name: record.target.clone(), old: record.from, new: Some(record.to) };
    // One landing that cannot be judged must not be in the way of all others.
    let found = unannounced(repository, (fixed, pusher), vec![update], now).ok();
    // Nothing protects it any more, and so it was not asked again.
    let unjudged = || LandingRecord {
        kind: LandingKind::Unenforced,
        mode: Mode::Enforce,
        changes: record.changes.iter().map(open).collect(),
        at: now.0,
        ..record.clone()
    };
    let found = found.and_then(|mut found| found.pop());
    Ok(Some(found.unwrap_or_else(|| (unjudged(), None))))
}

/// A part of which nothing is known to be clear. Whoever signs for it later clears it.
fn open(change: &LandedChange) -> LandedChange {
    LandedChange { outcome: Outcome::Blocked, statements: Vec::new(), ..change.clone() }
}

/// Landings of updates that came to pass and that nobody announced; none of refs that nothing
/// protects.
pub(super) fn unannounced(
    repository: &GitRepository,
    (fixed, pusher): (&Fixed, Pusher),
    updates: Vec<RefUpdate>,
    now: Now,
) -> Result<Vec<Landed>, CliError> {
    let cache = DiskCache::of(repository.directory());
    let memo = Memo::default();
    let world = world(repository, (&cache, &memo), &fixed.trust, now);
    let recorded = pusher.recorded();
    let setup = Setup { policy_ref: fixed.policy_ref.clone(), pusher };
    let answers = receive::answer(world, &setup, &updates)?;
    let mut found = Vec::new();
    for (update, answer) in updates.into_iter().zip(answers) {
        match answer {
            Answer::Gated(gated) => {
                let gated = *gated;
                found.extend(gated.record.map(|record| (record, gated.clearance)));
            }
            Answer::Refused(_) => {
                found.extend(refused(world, update, &recorded)?.map(|record| (record, None)));
            }
            Answer::Free | Answer::Filed => {}
        }
    }
    Ok(found)
}

/// What may not be, and is.
fn refused(
    world: World,
    update: RefUpdate,
    pusher: &str,
) -> Result<Option<LandingRecord>, CliError> {
    let Some(to) = update.new else { return Ok(None) };
    let seen = rolling::newest(world)?.map_or(0, |newest| newest.sequence + 1);
    let revision = proposal::landing(world.repository, update.old, to)?;
    let change = content::gather(world, &update.name, revision)?;
    let change = LandedChange {
        digest: change.digest,
        from: update.old,
        to,
        outcome: Outcome::Blocked,
        statements: Vec::new(),
        overridden_by: None,
    };
    Ok(Some(LandingRecord {
        repository: world.trust.repository,
        target: update.name,
        from: update.old,
        to,
        kind: LandingKind::Unenforced,
        mode: Mode::Enforce,
        changes: vec![change],
        pusher: pusher.to_owned(),
        inputs: world.inputs_digest(world.repository.commit(to)?.tree)?,
        governed: None,
        at: world.now.0,
        seen,
        sequence: seen,
        previous: None,
    }))
}
