//! A decision that travels: a SLSA Verification Summary signed by the gate; makes no decision.
//!
//! Format page: `docs/formats/clearance.md`. Source: SLSA v1.2, Verification Summary Attestation
//! v1 and Source track, "Source VSA". The JSON has one form (see `json.rs`).

mod wire;

use crate::json::{self, JsonError};
use crate::key;
use crate::seal::{self, SealError};
use obstat_model::id::{ChangeDigest, InputsDigest, RepositoryId, Sha256, StatementHash};
use obstat_model::object::{Oid, RefName};
use obstat_model::roster::KeyId;
use obstat_model::time::Timestamp;
use obstat_model::trust::TrustedKey;
use thiserror::Error;

/// The namespace of clearances.
pub const NAMESPACE: &str = "obstat-clearance@v1";
/// Largest clearance in bytes, before it is put in an envelope.
pub const CLEARANCE_MAX: usize = 256 << 10;

/// What the gate found out about a source revision; names are those of SLSA's `verifiedLevels`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Property {
    /// An AI was involved, or nobody said that none was.
    AiAssisted,
    /// All who signed were there in person: presence `present` or `hardware`.
    HumanPresence,
    /// People of the level that the policy demands signed for exactly this.
    SeniorReviewed,
}

impl Property {
    /// All properties, in their order.
    pub const ALL: [Self; 3] = [Self::AiAssisted, Self::HumanPresence, Self::SeniorReviewed];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AiAssisted => "ORG_SOURCE_AI_ASSISTED",
            Self::HumanPresence => "ORG_SOURCE_HUMAN_PRESENCE",
            Self::SeniorReviewed => "ORG_SOURCE_SENIOR_REVIEWED",
        }
    }
}

/// The decision, as SLSA has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Clear, with what was found; sorted, each once.
    Passed(Vec<Property>),
    /// Anything but clear.
    Failed,
}

/// A decision about a commit on a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clearance {
    /// The repository.
    pub repository: RepositoryId,
    /// Where it can be cloned from, as SPDX writes it (`git+https://…`); `None` if the gate does
    /// not know. Then the repository's id stands in its place.
    pub location: Option<String>,
    /// The target.
    pub target: RefName,
    /// The commit.
    pub commit: Oid,
    /// Its tree.
    pub tree: Oid,
    /// The digest that was signed for.
    pub change: ChangeDigest,
    /// SHA-256 of the policy.
    pub policy: Sha256,
    /// Digest of all decision inputs.
    pub inputs: InputsDigest,
    /// Statements that counted.
    pub statements: Vec<StatementHash>,
    /// The decision.
    pub verdict: Verdict,
    /// The gate's clock.
    pub at: Timestamp,
}

/// Why a clearance is not believed, or cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ClearanceError {
    /// The gate's signature does not hold.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Not the JSON that it should be.
    #[error("the clearance cannot be read: {0}")]
    Json(#[from] JsonError),
    /// The verifier named is not the gate that signed.
    #[error("the clearance names another verifier than the gate that signed it")]
    Verifier,
    /// What was written does not read back as it was.
    #[error("the clearance cannot be written so that it reads back the same; is it in order?")]
    Unwritable,
}

/// Verifies a clearance against the gates' keys and reads it.
///
/// # Errors
/// [`ClearanceError`] with the first thing that does not hold.
pub fn parse(bytes: &[u8], gates: &[TrustedKey]) -> Result<Clearance, ClearanceError> {
    let (envelope, gate) = seal::open(bytes, NAMESPACE, gates)?;
    read(envelope.statement(), key::id_of(&gate.blob))
}

fn read(bytes: &[u8], gate: KeyId) -> Result<Clearance, ClearanceError> {
    let wire: wire::Document = json::decode(bytes, CLEARANCE_MAX)?;
    if !wire.is_by(gate) {
        return Err(ClearanceError::Verifier);
    }
    let clearance = wire.read()?;
    if json::encode(&wire::Document::of(&clearance, gate))? == bytes {
        return Ok(clearance);
    }
    Err(JsonError::NotCanonical.into())
}

/// The bytes of a clearance by a gate, if they read back as the same clearance.
pub(crate) fn write(clearance: &Clearance, gate: KeyId) -> Result<Vec<u8>, ClearanceError> {
    let bytes = json::encode(&wire::Document::of(clearance, gate))?;
    if read(&bytes, gate)? == *clearance { Ok(bytes) } else { Err(ClearanceError::Unwritable) }
}

#[cfg(test)]
mod tests;
