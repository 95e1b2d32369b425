//! Everything a decision rests on, gathered before it is made; the core never calls out for more.

use crate::actor::Participant;
use crate::approval::{ApprovalFacts, RefusedStatement};
use crate::assistance::Assistance;
use crate::change::ChangeFacts;
use crate::id::{PersonId, RepositoryId, RuleName, TeamName};
use crate::object::{Oid, RefName};
use crate::roster::Roster;

/// Somebody named as owner of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PathOwner {
    /// A person of the roster.
    Person(PersonId),
    /// A team of the roster.
    Team(TeamName),
    /// A name that the roster does not know.
    Unknown(String),
}

/// Owners that one section names for a path; any `count` of them suffice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerGroup {
    /// GitLab section, if any.
    pub section: Option<String>,
    /// The owners; empty is *matched, unowned*.
    pub owners: Vec<PathOwner>,
    /// How many of them.
    pub count: u32,
    /// Optional sections do not demand anything.
    pub optional: bool,
}

/// Who owns a path. Three states stay distinct: owned, matched without owner, unmatched.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PathOwners {
    /// One group for each section that matches; empty is *unmatched*.
    pub groups: Vec<OwnerGroup>,
}

/// Lines of one author in one rule's paths within the rule's window, this change included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollingSum {
    /// The rule that asks.
    pub rule: RuleName,
    /// Lines added and removed.
    pub lines: u64,
}

/// A fact that is missing or broken. Any one of them blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Stable code, such as `policy-missing`.
    pub code: &'static str,
    /// What happened and why, one sentence, no full stop.
    pub text: String,
    /// What to do next.
    pub hint: String,
}

/// The facts of one decision.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// The repository.
    pub repository: RepositoryId,
    /// The protected ref.
    pub target: &'a RefName,
    /// Its tip; `None` for a ref without history.
    pub tip: Option<Oid>,
    /// The content.
    pub change: &'a ChangeFacts,
    /// AI involvement.
    pub assistance: &'a Assistance,
    /// Who took part.
    pub participants: &'a [Participant],
    /// The roster in force.
    pub roster: &'a Roster,
    /// Owners of each changed path, in the order of `change.files`.
    pub owners: &'a [PathOwners],
    /// Rolling sums that rules ask for.
    pub rolling: &'a [RollingSum],
    /// Verified statements on this digest, and on heads that could carry over.
    pub statements: &'a [ApprovalFacts],
    /// Statements that could not be verified.
    pub refused: &'a [RefusedStatement],
    /// Facts that are missing or broken.
    pub problems: &'a [Problem],
}
