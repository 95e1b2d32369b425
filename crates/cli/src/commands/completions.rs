//! `obstat completions`: completions for a shell, from the command line itself.

use crate::commands::Line;
use crate::error::CliError;
use crate::ui::Ui;
use clap::CommandFactory as _;
use obstat_api::exit::Exit;

/// Print completions for a shell
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, CliError> {
    let mut bytes = Vec::new();
    clap_complete::generate(args.shell, &mut Line::command(), "obstat", &mut bytes);
    ui.text(String::from_utf8_lossy(&bytes));
    Ok(Exit::Ok)
}
