//! `obstat declare`: the author says whether an AI helped.
//!
//! Yes is a trailer: forging it only causes more review. No is a signed statement over exactly
//! this content: any agent can write a trailer that says no.

use super::sign::make::{self, Draft, KeyArgs};
use crate::context;
use crate::context::change::{ChangeArgs, prepare};
use crate::error::CliError;
use crate::ui::{Ui, brief};
use obstat_api::exit::Exit;
use obstat_gate::inputs;
use obstat_gate::pipeline::Detail;
use obstat_gate::ports::{NoCache, Repository as _};
use obstat_git::GitRepository;
use obstat_model::assistance::AssistanceVerdict;
use obstat_model::statement::Act;
use obstat_provenance::{CommitFacts, Fingerprints, RawIdentity};
use std::process::Command;

/// Say whether an AI helped with a change
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("answer").required(true).args(["assisted", "unassisted", "mine"]))]
pub(crate) struct Args {
    /// An AI helped: writes the trailer `Assisted-by: TOOL[:MODEL]` on HEAD
    #[arg(long, value_name = "TOOL[:MODEL]")]
    assisted: Option<String>,
    /// No AI helped: signs so over exactly this content, as its author
    #[arg(long)]
    unassisted: bool,
    /// The change is yours and you stand for it, whether or not an AI helped: signs so, as its author
    #[arg(long)]
    mine: bool,
    #[command(flatten)]
    change: ChangeArgs,
    #[command(flatten)]
    key: KeyArgs,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, CliError> {
    match &args.assisted {
        Some(tool) => assisted(args, tool, ui),
        None => signed(args, ui),
    }
}

fn assisted(args: &Args, tool: &str, ui: &mut Ui) -> Result<Exit, CliError> {
    if args.change.change.is_some() {
        return Err(CliError::usage(
            "the trailer is written on HEAD only",
            "check out the change, then leave its name away",
        ));
    }
    let name = tool.split(':').next().unwrap_or_default();
    let well_formed = tool.len() <= 120
        && !name.is_empty()
        && !tool.ends_with(':')
        && tool.chars().all(|c| c.is_ascii_graphic());
    if !well_formed {
        return Err(CliError::usage(
            format!("`{tool}` is no TOOL or TOOL:MODEL"),
            "write it as claude-code:claude-opus-4-7",
        ));
    }
    let repository = context::here()?;
    if !is_known(&repository, tool)? {
        return Err(CliError::usage(
            format!(
                "`{name}` is no tool or model that Obstat knows: the trailer would say nothing"
            ),
            "use a tool's id, such as kiro or claude-code; .obstat/fingerprints.toml adds others",
        ));
    }
    let trailer = format!("Assisted-by: {tool}");
    // The user's own git, so that the commit is signed and dated as the user has set it up.
    let status = Command::new("git")
        .arg("--git-dir")
        .arg(repository.directory())
        .args(["-c", "trailer.ifexists=addIfDifferent", "commit", "--amend", "--no-edit", "--only"])
        .args(["--allow-empty", "--quiet", "--trailer", &trailer])
        .status()
        .map_err(|e| CliError::usage(format!("`git` cannot be started: {e}"), "install git"))?;
    if !status.success() {
        return Err(CliError::usage("`git commit --amend` failed", "see its message above"));
    }
    ui.line(format!("{} HEAD says {trailer}", ui.marks.met(ui.paint)));
    Ok(Exit::Ok)
}

/// Whether the trailer would be read as evidence.
fn is_known(repository: &GitRepository, tool: &str) -> Result<bool, CliError> {
    let tree = repository.commit(repository.resolve("HEAD")?)?.tree;
    let own = inputs::load(repository, tree, &NoCache)?.ok().map(|i| i.fingerprints);
    let fingerprints = own.unwrap_or_else(Fingerprints::builtin);
    let message = format!("change\n\nAssisted-by: {tool}\n");
    let nobody = RawIdentity { name: b"", email: b"" };
    let facts = CommitFacts {
        oid: None,
        author: nobody,
        committer: nobody,
        author_at: 0,
        committed_at: 0,
        message: message.as_bytes(),
    };
    Ok(!fingerprints.of_commit(&facts).is_empty())
}

fn signed(args: &Args, ui: &mut Ui) -> Result<Exit, CliError> {
    let prepared = prepare(&args.change)?.must_be_open()?;
    let judgement = prepared.judge(Detail::Plain)?;
    let who = make::who(&prepared, &args.key)?;
    brief::before_signing(ui, &judgement);
    let mark = ui.marks.warning(ui.paint);
    if !brief::is_maker(&judgement, &who) {
        let text = "did not make it, as far as its commits tell, so this will not count";
        ui.line(format!("  {mark} {who} {text}"));
    }
    if args.unassisted && judgement.assistance.verdict == AssistanceVerdict::Assisted {
        ui.line(format!(
            "  {mark} there is evidence of an AI, which this contradicts for all to see"
        ));
    }
    let act = Act::Author { unassisted: args.unassisted };
    let draft = Draft { act, reason: String::new(), expires: None };
    match make::ask_and_sign(&prepared, &judgement, &args.key, draft, ui)? {
        Some(filed) => {
            let after = prepared.judge(Detail::Plain)?;
            ui.line(format!("  assisted  {}", brief::assisted(&after.assistance)));
            make::hand_over(&prepared, &filed, &args.key, ui)?;
        }
        None => {
            ui.note("Nothing was signed.");
            return Ok(Exit::Pending);
        }
    }
    Ok(Exit::Ok)
}
