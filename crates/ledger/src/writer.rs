//! Entries into tiles, one after another; stores nothing.

use crate::bundle;
use crate::frontier::Frontier;
use crate::hash::Hash;
use crate::payload::{self, Payload};
use crate::tile::{HEIGHT, Kind, Tile, WIDTH};

/// Where a log goes on: its edge, and what is in tiles that are not full.
#[derive(Debug, Clone, Default)]
pub struct Writer {
    frontier: Frontier,
    /// By level of tiles.
    hashes: Vec<Vec<Hash>>,
    entries: Vec<u8>,
    payloads: Vec<u8>,
}

/// Gets each file.
pub type Emit<'a> = &'a mut dyn FnMut(Tile, &[u8]);

impl Writer {
    /// A log without entries.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Entries and root so far.
    #[must_use]
    pub const fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// Appends an entry with its payload, and gives the tiles that are full by it; `false`, and nothing happens, where
    /// one is too long.
    #[must_use]
    pub fn push(&mut self, entry: &[u8], payload: &Payload, emit: Emit) -> bool {
        let (entries, payloads) = (self.entries.len(), self.payloads.len());
        if !bundle::push(&mut self.entries, entry) || !payload::push(&mut self.payloads, payload) {
            self.entries.truncate(entries);
            self.payloads.truncate(payloads);
            return false;
        }
        let hashes = &mut self.hashes;
        self.frontier.push(Hash::of_leaf(entry), |level, index, hash| {
            if level % HEIGHT == 0 {
                keep(hashes, (level / HEIGHT, index, hash), emit);
            }
        });
        let size = self.frontier.size();
        if size.is_multiple_of(WIDTH) {
            let tile = |kind| Tile { kind, index: size / WIDTH - 1, width: 256 };
            emit(tile(Kind::Entries), &self.entries);
            emit(tile(Kind::Payloads), &self.payloads);
            self.entries.clear();
            self.payloads.clear();
        }
        true
    }

    /// Gives the tiles that are not full, which go with a checkpoint of this size.
    pub fn partial(&self, emit: Emit) {
        let size = self.frontier.size();
        for (level, hashes) in (0..).zip(&self.hashes) {
            let units = size >> (u32::from(level) * u32::from(HEIGHT));
            let width = u16::try_from(hashes.len()).unwrap_or(u16::MAX);
            if width > 0 {
                let tile = Tile { kind: Kind::Hashes(level), index: units / WIDTH, width };
                emit(tile, &bytes(hashes));
            }
        }
        let width = u16::try_from(size % WIDTH).unwrap_or(u16::MAX);
        if width > 0 {
            let tile = |kind| Tile { kind, index: size / WIDTH, width };
            emit(tile(Kind::Entries), &self.entries);
            emit(tile(Kind::Payloads), &self.payloads);
        }
    }
}

/// Keeps a hash of a tile, and gives the tile where it is full.
fn keep(hashes: &mut Vec<Vec<Hash>>, (level, index, hash): (u8, u64, Hash), emit: Emit) {
    while hashes.len() <= usize::from(level) {
        hashes.push(Vec::new());
    }
    let Some(own) = hashes.get_mut(usize::from(level)) else { return };
    own.push(hash);
    if own.len() as u64 == WIDTH {
        let tile = Tile { kind: Kind::Hashes(level), index: index / WIDTH, width: 256 };
        emit(tile, &bytes(own));
        own.clear();
    }
}

fn bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}
