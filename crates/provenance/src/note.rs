//! git-ai authorship notes (`refs/notes/ai`, schema `authorship/3.0.0`) → who wrote how many lines
//! of which file. Knows no repository; a note is unsigned, so whoever may push it may rewrite it.
//!
//! Source of the format: git-ai standard v3.0.0. Two parts stand around a line `---`. Above: a
//! path at column 0, in `"…"` if it holds whitespace, then lines of two blanks, a key, a blank and
//! ranges such as `1-4,9,12`. Below: JSON. Keys: `s_<hex>::t_<hex>` names a session, `h_<hex>` a
//! human, bare hex a prompt (the form before git-ai 1.4.0). Lines without a key are *untracked*,
//! not human.

use crate::excerpt::excerpt;
use crate::fingerprints::Fingerprints;
use crate::ranges::Ranges;
use obstat_model::evidence::{Evidence, EvidenceKind, Strength};
use obstat_model::object::{Oid, RepoPath};
use obstat_model::text::count;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// Largest note that is read, in bytes. The largest seen in the wild had 3.2 MB.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;
/// Most files that a note may name.
pub const MAX_FILES: usize = 50_000;
/// Most agents of one note that evidence tells apart.
const MAX_AGENTS: usize = 64;
const SCHEMA: &str = "authorship/3.0.0";
const HEX_MAX: usize = 64;

/// Why bytes are no authorship note.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoteError {
    /// More than [`MAX_BYTES`].
    #[error(
        "the note has {found} bytes, at most {MAX_BYTES} are read; split the commit or drop the note"
    )]
    TooLarge {
        /// Its length.
        found: usize,
    },
    /// More than [`MAX_FILES`].
    #[error("the note names more than {MAX_FILES} files; split the commit or drop the note")]
    TooManyFiles,
    /// No line `---`.
    #[error("the note has no line `---`, so it is no authorship note; let git-ai write it again")]
    NoDivider,
    /// A line above the divider that is neither path nor ranges.
    #[error(
        "line {line} of the note is neither a path nor a key with ranges; let git-ai write it again"
    )]
    Line {
        /// Line, from 1.
        line: usize,
    },
    /// The JSON is not what the schema says.
    #[error("the note's JSON is not of schema {SCHEMA}, {0}; let git-ai write it again")]
    Json(String),
    /// Another schema.
    #[error("the note has schema `{0}`, this program reads {SCHEMA}; update it or git-ai")]
    Schema(String),
}

/// A note, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The commit that the note names; git-ai moves notes on rewrites, so it may be another one
    /// than the commit that carries the note.
    pub base_commit: String,
    /// Each file once, sorted.
    pub files: Vec<NoteFile>,
    /// The agents with lines, most lines first.
    pub agents: Vec<NoteAgent>,
    /// Sessions and prompts that the note lists without any line.
    pub idle_sessions: u64,
}

/// What a note says of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteFile {
    /// The path.
    pub path: RepoPath,
    /// Lines written by an AI.
    pub ai_lines: u64,
    /// Lines that a human was seen to write. All others are untracked.
    pub human_lines: u64,
}

/// One AI of a note.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NoteAgent {
    /// The tool as the recorder calls it; `None` where the note does not say.
    pub tool: Option<String>,
    /// The model.
    pub model: Option<String>,
    /// Lines it wrote, over all files.
    pub lines: u64,
    /// Files it wrote in.
    pub files: u64,
}

/// Reads a note.
///
/// Unknown JSON fields are let pass; everything else must be exactly as the standard says.
///
/// # Errors
/// [`NoteError`]. A note that cannot be read says nothing, neither for nor against an AI.
pub fn parse(bytes: &[u8]) -> Result<Note, NoteError> {
    if bytes.len() > MAX_BYTES {
        return Err(NoteError::TooLarge { found: bytes.len() });
    }
    let (above, below) = divide(bytes).ok_or(NoteError::NoDivider)?;
    let meta: Meta = serde_json::from_slice(below).map_err(|e| NoteError::Json(e.to_string()))?;
    if meta.schema_version != SCHEMA {
        return Err(NoteError::Schema(excerpt(meta.schema_version.as_bytes())));
    }
    let attested = attestations(above)?;
    Ok(meta.note(&attested))
}

impl Note {
    /// Lines written by an AI, over all files.
    #[must_use]
    pub fn ai_lines(&self) -> u64 {
        self.files.iter().fold(0, |sum, f| sum.saturating_add(f.ai_lines))
    }

    /// The evidence of the commit that carries the note: E3 for each agent with lines. A session
    /// without lines, which may have removed some, asks with E0.
    #[must_use]
    pub fn evidence(&self, fingerprints: &Fingerprints, commit: Oid) -> Vec<Evidence> {
        let make = |strength, agent: Option<&NoteAgent>, text: String| Evidence {
            strength,
            kind: EvidenceKind::Note,
            tool: agent.and_then(|a| fingerprints.tool_of_recorder(a.tool.as_ref()?)),
            model: agent.and_then(|a| a.model.clone()),
            commit: Some(commit),
            text,
        };
        let lines = |a: &NoteAgent| {
            format!(
                "authorship note: {} by {} in {}",
                count(a.lines, "line"),
                a.name(),
                count(a.files, "file")
            )
        };
        let quote = |text: String| excerpt(text.as_bytes());
        let agents = self.agents.iter().take(MAX_AGENTS);
        let mut out: Vec<Evidence> =
            agents.map(|a| make(Strength::E3, Some(a), quote(lines(a)))).collect();
        if out.is_empty() && self.idle_sessions > 0 {
            let text =
                format!("authorship note: {} without lines", count(self.idle_sessions, "session"));
            out.push(make(Strength::E0, None, text));
        }
        out
    }
}

impl NoteAgent {
    fn name(&self) -> &str {
        self.tool.as_deref().unwrap_or("an unnamed AI")
    }
}

#[derive(Debug, Deserialize)]
struct Meta {
    schema_version: String,
    base_commit_sha: String,
    prompts: BTreeMap<String, Session>,
    #[serde(default)]
    sessions: BTreeMap<String, Session>,
    #[serde(default)]
    #[expect(dead_code, reason = "only its shape is checked: lines tell who wrote them")]
    humans: BTreeMap<String, serde::de::IgnoredAny>,
}

#[derive(Debug, Deserialize)]
struct Session {
    agent_id: AgentName,
}

#[derive(Debug, Deserialize)]
struct AgentName {
    tool: String,
    model: Option<String>,
}

impl Meta {
    fn session(&self, key: &Key<'_>) -> Option<&Session> {
        match key {
            Key::Session(id) => self.sessions.get(*id),
            Key::Prompt(id) => self.prompts.get(*id),
            Key::Human => None,
        }
    }

    fn note(&self, attested: &Attested<'_>) -> Note {
        let mut files = Vec::with_capacity(attested.len());
        let mut agents: Tally<'_> = BTreeMap::new();
        let mut active = BTreeSet::new();
        for (path, keys) in attested {
            files.push(NoteFile {
                path: RepoPath::new(*path),
                ai_lines: lines_of(keys, |k| k.is_ai()),
                human_lines: lines_of(keys, |k| k.is_human()),
            });
            for (key, ranges) in keys.iter().filter(|(key, _)| key.is_ai()) {
                active.extend(key.id());
                let name = self.session(key).map(|s| &s.agent_id);
                let id = (name.map(|n| n.tool.as_str()), name.and_then(|n| n.model.as_deref()));
                let (lines, paths) = agents.entry(id).or_default();
                *lines = lines.saturating_add(ranges.clone().lines());
                paths.insert(path);
            }
        }
        let known = self.sessions.keys().chain(self.prompts.keys());
        let idle = known.filter(|k| !active.contains(k.as_str())).count();
        Note {
            base_commit: excerpt(self.base_commit_sha.as_bytes()),
            files,
            agents: ranked(agents),
            idle_sessions: idle as u64,
        }
    }
}

type Name<'a> = (Option<&'a str>, Option<&'a str>);
type Tally<'a> = BTreeMap<Name<'a>, (u64, BTreeSet<&'a [u8]>)>;

fn ranked(tally: Tally<'_>) -> Vec<NoteAgent> {
    let text = |t: &str| excerpt(t.as_bytes());
    let agent = |((tool, model), (lines, paths)): (Name<'_>, (u64, BTreeSet<&[u8]>))| NoteAgent {
        tool: tool.map(text),
        model: model.map(text),
        lines,
        files: paths.len() as u64,
    };
    let mut agents: Vec<_> = tally.into_iter().map(agent).collect();
    agents.sort_by(|a, b| b.lines.cmp(&a.lines).then_with(|| a.cmp(b)));
    agents
}

fn lines_of(keys: &[(Key<'_>, Ranges)], which: impl Fn(&Key<'_>) -> bool) -> u64 {
    let mut all = Ranges::default();
    keys.iter().filter(|(k, _)| which(k)).for_each(|(_, r)| all.extend(r));
    all.lines()
}

/// A key of the upper part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key<'a> {
    Session(&'a str),
    Prompt(&'a str),
    Human,
}

impl<'a> Key<'a> {
    const fn is_human(&self) -> bool {
        matches!(self, Self::Human)
    }

    const fn is_ai(&self) -> bool {
        !self.is_human()
    }

    const fn id(&self) -> Option<&'a str> {
        match self {
            Self::Session(id) | Self::Prompt(id) => Some(id),
            Self::Human => None,
        }
    }

    fn parse(text: &'a str) -> Option<Self> {
        if let Some(human) = text.strip_prefix("h_") {
            return is_hex(human).then_some(Self::Human);
        }
        if !text.starts_with("s_") {
            return is_hex(text).then_some(Self::Prompt(text));
        }
        let (session, turn) = text.split_once("::")?;
        let good = is_hex(session.strip_prefix("s_")?) && is_hex(turn.strip_prefix("t_")?);
        good.then_some(Self::Session(session))
    }
}

fn is_hex(text: &str) -> bool {
    let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    (1..=HEX_MAX).contains(&text.len()) && text.bytes().all(digit)
}

type Attested<'a> = BTreeMap<&'a [u8], Vec<(Key<'a>, Ranges)>>;

fn divide(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    if let Some(below) = bytes.strip_prefix(b"---\n") {
        return Some((&[], below));
    }
    let at = memchr::memmem::find(bytes, b"\n---\n")?;
    Some((bytes.get(..at)?, bytes.get(at + 5..)?))
}

fn attestations(above: &[u8]) -> Result<Attested<'_>, NoteError> {
    let mut found: Attested<'_> = BTreeMap::new();
    let mut path: Option<&[u8]> = None;
    for (index, line) in above.split(|b| *b == b'\n').enumerate() {
        let bad = NoteError::Line { line: index + 1 };
        match line.strip_prefix(b"  ") {
            _ if line.is_empty() => {}
            Some(entry) => {
                let keys = path.and_then(|p| found.get_mut(p)).ok_or(bad.clone())?;
                keys.push(attestation(entry).ok_or(bad)?);
            }
            None => {
                let name = unquoted(line).ok_or(bad)?;
                found.entry(name).or_default();
                path = Some(name);
            }
        }
        if found.len() > MAX_FILES {
            return Err(NoteError::TooManyFiles);
        }
    }
    Ok(found)
}

fn attestation(entry: &[u8]) -> Option<(Key<'_>, Ranges)> {
    let (key, list) = std::str::from_utf8(entry).ok()?.split_once(' ')?;
    let mut ranges = Ranges::default();
    let mut end = 0;
    for part in list.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (number(first)?, number(last)?);
        if first <= end || last < first {
            return None;
        }
        ranges.add(first, last);
        end = last;
    }
    Some((Key::parse(key)?, ranges))
}

fn number(text: &str) -> Option<u32> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn unquoted(line: &[u8]) -> Option<&[u8]> {
    let blank = |b: &u8| b.is_ascii_whitespace();
    match line.strip_prefix(b"\"") {
        Some(rest) => rest.strip_suffix(b"\"").filter(|p| !p.is_empty()),
        None => (!line.iter().any(blank)).then_some(line),
    }
}

#[cfg(test)]
mod tests;
