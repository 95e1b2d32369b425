//! The command line: one file a command, each with its arguments. Holds no logic.

mod audit;
mod bootstrap;
mod bundle;
mod check;
mod completions;
mod declare;
mod demo;
mod doctor;
mod hook;
mod init;
mod ledger;
mod man;
mod r#override;
mod policy;
mod reject;
mod report;
mod roster;
mod sign;
mod verify;
mod withdraw;

use crate::error::CliError;
use crate::ui::{Colour, Ui};
use clap::{Parser, Subcommand};
use obstat_api::exit::Exit;

/// The gate that no AI-assisted change passes until a person who is senior enough, and who did
/// not help make it, has signed for exactly that content.
#[derive(Debug, Parser)]
#[command(name = "obstat", version, disable_help_subcommand = true, max_term_width = 80)]
#[command(
    after_help = "Exit codes: 0 clear, 1 internal error, 2 usage or input, 3 blocked, 4 pending, 5 invalid proof or missing trust."
)]
pub(crate) struct Line {
    /// When to colour
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    color: Colour,
    /// Use ASCII marks only
    #[arg(long, global = true)]
    ascii: bool,
    #[command(subcommand)]
    command: Command,
}

impl Line {
    pub(crate) fn colour(&self) -> Colour {
        self.color
    }

    pub(crate) fn ascii(&self) -> bool {
        self.ascii
    }
}

#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "one value, made once, at the start")]
enum Command {
    /// Show which AI tools helped, and what reached a target unsigned
    Audit(audit::Args),
    /// Tell whether a change is clear, before it is pushed
    Check(check::Args),
    /// Read the brief of a change and sign for exactly its content
    Sign(sign::Args),
    /// Refuse a change, with a reason
    Reject(reject::Args),
    /// Take back your statement on a change
    Withdraw(withdraw::Args),
    /// Say whether an AI helped with a change
    Declare(declare::Args),
    /// Report the result of a check, signed by a service
    Report(report::Args),
    /// Break-glass: let a change pass, with a reason and for hours only
    Override(r#override::Args),
    /// Verify that a commit is cleared for a target, for deploys
    Verify(verify::Args),
    /// Write a cleared commit with its whole proof into one file
    Bundle(bundle::Args),
    /// Write a starting policy and a roster drafted from history
    Init(init::Args),
    /// Fix the trust root of a repository, on the server
    Bootstrap(bootstrap::Args),
    /// Install the gate on a bare repository, and run it
    Hook(hook::Args),
    /// Check and explain the policy
    Policy(policy::Args),
    /// Tell whether the gate is really in force
    Doctor(doctor::Args),
    /// Check a log with files and keys alone
    Ledger(ledger::Args),
    /// Show the roster in forms that other tools read
    Roster(roster::Args),
    /// Show it all in a temporary folder
    Demo(demo::Args),
    /// Print completions for a shell
    Completions(completions::Args),
    /// Print man pages
    #[command(hide = true)]
    Man(man::Args),
}

/// Runs the command.
pub(crate) fn run(line: Line, ui: &mut Ui) -> Result<Exit, CliError> {
    match line.command {
        Command::Audit(args) => audit::run(&args, ui),
        Command::Check(args) => check::run(&args, ui),
        Command::Sign(args) => sign::run(&args, ui),
        Command::Reject(args) => reject::run(&args, ui),
        Command::Withdraw(args) => withdraw::run(&args, ui),
        Command::Declare(args) => declare::run(&args, ui),
        Command::Report(args) => report::run(&args, ui),
        Command::Override(args) => r#override::run(&args, ui),
        Command::Verify(args) => verify::run(&args, ui),
        Command::Bundle(args) => bundle::run(&args, ui),
        Command::Init(args) => init::run(&args, ui),
        Command::Bootstrap(args) => bootstrap::run(&args, ui),
        Command::Hook(args) => hook::run(&args, ui),
        Command::Policy(args) => policy::run(&args, ui),
        Command::Doctor(args) => doctor::run(&args, ui),
        Command::Ledger(args) => ledger::run(&args, ui),
        Command::Roster(args) => roster::run(&args, ui),
        Command::Demo(args) => demo::run(&args, ui),
        Command::Completions(args) => completions::run(&args, ui),
        Command::Man(args) => man::run(&args, ui),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Line::command().debug_assert();
    }
}
