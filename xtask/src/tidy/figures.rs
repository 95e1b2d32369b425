//! Sizes of what ships, as medians and extremes, for readers who want to compare; judges nothing.

use super::code::is_test_file;
use super::tree::Tree;

/// Median, ninetieth percentile and greatest of some sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Spread {
    median: usize,
    p90: usize,
    max: usize,
}

impl Spread {
    fn of(mut sizes: Vec<usize>) -> Self {
        sizes.sort_unstable();
        let last = sizes.len().saturating_sub(1);
        let at = |percent: usize| sizes.get(last * percent / 100).copied().unwrap_or_default();
        Self { median: at(50), p90: at(90), max: at(100) }
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "median {}, p90 {}, max {}", self.median, self.p90, self.max)
    }
}

/// What is counted for one crate or for all.
#[derive(Debug, Default)]
struct Count {
    files: Vec<usize>,
    functions: Vec<usize>,
    test_lines: usize,
    comment_lines: usize,
}

impl Count {
    fn render(self, name: &str) -> String {
        let lines: usize = self.files.iter().sum();
        let share = |part: usize| part * 100 / lines.max(1);
        let (files, functions) = (self.files.len(), self.functions.len());
        format!(
            "{name}: {files} files, {lines} lines ({}); {functions} functions ({}); \
             comments {} %; tests {} % of it",
            Spread::of(self.files),
            Spread::of(self.functions),
            share(self.comment_lines),
            share(self.test_lines),
        )
    }
}

/// One line a crate and one for all. Lines of test modules count as tests, not as what ships.
pub(crate) fn lines(tree: &Tree) -> Vec<String> {
    let mut names: Vec<&str> = tree.files.iter().filter_map(|f| f.crate_name()).collect();
    names.dedup();
    let mut lines: Vec<String> = names.iter().map(|n| count(tree, Some(n)).render(n)).collect();
    lines.push(count(tree, None).render("all"));
    lines
}

fn count(tree: &Tree, only: Option<&str>) -> Count {
    let mut count = Count::default();
    for (file, code) in tree.rust() {
        let Some(owner) = file.crate_name() else { continue };
        if only.is_some_and(|name| name != owner) || file.is_data() {
            continue;
        }
        let lines = file.text.lines().count();
        if is_test_file(&file.path) {
            count.test_lines += lines;
            continue;
        }
        let shipped = shipped_lines(&file.text);
        count.files.push(shipped.len());
        count.test_lines += lines - shipped.len();
        count.comment_lines += shipped.iter().filter(|l| l.trim_start().starts_with("//")).count();
        let functions = code.functions.iter().filter(|f| !f.in_test);
        count.functions.extend(functions.map(|f| f.lines));
    }
    count
}

/// The lines before a test module at the end of a file.
fn shipped_lines(text: &str) -> Vec<&str> {
    let lines: Vec<&str> = text.lines().collect();
    let tests = lines
        .windows(2)
        .position(|pair| matches!(pair, ["#[cfg(test)]", next] if next.starts_with("mod ")));
    lines.into_iter().take(tests.unwrap_or(usize::MAX)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_of_sorted_sizes() {
        let spread = Spread::of(vec![9, 1, 3, 2, 4]);
        assert_eq!(spread, Spread { median: 3, p90: 4, max: 9 });
        assert_eq!(Spread::of(vec![]).max, 0);
    }

    #[test]
    fn what_ships_is_counted_apart_from_tests() {
        let text = "//! x\nfn a() {\n}\n\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n";
        let tree = Tree::of(&[("crates/git/src/a.rs", text), ("crates/git/tests/b.rs", "//! y\n")]);
        let lines = lines(&tree);
        let expected = "git: 1 files, 4 lines (median 4, p90 4, max 4); 1 functions \
                        (median 2, p90 2, max 2); comments 25 %; tests 125 % of it";
        assert_eq!(lines[0], expected);
        assert_eq!(lines[1], expected.replace("git:", "all:"));
    }
}
