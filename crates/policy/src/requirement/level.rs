//! `level`: signers of a level or above, on the files that the rule is about.
//!
//! Invariant 7: the lower of the levels when the gate first received the approval and now counts.

use crate::decide::case::{Case, Concern};
use obstat_model::id::LevelName;
use obstat_model::level::Level;
use obstat_model::roster::Person;
use obstat_model::time::Timestamp;

/// The least level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AtLeast(pub(crate) LevelName);

impl AtLeast {
    /// The level by the ladder in force; `None` where that ladder lost it, and then nobody has it.
    pub(crate) fn level(&self, case: &Case) -> Option<Level> {
        case.level_named(&self.0)
    }

    /// Whether a person has it at a moment.
    pub(crate) fn is_met(
        &self,
        case: &Case,
        person: &Person,
        at: Timestamp,
        concern: &Concern,
    ) -> bool {
        let wanted = self.level(case);
        wanted.is_some() && case.level_of(person, at, concern) >= wanted
    }

    /// Why a person does not count.
    pub(crate) fn lack(&self, case: &Case, person: &Person, concern: &Concern) -> String {
        let has = case.level_of(person, case.now, concern);
        let name = has.and_then(|l| case.facts.roster.parts().ladder.name(l));
        let has = name.map_or("no level", |n| n.as_str());
        format!("{has} here, {} or above is needed", self.0)
    }
}
