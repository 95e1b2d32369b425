//! The roster file: text → checked roster; what two versions have in common; a fast cached form.

pub mod cache;
mod key;
mod meet;
mod parse;
#[cfg(test)]
mod samples;

pub use meet::meet;
pub use parse::parse_roster;
