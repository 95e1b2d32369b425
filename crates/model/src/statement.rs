//! What people sign, as meaning; bytes and signatures are the business of `attest`.

use crate::assistance::AssistanceVerdict;
use crate::change::InputsStep;
use crate::hidden::HiddenFlag;
use crate::id::{ChangeDigest, CheckName, Nonce, PersonId, RepositoryId, Sha256, StatementHash};
use crate::object::{Oid, RefName};
use crate::time::Timestamp;

/// What a statement does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// "I approve exactly this."
    Approve,
    /// "I refuse exactly this"; ends by the same person's approval or withdrawal, or an override.
    Reject,
    /// "My earlier statement on this no longer stands."
    Withdraw,
    /// The author's own statement, given before others are asked.
    Author {
        /// Whether the author declares that no AI helped.
        unassisted: bool,
    },
    /// A service's word on a named check.
    Check {
        /// Which check.
        name: CheckName,
        /// Whether it passed.
        passed: bool,
    },
    /// Break-glass: let exactly this pass although it is not clear.
    Override {
        /// When the after-review is due.
        review_due: Timestamp,
    },
    /// The after-review of an override.
    Review {
        /// The override's statement.
        of: StatementHash,
    },
}

impl Act {
    /// The name in the statement's `decision` field and in output.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Withdraw => "withdraw",
            Self::Author { .. } => "author",
            Self::Check { .. } => "check",
            Self::Override { .. } => "override",
            Self::Review { .. } => "review",
        }
    }
}

/// What the signer was shown. If more is known now, the statement does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The answer on AI involvement.
    pub assistance: AssistanceVerdict,
    /// Whether a contradiction was shown.
    pub contradicted: bool,
    /// The tier; `None` while blast radius is not computed.
    pub tier: Option<u8>,
    /// The hidden-content flags, sorted.
    pub hidden: Vec<HiddenFlag>,
}

/// Where a statement holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The repository.
    pub repository: RepositoryId,
    /// The protected ref.
    pub target: RefName,
    /// The target's tip that the statement was judged on; `None` for a target without history.
    pub tip: Option<Oid>,
    /// The merge base of tip and head.
    pub merge_base: Option<Oid>,
    /// The change's head commit.
    pub head: Oid,
    /// The tree that results.
    pub tree: Oid,
}

/// A statement, parsed. Times in it are claims.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// What it does.
    pub act: Act,
    /// What it binds to.
    pub change: ChangeDigest,
    /// Where it holds.
    pub context: Context,
    /// What the signer was shown; present for approvals.
    pub shown: Option<Shown>,
    /// SHA-256 of the policy at the tip.
    pub policy: Sha256,
    /// SHA-256 of the roster at the tip.
    pub roster: Sha256,
    /// Present when the change touches decision inputs.
    pub inputs: Option<InputsStep>,
    /// Who claims to sign; the key decides.
    pub signer: String,
    /// The level at signing, for display; the roster decides.
    pub level: Option<String>,
    /// Why, in the signer's words. Hostile: escape before showing.
    pub reason: String,
    /// Makes the statement unique.
    pub nonce: Nonce,
    /// Claimed time of signing.
    pub issued_at: Timestamp,
    /// After this it admits nothing.
    pub expires_at: Timestamp,
}

/// Who put the signature, as the roster knows the key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Signer {
    /// A person.
    Person(PersonId),
    /// A service account.
    Service(crate::id::ServiceId),
}
