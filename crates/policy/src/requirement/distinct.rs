//! `distinct`: requirements with one label are met by different people (three-person release).
//!
//! People are given to requirements by a maximum bipartite matching (Kuhn's algorithm), so no order
//! of statements or rules can make an allotment fail that another order would find.

use obstat_model::id::PersonId;

/// Matches left nodes to right nodes; the result names for each right node its left node.
pub(crate) fn matching(edges: &[Vec<usize>], right: usize) -> Vec<Option<usize>> {
    let mut given = vec![None; right];
    for left in 0..edges.len() {
        let mut seen = vec![false; right];
        augment(edges, left, &mut seen, &mut given);
    }
    given
}

/// Finds an augmenting path from a left node, iteratively deep by recursion of at most the number
/// of left nodes.
fn augment(
    edges: &[Vec<usize>],
    left: usize,
    seen: &mut [bool],
    given: &mut [Option<usize>],
) -> bool {
    let Some(own) = edges.get(left) else { return false };
    for right in own {
        let Some(mark) = seen.get_mut(*right) else { continue };
        if std::mem::replace(mark, true) {
            continue;
        }
        let holder = given.get(*right).copied().flatten();
        if holder.is_none_or(|other| augment(edges, other, seen, given)) {
            if let Some(slot) = given.get_mut(*right) {
                *slot = Some(left);
            }
            return true;
        }
    }
    false
}

/// How many people a requirement needs, and who could stand for it.
pub(crate) struct Demand<'a> {
    pub(crate) needed: u32,
    pub(crate) people: Vec<&'a PersonId>,
}

/// Gives every person to at most one demand, so that as many places as possible are filled.
pub(crate) fn allot<'a>(demands: &[Demand<'a>]) -> Vec<Vec<&'a PersonId>> {
    let mut people: Vec<&PersonId> =
        demands.iter().flat_map(|d| d.people.iter().copied()).collect();
    people.sort_unstable();
    people.dedup();
    let mut edges = Vec::new();
    let mut owner = Vec::new();
    for (at, demand) in demands.iter().enumerate() {
        let own: Vec<usize> =
            demand.people.iter().filter_map(|id| people.binary_search(id).ok()).collect();
        for _ in 0..demand.needed {
            edges.push(own.clone());
            owner.push(at);
        }
    }
    let mut allotted: Vec<Vec<&PersonId>> = demands.iter().map(|_| Vec::new()).collect();
    for (person, place) in matching(&edges, people.len()).into_iter().enumerate() {
        let demand = place.and_then(|place| owner.get(place)).and_then(|at| allotted.get_mut(*at));
        if let (Some(list), Some(id)) = (demand, people.get(person)) {
            list.push(id);
        }
    }
    allotted
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ids(names: &[&str]) -> Vec<PersonId> {
        names.iter().map(|n| n.parse().unwrap()).collect()
    }

    #[test]
    fn a_greedy_choice_is_taken_back() {
        let all = ids(&["mira", "priya"]);
        let demands = [
            Demand { needed: 1, people: vec![&all[0], &all[1]] },
            Demand { needed: 1, people: vec![&all[0]] },
        ];
        let found = allot(&demands);
        assert_eq!(found, [vec![&all[1]], vec![&all[0]]]);
    }

    #[test]
    fn nobody_stands_twice() {
        let all = ids(&["mira"]);
        let one = || Demand { needed: 1, people: vec![&all[0]] };
        let filled: usize = allot(&[one(), one()]).iter().map(Vec::len).sum();
        assert_eq!(filled, 1);
    }

    proptest! {
        /// As many places are filled as trying every allotment would fill.
        #[test]
        fn the_matching_is_the_largest(edges in prop::collection::vec(prop::collection::vec(0usize..4, 0..4), 0..5)) {
            fn best(edges: &[Vec<usize>], used: &mut [bool; 4]) -> usize {
                let Some((first, rest)) = edges.split_first() else { return 0 };
                let mut most = best(rest, used);
                for right in first {
                    if !used[*right] {
                        used[*right] = true;
                        most = most.max(1 + best(rest, used));
                        used[*right] = false;
                    }
                }
                most
            }
            let found = matching(&edges, 4).into_iter().flatten().count();
            prop_assert_eq!(found, best(&edges, &mut [false; 4]));
        }
    }
}
