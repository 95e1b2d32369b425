//! The demo's temporary folder: people, keys, repositories, and how commands run in it.

use crate::error::CliError;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// People of the demo: id, name, level.
pub(super) const PEOPLE: [(&str, &str, &str); 3] = [
    ("mira", "Mira Sandoval", "principal"),
    ("jonas", "Jonas Lindqvist", "mid-level"),
    ("priya", "Priya Raman", "senior"),
];

const POLICY: &str = "\
version: 1
targets:
  production: { refs: [refs/heads/main], mode: enforce }
# A demo has no security keys, so it asks for presence `key`. Ask for `present` in yours.
defaults: { presence: key, expires: 14d }
override: { holders: [mira], presence: key, at_most: 12h, review_within: 3d }
rules:
  - name: assisted-below-senior
    when: { assistance: possible, author_level_below: senior }
    require: [{ approvals: 1, level: senior }]
";

/// The temporary folder.
#[derive(Debug)]
pub(super) struct Stage {
    folder: tempfile::TempDir,
    program: PathBuf,
    verbose: bool,
    ascii: bool,
}

/// What a command printed.
#[derive(Debug, Clone)]
pub(super) struct Ran {
    pub(super) code: i32,
    pub(super) text: String,
}

impl Ran {
    /// As [`Ran::line`], with the lines that go on with it: they begin further in.
    pub(super) fn told(&self, word: &str) -> String {
        let plain = |line: &str| line.trim_start_matches("remote:").trim_end().to_owned();
        let indent = |line: &str| line.len() - line.trim_start().len();
        let mut lines = self.text.lines().map(plain).skip_while(|l| !l.contains(word));
        let Some(first) = lines.next() else { return String::new() };
        let deeper = indent(&first) + 4;
        let rest = lines.take_while(|line| indent(line) >= deeper && !line.trim().is_empty());
        let all: Vec<String> = std::iter::once(first.clone()).chain(rest).collect();
        all.join(" ").trim().to_owned()
    }

    /// The first line that holds a word, without git's `remote: `.
    pub(super) fn line(&self, word: &str) -> String {
        let found = self.text.lines().find(|l| l.contains(word)).unwrap_or("");
        found.trim_start_matches("remote:").trim().to_owned()
    }
}

impl Stage {
    pub(super) fn set_up(verbose: bool, ascii: bool) -> Result<Self, CliError> {
        let folder = tempfile::Builder::new().prefix("obstat-demo-").tempdir();
        let folder = folder.map_err(|e| CliError::file(&std::env::temp_dir(), e))?;
        let program = std::env::current_exe().map_err(|e| CliError::file(folder.path(), e))?;
        Ok(Self { folder, program, verbose, ascii })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn keep(&mut self) -> PathBuf {
        self.folder.disable_cleanup(true);
        self.path().to_owned()
    }

    pub(super) fn write(&self, name: &str, text: &str) -> Result<(), CliError> {
        let path = self.path().join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|e| CliError::file(parent, e))?;
        }
        std::fs::write(&path, text).map_err(|e| CliError::file(&path, e))
    }

    pub(super) fn read(&self, name: &str) -> Result<String, CliError> {
        let path = self.path().join(name);
        std::fs::read_to_string(&path).map_err(|e| CliError::file(&path, e))
    }

    /// Policy and roster of the demo.
    pub(super) fn inputs(&self) -> Result<(), CliError> {
        let mut roster = String::from(
            "version: 1\nladder: [junior, mid-level, senior, principal]\n\
             owners: { people: [mira, priya], quorum: 2 }\ndelay: 24h\npeople:\n",
        );
        for (id, name, level) in PEOPLE {
            let key = self.read(&format!("keys/{id}.pub"))?;
            let _ = write!(
                roster,
                "  {id}:\n    name: {name}\n    levels: [{{ level: {level}, since: 2020-01-01 }}]\n    \
                 emails: [{id}@example.com]\n    accounts: [{{ host: git, login: {id} }}]\n    \
                 keys: [\"{}\"]\n",
                key.trim()
            );
        }
        roster.push_str(
            "agents:\n  cursor: { tool: cursor, emails: [cursoragent@cursor.com], operator: jonas }\n",
        );
        self.write("work/.obstat/roster.yaml", &roster)?;
        self.write("work/.obstat/policy.yaml", POLICY)
    }

    /// Runs this very program as somebody, who types something.
    pub(super) fn obstat(&self, who: &str, line: &[&str], typed: &str) -> Result<Ran, CliError> {
        let program = self.program.to_string_lossy().into_owned();
        let ascii = self.ascii.then_some("--ascii");
        let line: Vec<&str> = ascii.into_iter().chain(line.iter().copied()).collect();
        self.run(who, &program, &line, typed)
    }

    /// Runs git as somebody.
    pub(super) fn git(&self, who: &str, line: &[&str]) -> Result<Ran, CliError> {
        self.run(who, "git", line, "")
    }

    /// Runs any program in the work tree as somebody, with a clean environment.
    pub(super) fn run(
        &self,
        who: &str,
        program: &str,
        line: &[&str],
        typed: &str,
    ) -> Result<Ran, CliError> {
        let work = self.path().join("work");
        std::fs::create_dir_all(&work).map_err(|e| CliError::file(&work, e))?;
        let mut command = Command::new(program);
        command.args(line).current_dir(&work).env_clear().envs(self.environment(who));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|e| {
            CliError::usage(
                format!("`{program}` cannot be started: {e}"),
                "install git and OpenSSH",
            )
        })?;
        if let Some(mut pipe) = child.stdin.take() {
            // A command that asks nothing closes the pipe.
            let _ = pipe.write_all(typed.as_bytes());
        }
        let output = child.wait_with_output().map_err(|e| CliError::file(&work, e))?;
        let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.push_str(&String::from_utf8_lossy(&output.stderr));
        if self.verbose {
            self.show(who, program, line, &text);
        }
        Ok(Ran { code: output.status.code().unwrap_or(-1), text })
    }

    fn show(&self, who: &str, program: &str, line: &[&str], text: &str) {
        let name = program.rsplit('/').next().unwrap_or(program);
        let shown = format!("[{who}] $ {name} {}\n{text}", line.join(" "));
        crate::ui::aside(&shown);
    }

    fn environment(&self, who: &str) -> Vec<(&'static str, String)> {
        let name = PEOPLE.iter().find(|p| p.0 == who).map_or(who, |p| p.1);
        let (home, email) =
            (self.path().to_string_lossy().into_owned(), format!("{who}@example.com"));
        vec![
            ("PATH", std::env::var("PATH").unwrap_or_default()),
            ("HOME", home.clone()),
            ("TMPDIR", home),
            ("LC_ALL", "C.UTF-8".to_owned()),
            ("NO_COLOR", "1".to_owned()),
            ("GIT_CONFIG_NOSYSTEM", "1".to_owned()),
            ("GIT_CONFIG_GLOBAL", "/dev/null".to_owned()),
            ("GIT_AUTHOR_NAME", name.to_owned()),
            ("GIT_AUTHOR_EMAIL", email.clone()),
            ("GIT_COMMITTER_NAME", name.to_owned()),
            ("GIT_COMMITTER_EMAIL", email),
            ("OBSTAT_PUSHER", who.to_owned()),
        ]
    }
}
