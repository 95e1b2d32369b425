//! Where a program may speak to a terminal; knows not what it says.

use super::finding::Finding;
use super::tree::Tree;

const MACROS: [&str; 5] = ["print", "println", "eprint", "eprintln", "dbg"];

/// Whether a file may print: the one place of the command line.
fn may_print(path: &str) -> bool {
    path == "crates/cli/src/ui.rs" || path.starts_with("crates/cli/src/ui/")
}

/// Checks that what ships prints in one place.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, code) in tree.rust().filter(|(file, _)| !may_print(&file.path)) {
        let ships = code.macros.iter().filter(|m| !m.in_test);
        for call in ships.filter(|m| MACROS.contains(&m.what.as_str())) {
            let message =
                format!("{}! outside crates/cli/src/ui; hand the text to the ui", call.what);
            findings.push(Finding::at(&file.path, call.line, message));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        check(&Tree::of(&[(path, text)])).len()
    }

    #[test]
    fn printing_is_for_the_ui_and_for_tests() {
        let text = "fn a() { println!(\"x\"); }";
        assert_eq!(found("crates/cli/src/commands/audit.rs", text), 1);
        assert_eq!(found("crates/cli/src/uint.rs", text), 1);
        for path in ["crates/cli/src/ui.rs", "crates/cli/src/ui/bar.rs", "crates/git/tests/a.rs"] {
            assert_eq!(found(path, text), 0, "{path}");
        }
        assert_eq!(found("crates/git/src/a.rs", "#[cfg(test)]\nmod t { fn a() { dbg!(1); } }"), 0);
    }

    #[test]
    fn a_call_inside_another_macro_is_found() {
        assert_eq!(found("crates/git/src/a.rs", "fn a() { vec![{ std::eprint!(\"x\"); 1 }]; }"), 1);
    }
}
