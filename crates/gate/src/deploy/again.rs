//! Decides landings again, from records and signatures, as of their moment or with what came since.

use crate::governing;
use crate::inputs::Inputs;
use crate::pipeline::{Detail, Judgement, judge};
use crate::ports::PortError;
use crate::proposal::{self, Proposal, Pusher};
use crate::statements::{self, carried};
use crate::versions::Standing;
use crate::world::{Seen, Surroundings, Then, World};
use obstat_model::decision::Outcome;
use obstat_model::id::StatementHash;
use obstat_model::landing::{LandedChange, LandingKind, LandingRecord};
use obstat_model::time::{Now, Timestamp};
use std::collections::HashSet;

/// What a landing looks like when it is decided again.
pub(super) enum Again {
    Clear(Vec<Judgement>),
    /// It landed although something was missing.
    Unenforced,
    NotFetched,
    Open(Box<Judgement>),
}

/// Decides every part of a landing again, as of its moment.
pub(super) fn again(world: World, record: &LandingRecord) -> Result<Again, PortError> {
    // The gate's word is not enough to pass, but it is enough to refuse.
    let passed = record.changes.iter().all(|c| c.outcome == Outcome::Clear);
    if record.kind == LandingKind::Unenforced || !passed {
        return Ok(Again::Unenforced);
    }
    as_of(world, record, (None, record.at))
}

/// Whether the parts of a landing lead from its beginning to its end without a gap.
fn is_whole(record: &LandingRecord) -> bool {
    if record.kind == LandingKind::Bootstrap {
        return record.changes.is_empty();
    }
    let mut at = record.from;
    for change in &record.changes {
        if change.from != at {
            return false;
        }
        at = Some(change.to);
    }
    at == Some(record.to)
}

/// As [`again`], and where something was missing: whether it has been signed since. Owners may sign
/// for a policy that landed without them in shadow or warn mode. Once everything was there it stays
/// so, whatever is said later.
pub(super) fn by_now(world: World, record: &LandingRecord) -> Result<Again, PortError> {
    let then = again(world, record)?;
    if !matches!(then, Again::Unenforced) {
        return Ok(then);
    }
    for moment in receipts(world, record)? {
        if let Again::Clear(parts) = as_of(world, record, (Some(record.at), moment))? {
            let all = all_here(world, record, &parts)?;
            return Ok(if all { Again::Clear(parts) } else { Again::NotFetched });
        }
    }
    Ok(Again::Unenforced)
}

/// Whether all that stood when something landed is here: a rejection that is left out cannot be heard. What is here
/// and was not read again, because others sufficed, is on another digest.
fn all_here(world: World, record: &LandingRecord, parts: &[Judgement]) -> Result<bool, PortError> {
    let mut left: HashSet<StatementHash> = listed(record).into_iter().collect();
    for found in parts.iter().map(|part| &part.found) {
        found.statements.iter().for_each(|fact| _ = left.remove(&fact.verified.hash));
        found.refused.iter().for_each(|refused| _ = left.remove(&refused.hash));
    }
    if !left.is_empty() {
        carried::all(world)?.iter().for_each(|filed| _ = left.remove(&filed.hash));
    }
    Ok(left.is_empty())
}

/// Decides every part of a landing with what was there at a moment; what came after the landing is
/// read only where `since` gives its moment.
fn as_of(
    world: World,
    record: &LandingRecord,
    (since, moment): (Option<Timestamp>, Timestamp),
) -> Result<Again, PortError> {
    if !is_whole(record) {
        return Ok(Again::Unenforced);
    }
    let past = Past { record, listed: &listed(record), since, moment };
    let mut parts = Vec::new();
    if record.changes.is_empty() {
        return Ok(Again::Clear(parts));
    }
    let world = past.world(world, NOTHING);
    let Some(loaded) = governing::that_judged(world, record)? else {
        return Ok(Again::NotFetched);
    };
    let Ok(inputs) = &*loaded else { return Ok(Again::NotFetched) };
    let standing = past.standing(world, inputs)?;
    for change in &record.changes {
        let judgement = past.judge(world, (inputs, &standing), change, Detail::Plain)?;
        if judgement.decision.outcome != Outcome::Clear || judgement.change.digest != change.digest
        {
            return Ok(missing_or_open(change, judgement));
        }
        parts.push(judgement);
    }
    Ok(Again::Clear(parts))
}

const NOTHING: Then<'static> = Then { contributors: &[], assisted: false, tools: &[] };

/// Statements that stood when something landed.
fn listed(record: &LandingRecord) -> Vec<StatementHash> {
    let of = |change: &LandedChange| {
        change.statements.iter().copied().chain(change.overridden_by).collect::<Vec<_>>()
    };
    record.changes.iter().flat_map(of).collect()
}

/// A landing with the moment as of which it is decided again.
struct Past<'a> {
    record: &'a LandingRecord,
    listed: &'a [StatementHash],
    since: Option<Timestamp>,
    moment: Timestamp,
}

impl<'a> Past<'a> {
    fn world<'w>(&'w self, world: World<'w>, then: Then<'w>) -> World<'w> {
        let surroundings = Surroundings::Ignored { known: self.listed, since: self.since, then };
        let seen = Seen::First { count: self.record.seen, own: self.record.sequence };
        World { now: Now(self.moment), seen, surroundings, ..world }
    }

    fn standing(&self, world: World<'a>, inputs: &'a Inputs) -> Result<Standing<'a>, PortError> {
        let standing = Standing::read(world, inputs, &self.record.target)?;
        match &self.record.governed {
            Some(governed) => standing.bound_by(&governed.by),
            None => Ok(standing),
        }
    }

    fn judge(
        &self,
        world: World,
        (inputs, standing): (&Inputs, &Standing),
        change: &LandedChange,
        detail: Detail,
    ) -> Result<Judgement, PortError> {
        let proposal = Proposal {
            target: self.record.target.clone(),
            revision: proposal::landing(world.repository, change.from, change.to)?,
            pusher: Pusher::of_record(&self.record.pusher),
            branch: None,
            since: self.record.from,
            problems: Vec::new(),
        };
        judge(self.world(world, Then::of(change)), inputs, standing, proposal, detail)
    }
}

/// What a part of a landing that lacked something looks like with what is here now, which the gate may
/// not have received yet: for whoever signs afterwards. `None` where its inputs cannot be had.
///
/// # Errors
/// [`PortError`] when a fact cannot be had.
pub fn with_what_is_here(
    world: World,
    record: &LandingRecord,
    change: &LandedChange,
) -> Result<Option<Judgement>, PortError> {
    let mut known = listed(record);
    for bytes in world.records.statements(change.digest)? {
        known.extend(statements::claimed(&bytes).ok().map(|(_, hash)| hash));
    }
    let past = Past { record, listed: &known, since: Some(record.at), moment: world.now.0 };
    let world = past.world(world, NOTHING);
    let Some(loaded) = governing::that_judged(world, record)? else { return Ok(None) };
    let Ok(inputs) = &*loaded else { return Ok(None) };
    let standing = past.standing(world, inputs)?;
    past.judge(world, (inputs, &standing), change, Detail::NameEligible).map(Some)
}

/// When the gate received statements on a landing's changes after it, sorted.
fn receipts(world: World, record: &LandingRecord) -> Result<Vec<Timestamp>, PortError> {
    let mut found = Vec::new();
    for change in &record.changes {
        for bytes in world.records.statements(change.digest)? {
            let Ok((_, hash)) = statements::claimed(&bytes) else { continue };
            found.extend(statements::received_at(world, hash)?);
        }
    }
    found.retain(|at| *at >= record.at && *at <= world.now.0);
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

fn missing_or_open(change: &LandedChange, judgement: Judgement) -> Again {
    let here = |hash| judgement.found.statements.iter().any(|s| s.verified.hash == hash);
    if change.statements.iter().any(|hash| !here(*hash)) && judgement.found.statements.is_empty() {
        return Again::NotFetched;
    }
    Again::Open(Box::new(judgement))
}
