//! The trust file: what verifiers pin outside the repository; verifies no signature.
//!
//! Format page: `docs/formats/trust-file.md`. Text of lines, one encoding, so that the SHA-256 of
//! the file is the fingerprint that people compare.

use crate::key::{self, KeyLineError};
use obstat_model::digest::sha256;
use obstat_model::id::{IdError, InputsDigest, RepositoryId, is_name};
use obstat_model::text::escape_cut;
use obstat_model::trust::{TrustRoot, TrustedKey};
use std::collections::HashSet;
use std::fmt::Write as _;
use thiserror::Error;

/// The first line, with the version.
const HEAD: &str = "obstat trust file, version 1";
/// Largest trust file in bytes.
const FILE_MAX: usize = 1 << 20;

/// Why text is no trust file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TrustError {
    /// Larger than is read.
    #[error("the trust file has {0} bytes; at most {FILE_MAX} are read")]
    TooLarge(usize),
    /// The first line is another.
    #[error("the first line is `{0}`, not `{HEAD}`; is it a trust file, and of this version?")]
    Head(String),
    /// A line is missing or stands elsewhere.
    #[error("line {line}: expected `{wanted} …`")]
    Line {
        /// Number of the line, from 1.
        line: usize,
        /// The word that the line should begin with.
        wanted: &'static str,
    },
    /// The repository id or inputs digest is malformed.
    #[error("line {line}: {error}")]
    Id {
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong.
        error: IdError,
    },
    /// A key's line is malformed.
    #[error("line {line}: {error}")]
    Key {
        /// Number of the line, from 1.
        line: usize,
        /// What is wrong.
        error: KeyLineError,
    },
    /// A key's name is none.
    #[error("line {line}: a key has a name before it: `NAME TYPE BASE64`")]
    Name {
        /// Number of the line, from 1.
        line: usize,
    },
    /// The quorum cannot be met or is none.
    #[error(
        "{quorum} of {owners} owners must sign: it must be at least 1, and no more than there are"
    )]
    Quorum {
        /// As the file says.
        quorum: String,
        /// Owners with different names.
        owners: usize,
    },
    /// No gate can be believed.
    #[error("the trust file names no gate key")]
    NoGate,
    /// One key stands for two.
    #[error("line {0}: the same key stands in the file twice")]
    Twice(usize),
    /// The same content in another encoding.
    #[error("the trust file is not exactly as it is written: was it edited or cut off?")]
    NotCanonical,
}

/// The text of the trust file. What could not be read back is written as `?`, which no reader
/// accepts: text cannot break out of its line.
#[must_use]
pub fn encode(root: &TrustRoot) -> String {
    let mut out = format!(
        "{HEAD}\nrepository {}\ninputs {}\nquorum {}\n",
        root.repository, root.inputs, root.quorum
    );
    for (word, keys) in [("owner", &root.owners), ("gate", &root.gates)] {
        for key in keys {
            let name = if is_name(&key.name) { key.name.as_str() } else { "?" };
            let line = key::line_of(&key.blob).unwrap_or_else(|_| "?".to_owned());
            // Writing to a string cannot fail.
            let _ = writeln!(out, "{word} {name} {line}");
        }
    }
    out
}

/// SHA-256 of the trust file in hexadecimal, as `sha256sum` prints it.
#[must_use]
pub fn fingerprint(root: &TrustRoot) -> String {
    sha256(encode(root).as_bytes()).to_string()
}

/// Reads a trust file.
///
/// # Errors
/// [`TrustError`] unless the text is exactly what [`encode`] gives for a usable root.
pub fn parse(text: &str) -> Result<TrustRoot, TrustError> {
    if text.len() > FILE_MAX {
        return Err(TrustError::TooLarge(text.len()));
    }
    let mut lines = text.split('\n').enumerate().map(|(at, line)| (at + 1, line));
    let first = lines.next().map_or("", |(_, line)| line);
    if first != HEAD {
        return Err(TrustError::Head(escape_cut(first, 60)));
    }
    let repository = id::<RepositoryId>(lines.next(), 2, "repository")?;
    let inputs = id::<InputsDigest>(lines.next(), 3, "inputs")?;
    let quorum = rest(lines.next(), 4, "quorum")?;
    let (owners, gates) = keys(lines.filter(|(_, line)| !line.is_empty()))?;
    let names: HashSet<&str> = owners.iter().map(|key| key.name.as_str()).collect();
    let quorum = able(quorum, names.len())?;
    if gates.is_empty() {
        return Err(TrustError::NoGate);
    }
    let root = TrustRoot { repository, inputs, owners, quorum, gates };
    if encode(&root) == text { Ok(root) } else { Err(TrustError::NotCanonical) }
}

type Line<'a> = (usize, &'a str);

fn rest<'a>(
    found: Option<Line<'a>>,
    line: usize,
    wanted: &'static str,
) -> Result<&'a str, TrustError> {
    let value = found.and_then(|(_, text)| text.strip_prefix(wanted)?.strip_prefix(' '));
    value.ok_or(TrustError::Line { line, wanted })
}

fn id<T: std::str::FromStr<Err = IdError>>(
    found: Option<Line>,
    line: usize,
    wanted: &'static str,
) -> Result<T, TrustError> {
    rest(found, line, wanted)?.parse().map_err(|error| TrustError::Id { line, error })
}

fn able(text: &str, owners: usize) -> Result<u32, TrustError> {
    let quorum = text.parse::<u32>().ok().filter(|n| {
        let n = usize::try_from(*n).unwrap_or(usize::MAX);
        (1..=owners).contains(&n)
    });
    quorum.ok_or_else(|| TrustError::Quorum { quorum: escape_cut(text, 20), owners })
}

/// Owners' keys, then gates' keys; no key twice.
fn keys<'a>(
    lines: impl Iterator<Item = Line<'a>>,
) -> Result<(Vec<TrustedKey>, Vec<TrustedKey>), TrustError> {
    let (mut owners, mut gates) = (Vec::new(), Vec::new());
    let mut seen = HashSet::new();
    for (line, text) in lines {
        let owner = text.strip_prefix("owner ");
        let gate = text.strip_prefix("gate ");
        let (list, text) = match (owner, gate) {
            (Some(text), _) => (&mut owners, text),
            (None, Some(text)) => (&mut gates, text),
            (None, None) => return Err(TrustError::Line { line, wanted: "gate" }),
        };
        let (name, text) = text.split_once(' ').ok_or(TrustError::Name { line })?;
        if !is_name(name) {
            return Err(TrustError::Name { line });
        }
        let key = key::parse_line(text).map_err(|error| TrustError::Key { line, error })?;
        if !seen.insert(key.id) {
            return Err(TrustError::Twice(line));
        }
        list.push(TrustedKey { name: name.to_owned(), blob: key.blob });
    }
    Ok((owners, gates))
}

#[cfg(test)]
mod tests;
