//! The only opener of git repositories: objects as stored, hook contracts, merges recomputed.
//!
//! Reading a hostile repository executes nothing: no hooks, filters, textconv or merge drivers
//! run; replace refs, grafts, attributes and configuration are not consulted. Knows no policy.

pub mod command;
pub mod error;
pub mod history;
pub mod hook;
pub mod merge;
pub mod raw;
pub mod records;
pub mod refs;
pub mod repository;
pub mod store;
mod walk;

pub use error::GitError;
pub use repository::GitRepository;
