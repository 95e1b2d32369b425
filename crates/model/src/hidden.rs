//! What a reviewer could overlook in a change; knows not how it is found.

/// One kind of content that hides from a reader or from a diff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HiddenFlag {
    /// Bidirectional control characters were added (CVE-2021-42574).
    Bidi,
    /// Zero-width or other invisible characters were added.
    ZeroWidth,
    /// Unicode tag characters were added.
    TagCharacters,
    /// An identifier mixes scripts that look alike.
    MixedScript,
    /// `.gitattributes` changed, which may change what diffs show.
    Attributes,
    /// A submodule pointer changed.
    Submodule,
    /// The executable bit changed.
    ModeFlip,
    /// A Git LFS pointer changed: the content is elsewhere.
    LfsPointer,
    /// A symbolic link was added or changed.
    Symlink,
    /// A binary file was added or changed.
    Binary,
    /// A very long line was added (over 2,000 bytes).
    LongLine,
    /// A lockfile names a host, or another hash of the same version, that it did not name.
    Lockfile,
    /// Text that tells a model what to do was added.
    Instructions,
    /// The file is too large to be looked at; it counts as hiding anything.
    TooLarge,
}

impl HiddenFlag {
    /// All flags, in their order.
    pub const ALL: [Self; 14] = [
        Self::Bidi,
        Self::ZeroWidth,
        Self::TagCharacters,
        Self::MixedScript,
        Self::Attributes,
        Self::Submodule,
        Self::ModeFlip,
        Self::LfsPointer,
        Self::Symlink,
        Self::Binary,
        Self::LongLine,
        Self::Lockfile,
        Self::Instructions,
        Self::TooLarge,
    ];

    /// The name in policies and statements.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bidi => "bidi",
            Self::ZeroWidth => "zero_width",
            Self::TagCharacters => "tag_characters",
            Self::MixedScript => "mixed_script",
            Self::Attributes => "attributes",
            Self::Submodule => "submodule",
            Self::ModeFlip => "mode_flip",
            Self::LfsPointer => "lfs_pointer",
            Self::Symlink => "symlink",
            Self::Binary => "binary",
            Self::LongLine => "long_line",
            Self::Lockfile => "lockfile",
            Self::Instructions => "instructions",
            Self::TooLarge => "too_large",
        }
    }

    /// The flag of a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.as_str() == text)
    }

    /// What the flag tells a reader, without a full stop.
    #[must_use]
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Bidi => "characters that reorder text",
            Self::ZeroWidth => "invisible characters",
            Self::TagCharacters => "invisible tag characters",
            Self::MixedScript => "identifiers that mix look-alike scripts",
            Self::Attributes => "git attributes, which can hide diffs",
            Self::Submodule => "a submodule pointer",
            Self::ModeFlip => "an executable bit",
            Self::LfsPointer => "a pointer to content kept elsewhere",
            Self::Symlink => "a symbolic link",
            Self::Binary => "a binary file",
            Self::LongLine => "a very long line",
            Self::Lockfile => "another host or hash in a lockfile",
            Self::Instructions => "text that instructs a model",
            Self::TooLarge => "a file too large to look into",
        }
    }
}
