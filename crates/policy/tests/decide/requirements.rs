//! Each requirement: met, and its twin not.

use super::is;
use super::scene::{HOUR, Scene, part};
use obstat_model::actor::Role;
use obstat_model::decision::Outcome::{Blocked, Clear, Pending};
use obstat_model::decision::Progress;
use obstat_model::facts::{OwnerGroup, PathOwner, PathOwners};
use obstat_model::presence::Presence;
use obstat_model::statement::Act;

/// A scene whose one rule always requires this.
fn require(list: &str) -> Scene {
    Scene::new(&format!("rules:\n  - name: r\n    require:\n{list}"))
}

fn one(requirement: &str) -> Scene {
    require(&format!("      - {requirement}\n"))
}

#[test]
fn level_is_at_least() {
    let scene = || one("{ approvals: 1, level: senior }");
    is(&scene().approved("mira").decide(), Clear);
    is(&scene().approved("priya").decide(), Clear);
    is(&scene().approved("tove").decide(), Pending);
    is(&one("{ approvals: 1 }").approved("tove").decide(), Clear);
}

#[test]
fn level_in_scopes_must_hold_on_all_files_of_the_rule() {
    let scoped = |s: &mut Scene| {
        let old = "levels: [{ level: junior, since: 2020-01-01 }]";
        s.roster =
            s.roster.replace(old, "levels: [{ level: senior, since: 2020-01-01, scopes: [pay] }]");
    };
    let scene = || one("{ approvals: 1, level: senior }").with(scoped);
    is(&scene().files(&["pay/a.rs"]).approved("tove").decide(), Clear);
    is(&scene().files(&["pay/a.rs", "src/a.rs"]).approved("tove").decide(), Pending);
}

#[test]
fn team() {
    let scene = || one("{ approvals: 1, team: data }");
    is(&scene().approved("yusuf").decide(), Clear);
    is(&scene().approved("priya").decide(), Pending);
}

#[test]
fn different_teams() {
    let scene = || one("{ approvals: 2, level: senior, teams: different }");
    is(&scene().approved("priya").approved("hana").decide(), Pending);
    is(&scene().approved("priya").approved("yusuf").decide(), Clear);
    // In two teams one person still stands for one.
    let both =
        |s: &mut Scene| s.roster = s.roster.replacen("teams: [data]", "teams: [data, pay]", 2);
    is(&scene().with(both).approved("yusuf").decide(), Pending);
    is(&scene().with(both).approved("yusuf").approved("priya").decide(), Clear);
    // There are three teams with seniors, so four cannot be had.
    is(&one("{ approvals: 4, level: senior, teams: different }").decide(), Blocked);
}

#[test]
fn presence() {
    let hardware = || one("{ approvals: 1, presence: hardware }");
    // Nobody has an attested key, so nobody could.
    is(&hardware().approved("priya").decide(), Blocked);
    let present = one("{ approvals: 1, presence: present }").approved("priya");
    is(&present.clone().decide(), Clear);
    is(&present.but(|w| w.presence = Presence::Key).decide(), Pending);
}

fn owned(groups: &[(&[PathOwner], u32)]) -> PathOwners {
    let group = |(owners, count): &(&[PathOwner], u32)| OwnerGroup {
        section: None,
        owners: owners.to_vec(),
        count: *count,
        optional: false,
    };
    PathOwners { groups: groups.iter().map(group).collect() }
}

fn person(who: &str) -> PathOwner {
    PathOwner::Person(who.parse().unwrap())
}

#[test]
fn owns_what_is_touched() {
    let scene = |owners: Vec<PathOwners>| {
        let paths: Vec<String> = (0..owners.len()).map(|i| format!("src/{i}.rs")).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        one("{ approvals: 1, owns: touched }").files(&paths).with(|s| s.owners = Some(owners))
    };
    let team = || owned(&[(&[PathOwner::Team("pay".parse().unwrap())], 1)]);
    is(&scene(vec![team()]).approved("priya").decide(), Clear);
    is(&scene(vec![team()]).approved("yusuf").decide(), Pending);
    // Every file needs one of its owners.
    let two = || vec![team(), owned(&[(&[person("yusuf")], 1)])];
    let half = scene(two()).approved("priya").decide();
    is(&half, Pending);
    assert!(half.diagnostics.requirements[0].needs.contains("no owner of src/1.rs has signed"));
    is(&scene(two()).approved("priya").approved("yusuf").decide(), Clear);
    // A section may ask for two, and sections add up.
    let count = || vec![owned(&[(&[person("priya"), person("hana")], 2)])];
    is(&scene(count()).approved("priya").decide(), Pending);
    is(&scene(count()).approved("priya").approved("hana").decide(), Clear);
}

#[test]
fn unowned_and_unmatched_fall_to_default_owners_or_block() {
    let unowned = || owned(&[(&[], 1)]);
    let unknown = || owned(&[(&[PathOwner::Unknown("@ghost".to_owned())], 1)]);
    for owners in [PathOwners::default(), unowned(), unknown()] {
        let scene = one("{ approvals: 1, owns: touched }").with(|s| s.owners = Some(vec![owners]));
        is(&scene.clone().approved("priya").decide(), Blocked);
        let named = scene.with(|s| {
            s.policy = s.policy.replace("expires: 14d", "expires: 14d, owners: ['@data', mira]");
        });
        is(&named.clone().approved("priya").decide(), Pending);
        is(&named.clone().approved("yusuf").decide(), Clear);
        is(&named.approved("mira").decide(), Clear);
    }
}

#[test]
fn distinct_people_for_a_three_person_release() {
    let scene = || {
        require(
            "      - { approvals: 1, level: senior, distinct: release }\n      - { approvals: 1, level: principal, distinct: release }\n",
        )
    };
    is(&scene().approved("mira").decide(), Pending);
    is(&scene().approved("priya").decide(), Pending);
    is(&scene().approved("mira").approved("priya").decide(), Clear);
    is(&scene().approved("priya").approved("mira").decide(), Clear);
    is(&scene().approved("mira").approved("adaeze").decide(), Clear);
    let taken = |s: &mut Scene| {
        s.parts.extend([part(Role::CoAuthor, "mira"), part(Role::CoAuthor, "adaeze")]);
    };
    is(&scene().with(taken).decide(), Blocked);
}

#[test]
fn the_authors_own_statement_comes_first() {
    let scene = || {
        require("      - { author_statement: first }\n      - { approvals: 1, level: senior }\n")
    };
    let stands = Act::Author { unassisted: false };
    is(&scene().approved("priya").decide(), Pending);
    let early = |w: &mut super::scene::Word| w.received -= HOUR;
    is(&scene().says("jonas", stands.clone()).but(early).approved("priya").decide(), Clear);
    let late = scene().approved("priya").but(early).says("jonas", stands.clone()).decide();
    is(&late, Pending);
    assert!(super::reason(&late, "priya").contains("before the author's own statement"));
    // Each author stands for it; others cannot.
    let two = scene().with(|s| s.parts.push(part(Role::CoAuthor, "tove")));
    let both = two.clone().says("jonas", stands.clone()).but(early);
    is(&both.clone().approved("priya").decide(), Pending);
    is(&both.says("tove", stands.clone()).but(early).approved("priya").decide(), Clear);
    is(&scene().says("hana", stands).but(early).approved("priya").decide(), Pending);
}

fn check(name: &str, passed: bool) -> Act {
    Act::Check { name: name.parse().unwrap(), passed }
}

#[test]
fn named_checks() {
    let scene = || one("{ checks: [unit, contract], by: ci }");
    is(&scene().says("ci", check("unit", true)).decide(), Pending);
    let both = scene().says("ci", check("unit", true)).says("ci", check("contract", true));
    is(&both.clone().decide(), Clear);
    is(&both.clone().but(|w| w.act = check("contract", false)).decide(), Pending);
    // The newest word counts, and of one moment the worse.
    let again = both.clone().says("ci", check("unit", false));
    is(&again.decide(), Pending);
    let cured =
        both.clone().but(|w| w.received -= HOUR).with(|s| s.words[0].act = check("unit", false));
    is(&cured.clone().decide(), Pending);
    is(&cured.says("ci", check("unit", true)).but(|w| w.received += 60).decide(), Clear);
    // Another service's word does not count where one is named, nor does old content's.
    let other = scene().says("ci", check("unit", true)).says("lab", check("contract", true));
    is(&other.decide(), Pending);
    is(&both.but(|w| w.spent = true).decide(), Pending);
}

#[test]
fn one_failing_service_stands_against_all() {
    let scene = one("{ checks: unit }").says("ci", check("unit", true));
    is(&scene.clone().decide(), Clear);
    is(&scene.says("lab", check("unit", false)).decide(), Pending);
}

#[test]
fn any_of() {
    let scene = || {
        one(
            "any_of: [{ approvals: 1, level: principal }, [{ approvals: 2, level: senior }, { checks: unit }]]",
        )
    };
    is(&scene().decide(), Pending);
    is(&scene().approved("mira").decide(), Clear);
    is(&scene().approved("priya").approved("yusuf").decide(), Pending);
    let second = scene().approved("priya").approved("yusuf").says("ci", check("unit", true));
    is(&second.decide(), Clear);
    // One branch out of reach leaves the other; all of them block.
    let taken = |s: &mut Scene| {
        s.parts.extend([part(Role::CoAuthor, "mira"), part(Role::CoAuthor, "adaeze")]);
    };
    is(&scene().with(taken).decide(), Pending);
    let both = one("any_of: [{ approvals: 1, level: principal }, { approvals: 9, level: senior }]");
    is(&both.with(taken).decide(), Blocked);
}

#[test]
fn reports_tell_how_far_and_who_could() {
    let found = one("{ approvals: 2, level: senior }").approved("priya").decide();
    let report = &found.diagnostics.requirements[0];
    assert_eq!((report.has, report.needed, report.progress), (1, 2, Progress::Partly));
    let names: Vec<&str> = report.eligible.as_ref().unwrap().iter().map(|p| p.as_str()).collect();
    assert_eq!(names, ["adaeze", "hana", "mira", "yusuf"]);
    assert_eq!(report.needs, "senior or above");
}
