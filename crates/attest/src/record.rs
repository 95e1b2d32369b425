//! What the gate itself signs: landings and receipts; knows no chain and no repository.
//!
//! Format page: `docs/formats/landing-record.md`. The JSON has one form (see `json.rs`).

mod gate_key;
mod wire;

use crate::envelope::Envelope;
use crate::json::{self, JsonError};
use crate::seal::{self, SealError};
use obstat_model::landing::{LandingRecord, Receipt};
use obstat_model::trust::TrustedKey;
use thiserror::Error;

pub use crate::seal::SealError as GateSignatureError;
pub use gate_key::{GateKey, GateKeyError};

/// The namespace of landing records.
pub const LANDING: &str = "obstat-landing@v1";
/// The namespace of receipts.
pub const RECEIPT: &str = "obstat-receipt@v1";
/// Largest record in bytes, before it is put in an envelope.
pub const RECORD_MAX: usize = 1 << 20;

/// Why a record is not believed, or cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RecordError {
    /// The gate's signature does not hold.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Not the JSON that it should be.
    #[error("the record cannot be read: {0}")]
    Json(#[from] JsonError),
    /// What was written does not read back as it was.
    #[error("the record cannot be written so that it reads back the same")]
    Unwritable,
}

/// Verifies a landing record against the gates' keys and reads it.
///
/// # Errors
/// [`RecordError`] with the first thing that does not hold.
pub fn parse_landing(bytes: &[u8], gates: &[TrustedKey]) -> Result<LandingRecord, RecordError> {
    let (envelope, _) = seal::open(bytes, LANDING, gates)?;
    read_landing(envelope.statement())
}

/// Verifies a receipt against the gates' keys and reads it.
///
/// # Errors
/// [`RecordError`] with the first thing that does not hold.
pub fn parse_receipt(bytes: &[u8], gates: &[TrustedKey]) -> Result<Receipt, RecordError> {
    let (envelope, _) = seal::open(bytes, RECEIPT, gates)?;
    read_receipt(envelope.statement())
}

/// What an envelope of a receipt claims. Nothing of it is proven.
#[must_use]
pub fn claimed_receipt(bytes: &[u8]) -> Option<Receipt> {
    let envelope = Envelope::parse(bytes).ok()?;
    read_receipt(envelope.statement()).ok()
}

/// What an envelope of a landing claims. Nothing of it is proven.
#[must_use]
pub fn claimed_landing(bytes: &[u8]) -> Option<LandingRecord> {
    let envelope = Envelope::parse(bytes).ok()?;
    read_landing(envelope.statement()).ok()
}

fn read_landing(bytes: &[u8]) -> Result<LandingRecord, RecordError> {
    let record = json::decode::<wire::Landing>(bytes, RECORD_MAX)?.read()?;
    if json::encode(&wire::Landing::of(&record))? == bytes {
        return Ok(record);
    }
    Err(JsonError::NotCanonical.into())
}

fn read_receipt(bytes: &[u8]) -> Result<Receipt, RecordError> {
    let receipt = json::decode::<wire::Receipt>(bytes, RECORD_MAX)?.read()?;
    if json::encode(&wire::Receipt::of(&receipt))? == bytes {
        return Ok(receipt);
    }
    Err(JsonError::NotCanonical.into())
}

/// The bytes of a landing record, if they read back as the same record.
fn write_landing(record: &LandingRecord) -> Result<Vec<u8>, RecordError> {
    let bytes = json::encode(&wire::Landing::of(record))?;
    if read_landing(&bytes)? == *record { Ok(bytes) } else { Err(RecordError::Unwritable) }
}

/// The bytes of a receipt, if they read back as the same receipt.
fn write_receipt(receipt: &Receipt) -> Result<Vec<u8>, RecordError> {
    let bytes = json::encode(&wire::Receipt::of(receipt))?;
    if read_receipt(&bytes)? == *receipt { Ok(bytes) } else { Err(RecordError::Unwritable) }
}

#[cfg(test)]
mod tests;
