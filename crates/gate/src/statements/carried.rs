//! Statements under other digests that carry over to a change: those on a head whose merge with the
//! tip, recomputed, is what would land. Counts none of them.

use super::Reader;
use super::difference::{Difference, is_costly, may_merge};
use super::filed::Filed;
use crate::ports::{Commit, Merge, PortError};
use crate::world::World;
use obstat_attest::record;
use obstat_model::approval::{ApprovalFacts, Binding};
use obstat_model::change::ChangeFacts;
use obstat_model::digest::change_digest;
use obstat_model::id::{ChangeDigest, StatementHash};
use obstat_model::object::{Oid, RefName};
use obstat_model::roster::KeyId;
use obstat_model::time::Timestamp;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Most statements of other digests that are looked through.
const OTHERS_MAX: usize = 1_000_000;
/// Most statements of one key whose merges are recomputed whatever head they are on: each costs one,
/// and nobody shall slow down a push with a thousand.
const RUNNING_MAX: usize = 64;

/// All statements that are filed, by what they claim, read once.
///
/// # Errors
/// [`PortError`] when they cannot be read or are too many.
pub(crate) fn all(world: World) -> Result<Rc<[Rc<Filed>]>, PortError> {
    world.memo.filed(|| {
        let none = ChangeDigest::new([0; 32]);
        let all = world.records.other_statements(none, OTHERS_MAX)?;
        Ok(all.into_iter().filter_map(Filed::read).map(Rc::new).collect())
    })
}

/// Heads that are what would land, each found out once: a thousand statements on one head cost one
/// merge, and those that name another digest than theirs no signature.
struct Heads<'a> {
    reader: &'a Reader<'a>,
    target: &'a RefName,
    change: &'a ChangeFacts,
    /// Whether the merge of a head is what would land.
    merged: HashMap<Oid, bool>,
    /// Commits that merges of the change join, and its head.
    joined: Option<HashSet<Oid>>,
    /// The digest of such a head as judged on a tip.
    known: HashMap<(Option<Oid>, Oid), Option<ChangeDigest>>,
}

/// Statements to be recomputed, and those that matter only if their head does.
type Sorted = (Vec<Rc<Filed>>, Vec<Rc<Filed>>);

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
        let (running, others) = self.filed(target, change.digest)?;
        let mut heads = Heads::of(self, target, change);
        let mut found = Vec::new();
        for filed in &running {
            found.extend(heads.carried(filed)?);
        }
        if others.is_empty() {
            return Ok(found);
        }
        // What was refused or taken back on a head stays so, however long ago and whatever else the
        // same key has signed since, where that head is what lands here. What has run out counts for
        // nothing, but may have ended a rejection.
        let mut named: HashSet<Oid> =
            found.iter().map(|f| f.verified.statement.context.head).collect();
        let commits =
            self.world.repository.commits_between(change.revision.tip, change.revision.head)?;
        named.extend(commits.iter().map(|commit| commit.id));
        for filed in others.iter().filter(|filed| named.contains(&filed.head)) {
            found.extend(heads.carried(filed)?);
        }
        Ok(found)
    }

    /// What was refused or taken back on a head that a merge among these commits brings, though
    /// others may have signed for exactly the merge.
    ///
    /// # Errors
    /// [`PortError`] when records or objects cannot be read.
    pub fn refused_heads(
        &self,
        target: &RefName,
        change: &ChangeFacts,
        commits: &[Commit],
    ) -> Result<Vec<ApprovalFacts>, PortError> {
        if commits.iter().all(|commit| commit.parents.len() < 2) {
            return Ok(Vec::new());
        }
        let (running, others) = self.filed(target, change.digest)?;
        let named: HashSet<Oid> = commits.iter().map(|commit| commit.id).collect();
        let mut heads = Heads::of(self, target, change);
        let mut found = Vec::new();
        let here: Vec<&Rc<Filed>> =
            running.iter().chain(&others).filter(|filed| named.contains(&filed.head)).collect();
        // With what the same people said since, which may have ended it.
        if here.iter().any(|filed| filed.negative) {
            for filed in here {
                found.extend(heads.carried(filed)?);
            }
        }
        Ok(found)
    }

    /// Statements that claim to be for the target: those to be recomputed, and those that matter
    /// only if their head does. What they claim tells that without a signature.
    fn filed(&self, target: &RefName, digest: ChangeDigest) -> Result<Sorted, PortError> {
        let mut by_key: HashMap<Option<KeyId>, Vec<Rc<Filed>>> = HashMap::new();
        let mut others = Vec::new();
        for filed in all(self.world)?.iter() {
            let is_other = filed.target == *target && filed.change != digest;
            // Before anything is counted: what comes later must not crowd out what was there.
            if !is_other || !self.was_there(filed.hash)? {
                continue;
            }
            if filed.expires_at <= self.world.now.0 {
                others.push(Rc::clone(filed));
            } else {
                by_key.entry(filed.key).or_default().push(Rc::clone(filed));
            }
        }
        let mut running = Vec::new();
        for own in by_key.into_values() {
            let (kept, left) = self.newest(own)?;
            running.extend(kept);
            others.extend(left);
        }
        Ok((running, others))
    }

    /// The newest of one key, by receipt, which nobody can claim; and the rest.
    fn newest(&self, own: Vec<Rc<Filed>>) -> Result<Sorted, PortError> {
        if own.len() <= RUNNING_MAX {
            return Ok((own, Vec::new()));
        }
        // To put them in order the gate's word is enough; whoever counts is held against its signature.
        let hashes: HashSet<StatementHash> = own.iter().map(|filed| filed.hash).collect();
        let receipts = self.world.records.receipts(&hashes)?;
        let at = receipts.into_iter().filter_map(|(hash, bytes)| {
            Some((hash, record::claimed_receipt(&bytes).filter(|r| r.statement == hash)?.at))
        });
        let at: HashMap<StatementHash, Timestamp> = at.collect();
        let mut dated = Vec::new();
        for filed in own {
            let at = at.get(&filed.hash).copied().unwrap_or(self.world.now.0);
            dated.push((Reverse(at), filed));
        }
        dated.sort_by_key(|(at, filed)| (*at, filed.hash));
        let mut all: Vec<Rc<Filed>> = dated.into_iter().map(|(_, filed)| filed).collect();
        let left = all.split_off(RUNNING_MAX);
        Ok((all, left))
    }
}

impl<'a> Heads<'a> {
    fn of(reader: &'a Reader<'a>, target: &'a RefName, change: &'a ChangeFacts) -> Self {
        let (merged, joined, known) = Default::default();
        Self { reader, target, change, merged, joined, known }
    }

    fn carried(&mut self, filed: &Filed) -> Result<Option<ApprovalFacts>, PortError> {
        // What was refused or taken back on a head stays so whatever tip it was judged on. Of the rest, the
        // statement names a digest and a head, and they must belong together.
        // A head that is not here cannot be merged, so nothing of it carries over.
        if !self.reader.world.repository.has_commit(filed.head)? {
            return Ok(None);
        }
        let Ok(verified) = self.reader.verify(&filed.bytes) else { return Ok(None) };
        let carries = match filed.negative {
            true => self.lands(filed.head)? || self.lands_perhaps(filed.head)?,
            false => self.digest(filed.tip, filed.head)? == Some(filed.change),
        };
        if !carries {
            return Ok(None);
        }
        let context = &verified.statement.context;
        let here = context.target == *self.target
            && context.repository == self.reader.world.trust.repository;
        if !here {
            return Ok(None);
        }
        self.reader.facts(self.target, self.change, verified, Binding::Recomputed).map(Some)
    }

    fn digest(&mut self, tip: Option<Oid>, head: Oid) -> Result<Option<ChangeDigest>, PortError> {
        if let Some(known) = self.known.get(&(tip, head)) {
            return Ok(*known);
        }
        let found = self.find(tip, head)?;
        self.known.insert((tip, head), found);
        Ok(found)
    }

    /// A head that is not here cannot be merged, so nothing of it carries over.
    fn lands(&mut self, head: Oid) -> Result<bool, PortError> {
        if let Some(lands) = self.merged.get(&head) {
            return Ok(*lands);
        }
        let repository = self.reader.world.repository;
        let lands = match self.change.revision.tip {
            Some(tip) if repository.has_commit(head)? => {
                let wanted = self.change.revision.tree;
                if repository.is_ancestor(tip, head)? {
                    repository.commit(head)?.tree == wanted
                } else {
                    match repository.merge_bases(tip, head)?[..] {
                        [base] => {
                            !self.is_costly(base, [tip, head])?
                                && may_merge(repository, (base, tip, head), wanted)?
                                && self.reader.world.memo.merge(repository, tip, head)?
                                    == Merge::Tree(wanted)
                        }
                        // Merged crosswise, no one difference is what somebody signed for.
                        _ => false,
                    }
                }
            }
            _ => false,
        };
        self.merged.insert(head, lands);
        Ok(lands)
    }

    /// Whether git would merge long, or something there cannot be read.
    fn is_costly(&self, base: Oid, sides: [Oid; 2]) -> Result<bool, PortError> {
        match is_costly(self.reader.world.repository, base, sides) {
            Err(error) if error.is_of_one_object() => Ok(true),
            other => other,
        }
    }

    /// As [`Heads::lands`], in doubt: a head that is merged in here holds what it was refused for, also
    /// where it was merged crosswise, or is too large for a look at its files.
    fn lands_perhaps(&mut self, head: Oid) -> Result<bool, PortError> {
        let repository = self.reader.world.repository;
        let revision = self.change.revision;
        let Some(tip) = revision.tip else { return Ok(false) };
        if !repository.has_commit(head)? {
            return Ok(false);
        }
        if self.joined.is_none() {
            let commits = repository.commits_between(Some(tip), revision.head)?;
            let merges = commits.iter().filter(|commit| commit.parents.len() > 1);
            let joined = merges.flat_map(|merge| merge.parents.clone());
            self.joined = Some(joined.chain([revision.head]).collect());
        }
        let joined = self.joined.as_ref().is_some_and(|joined| joined.contains(&head));
        if !joined || repository.is_ancestor(tip, head)? {
            return Ok(false);
        }
        match repository.merge_bases(tip, head)?[..] {
            [] => {}
            [base] if !self.is_costly(base, [tip, head])? => {}
            _ => return Ok(true),
        }
        // Of what conflicts nobody can tell what of it was kept.
        let merged = self.reader.world.memo.merge(repository, tip, head)?;
        Ok(merged == Merge::Conflict || merged == Merge::Tree(revision.tree))
    }

    fn find(&mut self, tip: Option<Oid>, head: Oid) -> Result<Option<ChangeDigest>, PortError> {
        let world = self.reader.world;
        let onto = crate::content::tree_of(world.repository, self.change.revision.tip)?;
        let (true, Some(onto)) = (self.lands(head)?, onto) else { return Ok(None) };
        let Some(signed) = Difference::of(world.repository, tip, head)? else { return Ok(None) };
        if !signed.gives(world, onto, self.change.revision.tree)? {
            return Ok(None);
        }
        Ok(Some(change_digest(world.trust.repository, self.target, signed.files())))
    }
}
