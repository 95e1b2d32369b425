//! `author_unverified`: only an e-mail address says who made a part of the change.

use crate::decide::case::Case;
use crate::diagnostic::Report;
use crate::yaml::{self, Choice, Node};
use obstat_model::actor::{Actor, Role};

/// The condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AuthorUnverified;

const WORDS: [Choice<AuthorUnverified>; 1] = [("true", AuthorUnverified)];

impl AuthorUnverified {
    pub(crate) fn holds(self, case: &Case) -> bool {
        let parts = case.facts.participants;
        let proven: Vec<&Actor> =
            parts.iter().filter(|p| p.proven).filter_map(|p| p.actor.as_ref()).collect();
        let made = |role| matches!(role, Role::Author | Role::Committer | Role::CoAuthor);
        parts.iter().filter(|p| made(p.role) && !p.proven).any(|part| match &part.actor {
            Some(actor @ Actor::Person(_)) => !proven.contains(&actor),
            Some(Actor::Agent(_) | Actor::Service(_)) => false,
            None => true,
        })
    }

    pub(crate) fn phrase(self) -> String {
        "an author whom only an e-mail address names".to_owned()
    }
}

pub(super) fn parse(node: &Node, report: &mut Report) -> Option<AuthorUnverified> {
    yaml::choice(node, "author_unverified", &WORDS, report)
}
