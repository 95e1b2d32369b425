//! A history that is only supposed to have been gated: what landed, and when. Judges nothing.

use crate::people::makers;
use obstat_model::actor::{Actor, Participant};
use obstat_model::change::ChangeFacts;
use obstat_model::time::{Seconds, Timestamp};
use obstat_policy::Policy;
use std::collections::BTreeSet;

/// What landed before in a history that is only supposed to be gated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Before {
    at: Option<Timestamp>,
    landed: Vec<Landed>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Landed {
    at: Timestamp,
    makers: BTreeSet<Actor>,
    /// By the order of the policy's demands.
    lines: Vec<u64>,
}

impl Before {
    /// The moment of what is judged next. Clocks of a history jump; a gate's does not, so an earlier
    /// one stands still.
    pub fn moved_to(&mut self, at: Timestamp) {
        self.at = self.at.max(Some(at));
    }

    /// What was judged lands now.
    pub fn landed(&mut self, policy: &Policy, change: &ChangeFacts, participants: &[Participant]) {
        let Some(at) = self.at else { return };
        let lines = policy.rolling_demands().map(|demand| demand.lines_of(change)).collect();
        self.landed.push(Landed { at, makers: makers(participants), lines });
    }

    /// Lines of the same people within a window, as one of the policy's demands counts them.
    pub(crate) fn lines(&self, demand: usize, window: Seconds, authors: &BTreeSet<Actor>) -> u64 {
        let Some(since) = self.at.map(|at| at.before(window)) else { return 0 };
        let recent = self.landed.iter().rev().take_while(|landed| landed.at >= since);
        let own = recent.filter(|landed| !landed.makers.is_disjoint(authors));
        own.filter_map(|landed| landed.lines.get(demand)).fold(0, |sum, n| sum.saturating_add(*n))
    }
}
