//! A statement's exact bytes with their signature, as they are stored and sent; reads neither.
//!
//! Format page: `docs/formats/envelope.md`. JSON on three lines, one encoding: what encodes to
//! other bytes than it was read from is refused.

use crate::sshsig::{Sshsig, SshsigError};
use obstat_model::digest::sha256;
use obstat_model::id::StatementHash;
use obstat_model::text::escape_cut;
use serde::Deserialize;
use thiserror::Error;

/// Largest envelope in bytes. Records of gates list what landed; statements of people are small.
pub const ENVELOPE_MAX: usize = 1 << 20;
/// The version that is read and written.
const VERSION: u64 = 1;

/// Why bytes are no envelope.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EnvelopeError {
    /// More bytes than are read.
    #[error("the envelope has {0} bytes; at most {ENVELOPE_MAX} are read")]
    TooLarge(usize),
    /// No JSON, or other members than the format has.
    #[error("it is no envelope: {0}")]
    Syntax(String),
    /// A version that is not known.
    #[error("the envelope has version {0}; only version 1 is known, a newer Obstat may read it")]
    Version(u64),
    /// The statement has bytes that an envelope cannot carry.
    #[error("the envelope's statement is not one line of printable ASCII")]
    Statement,
    /// The signature is malformed.
    #[error("the envelope holds no signature: {0}")]
    Signature(#[from] SshsigError),
    /// The same content in another encoding.
    #[error("the envelope is not in its canonical form")]
    NotCanonical,
}

/// A statement's bytes and the signature over them. Nothing is verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    statement: String,
    signature: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    version: u64,
    statement: String,
    signature: String,
}

/// The part of an envelope that every version has.
#[derive(Deserialize)]
struct AnyVersion {
    version: u64,
}

impl Envelope {
    /// Puts bytes and an armoured signature together. The armour is brought into the form that
    /// `ssh-keygen` writes, which is the only one in envelopes.
    ///
    /// # Errors
    /// [`EnvelopeError`] if the statement is no line of printable ASCII, the signature is none,
    /// or both are too large.
    pub fn new(statement: Vec<u8>, signature: String) -> Result<Self, EnvelopeError> {
        let sizes = statement.len().saturating_add(signature.len());
        if sizes > ENVELOPE_MAX {
            return Err(EnvelopeError::TooLarge(sizes));
        }
        let statement = String::from_utf8(statement).map_err(|_| EnvelopeError::Statement)?;
        if statement.is_empty() || !statement.bytes().all(|b| b == b' ' || b.is_ascii_graphic()) {
            return Err(EnvelopeError::Statement);
        }
        let signature = Sshsig::parse(&signature)?.armour();
        let envelope = Self { statement, signature };
        let size = envelope.encode().len();
        if size > ENVELOPE_MAX { Err(EnvelopeError::TooLarge(size)) } else { Ok(envelope) }
    }

    /// Reads an envelope.
    ///
    /// # Errors
    /// [`EnvelopeError`] unless the bytes are exactly what [`Envelope::encode`] gives.
    pub fn parse(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        if bytes.len() > ENVELOPE_MAX {
            return Err(EnvelopeError::TooLarge(bytes.len()));
        }
        let wire: Wire = serde_json::from_slice(bytes).map_err(|e| malformed(bytes, &e))?;
        if wire.version != VERSION {
            return Err(EnvelopeError::Version(wire.version));
        }
        let envelope = Self::new(wire.statement.into_bytes(), wire.signature)?;
        if envelope.encode() == bytes { Ok(envelope) } else { Err(EnvelopeError::NotCanonical) }
    }

    /// The bytes that are stored and sent: one member a line, so that `sed` can take them apart.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let (statement, signature) = (quoted(&self.statement), quoted(&self.signature));
        let version = VERSION;
        format!(
            "{{\"version\":{version},\n\"statement\":{statement},\n\"signature\":{signature}}}\n"
        )
        .into_bytes()
    }

    /// The bytes that were signed.
    #[must_use]
    pub fn statement(&self) -> &[u8] {
        self.statement.as_bytes()
    }

    /// The armoured signature.
    #[must_use]
    pub fn signature(&self) -> &str {
        &self.signature
    }

    /// SHA-256 of the signed bytes.
    #[must_use]
    pub fn statement_hash(&self) -> StatementHash {
        StatementHash::new(*sha256(self.statement()).as_bytes())
    }
}

fn malformed(bytes: &[u8], error: &serde_json::Error) -> EnvelopeError {
    match serde_json::from_slice::<AnyVersion>(bytes) {
        Ok(AnyVersion { version }) if version != VERSION => EnvelopeError::Version(version),
        _ => EnvelopeError::Syntax(escape_cut(&error.to_string(), 120)),
    }
}

/// A JSON string. Of control characters, both texts can hold line feeds only.
fn quoted(text: &str) -> String {
    let inner = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    format!("\"{inner}\"")
}

#[cfg(test)]
mod tests;
