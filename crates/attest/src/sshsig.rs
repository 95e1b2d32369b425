//! The SSHSIG envelope and its armour; knows no statement. Format: OpenSSH `PROTOCOL.sshsig`.

use crate::wire::{Reader, put};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha512};
use thiserror::Error;

const MAGIC: &[u8] = b"SSHSIG";
const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "-----END SSH SIGNATURE-----";
/// Width at which `ssh-keygen` breaks lines.
const WIDTH: usize = 70;
/// Largest armoured signature in bytes; a browser's with long client data stays far below.
const ARMOUR_MAX: usize = 32 << 10;

/// Why bytes are no SSH signature.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SshsigError {
    /// Not between the BEGIN and END lines, or not base64.
    #[error("the signature is not armoured as `ssh-keygen -Y sign` writes it")]
    Armour,
    /// The blob is not of the format.
    #[error("the signature is malformed")]
    Malformed,
    /// Another version than 1.
    #[error("the signature has version {0}; only version 1 is known")]
    Version(u32),
    /// A reserved field is used.
    #[error("the signature uses a reserved field")]
    Reserved,
    /// The hash is neither SHA-256 nor SHA-512.
    #[error("the signature uses hash `{0}`; sha512 and sha256 are known")]
    Hash(String),
}

/// Hash of the message inside the signed data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-512, the default of `ssh-keygen`.
    Sha512,
}

impl Hash {
    fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    fn of(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => sha2::Sha256::digest(message).to_vec(),
            Self::Sha512 => Sha512::digest(message).to_vec(),
        }
    }
}

/// A signature, parsed. The blobs are not checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sshsig {
    /// The public key blob.
    pub key: Vec<u8>,
    /// The namespace.
    pub namespace: String,
    /// The hash.
    pub hash: Hash,
    /// The signature blob.
    pub signature: Vec<u8>,
}

impl Sshsig {
    /// Reads an armoured signature; anything before or after it is refused.
    ///
    /// # Errors
    /// [`SshsigError`].
    pub fn parse(armoured: &str) -> Result<Self, SshsigError> {
        Self::parse_blob(&dearmour(armoured)?)
    }

    fn parse_blob(blob: &[u8]) -> Result<Self, SshsigError> {
        let mut reader = Reader::new(blob);
        let malformed = || SshsigError::Malformed;
        if reader.take(6).ok_or_else(malformed)? != MAGIC {
            return Err(SshsigError::Malformed);
        }
        let version = reader.u32().ok_or_else(malformed)?;
        if version != 1 {
            return Err(SshsigError::Version(version));
        }
        let key = reader.string().ok_or_else(malformed)?.to_vec();
        let namespace = reader.text().ok_or_else(malformed)?.to_owned();
        if !reader.string().ok_or_else(malformed)?.is_empty() {
            return Err(SshsigError::Reserved);
        }
        let hash = match reader.text().ok_or_else(malformed)? {
            "sha256" => Hash::Sha256,
            "sha512" => Hash::Sha512,
            other => return Err(SshsigError::Hash(obstat_model::text::escape_cut(other, 40))),
        };
        let signature = reader.string().ok_or_else(malformed)?.to_vec();
        if !reader.is_empty() {
            return Err(SshsigError::Malformed);
        }
        Ok(Self { key, namespace, hash, signature })
    }

    /// The armoured form, as `ssh-keygen` writes it.
    #[must_use]
    pub fn armour(&self) -> String {
        let mut blob = MAGIC.to_vec();
        blob.extend_from_slice(&1u32.to_be_bytes());
        for field in [
            &self.key[..],
            self.namespace.as_bytes(),
            b"",
            self.hash.name().as_bytes(),
            &self.signature,
        ] {
            put(&mut blob, field);
        }
        let text = STANDARD.encode(blob);
        let lines = text.as_bytes().chunks(WIDTH).map(String::from_utf8_lossy);
        let lines: Vec<_> = lines.collect();
        format!("{BEGIN}\n{}\n{END}\n", lines.join("\n"))
    }

    /// The bytes that were signed for a message: the pre-image.
    #[must_use]
    pub fn signed_data(&self, message: &[u8]) -> Vec<u8> {
        preimage(&self.namespace, self.hash, message)
    }
}

/// `"SSHSIG" ‖ str(namespace) ‖ str("") ‖ str(hash name) ‖ str(hash of message)`.
#[must_use]
pub fn preimage(namespace: &str, hash: Hash, message: &[u8]) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    for field in [namespace.as_bytes(), b"", hash.name().as_bytes(), &hash.of(message)] {
        put(&mut out, field);
    }
    out
}

fn dearmour(text: &str) -> Result<Vec<u8>, SshsigError> {
    if text.len() > ARMOUR_MAX {
        return Err(SshsigError::Armour);
    }
    let body = text.strip_prefix(BEGIN).and_then(|t| t.strip_prefix('\n'));
    let body = body.and_then(|t| t.strip_suffix('\n').unwrap_or(t).strip_suffix(END));
    let body = body.ok_or(SshsigError::Armour)?;
    let base64: String = body.split('\n').collect();
    STANDARD.decode(base64).map_err(|_| SshsigError::Armour)
}

#[cfg(test)]
mod tests;
