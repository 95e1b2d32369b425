//! `cargo xtask bench`: each benchmark beside a baseline measured in the same run; writes no files.
//!
//! Absolute times differ from machine to machine, so each is told as a ratio too. A benchmark is a
//! file in `bench/` with one type that implements [`Bench`], named in [`BENCHES`].

mod audit;
mod decide;
mod divan;
mod gated;
mod history;
mod ledger;
mod measure;
mod pre_receive;
mod proofs;
mod row;
mod verify;

use crate::workspace::{Workspace, WorkspaceError};
use row::Row;
use std::path::PathBuf;

/// All benchmarks, in the order in which they run.
const BENCHES: [&dyn Bench; 6] = [
    &audit::Audit,
    &decide::Decide,
    &pre_receive::PreReceive,
    &verify::Verify,
    &proofs::Proofs,
    &ledger::Ledger,
];

/// Arguments of `cargo xtask bench`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Name the benchmarks and run none
    #[arg(long)]
    list: bool,
    /// Run only these
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Commits of the made-up history
    #[arg(long, value_name = "COUNT", default_value_t = 20_000)]
    commits: u32,
    /// How often each side is run; the median counts
    #[arg(long, value_name = "COUNT", default_value_t = 7)]
    repetitions: u8,
    /// A repository to audit instead of the made-up one; it is only read
    #[arg(long, value_name = "DIRECTORY")]
    repository: Option<PathBuf>,
}

/// Why something could not be measured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    /// A program could not be run, or the workspace not be read.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// A name that no benchmark has.
    #[error("there is no benchmark `{0}`; see `cargo xtask bench --list`")]
    Unknown(String),
    /// The program under test has not been built.
    #[error("{0} is not there; build it with `cargo build --release --package obstat-cli`")]
    NotBuilt(PathBuf),
    /// The scratch directory or a pipe failed.
    #[error("{what} failed")]
    Io {
        /// What was tried.
        what: &'static str,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// A measured program ended badly: its time means nothing.
    #[error("`{line}` ended with {status}; its time means nothing")]
    Failed {
        /// The command line.
        line: String,
        /// How it ended.
        status: std::process::ExitStatus,
    },
    /// A benchmark's output lacks a row.
    #[error("the output of {bench} has no row for {row}; was it renamed?")]
    NoRow {
        /// The benchmark.
        bench: &'static str,
        /// What was looked for.
        row: String,
    },
}

/// What every benchmark may use.
pub(crate) struct Context<'a> {
    workspace: &'a Workspace,
    args: &'a Args,
}

impl Context<'_> {
    /// The release build of the product, as it lies there: what is measured is what was built.
    fn obstat(&self) -> Result<PathBuf, BenchError> {
        let path = self.workspace.target_dir().join("release/obstat");
        if path.is_file() { Ok(path) } else { Err(BenchError::NotBuilt(path)) }
    }

    fn scratch(&self) -> Result<tempfile::TempDir, BenchError> {
        let io = |source| BenchError::Io { what: "making a scratch directory", source };
        tempfile::Builder::new().prefix("obstat-bench-").tempdir().map_err(io)
    }
}

/// A benchmark.
trait Bench: Sync {
    /// Its name on the command line.
    fn name(&self) -> &'static str;
    /// What it compares, in one line.
    fn about(&self) -> &'static str;
    /// Measures; one row for each limit.
    fn run(&self, context: &Context<'_>) -> Result<Vec<Row>, BenchError>;
}

/// Runs the benchmarks and prints their rows; `true` when all could run and every limit holds.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<bool, BenchError> {
    let context = Context { workspace, args };
    let mut all_hold = true;
    for bench in chosen(&args.only)? {
        println!("{:<12} {}", bench.name(), bench.about());
        if !args.list {
            all_hold &= report(bench.run(&context));
        }
    }
    Ok(all_hold)
}

/// A benchmark that cannot run says why and fails; the others run all the same.
fn report(result: Result<Vec<Row>, BenchError>) -> bool {
    match result {
        Ok(rows) => {
            rows.iter().for_each(|row| println!("  {row}"));
            !rows.is_empty() && rows.iter().all(Row::holds)
        }
        Err(error) => {
            println!("  FAILED: {error}");
            if let Some(cause) = std::error::Error::source(&error) {
                println!("    because: {cause}");
            }
            false
        }
    }
}

fn chosen(only: &[String]) -> Result<Vec<&'static dyn Bench>, BenchError> {
    let find = |name: &String| {
        let found = BENCHES.into_iter().find(|bench| bench.name() == name);
        found.ok_or_else(|| BenchError::Unknown(name.clone()))
    };
    if only.is_empty() { Ok(BENCHES.to_vec()) } else { only.iter().map(find).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn benches_are_found_by_name_and_unknown_ones_refused() {
        assert_eq!(chosen(&[]).unwrap().len(), BENCHES.len());
        let one = chosen(&["audit".to_owned()]).unwrap();
        assert!(one.len() == 1 && one[0].name() == "audit");
        assert!(matches!(chosen(&["ghost".to_owned()]), Err(BenchError::Unknown(_))));
    }

    #[test]
    fn what_could_not_run_or_measured_nothing_fails() {
        assert!(!report(Err(BenchError::NotBuilt(PathBuf::from("obstat")))));
        assert!(!report(Ok(Vec::new())));
    }
}
