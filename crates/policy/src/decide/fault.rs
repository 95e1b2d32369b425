//! What is wrong with a signed statement, whatever is demanded; invariants 4, 6, 7 and 10.

use super::ballots::{Ballot, Verdict, binds};
use super::case::Case;
use obstat_model::approval::{ApprovalFacts, Binding, TipState};
use obstat_model::hidden::HiddenFlag;
use obstat_model::id::ServiceId;
use obstat_model::statement::{Shown, Statement};
use obstat_model::time::Timestamp;

fn fault<T: Into<String>>(reason: T) -> Verdict {
    Err(reason.into())
}

/// Other content, another target or another repository: no effect of any kind.
pub(super) fn of_content(case: &Case, facts: &ApprovalFacts) -> Verdict {
    if facts.binding == Binding::Carried {
        return fault("signed for another version with the same patch, which is not enough here");
    }
    if !binds(facts.binding) {
        return fault("signed for other content or another target");
    }
    let statement = &facts.verified.statement;
    let context = &statement.context;
    let here = context.repository == case.facts.repository && context.target == *case.facts.target;
    if !here {
        return fault("signed for another repository or target");
    }
    let exact = facts.binding == Binding::Exact;
    if exact && statement.change != case.facts.change.digest {
        return fault("signed for other content");
    }
    Ok(())
}

/// Place and time: where it was judged, whether it was used, whether it still runs.
fn of_use(case: &Case, facts: &ApprovalFacts, received: Timestamp) -> Verdict {
    if facts.tip == TipState::Elsewhere {
        return fault("judged on a tip that the target does not have any more");
    }
    if facts.spent {
        return fault("spent: its content has landed since, or a file of it was moved; sign again");
    }
    let statement = &facts.verified.statement;
    let age = received.after(case.policy.default_expiry());
    let end = statement.expires_at.min(age);
    if end <= case.now {
        return fault(format!("expired on {}", end.day()));
    }
    Ok(())
}

/// The key must still count.
fn of_key(case: &Case, ballot: &Ballot) -> Verdict {
    if ballot.key.holds_at(case.now) { Ok(()) } else { fault("the key does not count any more") }
}

/// Faults of an approval.
pub(super) fn of_approval(case: &Case, ballot: &Ballot) -> Verdict {
    if let Some(role) = case.part_of(&ballot.person.id) {
        return fault(format!("is {}", role.phrase()));
    }
    of_use(case, ballot.facts, ballot.received)?;
    of_key(case, ballot)?;
    let statement = &ballot.facts.verified.statement;
    of_step(case, statement)?;
    let Some(shown) = &statement.shown else {
        return fault("does not say what its signer was shown");
    };
    of_shown(case, shown)
}

/// A change of the decision inputs is signed as the step that it is.
fn of_step(case: &Case, statement: &Statement) -> Verdict {
    if statement.inputs == case.facts.change.inputs {
        return Ok(());
    }
    fault("signed for another step of policy or roster than this one")
}

/// Nothing that is known now may be worse than what the signer was shown.
fn of_shown(case: &Case, shown: &Shown) -> Verdict {
    let known = case.facts.assistance;
    if known.verdict > shown.assistance {
        let (was, is) = (shown.assistance.as_str(), known.verdict.as_str());
        return fault(format!("its signer was shown {was}, now it is {is}; fetch and sign again"));
    }
    if known.contradicted && !shown.contradicted {
        return fault(
            "its signer was not shown that evidence contradicts the author; fetch and sign again",
        );
    }
    let new = |flag: &&HiddenFlag| !shown.hidden.contains(flag);
    match case.hidden.iter().find(new) {
        Some(flag) => {
            fault(format!("its signer was not shown {}; fetch and sign again", flag.phrase()))
        }
        None => Ok(()),
    }
}

/// Faults of an author's own statement.
pub(super) fn of_author(case: &Case, ballot: &Ballot) -> Verdict {
    of_use(case, ballot.facts, ballot.received)?;
    of_key(case, ballot)?;
    if ballot.facts.binding != Binding::Exact {
        return fault("an author stands for exactly one content, and this is another");
    }
    let wanted = case.policy.defaults().presence;
    if ballot.presence() < wanted {
        return fault(crate::requirement::presence::lack(ballot.presence(), wanted));
    }
    match case.part_of(&ballot.person.id) {
        Some(_) => Ok(()),
        None => fault("took no part in the change"),
    }
}

/// Faults of a check result.
pub(super) fn of_check(case: &Case, facts: &ApprovalFacts, service: &ServiceId) -> Verdict {
    of_content(case, facts)?;
    let received = facts.received_at.min(case.now);
    of_use(case, facts, received)?;
    if facts.binding != Binding::Exact {
        return fault("a check is of exactly one content, and this is another");
    }
    let held = match case.facts.roster.by_key(facts.verified.key) {
        Some((obstat_model::roster::Actor::Service(holder), key)) if holder == *service => key,
        _ => return fault("the key counts for no service yet, or not any more"),
    };
    if held.holds_at(received) && held.holds_at(case.now) {
        return Ok(());
    }
    fault("the key does not count any more")
}

/// Faults of an override: a listed holder in person, a reason, one content, hours, a review.
pub(super) fn of_override(case: &Case, ballot: &Ballot, review_due: Timestamp) -> Verdict {
    let Some(terms) = case.policy.override_terms() else {
        return fault("the policy names nobody who may override");
    };
    if !terms.holders().contains(&ballot.person.id) {
        return fault("may not override; the policy lists who may");
    }
    if ballot.presence() < terms.presence() {
        return fault(crate::requirement::presence::lack(ballot.presence(), terms.presence()));
    }
    if ballot.facts.binding != Binding::Exact {
        return fault("an override is for exactly one content, and this is another");
    }
    of_use(case, ballot.facts, ballot.received)?;
    of_key(case, ballot)?;
    of_terms(case, ballot, review_due)
}

fn of_terms(case: &Case, ballot: &Ballot, review_due: Timestamp) -> Verdict {
    let Some(terms) = case.policy.override_terms() else { return Ok(()) };
    let statement = &ballot.facts.verified.statement;
    if statement.reason.trim().is_empty() {
        return fault("gives no reason");
    }
    if ballot.received.after(terms.at_most()) <= case.now
        || statement.expires_at > statement.issued_at.after(terms.at_most())
    {
        return fault(format!(
            "runs longer than {}, the most that the policy allows",
            terms.at_most()
        ));
    }
    if review_due > statement.issued_at.after(terms.review_within()) {
        return fault(format!("puts its review off for more than {}", terms.review_within()));
    }
    of_step(case, statement)
}
