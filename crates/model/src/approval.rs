//! Statements whose signature was verified, and what a gate knows of each; counts nothing.

use crate::id::StatementHash;
use crate::presence::Presence;
use crate::roster::{KeyId, Person};
use crate::statement::{Signer, Statement};
use crate::time::Timestamp;

/// A statement with a good signature by a key of the roster. Made by `attest` alone.
///
/// Good means: these bytes, this namespace, this key, and for security keys the flags and
/// origins. Whether it *counts* is decided in `policy` and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedApproval {
    /// What was signed.
    pub statement: Statement,
    /// SHA-256 of the signed bytes.
    pub hash: StatementHash,
    /// Holder of the key.
    pub signer: Signer,
    /// The key.
    pub key: KeyId,
    /// How surely the person was there.
    pub presence: Presence,
}

/// How a statement's content relates to what would land.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// Same ChangeDigest and target.
    Exact,
    /// The landed tree is the merge, recomputed with fixed options, of the target and the approved head.
    Recomputed,
    /// Equal verbatim patch-id and path set; counts only where policy says so.
    Carried,
    /// Other content or another target.
    Other,
}

/// Whether the tip that a statement was judged on lies below the present tip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TipState {
    /// It is the present tip or an ancestor of it.
    Ancestor,
    /// It is not.
    Elsewhere,
}

/// Who the signer was when the gate first received a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// As the roster in force now has them.
    AsNow,
    /// As the roster in force then had them; `None` where it did not know them.
    Person(Option<Box<Person>>),
}

/// A verified statement with everything a decision must know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalFacts {
    /// The statement.
    pub verified: VerifiedApproval,
    /// When the gate first received it; the present moment where it never did.
    pub received_at: Timestamp,
    /// Who the signer was then.
    pub then: Then,
    /// How it binds to this content.
    pub binding: Binding,
    /// How it relates to the target's tip.
    pub tip: TipState,
    /// Whether its change has landed since.
    pub spent: bool,
}

/// A statement that could not be verified: why, so that it can be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedStatement {
    /// SHA-256 of the bytes.
    pub hash: StatementHash,
    /// Who it claims to be from. Hostile: escape before showing.
    pub claimed: String,
    /// Why it was refused.
    pub reason: String,
}
