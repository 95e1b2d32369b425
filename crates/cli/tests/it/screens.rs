//! What people and machines read, whole: what differs from run to run is masked.

use super::{ASSISTED, org, program};
use insta::assert_snapshot;
use obstat_testkit::{Finished, Org, Scratch};
use regex::Regex;

/// Ids, dates, digests and folders under one name each.
fn masked(text: &str) -> String {
    let masks = [
        (r"(?m)[ \t]+$", ""),
        (r"\b[0-9a-f]{40,64}\b", "<ID>"),
        (r"[0-9a-f]{4} [0-9a-f]{4} [0-9a-f]{4}(?: [0-9a-f]{4})?\b", "<DIGEST>"),
        (r"\bobstat-(test|demo)-[A-Za-z0-9]+\b", "<FOLDER>"),
        (r"/\S*/<FOLDER>", "<FOLDER>"),
        (r"\b[0-9a-f]{20,}…", "<ID>"),
        (r"\b[0-9a-f]{7}\b", "<ID>"),
        (r"repository [0-9a-f]{8}\b", "repository <ID>"),
        (r"\b[0-9]{1,2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-9]{4}\b", "<DATE>"),
        (r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:]+Z)?\b", "<DATE>"),
        (r"\b[0-9.]+ s\b", "<TIME>"),
        (r"exactly [0-9a-f]{4}\b", "exactly <DIGEST>"),
        (r"Type [0-9a-f]{4}\b", "Type <DIGEST>"),
        (r"SHA256:\S+", "SHA256:<KEY>"),
    ];
    masks.iter().fold(text.to_owned(), |text, (pattern, with)| {
        let pattern = Regex::new(pattern).unwrap_or_else(|e| panic!("{pattern}: {e}"));
        pattern.replace_all(&text, *with).into_owned()
    })
}

fn both(ran: &Finished) -> String {
    let part = |name: &str, text: &str| {
        if text.trim().is_empty() { String::new() } else { format!("--- {name}\n{text}") }
    };
    masked(&format!("exit {}\n{}{}", ran.code, part("out", &ran.out), part("err", &ran.err)))
}

/// Somebody's commands in the usual organisation.
fn ran(org: &Org, who: &str, line: &[&str]) -> String {
    both(&org.obstat(who, "work", line))
}

#[test]
fn the_demo_tells_the_whole_story() {
    let scratch = Scratch::new();
    let program = program().to_string_lossy().into_owned();
    let ran = scratch.run(".", &[&program, "demo"], &[], "");
    assert_snapshot!("demo", both(&ran));
}

#[test]
fn one_change_from_push_to_proof() {
    let org = org();
    assert_snapshot!("policy-check", ran(&org, "jonas", &["policy", "check"]));
    assert_snapshot!("roster-show", ran(&org, "jonas", &["roster", "show"]));
    assert_snapshot!("nothing-to-check", ran(&org, "jonas", &["check"]));
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    let tip = org.commit("jonas", ASSISTED);
    assert_snapshot!("check-pending", ran(&org, "jonas", &["check"]));
    assert_snapshot!("check-ascii", ran(&org, "jonas", &["--ascii", "check"]));
    assert_snapshot!("check-colour", ran(&org, "jonas", &["--color", "always", "check"]));
    assert_snapshot!("policy-explain", ran(&org, "jonas", &["policy", "explain"]));
    assert_snapshot!("push-refused", both(&org.push("jonas", &["main"])));
    assert_snapshot!("sign", both(&org.sign("priya", "main", &[])));
    org.push_statements("priya").ok();
    assert_snapshot!("check-clear", ran(&org, "jonas", &["check"]));
    assert_snapshot!("push-accepted", both(&org.push("jonas", &["main"])));
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
    let trust = ["--target", "production", "--trust", "../server.git/obstat/trust"];
    let verify = |more: &[&str], commit: &str| {
        let line: Vec<&str> =
            ["verify"].iter().chain(&trust).chain(more).copied().chain([commit]).collect();
        ran(&org, "mira", &line)
    };
    assert_snapshot!("verify-clear", verify(&[], &tip));
    assert_snapshot!("verify-json", verify(&["--format", "json"], &tip));
    assert_snapshot!("audit", ran(&org, "mira", &["audit"]));
    assert_snapshot!("audit-json", ran(&org, "mira", &["audit", "--format", "json"]));
    assert_snapshot!("audit-jsonl", ran(&org, "mira", &["audit", "--format", "jsonl"]));
    let check = ["check", "--format", "json", "HEAD~1..HEAD"];
    assert_snapshot!("check-json", ran(&org, "mira", &check));
    org.scratch.write("work/pay/charge.rs", "fn charge() { more() }\n");
    let other = org.commit("jonas", "not pushed");
    assert_snapshot!("verify-blocked", verify(&[], &other));
}

#[test]
fn what_is_wrong_with_inputs_is_shown_where_it_is() {
    let org = org();
    let policy = "version: 1\ntargets:\n  production: { refs: [refs/heads/main], mode: enforced }\n\
                  rules:\n  - name: a\n    when: { pahts: ['x/**'] }\n    require: [{ approvals: 1, level: seniro }]\n";
    org.scratch.write("work/.obstat/policy.yaml", policy);
    assert_snapshot!("policy-broken", ran(&org, "jonas", &["policy", "check"]));
}

/// Every command's help, and what shells and manuals get of it.
#[test]
fn helps_completions_and_manuals_are_made_by_the_program() {
    let scratch = Scratch::new();
    let program = program().to_string_lossy().into_owned();
    let help = scratch.run(".", &[&program, "--help"], &[], "").ok();
    assert_snapshot!("help", masked(&help));
    for shell in ["bash", "zsh", "fish"] {
        let text = scratch.run(".", &[&program, "completions", shell], &[], "").ok();
        assert!(text.contains("obstat") && text.contains("override"), "{shell}: {text}");
    }
    let made = scratch.run(".", &[&program, "man", "pages"], &[], "");
    made.ok();
    let pages = std::fs::read_dir(scratch.at("pages")).map(Iterator::count).unwrap_or(0);
    assert!(pages > 10, "{pages} pages");
}

/// Where the gate keeps what, in the repository and beside it, and what a bundle holds.
#[test]
fn records_settings_and_bundles_have_their_places() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    org.sign("priya", "main", &[]).ok();
    org.push_statements("priya").ok();
    org.push("jonas", &["main"]).ok();
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
    let line = ["bundle", "--target", "production", "--trust", "../server.git/obstat/trust"];
    let line: Vec<&str> = line.into_iter().chain(["--output", "../proof.tar", "HEAD"]).collect();
    org.obstat("jonas", "work", &line).ok();
    let refs = ["for-each-ref", "--format=%(objecttype) %(refname)", "refs/obstat"];
    let tree = |name: &str| {
        org.scratch.git("server.git", &["ls-tree", "-r", "--format=%(objecttype) %(path)", name])
    };
    let spread = Regex::new(r"\b[0-9a-f]{2}/[0-9a-f]{38,62}\b").unwrap_or_else(|e| panic!("{e}"));
    let key = Regex::new(r"\b[0-9a-f]{16}\b").unwrap_or_else(|e| panic!("{e}"));
    let shown = |text: &str| {
        let text = key.replace_all(text, "<TARGET>").into_owned();
        let mut lines: Vec<String> =
            masked(&spread.replace_all(&text, "<SPREAD>")).lines().map(str::to_owned).collect();
        lines.sort();
        lines.dedup();
        lines.join("\n")
    };
    let files = org.scratch.run(".", &["tar", "-tf", "proof.tar"], &[], "").ok();
    let settings = std::fs::read_to_string(org.scratch.at("server.git/obstat/gate.toml"));
    let beside = org.scratch.run("server.git/obstat", &["ls", "-1"], &[], "").ok();
    let hooks = org.scratch.run("server.git", &["sh", "-c", "cat hooks/pre-receive"], &[], "").ok();
    let program = program().to_string_lossy().into_owned();
    assert_snapshot!(
        "layout",
        [
            ("refs", shown(&org.scratch.git("server.git", &refs))),
            ("refs/obstat/landings", shown(&tree("refs/obstat/landings"))),
            ("refs/obstat/receipts", shown(&tree("refs/obstat/receipts"))),
            ("bundle", shown(&files)),
            ("obstat/", shown(&beside)),
            ("obstat/gate.toml", settings.unwrap_or_default()),
            ("hooks/pre-receive", hooks.replace(&program, "<PROGRAM>")),
        ]
        .map(|(name, text)| format!("== {name}\n{}\n", text.trim_end()))
        .concat()
    );
}
