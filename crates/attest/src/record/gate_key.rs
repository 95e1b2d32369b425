//! The key with which a gate signs: made, kept as an OpenSSH file, used; knows no disk.

use super::{LANDING, RECEIPT, RecordError, write_landing, write_receipt};
use crate::clearance::{self, Clearance, ClearanceError};
use crate::key;
use crate::seal::{self, SealError};
use ed25519_dalek::SigningKey;
use obstat_model::landing::{LandingRecord, Receipt};
use ssh_key::private::{Ed25519Keypair, Ed25519PrivateKey, KeypairData, PrivateKey};
use ssh_key::public::Ed25519PublicKey;
use thiserror::Error;

/// The comment in the key file.
const COMMENT: &str = "obstat gate";

/// Why a gate's key cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GateKeyError {
    /// Not an OpenSSH private key.
    #[error("it is no OpenSSH private key")]
    Malformed,
    /// Another kind of key.
    #[error("the gate's key must be ed25519 without a passphrase")]
    Kind,
    /// The key cannot be written as a file.
    #[error("the key cannot be written as an OpenSSH private key")]
    Unwritable,
}

/// A gate's private key.
pub struct GateKey {
    signing: SigningKey,
    text: String,
}

impl std::fmt::Debug for GateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "GateKey({})", key::fingerprint(key::id_of(&self.public_blob())))
    }
}

impl GateKey {
    /// The key of a random seed.
    ///
    /// # Errors
    /// [`GateKeyError::Unwritable`] if it cannot be put in OpenSSH's form.
    pub fn generate(seed: [u8; 32]) -> Result<Self, GateKeyError> {
        let signing = SigningKey::from_bytes(&seed);
        let pair = Ed25519Keypair {
            public: Ed25519PublicKey(signing.verifying_key().to_bytes()),
            private: Ed25519PrivateKey::from_bytes(&seed),
        };
        let unwritable = |_| GateKeyError::Unwritable;
        let file = PrivateKey::new(KeypairData::Ed25519(pair), COMMENT).map_err(unwritable)?;
        let text = file.to_openssh(ssh_key::LineEnding::LF).map_err(unwritable)?;
        Ok(Self { signing, text: text.to_string() })
    }

    /// Reads an OpenSSH private key file.
    ///
    /// # Errors
    /// [`GateKeyError`] for everything but an ed25519 key without passphrase.
    pub fn from_openssh(text: &str) -> Result<Self, GateKeyError> {
        let file = PrivateKey::from_openssh(text).map_err(|_| GateKeyError::Malformed)?;
        let pair = file.key_data().ed25519().ok_or(GateKeyError::Kind)?;
        let key = Self::generate(pair.private.to_bytes())?;
        let same = pair.public.as_ref() == key.signing.verifying_key().as_bytes();
        if same { Ok(key) } else { Err(GateKeyError::Malformed) }
    }

    /// The private key as an OpenSSH file. Whoever has it can sign as the gate.
    #[must_use]
    pub fn private_text(&self) -> &str {
        &self.text
    }

    /// The SSH wire form of the public key.
    #[must_use]
    pub fn public_blob(&self) -> Vec<u8> {
        seal::blob_of(&self.signing)
    }

    /// Signs a landing record; gives its envelope.
    ///
    /// # Errors
    /// [`RecordError`] if the record could not be read again.
    pub fn sign_landing(&self, record: &LandingRecord) -> Result<Vec<u8>, RecordError> {
        let payload = write_landing(record)?;
        Ok(seal::seal(&self.signing, LANDING, payload).map_err(SealError::from)?)
    }

    /// Signs a receipt; gives its envelope.
    ///
    /// # Errors
    /// [`RecordError`] if the receipt could not be read again.
    pub fn sign_receipt(&self, receipt: &Receipt) -> Result<Vec<u8>, RecordError> {
        let payload = write_receipt(receipt)?;
        Ok(seal::seal(&self.signing, RECEIPT, payload).map_err(SealError::from)?)
    }

    /// Signs a clearance; gives its envelope.
    ///
    /// # Errors
    /// [`ClearanceError`] if the clearance could not be read again.
    pub fn sign_clearance(&self, clearance: &Clearance) -> Result<Vec<u8>, ClearanceError> {
        let payload = clearance::write(clearance, key::id_of(&self.public_blob()))?;
        Ok(seal::seal(&self.signing, clearance::NAMESPACE, payload).map_err(SealError::from)?)
    }
}
