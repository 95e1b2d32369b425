//! `team`: signers who are in a team.

use obstat_model::id::TeamName;
use obstat_model::roster::Person;

/// Membership of a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InTeam(pub(crate) TeamName);

impl InTeam {
    pub(crate) fn is_met(&self, person: &Person) -> bool {
        person.teams.contains(&self.0)
    }

    pub(crate) fn lack(&self) -> String {
        format!("is not in team {}", self.0)
    }
}
