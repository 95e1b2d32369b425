//! `approvals: N`: so many people, each fit by level, team, ownership and presence.

use super::different_teams::representatives;
use super::level::AtLeast;
use super::owns::Groups;
use super::presence;
use super::team::InTeam;
use crate::decide::ballots::Ballot;
use crate::decide::count::{Counting, Tally};
use crate::diagnostic::Report;
use crate::policy::Known;
use crate::yaml::{self, Choice, Fields, Node};
use obstat_model::facts::Problem;
use obstat_model::id::{LevelName, PersonId, RuleName};
use obstat_model::level::Level;
use obstat_model::presence::Presence;
use obstat_model::roster::{Person, Roster};
use obstat_model::time::Timestamp;

/// Most approvals that a requirement may ask for.
const COUNT_MAX: u64 = 100;
const KEYS: [&str; 7] = ["approvals", "level", "team", "teams", "owns", "presence", "distinct"];

/// Whose signatures are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Among {
    /// Anybody on the roster.
    Anyone,
    /// Owners of policy and roster.
    Owners,
    /// Owners of what is touched.
    Touched,
}

/// From how many teams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Teams {
    Any,
    Different,
}

/// The requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Approvals {
    count: u32,
    level: Option<AtLeast>,
    team: Option<InTeam>,
    teams: Teams,
    among: Among,
    presence: Presence,
    distinct: Option<RuleName>,
    needs: Box<str>,
}

impl Approvals {
    /// The owners' quorum, which no policy can lift.
    pub(crate) fn owners(quorum: u32, presence: Presence) -> Self {
        let mut built = Self {
            count: quorum.max(1),
            level: None,
            team: None,
            teams: Teams::Any,
            among: Among::Owners,
            presence,
            distinct: None,
            needs: Box::default(),
        };
        built.needs = phrase(&built, None).into();
        built
    }

    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// The level that it asks for.
    pub(crate) fn level(&self) -> Option<&LevelName> {
        self.level.as_ref().map(|level| &level.0)
    }

    pub(crate) fn needs(&self) -> &str {
        &self.needs
    }

    /// Whether it asks for owners of what is touched.
    pub(crate) fn asks_owners_of_paths(&self) -> bool {
        self.among == Among::Touched
    }

    pub(crate) fn presence(&self) -> Presence {
        self.presence
    }

    /// The label whose requirements are met by different people.
    pub(crate) fn distinct(&self) -> Option<&RuleName> {
        self.distinct.as_ref()
    }

    /// Of people those who can stand for a team of their own, where that is asked.
    pub(crate) fn of_different_teams<'a>(
        &self,
        roster: &Roster,
        people: &[&'a PersonId],
    ) -> Vec<&'a PersonId> {
        match self.teams {
            Teams::Any => people.to_vec(),
            Teams::Different => representatives(roster, people),
        }
    }

    /// People whose signatures count here, sorted.
    pub(crate) fn candidates<'a>(
        &self,
        counting: &Counting<'_, 'a>,
        groups: Option<&Groups>,
    ) -> Vec<&'a PersonId> {
        let mut found: Vec<&PersonId> = counting
            .ballots
            .approvals
            .iter()
            .filter(|b| self.lack(counting, b, groups).is_none())
            .map(|b| &b.person.id)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Owners of what is touched, where this requirement asks for them.
    pub(crate) fn groups<'a>(
        &self,
        counting: &Counting<'_, 'a>,
    ) -> Result<Option<Groups<'a>>, Problem> {
        match self.among {
            Among::Touched => Groups::of(counting.case, counting.concern).map(Some),
            Among::Anyone | Among::Owners => Ok(None),
        }
    }

    pub(crate) fn tally<'a>(&self, counting: &Counting<'_, 'a>) -> Result<Tally<'a>, Problem> {
        let groups = self.groups(counting)?;
        let candidates = self.candidates(counting, groups.as_ref());
        Ok(self.settle(counting, candidates, groups.as_ref()))
    }

    /// The tally of given people.
    fn settle<'a>(
        &self,
        counting: &Counting<'_, 'a>,
        candidates: Vec<&'a PersonId>,
        groups: Option<&Groups>,
    ) -> Tally<'a> {
        let counted = self.standing(counting, &candidates);
        let uncovered = groups.and_then(|g| g.uncovered(counting.case, &candidates));
        let mut tally = Tally::of(self.count, counted);
        if tally.is_met() && uncovered.is_none() {
            return tally;
        }
        if let Some(file) = uncovered.and_then(|at| counting.case.facts.change.files.get(at)) {
            tally.lacks(format!("no owner of {} has signed", file.change.path));
        }
        if self.is_out_of_reach(counting, &candidates, groups) {
            tally.impossible();
        }
        if counting.names() {
            tally.eligible(self.eligible(counting, &candidates, groups, usize::MAX));
        }
        tally
    }

    fn standing<'a>(
        &self,
        counting: &Counting<'_, 'a>,
        people: &[&'a PersonId],
    ) -> Vec<&'a PersonId> {
        match self.teams {
            Teams::Any => people.to_vec(),
            Teams::Different => representatives(counting.case.facts.roster, people),
        }
    }

    /// Whether it stays unmet even if everybody who may sign signs.
    pub(crate) fn is_out_of_reach<'a>(
        &self,
        counting: &Counting<'_, 'a>,
        candidates: &[&'a PersonId],
        groups: Option<&Groups>,
    ) -> bool {
        let simple = self.teams == Teams::Any && groups.is_none();
        let needed = self.count as usize;
        let missing = needed.saturating_sub(candidates.len());
        let limit = if simple { missing } else { usize::MAX };
        let more = self.eligible(counting, candidates, groups, limit);
        if simple {
            return more.len() < missing;
        }
        let mut all = candidates.to_vec();
        all.extend(more);
        let short = self.standing(counting, &all).len() < needed;
        short || groups.is_some_and(|g| g.uncovered(counting.case, &all).is_some())
    }

    /// People who could still sign, at most `limit`, in the order of the roster.
    pub(crate) fn eligible<'a>(
        &self,
        counting: &Counting<'_, 'a>,
        candidates: &[&'a PersonId],
        groups: Option<&Groups>,
        limit: usize,
    ) -> Vec<&'a PersonId> {
        let case = counting.case;
        let people = case.facts.roster.parts().people.iter();
        people
            .filter(|p| self.could(counting, p, groups))
            .filter(|p| candidates.binary_search(&&p.id).is_err())
            .filter(|p| case.part_of(&p.id).is_none())
            .take(limit)
            .map(|p| &p.id)
            .collect()
    }

    fn could(&self, counting: &Counting, person: &Person, groups: Option<&Groups>) -> bool {
        let case = counting.case;
        person.is_here_at(case.now)
            && self.fits(counting, person, groups)
            && self
                .level
                .as_ref()
                .is_none_or(|l| l.is_met(case, person, case.now, counting.concern))
            && presence::is_possible(person, self.presence, case.now)
    }

    /// Team and ownership.
    fn fits(&self, counting: &Counting, person: &Person, groups: Option<&Groups>) -> bool {
        let owns = match self.among {
            Among::Anyone => true,
            Among::Owners => counting.case.facts.roster.is_owner(&person.id),
            Among::Touched => groups.is_some_and(|g| g.has(person)),
        };
        // Where everybody stands for another team, whoever is in none stands for nothing.
        let stands = self.teams == Teams::Any || !person.teams.is_empty();
        owns && stands && self.team.as_ref().is_none_or(|t| t.is_met(person))
    }

    /// Whether somebody's word carries weight here at all; asked of rejections.
    pub(crate) fn is_for(&self, counting: &Counting, person: &Person) -> bool {
        let case = counting.case;
        // Owners that are not known exclude nobody from saying no.
        let groups = self.groups(counting).ok().flatten();
        let fits = groups.is_none() && self.among == Among::Touched
            || self.fits(counting, person, groups.as_ref());
        let level = self.level.as_ref();
        fits && level.is_none_or(|l| l.is_met(case, person, case.now, counting.concern))
    }

    /// Whether a person might count for some content: team and any level grant, now.
    pub(crate) fn might_be(
        &self,
        person: &Person,
        now: Timestamp,
        level: impl Fn(&str) -> Option<Level>,
    ) -> bool {
        let has = person.levels.iter().filter(|g| g.holds_at(now)).map(|g| g.level).max();
        let enough = |l: &AtLeast| level(l.0.as_str()).is_some_and(|wanted| has >= Some(wanted));
        self.level.as_ref().is_none_or(enough)
            && self.team.as_ref().is_none_or(|t| t.is_met(person))
    }

    /// Why a ballot does not count here.
    pub(crate) fn lack(
        &self,
        counting: &Counting,
        ballot: &Ballot,
        groups: Option<&Groups>,
    ) -> Option<String> {
        let (case, person) = (counting.case, ballot.person);
        if ballot.presence() < self.presence {
            return Some(presence::lack(ballot.presence(), self.presence));
        }
        if let Some(level) = &self.level {
            if !level.is_met(case, person, case.now, counting.concern) {
                return Some(level.lack(case, person, counting.concern));
            }
            if !level.is_met(case, ballot.then, ballot.received, counting.concern) {
                return Some(format!("was below {} when the gate received it", level.0));
            }
        }
        if let Some(team) = self.team.as_ref().filter(|t| !t.is_met(person)) {
            return Some(team.lack());
        }
        if !self.fits(counting, person, groups) {
            return Some(match self.among {
                Among::Owners => "is no owner of policy and roster".to_owned(),
                Among::Anyone => "is in no team, and each stands for another one".to_owned(),
                Among::Touched => "owns nothing of what is touched".to_owned(),
            });
        }
        let early = counting.not_before.is_some_and(|first| ballot.received < first);
        early.then(|| "signed before the author's own statement".to_owned())
    }
}

const TEAMS: [Choice<Teams>; 1] = [("different", Teams::Different)];
const OWNS: [Choice<Among>; 1] = [("touched", Among::Touched)];

pub(super) fn parse(node: &Node, known: &Known, report: &mut Report) -> Option<Approvals> {
    let fields = Fields::of(node, "a requirement", &KEYS, report)?;
    let count = fields.need("approvals", "a requirement", report)?;
    let count = yaml::number(count, "approvals", 1..=COUNT_MAX, report)?;
    let level = match fields.get("level") {
        Some(node) => Some(known.level(node, report)?),
        None => None,
    };
    let team = match fields.get("team") {
        Some(node) => Some(InTeam(known.team(node, report)?)),
        None => None,
    };
    let teams = match fields.get("teams") {
        Some(node) => yaml::choice(node, "teams", &TEAMS, report)?,
        None => Teams::Any,
    };
    let among = match fields.get("owns") {
        Some(node) => yaml::choice(node, "owns", &OWNS, report)?,
        None => Among::Anyone,
    };
    let presence = match fields.get("presence") {
        Some(node) => yaml::choice(node, "presence", &crate::policy::PRESENCES, report)?,
        None => known.presence,
    };
    let distinct = match fields.get("distinct") {
        Some(node) => Some(yaml::name(node, "distinct", report)?),
        None => None,
    };
    if distinct.is_some() && (teams == Teams::Different || among == Among::Touched) {
        let message = "`distinct` goes with neither `teams: different` nor `owns`";
        report.say("contradiction", &node.span, message);
        return None;
    }
    let ladder = &known.roster.parts().ladder;
    let top = level.as_ref().is_some_and(|(l, _)| ladder.names().len() == usize::from(l.0) + 1);
    let level_name = level.map(|(_, name)| AtLeast(name));
    let mut built = Approvals {
        count: u32::try_from(count).ok()?,
        level: level_name,
        team,
        teams,
        among,
        presence,
        distinct,
        needs: Box::default(),
    };
    let suffix = if top { "" } else { " or above" };
    let level = built.level.as_ref().map(|l| format!("{}{suffix}", l.0));
    built.needs = phrase(&built, level).into();
    Some(built)
}

/// `senior or above of team pay who owns what is touched, in person`.
fn phrase(built: &Approvals, level: Option<String>) -> String {
    let mut text = match (built.among, level) {
        (Among::Owners, _) => "owner: policy, roster or owners change".to_owned(),
        (_, Some(level)) => level,
        (_, None) => "anybody on the roster".to_owned(),
    };
    if let Some(team) = &built.team {
        text.push_str(&format!(" of team {}", team.0));
    }
    if built.among == Among::Touched {
        text.push_str(" who owns what is touched");
    }
    if built.teams == Teams::Different {
        text.push_str(", from different teams");
    }
    if let Some(label) = &built.distinct {
        text.push_str(&format!(", nobody twice for {label}"));
    }
    match built.presence {
        Presence::Forge | Presence::Key => {}
        Presence::Present => text.push_str(", in person"),
        Presence::Hardware => text.push_str(", in person with an attested key"),
    }
    text
}
