//! What stands beneath every policy: known people and operators, the quorum, complete facts.

use super::is;
use super::scene::{Scene, part};
use obstat_model::actor::Role;
use obstat_model::decision::Outcome::{Blocked, Clear, Pending};
use obstat_model::facts::Problem;

fn codes(scene: &Scene) -> Vec<&'static str> {
    scene.decide().diagnostics.problems.iter().map(|p| p.code).collect()
}

#[test]
fn unknown_people_block_whatever_is_signed_or_exempt() {
    for (role, code) in [
        (Role::Pusher, "unknown-pusher"),
        (Role::Author, "unknown-author"),
        (Role::Committer, "unknown-author"),
        (Role::CoAuthor, "unknown-author"),
    ] {
        let scene = Scene::senior().approved("priya").with(|s| s.parts.push(part(role, "")));
        is(&scene.decide(), Blocked);
        assert_eq!(codes(&scene), [code], "{role:?}");
    }
    // What somebody pushed elsewhere under an unknown name holds nobody up.
    let copied =
        Scene::senior().approved("priya").with(|s| s.parts.push(part(Role::Contributor, "")));
    is(&copied.decide(), Clear);
}

#[test]
fn an_agent_needs_an_operator_as_soon_as_somebody_pushes() {
    let agent = |parts: Vec<_>| Scene::senior().approved("priya").with(|s| s.parts = parts);
    let mut operator = part(Role::Operator, "jonas");
    operator.identity = part(Role::Author, "robot").identity;
    let robot = || part(Role::Author, "robot");
    let without = agent(vec![robot(), part(Role::Pusher, "jonas")]);
    assert_eq!(codes(&without), ["unknown-operator"]);
    is(&agent(vec![robot(), part(Role::Pusher, "jonas"), operator]).decide(), Clear);
    // Nobody brings it yet, so nobody can be missing.
    is(&agent(vec![robot()]).decide(), Clear);
}

#[test]
fn the_quorum_of_owners_signs_changes_of_the_inputs() {
    let inputs = || Scene::senior().with(|s| s.inputs = true);
    is(&inputs().approved("priya").decide(), Pending);
    is(&inputs().approved("mira").decide(), Pending);
    is(&inputs().approved("mira").approved("priya").decide(), Pending);
    is(&inputs().approved("mira").approved("adaeze").decide(), Clear);
    // An owner who made it does not count, and then too few are left.
    let own = inputs().with(|s| s.parts.push(part(Role::Author, "mira")));
    is(&own.approved("mira").approved("adaeze").decide(), Blocked);
    // The step must be the very one that was signed.
    let other = inputs().approved("mira").approved("adaeze").but(|w| w.inputs = None);
    is(&other.decide(), Pending);
}

#[test]
fn no_policy_lifts_the_quorum() {
    let rules = "rules:\n  - { name: none, record_only: true }\nexempt:\n  - { name: all, paths: ['**'], \
                 lines_at_most: 1000000, files_at_most: 1000000, assistance: any, reason: everything }\n";
    is(&Scene::new(rules).decide(), Clear);
    is(&Scene::new(rules).with(|s| s.inputs = true).decide(), Pending);
}

#[test]
fn any_problem_blocks() {
    let problem = Problem { code: "x", text: "t".to_owned(), hint: String::new() };
    is(&Scene::senior().approved("priya").with(|s| s.problems.push(problem)).decide(), Blocked);
}

#[test]
fn a_ref_that_is_no_target_is_never_clear() {
    let scene = Scene::senior().approved("priya").with(|s| s.target = "refs/heads/other");
    assert_eq!(codes(&scene), ["no-target"]);
}

#[test]
fn missing_facts_hold_the_change() {
    let owns = "rules:\n  - { name: own, require: [{ approvals: 1, owns: touched }] }\n";
    let scene = Scene::new(owns).approved("priya").with(|s| s.owners = Some(Vec::new()));
    assert_eq!(codes(&scene), ["fact-missing"]);
    let rolling = "rules:\n  - name: slow\n    when: { rolling: { lines_at_least: 100, days: 7 } }\n    \
                   require: [{ approvals: 1 }]\n";
    assert_eq!(codes(&Scene::new(rolling).approved("priya")), ["fact-missing"]);
    // An erroring branch holds the whole, even beside a branch that is met.
    let any = "rules:\n  - name: any\n    require:\n      - any_of: [{ approvals: 1 }, { approvals: 1, owns: touched }]\n";
    let scene = Scene::new(any).approved("priya");
    is(&scene.clone().with(|s| s.owners = Some(Vec::new())).decide(), Blocked);
    is(&scene.decide(), Clear);
}

#[test]
fn what_nobody_can_give_blocks_and_says_so() {
    let rules = "rules:\n  - { name: all, require: [{ approvals: 3, level: principal }] }\n";
    let found = Scene::new(rules).decide();
    is(&found, Blocked);
    assert_eq!(found.diagnostics.problems[0].code, "nobody-can-sign");
    // The author is among those who could.
    let own = "rules:\n  - { name: all, require: [{ approvals: 2, level: principal }] }\n";
    is(&Scene::new(own).decide(), Pending);
    is(&Scene::new(own).with(|s| s.parts.push(part(Role::CoAuthor, "mira"))).decide(), Blocked);
}
