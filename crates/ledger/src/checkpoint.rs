//! Checkpoints (C2SP `tlog-checkpoint`): how large a log is, and its root; signed as notes.

use crate::hash::Hash;
use crate::note::{self, NoteError, Signer, Verifier};

/// A state of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: its key's name.
    pub origin: String,
    /// Entries.
    pub size: u64,
    /// Root of the tree of them.
    pub root: Hash,
}

/// Why a checkpoint tells nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note around it.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Its text is none.
    #[error("it is no checkpoint: {0}")]
    Malformed(&'static str),
    /// It is of another log.
    #[error("it is of {found}, and not of {wanted}")]
    Origin {
        /// Whose it is.
        found: String,
        /// Whose was asked for.
        wanted: String,
    },
}

impl Checkpoint {
    /// The lines that are signed.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root.base64())
    }

    /// The note that a log publishes.
    #[must_use]
    pub fn signed(&self, key: &Signer) -> String {
        key.sign(&self.text())
    }

    /// Reads what nobody has checked. Lines behind the root are extensions, which are passed over.
    ///
    /// # Errors
    /// [`CheckpointError::Malformed`].
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let wrong = CheckpointError::Malformed;
        let mut lines = text.strip_suffix('\n').unwrap_or(text).split('\n');
        let origin = lines.next().filter(|line| !line.is_empty());
        let origin = origin.ok_or(wrong("it has no origin"))?.to_owned();
        let size = lines.next().unwrap_or_default();
        let number: u64 = size.parse().map_err(|_| wrong("its size is no number"))?;
        if number.to_string() != size {
            return Err(wrong("its size is written in another way"));
        }
        let root = lines.next().and_then(Hash::from_base64);
        let root = root.ok_or(wrong("its root is no hash"))?;
        if lines.any(str::is_empty) {
            return Err(wrong("it has an empty line"));
        }
        Ok(Self { origin, size: number, root })
    }

    /// Reads a note that a log has signed, and who of the witnesses has.
    ///
    /// # Errors
    /// [`CheckpointError`]
    pub fn verify(
        note: &str,
        log: &Verifier,
        witnesses: &[Verifier],
    ) -> Result<(Self, Vec<(String, u64)>), CheckpointError> {
        let own = note::verify(note, std::slice::from_ref(log))?;
        let found = Self::parse(&own.text)?;
        if found.origin != log.name() {
            let wanted = log.name().to_owned();
            return Err(CheckpointError::Origin { found: found.origin, wanted });
        }
        let seen = match note::verify(note, witnesses) {
            Ok(seen) => seen.signed,
            Err(NoteError::Unknown) => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        let seen = seen.into_iter().filter_map(|(name, time)| Some((name, time?)));
        Ok((found, seen.collect()))
    }
}
