//! `obstat audit`: AI assistance over a history, per tool, and what reached targets unsigned.

mod graph;
mod landings;
mod lines;
mod render;
mod scan;
mod tally;

use crate::context;
use crate::error::CliError;
use crate::ui::Ui;
use obstat_api::exit::Exit;
use obstat_gate::assist::NOTES;
use obstat_gate::inputs::{FINGERPRINTS, POLICY};
use obstat_gate::ports::Repository as _;
use obstat_git::GitRepository;
use obstat_git::history::Span;
use obstat_model::evidence::Evidence;
use obstat_model::object::{Oid, RepoPath};
use obstat_provenance::Fingerprints;
use std::path::PathBuf;

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// One summary object
    Json,
    /// One object for each commit
    Jsonl,
}

/// Show which AI tools helped, and what reached a target unsigned
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  obstat audit                 the whole history of HEAD\n  obstat audit v5.0..main      a range\n  obstat audit --unsigned      what reached a target without a signature"
)]
pub(crate) struct Args {
    /// The commits: a revision, or FROM..TO [default: HEAD]
    #[arg(value_name = "RANGE")]
    range: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// List only what reached a target without a signature
    #[arg(long)]
    unsigned: bool,
    /// Also look at the files that each commit changed: slower, asks, never decides
    #[arg(long)]
    files: bool,
    /// The trust file [default: the one pinned here, else the published copy]
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
}

/// What an audit reads.
pub(crate) struct Source {
    pub(crate) repository: GitRepository,
    pub(crate) known: Known,
    pub(crate) heads: Vec<Oid>,
    pub(crate) not: Vec<Oid>,
    pub(crate) files: bool,
    /// Whether the audited tree has a policy.
    pub(crate) has_policy: bool,
}

impl Source {
    /// What is walked.
    pub(crate) fn span(&self) -> Span<'_> {
        Span { heads: &self.heads, not: &self.not, files: self.files }
    }
}

/// What is known before the walk; shared by all of its threads.
pub(crate) struct Known {
    pub(crate) fingerprints: Fingerprints,
    pub(crate) notes: scan::Recorded,
    pub(crate) traces: scan::Recorded,
    /// Of the branch that a range ends with.
    pub(crate) branch: Vec<Evidence>,
    pub(crate) landed: landings::Landed,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, CliError> {
    let started = std::time::Instant::now();
    let repository = context::here()?;
    let range = args.range.as_deref().unwrap_or("HEAD");
    let (not, head) = match range.split_once("..") {
        Some((from, to)) => {
            let to = if to.is_empty() { "HEAD" } else { to };
            let from = if from.is_empty() { "HEAD" } else { from };
            (vec![repository.resolve(from)?], repository.resolve(to)?)
        }
        None => (Vec::new(), repository.resolve(range)?),
    };
    let fingerprints = fingerprints(&repository, head)?;
    let landed = landings::Landed::read(&repository, args.trust.as_ref())?;
    let notes = scan::Recorded::notes(&repository, NOTES, &fingerprints)?;
    let traces = scan::Recorded::traces(&repository, head, &fingerprints)?;
    let branch = of_branch(&repository, range, &fingerprints);
    let known = Known { fingerprints, notes, traces, branch, landed };
    let tree = repository.commit(head)?.tree;
    let has_policy = repository.entry(tree, &RepoPath::from(POLICY))?.is_some();
    let (heads, files) = (vec![head], args.files);
    let source = Source { repository, known, heads, not, files, has_policy };
    if args.unsigned {
        return render::unsigned(&source, args.format, ui);
    }
    match args.format {
        Format::Jsonl => lines::print(&source, ui)?,
        Format::Json => {
            let tally = tally::count(&source, ui)?;
            let text = serde_json::to_string(&render::summary(range, &source, &tally));
            ui.line(text.map_err(|e| CliError::Internal(e.to_string()))?);
        }
        Format::Text => {
            let tally = tally::count(&source, ui)?;
            render::text(range, &source, &tally, started.elapsed(), ui);
        }
    }
    Ok(Exit::Ok)
}

/// What the name of a branch says of a range that ends with it; a whole history is not of one branch.
fn of_branch(
    repository: &GitRepository,
    range: &str,
    fingerprints: &Fingerprints,
) -> Vec<Evidence> {
    let Some((_, to)) = range.split_once("..") else { return Vec::new() };
    let name = if to.is_empty() || to == "HEAD" {
        repository.head_branch()
    } else {
        Some(format!("refs/heads/{}", to.trim_start_matches('.')))
    };
    name.map_or_else(Vec::new, |name| fingerprints.of_branch(&name))
}

/// Built-in fingerprints and those that the audited commit's tree adds.
fn fingerprints(repository: &GitRepository, head: Oid) -> Result<Fingerprints, CliError> {
    let builtin = Fingerprints::builtin();
    let tree = repository.commit(head)?.tree;
    let Some(state) = repository.entry(tree, &RepoPath::from(FINGERPRINTS))? else {
        return Ok(builtin);
    };
    let bytes = repository.blob(state.oid, 1 << 20)?.unwrap_or_default();
    builtin.extended(&String::from_utf8_lossy(&bytes)).map_err(|e| {
        CliError::usage(format!("{FINGERPRINTS}: {e}"), "see docs/formats/fingerprints.md")
    })
}
