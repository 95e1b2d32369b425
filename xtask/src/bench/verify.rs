//! `obstat verify` of a commit behind a chain of landings, beside git that only prints that chain.

use super::gated::{Gated, Size, TARGET};
use super::measure::{Pair, Program};
use super::row::{Limit, Row};
use super::{Bench, BenchError, Context};
use std::time::Duration;

/// Ten rules, a hundred people.
const SIZE: Size = Size { rules: 10, people: 100 };

/// Landings between the bootstrap and the commit.
const LANDINGS: u32 = 20;

/// Prints every landing record and checks none.
const BASELINE: [&str; 4] = ["log", "--patch", "--format=raw", "refs/obstat/landings"];

/// The benchmark.
pub(super) struct Verify;

impl Bench for Verify {
    fn name(&self) -> &'static str {
        "verify"
    }

    fn about(&self) -> &'static str {
        "obstat verify of the last of 20 landings, and from a bundle, beside git log of their records"
    }

    fn run(&self, context: &Context<'_>) -> Result<Vec<Row>, BenchError> {
        let obstat = context.obstat()?;
        let gated = Gated::make(context.scratch()?, obstat.clone(), SIZE)?;
        let ids = gated.commits(LANDINGS, "pushed")?;
        for id in &ids {
            land(&gated, id)?;
        }
        let tip = ids.last().cloned().unwrap_or_default();
        let line = ["verify", "--target", TARGET, "--trust", "obstat/trust", &tip];
        let subject = Program::new(obstat, &line, &gated.server());
        let baseline = Program::new("git", &BASELINE, &gated.server());
        let pair = Pair::measure(&subject, &baseline, context.args.repetitions)?;
        let bundled = bundled(&gated, context, &tip)?;
        Ok(vec![pair.row("20 landings", "git log", None), bundled])
    }
}

/// The same landing from a bundle, beside git that looks into the bundle's size of objects.
fn bundled(gated: &Gated, context: &Context<'_>, tip: &str) -> Result<Row, BenchError> {
    let obstat = context.obstat()?;
    let trust = ["--target", TARGET, "--trust", "obstat/trust"];
    let pack: Vec<&str> =
        ["bundle", "--output", "proof.tar", tip].into_iter().chain(trust).collect();
    gated.obstat(&pack)?;
    let line: Vec<&str> = ["verify", "--bundle", "proof.tar"].into_iter().chain(trust).collect();
    let subject = Program::new(obstat, &line, &gated.server());
    let baseline = Program::new("git", &BASELINE, &gated.server());
    let pair = Pair::measure(&subject, &baseline, context.args.repetitions)?;
    let limit = Limit::Time(Duration::from_millis(10));
    Ok(pair.row("from a bundle", "git log", Some(limit)))
}

/// A real push of one commit, through the hooks.
fn land(gated: &Gated, id: &str) -> Result<(), BenchError> {
    gated.git(&["push", "--quiet", ".", &format!("{id}:{TARGET}")])?;
    Ok(())
}
