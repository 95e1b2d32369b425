//! Public keys as people see them: OpenSSH lines and fingerprints; verifies nothing.

use crate::public_key::PublicKey;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use obstat_model::digest::sha256;
use obstat_model::roster::KeyId;
use obstat_model::text::escape_cut;
use thiserror::Error;

pub use crate::public_key::KeyError;

/// Longest line in bytes; an RSA key of 8,192 bits has about 1,400.
const LINE_MAX: usize = 8 << 10;

/// Why a line is no public key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyLineError {
    /// Not `TYPE BASE64 [COMMENT]` on one line.
    #[error("a public key is one line `TYPE BASE64`, as in a .pub file")]
    Shape,
    /// The second word is no base64.
    #[error("the public key is not canonical base64")]
    Base64,
    /// The first word is not the type that the key itself names.
    #[error("the line says `{said}`, the key in it is `{found}`")]
    Type {
        /// The first word.
        said: String,
        /// What the key is.
        found: &'static str,
    },
    /// The key is none that may sign.
    #[error("the public key is not accepted: {0}")]
    Key(#[from] KeyError),
}

/// A public key, read from its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKeyLine {
    /// Its fingerprint.
    pub id: KeyId,
    /// Its SSH wire form.
    pub blob: Vec<u8>,
}

/// The id of a public key blob.
#[must_use]
pub fn id_of(blob: &[u8]) -> KeyId {
    KeyId(*sha256(blob).as_bytes())
}

/// The id as OpenSSH shows it: `SHA256:` and base64 without padding.
#[must_use]
pub fn fingerprint(id: KeyId) -> String {
    format!("SHA256:{}", STANDARD_NO_PAD.encode(id.0))
}

/// Reads `TYPE BASE64`, with or without a comment and a line end.
///
/// # Errors
/// [`KeyLineError`].
pub fn parse_line(line: &str) -> Result<PublicKeyLine, KeyLineError> {
    let line = line.trim_end_matches(['\n', '\r']);
    if line.len() > LINE_MAX || line.contains(['\n', '\r', '\0']) {
        return Err(KeyLineError::Shape);
    }
    let mut words = line.split_ascii_whitespace();
    let (Some(said), Some(body)) = (words.next(), words.next()) else {
        return Err(KeyLineError::Shape);
    };
    let blob = STANDARD.decode(body).map_err(|_| KeyLineError::Base64)?;
    let found = PublicKey::parse(&blob)?.name();
    if said != found {
        return Err(KeyLineError::Type { said: escape_cut(said, 60), found });
    }
    Ok(PublicKeyLine { id: id_of(&blob), blob })
}

/// The line of a public key blob: `TYPE BASE64`, no comment, no line end.
///
/// # Errors
/// [`KeyError`] if the blob is no key that may sign.
pub fn line_of(blob: &[u8]) -> Result<String, KeyError> {
    let name = PublicKey::parse(blob)?.name();
    Ok(format!("{name} {}", STANDARD.encode(blob)))
}

#[cfg(test)]
mod tests;
