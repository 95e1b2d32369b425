//! Which signed statements stand: the right content, in time, by somebody who may, not taken back.
//!
//! Says of each that does not stand why. Whether one that stands is *enough* is asked by requirements.

use super::case::Case;
use super::fault;
use obstat_model::approval::{ApprovalFacts, Binding, Then};
use obstat_model::decision::NotCounted;
use obstat_model::id::{CheckName, ServiceId, StatementHash};
use obstat_model::presence::Presence;
use obstat_model::roster::{Actor, Key, Person};
use obstat_model::statement::{Act, Signer};
use obstat_model::text::escape_cut;
use obstat_model::time::Timestamp;

/// One person's statement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ballot<'a> {
    pub(crate) facts: &'a ApprovalFacts,
    pub(crate) person: &'a Person,
    /// The same person, as the roster in force at receipt had them.
    pub(crate) then: &'a Person,
    pub(crate) key: &'a Key,
    /// When the gate first received it, never later than now.
    pub(crate) received: Timestamp,
}

impl Ballot<'_> {
    pub(crate) fn presence(&self) -> Presence {
        self.facts.verified.presence
    }

    pub(crate) fn hash(&self) -> StatementHash {
        self.facts.verified.hash
    }

    fn act(&self) -> &Act {
        &self.facts.verified.statement.act
    }

    /// The order of one person's statements: by receipt, then by what the person claims.
    fn moment(&self) -> (Timestamp, Timestamp) {
        (self.received, self.facts.verified.statement.issued_at)
    }

    /// Whether one person's statement comes after another of the same: by receipt, and by what the
    /// person claims. Whoever files chooses when a statement is received, so an approval that was
    /// kept back does not end what was said since.
    fn is_after(&self, other: &Self) -> bool {
        let issued = |ballot: &Self| ballot.facts.verified.statement.issued_at;
        self.moment() > other.moment() && issued(self) >= issued(other)
    }

    fn refused(&self, reason: String) -> NotCounted {
        NotCounted { statement: self.hash(), who: self.person.id.to_string(), reason }
    }
}

/// A service's word on a check.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CheckWord<'a> {
    pub(crate) name: &'a CheckName,
    pub(crate) service: &'a ServiceId,
    pub(crate) passed: bool,
    received: Timestamp,
    issued: Timestamp,
}

impl CheckWord<'_> {
    /// As [`Ballot::is_after`].
    fn is_after(&self, other: &Self) -> bool {
        let later = (self.received, self.issued) > (other.received, other.issued);
        later && self.issued >= other.issued
    }

    fn is_about(&self, other: &Self) -> bool {
        self.name == other.name && self.service == other.service
    }
}

/// Statements sorted out.
#[derive(Debug, Default)]
pub(crate) struct Ballots<'a> {
    /// Approvals that stand.
    pub(crate) approvals: Vec<Ballot<'a>>,
    /// Rejections that stand; whether the person's word carries weight is asked later.
    pub(crate) rejections: Vec<Ballot<'a>>,
    /// Authors' own statements that stand.
    pub(crate) authors: Vec<Ballot<'a>>,
    /// Overrides that stand.
    pub(crate) overrides: Vec<Ballot<'a>>,
    /// Check results that stand, one for each check and service.
    pub(crate) checks: Vec<CheckWord<'a>>,
    /// What does not stand, and why.
    pub(crate) refused: Vec<NotCounted>,
}

impl<'a> Ballots<'a> {
    pub(crate) fn sort_out(case: &Case<'a>) -> Self {
        let mut found = Self::default();
        for refused in case.facts.refused {
            let (statement, who) = (refused.hash, escape_cut(&refused.claimed, 60));
            found.refused.push(NotCounted { statement, who, reason: refused.reason.clone() });
        }
        if case.facts.statements.is_empty() {
            return found;
        }
        let mut all = Vec::new();
        for facts in case.facts.statements {
            match &facts.verified.signer {
                Signer::Service(service) => found.check(case, facts, service),
                Signer::Person(_) => match ballot(case, facts) {
                    Ok(ballot) => all.push(ballot),
                    Err(refused) => found.refused.push(refused),
                },
            }
        }
        for ballot in &all {
            found.place(case, *ballot, &all);
        }
        found.settle_checks();
        found
    }

    fn place(&mut self, case: &Case<'a>, ballot: Ballot<'a>, all: &[Ballot<'a>]) {
        let verdict = match ballot.act() {
            Act::Approve => standing_approval(case, &ballot, all),
            Act::Reject => {
                if is_overruled(&ballot, all) {
                    Err("taken back later by the same person".to_owned())
                } else {
                    Ok(())
                }
            }
            Act::Author { .. } => {
                fault::of_author(case, &ballot).and_then(|()| not_withdrawn(&ballot, all))
            }
            Act::Override { review_due } => fault::of_override(case, &ballot, *review_due)
                .and_then(|()| not_withdrawn(&ballot, all)),
            // Their effect is on other statements.
            Act::Withdraw | Act::Review { .. } | Act::Check { .. } => return,
        };
        if let Err(reason) = verdict {
            self.refused.push(ballot.refused(reason));
            return;
        }
        match ballot.act() {
            Act::Approve => self.approvals.push(ballot),
            Act::Reject => self.rejections.push(ballot),
            Act::Author { .. } => self.authors.push(ballot),
            _ => self.overrides.push(ballot),
        }
    }

    fn check(&mut self, case: &Case<'a>, facts: &'a ApprovalFacts, service: &'a ServiceId) {
        let Act::Check { name, passed } = &facts.verified.statement.act else {
            let (statement, who) = (facts.verified.hash, service.to_string());
            let reason = "a service can only report checks".to_owned();
            self.refused.push(NotCounted { statement, who, reason });
            return;
        };
        if let Err(reason) = fault::of_check(case, facts, service) {
            let (statement, who) = (facts.verified.hash, service.to_string());
            self.refused.push(NotCounted { statement, who, reason });
            return;
        }
        let received = facts.received_at.min(case.now);
        let issued = facts.verified.statement.issued_at;
        self.checks.push(CheckWord { name, service, passed: *passed, received, issued });
    }

    /// A check that failed has passed only if it says so after each failure.
    fn settle_checks(&mut self) {
        let all = std::mem::take(&mut self.checks);
        for word in &all {
            if self.checks.iter().any(|known| known.is_about(word)) {
                continue;
            }
            let mut same = all.iter().filter(|other| other.is_about(word));
            let passes = |p: &&CheckWord| p.passed && p.is_about(word);
            let passed = all.iter().any(|p| passes(&p))
                && same.all(|f| f.passed || all.iter().filter(passes).any(|p| p.is_after(f)));
            self.checks.push(CheckWord { passed, ..*word });
        }
    }
}

/// A reason why not, or nothing.
pub(super) type Verdict = Result<(), String>;

fn not_withdrawn(ballot: &Ballot, all: &[Ballot]) -> Verdict {
    let ends = |other: &&Ballot| {
        matches!(other.act(), Act::Withdraw | Act::Reject) && is_of(other, ballot)
    };
    let later = all.iter().filter(ends).any(|other| !ballot.is_after(other));
    if later { Err("taken back later by the same person".to_owned()) } else { Ok(()) }
}

fn is_of(other: &Ballot, ballot: &Ballot) -> bool {
    other.person.id == ballot.person.id
}

/// An approval stands if it has no fault and the person did not later reject or take back.
fn standing_approval(case: &Case, ballot: &Ballot, all: &[Ballot]) -> Verdict {
    fault::of_approval(case, ballot)?;
    let ends = |other: &&Ballot| {
        matches!(other.act(), Act::Withdraw | Act::Reject)
            && is_of(other, ballot)
            && !ballot.is_after(other)
    };
    let later: Vec<&Ballot> = all.iter().filter(ends).collect();
    if later.iter().any(|other| *other.act() == Act::Reject) {
        return Err("the same person rejected it later".to_owned());
    }
    if later.is_empty() { Ok(()) } else { Err("taken back later by the same person".to_owned()) }
}

/// A rejection ends by the same person's later approval or withdrawal, given no less in person than
/// the rejection was. At the same moment it holds.
fn is_overruled(ballot: &Ballot, all: &[Ballot]) -> bool {
    let ends = |other: &&Ballot| {
        matches!(other.act(), Act::Withdraw | Act::Approve)
            && is_of(other, ballot)
            && other.is_after(ballot)
            && other.presence() >= ballot.presence()
    };
    all.iter().any(|other| ends(&other))
}

/// A statement by a person who is on the roster, with a key that counted when it was received,
/// about this content. Anything else has no effect at all.
fn ballot<'a>(case: &Case<'a>, facts: &'a ApprovalFacts) -> Result<Ballot<'a>, NotCounted> {
    let Signer::Person(id) = &facts.verified.signer else {
        return Err(refusal(facts, "only a person can sign this"));
    };
    if let Err(reason) = fault::of_content(case, facts) {
        return Err(refusal(facts, &reason));
    }
    let roster = case.facts.roster;
    let person = roster.person(id).filter(|p| p.is_here_at(case.now));
    let person = person.ok_or_else(|| refusal(facts, "is not on the roster any more"))?;
    let key = match roster.by_key(facts.verified.key) {
        Some((Actor::Person(holder), key)) if holder == *id => key,
        _ => return Err(refusal(facts, "the key counts for nobody yet, or not any more")),
    };
    let received = facts.received_at.min(case.now);
    let then = match &facts.then {
        Then::AsNow => Some(person),
        Then::Person(then) => then.as_deref(),
    };
    let then = then.filter(|p| p.is_here_at(received));
    let then = then.ok_or_else(|| refusal(facts, "was not on the roster in force at receipt"))?;
    let held = |k: &Key| k.id == key.id && k.holds_at(received);
    if !key.holds_at(received) || !then.keys.iter().any(held) {
        return Err(refusal(facts, "the key did not count when the statement was received"));
    }
    Ok(Ballot { facts, person, then, key, received })
}

fn refusal(facts: &ApprovalFacts, reason: &str) -> NotCounted {
    let who = escape_cut(&facts.verified.statement.signer, 60);
    NotCounted { statement: facts.verified.hash, who, reason: reason.to_owned() }
}

/// Whether a binding carries a statement at all.
pub(super) fn binds(binding: Binding) -> bool {
    matches!(binding, Binding::Exact | Binding::Recomputed)
}
