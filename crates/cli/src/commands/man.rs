//! `obstat man`: man pages, from the command line itself.

use crate::commands::Line;
use crate::error::CliError;
use crate::ui::Ui;
use clap::CommandFactory as _;
use obstat_api::exit::Exit;
use std::path::PathBuf;

/// Write man pages into a directory
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Where to
    #[arg(value_name = "DIRECTORY")]
    directory: PathBuf,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, CliError> {
    let failed = |e| CliError::file(&args.directory, e);
    std::fs::create_dir_all(&args.directory).map_err(failed)?;
    clap_mangen::generate_to(Line::command(), &args.directory).map_err(failed)?;
    ui.note(format!("Man pages are in {}", args.directory.display()));
    Ok(Exit::Ok)
}
