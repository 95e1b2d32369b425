//! A simulation as people read it in a terminal; counts nothing.

use super::tally::{Asked, Tally};
use super::{About, Args};
use crate::ui::bar::{bar, percent};
use crate::ui::{Ui, wrap};
use obstat_model::text::{count, escape_cut, grouped};

/// Columns of a sentence.
const WIDTH: usize = 78;

pub(super) fn text(ui: &mut Ui, about: &About, tally: &Tally) {
    let (paint, marks) = (ui.paint, ui.marks);
    let all = tally.changes.len() as u64;
    let day = |change: Option<&Asked>| change.map(|c| c.at.day()).unwrap_or_default();
    let (first, last) = (day(tally.changes.first()), day(tally.changes.last()));
    let head = format!("{} of {}, {first} to {last}", count(all, "change"), about.target.short());
    ui.line(format!("  {}", paint.bold(&head)));
    if about.guests > 0 {
        let who = if about.guests == 1 { "1 person" } else { &format!("{} people", about.guests) };
        ui.line(format!("  {who} not in the roster, taken for {}", about.level));
    }
    if about.is_cut {
        let most = count(about.args.most as u64, "change");
        ui.line(format!("  the newest {most} alone: --most N takes more"));
    }
    ui.line("");
    let row = |label: &str, n: u64| {
        format!("    {label:<20} {} {:>7}  {:>5}", bar(n, all, marks), grouped(n), percent(n, all))
    };
    ui.line(row("asks nobody", tally.asking(|n| n == 0)));
    ui.line(row("asks one person", tally.asking(|n| n == 1)));
    ui.line(row("asks more", tally.asking(|n| n > 1)));
    if tally.blocked() > 0 {
        ui.line(row("blocked", tally.blocked()));
        if let Some((text, n)) = tally.obstacle() {
            let why = format!("{}: {}", count(n, "time"), escape_cut(text, 160));
            for line in wrap::after("      ", 6, &why, WIDTH) {
                ui.line(paint.dim(&line));
            }
        }
    }
    for (title, found) in [("rule", tally.rules()), ("exemption", tally.exemptions())] {
        if found.is_empty() {
            continue;
        }
        ui.line("");
        ui.line(paint.dim(&format!("  {title:<40} {:>10}   share", "changes")));
        for (name, n) in found {
            let name = name.to_string();
            ui.line(format!("    {name:<38} {:>10}  {:>6}", grouped(n), percent(n, all)));
        }
    }
    people(ui, about, tally);
    if about.args.changes {
        ui.line("");
        for change in &tally.changes {
            let who: Vec<&str> = change.signers.iter().map(|who| who.as_str()).collect();
            let who = match (change.problem.as_deref(), who.is_empty()) {
                (Some(problem), _) => escape_cut(problem, 80),
                (None, true) if change.more => "nobody but its author and checks".to_owned(),
                (None, true) => "nobody".to_owned(),
                (None, false) => who.join(", "),
            };
            ui.line(format!(
                "  {} {:<44} {who}",
                change.commit.short(),
                escape_cut(&change.subject, 44)
            ));
        }
    }
}

/// Who would have had to do how much.
fn people(ui: &mut Ui, about: &About, tally: &Tally) {
    let Args { budget, minutes, .. } = *about.args;
    let (weeks, loads) = (tally.weeks().max(1), tally.loads(budget));
    if loads.is_empty() {
        return;
    }
    let (paint, marks) = (ui.paint, ui.marks);
    ui.line("");
    ui.line(paint.dim(&format!(
        "  {:<22} {:>10} {:>8} {:>10} {:>8}   over {budget} a week",
        "who signs", "signatures", "a week", "hours", "most"
    )));
    for load in &loads {
        let mark = if load.over > 0 { marks.warning(paint) } else { marks.met(paint) };
        let over = if load.over > 0 {
            format!("in {}", count(load.over, "week"))
        } else {
            "never".to_owned()
        };
        ui.line(format!(
            "  {mark} {:<20} {:>10} {:>8} {:>10} {:>8}   {over}",
            load.who.as_str(),
            grouped(load.signatures),
            tenths(load.signatures * 10 / weeks),
            tenths(load.signatures * minutes * 10 / 60 / weeks),
            grouped(load.most),
        ));
    }
    ui.note("");
    ui.note(format!(
        "Hours a week at {minutes} minutes a signature. A change goes to whoever has least to do."
    ));
}

/// A tenth as a decimal: `41` is `4.1`.
pub(super) fn tenths(n: u64) -> String {
    format!("{}.{}", n / 10, n % 10)
}
