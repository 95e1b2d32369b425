//! What squash, cherry-pick, rebase and amend leave of the evidence, with messages that git makes.

use crate::support::*;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const SIGNED: &str = "Add retry\n\nRetries with jitter.\n\n\
    Co-Authored-By: Claude Opus 4.8 <noreply@anthropic.com>\nMade-with: Cursor\n";

/// A throw-away repository whose git sees no configuration but its own.
struct Scratch {
    home: TempDir,
}

impl Scratch {
    /// `main` with one commit, and `topic` with a signed commit on top.
    fn new() -> Self {
        let scratch = Self { home: TempDir::new().unwrap() };
        scratch.git(&["init", "-q", "-b", "main"]);
        scratch.commit("base", "Start\n");
        scratch.git(&["checkout", "-q", "-b", "topic"]);
        scratch.commit("one", SIGNED);
        scratch
    }

    fn git(&self, args: &[&str]) -> String {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut command = Command::new("git");
        command.current_dir(self.path()).env_clear().env("PATH", path).env("HOME", self.path());
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_EDITOR", "true");
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "Jane Doe");
            command.env(format!("GIT_{role}_EMAIL"), "jane@example.com");
        }
        let output = command.args(args).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn commit(&self, file: &str, message: &str) {
        std::fs::write(self.path().join(file), message).unwrap();
        self.git(&["add", "."]);
        self.git(&["commit", "-q", "-m", message]);
    }

    fn message(&self) -> String {
        self.git(&["log", "-1", "--format=%B"])
    }

    fn path(&self) -> &Path {
        self.home.path()
    }
}

fn signed() -> [Brief; 2] {
    [
        sign(E2, Kind::Trailer, "cursor"),
        modelled(E2, Kind::Trailer, "claude-code", "Claude Opus 4.8"),
    ]
}

#[track_caller]
fn survives(message: &str) {
    let mut found = brief(&of_message(message));
    found.sort();
    let mut wanted = signed();
    wanted.sort();
    assert_eq!(found, wanted, "{message}");
}

#[test]
fn a_plain_commit() {
    survives(&Scratch::new().message());
}

#[test]
fn merge_squash_indents_the_trailers_beyond_gits_own_parser() {
    let scratch = Scratch::new();
    scratch.commit("two", "Second\n\nCo-authored-by: Bob <bob@example.com>\n");
    scratch.git(&["checkout", "-q", "main"]);
    scratch.git(&["merge", "-q", "--squash", "topic"]);
    scratch.git(&["commit", "-q", "--no-edit"]);
    let message = scratch.message();
    assert!(message.contains("\n    Co-Authored-By: Claude"), "{message}");
    assert_eq!(scratch.git(&["log", "-1", "--format=%(trailers)"]).trim(), "");
    survives(&message);
    let people = obstat_provenance::trailer::co_authors(message.as_bytes());
    assert!(people.iter().any(|p| p.email == "bob@example.com"));
}

#[test]
fn cherry_pick_and_rebase_keep_the_message() {
    let scratch = Scratch::new();
    scratch.git(&["checkout", "-q", "main"]);
    scratch.commit("other", "Other\n");
    scratch.git(&["cherry-pick", "-x", "topic"]);
    survives(&scratch.message());
    scratch.git(&["reset", "-q", "--hard", "HEAD~1"]);
    scratch.git(&["checkout", "-q", "topic"]);
    scratch.git(&["rebase", "-q", "main"]);
    survives(&scratch.message());
}

#[test]
fn amend_keeps_the_message_unless_it_is_replaced() {
    let scratch = Scratch::new();
    scratch.git(&["commit", "-q", "--amend", "--no-edit"]);
    survives(&scratch.message());
    scratch.git(&["commit", "-q", "--amend", "-m", "Add retry"]);
    silent(of_message(&scratch.message()));
}

#[test]
fn rebase_autosquash_keeps_the_first_message() {
    let scratch = Scratch::new();
    scratch.commit("two", "fixup! Add retry\n");
    scratch.git(&["rebase", "-q", "-i", "--autosquash", "main"]);
    survives(&scratch.message());
}

/// A forge's squash: description, a separator, then the authors of the squashed commits.
#[test]
fn forge_separators_push_trailers_out_of_the_block() {
    let message = format!("{SIGNED}\n---------\n\nCo-authored-by: Bob <bob@example.com>\n");
    survives(&message);
    let bullets = format!(
        "Retry (#12)\n\n* {SIGNED}\n\n* Second\n\n---------\n\nCo-authored-by: Bob <b@x>\n"
    );
    survives(&bullets);
}

/// What is lost is lost: the gate must read evidence before the merge and keep it.
#[test]
fn a_squash_that_drops_co_authors_leaves_nothing() {
    silent(of_message(
        "Merge branch 'topic' into 'main'\n\nAdd retry\n\nSee merge request a/b!1\n",
    ));
}
