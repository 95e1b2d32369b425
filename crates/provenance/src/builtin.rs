//! The built-in fingerprints as a table that `build.rs` wrote from `data/fingerprints.toml`.

use crate::format::{
    As, Cap, Confidence, Kind, Matching, NameOf, PatternData, Text, Texts, ToolData, ToolRole,
    ValueCheck, WordsData,
};
use std::borrow::Cow;

include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

/// The source of the table.
#[cfg(test)]
pub(crate) const SOURCE: &str = include_str!("../data/fingerprints.toml");
