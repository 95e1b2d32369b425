//! The hooks themselves: judge before, record after, and the last net.

use super::settings::{Fixed, Settings};
use super::{around, outcome};
use crate::clock;
use crate::context::store::DiskCache;
use crate::context::world;
use crate::error::CliError;
use crate::ui::{Ui, refusal};
use obstat_api::exit::Exit;
use obstat_gate::deploy;
use obstat_gate::memo::Memo;
use obstat_gate::ports::{Account, Records as _, Repository as _};
use obstat_gate::proposal::Pusher;
use obstat_gate::receive::{self, APPROVALS, Answer, Gated, OWN, RefUpdate, Setup};
use obstat_gate::world::World;
use obstat_git::GitRepository;
use obstat_git::hook::{Place, REFS_MAX, parse_updates};
use obstat_git::records::{keep_notes, keep_superseded, record_brought, record_receipts};
use obstat_git::refs::RefEdit;
use obstat_model::facts::Problem;
use obstat_model::landing::Receipt;
use obstat_model::object::{Oid, RefName};
use obstat_model::target::Mode;
use obstat_model::time::Now;
use std::io::Read as _;

/// Most bytes that git may hand to a hook: more than as many refs as are looked at can have, each with
/// a name of 4,096 bytes.
const INPUT_MAX: u64 = 64 << 20;

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn updates() -> Result<Vec<RefUpdate>, CliError> {
    Ok(parse_updates(&input()?, REFS_MAX)?)
}

/// All that git hands over: what is left unread would pass unseen.
fn input() -> Result<String, CliError> {
    let mut text = String::new();
    let read = std::io::stdin().take(INPUT_MAX + 1).read_to_string(&mut text);
    read.map_err(|e| CliError::file(std::path::Path::new("standard input"), e))?;
    let whole = text.is_empty() || text.ends_with('\n');
    if !whole || text.len() as u64 > INPUT_MAX {
        return Err(CliError::usage(
            "git handed over more refs at once than are read, or not all of them",
            "push fewer refs at once",
        ));
    }
    Ok(text)
}

/// pre-receive: nothing passes unless everything may.
pub(super) fn before(ui: &mut Ui) -> Result<Exit, CliError> {
    let updates = updates()?;
    let place = Place::of(variable)?;
    let mut repository = GitRepository::open(&place.directory, place.quarantine.as_ref())?;
    let directory = repository.directory().to_owned();
    let fixed = Fixed::read(&directory)?;
    let settings = Settings::read(&directory)?;
    let now = clock::now();
    if let Some(problem) = receive::stale(&repository, &updates)? {
        let page = refusal::refused(ui, "this push", &problem);
        refusal::told(ui, &[page], 0);
        return Ok(Exit::Blocked);
    }
    // What landed and was not recorded, because the machine stopped or is not done, is past as well:
    // a roster of a moment ago must not count as one of yesterday.
    if outcome::is_due(&repository)? {
        let settled = GitRepository::open(&directory, None)?;
        outcome::settle(&settled, &fixed, now)?;
    }
    caught_up(ui, &repository, &fixed, &updates, now)?;
    let edit = |u: &RefUpdate| RefEdit { name: u.name.clone(), old: u.old, new: u.new };
    let edits: Vec<RefEdit> = updates.iter().map(edit).collect();
    repository.refs_mut().overlay(&edits);
    let cache = DiskCache::of(&directory);
    // The process ends with the answer; taking a large roster apart before would only cost time.
    let memo = std::mem::ManuallyDrop::new(Memo::default());
    let world = world(&repository, (&cache, &memo), &fixed.trust, now);
    let setup = Setup { policy_ref: fixed.policy_ref.clone(), pusher: settings.pusher() };
    let answers = receive::answer(world, &setup, &updates)?;
    let is_gated = |answer: &Answer| matches!(answer, Answer::Gated(_));
    let unknown = setup.pusher == Pusher::Unknown && answers.iter().any(is_gated);
    tell(ui, &updates, &answers, unknown.then_some(&settings.variable));
    if !answers.iter().all(Answer::passes) {
        return Ok(Exit::Blocked);
    }
    let problem = match receive::oversized(world, &answers)? {
        Some(problem) => Some(problem),
        None => keep_beside(&repository, world, &setup, (&updates, &answers))?,
    };
    if let Some(problem) = problem {
        let page = refusal::refused(ui, "this push", &problem);
        refusal::told(ui, &[page], 0);
        return Ok(Exit::Blocked);
    }
    // Before anything is accepted: whoever pushes can hang up before the hook that comes after.
    let heads = superseded(&repository, &updates)?;
    if !heads.is_empty() || updates.iter().any(|u| u.name.as_str().starts_with(APPROVALS)) {
        let apart = GitRepository::open(&directory, None)?;
        keep_superseded(&apart, &heads)?;
        receipts(&apart, &fixed, (&updates, Filing::ToCome), now)?;
    }
    let gated = answers.iter().filter_map(|answer| match answer {
        Answer::Gated(gated) => Some(gated),
        _ => None,
    });
    for gated in gated.filter(|gated| gated.mode != Mode::Enforce) {
        tell_open_steps(ui, world, gated)?;
    }
    let records = answers.iter().filter_map(|answer| match answer {
        Answer::Gated(gated) => Some((gated.record.as_ref()?, gated.clearance.as_ref())),
        _ => None,
    });
    let records: Vec<_> = records.collect();
    if let Some((first, _)) = records.first() {
        let about = (first.pusher.as_str(), records.len());
        let mut announcer = outcome::Announcer::new(&directory, &fixed.key, about, now)?;
        for (record, clearance) in records {
            announcer.announce(record, clearance)?;
        }
    }
    Ok(Exit::Ok)
}

/// Keeps who brings what agents made, and notes that are taken away; or says what cannot be kept in view.
fn keep_beside(
    repository: &GitRepository,
    world: World,
    setup: &Setup,
    (updates, answers): (&[RefUpdate], &[Answer]),
) -> Result<Option<Problem>, CliError> {
    if !answers.iter().any(receive::may_bring) {
        return Ok(None);
    }
    // Without what is in quarantine.
    let apart = GitRepository::open(repository.directory(), None)?;
    let is_here = |id| apart.store().has(id);
    let beside = receive::beside(world, setup, (updates, answers), &is_here)?;
    if beside.refused.is_some() {
        return Ok(beside.refused);
    }
    keep_notes(&apart, &beside.notes, world.now.0)?;
    if let Pusher::Login { host, login } = &setup.pusher {
        let by = Account { host: host.clone(), login: login.clone() };
        record_brought(&apart, &beside.brought, &by, world.now.0)?;
    }
    Ok(None)
}

/// What stands where a push begins came there through the gate, or is recorded now: what lands on top
/// must join on to something that people can sign for.
fn caught_up(
    ui: &mut Ui,
    repository: &GitRepository,
    fixed: &Fixed,
    updates: &[RefUpdate],
    now: Now,
) -> Result<(), CliError> {
    let tips = updates.iter().filter_map(|u| Some((u.name.clone(), u.old?)));
    let moved = around::moved(repository, fixed, &tips.collect::<Vec<_>>(), now)?;
    if moved.is_empty() {
        return Ok(());
    }
    let settled = GitRepository::open(repository.directory(), None)?;
    for record in around::record(&settled, fixed, moved, now)? {
        ui.note(around::told(ui, &record));
    }
    Ok(())
}

fn tell(ui: &mut Ui, updates: &[RefUpdate], answers: &[Answer], unknown: Option<&String>) {
    let mut pages = Vec::new();
    let mut warned: Vec<&Gated> = Vec::new();
    for (update, answer) in updates.iter().zip(answers) {
        let name = update.name.as_str();
        match answer {
            Answer::Refused(problem) => pages.push(refusal::refused(ui, name, problem)),
            Answer::Gated(gated) => {
                let Some(open) = &gated.open else { continue };
                if gated.mode != Mode::Shadow {
                    pages.push(refusal::gated(ui, name, gated, open));
                }
                if gated.mode != Mode::Enforce {
                    warned.push(gated);
                }
            }
            Answer::Free | Answer::Filed => {}
        }
    }
    refusal::told(ui, &pages, unknown.map_or(0, |_| refusal::UNKNOWN_PUSHER_LINES));
    for gated in warned {
        if gated.mode == Mode::Warn {
            ui.note(format!("{} only warns for now, so the push passes.", gated.target));
        }
        if let Some(open) = gated.open.as_ref().filter(|open| open.change.inputs.is_some()) {
            refusal::unsigned_inputs(ui, open);
        }
    }
    if let Some(variable) = unknown {
        refusal::unknown_pusher(ui, variable);
    }
}

/// Enforcement begins, and deploys will be asked for: what has landed unsigned until now is in the
/// way of every one of them.
fn tell_open_steps(ui: &mut Ui, world: World, gated: &Gated) -> Result<(), CliError> {
    let Some((record, from)) = gated.record.as_ref().and_then(|r| Some((r, r.from?))) else {
        return Ok(());
    };
    let next = world.inputs(world.repository.commit(record.to)?.tree)?;
    let next = next.as_ref().as_ref().ok().and_then(|i| i.policy.target_of(&record.target));
    if next.is_some_and(|policy| policy.mode() == Mode::Enforce) {
        let open = deploy::open_steps(world, &record.target, from)?;
        refusal::open_steps(ui, &gated.target, &open);
    }
    Ok(())
}

/// post-receive: the push is in; record landings, receipts and heads left behind.
pub(super) fn after(ui: &mut Ui) -> Result<Exit, CliError> {
    let updates = updates()?;
    let place = Place::of(variable)?;
    let repository = GitRepository::open(&place.directory, None)?;
    let directory = repository.directory().to_owned();
    let fixed = Fixed::read(&directory)?;
    let now = clock::now();
    // Each step is tried, whatever becomes of the others; the first failure is told.
    let superseded = superseded(&repository, &updates)
        .and_then(|heads| Ok(keep_superseded(&repository, &heads)?));
    let elsewhere = elsewhere(&repository, &fixed, &updates)
        .and_then(|heads| Ok(keep_superseded(&repository, &heads)?));
    let receipts = receipts(&repository, &fixed, (&updates, Filing::Done), now);
    let landed = outcome::settle(&repository, &fixed, now);
    let pusher = Settings::read(&directory)?.pusher();
    let late = outcome::catch_up(&repository, (&fixed, &pusher), &updates, now);
    superseded?;
    elsewhere?;
    receipts?;
    for record in landed?.into_iter().chain(late?) {
        let (paint, marks) = (ui.paint, ui.marks);
        let to = record.to.short();
        let text = format!(
            "{} {} is at {to}, {}",
            marks.met(paint),
            record.target.short(),
            record.kind.as_str()
        );
        ui.note(text);
    }
    Ok(Exit::Ok)
}

/// Heads of branches that were moved to something that does not contain them, or deleted.
fn superseded(
    repository: &GitRepository,
    updates: &[RefUpdate],
) -> Result<Vec<(RefName, Oid)>, CliError> {
    let mut heads = Vec::new();
    for update in updates.iter().filter(|u| u.name.as_str().starts_with("refs/heads/")) {
        let Some(old) = update.old else { continue };
        let contained = match update.new {
            Some(new) => repository.is_ancestor(old, new)?,
            None => false,
        };
        if !contained {
            heads.push((update.name.clone(), old));
        }
    }
    Ok(heads)
}

/// Whether statements are in place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Filing {
    /// A receipt that is there is of a push that failed: what was never filed was not received.
    ToCome,
    Done,
}

/// Heads that are pushed to other refs than branches and do not lie below the policy ref: what is on branches
/// is looked through for earlier forms.
fn elsewhere(
    repository: &GitRepository,
    fixed: &Fixed,
    updates: &[RefUpdate],
) -> Result<Vec<(RefName, Oid)>, CliError> {
    let mut heads = Vec::new();
    let Some(main) = repository.reference(&fixed.policy_ref)? else { return Ok(heads) };
    for update in updates {
        let name = update.name.as_str();
        let is_searched = ["refs/heads/", "refs/notes/", OWN].iter().any(|p| name.starts_with(p));
        let Some(new) = update.new.filter(|_| !is_searched) else { continue };
        if let Ok(head) = repository.peel(new)
            && !repository.is_ancestor(head, main)?
            && !is_protected(repository, fixed, update)?
        {
            heads.push((update.name.clone(), head));
        }
    }
    Ok(heads)
}

fn receipts(
    repository: &GitRepository,
    fixed: &Fixed,
    (updates, filing): (&[RefUpdate], Filing),
    now: Now,
) -> Result<(), CliError> {
    let mut receipts = Vec::new();
    for update in updates {
        let filed = update.name.as_str().strip_prefix(APPROVALS).and_then(|r| r.split_once('/'));
        let Some((digest, hash)) = filed else { continue };
        let (Ok(change), Ok(statement)) = (digest.parse(), hash.parse()) else { continue };
        let is_anew = filing == Filing::ToCome && repository.reference(&update.name)?.is_none();
        if !is_anew && repository.receipt(statement)?.is_some() {
            continue;
        }
        let receipt = Receipt { repository: fixed.trust.repository, statement, change, at: now.0 };
        let bytes =
            fixed.key.sign_receipt(&receipt).map_err(|e| CliError::Internal(e.to_string()))?;
        receipts.push((statement, bytes));
    }
    Ok(record_receipts(repository, &receipts, now.0)?)
}

/// reference-transaction: an update of a protected ref that no push announced is refused.
pub(super) fn transaction(state: &str, ui: &mut Ui) -> Result<Exit, CliError> {
    if state != "prepared" {
        return Ok(Exit::Ok);
    }
    let place = Place::of(variable)?;
    let repository = GitRepository::open(&place.directory, None)?;
    let directory = repository.directory().to_owned();
    let fixed = Fixed::read(&directory)?;
    let text = input()?;
    // Symbolic refs and HEAD come in other forms and move nothing that is protected.
    let lines: Vec<&str> = text.lines().filter(|l| l.contains(" refs/")).collect();
    for update in parse_updates(&lines.join("\n"), usize::MAX)? {
        let name = update.name.as_str();
        if name.starts_with(OWN) || !is_protected(&repository, &fixed, &update)? {
            continue;
        }
        // Landings are of commits, whatever tag names them.
        let tip = update.new.map(|new| repository.peel(new)).transpose()?;
        let announced = match tip {
            Some(tip) => outcome::is_announced(&directory, &fixed.trust, (&update.name, tip))?,
            None => false,
        };
        if !announced {
            ui.note(format!("{name} is protected by obstat; push to it, or use `obstat override`"));
            return Ok(Exit::Blocked);
        }
    }
    Ok(Exit::Ok)
}

fn is_protected(
    repository: &GitRepository,
    fixed: &Fixed,
    update: &RefUpdate,
) -> Result<bool, CliError> {
    let Some(tip) = repository.reference(&fixed.policy_ref)? else { return Ok(false) };
    let tree = repository.commit(tip)?.tree;
    let cache = DiskCache::of(repository.directory());
    let inputs = obstat_gate::inputs::load(repository, tree, &cache)?;
    // With broken inputs nothing can be told apart, so everything is protected.
    Ok(inputs.map_or(true, |i| i.policy.target_of(&update.name).is_some()))
}
