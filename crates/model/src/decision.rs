//! The answer of the gate and why; made by `policy::decide` and nowhere else.

use crate::facts::Problem;
use crate::id::{LevelName, PersonId, RuleName, StatementHash};
use crate::time::Now;

/// The three answers. There is no default: whoever cannot decide must say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// May proceed.
    Clear,
    /// Signatures or checks are missing; waiting or signing can cure it.
    Pending,
    /// No signature cures it until a fact changes.
    Blocked,
}

impl Outcome {
    /// The name in output for machines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Pending => "pending",
            Self::Blocked => "blocked",
        }
    }
}

/// How far one requirement is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Progress {
    /// Met.
    Met,
    /// Some of what it needs.
    Partly,
    /// Nothing yet.
    Open,
    /// Cannot be met by anybody as facts stand.
    Impossible,
}

/// What a requirement asks for, so that a door can name the command that gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Asks {
    /// Signatures of others.
    Signatures,
    /// The word of those who made the change.
    AuthorStatement,
    /// What services say of checks.
    Checks,
    /// One of several of these.
    Alternatives,
}

/// One requirement: what it needs, what it has, who could still give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequirementReport {
    /// The rule that demands it; `base` for demands that no policy can lift.
    pub rule: RuleName,
    /// What it asks for.
    pub asks: Asks,
    /// The level that its approvals must have; `None` where it asks for none or for something else.
    pub level: Option<LevelName>,
    /// The label under which nobody counts twice, also across rules.
    pub distinct: Option<RuleName>,
    /// What it needs, as people say it: `2 seniors who own pricing, in person`.
    pub needs: String,
    /// How many it needs.
    pub needed: u32,
    /// How many it has.
    pub has: u32,
    /// How far it is met.
    pub progress: Progress,
    /// Whose signatures count for it.
    pub counted: Vec<PersonId>,
    /// Who could still sign; `None` where it was not asked for.
    pub eligible: Option<Vec<PersonId>>,
}

/// A statement that did not count, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotCounted {
    /// The statement.
    pub statement: StatementHash,
    /// Who signed, or claims to have. Hostile where unverified.
    pub who: String,
    /// Why: `the operator counts as an author`.
    pub reason: String,
}

/// Why the answer is what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostics {
    /// The moment for which it was decided.
    pub now: Now,
    /// Rules that applied, in the order of the policy.
    pub rules: Vec<RuleName>,
    /// The exemption that applied, with its reason.
    pub exemption: Option<(RuleName, String)>,
    /// What blocks.
    pub problems: Vec<Problem>,
    /// Requirements, unmet ones first within the order of the policy.
    pub requirements: Vec<RequirementReport>,
    /// Statements that did not count.
    pub not_counted: Vec<NotCounted>,
    /// The override that let it pass, if any.
    pub overridden_by: Option<StatementHash>,
}

/// The answer with its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The answer.
    pub outcome: Outcome,
    /// Why.
    pub diagnostics: Diagnostics,
}
