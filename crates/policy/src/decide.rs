//! `decide`: the only place that counts. Total and pure; invariants 1 to 7 and 10.
//!
//! The answer depends on the facts alone, not on their order, nor on the order of rules. Asking who
//! could still sign changes the report and never the answer.

pub(crate) mod ballots;
pub(crate) mod case;
pub(crate) mod count;

mod base;
mod fault;
mod level;

use crate::policy::{Policy, Rule};
use crate::requirement::{Requirement, author_statement, distinct};
use ballots::{Ballot, Ballots};
use case::{Case, Concern};
use count::{Counting, Naming, Tally};
use obstat_model::decision::{
    Decision, Diagnostics, NotCounted, Outcome, Progress, RequirementReport,
};
use obstat_model::facts::{Facts, Problem};
use obstat_model::id::{PersonId, RuleName, StatementHash};
use obstat_model::statement::Act;
use obstat_model::text::escape_cut;
use obstat_model::time::{Now, Seconds};

/// Name of the demands that no policy can lift.
pub(crate) const BASE: &str = "base";

/// Decides. Reports do not name who could still sign.
#[must_use]
pub fn decide(policy: &Policy, facts: &Facts, now: Now) -> Decision {
    run(policy, facts, now, Naming::Nobody)
}

/// Decides, and names who could still sign for each open requirement.
#[must_use]
pub fn decide_naming_eligible(policy: &Policy, facts: &Facts, now: Now) -> Decision {
    run(policy, facts, now, Naming::Eligible)
}

/// People whose signed statement that no AI helped stands, sorted: for exactly this content, in time,
/// not taken back, and given as much in person as the policy asks of everybody. Asked before
/// decisions, which rest on the answer.
#[must_use]
pub fn declared_unassisted(policy: &Policy, facts: &Facts, now: Now) -> Vec<PersonId> {
    let case = Case::new(policy, facts, now.0);
    let ballots = Ballots::sort_out(&case);
    let stands = |ballot: &&Ballot| {
        ballot.facts.verified.statement.act == Act::Author { unassisted: true }
            && ballot.presence() >= policy.defaults().presence
    };
    let mut people: Vec<PersonId> =
        ballots.authors.iter().filter(stands).map(|b| b.person.id.clone()).collect();
    people.sort_unstable();
    people.dedup();
    people
}

/// A rule that applies, with the files that it is about.
struct Applied<'a> {
    rule: &'a Rule,
    concern: Concern<'a>,
}

fn run(policy: &Policy, facts: &Facts, now: Now, naming: Naming) -> Decision {
    let case = Case::new(policy, facts, now.0);
    let ballots = Ballots::sort_out(&case);
    let mut problems = base::problems(&case);
    let applied = applied(&case, &mut problems);
    let exemption = policy.exemptions().iter().find(|e| e.covers(&case));
    problems.extend(rejections(&case, &ballots, &applied));
    let demanding = if exemption.is_some() { &[][..] } else { applied.as_slice() };
    let mut board =
        Board { case: &case, ballots: &ballots, naming, applied: demanding, rows: Vec::new() };
    board.fill(&mut problems);
    let mut not_counted = ballots.refused.clone();
    not_counted.extend(board.unused());
    let reports: Vec<RequirementReport> = board.rows.into_iter().map(|row| row.report).collect();
    let impossible = reports.iter().filter(|r| r.progress == Progress::Impossible);
    problems.extend(impossible.map(out_of_reach));
    let rules = demanding.iter().map(|a| a.rule.name().clone()).collect();
    let exemption = exemption.map(|e| (e.name().clone(), e.reason().to_owned()));
    conclude(&case, &ballots, Parts { now, rules, exemption, problems, reports, not_counted })
}

/// What a decision is made of, before the answer is drawn.
struct Parts {
    now: Now,
    rules: Vec<RuleName>,
    exemption: Option<(RuleName, String)>,
    problems: Vec<Problem>,
    reports: Vec<RequirementReport>,
    not_counted: Vec<NotCounted>,
}

fn conclude(case: &Case, ballots: &Ballots, parts: Parts) -> Decision {
    let Parts { now, rules, exemption, mut problems, mut reports, mut not_counted } = parts;
    // What is wrong with how it comes is told before what is wrong with what it holds.
    let early = |p: &Problem| !base::concerns_the_way(p);
    problems.sort_by(|a, b| (early(a), a.code, &a.text).cmp(&(early(b), b.code, &b.text)));
    problems.dedup();
    not_counted.sort_by(|a, b| (&a.who, a.statement).cmp(&(&b.who, b.statement)));
    not_counted.dedup();
    reports.sort_by_key(|r| r.progress == Progress::Met);
    let met = reports.iter().all(|r| r.progress == Progress::Met);
    let plain = match (problems.is_empty(), met) {
        (true, true) => Outcome::Clear,
        (true, false) => Outcome::Pending,
        (false, _) => Outcome::Blocked,
    };
    let overridden_by = match plain {
        Outcome::Clear => None,
        Outcome::Pending | Outcome::Blocked => overridden(case, ballots, &problems, &reports),
    };
    let outcome = if overridden_by.is_some() { Outcome::Clear } else { plain };
    let requirements = reports;
    Decision {
        outcome,
        diagnostics: Diagnostics {
            now,
            rules,
            exemption,
            problems,
            requirements,
            not_counted,
            overridden_by,
        },
    }
}

/// The override that lets it pass. The owners' quorum, and inputs that would not hold, are beyond it.
fn overridden(
    case: &Case,
    ballots: &Ballots,
    problems: &[Problem],
    reports: &[RequirementReport],
) -> Option<StatementHash> {
    let quorum_open = case.facts.change.inputs.is_some()
        && reports.iter().any(|r| r.rule.as_str() == BASE && r.progress != Progress::Met);
    if quorum_open || problems.iter().any(base::is_beyond_override) {
        return None;
    }
    ballots.overrides.iter().map(Ballot::hash).min()
}

fn applied<'a>(case: &Case<'a>, problems: &mut Vec<Problem>) -> Vec<Applied<'a>> {
    let mut found = Vec::new();
    for rule in case.policy.rules() {
        match applies(case, rule) {
            Ok(Some(concern)) => found.push(Applied { rule, concern }),
            Ok(None) => {}
            Err(problem) => problems.push(problem),
        }
    }
    found
}

/// The files that a rule is about, if it applies.
pub(crate) fn applies<'a>(case: &Case, rule: &'a Rule) -> Result<Option<Concern<'a>>, Problem> {
    let concern = Concern::of(rule);
    for condition in rule.conditions() {
        if !condition.holds(case, &concern)? {
            return Ok(None);
        }
    }
    Ok(Some(concern))
}

/// A "no" by somebody whose "yes" would count blocks, exempt or not.
fn rejections(case: &Case, ballots: &Ballots, applied: &[Applied]) -> Vec<Problem> {
    let mut found = Vec::new();
    for ballot in &ballots.rejections {
        let person = ballot.person;
        // What a commit merely claims of somebody must not silence them.
        if case.provably_took_part(&person.id) || !carries_weight(case, ballots, applied, ballot) {
            continue;
        }
        let reason = escape_cut(&ballot.facts.verified.statement.reason, 160);
        found.push(Problem {
            code: "rejected",
            text: format!("{} rejected it: {reason}", person.id),
            hint: format!("talk to {}, whose own approval or withdrawal ends it", person.id),
        });
    }
    found
}

fn carries_weight(case: &Case, ballots: &Ballots, applied: &[Applied], ballot: &Ballot) -> bool {
    let person = ballot.person;
    if case.facts.change.inputs.is_some() && case.facts.roster.is_owner(&person.id) {
        return true;
    }
    applied.iter().any(|one| {
        let counting = Counting {
            case,
            ballots,
            concern: &one.concern,
            not_before: None,
            naming: Naming::Nobody,
        };
        let approvals = one.rule.requirements().iter().flat_map(Requirement::approvals);
        approvals.into_iter().any(|a| a.is_for(&counting, person))
    })
}

fn out_of_reach(report: &RequirementReport) -> Problem {
    let missing = report.needed.saturating_sub(report.has).max(1);
    Problem {
        code: "nobody-can-sign",
        text: format!("too few people can give what is missing: {missing} × {}", report.needs),
        hint: "an owner changes roster or policy, or somebody else makes the change".to_owned(),
    }
}

/// One requirement with what it needs to be allotted later.
struct Row<'a> {
    report: RequirementReport,
    distinct: Option<Open<'a>>,
    used: Vec<&'a PersonId>,
}

/// A requirement whose people must differ from those of others with its label.
struct Open<'a> {
    label: &'a RuleName,
    needed: u32,
    people: Vec<&'a PersonId>,
    eligible: Vec<&'a PersonId>,
}

struct Board<'c, 'a> {
    case: &'c Case<'a>,
    ballots: &'c Ballots<'a>,
    naming: Naming,
    /// Rules that apply and are not exempt.
    applied: &'c [Applied<'a>],
    rows: Vec<Row<'a>>,
}

impl<'a> Board<'_, 'a> {
    fn fill(&mut self, problems: &mut Vec<Problem>) {
        let mut rows = Vec::new();
        if self.case.facts.change.inputs.is_some() {
            rows.extend(self.quorum());
        }
        for one in self.applied {
            rows.extend(one.rule.requirements().iter().map(|r| self.row(one, r)));
        }
        for row in rows {
            match row {
                Ok(row) => self.rows.push(row),
                Err(problem) => problems.push(problem),
            }
        }
        self.allot_distinct();
    }

    fn counting<'s>(&'s self, concern: &'s Concern<'a>, rule: Option<&Rule>) -> Counting<'s, 'a> {
        let mut counting = Counting {
            case: self.case,
            ballots: self.ballots,
            concern,
            not_before: None,
            naming: self.naming,
        };
        let first = |r: &Requirement| matches!(r, Requirement::AuthorStatement(_));
        if rule.is_some_and(|rule| rule.requirements().iter().any(first)) {
            // While a statement is missing, every approval comes before it.
            let complete = author_statement::complete_at(&counting);
            counting.not_before = complete.or(Some(self.case.now.after(Seconds(1))));
        }
        counting
    }

    /// The owners' quorum.
    fn quorum(&self) -> Option<Result<Row<'a>, Problem>> {
        let name = BASE.parse::<RuleName>().ok()?;
        let quorum = self.case.policy.quorum();
        let all = Concern::all();
        let counting = self.counting(&all, None);
        let used = quorum.candidates(&counting, None);
        let report = |tally: Tally| tally.report(&name, quorum.needs().to_owned());
        let row = |tally| Row { report: report(tally), distinct: None, used };
        Some(quorum.tally(&counting).map(row))
    }

    fn row(&self, one: &Applied<'a>, requirement: &'a Requirement) -> Result<Row<'a>, Problem> {
        let counting = self.counting(&one.concern, Some(one.rule));
        let name = one.rule.name();
        if let Requirement::Approvals(approvals) = requirement
            && let Some(label) = approvals.distinct()
        {
            let people = approvals.candidates(&counting, None);
            let eligible = approvals.eligible(&counting, &people, None, usize::MAX);
            let tally = Tally::of(approvals.count(), Vec::new());
            let mut report = tally.report(name, requirement.needs());
            report.distinct = Some(label.clone());
            report.level = requirement.level().cloned();
            let used = people.clone();
            let needed = approvals.count();
            let open = Open { label, needed, people, eligible };
            return Ok(Row { report, distinct: Some(open), used });
        }
        let tally = requirement.tally(&counting)?;
        let mut used = Vec::new();
        for approvals in requirement.approvals() {
            let groups = approvals.groups(&counting)?;
            used.extend(approvals.candidates(&counting, groups.as_ref()));
        }
        let mut report = tally.report(name, requirement.needs());
        report.asks = requirement.asks();
        report.level = requirement.level().cloned();
        Ok(Row { report, distinct: None, used })
    }

    /// Gives people to requirements that share a label.
    fn allot_distinct(&mut self) {
        let mut labels: Vec<&RuleName> =
            self.rows.iter().filter_map(|r| r.distinct.as_ref().map(|o| o.label)).collect();
        labels.sort_unstable();
        labels.dedup();
        for label in labels {
            let is_of =
                |row: &&mut Row<'a>| row.distinct.as_ref().is_some_and(|o| o.label == label);
            let mut rows: Vec<&mut Row> = self.rows.iter_mut().filter(is_of).collect();
            let now = allot(&rows, |open| open.people.clone());
            let most = allot(&rows, |open| {
                let mut all = open.people.clone();
                all.extend(open.eligible.iter().copied());
                all
            });
            for (row, (has, could)) in rows.iter_mut().zip(now.into_iter().zip(most)) {
                settle_distinct(row, has, could.len(), self.naming);
            }
        }
    }

    /// Approvals that stand and that no requirement counts, with the first reason.
    fn unused(&self) -> Vec<NotCounted> {
        let used =
            |ballot: &&Ballot| self.rows.iter().any(|row| row.used.contains(&&ballot.person.id));
        let mut found = Vec::new();
        for ballot in self.ballots.approvals.iter().filter(|b| !used(b)) {
            if let Some(reason) = self.why_unused(ballot) {
                let (statement, who) = (ballot.hash(), ballot.person.id.to_string());
                found.push(NotCounted { statement, who, reason });
            }
        }
        found
    }

    /// `None` where nothing asks for approvals at all.
    fn why_unused(&self, ballot: &Ballot<'a>) -> Option<String> {
        for one in self.applied {
            let counting = self.counting(&one.concern, Some(one.rule));
            for approvals in one.rule.requirements().iter().flat_map(Requirement::approvals) {
                let groups = approvals.groups(&counting).ok().flatten();
                let lack = approvals.lack(&counting, ballot, groups.as_ref());
                if lack.is_some() {
                    return lack;
                }
            }
        }
        self.case.facts.change.inputs?;
        self.case.policy.quorum().lack(&self.counting(&Concern::all(), None), ballot, None)
    }
}

fn allot<'a>(
    rows: &[&mut Row<'a>],
    people: impl Fn(&Open<'a>) -> Vec<&'a PersonId>,
) -> Vec<Vec<&'a PersonId>> {
    let demands: Vec<distinct::Demand> = rows
        .iter()
        .filter_map(|row| row.distinct.as_ref())
        .map(|open| distinct::Demand { needed: open.needed, people: people(open) })
        .collect();
    distinct::allot(&demands)
}

fn settle_distinct(row: &mut Row, has: Vec<&PersonId>, could: usize, naming: Naming) {
    let Some(open) = &row.distinct else { return };
    let mut tally = Tally::of(open.needed, has);
    if could < open.needed as usize {
        tally.impossible();
    }
    if naming == Naming::Eligible && !tally.is_met() {
        tally.eligible(open.eligible.clone());
    }
    let distinct = row.report.distinct.take();
    let report = tally.report(&row.report.rule, row.report.needs.clone());
    let level = row.report.level.take();
    row.report = RequirementReport { distinct, level, ..report };
}
