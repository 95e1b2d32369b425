//! Every way in which a path can relate to some patterns, each with the shortest path that does; knows
//! no rule.
//!
//! A pattern is a regular expression over bytes, and so a finite automaton. The states that all of them
//! reach together are finite too: walked breadth first they give each combination of patterns that
//! one path can match, and no other.

mod product;

use crate::glob::Pattern;
use globset::GlobBuilder;
use product::Product;
use regex_automata::dfa::dense::{Config, DFA};
use regex_automata::dfa::{Automaton, StartKind};
use regex_automata::util::primitives::StateID;
use regex_automata::util::syntax;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

/// Most states that are walked; patterns that are more entangled are not proven.
const STATES_MAX: usize = 200_000;
/// Most states of all automata together, and most automata.
const STEPS_MAX: usize = 60_000_000;
const MACHINES_MAX: usize = 2_000;
/// Largest automaton of one pattern, in bytes.
const DFA_MAX: usize = 4 << 20;

/// A path of a repository: parts that are not empty, in UTF-8. To a pattern, bytes that are none are as good as
/// letters that it does not name.
const PATH: &str = r"^[^/\x00]+(/[^/\x00]+)*$";
/// A ref that git and the gate take, but for …
const REF: &str = r"^refs(/[A-Za-z0-9_@+-]+(\.[A-Za-z0-9_@+-]+)*)+$";
/// … parts with an ending that git keeps for itself.
const NO_REF: &str = r"^(.*\.lock(/.*)?|.*@\{.*)$";
/// Decision inputs, whose change is the owners' business ([`crate::places`] says which they are).
const INPUT: &str = r"^(\.obstat/.*|((\.github|docs|\.gitlab)/)?CODEOWNERS)$";

/// What one path can match, and the shortest path that matches just that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Class {
    /// For each list of patterns whether one of them matches.
    pub(crate) matched: Vec<bool>,
    /// A path of the class.
    pub(crate) path: String,
}

/// All classes of paths that are no decision inputs. `None` where there are too many states.
pub(crate) fn classes(lists: &[&[Pattern]]) -> Option<Vec<Class>> {
    all((PATH, INPUT), lists)
}

/// All classes of names of refs. `None` where there are too many states.
pub(crate) fn of_refs(lists: &[&[Pattern]]) -> Option<Vec<Class>> {
    all((REF, NO_REF), lists)
}

/// All classes of what one expression has and another has not.
fn all((these, but): (&str, &str), lists: &[&[Pattern]]) -> Option<Vec<Class>> {
    let mut machines = vec![text(these)?, machine(but)?];
    if lists.iter().map(|list| list.len()).sum::<usize>() > MACHINES_MAX {
        return None;
    }
    for pattern in lists.iter().copied().flatten() {
        let mut glob = GlobBuilder::new(pattern.text());
        let glob = glob.literal_separator(true).backslash_escape(true).build().ok()?;
        machines.push(machine(glob.regex())?);
    }
    let most = STATES_MAX.min(STEPS_MAX / machines.len());
    let bytes = alphabet(&machines);
    let of_paths = machines.remove(0);
    let mut others = Product::of(machines, &bytes)?;
    let start = (product::start(&of_paths)?, product::START);
    let mut numbers = HashMap::from([(start, 0)]);
    // Each state that was reached, with the one before it and the byte between them.
    let mut reached = vec![(start, 0, 0)];
    let mut found: HashMap<Vec<bool>, String> = HashMap::new();
    let mut at = 0;
    while let Some(((path, other), _, _)) = reached.get(at).copied() {
        if of_paths.is_match_state(of_paths.next_eoi_state(path))
            && let Some((false, matched)) = others.accepts(other).split_first()
        {
            let mut rest = matched.iter();
            let any = |list: &&[Pattern]| rest.by_ref().take(list.len()).fold(false, |a, b| a | b);
            let matched = lists.iter().map(any).collect();
            found.entry(matched).or_insert_with(|| spelled(&reached, at));
        }
        for byte in &bytes {
            let next = of_paths.next_state(path, *byte);
            // What is no path now will be none.
            if of_paths.is_dead_state(next) {
                continue;
            }
            let next = (next, others.next(other, *byte)?);
            if let Entry::Vacant(new) = numbers.entry(next) {
                new.insert(reached.len());
                reached.push((next, at, *byte));
            }
            if reached.len() > most {
                return None;
            }
        }
        at += 1;
    }
    let mut classes: Vec<Class> =
        found.into_iter().map(|(matched, path)| Class { matched, path }).collect();
    classes.sort_by(|a, b| (a.path.len(), &a.path).cmp(&(b.path.len(), &b.path)));
    Some(classes)
}

/// A state of all machines, the number of the one before it, and the byte between them.
type Reached = ((StateID, u32), usize, u8);

/// The bytes that lead to a state.
fn spelled(reached: &[Reached], mut at: usize) -> String {
    let mut bytes = Vec::new();
    while at != 0
        && let Some((_, before, byte)) = reached.get(at)
    {
        bytes.push(*byte);
        at = *before;
    }
    bytes.reverse();
    // What is none was not accepted.
    String::from_utf8(bytes).unwrap_or_default()
}

/// Accepts what is UTF-8.
fn text(regex: &str) -> Option<DFA<Vec<u32>>> {
    let config = Config::new()
        .start_kind(StartKind::Anchored)
        .dfa_size_limit(Some(DFA_MAX))
        .determinize_size_limit(Some(DFA_MAX));
    DFA::builder().configure(config).build(regex).ok()
}

fn machine(regex: &str) -> Option<DFA<Vec<u32>>> {
    let config = Config::new()
        .start_kind(StartKind::Anchored)
        .dfa_size_limit(Some(DFA_MAX))
        .determinize_size_limit(Some(DFA_MAX));
    let syntax = syntax::Config::new().unicode(false).utf8(false).dot_matches_new_line(true);
    DFA::builder().configure(config).syntax(syntax).build(regex).ok()
}

/// One byte for each way in which any machine tells bytes apart, one that can be read where there is
/// one.
fn alphabet(machines: &[DFA<Vec<u32>>]) -> Vec<u8> {
    let class =
        |byte: u8| -> Vec<u8> { machines.iter().map(|m| m.byte_classes().get(byte)).collect() };
    let readable = (b'a'..=b'z').chain(b'0'..=b'9').chain(0x21..0x7f).chain(0..=0xff);
    let mut kinds: HashSet<Vec<u8>> = HashSet::new();
    readable.filter(|byte| kinds.insert(class(*byte))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(texts: &[&str]) -> Vec<Pattern> {
        texts.iter().map(|t| Pattern::parse(t).unwrap()).collect()
    }

    fn check(texts: &[&str]) -> Vec<Class> {
        let patterns = parsed(texts);
        let lists: Vec<&[Pattern]> = patterns.iter().map(std::slice::from_ref).collect();
        let found = classes(&lists).unwrap();
        for class in &found {
            let real: Vec<bool> =
                patterns.iter().map(|p| p.matches(class.path.as_bytes())).collect();
            assert_eq!(real, class.matched, "{class:?}");
        }
        found
    }

    #[test]
    fn every_combination_has_a_path_and_no_other_has() {
        let found = check(&["pay/**", "**/*.sql", "pay/charge.rs"]);
        let of = |matched: [bool; 3]| found.iter().any(|c| c.matched == matched);
        assert!(of([false, false, false]) && of([true, false, false]) && of([false, true, false]));
        assert!(of([true, true, false]) && of([true, false, true]));
        assert!(!of([true, true, true]) && !of([false, false, true]), "{found:?}");
        assert_eq!(found.len(), 5);
    }

    #[test]
    fn the_inputs_that_are_left_out_are_those_that_are() {
        let regex = regex_automata::meta::Regex::new(INPUT).unwrap();
        let own = [".obstat/policy.yaml", ".obstat/a/b", ".obstat", "obstat/a", "x/CODEOWNERS"];
        let known = crate::places::CODE_OWNERS.iter().map(|(path, _)| *path);
        for path in own.into_iter().chain(known) {
            let is_input = crate::places::is_input(&path.into());
            assert_eq!(regex.is_match(path), is_input, "{path}");
        }
    }

    #[test]
    fn letters_that_patterns_name_and_line_feeds_are_tried() {
        let found = check(&["gr\u{f6}\u{df}e/**", "stra?e/**", "**/migrations/*.sql"]);
        assert!(found.iter().any(|c| c.matched == [true, false, false]), "{found:?}");
        assert_eq!(found.iter().filter(|c| c.matched[2]).count(), 3, "{found:?}");
    }

    #[test]
    fn refs_are_those_that_git_takes() {
        let lists = ["refs/heads/main", "refs/heads/*.*", "refs/tags/*.x", "refs/heads/*.lock*"];
        let patterns = parsed(&lists);
        let lists: Vec<&[Pattern]> = patterns.iter().map(std::slice::from_ref).collect();
        let found = of_refs(&lists).unwrap();
        for class in &found {
            assert!(obstat_model::object::RefName::parse(&class.path).is_ok(), "{class:?}");
            assert!(!class.path.ends_with(".lock"), "{class:?}");
        }
        for n in 0..4 {
            assert!(found.iter().any(|c| c.matched[n]), "{n}: {found:?}");
        }
    }

    #[test]
    fn decision_inputs_are_left_out() {
        let found = check(&[".obstat/**", "CODEOWNERS"]);
        assert_eq!(found.len(), 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// No path is of a class that was not found.
        #[test]
        fn a_random_path_is_of_a_known_class(
            texts in proptest::collection::vec("(\\*\\*/)?([ab*?]{1,3}/){0,2}[ab*?]{1,2}(\\.\\{a,b\\})?", 1..5),
            path in "([ab.]{1,3}/){0,3}[ab]{1,3}(\\.[ab])?",
        ) {
            let patterns: Vec<Pattern> = texts.iter().filter_map(|t| Pattern::parse(t).ok()).collect();
            // Two patterns to a list.
            let lists: Vec<&[Pattern]> = patterns.chunks(2).collect();
            let found = classes(&lists).unwrap();
            let matched: Vec<bool> =
                lists.iter().map(|l| l.iter().any(|p| p.matches(path.as_bytes()))).collect();
            prop_assert!(found.iter().any(|c| c.matched == matched), "{texts:?} {path}");
        }
    }
}
