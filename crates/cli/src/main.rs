//! The program `obstat`: commands over the gate's pipeline. Holds no policy of its own.

mod clock;
mod commands;
mod context;
mod error;
mod keys;
mod ui;

use clap::Parser as _;
use std::process::ExitCode;

/// A gate reads a roster of thousands for every push, and most of that is memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let line = commands::Line::parse();
    let mut ui = ui::Ui::new(line.colour(), line.ascii());
    let exit = match commands::run(line, &mut ui) {
        Ok(exit) => exit,
        Err(error) => {
            ui.error(&error);
            error.exit()
        }
    };
    if let Err(error) = ui.finish() {
        let error = error::CliError::file(std::path::Path::new("standard output"), error);
        ui.error(&error);
        return ExitCode::from(error.exit().code());
    }
    ExitCode::from(exit.code())
}
