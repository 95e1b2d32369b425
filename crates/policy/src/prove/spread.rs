//! Where the lines of a change can be so that fewest rules count them; decides nothing.

use super::SPREADS_MAX;
use super::paths::Class;
use crate::condition::Condition;
use crate::policy::{Policy, Rule};

/// Ways to have lines elsewhere than in the path that a claim is about.
pub(super) struct Spread {
    /// Other files with their lines; the empty one leaves all lines where they are.
    pub(super) ways: Vec<Vec<(String, u64)>>,
    /// Whether no other way lets more pass.
    pub(super) is_complete: bool,
}

impl Spread {
    /// Ways to spread lines. A rule for some paths counts the lines of those alone, so it is enough to put them
    /// where no such rule counts, if there is a place: in one for each set of exemptions and scopes, the one
    /// that fewest rules are for. Else they are tried in each such place, and in all at once.
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
        let parts = (places.len() as u64).max(1);
        let share = |at: u64| lines / parts + u64::from(at < lines % parts);
        ways.push((0..).zip(&places).map(|(at, path)| ((*path).to_owned(), share(at))).collect());
        // A rule for all paths counts all lines, wherever they are.
        let partial = |at: &usize| {
            policy.rules().get(*at).is_some_and(|rule| counts(&rule))
                && !all.iter().all(|(_, rules, _)| rules.contains(at))
        };
        let uncounted = |(rules, _): &(&[usize], &[bool])| !rules.iter().any(partial);
        let is_complete = seen.iter().any(uncounted) && ways.len() <= SPREADS_MAX;
        ways.truncate(SPREADS_MAX);
        Self { ways, is_complete }
    }
}
