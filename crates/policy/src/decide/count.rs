//! What a requirement counts with, and how far it is met; knows no kind of requirement.

use super::ballots::Ballots;
use super::case::{Case, Concern};
use obstat_model::decision::{Asks, Progress, RequirementReport};
use obstat_model::id::{PersonId, RuleName};
use obstat_model::time::Timestamp;

/// Whether reports name who could still sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    Nobody,
    Eligible,
}

/// Facts and ballots for one rule.
pub(crate) struct Counting<'c, 'a> {
    pub(crate) case: &'c Case<'a>,
    pub(crate) ballots: &'c Ballots<'a>,
    /// The files that the rule is about.
    pub(crate) concern: &'c Concern<'a>,
    /// Approvals received earlier do not count: the author's statement comes first.
    pub(crate) not_before: Option<Timestamp>,
    pub(crate) naming: Naming,
}

impl Counting<'_, '_> {
    pub(crate) fn names(&self) -> bool {
        self.naming == Naming::Eligible
    }
}

/// How far a requirement is met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tally<'a> {
    needed: u32,
    has: u32,
    counted: Vec<&'a PersonId>,
    eligible: Option<Vec<&'a PersonId>>,
    lacks: Option<String>,
    impossible: bool,
}

impl<'a> Tally<'a> {
    /// So many people of those needed.
    pub(crate) fn of(needed: u32, counted: Vec<&'a PersonId>) -> Self {
        let has = u32::try_from(counted.len()).unwrap_or(u32::MAX);
        Self { counted, ..Self::counted(needed, has) }
    }

    /// So many of those needed, which are no people.
    pub(crate) fn counted(needed: u32, has: u32) -> Self {
        let counted = Vec::new();
        Self { needed, has, counted, eligible: None, lacks: None, impossible: false }
    }

    pub(crate) fn is_met(&self) -> bool {
        self.has >= self.needed && self.lacks.is_none() && !self.impossible
    }

    /// Nobody can still meet it as facts stand.
    pub(crate) fn impossible(&mut self) {
        self.impossible = true;
    }

    pub(crate) fn is_impossible(&self) -> bool {
        self.impossible
    }

    /// Something other than a number is missing.
    pub(crate) fn lacks(&mut self, what: String) {
        self.lacks = Some(what);
    }

    pub(crate) fn eligible(&mut self, people: Vec<&'a PersonId>) {
        self.eligible = Some(people);
    }

    /// All of several must be met.
    pub(crate) fn all(parts: Vec<Self>) -> Self {
        let mut whole = Self::counted(0, 0);
        for part in parts {
            whole.needed = whole.needed.saturating_add(part.needed);
            whole.has = whole.has.saturating_add(part.has.min(part.needed));
            whole.counted.extend(part.counted);
            whole.impossible |= part.impossible;
            whole.lacks = whole.lacks.or(part.lacks);
            whole.join(part.eligible);
        }
        whole.counted.sort_unstable();
        whole.counted.dedup();
        whole
    }

    /// One of several must be met; the one that is nearest speaks for all.
    pub(crate) fn any(branches: Vec<Self>) -> Self {
        let all_impossible = branches.iter().all(Self::is_impossible);
        let mut eligible: Vec<Option<Vec<&PersonId>>> = Vec::new();
        let mut best: Option<Self> = None;
        for mut branch in branches {
            eligible.push(branch.eligible.take());
            if best.as_ref().is_none_or(|b| branch.rank() < b.rank()) {
                best = Some(branch);
            }
        }
        let mut best = best.unwrap_or_else(|| Self::counted(1, 0));
        let met = best.is_met();
        best.impossible = all_impossible;
        for people in eligible.into_iter().filter(|_| !met) {
            best.join(people);
        }
        best
    }

    /// Met before possible before impossible; then the one that lacks least.
    fn rank(&self) -> (bool, bool, u32) {
        (!self.is_met(), self.impossible, self.needed.saturating_sub(self.has))
    }

    fn join(&mut self, more: Option<Vec<&'a PersonId>>) {
        let Some(more) = more else { return };
        let all = self.eligible.get_or_insert_with(Vec::new);
        all.extend(more);
        all.sort_unstable();
        all.dedup();
    }

    fn progress(&self) -> Progress {
        match (self.is_met(), self.impossible, self.has) {
            (true, _, _) => Progress::Met,
            (_, true, _) => Progress::Impossible,
            (_, _, 0) => Progress::Open,
            _ => Progress::Partly,
        }
    }

    /// The report of a rule's requirement.
    pub(crate) fn report(self, rule: &RuleName, needs: String) -> RequirementReport {
        let progress = self.progress();
        let owned = |people: Vec<&PersonId>| {
            let mut people: Vec<PersonId> = people.into_iter().cloned().collect();
            people.sort_unstable();
            people
        };
        let needs = match &self.lacks {
            Some(lacks) => format!("{needs}; {lacks}"),
            None => needs,
        };
        RequirementReport {
            rule: rule.clone(),
            asks: Asks::Signatures,
            level: None,
            distinct: None,
            needs,
            needed: self.needed,
            has: self.has,
            progress,
            counted: owned(self.counted),
            eligible: self.eligible.map(owned),
        }
    }
}
