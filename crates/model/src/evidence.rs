//! Signs of AI involvement, graded; knows no commit format and no pattern.

use crate::id::ToolId;
use crate::object::Oid;

/// The evidence ladder. The maximum counts; grades are never added up or averaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// Branch name, configuration file, or a pattern of low confidence: ask, never decide alone.
    E0,
    /// Somebody said so.
    E1,
    /// A tool's trailer or footer.
    E2,
    /// An unsigned hook record or note.
    E3,
    /// An agent account that the forge verified, or a session that an enrolled machine signed.
    E4,
}

impl Strength {
    /// `E0` to `E4`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::E0 => "E0",
            Self::E1 => "E1",
            Self::E2 => "E2",
            Self::E3 => "E3",
            Self::E4 => "E4",
        }
    }
}

/// Where a sign was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EvidenceKind {
    /// A line of the message in trailer form, wherever it stands.
    Trailer,
    /// A phrase in the message.
    BodyMarker,
    /// A phrase in the request's description.
    RequestBody,
    /// The author's or committer's e-mail address, or a co-author's.
    Email,
    /// The author's display name.
    PersonName,
    /// A forge account.
    BotAccount,
    /// The name of the head branch.
    Branch,
    /// A label on the linked issue.
    IssueLabel,
    /// A changed path that belongs to a tool's configuration.
    File,
    /// An authorship note (`refs/notes/ai`).
    Note,
    /// An Agent Trace record.
    AgentTrace,
    /// `Assisted-by` or `Ai-assisted`: somebody's own word.
    Declaration,
    /// A checkpoint trailer of a session recorder.
    Checkpoint,
    /// The gate's record of what it knew when something landed.
    Landing,
}

impl EvidenceKind {
    /// The name in output for machines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trailer => "trailer",
            Self::BodyMarker => "body_marker",
            Self::RequestBody => "request_body",
            Self::Email => "email",
            Self::PersonName => "person_name",
            Self::BotAccount => "bot_account",
            Self::Branch => "branch",
            Self::IssueLabel => "issue_label",
            Self::File => "file",
            Self::Note => "note",
            Self::AgentTrace => "agent_trace",
            Self::Declaration => "declaration",
            Self::Checkpoint => "checkpoint",
            Self::Landing => "landing",
        }
    }
}

/// One sign of AI involvement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Evidence {
    /// How strong.
    pub strength: Strength,
    /// Where it was found.
    pub kind: EvidenceKind,
    /// Which tool; `None` where AI is certain and the tool is not.
    pub tool: Option<ToolId>,
    /// The model, where the sign names one.
    pub model: Option<String>,
    /// The commit; `None` for signs of the request or branch.
    pub commit: Option<Oid>,
    /// The text that was matched, at most 200 characters. Hostile: escape before showing.
    pub text: String,
}
