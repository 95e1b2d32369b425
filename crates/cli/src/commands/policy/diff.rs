//! `obstat policy diff`: what a changed policy lets pass that the old one does not, and the reverse.

use super::{Files, load};
use crate::clock;
use crate::context;
use crate::context::store::DiskCache;
use crate::error::CliError;
use crate::ui::Ui;
use crate::ui::brief::difference;
use obstat_api::exit::Exit;
use obstat_gate::inputs;
use obstat_gate::ports::Repository as _;
use obstat_model::roster::Roster;
use obstat_model::text::escape_cut;
use obstat_policy::Policy;
use obstat_policy::compare::{Difference, Story, Version, compare};
use std::path::PathBuf;

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
    let before = Version { policy: &old.0, roster: &old.1 };
    let after = Version { policy: &new.0, roster: &new.1 };
    let found = compare(before, after, clock::now());
    match args.format {
        Format::Text => difference(ui, &found, TOLD_MAX),
        Format::Json => json(ui, &found)?,
    }
    let weaker = !found.weaker.is_empty() || found.terms.iter().any(|(_, weaker)| *weaker);
    let fails = args.no_weaker && (weaker || found.is_partial);
    Ok(if fails { Exit::Blocked } else { Exit::Ok })
}

/// Policy and roster of a revision, of a directory, or of the work tree.
fn version(name: Option<&str>) -> Result<(Policy, Roster), CliError> {
    let directory = name.map(PathBuf::from).filter(|path| path.join(inputs::DIRECTORY).is_dir());
    let (Some(name), None) = (name, &directory) else {
        let Files { policy, roster, .. } = load(directory.as_ref())?;
        return Ok((policy, roster));
    };
    let repository = context::here()?;
    let tree = repository.commit(repository.resolve(name)?)?.tree;
    let cache = DiskCache::of(repository.directory());
    match inputs::load(&repository, tree, &cache)? {
        Ok(found) => Ok((found.policy, found.roster)),
        Err(unusable) => {
            let (name, why) = (escape_cut(name, 60), unusable.problem());
            Err(CliError::usage(format!("at {name}: {}", why.text), why.hint))
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
