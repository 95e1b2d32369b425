//! Judges an update of a ref that may be protected: advance, new ref, rewrite, deletion.

use super::{Answer, Gated, RefUpdate, Setup, created, refused};
use crate::content::tree_of;
use crate::cover::{self, Advance, Course, Coverage, cover};
use crate::governing::{Governing, Main};
use crate::inputs::{self, Inputs, Unusable};
use crate::landing;
use crate::pipeline::{Detail, Judgement, judge};
use crate::ports::PortError;
use crate::proposal::{self, Proposal};
use crate::rolling;
use crate::versions::Standing;
use crate::world::World;
use obstat_attest::record;
use obstat_model::change::Revision;
use obstat_model::decision::Outcome;
use obstat_model::facts::Problem;
use obstat_model::landing::LandingKind;
use obstat_model::object::{Oid, RefName};
use obstat_model::target::Mode;
use obstat_policy::Rewrite;

/// Git's empty tree, which every repository knows.
const EMPTY_TREE: [u8; 20] = [
    0x4b, 0x82, 0x5d, 0xc6, 0x42, 0xcb, 0x6e, 0xb9, 0xa0, 0x60, 0xe5, 0x4b, 0xf8, 0xd6, 0x92, 0x88,
    0xfb, 0xee, 0x49, 0x04,
];

pub(super) fn answer(
    world: World,
    setup: &Setup,
    main: Option<Main>,
    update: &RefUpdate,
) -> Result<Answer, PortError> {
    let by_main = main.and_then(|m| m.inputs.policy.target_of(&update.name));
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
        // It never had any; others judge it.
        Err(Unusable::Missing(_)) if is_governed(&answer) && has_none(world, update.old)? => {
            return Ok(answer);
        }
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

fn is_governed(answer: &Answer) -> bool {
    let Answer::Gated(gated) = answer else { return false };
    gated.record.as_ref().is_some_and(|record| record.governed.is_some())
}

fn has_none(world: World, tip: Option<Oid>) -> Result<bool, PortError> {
    let Some(tip) = tip else { return Ok(false) };
    let loaded = world.inputs(world.repository.commit(tip)?.tree)?;
    Ok(matches!(&*loaded, Err(Unusable::Missing(_))))
}

/// The update with annotated tags followed to their commits.
fn peeled(world: World, update: &RefUpdate) -> Result<RefUpdate, PortError> {
    let peel = |id: Option<Oid>| id.map(|id| world.repository.peel(id)).transpose();
    Ok(RefUpdate { name: update.name.clone(), old: peel(update.old)?, new: peel(update.new)? })
}

fn judged(
    world: World,
    setup: &Setup,
    main: Option<Main>,
    update: &RefUpdate,
) -> Result<Answer, PortError> {
    let by_main = main.and_then(|main| Governing::main(main, &update.name));
    let is_policy_ref = update.name == setup.policy_ref;
    // A branch is not protected because somebody wrote so on it.
    if !is_policy_ref && !has_landed(world, update)? {
        return match main.zip(by_main) {
            // Whoever made it before it was protected wrote its policy and roster.
            Some(main) => created::answer(world, setup, main, update),
            None => Ok(Answer::Free),
        };
    }
    let Some(tree) = tree_of(world.repository, update.old)? else {
        return Ok(if is_policy_ref { not_bootstrapped() } else { Answer::Free });
    };
    let own = world.inputs(tree)?;
    match (Governing::of(&own, main, &update.name), &*own) {
        (Some(governing), _) => {
            // An old branch has an old policy, whose mode may be of the time before enforcement.
            let own = governing.policy.mode();
            let mut mode = by_main.map_or(own, |main| own.max(main.policy.mode()));
            // Where something is enforced, what it is enforced by is: a target that only warns
            // would be the way around all others.
            let enforced =
                |i: &Inputs| i.policy.targets().iter().any(|t| t.mode() == Mode::Enforce);
            if is_policy_ref && enforced(governing.inputs) && changes_inputs(world, update)? {
                mode = Mode::Enforce;
            }
            existing(world, setup, (&governing, mode), update)
        }
        (None, Err(unusable)) if by_main.is_some() || is_policy_ref => {
            repair(world, setup, update, unusable)
        }
        (None, _) => Ok(Answer::Free),
    }
}

fn changes_inputs(world: World, update: &RefUpdate) -> Result<bool, PortError> {
    let (Some(old), Some(new)) = (update.old, update.new) else { return Ok(false) };
    let digest = |id: Oid| world.inputs_digest(world.repository.commit(id)?.tree);
    Ok(digest(old)? != digest(new)?)
}

fn has_landed(world: World, update: &RefUpdate) -> Result<bool, PortError> {
    let Some(old) = update.old else { return Ok(false) };
    // What somebody moved there by hand has not.
    let landed = |bytes: Vec<u8>| {
        record::claimed_landing(&bytes).is_none_or(|record| record.kind != LandingKind::Returned)
    };
    Ok(world.records.landings_at(&update.name, old)?.into_iter().any(landed))
}

fn not_bootstrapped() -> Answer {
    let text = "this target has no history yet, and the gate starts from a recorded state";
    refused("not-bootstrapped", text, "run `obstat bootstrap` on the server")
}

fn existing(
    world: World,
    setup: &Setup,
    (governing, mode): (&Governing, Mode),
    update: &RefUpdate,
) -> Result<Answer, PortError> {
    let (own, rewrite) = (governing.inputs, governing.policy.rewrite());
    let Some(old) = update.old else { return Ok(not_bootstrapped()) };
    let Some(new) = update.new else {
        return deleted(world, setup, (governing, mode), update);
    };
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
        course: Course::Pushed,
    };
    let standing = Standing::read(world, own, &update.name)?.bound_by(&setup.policy_ref)?;
    let forward = world.repository.first_parents(Some(old), new)?.is_some();
    let coverage = if forward {
        cover(world, own, &standing, &advance, || cover::ends(world))?
    } else {
        let refused = rewrite == Rewrite::Refuse || newer_refuses(&standing, &update.name)?;
        let rewritten = if refused { Some(turned(world, update, (old, new))?) } else { None };
        let problems = problems.into_iter().chain(rewritten).collect();
        split(straight(world, setup, own, update, problems)?)
    };
    finish(world, governing, mode, &advance, coverage)
}

/// Whether newer inputs of an origin refuse that history is rewritten: the branch's own may be old.
fn newer_refuses(standing: &Standing, name: &RefName) -> Result<bool, PortError> {
    let refuses = |inputs: &Inputs| {
        inputs.policy.target_of(name).is_some_and(|target| target.rewrite() == Rewrite::Refuse)
    };
    Ok(standing.also()?.iter().any(|newer| newer.as_ref().as_ref().is_ok_and(refuses)))
}

pub(super) fn rewritten(name: &RefName) -> Problem {
    Problem {
        code: "history-rewritten",
        text: format!(
            "the push would drop commits from {name}; protected history is not rewritten"
        ),
        hint: "rebase onto the present tip and push again".to_owned(),
    }
}

/// What is wrong with a push that does not go on from the tip by first parents.
fn turned(world: World, update: &RefUpdate, (old, new): (Oid, Oid)) -> Result<Problem, PortError> {
    let name = &update.name;
    if !world.repository.is_ancestor(old, new)? {
        return Ok(rewritten(name));
    }
    let text = format!(
        "{name} would become a side branch of what is pushed: its tip was merged into the change \
         instead of the change into it"
    );
    let hint = "rebase onto the tip, or check the tip out and merge the change into it with `git merge \
                --no-ff`; then push again";
    Ok(Problem { code: "tip-merged-in", text, hint: hint.to_owned() })
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

pub(super) fn never_deleted(name: &RefName) -> (String, String) {
    let hint = "take it out of the policy first; who keeps the server can delete it there";
    (format!("the push would delete {name}, which is protected"), hint.to_owned())
}

fn deleted(
    world: World,
    setup: &Setup,
    (governing, mode): (&Governing, Mode),
    update: &RefUpdate,
) -> Result<Answer, PortError> {
    let (text, hint) = never_deleted(&update.name);
    // Whoever overrides signs for a content that stays, so nothing lets a deletion pass.
    let problem = Problem { code: "target-deleted", text, hint };
    let coverage = split(straight(world, setup, governing.inputs, update, vec![problem])?);
    let target = governing.policy.name().to_string();
    let Coverage { clear, open } = coverage;
    let (record, clearance) = (None, None);
    Ok(Answer::Gated(Box::new(Gated { target, mode, clear, open, record, clearance })))
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
    let loaded = world.inputs_that_held(old)?;
    let Ok(last) = &*loaded else { return Ok(Answer::Refused(unusable.problem())) };
    let Some(governing) = Governing::own(last, &update.name) else {
        return Ok(Answer::Refused(unusable.problem()));
    };
    let mut problems: Vec<Problem> = rolling::clock_set_back(world)?.into_iter().collect();
    let forward = world.repository.first_parents(Some(old), new)?.is_some();
    if !forward && governing.policy.rewrite() == Rewrite::Refuse {
        problems.push(turned(world, update, (old, new))?);
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
        course: Course::Pushed,
    };
    finish(world, &governing, governing.policy.mode(), &advance, split(judgement))
}

pub(super) fn finish(
    world: World,
    governing: &Governing,
    mode: Mode,
    advance: &Advance,
    coverage: Coverage,
) -> Result<Answer, PortError> {
    let pusher = advance.pusher.recorded();
    let tree = world.repository.commit(advance.to)?.tree;
    let next = world.inputs_digest(tree)?;
    let about = landing::About { mode, governed: governing.governed.clone(), pusher, inputs: next };
    let record = landing::record(world, about, advance, &coverage)?;
    let clearance = landing::clearance(governing.inputs, &coverage, &record);
    let target = governing.policy.name().to_string();
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
