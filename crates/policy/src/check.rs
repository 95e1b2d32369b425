//! What is probably not meant in a policy that holds: demands that nobody on the roster could meet.

use crate::diagnostic::{Diagnostic, Severity};
use crate::policy::Policy;
use crate::requirement::approvals::Approvals;
use crate::requirement::presence;
use obstat_model::roster::{Person, Roster};
use obstat_model::target::Mode;
use obstat_model::time::{Now, Timestamp};

/// Owners who hold a key for good that could sign with the presence demanded. No clock: only who
/// has no end can sign for good.
pub(crate) fn owners_able(policy: &Policy, roster: &Roster) -> u32 {
    let wanted = policy.quorum().presence();
    let able = |person: &&Person| {
        person.left.is_none()
            && person.keys.iter().any(|k| k.until.is_none() && presence::could_give(k, wanted))
    };
    let owners = roster.parts().owners.people.iter().filter_map(|id| roster.person(id));
    u32::try_from(owners.filter(able).count()).unwrap_or(u32::MAX)
}

/// Findings about a policy and roster that both hold: errors where a target is enforced and nobody
/// could sign, warnings otherwise.
#[must_use]
pub fn check(policy: &Policy, roster: &Roster, now: Now) -> Vec<Diagnostic> {
    let enforced = policy.targets().iter().any(|t| t.mode() == Mode::Enforce);
    let severity = if enforced { Severity::Error } else { Severity::Warning };
    let mut found = Vec::new();
    let quorum = roster.parts().owners.quorum;
    if owners_able(policy, roster) < quorum {
        let wanted = policy.quorum().presence().as_str();
        found.push(format!(
            "fewer than {quorum} owners have a key that gives presence `{wanted}`: \
             nobody could change policy and roster once a target is enforced"
        ));
    }
    for rule in policy.rules() {
        for requirement in rule.requirements() {
            for approvals in requirement.approvals() {
                let able = able(approvals, roster, now.0);
                if able < approvals.count() {
                    found.push(format!(
                        "rule `{}` needs {} × {}, and only {able} on the roster could sign",
                        rule.name(),
                        approvals.count(),
                        approvals.needs()
                    ));
                }
            }
        }
    }
    found.into_iter().map(|text| finding(severity, text)).collect()
}

fn finding(severity: Severity, text: String) -> Diagnostic {
    let found = Diagnostic::warning("nobody-can-sign", ".obstat/policy.yaml", text);
    let found = Diagnostic { severity, ..found };
    found.helped("add people, levels or keys to the roster, or ask for less")
}

/// People who could sign for content that they did not make, scopes and ownership aside.
fn able(approvals: &Approvals, roster: &Roster, now: Timestamp) -> u32 {
    let ladder = &roster.parts().ladder;
    let could = |person: &&Person| {
        let level = |name: &str| ladder.level(name);
        person.is_here_at(now)
            && approvals.might_be(person, now, level)
            && presence::is_possible(person, approvals.presence(), now)
    };
    u32::try_from(roster.parts().people.iter().filter(could).count()).unwrap_or(u32::MAX)
}
