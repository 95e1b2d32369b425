//! Nothing in the tree may name the machine it was written on, or a registry other than the public one.

use super::finding::Finding;
use super::tree::{TextFile, Tree};

/// Roots of paths that exist on one machine only. Spelled in parts, so that this file passes.
const ROOTS: [&str; 4] =
    [concat!("/wo", "rk/"), concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/Us", "ers/")];

/// Marks of a registry by its address or of a substitute for it. The index has a name in lock files.
const REGISTRIES: [&str; 5] = [
    concat!("index.", "crates.io"),
    concat!("static.", "crates.io"),
    concat!("sparse", "+http"),
    concat!("replace", "-with"),
    concat!("../sha", "red"),
];

/// The only source that a lock file may name.
pub(crate) const PUBLIC_INDEX: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Checks all text that is ours.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|f| !f.is_data()) {
        for (index, line) in file.text.lines().enumerate() {
            for message in faults(file, line) {
                findings.push(Finding::at(&file.path, index + 1, message));
            }
        }
    }
    findings
}

fn faults(file: &TextFile, line: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let roots = ROOTS.iter().filter(|root| has_path(line, root));
    faults.extend(roots.map(|root| format!("a path of one machine (`{root}`); make it relative")));
    let marks = REGISTRIES.iter().filter(|mark| line.contains(**mark));
    faults.extend(marks.map(|mark| format!("`{mark}` belongs to one machine's set-up; remove it")));
    let source = line.strip_prefix("source = \"").filter(|_| file.path.ends_with("Cargo.lock"));
    if source.is_some_and(|s| s.trim_end_matches('"') != PUBLIC_INDEX) {
        faults.push("a source other than the public registry; see deny.toml".to_owned());
    }
    faults
}

/// Whether a path that begins with `root` stands in the line. Inside a longer path or an address
/// it does not begin anything.
fn has_path(line: &str, root: &str) -> bool {
    line.match_indices(root).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        before.is_none_or(|c| !(c.is_alphanumeric() || "._-~*}/".contains(c)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        check(&Tree::of(&[(path, text)])).len()
    }

    #[test]
    fn paths_of_a_machine_are_found() {
        for root in ROOTS {
            assert_eq!(found("README.md", &format!("see `{root}x`")), 1, "{root}");
            assert_eq!(found("README.md", &format!("{root}x")), 1, "{root}");
            assert_eq!(found("README.md", &format!("crates{root}x")), 0, "{root}");
        }
    }

    #[test]
    fn registries_are_found() {
        for mark in REGISTRIES {
            assert_eq!(found("docs/a.md", &format!("x {mark} y")), 1, "{mark}");
        }
        let other = "source = \"git+https://example.com/x\"\n";
        assert_eq!(found("Cargo.lock", other), 1);
        assert_eq!(found("Cargo.lock", &format!("source = \"{PUBLIC_INDEX}\"\n")), 0);
    }

    #[test]
    fn taken_data_is_left_alone() {
        let text = format!("see {}x", ROOTS.concat());
        assert_eq!(found("crates/a/tests/fixtures/plan.json", &text), 0);
    }
}
