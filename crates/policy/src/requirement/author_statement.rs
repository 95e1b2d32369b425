//! `author_statement: first`: those who made the change stand for it before others are asked.

use crate::decide::count::{Counting, Tally};
use crate::diagnostic::Report;
use crate::requirement::presence;
use crate::yaml::{self, Fields, Node};
use obstat_model::actor::{Actor, Participant, Role};
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
        let unknown = makers_of(counting).any(|part| part.actor.is_none());
        if makers.is_empty() || unknown {
            // Nobody can stand for what no known person made.
            tally.impossible();
        }
        if makers.iter().any(|id| !counted.contains(id) && !could(counting, id)) {
            tally.impossible();
        }
        if counting.names() && !tally.is_met() {
            let open = makers.into_iter().filter(|id| !counted.contains(id));
            tally.eligible(open.collect());
        }
        tally
    }
}

/// Whether somebody is there and has a key that gives the presence that the policy asks of everybody.
fn could(counting: &Counting, id: &PersonId) -> bool {
    let case = counting.case;
    let person = case.facts.roster.person(id).filter(|person| person.is_here_at(case.now));
    person.is_some_and(|p| presence::is_possible(p, case.policy.defaults().presence, case.now))
}

/// The people who made the content: authors, co-authors and operators of agents.
fn makers<'a>(counting: &Counting<'_, 'a>) -> Vec<&'a PersonId> {
    let mut found: Vec<&PersonId> = makers_of(counting)
        .filter_map(|p| match &p.actor {
            Some(Actor::Person(id)) => Some(id),
            _ => None,
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn makers_of<'a>(counting: &Counting<'_, 'a>) -> impl Iterator<Item = &'a Participant> {
    let made = |role| matches!(role, Role::Author | Role::CoAuthor | Role::Operator);
    counting.case.facts.participants.iter().filter(move |part| made(part.role))
}

/// The moment at which everybody who made the change had stood for it.
pub(crate) fn complete_at(counting: &Counting) -> Option<Timestamp> {
    if makers_of(counting).any(|part| part.actor.is_none()) {
        return None;
    }
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
