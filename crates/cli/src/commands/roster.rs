//! `obstat roster`: the roster in forms that other tools and people read.

use crate::clock;
use crate::context;
use crate::context::store::DiskCache;
use crate::error::CliError;
use crate::ui::Ui;
use clap::Subcommand;
use obstat_api::exit::Exit;
use obstat_gate::inputs;
use obstat_gate::ports::Repository as _;

/// Show the roster in forms that other tools read
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// People, levels and keys
    Show(AtArgs),
    /// An allowed_signers file for `ssh-keygen -Y verify`
    AllowedSigners(AtArgs),
}

#[derive(Debug, clap::Args)]
struct AtArgs {
    /// The revision whose roster is meant
    #[arg(long, default_value = "HEAD", value_name = "REVISION")]
    at: String,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, CliError> {
    let (Command::Show(at) | Command::AllowedSigners(at)) = &args.command;
    let repository = context::here()?;
    let commit = repository.resolve(&at.at)?;
    let tree = repository.commit(commit)?.tree;
    let cache = DiskCache::of(repository.directory());
    let inputs = inputs::load(&repository, tree, &cache)?.map_err(|unusable| {
        CliError::usage(
            unusable.problem().text,
            "it is read from a commit: commit it, and see `obstat policy check`",
        )
    })?;
    match &args.command {
        Command::AllowedSigners(_) => {
            ui.text(obstat_attest::allowed_signers(
                &inputs.roster,
                obstat_attest::statement::NAMESPACES,
            ));
        }
        Command::Show(_) => show(&inputs.roster, ui),
    }
    Ok(Exit::Ok)
}

fn show(roster: &obstat_model::roster::Roster, ui: &mut Ui) {
    let now = clock::now().0;
    let parts = roster.parts();
    ui.line(format!("  {:<24} {:<14} {:>4}  {}", "person", "level", "keys", "teams"));
    for person in parts.people.iter().filter(|p| p.is_here_at(now)) {
        let best = person.levels.iter().filter(|g| g.holds_at(now)).map(|g| g.level).max();
        let level = best.and_then(|l| parts.ladder.name(l)).map_or("none", |l| l.as_str());
        let keys = person.keys.iter().filter(|k| k.holds_at(now)).count();
        let teams: Vec<&str> =
            person.teams.iter().map(obstat_model::id::TeamName::as_str).collect();
        let owner = if roster.is_owner(&person.id) { "  owner" } else { "" };
        let line = format!(
            "  {:<24} {level:<14} {keys:>4}  {}{owner}",
            person.id.as_str(),
            teams.join(" ")
        );
        ui.line(line.trim_end());
    }
}
