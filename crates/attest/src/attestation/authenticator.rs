//! Authenticator data with an attested credential (WebAuthn Level 3 §6.1 and §6.5.1); knows no
//! certificate and no signature.

use super::{AttestationError, Model};
use crate::public_key::PublicKey;
use crate::wire::Reader;
use sha2::{Digest as _, Sha256};

/// Attested credential data follow.
const AT: u8 = 0x40;
/// Extension data follow.
const ED: u8 = 0x80;

/// What matters of authenticator data.
pub(super) struct AuthenticatorData<'a> {
    application: &'a [u8],
    pub(super) flags: u8,
    pub(super) model: Model,
    /// The public key as COSE, then extensions.
    rest: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let application = reader.take(32)?;
        let flags = reader.byte()?;
        let _counter = reader.u32()?;
        if flags & AT == 0 {
            return None;
        }
        let model = Model(reader.take(16)?.try_into().ok()?);
        let length = u16::from_be_bytes(reader.take(2)?.try_into().ok()?);
        let _credential = reader.take(usize::from(length))?;
        Some(Self { application, flags, model, rest: reader.rest() })
    }

    /// Whether they are of a key.
    ///
    /// # Errors
    /// When they are of another one, or of one for another application.
    pub(super) fn is_of(&self, key: PublicKey) -> Result<(), AttestationError> {
        let (application, cose) = match key {
            PublicKey::SkEd25519 { key, application } => (application, edwards(key)),
            PublicKey::SkP256 { point, application } => (application, p256(point)),
            _ => return Err(AttestationError::NoSecurityKey),
        };
        if !application.starts_with("ssh:")
            || self.application != Sha256::digest(application.as_bytes()).as_slice()
        {
            return Err(AttestationError::OtherApplication);
        }
        let after = self.rest.strip_prefix(cose.as_slice());
        let after = after.ok_or(AttestationError::OtherKey)?;
        if (self.flags & ED == 0) == after.is_empty() {
            Ok(())
        } else {
            Err(AttestationError::Malformed)
        }
    }
}

/// The bytes in a CBOR byte string (RFC 8949 §3.1, major type 2) of up to 64 KiB.
pub(super) fn unwrapped(bytes: &[u8]) -> Option<&[u8]> {
    let mut reader = Reader::new(bytes);
    let length = match reader.byte()? {
        0x58 => usize::from(reader.byte()?),
        0x59 => usize::from(u16::from_be_bytes(reader.take(2)?.try_into().ok()?)),
        _ => return None,
    };
    let found = reader.take(length)?;
    reader.is_empty().then_some(found)
}

/// A key as COSE (RFC 9053 §7.2) in the one form that CTAP2 allows (canonical CBOR):
/// `{1: 1, 3: -8, -1: 6, -2: key}`.
fn edwards(key: &[u8; 32]) -> Vec<u8> {
    let mut out = vec![0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20];
    out.extend_from_slice(key);
    out
}

/// Likewise (RFC 9053 §7.1): `{1: 2, 3: -7, -1: 1, -2: x, -3: y}`.
fn p256(point: &[u8]) -> Vec<u8> {
    // An uncompressed point: 0x04, x, y.
    let (x, y) = point.get(1..).unwrap_or_default().split_at_checked(32).unwrap_or_default();
    let mut out = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
    out.extend_from_slice(x);
    out.extend_from_slice(&[0x22, 0x58, 0x20]);
    out.extend_from_slice(y);
    out
}
