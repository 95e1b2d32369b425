//! Lines of the form `Key: value` anywhere in a message, and the people whom co-author lines
//! name. Knows no tool.
//!
//! Git looks for trailers in the last paragraph only; squash merges indent them or push them out
//! of it, so here every line counts.

use crate::lines;
use obstat_model::actor::Identity;
use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

/// Most co-authors that are read of one message.
pub const MAX_CO_AUTHORS: usize = 1_000;
/// Longest name or address of a co-author that is kept, in characters.
const IDENTITY_MAX: usize = 320;
const KEY_MAX: usize = 64;

/// One trailer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trailer<'m> {
    /// The key as written, without the colon.
    pub key: &'m [u8],
    /// The value, trimmed, folded lines joined by one blank.
    pub value: Cow<'m, [u8]>,
}

impl Trailer<'_> {
    /// Whether the key is this one; upper and lower case do not differ.
    #[must_use]
    pub fn is(&self, key: &str) -> bool {
        self.key.eq_ignore_ascii_case(key.as_bytes())
    }
}

/// The people that co-author lines name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CoAuthors {
    /// Each once, in order of the message. An address may be empty where a line has none.
    pub people: Vec<Identity>,
    /// More than [`MAX_CO_AUTHORS`] are named: somebody is missing from the list.
    pub truncated: bool,
}

/// Every line `Key: value` of a message, wherever it stands and however it is indented.
///
/// Keys are 1 to 64 letters, digits and `-`, as in git. Lines end in LF, CR LF or CR. A value
/// takes in the deeper indented lines that follow; such a line is tried as a trailer too.
pub fn trailers(message: &[u8]) -> impl Iterator<Item = Trailer<'_>> {
    let mut next = Some(lines::line_at(message, 0));
    std::iter::from_fn(move || {
        while let Some(line) = next.take() {
            next = lines::next_line(message, &line);
            if let Some(trailer) = trailer(message, &line) {
                return Some(trailer);
            }
        }
        None
    })
}

/// The co-authors of a message, human or not, each once; at most [`MAX_CO_AUTHORS`]. Use
/// [`read_co_authors`] where it matters whether somebody is missing.
#[must_use]
pub fn co_authors(message: &[u8]) -> Vec<Identity> {
    read_co_authors(message).people
}

/// The co-authors of a message, human or not, and whether the list is complete.
///
/// Two are the same if name and address are, where case does not matter in the address.
#[must_use]
pub fn read_co_authors(message: &[u8]) -> CoAuthors {
    let mut found = CoAuthors::default();
    let mut seen = HashSet::new();
    for identity in co_author_lines(message) {
        if !seen.insert((identity.name.clone(), identity.email.to_ascii_lowercase())) {
            continue;
        }
        if found.people.len() == MAX_CO_AUTHORS {
            found.truncated = true;
            break;
        }
        found.people.push(identity);
    }
    found
}

/// The identity of every co-author line, repetitions too.
pub(crate) fn co_author_lines(message: &[u8]) -> impl Iterator<Item = Identity> + '_ {
    let named = trailers(message).filter(|t| t.is("co-authored-by"));
    named.filter_map(|t| identity(&t.value))
}

/// `Name <address>`, or what there is of it.
fn identity(value: &[u8]) -> Option<Identity> {
    let text = |bytes: &[u8]| -> String {
        let head = bytes.trim_ascii().get(..IDENTITY_MAX * 4).unwrap_or(bytes.trim_ascii());
        String::from_utf8_lossy(head).chars().take(IDENTITY_MAX).collect()
    };
    let (name, rest) = value.split_at(memchr::memchr(b'<', value).unwrap_or(value.len()));
    let inner = rest.strip_prefix(b"<").unwrap_or_default();
    let end = memchr::memchr(b'>', inner).unwrap_or(inner.len());
    let email = text(inner.get(..end).unwrap_or_default());
    let name = text(name);
    // `Co-authored-by: jane@example.com` names an address without brackets.
    let bare = email.is_empty() && name.contains('@') && !name.contains(' ');
    let (name, email) = if bare { (String::new(), name) } else { (name, email) };
    (!name.is_empty() || !email.is_empty()).then_some(Identity { name, email })
}

fn trailer<'m>(message: &'m [u8], line: &Range<usize>) -> Option<Trailer<'m>> {
    let (key, _) = split(lines::bytes(message, line))?;
    let value = match lines::unfold(message, line) {
        Cow::Borrowed(plain) => Cow::Borrowed(split(plain)?.1),
        Cow::Owned(joined) => Cow::Owned(split(&joined)?.1.to_vec()),
    };
    Some(Trailer { key, value })
}

fn split(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = line.trim_ascii();
    let head = line.get(..line.len().min(KEY_MAX * 2))?;
    let colon = memchr::memchr(b':', head)?;
    let (key, rest) = line.split_at(colon);
    let key = key.trim_ascii_end();
    let good = (1..=KEY_MAX).contains(&key.len())
        && key.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
        && !rest.starts_with(b"://");
    good.then(|| (key, rest.strip_prefix(b":").unwrap_or_default().trim_ascii()))
}

#[cfg(test)]
mod tests;
