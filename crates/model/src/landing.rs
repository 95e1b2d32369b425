//! What landed on a target; how records are kept is the business of `git` and `attest`.

use crate::assistance::AssistanceVerdict;
use crate::decision::Outcome;
use crate::id::{ChangeDigest, InputsDigest, PersonId, RepositoryId, StatementHash, ToolId};
use crate::object::{Oid, RefName};
use crate::target::Mode;
use crate::time::Timestamp;

/// One covered segment of what landed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LandedChange {
    /// Its digest.
    pub digest: ChangeDigest,
    /// Tip before; `None` for a new ref.
    pub from: Option<Oid>,
    /// Tip after.
    pub to: Oid,
    /// What was decided. Anything but clear passed by mode, override or bootstrap.
    pub outcome: Outcome,
    /// What was known of an AI's help: notes that show it come and go.
    pub assistance: AssistanceVerdict,
    /// Tools that were known to have helped, sorted.
    pub tools: Vec<ToolId>,
    /// Who made earlier forms of it, sorted: branches that show them come and go.
    pub contributors: Vec<PersonId>,
    /// Statements that stood: those that counted, and those that took something back. What did not
    /// stand changes nothing when the landing is decided again, and what came later was not there.
    pub statements: Vec<StatementHash>,
    /// The override, where one let it pass.
    pub overridden_by: Option<StatementHash>,
}

/// Why a landing was let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LandingKind {
    /// Everything was clear.
    Cleared,
    /// At least one part passed by override.
    Overridden,
    /// At least one part passed because the target is in shadow or warn mode.
    Unenforced,
    /// The state of the target when it was first gated.
    Bootstrap,
    /// Moved by hand to what had landed there, or where it was made from, before.
    Returned,
}

impl LandingKind {
    /// The name in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cleared => "cleared",
            Self::Overridden => "overridden",
            Self::Unenforced => "unenforced",
            Self::Bootstrap => "bootstrap",
            Self::Returned => "returned",
        }
    }

    /// The kind of a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Cleared, Self::Overridden, Self::Unenforced, Self::Bootstrap, Self::Returned]
            .into_iter()
            .find(|k| k.as_str() == text)
    }
}

/// Where the inputs were read that a target was judged by, where its own do not name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Governed {
    /// The ref.
    pub by: RefName,
    /// Its tip at that moment.
    pub at: Oid,
}

/// What landed on a target, from which tip, by which pusher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LandingRecord {
    /// The repository.
    pub repository: RepositoryId,
    /// The target.
    pub target: RefName,
    /// Tip before; `None` for a new ref.
    pub from: Option<Oid>,
    /// Tip after.
    pub to: Oid,
    /// Why it was let through.
    pub kind: LandingKind,
    /// The mode of the target at that moment.
    pub mode: Mode,
    /// The covered segments, in order.
    pub changes: Vec<LandedChange>,
    /// Who pushed, as the transport said. Empty at bootstrap.
    pub pusher: String,
    /// Decision inputs at the new tip.
    pub inputs: InputsDigest,
    /// Whose inputs judged it, where the target has none of its own that name it: it is older than
    /// its protection.
    pub governed: Option<Governed>,
    /// The gate's clock.
    pub at: Timestamp,
    /// How many records there were when this was decided: what else landed in the same second came
    /// before or after it.
    pub seen: u64,
    /// How many records are before this one in the same repository.
    pub sequence: u64,
    /// Hash of the record before this one in the same repository; `None` for the first.
    pub previous: Option<StatementHash>,
}

/// The gate's word on when it first received a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The repository.
    pub repository: RepositoryId,
    /// The statement.
    pub statement: StatementHash,
    /// The digest it was filed under.
    pub change: ChangeDigest,
    /// The gate's clock.
    pub at: Timestamp,
}
