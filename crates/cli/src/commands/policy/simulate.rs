//! `obstat policy simulate`: what the policy of the work tree would have asked, and of whom, over the
//! history that there is.

mod chart;
mod json;
mod page;
mod tally;
mod text;
mod world;

use self::json::json;
use self::page::page;
use self::tally::Tally;
use self::text::text;
use self::world::{Nothing, inputs, trust, unknown, with_people};
use super::{Files, load, owners, tell_refused};
use crate::clock;
use crate::context::{self, OPTIONS};
use crate::error::CliError;
use crate::ui::Ui;
use obstat_api::exit::Exit;
use obstat_gate::memo::Memo;
use obstat_gate::pipeline::{Detail, judge};
use obstat_gate::ports::{Commit, NoCache, Repository as _};
use obstat_gate::proposal::{self, Proposal, Pusher};
use obstat_gate::supposed::Before;
use obstat_gate::versions::Standing;
use obstat_gate::world::{Seen, Surroundings, World};
use obstat_git::GitRepository;
use obstat_model::id::{LevelName, TargetName};
use obstat_model::object::{Oid, RefName};
use obstat_model::text::escape_cut;
use obstat_model::time::Timestamp;
use obstat_policy::Policy;
use std::collections::HashSet;
use std::path::PathBuf;

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One object
    Json,
    /// A page that needs nothing else
    Html,
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
    tell_refused(ui, &policy, &roster);
    let target = target(args.target.as_deref(), &policy)?;
    let repository = context::here()?;
    let (steps, is_cut) = steps(&repository, args)?;
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
        before.landed(&inputs.policy, &found.change, &found.participants);
        tally.add((step.to, step.at, step.subject.clone()), &found);
        progress.at(n as u64 + 1);
    }
    progress.end();
    let guests = guests.len() as u64;
    let about = About { target: &target, guests, level: &level, is_cut, args };
    match args.format {
        Format::Text => text(ui, &about, &tally),
        Format::Json => json(ui, &about, &tally)?,
        Format::Html => page(ui, &about, &tally)?,
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

/// The newest steps along first parents, oldest first, and whether there are more.
fn steps(repository: &GitRepository, args: &Args) -> Result<(Vec<Step>, bool), CliError> {
    let range = args.range.as_deref().unwrap_or("HEAD");
    let (base, head) = range.split_once("..").map_or((None, range), |(a, b)| (Some(a), b));
    let base = base.filter(|b| !b.is_empty()).map(|b| repository.resolve(b)).transpose()?;
    let head = repository.resolve(if head.is_empty() { "HEAD" } else { head })?;
    // As git means it: without all that the one end reaches, wherever it left the chain.
    let own = base.map(|base| repository.commits_between(Some(base), head)).transpose()?;
    let own: Option<HashSet<Oid>> = own.map(|all| all.iter().map(|commit| commit.id).collect());
    let is_own = |id: &Oid| own.as_ref().is_none_or(|own| own.contains(id));
    let mut chain = Vec::new();
    let mut next = Some(head);
    while let Some(id) = next.filter(|id| is_own(id) && chain.len() < args.most) {
        let commit = repository.commit(id)?;
        next = commit.parents.first().copied();
        chain.push(commit);
    }
    let is_cut = next.as_ref().is_some_and(is_own);
    if chain.is_empty() {
        if args.most == 0 {
            return Err(CliError::usage("--most 0 leaves no change", "name a number above it"));
        }
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
            subject: escape_cut(text.lines().next().unwrap_or_default(), 100),
            commits: repository.commits_between(Some(from), commit.id)?,
        });
    }
    if steps.is_empty() {
        return Err(CliError::usage(
            "the history has no change yet: its first commit is where it begins",
            "make one, or name another range",
        ));
    }
    Ok((steps, is_cut))
}

fn target(name: Option<&str>, policy: &Policy) -> Result<RefName, CliError> {
    let known = || -> Vec<&str> { policy.targets().iter().map(|t| t.name().as_str()).collect() };
    let none = || {
        let text = format!("the policy has no target `{}`", escape_cut(name.unwrap_or(""), 60));
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
        let text = format!("the ladder has no level `{}`", escape_cut(name.unwrap_or(""), 60));
        CliError::usage(text, format!("known: {}", known.join(", ")))
    })
}

/// What was simulated.
struct About<'a> {
    target: &'a RefName,
    guests: u64,
    level: &'a LevelName,
    /// Whether older changes of the range were left out.
    is_cut: bool,
    args: &'a Args,
}
