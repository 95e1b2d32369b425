//! What a signer reads before signing: what ships, what is odd about it, who made it, what was said
//! of it. Nothing that the statement says was shown may be missing here.

use super::{NAMES_MAX, assisted, joined, requirement, told, undone};
use crate::ui::Ui;
use crate::ui::mark::Marks;
use obstat_gate::inputs::is_input;
use obstat_gate::pipeline::Judgement;
use obstat_model::actor::{Actor, Participant, Role};
use obstat_model::change::ChangedFile;
use obstat_model::statement::{Act, Signer};
use obstat_model::text::{count, escape_cut, grouped};
use std::collections::HashSet;

/// Files that a brief lists.
const FILES_MAX: usize = 12;
/// Paths that are named for one kind of hidden content.
const PATHS_MAX: usize = 3;

/// What a signer reads before signing.
pub(crate) fn before_signing(ui: &mut Ui, found: &Judgement) {
    head(ui, found);
    ships(ui, found);
    hidden(ui, found);
    if let Some(text) = undone(found) {
        ui.line(format!("  undone    {}", ui.paint.yellow(&text)));
    }
    ui.line(format!("  assisted  {}", assisted(&found.assistance)));
    if found.change.inputs.is_some() {
        let text = ui.paint.yellow("this change edits policy, roster or owners");
        ui.line(format!("  policy    {text}"));
    }
    said(ui, found);
    for report in told(&found.decision.diagnostics.requirements) {
        requirement(ui, report);
    }
    ui.line("");
}

fn head(ui: &mut Ui, found: &Judgement) {
    let (paint, marks) = (ui.paint, ui.marks);
    let subject = found.commits.first().map(|c| subject(&c.message)).unwrap_or_default();
    ui.line(format!("  {}", paint.bold(&subject)));
    let commits = count(found.commits.len() as u64, "commit");
    let target = found.proposal.target.short();
    let line = format!("{} {target}, {commits}, {}", marks.arrow(), makers(found));
    ui.line(format!("  {}", paint.dim(&line)));
    ui.line("");
}

fn ships(ui: &mut Ui, found: &Judgement) {
    // What is odd comes first, then what a rule names: what comes last may not be read.
    let named: HashSet<usize> = found.explained.iter().flat_map(|r| r.names.clone()).collect();
    let mut files: Vec<(usize, &ChangedFile)> = found.change.files.iter().enumerate().collect();
    files.sort_by_key(|(at, file)| {
        (file.hidden.is_empty(), !is_input(&file.change.path), !named.contains(at))
    });
    let lines = count(found.change.lines(), "line");
    ui.line(format!("  ships     {}, {lines}", count(files.len() as u64, "file")));
    for (_, file) in files.iter().take(FILES_MAX) {
        let minus = if ui.marks == Marks::Unicode { "−" } else { "-" };
        let size = format!("+{} {minus}{}", grouped(file.lines.added), grouped(file.lines.removed));
        ui.line(format!("            {size:<12} {}", file.change.path));
    }
    let revision = found.proposal.revision;
    let tip = revision.merge_base.or(revision.tip).map(|tip| tip.to_string()).unwrap_or_default();
    let diff = ui.paint.blue(&format!("git --no-replace-objects diff {tip}..{}", revision.head));
    match files.len().checked_sub(FILES_MAX) {
        Some(more) if more > 0 => ui.line(format!("            and {more} more: {diff}")),
        _ => ui.line(format!("            {diff}")),
    }
}

/// Each kind of hidden content with where it is, however many files there are.
fn hidden(ui: &mut Ui, found: &Judgement) {
    for (n, flag) in found.change.hidden().into_iter().enumerate() {
        let files = found.change.files.iter().filter(|file| file.hidden.contains(&flag));
        let paths: Vec<String> = files.map(|file| file.change.path.to_string()).collect();
        let mut text = format!("{} in {}", flag.phrase(), first(&paths));
        if let Some(more) = paths.len().checked_sub(PATHS_MAX).filter(|more| *more > 0) {
            text.push_str(&format!(" and {more} more"));
        }
        let label = if n == 0 { "hidden" } else { "" };
        ui.line(format!("  {label:<9} {}", ui.paint.yellow(&text)));
    }
}

fn first(paths: &[String]) -> String {
    joined(paths.iter().take(PATHS_MAX).map(|path| escape_cut(path, 60)))
}

/// What authors and checks have signed on it. What is not there reads `not given`.
fn said(ui: &mut Ui, found: &Judgement) {
    let refused = &found.decision.diagnostics.not_counted;
    let stands = found
        .found
        .statements
        .iter()
        .filter(|s| refused.iter().all(|n| n.statement != s.verified.hash));
    let (mut authors, mut checks) = (Vec::new(), Vec::new());
    for statement in stands.map(|s| &s.verified) {
        match (&statement.statement.act, &statement.signer) {
            (Act::Author { .. }, Signer::Person(person)) => authors.push(person.to_string()),
            (Act::Check { name, passed }, Signer::Service(service)) => {
                let how = if *passed { "passed" } else { "failed" };
                checks.push(format!("{name} {how} ({service})"));
            }
            _ => {}
        }
    }
    authors.sort();
    authors.dedup();
    let author = match authors.len() {
        0 => "not given".to_owned(),
        1 => format!("{} stands for it", joined(authors.iter())),
        _ => format!("{} stand for it", joined(authors.iter())),
    };
    ui.line(format!("  statement {author}"));
    let checks = if checks.is_empty() { "not given".to_owned() } else { checks.join(", ") };
    ui.line(format!("  checks    {checks}"));
}

/// What somebody was in the making of a change, if anything.
pub(crate) fn part_of(found: &Judgement, who: &str) -> Option<&'static str> {
    let is_theirs =
        |part: &&Participant| matches!(&part.actor, Some(Actor::Person(id)) if id.as_str() == who);
    found.participants.iter().find(is_theirs).map(|part| part.role.phrase())
}

/// Whether somebody made it, so that their word for it counts.
pub(crate) fn is_maker(found: &Judgement, who: &str) -> bool {
    let made = |role| matches!(role, Role::Author | Role::CoAuthor | Role::Operator);
    found.participants.iter().any(|part| {
        made(part.role) && matches!(&part.actor, Some(Actor::Person(id)) if id.as_str() == who)
    })
}

fn subject(message: &[u8]) -> String {
    let text = String::from_utf8_lossy(message);
    escape_cut(text.lines().next().unwrap_or_default(), 72)
}

fn makers(found: &Judgement) -> String {
    let mut people: Vec<String> = Vec::new();
    for part in
        found.participants.iter().filter(|p| matches!(p.role, Role::Author | Role::CoAuthor))
    {
        let name = escape_cut(&part.identity.name, 40);
        if !people.contains(&name) && people.len() < NAMES_MAX {
            people.push(name);
        }
    }
    people.join(", ")
}
