//! How text lies in files: headers, line ends, blanks, length; knows no meaning.

use super::finding::Finding;
use super::tree::{TextFile, Tree};

/// Most lines of a Rust file.
pub(crate) const FILE_LINES_MAX: usize = 600;

/// Most lines of the map of the code, so that it stays one.
const MAP_LINES_MAX: usize = 150;

/// Endings of files that people write, in which stray blanks are noise.
const WRITTEN: [&str; 7] = [".rs", ".md", ".toml", ".yaml", ".yml", ".sh", ".json"];

/// Checks every written file.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|f| !f.is_data()) {
        if WRITTEN.iter().any(|end| file.path.ends_with(end)) {
            check_lines(file, &mut findings);
        }
        if file.path.ends_with(".rs") {
            check_rust(file, &mut findings);
        }
        if file.path == "ARCHITECTURE.md" && file.text.lines().count() > MAP_LINES_MAX {
            let message = format!("over {MAP_LINES_MAX} lines; a map that long is not read");
            findings.push(Finding::at(&file.path, MAP_LINES_MAX + 1, message));
        }
    }
    findings
}

fn check_lines(file: &TextFile, findings: &mut Vec<Finding>) {
    for (index, line) in file.text.split('\n').enumerate() {
        if line.ends_with([' ', '\t', '\r']) {
            let message = "blank or carriage return at the end of the line; remove it";
            findings.push(Finding::at(&file.path, index + 1, message));
        }
    }
    if !file.text.is_empty() && !file.text.ends_with('\n') {
        findings.push(Finding::of(&file.path, "no line feed at the end of the file; add one"));
    }
}

fn check_rust(file: &TextFile, findings: &mut Vec<Finding>) {
    let first = file.text.lines().next().unwrap_or_default();
    if !first.starts_with("//! ") {
        let message = "the first line is no `//!`: say what the file is and what it does not know";
        findings.push(Finding::of(&file.path, message));
    }
    let lines = file.text.lines().count();
    if lines > FILE_LINES_MAX {
        let message = format!("{lines} lines, at most {FILE_LINES_MAX}: split by concept");
        findings.push(Finding::at(&file.path, FILE_LINES_MAX + 1, message));
    }
    for (index, line) in file.text.lines().enumerate() {
        if line.contains('\t') {
            findings.push(Finding::at(&file.path, index + 1, "a tab; write four blanks, or \\t"));
        }
    }
    if let Some(Err(error)) = &file.code {
        findings.push(Finding::at(&file.path, error.line, error.to_string()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        check(&Tree::of(&[(path, text)])).iter().map(Finding::to_string).collect()
    }

    #[test]
    fn a_tidy_file_passes() {
        assert_eq!(
            found("a/src/b.rs", "//! Says what it is.\n\nfn a() {}\n"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn each_fault_is_found_at_its_line() {
        for (text, expected) in [
            ("fn a() {}\n", "a/src/b.rs:1: the first line"),
            ("//! x\nfn a() {} \n", "a/src/b.rs:2: blank"),
            ("//! x\r\n", "a/src/b.rs:1: blank"),
            ("//! x\n\tfn a() {}\n", "a/src/b.rs:2: a tab"),
            ("//! x", "a/src/b.rs:1: no line feed"),
            ("//! x\nfn (\n", "a/src/b.rs:2: not understood"),
        ] {
            let all = found("a/src/b.rs", text);
            assert!(all.len() == 1 && all[0].starts_with(expected), "{text:?}: {all:?}");
        }
        assert!(found("a.md", "x \n")[0].contains("a.md:1: blank"));
    }

    #[test]
    fn length_is_limited_and_data_is_left_alone() {
        let long = |lines: usize| format!("//! x\n{}", "//\n".repeat(lines - 1));
        assert_eq!(found("a/src/b.rs", &long(600)), Vec::<String>::new());
        assert!(found("a/src/b.rs", &long(601))[0].starts_with("a/src/b.rs:601: 601 lines"));
        assert_eq!(found("ARCHITECTURE.md", &"x\n".repeat(150)), Vec::<String>::new());
        assert_eq!(found("ARCHITECTURE.md", &"x\n".repeat(151)).len(), 1);
        assert_eq!(found("a/tests/fixtures/b.rs", "fn a() {} \n"), Vec::<String>::new());
    }
}
