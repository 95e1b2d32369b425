//! Finds the protected ref, and the remote whose copy of it counts, that a command line means. Judges
//! nothing.

use super::ref_name;
use crate::context::store::DiskCache;
use crate::error::CliError;
use obstat_gate::inputs::{self, Inputs, Loaded, Unusable};
use obstat_gate::ports::Repository as _;
use obstat_git::GitRepository;
use obstat_model::object::{Oid, RefName};
use obstat_model::text::escape_cut;

/// The remote that is meant where none is named.
const DEFAULT_REMOTE: &str = "origin";

/// The inputs of the default branch.
pub(super) fn main_of(
    repository: &GitRepository,
    remote: Option<&str>,
) -> Result<Option<Inputs>, CliError> {
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

/// The branch that policy and roster are read from, as far as it is known here.
pub(crate) fn policy_branch(repository: &GitRepository) -> Result<Option<RefName>, CliError> {
    let branch = repository.head_branch();
    let own = branch.as_deref().and_then(|b| b.strip_prefix("refs/heads/"));
    let Ok(remote) = remote_of(repository, None, own) else { return Ok(None) };
    for main in mains(repository, remote.as_deref())? {
        if tip_of(repository, &main, remote.as_deref())?.is_some() {
            return Ok(Some(main));
        }
    }
    let own = branch.filter(|_| remote.is_none());
    own.map(|branch| ref_name(&branch)).transpose()
}

/// The inputs at a tip or, where they are broken, the last that held: as at the gate, those say who
/// may repair them.
pub(super) fn inputs_at(repository: &GitRepository, tip: Oid) -> Result<Loaded, CliError> {
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

pub(super) fn branch_of(repository: &GitRepository, label: &str) -> Option<String> {
    if label == "HEAD" {
        return repository.head_branch()?.strip_prefix("refs/heads/").map(str::to_owned);
    }
    let name = RefName::parse(&format!("refs/heads/{label}")).ok()?;
    repository.reference(&name).ok().flatten().map(|_| label.to_owned())
}

/// The remote that is meant: as asked, the one that the branch follows, `origin`, or the only one.
/// `None` in a repository without remotes.
pub(super) fn remote_of(
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
pub(super) struct Asked<'a> {
    pub(super) target: Option<&'a str>,
    pub(super) branch: Option<&'a str>,
    pub(super) remote: Option<&'a str>,
}

/// The target's ref and its tip here: the remote's copy where there is one.
pub(super) fn target_of(
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
pub(super) fn named(main: &Inputs, name: &str) -> Vec<String> {
    let target = main.policy.targets().iter().find(|t| t.name().as_str() == name);
    let refs = target.map(|t| t.refs().to_vec()).unwrap_or_default();
    refs.into_iter().filter(|r| !r.contains(['*', '?', '[', '{'])).collect()
}

pub(super) fn default_branch(repository: &GitRepository, remote: Option<&str>) -> Option<RefName> {
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
