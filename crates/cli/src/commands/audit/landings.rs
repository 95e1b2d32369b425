//! What landed on protected targets, by the gate's records: signed, overridden, unsigned.

use crate::clock;
use crate::context::{self, change::OPTIONS};
use crate::error::CliError;
use obstat_attest::record;
use obstat_gate::ports::{NoCache, PortError, Records as _, Repository as _};
use obstat_gate::{governing, inputs};
use obstat_git::GitRepository;
use obstat_model::decision::Outcome;
use obstat_model::id::{PersonId, StatementHash};
use obstat_model::landing::{LandedChange, LandingKind, LandingRecord};
use obstat_model::object::{Oid, RefName};
use obstat_model::roster::Roster;
use obstat_model::statement::{Act, Signer};
use obstat_model::trust::TrustRoot;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;

/// How one commit reached a target.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Landing {
    pub(crate) outcome: Outcome,
    pub(crate) signed: bool,
}

/// An override and its after-review.
#[derive(Debug, Clone)]
pub(crate) struct Exception {
    pub(crate) id: StatementHash,
    pub(crate) holder: String,
    pub(crate) reason: String,
    pub(crate) review_due: obstat_model::time::Timestamp,
    pub(crate) reviewed: bool,
}

/// Why something landed that was not cleared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// Around the gate: no record tells of it.
    Unrecorded,
    /// In shadow or warn mode.
    Unenforced,
    /// By override.
    Overridden,
    /// Taken over as it stood, after the gate had begun.
    Adopted,
}

impl How {
    /// The name for machines.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Unrecorded => "unrecorded",
            Self::Unenforced => "unenforced",
            Self::Overridden => "overridden",
            Self::Adopted => "adopted",
        }
    }

    /// The name for people.
    pub(crate) fn phrase(self) -> &'static str {
        match self {
            Self::Unrecorded => "around the gate",
            Self::Unenforced => "let through by mode",
            Self::Overridden => "by override",
            Self::Adopted => "taken over",
        }
    }
}

/// Figures of one target.
#[derive(Debug, Clone, Default)]
pub(crate) struct Target {
    pub(crate) signed: u64,
    pub(crate) overridden: u64,
    pub(crate) unenforced: u64,
    /// Tips that landed by override or by mode, newest first: how, and who pushed.
    pub(crate) let_through: Vec<(Oid, How, String)>,
    /// Commits on the first-parent chain since bootstrap that no record covers, newest first.
    pub(crate) unsigned: Vec<Oid>,
}

/// Everything that landed. Empty without a trust root.
#[derive(Debug, Default)]
pub(crate) struct Landed {
    known: bool,
    by_commit: HashMap<Oid, Landing>,
    declared: HashMap<Oid, PersonId>,
    pub(crate) targets: BTreeMap<RefName, Target>,
    pub(crate) exceptions: Vec<Exception>,
}

impl Landed {
    pub(crate) fn read(
        repository: &GitRepository,
        trust: Option<&PathBuf>,
    ) -> Result<Self, CliError> {
        let mut landed = Self::default();
        let trust = match context::trust_for_reading(repository, trust) {
            Ok((root, _)) => root,
            Err(error) if trust.is_some() => return Err(error),
            Err(_) => return Ok(landed),
        };
        landed.known = true;
        let records = records(repository, &trust)?;
        let mut covered: HashMap<RefName, HashSet<Oid>> = HashMap::new();
        let mut starts: HashMap<RefName, Oid> = HashMap::new();
        for record in &records {
            if record.kind == LandingKind::Bootstrap {
                starts.insert(record.target.clone(), record.to);
                landed.adopted(record);
            }
            let chain = covered.entry(record.target.clone()).or_default();
            for change in &record.changes {
                landed.add(repository, record, change, chain)?;
            }
        }
        for (target, start) in starts {
            let known = covered.remove(&target).unwrap_or_default();
            let unsigned = unsigned(repository, &target, start, &known)?;
            landed.targets.entry(target).or_default().unsigned = unsigned;
        }
        Ok(landed)
    }

    /// A ref that was taken over when there were landings already.
    fn adopted(&mut self, record: &LandingRecord) {
        if record.seen > 0 {
            let target = self.targets.entry(record.target.clone()).or_default();
            target.let_through.push((record.to, How::Adopted, String::new()));
        }
    }

    fn add(
        &mut self,
        repository: &GitRepository,
        record: &LandingRecord,
        change: &LandedChange,
        chain: &mut HashSet<Oid>,
    ) -> Result<(), CliError> {
        let signed = change.outcome == Outcome::Clear && change.overridden_by.is_none();
        let target = self.targets.entry(record.target.clone()).or_default();
        match record.kind {
            LandingKind::Bootstrap => return Ok(()),
            _ if change.overridden_by.is_some() => {
                target.overridden += 1;
                target.let_through.push((change.to, How::Overridden, record.pusher.clone()));
            }
            _ if signed => target.signed += 1,
            _ => {
                target.unenforced += 1;
                target.let_through.push((change.to, How::Unenforced, record.pusher.clone()));
            }
        }
        // History that was rewritten away is no longer there to be read; its record stands.
        if repository.commit(change.to).is_err() {
            return Ok(());
        }
        let landing = Landing { outcome: change.outcome, signed };
        let declared = declared(repository, record, change)?;
        for commit in repository.commits_between(change.from, change.to)? {
            self.by_commit.insert(commit.id, landing);
            if let Some(person) = &declared {
                self.declared.insert(commit.id, person.clone());
            }
        }
        let parents = repository.first_parents(change.from, change.to)?.unwrap_or_default();
        chain.extend(parents.iter().map(|c| c.id));
        self.exceptions.extend(exception(repository, record, change)?);
        Ok(())
    }

    /// Whether there is a gate whose records could be read.
    pub(crate) fn has_policy(&self) -> bool {
        self.known
    }

    pub(crate) fn of(&self, commit: Oid) -> Option<Landing> {
        self.by_commit.get(&commit).copied()
    }

    pub(crate) fn declared_by(&self, commit: Oid) -> Option<&PersonId> {
        self.declared.get(&commit)
    }

    pub(crate) fn late(&self) -> usize {
        let now = clock::now().0;
        self.exceptions.iter().filter(|e| !e.reviewed && e.review_due < now).count()
    }
}

fn records(repository: &GitRepository, trust: &TrustRoot) -> Result<Vec<LandingRecord>, CliError> {
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

fn unsigned(
    repository: &GitRepository,
    target: &RefName,
    start: Oid,
    known: &HashSet<Oid>,
) -> Result<Vec<Oid>, PortError> {
    let tracking = target.as_str().replacen("refs/heads/", "refs/remotes/origin/", 1);
    let mut tip = None;
    if let Ok(name) = RefName::parse(&tracking) {
        tip = repository.reference(&name)?;
    }
    // In a clone, a local branch is what somebody works on, not what reached the target.
    let own = if repository.has_remote("origin") { None } else { repository.reference(target)? };
    let Some(tip) = tip.or(own) else { return Ok(Vec::new()) };
    let chain = repository.first_parents(Some(start), tip)?.unwrap_or_default();
    Ok(chain.iter().rev().map(|c| c.id).filter(|id| !known.contains(id)).collect())
}

/// Statements on a landed change, verified against the roster as of its base.
fn statements(
    repository: &GitRepository,
    record: &LandingRecord,
    change: &LandedChange,
) -> Result<Vec<obstat_model::approval::VerifiedApproval>, PortError> {
    let Some(roster) = roster_at(repository, governing::judged_at(record))? else {
        return Ok(Vec::new());
    };
    let bytes = repository.statements(change.digest)?;
    let verify = |b: &Vec<u8>| obstat_attest::verify_bytes(b, &roster, &OPTIONS).ok();
    Ok(bytes.iter().filter_map(verify).collect())
}

fn roster_at(repository: &GitRepository, commit: Option<Oid>) -> Result<Option<Roster>, PortError> {
    let Some(commit) = commit else { return Ok(None) };
    let tree = repository.commit(commit)?.tree;
    Ok(inputs::load(repository, tree, &NoCache)?.ok().map(|i| i.roster))
}

/// Who signed that no AI helped, if that statement is among those that counted.
fn declared(
    repository: &GitRepository,
    record: &LandingRecord,
    change: &LandedChange,
) -> Result<Option<PersonId>, PortError> {
    for verified in statements(repository, record, change)? {
        let counted = change.statements.contains(&verified.hash);
        if let (true, Act::Author { unassisted: true }, Signer::Person(person)) =
            (counted, &verified.statement.act, &verified.signer)
        {
            return Ok(Some(person.clone()));
        }
    }
    Ok(None)
}

fn exception(
    repository: &GitRepository,
    record: &LandingRecord,
    change: &LandedChange,
) -> Result<Option<Exception>, PortError> {
    let Some(id) = change.overridden_by else { return Ok(None) };
    let all = statements(repository, record, change)?;
    let Some(own) = all.iter().find(|v| v.hash == id) else { return Ok(None) };
    let Act::Override { review_due } = own.statement.act else { return Ok(None) };
    let by_other = |v: &&obstat_model::approval::VerifiedApproval| {
        v.statement.act == Act::Review { of: id } && v.signer != own.signer
    };
    let reviewed = all.iter().any(|v| by_other(&v));
    let holder = match &own.signer {
        Signer::Person(p) => p.to_string(),
        Signer::Service(s) => s.to_string(),
    };
    let reason = obstat_model::text::escape_cut(&own.statement.reason, 200);
    Ok(Some(Exception { id, holder, reason, review_due, reviewed }))
}
