//! `cargo xtask check-targets`: does the product compile for systems that are not this one?

use crate::workspace::targets::installed;
use crate::workspace::{Workspace, WorkspaceError, succeeds};

/// Systems that users have, beside Linux on x86-64.
const TARGETS: [&str; 5] = [
    "aarch64-apple-darwin",
    "x86_64-apple-darwin",
    "x86_64-pc-windows-msvc",
    "x86_64-pc-windows-gnu",
    "aarch64-unknown-linux-gnu",
];

/// What became of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// It compiles.
    Compiles,
    /// It does not.
    Fails,
    /// The toolchain lacks its standard library, so nothing is known.
    NotInstalled,
}

/// Checks each target that is installed and says which are not; `true` when none fails.
pub(crate) fn run(workspace: &Workspace) -> Result<bool, WorkspaceError> {
    let installed = installed(workspace)?;
    let mut states = Vec::new();
    for target in TARGETS {
        let state = check(workspace, target, &installed)?;
        println!("{}", line(target, state));
        states.push(state);
    }
    println!("{}", summary(&states));
    Ok(!states.contains(&State::Fails))
}

fn check(
    workspace: &Workspace,
    target: &str,
    installed: &[String],
) -> Result<State, WorkspaceError> {
    if !installed.iter().any(|name| name == target) {
        return Ok(State::NotInstalled);
    }
    let arguments = ["check", "--quiet", "--locked", "--package", "obstat-cli", "--target", target];
    let compiles = succeeds(workspace.cargo().args(arguments))?;
    Ok(if compiles { State::Compiles } else { State::Fails })
}

fn line(target: &str, state: State) -> String {
    match state {
        State::Compiles => format!("{target:<28} compiles"),
        State::Fails => format!("{target:<28} DOES NOT COMPILE; see what cargo printed above"),
        State::NotInstalled => {
            format!("{target:<28} not checked: not installed (rustup target add {target})")
        }
    }
}

fn summary(states: &[State]) -> String {
    let count = |state| states.iter().filter(|s| **s == state).count();
    let (good, bad) = (count(State::Compiles), count(State::Fails));
    format!("check-targets: {good} compile, {bad} fail, {} not checked", count(State::NotInstalled))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_checked_is_never_said_to_compile() {
        let workspace = Workspace::find().unwrap();
        let state = check(&workspace, "aarch64-apple-darwin", &[]).unwrap();
        assert_eq!(state, State::NotInstalled);
        assert!(line("x", state).contains("not checked"));
        let states = [State::Compiles, State::NotInstalled, State::Fails, state];
        assert_eq!(summary(&states), "check-targets: 1 compile, 1 fail, 2 not checked");
    }
}
