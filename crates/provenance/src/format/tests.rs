//! The built-in file: equal to its table, sound, and complete against the collection it is made
//! from; and what extensions are told when they are wrong.

use super::*;
use crate::builtin;
use crate::layer::{Check, Layer};
use crate::row::Row;
use std::collections::HashSet;

const ROWS: &str = include_str!("../../tests/fixtures/fingerprints.jsonl");

fn builtin_file() -> FileData {
    read(builtin::SOURCE).unwrap()
}

#[test]
fn the_generated_table_equals_the_file() {
    let file = builtin_file();
    let tools: Vec<_> = file.tools.into_iter().map(|(_, t)| t).collect();
    let patterns: Vec<_> = file.patterns.into_iter().map(|(_, p)| p).collect();
    assert_eq!(tools, builtin::TOOLS);
    assert_eq!(patterns, builtin::PATTERNS);
    assert_eq!(file.words, builtin::WORDS);
    assert_eq!(file.never.unwrap().1, builtin::NEVER);
    assert_eq!(file.dated.unwrap().1, builtin::DATED);
}

#[test]
fn the_builtin_file_passes_the_checks_of_extensions() {
    let known = HashSet::new();
    Check { text: builtin::SOURCE, known: &known }.content(&builtin_file()).unwrap();
}

#[test]
fn every_pattern_matches_its_own_example() {
    for data in builtin::PATTERNS {
        let row = Row::new(data.clone());
        assert!(row.find(data.example.as_bytes()).is_some(), "{data:?}");
        if data.model.is_some() && data.example.contains(['4', 'g']) {
            assert!(row.model(data.example.as_bytes()).is_some(), "{data:?}");
        }
    }
}

#[test]
fn every_row_of_the_collection_is_in_the_file_unchanged() {
    let file: toml::Table = builtin::SOURCE.parse().unwrap();
    let patterns = file["pattern"].as_array().unwrap();
    for line in ROWS.lines() {
        let row: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).unwrap();
        let same = |p: &&toml::Value| {
            p["pattern"].as_str() == row["pattern"].as_str()
                && p["tool"].as_str() == row["tool"].as_str()
                && p["kind"].as_str() == row["kind"].as_str()
        };
        let found = patterns.iter().find(same).unwrap_or_else(|| panic!("missing: {line}"));
        assert_eq!(found["match"].as_str() == Some("regex"), row["is_regex"] == true, "{line}");
        for (key, value) in
            row.iter().filter(|(k, _)| !["vendor", "is_regex"].contains(&k.as_str()))
        {
            let kept = &found[key.as_str()];
            let equal = kept.as_str().map(Into::into) == Some(value.clone())
                || kept.as_integer().map(Into::into) == Some(value.clone());
            assert!(equal, "{key} of {line}");
        }
        let tool = builtin::TOOLS.iter().find(|t| t.id == row["tool"].as_str().unwrap()).unwrap();
        let vendor = row["vendor"].as_str().unwrap();
        assert!(tool.vendor == vendor || tool.role == ToolRole::Declaration, "{line}");
    }
    assert_eq!(ROWS.lines().count(), 99);
}

fn problem(text: &str) -> String {
    let known: HashSet<&str> = builtin::TOOLS.iter().map(|t| t.id.as_ref()).collect();
    Layer::extension(text, &known).unwrap_err().to_string()
}

/// An extension of one pattern with some lines replaced.
fn one(lines: &str) -> String {
    let fields = [
        ("tool", "\"cursor\""),
        ("kind", "\"trailer\""),
        ("match", "\"regex\""),
        ("pattern", "'(?i)^made-by: robo'"),
        ("example", "\"Made-by: Robo\""),
        ("confidence", "\"high\""),
    ];
    let mut text = String::from("format = 1\n\n[[pattern]]\n");
    for (key, value) in fields {
        if !lines.lines().any(|l| l.starts_with(&format!("{key} ="))) {
            text += &format!("{key} = {value}\n");
        }
    }
    text + lines
}

#[test]
fn a_good_extension_is_read() {
    let known: HashSet<&str> = builtin::TOOLS.iter().map(|t| t.id.as_ref()).collect();
    Layer::extension(&one("needles = ['made-by:']"), &known).unwrap();
    Layer::extension("format = 1", &known).unwrap();
}

#[test]
fn faults_name_line_and_column() {
    assert!(
        problem("format = 1\nx = 2").starts_with("fingerprints, line 2, column 1: unknown field")
    );
    assert!(problem("format = 1\n[[pattern\n").contains("line 2"));
    assert!(problem("format = 2").contains("line 1, column 10: format 2 is not known"));
    assert!(problem(&one("pattern = '('")).contains("line 3, column 1: the regular expression"));
    assert!(problem(&one("source = 3")).contains("line 10, column 10: invalid type"));
}

#[test]
fn an_extension_cannot_redefine_or_weaken() {
    let tool = "format = 1\n[[tool]]\nid = 'cursor'\ndisplay = 'x'\nvendor = 'y'";
    assert!(problem(tool).contains("tool `cursor` is already known"));
    assert!(problem("format = 1\nnever = ['a@b']").contains("belongs to the built-in data"));
    assert!(problem(&one("remove = true")).contains("unknown field `remove`"));
}

#[test]
fn patterns_that_take_people_for_tools_are_refused() {
    let web =
        one("kind = \"author_email\"\npattern = '(?i)noreply@'\nexample = 'noreply@robo.dev'");
    assert!(problem(&web).contains("matches `noreply@github.com`"));
    let any = one("pattern = 'co-authored-by:.*|x'\nexample = 'x'");
    assert!(!problem(&any.replace("co-auth", "(?i)co-auth")).is_empty());
    assert!(problem(&one("pattern = '.*'\nexample = 'x'")).contains("matches every text"));
}

#[test]
fn useless_and_costly_entries_are_refused() {
    assert!(problem(&one("needles = ['Made-By:']")).contains("needle `Made-By:`"));
    assert!(problem(&one("needles = ['robot:']")).contains("example is not found"));
    assert!(problem(&one("example = 'other'")).contains("example is not found"));
    assert!(problem(&one("tool = 'nobody'")).contains("tool `nobody` is not known"));
    assert!(problem(&one("void_from = '2026-01-01'")).contains("need each other"));
    assert!(problem(&one("numeric_id = 3")).contains("`numeric_id` has no meaning"));
    assert!(problem(&one("pattern = '(?:a{1000}){1000}'")).contains("does not compile"));
    assert!(problem(&"#".repeat(MAX_BYTES + 1)).contains("at most 262144 are read"));
    let many = format!(
        "format = 1\n{}",
        "[[tool]]\nid='a'\ndisplay='a'\nvendor='a'\n".repeat(MAX_ENTRIES + 1)
    );
    assert!(problem(&many).contains("more than 1000 entries"));
}
