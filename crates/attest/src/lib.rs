//! Bytes and signatures: statements, envelopes, SSH signatures, gate records, clearances, the trust
//! file.
//!
//! Turns bytes into a `VerifiedApproval` or a reason why not. Whether a statement *counts* is
//! decided elsewhere; nothing here knows a clock, a policy or a repository.

pub mod allowed_signers;
pub mod attestation;
pub mod clearance;
pub mod envelope;
pub mod key;
pub mod record;
pub mod sshsig;
pub mod statement;
pub mod trust;
pub mod verify;

mod json;
mod public_key;
mod seal;
mod signature;
mod webauthn;
mod wire;

pub use allowed_signers::allowed_signers;
pub use envelope::Envelope;
pub use json::JsonError;
pub use verify::{VerifyError, VerifyOptions, claimed, signing_key, verify, verify_bytes};
pub use webauthn::RelyingParty;

#[cfg(test)]
mod tests;
