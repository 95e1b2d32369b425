//! What an approval must be to count: invariants 4, 6 and 7. Each with a twin that counts.

use super::scene::{DAY, HOUR, NOON, Scene, days, evidence, part};
use super::{is, reason};
use obstat_model::actor::Role;
use obstat_model::approval::{Binding, Then, TipState};
use obstat_model::assistance::AssistanceVerdict;
use obstat_model::decision::Outcome::{Clear, Pending};
use obstat_model::hidden::HiddenFlag;
use obstat_model::statement::Act;

#[test]
fn a_good_approval_counts() {
    is(&Scene::senior().decide(), Pending);
    let found = Scene::senior().approved("priya").decide();
    is(&found, Clear);
    assert_eq!(found.diagnostics.requirements[0].counted, ["priya".parse().unwrap()]);
    assert!(found.diagnostics.not_counted.is_empty());
}

#[test]
fn whoever_took_part_does_not_count_in_any_role() {
    for role in [
        Role::Pusher,
        Role::Author,
        Role::Committer,
        Role::CoAuthor,
        Role::Contributor,
        Role::Operator,
    ] {
        let scene = Scene::senior().with(|s| s.parts.push(part(role, "priya")));
        let found = scene.clone().approved("priya").decide();
        is(&found, Pending);
        assert!(reason(&found, "priya").contains(role.phrase()), "{role:?}");
        is(&scene.approved("priya").approved("yusuf").decide(), Clear);
    }
}

#[test]
fn content_and_place_must_be_the_same() {
    let good = || Scene::senior().approved("priya");
    is(&good().decide(), Clear);
    is(&good().but(|w| w.binding = Binding::Recomputed).decide(), Clear);
    for (why, scene) in [
        ("other content", good().but(|w| w.binding = Binding::Other)),
        ("same patch", good().but(|w| w.binding = Binding::Carried)),
        ("tip", good().but(|w| w.tip = TipState::Elsewhere)),
        ("spent", good().but(|w| w.spent = true)),
    ] {
        let found = scene.decide();
        is(&found, Pending);
        assert!(reason(&found, "priya").contains(why), "{why}: {}", reason(&found, "priya"));
    }
}

#[test]
fn expiry_limits_landing_by_the_claim_and_by_the_policy() {
    let good = || Scene::senior().approved("priya");
    is(&good().after(DAY - 1).decide(), Clear);
    let found = good().after(DAY).decide();
    is(&found, Pending);
    assert!(reason(&found, "priya").contains("expired"));
    // A claim of ten years is cut to what the policy says, from receipt on.
    let endless = || good().but(|w| w.expires = NOON + 3_650 * DAY);
    let term = i64::try_from(days(14).0).unwrap();
    is(&endless().after(term - HOUR - 1).decide(), Clear);
    is(&endless().after(term - HOUR).decide(), Pending);
}

#[test]
fn what_was_shown_must_be_no_less_than_what_is_known() {
    let good = || Scene::senior().approved("priya");
    let more = good().with(|s| s.evidence.push(evidence("cursor"))).decide();
    is(&more, Pending);
    assert!(reason(&more, "priya").contains("assisted"));
    let contradicted = Scene::senior()
        .with(|s| s.evidence.push(evidence("cursor")))
        .approved("priya")
        .with(|s| s.declared = true)
        .decide();
    assert!(reason(&contradicted, "priya").contains("contradicts"));
    let hidden = good().with(|s| s.files[0].2.push(HiddenFlag::Bidi)).decide();
    assert!(reason(&hidden, "priya").contains("reorder"));
    // Less than was shown is no fault.
    let shown_more = good().but(|w| {
        let shown = w.shown.as_mut().unwrap();
        shown.assistance = AssistanceVerdict::Assisted;
        shown.hidden = vec![HiddenFlag::Bidi];
    });
    is(&shown_more.decide(), Clear);
    is(&good().but(|w| w.shown = None).decide(), Pending);
}

#[test]
fn the_lower_of_the_levels_at_receipt_and_now_counts() {
    let levels = |text: &str| {
        let text = text.to_owned();
        Scene::senior().approved("tove").with(move |s| {
            let old = "{ level: junior, since: 2020-01-01 }";
            s.roster = s.roster.replace(old, &text);
        })
    };
    is(&levels("{ level: senior, since: 2020-01-01 }").decide(), Clear);
    // Promoted after the gate received it, which was an hour ago.
    let since = "{ level: junior, since: 2020-01-01, until: 2026-11-25T11:30:00Z }, \
                 { level: senior, since: 2026-11-25T11:30:00Z }";
    is(&levels(since).decide(), Pending);
    // Demoted since.
    let until = "{ level: senior, since: 2020-01-01, until: 2026-11-25T11:30:00Z }, \
                 { level: junior, since: 2026-11-25T11:30:00Z }";
    is(&levels(until).decide(), Pending);
}

#[test]
fn the_roster_in_force_at_receipt_counts_too() {
    let scene = Scene::senior().approved("priya");
    let person = |edit: fn(&mut obstat_model::roster::Person)| {
        let mut person = scene.roster().person(&"priya".parse().unwrap()).unwrap().clone();
        edit(&mut person);
        Then::Person(Some(Box::new(person)))
    };
    is(&scene.clone().but(|w| w.then = person(|_| {})).decide(), Clear);
    for (then, why) in [
        (person(|p| p.levels.clear()), "was below senior when the gate received it"),
        (person(|p| p.keys.clear()), "the key did not count"),
        (Then::Person(None), "was not on the roster in force"),
    ] {
        let found = scene.clone().but(|w| w.then = then).decide();
        is(&found, Pending);
        assert!(reason(&found, "priya").contains(why), "{}", reason(&found, "priya"));
    }
}

#[test]
fn person_and_key_must_count_at_both_moments() {
    let edit = |from: &str, to: &str| {
        let (from, to) = (from.to_owned(), to.to_owned());
        Scene::senior().approved("priya").with(move |s| s.roster = s.roster.replacen(&from, &to, 1))
    };
    let left = edit("emails: [priya@", "left: 2026-11-25T11:59:00Z\n    emails: [priya@").decide();
    is(&left, Pending);
    assert!(reason(&left, "priya").contains("not on the roster"));
    let key = super::scene::key_line("priya");
    let line = format!("[\"{key}\"]");
    for (dates, why) in [
        ("until: 2026-11-25T11:30:00Z", "does not count any more"),
        ("since: 2026-11-25T11:30:00Z", "did not count when"),
    ] {
        let dated = format!("[{{ key: \"{key}\", {dates} }}]");
        let found = edit(&line, &dated).decide();
        is(&found, Pending);
        assert!(reason(&found, "priya").contains(why), "{}", reason(&found, "priya"));
    }
    let gone = edit(&line, "[]").decide();
    is(&gone, Pending);
    let dated = format!("[{{ key: \"{key}\", since: 2026-01-01, until: 2027-01-01 }}]");
    is(&edit(&line, &dated).decide(), Clear);
}

#[test]
fn one_person_counts_once() {
    let two = "rules:\n  - { name: all, require: [{ approvals: 2, level: senior }] }\n";
    is(&Scene::new(two).approved("priya").approved("priya").decide(), Pending);
    is(&Scene::new(two).approved("priya").approved("yusuf").decide(), Clear);
}

#[test]
fn what_is_taken_back_does_not_count_and_may_be_given_again() {
    let taken =
        Scene::senior().approved("priya").but(|w| w.received -= HOUR).says("priya", Act::Withdraw);
    let found = taken.decide();
    is(&found, Pending);
    assert!(reason(&found, "priya").contains("taken back"));
    // A withdrawal does not run out, and holds at the same moment.
    is(&taken.clone().but(|w| w.expires = NOON - 1).decide(), Pending);
    is(&taken.clone().but(|w| w.received -= HOUR).decide(), Pending);
    is(&taken.but(|w| w.received -= HOUR / 2).approved("priya").decide(), Clear);
    is(&Scene::senior().approved("priya").says("yusuf", Act::Withdraw).decide(), Clear);
}

#[test]
fn a_junior_and_an_unproven_presence_are_told_why() {
    let found = Scene::senior().approved("tove").decide();
    assert!(reason(&found, "tove").contains("junior here, senior or above is needed"));
    let rules = "rules:\n  - { name: all, require: [{ approvals: 1, presence: present }] }\n";
    let weak = Scene::new(rules)
        .approved("priya")
        .but(|w| w.presence = obstat_model::presence::Presence::Key)
        .decide();
    is(&weak, Pending);
    assert!(reason(&weak, "priya").contains("touch and PIN"));
    is(&Scene::new(rules).approved("priya").decide(), Clear);
}
