//! `obstat demo`: the whole story in a temporary folder, told by real commands.

mod stage;
mod story;

use crate::error::CliError;
use crate::ui::Ui;
use obstat_api::exit::Exit;

/// Show it all in a temporary folder
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Keep the folder, to look around in it
    #[arg(long)]
    keep: bool,
    /// Show the commands and everything they print
    #[arg(long)]
    verbose: bool,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, CliError> {
    let mut stage = stage::Stage::set_up(args.verbose, ui.marks == crate::ui::mark::Marks::Ascii)?;
    ui.line(format!("Obstat demo, in {}, nothing outside it is touched.", stage.path().display()));
    story::tell(&mut stage, ui)?;
    ui.note("\nGate a repository of yours: policy and roster in a clone, then on the server");
    for command in [
        "obstat init",
        "obstat bootstrap --bare PATH",
        "obstat hook install --bare PATH --pusher-from GL_USER",
    ] {
        ui.note(format!("  {}", ui.paint.blue(command)));
    }
    if args.keep {
        let path = stage.keep();
        ui.note(format!("The folder is kept: {}", path.display()));
    }
    Ok(Exit::Ok)
}
