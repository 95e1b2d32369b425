//! `obstat withdraw`: takes back one's own approval or rejection of a change.

use super::sign::make::{self, Draft, KeyArgs};
use crate::context::change::{ChangeArgs, prepare};
use crate::error::CliError;
use crate::ui::{Ui, brief};
use obstat_api::exit::Exit;
use obstat_model::statement::Act;

/// Take back your statement on a change
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    change: ChangeArgs,
    #[command(flatten)]
    key: KeyArgs,
    /// Why, in your words
    #[arg(long, default_value = "", value_name = "TEXT")]
    reason: String,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, CliError> {
    let prepared = prepare(&args.change)?.must_be_open()?;
    let judgement = prepared.judge_to_refuse()?;
    let who = make::who(&prepared, &args.key)?;
    if !judgement.found.statements.iter().any(|s| s.verified.statement.signer == who) {
        return Err(CliError::usage(
            format!("{who} has made no statement on this change"),
            "fetch refs/obstat/* if it was made elsewhere",
        ));
    }
    brief::before_signing(ui, &judgement);
    let draft = Draft { act: Act::Withdraw, reason: args.reason.clone(), expires: None };
    let filed = make::ask_and_sign(&prepared, &judgement, &args.key, draft, ui)?;
    make::conclude(&prepared, filed.as_ref(), &args.key, ui)
}
