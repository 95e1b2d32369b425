//! Reads the table that divan 0.1 prints; knows no benchmark.

use std::time::Duration;

/// A row with a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Names from the root, joined by `/`.
    pub(super) name: String,
    /// The fastest sample.
    pub(super) fastest: Duration,
    /// The median.
    pub(super) median: Duration,
    /// How many samples there were.
    pub(super) samples: usize,
}

/// Least bars between cells: fastest stands in the name's cell, then slowest, median, mean, samples, iters.
const BARS: usize = 5;

/// The rows that carry a time, in their order.
pub(super) fn parse(text: &str) -> Vec<Entry> {
    let mut above: Vec<&str> = Vec::new();
    let mut entries = Vec::new();
    for line in text.lines().filter(|line| line.matches('│').count() >= BARS) {
        let Some((depth, name)) = name_of(line) else { continue };
        above.truncate(depth);
        above.push(name);
        entries.extend(times_of(line).map(|(fastest, median, samples)| {
            let name = above.join("/");
            Entry { name, fastest, median, samples }
        }));
    }
    entries
}

/// Fastest, median and number of samples, counted from the right, where no guides stand.
fn times_of(line: &str) -> Option<(Duration, Duration, usize)> {
    let cells: Vec<&str> = line.rsplit('│').collect();
    let first = cells.get(BARS)?.rsplit("  ").find(|part| !part.trim().is_empty())?;
    let samples = cells.get(1)?.trim().parse().ok()?;
    Some((time_of(first)?, time_of(cells.get(3)?)?, samples))
}

/// How deep a row lies, and its name. A step deeper is three columns.
fn name_of(line: &str) -> Option<(usize, &str)> {
    let is_guide = |c: char| "│├╰─ ".contains(c);
    let rest = line.trim_start_matches(is_guide);
    let columns = line.chars().count() - rest.chars().count();
    let name = rest.split("  ").next()?.trim();
    (!name.is_empty()).then_some((columns / 3, name))
}

/// A time such as `34.5 µs`.
fn time_of(cell: &str) -> Option<Duration> {
    let (value, unit) = cell.trim().split_once(' ')?;
    let seconds = match unit {
        "ps" => 1e-12,
        "ns" => 1e-9,
        "µs" | "μs" | "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(value.parse::<f64>().ok()? * seconds).ok()
}

/// The numbers that stand in a name.
pub(super) fn numbers_in(name: &str) -> Vec<u64> {
    name.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
}

#[cfg(test)]
mod tests;
