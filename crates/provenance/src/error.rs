//! What can be wrong with an extension of the fingerprints; knows not where the file was found.

use thiserror::Error;

/// A fault in a fingerprint file, with its place.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("fingerprints, line {line}, column {column}: {problem}")]
pub struct FingerprintError {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    #[source]
    pub problem: FingerprintProblem,
}

/// What is wrong with a fingerprint file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FingerprintProblem {
    /// No TOML, or a field that is unknown, missing or of another type.
    #[error("{0}")]
    Syntax(String),
    /// Longer than may be read.
    #[error("the file has {found} bytes, at most {max} are read; split off what is not needed")]
    TooLarge {
        /// Its length.
        found: usize,
        /// The limit.
        max: usize,
    },
    /// More entries than may be read.
    #[error("more than {max} entries; remove what is not needed")]
    TooMany {
        /// The limit.
        max: usize,
    },
    /// A version of the format that is not known here.
    #[error(
        "format {found} is not known, this program reads format 1; update it or set `format = 1`"
    )]
    Version {
        /// The number found.
        found: u32,
    },
    /// `dated` is no date.
    #[error("`{0}` is no date; write it as 2026-11-24")]
    Date(String),
    /// Something that only the built-in data may hold.
    #[error("`{0}` belongs to the built-in data; an extension only adds patterns, remove it")]
    BuiltinOnly(&'static str),
    /// A tool that exists already.
    #[error("tool `{0}` is already known; remove the [[tool]] entry, its patterns may stay")]
    KnownTool(String),
    /// A pattern for a tool that no entry names.
    #[error("tool `{0}` is not known; add a [[tool]] entry with this id")]
    UnknownTool(String),
    /// A tool id of other characters.
    #[error("`{0}` is no tool id; use lower-case letters, digits and `-`, at most 64")]
    BadTool(String),
    /// An empty or overlong text.
    #[error("`{field}` must have 1 to {max} characters")]
    Length {
        /// The field.
        field: &'static str,
        /// The limit.
        max: usize,
    },
    /// A needle that could never be found.
    #[error("needle `{0}` must be lower-case, without line breaks, of 3 bytes or more")]
    Needle(String),
    /// The expression does not compile.
    #[error(
        "the regular expression does not compile, {0}; see the syntax of Rust's `regex`, ASCII only"
    )]
    Regex(String),
    /// The expression matches the empty text, so it would match everything.
    #[error("the pattern matches every text; make it name the tool")]
    MatchesAll,
    /// The example is not matched.
    #[error("the example is not found by the pattern and its needles; correct one of them")]
    Example,
    /// The pattern would take a well-known address for a tool's.
    #[error("the pattern matches `{0}`, which stands for no tool; make it narrower")]
    MatchesNever(String),
    /// The field means nothing for this kind of pattern.
    #[error("`{field}` has no meaning for this kind of pattern; remove it")]
    Unfit {
        /// The field.
        field: &'static str,
    },
    /// A window without a beginning or an end, or ending before it begins.
    #[error("`void_from` and `void_until` need each other, in this order")]
    Window,
}
