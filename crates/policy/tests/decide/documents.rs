//! Examples, pages and the editors' schema say what the reader says; decides nothing.

use super::scene::NOON;
use obstat_model::hidden::HiddenFlag;
use obstat_model::roster::Roster;
use obstat_model::time::{Now, Timestamp};
use obstat_policy::diagnostic::Diagnostic;
use obstat_policy::{check, parse_policy, parse_roster};
use serde_json::Value;
use std::collections::BTreeSet;

const POLICY: &str = include_str!("../../../../examples/policy.yaml");
const ROSTER: &str = include_str!("../../../../examples/roster.yaml");
const FORMAT: &str = include_str!("../../../../docs/formats/policy.md");
const GUIDE: &str = include_str!("../../../../docs/guide/policy.md");
const SCHEMA: &str = include_str!("../../../../schemas/policy.schema.json");

const PARSE: &str = include_str!("../../src/policy/parse.rs");
const TARGET: &str = include_str!("../../src/policy/target.rs");
const CONDITION: &str = include_str!("../../src/condition.rs");
const ROLLING: &str = include_str!("../../src/condition/rolling.rs");
const APPROVALS: &str = include_str!("../../src/requirement/approvals.rs");
const AUTHOR: &str = include_str!("../../src/requirement/author_statement.rs");
const CHECKS: &str = include_str!("../../src/requirement/checks.rs");
const ANY_OF: &str = include_str!("../../src/requirement/any_of.rs");
const EXEMPT: &str = include_str!("../../src/exempt.rs");

fn roster() -> Roster {
    parse_roster(ROSTER, "roster.yaml").unwrap_or_else(|e| panic!("{e:#?}"))
}

fn findings(policy: &str) -> Vec<Diagnostic> {
    parse_policy(policy, "policy.yaml", &roster()).err().unwrap_or_default()
}

fn has(policy: &str, code: &str) -> bool {
    findings(policy).iter().any(|d| d.code == code)
}

/// It parses, and nothing about it is probably not meant.
#[track_caller]
fn holds(policy: &str) {
    // As if their devices attested all keys.
    let roster = roster().attested(|_| true);
    let parsed = parse_policy(policy, "policy.yaml", &roster);
    let parsed = parsed.unwrap_or_else(|e| panic!("{e:#?}\n{policy}"));
    let found = check(&parsed, &roster, Now(Timestamp::from_unix(NOON)));
    assert!(found.is_empty(), "{found:#?}\n{policy}");
}

/// The YAML blocks of a page.
fn blocks(page: &str) -> Vec<&str> {
    let after = page.split("```yaml\n").skip(1);
    after.map(|rest| rest.split_once("```").expect("a block that ends").0).collect()
}

const TOP: [&str; 6] = ["version", "targets", "defaults", "override", "rules", "exempt"];

/// The top-level keys of a block, comments aside.
fn tops(block: &str) -> Vec<&str> {
    let lines = block.lines().filter(|l| !l.starts_with([' ', '#']) && !l.is_empty());
    lines.map(|l| l.split_once(':').expect("a key").0).collect()
}

/// A snippet with what a whole policy has beside it.
fn filled(snippet: &str) -> String {
    let has = tops(snippet);
    let missing = [
        ("version", "version: 1\n"),
        (
            "targets",
            "targets:\n  production: { refs: [refs/heads/main], mode: enforce }\n  \
             staging: { refs: [refs/heads/staging], mode: warn }\n",
        ),
        ("rules", "rules: [{ name: filler, require: [{ approvals: 1 }] }]\n"),
    ];
    let parts = missing.iter().filter(|(key, _)| !has.contains(key)).map(|(_, text)| *text);
    parts.chain([snippet]).collect()
}

#[test]
fn examples_hold_and_nothing_is_wrong_with_them() {
    holds(POLICY);
    for text in [POLICY, ROSTER] {
        assert!(text.starts_with("# yaml-language-server: $schema=../schemas/"));
    }
    assert!(has(&POLICY.replacen("level: senior", "level: senoir", 1), "unknown-level"));
}

/// Nobody holds an example's key: where a public key stands, it has the SHA-256 of a name.
#[test]
fn keys_of_the_example_are_nobodys() {
    use base64::Engine as _;
    let names =
        ["mira", "adaeze", "priya", "priya on an old laptop", "yusuf", "hana", "jonas", "ci"];
    let words = ROSTER.split_whitespace().filter(|w| w.starts_with("AAAA"));
    let keys: Vec<_> =
        words.map(|w| base64::engine::general_purpose::STANDARD.decode(w).unwrap()).collect();
    for name in names {
        let hash = obstat_model::digest::sha256(name.as_bytes());
        let made = |key: &&Vec<u8>| key.windows(32).any(|part| part == hash.as_bytes());
        assert_eq!(keys.iter().filter(made).count(), 1, "{name}");
    }
    assert_eq!(keys.len(), names.len());
}

#[test]
fn the_format_page_shows_the_example() {
    assert_eq!(blocks(FORMAT), [POLICY]);
}

#[test]
fn every_block_of_the_pages_parses() {
    let all = [blocks(FORMAT), blocks(GUIDE)].concat();
    assert!(all.len() > 10, "{}", all.len());
    let mut shown = BTreeSet::new();
    for block in all {
        let keys = tops(block);
        assert!(keys.iter().all(|key| TOP.contains(key)), "{keys:?} is no policy:\n{block}");
        shown.extend(keys);
        holds(&filled(block));
    }
    assert_eq!(shown, TOP.into(), "the pages show every part");
}

#[test]
fn a_block_that_does_not_parse_would_be_found() {
    let snippet = blocks(GUIDE)[0].replace("approvals:", "aprovals:");
    assert!(has(&filled(&snippet), "unknown-requirement"));
}

/// Codes that the format page lists are codes of the sources.
#[test]
fn codes_of_the_page_exist() {
    let sources = [
        PARSE,
        TARGET,
        CONDITION,
        APPROVALS,
        CHECKS,
        ANY_OF,
        EXEMPT,
        ROLLING,
        include_str!("../../src/policy/known.rs"),
        include_str!("../../src/condition/target.rs"),
        include_str!("../../src/requirement.rs"),
        include_str!("../../src/yaml.rs"),
        include_str!("../../src/yaml/fields.rs"),
        include_str!("../../src/yaml/scalar.rs"),
        include_str!("../../src/check.rs"),
        include_str!("../../src/decide.rs"),
        include_str!("../../src/decide/base.rs"),
    ];
    let table = FORMAT.split("| code | of | when |").nth(1).unwrap();
    let mut seen = 0;
    for row in table.lines().filter(|l| l.starts_with("| `")) {
        let words: Vec<&str> =
            row.split('|').nth(1).unwrap().split('`').skip(1).step_by(2).collect();
        let mut stem = "";
        for word in words {
            if word.ends_with('-') {
                stem = word;
                continue;
            }
            // What follows a stem is its ending; what has a stem of its own stands alone.
            let code = if word.contains('-') { word.to_owned() } else { format!("{stem}{word}") };
            let quoted = format!("\"{}", code.trim_end_matches('…'));
            assert!(sources.iter().any(|s| s.contains(&quoted)), "no source has {code}");
            seen += 1;
        }
    }
    assert!(seen > 30, "{seen}");
}

/// A map of the format: its place in the schema, where the reader lists its keys, and a policy in
/// which it is the only thing of interest, with `@` for one more key.
struct Map {
    place: &'static str,
    listed: (&'static str, &'static str),
    policy: &'static str,
}

const MAPS: [Map; 12] = [
    Map { place: "", listed: (PARSE, "const KEYS"), policy: "version: 1\n@: 1\n" },
    Map {
        place: "/$defs/target",
        listed: (TARGET, "const KEYS"),
        policy: "targets: { t: { refs: [refs/heads/main], @: 1 } }\n",
    },
    Map {
        place: "/properties/defaults",
        listed: (PARSE, "const DEFAULTS:"),
        policy: "defaults: { @: 1 }\n",
    },
    Map {
        place: "/properties/override",
        listed: (PARSE, "const OVERRIDE:"),
        policy: "override: { @: 1 }\n",
    },
    Map { place: "/$defs/rule", listed: (PARSE, "const RULE:"), policy: "rules: [{ @: 1 }]\n" },
    Map {
        place: "/$defs/when",
        listed: (CONDITION, "const KEYS"),
        policy: "rules: [{ name: r, when: { @: 1 }, record_only: true }]\n",
    },
    Map {
        place: "/$defs/when/properties/rolling",
        listed: (ROLLING, "\"`rolling`\", &"),
        policy: "rules: [{ name: r, when: { rolling: { @: 1 } }, record_only: true }]\n",
    },
    Map {
        place: "/$defs/approvals",
        listed: (APPROVALS, "const KEYS"),
        policy: "rules: [{ name: r, require: [{ approvals: 1, @: 1 }] }]\n",
    },
    Map {
        place: "/$defs/author_statement",
        listed: (AUTHOR, "\"a requirement\", &"),
        policy: "rules: [{ name: r, require: [{ author_statement: first, @: 1 }] }]\n",
    },
    Map {
        place: "/$defs/checks",
        listed: (CHECKS, "\"a requirement\", &"),
        policy: "rules: [{ name: r, require: [{ checks: unit, @: 1 }] }]\n",
    },
    Map {
        place: "/$defs/any_of",
        listed: (ANY_OF, "\"a requirement\", &"),
        policy: "rules: [{ name: r, require: [{ any_of: [], @: 1 }] }]\n",
    },
    Map {
        place: "/$defs/exemption",
        listed: (EXEMPT, "const KEYS"),
        policy: "exempt: [{ @: 1 }]\n",
    },
];

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

fn keys_of<'s>(schema: &'s Value, place: &str) -> BTreeSet<&'s str> {
    let map = schema.pointer(place).unwrap_or_else(|| panic!("no {place}"));
    assert_eq!(map["additionalProperties"], Value::Bool(false), "{place}");
    map["properties"].as_object().unwrap().keys().map(String::as_str).collect()
}

/// The words of the first list of strings behind a marker.
fn listed((source, marker): (&'static str, &'static str)) -> BTreeSet<&'static str> {
    let at = source.find(marker).unwrap_or_else(|| panic!("no {marker}"));
    let mut rest = source.get(at + marker.len()..).unwrap_or_default();
    // The type `[&str; 6]` is a bracket too.
    while !rest.split_once('[').unwrap().1.trim_start().starts_with('"') {
        rest = rest.split_once('[').unwrap().1;
    }
    let list = rest.split_once('[').unwrap().1.split_once(']').unwrap().0;
    list.split('"').skip(1).step_by(2).collect()
}

#[test]
fn schema_and_reader_list_the_same_keys() {
    let schema = schema();
    for map in MAPS {
        let mut known = listed(map.listed);
        // Reserved by the reader, so that it says why, and offered by nobody.
        known.remove("impact");
        assert_eq!(keys_of(&schema, map.place), known, "{}", map.place);
    }
}

#[test]
fn the_reader_knows_each_key_of_the_schema_and_no_misspelt_one() {
    let schema = schema();
    for map in MAPS {
        for key in keys_of(&schema, map.place) {
            let with = |key: &str| filled_for(&map, key);
            assert!(!has(&with(key), "unknown-key"), "{}/{key}", map.place);
            let misspelt = format!("{key}x");
            let found = findings(&with(&misspelt));
            let named = |d: &Diagnostic| d.code == "unknown-key" && d.message.contains(&misspelt);
            assert!(found.iter().any(named), "{}/{misspelt}: {found:#?}", map.place);
        }
    }
}

fn filled_for(map: &Map, key: &str) -> String {
    // The key is put in last: at the top it may be one that the filler has too.
    filled(map.policy).replace('@', key)
}

/// Every closed object of the schema is one of the maps.
#[test]
fn no_map_is_forgotten() {
    fn count(value: &Value) -> usize {
        match value {
            Value::Object(map) => {
                usize::from(map.contains_key("properties") && map.contains_key("type"))
                    + map.values().map(count).sum::<usize>()
            }
            Value::Array(list) => list.iter().map(count).sum(),
            _ => 0,
        }
    }
    assert_eq!(count(&schema()), MAPS.len());
}

#[test]
fn every_key_of_the_schema_is_described() {
    let schema = schema();
    for map in MAPS {
        for key in keys_of(&schema, map.place) {
            let value = &schema.pointer(map.place).unwrap()["properties"][key];
            let described = value["description"].is_string() || value["$ref"].is_string();
            assert!(described, "{}/{key}", map.place);
        }
    }
}

/// Words that the schema offers, and a policy in which the reader is given `@` instead of one.
const WORDS: [(&str, &str); 11] = [
    ("/$defs/presence", "defaults: { presence: @ }\n"),
    ("/$defs/target/properties/mode", "targets: { t: { refs: [refs/heads/main], mode: @ } }\n"),
    (
        "/$defs/target/properties/rewrite",
        "targets: { t: { refs: [refs/heads/main], mode: warn, rewrite: @ } }\n",
    ),
    ("/properties/defaults/properties/codeowners", "defaults: { codeowners: @ }\n"),
    (
        "/$defs/when/properties/assistance",
        "rules: [{ name: r, when: { assistance: @ }, record_only: true }]\n",
    ),
    (
        "/$defs/when/properties/decision_inputs",
        "rules: [{ name: r, when: { decision_inputs: @ }, record_only: true }]\n",
    ),
    (
        "/$defs/when/properties/hidden_content/oneOf/1/items",
        "rules: [{ name: r, when: { hidden_content: [@] }, record_only: true }]\n",
    ),
    (
        "/$defs/approvals/properties/teams",
        "rules: [{ name: r, require: [{ approvals: 1, teams: @ }] }]\n",
    ),
    (
        "/$defs/approvals/properties/owns",
        "rules: [{ name: r, require: [{ approvals: 1, owns: @ }] }]\n",
    ),
    (
        "/$defs/author_statement/properties/author_statement",
        "rules: [{ name: r, require: [{ author_statement: @ }] }]\n",
    ),
    (
        "/$defs/exemption/properties/assistance",
        "exempt: [{ name: e, paths: [a], lines_at_most: 1, files_at_most: 1, assistance: @, reason: r }]\n",
    ),
];

#[test]
fn schema_and_reader_offer_the_same_words() {
    let schema = schema();
    for (place, policy) in WORDS {
        let offered = schema.pointer(place).unwrap()["enum"].as_array().unwrap();
        let offered: Vec<&str> = offered.iter().map(|w| w.as_str().unwrap()).collect();
        for word in &offered {
            assert!(!has(&filled(policy).replace('@', word), "unknown-word"), "{place}: {word}");
        }
        let found = findings(&filled(policy).replace('@', "zzzzzz"));
        let wrong = found.iter().find(|d| d.code == "unknown-word");
        let label = &wrong.unwrap_or_else(|| panic!("{place}: {found:#?}")).label;
        assert_eq!(*label, format!("known: {}", offered.join(", ")), "{place}");
    }
    assert_eq!(HiddenFlag::ALL.len(), 14, "as many as a label lists");
}

/// Numbers: the limit is read, and one more is not.
const NUMBERS: [(&str, &str); 8] = [
    (
        "/$defs/approvals/properties/approvals",
        "rules: [{ name: r, require: [{ approvals: @ }] }]\n",
    ),
    (
        "/$defs/when/properties/lines_at_least",
        "rules: [{ name: r, when: { lines_at_least: @ }, record_only: true }]\n",
    ),
    (
        "/$defs/when/properties/files_at_least",
        "rules: [{ name: r, when: { files_at_least: @ }, record_only: true }]\n",
    ),
    (
        "/$defs/when/properties/rolling/properties/lines_at_least",
        "rules: [{ name: r, when: { rolling: { lines_at_least: @, days: 7 } }, record_only: true }]\n",
    ),
    (
        "/$defs/when/properties/rolling/properties/days",
        "rules: [{ name: r, when: { rolling: { lines_at_least: 7, days: @ } }, record_only: true }]\n",
    ),
    (
        "/$defs/exemption/properties/lines_at_most",
        "exempt: [{ name: e, paths: [a], lines_at_most: @, files_at_most: 1, assistance: any, reason: r }]\n",
    ),
    (
        "/$defs/exemption/properties/files_at_most",
        "exempt: [{ name: e, paths: [a], lines_at_most: 1, files_at_most: @, assistance: any, reason: r }]\n",
    ),
    ("/properties/version", "version: @\n"),
];

#[test]
fn schema_and_reader_have_the_same_limits() {
    let schema = schema();
    for (place, policy) in NUMBERS {
        let value = schema.pointer(place).unwrap();
        let limit =
            |key: &str| value.get(key).or(value.get("const")).and_then(Value::as_u64).unwrap();
        let (least, most) = (limit("minimum"), limit("maximum"));
        let with = |n: u64| filled(policy).replace('@', &n.to_string());
        let code = if place == "/properties/version" { "version" } else { "bad-number" };
        for (number, bad) in [(least, false), (most, false), (least - 1, true), (most + 1, true)] {
            assert_eq!(has(&with(number), code), bad, "{place}: {number}");
        }
    }
}

/// Maps with keys that must be there, each with all of them: a place, what stands around it, and
/// pairs of key and value.
type Needed = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const NEEDED: [Needed; 7] = [
    (
        "",
        "@",
        &[
            ("version", "1"),
            ("targets", "{ t: { refs: [refs/heads/main], mode: warn } }"),
            ("rules", "[{ name: r, record_only: true }]"),
        ],
    ),
    ("/$defs/target", "targets: { t: @ }\n", &[("refs", "[refs/heads/main]"), ("mode", "warn")]),
    (
        "/properties/override",
        "override: @\n",
        &[("holders", "[mira]"), ("at_most", "1h"), ("review_within", "1d")],
    ),
    ("/$defs/rule", "rules: [@]\n", &[("name", "r")]),
    (
        "/$defs/when/properties/rolling",
        "rules: [{ name: r, when: { rolling: @ }, record_only: true }]\n",
        &[("lines_at_least", "1"), ("days", "1")],
    ),
    (
        "/$defs/exemption",
        "exempt: [@]\n",
        &[
            ("name", "e"),
            ("paths", "[a]"),
            ("lines_at_most", "1"),
            ("files_at_most", "1"),
            ("assistance", "any"),
            ("reason", "r"),
        ],
    ),
    ("/properties/defaults", "defaults: @\n", &[]),
];

#[test]
fn schema_and_reader_require_the_same_keys() {
    let schema = schema();
    for (place, around, pairs) in NEEDED {
        let required = schema.pointer(place).unwrap().get("required").cloned();
        let required: Vec<String> =
            serde_json::from_value(required.unwrap_or(Value::Array(Vec::new()))).unwrap();
        assert_eq!(required, pairs.iter().map(|(key, _)| *key).collect::<Vec<_>>(), "{place}");
        let with = |left_out: &str| {
            let kept = pairs.iter().filter(|(key, _)| *key != left_out);
            let kept: Vec<String> = kept.map(|(key, value)| format!("{key}: {value}")).collect();
            let map = format!("{{ {} }}", kept.join(", "));
            if place.is_empty() { map } else { filled(around).replace('@', &map) }
        };
        let is_missed = |text: &str| has(text, "missing-key") || has(text, "version");
        assert!(!is_missed(&with("")), "{place}: {:#?}", findings(&with("")));
        for key in required {
            assert!(is_missed(&with(&key)), "{place}/{key}");
        }
    }
    let others = ["/$defs/approvals", "/$defs/author_statement", "/$defs/checks", "/$defs/any_of"];
    for place in others {
        // The key that says which requirement it is.
        let kind = place.rsplit('/').next().unwrap();
        assert_eq!(schema.pointer(place).unwrap()["required"], serde_json::json!([kind]));
    }
    assert!(schema.pointer("/$defs/when").unwrap().get("required").is_none());
}

/// The tests that the examples come with say what the example policy does.
#[test]
fn the_examples_do_what_their_tests_say() {
    let text = include_str!("../../../../examples/policy-tests.yaml");
    let roster = parse_roster(ROSTER, "roster.yaml").unwrap();
    let policy = parse_policy(POLICY, "policy.yaml", &roster).unwrap();
    let trials = obstat_policy::trial::parse_trials(text, "policy-tests.yaml", &policy, &roster);
    let trials = trials.unwrap_or_else(|e| panic!("{e:#?}"));
    assert!(trials.len() >= policy.rules().len(), "a rule has no test");
    for trial in trials {
        let found = trial.run(&policy, None, Now(Timestamp::from_unix(NOON)));
        assert!(found.wrong.is_empty(), "{}: {:?} {:?}", trial.name(), found.wrong, found.why);
    }
}
