//! How an audit reads, for people and as the summary object.

use super::Format;
use super::Source;
use super::landings::How;
use super::tally::Tally;
use crate::context::FETCH;
use crate::error::CliError;
use crate::ui::Ui;
use crate::ui::bar::{bar, percent};
use obstat_api::audit::{OverrideLine, Reached, Summary, ToolLine};
use obstat_api::exit::Exit;
use obstat_gate::ports::Repository as _;
use obstat_model::assistance::AssistanceVerdict as Verdict;
use obstat_model::evidence::EvidenceKind;
use obstat_model::object::Oid;
use obstat_model::text::{count, escape_cut, grouped};
use obstat_model::time::Timestamp;
use std::time::Duration;

/// Tools that are listed; the rest is summed up.
const TOOLS_MAX: usize = 12;

pub(super) fn text(range: &str, source: &Source, tally: &Tally, took: Duration, ui: &mut Ui) {
    let (paint, marks) = (ui.paint, ui.marks);
    let days = match (tally.first, tally.last) {
        (Some(first), Some(last)) => {
            let day = |at| Timestamp::from_unix(at).day();
            format!(", {} to {}", day(first), day(last))
        }
        _ => String::new(),
    };
    let people = tally.people.len() as u64;
    let people =
        if people == 1 { "1 person".to_owned() } else { format!("{} people", grouped(people)) };
    let head = format!("  {}{days}, {people}", count(tally.commits, "commit"));
    ui.line(format!("{head:<64}{}", paint.dim(&format!("{:>8.2} s", took.as_secs_f64()))));
    ui.line("");
    ui.line("  assistance");
    for (label, verdict) in [
        ("assisted", Verdict::Assisted),
        ("declared unassisted", Verdict::DeclaredUnassisted),
        ("undisclosed", Verdict::Undisclosed),
    ] {
        let n = tally.verdict(verdict);
        let drawn = bar(n, tally.commits, marks);
        let drawn =
            if verdict == Verdict::Assisted { paint.blue(&drawn) } else { paint.dim(&drawn) };
        ui.line(format!(
            "    {label:<20} {drawn} {:>9} {:>6}",
            grouped(n),
            percent(n, tally.commits)
        ));
    }
    if tally.contradicted > 0 {
        ui.line(format!("    {:<51} {:>9}", "contradicted", grouped(tally.contradicted)));
    }
    if source.known.traces.broken > 0 {
        let n = count(source.known.traces.broken, "trace file");
        ui.line(format!("    {} {n} could not be read", marks.warning(paint)));
    }
    if source.known.notes.broken > 0 {
        let n = count(source.known.notes.broken, "authorship note");
        ui.line(format!("    {} {n} could not be read", marks.warning(paint)));
    }
    tools(tally, ui);
    reached(range, source, ui);
}

fn tools(tally: &Tally, ui: &mut Ui) {
    let ranked = tally.ranked();
    if ranked.is_empty() {
        return;
    }
    ui.line("");
    ui.line(format!("  {:<34} {:>8}   best evidence", "tool", "commits"));
    for (id, tool) in ranked.iter().take(TOOLS_MAX) {
        let best = format!("{} {}", tool.strength.as_str(), phrase(tool.kind));
        ui.line(format!("    {:<32} {:>8}   {best}", id.as_str(), grouped(tool.commits)));
    }
    if ranked.len() > TOOLS_MAX {
        let rest = (ranked.len() - TOOLS_MAX) as u64;
        ui.line(format!("    and {}, see --format json", count(rest, "more tool")));
    }
}

fn phrase(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::Trailer => "trailer",
        EvidenceKind::BodyMarker => "message",
        EvidenceKind::RequestBody => "request text",
        EvidenceKind::Email => "address",
        EvidenceKind::PersonName => "author name",
        EvidenceKind::BotAccount => "forge account",
        EvidenceKind::Branch => "branch",
        EvidenceKind::IssueLabel => "issue label",
        EvidenceKind::File => "file",
        EvidenceKind::Note => "note",
        EvidenceKind::AgentTrace => "trace",
        EvidenceKind::Declaration => "declaration",
        EvidenceKind::Checkpoint => "checkpoint",
        EvidenceKind::Landing => "landing record",
    }
}

/// Targets that are told one by one, also where nothing reached them.
const QUIET_MIN: usize = 4;

fn reached(range: &str, source: &Source, ui: &mut Ui) {
    let (paint, marks) = (ui.paint, ui.marks);
    let (mut unsigned, mut around) = (0, 0);
    let mut quiet = 0;
    let several = source.known.landed.targets.len() > QUIET_MIN;
    for (target, found) in &source.known.landed.targets {
        if several && found.is_quiet() {
            quiet += 1;
            continue;
        }
        ui.line("");
        ui.line(format!("  reached {}, since it was gated", target.short()));
        let row = |mark: String, text: &str, n: u64, more: &str| {
            format!("    {mark} {text:<40} {:>8}   {more}", grouped(n)).trim_end().to_owned()
        };
        ui.line(row(marks.met(paint), "cleared for exactly this content", found.signed, ""));
        let late = source.known.landed.late() as u64;
        let late =
            if late > 0 { format!("{} late", count(late, "after-review")) } else { String::new() };
        if found.overridden > 0 {
            ui.line(row(marks.warning(paint), "by override", found.overridden, &late));
        }
        if found.unenforced > 0 {
            ui.line(row(
                marks.warning(paint),
                "let through by shadow or warn mode",
                found.unenforced,
                "",
            ));
        }
        let n = found.unsigned.len() as u64 + found.slipped;
        let mark = if n > 0 { marks.blocked(paint) } else { marks.met(paint) };
        ui.line(row(mark, "around the gate, unsigned", n, ""));
        if found.adopted > 0 {
            ui.line(row(marks.warning(paint), "taken over as it stood", found.adopted, ""));
        }
        around += n;
        unsigned += n + found.overridden + found.unenforced + found.adopted;
    }
    if quiet > 0 {
        ui.line("");
        ui.line(format!("  nothing reached {} since", count(quiet, "other protected ref")));
    }
    for open in source.known.landed.exceptions.iter().filter(|e| !e.reviewed) {
        ui.line("");
        ui.line(format!(
            "  override by {}, review due {}: {}",
            open.holder,
            open.review_due.day(),
            open.reason
        ));
        let command = format!("obstat override review --reason 'what you found' {}", open.id);
        ui.line(format!("    {}", paint.blue(&command)));
    }
    if unsigned > 0 {
        ui.note(format!(
            "\nList the {unsigned} with\n  {}",
            paint.blue(&format!("obstat audit {range} --unsigned"))
        ));
        if around > 0 {
            ui.note(
                "Fetch refs/obstat/* first, or what landed since looks as if it had come around.",
            );
        }
    }
}

/// Lists what reached a target without being cleared, and how.
pub(super) fn unsigned(source: &Source, format: Format, ui: &mut Ui) -> Result<Exit, CliError> {
    let reviewed = |commit: Oid| {
        source.known.landed.exceptions.iter().any(|e| e.commit == commit && e.reviewed)
    };
    let mut all = Vec::new();
    for (target, found) in &source.known.landed.targets {
        let around = found.unsigned.iter().map(|id| (*id, How::Unrecorded, None));
        let through = found.let_through.iter();
        let through = through.map(|(id, how, pusher)| (*id, *how, Some(pusher.as_str())));
        for (id, how, pusher) in around.chain(through) {
            if is_before(source, id)? {
                continue;
            }
            let seen = how == How::Overridden && reviewed(id);
            let commit = source.repository.commit(id).ok();
            let subject = commit.as_ref().map(|c| subject(&c.message)).unwrap_or_default();
            let line = serde_json::json!({
                "commit": id.to_string(), "target": target.as_str(), "how": how.as_str(), "reviewed": seen,
                "pusher": pusher.map(|p| escape_cut(p, 80)), "subject": subject,
            });
            match format {
                Format::Text => {
                    let (id, target) = (id.short(), target.short());
                    let how = if seen { "override, reviewed" } else { how.phrase() };
                    ui.line(format!("{id}  {target:<12} {how:<20} {subject}"));
                }
                Format::Jsonl => ui.line(line.to_string()),
                Format::Json => {}
            }
            all.push(line);
        }
    }
    let any = !all.is_empty();
    if format == Format::Json {
        ui.line(serde_json::json!({"version": 1, "unsigned": all}).to_string());
    }
    if !source.known.landed.has_policy() {
        if source.has_policy {
            ui.note(format!(
                "Records were not fetched here, so nothing can be said. Fetch them with\n  {FETCH}"
            ));
        } else {
            ui.note("No gate is known here: nothing was signed, and nothing could be. Start with\n  obstat init");
        }
    } else if !any {
        ui.note("Everything that reached a target since it was gated was cleared.");
    }
    Ok(Exit::Ok)
}

/// Whether a commit lies before the range that is asked for.
fn is_before(source: &Source, commit: Oid) -> Result<bool, CliError> {
    for from in &source.not {
        if source.repository.has_commit(commit)? && source.repository.is_ancestor(commit, *from)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn subject(message: &[u8]) -> String {
    let text = String::from_utf8_lossy(message);
    escape_cut(text.lines().next().unwrap_or_default(), 60)
}

pub(super) fn summary(range: &str, source: &Source, tally: &Tally) -> Summary {
    let time = |at: Option<i64>| at.map(|at| Timestamp::from_unix(at).rfc3339());
    let tool = |(id, tool): (&obstat_model::id::ToolId, super::tally::Tool)| ToolLine {
        tool: id.to_string(),
        commits: tool.commits,
        strength: tool.strength.as_str(),
        kind: tool.kind.as_str(),
    };
    Summary {
        version: 1,
        range: range.to_owned(),
        commits: tally.commits,
        people: tally.people.len() as u64,
        first: time(tally.first),
        last: time(tally.last),
        verdicts: [Verdict::Assisted, Verdict::DeclaredUnassisted, Verdict::Undisclosed]
            .map(|v| (v.as_str(), tally.verdict(v)))
            .into(),
        contradicted: tally.contradicted,
        tools: tally.ranked().into_iter().map(tool).collect(),
        reached: reached_lines(source),
        overrides: source.known.landed.exceptions.iter().map(override_line).collect(),
    }
}

fn reached_lines(source: &Source) -> Vec<Reached> {
    let late = source.known.landed.late() as u64;
    let one = |(name, found): (&obstat_model::object::RefName, &super::landings::Target)| Reached {
        target: name.as_str().to_owned(),
        signed: found.signed,
        overridden: found.overridden,
        reviews_late: late,
        unsigned: found.unsigned.iter().map(ToString::to_string).collect(),
        unenforced: found.unenforced,
        slipped: found.slipped,
    };
    source.known.landed.targets.iter().map(one).collect()
}

fn override_line(found: &super::landings::Exception) -> OverrideLine {
    OverrideLine {
        id: found.id.to_string(),
        holder: found.holder.clone(),
        reason: found.reason.clone(),
        review_due: found.review_due.rfc3339(),
        reviewed: found.reviewed,
    }
}
