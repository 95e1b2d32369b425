//! Reads signed statements on a change and finds how each binds to it; counts none of them.

pub(crate) mod carried;
pub(crate) mod difference;
pub(crate) mod filed;

use self::difference::Difference;

use crate::passing::Passing;
use crate::ports::{Commit, PortError, Repository};
use crate::versions::Standing;
use crate::world::{Surroundings, World};
use obstat_attest::Envelope;
use obstat_attest::record;
use obstat_model::approval::{
    ApprovalFacts, Binding, RefusedStatement, Then, TipState, VerifiedApproval,
};
use obstat_model::change::{ChangeFacts, FileChange};
use obstat_model::id::{ChangeDigest, StatementHash};
use obstat_model::landing::LandingRecord;
use obstat_model::object::{Oid, RefName};
use obstat_model::statement::{Act, Signer};
use obstat_model::time::Timestamp;
use std::collections::HashMap;

/// Most statements of one signer on one digest; more are refused on receipt.
pub const STATEMENTS_MAX: usize = 64;

/// Where statements are read and against what they are held.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// Content, records, keys of gates that are believed, and the moment.
    pub world: World<'a>,
    /// The roster in force, and those before it.
    pub standing: &'a Standing<'a>,
}

/// What was read.
#[derive(Debug, Default)]
pub struct Found {
    /// Statements with good signatures.
    pub statements: Vec<ApprovalFacts>,
    /// The rest, with reasons.
    pub refused: Vec<RefusedStatement>,
}

impl Found {
    /// Leaves out what was signed without all of what comes and goes with the change.
    pub(crate) fn leave_out(
        &mut self,
        repository: &dyn Repository,
        passing: &Passing,
    ) -> Result<(), PortError> {
        for fact in std::mem::take(&mut self.statements) {
            let statement = &fact.verified.statement;
            let admits = matches!(statement.act, Act::Approve | Act::Override { .. });
            if !admits || passing.is_below(repository, statement.context.head)? {
                self.statements.push(fact);
                continue;
            }
            self.refused.push(RefusedStatement {
                hash: fact.verified.hash,
                claimed: match &fact.verified.signer {
                    Signer::Person(id) => id.to_string(),
                    Signer::Service(id) => id.to_string(),
                },
                reason: "signed without commits that change files and change them back".to_owned(),
            });
        }
        Ok(())
    }
}

impl Reader<'_> {
    /// All statements that bear on a change for a target.
    ///
    /// # Errors
    /// [`PortError`] when records or objects cannot be read.
    pub fn read(&self, target: &RefName, change: &ChangeFacts) -> Result<Found, PortError> {
        let mut found = Found::default();
        for bytes in self.world.records.statements(change.digest)? {
            let verified = match self.verify(&bytes) {
                Ok(verified) => verified,
                Err(refused) => {
                    found.refused.push(refused);
                    continue;
                }
            };
            if !self.was_there(verified.hash)? {
                continue;
            }
            let exact = verified.statement.change == change.digest
                && verified.statement.context.target == *target
                && verified.statement.context.repository == self.world.trust.repository;
            let binding = if exact { Binding::Exact } else { Binding::Other };
            found.statements.push(self.facts(target, change, verified, binding)?);
        }
        Ok(found)
    }

    fn verify(&self, bytes: &[u8]) -> Result<VerifiedApproval, RefusedStatement> {
        obstat_attest::verify_bytes(bytes, self.standing.roster(), self.world.options)
    }

    /// Whether a statement takes part: later ones do not where a landing is decided again.
    fn was_there(&self, statement: StatementHash) -> Result<bool, PortError> {
        let Surroundings::Ignored { known, since, .. } = self.world.surroundings else {
            return Ok(true);
        };
        if known.contains(&statement) {
            return Ok(true);
        }
        let Some(since) = since else { return Ok(false) };
        let received = received_at(self.world, statement)?;
        Ok(received.is_some_and(|at| at >= since && at <= self.world.now.0))
    }

    fn facts(
        &self,
        target: &RefName,
        change: &ChangeFacts,
        verified: VerifiedApproval,
        binding: Binding,
    ) -> Result<ApprovalFacts, PortError> {
        let received_at = received_at(self.world, verified.hash)?.unwrap_or(self.world.now.0);
        let tip = self.tip_state(verified.statement.context.tip, change.revision.tip)?;
        // What refuses or takes back is never used up.
        let admits = !matches!(verified.statement.act, Act::Reject | Act::Withdraw);
        let spent = admits
            && tip == TipState::Ancestor
            && verified.statement.expires_at > self.world.now.0
            && binding != Binding::Other
            && self.is_spent((target, change), binding, (&verified, received_at))?;
        let then = self.then(&verified, received_at)?;
        Ok(ApprovalFacts { verified, received_at, then, binding, tip, spent })
    }

    /// The signer as the roster in force at receipt had them, where that is not the present one.
    fn then(&self, verified: &VerifiedApproval, received_at: Timestamp) -> Result<Then, PortError> {
        let Signer::Person(id) = &verified.signer else { return Ok(Then::AsNow) };
        if received_at >= self.world.now.0 {
            return Ok(Then::AsNow);
        }
        Ok(match self.standing.at(received_at)? {
            None => Then::AsNow,
            Some(roster) => Then::Person(roster.person(id).cloned().map(Box::new)),
        })
    }

    fn tip_state(&self, judged: Option<Oid>, present: Option<Oid>) -> Result<TipState, PortError> {
        let below = match (judged, present) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(old), Some(new)) => {
                old == new
                    || (self.world.repository.has_commit(old)?
                        && self.world.repository.is_ancestor(old, new)?)
            }
        };
        Ok(if below { TipState::Ancestor } else { TipState::Elsewhere })
    }

    /// Whether the approved content has landed on the target since it was signed for: by the gate's
    /// records, by the content of every tip since it was judged, which needs no record, and by the
    /// content of whatever has landed since it was signed, wherever the tip has gone.
    fn is_spent(
        &self,
        (target, change): (&RefName, &ChangeFacts),
        binding: Binding,
        (verified, received_at): (&VerifiedApproval, Timestamp),
    ) -> Result<bool, PortError> {
        let (judged, digest) = (verified.statement.context.tip, verified.statement.change);
        let mut landings = self.landings_of(digest)?;
        landings.extend(self.parsed(self.world.records.landings_with(verified.hash)?)?);
        landings.retain(|l| l.target == *target && l.repository == self.world.trust.repository);
        // In the second of its receipt a landing came before or after: the statement it counted came
        // before.
        let used = |l: &LandingRecord| {
            let counted = l.changes.iter().any(|c| c.statements.contains(&verified.hash));
            counted || (l.at > received_at && l.changes.iter().any(|c| c.digest == digest))
        };
        if landings.iter().any(|l| self.world.has_seen(l) && used(l)) {
            return Ok(true);
        }
        let Some(present) = change.revision.tip else { return Ok(false) };
        let Some(landed) = self.landed_since(target, (verified, received_at))? else {
            return Ok(true);
        };
        if Some(present) == judged && landed.is_empty() {
            return Ok(false);
        }
        for landing in &landings {
            if Some(present) != judged && self.landed_after((judged, present), landing, digest)? {
                return Ok(true);
            }
        }
        let chain = self.since(judged, present)?;
        let wanted: Vec<&FileChange> = change.files.iter().map(|f| &f.change).collect();
        if self.content_was_there(&chain, &wanted)? || self.content_was_there(&landed, &wanted)? {
            return Ok(true);
        }
        // What was approved may have come as a part of something, signed for by others.
        let repository = self.world.repository;
        let signed = match binding {
            Binding::Exact => Difference::of_change(repository, change)?,
            _ => Difference::of(repository, judged, verified.statement.context.head)?,
        };
        let Some(signed) = signed else { return Ok(false) };
        // Many may have signed for the same.
        let ids = landed.iter().map(|commit| commit.id).collect();
        let key = (signed.key(), judged, present, ids);
        if let Some(known) = self.world.memo.used_up(&key) {
            return Ok(known);
        }
        let trees = chain.iter().chain(&landed).map(|commit| commit.tree);
        let last = repository.commit(present)?.tree;
        let used_up = signed.is_used_up(self.world, trees, last)?;
        self.world.memo.keep_used_up(key, used_up);
        Ok(used_up)
    }

    /// What the target's tips were since one was judged. Where that came in by another way than along
    /// first parents, back to where it left.
    fn since(&self, judged: Option<Oid>, present: Oid) -> Result<Vec<Commit>, PortError> {
        let repository = self.world.repository;
        if let Some(chain) = repository.first_parents(judged, present)? {
            return Ok(chain);
        }
        let mut newer: HashMap<Oid, Commit> = HashMap::new();
        for commit in repository.commits_between(judged, present)? {
            newer.insert(commit.id, commit);
        }
        let (mut chain, mut next) = (Vec::new(), Some(present));
        while let Some(commit) = next.and_then(|id| newer.remove(&id)) {
            next = commit.parents.first().copied();
            chain.push(commit);
        }
        chain.reverse();
        Ok(chain)
    }

    /// What has landed on the target since a statement was signed, its parts included; `None` where that
    /// is not here any more, or too much. By the records of landings, for the target may have been moved
    /// since, and then no walk from the present tip finds it.
    fn landed_since(
        &self,
        target: &RefName,
        (verified, received_at): (&VerifiedApproval, Timestamp),
    ) -> Result<Option<Vec<Commit>>, PortError> {
        let statement = &verified.statement;
        // Whichever is earlier: who files it late, or dates it ahead, gains nothing.
        let signed_at = statement.issued_at.min(received_at);
        // Whoever signed on a tip knew what was there before it became one.
        let mut known = None;
        if let Some(judged) = statement.context.tip {
            for landing in self.parsed(self.world.records.landings_at(target, judged)?)? {
                if landing.at <= signed_at && landing.sequence < self.world.place() {
                    known = known.max(Some(landing.sequence));
                }
            }
        }
        let records = self.world.records;
        let Some(all) = self.world.memo.landed(records, target, (known, signed_at))? else {
            return Ok(None);
        };
        let mut found = Vec::new();
        for past in all.iter().filter(|past| past.sequence < self.world.place()) {
            let is_later = match known {
                Some(known) => past.sequence > known,
                None => past.at >= signed_at,
            };
            for tip in past.tips.iter().filter(|_| is_later) {
                let repository = self.world.repository;
                if !repository.has_commit(*tip)? {
                    return Ok(None);
                }
                // Where nothing tells when the tip that was signed on came, what lies below was there before.
                let judged = statement.context.tip.filter(|_| known.is_none());
                let is_below = judged.map(|judged| repository.is_ancestor(*tip, judged));
                if !is_below.transpose()?.unwrap_or(false) {
                    found.push(repository.commit(*tip)?);
                }
            }
        }
        Ok(Some(found))
    }

    fn landings_of(&self, digest: ChangeDigest) -> Result<Vec<LandingRecord>, PortError> {
        self.parsed(self.world.records.landings_of(digest)?)
    }

    fn parsed(&self, records: Vec<Vec<u8>>) -> Result<Vec<LandingRecord>, PortError> {
        let parse = |bytes: Vec<u8>| {
            let parsed = record::parse_landing(&bytes, &self.world.trust.gates);
            parsed
                .map_err(|e| PortError::Untrusted(format!("a landing record does not verify: {e}")))
        };
        records.into_iter().map(parse).collect()
    }

    /// Whether a landing of the digest lies between the tip that was judged and the present one.
    /// A landing whose commits are gone cannot be placed; it counts as if it did.
    fn landed_after(
        &self,
        (judged, present): (Option<Oid>, Oid),
        landing: &LandingRecord,
        digest: ChangeDigest,
    ) -> Result<bool, PortError> {
        let Some(change) = landing.changes.iter().find(|c| c.digest == digest) else {
            return Ok(false);
        };
        let gone = |id: Oid| self.world.repository.commit(id).is_err();
        if gone(change.to) || change.from.is_some_and(gone) {
            return Ok(true);
        }
        if !self.world.repository.is_ancestor(change.to, present)? {
            return Ok(false);
        }
        match (judged, change.from) {
            (None, _) => Ok(true),
            (Some(_), None) => Ok(false),
            (Some(judged), Some(from)) => self.world.repository.is_ancestor(judged, from),
        }
    }

    fn content_was_there(
        &self,
        chain: &[Commit],
        wanted: &[&FileChange],
    ) -> Result<bool, PortError> {
        for commit in chain {
            let mut all = !wanted.is_empty();
            for file in wanted {
                all = all && self.world.repository.entry(commit.tree, &file.path)? == file.new;
                if !all {
                    break;
                }
            }
            if all {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// When the gate first received a statement, by its signed receipt.
///
/// # Errors
/// [`PortError`] when the receipt is forged or cannot be read.
pub fn received_at(world: World, statement: StatementHash) -> Result<Option<Timestamp>, PortError> {
    let Some(bytes) = world.records.receipt(statement)? else { return Ok(None) };
    let broken = |e: String| PortError::Untrusted(format!("a receipt does not verify: {e}"));
    let receipt =
        record::parse_receipt(&bytes, &world.trust.gates).map_err(|e| broken(e.to_string()))?;
    if receipt.statement != statement || receipt.repository != world.trust.repository {
        return Err(broken("it names another statement or repository".to_owned()));
    }
    Ok(Some(receipt.at))
}

/// The claimed digest, hash and target of an envelope, to file it; nothing of it is proven.
///
/// # Errors
/// A sentence for the person who pushed it.
pub fn claimed(bytes: &[u8]) -> Result<(ChangeDigest, StatementHash), String> {
    let envelope = Envelope::parse(bytes).map_err(|e| e.to_string())?;
    let statement =
        obstat_attest::statement::parse(envelope.statement()).map_err(|e| e.to_string())?;
    Ok((statement.change, envelope.statement_hash()))
}
