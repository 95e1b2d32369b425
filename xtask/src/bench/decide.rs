//! `decide` with its facts in memory, beside published figures of policy-bot; judges no answer.

use super::row::{Figure, Limit, Row};
use super::{Bench, BenchError, Context, divan};
use crate::workspace::output_of;
use std::time::Duration;

/// How to run it.
const COMMAND: [&str; 6] =
    ["bench", "--quiet", "--locked", "--package=obstat-policy", "--bench", "decide"];

/// A size with its limit and what policy-bot takes for it, the best known engine of this kind.
struct Size {
    rules: u64,
    files: u64,
    limit: Duration,
    policy_bot: Duration,
}

const SIZES: [Size; 2] = [
    Size {
        rules: 10,
        files: 20,
        limit: Duration::from_micros(5),
        policy_bot: Duration::from_nanos(34_500),
    },
    Size {
        rules: 50,
        files: 300,
        limit: Duration::from_micros(100),
        policy_bot: Duration::from_micros(396),
    },
];

/// The benchmark.
pub(super) struct Decide;

impl Bench for Decide {
    fn name(&self) -> &'static str {
        "decide"
    }

    fn about(&self) -> &'static str {
        "decide with path matching, facts in memory; policy-bot's figures are published, not measured"
    }

    fn run(&self, context: &Context<'_>) -> Result<Vec<Row>, BenchError> {
        let output = output_of(context.workspace.cargo().args(COMMAND))?;
        let entries = divan::parse(&String::from_utf8_lossy(&output));
        SIZES.iter().map(|size| row(size, &entries)).collect()
    }
}

/// The row of a size: the entry whose name holds just these two numbers.
fn row(size: &Size, entries: &[divan::Entry]) -> Result<Row, BenchError> {
    let (rules, files) = (size.rules, size.files);
    let what = format!("{rules} rules on {files} files");
    let entry = entries.iter().find(|entry| divan::numbers_in(&entry.name) == [rules, files]);
    let entry = entry.ok_or_else(|| BenchError::NoRow { bench: "decide", row: what.clone() })?;
    let time = Figure { min: entry.fastest, median: entry.median, runs: entry.samples };
    let published = Figure { min: size.policy_bot, median: size.policy_bot, runs: 1 };
    let baseline = ("policy-bot, published,".to_owned(), published);
    Ok(Row { what, time, peak: None, baseline, limit: Some(Limit::Time(size.limit)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_found_by_its_numbers_and_missed_aloud() {
        let median = Duration::from_micros(4);
        let entry = |name: &str| divan::Entry {
            name: name.to_owned(),
            fastest: median,
            median,
            samples: 100,
        };
        let entries = [entry("decide/10_rules_200_files"), entry("decide/10_rules_20_files")];
        let found = row(&SIZES[0], &entries).unwrap();
        assert!(found.holds() && found.time.median == median);
        assert!(matches!(row(&SIZES[1], &entries), Err(BenchError::NoRow { .. })));
    }
}
