//! `obstat policy diff`: what a changed policy lets pass that the old one does not, and the reverse.

use super::{load, owners, tell_refused};
use crate::clock;
use crate::context;
use crate::context::store::DiskCache;
use crate::error::CliError;
use crate::ui::Ui;
use crate::ui::brief::difference;
use obstat_api::exit::Exit;
use obstat_gate::inputs::{self, Unusable};
use obstat_gate::ports::Repository as _;
use obstat_model::roster::Roster;
use obstat_model::text::escape_cut;
use obstat_policy::Policy;
use obstat_policy::codeowners::CodeOwners;
use obstat_policy::compare::{Difference, Story, Version, compare};
use std::path::{Path, PathBuf};

/// Most stories of a kind that are told.
const TOLD_MAX: usize = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One object
    Json,
}

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The version of before: a revision, or a directory that holds .obstat
    #[arg(value_name = "OLD")]
    old: String,
    /// The version of after, in the same way [default: the work tree]
    #[arg(value_name = "NEW")]
    new: Option<String>,
    /// Fail (exit code 3) where something passes now that did not before
    #[arg(long)]
    no_weaker: bool,
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, CliError> {
    let (old, new) = (version(Some(&args.old))?, version(args.new.as_deref())?);
    tell_refused(ui, &new.policy, &new.roster);
    let found = compare(old.version(), new.version(), clock::now());
    match args.format {
        Format::Text => difference(ui, &found, TOLD_MAX),
        Format::Json => json(ui, &found)?,
    }
    let weaker = !found.weaker.is_empty() || found.terms.iter().any(|(_, weaker)| *weaker);
    let fails = args.no_weaker && (weaker || found.is_partial);
    Ok(if fails { Exit::Blocked } else { Exit::Ok })
}

/// What decides, of one version.
struct Deciding {
    policy: Policy,
    roster: Roster,
    code_owners: Option<CodeOwners>,
}

impl Deciding {
    fn version(&self) -> Version<'_> {
        let code_owners = self.code_owners.as_ref();
        Version { policy: &self.policy, roster: &self.roster, code_owners }
    }
}

/// Policy and roster of a revision, of a directory, or of the work tree.
fn version(name: Option<&str>) -> Result<Deciding, CliError> {
    let directory = name.map(PathBuf::from).filter(|path| path.join(inputs::DIRECTORY).is_dir());
    let (Some(name), None) = (name, &directory) else {
        let files = load(directory.as_ref())?;
        let code_owners = owners(&files)?;
        return Ok(Deciding { policy: files.policy, roster: files.roster, code_owners });
    };
    let shown = escape_cut(name, 60);
    if let Some((old, new)) = name.split_once("..") {
        let (old, new) = (escape_cut(old, 60), escape_cut(new.trim_start_matches('.'), 60));
        let text = format!("`{shown}` is a range, and two versions are compared");
        return Err(CliError::usage(text, format!("obstat policy diff {old} {new}")));
    }
    let repository = context::here()?;
    let found = repository.resolve(name).map_err(|error| match Path::new(name).is_dir() {
        true => CliError::usage(
            format!("{shown} is a directory without .obstat, and names no commit"),
            "name the directory above .obstat, or a revision",
        ),
        false => error.into(),
    })?;
    let tree = repository.commit(found)?.tree;
    let cache = DiskCache::of(repository.directory());
    match inputs::load(&repository, tree, &cache)? {
        Ok(found) => {
            let (policy, roster, code_owners) = (found.policy, found.roster, found.code_owners);
            Ok(Deciding { policy, roster, code_owners })
        }
        Err(Unusable::Missing(_)) => Err(CliError::usage(
            format!("{shown} has no policy and roster to compare with"),
            "commit them, or name a revision or directory that has them",
        )),
        Err(unusable) => {
            let why = unusable.problem();
            Err(CliError::usage(format!("at {shown}: {}", why.text), why.hint))
        }
    }
}

fn json(ui: &mut Ui, found: &Difference) -> Result<(), CliError> {
    let one = |story: &Story| {
        let signed: Vec<_> = story
            .signed
            .iter()
            .map(|(who, presence)| serde_json::json!({ "who": who.as_str(), "presence": presence.as_str() }))
            .collect();
        serde_json::json!({
            "target": story.target.as_str(), "path": story.path, "files": story.files,
            "lines": story.lines, "earlier_lines": story.earlier_lines,
            "hidden": story.hidden.iter().map(|flag| flag.as_str()).collect::<Vec<_>>(),
            "author_level": story.author.as_ref().map(ToString::to_string),
            "assistance": story.help.as_str(), "tool": story.tool.as_ref().map(ToString::to_string),
            "author_statement": story.stated, "checks": story.checked, "signed": signed,
            "missing": story.missing,
        })
    };
    let terms: Vec<_> = found
        .terms
        .iter()
        .map(|(text, weaker)| serde_json::json!({ "text": text, "weaker": weaker }))
        .collect();
    let whole = serde_json::json!({
        "version": 1, "partial": found.is_partial, "terms": terms,
        "weaker": found.weaker.iter().map(one).collect::<Vec<_>>(),
        "stricter": found.stricter.iter().map(one).collect::<Vec<_>>(),
    });
    ui.line(serde_json::to_string(&whole).map_err(|e| CliError::Internal(e.to_string()))?);
    Ok(())
}
