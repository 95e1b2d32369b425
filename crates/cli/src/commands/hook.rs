//! `obstat hook`: installs the gate on a bare repository, and runs it when git says so.

mod around;
mod install;
mod late;
mod outcome;
mod receive;
mod settings;

use self::settings::Fixed;
use crate::clock;
use crate::error::CliError;
use crate::ui::Ui;
use clap::Subcommand;
use obstat_api::exit::Exit;
use obstat_git::GitRepository;

/// Install the gate on a bare repository, and run it
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Install the hooks on a bare repository
    Install(install::Args),
    /// Record what moved protected refs around the gate, so that it can be signed for
    CatchUp(around::Args),
    /// Judge a push (run by git)
    #[command(hide = true)]
    PreReceive,
    /// Record what landed (run by git)
    #[command(hide = true)]
    PostReceive,
    /// The last net: refuse updates of protected refs that were not judged (run by git)
    #[command(hide = true)]
    ReferenceTransaction {
        /// `prepared`, `committed` or `aborted`
        state: String,
    },
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, CliError> {
    match &args.command {
        Command::Install(args) => install::run(args, ui),
        Command::CatchUp(args) => around::run(args, ui),
        Command::PreReceive => receive::before(ui),
        Command::PostReceive => receive::after(ui),
        Command::ReferenceTransaction { state } => receive::transaction(state, ui),
    }
}

/// What bootstrap fixed, once everything that has landed is recorded.
pub(super) fn settled(repository: &GitRepository) -> Result<Fixed, CliError> {
    let fixed = Fixed::read(repository.directory())?;
    outcome::settle(repository, &fixed, clock::now())?;
    Ok(fixed)
}
