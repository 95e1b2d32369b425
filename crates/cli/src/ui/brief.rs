//! The brief of a change on one screen: what, why, who, and what next. Renders, decides nothing.

mod signing;
mod versions;

pub(crate) use signing::{before_signing, is_maker, part_of};
pub(crate) use versions::difference;

use super::Ui;
use obstat_gate::pipeline::Judgement;
use obstat_model::assistance::{Assistance, AssistanceVerdict};
use obstat_model::decision::{Asks, Outcome, Progress, RequirementReport};
use obstat_model::evidence::Strength;
use obstat_model::id::PersonId;
use obstat_model::text::escape_cut;
use obstat_model::time::Timestamp;

/// Names that are listed before "and N more".
const NAMES_MAX: usize = 5;

/// What the commits of a change touch and leave as it was: it lies below the target from then on.
pub(crate) fn undone(found: &Judgement) -> Option<String> {
    let paths = found.passing.paths();
    let all = paths.len();
    let first = joined(paths.take(3).map(|path| escape_cut(&path.to_string(), 60)));
    let more = match all.checked_sub(3) {
        None if all == 0 => return None,
        Some(more) if more > 0 => format!(" and {more} more"),
        _ => String::new(),
    };
    Some(format!("{first}{more}, changed and changed back by its commits"))
}

/// Whether a change is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Came {
    Not,
    /// It landed, where no gate keeps records.
    AsItStands,
    /// It landed then although something was missing.
    Unsigned(Timestamp),
}

/// The answer to `obstat check`.
pub(crate) fn check(ui: &mut Ui, label: &str, found: &Judgement, came: Came) {
    let (paint, marks) = (ui.paint, ui.marks);
    let decision = &found.decision;
    let outcome = marks.outcome(decision.outcome, paint);
    let target = found.proposal.target.short();
    if decision.outcome == Outcome::Clear {
        let afterwards = if matches!(came, Came::Unsigned(_)) { ", since it landed" } else { "" };
        ui.line(format!("{outcome}  {label} to {target}, {}{afterwards}", why_clear(found)));
        return;
    }
    let digest = paint.dim(&found.change.digest.short());
    ui.line(format!("{outcome}  {label} to {target}  {digest}"));
    ui.line("");
    for problem in &decision.diagnostics.problems {
        ui.line(format!("  {} {}", marks.blocked(paint), problem.text));
        ui.line(format!("    {}", problem.hint));
    }
    if let Some(undone) = undone(found) {
        ui.line(format!("  undone    {undone}"));
    }
    why(ui, found);
    for report in told(&decision.diagnostics.requirements) {
        requirement(ui, report);
    }
    not_counted(ui, found);
    if decision.outcome == Outcome::Pending {
        let mut open = decision.diagnostics.requirements.iter();
        let open = open.find(|r| r.progress != Progress::Met);
        let first = open.map_or(Asks::Signatures, |r| r.asks);
        if let Came::Unsigned(at) = came {
            ui.note(format!("\nIt landed on {} without what is missing.", at.day()));
        }
        ui.note(format!(
            "\n{}\n  {}",
            match (first, came) {
                (Asks::Signatures | Asks::Alternatives, Came::Not) =>
                    "Push it to a branch, let somebody named above sign it there with",
                (Asks::Signatures | Asks::Alternatives, _) =>
                    "Somebody named above signs it afterwards with",
                (Asks::AuthorStatement, _) => "First who made it stands for it with",
                (Asks::Checks, Came::Not) => "Push it to a branch, where the checks report with",
                (Asks::Checks, _) => "The checks report afterwards with",
            },
            paint.blue(&command(found, first))
        ));
    }
}

/// The answer where a change is clear part by part.
pub(crate) fn clear_in_parts(ui: &mut Ui, label: &str, parts: &[Judgement]) {
    let clear = ui.marks.outcome(Outcome::Clear, ui.paint);
    let target = parts.first().map(|part| part.proposal.target.short()).unwrap_or_default();
    ui.line(format!("{clear}  {label} to {target}, in {} parts", parts.len()));
    for part in parts {
        let revision = part.proposal.revision;
        let from = revision.tip.map(|tip| tip.short()).unwrap_or_default();
        ui.line(format!("  {from}..{}  {}", revision.head.short(), why_clear(part)));
    }
}

/// `rule low-risk, nobody asked`, `signed by Mira`, `by override`.
fn why_clear(found: &Judgement) -> String {
    let diagnostics = &found.decision.diagnostics;
    if let Some(id) = diagnostics.overridden_by {
        return format!("by override {}", id.short());
    }
    if let Some((name, reason)) = &diagnostics.exemption {
        return format!("exempt {name}: {}, nobody asked", escape_cut(reason, 60));
    }
    let mut people: Vec<&PersonId> =
        diagnostics.requirements.iter().flat_map(|r| r.counted.iter()).collect();
    people.sort();
    people.dedup();
    match (diagnostics.rules.as_slice(), people.is_empty()) {
        ([], true) => "no rule applies, nobody asked".to_owned(),
        (_, true) => format!("rule {}, nobody asked", joined(diagnostics.rules.iter())),
        (_, false) => format!("signed by {}", joined(people.into_iter())),
    }
}

fn joined<T: ToString>(items: impl Iterator<Item = T>) -> String {
    items.map(|i| i.to_string()).collect::<Vec<_>>().join(", ")
}

fn why(ui: &mut Ui, found: &Judgement) {
    let rules = &found.decision.diagnostics.rules;
    if !rules.is_empty() {
        ui.line(format!(
            "  why       {} {}",
            if rules.len() == 1 { "rule" } else { "rules" },
            joined(rules.iter())
        ));
    }
    ui.line(format!("  assisted  {}", assisted(&found.assistance)));
    let hidden = found.change.hidden();
    if !hidden.is_empty() {
        let phrases = joined(hidden.iter().map(|f| f.phrase()));
        ui.line(format!("  hidden    {}", ui.paint.yellow(&phrases)));
    }
    ui.line("");
}

/// `yes, cursor (E2 trailer)`, `not disclosed, counts as yes`.
pub(crate) fn assisted(found: &Assistance) -> String {
    let answer = match found.verdict {
        AssistanceVerdict::Undisclosed => return "not disclosed, counts as yes".to_owned(),
        AssistanceVerdict::DeclaredUnassisted => {
            let who = found.declared_by.as_ref().map(ToString::to_string).unwrap_or_default();
            return format!("no, {who} signed that none helped");
        }
        AssistanceVerdict::Assisted => "yes",
    };
    let mut parts: Vec<String> = Vec::new();
    for evidence in found.evidence.iter().filter(|e| e.strength >= Strength::E1) {
        let tool = evidence.tool.as_ref().map_or("an AI", |t| t.as_str());
        let part = format!("{tool} ({} {})", evidence.strength.as_str(), evidence.kind.as_str());
        if !parts.contains(&part) && parts.len() < NAMES_MAX {
            parts.push(part);
        }
    }
    let mark = if found.contradicted { ", against a signed \"none helped\"" } else { "" };
    format!("{answer}, {}{mark}", parts.join(", "))
}

/// Requirements, those that the same signatures meet told once.
pub(crate) fn told(reports: &[RequirementReport]) -> Vec<&RequirementReport> {
    let mut told: Vec<&RequirementReport> = Vec::new();
    for report in reports {
        let same = |other: &&RequirementReport| {
            let rule = other.rule.clone();
            report.distinct.is_none() && **other == RequirementReport { rule, ..report.clone() }
        };
        if !told.iter().any(same) {
            told.push(report);
        }
    }
    told
}

/// One requirement: a mark, how many of how many, what, and who could.
pub(crate) fn requirement(ui: &mut Ui, report: &RequirementReport) {
    let (paint, marks) = (ui.paint, ui.marks);
    let mark = marks.progress(report.progress, paint);
    let by = if report.counted.is_empty() {
        String::new()
    } else {
        format!("   {}", joined(report.counted.iter()))
    };
    ui.line(format!(
        "  {mark} {} of {}  {}{}",
        report.has,
        report.needed,
        report.needs,
        paint.dim(&by)
    ));
    if report.progress == Progress::Met {
        return;
    }
    if let Some(eligible) = &report.eligible {
        ui.line(format!("            could sign: {}", names(eligible)));
    }
}

/// `mira, priya, yusuf and 2 more`; `nobody, see the roster`.
pub(crate) fn names(people: &[PersonId]) -> String {
    if people.is_empty() {
        return "nobody on the roster".to_owned();
    }
    let shown = joined(people.iter().take(NAMES_MAX));
    match people.len().checked_sub(NAMES_MAX) {
        Some(more) if more > 0 => format!("{shown} and {more} more"),
        _ => shown,
    }
}

fn not_counted(ui: &mut Ui, found: &Judgement) {
    let (paint, marks) = (ui.paint, ui.marks);
    for refused in &found.decision.diagnostics.not_counted {
        let who = escape_cut(&refused.who, 40);
        let reason = escape_cut(&refused.reason, 160);
        ui.line(format!("  {} does not count  {who}: {reason}", marks.aside(paint)));
    }
}

/// The next command of whoever can give what is asked for: commits, because everybody's branches have other names
/// or other tips.
pub(crate) fn command(found: &Judgement, asks: Asks) -> String {
    let revision = found.proposal.revision;
    let tip = revision.tip.map(|t| t.short()).unwrap_or_default();
    let verb = match asks {
        Asks::Signatures | Asks::Alternatives => "sign",
        Asks::AuthorStatement => "declare --mine",
        Asks::Checks => "report --check NAME --passed",
    };
    // What is named by two commits goes to the default branch, unless it says otherwise.
    let target = found.proposal.target.as_str();
    let target = match target.strip_prefix("refs/heads/") {
        Some("main" | "master") => String::new(),
        Some(short) => format!(" --target {}", escape_cut(short, 120)),
        None => format!(" --target {}", escape_cut(target, 120)),
    };
    format!("obstat {verb} --push origin{target} {tip}..{}", revision.head.short())
}
