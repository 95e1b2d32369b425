//! The ladder of levels and grants of a level over time; knows no person.

use crate::id::{LevelName, ScopeName};
use crate::time::Timestamp;

/// A rung of the ladder: 0 is the lowest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Level(pub u16);

/// The levels of an organisation, lowest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ladder(Vec<LevelName>);

impl Ladder {
    /// A ladder from names, lowest first. Names must differ; the caller checks that.
    #[must_use]
    pub fn new(names: Vec<LevelName>) -> Self {
        Self(names)
    }

    /// The level of a name.
    #[must_use]
    pub fn level(&self, name: &str) -> Option<Level> {
        let at = self.0.iter().position(|n| n.as_str() == name)?;
        u16::try_from(at).ok().map(Level)
    }

    /// The name of a level.
    #[must_use]
    pub fn name(&self, level: Level) -> Option<&LevelName> {
        self.0.get(usize::from(level.0))
    }

    /// The names, lowest first.
    #[must_use]
    pub fn names(&self) -> &[LevelName] {
        &self.0
    }
}

/// A level that a person has, from a day on, perhaps until a day, perhaps only in some scopes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelGrant {
    /// The level.
    pub level: Level,
    /// First moment at which it counts.
    pub since: Timestamp,
    /// First moment at which it no longer counts.
    pub until: Option<Timestamp>,
    /// Where it counts; empty means everywhere.
    pub scopes: Vec<ScopeName>,
}

impl LevelGrant {
    /// Whether the grant counts at a moment.
    #[must_use]
    pub fn holds_at(&self, at: Timestamp) -> bool {
        self.since <= at && self.until.is_none_or(|end| at < end)
    }
}
