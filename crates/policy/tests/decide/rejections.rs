//! A "no": blocks from somebody whose "yes" would count, ends by that person's own word.

use super::is;
use super::scene::{DAY, HOUR, Scene, part};
use obstat_model::actor::Role;
use obstat_model::decision::Outcome::{Blocked, Clear};
use obstat_model::presence::Presence;
use obstat_model::statement::Act;

fn rejected_by(who: &str) -> Scene {
    Scene::senior().approved("priya").says(who, Act::Reject)
}

#[test]
fn somebody_eligible_blocks_and_nobody_else() {
    let found = rejected_by("yusuf").decide();
    is(&found, Blocked);
    assert!(found.diagnostics.problems[0].text.contains("yusuf rejected it: because"));
    is(&rejected_by("tove").decide(), Clear);
    is(&rejected_by("jonas").decide(), Clear);
    let ran_it = rejected_by("yusuf").with(|s| s.parts.push(part(Role::Operator, "yusuf")));
    is(&ran_it.decide(), Clear);
    // A trailer that anybody can write does not silence him.
    for role in [Role::Author, Role::Committer, Role::CoAuthor, Role::Contributor] {
        let claimed = rejected_by("yusuf").with(|s| s.parts.push(part(role, "yusuf")));
        is(&claimed.decide(), Blocked);
    }
}

#[test]
fn it_does_not_run_out() {
    is(&rejected_by("yusuf").but(|w| w.expires = 0).decide(), Blocked);
    let spent = rejected_by("yusuf").but(|w| w.spent = true);
    is(&spent.decide(), Blocked);
    let late = Scene::senior().says("yusuf", Act::Reject).after(10 * DAY).approved("priya");
    is(&late.decide(), Blocked);
}

#[test]
fn the_same_person_ends_it_later_and_not_at_the_same_moment() {
    for act in [Act::Withdraw, Act::Approve] {
        let ended = rejected_by("yusuf").but(|w| w.received -= HOUR).says("yusuf", act.clone());
        is(&ended.decide(), Clear);
        let same = rejected_by("yusuf").says("yusuf", act.clone());
        is(&same.decide(), Blocked);
        let earlier = rejected_by("yusuf").says("yusuf", act.clone()).but(|w| w.received -= HOUR);
        is(&earlier.decide(), Blocked);
        let other = rejected_by("yusuf").but(|w| w.received -= HOUR).says("hana", act.clone());
        is(&other.decide(), Blocked);
        // A rejection in person does not end by a key that somebody's agent could have used.
        let weaker = rejected_by("yusuf").but(|w| w.received -= HOUR).says("yusuf", act);
        is(&weaker.but(|w| w.presence = Presence::Key).decide(), Blocked);
    }
}

#[test]
fn rejecting_takes_back_ones_own_approval() {
    let scene = Scene::senior().approved("tove").approved("yusuf").but(|w| w.received -= HOUR);
    is(&scene.clone().decide(), Clear);
    is(&scene.says("yusuf", Act::Reject).decide(), Blocked);
}

#[test]
fn owners_may_reject_changes_of_the_inputs() {
    let rules = "rules:\n  - { name: pay, when: { paths: ['pay/**'] }, require: [{ approvals: 1, team: pay }] }\n";
    let scene = Scene::new(rules).with(|s| s.inputs = true);
    let scene = scene.approved("mira").approved("adaeze").but(|w| w.received -= HOUR);
    is(&scene.clone().decide(), Clear);
    is(&scene.says("adaeze", Act::Reject).decide(), Blocked);
}

#[test]
fn an_exemption_does_not_silence_it() {
    let rules = "rules:\n  - { name: all, require: [{ approvals: 1, level: senior }] }\nexempt:\n  - { name: src, \
                 paths: ['src/**'], lines_at_most: 100, files_at_most: 5, assistance: any, reason: small }\n";
    is(&Scene::new(rules).decide(), Clear);
    is(&Scene::new(rules).says("yusuf", Act::Reject).decide(), Blocked);
}
