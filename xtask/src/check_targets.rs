//! `cargo xtask check-targets`: does the product compile for systems that are not this one?
//!
//! The Rust of it: C in libraries needs a compiler and headers of each system, which few machines
//! have, and checking Rust needs nothing that a C compiler makes.

use crate::workspace::targets::installed;
use crate::workspace::{Workspace, WorkspaceError, succeeds};
use std::path::{Path, PathBuf};

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

/// Stands in for C compilers and archivers: makes empty files where it is told to.
const STAND_IN: &str = r#"#!/bin/sh
made=
while [ $# -gt 0 ]; do
  case "$1" in
    -o) made=$2; shift ;;
    *.a) made=$1 ;;
  esac
  shift
done
[ -z "$made" ] || : > "$made"
"#;

/// Checks each target that is installed and says which are not; `true` when none fails.
pub(crate) fn run(workspace: &Workspace) -> Result<bool, WorkspaceError> {
    let installed = installed(workspace)?;
    let tool = stand_in(&workspace.target_dir().join("check-targets"))?;
    let mut states = Vec::new();
    for target in TARGETS {
        let state = check(workspace, target, &installed, &tool)?;
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
    tool: &Path,
) -> Result<State, WorkspaceError> {
    if !installed.iter().any(|name| name == target) {
        return Ok(State::NotInstalled);
    }
    let arguments = ["check", "--quiet", "--locked", "--package", "obstat-cli", "--target", target];
    let mut cargo = workspace.cargo();
    let underscored = target.replace('-', "_");
    for name in ["CC", "CXX", "AR", "RANLIB"] {
        cargo.env(format!("{name}_{underscored}"), tool);
    }
    let compiles = succeeds(cargo.args(arguments))?;
    Ok(if compiles { State::Compiles } else { State::Fails })
}

fn stand_in(directory: &Path) -> Result<PathBuf, WorkspaceError> {
    let path = directory.join("tool.sh");
    let failed = |source| WorkspaceError::Write { path: path.clone(), source };
    std::fs::create_dir_all(directory).map_err(failed)?;
    std::fs::write(&path, STAND_IN).map_err(failed)?;
    #[cfg(unix)]
    {
        let may_run = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&path, may_run).map_err(failed)?;
    }
    Ok(path)
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
        let state = check(&workspace, "aarch64-apple-darwin", &[], Path::new("")).unwrap();
        assert_eq!(state, State::NotInstalled);
        assert!(line("x", state).contains("not checked"));
        let states = [State::Compiles, State::NotInstalled, State::Fails, state];
        assert_eq!(summary(&states), "check-targets: 1 compile, 1 fail, 2 not checked");
    }
}
