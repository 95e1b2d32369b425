//! Break-glass: invariant 10. A listed holder in person, a reason, one content, hours, a review.

use super::scene::{DAY, HOUR, NOON, Scene, part};
use super::{is, reason};
use obstat_model::actor::Role;
use obstat_model::approval::Binding;
use obstat_model::decision::Outcome::{Blocked, Clear, Pending};
use obstat_model::facts::Problem;
use obstat_model::presence::Presence;
use obstat_model::statement::Act;
use obstat_model::time::Timestamp;

fn due(at: i64) -> Act {
    Act::Override { review_due: Timestamp::from_unix(at) }
}

fn overridden_by(who: &str) -> Scene {
    Scene::senior().says(who, due(NOON + DAY)).but(|w| w.expires = w.issued + 12 * HOUR)
}

#[test]
fn a_holder_lets_it_pass_and_the_decision_names_the_override() {
    let found = overridden_by("mira").decide();
    is(&found, Clear);
    assert!(found.diagnostics.overridden_by.is_some());
    assert!(!found.diagnostics.requirements.is_empty(), "what was open is told all the same");
    // Where nothing is missing, nothing is overridden.
    let needless = overridden_by("mira").approved("priya").decide();
    assert_eq!(needless.diagnostics.overridden_by, None);
}

#[test]
fn a_holder_may_break_the_glass_for_their_own_work() {
    is(&overridden_by("mira").with(|s| s.parts.push(part(Role::Author, "mira"))).decide(), Clear);
}

#[test]
fn every_condition_of_it_is_needed() {
    type Spoil = fn(&mut super::scene::Word);
    let spoilers: [(&str, Spoil); 8] = [
        ("presence", |w| w.presence = Presence::Key),
        ("reason", |w| w.reason = "  ".to_owned()),
        ("longer", |w| w.expires = w.issued + 13 * HOUR),
        ("longer", |w| {
            w.received -= 12 * HOUR;
        }),
        ("expired", |w| w.expires = NOON),
        ("exactly one content", |w| w.binding = Binding::Recomputed),
        ("review", |w| w.act = due(NOON + 10 * DAY)),
        ("spent", |w| w.spent = true),
    ];
    for (why, spoil) in spoilers {
        let found = overridden_by("mira").but(spoil).decide();
        is(&found, Pending);
        assert!(reason(&found, "mira").contains(why), "{why}: {}", reason(&found, "mira"));
    }
    let other = overridden_by("priya").decide();
    is(&other, Pending);
    assert!(reason(&other, "priya").contains("may not override"));
}

#[test]
fn without_terms_nobody_may() {
    let scene = overridden_by("mira").with(|s| {
        let line = s.policy.lines().find(|l| l.starts_with("override:")).unwrap().to_owned();
        s.policy = s.policy.replace(&line, "");
    });
    is(&scene.decide(), Pending);
}

#[test]
fn it_lifts_rejections_and_problems_but_not_the_quorum_nor_broken_inputs() {
    is(&overridden_by("mira").says("yusuf", Act::Reject).decide(), Clear);
    is(&overridden_by("mira").with(|s| s.parts.push(part(Role::Author, ""))).decide(), Clear);
    let quorum = Scene::senior().with(|s| s.inputs = true).says("mira", due(NOON + DAY));
    is(&quorum.but(|w| w.expires = w.issued + HOUR * 2).decide(), Pending);
    let code = "inputs-broken";
    let problem = Problem { code, text: String::new(), hint: String::new() };
    is(&overridden_by("mira").with(|s| s.problems.push(problem)).decide(), Blocked);
}

#[test]
fn it_can_be_taken_back() {
    let taken = overridden_by("mira").says("mira", Act::Withdraw).but(|w| w.received += 60);
    is(&taken.decide(), Pending);
}
