//! Facts of commits, requests and notes → signs of AI involvement. Opens no repository, asks no
//! forge and no clock, and never decides: what the signs add up to is
//! [`Assistance::conclude`](obstat_model::assistance::Assistance::conclude).
//!
//! Markers prove presence, never absence. Nothing in this crate can say "no AI".

mod builtin;
mod error;
mod excerpt;
mod facts;
mod fingerprints;
mod format;
mod identity;
mod layer;
mod lines;
mod merged;
mod message;
pub mod note;
mod place;
mod prefilter;
mod ranges;
mod request;
mod row;
pub mod trace;
pub mod trailer;
mod words;

pub use error::{FingerprintError, FingerprintProblem};
pub use facts::{CommitFacts, ForgeAccount, RawIdentity, RequestFacts};
pub use fingerprints::{Fingerprints, ToolInfo};
