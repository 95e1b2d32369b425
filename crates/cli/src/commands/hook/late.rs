//! Judges again what landed long after it was judged, or without: git moves refs when it comes to
//! it, and a client can make it wait.

use super::settings::Fixed;
use crate::context::store::DiskCache;
use crate::context::world;
use crate::error::CliError;
use obstat_attest::clearance::Clearance;
use obstat_gate::content;
use obstat_gate::landing;
use obstat_gate::memo::Memo;
use obstat_gate::people::{self, Directory};
use obstat_gate::proposal::{self, Pusher};
use obstat_gate::receive::{self, Answer, RefUpdate, Setup};
use obstat_gate::rolling;
use obstat_gate::world::{Surroundings, Then, World};
use obstat_git::GitRepository;
use obstat_model::assistance::AssistanceVerdict;
use obstat_model::change::ChangeFacts;
use obstat_model::decision::Outcome;
use obstat_model::id::{PersonId, ToolId};
use obstat_model::landing::{LandedChange, LandingKind, LandingRecord};
use obstat_model::object::Oid;
use obstat_model::target::Mode;
use obstat_model::time::{Now, Seconds, Timestamp};

/// Most time between the judgement of a push and the move of its refs.
pub(super) const FRESH: Seconds = Seconds(60);

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
    let mut contributors: Vec<PersonId> =
        record.changes.iter().flat_map(|change| change.contributors.clone()).collect();
    contributors.sort();
    contributors.dedup();
    let assisted =
        record.changes.iter().any(|change| change.assistance == AssistanceVerdict::Assisted);
    let mut tools: Vec<ToolId> =
        record.changes.iter().flat_map(|change| change.tools.clone()).collect();
    tools.sort();
    tools.dedup();
    let then = Then { contributors: &contributors, assisted, tools: &tools };
    // What was said since counts. Branches and notes that came since could be anybody's, to have the
    // landing fail; those of before were looked at then.
    let since = Some(Timestamp::from_unix(0));
    let around = Surroundings::Ignored { known: &[], since, then };
    let found = judged(repository, (fixed, pusher), vec![update], (now, around)).ok();
    let found = found.and_then(|mut found| found.pop());
    // Nothing protects it any more, and so it was not asked again.
    Ok(Some(found.unwrap_or_else(|| (unjudged(record, now.0), None))))
}

/// The record of a landing of which nothing is known to be clear.
pub(super) fn unjudged(record: &LandingRecord, at: Timestamp) -> LandingRecord {
    LandingRecord {
        kind: LandingKind::Unenforced,
        mode: Mode::Enforce,
        changes: record.changes.iter().map(open).collect(),
        at,
        ..record.clone()
    }
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
    judged(repository, (fixed, pusher), updates, (now, Surroundings::Searched))
}

fn judged(
    repository: &GitRepository,
    (fixed, pusher): (&Fixed, Pusher),
    updates: Vec<RefUpdate>,
    (now, surroundings): (Now, Surroundings<'_>),
) -> Result<Vec<Landed>, CliError> {
    let cache = DiskCache::of(repository.directory());
    let memo = Memo::default();
    let world = world(repository, (&cache, &memo), &fixed.trust, now);
    let world = World { surroundings, ..world };
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

/// Who made earlier forms of what landed unjudged, and who brought what agents made of it, as far as the inputs
/// before it know them.
fn makers(world: World, old: Option<Oid>, change: &ChangeFacts) -> Result<Vec<PersonId>, CliError> {
    let Some(tree) = content::tree_of(world.repository, old)? else { return Ok(Vec::new()) };
    let inputs = world.inputs(tree)?;
    let Ok(inputs) = &*inputs else { return Ok(Vec::new()) };
    let earlier = people::earlier_forms((world.repository, world.memo), change, &[])?;
    let directory = Directory { roster: &inputs.roster, fingerprints: &inputs.fingerprints };
    let mut parts = people::contributors(directory, &earlier.forms);
    let revision = change.revision;
    let commits = world.repository.commits_between(revision.tip, revision.head)?;
    parts.extend(people::bringers(directory, world.records, (&commits, &earlier.forms))?);
    Ok(landing::contributors(&parts))
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
        assistance: AssistanceVerdict::Assisted,
        tools: Vec::new(),
        contributors: makers(world, update.old, &change)?,
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
