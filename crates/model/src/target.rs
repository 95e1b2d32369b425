//! Protected branches and environments, and how strictly a door treats a decision.

/// What a door does with a decision. The decision itself never depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Decide and record, say nothing, let everything pass.
    Shadow,
    /// Decide, record, say what is missing, let everything pass.
    Warn,
    /// Let only what is clear pass.
    Enforce,
}

impl Mode {
    /// The name in policies.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shadow => "shadow",
            Self::Warn => "warn",
            Self::Enforce => "enforce",
        }
    }

    /// The mode of a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Shadow, Self::Warn, Self::Enforce].into_iter().find(|m| m.as_str() == text)
    }
}
