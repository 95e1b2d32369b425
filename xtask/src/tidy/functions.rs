//! How long functions are and how many parameters they take; knows not what they do.

use super::finding::Finding;
use super::tree::Tree;

/// Most lines of a function, from `fn` to its closing brace.
pub(crate) const LINES_MAX: usize = 80;

/// Most parameters, `self` included.
pub(crate) const PARAMETERS_MAX: usize = 5;

/// Checks every function with a body.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, code) in tree.rust().filter(|(file, _)| !file.is_data()) {
        for function in &code.functions {
            let (name, line) = (&function.name, function.line);
            if function.lines > LINES_MAX {
                let message = format!("fn {name}: {} lines, at most {LINES_MAX}", function.lines);
                findings.push(Finding::at(&file.path, line, message));
            }
            if function.parameters > PARAMETERS_MAX {
                let count = function.parameters;
                let message = format!("fn {name}: {count} parameters, at most {PARAMETERS_MAX}");
                findings.push(Finding::at(&file.path, line, message));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        check(&Tree::of(&[("a/src/b.rs", text)])).iter().map(Finding::to_string).collect()
    }

    fn function(lines: usize) -> String {
        format!("//! x\nfn a() {{\n{}}}\n", "    b();\n".repeat(lines - 2))
    }

    #[test]
    fn eighty_lines_pass_and_one_more_fails() {
        assert_eq!(found(&function(80)), Vec::<String>::new());
        assert_eq!(found(&function(81)), ["a/src/b.rs:2: fn a: 81 lines, at most 80"]);
    }

    #[test]
    fn five_parameters_pass_and_one_more_fails() {
        assert_eq!(found("fn a(_: A, _: A, _: A, _: A, _: A) {}"), Vec::<String>::new());
        let method = "impl X { fn a(&self, _: A, _: A, _: A, _: A, _: A) {} }";
        assert_eq!(found(method), ["a/src/b.rs:1: fn a: 6 parameters, at most 5"]);
    }
}
