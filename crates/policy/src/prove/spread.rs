//! Where the lines of a change can be so that fewest rules count them; decides nothing.

use super::SPREADS_MAX;
use super::paths::Class;
use crate::condition::Condition;
use crate::policy::{Policy, Rule};

/// Most places whose sets are all tried.
const SUBSETS_OF_MAX: usize = 5;

/// Ways to have lines elsewhere than in the path that a claim is about.
pub(super) struct Spread {
    /// Other files with their lines; the empty one leaves all lines where they are.
    pub(super) ways: Vec<Vec<(String, u64)>>,
    /// Whether no other way lets more pass.
    pub(super) is_complete: bool,
}

impl Spread {
    /// Ways to spread lines. A rule for some paths counts the lines of those alone, so it is enough to put them
    /// where no rule is but those for every path, if there is a place. Else they are tried in each place that
    /// fewest rules are for, one for each set of exemptions and scopes, and in some of them at once: in equal
    /// parts, and in as many as each takes unasked. That finds much, and proves nothing.
    pub(super) fn of(policy: &Policy, classes: &[Class], lines: u64) -> Self {
        let counts = |rule: &&Rule| {
            rule.conditions().iter().any(|c| matches!(c, Condition::Lines(_)))
                && rule.conditions().iter().any(|c| matches!(c, Condition::Paths(_)))
        };
        let here = Self { ways: vec![Vec::new()], is_complete: true };
        if lines == 0 || !policy.rules().iter().any(|rule| counts(&rule)) {
            return here;
        }
        let rules_of = |path: &str| -> Vec<usize> {
            let all = policy.rules().iter().enumerate();
            all.filter(|(_, rule)| rule.is_for(path)).map(|(at, _)| at).collect()
        };
        let elsewhere = |path: &str| {
            let exempt = policy.exemptions().iter();
            let exempt = exempt.map(|e| e.paths().iter().any(|p| p.matches(path.as_bytes())));
            let scoped = policy.scope_lists().into_iter();
            let scoped = scoped.map(|list| list.iter().any(|p| p.matches(path.as_bytes())));
            exempt.chain(scoped).collect::<Vec<bool>>()
        };
        let all: Vec<(&str, Vec<usize>, Vec<bool>)> = classes
            .iter()
            .map(|class| (class.path.as_str(), rules_of(&class.path), elsewhere(&class.path)))
            .collect();
        let least = all.iter().filter(|(_, rules, others)| {
            let fewer = |other: &Vec<usize>| {
                other.len() < rules.len() && other.iter().all(|rule| rules.contains(rule))
            };
            !all.iter().any(|(_, other, same)| same == others && fewer(other))
        });
        let mut seen: Vec<(&[usize], &[bool])> = Vec::new();
        let mut places: Vec<&str> = Vec::new();
        for (path, rules, others) in least {
            if !seen.contains(&(rules.as_slice(), others.as_slice())) {
                seen.push((rules, others));
                places.push(path);
            }
        }
        let mut ways: Vec<Vec<(String, u64)>> = vec![Vec::new()];
        ways.extend(places.iter().map(|path| vec![((*path).to_owned(), lines)]));
        let room: Vec<u64> = seen.iter().map(|(rules, _)| room_in(policy, rules)).collect();
        let both: Vec<(&str, u64)> = places.into_iter().zip(room).collect();
        ways.extend(
            several(&both).iter().flat_map(|some| [even(some, lines), greedy(some, lines)]),
        );
        ways.dedup();
        // A rule for all paths counts all lines, wherever they are.
        let common = |at: &usize| all.iter().all(|(_, rules, _)| rules.contains(at));
        let is_free = |(rules, _): &(&[usize], &[bool])| rules.iter().all(common);
        let is_complete = seen.iter().any(is_free) && ways.len() <= SPREADS_MAX;
        ways.truncate(SPREADS_MAX);
        Self { ways, is_complete }
    }
}

/// Lines that a place takes before one of its rules counts them.
fn room_in(policy: &Policy, rules: &[usize]) -> u64 {
    let rules = rules.iter().filter_map(|at| policy.rules().get(*at));
    let least = rules.flat_map(Rule::conditions).filter_map(|condition| match condition {
        Condition::Lines(lines) => Some(lines.0.saturating_sub(1)),
        _ => None,
    });
    least.min().unwrap_or(u64::MAX)
}

/// Sets of more than one place: all sets of few, else all together.
fn several<'a>(places: &[(&'a str, u64)]) -> Vec<Vec<(&'a str, u64)>> {
    if places.len() > SUBSETS_OF_MAX {
        return vec![places.to_vec()];
    }
    let sets = (1u32..1 << places.len()).filter(|set| set.count_ones() > 1);
    let of = |set: u32| {
        let all = places.iter().enumerate();
        all.filter(|(at, _)| set >> at & 1 == 1).map(|(_, place)| *place).collect()
    };
    sets.map(of).collect()
}

/// The same number of lines in each place.
fn even(places: &[(&str, u64)], lines: u64) -> Vec<(String, u64)> {
    let parts = (places.len() as u64).max(1);
    let share = |at: u64| lines / parts + u64::from(at < lines % parts);
    (0..).zip(places).map(|(at, (path, _))| ((*path).to_owned(), share(at))).collect()
}

/// As many lines in each place as it takes unasked, and the rest in the one that takes most.
fn greedy(places: &[(&str, u64)], lines: u64) -> Vec<(String, u64)> {
    let mut sorted = places.to_vec();
    sorted.sort_by_key(|(_, room)| *room);
    let (mut rest, last) = (lines, sorted.len().saturating_sub(1));
    let mut found = Vec::new();
    for (at, (path, room)) in sorted.into_iter().enumerate() {
        let taken = if at == last { rest } else { room.min(rest) };
        rest -= taken;
        if taken > 0 {
            found.push((path.to_owned(), taken));
        }
    }
    found
}
