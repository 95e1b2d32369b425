//! What a security key proves about itself when an SSH key is made in it; knows no roster.
//!
//! The file of `ssh-keygen -O write-attestation` (OpenSSH `PROTOCOL.u2f`): `string
//! "ssh-sk-attest-v01"`, the device's certificate, a signature, authenticator data as a CBOR byte
//! string, reserved flags and string. The signature is that of the packed format (WebAuthn Level 3
//! §8.2) over authenticator data and SHA-256 of the challenge.

mod authenticator;
mod certificate;

pub use certificate::Makers;

use crate::public_key::{KeyError, PublicKey};
use crate::signature::{BE, UP};
use crate::wire::Reader;
use authenticator::AuthenticatorData;
use certificate::Device;
use sha2::{Digest as _, Sha256};
use std::fmt;
use thiserror::Error;

const VERSION: &str = "ssh-sk-attest-v01";
/// The form of OpenSSH before 8.4, without the data that the signature is over.
const VERSION_OLD: &str = "ssh-sk-attest-v00";

/// The model of a device: its AAGUID (WebAuthn Level 3 §6.5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Model(pub [u8; 16]);

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, byte) in self.0.iter().enumerate() {
            if matches!(i, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// Why an attestation proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AttestationError {
    /// The file is no attestation.
    #[error("it is no file of `ssh-keygen -O write-attestation`")]
    Malformed,
    /// The file is of OpenSSH before 8.4.
    #[error("it is of OpenSSH before 8.4 and lacks what it would prove; make the key anew")]
    Old,
    /// The key in question is none.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The key in question is no security key.
    #[error("the key is no security key")]
    NoSecurityKey,
    /// Nothing but the device itself vouches for it.
    #[error("the device sent no certificate, so no maker vouches for it")]
    NoCertificate,
    /// The device's certificate does not hold.
    #[error("the device's certificate {0}")]
    Certificate(&'static str),
    /// A maker's certificate does not hold.
    #[error("certificate {number} {why}")]
    Maker {
        /// Its place in the file, from 1.
        number: usize,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The file of makers does not parse.
    #[error("it is no PEM file of certificates")]
    NoMakers,
    /// No maker that is trusted issued the certificate.
    #[error("none of the trusted makers issued the device's certificate")]
    UnknownMaker,
    /// The signature is not over this challenge.
    #[error("it was not made with this challenge")]
    Challenge,
    /// The device attests another key.
    #[error("it is of another key")]
    OtherKey,
    /// The device attests the key for another application.
    #[error("it is of a key for another application")]
    OtherApplication,
    /// Nobody touched the device.
    #[error("the device was not touched when the key was made")]
    NotTouched,
    /// The key can leave the device.
    #[error("the key may be copied to other devices")]
    Copyable,
}

/// Checks that a device of one of these makers made a key and keeps it; gives the device's model.
///
/// `file` is what `ssh-keygen -O write-attestation` wrote, `challenge` what `-O challenge` was
/// given, `key` the blob of the public key. Validity dates of certificates are not looked at: they
/// bear on when devices were made, and the answer must not change with time.
///
/// # Errors
/// [`AttestationError`] with the first thing that does not hold.
pub fn check(
    file: &[u8],
    challenge: &[u8],
    key: &[u8],
    makers: &Makers,
) -> Result<Model, AttestationError> {
    let key = PublicKey::parse(key)?;
    let attested = Attested::parse(file)?;
    if attested.certificate.is_empty() {
        return Err(AttestationError::NoCertificate);
    }
    let data = AuthenticatorData::parse(attested.data).ok_or(AttestationError::Malformed)?;
    data.is_of(key)?;
    let device = Device::parse(attested.certificate)?;
    if !makers.issued(&device) {
        return Err(AttestationError::UnknownMaker);
    }
    if device.model()?.is_some_and(|model| model != data.model) {
        return Err(AttestationError::Certificate("is of another model"));
    }
    let mut signed = attested.data.to_vec();
    signed.extend_from_slice(&Sha256::digest(challenge));
    if !device.signed(&signed, attested.signature) {
        return Err(AttestationError::Challenge);
    }
    match () {
        () if data.flags & UP == 0 => Err(AttestationError::NotTouched),
        () if data.flags & BE != 0 => Err(AttestationError::Copyable),
        () => Ok(data.model),
    }
}

/// The parts of the file.
struct Attested<'a> {
    certificate: &'a [u8],
    signature: &'a [u8],
    data: &'a [u8],
}

impl<'a> Attested<'a> {
    fn parse(file: &'a [u8]) -> Result<Self, AttestationError> {
        let mut reader = Reader::new(file);
        match reader.text() {
            Some(VERSION) => {}
            Some(VERSION_OLD) => return Err(AttestationError::Old),
            _ => return Err(AttestationError::Malformed),
        }
        Self::body(&mut reader).ok_or(AttestationError::Malformed)
    }

    fn body(reader: &mut Reader<'a>) -> Option<Self> {
        let (certificate, signature) = (reader.string()?, reader.string()?);
        let data = authenticator::unwrapped(reader.string()?)?;
        let (_flags, _reserved) = (reader.u32()?, reader.string()?);
        reader.is_empty().then_some(Self { certificate, signature, data })
    }
}

#[cfg(test)]
mod tests;
