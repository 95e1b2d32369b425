//! What must not stay behind: tests that do not run, tests that hide where they fail, gaps.

use super::finding::Finding;
use super::tree::Tree;

/// Attributes that must not occur, with the reason.
const ATTRIBUTES: [(&str, &str); 2] = [
    ("ignore", "a test that does not run proves nothing; make it run or delete it"),
    ("should_panic", "says nothing of where; assert on the error instead"),
];

/// Macros that must not occur.
const MACROS: [&str; 2] = ["todo", "unimplemented"];

/// Checks all Rust code, tests included.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, code) in tree.rust() {
        for attribute in &code.attributes {
            let known = ATTRIBUTES.iter().find(|(name, _)| *name == attribute.what);
            if let Some((name, why)) = known {
                let message = format!("#[{name}]: {why}");
                findings.push(Finding::at(&file.path, attribute.line, message));
            }
        }
        for call in code.macros.iter().filter(|m| MACROS.contains(&m.what.as_str())) {
            let message = format!("{}! is a gap; write it, or leave the whole out", call.what);
            findings.push(Finding::at(&file.path, call.line, message));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_leftover_is_found() {
        for text in [
            "#[test]\n#[ignore]\nfn a() {}",
            "#[test]\n#[ignore = \"slow\"]\nfn a() {}",
            "#[test]\n#[should_panic(expected = \"x\")]\nfn a() {}",
            "fn a() {\n    todo!()\n}",
            "proptest! {\n    #[ignore] fn a() {} }",
            "fn a() {\n    assert!(unimplemented!());\n}",
        ] {
            let found = check(&Tree::of(&[("a/src/b.rs", text)]));
            assert_eq!(found.len(), 1, "{text}");
            assert!(found[0].to_string().starts_with("a/src/b.rs:2: "), "{found:?}");
        }
    }

    #[test]
    fn names_that_only_look_like_it_pass() {
        let text = "#[test]\nfn ignore() { let todo = 1; assert!(todo != 2); }";
        assert_eq!(check(&Tree::of(&[("a/src/b.rs", text)])), []);
    }
}
