//! Records what moved a target around the gate: somebody with the server's files, another program, a
//! restored backup. Judges nothing: it lands as what nothing is known to be clear of, and whoever may
//! override signs for it afterwards.

use super::outcome;
use super::settings::Fixed;
use crate::clock;
use crate::commands::bootstrap::bare;
use crate::context::store::DiskCache;
use crate::context::world;
use crate::error::CliError;
use crate::ui::Ui;
use obstat_api::exit::Exit;
use obstat_attest::record;
use obstat_gate::deploy;
use obstat_gate::memo::Memo;
use obstat_gate::ports::{PortError, Records as _};
use obstat_gate::proposal::Pusher;
use obstat_gate::receive::{OWN, RefUpdate};
use obstat_git::GitRepository;
use obstat_git::command::Git;
use obstat_model::landing::LandingRecord;
use obstat_model::object::{Oid, RefName};
use obstat_model::time::Now;
use std::path::PathBuf;

/// Record what moved protected refs around the gate, so that it can be signed for
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The bare repository
    #[arg(long, value_name = "DIRECTORY")]
    bare: PathBuf,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, CliError> {
    let repository = bare(&args.bare)?;
    let fixed = Fixed::read(repository.directory())?;
    // Read before what has landed is settled: what moves in between was announced.
    let tips = tips(&repository)?;
    let now = clock::now();
    outcome::settle(&repository, &fixed, now)?;
    let moved = moved(&repository, &fixed, &tips, now)?;
    if moved.is_empty() {
        ui.line("nothing has moved a protected ref around the gate");
        return Ok(Exit::Ok);
    }
    for record in record(&repository, &fixed, moved, now)? {
        ui.line(told(ui, &record));
    }
    Ok(Exit::Ok)
}

/// Branches and tags, and the objects that they name.
fn tips(repository: &GitRepository) -> Result<Vec<(RefName, Oid)>, CliError> {
    let line = ["for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/tags"];
    let bytes = Git::at(repository.directory()).run(&line, b"")?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let parsed = text.lines().filter_map(|line| {
        let (id, name) = line.split_once(' ')?;
        Some((RefName::parse(name).ok()?, id.parse().ok()?))
    });
    Ok(parsed.collect())
}

/// Refs that are elsewhere than where their last landing left them, with nothing there that what comes
/// on top could join on to.
pub(super) fn moved(
    repository: &GitRepository,
    fixed: &Fixed,
    tips: &[(RefName, Oid)],
    now: Now,
) -> Result<Vec<RefUpdate>, PortError> {
    let mut found = Vec::new();
    for (name, tip) in tips.iter().filter(|(name, _)| !name.as_str().starts_with(OWN)) {
        let Some(bytes) = repository.last_landing(name)? else { continue };
        let Some(last) = record::claimed_landing(&bytes) else { continue };
        // What points to something else than a commit has landed nowhere.
        let Ok(here) = repository.peel(*tip) else { continue };
        if last.to == here {
            continue;
        }
        let (cache, memo) = (DiskCache::of(repository.directory()), Memo::default());
        let world = world(repository, (&cache, &memo), &fixed.trust, now);
        if !deploy::joins_on(world, &last, here)? {
            found.push(RefUpdate { name: name.clone(), old: Some(last.to), new: Some(here) });
        }
    }
    Ok(found)
}

/// Records such moves. Nobody is known who made them, so none of them is clear.
pub(super) fn record(
    repository: &GitRepository,
    fixed: &Fixed,
    moved: Vec<RefUpdate>,
    now: Now,
) -> Result<Vec<LandingRecord>, CliError> {
    outcome::unannounced(repository, (fixed, &Pusher::Unknown), moved, now)
}

/// What a pusher, or whoever keeps the server, reads of one: the last line is the command.
pub(super) fn told(ui: &Ui, record: &LandingRecord) -> String {
    let (from, to) = (record.from.map(|from| from.short()).unwrap_or_default(), record.to.short());
    let command = format!("obstat override --reason 'why' --expires 2h {from}..{to}");
    format!(
        "{} {to} came to {} around the gate, which is recorded now\n  nothing from here on is deployed \
         until a holder signs for it:\n  {}",
        ui.marks.blocked(ui.paint),
        record.target.short(),
        ui.paint.blue(&command),
    )
}
