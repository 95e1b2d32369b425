//! `obstat audit` over a whole history beside `git log` that prints as much; judges no answer.

use super::measure::{Pair, Program};
use super::row::{Limit, Row};
use super::{Bench, BenchError, Context, history};
use std::path::Path;

/// What is judged, without a policy in the repository.
const SUBJECT: [&str; 3] = ["audit", "--format", "jsonl"];

/// What git does to read the same.
const LOG: [&str; 2] = ["log", "--format=%H%x00%an%x00%ae%x00%B"];

/// What git does to read changed files too.
const NAMES: [&str; 2] = ["log", "--name-status"];

/// Most time, as a multiple of git's.
const LOG_MAX: f64 = 1.0;
const NAMES_MAX: f64 = 0.8;

/// Most memory, for up to 100,000 commits.
const PEAK_MAX: u64 = 150 << 20;

/// The benchmark.
pub(super) struct Audit;

impl Bench for Audit {
    fn name(&self) -> &'static str {
        "audit"
    }

    fn about(&self) -> &'static str {
        "obstat audit of a whole history, beside git log that prints as much"
    }

    fn run(&self, context: &Context<'_>) -> Result<Vec<Row>, BenchError> {
        let obstat = context.obstat()?;
        if let Some(real) = &context.args.repository {
            return rows(&obstat, real, context.args.repetitions);
        }
        let place = context.scratch()?;
        history::make(place.path(), context.args.commits)?;
        rows(&obstat, place.path(), context.args.repetitions)
    }
}

fn rows(obstat: &Path, repository: &Path, repetitions: u8) -> Result<Vec<Row>, BenchError> {
    let subject = Program::new(obstat, &SUBJECT, repository);
    let beside = |baseline: &[&str]| {
        Pair::measure(&subject, &Program::new("git", baseline, repository), repetitions)
    };
    let (log, names) = (beside(&LOG)?, beside(&NAMES)?);
    Ok(vec![
        log.row("time", "git log", Some(Limit::Ratio(LOG_MAX))),
        log.row("memory", "git log", Some(Limit::Memory(PEAK_MAX))),
        names.row("time", "git log --name-status", Some(Limit::Ratio(NAMES_MAX))),
    ])
}
