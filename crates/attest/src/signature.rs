//! SSH signature blobs and their verification over given bytes; knows no statement.
//!
//! Formats: RFC 5656 section 3.1.2, RFC 8332, RFC 8709, OpenSSH `PROTOCOL.u2f` and `ssh-ecdsa-sk.c`.

use crate::public_key::PublicKey;
use crate::wire::{Reader, put, put_positive};
use sha2::{Digest as _, Sha256};

/// User presence.
pub(crate) const UP: u8 = 0x01;
/// User verification.
pub(crate) const UV: u8 = 0x04;
/// Backup eligible: the key may be synced to other devices.
pub(crate) const BE: u8 = 0x08;
/// Attested credential data follow; never in a signature.
const AT: u8 = 0x40;
/// Extension data follow.
const ED: u8 = 0x80;

/// A signature blob, parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signature<'a> {
    Ed25519(&'a [u8; 64]),
    P256 { r: &'a [u8], s: &'a [u8] },
    P384 { r: &'a [u8], s: &'a [u8] },
    RsaSha256(&'a [u8]),
    RsaSha512(&'a [u8]),
    SkEd25519 { signature: &'a [u8; 64], flags: u8, counter: u32 },
    SkP256 { r: &'a [u8], s: &'a [u8], flags: u8, counter: u32 },
    Webauthn(Webauthn<'a>),
}

/// A browser's assertion, repacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Webauthn<'a> {
    pub(crate) r: &'a [u8],
    pub(crate) s: &'a [u8],
    pub(crate) flags: u8,
    pub(crate) counter: u32,
    pub(crate) origin: &'a str,
    pub(crate) client_data: &'a [u8],
    pub(crate) extensions: &'a [u8],
}

impl<'a> Signature<'a> {
    pub(crate) fn parse(blob: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(blob);
        let found = match reader.text()? {
            "ssh-ed25519" => Self::Ed25519(reader.string()?.try_into().ok()?),
            "ecdsa-sha2-nistp256" => pair(reader.string()?).map(|(r, s)| Self::P256 { r, s })?,
            "ecdsa-sha2-nistp384" => pair(reader.string()?).map(|(r, s)| Self::P384 { r, s })?,
            "rsa-sha2-256" => Self::RsaSha256(reader.string()?),
            "rsa-sha2-512" => Self::RsaSha512(reader.string()?),
            "sk-ssh-ed25519@openssh.com" => Self::SkEd25519 {
                signature: reader.string()?.try_into().ok()?,
                flags: reader.byte()?,
                counter: reader.u32()?,
            },
            "sk-ecdsa-sha2-nistp256@openssh.com" => {
                let (r, s) = pair(reader.string()?)?;
                Self::SkP256 { r, s, flags: reader.byte()?, counter: reader.u32()? }
            }
            "webauthn-sk-ecdsa-sha2-nistp256@openssh.com" => Self::Webauthn(webauthn(&mut reader)?),
            _ => return None,
        };
        reader.is_empty().then_some(found)
    }

    /// The name of the algorithm that a blob claims, for messages.
    pub(crate) fn claimed(blob: &[u8]) -> String {
        let name = Reader::new(blob).text().unwrap_or("?");
        obstat_model::text::escape_cut(name, 60)
    }

    /// Flags of a security key's signature.
    pub(crate) fn flags(self) -> Option<u8> {
        match self {
            Self::SkEd25519 { flags, .. } | Self::SkP256 { flags, .. } => Some(flags),
            Self::Webauthn(w) => Some(w.flags),
            _ => None,
        }
    }

    /// The blob written anew; a blob that reads differently was not in its only form.
    pub(crate) fn encode(self) -> Vec<u8> {
        let mut out = Vec::new();
        put(&mut out, self.name().as_bytes());
        match self {
            Self::Ed25519(bytes) => put(&mut out, bytes),
            Self::P256 { r, s } | Self::P384 { r, s } => put_pair(&mut out, r, s),
            Self::RsaSha256(bytes) | Self::RsaSha512(bytes) => put(&mut out, bytes),
            Self::SkEd25519 { signature, flags, counter } => {
                put(&mut out, signature);
                out.push(flags);
                out.extend_from_slice(&counter.to_be_bytes());
            }
            Self::SkP256 { r, s, flags, counter } => {
                put_pair(&mut out, r, s);
                out.push(flags);
                out.extend_from_slice(&counter.to_be_bytes());
            }
            Self::Webauthn(w) => {
                put_pair(&mut out, w.r, w.s);
                out.push(w.flags);
                out.extend_from_slice(&w.counter.to_be_bytes());
                for field in [w.origin.as_bytes(), w.client_data, w.extensions] {
                    put(&mut out, field);
                }
            }
        }
        out
    }

    fn name(self) -> &'static str {
        match self {
            Self::Ed25519(_) => "ssh-ed25519",
            Self::P256 { .. } => "ecdsa-sha2-nistp256",
            Self::P384 { .. } => "ecdsa-sha2-nistp384",
            Self::RsaSha256(_) => "rsa-sha2-256",
            Self::RsaSha512(_) => "rsa-sha2-512",
            Self::SkEd25519 { .. } => "sk-ssh-ed25519@openssh.com",
            Self::SkP256 { .. } => "sk-ecdsa-sha2-nistp256@openssh.com",
            Self::Webauthn(_) => "webauthn-sk-ecdsa-sha2-nistp256@openssh.com",
        }
    }

    /// Whether this is a signature of `key` over `message`. Key and signature must be of one kind.
    /// A browser signs its client data instead: that these name `message`, `webauthn::check` sees.
    pub(crate) fn verifies(self, key: PublicKey, message: &[u8]) -> bool {
        match (self, key) {
            (Self::Ed25519(sig), PublicKey::Ed25519(key)) => ed25519(key, sig, message),
            (Self::P256 { r, s }, PublicKey::P256(point)) => p256(point, r, s, message),
            (Self::P384 { r, s }, PublicKey::P384(point)) => p384(point, r, s, message),
            (Self::RsaSha256(sig), PublicKey::Rsa { e, n }) => {
                rsa(&ring::signature::RSA_PKCS1_2048_8192_SHA256, e, n, sig, message)
            }
            (Self::RsaSha512(sig), PublicKey::Rsa { e, n }) => {
                rsa(&ring::signature::RSA_PKCS1_2048_8192_SHA512, e, n, sig, message)
            }
            (
                Self::SkEd25519 { signature, flags, counter },
                PublicKey::SkEd25519 { key, application },
            ) => {
                let signed = touched(application, flags, counter, &[], message);
                plain_flags(flags) && ed25519(key, signature, &signed)
            }
            (Self::SkP256 { r, s, flags, counter }, PublicKey::SkP256 { point, application }) => {
                let signed = touched(application, flags, counter, &[], message);
                plain_flags(flags) && p256(point, r, s, &signed)
            }
            (Self::Webauthn(w), PublicKey::SkP256 { point, application }) => {
                let extended = (w.flags & ED != 0) != w.extensions.is_empty();
                let signed = touched(application, w.flags, w.counter, w.extensions, w.client_data);
                w.flags & AT == 0 && extended && p256(point, w.r, w.s, &signed)
            }
            _ => false,
        }
    }
}

/// No attested data and no extensions: those would have to be carried, and are not.
fn plain_flags(flags: u8) -> bool {
    flags & (AT | ED) == 0
}

fn webauthn<'a>(reader: &mut Reader<'a>) -> Option<Webauthn<'a>> {
    let (r, s) = pair(reader.string()?)?;
    Some(Webauthn {
        r,
        s,
        flags: reader.byte()?,
        counter: reader.u32()?,
        origin: reader.text()?,
        client_data: reader.string()?,
        extensions: reader.string()?,
    })
}

fn pair(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut reader = Reader::new(bytes);
    let found = (reader.positive()?, reader.positive()?);
    reader.is_empty().then_some(found)
}

fn put_pair(out: &mut Vec<u8>, r: &[u8], s: &[u8]) {
    let mut inner = Vec::new();
    put_positive(&mut inner, r);
    put_positive(&mut inner, s);
    put(out, &inner);
}

/// What a security key signs: `SHA-256(application) ‖ flags ‖ counter ‖ extensions ‖ SHA-256(message)`.
fn touched(
    application: &str,
    flags: u8,
    counter: u32,
    extensions: &[u8],
    message: &[u8],
) -> Vec<u8> {
    let mut out = Sha256::digest(application.as_bytes()).to_vec();
    out.push(flags);
    out.extend_from_slice(&counter.to_be_bytes());
    out.extend_from_slice(extensions);
    out.extend_from_slice(&Sha256::digest(message));
    out
}

/// Strict: small-order keys and points, and non-canonical encodings, are refused.
fn ed25519(key: &[u8; 32], signature: &[u8; 64], message: &[u8]) -> bool {
    let Ok(key) = ed25519_dalek::VerifyingKey::from_bytes(key) else { return false };
    let signature = ed25519_dalek::Signature::from_bytes(signature);
    key.verify_strict(message, &signature).is_ok()
}

fn scalars<const N: usize>(r: &[u8], s: &[u8]) -> Option<([u8; N], [u8; N])> {
    let pad = |x: &[u8]| {
        let mut out = [0; N];
        let start = N.checked_sub(x.len())?;
        out.get_mut(start..)?.copy_from_slice(x);
        Some(out)
    };
    Some((pad(r)?, pad(s)?))
}

/// Both forms of `s` are valid signatures, and hardware gives either. The signature's bytes are
/// never used to tell statements apart, so that does no harm.
fn p256(point: &[u8], r: &[u8], s: &[u8], message: &[u8]) -> bool {
    use p256::ecdsa::signature::Verifier as _;
    let Ok(key) = p256::ecdsa::VerifyingKey::from_sec1_bytes(point) else { return false };
    let Some((r, s)) = scalars::<32>(r, s) else { return false };
    let signature = p256::ecdsa::Signature::from_scalars(r, s);
    signature.is_ok_and(|signature| key.verify(message, &signature).is_ok())
}

fn p384(point: &[u8], r: &[u8], s: &[u8], message: &[u8]) -> bool {
    use p384::ecdsa::signature::Verifier as _;
    let Ok(key) = p384::ecdsa::VerifyingKey::from_sec1_bytes(point) else { return false };
    let Some((r, s)) = scalars::<48>(r, s) else { return false };
    let signature = p384::ecdsa::Signature::from_scalars(r, s);
    signature.is_ok_and(|signature| key.verify(message, &signature).is_ok())
}

fn rsa(
    parameters: &'static ring::signature::RsaParameters,
    e: &[u8],
    n: &[u8],
    signature: &[u8],
    message: &[u8],
) -> bool {
    let key = ring::signature::RsaPublicKeyComponents { n, e };
    key.verify(parameters, message, signature).is_ok()
}

#[cfg(test)]
mod tests;
