//! Sums an author's lines over a window of landings, for rules against slicing; decides nothing.

use crate::pipeline::World;
use crate::ports::{PortError, Records};
use obstat_attest::record;
use obstat_model::actor::{Actor, Participant, Role};
use obstat_model::change::ChangeFacts;
use obstat_model::facts::RollingSum;
use obstat_model::landing::{LandedChange, LandingRecord};
use obstat_model::object::RefName;
use obstat_model::time::{Seconds, Timestamp};
use obstat_model::trust::TrustedKey;
use obstat_policy::{Policy, RollingDemand};
use std::collections::BTreeSet;

use crate::content;
use crate::people::Directory;

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
        target: &RefName,
        change: &ChangeFacts,
        participants: &[Participant],
    ) -> Result<Vec<RollingSum>, PortError> {
        let authors = makers(participants);
        let mut sums = Vec::new();
        for demand in policy.rolling_demands() {
            let lines = demand.lines_of(change);
            let since = self.world.now.0.before(Seconds(u64::from(demand.days()) * 86_400));
            let earlier = self.earlier(target, since, &authors, demand)?;
            sums.push(RollingSum {
                rule: demand.rule().clone(),
                lines: lines.saturating_add(earlier),
            });
        }
        Ok(sums)
    }

    fn earlier(
        &self,
        target: &RefName,
        since: Timestamp,
        authors: &BTreeSet<Actor>,
        demand: &RollingDemand,
    ) -> Result<u64, PortError> {
        let mut sum = 0u64;
        for landing in recent(self.world.records, &self.world.trust.gates, since)? {
            if landing.target != *target {
                continue;
            }
            for part in &landing.changes {
                sum = sum.saturating_add(self.of_part(&landing, part, authors, demand)?);
            }
        }
        Ok(sum)
    }

    fn of_part(
        &self,
        landing: &LandingRecord,
        part: &LandedChange,
        authors: &BTreeSet<Actor>,
        demand: &RollingDemand,
    ) -> Result<u64, PortError> {
        let commits = self.world.repository.commits_between(part.from, part.to)?;
        let mut made_by_them = false;
        for commit in &commits {
            made_by_them |= !makers(&self.directory.of_commit(commit)).is_disjoint(authors);
        }
        if !made_by_them {
            return Ok(0);
        }
        let revision = crate::proposal::landing(self.world.repository, part.from, part.to)?;
        let facts = content::gather(self.world, &landing.target, revision)?;
        Ok(demand.lines_of(&facts))
    }
}

/// Everybody who made content: authors, co-authors and operators. Committers and pushers of
/// other people's work do not, or a merger would collect everybody's lines.
fn makers(participants: &[Participant]) -> BTreeSet<Actor> {
    let made = |p: &&Participant| matches!(p.role, Role::Author | Role::CoAuthor | Role::Operator);
    participants.iter().filter(made).filter_map(|p| p.actor.clone()).collect()
}

/// Verified landing records since a moment, newest first.
///
/// # Errors
/// [`PortError`] when a record is forged or cannot be read, or when there are too many.
pub fn recent(
    records: &dyn Records,
    gates: &[TrustedKey],
    since: Timestamp,
) -> Result<Vec<LandingRecord>, PortError> {
    let mut found = Vec::new();
    let mut broken = None;
    records.newest_landings(&mut |bytes| match record::parse_landing(bytes, gates) {
        Ok(landing) if landing.at >= since => {
            found.push(landing);
            found.len() <= LANDINGS_MAX
        }
        Ok(_) => false,
        Err(error) => {
            broken = Some(error.to_string());
            false
        }
    })?;
    if let Some(why) = broken {
        return Err(PortError::Unreadable(format!("a landing record does not verify: {why}")));
    }
    if found.len() > LANDINGS_MAX {
        let limit = format!("{LANDINGS_MAX} landings");
        return Err(PortError::TooLarge { what: "the window of landings".to_owned(), limit });
    }
    Ok(found)
}
