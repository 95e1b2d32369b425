//! Statements under other digests that carry over to a change: those on a head whose merge with the
//! tip, recomputed, is what would land. Counts none of them.

use super::{Reader, received_at};
use crate::ports::{Merge, PortError};
use crate::proposal;
use obstat_model::approval::{ApprovalFacts, Binding, VerifiedApproval};
use obstat_model::change::ChangeFacts;
use obstat_model::digest::change_digest;
use obstat_model::id::ChangeDigest;
use obstat_model::object::{Oid, RefName};
use obstat_model::roster::KeyId;
use obstat_model::statement::Act;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

/// Most statements of other digests that are looked through.
const OTHERS_MAX: usize = 1_000_000;
/// Most statements of one key whose merges are recomputed whatever head they are on: each costs one,
/// and nobody shall slow down a push with a thousand.
const RUNNING_MAX: usize = 64;

/// A statement, by what it claims.
struct Filed {
    head: Oid,
    /// Whether it refuses or takes back, which never runs out.
    negative: bool,
    bytes: Vec<u8>,
}

impl Reader<'_> {
    /// Statements on a head whose merge with the tip, recomputed, is what would land.
    ///
    /// # Errors
    /// [`PortError`] when records or objects cannot be read.
    pub fn recomputed(
        &self,
        target: &RefName,
        change: &ChangeFacts,
    ) -> Result<Vec<ApprovalFacts>, PortError> {
        let Some(tip) = change.revision.tip else { return Ok(Vec::new()) };
        let (running, others) = self.filed(target, change.digest)?;
        let mut found = Vec::new();
        for filed in &running {
            found.extend(self.carried(tip, target, change, filed)?);
        }
        if others.is_empty() {
            return Ok(found);
        }
        // What was refused or taken back on a head stays so, however long ago and whatever else the
        // same key has signed since, where that head is what lands here.
        let mut heads: HashSet<Oid> =
            found.iter().map(|f| f.verified.statement.context.head).collect();
        let commits = self.world.repository.commits_between(Some(tip), change.revision.head)?;
        heads.extend(commits.iter().map(|commit| commit.id));
        for filed in others.iter().filter(|filed| heads.contains(&filed.head)) {
            found.extend(self.carried(tip, target, change, filed)?);
        }
        Ok(found)
    }

    /// Statements that claim to be for the target: those to be recomputed, and those that matter
    /// only if their head does. What they claim tells that without a signature.
    fn filed(
        &self,
        target: &RefName,
        digest: ChangeDigest,
    ) -> Result<(Vec<Filed>, Vec<Filed>), PortError> {
        let mut by_key: HashMap<Option<KeyId>, Vec<Filed>> = HashMap::new();
        let mut others = Vec::new();
        for bytes in self.world.records.other_statements(digest, OTHERS_MAX)? {
            let Some(claimed) = obstat_attest::claimed(&bytes) else { continue };
            if claimed.context.target != *target {
                continue;
            }
            let negative = matches!(claimed.act, Act::Reject | Act::Withdraw);
            let over = claimed.expires_at <= self.world.now.0;
            let filed = Filed { head: claimed.context.head, negative, bytes };
            match (over, negative) {
                (true, true) => others.push(filed),
                (true, false) => {}
                (false, _) => {
                    by_key.entry(obstat_attest::signing_key(&filed.bytes)).or_default().push(filed);
                }
            }
        }
        let mut running = Vec::new();
        for own in by_key.into_values() {
            let (kept, left) = self.newest(own)?;
            running.extend(kept);
            others.extend(left.into_iter().filter(|filed| filed.negative));
        }
        Ok((running, others))
    }

    /// The newest of one key, by receipt, which nobody can claim; and the rest.
    fn newest(&self, own: Vec<Filed>) -> Result<(Vec<Filed>, Vec<Filed>), PortError> {
        if own.len() <= RUNNING_MAX {
            return Ok((own, Vec::new()));
        }
        let mut dated = Vec::new();
        for filed in own {
            let hash = super::claimed(&filed.bytes).ok().map(|(_, hash)| hash);
            let at = hash.map(|hash| received_at(self.world, hash)).transpose()?.flatten();
            dated.push((Reverse(at.unwrap_or(self.world.now.0)), hash, filed));
        }
        dated.sort_by_key(|(at, hash, _)| (*at, *hash));
        let mut all: Vec<Filed> = dated.into_iter().map(|(_, _, filed)| filed).collect();
        let left = all.split_off(RUNNING_MAX);
        Ok((all, left))
    }

    fn carried(
        &self,
        tip: Oid,
        target: &RefName,
        change: &ChangeFacts,
        filed: &Filed,
    ) -> Result<Option<ApprovalFacts>, PortError> {
        let Ok(verified) = self.verify(&filed.bytes) else { return Ok(None) };
        let statement = &verified.statement;
        let here = statement.context.target == *target
            && statement.context.repository == self.world.trust.repository;
        if !here || !self.was_there(verified.hash)? || !self.merges_to(tip, &verified, change)? {
            return Ok(None);
        }
        self.facts(target, change, verified, Binding::Recomputed).map(Some)
    }

    fn merges_to(
        &self,
        tip: Oid,
        verified: &VerifiedApproval,
        change: &ChangeFacts,
    ) -> Result<bool, PortError> {
        let context = &verified.statement.context;
        // A head that is not here, or a tip that is not, cannot be recomputed: no approval then.
        let known = |id| self.world.repository.commit(id).is_ok();
        if !known(context.head) || context.tip.is_some_and(|t| !known(t)) {
            return Ok(false);
        }
        if self.world.repository.merge(tip, context.head)? != Merge::Tree(change.revision.tree) {
            return Ok(false);
        }
        // The statement names a digest and a head; they must belong together.
        let signed = proposal::revision(self.world.repository, context.tip, context.head)?;
        let Ok(signed) = signed else { return Ok(false) };
        let base = crate::content::tree_of(self.world.repository, signed.tip)?;
        let files = self.world.repository.changes(base, Some(signed.tree))?;
        Ok(change_digest(self.world.trust.repository, &context.target, &files)
            == verified.statement.change)
    }
}
