//! What a gate signs with its own key and how that is checked; knows no record.

use crate::envelope::{Envelope, EnvelopeError};
use crate::public_key::{KeyError, PublicKey};
use crate::signature::Signature;
use crate::sshsig::{Hash, Sshsig, SshsigError, preimage};
use crate::wire::put;
use ed25519_dalek::{Signer as _, SigningKey};
use obstat_model::text::escape_cut;
use obstat_model::trust::TrustedKey;
use thiserror::Error;

/// Why the signature of a gate is not believed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SealError {
    /// The envelope is malformed.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// The signature is malformed.
    #[error(transparent)]
    Sshsig(#[from] SshsigError),
    /// The signature is for another purpose.
    #[error("the signature is for `{found}`, not for `{wanted}`")]
    Namespace {
        /// The namespace signed for.
        found: String,
        /// The namespace needed.
        wanted: &'static str,
    },
    /// The trust file has no such gate key.
    #[error("the trust file does not know the gate key that signed")]
    UnknownKey,
    /// The key is of a kind that no gate has.
    #[error("the gate's key is not accepted: {0}")]
    Key(#[from] KeyError),
    /// A key that needs a person's touch.
    #[error("the gate's key is a security key; a gate signs by itself and cannot have one")]
    SecurityKey,
    /// The signature is not in its only form.
    #[error("the gate's signature is not in its canonical form")]
    NotCanonical,
    /// The signature is not by this key over these bytes.
    #[error("the gate's signature does not fit what it signs")]
    Invalid,
}

/// The SSH wire form of a gate's public key.
pub(crate) fn blob_of(key: &SigningKey) -> Vec<u8> {
    let mut blob = Vec::new();
    put(&mut blob, b"ssh-ed25519");
    put(&mut blob, key.verifying_key().as_bytes());
    blob
}

/// Signs bytes, as `ssh-keygen -Y sign` would.
pub(crate) fn seal(
    key: &SigningKey,
    namespace: &'static str,
    payload: Vec<u8>,
) -> Result<Vec<u8>, EnvelopeError> {
    let signed = key.sign(&preimage(namespace, Hash::Sha512, &payload)).to_bytes();
    let signature = Sshsig {
        key: blob_of(key),
        namespace: namespace.to_owned(),
        hash: Hash::Sha512,
        signature: Signature::Ed25519(&signed).encode(),
    };
    Ok(Envelope::new(payload, signature.armour())?.encode())
}

/// Reads an envelope and checks that one of the gates signed it. Gives it with that gate's key.
pub(crate) fn open<'a>(
    bytes: &[u8],
    namespace: &'static str,
    gates: &'a [TrustedKey],
) -> Result<(Envelope, &'a TrustedKey), SealError> {
    let envelope = Envelope::parse(bytes)?;
    let sshsig = Sshsig::parse(envelope.signature())?;
    if sshsig.namespace != namespace {
        let found = escape_cut(&sshsig.namespace, 60);
        return Err(SealError::Namespace { found, wanted: namespace });
    }
    let gate = gates.iter().find(|gate| gate.blob == sshsig.key).ok_or(SealError::UnknownKey)?;
    let key = PublicKey::parse(&gate.blob)?;
    if key.is_security_key() {
        return Err(SealError::SecurityKey);
    }
    let signature = Signature::parse(&sshsig.signature).ok_or(SealError::Invalid)?;
    if signature.encode() != sshsig.signature {
        return Err(SealError::NotCanonical);
    }
    if !signature.verifies(key, &sshsig.signed_data(envelope.statement())) {
        return Err(SealError::Invalid);
    }
    Ok((envelope, gate))
}
