//! Finds entries of a roster by what they claim; copies no text: whoever looks up compares the
//! entry itself. Made for every decision, so the first questions are answered by looking through all
//! entries, and the table that serves more of them has no heap cell an entry.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Questions that are answered without a table: so many cost less than to make it.
const WITHOUT_TABLE: u32 = 4;

/// An entry of a roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    Person(usize),
    Agent(usize),
    Service(usize),
}

/// An open-addressing table with linear probing; nothing is ever taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Index {
    /// Hash and entry, in the order in which they were added.
    entries: Vec<(u64, Slot)>,
    /// Positions in `entries`, counted from one; zero is a gap.
    table: Vec<u32>,
}

/// Entries by one kind of identity.
#[derive(Debug, Default)]
pub(super) struct Lookup {
    asked: AtomicU32,
    index: OnceLock<Index>,
}

impl Clone for Lookup {
    fn clone(&self) -> Self {
        let asked = AtomicU32::new(self.asked.load(Ordering::Relaxed));
        Self { asked, index: self.index.clone() }
    }
}

impl Lookup {
    /// The first entry, in the order of `all`, that `is_it`. The table is made by `fill`, which adds
    /// entries in the same order.
    pub(super) fn find<A: Iterator<Item = Slot>>(
        &self,
        parts: &[&[u8]],
        all: impl Fn() -> A,
        fill: impl FnOnce(&mut Index),
        is_it: impl Fn(&Slot) -> bool,
    ) -> Option<Slot> {
        if self.index.get().is_none() && self.asked.fetch_add(1, Ordering::Relaxed) < WITHOUT_TABLE
        {
            return all().find(is_it);
        }
        let index = self.index.get_or_init(|| {
            let mut index = Index::with_room(all().count());
            fill(&mut index);
            index
        });
        index.find(parts).find(is_it)
    }
}

/// FNV-1a over the parts, with their ends.
fn hash_of(parts: &[&[u8]]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        for byte in part.iter().chain(std::iter::once(&0xff)) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

impl Index {
    /// A table with room for so many entries before it grows.
    pub(super) fn with_room(entries: usize) -> Self {
        let size = entries.saturating_mul(2).next_power_of_two().max(16);
        Self { entries: Vec::with_capacity(entries), table: vec![0; size] }
    }

    /// Places that an entry of a hash may lie at, in their order.
    fn places(&self, hash: u64) -> impl Iterator<Item = usize> + use<> {
        let size = self.table.len();
        // The low bits alone choose; a 32-bit machine may drop the high ones.
        #[expect(clippy::cast_possible_truncation, reason = "only low bits are used")]
        let start = hash as usize & (size - 1);
        (0..size).map(move |step| (start + step) & (size - 1))
    }

    pub(super) fn add(&mut self, parts: &[&[u8]], slot: Slot) {
        self.entries.push((hash_of(parts), slot));
        if self.entries.len() * 4 >= self.table.len() * 3 {
            self.table = vec![0; self.table.len() * 2];
            for at in 0..self.entries.len() {
                self.place(at);
            }
        } else {
            self.place(self.entries.len() - 1);
        }
    }

    /// Entries of one hash keep their order: each is put behind those that were put before.
    fn place(&mut self, at: usize) {
        let (Some((hash, _)), Ok(number)) = (self.entries.get(at), u32::try_from(at + 1)) else {
            return;
        };
        let gap = self.places(*hash).find(|place| self.table.get(*place) == Some(&0));
        if let Some(cell) = gap.and_then(|place| self.table.get_mut(place)) {
            *cell = number;
        }
    }

    /// Entries that were added under this, in their order, and perhaps others.
    pub(super) fn find(&self, parts: &[&[u8]]) -> impl Iterator<Item = Slot> + '_ {
        let wanted = hash_of(parts);
        let numbers = self.places(wanted).map_while(|place| match self.table.get(place) {
            Some(0) | None => None,
            Some(number) => Some(*number as usize - 1),
        });
        let entries = numbers.filter_map(|at| self.entries.get(at));
        entries.filter(move |(hash, _)| *hash == wanted).map(|(_, slot)| *slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_found_in_order_however_much_there_is() {
        let mut index = Index::with_room(1);
        for n in 0..5_000usize {
            index.add(&[&n.to_le_bytes()], Slot::Person(n));
            index.add(&[b"same"], Slot::Agent(n));
        }
        for n in 0..5_000usize {
            let found: Vec<Slot> = index.find(&[&n.to_le_bytes()]).collect();
            assert_eq!(found, [Slot::Person(n)]);
        }
        let same: Vec<Slot> = index.find(&[b"same"]).collect();
        assert!(same.iter().copied().eq((0..5_000).map(Slot::Agent)));
        assert_eq!(index.find(&[b"none"]).count(), 0);
    }

    #[test]
    fn parts_do_not_run_together() {
        let mut index = Index::with_room(4);
        index.add(&[b"ab", b"c"], Slot::Person(1));
        assert_eq!(index.find(&[b"a", b"bc"]).count(), 0);
    }

    #[test]
    fn the_first_entry_is_found_with_and_without_a_table() {
        // Two entries claim `same`; the first keeps it however often one asks.
        let claims: [&[&str]; 3] = [&["one", "same"], &["two", "same"], &["three"]];
        let lookup = Lookup::default();
        let ask = |text: &str| {
            let all = || (0..claims.len()).map(Slot::Person);
            let has = |slot: &Slot| {
                let Slot::Person(i) = slot else { return false };
                claims.get(*i).is_some_and(|c| c.contains(&text))
            };
            let fill = |index: &mut Index| {
                for (i, claimed) in claims.iter().enumerate() {
                    claimed.iter().for_each(|c| index.add(&[c.as_bytes()], Slot::Person(i)));
                }
            };
            lookup.find(&[text.as_bytes()], all, fill, has)
        };
        for _ in 0..3 * WITHOUT_TABLE {
            assert_eq!(ask("same"), Some(Slot::Person(0)));
            assert_eq!(ask("two"), Some(Slot::Person(1)));
            assert_eq!(ask("three"), Some(Slot::Person(2)));
            assert_eq!(ask("none"), None);
        }
        assert!(lookup.index.get().is_some(), "the table was never made");
    }
}
