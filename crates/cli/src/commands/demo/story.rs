//! What happens in the demo, step by step. Every line is taken from what a command printed, and
//! a step that ends otherwise than it should is an error.

use super::stage::{PEOPLE, Ran, Stage};
use crate::error::CliError;
use crate::ui::{Ui, wrap};
use obstat_model::text::escape_cut;

/// Width of the left column.
const LEFT: usize = 29;
/// Width of what commands said, so that a line has 80 columns.
const RIGHT: usize = 44;

/// The agent's name on its commits.
const AGENT: &str = "Cursor <cursoragent@cursor.com>";

struct Teller<'a> {
    ui: &'a mut Ui,
    step: u32,
}

impl Teller<'_> {
    fn say(&mut self, what: &str, found: &str) {
        self.step += 1;
        let lines = wrapped(found);
        let first = lines.first().map_or("", String::as_str);
        let line = format!("{:>2} {what:<LEFT$} {first}", self.step);
        self.ui.line(line.trim_end());
        self.below(lines.get(1..).unwrap_or_default());
    }

    /// More of what the same command said.
    fn more(&mut self, found: &str) {
        self.below(&wrapped(found));
    }

    fn below(&mut self, lines: &[String]) {
        for line in lines {
            self.ui.line(format!("   {:<LEFT$} {line}", ""));
        }
    }
}

/// The words of a text on lines; what follows its mark begins under its first word.
fn wrapped(found: &str) -> Vec<String> {
    let words: Vec<String> =
        found.split_whitespace().map(|word| escape_cut(word, RIGHT - 14)).collect();
    let mut lines = wrap::lines(&words.join(" "), RIGHT);
    for line in lines.iter_mut().skip(1) {
        line.insert_str(0, "  ");
    }
    lines
}

fn wanted(ran: Ran, code: i32, step: &str) -> Result<Ran, CliError> {
    if (ran.code == 0) == (code == 0) {
        return Ok(ran);
    }
    Err(CliError::Internal(format!(
        "demo step `{step}` ended with {}, not {code}:\n{}",
        ran.code, ran.text
    )))
}

pub(super) fn tell(stage: &mut Stage, ui: &mut Ui) -> Result<(), CliError> {
    let mut teller = Teller { ui, step: 0 };
    gate(stage, &mut teller)?;
    assisted(stage, &mut teller)?;
    evil_merge(stage, &mut teller)?;
    forged(stage, &mut teller)?;
    reverted(stage, &mut teller)?;
    proof(stage, &mut teller)
}

fn gate(stage: &Stage, teller: &mut Teller) -> Result<(), CliError> {
    stage.write("keys/.keep", "")?;
    for (id, _, _) in PEOPLE {
        let file = format!("../keys/{id}");
        let line = ["-q", "-t", "ed25519", "-N", "", "-C", id, "-f", &file];
        wanted(stage.run("mira", "ssh-keygen", &line, "")?, 0, "keys")?;
    }
    stage.git("mira", &["init", "-q", "--bare", "-b", "main", "../server.git"])?;
    stage.git("mira", &["init", "-q", "-b", "main", "."])?;
    stage.git("mira", &["remote", "add", "origin", "../server.git"])?;
    stage.inputs()?;
    stage.write("work/src/price.rs", "pub fn round(total: f64) -> f64 { total }\n")?;
    commit(stage, "mira", "Start")?;
    let ran = wanted(stage.obstat("mira", &["roster", "show"], "")?, 0, "roster")?;
    let people = PEOPLE.map(|(id, _, _)| ran.line(&format!("{id} ")));
    let person = |line: &String| line.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    let people: Vec<String> = people.iter().map(person).collect();
    teller.say("obstat roster show", &people.join(", "));
    let ran = wanted(stage.obstat("mira", &["policy", "check"], "")?, 0, "policy")?;
    teller.say("obstat policy check", &ran.line("hold"));
    teller.more(&ran.line("presence `key`"));
    wanted(push(stage, "mira", "main")?, 0, "first push")?;
    let ran = wanted(
        stage.obstat("mira", &["bootstrap", "--bare", "../server.git"], "")?,
        0,
        "bootstrap",
    )?;
    teller.say("the trust root is fixed", &ran.line("fingerprint"));
    let line = ["hook", "install", "--bare", "../server.git", "--pusher-from", "OBSTAT_PUSHER"];
    let ran = wanted(stage.obstat("mira", &line, "")?, 0, "install")?;
    teller.say("a bare repository is gated", &ran.line("gated"));
    fetch(stage)
}

fn assisted(stage: &Stage, teller: &mut Teller) -> Result<(), CliError> {
    stage.write(
        "work/src/price.rs",
        "pub fn round(total: f64) -> f64 { (total * 100.0).round() / 100.0 }\n",
    )?;
    stage.git("jonas", &["add", "-A"])?;
    let line = ["commit", "-q", "--author", AGENT, "-m", "Round prices per line"];
    wanted(stage.git("jonas", &line)?, 0, "commit")?;
    let ran = stage.obstat("jonas", &["check"], "")?;
    teller.say("an agent of Jonas' commits", &ran.line("assisted  "));
    let ran = wanted(push(stage, "jonas", "main")?, 1, "assisted push")?;
    teller.say("git push", &ran.line("Not yet"));
    teller.more(&ran.line("of 1"));
    teller.more(&ran.line("could sign"));
    let ran = sign(stage, "jonas", "HEAD")?;
    teller.say("its operator tries to sign", &ran.line("does not count"));
    let ran = wanted(sign(stage, "priya", "HEAD")?, 0, "sign")?;
    teller.say("Priya reads the brief, signs", &ran.line("signed as"));
    wanted(push_statements(stage, "priya")?, 0, "push statements")?;
    let ran = wanted(push(stage, "jonas", "main")?, 0, "push")?;
    teller.say("git push", &ran.line("main is at"));
    fetch(stage)
}

fn evil_merge(stage: &Stage, teller: &mut Teller) -> Result<(), CliError> {
    stage.git("jonas", &["checkout", "-q", "-b", "feature"])?;
    stage.write("work/src/cart.rs", "pub fn total() -> f64 { 0.0 }\n")?;
    commit(stage, "jonas", "Add totals\n\nAssisted-by: claude-code:claude-opus-4-7")?;
    wanted(sign(stage, "priya", "feature")?, 0, "sign feature")?;
    wanted(push_statements(stage, "priya")?, 0, "push statements")?;
    stage.git("jonas", &["checkout", "-q", "main"])?;
    stage.git("jonas", &["merge", "-q", "--no-ff", "--no-commit", "feature"])?;
    stage.write("work/src/hidden.rs", "pub fn hidden() {}\n")?;
    commit(stage, "jonas", "Merge feature")?;
    let ran = wanted(push(stage, "jonas", "main")?, 1, "evil merge")?;
    teller.say("a merge that hides a file", &ran.line("Not yet"));
    stage.git("jonas", &["reset", "-q", "--hard", "origin/main"])?;
    stage.git("jonas", &["merge", "-q", "--no-ff", "-m", "Merge feature", "feature"])?;
    let ran = wanted(push(stage, "jonas", "main")?, 0, "honest merge")?;
    teller.say("the same merge, as signed", &ran.line("main is at"));
    fetch(stage)
}

fn forged(stage: &Stage, teller: &mut Teller) -> Result<(), CliError> {
    stage.write("work/src/tax.rs", "pub fn tax() -> f64 { 0.19 }\n")?;
    commit(stage, "jonas", "Add tax\n\nAssisted-by: cursor")?;
    let ran = wanted(sign(stage, "priya", "HEAD")?, 0, "sign tax")?;
    let command = ran.line("git push origin");
    let name = command.rsplit(' ').next().unwrap_or_default().to_owned();
    let envelope = stage.git("jonas", &["cat-file", "blob", &name])?.text;
    stage.write("forged.json", &flip(&envelope))?;
    let written = stage.git("jonas", &["hash-object", "-w", "../forged.json"])?;
    let spec = format!("{}:{name}", written.text.trim());
    let ran = wanted(stage.git("jonas", &["push", "origin", &spec])?, 1, "forged")?;
    teller.say("a signature, one letter off", &ran.told("Refused"));
    wanted(stage.git("priya", &["push", "-q", "origin", &name])?, 0, "push statement")?;
    wanted(push(stage, "jonas", "main")?, 0, "push tax")?;
    fetch(stage)
}

/// Changes one letter of the signature.
fn flip(envelope: &str) -> String {
    let (head, tail) = envelope.rsplit_once("BEGIN SSH SIGNATURE").unwrap_or((envelope, ""));
    let mut done = false;
    let letters = tail.chars().enumerate().map(|(i, c)| {
        let here = !done && i > 220 && matches!(c, 'B'..='Y');
        done |= here;
        if here { 'Z' } else { c }
    });
    format!("{head}BEGIN SSH SIGNATURE{}", letters.collect::<String>())
}

fn reverted(stage: &Stage, teller: &mut Teller) -> Result<(), CliError> {
    stage.git("jonas", &["revert", "--no-edit", "-m", "1", "HEAD"])?;
    stage.git("jonas", &["commit", "-q", "--amend", "-m", "Revert totals"])?;
    wanted(sign(stage, "priya", "HEAD")?, 0, "sign revert")?;
    wanted(push_statements(stage, "priya")?, 0, "push statements")?;
    wanted(push(stage, "jonas", "main")?, 0, "revert")?;
    fetch(stage)?;
    stage.git("jonas", &["revert", "--no-edit", "HEAD"])?;
    let ran = wanted(push(stage, "jonas", "main")?, 1, "replay")?;
    teller.say("reverted, then pushed again", &ran.told("does not count"));
    stage.git("jonas", &["reset", "-q", "--hard", "origin/main"])?;
    Ok(())
}

fn proof(stage: &Stage, teller: &mut Teller) -> Result<(), CliError> {
    let line =
        ["verify", "--target", "production", "--trust", "../server.git/obstat/trust", "HEAD"];
    let ran = wanted(stage.obstat("mira", &line, "")?, 0, "verify")?;
    teller.say("obstat verify, before deploy", &ran.line("Clear"));
    let ran = stage.obstat("mira", &["audit"], "")?;
    teller.say("obstat audit", &ran.line("cleared for exactly"));
    teller.more(&ran.line("around the gate"));
    let pack = ["bundle", "--target", "production", "--trust", "../server.git/obstat/trust"];
    let pack: Vec<&str> = pack.into_iter().chain(["--output", "../proof.tar", "HEAD"]).collect();
    wanted(stage.obstat("mira", &pack, "")?, 0, "bundle")?;
    let check = "mkdir ../proof && tar -xf ../proof.tar -C ../proof && sh ../proof/verify.sh ../server.git/obstat/trust";
    let ran = wanted(stage.run("mira", "sh", &["-c", check], "")?, 0, "script")?;
    teller.say("a stranger, without Obstat", &ran.line("signed"));
    Ok(())
}

fn commit(stage: &Stage, who: &str, message: &str) -> Result<(), CliError> {
    stage.git(who, &["add", "-A"])?;
    wanted(stage.git(who, &["commit", "-q", "-m", message])?, 0, "commit").map(|_| ())
}

fn push(stage: &Stage, who: &str, branch: &str) -> Result<Ran, CliError> {
    stage.git(who, &["push", "-q", "origin", branch])
}

fn push_statements(stage: &Stage, who: &str) -> Result<Ran, CliError> {
    stage.git(who, &["push", "-q", "origin", "refs/obstat/approvals/*:refs/obstat/approvals/*"])
}

fn fetch(stage: &Stage) -> Result<(), CliError> {
    let line = [
        "fetch",
        "-q",
        "origin",
        "+refs/heads/*:refs/remotes/origin/*",
        "+refs/obstat/*:refs/obstat/*",
    ];
    wanted(stage.git("jonas", &line)?, 0, "fetch").map(|_| ())
}

/// Signs as somebody who types the first digits of the digest, as `check` shows it.
fn sign(stage: &Stage, who: &str, change: &str) -> Result<Ran, CliError> {
    let found = stage.obstat(who, &["check", "--format", "json", change], "")?;
    let json: serde_json::Value =
        serde_json::from_str(found.text.lines().next().unwrap_or_default())
            .map_err(|_| CliError::Internal(format!("demo: check said {}", found.text)))?;
    let digest = json.get("digest").and_then(|d| d.as_str()).unwrap_or_default();
    let typed: String = digest.chars().take(4).chain(['\n']).collect();
    let key = format!("../keys/{who}");
    stage.obstat(who, &["sign", "--key", &key, "--reason", "read it", change], &typed)
}
