//! What a developer reads when a push is refused: at most 15 lines, the last one to be typed.

use super::{Ui, brief};
use obstat_gate::pipeline::Judgement;
use obstat_gate::receive::Gated;
use obstat_model::decision::{Asks, Outcome, Progress, RequirementReport};
use obstat_model::facts::Problem;
use obstat_model::landing::LandingRecord;
use obstat_model::text::{count, escape_cut};

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

/// A protected update that is not clear.
pub(crate) fn gated(ui: &mut Ui, gated: &Gated, found: &Judgement) {
    head(ui, gated, found);
    ui.note("");
    about(ui, found);
    let open = open(found);
    for problem in problems(found).into_iter().skip(1).take(PROBLEMS_MAX) {
        let head = format!("  {} ", ui.marks.blocked(ui.paint));
        ui.wrapped(&head, 4, &escape_cut(&problem.text, TEXT_MAX));
    }
    for report in open.iter().take(REQUIREMENTS_MAX) {
        requirement(ui, report);
    }
    if open.len() > REQUIREMENTS_MAX {
        ui.note(format!("  and {} more, see obstat check", open.len() - REQUIREMENTS_MAX));
    }
    for refused in found.decision.diagnostics.not_counted.iter().take(NOT_COUNTED_MAX) {
        let text = format!("{}: {}", refused.who, refused.reason);
        let head = format!("  {} does not count  ", ui.marks.aside(ui.paint));
        ui.wrapped(&head, 6, &escape_cut(&text, TEXT_MAX));
    }
    next(ui, found);
}

fn head(ui: &mut Ui, gated: &Gated, found: &Judgement) {
    let (paint, marks) = (ui.paint, ui.marks);
    let target = &gated.target;
    let line = match found.decision.outcome {
        Outcome::Blocked => {
            let problem = problems(found).into_iter().next();
            let text = problem
                .map_or_else(|| "it is blocked".to_owned(), |p| escape_cut(&p.text, TEXT_MAX));
            let head = format!(
                "{} {} ",
                marks.blocked(paint),
                paint.bold(&format!("Blocked for {target}:"))
            );
            ui.wrapped(&head, 2, &text);
            return;
        }
        _ => {
            let text = match open(found).as_slice() {
                [one] => {
                    let (what, has) = (count(u64::from(one.needed), "signature"), one.has);
                    format!("Not yet. {target} needs {what} for this content, it has {has}.")
                }
                // One signature may meet several, so they are not added up.
                several => {
                    let open = several.len();
                    format!("Not yet. {target} has {open} open requirements for this content.")
                }
            };
            format!("{} {}", marks.blocked(paint), paint.bold(&text))
        }
    };
    ui.note(line);
}

/// What blocks; who pushes first, for what else there is may come of it.
fn problems(found: &Judgement) -> Vec<&Problem> {
    let mut all: Vec<&Problem> = found.decision.diagnostics.problems.iter().collect();
    all.sort_by_key(|problem| problem.code != "unknown-pusher");
    all
}

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

fn about(ui: &mut Ui, found: &Judgement) {
    let digest = ui.paint.dim(&found.change.digest.short());
    let commits = count(found.commits.len() as u64, "commit");
    let lines = count(found.change.lines(), "line");
    ui.note(format!("  change    {commits}, {lines}  {digest}"));
    let assisted = escape_cut(&brief::assisted(&found.assistance), TEXT_MAX);
    let rules = &found.decision.diagnostics.rules;
    let rules: Vec<&str> = rules.iter().map(obstat_model::id::RuleName::as_str).collect();
    let rules = if rules.is_empty() {
        String::new()
    } else {
        format!(", rule {}", escape_cut(&rules.join(", "), 40))
    };
    ui.wrapped("  assisted  ", 12, &format!("{assisted}{rules}"));
}

fn requirement(ui: &mut Ui, report: &RequirementReport) {
    let mark = ui.marks.progress(report.progress, ui.paint);
    let head = format!("  {mark} {} of {}  ", report.has, report.needed);
    ui.wrapped(&head, 12, &escape_cut(&report.needs, TEXT_MAX));
    if let Some(eligible) = &report.eligible {
        ui.note(format!("            could sign: {}", brief::names(eligible)));
    }
}

fn next(ui: &mut Ui, found: &Judgement) {
    if found.decision.outcome == Outcome::Blocked {
        if let Some(problem) = problems(found).first() {
            ui.wrapped("Next: ", 6, &escape_cut(&problem.hint, TEXT_MAX));
        }
        return;
    }
    let first = open(found).first().map_or(Asks::Signatures, |r| r.asks);
    ui.note(match first {
        Asks::Signatures => "Push it to a branch, let one of them sign, push again. They sign with",
        Asks::AuthorStatement => "First who made it stands for it, push again. They sign with",
        Asks::Checks => "Push it to a branch, let the checks run, push again. They report with",
    });
    let command = brief::command(found, first);
    ui.note(format!("  {}", ui.paint.blue(&command)));
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
pub(crate) fn refused(ui: &mut Ui, name: &str, problem: &Problem) {
    let head = format!("{} {} ", ui.marks.blocked(ui.paint), ui.paint.bold("Refused:"));
    ui.wrapped(&head, 4, &escape_cut(&problem.text, TEXT_MAX));
    ui.note(format!("  {:<9} {}", "ref", escape_cut(name, NAME_MAX)));
    ui.wrapped("Next: ", 6, &escape_cut(&problem.hint, TEXT_MAX));
}
