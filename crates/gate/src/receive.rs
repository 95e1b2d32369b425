//! Answers a push: which ref updates may pass, and what is to be recorded if they do.

mod beside;
mod created;
mod filed;
mod gated;

pub use beside::{Beside, beside, may_bring, oversized};

use crate::assist::NOTES;
use crate::governing::Main;
use crate::inputs::Loaded;
use crate::pipeline::Judgement;
use crate::ports::{PortError, Repository};
use crate::proposal::Pusher;
use crate::world::World;
use obstat_attest::clearance::Clearance;
use obstat_model::facts::Problem;
use obstat_model::landing::LandingRecord;
use obstat_model::object::{Oid, RefName};
use obstat_model::target::Mode;
use std::collections::HashSet;
use std::rc::Rc;

/// Refs of the gate's own; pushers may only add statements there.
pub const OWN: &str = "refs/obstat/";
/// Where statements are filed: `<digest>/<statement hash>`.
pub const APPROVALS: &str = "refs/obstat/approvals/";

/// One line of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefUpdate {
    /// Which ref.
    pub name: RefName,
    /// What it is; `None` when it does not exist.
    pub old: Option<Oid>,
    /// What it shall be; `None` deletes it.
    pub new: Option<Oid>,
}

/// A judged update of a protected ref.
#[derive(Debug)]
pub struct Gated {
    /// Name of the target in the policy.
    pub target: String,
    /// What the door does with the decision.
    pub mode: Mode,
    /// Parts that are clear.
    pub clear: Vec<Judgement>,
    /// The first part that is not.
    pub open: Option<Judgement>,
    /// What to record if the push passes.
    pub record: Option<LandingRecord>,
    /// The decision in the form that others read, where everything is clear.
    pub clearance: Option<Clearance>,
}

/// The answer to one update.
#[derive(Debug)]
pub enum Answer {
    /// The ref is not protected.
    Free,
    /// A statement was filed.
    Filed,
    /// The ref is protected and was judged.
    Gated(Box<Gated>),
    /// The update may not be, whoever signs.
    Refused(Problem),
}

impl Answer {
    /// Whether this update may pass.
    #[must_use]
    pub fn passes(&self) -> bool {
        match self {
            Self::Free | Self::Filed => true,
            Self::Gated(gated) => gated.open.is_none() || gated.mode != Mode::Enforce,
            Self::Refused(_) => false,
        }
    }
}

/// How the gate of a repository is set up.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The ref whose policy says which other refs are protected.
    pub policy_ref: RefName,
    /// Who pushes.
    pub pusher: Pusher,
}

/// Whether a push says truly what refs are now. To be asked before the push is laid over the refs:
/// whoever pushes chooses these words, and policies are read at what they name.
///
/// # Errors
/// [`PortError`] when refs cannot be read.
pub fn stale(
    repository: &dyn Repository,
    updates: &[RefUpdate],
) -> Result<Option<Problem>, PortError> {
    let mut seen = HashSet::new();
    for update in updates {
        if !seen.insert(&update.name) {
            let text = format!("the push updates {} twice", update.name);
            return Ok(Some(problem("doubled-ref", text, "push it once")));
        }
        if let Some(other) = repository.symbolic(&update.name)? {
            let text = format!("{} only stands for {other}", update.name);
            return Ok(Some(problem("symbolic-ref", text, &format!("push to {other}"))));
        }
        if repository.reference(&update.name)? != update.old {
            let text = format!("{} is not what the push takes it for", update.name);
            return Ok(Some(problem("stale-ref", text, "fetch, then push again")));
        }
    }
    Ok(None)
}

fn problem(code: &'static str, text: String, hint: &str) -> Problem {
    Problem { code, text, hint: hint.to_owned() }
}

/// Answers each update of a push, in order.
///
/// # Errors
/// [`PortError`] when a fact cannot be had; the whole push must then be refused.
pub fn answer(
    world: World,
    setup: &Setup,
    updates: &[RefUpdate],
) -> Result<Vec<Answer>, PortError> {
    let tip = main_tip(world, setup, updates)?;
    // While the inputs are broken the last that held protect what they protected, and say who may
    // sign for the repair.
    let loaded = tip.map(|tip| world.inputs_that_held(tip)).transpose()?;
    let main = tip.zip(loaded.as_ref()).and_then(|(tip, loaded)| {
        let inputs = loaded.as_ref().as_ref().ok()?;
        Some(Main { name: &setup.policy_ref, tip, inputs })
    });
    let next = next_inputs(world, setup, updates)?;
    let mut answers = Vec::with_capacity(updates.len());
    for update in updates {
        let answer = one(world, setup, main, update)?;
        let soon = next.as_ref().and_then(|next| next.as_ref().as_ref().ok());
        let soon = soon.and_then(|next| next.policy.target_of(&update.name));
        let soon = soon.is_some_and(|target| target.mode() == Mode::Enforce);
        // It would be there unjudged when its protection begins.
        answers.push(match answer {
            Answer::Free if soon && update.new.is_some() && update.name != setup.policy_ref => {
                let text = format!("the same push makes {} a protected ref", update.name);
                refused("protected-at-once", text, "push the policy first, then this")
            }
            answer => answer,
        });
    }
    Ok(answers)
}

/// The inputs that the policy ref will have, where a push changes it.
fn next_inputs(
    world: World,
    setup: &Setup,
    updates: &[RefUpdate],
) -> Result<Option<Rc<Loaded>>, PortError> {
    if updates.len() < 2 {
        return Ok(None);
    }
    let pushed = updates.iter().find(|u| u.name == setup.policy_ref && u.new != u.old);
    let Some(new) = pushed.and_then(|update| update.new) else { return Ok(None) };
    let Ok(new) = world.repository.peel(new) else { return Ok(None) };
    world.inputs(world.repository.commit(new)?.tree).map(Some)
}

/// The tip of the policy ref before the push; `None` when it has none yet.
fn main_tip(world: World, setup: &Setup, updates: &[RefUpdate]) -> Result<Option<Oid>, PortError> {
    match updates.iter().find(|u| u.name == setup.policy_ref) {
        Some(pushed) => Ok(pushed.old),
        None => world.repository.reference(&setup.policy_ref),
    }
}

fn one(
    world: World,
    setup: &Setup,
    main: Option<Main>,
    update: &RefUpdate,
) -> Result<Answer, PortError> {
    let name = update.name.as_str();
    if name.starts_with(OWN) {
        return filed::answer(world, main.map(|main| main.inputs), update);
    }
    if name.starts_with("refs/replace/") {
        let text = "replace refs change what history seems to be, so the gate takes none";
        return Ok(refused("replace-ref", text, "push the real history instead"));
    }
    if name == NOTES && update.new.is_some_and(|new| world.repository.commit(new).is_err()) {
        let text = "authorship notes are a commit, and this is none";
        return Ok(refused("notes-broken", text, "push what `git notes --ref=ai` made"));
    }
    gated::answer(world, setup, main, update)
}

fn refused(code: &'static str, text: impl Into<String>, hint: impl Into<String>) -> Answer {
    Answer::Refused(Problem { code, text: text.into(), hint: hint.into() })
}
