//! The outside world of one judgement: content, records, trust, the moment. Judges nothing.

use crate::inputs::Loaded;
use crate::memo::Memo;
use crate::ports::{InputsCache, PortError, Records, Repository};
use crate::supposed::Before;
use obstat_attest::VerifyOptions;
use obstat_model::assistance::AssistanceVerdict;
use obstat_model::id::{InputsDigest, PersonId, StatementHash, ToolId};
use obstat_model::landing::{LandedChange, LandingRecord};
use obstat_model::object::Oid;
use obstat_model::time::{Now, Timestamp};
use obstat_model::trust::TrustRoot;
use std::rc::Rc;

/// The outside world of one judgement.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// Content.
    pub repository: &'a dyn Repository,
    /// Records.
    pub records: &'a dyn Records,
    /// Parsed rosters.
    pub cache: &'a dyn InputsCache,
    /// Decision inputs that this run has read.
    pub memo: &'a Memo,
    /// The trust root.
    pub trust: &'a TrustRoot,
    /// Relying parties for browser signatures.
    pub options: &'a VerifyOptions<'a>,
    /// The one reading of the clock.
    pub now: Now,
    /// Which records were there then.
    pub seen: Seen,
    /// Whether facts beside the change are looked for.
    pub surroundings: Surroundings<'a>,
}

/// Which records of landings belong to the past of a judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// All: nothing has landed since.
    All,
    /// So many of the first ones, and what else landed in an earlier second: something that has
    /// landed is decided again.
    First {
        /// How many.
        count: u64,
        /// The place of what is decided again, which is no part of its own past.
        own: u64,
    },
}

/// Facts that do not belong to a change but lie around it: other heads with earlier forms of it, and
/// authorship notes. They come and go after it has landed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surroundings<'a> {
    /// Searched: what every door does before anything lands.
    Searched,
    /// Ignored: what landed is decided again from itself, or a note pushed later could undo it. Of
    /// statements, those that stood when it landed are read, and those that the gate received
    /// afterwards, up to the moment that is asked for. A receipt alone does not show that something
    /// was there: its push may have failed.
    Ignored {
        /// Those that stood.
        known: &'a [StatementHash],
        /// Where what came afterwards is read as well, when it landed.
        since: Option<Timestamp>,
        /// What the gate knew of its surroundings when it landed.
        then: Then<'a>,
    },
    /// None, in a history that is only supposed to be gated: sums come from what went before in it.
    Supposed(&'a Before),
}

/// What a record tells of the surroundings of what landed. It is enough to refuse and never to pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Then<'a> {
    /// Who made earlier forms of it.
    pub contributors: &'a [PersonId],
    /// Whether there was evidence of an AI's help.
    pub assisted: bool,
    /// Of which tools.
    pub tools: &'a [ToolId],
}

impl<'a> Then<'a> {
    /// What the record of a part tells.
    #[must_use]
    pub fn of(change: &'a LandedChange) -> Self {
        let assisted = change.assistance == AssistanceVerdict::Assisted;
        Self { contributors: &change.contributors, assisted, tools: &change.tools }
    }
}

impl World<'_> {
    /// Whether a landing belongs to the past.
    #[must_use]
    pub fn has_seen(&self, landing: &LandingRecord) -> bool {
        match self.seen {
            Seen::All => true,
            Seen::First { count, own } => {
                let earlier = landing.sequence < count || landing.at < self.now.0;
                landing.sequence != own && earlier
            }
        }
    }

    /// The place in the order of records that what is judged comes before.
    #[must_use]
    pub const fn place(&self) -> u64 {
        match self.seen {
            Seen::All => u64::MAX,
            Seen::First { own, .. } => own,
        }
    }

    /// The decision inputs of a tree.
    ///
    /// # Errors
    /// [`PortError`] when objects cannot be read.
    pub fn inputs(&self, tree: Oid) -> Result<Rc<Loaded>, PortError> {
        self.memo.load(self.repository, tree, self.cache)
    }

    /// The inputs at a tip or, where they do not hold, the last on its first-parent chain that did: they
    /// say who may repair what is there.
    ///
    /// # Errors
    /// [`PortError`] when objects cannot be read.
    pub fn inputs_that_held(&self, tip: Oid) -> Result<Rc<Loaded>, PortError> {
        let here = self.inputs(self.repository.commit(tip)?.tree)?;
        if here.is_ok() {
            return Ok(here);
        }
        let chain = self.repository.first_parents(None, tip)?.unwrap_or_default();
        for commit in chain.iter().rev() {
            let found = self.inputs(commit.tree)?;
            if found.is_ok() {
                return Ok(found);
            }
        }
        Ok(here)
    }

    /// The digest of the decision inputs of a tree.
    ///
    /// # Errors
    /// [`PortError`] when objects cannot be read.
    pub fn inputs_digest(&self, tree: Oid) -> Result<InputsDigest, PortError> {
        self.memo.digest(self.repository, tree, self.cache)
    }
}
