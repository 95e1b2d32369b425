//! Which roster is in force, and which one was at an earlier moment: raises wait, lowering acts at
//! once (`docs/adr/0007-raise-delay-as-meet.md`). Judges no change.

use crate::inputs::{Inputs, Loaded};
use crate::ports::PortError;
use crate::rolling;
use crate::world::World;
use obstat_model::landing::LandingRecord;
use obstat_model::object::RefName;
use obstat_model::roster::{DELAY_MAX, Roster};
use obstat_model::time::Timestamp;
use std::borrow::Cow;
use std::rc::Rc;

/// Origins of origins that are followed.
const ORIGINS_MAX: usize = 8;

/// The roster in force for a target, with the versions that it comes from.
pub struct Standing<'a> {
    world: World<'a>,
    inputs: &'a Inputs,
    target: RefName,
    /// What the target is branched from, what that is branched from, and so on.
    origins: Vec<RefName>,
    /// Landings that changed the inputs of the target or of an origin, newest first.
    steps: Vec<LandingRecord>,
    roster: Cow<'a, Roster>,
}

impl<'a> Standing<'a> {
    /// Reads the versions behind the inputs at a target's tip.
    ///
    /// # Errors
    /// [`PortError`] when an earlier version cannot be read.
    pub fn read(world: World<'a>, inputs: &'a Inputs, target: &RefName) -> Result<Self, PortError> {
        let from = |name: &RefName| inputs.policy.target_of(name)?.from().cloned();
        let mut origins: Vec<RefName> = Vec::new();
        let mut next = from(target);
        while let Some(origin) = next.take() {
            let known = origin == *target || origins.contains(&origin);
            if !known && origins.len() < ORIGINS_MAX {
                next = from(&origin);
                origins.push(origin);
            }
        }
        let (target, roster) = (target.clone(), Cow::Borrowed(&inputs.roster));
        let mut standing = Self { world, inputs, target, origins, steps: Vec::new(), roster };
        standing.settle()?;
        Ok(standing)
    }

    /// The same, bound by another ref as well, whatever the target's own policy says that it comes
    /// from: whoever made a branch wrote that.
    ///
    /// # Errors
    /// [`PortError`] when an earlier version cannot be read.
    pub fn bound_by(mut self, other: &RefName) -> Result<Self, PortError> {
        if *other != self.target && !self.origins.contains(other) {
            self.origins.push(other.clone());
            self.settle()?;
        }
        Ok(self)
    }

    /// Finds the steps of the target and its origins, and what they leave in force.
    fn settle(&mut self) -> Result<(), PortError> {
        let mut steps = rolling::steps(self.world)?;
        steps.retain(|step| step.target == self.target || self.origins.contains(&step.target));
        self.steps = steps;
        self.roster = match self.at(self.world.now.0)? {
            Some(roster) => Cow::Owned(roster),
            None => Cow::Borrowed(&self.inputs.roster),
        };
        Ok(())
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
        for step in self.steps.iter().filter(|s| s.target == self.target && !self.is_past(s, at)) {
            // What came later was not there yet.
            if let Some(older) = self.before(step)?
                && let Ok(older) = &*older
            {
                roster = Cow::Owned(older.roster.clone());
            }
        }
        for newest in self.of_origins(at)? {
            let Ok(newest) = &*newest else { continue };
            if newest.digest != self.inputs.digest {
                roster = Cow::Owned(obstat_policy::roster::meet(&roster, &newest.roster));
            }
        }
        // Each version is in force for its own delay after it was replaced, and with it that delay is.
        let mut past: Vec<(Timestamp, Rc<Loaded>)> = Vec::new();
        for step in self.steps.iter().filter(|s| self.is_past(s, at)) {
            if step.at.after(DELAY_MAX) <= at {
                break;
            }
            past.extend(self.before(step)?.map(|older| (step.at, older)));
        }
        let mut delay = roster.parts().delay;
        for (replaced, older) in &past {
            if let Ok(older) = &**older
                && replaced.after(older.roster.parts().delay) > at
            {
                delay = delay.max(older.roster.parts().delay);
            }
        }
        for (replaced, older) in &past {
            let Ok(older) = &**older else { continue };
            if replaced.after(delay) > at
                && (older.digest != self.inputs.digest || matches!(roster, Cow::Owned(_)))
            {
                roster = Cow::Owned(obstat_policy::roster::meet(&roster, &older.roster));
            }
        }
        Ok(match roster {
            Cow::Borrowed(_) => None,
            Cow::Owned(roster) => Some(roster),
        })
    }

    /// Newer inputs of origins, which the target must satisfy as well: whoever starts it chooses at
    /// which commit, and with it which policy of the past.
    ///
    /// # Errors
    /// [`PortError`] when a version cannot be read.
    pub fn also(&self) -> Result<Vec<Rc<Loaded>>, PortError> {
        let mut found = self.of_origins(self.world.now.0)?;
        found.retain(|loaded| match &**loaded {
            Ok(inputs) => {
                let protects = inputs.policy.target_of(&self.target).is_some();
                protects && inputs.digest != self.inputs.digest
            }
            Err(_) => false,
        });
        Ok(found)
    }

    /// Whether a step was there at a moment. What is there now is past now, whatever clock another
    /// gate had.
    fn is_past(&self, step: &LandingRecord, at: Timestamp) -> bool {
        step.at <= at || at >= self.world.now.0
    }

    fn before(&self, step: &LandingRecord) -> Result<Option<Rc<Loaded>>, PortError> {
        let Some(from) = step.from else { return Ok(None) };
        let tree = self.world.repository.commit(from)?.tree;
        self.world.inputs(tree).map(Some)
    }

    /// The inputs of an origin before they ever changed: those that it was bootstrapped or begun with.
    fn unchanged(&self, origin: &RefName) -> Result<Option<Rc<Loaded>>, PortError> {
        let steps = rolling::all_steps(self.world)?;
        let first = steps.iter().rev().find(|step| step.target == *origin);
        let at = match first {
            Some(step) => step.from,
            None => rolling::last_of(self.world, origin)?.map(|last| last.to),
        };
        at.map(|at| self.world.inputs_that_held(at)).transpose()
    }

    /// The inputs that each origin had at a moment: whoever was removed there is removed here, though
    /// this target still has the roster of before.
    fn of_origins(&self, at: Timestamp) -> Result<Vec<Rc<Loaded>>, PortError> {
        let mut found = Vec::new();
        for origin in &self.origins {
            let mut steps =
                self.steps.iter().filter(|s| s.target == *origin && self.is_past(s, at));
            match steps.next() {
                Some(step) => found.push(self.world.inputs_that_held(step.to)?),
                None => found.extend(self.unchanged(origin)?),
            }
        }
        Ok(found)
    }
}
