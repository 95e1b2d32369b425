//! A small organisation with a gated bare repository: people, keys, roster, policy.

use crate::scratch::{Finished, Scratch};
use std::fmt::Write as _;
use std::path::Path;

/// People and their levels. Mira and Priya own the policy.
const PEOPLE: [(&str, &str); 5] = [
    ("mira", "principal"),
    ("priya", "senior"),
    ("yusuf", "senior"),
    ("jonas", "mid-level"),
    ("tove", "junior"),
];

/// The policy of the organisation.
pub const POLICY: &str = "\
version: 1
targets:
  production: { refs: [refs/heads/main], mode: enforce }
  releases: { refs: ['refs/heads/release/*', 'refs/tags/v*'], mode: enforce, from: refs/heads/main }
defaults: { presence: key, expires: 14d }
override: { holders: [mira], presence: key, at_most: 12h, review_within: 3d }
rules:
  - name: assisted
    when: { assistance: possible, author_level_below: senior }
    require:
      - { approvals: 1, level: senior }
  - name: pay
    when: { paths: ['pay/**'] }
    require:
      - { approvals: 1, level: senior }
exempt:
  - { name: docs, paths: ['docs/**'], lines_at_most: 50, files_at_most: 5, assistance: any, reason: text only }
";

/// A scratch directory with `server.git`, a work tree `work`, keys in `keys/`.
#[derive(Debug)]
pub struct Org {
    /// The directory.
    pub scratch: Scratch,
    obstat: String,
}

impl Org {
    /// People with keys and an ungated bare repository that holds roster, policy and one file.
    /// `obstat` is the program under test.
    ///
    /// # Panics
    /// When it cannot be set up.
    #[must_use]
    pub fn ungated(obstat: &Path, policy: &str) -> Self {
        let org = Self { scratch: Scratch::new(), obstat: obstat.to_string_lossy().into_owned() };
        let scratch = &org.scratch;
        scratch.write("keys/.keep", "");
        for (who, _) in PEOPLE {
            org.key(who);
        }
        scratch.git(".", &["init", "-q", "--bare", "-b", "main", "server.git"]);
        scratch.git(".", &["init", "-q", "-b", "main", "work"]);
        scratch.git("work", &["remote", "add", "origin", "../server.git"]);
        scratch.write("work/.obstat/roster.yaml", org.roster());
        scratch.write("work/.obstat/policy.yaml", policy);
        scratch.write("work/pay/charge.rs", "fn charge() {}\n");
        org.commit("mira", "start");
        org.push("mira", &["main"]).ok();
        org
    }

    /// As [`Org::ungated`], then bootstrapped and gated by hooks.
    ///
    /// # Panics
    /// When it cannot be set up.
    #[must_use]
    pub fn gated(obstat: &Path, policy: &str) -> Self {
        let org = Self::ungated(obstat, policy);
        org.obstat("mira", ".", &["bootstrap", "--bare", "server.git"]).ok();
        let install = ["hook", "install", "--bare", "server.git", "--pusher-from", "OBSTAT_PUSHER"];
        org.obstat("mira", ".", &install).ok();
        org.scratch.git("work", &["fetch", "-q", "origin", "refs/obstat/*:refs/obstat/*"]);
        org
    }

    /// Makes a key for somebody at `keys/<who>`.
    ///
    /// # Panics
    /// When `ssh-keygen` fails.
    pub fn key(&self, who: &str) {
        let file = format!("keys/{who}");
        let line = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", who, "-f", &file];
        self.scratch.run(".", &line, &[], "").ok();
    }

    /// The public key line of somebody.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn public_key(&self, who: &str) -> String {
        let path = self.scratch.at(&format!("keys/{who}.pub"));
        std::fs::read_to_string(path).expect("a public key").trim().to_owned()
    }

    /// The roster.
    #[must_use]
    pub fn roster(&self) -> String {
        let mut text = String::from(
            "version: 1\nladder: [junior, mid-level, senior, principal]\n\
             owners: { people: [mira, priya], quorum: 2 }\ndelay: 24h\npeople:\n",
        );
        for (who, level) in PEOPLE {
            let key = self.public_key(who);
            let _ = write!(
                text,
                "  {who}:\n    name: {who}\n    levels: [{{ level: {level}, since: 2020-01-01 }}]\n    \
                 emails: [{who}@example.com]\n    accounts: [{{ host: git, login: {who} }}]\n    \
                 keys: [\"{key}\"]\n"
            );
        }
        text
    }

    /// Commits everything in the work tree as somebody.
    ///
    /// # Panics
    /// When git fails.
    pub fn commit(&self, who: &str, message: &str) -> String {
        self.scratch.git("work", &["add", "-A"]);
        self.scratch.git_as(who, "work", &["commit", "-q", "--allow-empty", "-m", message]).ok();
        self.scratch.git("work", &["rev-parse", "HEAD"])
    }

    /// Pushes refs to the server as somebody.
    #[must_use]
    pub fn push(&self, who: &str, refs: &[&str]) -> Finished {
        let line: Vec<&str> =
            ["push", "-q", "origin"].into_iter().chain(refs.iter().copied()).collect();
        self.scratch.git_as(who, "work", &line)
    }

    /// Runs Obstat as somebody in a directory.
    #[must_use]
    pub fn obstat(&self, who: &str, dir: &str, arguments: &[&str]) -> Finished {
        self.obstat_typing(who, dir, arguments, "")
    }

    /// Runs Obstat as somebody who types something.
    #[must_use]
    pub fn obstat_typing(&self, who: &str, dir: &str, arguments: &[&str], typed: &str) -> Finished {
        let line: Vec<&str> =
            std::iter::once(self.obstat.as_str()).chain(arguments.iter().copied()).collect();
        let path = std::env::var("PATH").unwrap_or_default();
        self.scratch.run(dir, &line, &[("OBSTAT_PUSHER", who), ("PATH", &path)], typed)
    }

    /// Signs a range as somebody and files the statement locally, typing what is asked for.
    #[must_use]
    pub fn sign(&self, who: &str, range: &str, more: &[&str]) -> Finished {
        let key = self.scratch.at(&format!("keys/{who}"));
        let key = key.to_string_lossy();
        let mut line = vec!["sign", "--key", &key, "--reason", "read it"];
        line.extend(more);
        line.push(range);
        self.obstat_typing(who, "work", &line, &self.typed(range))
    }

    /// The digest of a range, as `check` tells it.
    #[must_use]
    pub fn digest(&self, range: &str) -> String {
        let found = self.obstat("mira", "work", &["check", "--format", "json", range]);
        let at = found.out.find("\"digest\":").map(|i| i + 9).unwrap_or_default();
        found.out.chars().skip(at).filter(char::is_ascii_hexdigit).take(64).collect()
    }

    /// What is typed to sign a range: the first digits of its digest, and the return key.
    #[must_use]
    pub fn typed(&self, range: &str) -> String {
        self.digest(range).chars().take(4).chain(['\n']).collect()
    }

    /// Pushes all statements that are filed locally.
    #[must_use]
    pub fn push_statements(&self, who: &str) -> Finished {
        self.push(who, &["refs/obstat/approvals/*:refs/obstat/approvals/*"])
    }
}
