//! "Did you mean": the nearest of known names by edit distance; knows nothing of what they name.

/// Longest name for which a suggestion is looked for, in characters.
const LENGTH_MAX: usize = 64;
/// Most names that are compared.
const NAMES_MAX: usize = 2_000;

/// The known name that differs least, if it is near: a third of the letters, at least one.
pub(super) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let wanted: Vec<char> = name.to_lowercase().chars().take(LENGTH_MAX + 1).collect();
    if wanted.is_empty() || wanted.len() > LENGTH_MAX {
        return None;
    }
    let limit = (wanted.len() / 3).max(1);
    known
        .iter()
        .take(NAMES_MAX)
        .map(|one| (distance(&wanted, &one.to_lowercase()), *one))
        .filter(|(far, _)| *far <= limit)
        .min()
        .map(|(_, one)| one)
}

/// Letters to insert, delete, replace or swap with their neighbour (optimal string alignment).
fn distance(a: &[char], b: &str) -> usize {
    let b: Vec<char> = b.chars().take(LENGTH_MAX * 2).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, y) in b.iter().enumerate() {
            let at = |line: &[usize], k: usize| line.get(k).copied().unwrap_or(usize::MAX / 2);
            let replace = at(&last, j) + usize::from(x != y);
            let mut best = replace.min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            if i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x) {
                best = best.min(at(&before, j - 1) + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let known = ["junior", "mid-level", "senior", "principal"];
        assert_eq!(nearest("senoir", &known), Some("senior"));
        assert_eq!(nearest("Principle", &known), Some("principal"));
        assert_eq!(nearest("staff", &known), None);
        assert_eq!(nearest("", &known), None);
        assert_eq!(nearest(&"x".repeat(100), &known), None);
    }

    #[test]
    fn a_swap_is_one_step() {
        let letters: Vec<char> = "lnies".chars().collect();
        assert_eq!(distance(&letters, "lines"), 1);
        assert_eq!(distance(&letters, "lnies"), 0);
        assert_eq!(distance(&letters, ""), 5);
    }
}
