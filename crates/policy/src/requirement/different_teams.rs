//! `teams: different`: as many signers as possible, each standing for a team of their own.

use super::distinct::matching;
use obstat_model::id::{PersonId, TeamName};
use obstat_model::roster::Roster;

/// The largest number of people that can each be given a team that no other of them is given.
pub(crate) fn representatives<'a>(roster: &Roster, people: &[&'a PersonId]) -> Vec<&'a PersonId> {
    let mut teams: Vec<&TeamName> = people
        .iter()
        .filter_map(|id| roster.person(id))
        .flat_map(|person| person.teams.iter())
        .collect();
    teams.sort_unstable();
    teams.dedup();
    let edges: Vec<Vec<usize>> = people
        .iter()
        .map(|id| {
            let own = roster.person(id).map(|p| p.teams.as_slice()).unwrap_or_default();
            own.iter().filter_map(|team| teams.binary_search(&team).ok()).collect()
        })
        .collect();
    let given = matching(&edges, teams.len());
    let stands = people.iter().enumerate().filter(|(at, _)| given.contains(&Some(*at)));
    stands.map(|(_, id)| *id).collect()
}
