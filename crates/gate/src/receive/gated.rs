//! Judges an update of a ref that may be protected: advance, new ref, rewrite, deletion.

use super::{Answer, Gated, RefUpdate, Setup, refused};
use crate::content::tree_of;
use crate::cover::{Advance, Coverage, cover};
use crate::inputs::{self, Inputs, Unusable};
use crate::landing;
use crate::pipeline::{Detail, Judgement, judge};
use crate::ports::PortError;
use crate::proposal::{self, Proposal, Pusher};
use crate::rolling;
use crate::versions::Standing;
use crate::world::World;
use obstat_model::change::Revision;
use obstat_model::decision::Outcome;
use obstat_model::facts::Problem;
use obstat_model::landing::LandingKind;
use obstat_model::object::{Oid, RefName};
use obstat_model::target::Mode;
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
    let answer = judged(world, setup, main, &peeled)?;
    settled(world, setup, &peeled, answer)
}

/// What holds in every mode: inputs that hold stay, and the ref that they are read from stays
/// protected by them.
fn settled(
    world: World,
    setup: &Setup,
    update: &RefUpdate,
    answer: Answer,
) -> Result<Answer, PortError> {
    let is_policy_ref = update.name == setup.policy_ref;
    let new = match (&answer, update.new) {
        (Answer::Gated(_), Some(new)) => new,
        (Answer::Free, Some(new)) if is_policy_ref && update.old != update.new => new,
        (Answer::Gated(_) | Answer::Free, None) if is_policy_ref => {
            let text = format!("the policy is read from {}, which therefore stays", update.name);
            return Ok(refused("target-deleted", text, "push to it instead"));
        }
        _ => return Ok(answer),
    };
    let next = world.inputs(world.repository.commit(new)?.tree)?;
    let next = match &*next {
        Ok(next) => next,
        Err(unusable) => return Ok(Answer::Refused(unusable.left_behind())),
    };
    if is_policy_ref && next.policy.target_of(&update.name).is_none() {
        let text = format!(
            "after this change the policy would not protect {}, which it is read from",
            update.name
        );
        return Ok(refused("policy-ref-free", text, "keep a target whose `refs` hold it"));
    }
    Ok(answer)
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
    // A branch is not protected because somebody wrote so on it.
    if update.name != setup.policy_ref && !has_landed(world, update)? {
        return match (main, by_main) {
            // Whoever made it before it was protected wrote its policy and roster.
            (Some(main), Some(policy)) => created(world, setup, main, policy, update),
            _ => Ok(Answer::Free),
        };
    }
    match own.as_deref() {
        Some(Ok(own)) => {
            let policy = own.policy.target_of(&update.name).or(by_main);
            let Some(mut policy) = policy.cloned() else { return Ok(Answer::Free) };
            // An old branch has an old policy, whose mode may be of the time before enforcement.
            if let Some(by_main) = by_main {
                let mode = policy.mode().max(by_main.mode());
                policy = policy.with_mode(mode);
            }
            // Where something is enforced, what it is enforced by is: a target that only warns
            // would be the way around all others.
            let enforced = own.policy.targets().iter().any(|t| t.mode() == Mode::Enforce);
            if update.name == setup.policy_ref && enforced && changes_inputs(world, update)? {
                policy = policy.with_mode(Mode::Enforce);
            }
            existing(world, setup, own, &policy, update)
        }
        Some(Err(unusable)) if by_main.is_some() || update.name == setup.policy_ref => {
            repair(world, setup, update, unusable)
        }
        None if update.name == setup.policy_ref => Ok(not_bootstrapped()),
        _ => Ok(Answer::Free),
    }
}

fn changes_inputs(world: World, update: &RefUpdate) -> Result<bool, PortError> {
    let (Some(old), Some(new)) = (update.old, update.new) else { return Ok(false) };
    let digest = |id: Oid| world.inputs_digest(world.repository.commit(id)?.tree);
    Ok(digest(old)? != digest(new)?)
}

fn has_landed(world: World, update: &RefUpdate) -> Result<bool, PortError> {
    let Some(old) = update.old else { return Ok(false) };
    Ok(!world.records.landings_at(&update.name, old)?.is_empty())
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
    let problems: Vec<Problem> = rolling::clock_set_back(world)?.into_iter().collect();
    let advance = Advance {
        target: update.name.clone(),
        from: Some(old),
        to: new,
        pusher: setup.pusher.clone(),
        problems: problems.clone(),
    };
    let standing = Standing::read(world, own, &update.name)?.bound_by(&setup.policy_ref)?;
    let forward = world.repository.first_parents(Some(old), new)?.is_some();
    let coverage = if forward {
        cover(world, own, &standing, &advance, || ends(world))?
    } else {
        let refused = policy.rewrite() == Rewrite::Refuse;
        let rewritten = refused.then(|| rewritten(&update.name));
        let problems = problems.into_iter().chain(rewritten).collect();
        split(straight(world, setup, own, update, problems)?)
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
    problems: Vec<Problem>,
) -> Result<Judgement, PortError> {
    let tip = update.old;
    let revision = match (update.new, tip) {
        (Some(new), _) => proposal::landing(world.repository, tip, new)?,
        (None, head) => {
            let (tree, head) = (Oid::Sha1(EMPTY_TREE), head.unwrap_or(Oid::Sha1(EMPTY_TREE)));
            Revision { tip, merge_base: tip, head, tree }
        }
    };
    let proposal = Proposal {
        target: update.name.clone(),
        revision,
        pusher: setup.pusher.clone(),
        branch: None,
        since: tip,
        problems,
    };
    let standing = Standing::read(world, own, &update.name)?.bound_by(&setup.policy_ref)?;
    judge(world, own, &standing, proposal, Detail::NameEligible)
}

fn split(judgement: Judgement) -> Coverage {
    if judgement.decision.outcome == Outcome::Clear {
        return Coverage { clear: vec![judgement], open: None };
    }
    Coverage { clear: Vec::new(), open: Some(judgement) }
}

fn never_deleted(name: &RefName) -> (String, String) {
    let hint = "take it out of the policy first; who keeps the server can delete it there";
    (format!("the push would delete {name}, which is protected"), hint.to_owned())
}

fn deleted(
    world: World,
    setup: &Setup,
    own: &Inputs,
    policy: &TargetPolicy,
    update: &RefUpdate,
) -> Result<Answer, PortError> {
    let (text, hint) = never_deleted(&update.name);
    // Whoever overrides signs for a content that stays, so nothing lets a deletion pass.
    let problem = Problem { code: "target-deleted", text, hint };
    let coverage = split(straight(world, setup, own, update, vec![problem])?);
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
        Ok(base) => branched(world, setup, main, policy, (update, base, new))?,
        Err(problem) => Answer::Refused(problem),
    };
    match found {
        Answer::Refused(_) if policy.mode() != Mode::Enforce => {
            let_through(world, main, policy, update, new)
        }
        found => Ok(found),
    }
}

/// A new ref that nothing leads to, let through by the mode and recorded as such.
fn let_through(
    world: World,
    main: &Inputs,
    policy: &TargetPolicy,
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
    };
    let mut answer = finish(world, main, policy, &advance, coverage)?;
    if let Answer::Gated(gated) = &mut answer {
        gated.clearance = None;
        if let Some(record) = &mut gated.record {
            record.kind = LandingKind::Unenforced;
        }
    }
    Ok(answer)
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
        let hint = format!("branch it off {from}");
        return Ok(Err(Problem { code: "no-origin", text, hint }));
    };
    // Where only a warning was due, landing proves nothing.
    let cleared = rolling::landing_at(world, from, base)?
        .is_some_and(|r| r.kind != LandingKind::Unenforced || policy.mode() != Mode::Enforce);
    if !cleared {
        let text = format!(
            "{} leaves {from} at {}, which is no cleared tip of it",
            update.name,
            base.short()
        );
        let hint = format!("branch it off a cleared tip of {from}");
        return Ok(Err(Problem { code: "intermediate", text, hint }));
    }
    Ok(Ok(base))
}

fn branched(
    world: World,
    setup: &Setup,
    main: &Inputs,
    policy: &TargetPolicy,
    (update, base, new): (&RefUpdate, Oid, Oid),
) -> Result<Answer, PortError> {
    let advance = Advance {
        target: update.name.clone(),
        from: Some(base),
        to: new,
        pusher: setup.pusher.clone(),
        problems: rolling::clock_set_back(world)?.into_iter().collect(),
    };
    let tree = world.repository.commit(base)?.tree;
    let there = world.inputs(tree)?;
    let inputs = there.as_ref().as_ref().unwrap_or(main);
    let known = inputs.policy.target_of(&update.name);
    if known.and_then(TargetPolicy::from) != policy.from() {
        let text = format!(
            "the policy at {} does not know {} as it is now, and could not judge it",
            base.short(),
            update.name
        );
        let hint = "branch it off a newer commit, whose policy does".to_owned();
        return Ok(Answer::Refused(Problem { code: "no-origin", text, hint }));
    }
    if base == new {
        let coverage = Coverage { clear: Vec::new(), open: None };
        return finish(world, main, policy, &advance, coverage);
    }
    let standing = Standing::read(world, inputs, &update.name)?.bound_by(&setup.policy_ref)?;
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
    let (Some(old), Some(new)) = (update.old, update.new) else {
        return Ok(Answer::Refused(unusable.problem()));
    };
    let loaded = inputs::that_held(world, old)?;
    let Ok(last) = &*loaded else { return Ok(Answer::Refused(unusable.problem())) };
    let Some(policy) = last.policy.target_of(&update.name).cloned() else {
        return Ok(Answer::Refused(unusable.problem()));
    };
    let mut problems: Vec<Problem> = rolling::clock_set_back(world)?.into_iter().collect();
    let forward = world.repository.first_parents(Some(old), new)?.is_some();
    if !forward && policy.rewrite() == Rewrite::Refuse {
        problems.push(rewritten(&update.name));
    }
    let judgement = straight(world, setup, last, update, problems)?;
    if !judgement.change.files.iter().all(|f| inputs::is_input(&f.change.path)) {
        return Ok(Answer::Refused(unusable.problem()));
    }
    let advance = Advance {
        target: update.name.clone(),
        from: Some(old),
        to: judgement.proposal.revision.head,
        pusher: setup.pusher.clone(),
        problems: Vec::new(),
    };
    finish(world, last, &policy, &advance, split(judgement))
}

/// Heads that filed statements name: where approved segments may end.
fn ends(world: World) -> Result<HashSet<Oid>, PortError> {
    let none = obstat_model::id::ChangeDigest::new([0; 32]);
    let all = world.records.other_statements(none, STATEMENTS_MAX)?;
    Ok(all.iter().filter_map(|bytes| Some(obstat_attest::claimed(bytes)?.context.head)).collect())
}

fn finish(
    world: World,
    inputs: &Inputs,
    policy: &TargetPolicy,
    advance: &Advance,
    coverage: Coverage,
) -> Result<Answer, PortError> {
    let pusher = advance.pusher.recorded();
    let tree = world.repository.commit(advance.to)?.tree;
    let next = world.inputs_digest(tree)?;
    let record = landing::record(world, policy, advance, &coverage, (pusher, next))?;
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
