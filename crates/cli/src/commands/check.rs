//! `obstat check`: is my change clear, what is missing, who could give it; before a push.

use crate::context::change::{ChangeArgs, Prepared, prepare};
use crate::context::{FETCH, Pinned};
use crate::error::CliError;
use crate::ui::{Ui, brief};
use obstat_api::audit::AssistanceLine;
use obstat_api::check::{ApprovalLine, CheckResult, DecisionLines};
use obstat_api::exit::Exit;
use obstat_gate::pipeline::{Detail, Judgement};
use obstat_model::approval::ApprovalFacts;
use obstat_model::decision::Outcome;
use obstat_model::statement::Signer;
use obstat_model::text::count;

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// One object
    Json,
}

/// Tell whether a change is clear, before it is pushed
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    change: ChangeArgs,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, CliError> {
    let prepared = prepare(&args.change)?;
    if args.change.landed {
        return landed(&prepared, args.format, ui);
    }
    if prepared.has_landed()? {
        return nothing(&prepared, args.format, ui);
    }
    let mut judgement = prepared.judge(Detail::NameEligible)?;
    let mut parts = Vec::new();
    if judgement.decision.outcome != Outcome::Clear
        && prepared.came_unsigned().is_none()
        && let Some(coverage) = prepared.cover()?
    {
        parts = coverage.clear;
        match coverage.open {
            // For machines the answer is of the change that was named.
            Some(open) if args.format == Format::Text && !parts.is_empty() => judgement = open,
            Some(_) => {}
            None => return in_parts(&prepared, &judgement, &parts, (args.format, ui)),
        }
    }
    told(&prepared, &judgement, &parts, (args.format, ui))?;
    if args.format == Format::Text {
        let about = &judgement.decision.diagnostics;
        let nobody = about.requirements.is_empty() && about.exemption.is_none();
        if judgement.decision.outcome == Outcome::Clear && nobody && about.overridden_by.is_none() {
            ui.note(
                "  Whoever pushes it counts as well: of a lower level they may need a signature.",
            );
        }
        if judgement.decision.outcome != Outcome::Clear && !prepared.has_records()? {
            ui.note("  No statements were fetched here, so none can count. Fetch them with");
            ui.note(format!("  {}", ui.paint.blue(FETCH)));
        }
        if prepared.inputs_are_of_nobody()? {
            let mark = ui.marks.warning(ui.paint);
            let target = prepared.target.short();
            ui.note(format!(
                "  {mark} Policy and roster of {target} are not those of the trust file, and no gate's record of"
            ));
            ui.note("    its tip is here. Without a gate a deploy is judged with --landed, from what was agreed on.");
        }
        if prepared.pinned == Pinned::No {
            ui.note("  The trust root came from the repository itself; pin it with --trust.");
        }
    }
    Ok(judgement.decision.outcome.into())
}

/// What has landed, from what was agreed on: as it stands, along first parents, part by part.
fn landed(prepared: &Prepared, format: Format, ui: &mut Ui) -> Result<Exit, CliError> {
    if prepared.head == prepared.tip {
        return nothing(prepared, format, ui);
    }
    let Some(coverage) = prepared.cover()? else {
        let (label, tip) = (&prepared.label, prepared.tip.short());
        let blocked = ui.marks.outcome(Outcome::Blocked, ui.paint);
        let text = format!("{label} does not come after {tip} along first parents");
        match format {
            Format::Text => {
                ui.line(format!("{blocked}  {text}"));
                ui.line(
                    "  deploy a commit that comes after what is deployed, or land a revert of what came after",
                );
            }
            Format::Json => {
                let problem = serde_json::json!([{"code": "not-after", "text": text, "hint": ""}]);
                let answer = serde_json::json!({
                    "version": 1, "decision": "blocked", "target": prepared.target.as_str(),
                    "head": prepared.head.to_string(), "requirements": [], "approvals": [],
                    "problems": problem,
                });
                ui.line(answer.to_string());
            }
        }
        return Ok(Exit::Blocked);
    };
    let parts = coverage.clear;
    // What comes above a change of policy or roster is another deploy's, judged by the new ones.
    let all = parts.len() + usize::from(coverage.open.is_some());
    let step = parts.iter().take(all - 1).find(|part| part.change.inputs.is_some());
    if let Some(step) = step {
        let to = step.proposal.revision.head;
        return Err(CliError::usage(
            format!("policy or roster change at {}, and more comes above it", to.short()),
            format!("deploy {to} first, then the rest"),
        ));
    }
    let Some(open) = coverage.open else {
        if let [one] = parts.as_slice() {
            told(prepared, one, &[], (format, ui))?;
            return Ok(Exit::Ok);
        }
        let whole = prepared.judge(Detail::Plain)?;
        return in_parts(prepared, &whole, &parts, (format, ui));
    };
    told(prepared, &open, &parts, (format, ui))?;
    Ok(open.decision.outcome.into())
}

/// A judgement, and the parts before it that are clear.
fn told(
    prepared: &Prepared,
    judgement: &Judgement,
    parts: &[Judgement],
    (format, ui): (Format, &mut Ui),
) -> Result<(), CliError> {
    match format {
        Format::Text => {
            if !parts.is_empty() {
                let parts = count(parts.len() as u64, "part");
                ui.line(format!("  {parts} of it, as pushed one by one: clear. What is left:"));
            }
            brief::check(ui, &prepared.label, judgement, prepared.came());
        }
        Format::Json => {
            let text = serde_json::to_string(&result(judgement));
            ui.line(text.map_err(|e| CliError::Internal(e.to_string()))?);
        }
    }
    Ok(())
}

/// Clear not as a whole, but by consecutive parts, as the gate takes it too.
fn in_parts(
    prepared: &Prepared,
    whole: &Judgement,
    parts: &[Judgement],
    (format, ui): (Format, &mut Ui),
) -> Result<Exit, CliError> {
    match format {
        Format::Text => brief::clear_in_parts(ui, &prepared.label, parts),
        Format::Json => {
            let each: Vec<CheckResult> = parts.iter().map(result).collect();
            let mut all = result(whole);
            all.decision = Outcome::Clear.as_str();
            all.problems = Vec::new();
            all.rules = each.iter().flat_map(|part| part.rules.iter().cloned()).collect();
            all.rules.sort();
            all.rules.dedup();
            (all.requirements, all.approvals) = <(Vec<_>, Vec<_>)>::default();
            for part in each {
                all.requirements.extend(part.requirements);
                all.approvals.extend(part.approvals);
            }
            let text = serde_json::to_string(&all);
            ui.line(text.map_err(|e| CliError::Internal(e.to_string()))?);
        }
    }
    Ok(Exit::Ok)
}

fn nothing(prepared: &Prepared, format: Format, ui: &mut Ui) -> Result<Exit, CliError> {
    let what = format!(
        "{} is in {} already: there is nothing to decide",
        prepared.label,
        prepared.target.short()
    );
    if format == Format::Json {
        let nothing = serde_json::json!({
            "version": 1, "decision": "nothing", "target": prepared.target.as_str(),
            "head": prepared.head.to_string(), "requirements": [], "approvals": [], "problems": [],
        });
        ui.line(nothing.to_string());
        return Ok(Exit::Ok);
    }
    ui.line(what);
    Ok(Exit::Ok)
}

/// The answer for machines.
pub(crate) fn result(judgement: &Judgement) -> CheckResult {
    let decision = &judgement.decision;
    let lines = DecisionLines::from(decision);
    let mut approvals = counted(judgement);
    approvals.extend(lines.not_counted);
    for line in &mut approvals {
        let is_it = |s: &&ApprovalFacts| s.verified.hash.to_string() == line.statement;
        let own = judgement.found.statements.iter().find(is_it);
        line.says = own.map(|s| s.verified.statement.act.as_str());
    }
    let diagnostics = &decision.diagnostics;
    CheckResult {
        version: 1,
        decision: decision.outcome.as_str(),
        digest: judgement.change.digest.to_string(),
        target: judgement.proposal.target.as_str().to_owned(),
        head: judgement.proposal.revision.head.to_string(),
        assistance: AssistanceLine::from(&judgement.assistance),
        requirements: lines.requirements,
        approvals,
        problems: lines.problems,
        rules: diagnostics.rules.iter().map(ToString::to_string).collect(),
        exemption: diagnostics.exemption.as_ref().map(|(name, _)| name.to_string()),
        overridden_by: diagnostics.overridden_by.map(|h| h.to_string()),
        at: diagnostics.now.0.rfc3339(),
    }
}

fn counted(judgement: &Judgement) -> Vec<ApprovalLine> {
    let refused = &judgement.decision.diagnostics.not_counted;
    let all = judgement.found.statements.iter();
    let counted = all.filter(|s| refused.iter().all(|n| n.statement != s.verified.hash));
    counted
        .map(|s| ApprovalLine {
            statement: s.verified.hash.to_string(),
            who: match &s.verified.signer {
                Signer::Person(p) => p.to_string(),
                Signer::Service(s) => s.to_string(),
            },
            says: None,
            counts: true,
            reason: None,
        })
        .collect()
}
