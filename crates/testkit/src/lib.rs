//! Scratch repositories, people with throw-away keys and clean environments, for tests only.
//!
//! Everything lives in one temporary directory; nothing is inherited but `PATH`.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot be set up must stop at once"
)]

mod org;
mod scratch;
pub mod security_key;

pub use org::{Org, POLICY};
pub use scratch::{Finished, Scratch};
