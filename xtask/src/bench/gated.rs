//! A gated bare repository with many people and rules, made by the program under test itself.
//!
//! Pushes are made by a principal whom no rule asks anything of, so that each is judged in full and
//! is clear. Two owners have keys; the other people have a level, an address and an account.

use super::{BenchError, measure};
use crate::workspace::output_of;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// The protected ref.
pub(super) const TARGET: &str = "refs/heads/main";

/// Environment variable in which the transport names the pusher, and who that is.
pub(super) const PUSHER: (&str, &str) = ("OBSTAT_PUSHER", "p0");

/// Commits get this time, in seconds since 1970, and one second more each.
const BEGIN: u64 = 1_700_000_000;

/// The repository, in a folder of its own.
#[derive(Debug)]
pub(super) struct Gated {
    folder: tempfile::TempDir,
    obstat: PathBuf,
}

/// How large its policy and roster are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    /// Rules of the policy.
    pub(super) rules: u32,
    /// People of the roster, of whom the first is a principal.
    pub(super) people: u32,
}

impl Gated {
    /// Makes, bootstraps and gates it.
    pub(super) fn make(
        folder: tempfile::TempDir,
        obstat: PathBuf,
        size: Size,
    ) -> Result<Self, BenchError> {
        let gated = Self { folder, obstat };
        let io = |source| BenchError::Io { what: "making a repository", source };
        std::fs::create_dir(gated.server()).map_err(io)?;
        gated.git(&["init", "--quiet", "--bare", "--initial-branch=main", "."])?;
        let keys = [gated.key("p0")?, gated.key("p1")?];
        let inputs = [
            (".obstat/policy.yaml", policy(size.rules)),
            (".obstat/roster.yaml", roster(size.people, &keys)),
        ];
        gated.import(&commit(TARGET, 0, &inputs))?;
        gated.obstat(&["bootstrap", "--bare", "."])?;
        gated.obstat(&["hook", "install", "--bare", ".", "--pusher-from", PUSHER.0])?;
        Ok(gated)
    }

    /// The bare repository.
    pub(super) fn server(&self) -> PathBuf {
        self.folder.path().join("server.git")
    }

    /// Adds a chain of commits on top of the target and gives their ids, oldest first. No ref holds
    /// them, as with objects that were just pushed.
    pub(super) fn commits(&self, count: u32, folder: &str) -> Result<Vec<String>, BenchError> {
        let (mut stream, name) = (String::new(), "refs/bench/chain");
        let _ = writeln!(stream, "reset {name}\nfrom {TARGET}\n");
        for number in 1..=count {
            let path = format!("{folder}/part{number}.rs");
            stream.push_str(&commit(name, number, &[(&path, format!("// {number}\n"))]));
        }
        self.import(&stream)?;
        let range = format!("{TARGET}..{name}");
        let ids = self.git(&["rev-list", "--reverse", &range])?;
        self.git(&["update-ref", "-d", name])?;
        Ok(ids.lines().map(str::to_owned).collect())
    }

    /// Lands so many commits on the target through its gate, some with each push.
    pub(super) fn land(&self, count: u32, with_each: u32) -> Result<(), BenchError> {
        let mut left = count;
        while left > 0 {
            let some = left.min(with_each);
            left -= some;
            let ids = self.commits(some, &format!("landed{left}"))?;
            let tip = ids.last().cloned().unwrap_or_default();
            self.git(&["push", "--quiet", ".", &format!("{tip}:{TARGET}")])?;
        }
        Ok(())
    }

    /// Runs git in the bare repository as the pusher, and gives what it says.
    pub(super) fn git(&self, arguments: &[&str]) -> Result<String, BenchError> {
        self.run(Path::new("git"), arguments)
    }

    /// Runs the program under test in the bare repository.
    pub(super) fn obstat(&self, arguments: &[&str]) -> Result<String, BenchError> {
        self.run(&self.obstat, arguments)
    }

    fn run(&self, program: &Path, arguments: &[&str]) -> Result<String, BenchError> {
        let mut command = measure::clean(program, &self.server());
        let output = output_of(command.args(arguments).env(PUSHER.0, PUSHER.1))?;
        Ok(String::from_utf8_lossy(&output).trim_end().to_owned())
    }

    /// Makes a key and gives its public line.
    fn key(&self, who: &str) -> Result<String, BenchError> {
        let path = self.folder.path().join(who);
        let name = path.to_string_lossy();
        let line = ["-q", "-t", "ed25519", "-N", "", "-C", who, "-f", &name];
        self.run(Path::new("ssh-keygen"), &line)?;
        let read = std::fs::read_to_string(path.with_extension("pub"));
        let io = |source| BenchError::Io { what: "reading a public key", source };
        Ok(read.map_err(io)?.trim_end().to_owned())
    }

    fn import(&self, stream: &str) -> Result<(), BenchError> {
        let io = |source| BenchError::Io { what: "running git fast-import", source };
        let mut command = measure::clean(Path::new("git"), &self.server());
        command.args(["fast-import", "--quiet"]).stdin(Stdio::piped());
        let mut child = command.spawn().map_err(io)?;
        if let Some(mut pipe) = child.stdin.take() {
            pipe.write_all(stream.as_bytes()).map_err(io)?;
        }
        let status = child.wait().map_err(io)?;
        let line = || "git fast-import".to_owned();
        if status.success() { Ok(()) } else { Err(BenchError::Failed { line: line(), status }) }
    }
}

/// A commit for git-fast-import(1) that writes some files.
fn commit(name: &str, number: u32, files: &[(&str, String)]) -> String {
    let (at, message) = (BEGIN + u64::from(number), format!("Change {number}\n"));
    let mut text = format!(
        "commit {name}\ncommitter p0 <p0@example.com> {at} +0000\ndata {}\n{message}",
        message.len()
    );
    for (path, content) in files {
        let _ = writeln!(text, "M 100644 inline {path}\ndata {}\n{content}", content.len());
    }
    text.push('\n');
    text
}

/// A policy up to its rules.
pub(super) const BEFORE_RULES: &str = "version: 1\n\
    targets:\n  production: { refs: [refs/heads/main], mode: enforce }\n\
    defaults: { presence: key, expires: 14d }\n\
    override: { holders: [p0], presence: key, at_most: 12h, review_within: 3d }\n\
    rules:\n";

fn policy(rules: u32) -> String {
    let mut text = BEFORE_RULES.to_owned();
    for rule in 0..rules {
        let _ = write!(
            text,
            "  - name: rule{rule}\n    \
             when: {{ paths: ['service{rule}/**'], author_level_below: senior }}\n    \
             require: [{{ approvals: 1, level: senior }}]\n"
        );
    }
    text
}

fn roster(people: u32, keys: &[String; 2]) -> String {
    let mut text = String::from(
        "version: 1\nladder: [junior, mid-level, senior, principal]\n\
         owners: { people: [p0, p1], quorum: 2 }\ndelay: 24h\npeople:\n",
    );
    for number in 0..people.max(2) {
        let level = match number {
            0 | 1 => "principal",
            n if n % 4 == 0 => "senior",
            n if n % 4 == 1 => "junior",
            _ => "mid-level",
        };
        let _ = write!(
            text,
            "  p{number}:\n    name: Person {number}\n    \
             levels: [{{ level: {level}, since: 2020-01-01 }}]\n    \
             emails: [p{number}@example.com]\n    \
             accounts: [{{ host: git, login: p{number} }}]\n"
        );
        if let Some(key) = usize::try_from(number).ok().and_then(|n| keys.get(n)) {
            let _ = writeln!(text, "    keys: [\"{key}\"]");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With a program that agrees to everything in the place of the product.
    fn made() -> Gated {
        let size = Size { rules: 3, people: 40 };
        Gated::make(tempfile::tempdir().unwrap(), PathBuf::from("true"), size).unwrap()
    }

    #[test]
    fn the_target_holds_policy_and_roster() {
        let gated = made();
        let show = |path: &str| gated.git(&["show", &format!("{TARGET}:{path}")]).unwrap();
        assert_eq!(show(".obstat/policy.yaml").matches("- name:").count(), 3);
        let roster = show(".obstat/roster.yaml");
        assert_eq!(roster.matches("    name:").count(), 40);
        assert_eq!(roster.matches("ssh-ed25519").count(), 2);
    }

    #[test]
    fn commits_form_a_chain_on_the_target_that_no_ref_holds() {
        let gated = made();
        let ids = gated.commits(5, "service1").unwrap();
        assert_eq!(ids.len(), 5);
        let range = format!("{TARGET}..{}", ids[4]);
        assert_eq!(gated.git(&["rev-list", "--count", &range]).unwrap(), "5");
        assert_eq!(gated.git(&["for-each-ref", "--format=%(refname)"]).unwrap(), TARGET);
    }

    #[test]
    fn a_program_that_refuses_stops_the_benchmark() {
        let size = Size { rules: 1, people: 2 };
        let made = Gated::make(tempfile::tempdir().unwrap(), PathBuf::from("false"), size);
        assert!(matches!(made, Err(BenchError::Workspace(_))));
    }
}
