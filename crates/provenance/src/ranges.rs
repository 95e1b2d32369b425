//! Sets of line ranges and how many lines they hold; knows no format.

/// A set of closed ranges of lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Ranges(Vec<(u32, u32)>);

impl Ranges {
    /// Adds the lines `first` to `last`.
    pub(crate) fn add(&mut self, first: u32, last: u32) {
        self.0.push((first, last));
    }

    /// Adds all lines of another set.
    pub(crate) fn extend(&mut self, other: &Self) {
        self.0.extend_from_slice(&other.0);
    }

    /// Lines in the set, each counted once.
    pub(crate) fn lines(mut self) -> u64 {
        self.0.sort_unstable();
        let mut sum = 0u64;
        let mut end = 0u64;
        for (first, last) in self.0 {
            let (first, last) = (u64::from(first).max(end), u64::from(last) + 1);
            sum = sum.saturating_add(last.saturating_sub(first));
            end = end.max(last);
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_lines_count_once() {
        let mut ranges = Ranges::default();
        for (first, last) in [(5, 9), (1, 4), (8, 12), (8, 8)] {
            ranges.add(first, last);
        }
        assert_eq!(ranges.lines(), 12);
        let mut all = Ranges::default();
        all.add(1, u32::MAX);
        assert_eq!(all.lines(), u64::from(u32::MAX));
    }
}
