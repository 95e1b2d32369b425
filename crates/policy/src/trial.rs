//! Tests that a policy's owners write: supposed changes, and what must become of them. The real `decide`
//! answers.

mod parse;

pub use parse::parse_trials;

use crate::codeowners::CodeOwners;
use crate::policy::Policy;
use crate::supposed::{Change, Model, Owners, Word};
use obstat_model::decision::{Decision, Outcome, Progress};
use obstat_model::id::RuleName;
use obstat_model::roster::Roster;
use obstat_model::text::escape_cut;
use obstat_model::time::Now;

/// One test.
#[derive(Debug, Clone)]
pub struct Trial {
    name: String,
    line: usize,
    change: Change,
    words: Vec<Word>,
    /// The roster, with whoever the change needs and it does not have.
    roster: Roster,
    expected: Expected,
}

/// What must become of a change.
#[derive(Debug, Clone)]
struct Expected {
    decision: Outcome,
    /// The rules that apply, all of them, in any order.
    rules: Option<Vec<RuleName>>,
    exemption: Option<RuleName>,
}

/// What became of one test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What must be, and is not; empty where the test holds.
    pub wrong: Vec<String>,
    /// What the decision rests on, for people: one sentence each.
    pub why: Vec<String>,
    /// The decision.
    pub decision: Decision,
}

impl Trial {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The line of the file in which it begins, from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// The answer that it expects.
    #[must_use]
    pub const fn expected(&self) -> Outcome {
        self.expected.decision
    }

    /// Decides it.
    #[must_use]
    pub fn run(&self, policy: &Policy, owners: Option<&CodeOwners>, now: Now) -> Finding {
        let model = Model::new(policy, self.roster.clone(), Owners::Named(owners), now);
        let decision = model.decide(&self.change, &self.words, true);
        Finding { wrong: self.wrong(&decision), why: why(&decision), decision }
    }

    fn wrong(&self, found: &Decision) -> Vec<String> {
        let (mut wrong, about) = (Vec::new(), &found.diagnostics);
        if found.outcome != self.expected.decision {
            let (expected, is) = (self.expected.decision.as_str(), found.outcome.as_str());
            wrong.push(format!("must be {expected}, and is {is}"));
        }
        if let Some(wanted) = &self.expected.rules {
            let missing = wanted.iter().filter(|rule| !about.rules.contains(rule));
            wrong.extend(missing.map(|rule| format!("rule `{rule}` must apply, and does not")));
            let more = about.rules.iter().filter(|rule| !wanted.contains(rule));
            wrong.extend(more.map(|rule| format!("rule `{rule}` must not apply, and does")));
        }
        let exemption = about.exemption.as_ref().map(|(name, _)| name);
        match (&self.expected.exemption, exemption) {
            (Some(wanted), Some(found)) if wanted != found => {
                wrong.push(format!("exemption `{wanted}` must let it pass, and `{found}` does"));
            }
            (Some(wanted), None) => {
                wrong.push(format!("exemption `{wanted}` must let it pass, and none does"));
            }
            _ => {}
        }
        wrong
    }
}

/// What a decision rests on.
fn why(decision: &Decision) -> Vec<String> {
    let about = &decision.diagnostics;
    let mut told: Vec<String> = about.problems.iter().map(|problem| problem.text.clone()).collect();
    if let Some((name, reason)) = &about.exemption {
        told.push(format!("exemption `{name}` lifts all rules: {}", escape_cut(reason, 80)));
    } else if about.rules.is_empty() {
        told.push("no rule applies".to_owned());
    }
    for report in &about.requirements {
        let (rule, needs) = (&report.rule, &report.needs);
        let signed: Vec<&str> = report.counted.iter().map(|who| who.as_str()).collect();
        let signed =
            if signed.is_empty() { String::new() } else { format!(", by {}", signed.join(", ")) };
        let could: Vec<&str> =
            report.eligible.iter().flatten().take(5).map(|who| who.as_str()).collect();
        let could = match (report.progress, could.is_empty()) {
            (Progress::Met, _) => String::new(),
            (_, true) => "; nobody could give it".to_owned(),
            (_, false) => format!("; could sign: {}", could.join(", ")),
        };
        let (has, needed) = (report.has, report.needed);
        told.push(format!("rule `{rule}`: {has} of {needed}, {needs}{signed}{could}"));
    }
    let unused = about.not_counted.iter();
    told.extend(unused.map(|word| {
        format!("{} does not count: {}", escape_cut(&word.who, 60), escape_cut(&word.reason, 120))
    }));
    told
}
