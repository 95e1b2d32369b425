//! Finds whether a fast-forward is covered: as a whole, or by consecutive clear segments of its
//! first-parent chain. Decides nothing itself.

use crate::content::tree_of;
use crate::inputs::Inputs;
use crate::memo::Steps;
use crate::pipeline::{Detail, Judgement, judge};
use crate::ports::{Commit, PortError};
use crate::proposal::{self, Proposal, Pusher};
use crate::statements::carried;
use crate::statements::difference::{Difference, Landed};
use crate::traces;
use crate::versions::Standing;
use crate::world::World;
use obstat_model::change::FileState;
use obstat_model::decision::Outcome;
use obstat_model::facts::Problem;
use obstat_model::object::{Oid, RefName, RepoPath};
use obstat_model::statement::{Act, Context, Signer};
use std::collections::{HashMap, HashSet};

/// Longest chain that is cut into segments; longer pushes must be clear as a whole.
pub const CHAIN_MAX: usize = 1_000;
/// Most commits of one signature's change that landed one by one.
const LANDED_MAX: usize = 10_000;
/// Most files of one step of it.
const FILES_MAX: usize = 100_000;
/// Most judgements that one push may cost.
const JUDGEMENTS_MAX: usize = 20_000;

/// Heads that filed statements name: where approved segments may end.
///
/// # Errors
/// [`PortError`] when they cannot be read.
pub fn ends(world: World) -> Result<HashSet<Oid>, PortError> {
    Ok(carried::all(world)?.iter().map(|filed| filed.head).collect())
}

/// A fast-forward of a target to be covered.
#[derive(Debug, Clone)]
pub struct Advance {
    /// The protected ref.
    pub target: RefName,
    /// Its tip before.
    pub from: Option<Oid>,
    /// Its tip after.
    pub to: Oid,
    /// Who pushes.
    pub pusher: Pusher,
    /// What is wrong with how it comes, whatever it holds.
    pub problems: Vec<Problem>,
    /// Whether it is offered as one, or landed step by step.
    pub course: Course,
}

/// How commits of an advance come to a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// In one push: what lies between was never there by itself.
    Pushed,
    /// One after another, each by itself.
    Landed,
}

/// What was found: segments that are clear, in order, and what is left.
#[derive(Debug)]
pub struct Coverage {
    /// Clear segments from the old tip on.
    pub clear: Vec<Judgement>,
    /// The first part that is not clear, if any.
    pub open: Option<Judgement>,
}

impl Coverage {
    /// Whether everything is covered.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.open.is_none()
    }
}

struct Search<'a> {
    world: World<'a>,
    inputs: &'a Inputs,
    standing: &'a Standing<'a>,
    advance: &'a Advance,
    chain: Vec<Commit>,
    ends: HashSet<Oid>,
    spent: usize,
}

/// Covers a fast-forward. `ends` are, if asked for, commits at which approved segments may end, beside single
/// steps: the heads that signed statements name.
///
/// # Errors
/// [`PortError`] when a fact cannot be had.
pub fn cover(
    world: World,
    inputs: &Inputs,
    standing: &Standing,
    advance: &Advance,
    ends: impl FnOnce() -> Result<HashSet<Oid>, PortError>,
) -> Result<Coverage, PortError> {
    let found = covered(world, inputs, standing, advance, ends);
    // What is judged next is of another ref, where these are other heads.
    world.memo.steps_are(Steps::default());
    found
}

fn covered(
    world: World,
    inputs: &Inputs,
    standing: &Standing,
    advance: &Advance,
    ends: impl FnOnce() -> Result<HashSet<Oid>, PortError>,
) -> Result<Coverage, PortError> {
    let (chain, known) = (Vec::new(), HashSet::new());
    let mut search = Search { world, inputs, standing, advance, chain, ends: known, spent: 0 };
    let whole = search.judge(advance.from, advance.to, Detail::NameEligible)?;
    if whole.decision.outcome == Outcome::Clear {
        return Ok(Coverage { clear: vec![whole], open: None });
    }
    let Some(chain) = world.repository.first_parents(advance.from, advance.to)? else {
        return Ok(Coverage { clear: Vec::new(), open: Some(whole) });
    };
    if chain.len() < 2 || chain.len() > CHAIN_MAX {
        return Ok(Coverage { clear: Vec::new(), open: Some(whole) });
    }
    search.ends = ends()?;
    // What a merge among them joins is looked for as on any other head.
    let plain = chain.iter().all(|commit| commit.parents.len() < 2);
    let own = chain.iter().filter(|_| plain).map(|commit| commit.id).collect();
    let all = world.repository.commits_between(advance.from, advance.to)?;
    let tracing = traces::tracing(world.repository, all.into_iter())?;
    world.memo.steps_are(Steps { own, tracing });
    search.chain = chain;
    search.run(whole)
}

/// Those of some commits that one lies below.
fn above(commits: &[Commit], from: Option<Oid>) -> HashSet<Oid> {
    let mut found: HashSet<Oid> = HashSet::new();
    loop {
        let before = found.len();
        for commit in commits.iter().rev() {
            let joins = |id: &Oid| Some(*id) == from || found.contains(id);
            if commit.parents.iter().any(joins) {
                found.insert(commit.id);
            }
        }
        // Once more where dates lie: commits come newest first by them.
        if found.len() == before {
            return found;
        }
    }
}

fn went_back() -> Problem {
    Problem {
        code: "went-back",
        text: "a part of it landed and was taken back in between".to_owned(),
        hint: "let each step be signed for by itself, also the one that took it back".to_owned(),
    }
}

impl Search<'_> {
    fn judge(&self, from: Option<Oid>, to: Oid, detail: Detail) -> Result<Judgement, PortError> {
        let mut proposal = Proposal {
            target: self.advance.target.clone(),
            revision: proposal::landing(self.world.repository, from, to)?,
            pusher: self.advance.pusher.clone(),
            branch: None,
            since: self.advance.from,
            problems: self.advance.problems.clone(),
        };
        let judge = |p: Proposal| judge(self.world, self.inputs, self.standing, p, detail);
        let judgement = judge(proposal.clone())?;
        let clear = judgement.decision.outcome == Outcome::Clear;
        if clear && self.advance.course == Course::Landed && self.went(&judgement, from, to)? {
            proposal.problems.push(went_back());
            return judge(proposal);
        }
        Ok(judgement)
    }

    /// Whether something landed on the way and was taken back: what brings it again is another change, and
    /// the end does not show it. Either a file left a state and came back to it, or a part of what was
    /// signed for was there and went.
    fn went(&self, judgement: &Judgement, from: Option<Oid>, to: Oid) -> Result<bool, PortError> {
        let repository = self.world.repository;
        let Some(chain) = repository.first_parents(from, to)? else { return Ok(false) };
        let about = &judgement.decision.diagnostics;
        let commits = repository.commits_between(from, to)?;
        if commits.len() > LANDED_MAX {
            return Ok(true);
        }
        let vouched = self.vouched(judgement)?;
        if self.came_back(&chain, from, &vouched)? {
            return Ok(true);
        }
        let tips = chain.iter().map(|commit| commit.id).collect();
        let landed = Landed { commits, tips, vouched };
        let exemption = about.exemption.as_ref().map(|(name, _)| name);
        let needs_nobody = |path: &RepoPath| {
            exemption.is_some_and(|name| self.inputs.policy.is_exempt(name, path.as_bytes()))
        };
        if self.was_restored(&landed, from, &needs_nobody)? {
            return Ok(true);
        }
        let counted = about.requirements.iter().any(|r| !r.counted.is_empty());
        if !counted && about.overridden_by.is_none() {
            return Ok(false);
        }
        let signed = Difference::of_change(repository, &judgement.change)?;
        signed.map_or(Ok(false), |signed| signed.went(self.world, &landed))
    }

    /// The inside of heads that count: whoever signed for one signed for what led to it. Only what as many
    /// signed as each requirement needs; what nobody had to sign has no inside.
    fn vouched(&self, judgement: &Judgement) -> Result<HashSet<Oid>, PortError> {
        let about = &judgement.decision.diagnostics;
        let mut by_person: HashMap<&str, HashSet<Oid>> = HashMap::new();
        for statement in judgement.found.statements.iter().map(|s| &s.verified) {
            if about.not_counted.iter().any(|one| one.statement == statement.hash) {
                continue;
            }
            match (&statement.statement.act, &statement.signer) {
                (Act::Override { .. }, _) if about.overridden_by == Some(statement.hash) => {
                    return self.inside(&statement.statement.context);
                }
                (Act::Approve, Signer::Person(who)) => {
                    let inside = self.inside(&statement.statement.context)?;
                    by_person.entry(who.as_str()).or_default().extend(inside);
                }
                _ => {}
            }
        }
        let mut found: Option<HashSet<Oid>> = None;
        for report in about.requirements.iter().filter(|r| !r.counted.is_empty()) {
            let mut times: HashMap<Oid, u32> = HashMap::new();
            for inside in report.counted.iter().filter_map(|who| by_person.get(who.as_str())) {
                inside.iter().for_each(|id| *times.entry(*id).or_default() += 1);
            }
            let enough: HashSet<Oid> =
                times.into_iter().filter(|(_, n)| *n >= report.needed).map(|(id, _)| id).collect();
            found = Some(match found {
                None => enough,
                Some(others) => others.intersection(&enough).copied().collect(),
            });
        }
        Ok(found.unwrap_or_default())
    }

    /// The commits that a statement's head brought to its tip.
    fn inside(&self, context: &Context) -> Result<HashSet<Oid>, PortError> {
        let repository = self.world.repository;
        let here = match context.tip {
            Some(tip) => repository.has_commit(tip)?,
            None => true,
        };
        if !here || !repository.has_commit(context.head)? {
            return Ok(HashSet::new());
        }
        let commits = repository.commits_between(context.tip, context.head)?;
        Ok(commits.into_iter().map(|commit| commit.id).collect())
    }

    /// Whether a file of a tip was as it had been before, and otherwise in between. What is inside of a
    /// signed head is one step.
    fn came_back(
        &self,
        chain: &[Commit],
        from: Option<Oid>,
        vouched: &HashSet<Oid>,
    ) -> Result<bool, PortError> {
        let repository = self.world.repository;
        let mut before = tree_of(repository, from)?;
        let mut states: HashMap<RepoPath, Vec<Option<FileState>>> = HashMap::new();
        let mut back = false;
        let last = chain.last().map(|commit| commit.id);
        for commit in chain.iter().filter(|c| Some(c.id) == last || !vouched.contains(&c.id)) {
            repository.visit_changes(before, Some(commit.tree), &mut |file| {
                let had = states.entry(file.path).or_insert_with(|| vec![file.old]);
                back |= had.contains(&file.new);
                had.push(file.new);
                !back
            })?;
            before = Some(commit.tree);
        }
        Ok(back)
    }

    /// Whether a commit has a file as it was at the beginning, or at an earlier tip, that one of its parents
    /// above that had otherwise: whoever merges can make what landed a side, and drop it there.
    fn was_restored(
        &self,
        landed: &Landed,
        from: Option<Oid>,
        needs_nobody: &dyn Fn(&RepoPath) -> bool,
    ) -> Result<bool, PortError> {
        let repository = self.world.repository;
        let Some(start) = self.advance.from else { return Ok(false) };
        let earlier = repository.first_parents(Some(start), from.unwrap_or(start))?;
        // What does not hold the beginning of all that landed was never on top of it: it merely lags behind.
        let all = repository.commits_between(Some(start), self.advance.to)?;
        let above = above(&all, Some(start));
        let trees: HashMap<Oid, Oid> = all.iter().map(|c| (c.id, c.tree)).collect();
        for commit in landed.commits.iter().filter(|c| !landed.vouched.contains(&c.id)) {
            // The step from where this part begins is what is judged.
            let sides = commit.parents.iter().filter(|p| above.contains(p) && Some(**p) != from);
            for parent in sides {
                let tree = trees.get(parent).copied();
                let mut changed = Vec::new();
                repository.visit_changes(tree, Some(commit.tree), &mut |file| {
                    if !needs_nobody(&file.path) {
                        changed.push((file.path, file.new));
                    }
                    changed.len() <= FILES_MAX
                })?;
                if changed.len() > FILES_MAX {
                    return Ok(true);
                }
                if changed.is_empty() {
                    continue;
                }
                // Tips that the parent holds: of a chain, all up to the last one that it does.
                let mut tips = vec![repository.commit(start)?.tree];
                for tip in earlier.iter().flatten() {
                    if !repository.is_ancestor(tip.id, *parent)? {
                        break;
                    }
                    tips.push(tip.tree);
                }
                for (path, new) in changed {
                    for tip in &tips {
                        if repository.entry(*tip, &path)? == new {
                            return Ok(true);
                        }
                    }
                }
            }
        }
        Ok(false)
    }

    /// Depth first from the old tip: at each commit reached, longer approved segments first, then
    /// the single step. A position that led nowhere is not tried again.
    fn run(mut self, whole: Judgement) -> Result<Coverage, PortError> {
        let mut path: Vec<(usize, Judgement)> = Vec::new();
        let mut dead: HashSet<(usize, usize)> = HashSet::new();
        let mut furthest: Vec<usize> = Vec::new();
        loop {
            let at = path.last().map_or(0, |(end, _)| *end);
            if at == self.chain.len() {
                return Ok(Coverage { clear: path.into_iter().map(|p| p.1).collect(), open: None });
            }
            if furthest.last().is_none_or(|end| *end < at) {
                furthest = path.iter().map(|(end, _)| *end).collect();
            }
            match self.next(at, &mut dead)? {
                Some((end, judgement)) => path.push((end, judgement)),
                None if path.pop().is_none() => break,
                None => {}
            }
            if self.spent > JUDGEMENTS_MAX {
                break;
            }
        }
        self.rest(&furthest, whole)
    }

    fn next(
        &mut self,
        at: usize,
        dead: &mut HashSet<(usize, usize)>,
    ) -> Result<Option<(usize, Judgement)>, PortError> {
        for end in self.candidates(at) {
            if !dead.insert((at, end)) {
                continue;
            }
            let Some(to) = self.chain.get(end - 1).map(|c| c.id) else { continue };
            self.spent += 1;
            let judgement = self.judge(self.tip_at(at), to, Detail::Plain)?;
            if judgement.decision.outcome == Outcome::Clear {
                return Ok(Some((end, judgement)));
            }
        }
        Ok(None)
    }

    /// Ends of segments that start after position `at`, furthest first.
    fn candidates(&self, at: usize) -> Vec<usize> {
        let marked = self.chain.iter().enumerate().skip(at + 1);
        let marked = marked.filter(|(_, c)| self.ends.contains(&c.id)).map(|(i, _)| i + 1);
        let mut ends: Vec<usize> = marked.collect();
        ends.reverse();
        ends.push(at + 1);
        ends
    }

    fn tip_at(&self, at: usize) -> Option<Oid> {
        if at == 0 { self.advance.from } else { self.chain.get(at - 1).map(|c| c.id) }
    }

    /// The refusal speaks of what is left after the furthest covered commit; what is covered stays so,
    /// for where it is let through all the same.
    fn rest(&self, furthest: &[usize], whole: Judgement) -> Result<Coverage, PortError> {
        let mut clear = Vec::new();
        let mut at = 0;
        for end in furthest {
            let Some(to) = self.chain.get(end - 1).map(|c| c.id) else { continue };
            clear.push(self.judge(self.tip_at(at), to, Detail::Plain)?);
            at = *end;
        }
        if clear.is_empty() {
            return Ok(Coverage { clear, open: Some(whole) });
        }
        let open = self.judge(self.tip_at(at), self.advance.to, Detail::NameEligible)?;
        Ok(Coverage { clear, open: Some(open) })
    }
}
