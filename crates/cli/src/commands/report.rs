//! `obstat report`: a service account signs that a check passed, or did not, on exactly this content.

use super::sign::make::{self, Draft, KeyArgs};
use crate::context::change::{ChangeArgs, prepare};
use crate::error::CliError;
use crate::ui::Ui;
use obstat_api::exit::Exit;
use obstat_gate::pipeline::Detail;
use obstat_model::id::{CheckName, IdError};
use obstat_model::statement::Act;

/// Report the result of a check, signed by a service
#[derive(Debug, clap::Args)]
#[command(
    group = clap::ArgGroup::new("result").required(true).args(["passed", "failed"]),
    after_help = "Run it by the build, with the key of a service account of the roster:\n  obstat report --check unit --passed --key \"$KEY\" --push origin HEAD"
)]
pub(crate) struct Args {
    /// The check, as the policy names it
    #[arg(long, value_name = "NAME")]
    check: String,
    /// It passed
    #[arg(long)]
    passed: bool,
    /// It did not pass
    #[arg(long)]
    failed: bool,
    #[command(flatten)]
    change: ChangeArgs,
    #[command(flatten)]
    key: KeyArgs,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, CliError> {
    let name: CheckName = args
        .check
        .parse()
        .map_err(|e: IdError| CliError::usage(e.to_string(), "name it as the policy does"))?;
    let prepared = prepare(&args.change)?;
    let judgement = prepared.judge(Detail::Plain)?;
    let act = Act::Check { name, passed: args.passed };
    let draft = Draft { act, reason: String::new(), expires: None };
    let filed = make::report(&prepared, &judgement, &args.key, draft, ui)?;
    let result = if args.passed { "passed" } else { "failed" };
    ui.line(format!("  {} {result} on {}", args.check, judgement.change.digest.short()));
    make::hand_over(&prepared, &filed, &args.key, ui)?;
    Ok(Exit::Ok)
}
