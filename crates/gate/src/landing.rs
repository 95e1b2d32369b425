//! Builds the record of a landing from what was judged; signs and stores nothing.

use crate::cover::{Advance, Coverage};
use crate::inputs::Inputs;
use crate::pipeline::Judgement;
use crate::ports::PortError;
use crate::rolling;
use crate::world::World;
use obstat_attest::clearance::{Clearance, Property, Verdict};
use obstat_model::actor::{Actor, Participant, Role};
use obstat_model::approval::ApprovalFacts;
use obstat_model::assistance::Assistance;
use obstat_model::id::{InputsDigest, LevelName, PersonId, StatementHash, ToolId};
use obstat_model::landing::{Governed, LandedChange, LandingKind, LandingRecord};
use obstat_model::level::{Ladder, Level};
use obstat_model::presence::Presence;
use obstat_model::statement::{Act, Signer};
use obstat_model::target::Mode;

/// What a record says beside what was judged.
#[derive(Debug)]
pub struct About {
    /// What the door does with the decision.
    pub mode: Mode,
    /// Whose inputs judged it, if not the target's own.
    pub governed: Option<Governed>,
    /// Who pushed.
    pub pusher: String,
    /// Decision inputs at the new tip.
    pub inputs: InputsDigest,
}

/// The record of a landing; `sequence` and `previous` are filled when it is stored.
///
/// # Errors
/// [`PortError`] when the newest record is forged or cannot be read.
pub fn record(
    world: World,
    about: About,
    advance: &Advance,
    coverage: &Coverage,
) -> Result<LandingRecord, PortError> {
    let seen = rolling::newest(world)?.map_or(0, |newest| newest.sequence + 1);
    let parts = coverage.clear.iter().chain(coverage.open.iter());
    let changes: Vec<LandedChange> = parts.map(landed).collect();
    let overridden = changes.iter().any(|c| c.overridden_by.is_some());
    let kind = match (coverage.is_complete(), overridden) {
        (false, _) => LandingKind::Unenforced,
        (true, true) => LandingKind::Overridden,
        (true, false) => LandingKind::Cleared,
    };
    Ok(LandingRecord {
        repository: world.trust.repository,
        target: advance.target.clone(),
        from: advance.from,
        to: advance.to,
        kind,
        mode: about.mode,
        changes,
        pusher: about.pusher,
        inputs: about.inputs,
        governed: about.governed,
        at: world.now.0,
        seen,
        sequence: seen,
        previous: None,
    })
}

/// The decision in the form that others read, where everything was clear.
#[must_use]
pub fn clearance(
    inputs: &Inputs,
    coverage: &Coverage,
    record: &LandingRecord,
) -> Option<Clearance> {
    let last = coverage.clear.last()?;
    if record.kind != LandingKind::Cleared {
        return None;
    }
    let mut properties = Vec::new();
    if coverage.clear.iter().any(|part| part.assistance.is_possible()) {
        properties.push(Property::AiAssisted);
    }
    let counted: Vec<&ApprovalFacts> = coverage.clear.iter().flat_map(counted).collect();
    if !counted.is_empty() && counted.iter().all(|s| s.verified.presence >= Presence::Present) {
        properties.push(Property::HumanPresence);
    }
    let ladder = &inputs.roster.parts().ladder;
    if coverage.clear.iter().all(|part| is_reviewed(part, ladder)) {
        properties.push(Property::SeniorReviewed);
    }
    Some(Clearance {
        repository: record.repository,
        location: None,
        target: record.target.clone(),
        commit: record.to,
        tree: last.change.revision.tree,
        change: last.change.digest,
        policy: inputs.policy_sha,
        inputs: inputs.digest,
        statements: record.changes.iter().flat_map(|c| c.statements.iter().copied()).collect(),
        verdict: Verdict::Passed(properties),
        at: record.at,
    })
}

/// Whether people of a level that was asked for, and not the lowest, signed for it: they took no part in it.
fn is_reviewed(part: &Judgement, ladder: &Ladder) -> bool {
    let above = |name: &LevelName| ladder.level(name.as_str()) > Some(Level(0));
    let reports = &part.decision.diagnostics.requirements;
    reports.iter().any(|r| r.level.as_ref().is_some_and(above) && !r.counted.is_empty())
}

/// People whose signatures a requirement counted.
fn counted_of(part: &Judgement) -> impl Iterator<Item = &PersonId> {
    part.decision.diagnostics.requirements.iter().flat_map(|r| r.counted.iter())
}

/// Their approvals.
fn counted(part: &Judgement) -> Vec<&ApprovalFacts> {
    let people: Vec<&PersonId> = counted_of(part).collect();
    let by_them = |s: &&ApprovalFacts| match &s.verified.signer {
        Signer::Person(id) => people.contains(&id),
        Signer::Service(_) => false,
    };
    let approvals =
        part.found.statements.iter().filter(|s| s.verified.statement.act == Act::Approve);
    let refused = &part.decision.diagnostics.not_counted;
    let stands = |s: &&ApprovalFacts| refused.iter().all(|n| n.statement != s.verified.hash);
    approvals.filter(by_them).filter(stands).collect()
}

/// Statements without those that tell nothing more: of what one key refused or took back, the last by
/// receipt and the last by its own date speak for all.
fn bearing(found: &[ApprovalFacts]) -> Vec<&ApprovalFacts> {
    let is_negative =
        |s: &ApprovalFacts| matches!(s.verified.statement.act, Act::Reject | Act::Withdraw);
    let is_last = |s: &&ApprovalFacts| {
        let same = |other: &&ApprovalFacts| {
            other.verified.signer == s.verified.signer
                && other.verified.statement.act == s.verified.statement.act
        };
        let received = |s: &ApprovalFacts| (s.received_at, s.verified.hash);
        let claimed = |s: &ApprovalFacts| (s.verified.statement.issued_at, s.verified.hash);
        let alike: Vec<&ApprovalFacts> = found.iter().filter(same).collect();
        alike.iter().all(|other| received(other) <= received(s))
            || alike.iter().all(|other| claimed(other) <= claimed(s))
    };
    found.iter().filter(|s| !is_negative(s) || is_last(s)).collect()
}

fn tools(assistance: &Assistance) -> Vec<ToolId> {
    let mut tools: Vec<ToolId> = assistance.tools().into_iter().cloned().collect();
    tools.sort();
    tools
}

/// People who took part in earlier forms, and who ran or brought what agents made: neither is told by the commits that
/// land. Sorted.
pub fn contributors(participants: &[Participant]) -> Vec<PersonId> {
    let told = |p: &&Participant| matches!(p.role, Role::Contributor | Role::Operator);
    let earlier = participants.iter().filter(told);
    let people = earlier.filter_map(|p| match &p.actor {
        Some(Actor::Person(id)) => Some(id.clone()),
        _ => None,
    });
    let mut people: Vec<PersonId> = people.collect();
    people.sort();
    people.dedup();
    people
}

fn landed(judgement: &Judgement) -> LandedChange {
    let refused: Vec<StatementHash> =
        judgement.decision.diagnostics.not_counted.iter().map(|n| n.statement).collect();
    let hash = |s: &ApprovalFacts| s.verified.hash;
    let counted = bearing(&judgement.found.statements);
    let counted = counted.into_iter().map(hash).filter(|h| !refused.contains(h));
    LandedChange {
        digest: judgement.change.digest,
        from: judgement.proposal.revision.tip,
        to: judgement.proposal.revision.head,
        outcome: judgement.decision.outcome,
        assistance: judgement.assistance.verdict,
        tools: tools(&judgement.assistance),
        contributors: contributors(&judgement.participants),
        statements: counted.collect(),
        overridden_by: judgement.decision.diagnostics.overridden_by,
    }
}
