//! Ways around the gate, each tried as somebody who may push would try it.

mod brought;
mod crossed;
mod earlier;
mod floods;
mod forgeries;
mod landings;
mod merges;
mod origins;
mod passing;
mod people;
mod policies;
mod pushes;
mod rewinds;
mod words;

use obstat_testkit::{Finished, Org};

pub(super) use words::{forged, nonce, own_nonce};

pub(super) const EVIL: &str = "fn charge() { evil() }\n";

fn verify(org: &Org, dir: &str, target: &str, commit: &str) -> Finished {
    let trust = org.scratch.at("server.git/obstat/trust");
    let line = ["verify", "--target", target, "--trust", &trust.to_string_lossy(), commit];
    org.obstat("mira", dir, &line)
}

pub(super) fn fetch(org: &Org) {
    let all = ["+refs/heads/*:refs/remotes/origin/*", "+refs/obstat/*:refs/obstat/*"];
    org.scratch.git("work", &["fetch", "-q", "--prune", "origin", all[0], all[1]]);
}

pub(super) fn signed(org: &Org, who: &str, range: &str) {
    org.sign(who, range, &[]).ok();
    org.push_statements(who).ok();
}

/// Rejects, withdraws and the like, with a reason, as `signed`.
pub(super) fn said(org: &Org, verb: &str, who: &str, range: &str) {
    let key = org.scratch.at(&format!("keys/{who}")).to_string_lossy().into_owned();
    let line = [verb, "--key", &key, "--reason", "no", range];
    org.obstat_typing(who, "work", &line, &org.typed(range)).ok();
    org.push_statements(who).ok();
}

pub(super) fn on(org: &Org, branch: &str, from: &str) {
    org.scratch.git("work", &["checkout", "-q", "-b", branch, from]);
}

fn landed(org: &Org, name: &str) -> String {
    org.scratch.git("server.git", &["rev-parse", name])
}

/// Commits a roster without Yusuf on the branch at hand, and Mira's signature.
fn yusuf_leaves(org: &Org) {
    let text = org.roster();
    let (start, rest) = text.split_once("  yusuf:\n").unwrap_or_default();
    let end = rest.split_once("  jonas:\n").map(|(_, end)| end).unwrap_or_default();
    let without = format!("{start}  yusuf: {{ left: 2020-01-02 }}\n  jonas:\n{end}");
    org.scratch.write("work/.obstat/roster.yaml", without);
    org.commit("jonas", "yusuf leaves");
    org.sign("mira", "main", &[]).ok();
}

/// Signs a range for another target than main.
fn sign_for(org: &Org, who: &str, range: &str, target: &str) {
    let check = ["check", "--format", "json", "--target", target, range];
    let found = org.obstat("mira", "work", &check).out;
    let digest = found.split("\"digest\":\"").nth(1).unwrap_or_default();
    let typed: String = digest.chars().take(4).chain(['\n']).collect();
    let key = org.scratch.at(&format!("keys/{who}")).to_string_lossy().into_owned();
    let line = ["sign", "--key", &key, "--reason", "read it", "--target", target, range];
    org.obstat_typing(who, "work", &line, &typed).ok();
}

/// Sixty lines, some of them in capitals.
pub(super) fn lines(loud: &[usize]) -> String {
    let line =
        |n: usize| if loud.contains(&n) { format!("LINE {n}\n") } else { format!("line {n}\n") };
    (0..60).map(line).collect()
}

/// Commits what lies in the work tree on main, signed by somebody, and lands it.
pub(super) fn lands(org: &Org, who: &str, by: &str, message: &str) -> String {
    let tip = org.commit(who, message);
    signed(org, by, "origin/main..HEAD");
    org.push(who, &["HEAD:main"]).ok();
    fetch(org);
    tip
}

/// Commits are dated by the second, and so are landings.
pub(super) fn later(org: &Org, seconds: u32) {
    org.scratch.clock(&format!("+{seconds}s"));
}

/// A branch `h` with one line changed, which Priya has signed for; main is checked out.
pub(super) fn approved_head(org: &Org) {
    org.scratch.write("work/pay/a.rs", lines(&[]));
    lands(org, "mira", "priya", "lines");
    on(org, "h", "main");
    org.scratch.write("work/pay/a.rs", lines(&[50]));
    org.commit("jonas", crate::ASSISTED);
    signed(org, "priya", "origin/main..h");
    org.scratch.git("work", &["checkout", "-q", "main"]);
}
