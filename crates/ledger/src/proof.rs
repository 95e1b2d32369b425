//! Proofs that a leaf or a subtree lies in a tree; knows no file.
//!
//! One recursion serves all of RFC 6962's proofs: a tree of `m` leaves is the subtree `[0, m)` of every later tree, a
//! leaf `i` is the subtree `[i, i + 1)`. Subtrees as in draft-ietf-plants-merkle-tree-certs, section 4.

use crate::hash::{EMPTY, Hash};

/// Why a proof shows nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// No such leaf or subtree can be.
    #[error("it is about {start} to {end}, which is no part of a tree of {size}")]
    NoPart {
        /// First leaf.
        start: u64,
        /// Behind the last leaf.
        end: u64,
        /// Leaves of the tree.
        size: u64,
    },
    /// It has more or fewer hashes than the sizes ask for.
    #[error("it has not as many hashes as the sizes ask for")]
    Length,
    /// It leads to another root.
    #[error("it leads to another root")]
    Root,
    /// It leads to another subtree than the one that is to be shown.
    #[error("it leads to another part")]
    Part,
}

/// Leaves from a first to behind a last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// First leaf.
    pub start: u64,
    /// Behind the last leaf.
    pub end: u64,
}

impl Part {
    /// One leaf.
    #[must_use]
    pub const fn leaf(index: u64) -> Self {
        Self { start: index, end: index.saturating_add(1) }
    }

    /// The first `size` leaves.
    #[must_use]
    pub const fn first(size: u64) -> Self {
        Self { start: 0, end: size }
    }

    /// Whether trees have it as a subtree: it begins where subtrees of its size begin.
    const fn is_subtree(self) -> bool {
        let Some(size) = self.end.checked_sub(self.start) else { return false };
        match size.checked_next_power_of_two() {
            Some(unit) => size == 0 || self.start.is_multiple_of(unit),
            None => self.start == 0,
        }
    }
}

/// Hashes of any part of a tree: what proofs are made from.
pub trait Hashes {
    /// What can go wrong.
    type Error;

    /// Root of the leaves from `start` to before `end`, as a tree of its own.
    ///
    /// # Errors
    /// When hashes cannot be read.
    fn range(&self, part: Part) -> Result<Hash, Self::Error>;
}

/// The largest power of two below `size`, which is at least 2.
const fn split(size: u64) -> u64 {
    1 << (63 - (size - 1).leading_zeros())
}

/// The proof that a part lies in a tree of `size` leaves: for a leaf its audit path, for the first leaves the proof of
/// consistency.
///
/// # Errors
/// When hashes cannot be read. A part that is none gives an empty proof, which shows nothing.
pub fn prove<H: Hashes>(hashes: &H, part: Part, size: u64) -> Result<Vec<Hash>, H::Error> {
    let mut found = Vec::new();
    if part.start < part.end && part.end <= size {
        gather(hashes, part, (0, size), true, &mut found)?;
    }
    Ok(found)
}

/// `part` lies within `size` leaves from `at` on, counted from there.
fn gather<H: Hashes>(
    hashes: &H,
    part: Part,
    (at, size): (u64, u64),
    known: bool,
    found: &mut Vec<Hash>,
) -> Result<(), H::Error> {
    let whole = |start: u64, end: u64| hashes.range(Part { start: at + start, end: at + end });
    if part.start == 0 && part.end == size {
        if !known {
            found.push(whole(0, size)?);
        }
        return Ok(());
    }
    let k = split(size);
    if part.end <= k {
        gather(hashes, part, (at, k), known, found)?;
        found.push(whole(k, size)?);
    } else if part.start >= k {
        let rest = Part { start: part.start - k, end: part.end - k };
        gather(hashes, rest, (at + k, size - k), known, found)?;
        found.push(whole(0, k)?);
    } else {
        let rest = Part { start: 0, end: part.end - k };
        gather(hashes, rest, (at + k, size - k), false, found)?;
        found.push(whole(0, k)?);
    }
    Ok(())
}

/// Whether a part with the root `own` lies in the tree of `size` leaves with the root `root`.
///
/// # Errors
/// [`ProofError`] where it does not, or the proof does not show it.
pub fn check(
    part: Part,
    own: Hash,
    (size, root): (u64, Hash),
    proof: &[Hash],
) -> Result<(), ProofError> {
    let Part { start, end } = part;
    if end > size || start > end || !part.is_subtree() {
        return Err(ProofError::NoPart { start, end, size });
    }
    if start == end {
        // Nothing lies in every tree.
        return match (own == EMPTY, proof.is_empty()) {
            (true, true) => Ok(()),
            (true, false) => Err(ProofError::Length),
            (false, _) => Err(ProofError::Part),
        };
    }
    let (part, whole) = lead(part, size, own, true, proof).ok_or(ProofError::Length)?;
    match (part == own, whole == root) {
        (true, true) => Ok(()),
        (false, _) => Err(ProofError::Part),
        (true, false) => Err(ProofError::Root),
    }
}

/// Whether a tree of `after.0` leaves begins with one of `before.0` leaves.
///
/// # Errors
/// [`ProofError`] where it does not, or where that would say nothing: every tree begins with none.
pub fn goes_on(before: (u64, Hash), after: (u64, Hash), proof: &[Hash]) -> Result<(), ProofError> {
    if before.0 == 0 && after != (0, EMPTY) {
        return Err(ProofError::NoPart { start: 0, end: 0, size: after.0 });
    }
    check(Part::first(before.0), before.1, after, proof)
}

/// Roots of the part and of the whole that a proof leads to; `None` where it is too short or too long.
fn lead(part: Part, size: u64, own: Hash, known: bool, proof: &[Hash]) -> Option<(Hash, Hash)> {
    if part.start == 0 && part.end == size {
        return match (known, proof) {
            (true, []) => Some((own, own)),
            (false, [one]) => Some((*one, *one)),
            _ => None,
        };
    }
    let (last, before) = proof.split_last()?;
    let k = split(size);
    if part.end <= k {
        let (part, whole) = lead(part, k, own, known, before)?;
        return Some((part, Hash::of_node(whole, *last)));
    }
    if part.start >= k {
        let rest = Part { start: part.start - k, end: part.end - k };
        let (part, whole) = lead(rest, size - k, own, known, before)?;
        return Some((part, Hash::of_node(*last, whole)));
    }
    let rest = Part { start: 0, end: part.end - k };
    let (part, whole) = lead(rest, size - k, own, false, before)?;
    Some((Hash::of_node(*last, part), Hash::of_node(*last, whole)))
}
