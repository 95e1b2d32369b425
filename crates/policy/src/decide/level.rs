//! Which level a person has at a moment, everywhere or on given files; knows no rule.

use super::case::{Case, Concern};
use obstat_model::id::ScopeName;
use obstat_model::level::{Level, LevelGrant};
use obstat_model::roster::Person;
use obstat_model::time::Timestamp;

/// Whether any grant of the person holds only in some scopes.
pub(crate) fn is_scoped(person: &Person) -> bool {
    person.levels.iter().any(|grant| !grant.scopes.is_empty())
}

/// The highest level that holds everywhere.
pub(crate) fn everywhere(person: &Person, at: Timestamp) -> Option<Level> {
    let holds = |grant: &&LevelGrant| grant.scopes.is_empty() && grant.holds_at(at);
    person.levels.iter().filter(holds).map(|grant| grant.level).max()
}

/// The lowest over the files of concern of the highest level that holds on each.
pub(super) fn over(
    case: &Case,
    person: &Person,
    at: Timestamp,
    concern: &Concern,
) -> Option<Level> {
    let base = everywhere(person, at);
    let scoped: Vec<&LevelGrant> = person
        .levels
        .iter()
        .filter(|grant| !grant.scopes.is_empty() && grant.holds_at(at))
        .filter(|grant| Some(grant.level) > base)
        .collect();
    if scoped.is_empty() || concern.len(case) == 0 {
        return base;
    }
    let mut lowest = None;
    for place in concern.places(case) {
        let Some(file) = case.facts.change.files.get(*place) else { return base };
        let path = file.change.path.as_bytes();
        let best = scoped.iter().filter(|g| covers(case, &g.scopes, path)).map(|g| g.level).max();
        let here = best.max(base);
        if here == base {
            return base;
        }
        lowest = if lowest.is_none() { here } else { lowest.min(here) };
    }
    lowest
}

/// A scope that the policy's roster does not have covers nothing.
fn covers(case: &Case, scopes: &[ScopeName], path: &[u8]) -> bool {
    let patterns = |name: &ScopeName| case.policy.scope(name).unwrap_or_default();
    scopes.iter().any(|name| patterns(name).iter().any(|p| p.matches(path)))
}
