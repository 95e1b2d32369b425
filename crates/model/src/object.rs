//! Git's own words: object ids, modes, paths, ref names; knows no repository.

use crate::id::{self, IdError};
use crate::text;

/// Id of a git object: SHA-1 (20 bytes) or SHA-256 (32 bytes).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Oid {
    /// 20 bytes.
    Sha1([u8; 20]),
    /// 32 bytes.
    Sha256([u8; 32]),
}

impl Oid {
    /// Id from raw bytes, if there are 20 or 32 of them.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if let Ok(short) = <[u8; 20]>::try_from(bytes) {
            return Some(Self::Sha1(short));
        }
        <[u8; 32]>::try_from(bytes).ok().map(Self::Sha256)
    }

    /// The raw bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Sha1(b) => b,
            Self::Sha256(b) => b,
        }
    }

    /// Whether this is git's all-zero id, which stands for "no object".
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.as_bytes().iter().all(|b| *b == 0)
    }

    /// The first seven digits, as people type them.
    #[must_use]
    pub fn short(&self) -> String {
        self.to_string().chars().take(7).collect()
    }
}

impl std::str::FromStr for Oid {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        if text.len() == 64 {
            return id::parse_hex::<32>("object id", text).map(Self::Sha256);
        }
        id::parse_hex::<20>("object id", text).map(Self::Sha1)
    }
}

impl std::fmt::Display for Oid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&id::to_hex(self.as_bytes()))
    }
}

impl std::fmt::Debug for Oid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Oid({self})")
    }
}

/// A tree entry's mode. Anything git would not write itself is refused when a tree is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// `100644`, and the historic `100664`.
    File,
    /// `100755`.
    Executable,
    /// `120000`.
    Symlink,
    /// `160000`: a commit of another repository.
    Submodule,
}

impl Mode {
    /// The mode of the bits that [`Mode::bits`] gives.
    #[must_use]
    pub fn of_bits(bits: u32) -> Option<Self> {
        let all = [Self::File, Self::Executable, Self::Symlink, Self::Submodule];
        all.into_iter().find(|mode| mode.bits() == bits)
    }

    /// The mode as git writes it, in octal.
    #[must_use]
    pub const fn bits(self) -> u32 {
        match self {
            Self::File => 0o100_644,
            Self::Executable => 0o100_755,
            Self::Symlink => 0o120_000,
            Self::Submodule => 0o160_000,
        }
    }
}

/// A path inside a repository: bytes, `/` between parts, never absolute.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(Box<[u8]>);

impl RepoPath {
    /// Wraps the bytes of a path.
    #[must_use]
    pub fn new(bytes: impl Into<Box<[u8]>>) -> Self {
        Self(bytes.into())
    }

    /// The raw bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The path as text, bytes that are no UTF-8 replaced.
    #[must_use]
    pub fn lossy(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }

    /// The part after the last `/`.
    #[must_use]
    pub fn file_name(&self) -> &[u8] {
        self.0.rsplit(|b| *b == b'/').next().unwrap_or(&self.0)
    }
}

impl From<&str> for RepoPath {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().into())
    }
}

impl std::fmt::Display for RepoPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&text::escape_line(&self.lossy()))
    }
}

impl std::fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.lossy())
    }
}

/// A full ref name, such as `refs/heads/main`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RefName(Box<str>);

impl RefName {
    /// Accepts what `git check-ref-format` accepts and what starts with `refs/`.
    ///
    /// # Errors
    /// [`IdError::NotName`] for anything else.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let bad_part = |p: &str| p.is_empty() || p.starts_with('.') || p.ends_with(".lock");
        let bad = !text.starts_with("refs/")
            || text.split('/').any(bad_part)
            || text.ends_with('.')
            || text.contains("..")
            || text.contains("@{")
            || text.chars().any(|c| c.is_control() || " ~^:?*[\\".contains(c));
        if bad {
            return Err(IdError::NotName { what: "ref name", max: id::NAME_MAX });
        }
        Ok(Self(text.into()))
    }

    /// The full name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name without `refs/heads/` or `refs/tags/`.
    #[must_use]
    pub fn short(&self) -> &str {
        let heads = self.0.strip_prefix("refs/heads/");
        heads.or_else(|| self.0.strip_prefix("refs/tags/")).unwrap_or(&self.0)
    }
}

impl std::fmt::Display for RefName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&text::escape_line(&self.0))
    }
}

impl std::fmt::Debug for RefName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_both_formats_are_read() {
        assert!(matches!("a".repeat(40).parse(), Ok(Oid::Sha1(_))));
        assert!(matches!("a".repeat(64).parse(), Ok(Oid::Sha256(_))));
        assert!("a".repeat(41).parse::<Oid>().is_err());
        assert!("0".repeat(40).parse::<Oid>().unwrap().is_zero());
    }

    #[test]
    fn ref_names_follow_git() {
        assert_eq!(RefName::parse("refs/heads/main").unwrap().short(), "main");
        for bad in ["main", "refs/heads/", "refs/heads/a..b", "refs/heads/.a", "refs/heads/a b"] {
            assert!(RefName::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn paths_are_shown_escaped() {
        assert_eq!(RepoPath::from("a/\u{202e}b").to_string(), "a/<U+202E>b");
        assert_eq!(RepoPath::from("a/b.rs").file_name(), b"b.rs");
    }
}
