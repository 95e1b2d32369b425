//! Tests of what is read from a Rust file.

use super::{Code, Mention, is_test_file};

const SAMPLE: &str = r#"
use std::{fs, collections::HashMap as Map};
pub struct Engine;
pub enum Answer { Yes, No }
impl Engine {
    fn start(&self, fuel: u8) -> bool {
        println!("{}", tokio::time::now());
        std::env::var("HOME").is_ok()
    }
}
trait Motor { fn stop(&self) { } fn go(&self); }
#[cfg(test)]
mod tests {
    #[test]
    #[ignore]
    fn a01_refused() { todo!() }
    proptest! {
        #[test]
        fn a02_twin(x in 0..9u8) { print!("obstat:x:v1"); }
    }
}
#[cfg(any(test, feature = "x"))]
fn outside() {}
#[cfg(all(test, feature = "x"))]
fn inside() {}
"#;

fn sample() -> Code {
    Code::read("crates/model/src/sample.rs", SAMPLE).unwrap()
}

fn texts(mentions: &[Mention]) -> Vec<&str> {
    mentions.iter().map(|m| m.what.as_str()).collect()
}

#[test]
fn functions_have_lines_and_parameters() {
    let code = sample();
    let start = code.functions.iter().find(|f| f.name == "start").unwrap();
    assert_eq!((start.line, start.lines, start.parameters), (6, 4, 2));
    assert!(!start.in_test);
    assert!(code.functions.iter().all(|f| f.name != "go"), "a function without a body");
}

#[test]
fn paths_are_read_from_uses_expressions_and_macros() {
    let code = sample();
    let paths = texts(&code.paths);
    for path in ["std::fs", "std::collections::HashMap", "tokio::time::now", "std::env::var"] {
        assert!(paths.contains(&path), "{path} in {paths:?}");
    }
}

#[test]
fn test_code_is_told_from_what_ships() {
    let code = sample();
    let place = |name: &str| code.functions.iter().find(|f| f.name == name).unwrap().in_test;
    assert!(place("a01_refused") && place("inside"));
    assert!(!place("outside") && !place("stop"));
    let print = code.macros.iter().find(|m| m.what == "print").unwrap();
    assert!(print.in_test, "a macro inside a macro inside a test module");
}

#[test]
fn tests_are_found_inside_macros_too() {
    assert_eq!(texts(&sample().tests), ["a01_refused", "a02_twin"]);
    assert!(texts(&sample().attributes).contains(&"ignore"));
    assert!(texts(&sample().strings).contains(&"obstat:x:v1"));
}

#[test]
fn names_are_those_that_the_file_gives() {
    let code = sample();
    let names = texts(&code.names);
    for name in ["Engine", "Answer", "Yes", "start", "stop", "go", "tests"] {
        assert!(names.contains(&name), "{name}");
    }
    assert!(!names.contains(&"HashMap"));
}

#[test]
fn the_path_of_a_file_can_make_it_test_code() {
    for path in ["crates/a/tests/b.rs", "crates/a/src/b/tests.rs", "crates/a/build.rs"] {
        assert!(is_test_file(path), "{path}");
    }
    assert!(!is_test_file("crates/a/src/latest.rs"));
}

#[test]
fn what_is_no_rust_is_told_with_its_line() {
    assert_eq!(Code::read("a.rs", "fn a() {}\nfn (").unwrap_err().line, 2);
}
