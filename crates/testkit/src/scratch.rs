//! A temporary directory in which programs run with a clean environment; knows no Obstat.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A temporary directory that is a home of its own.
#[derive(Debug)]
pub struct Scratch {
    home: tempfile::TempDir,
    /// How far the clock of programs is set forward, as faketime(1) writes it.
    ahead: RefCell<Option<String>>,
    /// Where programs find an SSH agent.
    agent: RefCell<Option<String>>,
}

/// What a program left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// Exit code; −1 when it was killed.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Finished {
    /// Standard output of a program that must have succeeded.
    ///
    /// # Panics
    /// When it did not.
    pub fn ok(self) -> String {
        assert!(self.code == 0, "exit {}\n--- out\n{}\n--- err\n{}", self.code, self.out, self.err);
        self.out
    }

    /// What a server said through git, on one line.
    #[must_use]
    pub fn said(&self) -> String {
        let lines = self.err.lines().filter_map(|line| line.strip_prefix("remote: "));
        lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
    }

    /// Both streams, out first.
    #[must_use]
    pub fn all(&self) -> String {
        format!("{}{}", self.out, self.err)
    }
}

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl Scratch {
    /// An empty scratch directory.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn new() -> Self {
        let home = tempfile::Builder::new().prefix("obstat-test-").tempdir();
        Self {
            home: home.expect("a temporary directory"),
            ahead: RefCell::new(None),
            agent: RefCell::new(None),
        }
    }

    /// The directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.home.path()
    }

    /// Sets the clock of programs that are run from now on: `+25h`, `+15d`, `+0`.
    ///
    /// # Panics
    /// When `libfaketime` is not installed.
    pub fn clock(&self, ahead: &str) {
        assert!(library().is_some(), "libfaketime is missing; scripts/test installs it");
        self.ahead.replace(Some(ahead.to_owned()));
    }

    /// Lets programs that are run from now on use the SSH agent at a path.
    pub fn agent(&self, socket: &Path) {
        self.agent.replace(Some(socket.to_string_lossy().into_owned()));
    }

    /// A path inside.
    #[must_use]
    pub fn at(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Writes a file inside, with its directories.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.at(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).expect("a directory");
        }
        std::fs::write(path, bytes).expect("a file");
    }

    /// Runs a program in a directory inside, with extra environment and standard input.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn run(&self, dir: &str, line: &[&str], env: &[(&str, &str)], input: &str) -> Finished {
        let (program, arguments) = line.split_first().expect("a program");
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.at(dir)).env_clear().envs(self.environment());
        command.envs(env.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => panic!("{program} cannot be started: {error}"),
        };
        let mut pipe = child.stdin.take().expect("a pipe");
        let input = input.as_bytes().to_vec();
        // A program that ends without reading closes the pipe; that is not the test's business.
        let feeder = std::thread::spawn(move || pipe.write_all(&input).ok());
        let output = child.wait_with_output().expect("output");
        feeder.join().expect("input written");
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Finished {
            code: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// Runs git in a directory inside and gives its output.
    ///
    /// # Panics
    /// When it fails.
    pub fn git(&self, dir: &str, arguments: &[&str]) -> String {
        let line: Vec<&str> = std::iter::once("git").chain(arguments.iter().copied()).collect();
        self.run(dir, &line, &[], "").ok().trim_end().to_owned()
    }

    /// Runs git as somebody, with the address `<who>@example.com` for author and committer.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn git_as(&self, who: &str, dir: &str, arguments: &[&str]) -> Finished {
        let line: Vec<&str> = std::iter::once("git").chain(arguments.iter().copied()).collect();
        let env = identity(who);
        let env: Vec<(&str, &str)> = env.iter().map(|(k, v)| (*k, v.as_str())).collect();
        self.run(dir, &line, &env, "")
    }

    fn environment(&self) -> BTreeMap<&'static str, String> {
        let home = self.path().to_string_lossy().into_owned();
        let mut all: BTreeMap<_, _> = identity("nobody").into_iter().collect();
        all.extend([
            ("PATH", std::env::var("PATH").unwrap_or_default()),
            ("HOME", home.clone()),
            ("TMPDIR", home),
            ("LC_ALL", "C.UTF-8".to_owned()),
            ("TZ", "UTC".to_owned()),
            ("NO_COLOR", "1".to_owned()),
            ("GIT_CONFIG_NOSYSTEM", "1".to_owned()),
            ("GIT_CONFIG_GLOBAL", "/dev/null".to_owned()),
            ("GIT_TERMINAL_PROMPT", "0".to_owned()),
        ]);
        if let (Some(ahead), Some(library)) = (self.ahead.borrow().clone(), library()) {
            all.extend([("FAKETIME", ahead), ("LD_PRELOAD", library)]);
        }
        all.extend(self.agent.borrow().clone().map(|socket| ("SSH_AUTH_SOCK", socket)));
        all
    }
}

/// The library that shows programs another clock, where Debian puts it.
fn library() -> Option<String> {
    let places = std::fs::read_dir("/usr/lib").ok()?;
    let mut found = places.filter_map(|p| Some(p.ok()?.path().join("faketime/libfaketime.so.1")));
    found.find(|p| p.exists()).map(|p| p.to_string_lossy().into_owned())
}

fn identity(who: &str) -> [(&'static str, String); 5] {
    let email = format!("{who}@example.com");
    [
        ("GIT_AUTHOR_NAME", who.to_owned()),
        ("GIT_AUTHOR_EMAIL", email.clone()),
        ("GIT_COMMITTER_NAME", who.to_owned()),
        ("GIT_COMMITTER_EMAIL", email),
        ("OBSTAT_PUSHER", who.to_owned()),
    ]
}
