//! What is probably not meant in a policy that holds: demands that nobody on the roster could meet.

use crate::diagnostic::{Diagnostic, Severity};
use crate::policy::Policy;
use crate::requirement::approvals::Approvals;
use crate::requirement::{Requirement, distinct, presence};
use obstat_model::id::PersonId;
use obstat_model::presence::Presence;
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
        let text = format!(
            "fewer owners than the quorum of {quorum} have a key that gives presence `{wanted}`: \
             nobody could change policy and roster once a target is enforced"
        );
        found.push((text, keys_for(policy.quorum().presence(), roster)));
    }
    for rule in policy.rules() {
        for why in too_few_apart(rule.requirements(), roster, now.0) {
            let help = "add people, levels or keys to the roster";
            found.push((format!("rule `{}` needs {why}", rule.name()), help));
        }
        for requirement in rule.requirements() {
            if let Some(why) = out_of_reach(requirement, roster, now.0) {
                let presence = requirement.approvals().into_iter().map(Approvals::presence).max();
                let keys = presence.filter(|p| *p > Presence::Key);
                let help = keys
                    .map_or("add people, levels or keys to the roster", |p| keys_for(p, roster));
                found.push((format!("rule `{}` needs {why}", rule.name()), help));
            }
        }
    }
    let finding = |(text, help)| finding(severity, text, help);
    let mut all: Vec<Diagnostic> = found.into_iter().map(finding).collect();
    all.extend(warnings(policy, roster, now.0));
    all
}

/// Demands of one rule under one label, where there are too few for each to have its own people.
fn too_few_apart(requirements: &[Requirement], roster: &Roster, now: Timestamp) -> Vec<String> {
    let labelled = requirements.iter().filter_map(|requirement| match requirement {
        Requirement::Approvals(approvals) => Some((approvals.distinct()?, approvals)),
        _ => None,
    });
    let labelled: Vec<_> = labelled.collect();
    let mut labels: Vec<_> = labelled.iter().map(|(label, _)| *label).collect();
    labels.sort_unstable();
    labels.dedup();
    let mut found = Vec::new();
    for label in labels {
        let own = labelled.iter().filter(|(other, _)| *other == label).map(|(_, one)| *one);
        let demands: Vec<distinct::Demand> = own
            .map(|one| distinct::Demand { needed: one.count(), people: able(one, roster, now) })
            .collect();
        let needed: u32 = demands.iter().map(|demand| demand.needed).sum();
        let given: usize = distinct::allot(&demands).iter().map(Vec::len).sum();
        if demands.len() > 1 && given < needed as usize {
            found.push(format!(
                "{needed} different people under `{label}`, and only {given} on the roster could sign"
            ));
        }
    }
    found
}

/// What nobody could give, if it is one of those demands.
fn out_of_reach(requirement: &Requirement, roster: &Roster, now: Timestamp) -> Option<String> {
    match requirement {
        Requirement::Approvals(approvals) => {
            let (able, count) = (able(approvals, roster, now), approvals.count());
            let needs = approvals.needs();
            if able.len() < count as usize {
                let able = able.len();
                return Some(format!(
                    "{count} × {needs}, and only {able} on the roster could sign"
                ));
            }
            let teams = approvals.of_different_teams(roster, &able).len();
            (teams < count as usize).then(|| {
                format!("{count} × {needs}, and only {teams} on the roster have teams for it")
            })
        }
        Requirement::AnyOf(any) => {
            let out = |branch: &[Requirement]| {
                branch.iter().any(|r| out_of_reach(r, roster, now).is_some())
            };
            any.branches()
                .all(out)
                .then(|| format!("{}, and nobody could give any of it", any.needs()))
        }
        Requirement::Checks(checks) => {
            let services = &roster.parts().services;
            let able = services.iter().any(|service| checks.may_report(service, now));
            (!able).then(|| format!("{}, and no service has a key to report them", checks.needs()))
        }
        Requirement::AuthorStatement(_) => None,
    }
}

/// What holds and is probably not meant.
fn warnings(policy: &Policy, roster: &Roster, now: Timestamp) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let owners = &roster.parts().owners;
    if owners.people.len() == owners.quorum as usize {
        found.push(
            "every owner must sign changes of policy and roster, so none of them can make one: \
             somebody else must, or name one more owner"
                .to_owned(),
        );
    }
    if let Some(terms) = policy.override_terms() {
        if terms.presence() < Presence::Present {
            let presence = terms.presence().as_str();
            found.push(format!("`override` asks for presence `{presence}`: an agent with its operator's key could break the glass"));
        }
        let able = terms.holders().iter().filter_map(|id| roster.person(id)).filter(|person| {
            person.is_here_at(now) && presence::is_possible(person, terms.presence(), now)
        });
        if able.count() == 0 {
            found.push(
                "no holder of `override` has a key that gives the presence it asks for".to_owned(),
            );
        }
    }
    for exemption in policy.exemptions() {
        let everything = ["**", "**/*", "**/**"];
        if exemption.paths().iter().any(|path| everything.contains(&path.text())) {
            let name = exemption.name();
            found.push(format!("exemption `{name}` is for every path: what is within its limits needs nobody, whatever rules say"));
        }
    }
    let approvals =
        policy.rules().iter().flat_map(|r| r.requirements()).flat_map(Requirement::approvals);
    if approvals.into_iter().any(Approvals::asks_owners_of_paths)
        && policy.defaults().owners.is_empty()
    {
        found.push("a rule asks for owners of what is touched, and `defaults` has no `owners` for paths that nobody owns: changes there are blocked".to_owned());
    }
    found.into_iter().map(|text| Diagnostic::warning("odd", ".obstat/policy.yaml", text)).collect()
}

/// What gives people keys of a presence.
fn keys_for(presence: Presence, roster: &Roster) -> &'static str {
    match presence {
        Presence::Hardware if roster.parts().devices.is_none() => {
            "add `devices` and `attestation` to the roster, see docs/formats/roster.md#attested-keys"
        }
        Presence::Hardware => {
            "add `attestation` to keys in the roster, see docs/formats/roster.md#attested-keys"
        }
        Presence::Present => {
            "make security keys: ssh-keygen -t ed25519-sk -O verify-required; or set `presence: key`"
        }
        Presence::Forge | Presence::Key => "add people, levels or keys to the roster",
    }
}

fn finding(severity: Severity, text: String, help: &str) -> Diagnostic {
    let found = Diagnostic::warning("nobody-can-sign", ".obstat/policy.yaml", text);
    let found = Diagnostic { severity, ..found };
    found.helped(format!("{help}, or ask for less"))
}

/// People who could sign for content that they did not make, scopes and ownership aside.
fn able<'a>(approvals: &Approvals, roster: &'a Roster, now: Timestamp) -> Vec<&'a PersonId> {
    let ladder = &roster.parts().ladder;
    let could = |person: &&Person| {
        let level = |name: &str| ladder.level(name);
        person.is_here_at(now)
            && approvals.might_be(person, now, level)
            && presence::is_possible(person, approvals.presence(), now)
    };
    roster.parts().people.iter().filter(could).map(|person| &person.id).collect()
}
