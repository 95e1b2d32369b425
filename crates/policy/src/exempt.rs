//! Exemptions: listed, limited, recorded ways for low risk to need nothing of the policy's rules.
//!
//! They never lift what stands beneath the policy (unknown people, the owners' quorum), never cover
//! hidden content, and never silence a rejection.

use crate::condition::paths::patterns;
use crate::decide::case::Case;
use crate::diagnostic::Report;
use crate::glob::Pattern;
use crate::yaml::{self, Choice, Fields, Node};
use obstat_model::assistance::AssistanceVerdict;
use obstat_model::id::RuleName;

/// An exemption. Every limit is part of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Exemption {
    name: RuleName,
    paths: Vec<Pattern>,
    lines_at_most: u64,
    files_at_most: u64,
    assistance: AtMost,
    reason: Box<str>,
}

/// The most that may be known of AI involvement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AtMost {
    DeclaredUnassisted,
    Undisclosed,
    Any,
}

const WORDS: [Choice<AtMost>; 3] = [
    ("declared_unassisted", AtMost::DeclaredUnassisted),
    ("undisclosed", AtMost::Undisclosed),
    ("any", AtMost::Any),
];
const KEYS: [&str; 6] = ["name", "paths", "lines_at_most", "files_at_most", "assistance", "reason"];

impl Exemption {
    pub(crate) fn name(&self) -> &RuleName {
        &self.name
    }

    pub(crate) fn paths(&self) -> &[Pattern] {
        &self.paths
    }

    /// Most lines and files that it covers.
    pub(crate) const fn limits(&self) -> (u64, u64) {
        (self.lines_at_most, self.files_at_most)
    }

    pub(crate) fn reason(&self) -> &str {
        &self.reason
    }

    /// Whether everything of the change lies within the limits.
    pub(crate) fn covers(&self, case: &Case) -> bool {
        let change = case.facts.change;
        let files = change.files.len();
        case.hidden.is_empty()
            && change.inputs.is_none()
            && files as u64 <= self.files_at_most
            && self.allows(case)
            && change.lines() <= self.lines_at_most
            && case.paths.matching(&self.paths).len() == files
    }

    fn allows(&self, case: &Case) -> bool {
        let found = case.facts.assistance;
        match self.assistance {
            AtMost::Any => true,
            AtMost::Undisclosed => {
                found.verdict <= AssistanceVerdict::Undisclosed && !found.contradicted
            }
            AtMost::DeclaredUnassisted => !found.is_possible(),
        }
    }
}

pub(crate) fn parse(node: &Node, report: &mut Report) -> Option<Exemption> {
    let what = "an exemption";
    let fields = Fields::of(node, what, &KEYS, report)?;
    let name = yaml::name(fields.need("name", what, report)?, "name", report)?;
    let paths = patterns(fields.need("paths", what, report)?, "paths", report)?;
    let limit = 1..=1_000_000;
    let lines = fields.need("lines_at_most", what, report)?;
    let lines_at_most = yaml::number(lines, "lines_at_most", limit.clone(), report)?;
    let files = fields.need("files_at_most", what, report)?;
    let files_at_most = yaml::number(files, "files_at_most", limit, report)?;
    let assistance = fields.need("assistance", what, report)?;
    let assistance = yaml::choice(assistance, "assistance", &WORDS, report)?;
    let reason = yaml::text(fields.need("reason", what, report)?, "reason", report)?.into();
    Some(Exemption { name, paths, lines_at_most, files_at_most, assistance, reason })
}
