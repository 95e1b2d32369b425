//! What stands beneath every policy: known people, known operators, the owners' quorum.

use super::case::Case;
use obstat_model::actor::{Actor, Participant, Role};
use obstat_model::facts::Problem;
use obstat_model::text::escape_cut;

/// What a push may not do to a ref, whatever it holds.
const WAYS: [&str; 3] = ["target-deleted", "history-rewritten", "tip-merged-in"];

/// Problems that no policy can lift, from the facts alone.
pub(super) fn problems(case: &Case) -> Vec<Problem> {
    let mut found = case.facts.problems.to_vec();
    if case.policy.target_of(case.facts.target).is_none() {
        found.push(Problem {
            code: "no-target",
            text: format!("{} is no protected target of the policy", case.facts.target),
            hint: "name a target of the policy, or add the ref to one".to_owned(),
        });
    }
    for part in case.facts.participants {
        found.extend(unknown(part));
    }
    found.extend(unknown_operator(case));
    found
}

fn unknown(part: &Participant) -> Option<Problem> {
    // Anybody can push a branch with the same content under any name: such a claim may exclude
    // somebody who is known, and nobody who is not.
    if part.actor.is_some() || part.role == Role::Contributor {
        return None;
    }
    if part.role == Role::Pusher {
        let login = escape_cut(&part.identity.name, 60);
        let (text, hint) = if login.is_empty() {
            let hint = "on the server, see that the variable of `obstat hook install --pusher-from` is set";
            ("the transport does not say who pushes".to_owned(), hint)
        } else {
            let hint = "an owner adds the login to `accounts` in .obstat/roster.yaml";
            (format!("the roster does not know {login}, who pushes"), hint)
        };
        let hint = hint.to_owned();
        return Some(Problem { code: "unknown-pusher", text, hint });
    }
    if part.role == Role::Operator {
        let login = escape_cut(&part.identity.name, 60);
        let commit = part.commit.map_or_else(String::new, |c| format!(" of {}", c.short()));
        return Some(Problem {
            code: "unknown-operator",
            text: format!("the roster does not know {login}, who brought an agent's work{commit}"),
            hint: "an owner adds the login to `accounts` in .obstat/roster.yaml".to_owned(),
        });
    }
    let email = escape_cut(&part.identity.email, 60);
    let commit = part.commit.map_or_else(String::new, |c| format!(" of {}", c.short()));
    let what = match part.role {
        Role::Committer => "committer",
        Role::CoAuthor => "co-author",
        Role::Author | Role::Contributor | Role::Operator | Role::Pusher => "author",
    };
    Some(Problem {
        code: "unknown-author",
        text: format!("the roster does not know <{email}>, {what}{commit}"),
        hint: "an owner adds the address to .obstat/roster.yaml, or the commit is made anew by somebody known".to_owned(),
    })
}

/// An agent's work needs somebody who ran it, as soon as somebody brings it.
fn unknown_operator(case: &Case) -> Option<Problem> {
    let parts = case.facts.participants;
    if !parts.iter().any(|p| p.role == Role::Pusher) {
        return None;
    }
    let is_agent =
        |p: &&Participant| p.role != Role::Contributor && matches!(p.actor, Some(Actor::Agent(_)));
    let operated = |agent: &Participant| {
        let operators = parts.iter().filter(|p| p.role == Role::Operator);
        let mut known = operators.filter(|p| matches!(p.actor, Some(Actor::Person(_))));
        known.any(|p| p.identity == agent.identity)
    };
    let agent = parts.iter().filter(is_agent).find(|agent| !operated(agent))?;
    let name = escape_cut(&agent.identity.name, 60);
    Some(Problem {
        code: "unknown-operator",
        text: format!("nobody is known who ran the agent {name}"),
        hint: "whoever ran it pushes the change, or an owner names its `operator` in .obstat/roster.yaml".to_owned(),
    })
}

/// Problems with how a change comes, whatever it holds.
pub(super) fn concerns_the_way(problem: &Problem) -> bool {
    WAYS.contains(&problem.code) || problem.code == "clock-set-back"
}

/// Problems that break-glass does not lift: without inputs that hold, nobody could decide again, and
/// whoever signs for content says nothing of the history that it comes with.
pub(super) fn is_beyond_override(problem: &Problem) -> bool {
    let code = problem.code;
    // Whoever overrides with what was taken back in view signs for a head that holds it.
    let beyond = ["no-target", "went-back"];
    code.starts_with("inputs-") || beyond.contains(&code) || WAYS.contains(&code)
}
