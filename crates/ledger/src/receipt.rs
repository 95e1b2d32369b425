//! Proofs that travel (C2SP `tlog-proof`): one entry's place in a log, with the checkpoint that it leads to.

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::hash::Hash;
use crate::note::Verifier;
use crate::proof::{self, Part, ProofError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const HEAD: &str = "c2sp.org/tlog-proof@v1";
/// Most hashes: a tree has at most 63 levels.
const HASHES_MAX: usize = 63;

/// A proof in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Anything beside it. Nobody has signed it.
    pub extra: Option<Vec<u8>>,
    /// The entry's place.
    pub index: u64,
    /// From the leaf's sibling upward.
    pub hashes: Vec<Hash>,
    /// The signed checkpoint.
    pub checkpoint: String,
}

/// Why a proof shows nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// It has not the form of one.
    #[error("it is no proof: {0}")]
    Malformed(&'static str),
    /// Its checkpoint.
    #[error("its checkpoint: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// It does not lead from the entry to the checkpoint.
    #[error("entry {index} is not shown to be in the log: {error}")]
    Proof {
        /// The entry's place.
        index: u64,
        /// Why.
        error: ProofError,
    },
}

impl Receipt {
    /// The file.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("{HEAD}\n");
        if let Some(extra) = &self.extra {
            text.push_str(&format!("extra {}\n", STANDARD.encode(extra)));
        }
        text.push_str(&format!("index {}\n", self.index));
        for hash in &self.hashes {
            text.push_str(&hash.base64());
            text.push('\n');
        }
        format!("{text}\n{}", self.checkpoint)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`ReceiptError::Malformed`].
    pub fn parse(text: &str) -> Result<Self, ReceiptError> {
        let wrong = ReceiptError::Malformed;
        let (head, checkpoint) = text.split_once("\n\n").ok_or(wrong("it has no checkpoint"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEAD) {
            return Err(wrong("its first line is another"));
        }
        let extra = lines.next_if(|line| line.starts_with("extra "));
        let extra = extra.and_then(|line| line.strip_prefix("extra "));
        let extra = extra.map(|text| STANDARD.decode(text)).transpose();
        let extra = extra.map_err(|_| wrong("its extra is no base64"))?;
        let index = lines.next().and_then(|line| line.strip_prefix("index "));
        let number = index.and_then(|text| text.parse::<u64>().ok());
        let number = number.filter(|number| Some(number.to_string().as_str()) == index);
        let index = number.ok_or(wrong("it has no index"))?;
        let hashes: Option<Vec<Hash>> = lines.map(Hash::from_base64).collect();
        let hashes = hashes.ok_or(wrong("a line is no hash"))?;
        if hashes.len() > HASHES_MAX {
            return Err(wrong("it has too many hashes"));
        }
        Ok(Self { extra, index, hashes, checkpoint: checkpoint.to_owned() })
    }

    /// Whether an entry is in the log that a key signs for, and which witnesses have seen the checkpoint when.
    ///
    /// # Errors
    /// [`ReceiptError`]
    pub fn verify(
        &self,
        entry: &[u8],
        log: &Verifier,
        witnesses: &[Verifier],
    ) -> Result<(Checkpoint, Vec<(String, u64)>), ReceiptError> {
        let (checkpoint, seen) = Checkpoint::verify(&self.checkpoint, log, witnesses)?;
        let whole = (checkpoint.size, checkpoint.root);
        let leaf = Hash::of_leaf(entry);
        proof::check(Part::leaf(self.index), leaf, whole, &self.hashes)
            .map_err(|error| ReceiptError::Proof { index: self.index, error })?;
        Ok((checkpoint, seen))
    }
}
