//! Sums an author's lines over a window of landings, for rules against slicing; decides nothing.

use crate::ports::{PortError, Records};
use crate::world::{Surroundings, World};
use obstat_attest::record;
use obstat_model::actor::{Actor, Participant};
use obstat_model::change::ChangeFacts;
use obstat_model::facts::{Problem, RollingSum};
use obstat_model::landing::{LandingKind, LandingRecord};
use obstat_model::object::{Oid, RefName};
use obstat_model::time::{Seconds, Timestamp};
use obstat_model::trust::TrustedKey;
use obstat_policy::{Policy, RollingDemand};
use std::collections::BTreeSet;

use crate::content;
use crate::people::{self, Directory};
use crate::proposal::{Proposal, Pusher};

/// Landings that one sum looks at; beyond, the sum counts as unbounded.
const LANDINGS_MAX: usize = 5_000;

/// What sums are made from.
pub struct Window<'a> {
    /// Content, records, and the moment.
    pub world: World<'a>,
    /// Who is who.
    pub directory: Directory<'a>,
}

impl Window<'_> {
    /// The sums that a policy asks for, this change included.
    ///
    /// # Errors
    /// [`PortError`] when records or objects cannot be read.
    pub fn sums(
        &self,
        policy: &Policy,
        proposal: &Proposal,
        change: &ChangeFacts,
        participants: &[Participant],
    ) -> Result<Vec<RollingSum>, PortError> {
        let authors = people::makers(participants);
        let mut sums = Vec::new();
        for (n, demand) in policy.rolling_demands().enumerate() {
            let lines = demand.lines_of(change);
            let window = Seconds(u64::from(demand.days()) * 86_400);
            let earlier = match self.world.surroundings {
                Surroundings::Supposed(past) => past.lines(n, window, &authors),
                _ => self.earlier(proposal, self.world.now.0.before(window), &authors, demand)?,
            };
            sums.push(RollingSum {
                rule: demand.rule().clone(),
                lines: lines.saturating_add(earlier),
            });
        }
        Ok(sums)
    }

    /// Lines of the same people in what landed before, and in the parts of this push before this
    /// one.
    fn earlier(
        &self,
        proposal: &Proposal,
        since: Timestamp,
        authors: &BTreeSet<Actor>,
        demand: &RollingDemand,
    ) -> Result<u64, PortError> {
        let tip = proposal.revision.tip;
        let mut sum = 0u64;
        if let (Some(before), Some(here)) = (proposal.since, tip)
            && before != here
        {
            let span = (&proposal.target, Some(before), here);
            sum = self.of_part(span, &proposal.pusher, authors, demand)?;
        }
        let world = self.world;
        let bears = |l: &LandingRecord| {
            l.target == proposal.target && world.has_seen(l) && !l.changes.is_empty()
        };
        let Some(landings) = recent(self.world.records, &self.world.trust.gates, since, bears)?
        else {
            return Ok(u64::MAX);
        };
        for landing in landings {
            let pusher = Pusher::of_record(&landing.pusher);
            for part in &landing.changes {
                if self.is_below(part.to, proposal.since.or(tip))? {
                    let span = (&landing.target, part.from, part.to);
                    sum = sum.saturating_add(self.of_part(span, &pusher, authors, demand)?);
                }
            }
        }
        Ok(sum)
    }

    /// Whether something landed before a push: what landed with it or later is no part of its past.
    fn is_below(&self, old: Oid, tip: Option<Oid>) -> Result<bool, PortError> {
        let Some(tip) = tip else { return Ok(false) };
        if !self.world.repository.has_commit(old)? {
            return Ok(false);
        }
        self.world.repository.is_ancestor(old, tip)
    }

    fn of_part(
        &self,
        (target, from, to): (&RefName, Option<Oid>, Oid),
        pusher: &Pusher,
        authors: &BTreeSet<Actor>,
        demand: &RollingDemand,
    ) -> Result<u64, PortError> {
        let commits = self.world.repository.commits_between(from, to)?;
        if people::makers(&people::participants(self.directory, &commits, pusher))
            .is_disjoint(authors)
        {
            return Ok(0);
        }
        self.world.memo.lines((from, to), demand, || {
            let revision = crate::proposal::landing(self.world.repository, from, to)?;
            let facts = content::gather(self.world, target, revision)?;
            Ok(demand.lines_of(&facts))
        })
    }
}

/// Verified landing records since a moment that bear on something, newest first; `None` where there
/// are too many.
///
/// # Errors
/// [`PortError`] when a record is forged or cannot be read.
fn recent(
    records: &dyn Records,
    gates: &[TrustedKey],
    since: Timestamp,
    bears: impl Fn(&LandingRecord) -> bool,
) -> Result<Option<Vec<LandingRecord>>, PortError> {
    let mut found = Vec::new();
    let mut broken = None;
    records.newest_landings(&mut |bytes| match record::parse_landing(bytes, gates) {
        Ok(landing) if landing.at >= since => {
            if bears(&landing) {
                found.push(landing);
            }
            found.len() <= LANDINGS_MAX
        }
        Ok(_) => false,
        Err(error) => {
            broken = Some(error.to_string());
            false
        }
    })?;
    if let Some(why) = broken {
        return Err(forged(&why));
    }
    Ok((found.len() <= LANDINGS_MAX).then_some(found))
}

/// Verified records of landings in the past that changed decision inputs, newest first.
///
/// # Errors
/// [`PortError`] when a record is forged or cannot be read.
pub fn steps(world: World) -> Result<Vec<LandingRecord>, PortError> {
    let mut found = all_steps(world)?;
    found.retain(|step| world.has_seen(step));
    Ok(found)
}

/// As [`steps`], with those that came later.
///
/// # Errors
/// [`PortError`] when a record is forged or cannot be read.
pub fn all_steps(world: World) -> Result<Vec<LandingRecord>, PortError> {
    let mut found = Vec::new();
    for bytes in world.records.input_steps()? {
        let parsed = record::parse_landing(&bytes, &world.trust.gates)
            .map_err(|e| forged(&e.to_string()))?;
        found.push(parsed);
    }
    found.sort_by_key(|step| std::cmp::Reverse(step.sequence));
    Ok(found)
}

/// The verified record of the last landing of a tip.
///
/// # Errors
/// [`PortError`] when the record is forged or cannot be read.
pub fn landing_at(
    world: World,
    target: &RefName,
    tip: Oid,
) -> Result<Option<LandingRecord>, PortError> {
    landing_before(world, target, tip, u64::MAX)
}

/// The verified record of the last landing of a tip before a place in the chain.
///
/// # Errors
/// [`PortError`] when a record is forged or cannot be read.
pub fn landing_before(
    world: World,
    target: &RefName,
    tip: Oid,
    sequence: u64,
) -> Result<Option<LandingRecord>, PortError> {
    for bytes in world.records.landings_at(target, tip)? {
        let record = verified(world, target, tip, &bytes)?;
        // Whoever moved it back by hand brought nothing: what had landed there stands.
        if record.sequence < sequence && record.kind != LandingKind::Returned {
            return Ok(Some(record));
        }
    }
    Ok(None)
}

fn verified(
    world: World,
    target: &RefName,
    tip: Oid,
    bytes: &[u8],
) -> Result<LandingRecord, PortError> {
    let record = record::parse_landing(bytes, &world.trust.gates)
        .map_err(|e| forged(&format!("{} at {}: {e}", target.short(), tip.short())))?;
    let own = world.trust.repository;
    if record.repository != own || record.target != *target || record.to != tip {
        return Err(forged(&format!(
            "the one of {} at {} speaks of another repository, target or commit",
            target.short(),
            tip.short()
        )));
    }
    Ok(record)
}

/// The verified record of the last landing on a target.
///
/// # Errors
/// [`PortError`] when it is forged or cannot be read.
pub fn last_of(world: World, target: &RefName) -> Result<Option<LandingRecord>, PortError> {
    let Some(bytes) = world.records.last_landing(target)? else { return Ok(None) };
    let record = record::parse_landing(&bytes, &world.trust.gates)
        .map_err(|e| forged(&format!("the last of {}: {e}", target.short())))?;
    let own = record.repository == world.trust.repository && record.target == *target;
    Ok(own.then_some(record))
}

/// The verified newest record of all.
///
/// # Errors
/// [`PortError`] when it is forged or cannot be read.
pub fn newest(world: World) -> Result<Option<LandingRecord>, PortError> {
    let mut newest = None;
    world.records.newest_landings(&mut |bytes| {
        newest = Some(record::parse_landing(bytes, &world.trust.gates));
        false
    })?;
    newest.transpose().map_err(|e| forged(&e.to_string()))
}

/// How far the clock may lie behind the newest record: clocks of several gates differ a little.
const SLACK: Seconds = Seconds(300);

/// Whether the clock shows a time before something that this repository has on record. Expiry and
/// delays would then start anew, so nothing passes until the clock is right.
///
/// # Errors
/// [`PortError`] when the newest record is forged or cannot be read.
pub fn clock_set_back(world: World) -> Result<Option<Problem>, PortError> {
    let Some(newest) = newest(world)?.filter(|n| n.at > world.now.0.after(SLACK)) else {
        return Ok(None);
    };
    let (now, at) = (world.now.0.rfc3339(), newest.at.rfc3339());
    Ok(Some(Problem {
        code: "clock-set-back",
        text: format!("the gate's clock shows {now}, but something landed at {at} already"),
        hint: "set the clock of the gate's host, then push again".to_owned(),
    }))
}

fn forged(why: &str) -> PortError {
    PortError::Untrusted(format!("a landing record does not verify: {why}"))
}
