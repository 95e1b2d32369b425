//! What holds whatever the facts: order does not matter, more never asks for less, one more approval
//! never turns Clear into anything else. Invariants 1 and 3.

use super::scene::{DAY, HOUR, Scene, evidence, part};
use obstat_model::actor::Role;
use obstat_model::approval::{Binding, TipState};
use obstat_model::decision::Outcome;
use obstat_model::facts::RollingSum;
use obstat_model::hidden::HiddenFlag;
use obstat_model::presence::Presence;
use obstat_model::statement::Act;
use proptest::prelude::*;

const RULES: &str = "\
rules:
  - { name: assisted, when: { assistance: possible, author_level_below: senior }, require: [{ approvals: 1, level: senior }] }
  - { name: pay, when: { paths: ['pay/**'] }, require: [{ approvals: 2, level: senior, teams: different }] }
  - { name: big, when: { lines_at_least: 60 }, require: [{ author_statement: first }, { approvals: 1, level: principal, distinct: d }] }
  - { name: other, when: { lines_at_least: 60 }, require: [{ approvals: 1, level: senior, distinct: d }] }
  - { name: hidden, when: { hidden_content: any }, require: [{ any_of: [{ approvals: 1, level: principal }, { approvals: 2 }] }] }
  - { name: sum, when: { rolling: { lines_at_least: 50, days: 7 } }, require: [{ approvals: 1, level: principal }] }
exempt:
  - { name: docs, paths: ['docs/**'], lines_at_most: 20, files_at_most: 2, assistance: undisclosed, reason: text }
";

const PATHS: [&str; 4] = ["docs/a.md", "pay/charge.rs", "src/a.rs", "web/b.ts"];
const WHO: [&str; 8] = ["mira", "adaeze", "priya", "yusuf", "hana", "jonas", "tove", ""];
const ROLES: [Role; 6] = [
    Role::Pusher,
    Role::Author,
    Role::Committer,
    Role::CoAuthor,
    Role::Contributor,
    Role::Operator,
];

#[derive(Debug, Clone)]
struct Say {
    who: usize,
    act: u8,
    age: i64,
    fault: u8,
}

fn scene(paths: &[(usize, u64)], parts: &[(usize, usize)], says: &[Say], assisted: u8) -> Scene {
    let mut scene = Scene::new(RULES);
    let mut files: Vec<_> =
        paths.iter().map(|(p, n)| (PATHS[*p].to_owned(), *n, Vec::new())).collect();
    files.sort();
    files.dedup_by(|a, b| a.0 == b.0);
    scene.files = files;
    scene.parts.extend(parts.iter().map(|(role, who)| part(ROLES[*role], WHO[*who])));
    if assisted & 1 != 0 {
        scene.evidence.push(evidence("cursor"));
    }
    scene.declared = assisted & 2 != 0;
    if assisted & 4 != 0 && !scene.files.is_empty() {
        scene.files[0].2.push(HiddenFlag::Bidi);
    }
    let lines = scene.files.iter().map(|f| f.1).sum();
    scene.rolling.push(RollingSum { rule: "sum".parse().unwrap(), lines });
    for say in says {
        add(&mut scene, say);
    }
    scene
}

fn add(scene: &mut Scene, say: &Say) {
    let act = match say.act {
        0..=5 => Act::Approve,
        6 => Act::Reject,
        7 => Act::Withdraw,
        _ => Act::Author { unassisted: false },
    };
    let mut word = scene.word(WHO[say.who % 7], act);
    word.received = scene.now - say.age * HOUR;
    word.issued = word.received;
    match say.fault {
        0 => word.spent = true,
        1 => word.binding = Binding::Other,
        2 => word.tip = TipState::Elsewhere,
        3 => word.expires = scene.now - DAY,
        4 => word.shown = None,
        5 => word.presence = Presence::Forge,
        _ => {}
    }
    scene.words.push(word);
}

fn says() -> impl Strategy<Value = Vec<Say>> {
    let say = (0usize..7, 0u8..9, 0i64..5, 0u8..20);
    let say = say.prop_map(|(who, act, age, fault)| Say { who, act, age, fault });
    prop::collection::vec(say, 0..7)
}

fn scenes() -> impl Strategy<Value = Scene> {
    let paths = prop::collection::vec((0usize..4, 1u64..40), 0..4);
    // Mostly known people, so that not everything is blocked from the start.
    let parts = prop::collection::vec((0usize..6, 0usize..7), 0..3);
    (paths, parts, says(), 0u8..8)
        .prop_map(|(paths, parts, says, assisted)| scene(&paths, &parts, &says, assisted))
}

/// How strict an answer is.
fn rank(scene: &Scene) -> Outcome {
    scene.decide().outcome
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn order_changes_nothing(scene in scenes(), seed: u64) {
        let mut other = scene.clone();
        let mut state = seed;
        let mut shuffle = |n: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) as usize % n.max(1)
        };
        for i in (1..other.words.len()).rev() {
            other.words.swap(i, shuffle(i + 1));
        }
        for i in (1..other.parts.len()).rev() {
            other.parts.swap(i, shuffle(i + 1));
        }
        for i in (1..other.files.len()).rev() {
            other.files.swap(i, shuffle(i + 1));
        }
        let (a, b) = (scene.decide(), other.decide());
        prop_assert_eq!(a.outcome, b.outcome);
        prop_assert_eq!(a.diagnostics.problems, b.diagnostics.problems);
        prop_assert_eq!(a.diagnostics.requirements, b.diagnostics.requirements);
        prop_assert_eq!(a.diagnostics.not_counted, b.diagnostics.not_counted);
    }

    #[test]
    fn the_order_of_rules_changes_no_answer(scene in scenes()) {
        let (head, tail) = RULES.split_once("exempt:").unwrap();
        let mut lines: Vec<&str> = head.lines().skip(1).collect();
        lines.reverse();
        let turned = format!("rules:\n{}\nexempt:{tail}", lines.join("\n"));
        let mut other = scene.clone();
        other.policy = super::scene::policy_text(&turned);
        prop_assert_eq!(rank(&scene), rank(&other));
    }

    #[test]
    fn one_more_approval_never_unclears(scene in scenes(), who in 0usize..7, age in 0i64..5, fault in 0u8..20) {
        prop_assume!(rank(&scene) == Outcome::Clear);
        let mut more = scene.clone();
        add(&mut more, &Say { who, act: 0, age, fault });
        prop_assert_eq!(rank(&more), Outcome::Clear);
    }

    #[test]
    fn more_evidence_never_helps(scene in scenes()) {
        let mut more = scene.clone();
        more.evidence.push(evidence("kiro"));
        prop_assert!(rank(&more) >= rank(&scene));
    }

    #[test]
    fn hidden_content_never_helps(scene in scenes(), at in 0usize..4) {
        let mut more = scene.clone();
        prop_assume!(!more.files.is_empty());
        let at = at % more.files.len();
        more.files[at].2.push(HiddenFlag::Symlink);
        prop_assert!(rank(&more) >= rank(&scene));
    }

    #[test]
    fn one_more_participant_never_helps(scene in scenes(), role in 0usize..6, who in 0usize..8) {
        // Somebody's part silences that person's rejection, and lets an author's statement count:
        // those are taken out of the comparison.
        let mut scene = scene;
        let proven = matches!(ROLES[role], Role::Pusher | Role::Operator);
        scene.words.retain(|w| w.act == Act::Approve || (w.act == Act::Reject && !proven));
        let mut more = scene.clone();
        more.parts.push(part(ROLES[role], WHO[who]));
        prop_assert!(rank(&more) >= rank(&scene));
    }

    #[test]
    fn a_wider_change_never_helps(scene in scenes(), lines in 1u64..100) {
        let mut scene = scene;
        // A reject by somebody whom only a wider rule makes eligible may appear; never the reverse.
        let mut more = scene.clone();
        more.files.push(("zone/z.rs".to_owned(), lines, Vec::new()));
        let sum = more.files.iter().map(|f| f.1).sum();
        more.rolling[0].lines = sum;
        scene.rolling[0].lines = scene.files.iter().map(|f| f.1).sum();
        prop_assert!(rank(&more) >= rank(&scene), "{:#?}", more.decide());
    }

    #[test]
    fn a_lower_author_never_helps(scene in scenes()) {
        let mut lower = scene.clone();
        lower.roster = lower.roster.replacen("level: mid-level", "level: junior", 1);
        prop_assert!(rank(&lower) >= rank(&scene));
    }

    #[test]
    fn a_statement_of_nobody_in_particular_moves_nothing(scene in scenes()) {
        let mut more = scene.clone();
        let mut word = more.word("priya", Act::Approve);
        word.binding = Binding::Other;
        more.words.push(word);
        prop_assert_eq!(rank(&more), rank(&scene));
    }
}
