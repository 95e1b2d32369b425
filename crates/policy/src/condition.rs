//! What a rule asks of the facts, one file a condition; all of a rule's conditions must hold.
//!
//! Invariant 3: there is no negation. More evidence, a lower author level or a wider change never
//! makes a condition false.

pub(crate) mod assistance;
pub(crate) mod author_level;
pub(crate) mod author_unverified;
pub(crate) mod files;
pub(crate) mod hidden;
pub(crate) mod inputs;
pub(crate) mod lines;
pub(crate) mod paths;
pub(crate) mod rolling;
pub(crate) mod target;
pub(crate) mod tool;

use crate::decide::case::{Case, Concern};
use crate::diagnostic::Report;
use crate::policy::Known;
use crate::yaml::{Fields, Node};
use obstat_model::facts::Problem;
use obstat_model::id::RuleName;

/// The keys of `when`.
pub(crate) const KEYS: [&str; 12] = [
    "target",
    "assistance",
    "tool",
    "author_level_below",
    "author_unverified",
    "paths",
    "lines_at_least",
    "files_at_least",
    "rolling",
    "decision_inputs",
    "hidden_content",
    "impact",
];

/// Whether a condition holds. A fact that is missing is no answer, and holds the change.
pub(crate) type Holds = Result<bool, Problem>;

/// One condition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Condition {
    Target(target::Target),
    Assistance(assistance::Assistance),
    Tool(tool::Tool),
    AuthorLevel(author_level::AuthorLevel),
    AuthorUnverified(author_unverified::AuthorUnverified),
    Paths(paths::Paths),
    Lines(lines::Lines),
    Files(files::Files),
    Rolling(rolling::RollingDemand),
    Inputs(inputs::Inputs),
    Hidden(hidden::Hidden),
}

impl Condition {
    /// Whether it holds for a case. `concern` are the files that the rule's paths choose.
    pub(crate) fn holds(&self, case: &Case, concern: &Concern) -> Holds {
        match self {
            Self::Target(c) => Ok(c.holds(case)),
            Self::Assistance(c) => Ok(c.holds(case)),
            Self::Tool(c) => Ok(c.holds(case)),
            Self::AuthorLevel(c) => Ok(c.holds(case, concern)),
            Self::AuthorUnverified(c) => Ok(c.holds(case)),
            Self::Paths(c) => Ok(c.holds(case)),
            Self::Lines(c) => Ok(c.holds(case, concern)),
            Self::Files(c) => Ok(c.holds(concern, case)),
            Self::Rolling(c) => c.holds(case),
            Self::Inputs(c) => Ok(c.holds(case)),
            Self::Hidden(c) => Ok(c.holds(case)),
        }
    }

    /// What it asks, as people say it: `paths pay/**`.
    pub(crate) fn phrase(&self) -> String {
        match self {
            Self::Target(c) => c.phrase(),
            Self::Assistance(c) => c.phrase(),
            Self::Tool(c) => c.phrase(),
            Self::AuthorLevel(c) => c.phrase(),
            Self::AuthorUnverified(c) => c.phrase(),
            Self::Paths(c) => c.phrase(),
            Self::Lines(c) => c.phrase(),
            Self::Files(c) => c.phrase(),
            Self::Rolling(c) => c.phrase(),
            Self::Inputs(c) => c.phrase(),
            Self::Hidden(c) => c.phrase(),
        }
    }

    /// Rough cost, so that cheap conditions are asked first. The order changes no answer.
    fn cost(&self) -> u8 {
        match self {
            Self::Target(_) | Self::Assistance(_) | Self::Inputs(_) => 0,
            Self::AuthorUnverified(_) | Self::Tool(_) => 1,
            Self::AuthorLevel(_) | Self::Rolling(_) => 2,
            Self::Hidden(_) => 3,
            Self::Paths(_) | Self::Lines(_) | Self::Files(_) => 4,
        }
    }
}

/// Reads `when`: all of its conditions must hold.
pub(crate) fn parse(
    node: &Node,
    rule: &RuleName,
    known: &Known,
    report: &mut Report,
) -> Option<Vec<Condition>> {
    let fields = Fields::of(node, "`when`", &KEYS, report)?;
    if let Some(entry) = fields.entry("impact") {
        let message = "`impact` cannot be asked: blast radius is not computed by this version";
        let finding = report.error("not-available", &entry.key_span, message);
        report.add(finding.helped("use `paths` for what matters most"));
    }
    let mut found = Vec::new();
    let mut ok = true;
    for key in KEYS.iter().filter(|k| **k != "impact") {
        let Some(node) = fields.get(key) else { continue };
        match one(key, node, rule, (known, report)) {
            Some(condition) => found.push(condition),
            None => ok = false,
        }
    }
    found.sort_by_key(Condition::cost);
    ok.then_some(found)
}

fn one(
    key: &str,
    node: &Node,
    rule: &RuleName,
    (known, report): (&Known, &mut Report),
) -> Option<Condition> {
    match key {
        "target" => target::parse(node, known, report).map(Condition::Target),
        "assistance" => assistance::parse(node, report).map(Condition::Assistance),
        "tool" => tool::parse(node, report).map(Condition::Tool),
        "author_level_below" => {
            author_level::parse(node, known, report).map(Condition::AuthorLevel)
        }
        "author_unverified" => {
            author_unverified::parse(node, report).map(Condition::AuthorUnverified)
        }
        "paths" => paths::parse(node, report).map(Condition::Paths),
        "lines_at_least" => lines::parse(node, report).map(Condition::Lines),
        "files_at_least" => files::parse(node, report).map(Condition::Files),
        "rolling" => rolling::parse(node, rule, known, report).map(Condition::Rolling),
        "decision_inputs" => inputs::parse(node, report).map(Condition::Inputs),
        "hidden_content" => hidden::parse(node, report).map(Condition::Hidden),
        _ => None,
    }
}
