//! What two versions of a roster both grant; knows not which versions matter.
//!
//! A raised level, a new key or a new team counts only once no version in force during the
//! delay lacks it; lowering and leaving act at once. What only *excludes* or *attributes* (e-mail
//! addresses, accounts, agents) is joined, so that nobody becomes unknown by a new version. What
//! moved from one to another who both are still there is nobody's until the delay is over: given to
//! either, it would hide the other's part in a change.

use moved::Moved;
use obstat_model::id::{LevelName, PersonId, ScopeName};
use obstat_model::level::{Level, LevelGrant};
use obstat_model::roster::{
    Account, Agent, Key, Owners, Person, Roster, RosterParts, Scope, Service,
};
use obstat_model::time::{Seconds, Timestamp};
use std::collections::HashMap;

mod moved;

/// The roster that grants what both grant. The ladder is the newer one's.
///
/// Levels are the lower at every moment, by name of the level; a level whose name only one ladder has counts
/// as none. Where the ladders order names otherwise, it is the highest below which everything was reached
/// in both. A person whom only the newer has keeps identities, and neither
/// levels, keys nor teams.
#[must_use]
pub fn meet(newer: &Roster, older: &Roster) -> Roster {
    let (new, old) = (newer.parts(), older.parts());
    if new == old {
        return newer.clone();
    }
    let before: HashMap<&PersonId, &Person> = old.people.iter().map(|p| (&p.id, p)).collect();
    let context = Both { new, old };
    let mut people: Vec<Person> =
        new.people.iter().map(|p| context.person(p, before.get(&p.id).copied())).collect();
    let after: HashMap<&PersonId, ()> = new.people.iter().map(|p| (&p.id, ())).collect();
    let gone = old.people.iter().filter(|p| !after.contains_key(&p.id));
    people.extend(gone.map(|person| departed(person, newer)));
    let mut parts = RosterParts {
        ladder: new.ladder.clone(),
        owners: owners(&new.owners, &old.owners),
        people,
        agents: agents(&new.agents, &old.agents),
        services: services(&new.services, &old.services),
        scopes: new.scopes.clone(),
        delay: Seconds(new.delay.0.max(old.delay.0)),
        devices: new.devices.clone(),
    };
    Moved::between(newer, older).take_from(&mut parts);
    Roster::new(parts)
}

/// Identities without any power.
fn stranger(person: &Person) -> Person {
    Person { levels: Vec::new(), keys: Vec::new(), teams: Vec::new(), ..person.clone() }
}

/// Whoever was removed still is who she is, but for what the newer roster gives to somebody else.
fn departed(person: &Person, newer: &Roster) -> Person {
    let mut gone = stranger(person);
    gone.emails.retain(|email| newer.by_email(email).is_none());
    gone.accounts.retain(|a| newer.by_login(&a.host, &a.login).is_none());
    gone
}

struct Both<'a> {
    new: &'a RosterParts,
    old: &'a RosterParts,
}

impl Both<'_> {
    fn person(&self, new: &Person, old: Option<&Person>) -> Person {
        let Some(old) = old else { return stranger(new) };
        if new == old && self.new.ladder == self.old.ladder && self.new.scopes == self.old.scopes {
            return new.clone();
        }
        Person {
            id: new.id.clone(),
            name: new.name.clone(),
            levels: self.levels(&new.levels, &old.levels),
            teams: new.teams.iter().filter(|t| old.teams.contains(t)).cloned().collect(),
            emails: joined(&new.emails, &old.emails),
            accounts: joined(&new.accounts, &old.accounts),
            keys: keys(&new.keys, &old.keys),
            left: earlier(new.left, old.left),
        }
    }

    /// For every pair of grants, what holds in both: the lower level, while both hold, where
    /// both hold.
    fn levels(&self, new: &[LevelGrant], old: &[LevelGrant]) -> Vec<LevelGrant> {
        let mut found: Vec<LevelGrant> = Vec::new();
        for a in new {
            for b in old {
                if let Some(both) = self.grant(a, b).filter(|g| !found.contains(g)) {
                    found.push(both);
                }
            }
        }
        found
    }

    fn grant(&self, new: &LevelGrant, old: &LevelGrant) -> Option<LevelGrant> {
        let old_name = self.old.ladder.name(old.level)?;
        let old_level = self.new.ladder.level(old_name.as_str())?;
        let since = new.since.max(old.since);
        let until = earlier(new.until, old.until);
        if until.is_some_and(|end| end <= since) {
            return None;
        }
        let scopes = self.scopes(new, old)?;
        let level = self.reached(new.level.min(old_level), old.level)?;
        Some(LevelGrant { level, since, until, scopes })
    }

    /// The highest level up to one of the newer ladder such that whoever had a level of the older one had
    /// reached there each name up to it that both ladders have.
    fn reached(&self, most: Level, had: Level) -> Option<Level> {
        let below = |name: &LevelName| {
            self.old.ladder.level(name.as_str()).is_some_and(|before| before > had)
        };
        let mut names = (0..=most.0).map(Level);
        let first = names.find(|level| self.new.ladder.name(*level).is_some_and(below));
        match first {
            None => Some(most),
            Some(Level(first)) => first.checked_sub(1).map(Level),
        }
    }

    /// Scopes that both name and that did not grow; `None` where nothing is left.
    fn scopes(&self, new: &LevelGrant, old: &LevelGrant) -> Option<Vec<ScopeName>> {
        let kept = |name: &&ScopeName| !self.grew(name);
        match (new.scopes.is_empty(), old.scopes.is_empty()) {
            (true, true) => Some(Vec::new()),
            // Where one holds everywhere, the other's scopes limit: by their newer meaning, but
            // only as far as the older one reached.
            (true, false) => some(old.scopes.iter().filter(kept).cloned().collect()),
            (false, true) => Some(new.scopes.clone()),
            (false, false) => {
                let both = new.scopes.iter().filter(|s| old.scopes.contains(s));
                some(both.filter(kept).cloned().collect())
            }
        }
    }

    /// Whether a scope now has a path that it had not.
    fn grew(&self, name: &ScopeName) -> bool {
        let find = |parts: &'_ RosterParts| -> Option<Vec<String>> {
            parts.scopes.iter().find(|s| s.name == *name).map(|s: &Scope| s.paths.clone())
        };
        match (find(self.new), find(self.old)) {
            (Some(new), Some(old)) => new.iter().any(|p| !old.contains(p)),
            _ => true,
        }
    }
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    if list.is_empty() { None } else { Some(list) }
}

fn earlier(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}

fn joined<T: Clone + PartialEq>(new: &[T], old: &[T]) -> Vec<T> {
    let mut all = new.to_vec();
    all.extend(old.iter().filter(|x| !new.contains(x)).cloned());
    all
}

fn keys(new: &[Key], old: &[Key]) -> Vec<Key> {
    let both = |key: &Key| {
        let before = old.iter().find(|k| k.id == key.id)?;
        Some(Key {
            since: key.since.max(before.since),
            until: earlier(key.until, before.until),
            attested: key.attested && before.attested,
            ..key.clone()
        })
    };
    new.iter().filter_map(both).collect()
}

/// Only people who are owners in both, and the larger quorum. If too few are left, nobody can
/// change the inputs until the delay is over; an override cannot either.
fn owners(new: &Owners, old: &Owners) -> Owners {
    let people = new.people.iter().filter(|p| old.people.contains(p)).cloned().collect();
    Owners { people, quorum: new.quorum.max(old.quorum) }
}

fn agents(new: &[Agent], old: &[Agent]) -> Vec<Agent> {
    let mut all = new.to_vec();
    for agent in old {
        match all.iter_mut().find(|a| a.id == agent.id) {
            Some(kept) => {
                kept.emails = joined(&kept.emails, &agent.emails);
                kept.accounts = joined::<Account>(&kept.accounts, &agent.accounts);
                // Whoever ran it took part in what it made.
                kept.operators = joined(&kept.operators, &agent.operators);
            }
            None => all.push(agent.clone()),
        }
    }
    all
}

fn services(new: &[Service], old: &[Service]) -> Vec<Service> {
    let mut all: Vec<Service> = new.to_vec();
    for service in &mut all {
        let before = old.iter().find(|s| s.id == service.id);
        service.keys = before.map_or_else(Vec::new, |b| keys(&service.keys, &b.keys));
    }
    all
}

#[cfg(test)]
mod tests;
