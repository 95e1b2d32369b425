//! Judges one proposal: gather → verify → enrich → decide. The same for every door.

use crate::assist;
use crate::content;
use crate::inputs::{Inputs, Unusable};
use crate::passing::Passing;
use crate::paths;
use crate::people::{self, Directory, Earlier};
use crate::ports::{Commit, PortError};
use crate::proposal::Proposal;
use crate::rolling::Window;
use crate::statements::{Found, Reader};
use crate::versions::Standing;
use crate::world::{Surroundings, World};
use obstat_model::actor::{Actor, Participant, Role};
use obstat_model::assistance::Assistance;
use obstat_model::change::ChangeFacts;
use obstat_model::decision::{Decision, Outcome};
use obstat_model::evidence::Evidence;
use obstat_model::facts::{Facts, PathOwners, Problem};
use obstat_model::id::{PersonId, RepositoryId};
use obstat_model::time::Now;
use obstat_policy::explain::RuleReport;

/// How much a decision tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// What is missing.
    Plain,
    /// Also who could still give it.
    NameEligible,
}

/// Everything that was found out about a proposal, and the decision.
#[derive(Debug)]
pub struct Judgement {
    /// The repository.
    pub repository: RepositoryId,
    /// What was judged.
    pub proposal: Proposal,
    /// Its content.
    pub change: ChangeFacts,
    /// Its commits, newest first.
    pub commits: Vec<Commit>,
    /// What came and went with them.
    pub passing: Passing,
    /// AI involvement.
    pub assistance: Assistance,
    /// Who took part.
    pub participants: Vec<Participant>,
    /// Statements found.
    pub found: Found,
    /// The answer.
    pub decision: Decision,
    /// Why rules apply or not; only where names were asked for.
    pub explained: Vec<RuleReport>,
}

/// Judges one proposal against inputs that were read at its target's tip.
///
/// # Errors
/// [`PortError`] when a fact cannot be had. The caller must treat that as blocked.
pub fn judge(
    world: World,
    inputs: &Inputs,
    standing: &Standing,
    mut proposal: Proposal,
    detail: Detail,
) -> Result<Judgement, PortError> {
    let revision = proposal.revision;
    let change = content::gather(world, &proposal.target, revision)?;
    let tip = content::tree_of(world.repository, revision.tip)?;
    let trees = (tip, revision.tree);
    proposal.problems.extend(paths::problems(world.repository, trees, &change.files)?);
    let commits = world.repository.commits_between(revision.tip, revision.head)?;
    let passing = Passing::of((world.repository, world.memo), &change, &commits)?;
    let seen = passing.with(&change);
    let mut earlier = match world.surroundings {
        Surroundings::Searched => {
            people::earlier_forms((world.repository, world.memo), &change, &commits)?
        }
        Surroundings::Ignored { .. } | Surroundings::Supposed(_) => Earlier::default(),
    };
    let reader = Reader { world, standing };
    let mut found = reader.read(&proposal.target, &change)?;
    found.leave_out(world.repository, &passing)?;
    let (proposed, content) = (&proposal, (&change, &*seen));
    let case = Case { world, inputs, standing, proposal: proposed, content, commits: &commits };
    let mut concluded = case.conclude(&earlier, &found, detail)?;
    if concluded.decision.outcome == Outcome::Clear {
        let refused = reader.refused_heads(&proposal.target, &change, &commits)?;
        if !refused.is_empty() {
            found.statements.extend(refused);
            concluded = case.conclude(&earlier, &found, detail)?;
        }
    } else {
        // Only then, so that no approval of exactly this content shuts out those of what was merged.
        let carried = reader.recomputed(&proposal.target, &change)?;
        if !carried.is_empty() {
            // Whoever made what was approved took part, also where it comes without its commits.
            earlier.forms.extend(people::approved_forms(
                world.repository,
                revision.tip,
                &carried,
                &commits,
            )?);
            found.statements.extend(carried);
            found.leave_out(world.repository, &passing)?;
            concluded = case.conclude(&earlier, &found, detail)?;
        }
    }
    let Concluded { assistance, participants, decision, explained } = concluded;
    let repository = world.trust.repository;
    Ok(Judgement {
        repository,
        proposal,
        change,
        commits,
        passing,
        assistance,
        participants,
        found,
        decision,
        explained,
    })
}

/// A proposal with what does not depend on its statements.
#[derive(Clone, Copy)]
struct Case<'a> {
    world: World<'a>,
    inputs: &'a Inputs,
    standing: &'a Standing<'a>,
    proposal: &'a Proposal,
    /// What it changes, and that with what its commits touch on the way.
    content: (&'a ChangeFacts, &'a ChangeFacts),
    commits: &'a [Commit],
}

struct Concluded {
    assistance: Assistance,
    participants: Vec<Participant>,
    decision: Decision,
    explained: Vec<RuleReport>,
}

impl Case<'_> {
    /// By the target's own inputs and by newer ones of its origins: the first answer that is not
    /// clear, else the own one.
    fn conclude(
        &self,
        earlier: &Earlier,
        found: &Found,
        detail: Detail,
    ) -> Result<Concluded, PortError> {
        let own = self.by_inputs(earlier, found, detail)?;
        if own.decision.outcome != Outcome::Clear {
            return Ok(own);
        }
        for newer in self.standing.also()? {
            let Ok(inputs) = &*newer else { continue };
            let answer = Case { inputs, ..*self }.by_inputs(earlier, found, detail)?;
            if answer.decision.outcome != Outcome::Clear {
                return Ok(answer);
            }
        }
        Ok(own)
    }

    fn by_inputs(
        &self,
        earlier: &Earlier,
        found: &Found,
        detail: Detail,
    ) -> Result<Concluded, PortError> {
        let Self { world, inputs, standing, proposal, content: (change, seen), commits } = *self;
        let (roster, fingerprints) = (standing.roster(), &inputs.fingerprints);
        let directory = Directory { roster, fingerprints };
        let mut participants = people::participants(directory, commits, &proposal.pusher);
        let Earlier { forms, tracing } = earlier;
        participants.extend(people::contributors(directory, forms));
        let all: Vec<Commit> = commits.iter().chain(forms).cloned().collect();
        if matches!(world.surroundings, Surroundings::Searched) {
            participants.extend(people::bringers(directory, world.records, (commits, forms))?);
        }
        let notes = match world.surroundings {
            Surroundings::Searched => assist::notes(),
            Surroundings::Ignored { .. } | Surroundings::Supposed(_) => None,
        };
        let gathered =
            assist::of_change(world, fingerprints, (&all, notes.as_ref()), (change, tracing))?;
        let mut evidence = gathered.evidence;
        evidence.extend(of_branch(inputs, proposal));
        evidence.extend(people::agents(directory, &participants));
        if let Surroundings::Ignored { then, .. } = world.surroundings {
            participants.extend(people::recorded(then.contributors));
            evidence.extend(assist::recorded(then, &evidence));
        }
        let problems = [
            proposal.problems.clone(),
            gathered.problems,
            people::unread(commits),
            unusable_next(world, change)?,
        ]
        .concat();
        let window = Window { world, directory };
        let rolling = window.sums(&inputs.policy, proposal, seen, &participants)?;
        let owners = owners(inputs, seen);
        let undeclared = Assistance::conclude(evidence.clone(), None);
        let facts = Facts {
            repository: world.trust.repository,
            target: &proposal.target,
            tip: proposal.revision.tip,
            change: seen,
            assistance: &undeclared,
            participants: &participants,
            roster,
            owners: &owners,
            rolling: &rolling,
            statements: &found.statements,
            refused: &found.refused,
            problems: &problems,
        };
        let declared = obstat_policy::declared_unassisted(&inputs.policy, &facts, world.now);
        let assistance = Assistance::conclude(evidence, declared_by(&declared, &participants));
        let facts = Facts { assistance: &assistance, ..facts };
        let (decision, explained) = decide(inputs, &facts, world.now, detail);
        Ok(Concluded { assistance, participants, decision, explained })
    }
}

fn decide(inputs: &Inputs, facts: &Facts, now: Now, detail: Detail) -> (Decision, Vec<RuleReport>) {
    let policy = &inputs.policy;
    match detail {
        Detail::Plain => (obstat_policy::decide(policy, facts, now), Vec::new()),
        Detail::NameEligible => {
            let explained = obstat_policy::explain::explain(policy, facts, now);
            (obstat_policy::decide_naming_eligible(policy, facts, now), explained)
        }
    }
}

fn of_branch(inputs: &Inputs, proposal: &Proposal) -> Vec<Evidence> {
    proposal.branch.as_ref().map_or_else(Vec::new, |b| inputs.fingerprints.of_branch(b))
}

fn owners(inputs: &Inputs, change: &ChangeFacts) -> Vec<PathOwners> {
    let of =
        |path| inputs.code_owners.as_ref().map_or_else(PathOwners::default, |c| c.owners(path));
    change.files.iter().map(|f| of(&f.change.path)).collect()
}

/// The author who signed that no AI helped, if every person who is an author has signed so. An
/// agent among the authors is evidence against it.
fn declared_by(declared: &[PersonId], participants: &[Participant]) -> Option<PersonId> {
    let authors = participants.iter().filter(|p| matches!(p.role, Role::Author | Role::CoAuthor));
    let mut people = authors.filter(|p| !matches!(p.actor, Some(Actor::Agent(_)))).peekable();
    people.peek()?;
    let all = people.all(|p| matches!(&p.actor, Some(Actor::Person(id)) if declared.contains(id)));
    if all { declared.first().cloned() } else { None }
}

/// A change that touches decision inputs must leave inputs that hold.
fn unusable_next(world: World, change: &ChangeFacts) -> Result<Vec<Problem>, PortError> {
    if change.inputs.is_none() {
        return Ok(Vec::new());
    }
    let next = world.inputs(change.revision.tree)?;
    Ok(next.as_ref().as_ref().err().map(Unusable::left_behind).into_iter().collect())
}
