//! A simulation as a page that needs nothing else: figures, weeks, rules, people and the changes behind
//! each number; counts nothing.

use super::About;
use super::chart::{Axis, Bar, Line, Scale, Word, ceiling, short, stacked};
use super::tally::{Asked, Load, Tally, week_of};
use super::text::tenths;
use crate::error::CliError;
use crate::ui::Ui;
use crate::ui::bar::percent;
use askama::Template;
use obstat_model::decision::Outcome;
use obstat_model::id::{PersonId, RuleName};
use obstat_model::text::{count, grouped};
use std::collections::BTreeMap;

/// Classes of the bars of a week, from the bottom.
const KINDS: [&str; 4] = ["bar-b", "bar-1", "bar-a", "bar-x"];

#[derive(Template)]
#[template(path = "simulation.html")]
struct Page {
    sheet: &'static str,
    title: String,
    lead: String,
    nobody: Figure,
    somebody: Figure,
    blocked: Figure,
    cost: Figure,
    weeks: Weeks,
    rules: Vec<Named>,
    people: Vec<Signer>,
    method: String,
    changes: Vec<Row>,
    target: String,
    version: &'static str,
}

struct Figure {
    value: String,
    below: String,
}

struct Weeks {
    each: String,
    label: String,
    bars: Vec<Bar>,
    lines: Vec<Line>,
    words: Vec<Word>,
}

/// A rule or an exemption.
struct Named {
    kind: &'static str,
    name: String,
    changes: String,
    share: String,
    /// Of 120.
    width: String,
    each: Vec<Link>,
}

struct Signer {
    who: String,
    signatures: String,
    week: String,
    hours: String,
    most: String,
    over: String,
    is_over: bool,
    label: String,
    bars: Vec<Bar>,
    budget: String,
    each: Vec<Link>,
}

struct Link {
    commit: String,
    subject: String,
}

struct Row {
    day: String,
    commit: String,
    subject: String,
    assistance: String,
    rules: String,
    asks: String,
    blocked: bool,
}

/// Prints the page.
pub(super) fn page(ui: &mut Ui, about: &About, tally: &Tally) -> Result<(), CliError> {
    let text = whole(about, tally).render().map_err(|e| CliError::Internal(e.to_string()))?;
    ui.line(text);
    Ok(())
}

fn whole(about: &About, tally: &Tally) -> Page {
    let all = tally.changes.len() as u64;
    let day = |change: Option<&Asked>| change.map(|c| c.at.day()).unwrap_or_default();
    let (first, last) = (day(tally.changes.first()), day(tally.changes.last()));
    let (one, more) = (tally.asking(|n| n == 1), tally.asking(|n| n > 1));
    let figure = |n, below: String| Figure { value: percent(n, all), below };
    let nobody = tally.asking(|n| n == 0);
    let span = tally.span().unwrap_or_default();
    let people = people(about, tally, span);
    Page {
        sheet: include_str!("../../../../assets/obstat.css"),
        title: format!("What the policy of {} would have asked", about.target.short()),
        lead: format!(
            "{}{}, {first} to {last}.{}",
            newest(about),
            count(all, "change"),
            guests(about)
        ),
        nobody: figure(nobody, format!("{} of {}", grouped(nobody), grouped(all))),
        somebody: figure(
            one + more,
            format!("one person {}, more {}", grouped(one), grouped(more)),
        ),
        blocked: figure(tally.blocked(), "whoever signs".to_owned()),
        cost: cost(about, tally),
        weeks: weeks(tally, span),
        rules: named(tally),
        people,
        method: format!(
            "Each step of the target was judged as one change, by the policy and the roster as they are now. A change goes to whoever \
             qualifies and has least to do that week: a distribution, not a prediction. One signature counts as {} minutes. Statements \
             and earlier forms of a change are left out.",
            about.args.minutes
        ),
        changes: tally.changes.iter().rev().map(row).collect(),
        target: about.target.to_string(),
        version: env!("CARGO_PKG_VERSION"),
    }
}

fn newest(about: &About) -> &'static str {
    if about.is_cut { "The newest " } else { "" }
}

fn guests(about: &About) -> String {
    match about.guests {
        0 => String::new(),
        1 => format!(" One person is not in the roster and was taken for {}.", about.level),
        n => format!(" {n} people are not in the roster and were taken for {}.", about.level),
    }
}

fn cost(about: &About, tally: &Tally) -> Figure {
    let loads = tally.loads(about.args.budget);
    let signatures: u64 = loads.iter().map(|load| load.signatures).sum();
    let minutes = signatures * about.args.minutes;
    let over = loads.iter().filter(|load| load.over > 0).count() as u64;
    let people = if loads.len() == 1 { "1 person" } else { &format!("{} people", loads.len()) };
    let over = match over {
        0 => String::new(),
        n => format!(", {n} at times over budget"),
    };
    Figure {
        value: format!("{} h a week", tenths(minutes * 10 / 60 / tally.weeks().max(1))),
        below: format!("of {people}{over}"),
    }
}

/// What each week asked.
fn weeks(tally: &Tally, span: (i64, i64)) -> Weeks {
    let axis = Axis::new(span, 44.0, 1196.0);
    let mut counts: BTreeMap<i64, Vec<u64>> = BTreeMap::new();
    for change in &tally.changes {
        let kind = match (change.outcome, change.signers.len()) {
            (Outcome::Blocked, _) => 3,
            (_, n) => n.min(2),
        };
        let these = counts.entry(axis.column(week_of(change.at))).or_insert_with(|| vec![0; 4]);
        if let Some(n) = these.get_mut(kind) {
            *n += 1;
        }
    }
    let most = counts.values().map(|these| these.iter().sum::<u64>()).max().unwrap_or(0);
    let scale = Scale { most: ceiling(most), top: 12.0, bottom: 168.0 };
    let each = match axis.each() {
        1 => "a week".to_owned(),
        n => format!("{n} weeks"),
    };
    Weeks {
        label: format!("Changes by {each}, at most {most}; the table below has them one by one."),
        each,
        bars: stacked(axis, scale, &KINDS, &counts),
        lines: scale.lines(),
        words: axis.days(),
    }
}

/// Rules, then exemptions, each with the changes behind its number.
fn named(tally: &Tally) -> Vec<Named> {
    let all = tally.changes.len() as u64;
    let line = |kind, name: &RuleName, n: u64, each: Vec<Link>| Named {
        kind,
        name: name.to_string(),
        changes: grouped(n),
        share: percent(n, all),
        width: (120 * n / all.max(1)).max(1).to_string(),
        each,
    };
    let rules = tally.rules().into_iter().map(|(name, n)| {
        line("rule", &name, n, links(tally, |change| change.rules.contains(&name)))
    });
    let exemptions = tally.exemptions().into_iter().map(|(name, n)| {
        let own = |change: &Asked| change.exemption.as_ref() == Some(&name);
        line("exemption", &name, n, links(tally, own))
    });
    rules.chain(exemptions).collect()
}

fn people(about: &About, tally: &Tally, span: (i64, i64)) -> Vec<Signer> {
    let budget = about.args.budget;
    let loads = tally.loads(budget);
    let most = loads.iter().map(|load| load.most).max().unwrap_or(0).max(budget).max(1);
    let (axis, scale) = (Axis::new(span, 0.0, 240.0), Scale { most, top: 2.0, bottom: 34.0 });
    loads.iter().map(|load| signer(about, tally, load, (axis, scale))).collect()
}

fn signer(about: &About, tally: &Tally, load: &Load, (axis, scale): (Axis, Scale)) -> Signer {
    let (weeks, budget) = (tally.weeks().max(1), about.args.budget);
    let mut highest: BTreeMap<i64, u64> = BTreeMap::new();
    for (week, n) in tally.load_of(&load.who) {
        let column = highest.entry(axis.column(week)).or_default();
        *column = n.max(*column);
    }
    let parts = |n: u64| vec![n.min(budget), n.saturating_sub(budget)];
    let counts = highest.into_iter().map(|(column, n)| (column, parts(n))).collect();
    Signer {
        who: load.who.to_string(),
        signatures: grouped(load.signatures),
        week: tenths(load.signatures * 10 / weeks),
        hours: tenths(load.signatures * about.args.minutes * 10 / 60 / weeks),
        most: grouped(load.most),
        over: if load.over > 0 { count(load.over, "week") } else { "never".to_owned() },
        is_over: load.over > 0,
        label: format!(
            "Signatures of {} by week, at most {}, budget {budget}",
            load.who, load.most
        ),
        bars: stacked(axis, scale, &["bar-a", "bar-o"], &counts),
        budget: short(scale.y(budget)),
        each: links(tally, |change| signs(change, &load.who)),
    }
}

fn signs(change: &Asked, who: &PersonId) -> bool {
    change.signers.contains(who)
}

/// The changes behind a number, newest first.
fn links(tally: &Tally, own: impl Fn(&Asked) -> bool) -> Vec<Link> {
    let link =
        |change: &Asked| Link { commit: change.commit.short(), subject: change.subject.clone() };
    tally.changes.iter().rev().filter(|change| own(change)).map(link).collect()
}

fn row(change: &Asked) -> Row {
    let rules: Vec<&str> =
        change.rules.iter().chain(&change.exemption).map(|name| name.as_str()).collect();
    let signers: Vec<&str> = change.signers.iter().map(PersonId::as_str).collect();
    let asks = match (change.problem.as_deref(), signers.is_empty()) {
        (Some(problem), _) => problem.to_owned(),
        (None, true) if change.more => "nobody but its author and checks".to_owned(),
        (None, true) => "nobody".to_owned(),
        (None, false) => signers.join(", "),
    };
    Row {
        day: change.at.day(),
        commit: change.commit.short(),
        subject: change.subject.clone(),
        assistance: change.assistance.replace('_', " "),
        rules: rules.join(", "),
        asks,
        blocked: change.outcome == Outcome::Blocked,
    }
}
