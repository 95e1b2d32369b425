//! Where a text was found, which decides what evidence says of it.

use crate::facts::CommitFacts;
use obstat_model::object::Oid;

/// A commit or a request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    /// A commit with its two claimed times.
    Commit { oid: Option<Oid>, author_at: i64, committed_at: i64 },
    /// A request's description. It has no time.
    Request,
}

impl Place {
    pub(crate) fn of(commit: &CommitFacts<'_>) -> Self {
        let CommitFacts { oid, author_at, committed_at, .. } = *commit;
        Self::Commit { oid, author_at, committed_at }
    }

    pub(crate) const fn oid(self) -> Option<Oid> {
        match self {
            Self::Commit { oid, .. } => oid,
            Self::Request => None,
        }
    }
}
