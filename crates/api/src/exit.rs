//! Exit codes of every command; a contract (`docs/formats/output.md`).

use obstat_model::decision::Outcome;

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exit {
    /// Clear, or done.
    Ok,
    /// An internal error: please report it.
    Internal,
    /// Wrong usage or unusable input.
    Usage,
    /// Blocked: no signature cures it until a fact changes.
    Blocked,
    /// Pending: signatures or checks are missing, or were not fetched.
    Pending,
    /// A proof is invalid, or trust is missing.
    Untrusted,
}

impl Exit {
    /// All ways to end.
    pub const ALL: [Self; 6] =
        [Self::Ok, Self::Internal, Self::Usage, Self::Blocked, Self::Pending, Self::Untrusted];

    /// The number that the process returns.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Internal => 1,
            Self::Usage => 2,
            Self::Blocked => 3,
            Self::Pending => 4,
            Self::Untrusted => 5,
        }
    }
}

impl From<Outcome> for Exit {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Clear => Self::Ok,
            Outcome::Pending => Self::Pending,
            Outcome::Blocked => Self::Blocked,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_a_contract() {
        assert_eq!(Exit::ALL.map(Exit::code), [0, 1, 2, 3, 4, 5]);
        assert_eq!(Exit::from(Outcome::Blocked).code(), 3);
    }
}
