//! The schema for editors says what the reader says.

use super::*;
use serde_json::Value;
use std::collections::BTreeSet;

const SCHEMA: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../schemas/roster.schema.json"));

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

/// Each map of the format: its place in the schema and the keys that the reader knows.
fn maps() -> [(&'static str, BTreeSet<&'static str>); 9] {
    [
        ("", KEYS.into()),
        ("/properties/owners", OWNERS_KEYS.into()),
        ("/properties/devices", devices::KEYS.into()),
        ("/$defs/person", people::KEYS.into()),
        ("/$defs/level", people::LEVEL_KEYS.into()),
        ("/$defs/account", identity::ACCOUNT_KEYS.into()),
        ("/$defs/key/oneOf/1", identity::KEY_KEYS.into()),
        ("/$defs/agent", AGENT_KEYS.into()),
        ("/$defs/service", SERVICE_KEYS.into()),
    ]
}

#[test]
fn both_know_the_same_keys() {
    let schema = schema();
    for (place, known) in maps() {
        let map = schema.pointer(place).unwrap();
        let listed = map["properties"].as_object().unwrap();
        assert_eq!(listed.keys().map(String::as_str).collect::<BTreeSet<_>>(), known, "{place}");
        assert_eq!(map["additionalProperties"], Value::Bool(false), "{place}");
        for (key, value) in listed {
            let described = value["description"].is_string() || value["$ref"].is_string();
            assert!(described, "{place}/{key} has no description");
        }
    }
}

/// Every object of the schema is one of the maps, or maps names to one of them.
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
    assert_eq!(count(&schema()), maps().len());
}

#[test]
fn both_require_the_same_keys() {
    let schema = schema();
    let required = |place: &str| -> Vec<String> {
        let list = schema.pointer(place).unwrap().get("required").cloned();
        serde_json::from_value(list.unwrap_or(Value::Array(vec![]))).unwrap()
    };
    assert_eq!(required(""), ["version", "ladder", "owners", "people"]);
    assert_eq!(required("/properties/owners"), ["people", "quorum"]);
    assert_eq!(required("/$defs/level"), ["level", "since"]);
    assert_eq!(required("/$defs/account"), ["host", "login"]);
    assert_eq!(required("/$defs/key/oneOf/1"), ["key"]);
    for optional in ["/$defs/person", "/$defs/agent", "/$defs/service"] {
        assert_eq!(required(optional), [""; 0], "{optional}");
    }
}

#[test]
fn both_have_the_same_limits() {
    let schema = schema();
    let number = |place: &str| schema.pointer(place).and_then(Value::as_u64).unwrap();
    assert_eq!(number("/properties/version/const"), 1);
    assert_eq!(number("/properties/ladder/maxItems"), LEVELS_MAX as u64);
    assert_eq!(number("/properties/owners/properties/quorum/maximum"), 1_000);
    let delay = schema.pointer("/properties/delay/default").and_then(Value::as_str).unwrap();
    assert_eq!(Seconds::parse(delay), Ok(DELAY));
    let name = schema.pointer("/$defs/name/pattern").and_then(Value::as_str).unwrap();
    assert_eq!(name, "^[A-Za-z0-9._/@+-]{1,200}$");
}
