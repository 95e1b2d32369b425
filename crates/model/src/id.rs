//! Typed identifiers, all made by two macros; knows nothing of what the identifiers name.

use thiserror::Error;

/// Why a text is not an identifier of the wanted type.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IdError {
    /// The text is not lower-case hexadecimal.
    #[error("{what} is not lower-case hexadecimal")]
    NotHex {
        /// Name of the wanted type.
        what: &'static str,
    },
    /// The text has the wrong length.
    #[error("{what} has {found} hexadecimal digits, needs {wanted}")]
    Length {
        /// Name of the wanted type.
        what: &'static str,
        /// Digits found.
        found: usize,
        /// Digits wanted.
        wanted: usize,
    },
    /// The text is empty, too long or holds a character that an identifier may not hold.
    #[error("{what} must be 1 to {max} characters of A-Z a-z 0-9 . _ - / @ +")]
    NotName {
        /// Name of the wanted type.
        what: &'static str,
        /// Longest length allowed, in bytes.
        max: usize,
    },
}

/// Longest name in bytes.
pub const NAME_MAX: usize = 200;

/// Decodes lower-case hexadecimal into exactly `N` bytes.
///
/// # Errors
/// [`IdError::Length`] and [`IdError::NotHex`].
pub fn parse_hex<const N: usize>(what: &'static str, text: &str) -> Result<[u8; N], IdError> {
    let bytes = text.as_bytes();
    if bytes.len() != N * 2 {
        return Err(IdError::Length { what, found: bytes.len(), wanted: N * 2 });
    }
    let mut out = [0u8; N];
    for (slot, pair) in out.iter_mut().zip(bytes.chunks_exact(2)) {
        *slot = match pair {
            [high, low] => {
                (nibble(*high).ok_or(IdError::NotHex { what })? << 4)
                    | nibble(*low).ok_or(IdError::NotHex { what })?
            }
            _ => return Err(IdError::NotHex { what }),
        };
    }
    Ok(out)
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// Writes bytes as lower-case hexadecimal.
#[must_use]
pub fn to_hex(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            out.push(char::from(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 }));
        }
    }
    out
}

/// Whether `text` may serve as a name: 1 to [`NAME_MAX`] bytes of a small ASCII alphabet.
#[must_use]
pub fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= NAME_MAX
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/@+".contains(&b))
}

/// Makes a fixed-size digest or random id, shown as lower-case hexadecimal.
#[macro_export]
macro_rules! hex_id {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $len]);

        impl $name {
            /// Wraps raw bytes.
            #[must_use]
            pub const fn new(bytes: [u8; $len]) -> Self {
                Self(bytes)
            }
            /// The raw bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }
            /// The first 12 hexadecimal digits in groups of four, as people compare them.
            #[must_use]
            pub fn short(&self) -> String {
                let hex = self.to_string();
                hex.as_bytes()
                    .chunks(4)
                    .take(3)
                    .map(|group| String::from_utf8_lossy(group).into_owned())
                    .collect::<Vec<_>>()
                    .join(" ")
            }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::id::IdError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::id::parse_hex::<$len>(stringify!($name), text).map(Self)
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&$crate::id::to_hex(&self.0))
            }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
    };
}

/// Makes a textual name of a small, safe alphabet (see [`is_name`]).
#[macro_export]
macro_rules! name_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::id::IdError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                if $crate::id::is_name(text) {
                    Ok(Self(text.into()))
                } else {
                    let what = stringify!($name);
                    Err($crate::id::IdError::NotName { what, max: $crate::id::NAME_MAX })
                }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }
        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

hex_id! {
    /// Random id of a repository, fixed at bootstrap; 16 bytes.
    RepositoryId, 16
}
hex_id! {
    /// SHA-256 that binds a signature to content; see [`crate::digest`].
    ChangeDigest, 32
}
hex_id! {
    /// SHA-256 of the exact bytes of a signed statement.
    StatementHash, 32
}
hex_id! {
    /// SHA-256 of a file's bytes.
    Sha256, 32
}
hex_id! {
    /// SHA-256 over the decision inputs of one version; see [`crate::digest::inputs_digest`].
    InputsDigest, 32
}
hex_id! {
    /// Random single-use number inside a statement; 32 bytes.
    Nonce, 32
}
name_id! {
    /// A person in the roster.
    PersonId
}
name_id! {
    /// An AI agent or assistant that runs under its own name in the roster.
    AgentId
}
name_id! {
    /// A service account in the roster (a build server, a release robot).
    ServiceId
}
name_id! {
    /// A team in the roster.
    TeamName
}
name_id! {
    /// The name of a level, such as `senior`.
    LevelName
}
name_id! {
    /// A named part of the repository where a level may count.
    ScopeName
}
name_id! {
    /// A protected branch or environment, as policy names it.
    TargetName
}
name_id! {
    /// A rule of the policy.
    RuleName
}
name_id! {
    /// A check whose result a service signs, such as `unit`.
    CheckName
}
name_id! {
    /// An AI tool, as the fingerprint data names it.
    ToolId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_round_trips_and_refuses_other_text() {
        let digest = ChangeDigest::new([0xab; 32]);
        assert_eq!(digest.to_string().parse::<ChangeDigest>(), Ok(digest));
        assert_eq!(digest.short(), "abab abab abab");
        assert!("AB".repeat(32).parse::<ChangeDigest>().is_err());
        assert!("ab".parse::<ChangeDigest>().is_err());
    }

    #[test]
    fn names_keep_to_a_safe_alphabet() {
        assert!("mira.sandoval".parse::<PersonId>().is_ok());
        for bad in ["", "a b", "a\u{202e}", "a\n", "é"] {
            assert!(bad.parse::<PersonId>().is_err(), "{bad:?}");
        }
    }
}
