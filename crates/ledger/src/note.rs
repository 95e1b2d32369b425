//! Signed notes (C2SP `signed-note`): text with signatures by named keys; knows not what the text says.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::Digest as _;

/// Largest note in bytes.
const NOTE_MAX: usize = 1 << 20;
/// Most signatures of a note.
const SIGNATURES_MAX: usize = 100;

/// Why a note tells nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// It has not the form of one.
    #[error("it is no signed note: {0}")]
    Malformed(&'static str),
    /// No key that is known has signed it.
    #[error("none of its signatures is by a key that is known")]
    Unknown,
    /// A key that is known has not signed this.
    #[error("the signature of {0} does not hold")]
    Wrong(String),
    /// The text of a key is none.
    #[error("it is no key: {0}")]
    Key(&'static str),
}

/// How a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// Ed25519 over the text, type 1.
    Ed25519,
    /// A witness's cosignature with a time, by Ed25519, type 4.
    Cosignature,
}

impl Algorithm {
    const fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 1,
            Self::Cosignature => 4,
        }
    }
}

/// A key that signatures are checked by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    id: [u8; 4],
    algorithm: Algorithm,
    key: VerifyingKey,
}

/// `SHA-256(name ‖ 0A ‖ type ‖ key)`, its first four bytes.
fn key_id(name: &str, algorithm: Algorithm, key: &VerifyingKey) -> [u8; 4] {
    let hash = sha2::Sha256::new()
        .chain_update(name)
        .chain_update([0x0a, algorithm.byte()])
        .chain_update(key.as_bytes())
        .finalize();
    let mut id = [0; 4];
    id.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    id
}

/// Names of keys hold neither space nor plus, and are not empty.
fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c == '+' || c.is_whitespace() || c.is_control())
}

impl Verifier {
    /// `name+id+base64(type ‖ key)`.
    ///
    /// # Errors
    /// [`NoteError::Key`] where it is none, of another type, or its id is another's.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.trim().splitn(3, '+');
        let (name, id, key) = (parts.next(), parts.next(), parts.next());
        let (Some(name), Some(id), Some(key)) = (name, id, key) else {
            return Err(NoteError::Key("it has not three parts"));
        };
        if !is_name(name) {
            return Err(NoteError::Key("its name is empty or has a space"));
        }
        let bytes = STANDARD.decode(key).map_err(|_| NoteError::Key("it is no base64"))?;
        let algorithm = match bytes.first() {
            Some(1) => Algorithm::Ed25519,
            Some(4) => Algorithm::Cosignature,
            _ => return Err(NoteError::Key("its type is not known")),
        };
        let key = bytes.get(1..).and_then(|key| <[u8; 32]>::try_from(key).ok());
        let key = key.and_then(|key| VerifyingKey::from_bytes(&key).ok());
        let key = key.filter(|key| !key.is_weak());
        let key = key.ok_or(NoteError::Key("it is no Ed25519 key"))?;
        let known = key_id(name, algorithm, &key);
        if hex(&known) != id {
            return Err(NoteError::Key("its id is not that of the key"));
        }
        Ok(Self { name: name.to_owned(), id: known, algorithm, key })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// As [`Verifier::parse`] reads it.
    #[must_use]
    pub fn text(&self) -> String {
        let bytes = [&[self.algorithm.byte()][..], self.key.as_bytes()].concat();
        format!("{}+{}+{}", self.name, hex(&self.id), STANDARD.encode(bytes))
    }

    /// Checks the bytes behind the key id. Gives the time that a witness claims, in seconds.
    fn check(&self, text: &str, bytes: &[u8]) -> Option<Option<u64>> {
        let (time, signature, message) = match self.algorithm {
            Algorithm::Ed25519 => (None, bytes, text.as_bytes().to_vec()),
            Algorithm::Cosignature => {
                let (time, signature) = bytes.split_first_chunk::<8>()?;
                let time = u64::from_be_bytes(*time);
                let message = format!("cosignature/v1\ntime {time}\n{text}");
                (Some(time), signature, message.into_bytes())
            }
        };
        let signature = Signature::from_slice(signature).ok()?;
        self.key.verify_strict(&message, &signature).ok().map(|()| time)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A key that signs notes.
pub struct Signer {
    verifier: Verifier,
    key: SigningKey,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("name", &self.verifier.name).finish_non_exhaustive()
    }
}

impl Signer {
    /// A log's key of a name and a seed of 32 random bytes.
    ///
    /// # Errors
    /// [`NoteError::Key`] where the name is none.
    pub fn new(name: &str, seed: [u8; 32]) -> Result<Self, NoteError> {
        if !is_name(name) {
            return Err(NoteError::Key("its name is empty or has a space"));
        }
        let (key, algorithm) = (SigningKey::from_bytes(&seed), Algorithm::Ed25519);
        let id = key_id(name, algorithm, &key.verifying_key());
        let verifier = Verifier { name: name.to_owned(), id, algorithm, key: key.verifying_key() };
        Ok(Self { verifier, key })
    }

    /// The key that its signatures are checked by.
    #[must_use]
    pub const fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// A note of a text, which ends with a line feed.
    #[must_use]
    pub fn sign(&self, text: &str) -> String {
        let signature = self.key.sign(text.as_bytes()).to_bytes();
        let bytes = [&self.verifier.id[..], &signature].concat();
        format!("{text}\n— {} {}\n", self.verifier.name, STANDARD.encode(bytes))
    }
}

/// A note whose signatures were checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// What was signed, with its last line feed.
    pub text: String,
    /// Who signed, in the order of the keys, with the time that a witness claims.
    pub signed: Vec<(String, Option<u64>)>,
}

/// A line of a signature: the key's name, its id and what follows it.
type Line<'a> = (&'a str, Vec<u8>);

/// Text and signatures of a note, unchecked.
fn parts(note: &str) -> Result<(&str, Vec<Line<'_>>), NoteError> {
    if note.len() > NOTE_MAX {
        return Err(NoteError::Malformed("it is too large"));
    }
    if note.chars().any(|c| c.is_control() && c != '\n') {
        return Err(NoteError::Malformed("it has control characters"));
    }
    let at = note.rfind("\n\n").ok_or(NoteError::Malformed("it has no signatures"))?;
    let (text, lines) = note.split_at_checked(at + 1).unwrap_or_default();
    let lines = lines.strip_prefix('\n').unwrap_or_default();
    let lines = lines.strip_suffix('\n').ok_or(NoteError::Malformed("its last line is cut"))?;
    let mut found = Vec::new();
    for line in lines.split('\n') {
        let parsed = line.strip_prefix("— ").and_then(|line| line.split_once(' '));
        let bytes = parsed.and_then(|(_, text)| STANDARD.decode(text).ok());
        match (parsed, bytes) {
            (Some((name, _)), Some(bytes)) if is_name(name) && bytes.len() > 4 => {
                found.push((name, bytes));
            }
            _ => return Err(NoteError::Malformed("a line of a signature is none")),
        }
        if found.len() > SIGNATURES_MAX {
            return Err(NoteError::Malformed("it has too many signatures"));
        }
    }
    Ok((text, found))
}

/// The text of a note that nobody has checked.
///
/// # Errors
/// [`NoteError::Malformed`].
pub fn unchecked(note: &str) -> Result<&str, NoteError> {
    parts(note).map(|(text, _)| text)
}

/// Checks a note by the keys that are known. Signatures by others are passed over; one that is by a key that is known
/// and does not hold refuses the note.
///
/// # Errors
/// [`NoteError`]
pub fn verify(note: &str, keys: &[Verifier]) -> Result<Verified, NoteError> {
    let (text, lines) = parts(note)?;
    let mut signed = Vec::new();
    for key in keys {
        let is_its = |(name, bytes): &&Line| *name == key.name && bytes.starts_with(&key.id);
        let mut by_it = false;
        for (_, bytes) in lines.iter().filter(is_its) {
            let rest = bytes.get(4..).unwrap_or_default();
            let time = key.check(text, rest).ok_or_else(|| NoteError::Wrong(key.name.clone()))?;
            if !by_it {
                signed.push((key.name.clone(), time));
            }
            by_it = true;
        }
    }
    if signed.is_empty() {
        return Err(NoteError::Unknown);
    }
    Ok(Verified { text: text.to_owned(), signed })
}
