//! Judges one proposal: gather → verify → enrich → decide. The same for every door.

use crate::assist;
use crate::content;
use crate::inputs::{Inputs, Loaded, Memo, Unusable};
use crate::people::{self, Directory};
use crate::ports::{Commit, PortError, Records, Repository, RosterCache};
use crate::proposal::Proposal;
use crate::rolling::Window;
use crate::statements::{Found, Reader};
use crate::versions::Standing;
use obstat_attest::VerifyOptions;
use obstat_model::actor::{Actor, Participant, Role};
use obstat_model::approval::Binding;
use obstat_model::assistance::Assistance;
use obstat_model::change::ChangeFacts;
use obstat_model::decision::Decision;
use obstat_model::evidence::Evidence;
use obstat_model::facts::{Facts, PathOwners, Problem};
use obstat_model::id::{InputsDigest, PersonId, RepositoryId};
use obstat_model::object::Oid;
use obstat_model::statement::{Act, Signer};
use obstat_model::time::Now;
use obstat_model::trust::TrustRoot;
use obstat_policy::explain::RuleReport;
use std::rc::Rc;

/// The outside world of one judgement.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// Content.
    pub repository: &'a dyn Repository,
    /// Records.
    pub records: &'a dyn Records,
    /// Parsed rosters.
    pub cache: &'a dyn RosterCache,
    /// Decision inputs that this run has read.
    pub memo: &'a Memo,
    /// The trust root.
    pub trust: &'a TrustRoot,
    /// Relying parties for browser signatures.
    pub options: &'a VerifyOptions<'a>,
    /// The one reading of the clock.
    pub now: Now,
    /// Whether facts beside the change are looked for.
    pub surroundings: Surroundings,
}

/// Facts that do not belong to a change but lie around it: other heads with earlier forms of it, and
/// authorship notes. They come and go after it has landed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surroundings {
    /// Searched: what every door does before anything lands.
    Searched,
    /// Ignored: what landed is decided again from itself, or a note pushed later could undo it.
    Ignored,
}

impl World<'_> {
    /// The decision inputs of a tree.
    ///
    /// # Errors
    /// [`PortError`] when objects cannot be read.
    pub fn inputs(&self, tree: Oid) -> Result<Rc<Loaded>, PortError> {
        self.memo.load(self.repository, tree, self.cache)
    }

    /// The digest of the decision inputs of a tree.
    ///
    /// # Errors
    /// [`PortError`] when objects cannot be read.
    pub fn inputs_digest(&self, tree: Oid) -> Result<InputsDigest, PortError> {
        self.memo.digest(self.repository, tree, self.cache)
    }
}

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
    proposal: Proposal,
    detail: Detail,
) -> Result<Judgement, PortError> {
    let revision = proposal.revision;
    let (repository, id) = (world.repository, world.trust.repository);
    let roster = standing.roster();
    let change = content::gather(world, &proposal.target, revision)?;
    let commits = repository.commits_between(revision.tip, revision.head)?;
    let directory = Directory { roster, fingerprints: &inputs.fingerprints };
    let earlier = match world.surroundings {
        Surroundings::Searched => people::earlier_forms(repository, &change, &commits)?,
        Surroundings::Ignored => Vec::new(),
    };
    let mut participants = people::participants(directory, &commits, &proposal.pusher);
    participants.extend(people::contributors(directory, &earlier));
    let reader = Reader {
        repository,
        records: world.records,
        id,
        gates: &world.trust.gates,
        standing,
        options: world.options,
        now: world.now,
    };
    let found = reader.read(&proposal.target, &change)?;
    let mut all: Vec<Commit> = commits.clone();
    all.extend(earlier);
    let notes = match world.surroundings {
        Surroundings::Searched => assist::notes(repository)?,
        Surroundings::Ignored => None,
    };
    let fingerprints = &inputs.fingerprints;
    let gathered = assist::of_change(repository, fingerprints, (&all, notes.as_ref()), &change)?;
    let mut evidence = gathered.evidence;
    evidence.extend(of_branch(inputs, &proposal));
    evidence.extend(people::agents(directory, &participants));
    let assistance = Assistance::conclude(evidence, declared_by(&found, &participants));
    let unusable = unusable_next(world, &change)?;
    let problems = [proposal.problems.clone(), gathered.problems, unusable].concat();
    let rolling = Window { world, directory }.sums(
        &inputs.policy,
        &proposal.target,
        &change,
        &participants,
    )?;
    let owners = owners(inputs, &change);
    let (decision, explained) = {
        let facts = Facts {
            repository: id,
            target: &proposal.target,
            tip: revision.tip,
            change: &change,
            assistance: &assistance,
            participants: &participants,
            roster,
            owners: &owners,
            rolling: &rolling,
            statements: &found.statements,
            refused: &found.refused,
            problems: &problems,
        };
        decide(inputs, &facts, world.now, detail)
    };
    Ok(Judgement {
        repository: id,
        proposal,
        change,
        commits,
        assistance,
        participants,
        found,
        decision,
        explained,
    })
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
fn declared_by(found: &Found, participants: &[Participant]) -> Option<PersonId> {
    let declared: Vec<&PersonId> = found
        .statements
        .iter()
        .filter(|s| s.binding == Binding::Exact && !s.spent)
        .filter(|s| s.verified.statement.act == Act::Author { unassisted: true })
        .filter_map(|s| match &s.verified.signer {
            Signer::Person(person) => Some(person),
            Signer::Service(_) => None,
        })
        .collect();
    let authors = participants.iter().filter(|p| matches!(p.role, Role::Author | Role::CoAuthor));
    let people = authors.filter(|p| !matches!(p.actor, Some(Actor::Agent(_))));
    let mut people = people.peekable();
    people.peek()?;
    let all = people.all(|p| matches!(&p.actor, Some(Actor::Person(id)) if declared.contains(&id)));
    if all { declared.into_iter().min().cloned() } else { None }
}

/// A change that touches decision inputs must leave inputs that hold.
fn unusable_next(world: World, change: &ChangeFacts) -> Result<Vec<Problem>, PortError> {
    if change.inputs.is_none() {
        return Ok(Vec::new());
    }
    Ok(match &*world.inputs(change.revision.tree)? {
        Ok(_) => Vec::new(),
        Err(Unusable::Missing(path)) => vec![Problem {
            code: "inputs-removed",
            text: format!("the change removes {path}, after which nothing could be decided"),
            hint: format!("keep {path} in the change"),
        }],
        Err(unusable @ Unusable::Broken(_)) => vec![unusable.problem()],
    })
}
