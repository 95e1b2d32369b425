//! Entries: what kind of thing was said when, and a commitment to it; knows no kind.

use crate::hash::Hash;
use sha2::Digest as _;

const HEAD: &str = "obstat-entry/v1";
const PAYLOAD_MAGIC: &[u8] = b"obstat-payload/v1\n";

/// One leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What the payload is: lower-case letters, digits and hyphens, at most 40.
    pub kind: String,
    /// When it was taken, in seconds since 1970 by the log's clock.
    pub at: i64,
    /// `SHA-256("obstat-payload/v1" ‖ 0A ‖ salt ‖ payload)`.
    pub commitment: Hash,
}

/// A salt of 32 random bytes: without it, nobody can guess a payload that was taken out.
pub type Salt = [u8; 32];

/// What an entry commits to.
#[must_use]
pub fn commitment(salt: &Salt, payload: &[u8]) -> Hash {
    let hash = sha2::Sha256::new()
        .chain_update(PAYLOAD_MAGIC)
        .chain_update(salt)
        .chain_update(payload)
        .finalize();
    Hash(hash.into())
}

fn is_kind(kind: &str) -> bool {
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
    (1..=40).contains(&kind.len()) && kind.bytes().all(plain)
}

impl Entry {
    /// An entry; `None` where the kind is none.
    #[must_use]
    pub fn new(kind: &str, at: i64, commitment: Hash) -> Option<Self> {
        is_kind(kind).then(|| Self { kind: kind.to_owned(), at, commitment })
    }

    /// The bytes that are the leaf.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let root = self.commitment.base64();
        format!("{HEAD}\nkind {}\nat {}\ncommitment {root}\n", self.kind, self.at).into_bytes()
    }

    /// Reads a leaf, in its one spelling.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let mut lines = text.lines();
        let mut line = |name: &str| lines.next()?.strip_prefix(name);
        line(HEAD).filter(|rest| rest.is_empty())?;
        let kind = line("kind ")?;
        let at = line("at ")?.parse().ok()?;
        let commitment = Hash::from_base64(line("commitment ")?)?;
        Self::new(kind, at, commitment).filter(|entry| entry.bytes() == bytes)
    }
}
