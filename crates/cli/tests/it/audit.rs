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
