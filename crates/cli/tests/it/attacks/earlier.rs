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
    for n in 0..5_000 {
        stream.push_str(&format!("M 100644 :1 src/{}/{n}.rs\n", n / 100));
    }
    for n in 3..403 {
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
