//! SSH public keys of the kinds that may sign; everything else is refused by name.
//!
//! Formats: RFC 4253 section 6.6, RFC 5656, RFC 8709, OpenSSH `PROTOCOL.u2f`.

use crate::wire::Reader;
use thiserror::Error;

/// Smallest RSA modulus in bits.
pub(crate) const RSA_BITS_MIN: usize = 2_048;
/// Largest RSA modulus in bits.
const RSA_BITS_MAX: usize = 8_192;

/// Why a public key is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyError {
    /// The bytes are no SSH public key.
    #[error("it is no SSH public key")]
    Malformed,
    /// The algorithm is none that may sign here.
    #[error(
        "key type `{0}` is not supported; use ed25519, ecdsa, rsa or a security key (ed25519-sk, ecdsa-sk)"
    )]
    Unsupported(String),
    /// An RSA key of too few or too many bits.
    #[error("the RSA key has {0} bits; 2048 to 8192 are accepted")]
    RsaSize(usize),
}

/// A public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PublicKey<'a> {
    Ed25519(&'a [u8; 32]),
    P256(&'a [u8]),
    P384(&'a [u8]),
    Rsa { e: &'a [u8], n: &'a [u8] },
    SkEd25519 { key: &'a [u8; 32], application: &'a str },
    SkP256 { point: &'a [u8], application: &'a str },
}

impl<'a> PublicKey<'a> {
    pub(crate) fn parse(blob: &'a [u8]) -> Result<Self, KeyError> {
        let mut reader = Reader::new(blob);
        let name = reader.text().ok_or(KeyError::Malformed)?;
        let key = body(name, &mut reader)?;
        if reader.is_empty() { Ok(key) } else { Err(KeyError::Malformed) }
    }

    /// The algorithm's name in the key blob.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ed25519(_) => "ssh-ed25519",
            Self::P256(_) => "ecdsa-sha2-nistp256",
            Self::P384(_) => "ecdsa-sha2-nistp384",
            Self::Rsa { .. } => "ssh-rsa",
            Self::SkEd25519 { .. } => "sk-ssh-ed25519@openssh.com",
            Self::SkP256 { .. } => "sk-ecdsa-sha2-nistp256@openssh.com",
        }
    }

    pub(crate) fn is_security_key(self) -> bool {
        matches!(self, Self::SkEd25519 { .. } | Self::SkP256 { .. })
    }
}

fn body<'a>(name: &str, reader: &mut Reader<'a>) -> Result<PublicKey<'a>, KeyError> {
    let bad = KeyError::Malformed;
    match name {
        "ssh-ed25519" => edwards(reader).map(PublicKey::Ed25519).ok_or(bad),
        "ecdsa-sha2-nistp256" => point(reader, "nistp256", 65).map(PublicKey::P256).ok_or(bad),
        "ecdsa-sha2-nistp384" => point(reader, "nistp384", 97).map(PublicKey::P384).ok_or(bad),
        "ssh-rsa" => rsa(reader),
        "sk-ssh-ed25519@openssh.com" => {
            let key = edwards(reader).ok_or(bad.clone())?;
            Ok(PublicKey::SkEd25519 { key, application: reader.text().ok_or(bad)? })
        }
        "sk-ecdsa-sha2-nistp256@openssh.com" => {
            let point = point(reader, "nistp256", 65).ok_or(bad.clone())?;
            Ok(PublicKey::SkP256 { point, application: reader.text().ok_or(bad)? })
        }
        other => Err(KeyError::Unsupported(obstat_model::text::escape_cut(other, 60))),
    }
}

fn edwards<'a>(reader: &mut Reader<'a>) -> Option<&'a [u8; 32]> {
    reader.string()?.try_into().ok()
}

/// An uncompressed point of the curve that the key names.
fn point<'a>(reader: &mut Reader<'a>, curve: &str, length: usize) -> Option<&'a [u8]> {
    let named = reader.text()?;
    let point = reader.string()?;
    (named == curve && point.len() == length && point.first() == Some(&4)).then_some(point)
}

fn rsa<'a>(reader: &mut Reader<'a>) -> Result<PublicKey<'a>, KeyError> {
    let e = reader.positive().ok_or(KeyError::Malformed)?;
    let n = reader.positive().ok_or(KeyError::Malformed)?;
    let lead = n.first().map_or(0, |b| b.leading_zeros() as usize);
    let bits = (n.len() * 8).saturating_sub(lead);
    if !(RSA_BITS_MIN..=RSA_BITS_MAX).contains(&bits) {
        return Err(KeyError::RsaSize(bits));
    }
    Ok(PublicKey::Rsa { e, n })
}
