//! Records what moved a target around the gate: somebody with the server's files, another program, a
//! restored backup. Judges nothing: it lands as what nothing is known to be clear of, and whoever may
//! override signs for it afterwards.

use super::outcome;
use super::settings::Fixed;
use crate::clock;
use crate::context::server::bare;
use crate::context::store::DiskCache;
use crate::context::world;
use crate::error::CliError;
use crate::ui::Ui;
use obstat_api::exit::Exit;
use obstat_attest::record;
use obstat_gate::deploy;
use obstat_gate::memo::Memo;
use obstat_gate::ports::{PortError, Records as _, Repository as _};
use obstat_gate::proposal::Pusher;
use obstat_gate::receive::{OWN, RefUpdate};
use obstat_gate::rolling;
use obstat_git::GitRepository;
use obstat_git::command::Git;
use obstat_model::landing::{LandingKind, LandingRecord};
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

/// Refs that are elsewhere than where their last landing left them.
#[derive(Debug, Default)]
pub(super) struct Moved {
    /// With nothing there that what comes on top could join on to.
    away: Vec<RefUpdate>,
    /// Back at what had landed there, or at a landing of their origin.
    back: Vec<LandingRecord>,
}

impl Moved {
    pub(super) const fn is_empty(&self) -> bool {
        self.away.is_empty() && self.back.is_empty()
    }
}

/// Finds them.
pub(super) fn moved(
    repository: &GitRepository,
    fixed: &Fixed,
    tips: &[(RefName, Oid)],
    now: Now,
) -> Result<Moved, PortError> {
    let mut found = Moved::default();
    for (name, tip) in tips.iter().filter(|(name, _)| !name.as_str().starts_with(OWN)) {
        let Some(bytes) = repository.last_landing(name)? else { continue };
        let Some(last) = record::claimed_landing(&bytes) else { continue };
        // What points to something else than a commit has landed nowhere.
        let Ok(here) = repository.peel(*tip) else { continue };
        // What landed while this was found out has not moved by hand: the ref is where it was left.
        let now_at = repository.reference(name)?.map(|id| repository.peel(id)).transpose()?;
        if last.to == here || now_at == Some(last.to) {
            continue;
        }
        let (cache, memo) = (DiskCache::of(repository.directory()), Memo::default());
        let world = world(repository, (&cache, &memo), &fixed.trust, now);
        // With other inputs it brings something, though it was there before: it needs their owners' signatures.
        // What came around the gate itself set none.
        let inputs = world.inputs_digest(repository.commit(here)?.tree)?;
        let mut set = None;
        repository.landings_on(name, &mut |bytes| {
            let record = record::claimed_landing(bytes).filter(|record| !deploy::slipped(record));
            set = record.map(|record| record.inputs);
            set.is_none()
        })?;
        let own = || rolling::landing_at(world, name, here).map(|landing| landing.is_some());
        let is_back = set.unwrap_or(last.inputs) == inputs && own()?;
        if is_back || (inputs == last.inputs && deploy::joins_on(world, &last, here)?) {
            let newest = rolling::newest(world)?;
            found.back.push(LandingRecord {
                from: Some(last.to),
                to: here,
                kind: LandingKind::Returned,
                changes: Vec::new(),
                pusher: String::new(),
                inputs,
                at: now.0,
                seen: newest.map_or(0, |newest| newest.sequence + 1),
                ..last
            });
        } else {
            found.away.push(RefUpdate { name: name.clone(), old: Some(last.to), new: Some(here) });
        }
    }
    Ok(found)
}

/// Records such moves. Nobody is known who made them, so no content that they bring is clear.
pub(super) fn record(
    repository: &GitRepository,
    fixed: &Fixed,
    moved: Moved,
    now: Now,
) -> Result<Vec<LandingRecord>, CliError> {
    let mut done = outcome::unannounced(repository, (fixed, &Pusher::Unknown), moved.away, now)?;
    for record in moved.back {
        done.push(outcome::returned(repository, fixed, record)?);
    }
    Ok(done)
}

/// What a pusher, or whoever keeps the server, reads of one: the last line is the command.
pub(super) fn told(ui: &Ui, record: &LandingRecord) -> String {
    if record.kind == LandingKind::Returned {
        let (target, to) = (record.target.short(), record.to.short());
        let mark = ui.marks.warning(ui.paint);
        return format!("{mark} {target} was moved back to {to} by hand, which is recorded now");
    }
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
