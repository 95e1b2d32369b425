//! What is to be judged: content on its way to a target, and who brings it; judges nothing.

use crate::ports::{Merge, PortError, Repository};
use obstat_model::change::Revision;
use obstat_model::facts::Problem;
use obstat_model::object::{Oid, RefName};

/// Who brings the content, as the transport proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pusher {
    /// A login on a host of the roster.
    Login {
        /// Host name in the roster's accounts.
        host: String,
        /// The login.
        login: String,
    },
    /// The gate is only asked what it would say; nobody brings anything yet.
    Nobody,
    /// The transport names nobody although it should.
    Unknown,
}

impl Pusher {
    /// The form in landing records: host and login with a space between, or nothing.
    #[must_use]
    pub fn recorded(&self) -> String {
        match self {
            Self::Login { host, login } => format!("{host} {login}"),
            Self::Nobody | Self::Unknown => String::new(),
        }
    }

    /// The pusher of a landing record. Hosts hold no space; logins may.
    #[must_use]
    pub fn of_record(text: &str) -> Self {
        match text.split_once(' ') {
            Some((host, login)) => Self::Login { host: host.to_owned(), login: login.to_owned() },
            None => Self::Unknown,
        }
    }
}

/// Content on its way to a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The protected ref.
    pub target: RefName,
    /// Its state and the content's.
    pub revision: Revision,
    /// Who brings it.
    pub pusher: Pusher,
    /// The branch it comes from, if known.
    pub branch: Option<String>,
    /// The target's tip before a push of which this is one part.
    pub since: Option<Oid>,
    /// What is wrong with how it comes, whatever it holds: rewritten history, a wrong clock.
    pub problems: Vec<Problem>,
}

/// Why content cannot even be compared with the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unmergeable {
    /// The merge with the target's tip has conflicts.
    Conflict,
    /// There is no common history.
    Unrelated,
    /// They were merged crosswise: no one commit tells what either side did.
    Crossed,
}

impl Unmergeable {
    /// The problem as a decision reports it.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let (code, text, hint) = match self {
            Self::Conflict => (
                "merge-conflict",
                "the change conflicts with the target's tip",
                "merge or rebase onto the target, then ask again",
            ),
            Self::Crossed => (
                "crossed-history",
                "the change and the target were merged into each other, so no diff shows what would land",
                "merge or rebase onto the target's tip, then ask again",
            ),
            Self::Unrelated => (
                "unrelated-history",
                "the change shares no history with the target",
                "check that this is the right repository and target",
            ),
        };
        Problem { code, text: text.to_owned(), hint: hint.to_owned() }
    }
}

/// Content as it would land on a tip: as it is where the tip lies below it, merged otherwise.
///
/// # Errors
/// [`PortError`] when objects cannot be read; [`Unmergeable`] is no error but an answer.
pub fn revision(
    repository: &dyn Repository,
    tip: Option<Oid>,
    head: Oid,
) -> Result<Result<Revision, Unmergeable>, PortError> {
    let own = repository.commit(head)?.tree;
    let Some(base) = tip else {
        return Ok(Ok(Revision { tip, merge_base: None, head, tree: own }));
    };
    if repository.is_ancestor(base, head)? {
        return Ok(Ok(Revision { tip, merge_base: tip, head, tree: own }));
    }
    let bases = repository.merge_bases(base, head)?;
    let Some(merge_base) = bases.first().copied() else {
        return Ok(Err(Unmergeable::Unrelated));
    };
    if bases.len() > 1 {
        return Ok(Err(Unmergeable::Crossed));
    }
    Ok(match repository.merge(base, head)? {
        Merge::Tree(tree) => Ok(Revision { tip, merge_base: Some(merge_base), head, tree }),
        Merge::Conflict => Err(Unmergeable::Conflict),
    })
}

/// Content that replaces a tip as it stands: what a push does, fast-forward or not.
///
/// # Errors
/// [`PortError`] when objects cannot be read.
pub fn landing(
    repository: &dyn Repository,
    tip: Option<Oid>,
    head: Oid,
) -> Result<Revision, PortError> {
    let tree = repository.commit(head)?.tree;
    Ok(Revision { tip, merge_base: tip, head, tree })
}
