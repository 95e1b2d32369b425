//! The pre-receive hook from its start to its verdict, beside what git does at the same moment.
//!
//! The objects lie in the repository itself, not in quarantine. Every push is clear.

use super::gated::{Gated, PUSHER, Size, TARGET};
use super::measure::{Pair, Program};
use super::row::{Limit, Row};
use super::{Bench, BenchError, Context};
use std::time::Duration;

/// Fifty rules, ten thousand people.
const SIZE: Size = Size { rules: 50, people: 10_000 };

/// Whether the parsed roster is kept between pushes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cache {
    Warm,
    Cold,
}

/// What is pushed, and the most time that it may take.
struct Case {
    what: &'static str,
    commits: u32,
    cache: Cache,
    limit: Duration,
}

const CASES: [Case; 3] = [
    Case {
        what: "1 commit, warm",
        commits: 1,
        cache: Cache::Warm,
        limit: Duration::from_millis(15),
    },
    Case {
        what: "1 commit, cold",
        commits: 1,
        cache: Cache::Cold,
        limit: Duration::from_millis(300),
    },
    Case {
        what: "1,000 commits, warm",
        commits: 1_000,
        cache: Cache::Warm,
        limit: Duration::from_millis(200),
    },
];

/// The benchmark.
pub(super) struct PreReceive;

impl Bench for PreReceive {
    fn name(&self) -> &'static str {
        "pre-receive"
    }

    fn about(&self) -> &'static str {
        "the hook with 50 rules and 10,000 people, beside git's own check of the pushed objects"
    }

    fn run(&self, context: &Context<'_>) -> Result<Vec<Row>, BenchError> {
        let obstat = context.obstat()?;
        let gated = Gated::make(context.scratch()?, obstat.clone(), SIZE)?;
        let hook = Program::new(obstat, &["hook", "pre-receive"], &gated.server());
        let hook = hook.with("GIT_DIR", ".").with(PUSHER.0, PUSHER.1);
        let run = |case: &Case| row(&gated, &hook, case, context.args.repetitions);
        CASES.iter().map(run).collect()
    }
}

fn row(gated: &Gated, hook: &Program, case: &Case, repetitions: u8) -> Result<Row, BenchError> {
    let ids = gated.commits(case.commits, &format!("pushed{}", case.commits))?;
    let new = ids.last().cloned().unwrap_or_default();
    let old = gated.git(&["rev-parse", TARGET])?;
    let input = gated.server().join("pushed");
    let io = |source| BenchError::Io { what: "writing the hook's input", source };
    std::fs::write(&input, format!("{old} {new} {TARGET}\n")).map_err(io)?;
    let mut subject = hook.clone().reading(input);
    if case.cache == Cache::Cold {
        subject = subject.without_cache(gated.server().join("obstat/cache"));
    }
    // What receive-pack runs to see that a push is whole (`connected.c`, git 2.47).
    let check = ["rev-list", "--objects", "--quiet", &new, "--not", "--all"];
    let baseline = Program::new("git", &check, &gated.server());
    let pair = Pair::measure(&subject, &baseline, repetitions)?;
    Ok(pair.row(case.what, "git rev-list --objects", Some(Limit::Time(case.limit))))
}
