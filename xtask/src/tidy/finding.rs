//! One thing that is not as it should be, and where; knows no check.

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// Path from the root, `/` between parts.
    file: String,
    /// Line, counted from 1; 1 where the file as a whole is meant.
    line: usize,
    /// What is wrong, and what to do.
    message: String,
}

impl Finding {
    /// A finding at a line.
    pub(crate) fn at(file: &str, line: usize, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, message: message.into() }
    }

    /// A finding about a file as a whole.
    pub(crate) fn of(file: &str, message: impl Into<String>) -> Self {
        Self::at(file, 1, message)
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}
