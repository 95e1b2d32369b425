//! Random cases: mostly sensible, each thing wrong now and then.

use super::case::{Case, File, Group, Member, Part, Said};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

const NOON: i64 = 1_795_608_000;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

const PEOPLE: [(&str, usize, &str); 7] = [
    ("mira", 3, "platform"),
    ("adaeze", 3, "data"),
    ("priya", 2, "pay"),
    ("yusuf", 2, "data"),
    ("hana", 2, "pay"),
    ("jonas", 1, "pay"),
    ("tove", 0, "web"),
];
const WHO: [&str; 7] = ["mira", "adaeze", "priya", "yusuf", "hana", "jonas", "tove"];
const TEAMS: [&str; 4] = ["platform", "data", "pay", "web"];
const PATHS: [&str; 6] =
    ["docs/a.md", "pay/charge.rs", "pay/deep/b.rs", "src/a.rs", "web/b.ts", "readme.md"];
const FLAGS: [&str; 3] = ["bidi", "symlink", "too_large"];
const PRESENCE: [&str; 4] = ["forge", "key", "present", "hardware"];

/// True once in so many.
fn rarely(times: u32) -> impl Strategy<Value = bool> {
    (0..times).prop_map(|n| n == 0)
}

fn pattern() -> impl Strategy<Value = &'static str> {
    select(vec![
        "pay/**",
        "docs/**",
        "*.md",
        "**/*.rs",
        "src/*",
        "web/[a-c].{ts,js}",
        "pay/?harge.rs",
    ])
}

fn level() -> impl Strategy<Value = &'static str> {
    select(super::case::LADDER.to_vec())
}

/// One condition, as a member of `when`.
fn condition() -> impl Strategy<Value = (&'static str, Value)> {
    prop_oneof![
        4 => select(vec!["assisted", "possible"]).prop_map(|word| ("assistance", json!(word))),
        4 => level().prop_map(|level| ("author_level_below", json!(level))),
        4 => prop::collection::vec(pattern(), 1..3).prop_map(|paths| ("paths", json!(paths))),
        2 => select(vec!["production", "releases"]).prop_map(|t| ("target", json!(t))),
        2 => (1u64..60).prop_map(|n| ("lines_at_least", json!(n))),
        2 => (1u64..4).prop_map(|n| ("files_at_least", json!(n))),
        1 => Just(("author_unverified", json!(true))),
        1 => Just(("decision_inputs", json!("touched"))),
        2 => prop_oneof![Just(json!("any")), Just(json!(["bidi"])), Just(json!(["symlink", "bidi"]))]
            .prop_map(|flags| ("hidden_content", flags)),
        1 => select(vec!["cursor", "kiro"]).prop_map(|tool| ("tool", json!([tool]))),
        1 => (20u64..80, any::<bool>()).prop_map(|(lines, scoped)| {
            let mut rolling = json!({ "lines_at_least": lines, "days": 7 });
            if scoped {
                rolling["scope"] = json!("pay");
            }
            ("rolling", rolling)
        }),
    ]
}

fn approvals() -> impl Strategy<Value = Value> {
    let counts = prop_oneof![5 => Just(1u32), 2 => Just(2), 1 => Just(3)];
    let extra = (
        prop::option::weighted(0.7, level()),
        prop::option::weighted(0.2, select(TEAMS.to_vec())),
        prop::option::weighted(0.2, select(PRESENCE.to_vec())),
        0u8..12,
    );
    (counts, extra).prop_map(|(count, (level, team, presence, shape))| {
        let mut asked = json!({ "approvals": count });
        if let Some(level) = level {
            asked["level"] = json!(level);
        }
        if let Some(presence) = presence {
            asked["presence"] = json!(presence);
        }
        match shape {
            0 => asked["teams"] = json!("different"),
            1 | 2 => asked["owns"] = json!("touched"),
            3 | 4 => asked["distinct"] = json!("both"),
            _ => {
                if let Some(team) = team {
                    asked["team"] = json!(team);
                }
            }
        }
        asked
    })
}

fn checks() -> impl Strategy<Value = Value> {
    (select(vec!["unit", "load"]), any::<bool>()).prop_map(|(name, by)| {
        let mut asked = json!({ "checks": [name] });
        if by {
            asked["by"] = json!("ci");
        }
        asked
    })
}

fn without_label(mut asked: Value) -> Value {
    if let Some(members) = asked.as_object_mut() {
        members.remove("distinct");
    }
    asked
}

fn requirement() -> impl Strategy<Value = Value> {
    let plain = || prop_oneof![5 => approvals().prop_map(without_label), 1 => checks()];
    let branch = prop_oneof![
        3 => plain(),
        1 => (plain(), plain()).prop_map(|(a, b)| json!([a, b])),
    ];
    prop_oneof![
        10 => approvals(),
        2 => checks(),
        2 => Just(json!({ "author_statement": "first" })),
        2 => prop::collection::vec(branch, 2..4).prop_map(|branches| json!({ "any_of": branches })),
    ]
}

fn rule() -> impl Strategy<Value = Value> {
    let when = prop::collection::vec(condition(), 0..3);
    let requires = prop::collection::vec(requirement(), 1..3);
    (when, requires, rarely(12)).prop_map(|(when, mut requires, record_only)| {
        let when: serde_json::Map<String, Value> =
            when.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let mut rule = json!({ "when": when });
        if record_only {
            rule["record_only"] = json!(true);
            return rule;
        }
        let mut first = false;
        requires.retain(|asked| {
            let again = first && asked.get("author_statement").is_some();
            first |= asked.get("author_statement").is_some();
            !again
        });
        rule["require"] = json!(requires);
        rule
    })
}

fn rules() -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(rule(), 1..5).prop_map(|mut rules| {
        for (n, rule) in rules.iter_mut().enumerate() {
            rule["name"] = json!(format!("r{n}"));
            if rule["when"].as_object().is_some_and(serde_json::Map::is_empty)
                && let Some(members) = rule.as_object_mut()
            {
                members.remove("when");
            }
        }
        rules
    })
}

fn exempt() -> impl Strategy<Value = Vec<Value>> {
    let words = select(vec!["declared_unassisted", "undisclosed", "any"]);
    let one = (prop::collection::vec(pattern(), 1..3), 10u64..80, 1u64..4, words);
    let one = one.prop_map(|(paths, lines, files, assistance)| {
        json!({ "name": "small", "paths": paths, "lines_at_most": lines, "files_at_most": files,
                "assistance": assistance, "reason": "small" })
    });
    prop::option::weighted(0.3, one).prop_map(|one| one.into_iter().collect())
}

fn member(n: usize) -> impl Strategy<Value = Member> {
    let (id, usual, team) = PEOPLE[n];
    let since = prop_oneof![8 => Just(-60 * DAY), 1 => Just(-HOUR), 1 => Just(HOUR)];
    let scoped = prop::option::weighted(0.15, (0usize..4, select(vec!["pay", "web"])));
    let until = prop::option::weighted(0.05, select(vec![-2 * HOUR, 5 * HOUR]));
    let level =
        prop_oneof![6 => Just(Some(usual)), 1 => Just(None), 1 => (0usize..4).prop_map(Some)];
    let teams =
        prop_oneof![5 => Just(vec![team]), 1 => Just(vec![]), 1 => Just(vec![team, "platform"])];
    let left = prop_oneof![20 => Just(None), 1 => Just(Some(-1)), 1 => Just(Some(1))];
    let key = prop_oneof![
        12 => Just((None, None)),
        1 => Just((Some(-HOUR), None)),
        1 => Just((None, Some(-HOUR))),
        1 => Just((None, Some(HOUR))),
    ];
    (level, since, until, scoped, teams, left, any::<bool>(), key).prop_map(
        move |(level, since, until, scoped, mut teams, left, security_key, key)| {
            // Every team has somebody.
            if teams.is_empty() && matches!(id, "mira" | "adaeze" | "hana" | "tove") {
                teams.push(team);
            }
            teams.dedup();
            let until = until.filter(|_| since < -HOUR);
            let mut grants: Vec<_> =
                level.map(|level| (level, since, until, None)).into_iter().collect();
            grants.extend(scoped.map(|(level, scope)| (level, -60 * DAY, None, Some(scope))));
            // Owners must be there and able to sign for good.
            let owner = matches!(id, "mira" | "adaeze" | "hana");
            let (left, key) = if owner { (None, (None, None)) } else { (left, key) };
            Member { id, grants, teams, left, security_key, key }
        },
    )
}

fn members() -> impl Strategy<Value = Vec<Member>> {
    (member(0), member(1), member(2), member(3), member(4), member(5), member(6))
        .prop_map(|(a, b, c, d, e, f, g)| vec![a, b, c, d, e, f, g])
}

fn owner() -> impl Strategy<Value = &'static str> {
    prop_oneof![4 => select(WHO.to_vec()), 2 => select(vec!["@pay", "@data", "@web"]), 1 => Just("?nobody")]
}

fn groups() -> impl Strategy<Value = Vec<Group>> {
    let one = (prop::collection::vec(owner(), 0..3), 1u32..3, rarely(5))
        .prop_map(|(owners, count, optional)| Group { owners, count, optional });
    prop::collection::vec(one, 0..3)
}

fn files() -> impl Strategy<Value = Vec<File>> {
    let hidden = prop_oneof![8 => Just(vec![]), 1 => select(FLAGS.to_vec()).prop_map(|f| vec![f])];
    let one = (select(PATHS.to_vec()), 0u64..40, hidden, groups())
        .prop_map(|(path, lines, hidden, owners)| File { path, lines, hidden, owners });
    prop::collection::vec(one, 0..5).prop_map(|mut files| {
        files.sort_by_key(|file| file.path);
        files.dedup_by_key(|file| file.path);
        files
    })
}

fn parts() -> impl Strategy<Value = Vec<Part>> {
    let roles = select(vec!["author", "committer", "co_author", "contributor"]);
    let whoever = prop_oneof![
        12 => select(WHO.to_vec()),
        2 => Just("%robot"),
        1 => Just("%drone"),
        1 => Just("$ci"),
        1 => Just(""),
    ];
    let more = prop::collection::vec((roles, whoever), 0..3);
    let pusher = prop_oneof![1 => Just(None), 12 => select(WHO.to_vec()).prop_map(Some), 1 => Just(Some(""))];
    (select(WHO.to_vec()), more, pusher, any::<bool>()).prop_map(|(author, more, pusher, ran)| {
        let part = |role, who, of, proven| Part { role, who, of, proven };
        let mut parts = vec![part("author", author, "", false)];
        for (role, who) in more {
            parts.push(part(role, who, "", false));
            if who.starts_with('%') && role != "contributor" && ran {
                parts.push(part("operator", "jonas", who, true));
            }
        }
        parts.extend(pusher.map(|who| part("pusher", who, "", true)));
        parts
    })
}

/// What one says, and what is wrong with it.
fn said() -> impl Strategy<Value = Said> {
    let says = prop_oneof![
        10 => Just("approve"),
        2 => Just("reject"),
        2 => Just("withdraw"),
        2 => Just("author"),
        2 => Just("check"),
        1 => Just("override"),
    ];
    let people = (select(WHO.to_vec()), select(vec!["ci", "lab"]));
    let times = (0i64..6, 0i64..6, prop_oneof![8 => Just(DAY), 1 => Just(0i64), 1 => Just(-DAY)]);
    let faults = (
        prop_oneof![14 => Just("exact"), 2 => Just("recomputed"), 1 => Just("other")],
        rarely(15),
        rarely(15),
        rarely(15),
        prop_oneof![12 => Just(None), 1 => Just(Some(None)), 2 => (0usize..4).prop_map(|l| Some(Some(l)))],
    );
    let shown = prop_oneof![
        10 => Just(Some(("assisted", true, FLAGS.to_vec()))),
        1 => Just(None),
        1 => Just(Some(("undisclosed", false, vec![]))),
        1 => Just(Some(("declared_unassisted", true, vec!["bidi"]))),
    ];
    let presence = prop_oneof![5 => Just("present"), 3 => Just("key"), 1 => Just("hardware"), 1 => Just("forge")];
    let rest =
        (select(vec!["unit", "load"]), any::<bool>(), any::<bool>(), select(vec!["because", " "]));
    (says, people, times, faults, shown, presence, rest).prop_map(
        |(says, (person, service), (received, issued, expires), faults, shown, presence, rest)| {
            let (binding, elsewhere, spent, other_inputs, then) = faults;
            let (check, passed, unassisted, reason) = rest;
            let issued = NOON - issued.max(received) * HOUR;
            Said {
                who: if says == "check" { service } else { person },
                says,
                unassisted,
                check,
                passed,
                review_due: issued + 2 * DAY,
                received: NOON - received * HOUR,
                issued,
                expires: if says == "override" { issued + 10 * HOUR } else { NOON + expires },
                presence,
                binding,
                elsewhere,
                spent,
                shown,
                other_inputs,
                reason,
                then: if says == "check" { None } else { then },
            }
        },
    )
}

fn evidence() -> impl Strategy<Value = Vec<(&'static str, Option<&'static str>)>> {
    let strengths = select(vec!["E0", "E1", "E2", "E3", "E4"]);
    let tools = prop_oneof![Just(None), Just(Some("cursor")), Just(Some("kiro"))];
    prop::collection::vec((strengths, tools), 0..2)
}

pub(super) fn cases() -> impl Strategy<Value = Case> {
    let policy = (
        rules(),
        exempt(),
        any::<bool>(),
        prop_oneof![4 => Just("key"), 2 => Just("present")],
        prop_oneof![3 => Just(vec![]), 1 => Just(vec!["@platform"]), 1 => Just(vec!["adaeze"])],
        1u32..3,
    );
    let problems = prop_oneof![
        20 => Just(vec![]),
        1 => Just(vec!["history-rewritten"]),
        1 => Just(vec!["inputs-broken"]),
    ];
    let change =
        (files(), rarely(6), evidence(), rarely(4), prop::collection::vec(0u64..100, 5), problems);
    let target = prop_oneof![6 => Just("refs/heads/main"), 2 => Just("refs/heads/release/1"), 1 => Just("refs/heads/other")];
    let people = (members(), parts(), prop::collection::vec(said(), 0..8), target);
    (policy, change, people).prop_map(|(policy, change, people)| {
        let (rules, exempt, with_override, presence, default_owners, quorum) = policy;
        let (files, inputs, evidence, declared, rolling, problems) = change;
        let (mut members, parts, mut said, target) = people;
        // Owners must be able to sign for other inputs.
        let owners = members.iter_mut().filter(|m| matches!(m.id, "mira" | "adaeze" | "hana"));
        owners.for_each(|owner| owner.security_key |= presence == "present");
        // No key gives more than it can.
        for said in &mut said {
            let plain = members.iter().any(|m| m.id == said.who && !m.security_key);
            match said.presence {
                "present" | "hardware" if plain => said.presence = "key",
                "hardware" => said.presence = "present",
                _ => {}
            }
        }
        Case {
            now: NOON,
            rules,
            exempt,
            with_override,
            presence,
            default_owners,
            quorum,
            members,
            target,
            files,
            inputs,
            evidence,
            declared,
            parts,
            rolling,
            problems,
            said,
        }
    })
}
