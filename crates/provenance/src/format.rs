//! The words of the fingerprint format (`docs/formats/fingerprints.md`, format 1) and how its TOML
//! is read; matches nothing. `build.rs` writes the built-in data in these types.

use crate::error::{FingerprintError, FingerprintProblem};
use serde::Deserialize;
use std::borrow::Cow;
use std::ops::Range;
use toml::Spanned;

/// Largest extension in bytes.
pub(crate) const MAX_BYTES: usize = 256 * 1024;
/// Most entries of an extension.
pub(crate) const MAX_ENTRIES: usize = 1_000;

pub(crate) type Text = Cow<'static, str>;
pub(crate) type Texts = Cow<'static, [Text]>;

/// What a pattern is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Trailer,
    BodyMarker,
    PrBody,
    AuthorEmail,
    PersonName,
    BotLogin,
    BranchPrefix,
    IssueLabel,
    File,
    NoteRef,
}

impl Kind {
    /// Whether the pattern is looked for in messages and descriptions.
    pub(crate) const fn is_text(self) -> bool {
        matches!(self, Self::Trailer | Self::BodyMarker | Self::PrBody)
    }

    /// Whether needles serve the pattern.
    pub(crate) const fn is_scanned(self) -> bool {
        self.is_text() || matches!(self, Self::AuthorEmail | Self::PersonName)
    }
}

/// How a pattern is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Matching {
    Regex,
    Text,
}

/// How sure the source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Confidence {
    High,
    Medium,
    Low,
}

/// The second look at a captured value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ValueCheck {
    /// The value must name a known agent or model.
    NamesAi,
    /// The value must be `true` or `yes`.
    Flag,
}

/// A kind of evidence other than the pattern's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum As {
    Checkpoint,
}

/// A strength below that of the kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Cap {
    E0,
    E1,
}

/// Whose display name a pattern is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum NameOf {
    Author,
    Committer,
    CoAuthor,
}

/// What a tool is, to somebody who names it in a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ToolRole {
    /// It writes code.
    #[default]
    Agent,
    /// It records what others write.
    Recorder,
    /// No tool, but what people say of themselves.
    Declaration,
}

/// One tool.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ToolData {
    pub(crate) id: Text,
    pub(crate) display: Text,
    pub(crate) vendor: Text,
    #[serde(default)]
    pub(crate) role: ToolRole,
    #[serde(default)]
    pub(crate) recorders: Texts,
    #[serde(default)]
    pub(crate) names: Texts,
    #[serde(default)]
    pub(crate) shared_names: Texts,
}

/// Words that name an AI without naming a tool.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct WordsData {
    pub(crate) names: Texts,
    pub(crate) shared_names: Texts,
    pub(crate) models: Texts,
}

/// One sign of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PatternData {
    pub(crate) tool: Text,
    pub(crate) kind: Kind,
    pub(crate) matching: Matching,
    pub(crate) pattern: Text,
    pub(crate) needles: Texts,
    pub(crate) addresses: Texts,
    pub(crate) names_of: Cow<'static, [NameOf]>,
    pub(crate) model: Option<Text>,
    pub(crate) value: Option<ValueCheck>,
    pub(crate) evidence: Option<As>,
    pub(crate) strength: Option<Cap>,
    pub(crate) example: Text,
    pub(crate) confidence: Confidence,
    pub(crate) numeric_id: Option<u64>,
    pub(crate) void_from: Option<Text>,
    pub(crate) void_until: Option<Text>,
}

/// A pattern as the file holds it: what is compared, and what only people read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "fields for people only have to be text, so that none is misspelt")]
struct PatternText {
    tool: Text,
    kind: Kind,
    #[serde(rename = "match")]
    matching: Matching,
    pattern: Text,
    #[serde(default)]
    needles: Texts,
    #[serde(default)]
    addresses: Texts,
    #[serde(default)]
    names_of: Vec<NameOf>,
    model: Option<Text>,
    value: Option<ValueCheck>,
    evidence: Option<As>,
    strength: Option<Cap>,
    example: Text,
    confidence: Confidence,
    numeric_id: Option<u64>,
    void_from: Option<Text>,
    void_until: Option<Text>,
    since: Option<String>,
    until: Option<String>,
    since_version: Option<String>,
    until_version: Option<String>,
    default: Option<String>,
    applies_to: Option<String>,
    note: Option<String>,
    source: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileText {
    format: Spanned<u32>,
    dated: Option<Spanned<String>>,
    never: Option<Spanned<Vec<Text>>>,
    words: Option<WordsData>,
    #[serde(default)]
    tool: Vec<Spanned<ToolData>>,
    #[serde(default)]
    pattern: Vec<Spanned<PatternText>>,
}

/// Something with its place in the file, in bytes.
pub(crate) type Placed<T> = (Range<usize>, T);

/// A file, read but not checked.
#[derive(Debug)]
pub(crate) struct FileData {
    pub(crate) dated: Option<Placed<String>>,
    pub(crate) never: Option<Placed<Texts>>,
    pub(crate) words: WordsData,
    pub(crate) tools: Vec<Placed<ToolData>>,
    pub(crate) patterns: Vec<Placed<PatternData>>,
}

/// Reads a file of format 1.
pub(crate) fn read(text: &str) -> Result<FileData, FingerprintError> {
    if text.len() > MAX_BYTES {
        let problem = FingerprintProblem::TooLarge { found: text.len(), max: MAX_BYTES };
        return Err(at(text, 0, problem));
    }
    let file: FileText = toml::from_str(text).map_err(|e| syntax(text, &e))?;
    let found = *file.format.get_ref();
    if found != 1 {
        return Err(at(text, file.format.span().start, FingerprintProblem::Version { found }));
    }
    if file.tool.len() + file.pattern.len() > MAX_ENTRIES {
        return Err(at(text, 0, FingerprintProblem::TooMany { max: MAX_ENTRIES }));
    }
    Ok(FileData {
        dated: file.dated.map(placed),
        never: file.never.map(placed).map(|(span, list)| (span, Cow::Owned(list))),
        words: file.words.unwrap_or_default(),
        tools: file.tool.into_iter().map(placed).collect(),
        patterns: file.pattern.into_iter().map(placed).map(|(s, p)| (s, p.into())).collect(),
    })
}

fn placed<T>(value: Spanned<T>) -> Placed<T> {
    (value.span(), value.into_inner())
}

fn syntax(text: &str, error: &toml::de::Error) -> FingerprintError {
    let start = error.span().map_or(0, |s| s.start);
    at(text, start, FingerprintProblem::Syntax(error.message().to_owned()))
}

/// A problem with line and column of a byte position.
pub(crate) fn at(text: &str, position: usize, problem: FingerprintProblem) -> FingerprintError {
    let before = text.as_bytes().get(..position).unwrap_or(text.as_bytes());
    let line_start = memchr::memrchr(b'\n', before).map_or(0, |i| i + 1);
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    let head = String::from_utf8_lossy(before.get(line_start..).unwrap_or_default()).into_owned();
    FingerprintError { line, column: head.chars().count() + 1, problem }
}

impl From<PatternText> for PatternData {
    fn from(text: PatternText) -> Self {
        Self {
            tool: text.tool,
            kind: text.kind,
            matching: text.matching,
            pattern: text.pattern,
            needles: text.needles,
            addresses: text.addresses,
            names_of: Cow::Owned(text.names_of),
            model: text.model,
            value: text.value,
            evidence: text.evidence,
            strength: text.strength,
            example: text.example,
            confidence: text.confidence,
            numeric_id: text.numeric_id,
            void_from: text.void_from,
            void_until: text.void_until,
        }
    }
}

#[cfg(test)]
mod tests;
