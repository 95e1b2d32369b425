//! `obstat sign`: the brief, one question, one signature over exactly this content.

pub(super) mod make;

use crate::context::change::{ChangeArgs, prepare};
use crate::error::CliError;
use crate::ui::{Ui, brief};
use make::{Draft, KeyArgs};
use obstat_api::exit::Exit;
use obstat_gate::pipeline::Detail;
use obstat_model::statement::Act;

/// Most changes that are told of which a new policy lets pass.
const STORIES_MAX: usize = 3;

/// Read the brief of a change and sign for exactly its content
#[derive(Debug, clap::Args)]
#[command(
    after_help = "There is no --yes: whoever signs reads the brief and types the digest's first digits."
)]
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
    let judgement = prepared.judge(Detail::NameEligible)?;
    let who = make::who(&prepared, &args.key)?;
    brief::before_signing(ui, &judgement);
    if let Some(found) = prepared.new_rules(&judgement)? {
        ui.line("  What the new policy and roster make of changes:");
        brief::difference(ui, &found, STORIES_MAX);
        ui.line("");
    }
    for problem in &judgement.decision.diagnostics.problems {
        ui.line(format!("  {} {}", ui.marks.warning(ui.paint), problem.text));
    }
    if let Some(role) = brief::part_of(&judgement, &who) {
        let text = format!("{who} is {role} of it, so this signature will not count");
        ui.line(format!("  {} {text}", ui.marks.warning(ui.paint)));
    }
    let draft = Draft { act: Act::Approve, reason: args.reason.clone(), expires: None };
    let filed = make::ask_and_sign(&prepared, &judgement, &args.key, draft, ui)?;
    make::conclude(&prepared, filed.as_ref(), &args.key, ui)
}
