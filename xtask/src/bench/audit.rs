//! `obstat audit` over a whole history beside `git log` that prints as much; judges no answer.

use super::gated::{Gated, Size};
use super::measure::{Pair, Program};
use super::row::{Limit, Row};
use super::{Bench, BenchError, Context, history};
use std::path::Path;

/// What is judged, without a policy in the repository.
const SUBJECT: [&str; 3] = ["audit", "--format", "jsonl"];

/// What is judged where changed files are read too.
const FILES: [&str; 4] = ["audit", "--files", "--format", "jsonl"];

/// What git does to read the same.
const LOG: [&str; 2] = ["log", "--format=%H%x00%an%x00%ae%x00%B"];

/// What git does to read changed files too.
const NAMES: [&str; 2] = ["log", "--name-status"];

/// Most time, as a multiple of git's.
const LOG_MAX: f64 = 1.0;
const NAMES_MAX: f64 = 0.8;

/// Most memory, and for how many times the commits of the others.
const PEAK_MAX: u64 = 150_000_000;
const LARGER: u32 = 5;

/// A policy and roster of some size.
const SIZE: Size = Size { rules: 50, people: 1_000 };

/// Commits of one push to the gated repository.
const PUSH: u32 = 1_000;

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
        let (obstat, args) = (context.obstat()?, context.args);
        if let Some(real) = &args.repository {
            return plain(&obstat, real, args.repetitions);
        }
        let place = context.scratch()?;
        history::make(place.path(), args.commits)?;
        let mut rows = plain(&obstat, place.path(), args.repetitions)?;
        let gated = Gated::make(context.scratch()?, obstat.clone(), SIZE)?;
        gated.land(args.commits, PUSH)?;
        rows.push(with_policy(&obstat, &gated, args.repetitions)?);
        let large = context.scratch()?;
        history::make(large.path(), args.commits.saturating_mul(LARGER))?;
        rows.push(memory(&obstat, large.path(), args.commits.saturating_mul(LARGER))?);
        Ok(rows)
    }
}

fn plain(obstat: &Path, repository: &Path, repetitions: u8) -> Result<Vec<Row>, BenchError> {
    let beside = |subject: &[&str], baseline: &[&str]| {
        let subject = Program::new(obstat, subject, repository);
        Pair::measure(&subject, &Program::new("git", baseline, repository), repetitions)
    };
    let (log, names) = (beside(&SUBJECT, &LOG)?, beside(&FILES, &NAMES)?);
    Ok(vec![
        log.row("time", "git log", Some(Limit::Ratio(LOG_MAX))),
        names.row("time, --files", "git log --name-status", Some(Limit::Ratio(NAMES_MAX))),
    ])
}

/// The whole history came through the gate.
fn with_policy(obstat: &Path, gated: &Gated, repetitions: u8) -> Result<Row, BenchError> {
    let server = gated.server();
    let subject = Program::new(obstat, &SUBJECT, &server);
    let pair = Pair::measure(&subject, &Program::new("git", &NAMES, &server), repetitions)?;
    Ok(pair.row("time, with a policy", "git log --name-status", Some(Limit::Ratio(NAMES_MAX))))
}

fn memory(obstat: &Path, repository: &Path, commits: u32) -> Result<Row, BenchError> {
    let subject = Program::new(obstat, &FILES, repository);
    let pair = Pair::measure(&subject, &Program::new("git", &NAMES, repository), 1)?;
    let what = format!("memory, {commits} commits");
    Ok(pair.row(&what, "git log --name-status", Some(Limit::Memory(PEAK_MAX))))
}
