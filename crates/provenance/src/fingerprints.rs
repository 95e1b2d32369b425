//! The compiled fingerprints: facts in, evidence out. Decides nothing and opens nothing.

use crate::error::FingerprintError;
use crate::facts::{CommitFacts, RequestFacts};
use crate::format::{Kind, NameOf, ToolData};
use crate::layer::Layer;
use crate::message::Search;
use crate::place::Place;
use crate::words::Named;
use crate::{builtin, identity, merged, request};
use obstat_model::evidence::Evidence;
use obstat_model::id::ToolId;
use obstat_model::object::RepoPath;
use std::collections::HashSet;
use std::sync::Arc;

/// What is known of a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToolInfo<'a> {
    /// Its id, stable over versions of the data.
    pub id: &'a str,
    /// Its name to show.
    pub display: &'a str,
    /// Who makes it.
    pub vendor: &'a str,
}

/// The patterns by which tools are known; cheap to clone. Immutable, and the same facts always
/// give the same evidence.
#[derive(Debug, Clone)]
pub struct Fingerprints {
    layers: Vec<Arc<Layer>>,
}

impl Fingerprints {
    /// The data that this program was built with (`data/fingerprints.toml`).
    #[must_use]
    pub fn builtin() -> Self {
        Self { layers: vec![Arc::new(Layer::builtin())] }
    }

    /// These fingerprints and those of an extension (`.obstat/fingerprints.toml`, read at the
    /// target's tip). An extension only adds: whatever was evidence stays evidence.
    ///
    /// # Errors
    /// [`FingerprintError`] with line and column; then nothing of the extension is used.
    pub fn extended(&self, toml: &str) -> Result<Self, FingerprintError> {
        let known: HashSet<&str> = self.tool_data().map(|t| t.id.as_ref()).collect();
        let layer = Layer::extension(toml, &known)?;
        let mut layers = self.layers.clone();
        layers.push(Arc::new(layer));
        Ok(Self { layers })
    }

    /// The day of the built-in data: `2026-11-24`.
    #[must_use]
    pub const fn dated(&self) -> &'static str {
        builtin::DATED
    }

    /// Evidence of one commit: message, author, committer, co-authors, and the branch that it says
    /// it merges.
    #[must_use]
    pub fn of_commit(&self, commit: &CommitFacts<'_>) -> Vec<Evidence> {
        let (lowered, message_start) = lowered(commit);
        let mut out = Vec::new();
        for layer in self.layers.iter().filter(|l| l.prefilter.may_hit(&lowered)) {
            let place = Place::of(commit);
            let lowered = lowered.get(message_start..).unwrap_or_default();
            out.extend(identity::evidence(layer, place, NameOf::Author, commit.author));
            out.extend(identity::evidence(layer, place, NameOf::Committer, commit.committer));
            out.extend(self.of_text(layer, place, commit.message, lowered));
        }
        if let Some(branch) = merged::branch(commit.message) {
            let of_commit = |evidence| Evidence { commit: commit.oid, ..evidence };
            out.extend(self.equal(Kind::BranchPrefix, branch).into_iter().map(of_commit));
        }
        distinct(out)
    }

    /// Evidence of a branch name, with or without `refs/heads/`: asks, never decides.
    #[must_use]
    pub fn of_branch(&self, branch: &str) -> Vec<Evidence> {
        let short = branch.strip_prefix("refs/heads/").unwrap_or(branch);
        self.equal(Kind::BranchPrefix, short.as_bytes())
    }

    /// Evidence of changed paths: the team uses a tool. Asks, never decides. Each pattern answers
    /// once, with the first path it matches.
    #[must_use]
    pub fn of_paths<'p>(&self, paths: impl Iterator<Item = &'p RepoPath>) -> Vec<Evidence> {
        let rows = self.layers.iter().flat_map(|l| l.rows_of(Kind::File));
        let mut open: Vec<_> = rows.collect();
        let mut out = Vec::new();
        for path in paths {
            open.retain(|row| {
                let found = request::one(row, path.as_bytes());
                let still_open = found.is_none();
                out.extend(found);
                still_open
            });
        }
        distinct(out)
    }

    /// Evidence of a pull or merge request. An account that the forge verified is the strongest
    /// evidence there is; the description counts like a message, without dates.
    #[must_use]
    pub fn of_request(&self, request: &RequestFacts<'_>) -> Vec<Evidence> {
        let body = request.body.as_bytes();
        let lowered = body.to_ascii_lowercase();
        let mut out = Vec::new();
        for layer in &self.layers {
            if layer.prefilter.may_hit(&lowered) {
                out.extend(self.of_text(layer, Place::Request, body, &lowered));
            }
            for label in request.issue_labels {
                out.extend(request::equal(layer, Kind::IssueLabel, label.trim().as_bytes()));
            }
            out.extend(request.account.iter().flat_map(|a| request::account(layer, a)));
        }
        out.extend(request.head_branch.into_iter().flat_map(|b| self.of_branch(b)));
        distinct(out)
    }

    /// The refs under which recorders keep what they saw, each with the recorder.
    pub fn recorder_refs(&self) -> impl Iterator<Item = (ToolId, &str)> {
        let rows = self.layers.iter().flat_map(|l| l.rows_of(Kind::NoteRef));
        rows.filter_map(|row| Some((row.tool()?, row.data.pattern.as_ref())))
    }

    /// The tool whose account an e-mail address is. Patterns of low confidence do not answer.
    #[must_use]
    pub fn agent_of_email(&self, email: &str) -> Option<ToolId> {
        self.layers.iter().find_map(|layer| identity::tool_of_email(layer, email)?.tool())
    }

    /// The tool that a recorder such as git-ai or Agent Trace calls by this name.
    #[must_use]
    pub fn tool_of_recorder(&self, name: &str) -> Option<ToolId> {
        let name = name.trim();
        let calls = |t: &&ToolData| t.recorders.iter().any(|r| r.eq_ignore_ascii_case(name));
        let found = self.tool_data().find(calls);
        let same = || self.tool_data().find(|t| t.id.eq_ignore_ascii_case(name));
        found.or_else(same)?.id.parse().ok()
    }

    /// Everything that is known of a tool.
    #[must_use]
    pub fn tool(&self, id: &ToolId) -> Option<ToolInfo<'_>> {
        self.tools().find(|t| t.id == id.as_str())
    }

    /// The tool's name to show; the id of an unknown tool.
    #[must_use]
    pub fn tool_display<'a>(&'a self, id: &'a ToolId) -> &'a str {
        self.tool(id).map_or(id.as_str(), |t| t.display)
    }

    /// Who makes a tool.
    #[must_use]
    pub fn tool_vendor(&self, id: &ToolId) -> Option<&str> {
        self.tool(id).map(|t| t.vendor)
    }

    /// All known tools, those of the built-in data first.
    pub fn tools(&self) -> impl Iterator<Item = ToolInfo<'_>> {
        self.tool_data().map(|t| ToolInfo { id: &t.id, display: &t.display, vendor: &t.vendor })
    }

    fn tool_data(&self) -> impl Iterator<Item = &ToolData> {
        self.layers.iter().flat_map(|l| l.tools.iter())
    }

    fn of_text(&self, layer: &Layer, place: Place, text: &[u8], lowered: &[u8]) -> Vec<Evidence> {
        let naming = |value: &[u8]| self.named(value);
        let search = Search { layer, naming: &naming, place, text, lowered };
        let mut out = search.run();
        out.extend(identity::co_authors(&search, &out));
        out
    }

    /// What a declaration's value names: a known agent's address, else its words.
    fn named(&self, value: &[u8]) -> Option<Named> {
        let address = memchr::memchr(b'<', value).and_then(|start| {
            let inner = value.get(start + 1..)?;
            inner.get(..memchr::memchr(b'>', inner)?)
        });
        let email = address.and_then(|a| std::str::from_utf8(a).ok());
        let by_words = self.layers.iter().find_map(|layer| layer.words.named(value));
        let by_email = || {
            let tool = self.agent_of_email(email?)?;
            Some(Named { tool: Some(tool.as_str().to_owned().into()), model: None })
        };
        by_words.or_else(by_email)
    }

    fn equal(&self, kind: Kind, text: &[u8]) -> Vec<Evidence> {
        self.layers.iter().flat_map(|layer| request::equal(layer, kind, text)).collect()
    }
}

/// Everything of a commit that needles are looked for in, in lower case, and where the message
/// begins in it.
fn lowered(commit: &CommitFacts<'_>) -> (Vec<u8>, usize) {
    let parts = [commit.author.email, commit.author.name, commit.committer.email];
    let parts = parts.into_iter().chain([commit.committer.name]);
    let length: usize = parts.clone().map(|p| p.len() + 1).sum();
    let mut all = Vec::with_capacity(length + commit.message.len());
    for part in parts {
        all.extend_from_slice(part);
        all.push(b'\n');
    }
    all.extend_from_slice(commit.message);
    all.make_ascii_lowercase();
    (all, length)
}

/// Each piece of evidence once, strongest first.
fn distinct(mut evidence: Vec<Evidence>) -> Vec<Evidence> {
    evidence.sort_by(|a, b| b.strength.cmp(&a.strength).then_with(|| a.cmp(b)));
    evidence.dedup();
    evidence
}
