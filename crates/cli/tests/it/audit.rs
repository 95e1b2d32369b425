//! `obstat audit` on repositories that know nothing of Obstat.

use super::program;
use obstat_testkit::Scratch;

fn repository() -> Scratch {
    let scratch = Scratch::new();
    scratch.git(".", &["init", "-q", "-b", "main", "work"]);
    let messages = [
        "plain",
        "a\n\nCo-Authored-By: Claude Opus 4.8 <noreply@anthropic.com>",
        "b\n\nCo-authored-by: Cursor <cursoragent@cursor.com>",
        "c\n\nAssisted-by: Ann Lee",
    ];
    for message in messages {
        scratch.git_as("ann", "work", &["commit", "-q", "--allow-empty", "-m", message]).ok();
    }
    scratch
}

fn audit(scratch: &Scratch, line: &[&str]) -> String {
    let program = program().to_string_lossy().into_owned();
    let line: Vec<&str> =
        [program.as_str(), "audit"].into_iter().chain(line.iter().copied()).collect();
    scratch.run("work", &line, &[], "").ok()
}

#[test]
fn text_counts_tools_and_answers() {
    let text = audit(&repository(), &[]);
    assert!(text.contains("4 commits"), "{text}");
    for word in ["claude-code", "cursor", "undisclosed", "E2 trailer"] {
        assert!(text.contains(word), "{word}: {text}");
    }
}

#[test]
fn lines_are_one_object_a_commit_in_order() {
    let text = audit(&repository(), &["--format", "jsonl"]);
    let verdicts: Vec<&str> = text
        .lines()
        .map(|l| if l.contains("\"verdict\":\"assisted\"") { "assisted" } else { "undisclosed" })
        .collect();
    assert_eq!(verdicts, ["undisclosed", "assisted", "assisted", "undisclosed"]);
    assert!(text.lines().all(|l| l.contains("\"decision\":null,\"signed\":null")), "{text}");
}

#[test]
fn a_range_leaves_out_what_lies_below() {
    let text = audit(&repository(), &["--format", "json", "HEAD~2..HEAD"]);
    assert!(text.contains("\"commits\":2"), "{text}");
}

#[test]
fn what_went_around_the_gate_is_listed_in_every_form() {
    let org = super::org();
    let unsigned = |format: &str| {
        org.obstat("mira", "work", &["audit", "--unsigned", "--format", format]).ok()
    };
    assert_eq!(unsigned("json").trim(), "{\"unsigned\":[],\"version\":1}");
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    let around = org.commit("jonas", "around");
    org.scratch.run("server.git", &["git", "fetch", "-q", "../work", &around], &[], "").ok();
    org.scratch.git("server.git", &["update-ref", "refs/heads/main", &around]);
    org.scratch.git("work", &["fetch", "-q", "origin"]);
    for format in ["json", "jsonl"] {
        let told = unsigned(format);
        assert!(told.contains(&around), "{told}");
        let parsed: serde_json::Value = serde_json::from_str(&told).unwrap();
        assert!(parsed.is_object(), "{told}");
    }
    assert!(unsigned("text").contains("around"));
}
