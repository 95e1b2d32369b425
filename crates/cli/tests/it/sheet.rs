//! The numbered attacks on review gates, each as somebody with push rights would try it: it is
//! refused (`aNN_refused`), and its harmless twin passes (`aNN_twin`).

mod content;
mod gate;
mod identity;
mod sight;

use crate::{ASSISTED, program};
use obstat_testkit::{Finished, Org};

/// Rules with which each attack has something to get past.
const POLICY: &str = "\
version: 1
targets:
  production: { refs: [refs/heads/main], mode: enforce }
  releases: { refs: ['refs/heads/release/*'], mode: enforce, from: refs/heads/main }
defaults: { presence: key, expires: 14d }
override: { holders: [mira], presence: key, at_most: 12h, review_within: 3d }
rules:
  - name: assisted
    when: { assistance: possible, author_level_below: senior }
    require: [{ approvals: 1, level: senior }]
  - name: pay
    when: { paths: ['pay/**'] }
    require: [{ approvals: 1, level: senior }]
  - name: pair
    when: { paths: ['pair/**'] }
    require: [{ approvals: 2, level: senior }]
  - name: pipeline
    when: { paths: ['.github/workflows/**'] }
    require: [{ approvals: 1, team: pipeline }]
  - name: hidden
    when: { hidden_content: any }
    require: [{ approvals: 1, level: principal }]
  - name: large
    when: { lines_at_least: 1000 }
    require: [{ approvals: 1, level: principal }]
  - name: slices
    when: { rolling: { lines_at_least: 100, days: 7, scope: shop } }
    require: [{ approvals: 1, level: principal }]
exempt:
  - { name: docs, paths: ['docs/**'], lines_at_most: 50, files_at_most: 5, assistance: any, reason: text only }
";

/// Who ran the agents, and which other keys there are.
const MORE: &str = "scopes:
  shop: ['shop/**']
agents:
  bot: { tool: bot, emails: [bot@example.com], operator: jonas }
  second: { tool: second, emails: [second@example.com], operator: jonas }
";

/// The organisation of the sheet: Mira is a principal, Priya and Yusuf are seniors, Jonas and Tove are
/// not. Yusuf owns the pipeline.
struct Sheet {
    org: Org,
}

impl Sheet {
    fn new() -> Self {
        let sheet = Self { org: Org::ungated(program(), POLICY) };
        for who in ["ci", "second", "priya-2"] {
            sheet.org.key(who);
        }
        sheet.write(".obstat/roster.yaml", sheet.roster());
        sheet.org.commit("mira", "roster");
        sheet.org.push("mira", &["main"]).ok();
        sheet.org.obstat("mira", ".", &["bootstrap", "--bare", "server.git"]).ok();
        let install = ["hook", "install", "--bare", "server.git", "--pusher-from", "OBSTAT_PUSHER"];
        sheet.org.obstat("mira", ".", &install).ok();
        sheet.fetch();
        sheet
    }

    fn roster(&self) -> String {
        let org = &self.org;
        let key = org.public_key("priya");
        let both = format!("keys: [\"{key}\", \"{}\"]", org.public_key("priya-2"));
        let roster = org.roster().replace(&format!("keys: [\"{key}\"]"), &both);
        let roster =
            roster.replace("    name: yusuf\n", "    name: yusuf\n    teams: [pipeline]\n");
        format!("{roster}{MORE}services:\n  ci: {{ keys: [\"{}\"] }}\n", org.public_key("ci"))
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        self.org.scratch.write(&format!("work/{path}"), text);
    }

    fn git(&self, line: &[&str]) -> String {
        self.org.scratch.git("work", line)
    }

    /// Git as somebody, which must succeed.
    fn git_as(&self, who: &str, line: &[&str]) {
        self.org.scratch.git_as(who, "work", line).ok();
    }

    /// Git as somebody, which may find a conflict.
    fn git_as_any(&self, who: &str, line: &[&str]) {
        let _ = self.org.scratch.git_as(who, "work", line);
    }

    fn fetch(&self) {
        let all = ["+refs/heads/*:refs/remotes/origin/*", "+refs/obstat/*:refs/obstat/*"];
        self.git(&["fetch", "-q", "--prune", "origin", all[0], all[1]]);
    }

    /// One file, committed with a trailer of a tool.
    fn assisted(&self, who: &str, path: &str, text: impl AsRef<[u8]>) -> String {
        self.write(path, text);
        self.org.commit(who, ASSISTED)
    }

    /// Main as the server has it.
    fn start_again(&self) {
        self.fetch();
        self.git(&["checkout", "-q", "-B", "main", "origin/main"]);
    }

    /// Signs what lies between the server's main and a commit, and files the statement.
    fn signs(&self, who: &str, head: &str) {
        self.org.sign(who, &format!("origin/main..{head}"), &[]).ok();
        self.org.push_statements(who).ok();
    }

    /// Signs if the command lets them, and files what is there.
    fn signs_any(&self, who: &str) {
        let _ = self.org.sign(who, "origin/main..main", &[]);
        let _ = self.org.push_statements(who);
    }

    /// Signs for another target, by whatever key.
    fn signs_for(&self, who: &str, target: &str, range: &str) -> Finished {
        let check = ["check", "--format", "json", "--target", target, range];
        let found = self.org.obstat("mira", "work", &check).out;
        let digest = found.split("\"digest\":\"").nth(1).unwrap_or_default();
        let typed: String = digest.chars().take(4).chain(['\n']).collect();
        let key = self.org.scratch.at(&format!("keys/{who}")).to_string_lossy().into_owned();
        let line = ["sign", "--key", &key, "--reason", "read it", "--target", target, range];
        self.org.obstat_typing(who, "work", &line, &typed)
    }

    fn pushed(&self, pusher: &str, spec: &str) -> Finished {
        self.org.push(pusher, &[spec])
    }

    /// A branch that nobody protects is pushed.
    fn clear_branch(&self, pusher: &str, branch: &str) {
        self.pushed(pusher, branch).ok();
        self.fetch();
    }

    /// The push is refused, and a signature would cure it; gives what was said.
    fn pending(&self, pusher: &str, spec: &str) -> String {
        let pushed = self.pushed(pusher, spec);
        assert_ne!(pushed.code, 0, "it passed");
        assert!(pushed.said().contains("Not yet."), "{}", pushed.err);
        pushed.said()
    }

    /// The push is refused, and no signature cures it; gives what was said.
    fn blocked(&self, pusher: &str, spec: &str) -> String {
        let pushed = self.pushed(pusher, spec);
        assert_ne!(pushed.code, 0, "it passed");
        assert!(pushed.said().contains("Blocked for"), "{}", pushed.err);
        pushed.said()
    }

    /// The push passes, and what landed is clear to deploy.
    fn clear(&self, pusher: &str, spec: &str) {
        self.pushed(pusher, spec).ok();
        let to = spec.rsplit(':').next().unwrap_or_default();
        let target = if to.contains("release/") { to } else { "production" };
        let target = target.trim_start_matches("refs/heads/");
        let target =
            if target == "production" { target.to_owned() } else { format!("refs/heads/{target}") };
        self.fetch();
        let verified =
            self.verify(&target, &self.org.scratch.git("server.git", &["rev-parse", to]));
        assert_eq!(verified.code, 0, "{}", verified.all());
    }

    fn verify(&self, target: &str, commit: &str) -> Finished {
        let line = ["verify", "--target", target, "--trust", "../server.git/obstat/trust", commit];
        self.org.obstat("mira", "work", &line)
    }

    fn landed(&self) -> String {
        self.org.scratch.git("server.git", &["rev-parse", "main"])
    }
}

/// A file of so many lines, of which some are in capitals.
fn lines(count: usize, loud: &[usize]) -> String {
    let line = |n| if loud.contains(&n) { format!("LINE {n}\n") } else { format!("line {n}\n") };
    (0..count).map(line).collect()
}
