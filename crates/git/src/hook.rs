//! The contracts of git's server-side hooks: what they are told and how; decides nothing.
//!
//! Source: `git help githooks` and `receive-pack.c`, git 2.47.

use crate::repository::Quarantine;
use obstat_gate::receive::RefUpdate;
use obstat_model::object::{Oid, RefName};
use std::path::PathBuf;
use thiserror::Error;

/// Why a hook's input makes no sense.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum HookError {
    /// A line is not `old new ref`.
    #[error("line {0} is not `<old> <new> <ref>`; is this really run by git?")]
    Line(usize),
    /// More refs than are looked at in one push.
    #[error("the push updates more than {0} refs; push in several parts")]
    TooMany(usize),
    /// Neither `GIT_DIR` nor a bare repository at the working directory.
    #[error("GIT_DIR is not set; this command is run by git as a hook")]
    NoDirectory,
}

/// Most refs that one push may update.
pub const REFS_MAX: usize = 10_000;

/// Reads what pre-receive and post-receive get on standard input, at most `max` lines.
///
/// # Errors
/// [`HookError::Line`] and [`HookError::TooMany`].
pub fn parse_updates(text: &str, max: usize) -> Result<Vec<RefUpdate>, HookError> {
    let mut updates = Vec::new();
    for (i, line) in text.lines().enumerate() {
        let bad = || HookError::Line(i + 1);
        let mut parts = line.splitn(3, ' ');
        let mut id = || parts.next().and_then(|p| p.parse::<Oid>().ok()).ok_or_else(bad);
        let (old, new) = (id()?, id()?);
        let name = parts.next().and_then(|n| RefName::parse(n).ok()).ok_or_else(bad)?;
        let some = |id: Oid| Some(id).filter(|id| !id.is_zero());
        updates.push(RefUpdate { name, old: some(old), new: some(new) });
        if updates.len() > max {
            return Err(HookError::TooMany(max));
        }
    }
    Ok(updates)
}

/// Where a hook runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The repository.
    pub directory: PathBuf,
    /// The pushed objects, before they are accepted.
    pub quarantine: Option<Quarantine>,
}

impl Place {
    /// The place that git's environment describes. `var` reads an environment variable.
    ///
    /// # Errors
    /// [`HookError::NoDirectory`].
    pub fn of(var: impl Fn(&str) -> Option<String>) -> Result<Self, HookError> {
        let directory = var("GIT_DIR").map(PathBuf::from).ok_or(HookError::NoDirectory)?;
        let quarantined = var("GIT_QUARANTINE_PATH").is_some();
        let objects = var("GIT_OBJECT_DIRECTORY").filter(|_| quarantined).map(PathBuf::from);
        Ok(Self { directory, quarantine: objects.map(|objects| Quarantine { objects }) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn updates_are_read() {
        let (zero, a) = ("0".repeat(40), "a".repeat(40));
        let text = format!("{zero} {a} refs/heads/main\n{a} {zero} refs/tags/v1\n");
        let found = parse_updates(&text, REFS_MAX).unwrap();
        assert_eq!((found[0].old, found[1].new), (None, None));
        assert_eq!(found[1].name.as_str(), "refs/tags/v1");
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["x", "a b c", &format!("{0} {0} main", "a".repeat(40))] {
            assert!(parse_updates(text, REFS_MAX).is_err(), "{text}");
        }
    }

    #[test]
    fn quarantine_is_seen_only_when_git_says_so() {
        let var = |name: &str| match name {
            "GIT_DIR" => Some(".".to_owned()),
            "GIT_OBJECT_DIRECTORY" => Some("./objects/in".to_owned()),
            _ => None,
        };
        assert_eq!(Place::of(var).unwrap().quarantine, None);
        assert!(Place::of(|_| None).is_err());
    }
}
