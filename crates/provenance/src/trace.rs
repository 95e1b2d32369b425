//! Agent Trace 0.1 records → who wrote how many lines of which file in which revision. Knows no
//! repository; a record is unsigned.
//!
//! Source of the format: the Agent Trace RFC (January 2026), section 6.1. Records come as one JSON
//! object or as JSON lines, for the RFC leaves storage open.

use crate::excerpt::excerpt;
use crate::fingerprints::Fingerprints;
use crate::ranges::Ranges;
use obstat_model::evidence::{Evidence, EvidenceKind, Strength};
use obstat_model::object::{Oid, RepoPath};
use obstat_model::text::count;
use obstat_model::time::Timestamp;
use serde::Deserialize;
use std::collections::BTreeMap;
use thiserror::Error;

/// Largest input that is read, in bytes.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;
/// Most records of one input.
pub const MAX_RECORDS: usize = 100_000;
/// Most models of one record that evidence tells apart.
const MAX_MODELS: usize = 64;

/// Why bytes are no Agent Trace records.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TraceError {
    /// More than [`MAX_BYTES`].
    #[error(
        "the trace has {found} bytes, at most {MAX_BYTES} are read; keep one file for each revision"
    )]
    TooLarge {
        /// Its length.
        found: usize,
    },
    /// More than [`MAX_RECORDS`].
    #[error("the trace has more than {MAX_RECORDS} records; keep one file for each revision")]
    TooMany,
    /// A record that is not what the RFC says.
    #[error(
        "record {record} of the trace is no Agent Trace record, {why}; let the tool write it again"
    )]
    Record {
        /// Which record, from 1.
        record: usize,
        /// What is wrong.
        why: String,
    },
}

/// One record, read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TraceRecord {
    /// The git commit that it speaks of; `None` where it names none or another kind of revision.
    pub revision: Option<Oid>,
    /// The tool as it calls itself.
    pub tool: Option<String>,
    /// The files, in order of the record.
    pub files: Vec<TraceFile>,
    /// Models of AI and mixed lines, most lines first; `None` where no model is named.
    pub models: Vec<(Option<String>, u64)>,
}

/// What a record says of one file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TraceFile {
    /// The path.
    pub path: RepoPath,
    /// Lines of an AI, or of an AI and a human together.
    pub ai_lines: u64,
    /// Lines of a human.
    pub human_lines: u64,
    /// Lines of somebody unknown, or of whom the record does not say.
    pub unknown_lines: u64,
}

/// Reads one record or JSON lines of records.
///
/// Unknown fields are let pass; versions of the form `1.0` and `0.1.0` are read, for the RFC's
/// schema and its own examples differ.
///
/// # Errors
/// [`TraceError`]; then no record is used.
pub fn parse(bytes: &[u8]) -> Result<Vec<TraceRecord>, TraceError> {
    if bytes.len() > MAX_BYTES {
        return Err(TraceError::TooLarge { found: bytes.len() });
    }
    let mut records = Vec::new();
    for raw in serde_json::Deserializer::from_slice(bytes).into_iter::<Raw>() {
        let record = records.len() + 1;
        let bad = |why: String| TraceError::Record { record, why };
        let raw = raw.map_err(|e| bad(e.to_string()))?;
        raw.check().map_err(|why| bad(why.to_owned()))?;
        if records.len() == MAX_RECORDS {
            return Err(TraceError::TooMany);
        }
        records.push(raw.record());
    }
    Ok(records)
}

impl TraceRecord {
    /// The evidence, for the commit that the record names: E3 for each model with lines. A record
    /// that says of no line who wrote it asks with E0; one of human lines alone says nothing.
    #[must_use]
    pub fn evidence(&self, fingerprints: &Fingerprints) -> Vec<Evidence> {
        let tool = self.tool.as_deref();
        let id = tool.and_then(|t| fingerprints.tool_of_recorder(t));
        let make = |strength, model: Option<String>, lines: u64| {
            let who = tool.unwrap_or("an unnamed tool");
            let text = format!("trace record: {} by {who}", count(lines, "line"));
            Evidence {
                strength,
                kind: EvidenceKind::AgentTrace,
                tool: id.clone(),
                model,
                commit: self.revision,
                text: excerpt(text.as_bytes()),
            }
        };
        let models = self.models.iter().take(MAX_MODELS);
        let mut out: Vec<_> = models.map(|(m, n)| make(Strength::E3, m.clone(), *n)).collect();
        let unknown = self.files.iter().fold(0u64, |sum, f| sum.saturating_add(f.unknown_lines));
        if out.is_empty() && unknown > 0 {
            out.push(make(Strength::E0, None, unknown));
        }
        out
    }
}

#[derive(Debug, Deserialize)]
struct Raw {
    version: String,
    id: String,
    timestamp: String,
    vcs: Option<Vcs>,
    tool: Option<Tool>,
    files: Vec<File>,
}

#[derive(Debug, Deserialize)]
struct Vcs {
    #[serde(rename = "type")]
    kind: VcsKind,
    revision: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum VcsKind {
    Git,
    Jj,
    Hg,
    Svn,
}

#[derive(Debug, Deserialize)]
struct Tool {
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
struct File {
    path: String,
    conversations: Vec<Conversation>,
}

#[derive(Debug, Deserialize)]
struct Conversation {
    contributor: Option<Contributor>,
    ranges: Vec<Lines>,
}

#[derive(Debug, Deserialize)]
struct Lines {
    start_line: u32,
    end_line: u32,
    contributor: Option<Contributor>,
}

#[derive(Debug, Deserialize)]
struct Contributor {
    #[serde(rename = "type")]
    kind: Origin,
    model_id: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Origin {
    Human,
    Ai,
    Mixed,
    #[default]
    Unknown,
}

impl Raw {
    /// What serde does not check.
    fn check(&self) -> Result<(), &'static str> {
        let lines = self.files.iter().flat_map(|f| &f.conversations).flat_map(|c| &c.ranges);
        let checks = [
            (is_version(&self.version), "`version` is no version number"),
            (is_uuid(&self.id), "`id` is no UUID"),
            (is_time(&self.timestamp), "`timestamp` is no RFC 3339 time"),
            (!self.files.iter().any(|f| f.path.is_empty()), "a path is empty"),
            (lines.clone().all(|l| l.start_line >= 1), "lines count from 1"),
            (lines.clone().all(|l| l.end_line >= l.start_line), "a range ends before it begins"),
        ];
        checks.into_iter().find(|(good, _)| !good).map_or(Ok(()), |(_, why)| Err(why))
    }

    fn record(&self) -> TraceRecord {
        let git = self.vcs.as_ref().filter(|v| v.kind == VcsKind::Git);
        let name = self.tool.as_ref().and_then(|t| t.name.as_deref());
        let mut models: BTreeMap<Option<&str>, u64> = BTreeMap::new();
        let files = self.files.iter().map(|f| f.read(&mut models)).collect();
        let owned = |(model, n): (Option<&str>, u64)| (model.map(|m| excerpt(m.as_bytes())), n);
        let mut models: Vec<_> = models.into_iter().map(owned).collect();
        models.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.cmp(b)));
        TraceRecord {
            revision: git.and_then(|v| v.revision.to_ascii_lowercase().parse().ok()),
            tool: name.map(|n| excerpt(n.as_bytes())),
            files,
            models,
        }
    }
}

impl File {
    fn read<'a>(&'a self, models: &mut BTreeMap<Option<&'a str>, u64>) -> TraceFile {
        let (mut ai, mut human, mut unknown) = <(Ranges, Ranges, Ranges)>::default();
        for (lines, who) in self.lines() {
            match who.map_or(Origin::Unknown, |c| c.kind) {
                Origin::Ai | Origin::Mixed => {
                    let sum = models.entry(who.and_then(|c| c.model_id.as_deref())).or_default();
                    let count = u64::from(lines.end_line - lines.start_line) + 1;
                    *sum = sum.saturating_add(count);
                    ai.add(lines.start_line, lines.end_line);
                }
                Origin::Human => human.add(lines.start_line, lines.end_line),
                Origin::Unknown => unknown.add(lines.start_line, lines.end_line),
            }
        }
        TraceFile {
            path: RepoPath::from(self.path.as_str()),
            ai_lines: ai.lines(),
            human_lines: human.lines(),
            unknown_lines: unknown.lines(),
        }
    }

    /// Every range with its contributor: its own, else the conversation's.
    fn lines<'a>(&'a self) -> impl Iterator<Item = (&'a Lines, Option<&'a Contributor>)> {
        let pick = |c: &'a Conversation, l: &'a Lines| {
            (l, l.contributor.as_ref().or(c.contributor.as_ref()))
        };
        self.conversations.iter().flat_map(move |c| c.ranges.iter().map(move |l| pick(c, l)))
    }
}

fn is_version(text: &str) -> bool {
    let number = |p: &str| (1..=9).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit());
    (2..=3).contains(&text.split('.').count()) && text.split('.').all(number)
}

fn is_uuid(text: &str) -> bool {
    let hex = |p: &str, n: usize| p.len() == n && p.bytes().all(|b| b.is_ascii_hexdigit());
    let mut parts = text.split('-');
    [8, 4, 4, 4, 12].into_iter().all(|n| parts.next().is_some_and(|p| hex(p, n)))
        && parts.next().is_none()
}

fn is_time(text: &str) -> bool {
    text.len() <= 64 && text.contains(['T', 't']) && Timestamp::parse(text).is_ok()
}

#[cfg(test)]
mod tests;
