//! Who took part in a change, and in which role; knows not how that was found out.

use crate::object::Oid;
pub use crate::roster::Actor;

/// A name and an e-mail address as a commit claims them. Nothing in it is proven.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// Display name.
    pub name: String,
    /// E-mail address as written.
    pub email: String,
}

/// How somebody took part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Brought the commits to the gate, as the transport says.
    Pusher,
    /// Author of a commit.
    Author,
    /// Committer of a commit.
    Committer,
    /// Named in a co-author trailer.
    CoAuthor,
    /// Author, committer or co-author of a superseded head, or of another branch with the same content.
    Contributor,
    /// Ran the agent that made a commit.
    Operator,
}

impl Role {
    /// The role as a word in a sentence: `the pusher`.
    #[must_use]
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Pusher => "the pusher",
            Self::Author => "an author",
            Self::Committer => "a committer",
            Self::CoAuthor => "a co-author",
            Self::Contributor => "a contributor to an earlier form",
            Self::Operator => {
                "the one who ran or brought an agent's work, and counts as its author"
            }
        }
    }
}

/// One part in a change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Participant {
    /// The part.
    pub role: Role,
    /// Who, if the roster knows; `None` is nobody known.
    pub actor: Option<Actor>,
    /// What the commit claims, or the login that the transport gave.
    pub identity: Identity,
    /// Whether the transport or a signature proves it. An unproven part excludes, never raises.
    pub proven: bool,
    /// The commit in which the part was found.
    pub commit: Option<Oid>,
}
