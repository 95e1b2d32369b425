//! Security keys in software, their made-up makers, and an agent that holds them for `ssh-keygen`;
//! nothing here is secret.

mod agent;
mod maker;

pub use agent::SshAgent;
pub use maker::{Form, Maker};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Signer as _;
use sha2::{Digest as _, Sha256};

/// User presence.
pub const UP: u8 = 0x01;
/// User verification.
pub const UV: u8 = 0x04;
/// Backup eligible.
pub const BE: u8 = 0x08;

enum Secret {
    Edwards(ed25519_dalek::SigningKey),
    P256(p256::ecdsa::SigningKey),
}

/// A security key: what an authenticator keeps for one application.
pub struct SecurityKey {
    secret: Secret,
    application: String,
    /// In every signature.
    flags: u8,
}

impl SecurityKey {
    /// `sk-ssh-ed25519@openssh.com`, made from a number.
    #[must_use]
    pub fn ed25519(seed: u8) -> Self {
        let secret = Secret::Edwards(ed25519_dalek::SigningKey::from_bytes(&[seed; 32]));
        Self { secret, application: "ssh:".to_owned(), flags: UP | UV }
    }

    /// `sk-ecdsa-sha2-nistp256@openssh.com`, made from a number that is not 0.
    ///
    /// # Panics
    /// For 0.
    #[must_use]
    pub fn ecdsa(seed: u8) -> Self {
        let key = p256::ecdsa::SigningKey::from_slice(&[seed; 32]);
        let secret = Secret::P256(key.expect("a secret that is not zero"));
        Self { secret, application: "ssh:".to_owned(), flags: UP | UV }
    }

    /// The same key, with these flags in every signature.
    #[must_use]
    pub fn with_flags(self, flags: u8) -> Self {
        Self { flags, ..self }
    }

    fn name(&self) -> &'static str {
        match self.secret {
            Secret::Edwards(_) => "sk-ssh-ed25519@openssh.com",
            Secret::P256(_) => "sk-ecdsa-sha2-nistp256@openssh.com",
        }
    }

    /// The wire form of the public key (OpenSSH `PROTOCOL.u2f`).
    #[must_use]
    pub fn blob(&self) -> Vec<u8> {
        let mut out = string(self.name().as_bytes());
        match &self.secret {
            Secret::Edwards(key) => out.extend(string(key.verifying_key().as_bytes())),
            Secret::P256(key) => {
                out.extend(string(b"nistp256"));
                out.extend(string(key.verifying_key().to_sec1_point(false).as_bytes()));
            }
        }
        out.extend(string(self.application.as_bytes()));
        out
    }

    /// The line of a `.pub` file, without its end.
    #[must_use]
    pub fn public_key(&self) -> String {
        format!("{} {}", self.name(), STANDARD.encode(self.blob()))
    }

    /// The key as COSE (RFC 9053).
    fn cose(&self) -> Vec<u8> {
        let coordinate = |label: u8, bytes: &[u8]| [&[label, 0x58, 0x20], bytes].concat();
        match &self.secret {
            Secret::Edwards(key) => {
                let key = coordinate(0x21, key.verifying_key().as_bytes());
                [&[0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06], key.as_slice()].concat()
            }
            Secret::P256(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                let (x, y) = point.as_bytes().split_at(33);
                let (_, x) = x.split_at(1);
                let (x, y) = (coordinate(0x21, x), coordinate(0x22, y));
                [&[0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01], x.as_slice(), &y].concat()
            }
        }
    }

    /// A signature blob over a message.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let mut signed = Sha256::digest(self.application.as_bytes()).to_vec();
        signed.push(self.flags);
        signed.extend(1_u32.to_be_bytes());
        signed.extend(Sha256::digest(message));
        let mut out = string(self.name().as_bytes());
        match &self.secret {
            Secret::Edwards(key) => out.extend(string(&key.sign(&signed).to_bytes())),
            Secret::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(&signed);
                let (r, s) = signature.split_bytes();
                out.extend(string(&[string(&positive(&r)), string(&positive(&s))].concat()));
            }
        }
        out.push(self.flags);
        out.extend(1_u32.to_be_bytes());
        out
    }
}

fn string(bytes: &[u8]) -> Vec<u8> {
    let mut out = u32::try_from(bytes.len()).expect("a short string").to_be_bytes().to_vec();
    out.extend(bytes);
    out
}

fn positive(bytes: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = bytes.iter().copied().skip_while(|b| *b == 0).collect();
    if digits.first().is_some_and(|b| b & 0x80 != 0) {
        [&[0], &digits[..]].concat()
    } else {
        digits
    }
}
