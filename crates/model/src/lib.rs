//! The vocabulary of Obstat as types: no I/O, no clock, no randomness, no async, no wire format.
//!
//! Every other crate speaks in these words. What a word means is in `docs/glossary.md`; how a
//! word is written to disk or to the wire is the business of the crate that writes it.

pub mod actor;
pub mod approval;
pub mod assistance;
pub mod change;
pub mod decision;
pub mod digest;
pub mod evidence;
pub mod facts;
pub mod hidden;
pub mod id;
pub mod landing;
pub mod level;
pub mod object;
pub mod presence;
pub mod roster;
pub mod statement;
pub mod target;
pub mod text;
pub mod time;
pub mod trust;
