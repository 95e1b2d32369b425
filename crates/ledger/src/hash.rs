//! Hashes of RFC 6962, section 2.1; knows no tree.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::Digest as _;

/// SHA-256 of a leaf or of a node.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; 32]);

/// Root of the tree without leaves: SHA-256 of nothing.
pub const EMPTY: Hash = Hash([
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
]);

impl Hash {
    /// `SHA-256(00 ‖ entry)`.
    #[must_use]
    pub fn of_leaf(entry: &[u8]) -> Self {
        Self(sha2::Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
    }

    /// `SHA-256(01 ‖ left ‖ right)`.
    #[must_use]
    pub fn of_node(left: Self, right: Self) -> Self {
        let mut bytes = [1; 65];
        for (to, from) in bytes.iter_mut().skip(1).zip(left.0.iter().chain(&right.0)) {
            *to = *from;
        }
        Self(sha2::Sha256::digest(bytes).into())
    }

    /// As it stands in notes and proofs: base64 with padding.
    #[must_use]
    pub fn base64(&self) -> String {
        STANDARD.encode(self.0)
    }

    /// From base64 of 32 bytes, in the one spelling that [`Hash::base64`] gives.
    #[must_use]
    pub fn from_base64(text: &str) -> Option<Self> {
        STANDARD.decode(text).ok()?.try_into().ok().map(Self)
    }
}

impl std::fmt::Debug for Hash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.base64())
    }
}
