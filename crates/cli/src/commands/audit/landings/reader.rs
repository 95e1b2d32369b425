//! Reads what bears on landings: records, statements, and the graph that they are about; counts
//! nothing.

use super::super::graph::Graph;
use crate::clock;
use crate::context::{self, OPTIONS};
use crate::error::CliError;
use obstat_attest::record;
use obstat_gate::memo::Memo;
use obstat_gate::people::{self, Directory};
use obstat_gate::ports::{InputsCache, PortError, Records as _, Repository as _};
use obstat_gate::receive::APPROVALS;
use obstat_gate::{deploy, governing, inputs};
use obstat_git::GitRepository;
use obstat_model::approval::VerifiedApproval;
use obstat_model::id::PersonId;
use obstat_model::landing::{LandedChange, LandingRecord};
use obstat_model::object::{Oid, RefName};
use obstat_model::trust::TrustRoot;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

/// Largest statement in bytes.
const STATEMENT_MAX: u64 = 1 << 20;

pub(super) fn records(
    repository: &GitRepository,
    trust: &TrustRoot,
) -> Result<Vec<LandingRecord>, CliError> {
    let mut found = Vec::new();
    let mut broken = None;
    repository.newest_landings(&mut |bytes| match record::parse_landing(bytes, &trust.gates) {
        Ok(landing) => {
            found.push(landing);
            true
        }
        Err(error) => {
            broken = Some(error.to_string());
            false
        }
    })?;
    match broken {
        Some(why) => Err(CliError::untrusted(
            format!("a landing record does not verify: {why}"),
            "fetch refs/obstat/* again, and check that the trust file is of this repository",
        )),
        None => Ok(found),
    }
}

/// Reads what bears on landings, each thing once.
pub(super) struct Reader<'a> {
    repository: &'a GitRepository,
    trust: &'a TrustRoot,
    pub(super) graph: Graph,
    /// Filed statements by the digest that they are filed under.
    filed: HashMap<String, Vec<Oid>>,
    kept: Kept,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        repository: &'a GitRepository,
        trust: &'a TrustRoot,
        records: &[LandingRecord],
    ) -> Result<Self, CliError> {
        let mut heads: Vec<Oid> = Vec::new();
        let mut targets: HashSet<&RefName> = HashSet::new();
        for record in records {
            heads.extend(Some(record.to).filter(|id| repository.commit(*id).is_ok()));
            if targets.insert(&record.target) {
                heads.extend(tip_of(repository, &record.target)?);
            }
        }
        heads.sort_unstable();
        heads.dedup();
        let mut filed: HashMap<String, Vec<Oid>> = HashMap::new();
        for (name, id) in repository.refs().below(APPROVALS)? {
            let digest = name.as_str().strip_prefix(APPROVALS).and_then(|r| r.split_once('/'));
            if let Some((digest, _)) = digest {
                filed.entry(digest.to_owned()).or_default().push(id);
            }
        }
        let graph = Graph::read(repository, &heads)?;
        Ok(Self { repository, trust, graph, filed, kept: Kept::default() })
    }

    /// The parts of a landing; of one that slipped by, with what has been signed for it since.
    pub(super) fn as_it_stands(
        &self,
        record: &LandingRecord,
    ) -> Result<Vec<LandedChange>, PortError> {
        let mut changes = record.changes.clone();
        if !deploy::slipped(record) {
            return Ok(changes);
        }
        let memo = Memo::default();
        let world = context::world(self.repository, (&self.kept, &memo), self.trust, clock::now());
        for (change, part) in
            changes.iter_mut().zip(deploy::signed_since(world, record)?.unwrap_or_default())
        {
            change.outcome = part.decision.outcome;
            change.overridden_by = part.decision.diagnostics.overridden_by;
        }
        Ok(changes)
    }

    /// Statements on a landed change, verified against the roster as of its base.
    pub(super) fn statements(
        &self,
        record: &LandingRecord,
        change: &LandedChange,
    ) -> Result<Vec<VerifiedApproval>, PortError> {
        let Some(filed) = self.filed.get(&change.digest.to_string()) else {
            return Ok(Vec::new());
        };
        let Some(at) = governing::judged_at(record) else { return Ok(Vec::new()) };
        let tree = self.repository.commit(at)?.tree;
        let Ok(inputs) = inputs::load(self.repository, tree, &self.kept)? else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        for id in filed {
            let Some(bytes) = self.repository.blob(*id, STATEMENT_MAX)? else { continue };
            found.extend(obstat_attest::verify_bytes(&bytes, &inputs.roster, &OPTIONS).ok());
        }
        Ok(found)
    }

    /// People who made or brought a landed change.
    pub(super) fn makers(
        &self,
        record: &LandingRecord,
        change: &LandedChange,
    ) -> Result<Vec<PersonId>, PortError> {
        let Some(at) = governing::judged_at(record) else { return Ok(Vec::new()) };
        let tree = self.repository.commit(at)?.tree;
        let Ok(inputs) = inputs::load(self.repository, tree, &self.kept)? else {
            return Ok(Vec::new());
        };
        let directory = Directory { roster: &inputs.roster, fingerprints: &inputs.fingerprints };
        people::of_landing(directory, self.repository, record, change)
    }

    /// Commits of a target's chain that no record covers, newest first.
    pub(super) fn unsigned(
        &self,
        target: &RefName,
        start: Oid,
        known: &HashSet<Oid>,
    ) -> Result<Vec<Oid>, PortError> {
        let Some(tip) = tip_of(self.repository, target)? else { return Ok(Vec::new()) };
        let chain = self.graph.first_parents(Some(start), tip).unwrap_or_default();
        Ok(chain.into_iter().filter(|id| !known.contains(id)).collect())
    }
}

/// Checked inputs, kept for one run: what lies on disk here may be anybody's.
#[derive(Debug, Default)]
struct Kept(RefCell<HashMap<Oid, Vec<u8>>>);

impl InputsCache for Kept {
    fn recall(&self, object: Oid) -> Option<Vec<u8>> {
        self.0.borrow().get(&object).cloned()
    }

    fn keep(&self, object: Oid, bytes: &[u8]) {
        self.0.borrow_mut().insert(object, bytes.to_vec());
    }
}

/// Where a target is, as far as this repository knows.
fn tip_of(repository: &GitRepository, target: &RefName) -> Result<Option<Oid>, PortError> {
    let tracking = target.as_str().replacen("refs/heads/", "refs/remotes/origin/", 1);
    let mut tip = None;
    if let Ok(name) = RefName::parse(&tracking) {
        tip = repository.reference(&name)?;
    }
    // In a clone, a local branch is what somebody works on, not what reached the target.
    let own = if repository.has_remote("origin") { None } else { repository.reference(target)? };
    Ok(tip.or(own).map(|id| repository.peel(id)).transpose()?)
}
