//! Judges an update of a ref that may be protected: advance, new ref, rewrite, deletion.

use super::{Answer, Gated, RefUpdate, Setup, refused};
use crate::content::tree_of;
use crate::cover::{Advance, Coverage, cover};
use crate::inputs::{self, Inputs, Unusable};
use crate::landing;
use crate::pipeline::{Detail, Judgement, World, judge};
use crate::ports::PortError;
use crate::proposal::{self, Proposal, Pusher};
use crate::rolling;
use crate::versions::Standing;
use obstat_model::change::Revision;
use obstat_model::decision::Outcome;
use obstat_model::facts::Problem;
use obstat_model::object::{Oid, RefName};
use obstat_policy::{Rewrite, TargetPolicy};
use std::collections::HashSet;

/// Most filed statements that are looked through for heads.
const STATEMENTS_MAX: usize = 1_000_000;
/// Git's empty tree, which every repository knows.
const EMPTY_TREE: [u8; 20] = [
    0x4b, 0x82, 0x5d, 0xc6, 0x42, 0xcb, 0x6e, 0xb9, 0xa0, 0x60, 0xe5, 0x4b, 0xf8, 0xd6, 0x92, 0x88,
    0xfb, 0xee, 0x49, 0x04,
];

pub(super) fn answer(
    world: World,
    setup: &Setup,
    main: Option<&Inputs>,
    update: &RefUpdate,
) -> Result<Answer, PortError> {
    let by_main = main.and_then(|m| m.policy.target_of(&update.name));
    let peeled = match peeled(world, update) {
        Ok(peeled) => peeled,
        // Refs that are not protected may point to anything.
        Err(_) if by_main.is_none() && update.name != setup.policy_ref => return Ok(Answer::Free),
        Err(error) => return Err(error),
    };
    if update.old != update.new && peeled.old == peeled.new && by_main.is_some() {
        let text = format!("{} is protected and stays the tag that it is", update.name);
        return Ok(refused("tag-moved", text, "make a new tag"));
    }
    judged(world, setup, main, &peeled)
}

/// The update with annotated tags followed to their commits.
fn peeled(world: World, update: &RefUpdate) -> Result<RefUpdate, PortError> {
    let peel = |id: Option<Oid>| id.map(|id| world.repository.peel(id)).transpose();
    Ok(RefUpdate { name: update.name.clone(), old: peel(update.old)?, new: peel(update.new)? })
}

fn judged(
    world: World,
    setup: &Setup,
    main: Option<&Inputs>,
    update: &RefUpdate,
) -> Result<Answer, PortError> {
    let tree = tree_of(world.repository, update.old)?;
    let own = tree.map(|tree| world.inputs(tree)).transpose()?;
    let by_main = main.and_then(|m| m.policy.target_of(&update.name));
    match own.as_deref() {
        Some(Ok(own)) => {
            let policy = own.policy.target_of(&update.name).or(by_main);
            let Some(policy) = policy.cloned() else { return Ok(Answer::Free) };
            existing(world, setup, own, &policy, update)
        }
        Some(Err(unusable)) if by_main.is_some() || update.name == setup.policy_ref => {
            repair(world, setup, update, unusable)
        }
        None if update.name == setup.policy_ref => Ok(not_bootstrapped()),
        _ => match (main, by_main) {
            (Some(main), Some(policy)) => created(world, setup, main, policy, update),
            _ => Ok(Answer::Free),
        },
    }
}

fn not_bootstrapped() -> Answer {
    let text = "this target has no history yet, and the gate starts from a recorded state";
    refused("not-bootstrapped", text, "run `obstat bootstrap` on the server")
}

fn existing(
    world: World,
    setup: &Setup,
    own: &Inputs,
    policy: &TargetPolicy,
    update: &RefUpdate,
) -> Result<Answer, PortError> {
    let Some(old) = update.old else { return Ok(not_bootstrapped()) };
    let Some(new) = update.new else { return deleted(world, setup, own, policy, update) };
    if old == new {
        return Ok(Answer::Free);
    }
    let advance = Advance {
        target: update.name.clone(),
        from: Some(old),
        to: new,
        pusher: setup.pusher.clone(),
    };
    let standing = Standing::read(world, own, &update.name)?;
    let forward = world.repository.first_parents(Some(old), new)?.is_some();
    let coverage = if forward {
        cover(world, own, &standing, &advance, || ends(world))?
    } else {
        let mut judgement = straight(world, setup, own, update, old)?;
        if policy.rewrite() == Rewrite::Refuse {
            block(&mut judgement, rewritten(&update.name));
        }
        split(judgement)
    };
    finish(world, own, policy, &advance, coverage)
}

fn rewritten(name: &RefName) -> Problem {
    Problem {
        code: "history-rewritten",
        text: format!(
            "the push would drop commits from {name}; protected history is not rewritten"
        ),
        hint: "rebase onto the present tip and push again".to_owned(),
    }
}

/// Judges the difference between two trees whatever the commits between them.
fn straight(
    world: World,
    setup: &Setup,
    own: &Inputs,
    update: &RefUpdate,
    old: Oid,
) -> Result<Judgement, PortError> {
    let revision = match update.new {
        Some(new) => proposal::landing(world.repository, Some(old), new)?,
        None => {
            let tree = Oid::Sha1(EMPTY_TREE);
            Revision { tip: Some(old), merge_base: Some(old), head: old, tree }
        }
    };
    let proposal = Proposal {
        target: update.name.clone(),
        revision,
        pusher: setup.pusher.clone(),
        branch: None,
    };
    let standing = Standing::read(world, own, &update.name)?;
    judge(world, own, &standing, proposal, Detail::NameEligible)
}

/// Adds a problem to a judgement, unless an override lets it pass all the same.
fn block(judgement: &mut Judgement, problem: Problem) {
    if judgement.decision.diagnostics.overridden_by.is_none() {
        judgement.decision.outcome = Outcome::Blocked;
        judgement.decision.diagnostics.problems.insert(0, problem);
    }
}

fn split(judgement: Judgement) -> Coverage {
    if judgement.decision.outcome == Outcome::Clear {
        return Coverage { clear: vec![judgement], open: None };
    }
    Coverage { clear: Vec::new(), open: Some(judgement) }
}

/// The same coverage, its first part blocked by a problem.
fn held(coverage: Coverage, problem: Problem) -> Coverage {
    let Some(mut first) = coverage.clear.into_iter().chain(coverage.open).next() else {
        return Coverage { clear: Vec::new(), open: None };
    };
    block(&mut first, problem);
    split(first)
}

fn deleted(
    world: World,
    setup: &Setup,
    own: &Inputs,
    policy: &TargetPolicy,
    update: &RefUpdate,
) -> Result<Answer, PortError> {
    let Some(old) = update.old else { return Ok(Answer::Free) };
    let mut judgement = straight(world, setup, own, update, old)?;
    let text = format!("the push would delete {}, which is protected", update.name);
    let hint = "remove it from the policy first, or use `obstat override`".to_owned();
    block(&mut judgement, Problem { code: "target-deleted", text, hint });
    let coverage = split(judgement);
    let (target, mode) = (policy.name().to_string(), policy.mode());
    let Coverage { clear, open } = coverage;
    let (record, clearance) = (None, None);
    Ok(Answer::Gated(Box::new(Gated { target, mode, clear, open, record, clearance })))
}

/// A protected ref that does not exist yet: compared with the ref that policy says it comes from.
fn created(
    world: World,
    setup: &Setup,
    main: &Inputs,
    policy: &TargetPolicy,
    update: &RefUpdate,
) -> Result<Answer, PortError> {
    let Some(new) = update.new else { return Ok(Answer::Free) };
    let Some(from) = policy.from() else {
        let text = format!(
            "{} is protected and new, and the policy does not say what it comes from",
            update.name
        );
        return Ok(refused("no-origin", text, "add `from: refs/heads/main` to the target"));
    };
    let base = match world.repository.reference(from)? {
        Some(tip) => world.repository.merge_base(tip, new)?,
        None => None,
    };
    let Some(base) = base else {
        let text = format!("{} shares no history with {from}", update.name);
        return Ok(refused("no-origin", text, format!("branch it off {from}")));
    };
    if world.records.landing_at(from, base)?.is_none() {
        let text = format!(
            "{} leaves {from} at {}, which is no cleared tip of it",
            update.name,
            base.short()
        );
        return Ok(refused("intermediate", text, format!("branch it off a cleared tip of {from}")));
    }
    let advance = Advance {
        target: update.name.clone(),
        from: Some(base),
        to: new,
        pusher: setup.pusher.clone(),
    };
    if base == new {
        let coverage = Coverage { clear: Vec::new(), open: None };
        return finish(world, main, policy, &advance, coverage);
    }
    let tree = world.repository.commit(base)?.tree;
    let there = world.inputs(tree)?;
    let inputs = there.as_ref().as_ref().unwrap_or(main);
    let standing = Standing::read(world, inputs, &update.name)?;
    let coverage = cover(world, inputs, &standing, &advance, || ends(world))?;
    finish(world, inputs, policy, &advance, coverage)
}

/// A protected ref whose own inputs do not hold: only the quorum of the last version that held
/// may replace them, with a change that touches nothing else.
fn repair(
    world: World,
    setup: &Setup,
    update: &RefUpdate,
    unusable: &Unusable,
) -> Result<Answer, PortError> {
    let (Some(old), Some(_)) = (update.old, update.new) else {
        return Ok(Answer::Refused(unusable.problem()));
    };
    let chain = world.repository.first_parents(None, old)?.unwrap_or_default();
    for commit in chain.iter().rev() {
        let loaded = world.inputs(commit.tree)?;
        let Ok(last) = &*loaded else { continue };
        let Some(policy) = last.policy.target_of(&update.name).cloned() else { break };
        let judgement = straight(world, setup, last, update, old)?;
        let only_inputs = judgement.change.files.iter().all(|f| inputs::is_input(&f.change.path));
        if !only_inputs {
            break;
        }
        let advance = Advance {
            target: update.name.clone(),
            from: Some(old),
            to: judgement.proposal.revision.head,
            pusher: setup.pusher.clone(),
        };
        return finish(world, last, &policy, &advance, split(judgement));
    }
    Ok(Answer::Refused(unusable.problem()))
}

/// Heads that filed statements name: where approved segments may end.
fn ends(world: World) -> Result<HashSet<Oid>, PortError> {
    let none = obstat_model::id::ChangeDigest::new([0; 32]);
    let all = world.records.other_statements(none, STATEMENTS_MAX)?;
    Ok(all.iter().filter_map(|bytes| obstat_attest::claimed_head(bytes)).collect())
}

fn finish(
    world: World,
    inputs: &Inputs,
    policy: &TargetPolicy,
    advance: &Advance,
    coverage: Coverage,
) -> Result<Answer, PortError> {
    let pusher = match &advance.pusher {
        Pusher::Login { login, .. } => login.clone(),
        Pusher::Nobody | Pusher::Unknown => String::new(),
    };
    let coverage = match rolling::clock_set_back(world)? {
        Some(problem) => held(coverage, problem),
        None => coverage,
    };
    let tree = world.repository.commit(advance.to)?.tree;
    let next = world.inputs_digest(tree)?;
    let record = landing::record(world, policy, advance, &coverage, (pusher, next));
    let clearance = landing::clearance(inputs, &coverage, &record);
    let (target, mode) = (policy.name().to_string(), policy.mode());
    let Coverage { clear, open } = coverage;
    Ok(Answer::Gated(Box::new(Gated {
        target,
        mode,
        clear,
        open,
        record: Some(record),
        clearance,
    })))
}
