//! Which roster is in force, and which one was at an earlier moment: raises wait, lowering acts at
//! once (`docs/adr/0007-raise-delay-as-meet.md`). Judges no change.

use crate::inputs::{Inputs, Loaded};
use crate::pipeline::World;
use crate::ports::PortError;
use crate::rolling;
use obstat_model::landing::LandingRecord;
use obstat_model::object::RefName;
use obstat_model::roster::Roster;
use obstat_model::time::Timestamp;
use std::borrow::Cow;
use std::rc::Rc;

/// The roster in force for a target, with the versions that it comes from.
pub struct Standing<'a> {
    world: World<'a>,
    inputs: &'a Inputs,
    /// Landings that changed the inputs of the target or of what it is branched from, newest first.
    steps: Vec<LandingRecord>,
    /// What the target is branched from.
    origin: Option<RefName>,
    roster: Cow<'a, Roster>,
}

impl<'a> Standing<'a> {
    /// Reads the versions behind the inputs at a target's tip.
    ///
    /// # Errors
    /// [`PortError`] when an earlier version cannot be read.
    pub fn read(world: World<'a>, inputs: &'a Inputs, target: &RefName) -> Result<Self, PortError> {
        let origin = inputs.policy.target_of(target).and_then(|t| t.from()).cloned();
        let mut steps = rolling::steps(world)?;
        steps.retain(|step| step.target == *target || Some(&step.target) == origin.as_ref());
        let roster = Cow::Borrowed(&inputs.roster);
        let mut standing = Self { world, inputs, steps, origin, roster };
        if let Some(roster) = standing.at(world.now.0)? {
            standing.roster = Cow::Owned(roster);
        }
        Ok(standing)
    }

    /// What holds in every version that was in force during the delay.
    #[must_use]
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// The roster in force at an earlier moment, where it is another than the newest version.
    ///
    /// The delay is the longest that any version in question sets, or a new version could abolish
    /// its own. A version that does not hold was never in force; the one before it was.
    ///
    /// # Errors
    /// [`PortError`] when an earlier version cannot be read.
    pub fn at(&self, at: Timestamp) -> Result<Option<Roster>, PortError> {
        let mut roster = Cow::Borrowed(&self.inputs.roster);
        if let Some(of_origin) = self.of_origin(at)?
            && let Ok(newest) = &*of_origin
            && newest.digest != self.inputs.digest
        {
            roster = Cow::Owned(obstat_policy::roster::meet(&roster, &newest.roster));
        }
        let mut delay = roster.parts().delay;
        for step in &self.steps {
            let Some(from) = step.from else { continue };
            let tree = self.world.repository.commit(from)?.tree;
            let loaded = self.world.inputs(tree)?;
            let Ok(older) = &*loaded else { continue };
            if step.at > at {
                // What came later was not there yet.
                roster = Cow::Owned(older.roster.clone());
                delay = older.roster.parts().delay;
                continue;
            }
            delay = delay.max(older.roster.parts().delay);
            if step.at.after(delay) <= at {
                break;
            }
            if older.digest != self.inputs.digest || matches!(roster, Cow::Owned(_)) {
                roster = Cow::Owned(obstat_policy::roster::meet(&roster, &older.roster));
            }
        }
        Ok(match roster {
            Cow::Borrowed(_) => None,
            Cow::Owned(roster) => Some(roster),
        })
    }

    /// The inputs that the origin had at a moment: whoever was removed there is removed here, though
    /// this target still has the roster of before.
    fn of_origin(&self, at: Timestamp) -> Result<Option<Rc<Loaded>>, PortError> {
        let of_origin = |s: &&LandingRecord| Some(&s.target) == self.origin.as_ref();
        let mut steps = self.steps.iter().filter(of_origin).filter(|s| s.at <= at);
        let Some(step) = steps.next() else { return Ok(None) };
        let tree = self.world.repository.commit(step.to)?.tree;
        self.world.inputs(tree).map(Some)
    }
}
