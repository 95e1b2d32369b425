//! The trust root that verifiers pin outside the repository; knows no file format.

use crate::id::{InputsDigest, RepositoryId};

/// A public key that the trust root names, with a name to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedKey {
    /// Name to show: an owner's id, or `gate`.
    pub name: String,
    /// The SSH wire form of the public key.
    pub blob: Vec<u8>,
}

/// Fixed at bootstrap: which repository, whose first policy, which gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustRoot {
    /// The repository.
    pub repository: RepositoryId,
    /// Digest of the first version of the decision inputs.
    pub inputs: InputsDigest,
    /// Keys of the first owners.
    pub owners: Vec<TrustedKey>,
    /// How many of them must sign a change of the inputs.
    pub quorum: u32,
    /// Keys with which gates sign records.
    pub gates: Vec<TrustedKey>,
}
