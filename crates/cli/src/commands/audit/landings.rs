//! What landed on protected targets, by the gate's records: signed, overridden, unsigned.

mod reader;

use self::reader::{Reader, records};
use crate::clock;
use crate::context;
use crate::error::CliError;
use obstat_gate::deploy;
use obstat_git::GitRepository;
use obstat_model::approval::VerifiedApproval;
use obstat_model::decision::Outcome;
use obstat_model::id::{PersonId, StatementHash};
use obstat_model::landing::{LandedChange, LandingKind, LandingRecord};
use obstat_model::object::{Oid, RefName};
use obstat_model::statement::{Act, Signer};
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
    /// What landed by it.
    pub(crate) commit: Oid,
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
    /// Around the gate, or when it was not clear any more: a record tells of it, and nobody has signed.
    Slipped,
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
            Self::Slipped => "slipped",
            Self::Unenforced => "unenforced",
            Self::Overridden => "overridden",
            Self::Adopted => "adopted",
        }
    }

    /// The name for people.
    pub(crate) fn phrase(self) -> &'static str {
        match self {
            Self::Unrecorded => "around the gate",
            Self::Slipped => "around the gate",
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
    /// What came around the gate, or was not clear any more, and has not been signed for since.
    pub(crate) slipped: u64,
    /// How often it was taken over as it stood, after the gate had begun.
    pub(crate) adopted: u64,
    /// Tips that landed by override or by mode, newest first: how, and who pushed.
    pub(crate) let_through: Vec<(Oid, How, String)>,
    /// Commits on the first-parent chain since bootstrap that no record covers, newest first.
    pub(crate) unsigned: Vec<Oid>,
}

impl Target {
    /// Whether nothing has reached it.
    pub(crate) fn is_quiet(&self) -> bool {
        let landed = self.signed + self.overridden + self.unenforced + self.slipped + self.adopted;
        landed == 0 && self.unsigned.is_empty()
    }
}

/// Everything that landed. Empty without a trust root.
#[derive(Debug, Default)]
pub(crate) struct Landed {
    known: bool,
    by_commit: HashMap<Oid, Landing>,
    declared: HashMap<Oid, PersonId>,
    /// What was there when a target was first gated.
    before: HashSet<Oid>,
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
        let mut reader = Reader::new(repository, &trust, &records)?;
        let mut covered: HashMap<RefName, HashSet<Oid>> = HashMap::new();
        let mut starts: HashMap<RefName, Oid> = HashMap::new();
        // Oldest first: a commit has landed with the first landing that brought it.
        for record in records.iter().rev() {
            if record.kind == LandingKind::Bootstrap {
                starts.insert(record.target.clone(), record.to);
                landed.adopted(record);
                landed.before.extend(reader.graph.fresh(record.to));
            }
            let chain = covered.entry(record.target.clone()).or_default();
            for change in &reader.as_it_stands(record)? {
                landed.add(&mut reader, record, change, chain)?;
            }
        }
        for (target, start) in starts {
            let known = covered.remove(&target).unwrap_or_default();
            let unsigned = reader.unsigned(&target, start, &known)?;
            landed.targets.entry(target).or_default().unsigned = unsigned;
        }
        for target in landed.targets.values_mut() {
            target.let_through.reverse();
        }
        landed.exceptions.reverse();
        Ok(landed)
    }

    /// A ref that was taken over when there were landings already.
    fn adopted(&mut self, record: &LandingRecord) {
        if record.seen > 0 {
            let target = self.targets.entry(record.target.clone()).or_default();
            target.adopted += 1;
            target.let_through.push((record.to, How::Adopted, String::new()));
        }
    }

    fn add(
        &mut self,
        reader: &mut Reader<'_>,
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
            _ if deploy::slipped(record) => {
                target.slipped += 1;
                target.let_through.push((change.to, How::Slipped, record.pusher.clone()));
            }
            _ => {
                target.unenforced += 1;
                target.let_through.push((change.to, How::Unenforced, record.pusher.clone()));
            }
        }
        // History that was rewritten away is no longer there to be read; its record stands.
        if !reader.graph.holds(change.to) {
            return Ok(());
        }
        let landing = Landing { outcome: change.outcome, signed };
        let statements = reader.statements(record, change)?;
        let declared = declared(&statements, change);
        // What lies below without a record has not landed with this.
        change.from.map(|from| reader.graph.fresh(from));
        for id in reader.graph.fresh(change.to) {
            self.by_commit.insert(id, landing);
            if let Some(person) = &declared {
                self.declared.insert(id, person.clone());
            }
        }
        chain.extend(reader.graph.first_parents(change.from, change.to).unwrap_or_default());
        if change.overridden_by.is_some() {
            let makers = reader.makers(record, change)?;
            self.exceptions.extend(exception(&statements, change, &makers));
        }
        Ok(())
    }

    /// Whether there is a gate whose records could be read.
    pub(crate) fn has_policy(&self) -> bool {
        self.known
    }

    /// Whether a gate could have judged a commit: none was there before it began.
    pub(crate) fn is_gated(&self, commit: Oid) -> bool {
        self.known && !self.before.contains(&commit)
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

/// Who signed that no AI helped, if that statement is among those that counted.
fn declared(statements: &[VerifiedApproval], change: &LandedChange) -> Option<PersonId> {
    let counted = statements.iter().filter(|s| change.statements.contains(&s.hash));
    let mut said = counted.filter_map(|s| match (&s.statement.act, &s.signer) {
        (Act::Author { unassisted: true }, Signer::Person(person)) => Some(person.clone()),
        _ => None,
    });
    said.next()
}

/// An override, and whether somebody has reviewed it who neither holds it nor made what it let pass.
fn exception(
    statements: &[VerifiedApproval],
    change: &LandedChange,
    makers: &[PersonId],
) -> Option<Exception> {
    let id = change.overridden_by?;
    let own = statements.iter().find(|v| v.hash == id)?;
    let Act::Override { review_due } = own.statement.act else { return None };
    let made = |signer: &Signer| matches!(signer, Signer::Person(who) if makers.contains(who));
    let by_other = |v: &VerifiedApproval| {
        v.statement.act == Act::Review { of: id } && v.signer != own.signer && !made(&v.signer)
    };
    let reviewed = statements.iter().any(by_other);
    let holder = match &own.signer {
        Signer::Person(p) => p.to_string(),
        Signer::Service(s) => s.to_string(),
    };
    let reason = obstat_model::text::escape_cut(&own.statement.reason, 200);
    Some(Exception { id, commit: change.to, holder, reason, review_due, reviewed })
}
