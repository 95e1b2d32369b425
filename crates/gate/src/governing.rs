//! Whose decision inputs judge a target: its own where they name it, else those of the ref that the
//! policy is read from, for a branch may be older than its protection. Judges nothing.

use crate::inputs::{Inputs, Loaded, Unusable};
use crate::ports::PortError;
use crate::world::World;
use obstat_model::landing::{Governed, LandingRecord};
use obstat_model::object::{Oid, RefName};
use obstat_policy::TargetPolicy;
use std::rc::Rc;

/// The ref that the policy is read from.
#[derive(Clone, Copy)]
pub struct Main<'a> {
    /// Its name.
    pub name: &'a RefName,
    /// Its tip.
    pub tip: Oid,
    /// The inputs there or, where they do not hold, the last that did.
    pub inputs: &'a Inputs,
}

/// What judges a target.
pub struct Governing<'a> {
    /// The inputs.
    pub inputs: &'a Inputs,
    /// The target in their policy.
    pub policy: &'a TargetPolicy,
    /// Where they were read, if not at the target.
    pub governed: Option<Governed>,
}

impl<'a> Governing<'a> {
    /// The target's own inputs, where their policy names it.
    #[must_use]
    pub fn own(inputs: &'a Inputs, target: &RefName) -> Option<Self> {
        let policy = inputs.policy.target_of(target)?;
        Some(Self { inputs, policy, governed: None })
    }

    /// Those of the ref that the policy is read from, where their policy names it.
    #[must_use]
    pub fn main(main: Main<'a>, target: &RefName) -> Option<Self> {
        let policy = main.inputs.policy.target_of(target)?;
        let governed = Some(Governed { by: main.name.clone(), at: main.tip });
        Some(Self { inputs: main.inputs, policy, governed })
    }

    /// What judges a target with the given inputs of its own. `None` where it is not protected, or
    /// where its own are broken and have to be repaired.
    #[must_use]
    pub fn of(own: &'a Loaded, main: Option<Main<'a>>, target: &RefName) -> Option<Self> {
        let by_main = || main.and_then(|main| Self::main(main, target));
        match own {
            Ok(inputs) => Self::own(inputs, target).or_else(by_main),
            // Whatever the policy is read from has one, or had one that was taken away.
            Err(Unusable::Missing(_)) if main.is_some_and(|m| m.name != target) => by_main(),
            Err(_) => None,
        }
    }
}

/// The commit whose inputs judged a landing, or where they were broken then, the last before it.
#[must_use]
pub fn judged_at(record: &LandingRecord) -> Option<Oid> {
    record.governed.as_ref().map(|governed| governed.at).or(record.from)
}

/// The inputs that judged a landing, all its parts: those before the push.
///
/// # Errors
/// [`PortError`] when objects cannot be read.
pub fn that_judged(world: World, record: &LandingRecord) -> Result<Option<Rc<Loaded>>, PortError> {
    judged_at(record).map(|at| world.inputs_that_held(at)).transpose()
}
