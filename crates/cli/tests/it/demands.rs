//! Demands that need more than a senior: checks, the author's word first, owners of paths.

use super::ASSISTED;
use obstat_testkit::Org;

/// An organisation with another rule, and a build server that can sign.
fn org(require: &str) -> Org {
    let policy = obstat_testkit::POLICY.replace(
        "  - name: pay\n",
        &format!("  - name: build\n    when: {{ paths: ['src/**'] }}\n    require:\n      - {require}\n  - name: pay\n"),
    );
    let org = Org::ungated(super::program(), &policy);
    org.key("ci");
    let services = format!("services:\n  ci: {{ keys: [\"{}\"] }}\n", org.public_key("ci"));
    org.scratch.write("work/.obstat/roster.yaml", format!("{}{services}", org.roster()));
    org.scratch.write("work/CODEOWNERS", "/src/ @yusuf\n");
    org.commit("mira", "more");
    org.push("mira", &["main"]).ok();
    org.obstat("mira", ".", &["bootstrap", "--bare", "server.git"]).ok();
    let install = ["hook", "install", "--bare", "server.git", "--pusher-from", "OBSTAT_PUSHER"];
    org.obstat("mira", ".", &install).ok();
    org.scratch.git("work", &["fetch", "-q", "origin", "refs/obstat/*:refs/obstat/*"]);
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    org
}

fn key(org: &Org, who: &str) -> String {
    org.scratch.at(&format!("keys/{who}")).to_string_lossy().into_owned()
}

#[test]
fn a_service_reports_checks_and_people_cannot() {
    let org = org("{ checks: [unit], by: ci }");
    org.sign("priya", "main", &[]).ok();
    org.push_statements("priya").ok();
    let refused = org.push("jonas", &["main"]);
    assert!(refused.err.contains("checks passed: unit by ci"), "{}", refused.err);
    assert!(refused.err.contains("obstat report --check NAME --passed"), "{}", refused.err);
    let by_jonas = ["report", "--check", "unit", "--passed", "--key", &key(&org, "jonas"), "main"];
    assert_ne!(org.obstat("jonas", "work", &by_jonas).code, 0, "a person reported a check");
    let ci = key(&org, "ci");
    org.obstat("ci", "work", &["report", "--check", "unit", "--failed", "--key", &ci, "main"]).ok();
    org.push_statements("ci").ok();
    assert_ne!(org.push("jonas", &["main"]).code, 0, "a failed check passed");
    org.scratch.clock("+5s");
    org.obstat("ci", "work", &["report", "--check", "unit", "--passed", "--key", &ci, "main"]).ok();
    org.push_statements("ci").ok();
    org.push("jonas", &["main"]).ok();
    // The build server's key approves nothing.
    org.scratch.write("work/pay/charge.rs", "fn charge() { more() }\n");
    org.commit("jonas", "more");
    assert_ne!(org.sign("ci", "main", &[]).code, 0, "a service signed");
}

#[test]
fn the_author_stands_for_it_before_others_do() {
    let org = org("{ author_statement: first }");
    let line = ["declare", "--mine", "--key", &key(&org, "jonas")];
    org.sign("priya", "main", &[]).ok();
    org.push_statements("priya").ok();
    let refused = org.push("jonas", &["main"]);
    assert!(refused.err.contains("obstat declare --mine --push origin"), "{}", refused.err);
    let check = org.obstat("jonas", "work", &["check"]);
    assert!(check.all().contains("obstat declare --mine --push origin"), "{}", check.all());
    org.obstat_typing("jonas", "work", &line, &org.typed("main")).ok();
    org.push_statements("jonas").ok();
    org.push("jonas", &["main"]).ok();
}

#[test]
fn an_owner_of_what_is_touched_must_sign() {
    let org = org("{ approvals: 1, owns: touched }");
    org.sign("priya", "main", &[]).ok();
    org.push_statements("priya").ok();
    let refused = org.push("jonas", &["main"]);
    assert_ne!(refused.code, 0, "somebody else's signature stood for the owner's");
    assert!(refused.err.contains("could sign: yusuf"), "{}", refused.err);
    org.sign("yusuf", "main", &[]).ok();
    org.push_statements("yusuf").ok();
    org.push("jonas", &["main"]).ok();
}

/// A trace that comes with a change speaks of its commits; one that cannot be read hides something.
#[test]
fn traces_that_come_with_a_change_are_read_at_the_gate() {
    let org = super::org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    let made = org.commit("jonas", "by hand, it seems");
    let of = |revision: &str| {
        format!(
            r#"{{"version":"0.1.0","id":"550e8400-e29b-41d4-a716-446655440000","timestamp":"2026-01-23T14:30:00Z","vcs":{{"type":"git","revision":"{revision}"}},"tool":{{"name":"cursor"}},"files":[{{"path":"src/a.rs","conversations":[{{"contributor":{{"type":"ai"}},"ranges":[{{"start_line":1,"end_line":1}}]}}]}}]}}"#
        )
    };
    let check = || org.obstat("jonas", "work", &["check", "--format", "json"]).out;
    assert!(check().contains("undisclosed"), "{}", check());
    // Of another commit.
    org.scratch.write("work/.agent-trace/traces.jsonl", of(&"1".repeat(40)));
    org.commit("jonas", "trace");
    assert!(check().contains("undisclosed"), "{}", check());
    org.scratch.write("work/.agent-trace/traces.jsonl", of(&made));
    org.commit("jonas", "trace");
    let told = check();
    assert!(told.contains("\"verdict\":\"assisted\""), "{told}");
    assert!(told.contains("\"kind\":\"agent_trace\""), "{told}");
    let refused = org.push("jonas", &["main"]);
    assert!(refused.err.contains("cursor (E3"), "{}", refused.err);
    org.scratch.write("work/.agent-trace/traces.jsonl", "{\"version\":");
    org.commit("jonas", "broken");
    let refused = org.push("jonas", &["main"]);
    assert!(refused.err.contains("trace in .agent-trace/traces.jsonl"), "{}", refused.err);
}

/// Each may be large, so there is a limit to all of them together, and the same content is read once.
#[test]
fn traces_have_a_limit_in_bytes_and_not_in_files() {
    let org = super::org();
    for n in 0..40 {
        org.scratch.write(&format!("work/.agent-trace/same-{n}.jsonl"), "");
    }
    org.commit("mira", "the same, often");
    let check = || org.obstat("mira", "work", &["check"]);
    assert_eq!(check().code, 0, "{}", check().out);
    for n in 0..9 {
        org.scratch.write(&format!("work/.agent-trace/{n}.jsonl"), "\n".repeat(n + 1));
    }
    org.commit("mira", "others");
    assert!(check().code == 0, "{}", check().all());
    // Together they may be large.
    for n in 0..3 {
        let large = "\n".repeat((15 << 20) + n);
        org.scratch.write(&format!("work/.agent-trace/large-{n}.jsonl"), large);
    }
    org.commit("mira", "large");
    let line = ["check", "origin/main..HEAD"];
    let told = org.obstat("mira", "work", &line);
    assert!(told.out.contains("all of them are more than"), "{}", told.all());
}

/// Notes that come with a change are evidence at the door.
#[test]
fn notes_that_come_with_a_change_are_read_at_the_gate() {
    let org = super::org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    let made = org.commit("jonas", "by hand, it seems");
    let note = "src/a.rs\n  abc 1-1\n---\n{\"schema_version\":\"authorship/3.0.0\",\"git_ai_version\":\"1.6.24\",\"base_commit_sha\":\"\",\"prompts\":{\"abc\":{\"agent_id\":{\"tool\":\"cursor\",\"id\":\"x\",\"model\":\"m\"},\"human_author\":null,\"messages\":[],\"total_additions\":1,\"total_deletions\":0,\"accepted_lines\":1,\"overriden_lines\":0}}}";
    let line = ["notes", "--ref=ai", "add", "-m", note, &made];
    org.scratch.git_as("jonas", "work", &line).ok();
    let refused = org.push("jonas", &["main", "refs/notes/ai"]);
    assert_ne!(refused.code, 0);
    assert!(refused.err.contains("cursor (E3"), "{}", refused.err);
}

/// The branch's name and a tool's files ask; they decide nothing.
#[test]
fn branch_and_files_are_evidence_in_check() {
    let org = super::org();
    org.scratch.git("work", &["checkout", "-q", "-b", "cursor/fix-login-redirect-9f3a"]);
    org.scratch.write("work/.kiro/steering/x.md", "text\n");
    org.commit("jonas", "by hand, it seems");
    let told = org.obstat("jonas", "work", &["check", "--format", "json"]).out;
    assert!(told.contains("undisclosed"), "{told}");
    for kind in ["branch", "file"] {
        assert!(told.contains(&format!("\"kind\":\"{kind}\"")), "{kind}: {told}");
    }
}

/// What is carried out of a guarded folder is touched there, and special entries are found.
#[test]
fn renames_links_submodules_and_modes_are_seen_by_the_rules() {
    let rules = "  - name: pay\n    when: { paths: ['pay/**'] }\n    require: [{ approvals: 1, level: senior }]\n  - name: odd\n    when: { hidden_content: any }\n    require: [{ approvals: 1, level: principal }]\n";
    let head = obstat_testkit::POLICY.find("rules:\n").unwrap_or_default();
    let policy =
        format!("{}rules:\n{rules}", obstat_testkit::POLICY.get(..head).unwrap_or_default());
    let org = Org::gated(super::program(), &policy);
    let work = |line: &[&str]| org.scratch.git("work", line);
    let told = |what: &str, rule: &str| {
        org.commit("jonas", what);
        let json = org.obstat("jonas", "work", &["check", "--format", "json"]).out;
        work(&["reset", "-q", "--hard", "origin/main"]);
        let found: serde_json::Value = serde_json::from_str(&json).unwrap_or_default();
        let rules = found["rules"].to_string();
        assert!(rules.contains(rule), "{what}: {json}");
    };
    work(&["mv", "pay/charge.rs", "charge.rs"]);
    told("rename", "pay");
    std::os::unix::fs::symlink("/etc/passwd", org.scratch.at("work/link")).unwrap();
    told("symlink", "odd");
    let id = work(&["rev-parse", "HEAD"]);
    work(&["update-index", "--add", "--cacheinfo", &format!("160000,{},sub", id.trim())]);
    let json = |what: &str| {
        let line = ["commit", "-q", "-m", what];
        org.scratch.git_as("jonas", "work", &line).ok();
        let json = org.obstat("jonas", "work", &["check", "--format", "json"]).out;
        work(&["reset", "-q", "--hard", "origin/main"]);
        json
    };
    assert!(json("submodule").contains("\"odd\""));
    work(&["update-index", "--chmod=+x", "pay/charge.rs"]);
    assert!(json("mode").contains("\"odd\""));
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    work(&["add", "-A"]);
    assert!(!json("plain").contains("\"odd\""));
}

/// Anybody may write notes on anybody's commits: they have a limit together.
#[test]
fn notes_have_a_limit_in_bytes() {
    let org = super::org();
    let text = format!(
        "{{\"schema_version\":\"authorship/3.0.0\",\"base_commit_sha\":\"\",\"prompts\":{{}},\"pad\":\"{}\"}}",
        "x".repeat(3 << 20)
    );
    org.scratch.write("work/note", format!("---\n{text}"));
    for n in 0..12 {
        org.scratch.write(&format!("work/pay/{n}.rs"), "fn a() {}\n");
        org.scratch.git("work", &["add", "pay"]);
        org.scratch.git_as("mira", "work", &["commit", "-q", "-m", "work"]).ok();
        let head = org.scratch.git("work", &["rev-parse", "HEAD"]);
        let line = ["notes", "--ref=ai", "add", "-F", "note", head.as_str()];
        org.scratch.git_as("tove", "work", &line).ok();
    }
    org.push("tove", &["refs/notes/ai"]).ok();
    // Beyond it they say what a note that cannot be read says: that an AI helped.
    let verdict = |range: &str| {
        let json = org.obstat("mira", "work", &["check", "--format", "json", range]).out;
        (json.contains("\"assisted\""), json.contains("over 32 MiB"))
    };
    assert_eq!(verdict("origin/main..main"), (true, true));
    assert_eq!(verdict("origin/main..main~6"), (false, false));
}
