//! What `obstat audit` prints for machines.

use obstat_model::assistance::Assistance;
use obstat_model::evidence::Evidence;
use obstat_model::text::escape_line;
use serde::Serialize;
use std::collections::BTreeMap;

/// One sign of AI involvement.
#[derive(Debug, Clone, Serialize)]
pub struct EvidenceLine {
    /// Where it was found.
    pub kind: &'static str,
    /// Which tool, if that is known.
    pub tool: Option<String>,
    /// `E0` to `E4`.
    pub strength: &'static str,
    /// The matched text, escaped.
    pub text: String,
}

/// The answer on AI involvement.
#[derive(Debug, Clone, Serialize)]
pub struct AssistanceLine {
    /// `assisted`, `declared_unassisted` or `undisclosed`.
    pub verdict: &'static str,
    /// A signed "no AI" stands against evidence.
    pub contradicted: bool,
    /// Tools named by evidence of E1 or more.
    pub tools: Vec<String>,
    /// The evidence, strongest first.
    pub evidence: Vec<EvidenceLine>,
}

/// One commit, one line of `--format jsonl`.
#[derive(Debug, Clone, Serialize)]
pub struct CommitLine {
    /// Its id.
    pub commit: String,
    /// The author's e-mail address, escaped.
    pub author: String,
    /// Commit time, RFC 3339.
    pub time: String,
    /// AI involvement.
    pub assistance: AssistanceLine,
    /// `clear`, `pending` or `blocked`; null without a policy.
    pub decision: Option<&'static str>,
    /// Whether it landed signed for exactly its content; null without a policy.
    pub signed: Option<bool>,
}

/// Commits of one tool.
#[derive(Debug, Clone, Serialize)]
pub struct ToolLine {
    /// Tool id.
    pub tool: String,
    /// Commits that name it by evidence of E1 or more.
    pub commits: u64,
    /// The strongest grade seen.
    pub strength: &'static str,
    /// The kind of the strongest evidence.
    pub kind: &'static str,
}

/// How content reached a target.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Reached {
    /// The target ref.
    pub target: String,
    /// Landings signed for exactly their content, or cleared without a demand.
    pub signed: u64,
    /// Landings by override.
    pub overridden: u64,
    /// Overrides whose after-review is late.
    pub reviews_late: u64,
    /// Commits on the target's first-parent chain since bootstrap that no record covers.
    pub unsigned: Vec<String>,
    /// Landings let through by shadow or warn mode.
    pub unenforced: u64,
    /// Landings around the gate, or that were not clear any more, which nobody has signed for since.
    pub slipped: u64,
}

/// Override of a landing, open until somebody else reviews it.
#[derive(Debug, Clone, Serialize)]
pub struct OverrideLine {
    /// Its statement.
    pub id: String,
    /// Who holds it.
    pub holder: String,
    /// Why, escaped.
    pub reason: String,
    /// When the after-review is due, RFC 3339.
    pub review_due: String,
    /// Whether somebody else has reviewed it.
    pub reviewed: bool,
}

/// The summary, `--format json`.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// Version of this form.
    pub version: u32,
    /// The range as given.
    pub range: String,
    /// Commits read.
    pub commits: u64,
    /// Different author addresses.
    pub people: u64,
    /// Earliest commit time, RFC 3339.
    pub first: Option<String>,
    /// Latest commit time, RFC 3339.
    pub last: Option<String>,
    /// Commits by verdict.
    pub verdicts: BTreeMap<&'static str, u64>,
    /// Commits with a contradiction.
    pub contradicted: u64,
    /// Tools, most commits first.
    pub tools: Vec<ToolLine>,
    /// Per target, when the repository has a policy and records.
    pub reached: Vec<Reached>,
    /// Overrides that are known.
    pub overrides: Vec<OverrideLine>,
}

impl From<&Evidence> for EvidenceLine {
    fn from(evidence: &Evidence) -> Self {
        Self {
            kind: evidence.kind.as_str(),
            tool: evidence.tool.as_ref().map(ToString::to_string),
            strength: evidence.strength.as_str(),
            text: escape_line(&evidence.text),
        }
    }
}

impl From<&Assistance> for AssistanceLine {
    fn from(found: &Assistance) -> Self {
        Self {
            verdict: found.verdict.as_str(),
            contradicted: found.contradicted,
            tools: found.tools().into_iter().map(ToString::to_string).collect(),
            evidence: found.evidence.iter().map(EvidenceLine::from).collect(),
        }
    }
}
