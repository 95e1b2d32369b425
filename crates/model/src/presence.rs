//! How surely a person was there when something was signed; knows no key format.

/// Grades of personal presence, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Presence {
    /// A forge account said so; a token is enough.
    Forge,
    /// A plain SSH key signed: an agent with its operator's key agent could have done it.
    Key,
    /// A security key signed with user presence and user verification.
    Present,
    /// As [`Presence::Present`], and the device's attestation was verified at enrolment.
    Hardware,
}

impl Presence {
    /// All grades, weakest first.
    pub const ALL: [Self; 4] = [Self::Forge, Self::Key, Self::Present, Self::Hardware];

    /// The name in policies and statements.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Forge => "forge",
            Self::Key => "key",
            Self::Present => "present",
            Self::Hardware => "hardware",
        }
    }

    /// The grade of a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.as_str() == text)
    }
}
