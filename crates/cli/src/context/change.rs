//! Finds the change and target that a command line means, and judges it.

use super::{Pinned, ref_name, trust_for_reading};
use crate::clock;
use crate::context::store::DiskCache;
use crate::error::CliError;
use obstat_attest::VerifyOptions;
use obstat_gate::cover::{self, Advance, Coverage, cover};
use obstat_gate::inputs::{self, Inputs, Loaded, Memo, Unusable};
use obstat_gate::pipeline::{Detail, Judgement, judge};
use obstat_gate::ports::{PortError, Repository as _};
use obstat_gate::proposal::{Proposal, Pusher, revision};
use obstat_gate::versions::Standing;
use obstat_gate::world::{Seen, Surroundings, World};
use obstat_git::GitRepository;
use obstat_model::object::{Oid, RefName};
use obstat_model::roster::Roster;
use obstat_model::text::escape_cut;
use obstat_model::trust::TrustRoot;
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
    /// The default branch, whose policy is the server's.
    policy_ref: Option<RefName>,
}

/// The remote that is meant where none is named.
const DEFAULT_REMOTE: &str = "origin";

/// No browsers without a server.
pub(crate) const OPTIONS: VerifyOptions<'static> = VerifyOptions { webauthn: &[] };

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
    let world = World {
        repository: &repository,
        records: &repository,
        cache: &cache,
        memo: &Memo::default(),
        trust: &trust,
        options: &OPTIONS,
        now: clock::now(),
        seen: Seen::All,
        surroundings: Surroundings::Searched,
    };
    let policy_ref = default_branch(&repository, remote);
    let standing = Standing::read(world, &inputs, &target)?;
    let roster = bound(standing, policy_ref.as_ref())?.roster().clone();
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
        policy_ref,
    })
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
    let target = full.or_else(|| named(&inputs, name).into_iter().next());
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
    let (branch, policy_ref) = (None, None);
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
        policy_ref,
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

/// The inputs of the default branch.
fn main_of(repository: &GitRepository, remote: Option<&str>) -> Result<Option<Inputs>, CliError> {
    for main in mains(repository, remote)? {
        let Some(tip) = tip_of(repository, &main, remote)? else { continue };
        if let Ok(inputs) = inputs_at(repository, tip)? {
            return Ok(Some(inputs));
        }
    }
    Ok(None)
}

/// What the default branch may be called, the likeliest first.
fn mains(repository: &GitRepository, remote: Option<&str>) -> Result<Vec<RefName>, CliError> {
    let mut names: Vec<RefName> = default_branch(repository, remote).into_iter().collect();
    names.extend([ref_name("refs/heads/main")?, ref_name("refs/heads/master")?]);
    Ok(names)
}

/// The inputs at a tip or, where they are broken, the last that held: as at the gate, those say who
/// may repair them.
fn inputs_at(repository: &GitRepository, tip: Oid) -> Result<Loaded, CliError> {
    let cache = DiskCache::of(repository.directory());
    let here = inputs::load(repository, repository.commit(tip)?.tree, &cache)?;
    if !matches!(here, Err(Unusable::Broken(_))) {
        return Ok(here);
    }
    let chain = repository.first_parents(None, tip)?.unwrap_or_default();
    for commit in chain.iter().rev() {
        let found = inputs::load(repository, commit.tree, &cache)?;
        if found.is_ok() {
            return Ok(found);
        }
    }
    Ok(here)
}

impl Prepared {
    /// Whether the change is a part of the target, or of the base that was named, already.
    pub(crate) fn has_landed(&self) -> Result<bool, CliError> {
        Ok(self.repository.is_ancestor(self.head, self.tip)?)
    }

    /// Whether anything of the gate's was fetched: without it, nothing that was signed is known.
    pub(crate) fn has_records(&self) -> Result<bool, CliError> {
        Ok(!self.repository.refs().below("refs/obstat/")?.is_empty())
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
        self.with_world(|world, standing| {
            let found = revision(&self.repository, Some(self.tip), self.head)?;
            let revision = found.map_err(|why| {
                let problem = why.problem();
                let text = format!("{} to {}: {}", self.label, self.target.short(), problem.text);
                CliError::usage(text, problem.hint)
            })?;
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
        let world = World {
            repository: &self.repository,
            records: &self.repository,
            cache: &cache,
            memo: &memo,
            trust: &self.trust,
            options: &OPTIONS,
            now: clock::now(),
            seen: Seen::All,
            surroundings: Surroundings::Searched,
        };
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

fn branch_of(repository: &GitRepository, label: &str) -> Option<String> {
    if label == "HEAD" {
        return repository.head_branch()?.strip_prefix("refs/heads/").map(str::to_owned);
    }
    let name = RefName::parse(&format!("refs/heads/{label}")).ok()?;
    repository.reference(&name).ok().flatten().map(|_| label.to_owned())
}

/// The remote that is meant: as asked, the one that the branch follows, `origin`, or the only one.
/// `None` in a repository without remotes.
fn remote_of(
    repository: &GitRepository,
    asked: Option<&str>,
    branch: Option<&str>,
) -> Result<Option<String>, CliError> {
    let known = repository.remotes();
    let listed = || known.iter().map(|r| escape_cut(r, 60)).collect::<Vec<_>>().join(", ");
    if let Some(name) = asked {
        if known.iter().any(|remote| remote == name) {
            return Ok(Some(name.to_owned()));
        }
        let text = format!("there is no remote `{}`", escape_cut(name, 60));
        return Err(CliError::usage(text, format!("known: {}", listed())));
    }
    let followed = branch.and_then(|branch| repository.upstream(branch)).map(|(remote, _)| remote);
    let likely = followed.into_iter().chain([DEFAULT_REMOTE.to_owned()]);
    if let Some(remote) = likely.into_iter().find(|remote| known.contains(remote)) {
        return Ok(Some(remote));
    }
    match known.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one.clone())),
        _ => Err(CliError::usage(
            "this repository has several remotes, and none is called origin",
            format!("name the one that counts with --remote: {}", listed()),
        )),
    }
}

/// What a command line says of the target.
struct Asked<'a> {
    target: Option<&'a str>,
    branch: Option<&'a str>,
    remote: Option<&'a str>,
}

/// The target's ref and its tip here: the remote's copy where there is one.
fn target_of(
    repository: &GitRepository,
    asked: Asked,
    main: Option<&Inputs>,
) -> Result<(RefName, Oid), CliError> {
    let mut candidates = Vec::new();
    match asked.target {
        Some(full) if full.starts_with("refs/") => candidates.push(full.to_owned()),
        Some(name) => {
            candidates.extend(main.into_iter().flat_map(|main| named(main, name)));
            candidates.push(format!("refs/heads/{name}"));
        }
        None => {
            candidates.extend(asked.branch.map(|b| format!("refs/heads/{b}")));
            // A fix for a release follows the release.
            let followed = asked.branch.and_then(|branch| repository.upstream(branch));
            candidates.extend(followed.map(|(_, branch)| branch));
            let mains = mains(repository, asked.remote)?;
            candidates.extend(mains.iter().map(ToString::to_string));
        }
    }
    for candidate in candidates {
        let target = ref_name(&candidate)?;
        let Some(tip) = tip_of(repository, &target, asked.remote)? else { continue };
        let known = inputs_at(repository, tip)?;
        let names = |inputs: &Inputs| inputs.policy.target_of(&target).is_some();
        if main.is_some_and(names) || known.as_ref().map_or(asked.target.is_some(), names) {
            return Ok((target, tip));
        }
    }
    let known: Vec<&str> = main
        .map(|main| main.policy.targets().iter().map(|t| t.name().as_str()).collect())
        .unwrap_or_default();
    let hint = match known.as_slice() {
        [] => {
            let remote = asked.remote.unwrap_or_default();
            format!(
                "name it with --target, and fetch it with `git fetch {}`",
                escape_cut(remote, 60)
            )
        }
        names => format!("known: {}", names.join(", ")),
    };
    Err(CliError::usage(
        match asked.target {
            Some(name) => {
                format!("no protected target `{}` is known here", escape_cut(name, 60))
            }
            None => "no protected target is known here".to_owned(),
        },
        hint,
    ))
}

/// Refs without wildcards that a policy gives to a target name.
fn named(main: &Inputs, name: &str) -> Vec<String> {
    let target = main.policy.targets().iter().find(|t| t.name().as_str() == name);
    let refs = target.map(|t| t.refs().to_vec()).unwrap_or_default();
    refs.into_iter().filter(|r| !r.contains(['*', '?', '[', '{'])).collect()
}

fn default_branch(repository: &GitRepository, remote: Option<&str>) -> Option<RefName> {
    let remote = remote?;
    let head = repository.symbolic_target(&format!("refs/remotes/{remote}/HEAD"))?;
    let short = head.strip_prefix(&format!("refs/remotes/{remote}/"))?;
    RefName::parse(&format!("refs/heads/{short}")).ok()
}

/// The tip of a target as the remote last had it, else the local branch of a repository without
/// remotes.
fn tip_of(
    repository: &GitRepository,
    target: &RefName,
    remote: Option<&str>,
) -> Result<Option<Oid>, CliError> {
    let branch = target.as_str().strip_prefix("refs/heads/");
    let (Some(remote), Some(branch)) = (remote, branch) else {
        return Ok(repository.reference(target)?);
    };
    Ok(repository.reference(&ref_name(&format!("refs/remotes/{remote}/{branch}"))?)?)
}
