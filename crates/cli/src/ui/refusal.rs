//! What a developer reads when a push is refused: at most 15 lines, the last one to be typed.

use super::{Ui, WIDTH, brief, wrap};
use obstat_gate::pipeline::Judgement;
use obstat_gate::receive::Gated;
use obstat_model::decision::{Asks, Outcome, Progress, RequirementReport};
use obstat_model::facts::Problem;
use obstat_model::landing::LandingRecord;
use obstat_model::text::{count, escape_cut};

/// Most lines of all refusals of a push.
const LINES_MAX: usize = 15;
/// Most lines of what is missing in one sentence, and of what to do next.
const HEAD_MAX: usize = 3;
/// Further refs of a push that are named.
const OTHERS_MAX: usize = 3;
/// Requirements that are told in full.
const REQUIREMENTS_MAX: usize = 3;
/// Further problems that are told.
const PROBLEMS_MAX: usize = 2;
/// Statements that did not count that are told.
const NOT_COUNTED_MAX: usize = 2;
/// Longest name of a ref, in characters.
const NAME_MAX: usize = 60;
/// Longest text of one kind, in characters.
const TEXT_MAX: usize = 300;

/// What is said of one update: what is missing, the parts of it, what to do next.
pub(crate) struct Page {
    name: String,
    head: Vec<String>,
    /// The weightiest first: where there is no room, the last are left out.
    parts: Vec<Vec<String>>,
    next: Vec<String>,
}

/// Says what was refused. The first in full, for it is mended first; `taken` lines are needed for
/// something else.
pub(crate) fn told(ui: &mut Ui, pages: &[Page], taken: usize) {
    let Some((first, others)) = pages.split_first() else { return };
    let named = others.len().min(OTHERS_MAX);
    let more = others.len() - named;
    let budget = LINES_MAX.saturating_sub(taken + named + usize::from(more > 0));
    for line in first.lines(budget) {
        ui.note(line);
    }
    let mark = ui.marks.blocked(ui.paint);
    for other in others.iter().take(named) {
        ui.note(format!("{mark} {} is not let through either", escape_cut(&other.name, 40)));
    }
    if more > 0 {
        ui.note(format!("  nor {}", count(more as u64, "other ref")));
    }
}

impl Page {
    fn lines(&self, budget: usize) -> Vec<String> {
        let (head, next) = (cut(&self.head), cut(&self.next));
        let mut room = budget.saturating_sub(head.len() + next.len());
        let mut lines: Vec<String> = head;
        let whole = self.parts.iter().map(Vec::len).sum::<usize>() <= room;
        if !whole {
            room = room.saturating_sub(1);
        }
        for part in &self.parts {
            let shown = part.len().min(room);
            lines.extend(part.iter().take(shown).cloned());
            room -= shown;
        }
        if !whole {
            lines.push("  and more, see `obstat check`".to_owned());
        }
        lines.extend(next);
        lines
    }
}

/// Lines of one sentence; where there are too many, the last says so.
fn cut(lines: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = lines.iter().take(HEAD_MAX).cloned().collect();
    if lines.len() > HEAD_MAX
        && let Some(last) = kept.last_mut()
    {
        last.push('…');
    }
    kept
}

/// A protected update that is not clear.
pub(crate) fn gated(ui: &Ui, name: &str, gated: &Gated, found: &Judgement) -> Page {
    let mut parts = vec![about(ui, found)];
    let open = open(found);
    let requirements = open.iter().take(REQUIREMENTS_MAX);
    parts.extend(requirements.map(|report| requirement(ui, report)));
    if let Some(more) = open.len().checked_sub(REQUIREMENTS_MAX).filter(|more| *more > 0) {
        parts.push(vec![format!("  and {more} more, see `obstat check`")]);
    }
    for problem in problems(found).into_iter().skip(1).take(PROBLEMS_MAX) {
        let head = format!("  {} ", ui.marks.blocked(ui.paint));
        parts.push(wrap::after(&head, 4, &escape_cut(&problem.text, TEXT_MAX), WIDTH));
    }
    for refused in found.decision.diagnostics.not_counted.iter().take(NOT_COUNTED_MAX) {
        let text = format!("{}: {}", refused.who, refused.reason);
        let head = format!("  {} does not count  ", ui.marks.aside(ui.paint));
        parts.push(wrap::after(&head, 6, &escape_cut(&text, TEXT_MAX), WIDTH));
    }
    Page { name: name.to_owned(), head: head(ui, gated, found), parts, next: next(ui, found) }
}

fn head(ui: &Ui, gated: &Gated, found: &Judgement) -> Vec<String> {
    let (paint, marks) = (ui.paint, ui.marks);
    let target = &gated.target;
    if found.decision.outcome == Outcome::Blocked {
        let problem = problems(found).into_iter().next();
        let text =
            problem.map_or_else(|| "it is blocked".to_owned(), |p| escape_cut(&p.text, TEXT_MAX));
        let bold = paint.bold(&format!("Blocked for {target}:"));
        let head = format!("{} {bold} ", marks.blocked(paint));
        return wrap::after(&head, 2, &text, WIDTH);
    }
    let text = match open(found).as_slice() {
        [one] if one.asks != Asks::Alternatives => {
            let (what, has) = (count(u64::from(one.needed), asked(one)), one.has);
            format!("Not yet. {target} needs {what} for this content, it has {has}.")
        }
        // One signature may meet several, so they are not added up.
        several => {
            let open = count(several.len() as u64, "open requirement");
            format!("Not yet. {target} has {open} for this content.")
        }
    };
    vec![format!("{} {}", marks.blocked(paint), paint.bold(&text))]
}

/// What a requirement counts.
fn asked(report: &RequirementReport) -> &'static str {
    match report.asks {
        Asks::Signatures | Asks::Alternatives => "signature",
        Asks::AuthorStatement => "statement",
        Asks::Checks => "check",
    }
}

/// What blocks; who pushes first, for what else there is may come of it.
fn problems(found: &Judgement) -> Vec<&Problem> {
    let mut all: Vec<&Problem> = found.decision.diagnostics.problems.iter().collect();
    all.sort_by_key(|problem| problem.code != "unknown-pusher");
    all
}

/// How many lines [`unknown_pusher`] takes.
pub(crate) const UNKNOWN_PUSHER_LINES: usize = 2;

/// Nobody can be told from who pushes: the transport does not say, whatever the mode.
pub(crate) fn unknown_pusher(ui: &mut Ui, variable: &str) {
    let text = format!("{variable} is not set here, so nobody is known as the pusher");
    ui.note(format!("{} {text}", ui.marks.warning(ui.paint)));
    ui.note("On the server, see that the transport sets it, or install it with another");
}

fn open(found: &Judgement) -> Vec<&RequirementReport> {
    let mut open = brief::told(&found.decision.diagnostics.requirements);
    open.retain(|r| r.progress != Progress::Met);
    open
}

fn about(ui: &Ui, found: &Judgement) -> Vec<String> {
    let digest = ui.paint.dim(&found.change.digest.short());
    let commits = count(found.commits.len() as u64, "commit");
    let lines = count(found.change.lines(), "line");
    let mut all = vec![String::new(), format!("  change    {commits}, {lines}  {digest}")];
    if let Some(undone) = brief::undone(found) {
        all.extend(wrap::after("  undone    ", 12, &undone, WIDTH));
    }
    let assisted = escape_cut(&brief::assisted(&found.assistance), TEXT_MAX);
    let rules = &found.decision.diagnostics.rules;
    let rules: Vec<&str> = rules.iter().map(obstat_model::id::RuleName::as_str).collect();
    let rules = if rules.is_empty() {
        String::new()
    } else {
        format!(", rule {}", escape_cut(&rules.join(", "), 40))
    };
    all.extend(wrap::after("  assisted  ", 12, &format!("{assisted}{rules}"), WIDTH));
    all
}

fn requirement(ui: &Ui, report: &RequirementReport) -> Vec<String> {
    let mark = ui.marks.progress(report.progress, ui.paint);
    let head = format!("  {mark} {} of {}  ", report.has, report.needed);
    let mut lines = wrap::after(&head, 12, &escape_cut(&report.needs, TEXT_MAX), WIDTH);
    if let Some(eligible) = &report.eligible {
        lines.push(format!("            could sign: {}", brief::names(eligible)));
    }
    lines
}

fn next(ui: &Ui, found: &Judgement) -> Vec<String> {
    if found.decision.outcome == Outcome::Blocked {
        let hint = problems(found).first().map(|problem| escape_cut(&problem.hint, TEXT_MAX));
        return wrap::after("Next: ", 6, &hint.unwrap_or_default(), WIDTH);
    }
    let first = open(found).first().map_or(Asks::Signatures, |r| r.asks);
    let text = match first {
        Asks::Signatures | Asks::Alternatives => {
            "Push it to a branch, let one of them sign, push again. They sign with"
        }
        Asks::AuthorStatement => "First who made it stands for it, push again. They sign with",
        Asks::Checks => "Push it to a branch, let the checks run, push again. They report with",
    };
    vec![text.to_owned(), format!("  {}", ui.paint.blue(&brief::command(found, first)))]
}

/// What passes by mode, but breaks the chain that deploys are verified along.
pub(crate) fn unsigned_inputs(ui: &mut Ui, found: &Judgement) {
    ui.note("Policy or roster change here without the owners.");
    ui.note("Nothing after it verifies until they sign:");
    ui.note(format!("  {}", ui.paint.blue(&brief::command(found, Asks::Signatures))));
}

/// Most landings that are named.
const STEPS_MAX: usize = 5;

/// What landed without the owners before a target is enforced.
pub(crate) fn open_steps(ui: &mut Ui, target: &str, open: &[LandingRecord]) {
    if open.is_empty() {
        return;
    }
    let (paint, marks) = (ui.paint, ui.marks);
    let text = format!("{target} is enforced from now on.");
    ui.note(format!("{} {}", marks.warning(paint), paint.bold(&text)));
    ui.note("No deploy of it is cleared until the owners sign what changed");
    ui.note("policy or roster without them:");
    for step in open.iter().take(STEPS_MAX) {
        let from = step.from.map(|from| from.short()).unwrap_or_default();
        let command = format!("obstat sign --push origin {from}..{}", step.to.short());
        ui.note(format!("  {}", paint.blue(&command)));
    }
    if open.len() > STEPS_MAX {
        ui.note(format!("  and {} more", open.len() - STEPS_MAX));
    }
}

/// An update that nobody's signature can let pass.
pub(crate) fn refused(ui: &Ui, name: &str, problem: &Problem) -> Page {
    let head = format!("{} {} ", ui.marks.blocked(ui.paint), ui.paint.bold("Refused:"));
    Page {
        name: name.to_owned(),
        head: wrap::after(&head, 4, &escape_cut(&problem.text, TEXT_MAX), WIDTH),
        parts: vec![vec![format!("  {:<9} {}", "ref", escape_cut(name, NAME_MAX))]],
        next: wrap::after("Next: ", 6, &escape_cut(&problem.hint, TEXT_MAX), WIDTH),
    }
}
