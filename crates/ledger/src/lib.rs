//! Opaque bytes in a Merkle log: tiles, checkpoints, proofs, and a verifier that needs files and keys alone. Knows
//! nothing of what the bytes mean.
//!
//! Formats: RFC 6962 hashing; C2SP `tlog-tiles`, `signed-note`, `tlog-checkpoint`, `tlog-cosignature`, `tlog-proof`
//! (`docs/formats/ledger.md`).

pub mod bundle;
pub mod checkpoint;
pub mod entry;
pub mod frontier;
pub mod hash;
pub mod note;
pub mod payload;
pub mod proof;
pub mod receipt;
pub mod source;
pub mod tile;
pub mod verify;
pub mod writer;
