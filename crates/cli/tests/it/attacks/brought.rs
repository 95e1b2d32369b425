//! What the server was shown before: who pushed what an agent made, and notes that somebody takes away.

use super::{EVIL, fetch, landed, on, signed, verify};
use crate::{org, program};
use obstat_testkit::{Finished, Org, POLICY};

/// Commits as another identity altogether.
fn commit_as(org: &Org, name: &str, email: &str) -> Finished {
    org.scratch.git("work", &["add", "-A"]);
    let env = [
        ("GIT_AUTHOR_NAME", name),
        ("GIT_AUTHOR_EMAIL", email),
        ("GIT_COMMITTER_NAME", name),
        ("GIT_COMMITTER_EMAIL", email),
    ];
    org.scratch.run("work", &["git", "commit", "-q", "-m", "work"], &env, "")
}

/// A branch `agent`, of Claude alone.
fn claude_works(org: &Org) {
    on(org, "agent", "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    commit_as(org, "Claude", "noreply@anthropic.com").ok();
}

/// Whoever pushes an agent's branch runs the agent, whoever takes it to main.
#[test]
fn who_brought_an_agent_s_work_does_not_approve_it() {
    for squashed in [false, true] {
        let org = org();
        claude_works(&org);
        org.push("yusuf", &["agent"]).ok();
        signed(&org, "yusuf", "main..agent");
        if squashed {
            org.scratch.git("work", &["checkout", "-q", "-B", "agent", "main"]);
            org.scratch.git("work", &["checkout", "-q", "origin/agent", "--", "pay"]);
            org.commit("tove", "work");
        }
        let refused = org.push("tove", &["agent:main"]);
        assert_ne!(refused.code, 0, "the operator approved, squashed: {squashed}");
        assert!(refused.err.contains("yusuf"), "{}", refused.err);
        // Whoever only fetched it is free to sign.
        signed(&org, "priya", "main..agent");
        org.push("tove", &["agent:main"]).ok();
        fetch(&org);
        verify(&org, "work", "production", &landed(&org, "main")).ok();
    }
}

/// However much comes with it, and on whatever ref.
#[test]
fn an_agent_s_work_is_not_hidden_among_others() {
    for place in ["refs/heads/agent", "refs/notes/x", "refs/tags/x"] {
        let org = org();
        claude_works(&org);
        let made = org.scratch.git("work", &["rev-parse", "agent"]);
        let mut stream = String::new();
        for n in 1..=10_050 {
            let from = if n == 1 { format!("from {made}\n") } else { String::new() };
            stream.push_str(&format!(
                "commit refs/heads/many\nmark :{n}\ncommitter yusuf <yusuf@example.com> {} +0000\ndata 1\nx\n{from}",
                1_900_000_000 + n
            ));
        }
        org.scratch.run("work", &["git", "fast-import", "--quiet"], &[], &stream).ok();
        org.push("yusuf", &[&format!("many:{place}")]).ok();
        signed(&org, "yusuf", "main..agent");
        let refused = org.push("tove", &["agent:main"]);
        assert_ne!(refused.code, 0, "{place}: the operator approved");
    }
}

/// A target that only warns shows as much as a branch that nobody protects, and so does one where it was cleared.
#[test]
fn what_came_to_another_target_is_known() {
    for mode in ["warn", "enforce"] {
        let staging = format!(
            "  staging: {{ refs: [refs/heads/staging], mode: {mode}, from: refs/heads/main }}\ndefaults:"
        );
        let org = Org::gated(program(), &POLICY.replacen("defaults:", &staging, 1));
        claude_works(&org);
        org.push("priya", &["main:refs/heads/staging"]).ok();
        fetch(&org);
        if mode == "enforce" {
            let key = org.scratch.at("keys/priya").to_string_lossy().into_owned();
            let line =
                ["sign", "--key", &key, "--reason", "x", "--target", "staging", "main..agent"];
            let asked = org.obstat("priya", "work", &line).all();
            let (_, rest) = asked.split_once("Type ").unwrap_or_else(|| panic!("{asked}"));
            let typed = format!("{}\n", rest.get(..4).unwrap());
            org.obstat_typing("priya", "work", &line, &typed).ok();
            org.push_statements("priya").ok();
        }
        org.push("yusuf", &["agent:refs/heads/staging"]).ok();
        signed(&org, "yusuf", "main..agent");
        let refused = org.push("tove", &["agent:main"]);
        assert_ne!(refused.code, 0, "{mode}: the operator approved");
    }
}

/// The twin: whoever pushes a branch on top of what others brought, brings what they add.
#[test]
fn who_builds_on_an_agent_s_work_is_free_to_sign_it() {
    let org = org();
    claude_works(&org);
    org.push("yusuf", &["agent"]).ok();
    on(&org, "more", "agent");
    org.scratch.write("work/src/more.rs", "fn more() {}\n");
    org.commit("priya", "on top");
    org.push("priya", &["more"]).ok();
    signed(&org, "priya", "main..agent");
    org.push("yusuf", &["agent:main"]).ok();
}

/// A service is nobody: whoever commits under its address is who brings that.
#[test]
fn who_commits_under_a_service_s_address_does_not_approve_it() {
    let org = Org::ungated(program(), POLICY);
    let roster = format!("{}services: {{ web: {{ emails: [web@example.com] }} }}\n", org.roster());
    org.scratch.write("work/.obstat/roster.yaml", roster);
    org.commit("mira", "services");
    org.push("mira", &["main"]).ok();
    org.obstat("mira", ".", &["bootstrap", "--bare", "server.git"]).ok();
    let install = ["hook", "install", "--bare", "server.git", "--pusher-from", "OBSTAT_PUSHER"];
    org.obstat("mira", ".", &install).ok();
    fetch(&org);
    on(&org, "y", "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    commit_as(&org, "Web", "web@example.com").ok();
    org.push("yusuf", &["y"]).ok();
    signed(&org, "yusuf", "main..y");
    let refused = org.push("jonas", &["y:main"]);
    assert_ne!(refused.code, 0, "yusuf approved what he wrote");
    signed(&org, "priya", "main..y");
    org.push("jonas", &["y:main"]).ok();
}

/// What git-ai writes of Claude.
const NOTE: &str = "src/a.rs\n  d9978a8723e02b52 1-1\n---\n{\"schema_version\":\"authorship/3.0.0\",\
                    \"git_ai_version\":\"1.6.24\",\"base_commit_sha\":\"\",\"prompts\":{\"d9978a8723e02b52\":\
                    {\"agent_id\":{\"tool\":\"claude\",\"id\":\"x\",\"model\":\"m\"},\"overriden_lines\":0,\
                    \"messages\":[]}}}";

/// A note is evidence, also after somebody has taken it away, moved it or written another in its place.
#[test]
fn a_note_that_is_taken_away_is_still_known() {
    for how in ["deleted", "removed", "replaced", "rewound"] {
        let org = org();
        on(&org, "w", "main");
        org.scratch.write("work/src/a.rs", "fn a() {}\n");
        let made = org.commit("tove", "my own work");
        let notes =
            |line: &[&str]| org.scratch.git("work", &[&["notes", "--ref=ai"], line].concat());
        notes(&["add", "-m", "nothing", "main"]);
        org.scratch.write("note", NOTE);
        notes(&["add", "-F", "../note", "w"]);
        org.push("tove", &["w", "refs/notes/ai"]).ok();
        fetch(&org);
        let key = org.scratch.at("keys/tove").to_string_lossy().into_owned();
        let line = ["declare", "--unassisted", "--key", &key, "main..w"];
        org.obstat_typing("tove", "work", &line, &org.typed("main..w")).ok();
        org.push_statements("tove").ok();
        let spec = match how {
            "deleted" => ":refs/notes/ai",
            "removed" => {
                notes(&["remove", "w"]);
                "refs/notes/ai"
            }
            "replaced" => {
                notes(&["add", "-f", "-m", "nothing", "w"]);
                "refs/notes/ai"
            }
            _ => "+refs/notes/ai~1:refs/notes/ai",
        };
        org.push("tove", &[spec]).ok();
        let refused = org.push("tove", &["w:main"]);
        assert_ne!(refused.code, 0, "{how}: {made} landed on her word");
        assert!(refused.said().contains("yes, claude"), "{how}: {}", refused.err);
    }
}

/// Git reads notes however their names are cut, and all that there are for a commit; and a push may take away what it
/// lands without.
#[test]
fn a_note_is_read_wherever_git_reads_it() {
    for how in ["deep", "shadowed", "odd", "with it"] {
        let org = org();
        on(&org, "w", "main");
        org.scratch.write("work/src/a.rs", "fn a() {}\n");
        let made = org.commit("tove", "my own work");
        org.scratch.write("note", NOTE);
        org.scratch.git("work", &["notes", "--ref=ai", "add", "-F", "../note", "w"]);
        org.push("tove", &["w", "refs/notes/ai"]).ok();
        fetch(&org);
        let key = org.scratch.at("keys/tove").to_string_lossy().into_owned();
        let line = ["declare", "--unassisted", "--key", &key, "main..w"];
        org.obstat_typing("tove", "work", &line, &org.typed("main..w")).ok();
        org.push_statements("tove").ok();
        let (two, four) = (made.split_at(2), made.split_at(4));
        let cut = |parts: usize| {
            let (first, rest) = made.split_at(2 * parts);
            let pairs = first.as_bytes().chunks(2).map(String::from_utf8_lossy);
            format!("{}/{rest}", pairs.collect::<Vec<_>>().join("/"))
        };
        let tree = |paths: &[(String, &str)]| {
            let index = org.scratch.at("index").to_string_lossy().into_owned();
            std::fs::remove_file(&index).unwrap_or_default();
            let env = [("GIT_INDEX_FILE", index.as_str())];
            for (path, text) in paths {
                let blob = ["git", "hash-object", "-w", "--stdin"];
                let blob = org.scratch.run("work", &blob, &[], text).ok();
                let entry = format!("100644,{},{path}", blob.trim());
                let line = ["git", "update-index", "--add", "--cacheinfo", &entry];
                org.scratch.run("work", &line, &env, "").ok();
            }
            let tree = org.scratch.run("work", &["git", "write-tree"], &env, "").ok();
            let line = ["commit-tree", "-p", "refs/notes/ai", "-m", "notes", tree.trim()];
            let commit = org.scratch.git_as("tove", "work", &line).ok();
            org.scratch.git("work", &["update-ref", "refs/notes/ai", commit.trim()]);
        };
        let empty = NOTE.replace("d9978a8723e02b52 1-1", "").replace("src/a.rs\n  \n", "");
        let pushed = match how {
            "deep" => {
                tree(&[(cut(4), NOTE)]);
                vec!["refs/notes/ai"]
            }
            "shadowed" => {
                tree(&[(made.clone(), &empty), (format!("{}/{}", two.0, two.1), NOTE)]);
                vec!["refs/notes/ai"]
            }
            "odd" => {
                tree(&[(format!("{}/{}", four.0, four.1), NOTE)]);
                vec!["refs/notes/ai"]
            }
            _ => vec!["--atomic", ":refs/notes/ai", "w:main"],
        };
        let moved = org.push("tove", &pushed);
        assert_eq!(moved.code != 0, how == "with it", "{how}: {}", moved.err);
        let refused = if how == "with it" { moved } else { org.push("tove", &["w:main"]) };
        assert_ne!(refused.code, 0, "{how}: {made} landed on her word");
        assert!(refused.said().contains("yes, claude"), "{how}: {}", refused.err);
    }
}

/// The ref of notes holds notes and nothing else, and what is pushed to it in place of them takes them away.
#[test]
fn the_notes_ref_is_what_git_makes_of_it() {
    let org = org();
    org.scratch.write("note", NOTE);
    org.scratch.git("work", &["notes", "--ref=ai", "add", "-F", "../note", "main"]);
    org.push("tove", &["refs/notes/ai"]).ok();
    org.scratch.git_as("tove", "work", &["tag", "-a", "-m", "x", "n", "refs/notes/ai"]).ok();
    let blob = org.scratch.git("work", &["rev-parse", "main:pay/charge.rs"]);
    for other in ["n", "refs/notes/ai^{tree}", &blob] {
        let refused = org.push("tove", &[&format!("+{other}:refs/notes/ai")]);
        assert!(refused.said().contains("authorship notes are a commit"), "{}", refused.err);
    }
}

/// An object that is here need not be of any ref: packs bring what nothing names.
#[test]
fn what_lies_in_the_store_was_brought_by_nobody() {
    let org = org();
    claude_works(&org);
    let made = org.scratch.git("work", &["rev-parse", "agent"]);
    org.scratch.run("server.git", &["git", "fetch", "-q", "../work", &made], &[], "").ok();
    org.push("yusuf", &["agent"]).ok();
    signed(&org, "yusuf", "main..agent");
    let refused = org.push("tove", &["agent:main"]);
    assert_ne!(refused.code, 0, "the operator approved");
    // The twin: whoever pushes what lies below a branch brings nothing of it.
    org.push("priya", &["agent:refs/heads/again"]).ok();
    signed(&org, "priya", "main..agent");
    org.push("tove", &["agent:main"]).ok();
}

/// Whoever brings an agent's work under a login that nobody knows may be anybody.
#[test]
fn an_unknown_bringer_is_told_and_lets_nobody_sign() {
    let org = org();
    claude_works(&org);
    org.push("yusuf-laptop", &["agent"]).ok();
    signed(&org, "yusuf", "main..agent");
    let refused = org.push("tove", &["agent:main"]);
    assert_ne!(refused.code, 0, "the operator approved");
    let told = "does not know yusuf-laptop, who brought an agent's work";
    assert!(refused.said().contains(told), "{}", refused.err);
}

/// Whoever brought an agent's work had a part in it, also for the review of an override.
#[test]
fn who_brought_an_agent_s_work_reviews_no_override_of_it() {
    let org = org();
    claude_works(&org);
    org.push("yusuf", &["agent"]).ok();
    let key = |who: &str| org.scratch.at(&format!("keys/{who}")).to_string_lossy().into_owned();
    let mira = key("mira");
    let line = ["override", "--key", &mira, "--reason", "outage", "--expires", "2h", "main..agent"];
    org.obstat_typing("mira", "work", &line, &org.typed("main..agent")).ok();
    org.push_statements("mira").ok();
    org.push("tove", &["agent:main"]).ok();
    fetch(&org);
    let audit = org.obstat("mira", "work", &["audit"]).out;
    let is_id = |word: &&str| word.len() == 64 && word.bytes().all(|b| b.is_ascii_hexdigit());
    let id = audit.split_whitespace().find(is_id).unwrap_or_else(|| panic!("{audit}"));
    let range = "origin/main~1..origin/main";
    for (who, closes) in [("yusuf", false), ("priya", true)] {
        let own = key(who);
        let line = ["override", "review", "--key", &own, "--reason", "fine", id, range];
        let _ = org.obstat_typing(who, "work", &line, &org.typed(range));
        let _ = org.push_statements(who);
        fetch(&org);
        let audit = org.obstat("mira", "work", &["audit"]).out;
        assert_eq!(!audit.contains("override by mira, review due"), closes, "{who}: {audit}");
    }
}

/// A tag of a tag of a tag leads nowhere that anybody looks.
#[test]
fn a_tag_too_deep_to_be_followed_is_taken_nowhere() {
    let org = org();
    let mut tip = org.scratch.git("work", &["rev-parse", "main"]);
    let mut kind = "commit";
    for n in 0..18 {
        let text =
            format!("object {tip}\ntype {kind}\ntag t{n}\ntagger x <x@example.com> 1 +0000\n\nx\n");
        tip = org
            .scratch
            .run("work", &["git", "hash-object", "-t", "tag", "-w", "--stdin"], &[], &text)
            .ok();
        tip = tip.trim().to_owned();
        kind = "tag";
        let pushed = org.push("yusuf", &[&format!("{tip}:refs/tags/t{n}")]);
        assert_eq!(pushed.code != 0, n > 14, "{n}: {}", pushed.err);
    }
    // The twin: what is no commit at all.
    let blob = org.scratch.git("work", &["rev-parse", "main:pay/charge.rs"]);
    org.push("yusuf", &[&format!("{blob}:refs/tags/blob"), "main^{tree}:refs/tags/tree"]).ok();
    for (name, what) in [("of-tree", "main^{tree}"), ("of-blob", blob.as_str())] {
        org.scratch.git_as("yusuf", "work", &["tag", "-a", "-m", "x", name, what]).ok();
        org.push("yusuf", &[name]).ok();
    }
}

/// A tag shows who made something as a branch does, also once it is gone.
#[test]
fn what_came_as_a_tag_is_an_earlier_form() {
    let org = org();
    on(&org, "y", "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("yusuf", "work");
    org.push("yusuf", &["y:refs/tags/mine"]).ok();
    org.push("yusuf", &[":refs/tags/mine"]).ok();
    on(&org, "t", "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("tove", "work");
    signed(&org, "yusuf", "main..t");
    let refused = org.push("tove", &["t:main"]);
    assert_ne!(refused.code, 0, "the author approved");
    assert!(refused.err.contains("contributor to an earlier form"), "{}", refused.err);
}

/// The twin: notes that are spread over directories say what they said.
#[test]
fn notes_that_only_move_are_not_kept_twice() {
    let org = org();
    let blob = org.scratch.git("work", &["hash-object", "-w", "pay/charge.rs"]);
    let made = landed(&org, "main");
    let flat = format!("100644 blob {blob}\t{made}\n");
    let flat = org.scratch.run("work", &["git", "mktree"], &[], &flat).ok().trim().to_owned();
    let (first, rest) = made.split_at(2);
    let below = format!("100644 blob {blob}\t{rest}\n");
    let below = org.scratch.run("work", &["git", "mktree"], &[], &below).ok().trim().to_owned();
    let spread = format!("040000 tree {below}\t{first}\n");
    let spread = org.scratch.run("work", &["git", "mktree"], &[], &spread).ok().trim().to_owned();
    let one = org.scratch.git("work", &["commit-tree", "-m", "flat", &flat]);
    let two = org.scratch.git("work", &["commit-tree", "-p", &one, "-m", "spread", &spread]);
    org.push("tove", &[&format!("{one}:refs/notes/ai")]).ok();
    org.push("tove", &[&format!("{two}:refs/notes/ai")]).ok();
    let kept = org.scratch.git("server.git", &["for-each-ref", "refs/obstat/notes"]);
    assert_eq!(kept, "");
}
