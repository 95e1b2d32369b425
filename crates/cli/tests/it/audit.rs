//! `obstat audit`, mostly on repositories that know nothing of Obstat.

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

/// What a terminal gets of an audit of 3,000 commits.
fn on_a_terminal(scratch: &Scratch) -> String {
    scratch.git(".", &["init", "-q", "--bare", "long"]);
    let commit =
        "commit refs/heads/main\ncommitter a <a@example.com> 1700000000 +0000\ndata 1\nx\n";
    let stream = commit.repeat(3_000);
    scratch.run("long", &["git", "fast-import", "--quiet", "--force"], &[], &stream).ok();
    let audit = format!("{} audit main", program().display());
    scratch.run("long", &["script", "-qec", &audit, "/dev/null"], &[("TERM", "xterm")], "").ok()
}

/// A terminal's way to empty the line that the cursor is in.
const EMPTY_LINE: &str = "\r\x1b[2K";

#[test]
fn an_audit_that_takes_long_counts_on_the_terminal_until_the_answer_comes() {
    let scratch = Scratch::new();
    // A thousand seconds pass in each.
    scratch.clock("+0 x1000");
    let text = on_a_terminal(&scratch);
    let (counts, answer) = text.rsplit_once(EMPTY_LINE).unwrap_or_else(|| panic!("{text:?}"));
    assert!(counts.starts_with("  1,024 commits read, "), "{text:?}");
    assert!(answer.trim_start().starts_with("3,000 commits, "), "{text:?}");
    assert!(!answer.contains("commits read"), "{text:?}");
}

#[test]
fn an_audit_that_is_done_at_once_counts_nothing() {
    let scratch = Scratch::new();
    // The clock stands still.
    scratch.clock("2026-11-20 00:00:00");
    let text = on_a_terminal(&scratch);
    assert!(text.trim_start().starts_with("3,000 commits, "), "{text:?}");
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

/// A note that cannot be read is what the gate takes it for.
#[test]
fn a_note_that_cannot_be_read_counts_as_at_the_gate() {
    let scratch = repository();
    let line = ["notes", "--ref", "ai", "add", "-m", "garbage", "HEAD~3"];
    scratch.git_as("ann", "work", &line).ok();
    let text = audit(&scratch, &[]);
    assert!(text.contains("1 authorship note could not be read"), "{text}");
    let lines = audit(&scratch, &["--format", "jsonl"]);
    assert!(lines.contains("a note that cannot be read"), "{lines}");
    assert_eq!(lines.matches("\"verdict\":\"assisted\"").count(), 3, "{lines}");
}

/// Evidence in every place that an audit reads: traces in the tree, merged branches, the range's own
/// branch, and changed files where it is asked to look.
#[test]
fn traces_branches_and_files_are_evidence() {
    let scratch = repository();
    let tip = scratch.git("work", &["rev-parse", "HEAD"]).trim().to_owned();
    let record = format!(
        r#"{{"version":"0.1.0","id":"550e8400-e29b-41d4-a716-446655440000","timestamp":"2026-01-23T14:30:00Z","vcs":{{"type":"git","revision":"{tip}"}},"tool":{{"name":"cursor"}},"files":[{{"path":"a.rs","conversations":[{{"contributor":{{"type":"ai","model_id":"m"}},"ranges":[{{"start_line":1,"end_line":5}}]}}]}}]}}"#
    );
    let commit = |name: &str, text: &str, message: &str| {
        scratch.write(&format!("work/{name}"), text);
        scratch.git("work", &["add", "-A"]);
        scratch.git_as("ann", "work", &["commit", "-q", "-m", message]).ok();
    };
    commit(".agent-trace/traces.jsonl", &format!("{record}\n"), "traces");
    commit(".kiro/steering/x.md", "text\n", "steering");
    scratch.git("work", &["checkout", "-q", "-b", "cursor/fix-login-redirect-9f3a"]);
    commit("b.rs", "fn b() {}\n", "fix");
    let kinds = |line: &[&str]| -> Vec<(String, String)> {
        let line: Vec<&str> = line.iter().copied().chain(["--format", "jsonl"]).collect();
        let text = audit(&scratch, &line);
        let parsed = text.lines().map(|l| serde_json::from_str::<serde_json::Value>(l).unwrap());
        let all = parsed.flat_map(|line| {
            let id = line["commit"].as_str().unwrap().to_owned();
            let found = line["assistance"]["evidence"].as_array().unwrap().clone();
            found.into_iter().map(move |e| (id.clone(), e["kind"].as_str().unwrap().to_owned()))
        });
        all.collect()
    };
    let whole = kinds(&[]);
    assert!(whole.contains(&(tip, "agent_trace".to_owned())), "{whole:?}");
    let of = |kind: &str, found: &[(String, String)]| found.iter().filter(|f| f.1 == kind).count();
    assert_eq!((of("file", &whole), of("branch", &whole)), (0, 0), "{whole:?}");
    assert!(of("file", &kinds(&["--files"])) > 0);
    assert_eq!(of("branch", &kinds(&["main..HEAD"])), 1);
    scratch.git("work", &["checkout", "-q", "main"]);
    let line = ["merge", "-q", "--no-ff", "--no-edit", "cursor/fix-login-redirect-9f3a"];
    scratch.git_as("ann", "work", &line).ok();
    assert_eq!(of("branch", &kinds(&["HEAD~1..HEAD"])), 1);
}
