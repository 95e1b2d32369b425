//! One source of patterns, built-in or an extension. Layers are asked one by one and their
//! answers joined, so no extension can take away what the built-in data finds.

use crate::builtin;
use crate::error::{FingerprintError, FingerprintProblem as Problem};
use crate::format::{self, FileData, Kind, Matching, PatternData, Placed, ToolData};
use crate::prefilter::{NEEDLE_MIN, Prefilter};
use crate::row::{self, Row};
use crate::words::Words;
use std::collections::HashSet;

const PATTERN_MAX: usize = 1_000;
const TEXT_MAX: usize = 400;
const ID_MAX: usize = 64;

/// Tools and patterns of one file.
#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) tools: Vec<ToolData>,
    pub(crate) rows: Vec<Row>,
    pub(crate) prefilter: Prefilter,
    pub(crate) words: Words,
}

impl Layer {
    pub(crate) fn builtin() -> Self {
        let rows = builtin::PATTERNS.iter().cloned().map(Row::new).collect();
        Self::assemble(builtin::TOOLS.to_vec(), rows, builtin::WORDS.clone())
    }

    /// Reads an extension. `known` are the tools of the layers below.
    pub(crate) fn extension(text: &str, known: &HashSet<&str>) -> Result<Self, FingerprintError> {
        let file = format::read(text)?;
        let check = Check { text, known };
        check.file(&file)?;
        let tools: Vec<ToolData> = file.tools.into_iter().map(|(_, t)| t).collect();
        let rows = file.patterns.into_iter().map(|(_, p)| Row::new(p)).collect();
        Ok(Self::assemble(tools, rows, file.words))
    }

    fn assemble(tools: Vec<ToolData>, rows: Vec<Row>, words: format::WordsData) -> Self {
        let words = Words::new(&tools, words);
        Self { prefilter: Prefilter::new(&rows), tools, rows, words }
    }

    /// The patterns of one kind.
    pub(crate) fn rows_of(&self, kind: Kind) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |r| r.data.kind == kind)
    }
}

/// The checks that a file must pass.
pub(crate) struct Check<'a> {
    /// The file, for places.
    pub(crate) text: &'a str,
    /// Tools that may not be redefined.
    pub(crate) known: &'a HashSet<&'a str>,
}

type Checked = Result<(), FingerprintError>;

impl Check<'_> {
    pub(crate) fn file(&self, file: &FileData) -> Checked {
        if let Some((span, _)) = &file.never {
            return self.fail(span.start, Problem::BuiltinOnly("never"));
        }
        if let Some((span, dated)) = &file.dated {
            let good = obstat_model::time::Timestamp::parse(dated).is_ok();
            self.ensure(good, span.start, || Problem::Date(dated.clone()))?;
        }
        self.content(file)
    }

    /// Everything but what sets an extension apart from the built-in file.
    pub(crate) fn content(&self, file: &FileData) -> Checked {
        self.words(file)?;
        let mut tools: HashSet<&str> = self.known.clone();
        for (span, tool) in &file.tools {
            self.tool(span.start, tool)?;
            let fresh = tools.insert(&tool.id);
            self.ensure(fresh, span.start, || Problem::KnownTool(tool.id.to_string()))?;
        }
        file.patterns.iter().try_for_each(|pattern| self.pattern(pattern, &tools))
    }

    fn words(&self, file: &FileData) -> Checked {
        let words = &file.words;
        for name in words.names.iter().chain(words.shared_names.iter()) {
            self.length(0, "name", name, TEXT_MAX)?;
        }
        words.models.iter().try_for_each(|model| self.regex(0, model).map(drop))
    }

    fn tool(&self, start: usize, tool: &ToolData) -> Checked {
        let letters = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let good = (1..=ID_MAX).contains(&tool.id.len()) && tool.id.bytes().all(letters);
        self.ensure(good, start, || Problem::BadTool(tool.id.to_string()))?;
        self.length(start, "display", &tool.display, TEXT_MAX)?;
        let lists = [&tool.recorders, &tool.names, &tool.shared_names];
        lists
            .into_iter()
            .flat_map(|l| l.iter())
            .try_for_each(|n| self.length(start, "name", n, TEXT_MAX))
    }

    fn pattern(&self, (span, data): &Placed<PatternData>, tools: &HashSet<&str>) -> Checked {
        let start = span.start;
        let known = tools.contains(data.tool.as_ref());
        self.ensure(known, start, || Problem::UnknownTool(data.tool.to_string()))?;
        self.length(start, "pattern", &data.pattern, PATTERN_MAX)?;
        self.length(start, "example", &data.example, TEXT_MAX)?;
        self.fields(start, data)?;
        if data.matching == Matching::Regex {
            let regex = self.regex(start, &data.pattern)?;
            self.ensure(!regex.is_match(b""), start, || Problem::MatchesAll)?;
        }
        if let Some(model) = &data.model {
            self.regex(start, model)?;
        }
        self.needles(start, data)?;
        self.examples(start, data)
    }

    /// Fields that mean nothing for the kind are errors, for their author expects something.
    fn fields(&self, start: usize, data: &PatternData) -> Checked {
        let scanned = data.kind.is_scanned();
        let regex = data.matching == Matching::Regex;
        let unfit = [
            ("needles", !data.needles.is_empty() && !scanned),
            ("addresses", !data.addresses.is_empty() && data.kind != Kind::Trailer),
            ("names_of", data.names_of.is_empty() == (data.kind == Kind::PersonName)),
            ("model", data.model.is_some() && !data.kind.is_text()),
            ("value", data.value.is_some() && !(data.kind == Kind::Trailer && regex)),
            ("numeric_id", data.numeric_id.is_some() && data.kind != Kind::BotLogin),
        ];
        for (field, bad) in unfit {
            self.ensure(!bad, start, || Problem::Unfit { field })?;
        }
        let none = data.void_from.is_none() && data.void_until.is_none();
        let window = row::void_window(data.void_from.as_ref(), data.void_until.as_ref());
        self.ensure(none || window.is_some(), start, || Problem::Window)
    }

    fn needles(&self, start: usize, data: &PatternData) -> Checked {
        for needle in data.needles.iter() {
            let good = needle.len() >= NEEDLE_MIN
                && needle.bytes().all(|b| !b.is_ascii_uppercase() && !b.is_ascii_control());
            self.ensure(good, start, || Problem::Needle(needle.to_string()))?;
        }
        let found = |n: &format::Text| data.example.to_ascii_lowercase().contains(n.as_ref());
        let any = data.needles.is_empty() || data.needles.iter().any(found);
        self.ensure(any, start, || Problem::Example)
    }

    fn examples(&self, start: usize, data: &PatternData) -> Checked {
        let row = Row::new(data.clone());
        self.ensure(row.find(data.example.as_bytes()).is_some(), start, || Problem::Example)?;
        for never in builtin::NEVER.iter() {
            let line = format!("Co-authored-by: Somebody <{never}>");
            let hit = match data.kind {
                Kind::AuthorEmail => row.find(never.as_bytes()).is_some(),
                Kind::Trailer => {
                    row.find(line.as_bytes()).is_some() || row.has_address(never.as_bytes())
                }
                _ => false,
            };
            self.ensure(!hit, start, || Problem::MatchesNever(never.to_string()))?;
        }
        Ok(())
    }

    fn regex(&self, start: usize, pattern: &str) -> Result<regex::bytes::Regex, FingerprintError> {
        row::compile(pattern).map_err(|e| {
            let text = e.to_string();
            let last = text.lines().last().unwrap_or_default().trim().to_owned();
            format::at(self.text, start, Problem::Regex(last))
        })
    }

    fn length(&self, start: usize, field: &'static str, text: &str, max: usize) -> Checked {
        let good = !text.is_empty() && text.chars().count() <= max;
        self.ensure(good, start, || Problem::Length { field, max })
    }

    fn ensure(&self, good: bool, start: usize, problem: impl FnOnce() -> Problem) -> Checked {
        if good { Ok(()) } else { self.fail(start, problem()) }
    }

    fn fail<T>(&self, start: usize, problem: Problem) -> Result<T, FingerprintError> {
        Err(format::at(self.text, start, problem))
    }
}
