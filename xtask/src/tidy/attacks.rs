//! Every known way to make a gate say yes wrongly, and whether it is built; knows no test's content.
//!
//! An attack that is built has two tests somewhere in the tree: `aNN_refused` shows that it fails,
//! `aNN_twin` that its harmless twin passes. Either name may go on: `a09_refused_octopus`.

mod list;

use super::finding::Finding;
use super::tree::Tree;
use list::{ATTACKS, Attack, State};

/// The list's own file, where findings about it point.
const FILE: &str = "xtask/src/tidy/attacks/list.rs";

/// Compares the list with the tests.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    check_list(&ATTACKS, tree)
}

fn check_list(attacks: &[Attack], tree: &Tree) -> Vec<Finding> {
    let tests: Vec<&str> =
        tree.rust().flat_map(|(_, code)| code.tests.iter().map(|t| t.what.as_str())).collect();
    let mut findings = Vec::new();
    for attack in attacks {
        let number = format!("a{:02}", attack.number);
        let missing: Vec<String> = ["refused", "twin"]
            .iter()
            .map(|part| format!("{number}_{part}"))
            .filter(|name| !tests.iter().any(|test| is_named(test, name)))
            .collect();
        findings.extend(judge(attack, &missing).map(|message| Finding::of(FILE, message)));
    }
    findings
}

fn is_named(test: &str, name: &str) -> bool {
    test.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
}

fn judge(attack: &Attack, missing: &[String]) -> Option<String> {
    let name = format!("A{} {}", attack.number, attack.title);
    match attack.state {
        State::Built if !missing.is_empty() => {
            Some(format!("{name}: built, but no test {}", missing.join(" and no test ")))
        }
        State::Planned(_) if missing.is_empty() => {
            Some(format!("{name}: both tests exist; mark it Built"))
        }
        State::Built | State::Planned(_) => None,
    }
}

/// How many attacks are built, and what the others wait for.
pub(crate) fn summary() -> String {
    let built = ATTACKS.iter().filter(|a| a.state == State::Built).count();
    let mut waiting: Vec<(&str, usize)> = Vec::new();
    for attack in &ATTACKS {
        let State::Planned(area) = attack.state else { continue };
        match waiting.iter_mut().find(|(name, _)| *name == area) {
            Some((_, count)) => *count += 1,
            None => waiting.push((area, 1)),
        }
    }
    let waiting: Vec<String> = waiting.iter().map(|(area, n)| format!("{area} {n}")).collect();
    format!("attacks: {built} of {} built; planned: {}", ATTACKS.len(), waiting.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUILT: Attack = Attack { number: 9, title: "x", state: State::Built };
    const PLANNED: Attack = Attack { number: 9, title: "x", state: State::Planned("gate") };

    fn found(attack: Attack, text: &str) -> Vec<String> {
        let tree = Tree::of(&[("crates/gate/tests/attacks.rs", text)]);
        check_list(&[attack], &tree).iter().map(Finding::to_string).collect()
    }

    #[test]
    fn a_built_attack_needs_both_tests() {
        let both = "#[test] fn a09_refused_octopus() {} #[test] fn a09_twin() {}";
        assert_eq!(found(BUILT, both), Vec::<String>::new());
        let no_test = "#[test] fn a09_refused() {} fn a09_twin() {}";
        assert!(found(BUILT, no_test)[0].contains("built, but no test a09_twin"));
        let other = "#[test] fn a09_refusedly() {} #[test] fn a09_twin() {}";
        assert!(found(BUILT, other)[0].contains("no test a09_refused"));
    }

    #[test]
    fn a_planned_attack_with_both_tests_is_out_of_date() {
        assert_eq!(found(PLANNED, "#[test] fn a09_refused() {}"), Vec::<String>::new());
        let both = "#[test] fn a09_refused() {} #[test] fn a09_twin() {}";
        assert!(found(PLANNED, both)[0].contains("mark it Built"));
    }

    #[test]
    fn the_list_has_each_number_once_in_order() {
        let numbers: Vec<u8> = ATTACKS.iter().map(|a| a.number).collect();
        assert_eq!(numbers, (1..=60).collect::<Vec<u8>>());
        assert!(summary().contains("of 60 built"));
    }
}
