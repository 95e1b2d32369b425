//! Runs the `git` program with nothing inherited: no configuration, no hooks, no pager, no prompt.

use crate::error::GitError;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Environment that every call gets, beside `PATH` and `GIT_DIR`.
const FIXED: [(&str, &str); 10] = [
    ("LC_ALL", "C"),
    ("HOME", "/nonexistent"),
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_ATTR_NOSYSTEM", "1"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_PAGER", "cat"),
];

/// One call of git on a repository directory.
#[derive(Debug)]
pub struct Git {
    directory: PathBuf,
    environment: Vec<(&'static str, String)>,
}

impl Git {
    /// Calls on the repository whose git directory is given.
    #[must_use]
    pub fn at(directory: &Path) -> Self {
        Self { directory: directory.to_owned(), environment: Vec::new() }
    }

    /// Adds an environment variable.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    /// Runs git with arguments and standard input, whatever its exit code.
    ///
    /// # Errors
    /// [`GitError::NoGit`] when it cannot be started, [`GitError::Io`] when a pipe breaks.
    pub fn output(&self, arguments: &[&str], input: &[u8]) -> Result<Output, GitError> {
        let mut command = Command::new("git");
        command.env_clear().envs(FIXED);
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command.env("GIT_DIR", &self.directory);
        command.envs(self.environment.iter().map(|(k, v)| (*k, v.as_str())));
        command.args(["-c", "core.hooksPath=/dev/null", "-c", "safe.directory=*"]);
        command.args(["-c", "core.fsmonitor=false", "-c", "gc.auto=0"]).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(GitError::NoGit)?;
        let pipe = child.stdin.take();
        let io = |source| GitError::Io { path: self.directory.clone(), source };
        // All inputs given here are far smaller than what git reads before it writes.
        if let Some(mut pipe) = pipe {
            match pipe.write_all(input) {
                Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => return Err(io(e)),
                _ => drop(pipe),
            }
        }
        child.wait_with_output().map_err(io)
    }

    /// Runs git and gives its standard output.
    ///
    /// # Errors
    /// As [`Git::output`], and [`GitError::Failed`] when its exit code is not 0.
    pub fn run(&self, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, GitError> {
        let output = self.output(arguments, input)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let verb = arguments.iter().find(|a| !a.starts_with('-')).unwrap_or(&"").to_string();
        let text = String::from_utf8_lossy(&output.stderr);
        Err(GitError::Failed { verb, message: obstat_model::text::escape_cut(text.trim(), 400) })
    }
}
