//! Counts what a simulated policy asks: by rule, by person and week; prints nothing.

use obstat_gate::pipeline::Judgement;
use obstat_model::decision::{Asks, Outcome, RequirementReport};
use obstat_model::id::{PersonId, RuleName};
use obstat_model::object::Oid;
use obstat_model::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Seconds of a week.
const WEEK: i64 = 7 * 86_400;

/// One change of the history, and what it would have asked for.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) commit: Oid,
    pub(super) at: Timestamp,
    pub(super) subject: String,
    pub(super) outcome: Outcome,
    pub(super) assistance: &'static str,
    pub(super) rules: Vec<RuleName>,
    pub(super) exemption: Option<RuleName>,
    /// Why nobody's signature would do: the first problem.
    pub(super) problem: Option<String>,
    /// Who would have signed, by the order of whoever has least to do.
    pub(super) signers: Vec<PersonId>,
    /// Whether something is asked for that people do not give: checks, the author's word.
    pub(super) more: bool,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) changes: Vec<Asked>,
    /// Signatures of each person in each week.
    load: BTreeMap<PersonId, BTreeMap<i64, u64>>,
}

/// One person's share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Load {
    pub(super) who: PersonId,
    pub(super) signatures: u64,
    /// In the week with most of them.
    pub(super) most: u64,
    /// Weeks with more than the budget.
    pub(super) over: u64,
}

impl Tally {
    /// Adds a change, and gives it to those who have least to do that week.
    pub(super) fn add(&mut self, commit: (Oid, Timestamp, String), found: &Judgement) {
        let (commit, at, subject) = commit;
        let about = &found.decision.diagnostics;
        let week = week_of(at);
        let open = about.requirements.iter().filter(|r| r.has < r.needed);
        let (people, others): (Vec<&RequirementReport>, Vec<_>) =
            open.partition(|r| matches!(r.asks, Asks::Signatures | Asks::Alternatives));
        let signers = self.chosen(&people, week);
        for who in &signers {
            *self.load.entry(who.clone()).or_default().entry(week).or_default() += 1;
        }
        self.changes.push(Asked {
            commit,
            at,
            subject,
            outcome: found.decision.outcome,
            assistance: found.assistance.verdict.as_str(),
            rules: about.rules.clone(),
            exemption: about.exemption.as_ref().map(|(name, _)| name.clone()),
            problem: about.problems.first().map(|problem| problem.text.clone()),
            signers,
            more: !others.is_empty(),
        });
    }

    /// The fewest who could give all that is asked, as far as one after the other tells: the requirement
    /// with fewest candidates first, whoever can give several before others, then who has least to do.
    fn chosen(&self, open: &[&RequirementReport], week: i64) -> Vec<PersonId> {
        let mut chosen: Vec<PersonId> = Vec::new();
        let mut taken: BTreeSet<(String, PersonId)> = BTreeSet::new();
        let mut order: Vec<&&RequirementReport> = open.iter().collect();
        order.sort_by_key(|report| report.eligible.as_ref().map_or(0, Vec::len));
        for report in order {
            let label = report.distinct.as_ref().map(ToString::to_string);
            let mut candidates: Vec<&PersonId> = report.eligible.iter().flatten().collect();
            candidates.sort_by_key(|who| {
                let useful = open.iter().filter(|r| r.eligible.iter().flatten().any(|p| p == *who));
                let busy = self.load.get(*who).and_then(|weeks| weeks.get(&week)).copied();
                (
                    !chosen.contains(who),
                    usize::MAX - useful.count(),
                    busy.unwrap_or(0),
                    (*who).clone(),
                )
            });
            let free = |who: &&&PersonId| {
                label
                    .as_ref()
                    .is_none_or(|label| !taken.contains(&(label.clone(), (**who).clone())))
            };
            let needed = usize::try_from(report.needed - report.has).unwrap_or(usize::MAX);
            let these: Vec<PersonId> =
                candidates.iter().filter(free).take(needed).map(|who| (*who).clone()).collect();
            for who in these {
                if let Some(label) = &label {
                    taken.insert((label.clone(), who.clone()));
                }
                if !chosen.contains(&who) {
                    chosen.push(who);
                }
            }
        }
        chosen
    }

    /// Changes that ask for so many people's signatures.
    pub(super) fn asking(&self, people: impl Fn(usize) -> bool) -> u64 {
        let own = |c: &&Asked| c.outcome != Outcome::Blocked && people(c.signers.len());
        self.changes.iter().filter(own).count() as u64
    }

    /// Changes that no signature would have let pass.
    pub(super) fn blocked(&self) -> u64 {
        self.changes.iter().filter(|c| c.outcome == Outcome::Blocked).count() as u64
    }

    /// What most often kept changes that no signature would have let pass, and how often.
    pub(super) fn obstacle(&self) -> Option<(&str, u64)> {
        let mut found: BTreeMap<&str, u64> = BTreeMap::new();
        for change in self.changes.iter().filter(|c| c.outcome == Outcome::Blocked) {
            *found.entry(change.problem.as_deref()?).or_default() += 1;
        }
        found.into_iter().max_by_key(|(text, n)| (*n, std::cmp::Reverse(*text)))
    }

    /// How often each rule applied, and how often it was what asked somebody, most first.
    pub(super) fn rules(&self) -> Vec<(RuleName, u64)> {
        let mut found: BTreeMap<&RuleName, u64> = BTreeMap::new();
        for rule in self.changes.iter().flat_map(|change| &change.rules) {
            *found.entry(rule).or_default() += 1;
        }
        most_first(found)
    }

    /// How often each exemption let something pass, most first.
    pub(super) fn exemptions(&self) -> Vec<(RuleName, u64)> {
        let mut found: BTreeMap<&RuleName, u64> = BTreeMap::new();
        for name in self.changes.iter().filter_map(|change| change.exemption.as_ref()) {
            *found.entry(name).or_default() += 1;
        }
        most_first(found)
    }

    /// The first week with a change and the last.
    pub(super) fn span(&self) -> Option<(i64, i64)> {
        let weeks = self.changes.iter().map(|change| week_of(change.at));
        weeks.clone().min().zip(weeks.max())
    }

    /// Weeks from the first change to the last.
    pub(super) fn weeks(&self) -> u64 {
        self.span().map_or(0, |(first, last)| u64::try_from(last - first + 1).unwrap_or(0))
    }

    /// Signatures of a person by week.
    pub(super) fn load_of(&self, who: &PersonId) -> impl Iterator<Item = (i64, u64)> {
        self.load.get(who).into_iter().flatten().map(|(week, n)| (*week, *n))
    }

    /// What each person would have had to do, against a budget for a week; most first.
    pub(super) fn loads(&self, budget: u64) -> Vec<Load> {
        let one = |(who, weeks): (&PersonId, &BTreeMap<i64, u64>)| Load {
            who: who.clone(),
            signatures: weeks.values().sum(),
            most: weeks.values().copied().max().unwrap_or(0),
            over: weeks.values().filter(|n| **n > budget).count() as u64,
        };
        let mut found: Vec<Load> = self.load.iter().map(one).collect();
        found.sort_by(|a, b| (b.signatures, &a.who).cmp(&(a.signatures, &b.who)));
        found
    }
}

/// The number of the week of a moment; weeks begin on Mondays.
pub(super) fn week_of(at: Timestamp) -> i64 {
    // The first day of 1970 was a Thursday.
    (at.unix() + 3 * 86_400).div_euclid(WEEK)
}

/// The first day of a week.
pub(super) fn monday(week: i64) -> Timestamp {
    Timestamp::from_unix(week * WEEK - 3 * 86_400)
}

fn most_first(found: BTreeMap<&RuleName, u64>) -> Vec<(RuleName, u64)> {
    let mut found: Vec<(RuleName, u64)> = found.into_iter().map(|(r, n)| (r.clone(), n)).collect();
    found.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
    found
}
