//! `owns: touched`: signers who own what the rule is about, and an owner for every file of it.
//!
//! Owned, matched without owner, and unmatched stay distinct: where nobody owns a touched file, the
//! policy's default owners do; where it names none, nobody can sign, which blocks.

use crate::decide::case::{Case, Concern};
use obstat_model::facts::{OwnerGroup, PathOwner, Problem};
use obstat_model::id::PersonId;
use obstat_model::roster::Person;

/// Groups of owners that must each be heard, with a file that each owns.
pub(crate) struct Groups<'a>(Vec<(Needed<'a>, usize)>);

/// Owners of whom so many must be heard.
#[derive(PartialEq, Eq)]
pub(crate) struct Needed<'a> {
    owners: &'a [PathOwner],
    count: u32,
}

impl Needed<'_> {
    /// Whether whoever satisfies this satisfies the other one too.
    pub(crate) fn satisfies(&self, other: &Self) -> bool {
        let mut known = self.owners.iter().filter(|owner| is_known(owner));
        self.count >= other.count && known.all(|owner| other.owners.contains(owner))
    }
}

fn is_known(owner: &PathOwner) -> bool {
    !matches!(owner, PathOwner::Unknown(_))
}

impl<'a> Groups<'a> {
    /// The groups of the files of concern.
    ///
    /// # Errors
    /// When owners were not gathered for every file.
    pub(crate) fn of(case: &Case<'a>, concern: &Concern) -> Result<Self, Problem> {
        if case.facts.owners.len() != case.facts.change.files.len() {
            return Err(Problem {
                code: "fact-missing",
                text: "the owners of the changed files are not known".to_owned(),
                hint: "report this: the gate must gather them".to_owned(),
            });
        }
        let mut groups: Vec<(Needed, usize)> = Vec::new();
        for place in concern.places(case) {
            let found = case.facts.owners.get(*place).map(|o| o.groups.as_slice());
            let default = &case.policy.defaults().owners;
            for needed in of_file(default, found.unwrap_or_default()) {
                if !groups.iter().any(|(known, _)| *known == needed) {
                    groups.push((needed, *place));
                }
            }
        }
        Ok(Self(groups))
    }

    /// Whether a person owns anything of it.
    pub(crate) fn has(&self, person: &Person) -> bool {
        self.0.iter().any(|(needed, _)| needed.owners.iter().any(|o| is(o, person)))
    }

    /// The first file without enough owners among these people.
    pub(crate) fn uncovered(&self, case: &Case, people: &[&PersonId]) -> Option<usize> {
        let short = |(needed, _): &&(Needed, usize)| {
            let heard = people.iter().filter_map(|id| case.facts.roster.person(id));
            let owners = heard.filter(|p| needed.owners.iter().any(|o| is(o, p)));
            (owners.count() as u64) < u64::from(needed.count)
        };
        self.0.iter().find(short).map(|(_, place)| *place)
    }
}

/// What one file needs: an owner of each section that demands something. The default owners stand
/// in where a section has none that the roster knows, and where no section says anything.
pub(crate) fn of_file<'a>(default: &'a [PathOwner], groups: &'a [OwnerGroup]) -> Vec<Needed<'a>> {
    let default = || Needed { owners: default, count: 1 };
    let demanding = groups.iter().filter(|g| !g.optional);
    let needed: Vec<Needed> = demanding
        .map(|group| match group.owners.iter().any(is_known) {
            true => Needed { owners: &group.owners, count: group.count.max(1) },
            false => default(),
        })
        .collect();
    if needed.is_empty() { vec![default()] } else { needed }
}

fn is(owner: &PathOwner, person: &Person) -> bool {
    match owner {
        PathOwner::Person(id) => *id == person.id,
        PathOwner::Team(team) => person.teams.contains(team),
        PathOwner::Unknown(_) => false,
    }
}
