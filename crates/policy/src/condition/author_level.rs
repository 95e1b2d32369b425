//! `author_level_below`: somebody who made or brought the change is below a level.
//!
//! Invariant 5: the lowest of pusher, authors, committers, co-authors and operators counts, and
//! whoever the roster does not know has no level.

use crate::decide::case::{Case, Concern};
use crate::diagnostic::Report;
use crate::policy::Known;
use crate::yaml::Node;
use obstat_model::id::LevelName;
use obstat_model::level::Level;

/// The condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AuthorLevel {
    name: LevelName,
}

impl AuthorLevel {
    pub(crate) fn holds(&self, case: &Case, concern: &Concern) -> bool {
        // The roster in force may be the meet of versions with another ladder: go by name.
        let wanted = case.level_named(&self.name).unwrap_or(Level(u16::MAX));
        case.author_level(concern) < Some(wanted)
    }

    pub(crate) fn phrase(&self) -> String {
        format!("author below {}", self.name)
    }
}

pub(super) fn parse(node: &Node, known: &Known, report: &mut Report) -> Option<AuthorLevel> {
    // Below the lowest level is whoever has none, so any level makes sense here.
    let (_, name) = known.level(node, report)?;
    Some(AuthorLevel { name })
}
