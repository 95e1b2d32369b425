//! The repository's own tasks: tidy, deny, bench, release, check-targets. Knows no rule of the product.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a task speaks on the terminal")]

mod bench;
mod check_targets;
mod deny;
mod release;
mod tidy;
mod workspace;

use clap::{Parser, Subcommand};
use std::process::ExitCode;
use workspace::Workspace;

/// Tasks of this repository, run as `cargo xtask TASK`.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Line {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Check what a compiler cannot: edges, sizes, headers, words, pages, tests of attacks
    Tidy(tidy::Args),
    /// Check licences, banned crates and sources of all dependencies, without a network
    Deny,
    /// Run benchmarks, each beside a baseline measured in the same run
    Bench(bench::Args),
    /// Build the static binary with man pages, completions, bill of materials and checksums
    Release,
    /// Check that the product compiles for macOS and Windows, where the toolchain has them
    CheckTargets,
}

/// How a task ended: `true` when there is nothing to complain about.
type Outcome = Result<bool, Box<dyn std::error::Error>>;

fn run(line: &Line) -> Outcome {
    let workspace = Workspace::find()?;
    match &line.task {
        Task::Tidy(args) => Ok(tidy::run(&workspace, args)?),
        Task::Deny => Ok(deny::run(&workspace)?),
        Task::Bench(args) => Ok(bench::run(&workspace, args)?),
        Task::Release => Ok(release::run(&workspace)?),
        Task::CheckTargets => Ok(check_targets::run(&workspace)?),
    }
}

fn main() -> ExitCode {
    match run(&Line::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("error: {error}");
            let mut cause = error.source();
            while let Some(inner) = cause {
                eprintln!("  because: {inner}");
                cause = inner.source();
            }
            ExitCode::from(2)
        }
    }
}
