//! Each condition: it holds, and its twin does not.

use super::is;
use super::scene::{Scene, evidence, part};
use obstat_model::actor::Role;
use obstat_model::decision::Outcome::{Clear, Pending};
use obstat_model::facts::RollingSum;
use obstat_model::hidden::HiddenFlag;

/// A scene whose one rule applies under a condition and then asks for a senior.
fn when(condition: &str) -> Scene {
    Scene::new(&format!(
        "rules:\n  - {{ name: r, when: {{ {condition} }}, require: [{{ approvals: 1, level: senior }}] }}\n"
    ))
}

#[track_caller]
fn applies(scene: Scene) {
    is(&scene.decide(), Pending);
}

#[track_caller]
fn rests(scene: Scene) {
    let found = scene.decide();
    is(&found, Clear);
    assert!(found.diagnostics.rules.is_empty());
}

#[test]
fn target() {
    applies(when("target: production"));
    applies(when("target: [staging, production]"));
    rests(when("target: staging"));
}

#[test]
fn assistance() {
    let assisted = |s: &mut Scene| s.evidence.push(evidence("cursor"));
    let declared = |s: &mut Scene| s.declared = true;
    applies(when("assistance: assisted").with(assisted));
    rests(when("assistance: assisted"));
    applies(when("assistance: possible"));
    applies(when("assistance: possible").with(assisted).with(declared));
    rests(when("assistance: possible").with(declared));
}

#[test]
fn tool() {
    let assisted = |s: &mut Scene| s.evidence.push(evidence("cursor"));
    applies(when("tool: [kiro, cursor]").with(assisted));
    rests(when("tool: kiro").with(assisted));
    rests(when("tool: cursor"));
}

#[test]
fn author_level_is_the_lowest_of_all_who_made_or_brought_it() {
    applies(when("author_level_below: senior"));
    rests(when("author_level_below: mid-level"));
    for role in [Role::Author, Role::Committer, Role::CoAuthor, Role::Operator, Role::Pusher] {
        let scene =
            when("author_level_below: mid-level").with(|s| s.parts.push(part(role, "tove")));
        applies(scene);
    }
    // Unproven names of seniors raise nothing; services and contributors neither raise nor lower.
    let forged = |s: &mut Scene| s.parts[0] = part(Role::Author, "mira");
    applies(when("author_level_below: senior").with(forged));
    let others = |s: &mut Scene| {
        s.parts.push(part(Role::Committer, "ci"));
        s.parts.push(part(Role::Contributor, "tove"));
    };
    rests(when("author_level_below: mid-level").with(others));
    // Whoever left has no level.
    let left = |s: &mut Scene| {
        s.roster = s.roster.replacen("emails: [jonas@", "left: 2026-01-01\n    emails: [jonas@", 1);
    };
    applies(when("author_level_below: junior").with(left));
    rests(when("author_level_below: junior"));
}

#[test]
fn author_level_in_scopes_is_the_lowest_over_the_files_of_the_rule() {
    let scoped = |s: &mut Scene| {
        let old = "levels: [{ level: mid-level, since: 2020-01-01 }]";
        let new = "levels: [{ level: mid-level, since: 2020-01-01 }, { level: senior, since: 2020-01-01, scopes: [pay] }]";
        s.roster = s.roster.replace(old, new);
    };
    rests(when("author_level_below: senior").with(scoped).files(&["pay/a.rs"]));
    applies(when("author_level_below: senior").with(scoped).files(&["pay/a.rs", "src/b.rs"]));
    rests(
        when("author_level_below: senior, paths: ['pay/**']")
            .with(scoped)
            .files(&["pay/a.rs", "src/b.rs"]),
    );
}

#[test]
fn author_unverified() {
    rests(when("author_unverified: true"));
    applies(when("author_unverified: true").with(|s| s.parts[0] = part(Role::Author, "priya")));
    applies(when("author_unverified: true").with(|s| s.parts.retain(|p| p.role != Role::Pusher)));
    rests(when("author_unverified: true").with(|s| s.parts.push(part(Role::Committer, "ci"))));
}

#[test]
fn paths_match_old_and_new_names() {
    applies(when("paths: ['src/**']"));
    rests(when("paths: ['pay/**', '*.md']"));
    // A rename is a deletion and an addition.
    applies(when("paths: ['pay/**']").files(&["pay/a.rs", "tools/a.rs"]));
}

#[test]
fn lines_and_files_are_counted_in_the_paths_of_the_rule() {
    applies(when("lines_at_least: 10"));
    rests(when("lines_at_least: 11"));
    let files = ["pay/a.rs", "pay/b.rs", "src/c.rs"];
    applies(when("lines_at_least: 30").files(&files));
    applies(when("lines_at_least: 20, paths: ['pay/**']").files(&files));
    rests(when("lines_at_least: 21, paths: ['pay/**']").files(&files));
    applies(when("files_at_least: 2, paths: ['pay/**']").files(&files));
    rests(when("files_at_least: 3, paths: ['pay/**']").files(&files));
    applies(when("files_at_least: 3").files(&files));
}

#[test]
fn rolling_sums() {
    let sum = |lines| {
        move |s: &mut Scene| s.rolling.push(RollingSum { rule: "r".parse().unwrap(), lines })
    };
    let rule = "rolling: { lines_at_least: 400, days: 7, scope: pay }";
    applies(when(rule).files(&["pay/a.rs"]).with(sum(400)));
    rests(when(rule).files(&["pay/a.rs"]).with(sum(399)));
    rests(when(rule).files(&["src/a.rs"]).with(sum(1_000)));
}

#[test]
fn decision_inputs() {
    let scene = when("decision_inputs: touched").with(|s| s.inputs = true);
    assert_eq!(scene.decide().diagnostics.rules.len(), 1);
    rests(when("decision_inputs: touched"));
}

#[test]
fn hidden_content() {
    for flag in HiddenFlag::ALL {
        let hide = |s: &mut Scene| s.files[0].2.push(flag);
        applies(when("hidden_content: any").with(hide));
        applies(when(&format!("hidden_content: [{}]", flag.as_str())).with(hide));
    }
    rests(when("hidden_content: any"));
    let bidi = |s: &mut Scene| s.files[0].2.push(HiddenFlag::Bidi);
    rests(when("hidden_content: [symlink]").with(bidi));
    // What could not be looked at may hide anything.
    applies(when("hidden_content: [symlink]").with(|s| s.files[0].2.push(HiddenFlag::TooLarge)));
}

#[test]
fn all_conditions_of_a_rule_must_hold() {
    let both = "paths: ['src/**'], author_level_below: senior";
    applies(when(both));
    rests(when(both).files(&["pay/a.rs"]));
}
