//! Finds the change and target that a command line means, and judges it.

use super::target::{
    Asked, branch_of, default_branch, inputs_at, main_of, named, remote_of, target_of,
};
use super::{Pinned, ref_name, trust_for_reading, world};
use crate::clock;
use crate::context::store::DiskCache;
use crate::error::CliError;
use crate::ui::brief::Came;
use obstat_attest::record;
use obstat_gate::cover::{self, Advance, Course, Coverage, cover};
use obstat_gate::deploy;
use obstat_gate::inputs::{self, Inputs, Loaded, Unusable};
use obstat_gate::memo::Memo;
use obstat_gate::pipeline::{Detail, Judgement, judge};
use obstat_gate::ports::{PortError, Repository as _};
use obstat_gate::proposal::{self, Proposal, Pusher, revision};
use obstat_gate::rolling::landing_at;
use obstat_gate::versions::Standing;
use obstat_gate::world::World;
use obstat_git::GitRepository;
use obstat_model::change::Revision;
use obstat_model::landing::{LandedChange, LandingKind, LandingRecord};
use obstat_model::object::{Oid, RefName};
use obstat_model::roster::Roster;
use obstat_model::text::escape_cut;
use obstat_model::time::Timestamp;
use obstat_model::trust::TrustRoot;
use obstat_policy::compare::{Difference, Version, compare};
use std::path::PathBuf;

/// Which change: arguments that several commands share.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ChangeArgs {
    /// The change: a commit, branch, or BASE..HEAD [default: HEAD]
    #[arg(value_name = "CHANGE")]
    pub(crate) change: Option<String>,
    /// The protected target, by policy name or ref [default: the branch it would go to]
    #[arg(long, short, value_name = "TARGET")]
    pub(crate) target: Option<String>,
    /// The remote whose tip counts [default: the one that the branch follows, else origin]
    #[arg(long, value_name = "REMOTE")]
    pub(crate) remote: Option<String>,
    /// The trust file [default: the one pinned here, else the published copy]
    #[arg(long, value_name = "FILE")]
    pub(crate) trust: Option<PathBuf>,
    /// BASE..HEAD has landed, BASE is what was agreed on: for deploys where no gate keeps records
    #[arg(long, requires = "target", requires = "trust")]
    pub(crate) landed: bool,
}

/// A change that was found, with everything it is judged by.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) repository: GitRepository,
    pub(crate) trust: TrustRoot,
    pub(crate) pinned: Pinned,
    pub(crate) inputs: Inputs,
    pub(crate) roster: Roster,
    pub(crate) target: RefName,
    pub(crate) tip: Oid,
    pub(crate) head: Oid,
    /// As the user would name it in a next command.
    pub(crate) label: String,
    branch: Option<String>,
    /// Whether it is judged from the target's tip, as the remote last had it.
    from_tip: bool,
    /// The default branch, whose policy is the server's.
    policy_ref: Option<RefName>,
    /// Whether it is to come, or came step by step.
    course: Course,
    /// The landing with which it came although something was missing, where it did.
    landing: Option<(LandingRecord, LandedChange)>,
}

/// Finds the change that the arguments mean.
pub(crate) fn prepare(args: &ChangeArgs) -> Result<Prepared, CliError> {
    let repository = super::here()?;
    let (trust, pinned) = trust_for_reading(&repository, args.trust.as_ref())?;
    let (base, label) = split(args.change.as_deref().unwrap_or("HEAD"));
    let head = repository.resolve(label)?;
    if args.landed {
        return landed(repository, (trust, pinned), args, (base, label, head));
    }
    let branch = branch_of(&repository, label);
    let remote = remote_of(&repository, args.remote.as_deref(), branch.as_deref())?;
    let remote = remote.as_deref();
    let main = main_of(&repository, remote)?;
    let asked = Asked { target: args.target.as_deref(), branch: branch.as_deref(), remote };
    let (target, tracked) = target_of(&repository, asked, main.as_ref())?;
    let tip = match base {
        Some(base) => repository.resolve(base)?,
        None => tracked,
    };
    let cache = DiskCache::of(repository.directory());
    let inputs = governing(inputs_at(&repository, tip)?, main, &target).map_err(|unusable| {
        let problem = unusable.problem();
        CliError::usage(problem.text, problem.hint)
    })?;
    let memo = Memo::default();
    let world = world(&repository, (&cache, &memo), &trust, clock::now());
    let policy_ref = default_branch(&repository, remote);
    let standing = Standing::read(world, &inputs, &target)?;
    let roster = bound(standing, policy_ref.as_ref())?.roster().clone();
    let came = base.is_some() && repository.is_ancestor(head, tracked)?;
    let landing = if came { unsigned(world, &target, (tip, head))? } else { None };
    let label = label.to_owned();
    Ok(Prepared {
        repository,
        trust,
        pinned,
        inputs,
        roster,
        target,
        tip,
        head,
        label,
        branch,
        from_tip: base.is_none(),
        policy_ref,
        course: Course::Pushed,
        landing,
    })
}

/// The landing that brought a part although something was missing: it may be signed for afterwards.
fn unsigned(
    world: World,
    target: &RefName,
    (from, to): (Oid, Oid),
) -> Result<Option<(LandingRecord, LandedChange)>, CliError> {
    let mut found = None;
    world.records.newest_landings(&mut |bytes| {
        let Ok(record) = record::parse_landing(bytes, &world.trust.gates) else { return true };
        if record.target != *target || record.kind != LandingKind::Unenforced {
            return true;
        }
        let is_it = |part: &&LandedChange| part.from == Some(from) && part.to == to;
        found = record.changes.iter().find(is_it).cloned().map(|part| (record.clone(), part));
        found.is_none()
    })?;
    Ok(found)
}

fn version(inputs: &Inputs) -> Version<'_> {
    let code_owners = inputs.code_owners.as_ref();
    Version { policy: &inputs.policy, roster: &inputs.roster, code_owners }
}

/// What has landed, judged by what stood at its base and by nothing else: whoever landed it wrote what
/// stands now.
fn landed(
    repository: GitRepository,
    (trust, pinned): (TrustRoot, Pinned),
    args: &ChangeArgs,
    (base, label, head): (Option<&str>, &str, Oid),
) -> Result<Prepared, CliError> {
    let base = base.ok_or_else(|| {
        CliError::usage("what has landed is a range", "name it: obstat check --landed BASE..HEAD")
    })?;
    let tip = repository.resolve(base)?;
    let cache = DiskCache::of(repository.directory());
    let inputs = inputs::load(&repository, repository.commit(tip)?.tree, &cache)?;
    let inputs = inputs.map_err(|unusable| {
        let problem = unusable.problem();
        CliError::usage(format!("at {}: {}", tip.short(), problem.text), problem.hint)
    })?;
    let name = args.target.as_deref().unwrap_or_default();
    let full = if name.starts_with("refs/") { Some(name.to_owned()) } else { None };
    let refs = named(&inputs, name);
    if refs.len() > 1 {
        return Err(CliError::usage(
            format!("`{}` stands for several refs", escape_cut(name, 60)),
            format!("name the one: --target {}", refs.join(", --target ")),
        ));
    }
    let target = full.or_else(|| refs.into_iter().next());
    let target = target.map(|target| ref_name(&target)).transpose()?;
    let protected = |target: &RefName| inputs.policy.target_of(target).is_some();
    let Some(target) = target.filter(protected) else {
        let known: Vec<&str> = inputs.policy.targets().iter().map(|t| t.name().as_str()).collect();
        let (name, tip) = (escape_cut(name, 60), tip.short());
        return Err(CliError::usage(
            format!("the policy at {tip} protects no `{name}`"),
            format!("known there: {}; a target of many refs is named by the ref", known.join(", ")),
        ));
    };
    let (roster, label) = (inputs.roster.clone(), label.to_owned());
    let (branch, policy_ref, course) = (None, None, Course::Landed);
    Ok(Prepared {
        repository,
        trust,
        pinned,
        inputs,
        roster,
        target,
        tip,
        head,
        label,
        branch,
        from_tip: false,
        policy_ref,
        course,
        landing: None,
    })
}

/// The target's own inputs or, where they do not name it, those of the default branch: as at the gate,
/// where a branch may be older than its protection.
fn governing(own: Loaded, main: Option<Inputs>, target: &RefName) -> Loaded {
    let names = |inputs: &Inputs| inputs.policy.target_of(target).is_some();
    match (own, main.filter(names)) {
        (Ok(own), main) if names(&own) || main.is_none() => Ok(own),
        (Ok(_) | Err(Unusable::Missing(_)), Some(main)) => Ok(main),
        (own, _) => own,
    }
}

/// The roster in force on the default branch binds as well.
fn bound<'a>(
    standing: Standing<'a>,
    policy_ref: Option<&RefName>,
) -> Result<Standing<'a>, PortError> {
    match policy_ref {
        Some(name) => standing.bound_by(name),
        None => Ok(standing),
    }
}

impl Prepared {
    /// Whether the change is a part of the target, or of the base that was named, already.
    pub(crate) fn has_landed(&self) -> Result<bool, CliError> {
        Ok(self.repository.is_ancestor(self.head, self.tip)?)
    }

    /// Whether it is to come.
    pub(crate) fn came(&self) -> Came {
        match (self.came_unsigned(), self.course) {
            (Some(at), _) => Came::Unsigned(at),
            (None, Course::Landed) => Came::AsItStands,
            (None, Course::Pushed) => Came::Not,
        }
    }

    /// When it landed although something was missing.
    pub(crate) fn came_unsigned(&self) -> Option<Timestamp> {
        self.landing.as_ref().map(|(record, _)| record.at)
    }

    /// Whether anything of the gate's was fetched: without it, nothing that was signed is known.
    pub(crate) fn has_records(&self) -> Result<bool, CliError> {
        Ok(!self.repository.refs().below("refs/obstat/")?.is_empty())
    }

    /// Whether policy and roster are others than the trust root began with, and no gate's record of the
    /// target's tip is here that tells who signed for that: as where a forge keeps the repository.
    pub(crate) fn inputs_are_of_nobody(&self) -> Result<bool, CliError> {
        let same = self.inputs.digest == self.trust.inputs;
        if same || !self.from_tip || !self.has_records()? {
            return Ok(false);
        }
        self.with_world(|world, _| Ok(landing_at(world, &self.target, self.tip)?.is_none()))
    }

    /// As [`Prepared::has_landed`], for commands that need something to decide on.
    pub(crate) fn must_be_open(self) -> Result<Self, CliError> {
        if self.has_landed()? {
            let target = self.target.short();
            return Err(CliError::usage(
                format!("{} is in {target} already: there is nothing to decide", self.label),
                "name the change: a branch, or OLD..NEW for what has landed",
            ));
        }
        Ok(self)
    }

    /// Judges the change as if it were pushed now by nobody in particular.
    pub(crate) fn judge(&self, detail: Detail) -> Result<Judgement, CliError> {
        let found = revision(&self.repository, Some(self.tip), self.head)?;
        let revision = found.map_err(|why| {
            let problem = why.problem();
            let text = format!("{} to {}: {}", self.label, self.target.short(), problem.text);
            CliError::usage(text, problem.hint)
        })?;
        self.judged(revision, detail)
    }

    /// What the change makes of policy and roster, where it touches them and both versions hold.
    pub(crate) fn new_rules(&self, judgement: &Judgement) -> Result<Option<Difference>, CliError> {
        if judgement.change.inputs.is_none() {
            return Ok(None);
        }
        let cache = DiskCache::of(self.repository.directory());
        let next = inputs::load(&self.repository, judgement.change.revision.tree, &cache)?;
        Ok(next.ok().map(|next| compare(version(&self.inputs), version(&next), clock::now())))
    }

    /// As [`Prepared::judge`], for who refuses it: what cannot be merged is taken as it is.
    pub(crate) fn judge_to_refuse(&self) -> Result<Judgement, CliError> {
        let found = revision(&self.repository, Some(self.tip), self.head)?;
        let as_it_is = proposal::landing(&self.repository, Some(self.tip), self.head)?;
        self.judged(found.unwrap_or(as_it_is), Detail::Plain)
    }

    fn judged(&self, revision: Revision, detail: Detail) -> Result<Judgement, CliError> {
        self.with_world(|world, standing| {
            if let Some((record, part)) = &self.landing
                && let Some(found) = deploy::with_what_is_here(world, record, part)?
            {
                return Ok(found);
            }
            let proposal = Proposal {
                target: self.target.clone(),
                revision,
                pusher: Pusher::Nobody,
                branch: self.branch.clone(),
                since: Some(self.tip),
                problems: Vec::new(),
            };
            Ok(judge(world, &self.inputs, standing, proposal, detail)?)
        })
    }

    /// The parts that a push of it would be covered by, as at the gate; `None` where it would be no
    /// advance along first parents.
    pub(crate) fn cover(&self) -> Result<Option<Coverage>, CliError> {
        if self.repository.first_parents(Some(self.tip), self.head)?.is_none() {
            return Ok(None);
        }
        let advance = Advance {
            target: self.target.clone(),
            from: Some(self.tip),
            to: self.head,
            pusher: Pusher::Nobody,
            problems: Vec::new(),
            course: self.course,
        };
        self.with_world(|world, standing| {
            Ok(Some(cover(world, &self.inputs, standing, &advance, || cover::ends(world))?))
        })
    }

    fn with_world<T>(
        &self,
        ask: impl FnOnce(World<'_>, &Standing<'_>) -> Result<T, CliError>,
    ) -> Result<T, CliError> {
        let cache = DiskCache::of(self.repository.directory());
        let memo = Memo::default();
        let world = world(&self.repository, (&cache, &memo), &self.trust, clock::now());
        let standing = Standing::read(world, &self.inputs, &self.target)?;
        ask(world, &bound(standing, self.policy_ref.as_ref())?)
    }
}

fn split(text: &str) -> (Option<&str>, &str) {
    match text.split_once("..") {
        Some((base, head)) if !base.is_empty() => {
            (Some(base), if head.is_empty() { "HEAD" } else { head })
        }
        Some((_, head)) if !head.is_empty() => (None, head),
        _ => (None, text),
    }
}
