//! What a Rust file says, as far as checks ask: functions, names, paths, macros, attributes, text.
//!
//! Reads syntax only: no types, no macro expansion, no other file.

mod attributes;
mod reader;
mod tokens;

use std::path::Path;

/// Something a file mentions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mention {
    /// What, for a path its segments joined by `::`.
    pub(crate) what: String,
    /// Line, counted from 1.
    pub(crate) line: usize,
    /// Whether it stands in test code.
    pub(crate) in_test: bool,
}

/// A function with a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Function {
    /// Its name.
    pub(crate) name: String,
    /// Line of its `fn`, counted from 1.
    pub(crate) line: usize,
    /// Lines from `fn` to the closing brace, both included.
    pub(crate) lines: usize,
    /// Parameters, `self` included.
    pub(crate) parameters: usize,
    /// Whether it is test code.
    pub(crate) in_test: bool,
}

/// What a Rust file says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Code {
    /// Functions with a body.
    pub(crate) functions: Vec<Function>,
    /// Names that the file gives to modules, types, functions, constants and variants.
    pub(crate) names: Vec<Mention>,
    /// Paths: in `use`, in types, in expressions and inside macro calls.
    pub(crate) paths: Vec<Mention>,
    /// Last segments of called macros.
    pub(crate) macros: Vec<Mention>,
    /// Last segments of attributes.
    pub(crate) attributes: Vec<Mention>,
    /// String literals.
    pub(crate) strings: Vec<Mention>,
    /// Names of test functions.
    pub(crate) tests: Vec<Mention>,
}

/// A file that is not Rust as far as `syn` knows.
#[derive(Debug, Clone, thiserror::Error, PartialEq, Eq)]
#[error("not understood as Rust: {message}")]
pub(crate) struct Unreadable {
    /// Line, counted from 1.
    pub(crate) line: usize,
    /// What the parser says.
    message: String,
}

impl Code {
    /// Reads a file of the given path; the path tells whether all of it is test code.
    pub(crate) fn read(path: &str, text: &str) -> Result<Self, Unreadable> {
        let file = syn::parse_file(text)
            .map_err(|e| Unreadable { line: e.span().start().line, message: e.to_string() })?;
        Ok(reader::read(&file, is_test_file(path)))
    }
}

/// Whether a file holds nothing that ships: tests, benches, build scripts, the test kit.
pub(crate) fn is_test_file(path: &str) -> bool {
    let inside = ["/tests/", "/benches/", "/examples/"].iter().any(|part| path.contains(part));
    let begins = ["tests/", "benches/", "fuzz/", "crates/testkit/", "xtask/"];
    inside
        || begins.iter().any(|p| path.starts_with(p))
        || Path::new(path).file_name().is_some_and(|n| n == "tests.rs" || n == "build.rs")
}

#[cfg(test)]
mod tests;
