//! What the commands about a policy take: prove, diff, simulate; judges no answer.

use super::gated::{BEFORE_RULES, Gated, Size, TARGET};
use super::measure::{Pair, Program};
use super::row::{Limit, Row};
use super::{Bench, BenchError, Context, history};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A roster of a hundred people; the rules are this file's own.
const SIZE: Size = Size { rules: 1, people: 100 };

/// Rules, each but one with two patterns of paths that can overlap with every other's.
const RULES: u32 = 50;

/// Changes whose policy is simulated.
const CHANGES: &str = "1000";

/// Reads both files and holds them against each other.
const BASELINE: [&str; 2] = ["policy", "check"];

/// The benchmark.
pub(super) struct Proofs;

impl Bench for Proofs {
    fn name(&self) -> &'static str {
        "policy"
    }

    fn about(&self) -> &'static str {
        "obstat policy prove and diff with 50 rules beside policy check, simulate beside git log --patch"
    }

    fn run(&self, context: &Context<'_>) -> Result<Vec<Row>, BenchError> {
        let (obstat, repetitions) = (context.obstat()?, context.args.repetitions);
        let gated = Gated::make(context.scratch()?, obstat.clone(), SIZE)?;
        let roster = gated.git(&["show", &format!("{TARGET}:.obstat/roster.yaml")])?;
        let place = context.scratch()?;
        let whole = written(place.path(), "whole", &policy(RULES), &roster)?;
        let fewer = written(place.path(), "fewer", &policy(RULES - 1), &roster)?;
        let text = |path: &PathBuf| path.to_string_lossy().into_owned();
        let (whole, fewer) = (text(&whole), text(&fewer));
        let baseline =
            Program::new(obstat.clone(), &[BASELINE.as_slice(), &[&whole]].concat(), place.path());
        let measured = |line: &[&str]| {
            let subject = Program::new(obstat.clone(), line, place.path());
            Pair::measure(&subject, &baseline, repetitions)
        };
        let prove = measured(&["policy", "prove", "--level", "senior", &whole])?;
        let diff = measured(&["policy", "diff", &whole, &fewer])?;
        let limit = Limit::Time(Duration::from_secs(2));
        Ok(vec![
            prove.row("prove, 50 rules", "policy check", Some(limit)),
            diff.row("diff, one rule fewer", "policy check", None),
            simulated(&obstat, context, &whole)?,
        ])
    }
}

/// Over the made-up history, beside git that shows the same changes line by line.
fn simulated(obstat: &Path, context: &Context<'_>, policy: &str) -> Result<Row, BenchError> {
    let place = context.scratch()?;
    history::make(place.path(), context.args.commits)?;
    let line = ["policy", "simulate", "--format", "json", "--most", CHANGES, "--policy", policy];
    let subject = Program::new(obstat, &line, place.path());
    let line =
        ["log", "--patch", "--first-parent", "--diff-merges=first-parent", "-n", CHANGES, "main"];
    let baseline = Program::new("git", &line, place.path());
    let pair = Pair::measure(&subject, &baseline, context.args.repetitions.min(3))?;
    Ok(pair.row("simulate, 1,000 changes", "git log --patch", None))
}

fn written(place: &Path, name: &str, policy: &str, roster: &str) -> Result<PathBuf, BenchError> {
    let folder = place.join(name);
    let io = |source| BenchError::Io { what: "writing a policy", source };
    std::fs::create_dir_all(folder.join(".obstat")).map_err(io)?;
    std::fs::write(folder.join(".obstat/policy.yaml"), policy).map_err(io)?;
    std::fs::write(folder.join(".obstat/roster.yaml"), format!("{roster}\n")).map_err(io)?;
    Ok(folder)
}

/// A rule for everything, so that the claim holds, and rules whose patterns cut each other.
fn policy(rules: u32) -> String {
    let mut text = format!(
        "{BEFORE_RULES}  - name: assisted\n    when: {{ assistance: possible, author_level_below: senior }}\n    \
         require: [{{ approvals: 1, level: senior }}]\n"
    );
    for rule in 1..rules {
        let _ = write!(
            text,
            "  - name: rule{rule}\n    \
             when: {{ paths: ['service{rule}/**', '**/part{rule}/*.sql'], lines_at_least: {} }}\n    \
             require: [{{ approvals: {}, level: senior }}]\n",
            rule * 10,
            1 + rule % 2,
        );
    }
    text
}
