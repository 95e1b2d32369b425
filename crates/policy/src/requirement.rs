//! What a rule demands, one file a requirement. Counts signatures, and nothing else does.
//!
//! Invariant 2: a requirement that cannot be judged holds the change; an erroring branch of
//! `any_of` holds the whole. Invariant 3: one more approval never makes a met one unmet.

pub(crate) mod any_of;
pub(crate) mod approvals;
pub(crate) mod author_statement;
pub(crate) mod checks;
pub(crate) mod different_teams;
pub(crate) mod distinct;
pub(crate) mod level;
pub(crate) mod owns;
pub(crate) mod presence;
pub(crate) mod team;

use crate::decide::count::{Counting, Tally};
use crate::diagnostic::Report;
use crate::policy::Known;
use crate::yaml::{self, Entry, Node, Value};
use obstat_model::decision::Asks;
use obstat_model::facts::Problem;
use obstat_model::id::LevelName;

/// Most requirements of one rule or branch.
const LIST_MAX: usize = 50;

/// One requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Requirement {
    Approvals(approvals::Approvals),
    AuthorStatement(author_statement::AuthorStatement),
    Checks(checks::Checks),
    AnyOf(any_of::AnyOf),
}

impl Requirement {
    /// How far it is met.
    ///
    /// # Errors
    /// A fact that is missing.
    pub(crate) fn tally<'a>(&self, counting: &Counting<'_, 'a>) -> Result<Tally<'a>, Problem> {
        match self {
            Self::Approvals(r) => r.tally(counting),
            Self::AuthorStatement(r) => Ok(r.tally(counting)),
            Self::Checks(r) => Ok(r.tally(counting)),
            Self::AnyOf(r) => r.tally(counting),
        }
    }

    /// The level that its approvals must have.
    pub(crate) fn level(&self) -> Option<&LevelName> {
        match self {
            Self::Approvals(r) => r.level(),
            Self::AuthorStatement(_) | Self::Checks(_) | Self::AnyOf(_) => None,
        }
    }

    /// What it needs, as people say it.
    pub(crate) fn needs(&self) -> String {
        match self {
            Self::Approvals(r) => r.needs().to_owned(),
            Self::AuthorStatement(r) => r.needs(),
            Self::Checks(r) => r.needs(),
            Self::AnyOf(r) => r.needs().to_owned(),
        }
    }

    /// What it asks for.
    pub(crate) const fn asks(&self) -> Asks {
        match self {
            Self::Approvals(_) => Asks::Signatures,
            Self::AnyOf(_) => Asks::Alternatives,
            Self::AuthorStatement(_) => Asks::AuthorStatement,
            Self::Checks(_) => Asks::Checks,
        }
    }

    /// The approvals that it counts, those inside branches too.
    pub(crate) fn approvals(&self) -> Vec<&approvals::Approvals> {
        match self {
            Self::Approvals(r) => vec![r],
            Self::AnyOf(r) => r.approvals(),
            Self::AuthorStatement(_) | Self::Checks(_) => Vec::new(),
        }
    }
}

/// Reads a list of requirements that is not empty.
pub(crate) fn parse_list(
    node: &Node,
    known: &Known,
    report: &mut Report,
) -> Option<Vec<Requirement>> {
    let items = yaml::items(node, "require", report)?;
    if items.is_empty() || items.len() > LIST_MAX {
        let message = format!("`require` must list 1 to {LIST_MAX} requirements");
        report.say("demands-nothing", &node.span, message);
        return None;
    }
    items.iter().map(|item| parse(item, known, report)).collect()
}

/// One requirement; the key that it has says which.
fn parse(node: &Node, known: &Known, report: &mut Report) -> Option<Requirement> {
    let entries = yaml::entries(node, "a requirement", report)?;
    let has = |key: &str| entries.iter().any(|e: &Entry| e.key == key);
    if has("approvals") {
        return approvals::parse(node, known, report).map(Requirement::Approvals);
    }
    if has("author_statement") {
        return author_statement::parse(node, report).map(Requirement::AuthorStatement);
    }
    if has("checks") {
        return checks::parse(node, known, report).map(Requirement::Checks);
    }
    if has("any_of") {
        return any_of::parse(node, known, report).map(Requirement::AnyOf);
    }
    let what = entries.first().map_or("", |e| e.key.as_ref());
    let kinds = ["approvals", "author_statement", "checks", "any_of"];
    report.unknown("unknown-requirement", &node.span, ("requirement", what), kinds);
    None
}

/// The items of a list, or the one value itself.
fn one_or_more<'n, 'a>(node: &'n Node<'a>) -> &'n [Node<'a>] {
    match &node.value {
        Value::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    }
}
