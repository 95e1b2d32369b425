//! `author_statement: first`: those who made the change stand for it before others are asked.

use crate::decide::count::{Counting, Tally};
use crate::diagnostic::Report;
use crate::yaml::{self, Fields, Node};
use obstat_model::actor::{Actor, Role};
use obstat_model::id::PersonId;
use obstat_model::time::Timestamp;

/// The requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AuthorStatement;

impl AuthorStatement {
    pub(crate) fn needs(self) -> String {
        "author's own statement".to_owned()
    }

    pub(crate) fn tally<'a>(self, counting: &Counting<'_, 'a>) -> Tally<'a> {
        let makers = makers(counting);
        let given = |id: &&&PersonId| counting.ballots.authors.iter().any(|b| b.person.id == ***id);
        let counted: Vec<&PersonId> = makers.iter().filter(given).copied().collect();
        let needed = u32::try_from(makers.len()).unwrap_or(u32::MAX).max(1);
        let mut tally = Tally::of(needed, counted.clone());
        if makers.is_empty() {
            // Nobody can stand for what no known person made.
            tally.impossible();
        }
        if counting.names() && !tally.is_met() {
            let open = makers.into_iter().filter(|id| !counted.contains(id));
            tally.eligible(open.collect());
        }
        tally
    }
}

/// The people who made the content: authors, co-authors and operators of agents.
fn makers<'a>(counting: &Counting<'_, 'a>) -> Vec<&'a PersonId> {
    let made = |role| matches!(role, Role::Author | Role::CoAuthor | Role::Operator);
    let mut found: Vec<&PersonId> = counting
        .case
        .facts
        .participants
        .iter()
        .filter(|p| made(p.role))
        .filter_map(|p| match &p.actor {
            Some(Actor::Person(id)) => Some(id),
            _ => None,
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The moment at which everybody who made the change had stood for it.
pub(crate) fn complete_at(counting: &Counting) -> Option<Timestamp> {
    let first = |id: &PersonId| {
        let own = counting.ballots.authors.iter().filter(|b| b.person.id == *id);
        own.map(|b| b.received).min()
    };
    makers(counting).into_iter().map(first).collect::<Option<Vec<_>>>()?.into_iter().max()
}

pub(super) fn parse(node: &Node, report: &mut Report) -> Option<AuthorStatement> {
    let fields = Fields::of(node, "a requirement", &["author_statement"], report)?;
    let word = fields.need("author_statement", "a requirement", report)?;
    yaml::choice(word, "author_statement", &[("first", AuthorStatement)], report)
}
