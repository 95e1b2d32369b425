//! What a log is read from, and hashes of any part of it; opens nothing itself.

use crate::hash::{EMPTY, Hash};
use crate::proof::{Hashes, Part};
use crate::tile::{HEIGHT, Kind, Tile, WIDTH};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

/// Files of a log by their paths: a folder, a server, memory.
pub trait Source {
    /// A file's bytes; `None` where there is none.
    ///
    /// # Errors
    /// A sentence that says what could not be read.
    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, String>;
}

impl Source for BTreeMap<String, Vec<u8>> {
    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(Self::get(self, path).cloned())
    }
}

/// Why a part of a log cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It is not there.
    #[error("{0} is missing")]
    Missing(String),
    /// It is not as long as it must be, or of no form.
    #[error("{0} is damaged")]
    Damaged(String),
    /// The source says so.
    #[error("{0}")]
    Source(String),
}

/// The bytes of a tile as a log of any later size has them.
///
/// # Errors
/// [`ReadError`]
pub fn read(source: &dyn Source, tile: Tile) -> Result<Vec<u8>, ReadError> {
    let get = |tile: Tile| source.get(&tile.path()).map_err(ReadError::Source);
    if let Some(bytes) = get(tile)? {
        return Ok(bytes);
    }
    // Partial tiles may go once they are full.
    get(Tile { width: 256, ..tile })?.ok_or_else(|| ReadError::Missing(tile.path()))
}

/// The first `width` hashes of a tile of hashes.
///
/// # Errors
/// [`ReadError`]
pub fn read_hashes(source: &dyn Source, tile: Tile) -> Result<Vec<Hash>, ReadError> {
    let bytes = read(source, tile)?;
    let (hashes, rest) = bytes.as_chunks::<32>();
    let hashes = hashes.get(..usize::from(tile.width)).filter(|_| rest.is_empty());
    let hashes = hashes.ok_or_else(|| ReadError::Damaged(tile.path()))?;
    Ok(hashes.iter().copied().map(Hash).collect())
}

/// Tiles that were read, by level and index.
type Known = HashMap<(u8, u64), Rc<[Hash]>>;

/// Hashes of a log of one size by its tiles.
pub struct Tiles<'a> {
    source: &'a dyn Source,
    size: u64,
    known: RefCell<Known>,
}

impl<'a> Tiles<'a> {
    /// Of the first `size` leaves.
    #[must_use]
    pub fn new(source: &'a dyn Source, size: u64) -> Self {
        Self { source, size, known: RefCell::default() }
    }

    fn tile(&self, level: u8, index: u64) -> Result<Rc<[Hash]>, ReadError> {
        if let Some(known) = self.known.borrow().get(&(level, index)) {
            return Ok(Rc::clone(known));
        }
        let units = self.size >> (u32::from(level) * u32::from(HEIGHT));
        let width = units.saturating_sub(index * WIDTH).min(WIDTH);
        let width = u16::try_from(width).unwrap_or(256);
        let tile = Tile { kind: Kind::Hashes(level), index, width };
        let hashes: Rc<[Hash]> = read_hashes(self.source, tile)?.into();
        self.known.borrow_mut().insert((level, index), Rc::clone(&hashes));
        Ok(hashes)
    }

    /// Root of the perfect subtree of `2^level` leaves at `index` of that level.
    fn node(&self, level: u8, index: u64) -> Result<Hash, ReadError> {
        let (tile_level, above) = (level / HEIGHT, level % HEIGHT);
        let first = index << above;
        let hashes = self.tile(tile_level, first / WIDTH)?;
        let start = usize::try_from(first % WIDTH).unwrap_or(usize::MAX);
        let own = start.checked_add(1 << above).and_then(|end| hashes.get(start..end));
        let path = || Tile { kind: Kind::Hashes(tile_level), index: first / WIDTH, width: 256 };
        let own = own.ok_or_else(|| ReadError::Missing(path().path()))?;
        Ok(root_of(own))
    }
}

/// Root of a tree of some nodes.
#[must_use]
pub fn root_of(hashes: &[Hash]) -> Hash {
    match hashes {
        [] => EMPTY,
        [one] => *one,
        more => {
            let (left, right) = more.split_at(more.len().next_power_of_two() / 2);
            Hash::of_node(root_of(left), root_of(right))
        }
    }
}

impl Hashes for Tiles<'_> {
    type Error = ReadError;

    fn range(&self, part: Part) -> Result<Hash, ReadError> {
        let Some(size) = part.end.checked_sub(part.start).filter(|size| *size > 0) else {
            return Ok(EMPTY);
        };
        if size.is_power_of_two() && part.start.is_multiple_of(size) {
            let level = u8::try_from(size.trailing_zeros()).unwrap_or(u8::MAX);
            return self.node(level, part.start / size);
        }
        let left = size.next_power_of_two() / 2;
        let middle = part.start + left;
        let left = self.range(Part { end: middle, ..part })?;
        let right = self.range(Part { start: middle, ..part })?;
        Ok(Hash::of_node(left, right))
    }
}
