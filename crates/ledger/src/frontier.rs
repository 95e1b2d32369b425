//! The right edge of a growing tree: all that appending needs. Stores nothing.

use crate::hash::{EMPTY, Hash};

/// Roots of the perfect subtrees that a tree of some size is made of, the largest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    edge: Vec<Hash>,
}

impl Frontier {
    /// The tree without leaves.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The edge of a tree of `size` leaves; `None` where there are more or fewer subtrees than it has.
    #[must_use]
    pub fn of(size: u64, edge: Vec<Hash>) -> Option<Self> {
        (edge.len() == size.count_ones() as usize).then_some(Self { size, edge })
    }

    /// Leaves so far.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The subtrees, the largest first.
    #[must_use]
    pub fn edge(&self) -> &[Hash] {
        &self.edge
    }

    /// Appends a leaf. `made` gets each node that is complete by it, the leaf first, as level, index at that level and
    /// hash.
    pub fn push(&mut self, leaf: Hash, mut made: impl FnMut(u8, u64, Hash)) {
        let (mut here, mut level, mut index) = (leaf, 0, self.size);
        made(level, index, here);
        while index & 1 == 1
            && let Some(left) = self.edge.pop()
        {
            here = Hash::of_node(left, here);
            (level, index) = (level + 1, index >> 1);
            made(level, index, here);
        }
        self.edge.push(here);
        self.size += 1;
    }

    /// Root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut edge = self.edge.iter().rev().copied();
        let Some(last) = edge.next() else { return EMPTY };
        edge.fold(last, |right, left| Hash::of_node(left, right))
    }
}
