//! Builds the record of a landing from what was judged; signs and stores nothing.

use crate::cover::{Advance, Coverage};
use crate::pipeline::{Judgement, World};
use obstat_model::approval::ApprovalFacts;

use obstat_model::id::{InputsDigest, StatementHash};
use obstat_model::landing::{LandedChange, LandingKind, LandingRecord};
use obstat_policy::TargetPolicy;

/// The record of a landing; `previous` is filled when it is stored.
#[must_use]
pub fn record(
    world: World,
    policy: &TargetPolicy,
    advance: &Advance,
    coverage: &Coverage,
    (pusher, inputs): (String, InputsDigest),
) -> LandingRecord {
    let parts = coverage.clear.iter().chain(coverage.open.iter());
    let changes: Vec<LandedChange> = parts.map(landed).collect();
    let overridden = changes.iter().any(|c| c.overridden_by.is_some());
    let kind = match (coverage.is_complete(), overridden) {
        (false, _) => LandingKind::Unenforced,
        (true, true) => LandingKind::Overridden,
        (true, false) => LandingKind::Cleared,
    };
    LandingRecord {
        repository: world.trust.repository,
        target: advance.target.clone(),
        from: advance.from,
        to: advance.to,
        kind,
        mode: policy.mode(),
        changes,
        pusher,
        inputs,
        at: world.now.0,
        previous: None,
    }
}

fn landed(judgement: &Judgement) -> LandedChange {
    let refused: Vec<StatementHash> =
        judgement.decision.diagnostics.not_counted.iter().map(|n| n.statement).collect();
    let hash = |s: &ApprovalFacts| s.verified.hash;
    let counted = judgement.found.statements.iter().map(hash).filter(|h| !refused.contains(h));
    LandedChange {
        digest: judgement.change.digest,
        from: judgement.proposal.revision.tip,
        to: judgement.proposal.revision.head,
        outcome: judgement.decision.outcome,
        statements: counted.collect(),
        overridden_by: judgement.decision.diagnostics.overridden_by,
    }
}
