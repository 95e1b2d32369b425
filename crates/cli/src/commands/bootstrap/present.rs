//! Records protected refs that stood before they were protected: at bootstrap, and later by hand.

use super::sign_next;
use crate::clock;
use crate::context::store::DiskCache;
use crate::context::world;
use crate::error::CliError;
use obstat_attest::record::GateKey;
use obstat_gate::deploy::{self, Answer};
use obstat_gate::governing::{Governing, Main};
use obstat_gate::inputs;
use obstat_gate::memo::Memo;
use obstat_gate::ports::Repository as _;
use obstat_git::GitRepository;
use obstat_git::records::{InputsTouched, LandingIndex, record_landings};
use obstat_model::landing::{LandingKind, LandingRecord};
use obstat_model::object::{Oid, RefName};
use obstat_model::trust::TrustRoot;

/// What was recorded with its tip, and what was not.
#[derive(Debug, Default)]
pub(super) struct Present {
    pub(super) recorded: Vec<(RefName, Oid)>,
    pub(super) left_out: Vec<RefName>,
}

/// There are records already when a ref is taken over by hand.
const SOME: u64 = 1;

/// Whose word a record is: the trust root of a repository, and the gate's key.
pub(super) type Gate<'a> = (&'a TrustRoot, &'a GateKey);

/// Records the state of every protected ref that exists: what lies below it was not judged.
pub(super) fn record_all(
    repository: &GitRepository,
    main: Main,
    gate: Gate,
) -> Result<Present, CliError> {
    let mut refs = repository.refs().below("refs/")?;
    // First, for what it judges must not be older.
    refs.sort_by_key(|(name, _)| name != main.name);
    let mut present = Present::default();
    for (name, id) in refs {
        if main.inputs.policy.target_of(&name).is_none() {
            continue;
        }
        let Ok(tip) = repository.peel(id) else { continue };
        if record(repository, (main, gate), (&name, tip), 0)? {
            present.recorded.push((name, tip));
        } else {
            present.left_out.push(name);
        }
    }
    Ok(present)
}

/// Records the state of one ref that a policy began to protect after bootstrap.
pub(super) fn adopt(
    repository: &GitRepository,
    main: Main,
    gate: Gate,
    name: &RefName,
) -> Result<Oid, CliError> {
    let (text, hint) = match repository.reference(name)? {
        None => (format!("{name} does not exist here"), "push it first".to_owned()),
        Some(_) if main.inputs.policy.target_of(name).is_none() => {
            let text = format!("the policy on {} does not protect {name}", main.name.short());
            (text, "add it to the `refs` of a target first".to_owned())
        }
        Some(id) => {
            let tip = repository.peel(id)?;
            if is_cleared(repository, gate.0, (name, tip))? {
                let text = format!("{} at {} is cleared already", name.short(), tip.short());
                (text, "there is nothing to do".to_owned())
            } else if record(repository, (main, gate), (name, tip), SOME)? {
                return Ok(tip);
            } else {
                let main = main.name.short();
                let text = format!("{} has another policy or roster than {main}", name.short());
                (text, format!("merge {main} into it, and push that"))
            }
        }
    };
    Err(CliError::usage(text, hint))
}

fn is_cleared(
    repository: &GitRepository,
    trust: &TrustRoot,
    (name, tip): (&RefName, Oid),
) -> Result<bool, CliError> {
    let cache = DiskCache::of(repository.directory());
    let memo = Memo::default();
    let world = world(repository, (&cache, &memo), trust, clock::now());
    Ok(matches!(deploy::verify(world, name, tip)?, Answer::Clear(_)))
}

/// Records the state of a ref. Not where it has inputs of its own that are others than those of
/// main: whoever made it wrote them, and they would judge it. It is as good as new.
fn record(
    repository: &GitRepository,
    (main, (root, key)): (Main, Gate),
    (name, tip): (&RefName, Oid),
    seen: u64,
) -> Result<bool, CliError> {
    let tree = repository.commit(tip)?.tree;
    let cache = DiskCache::of(repository.directory());
    let digest = inputs::digest_of(repository, tree, &cache)?;
    let own = inputs::load(repository, tree, &cache)?;
    let Some(governing) = Governing::of(&own, Some(main), name) else { return Ok(false) };
    if governing.governed.is_none() && digest != main.inputs.digest {
        return Ok(false);
    }
    let now = clock::now().0;
    let record = LandingRecord {
        repository: root.repository,
        target: name.clone(),
        from: None,
        to: tip,
        kind: LandingKind::Bootstrap,
        mode: governing.policy.mode(),
        changes: Vec::new(),
        pusher: String::new(),
        inputs: digest,
        governed: governing.governed,
        at: now,
        seen,
        sequence: 0,
        previous: None,
    };
    let index = LandingIndex {
        target: name.clone(),
        tip,
        digests: Vec::new(),
        statements: Vec::new(),
        inputs: InputsTouched::No,
        clearance: None,
    };
    record_landings(repository, &index, now, &mut |latest| {
        sign_next((key, &root.gates), &record, latest)
    })?;
    Ok(true)
}
