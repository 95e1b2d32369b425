//! What `obstat check` and `obstat verify` print for machines.

use crate::audit::AssistanceLine;
use obstat_model::decision::{Decision, NotCounted, RequirementReport};
use obstat_model::facts::Problem;
use obstat_model::text::escape_line;
use serde::Serialize;

/// One requirement.
#[derive(Debug, Clone, Serialize)]
pub struct RequirementLine {
    /// The rule that demands it.
    pub rule: String,
    /// What it needs, in words.
    pub needs: String,
    /// How many it needs.
    pub needed: u32,
    /// How many it has.
    pub has: u32,
    /// Whose signatures count for it.
    pub counted: Vec<String>,
    /// Who could still sign.
    pub eligible: Vec<String>,
}

/// One statement and whether it counts.
#[derive(Debug, Clone, Serialize)]
pub struct ApprovalLine {
    /// SHA-256 of the statement.
    pub statement: String,
    /// Who signed, or claims to have, escaped.
    pub who: String,
    /// What it says: `approve`, `reject`, `withdraw`, `override`, …; `None` where it is not known.
    pub says: Option<&'static str>,
    /// Whether it counts.
    pub counts: bool,
    /// Why it does not.
    pub reason: Option<String>,
}

/// What blocks.
#[derive(Debug, Clone, Serialize)]
pub struct ProblemLine {
    /// Stable code.
    pub code: &'static str,
    /// What happened and why.
    pub text: String,
    /// What to do next.
    pub hint: String,
}

/// The whole answer.
#[derive(Debug, Clone, Serialize)]
pub struct CheckResult {
    /// Version of this form.
    pub version: u32,
    /// `clear`, `pending` or `blocked`.
    pub decision: &'static str,
    /// ChangeDigest.
    pub digest: String,
    /// The target ref.
    pub target: String,
    /// Head commit.
    pub head: String,
    /// AI involvement.
    pub assistance: AssistanceLine,
    /// Requirements, unmet first.
    pub requirements: Vec<RequirementLine>,
    /// Statements found.
    pub approvals: Vec<ApprovalLine>,
    /// What blocks.
    pub problems: Vec<ProblemLine>,
    /// Rules that applied.
    pub rules: Vec<String>,
    /// The exemption that applied.
    pub exemption: Option<String>,
    /// The override that let it pass.
    pub overridden_by: Option<String>,
    /// The moment it was decided for, RFC 3339.
    pub at: String,
}

impl From<&RequirementReport> for RequirementLine {
    fn from(report: &RequirementReport) -> Self {
        let names = |people: &[obstat_model::id::PersonId]| {
            people.iter().map(ToString::to_string).collect()
        };
        Self {
            rule: report.rule.to_string(),
            needs: report.needs.clone(),
            needed: report.needed,
            has: report.has,
            counted: names(&report.counted),
            eligible: report.eligible.as_deref().map(names).unwrap_or_default(),
        }
    }
}

impl From<&NotCounted> for ApprovalLine {
    fn from(found: &NotCounted) -> Self {
        Self {
            statement: found.statement.to_string(),
            who: escape_line(&found.who),
            says: None,
            counts: false,
            reason: Some(found.reason.clone()),
        }
    }
}

impl From<&Problem> for ProblemLine {
    fn from(problem: &Problem) -> Self {
        Self { code: problem.code, text: escape_line(&problem.text), hint: problem.hint.clone() }
    }
}

/// The decision's own part of a [`CheckResult`].
#[derive(Debug, Clone)]
pub struct DecisionLines {
    /// Requirements, unmet first.
    pub requirements: Vec<RequirementLine>,
    /// Statements that do not count.
    pub not_counted: Vec<ApprovalLine>,
    /// What blocks.
    pub problems: Vec<ProblemLine>,
}

impl From<&Decision> for DecisionLines {
    fn from(decision: &Decision) -> Self {
        let found = &decision.diagnostics;
        Self {
            requirements: found.requirements.iter().map(RequirementLine::from).collect(),
            not_counted: found.not_counted.iter().map(ApprovalLine::from).collect(),
            problems: found.problems.iter().map(ProblemLine::from).collect(),
        }
    }
}
