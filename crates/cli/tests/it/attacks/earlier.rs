//! Earlier forms of what is brought: on branches that went on, as deletions, with traces that lie beside them.

use super::{EVIL, fetch, landed, on, sign_for, signed, verify};
use crate::{ASSISTED, org, program};
use obstat_testkit::{Finished, Org, POLICY};

fn declares(org: &Org, who: &str, range: &str) {
    let key = org.scratch.at(&format!("keys/{who}")).to_string_lossy().into_owned();
    let line = ["declare", "--unassisted", "--key", &key, range];
    org.obstat_typing(who, "work", &line, &org.typed(range)).ok();
    org.push_statements(who).ok();
}

/// A branch that went on still shows who made what it had before, and with what.
#[test]
fn a_branch_that_went_on_is_an_earlier_form() {
    let org = org();
    on(&org, "y", "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("yusuf", ASSISTED);
    org.scratch.write("work/pay/charge.rs", "fn charge() { other() }\n");
    org.commit("yusuf", "went on");
    org.push("yusuf", &["y"]).ok();
    on(&org, "t", "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("tove", "my own work");
    signed(&org, "yusuf", "main..t");
    let refused = org.push("tove", &["t:main"]);
    assert_ne!(refused.code, 0, "the maker approved");
    for words in ["contributor to an earlier form", "yes, cursor"] {
        assert!(refused.said().contains(words), "{words}: {}", refused.err);
    }
    // The twin: whoever only had the file on their branch made nothing of it.
    signed(&org, "priya", "main..t");
    org.push("tove", &["t:main"]).ok();
    fetch(&org);
    verify(&org, "work", "production", &landed(&org, "main")).ok();
}

/// To take something away is work as well.
#[test]
fn a_deletion_has_earlier_forms() {
    let org = org();
    on(&org, "y", "main");
    org.scratch.git("work", &["rm", "-q", "pay/charge.rs"]);
    org.commit("yusuf", ASSISTED);
    org.push("yusuf", &["y"]).ok();
    on(&org, "t", "main");
    org.scratch.git("work", &["rm", "-q", "pay/charge.rs"]);
    org.commit("tove", "not needed any more");
    let asked = org.obstat("mira", "work", &["check", "main..t"]);
    assert!(asked.out.contains("yes, cursor"), "{}", asked.all());
    signed(&org, "yusuf", "main..t");
    assert_ne!(org.push("tove", &["t:main"]).code, 0, "the maker approved");
    // The twin: a history that never had the file takes nothing away.
    org.scratch.git("work", &["checkout", "-q", "--orphan", "o"]);
    org.scratch.git("work", &["rm", "-q", "-r", "--cached", "."]);
    org.scratch.git_as("priya", "work", &["commit", "-q", "--allow-empty", "-m", "x"]).ok();
    org.push("priya", &["o"]).ok();
    org.scratch.git("work", &["checkout", "-q", "-f", "t"]);
    signed(&org, "priya", "main..t");
    org.push("tove", &["t:main"]).ok();
}

/// A record of Cursor's about `src/a.rs`, that names a commit or none.
fn trace(org: &Org, commit: Option<&str>) {
    let vcs = |commit| format!(r#""vcs":{{"type":"git","revision":"{commit}"}},"#);
    let vcs = commit.map(vcs).unwrap_or_default();
    let record = format!(
        r#"{{"version":"0.1.0","id":"550e8400-e29b-41d4-a716-446655440000","timestamp":"2026-01-23T14:30:00Z",{vcs}"tool":{{"name":"cursor"}},"files":[{{"path":"src/a.rs","conversations":[{{"contributor":{{"type":"ai","model_id":"m"}},"ranges":[{{"start_line":1,"end_line":5}}]}}]}}]}}"#
    );
    org.scratch.write("work/.agent-trace/traces.jsonl", format!("{record}\n"));
}

/// Traces that a commit of the push takes away again, that lie above what is pushed, or on the branch that it was
/// squashed from.
#[test]
fn traces_beside_a_change_are_read() {
    let refused = |org: &Org, how: &str, pushed: Finished| {
        assert_ne!(pushed.code, 0, "{how}: landed on her word");
        assert!(pushed.said().contains("yes, cursor (E3 agent_trace)"), "{how}: {}", pushed.err);
        signed(org, "priya", "main..t");
        org.push("tove", &["t:main"]).ok();
    };
    let all = ["taken away", "above", "squashed", "apart"];
    for (how, named) in all.iter().flat_map(|how| [(*how, true), (*how, false)]) {
        let org = org();
        on(&org, "z", "main");
        org.scratch.write("work/src/a.rs", "fn a() {}\n");
        let made = org.commit("tove", "my own work");
        trace(&org, named.then_some(made.as_str()));
        org.commit("tove", "trace");
        if how != "taken away" {
            org.push("tove", &["z"]).ok();
        }
        on(&org, "t", "z");
        match how {
            "taken away" => {
                org.scratch.git("work", &["rm", "-q", "-r", ".agent-trace"]);
                org.commit("tove", "clean up");
            }
            "above" => {
                org.scratch.git("work", &["reset", "-q", "--hard", &made]);
            }
            _ => {
                org.scratch.git("work", &["checkout", "-q", "-B", "t", "main"]);
                org.scratch.git("work", &["checkout", "-q", "z", "--", "src"]);
                if how == "apart" {
                    org.scratch.write("work/docs/a.md", "text\n");
                }
                org.commit("tove", "mine");
            }
        }
        declares(&org, "tove", "main..t");
        let pushed = org.push("tove", &["t:main"]);
        refused(&org, how, pushed);
    }
}

/// A record that names no commit is the commit's that added it, whatever comes to the same bytes after it.
#[test]
fn a_trace_is_read_where_it_was_added() {
    let record = r#"{"version":"0.1.0","id":"550e8400-e29b-41d4-a716-446655440000","timestamp":"2026-01-23T14:30:00Z","tool":{"name":"cursor"},"files":[{"path":"src/a.rs","conversations":[{"contributor":{"type":"ai","model_id":"m"},"ranges":[{"start_line":1,"end_line":5}]}]}]}"#;
    let (file, record) = ("work/.agent-trace/traces.jsonl", format!("{record}\n"));
    for how in ["mode", "detour", "broken"] {
        let org = org();
        on(&org, "t", "main");
        org.scratch.write("work/src/a.rs", "fn a() {}\n");
        org.commit("tove", "my own work");
        org.scratch.write(file, &record);
        org.commit("tove", "trace");
        match how {
            "mode" => {
                org.scratch
                    .git("work", &["update-index", "--chmod=+x", ".agent-trace/traces.jsonl"]);
                org.scratch.git_as("tove", "work", &["commit", "-q", "-m", "mode"]).ok();
            }
            "detour" => {
                org.scratch.write(
                    file,
                    record.repeat(2).replace(
                        "cursor\"},\"files\":[{\"path\":\"src/a.rs\"",
                        "cursor\"},\"files\":[{\"path\":\"x\"",
                    ),
                );
                org.commit("tove", "more");
                org.scratch.write(file, &record);
                org.commit("tove", "less");
            }
            _ => {
                org.scratch.write(file, "{ broken\n");
                org.commit("tove", "broken");
            }
        }
        org.scratch.git("work", &["rm", "-q", "-r", "-f", ".agent-trace"]);
        org.commit("tove", "clean up");
        declares(&org, "tove", "main..t");
        let pushed = org.push("tove", &["t:main"]);
        assert_ne!(pushed.code, 0, "{how}: landed on her word");
        assert!(pushed.said().contains("yes, cursor (E3 agent_trace)"), "{how}: {}", pushed.err);
    }
}

/// A merge that takes the side that had not gone on takes something away, as a deletion and as a way back.
#[test]
fn a_merge_that_drops_something_is_an_earlier_form() {
    for path in ["pay/check.rs", "pay/charge.rs"] {
        let org = org();
        on(&org, "y", "main");
        org.scratch.git("work", &["checkout", "-q", "main"]);
        org.scratch.write(&format!("work/{path}"), "fn check() {}\n");
        org.commit("mira", "security fix");
        signed(&org, "priya", "origin/main..main");
        org.push("mira", &["main"]).ok();
        fetch(&org);
        org.scratch.git("work", &["checkout", "-q", "y"]);
        org.commit("yusuf", "start");
        let line = ["merge", "-q", "-s", "ours", "-m", ASSISTED, "main"];
        org.scratch.git_as("yusuf", "work", &line).ok();
        org.push("yusuf", &["y"]).ok();
        on(&org, "t", "main");
        org.scratch.git("work", &["rm", "-q", "-r", "pay"]);
        org.scratch.git("work", &["checkout", "-q", "y", "--", "."]);
        org.commit("tove", "squash");
        signed(&org, "yusuf", "origin/main..t");
        let refused = org.push("tove", &["t:main"]);
        assert_ne!(refused.code, 0, "{path}: the maker approved");
        for words in ["contributor to an earlier form", "yes, cursor"] {
            assert!(refused.said().contains(words), "{path}: {words}: {}", refused.err);
        }
    }
}

/// The twin: whoever brings a branch up to date has made nothing of what it changes.
#[test]
fn who_brings_a_branch_up_to_date_is_free_to_sign_it() {
    let org = org();
    on(&org, "f", "main");
    org.scratch.write("work/pay/charge.rs", "fn charge() { better() }\n");
    org.scratch.git("work", &["rm", "-q", "--cached", "-r", "--ignore-unmatch", "none"]);
    org.commit("jonas", ASSISTED);
    org.scratch.git("work", &["checkout", "-q", "main"]);
    org.scratch.write("work/docs/a.md", "text\n");
    org.commit("jonas", "docs");
    org.push("jonas", &["main"]).ok();
    fetch(&org);
    org.scratch.git("work", &["checkout", "-q", "f"]);
    org.scratch.git_as("priya", "work", &["merge", "-q", "-m", "update", "main"]).ok();
    org.push("priya", &["f"]).ok();
    on(&org, "s", "main");
    org.scratch.git("work", &["checkout", "-q", "f", "--", "pay"]);
    org.commit("jonas", "squashed");
    signed(&org, "priya", "origin/main..s");
    org.push("jonas", &["s:main"]).ok();
}

/// A large deletion is looked for as a small one is.
#[test]
fn the_last_of_many_deleted_files_has_an_earlier_form() {
    let org = org();
    for n in 0..1_200 {
        org.scratch.write(&format!("work/gen/{n}"), format!("{n}\n"));
    }
    org.commit("mira", "generated");
    signed(&org, "priya", "origin/main..main");
    org.push("mira", &["main"]).ok();
    fetch(&org);
    on(&org, "y", "main");
    org.scratch.git("work", &["rm", "-q", "pay/charge.rs"]);
    org.commit("yusuf", ASSISTED);
    org.push("yusuf", &["y"]).ok();
    on(&org, "t", "main");
    org.scratch.git("work", &["rm", "-q", "-r", "gen", "pay"]);
    org.commit("tove", "not needed");
    let asked = org.obstat("mira", "work", &["check", "origin/main..t"]);
    assert!(asked.out.contains("yes, cursor"), "{}", asked.all());
}

/// A trace that the tool left broken, above what it is of, is no silence.
#[test]
fn a_trace_beside_a_change_that_cannot_be_read_counts_as_a_sign() {
    let org = org();
    on(&org, "z", "main");
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("tove", "my own work");
    org.scratch.write("work/.agent-trace/traces.jsonl", "{ \"version\":\n");
    org.commit("tove", "trace");
    org.push("tove", &["z"]).ok();
    on(&org, "t", "main");
    org.scratch.git("work", &["checkout", "-q", "z", "--", "src"]);
    org.commit("tove", "mine");
    declares(&org, "tove", "main..t");
    let refused = org.push("tove", &["t:main"]);
    assert_ne!(refused.code, 0, "landed on her word");
    assert!(refused.said().contains("yes, an AI (E1 agent_trace)"), "{}", refused.err);
}

/// The twin: traces of others' commits on a branch say nothing of what is on top of main.
#[test]
fn traces_of_other_work_are_of_other_work() {
    let org = org();
    on(&org, "z", "main");
    org.scratch.write("work/src/b.rs", "fn b() {}\n");
    let made = org.commit("jonas", "other work");
    trace(&org, Some(&made));
    org.commit("jonas", "trace");
    org.push("jonas", &["z"]).ok();
    on(&org, "t", "main");
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("tove", "my own work");
    declares(&org, "tove", "main..t");
    org.push("tove", &["t:main"]).ok();
    // Nor does a record that names no commit, above work that it is not about.
    fetch(&org);
    on(&org, "u", "origin/main");
    org.scratch.write("work/src/c.rs", "fn c() {}\n");
    org.commit("tove", "more of my own work");
    on(&org, "v", "u");
    trace(&org, None);
    org.commit("jonas", "trace");
    org.push("jonas", &["v"]).ok();
    declares(&org, "tove", "origin/main..u");
    org.push("tove", &["u:main"]).ok();
}

/// A large change and a long branch on top of it: each commit is looked at for what it touches.
#[test]
fn a_long_branch_on_a_large_change_stops_nobody() {
    let org = org();
    let mut stream = String::from("blob\nmark :1\ndata 2\nx\n\n");
    let start = org.scratch.git("work", &["rev-parse", "main"]);
    stream.push_str(&format!(
        "commit refs/heads/many\nmark :2\ncommitter jonas <jonas@example.com> 1700000000 +0000\ndata 1\nx\nfrom {start}\n"
    ));
    for n in 0..20_000 {
        stream.push_str(&format!("M 100644 :1 src/{}/{n}.rs\n", n / 100));
    }
    for n in 3..903 {
        stream.push_str(&format!(
            "commit refs/heads/above\nmark :{n}\ncommitter jonas <jonas@example.com> {} +0000\ndata 1\nx\nfrom :{}\nM 100644 inline src/x/{n}.rs\ndata 1\nx\n",
            1_700_000_000 + n, n - 1
        ));
    }
    org.scratch.run("work", &["git", "fast-import", "--quiet"], &[], &stream).ok();
    org.push("jonas", &["above"]).ok();
    org.scratch.git("work", &["checkout", "-q", "many"]);
    let began = std::time::Instant::now();
    let refused = org.push("tove", &["many:main"]);
    assert_ne!(refused.code, 0, "{}", refused.err);
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}

/// A branch that goes on hides nothing from the next ref of the same push, also where both begin at one tip.
#[test]
fn refs_of_one_push_are_other_heads_to_each_other() {
    let staging = "  staging: { refs: [refs/heads/staging], mode: enforce, from: refs/heads/main }\ndefaults:";
    let policy = POLICY.replacen("defaults:", staging, 1);
    let org = Org::gated(program(), &policy);
    org.push("priya", &["main:refs/heads/staging"]).ok();
    fetch(&org);
    on(&org, "y", "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("yusuf", ASSISTED);
    org.scratch.write("work/pay/charge.rs", "fn charge() { other() }\n");
    org.commit("yusuf", "went on");
    signed(&org, "priya", "main..y");
    on(&org, "z", "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("tove", "copied");
    sign_for(&org, "yusuf", "main..z", "staging");
    org.push_statements("yusuf").ok();
    let refused = org.push("tove", &["--atomic", "y:main", "z:refs/heads/staging"]);
    assert_ne!(refused.code, 0, "the maker approved");
    assert!(refused.said().contains("contributor to an earlier form"), "{}", refused.err);
}

/// What is judged step by step for one ref is on other heads for the next, also where that is not judged so.
#[test]
fn steps_of_one_ref_are_other_heads_to_a_rewritten_one() {
    let staging = "  staging: { refs: [refs/heads/staging], mode: enforce, from: refs/heads/main, rewrite: judge }\ndefaults:";
    let org = Org::gated(program(), &POLICY.replacen("defaults:", staging, 1));
    org.push("mira", &["main:refs/heads/staging"]).ok();
    on(&org, "s", "main");
    org.scratch.write("work/src/o.rs", "fn o() {}\n");
    org.commit("mira", "staging");
    org.push("mira", &["s:refs/heads/staging"]).ok();
    on(&org, "y", "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    let first = org.commit("yusuf", ASSISTED);
    org.scratch.write("work/src/b.rs", "fn b() {}\n");
    org.commit("yusuf", ASSISTED);
    org.push("yusuf", &["y"]).ok();
    for range in [format!("main..{first}"), format!("{first}..y")] {
        org.sign("priya", &range, &[]).ok();
    }
    org.push_statements("priya").ok();
    on(&org, "z", "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("tove", "copied");
    fetch(&org);
    let tree = org.scratch.git("work", &["rev-parse", "z^{tree}"]);
    let line = ["commit-tree", "-m", "same", "-p", "origin/staging", &tree];
    let same = org.scratch.git_as("yusuf", "work", &line).ok();
    sign_for(&org, "yusuf", &format!("origin/staging..{}", same.trim()), "staging");
    org.push_statements("yusuf").ok();
    for all in [
        &["--atomic", "+z:refs/heads/staging"][..],
        &["--atomic", "y:main", "+z:refs/heads/staging"],
    ] {
        let refused = org.push("tove", all);
        assert_ne!(refused.code, 0, "{all:?}: the maker approved");
        assert!(refused.said().contains("yusuf: is a contributor"), "{all:?}: {}", refused.err);
    }
}

/// Dates of commits are claims: a tip of old does not make main's own history somebody else's.
#[test]
fn a_tip_of_old_hides_no_earlier_form() {
    let org = Org::ungated(program(), POLICY);
    let start = org.scratch.git("work", &["rev-parse", "main"]);
    let now =
        org.scratch.git("work", &["log", "-1", "--format=%ct"]).trim().parse::<u64>().unwrap();
    let mut stream = String::new();
    for n in 1..=1_100 {
        let from = if n == 1 { format!("from {start}\n") } else { String::new() };
        stream.push_str(&format!(
            "commit refs/heads/main\nmark :{n}\ncommitter mira <mira@example.com> {} +0000\ndata 1\nx\n{from}",
            now + n
        ));
    }
    org.scratch.run("work", &["git", "fast-import", "--quiet"], &[], &stream).ok();
    org.scratch.git("work", &["reset", "-q", "--hard", "main"]);
    org.push("mira", &["main"]).ok();
    org.obstat("mira", ".", &["bootstrap", "--bare", "server.git"]).ok();
    let install = ["hook", "install", "--bare", "server.git", "--pusher-from", "OBSTAT_PUSHER"];
    org.obstat("mira", ".", &install).ok();
    fetch(&org);
    on(&org, "y", &start);
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("yusuf", ASSISTED);
    org.scratch.write("work/pay/charge.rs", "fn charge() { other() }\n");
    org.commit("yusuf", "went on");
    on(&org, "fresh", "main");
    org.commit("priya", "begun");
    org.push("priya", &["y", "fresh"]).ok();
    org.scratch.git("work", &["checkout", "-q", "main"]);
    org.scratch.write("work/docs/a.md", "text\n");
    org.scratch.git("work", &["add", "-A"]);
    let tree = org.scratch.git("work", &["write-tree"]);
    let env = [
        ("GIT_AUTHOR_NAME", "tove"),
        ("GIT_AUTHOR_EMAIL", "tove@example.com"),
        ("GIT_COMMITTER_NAME", "tove"),
        ("GIT_COMMITTER_EMAIL", "tove@example.com"),
        ("GIT_COMMITTER_DATE", "1000000000 +0000"),
    ];
    let line = ["git", "commit-tree", "-p", "main", "-m", "docs", &tree];
    let old = org.scratch.run("work", &line, &env, "").ok();
    org.push("tove", &[&format!("{}:main", old.trim())]).ok();
    fetch(&org);
    on(&org, "t", "origin/main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("tove", "copied");
    let asked = org.obstat("mira", "work", &["check", "origin/main..t"]);
    assert!(asked.out.contains("yes, cursor"), "{}", asked.all());
    signed(&org, "yusuf", "origin/main..t");
    assert_ne!(org.push("tove", &["t:main"]).code, 0, "the maker approved");
}

/// Squashes put trailers into the middle of long messages.
#[test]
fn the_middle_of_a_long_message_of_an_earlier_form_is_read() {
    let org = org();
    on(&org, "y", "main");
    org.scratch.write("work/src/lib.rs", "fn lib() {}\n");
    let line = format!("* {}\n", "a".repeat(70)).repeat(300);
    let trailer = ASSISTED.lines().last().unwrap_or_default();
    org.scratch.write(
        "message",
        format!(
            "Squashed\n\n{line}\n{trailer}\nCo-authored-by: yusuf <yusuf@example.com>\n\n{line}"
        ),
    );
    org.scratch.git("work", &["add", "-A"]);
    org.scratch.git_as("tove", "work", &["commit", "-q", "-F", "../message"]).ok();
    org.push("tove", &["y"]).ok();
    on(&org, "j", "main");
    org.scratch.git("work", &["checkout", "-q", "y", "--", "src"]);
    org.commit("jonas", "mine");
    let asked = org.obstat("mira", "work", &["check", "main..j"]);
    assert!(asked.out.contains("yes, cursor"), "{}", asked.all());
    assert!(asked.out.contains("could sign: mira, priya\n"), "{}", asked.all());
}
