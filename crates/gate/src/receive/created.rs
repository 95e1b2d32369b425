//! Judges a protected ref that is new, or that stood before it was protected.

use super::gated::{finish, never_deleted, rewritten};
use super::{Answer, RefUpdate, Setup, refused};
use crate::cover::{self, Advance, Course, Coverage, cover};
use crate::deploy;
use crate::governing::{Governing, Main};
use crate::ports::PortError;
use crate::proposal::Pusher;
use crate::rolling;
use crate::versions::Standing;
use crate::world::World;
use obstat_model::facts::Problem;
use obstat_model::landing::LandingKind;
use obstat_model::object::Oid;
use obstat_model::target::Mode;
use obstat_policy::{Rewrite, TargetPolicy};

/// A protected ref that does not exist yet: compared with the ref that policy says it comes from.
pub(super) fn answer(
    world: World,
    setup: &Setup,
    (main, by_main): (Main, Governing),
    update: &RefUpdate,
) -> Result<Answer, PortError> {
    let policy = by_main.policy;
    let Some(new) = update.new else {
        let (text, hint) = never_deleted(&update.name);
        return Ok(match (update.old, policy.mode()) {
            (Some(_), Mode::Enforce) => refused("target-deleted", text, hint),
            _ => Answer::Free,
        });
    };
    if let (Some(old), Rewrite::Refuse, Mode::Enforce) =
        (update.old, policy.rewrite(), policy.mode())
        && !world.repository.is_ancestor(old, new)?
    {
        return Ok(Answer::Refused(rewritten(&update.name)));
    }
    let found = match origin(world, policy, update, new)? {
        Ok(base) => branched(world, setup, (main, &by_main), (update, base, new))?,
        Err(problem) => Answer::Refused(problem),
    };
    match found {
        Answer::Refused(_) if policy.mode() != Mode::Enforce => {
            let_through(world, &by_main, update, new)
        }
        found => Ok(found),
    }
}

/// A new ref that nothing leads to, let through by the mode and recorded as such.
fn let_through(
    world: World,
    by_main: &Governing,
    update: &RefUpdate,
    new: Oid,
) -> Result<Answer, PortError> {
    let coverage = Coverage { clear: Vec::new(), open: None };
    let advance = Advance {
        target: update.name.clone(),
        from: None,
        to: new,
        pusher: Pusher::Unknown,
        problems: Vec::new(),
        course: Course::Pushed,
    };
    let mut answer = finish(world, by_main, by_main.policy.mode(), &advance, coverage)?;
    if let Answer::Gated(gated) = &mut answer {
        gated.clearance = None;
        if let Some(record) = &mut gated.record {
            record.kind = LandingKind::Unenforced;
        }
    }
    Ok(answer)
}

/// What else can be done where a ref stood before it was protected.
fn or_adopt(update: &RefUpdate) -> String {
    if update.old.is_none() {
        return String::new();
    }
    format!(
        "; or who keeps the server takes it over as it stands: obstat bootstrap --bare REPOSITORY --adopt {}",
        update.name
    )
}

/// The cleared commit that a new ref leaves its origin at.
fn origin(
    world: World,
    policy: &TargetPolicy,
    update: &RefUpdate,
    new: Oid,
) -> Result<Result<Oid, Problem>, PortError> {
    let Some(from) = policy.from() else {
        let text = format!(
            "{} is protected and new, and the policy does not say what it comes from",
            update.name
        );
        let hint = "add `from: refs/heads/main` to the target".to_owned();
        return Ok(Err(Problem { code: "no-origin", text, hint }));
    };
    let base = match world.repository.reference(from)? {
        Some(tip) => world.repository.merge_base(tip, new)?,
        None => None,
    };
    let Some(base) = base else {
        let text = format!("{} shares no history with {from}", update.name);
        let hint = format!("branch it off {from}{}", or_adopt(update));
        return Ok(Err(Problem { code: "no-origin", text, hint }));
    };
    let landed = rolling::landing_at(world, from, base)?;
    let cleared = match &landed {
        None => false,
        Some(record) => deploy::is_start(world, record, policy.mode())?,
    };
    if !cleared {
        let text = format!(
            "{} leaves {from} at {}, which is no cleared tip of it",
            update.name,
            base.short()
        );
        let hint = format!(
            "branch it off a cleared tip of {from}; what the same push brings there lands first: push that \
             alone, then this{}",
            or_adopt(update)
        );
        return Ok(Err(Problem { code: "intermediate", text, hint }));
    }
    Ok(Ok(base))
}

fn branched(
    world: World,
    setup: &Setup,
    (main, by_main): (Main, &Governing),
    (update, base, new): (&RefUpdate, Oid, Oid),
) -> Result<Answer, PortError> {
    let advance = Advance {
        target: update.name.clone(),
        from: Some(base),
        to: new,
        pusher: setup.pusher.clone(),
        problems: rolling::clock_set_back(world)?.into_iter().collect(),
        course: Course::Pushed,
    };
    let there = world.inputs(world.repository.commit(base)?.tree)?;
    // An old commit may have a policy that does not know this target, or not as it is now.
    let own = there.as_ref().as_ref().ok().and_then(|own| Governing::own(own, &update.name));
    let own = own.filter(|own| own.policy.from() == by_main.policy.from());
    let governing = own.as_ref().unwrap_or(by_main);
    let mode = by_main.policy.mode().max(governing.policy.mode());
    if base == new {
        let coverage = Coverage { clear: Vec::new(), open: None };
        return finish(world, governing, mode, &advance, coverage);
    }
    let inputs = governing.inputs;
    let standing = Standing::read(world, inputs, &update.name)?.bound_by(main.name)?;
    let coverage = cover(world, inputs, &standing, &advance, || cover::ends(world))?;
    finish(world, governing, mode, &advance, coverage)
}
