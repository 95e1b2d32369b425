//! `obstat policy simulate`: what the policy of the work tree would have asked, and of whom, over the
//! history that there is.

mod tally;
mod world;

use self::tally::Tally;
use self::world::{Nothing, inputs, trust, unknown, with_people};
use super::{Files, load, owners};
use crate::clock;
use crate::context::{self, OPTIONS};
use crate::error::CliError;
use crate::ui::Ui;
use crate::ui::bar::{bar, percent};
use obstat_api::exit::Exit;
use obstat_gate::memo::Memo;
use obstat_gate::pipeline::{Detail, judge};
use obstat_gate::ports::{Commit, NoCache, Repository as _};
use obstat_gate::proposal::{self, Proposal, Pusher};
use obstat_gate::rolling::Before;
use obstat_gate::versions::Standing;
use obstat_gate::world::{Seen, Surroundings, World};
use obstat_git::GitRepository;
use obstat_model::id::{LevelName, TargetName};
use obstat_model::object::{Oid, RefName};
use obstat_model::text::{count, escape_cut, grouped};
use obstat_model::time::Timestamp;
use obstat_policy::Policy;
use std::path::PathBuf;

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One object
    Json,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Each step of the range along first parents is judged as one change, by policy and roster as they are now. People\nwhom the roster does not have are taken for somebody of one level. Who made earlier forms, and statements, are left out."
)]
pub(super) struct Args {
    /// The history: A..B, or all of B [default: HEAD]
    #[arg(value_name = "RANGE")]
    range: Option<String>,
    /// The directory that holds .obstat [default: the work tree]
    #[arg(long, value_name = "DIRECTORY")]
    policy: Option<PathBuf>,
    /// For this target, or a ref of it [default: the first of the policy]
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// Only the newest so many changes
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    most: usize,
    /// The level of people whom the roster does not have [default: the lowest but one]
    #[arg(long, value_name = "LEVEL")]
    unknown_as: Option<String>,
    /// Signatures that one person can give in a week
    #[arg(long, value_name = "N", default_value_t = 10)]
    budget: u64,
    /// Minutes that one signature takes
    #[arg(long, value_name = "N", default_value_t = 20)]
    minutes: u64,
    /// Tell each change, also with --format text
    #[arg(long)]
    changes: bool,
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, CliError> {
    let files = load(args.policy.as_ref())?;
    let code_owners = owners(&files)?;
    let Files { policy, roster, .. } = files;
    let target = target(args.target.as_deref(), &policy)?;
    let repository = context::here()?;
    let steps = steps(&repository, args)?;
    let commits: Vec<Commit> = steps.iter().flat_map(|step| step.commits.clone()).collect();
    let mut inputs = inputs(policy, roster, code_owners);
    let guests = unknown(&inputs.roster, &inputs.fingerprints, &commits);
    let level = level(args.unknown_as.as_deref(), inputs.roster.parts().ladder.names())?;
    inputs.roster = with_people(&inputs.roster, &guests, &level)?;
    let (memo, trust) = (Memo::default(), trust());
    let (nothing, mut before) = (Before::default(), Before::default());
    let world = World {
        repository: &repository,
        records: &Nothing,
        cache: &NoCache,
        memo: &memo,
        trust: &trust,
        options: &OPTIONS,
        now: clock::now(),
        seen: Seen::All,
        surroundings: Surroundings::Supposed(&nothing),
    };
    let standing = Standing::read(world, &inputs, &target)?;
    let (mut tally, mut progress) = (Tally::default(), ui.progress("changes"));
    for (n, step) in steps.iter().enumerate() {
        let proposal = Proposal {
            target: target.clone(),
            revision: proposal::landing(&repository, step.from, step.to)?,
            pusher: Pusher::Nobody,
            branch: None,
            since: step.from,
            problems: Vec::new(),
        };
        before.moved_to(step.at);
        let world = World { surroundings: Surroundings::Supposed(&before), ..world };
        let found = judge(world, &inputs, &standing, proposal, Detail::NameEligible)?;
        before.landed(&inputs.policy, &found);
        tally.add((step.to, step.at, step.subject.clone()), &found);
        progress.at(n as u64 + 1);
    }
    progress.end();
    let about = About { target: &target, guests: guests.len() as u64, level: &level, args };
    match args.format {
        Format::Text => text(ui, &about, &tally),
        Format::Json => json(ui, &about, &tally)?,
    }
    Ok(Exit::Ok)
}

/// One change of the history.
struct Step {
    from: Option<Oid>,
    to: Oid,
    at: Timestamp,
    subject: String,
    commits: Vec<Commit>,
}

/// The newest steps along first parents, oldest first.
fn steps(repository: &GitRepository, args: &Args) -> Result<Vec<Step>, CliError> {
    let range = args.range.as_deref().unwrap_or("HEAD");
    let (base, head) = range.split_once("..").map_or((None, range), |(a, b)| (Some(a), b));
    let base = base.filter(|b| !b.is_empty()).map(|b| repository.resolve(b)).transpose()?;
    let head = repository.resolve(if head.is_empty() { "HEAD" } else { head })?;
    let mut chain = Vec::new();
    let mut next = Some(head);
    while let Some(id) = next.filter(|id| Some(*id) != base && chain.len() < args.most) {
        let commit = repository.commit(id)?;
        next = commit.parents.first().copied();
        chain.push(commit);
    }
    if chain.is_empty() {
        return Err(CliError::usage("the range holds no change", "name A..B, with A below B"));
    }
    let mut steps = Vec::new();
    for commit in chain.into_iter().rev() {
        // What has no parent is the beginning, which nobody landed.
        let Some(from) = commit.parents.first().copied() else { continue };
        let text = String::from_utf8_lossy(&commit.message);
        steps.push(Step {
            from: Some(from),
            to: commit.id,
            at: Timestamp::from_unix(commit.committer.at),
            subject: escape_cut(text.lines().next().unwrap_or_default(), 60),
            commits: repository.commits_between(Some(from), commit.id)?,
        });
    }
    Ok(steps)
}

fn target(name: Option<&str>, policy: &Policy) -> Result<RefName, CliError> {
    let known = || -> Vec<&str> { policy.targets().iter().map(|t| t.name().as_str()).collect() };
    let none = || {
        let text = "the policy has no such target";
        CliError::usage(text, format!("known: {}", known().join(", ")))
    };
    let name = name.map_or_else(
        || policy.targets().first().map(|t| t.name().to_string()),
        |n| Some(n.to_owned()),
    );
    let name = name.ok_or_else(none)?;
    if let Ok(name) = RefName::parse(&name)
        && policy.target_of(&name).is_some()
    {
        return Ok(name);
    }
    let name: TargetName = name.parse().map_err(|_| none())?;
    policy.example_ref(&name).ok_or_else(none)
}

fn level(name: Option<&str>, ladder: &[LevelName]) -> Result<LevelName, CliError> {
    let found = match name {
        Some(name) => ladder.iter().find(|level| level.as_str() == name),
        None => ladder.get(1).or(ladder.first()),
    };
    found.cloned().ok_or_else(|| {
        let known: Vec<&str> = ladder.iter().map(LevelName::as_str).collect();
        CliError::usage("the ladder has no such level", format!("known: {}", known.join(", ")))
    })
}

/// What was simulated.
struct About<'a> {
    target: &'a RefName,
    guests: u64,
    level: &'a LevelName,
    args: &'a Args,
}

fn text(ui: &mut Ui, about: &About, tally: &Tally) {
    let (paint, marks) = (ui.paint, ui.marks);
    let all = tally.changes.len() as u64;
    let day = |change: Option<&tally::Asked>| change.map(|c| c.at.day()).unwrap_or_default();
    let (first, last) = (day(tally.changes.first()), day(tally.changes.last()));
    let head = format!("{} of {}, {first} to {last}", count(all, "change"), about.target.short());
    ui.line(format!("  {}", paint.bold(&head)));
    if about.guests > 0 {
        let who = if about.guests == 1 { "1 person" } else { &format!("{} people", about.guests) };
        ui.line(format!("  {who} not in the roster, taken for {}", about.level));
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
fn tenths(n: u64) -> String {
    format!("{}.{}", n / 10, n % 10)
}

fn json(ui: &mut Ui, about: &About, tally: &Tally) -> Result<(), CliError> {
    let rules: Vec<_> = tally
        .rules()
        .into_iter()
        .map(|(name, n)| serde_json::json!({ "rule": name.as_str(), "changes": n }))
        .collect();
    let exemptions: Vec<_> = tally
        .exemptions()
        .into_iter()
        .map(|(name, n)| serde_json::json!({ "exemption": name.as_str(), "changes": n }))
        .collect();
    let people: Vec<_> = tally
        .loads(about.args.budget)
        .into_iter()
        .map(|load| {
            serde_json::json!({
                "who": load.who.as_str(), "signatures": load.signatures,
                "most_in_a_week": load.most, "weeks_over_budget": load.over,
            })
        })
        .collect();
    let changes: Vec<_> = tally
        .changes
        .iter()
        .map(|change| {
            serde_json::json!({
                "commit": change.commit.to_string(), "at": change.at.rfc3339(),
                "subject": change.subject, "decision": change.outcome.as_str(),
                "assistance": change.assistance,
                "rules": change.rules.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "exemption": change.exemption.as_ref().map(ToString::to_string),
                "signers": change.signers.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "problem": change.problem,
            })
        })
        .collect();
    let whole = serde_json::json!({
        "version": 1, "target": about.target.as_str(), "changes": tally.changes.len(),
        "weeks": tally.weeks(), "unknown_people": about.guests, "unknown_as": about.level.as_str(),
        "budget": about.args.budget, "minutes": about.args.minutes,
        "asks_nobody": tally.asking(|n| n == 0), "asks_one": tally.asking(|n| n == 1),
        "asks_more": tally.asking(|n| n > 1), "blocked": tally.blocked(),
        "rules": rules, "exemptions": exemptions, "people": people, "each": changes,
    });
    ui.line(serde_json::to_string(&whole).map_err(|e| CliError::Internal(e.to_string()))?);
    Ok(())
}
