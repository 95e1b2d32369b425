//! `obstat reject`: a signed no, with a reason.

use super::sign::make::{self, Draft, KeyArgs};
use crate::context::change::{ChangeArgs, prepare};
use crate::error::CliError;
use crate::ui::{Ui, brief};
use obstat_api::exit::Exit;
use obstat_model::statement::Act;

/// Refuse a change, with a reason
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    change: ChangeArgs,
    #[command(flatten)]
    key: KeyArgs,
    /// Why, in your words
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, CliError> {
    if args.reason.trim().is_empty() {
        return Err(CliError::usage("a rejection needs a reason", "say it with --reason"));
    }
    let prepared = prepare(&args.change)?.must_be_open()?;
    let judgement = prepared.judge_to_refuse()?;
    make::who(&prepared, &args.key)?;
    brief::before_signing(ui, &judgement);
    let draft = Draft { act: Act::Reject, reason: args.reason.clone(), expires: None };
    let filed = make::ask_and_sign(&prepared, &judgement, &args.key, draft, ui)?;
    make::conclude(&prepared, filed.as_ref(), &args.key, ui)
}
