//! Answers a deploy: is this very commit cleared for this target? Decides again, from records
//! and signatures alone, as of the moment of landing; believes the gate's word for nothing else
//! than the order of landings.

mod again;

pub use again::with_what_is_here;

use crate::governing;
use crate::pipeline::Judgement;
use crate::ports::PortError;
use crate::rolling;
use crate::world::World;
use again::{Again, again, by_now};
use obstat_attest::record;
use obstat_model::facts::Problem;
use obstat_model::landing::{LandingKind, LandingRecord};
use obstat_model::object::{Oid, RefName};
use obstat_model::target::Mode;

/// Most landings between a commit and the bootstrap that are looked at.
const CHAIN_MAX: usize = 100_000;

/// What can be said of a commit.
#[derive(Debug)]
pub enum Answer {
    /// It is cleared.
    Clear(Box<Cleared>),
    /// It is not, for the reasons given; the judgement of the part that is not, if there is one.
    Blocked(Vec<Problem>, Option<Box<Judgement>>),
    /// Records or statements are not here, so nothing can be said.
    NotFetched,
}

/// A cleared commit.
#[derive(Debug)]
pub struct Cleared {
    /// Its landing.
    pub record: LandingRecord,
    /// Its parts, or those of the landing that a new ref was made from, decided again.
    pub parts: Vec<Judgement>,
    /// Landings between it and the bootstrap, itself included.
    pub landings: usize,
    /// Those among them that landed although something was missing: the target was in shadow or
    /// warn mode.
    pub unenforced: usize,
    /// Landings that were decided again: this one, and those that changed the decision inputs.
    pub decided: Vec<LandingRecord>,
}

/// Asks whether a commit is cleared for a target.
///
/// # Errors
/// [`PortError`] when a fact cannot be had; the caller must refuse the deploy.
pub fn verify(world: World, target: &RefName, commit: Oid) -> Result<Answer, PortError> {
    let Some(record) = rolling::landing_at(world, target, commit)? else {
        return unrecorded(world, target, commit);
    };
    let chain = match chain(world, &record)? {
        Ok(chain) => chain,
        Err(problem) => return Ok(Answer::Blocked(vec![problem], None)),
    };
    // A new ref at a cleared tip stands for the landing that it was made from.
    let made = chain.iter().find(|r| r.from != Some(r.to)).unwrap_or(&record);
    let mut decided = vec![made.clone()];
    if let Err(answer) = stands(world, &chain, &mut decided)? {
        return Ok(answer);
    }
    let answer = if slipped(made) { by_now(world, made)? } else { again(world, made)? };
    match answer {
        Again::Clear(parts) => {
            let landings = chain.len();
            let kind = |r: &&LandingRecord| r.kind == LandingKind::Unenforced && !slipped(r);
            let unenforced = chain.iter().filter(kind).count();
            Ok(Answer::Clear(Box::new(Cleared { landings, unenforced, record, parts, decided })))
        }
        Again::NotFetched => Ok(Answer::NotFetched),
        Again::Unenforced => Ok(Answer::Blocked(vec![unenforced(made)], None)),
        Again::Open(found) => Ok(Answer::Blocked(Vec::new(), Some(found))),
    }
}

/// Whether a later landing went back to what was there before one.
fn taken_back(
    world: World,
    record: &LandingRecord,
    later: &[LandingRecord],
) -> Result<bool, PortError> {
    let tree = |id: Oid| world.repository.commit(id).map(|commit| commit.tree);
    let Some(from) = record.from else { return Ok(false) };
    let before = tree(from)?;
    for landing in later {
        if tree(landing.to)? == before {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether something landed on an enforced target without being clear.
#[must_use]
pub fn slipped(record: &LandingRecord) -> bool {
    record.kind == LandingKind::Unenforced && record.mode == Mode::Enforce
}

/// What slipped by, decided again with what has been signed for it since; `None` while it is open.
///
/// # Errors
/// [`PortError`] when a fact cannot be had.
pub fn signed_since(
    world: World,
    record: &LandingRecord,
) -> Result<Option<Vec<Judgement>>, PortError> {
    match by_now(world, record)? {
        Again::Clear(parts) => Ok(Some(parts)),
        Again::NotFetched | Again::Unenforced | Again::Open(_) => Ok(None),
    }
}

/// Whether every change of the decision inputs along a chain was itself cleared, back to the trust
/// root, and so were the inputs of other refs that judged a part of it.
fn stands(
    world: World,
    chain: &[LandingRecord],
    decided: &mut Vec<LandingRecord>,
) -> Result<Result<(), Answer>, PortError> {
    let mut needed: Vec<LandingRecord> = steps(chain).cloned().collect();
    // What came to pass on an enforced target although it was not clear: git moved the ref long after
    // the gate had judged it. Modes let pass what they say; nothing let this pass.
    for (at, record) in chain.iter().enumerate().filter(|(_, record)| slipped(record)) {
        if !taken_back(world, record, chain.get(..at).unwrap_or_default())? {
            needed.push(record.clone());
        }
    }
    for other in governing_chains(world, chain)? {
        match other {
            Ok(other) => needed.extend(steps(&other).cloned()),
            Err(problem) => return Ok(Err(Answer::Blocked(vec![problem], None))),
        }
    }
    for step in needed {
        if decided.contains(&step) {
            continue;
        }
        let problems =
            vec![if slipped(&step) { unenforced(&step) } else { inputs_not_signed(&step) }];
        match by_now(world, &step)? {
            Again::Clear(_) => decided.push(step),
            Again::NotFetched => return Ok(Err(Answer::NotFetched)),
            Again::Unenforced => return Ok(Err(Answer::Blocked(problems, None))),
            Again::Open(found) => return Ok(Err(Answer::Blocked(problems, Some(found)))),
        }
    }
    Ok(Ok(()))
}

type Chain = Result<Vec<LandingRecord>, Problem>;

/// The chains of refs whose inputs judged landings of another one.
fn governing_chains(world: World, chain: &[LandingRecord]) -> Result<Vec<Chain>, PortError> {
    let mut found: Vec<Chain> = Vec::new();
    // Newest first, so that the chain of one holds most of the others.
    for record in chain {
        let Some(governed) = &record.governed else { continue };
        let (by, at) = (&governed.by, governed.at);
        let known = |r: &LandingRecord| r.target == *by && r.to == at;
        if found.iter().flatten().any(|other| other.iter().any(known)) {
            continue;
        }
        let landing = rolling::landing_before(world, by, at, record.sequence)?;
        found.push(match landing {
            Some(landing) => self::chain(world, &landing)?.and_then(|other| own_inputs(by, other)),
            None => Err(gap(at)),
        });
    }
    Ok(found)
}

/// Whose inputs judge others is judged by its own.
fn own_inputs(by: &RefName, chain: Vec<LandingRecord>) -> Chain {
    if chain.iter().all(|record| record.governed.is_none()) {
        return Ok(chain);
    }
    let text = format!("{by} has no policy of its own that others could be judged by");
    Err(problem("trust-root", text, "check that the trust file is of this repository"))
}

/// Landings below a tip of a target that changed decision inputs and that the owners have not signed:
/// nothing after them is cleared. Empty where the chain itself does not hold, which [`verify`] tells.
///
/// # Errors
/// [`PortError`] when a fact cannot be had.
pub fn open_steps(
    world: World,
    target: &RefName,
    tip: Oid,
) -> Result<Vec<LandingRecord>, PortError> {
    let Some(newest) = rolling::landing_at(world, target, tip)? else { return Ok(Vec::new()) };
    let Ok(chain) = chain(world, &newest)? else { return Ok(Vec::new()) };
    let mut open = Vec::new();
    for step in steps(&chain) {
        if !matches!(by_now(world, step)?, Again::Clear(_)) {
            open.push(step.clone());
        }
    }
    Ok(open)
}

/// Those of a chain that changed decision inputs, newest first.
fn steps(chain: &[LandingRecord]) -> impl Iterator<Item = &LandingRecord> {
    let pairs = chain.iter().zip(chain.iter().skip(1));
    pairs.filter(|(newer, older)| newer.inputs != older.inputs).map(|(newer, _)| newer)
}

fn problem(code: &'static str, text: String, hint: &str) -> Problem {
    Problem { code, text, hint: hint.to_owned() }
}

fn inputs_not_signed(record: &LandingRecord) -> Problem {
    let text = format!(
        "policy or roster were changed at {} without the owners' signatures",
        record.to.short()
    );
    problem("trust-inputs", text, "ask the owners; nothing after that change can be verified")
}

fn unenforced(record: &LandingRecord) -> Problem {
    let (to, target) = (record.to.short(), record.target.short());
    if slipped(record) {
        let text = format!(
            "{to} came to {target} without what the policy asks for: around the gate, or when it was \
             not clear any more"
        );
        let from = record.from.map(|from| from.short()).unwrap_or_default();
        let hint = if record.pusher.is_empty() {
            format!("a holder signs for it: obstat override {from}..{to}")
        } else {
            format!("revert it and what is above it, or let {from}..{to} be signed")
        };
        return problem("unenforced", text, &hint);
    }
    let mode = record.mode.as_str();
    let text =
        format!("{to} landed without what the policy asks for, while {target} was in {mode} mode");
    problem("unenforced", text, "deploy a commit that landed with its signatures")
}

/// Without a record: was it ever fetched, is the commit a part of something, or is it unknown?
fn unrecorded(world: World, target: &RefName, commit: Oid) -> Result<Answer, PortError> {
    let mut any = false;
    let mut inside = None;
    let repository = world.repository;
    world.records.newest_landings(&mut |bytes| {
        any = true;
        let Ok(record) = record::parse_landing(bytes, &world.trust.gates) else { return true };
        let below = record.target == *target
            && repository.is_ancestor(commit, record.to).unwrap_or(false)
            && record.from.is_none_or(|from| !repository.is_ancestor(commit, from).unwrap_or(true));
        if below {
            inside = Some(record.to);
        }
        !below
    })?;
    if !any {
        return Ok(Answer::NotFetched);
    }
    let found = match inside {
        Some(tip) => problem(
            "intermediate",
            format!(
                "{} is not the tip of anything that was cleared; it landed as a part of {}",
                commit.short(),
                tip.short()
            ),
            "deploy that commit instead",
        ),
        None => problem(
            "not-landed",
            format!("{} has not passed the gate of {}", commit.short(), target.short()),
            "push it through the gate, or deploy a commit that has passed",
        ),
    };
    Ok(Answer::Blocked(vec![found], None))
}

fn gap(from: Oid) -> Problem {
    let text = format!(
        "what lies between {} and the landing before it did not pass the gate",
        from.short()
    );
    let hint = "on the server, `obstat hook catch-up` records it, so that a holder can sign for it";
    problem("gap", text, hint)
}

/// Records from one landing back to the bootstrap; each must start where the one before ended.
fn chain(world: World, newest: &LandingRecord) -> Result<Chain, PortError> {
    let mut chain = vec![newest.clone()];
    let mut here = newest.clone();
    while here.kind != LandingKind::Bootstrap {
        let Some(from) = here.from else {
            let text =
                format!("{} began at {} without a cleared origin", here.target, here.to.short());
            return Ok(Err(problem("no-origin", text, "branch it anew off a cleared commit")));
        };
        // A new ref at a cleared tip changes nothing; what is before it is its origin's.
        // Where a ref went back to what it had been, it has landed there more than once.
        let own = match from == here.to {
            true => None,
            false => rolling::landing_before(world, &here.target, from, here.sequence)?,
        };
        let before = match own {
            Some(before) => Some(before),
            None => origin(world, &here, from)?,
        };
        let Some(before) = before else {
            return Ok(Err(gap(from)));
        };
        if chain.len() > CHAIN_MAX {
            let limit = format!("{CHAIN_MAX} landings");
            return Err(PortError::TooLarge { what: "the chain of landings".to_owned(), limit });
        }
        chain.push(before.clone());
        here = before;
    }
    // What was there without inputs of its own is judged by others, whose chain is looked at apart.
    if here.governed.is_none() && here.inputs != world.trust.inputs {
        let text = "the chain of landings does not lead to the trust root".to_owned();
        return Ok(Err(problem(
            "trust-root",
            text,
            "check that the trust file is of this repository",
        )));
    }
    Ok(Ok(chain))
}

/// A target that was branched off another one continues that one's chain.
fn origin(
    world: World,
    here: &LandingRecord,
    from: Oid,
) -> Result<Option<LandingRecord>, PortError> {
    let Some(loaded) = governing::that_judged(world, here)? else { return Ok(None) };
    let Ok(inputs) = &*loaded else { return Ok(None) };
    let origin = inputs.policy.target_of(&here.target).and_then(|t| t.from().cloned());
    match origin {
        Some(origin) => rolling::landing_before(world, &origin, from, here.sequence),
        None => Ok(None),
    }
}

/// Whether what lands on a tip has a chain to join on to, given the last landing of the ref: the tip
/// landed there, or it is one of the ref's origin.
///
/// # Errors
/// [`PortError`] when a record is forged or cannot be read.
pub fn joins_on(world: World, last: &LandingRecord, tip: Oid) -> Result<bool, PortError> {
    let own = rolling::landing_at(world, &last.target, tip)?;
    if own.is_some() {
        return Ok(true);
    }
    // Whatever has landed at the origin by now, as a new ref may start from it.
    let now = LandingRecord { sequence: u64::MAX, ..last.clone() };
    let Some(landing) = origin(world, &now, tip)? else { return Ok(false) };
    let Some(loaded) = governing::that_judged(world, last)? else { return Ok(false) };
    let Ok(inputs) = &*loaded else { return Ok(false) };
    let mode = inputs.policy.target_of(&last.target).map_or(Mode::Enforce, |t| t.mode());
    is_start(world, &landing, mode)
}

/// Whether a ref of a target in some mode may start at what an origin's landing left: where only a
/// warning was due, landing proves nothing.
///
/// # Errors
/// [`PortError`] when a fact cannot be had.
pub fn is_start(world: World, landing: &LandingRecord, mode: Mode) -> Result<bool, PortError> {
    if slipped(landing) {
        return Ok(signed_since(world, landing)?.is_some());
    }
    Ok(landing.kind != LandingKind::Unenforced || mode != Mode::Enforce)
}
