//! `obstat verify`: clear only for the tip of what passed, and only against a pinned trust file.

use super::{ASSISTED, org};

const TRUST: [&str; 4] = ["--target", "production", "--trust", "../server.git/obstat/trust"];

fn verify(org: &obstat_testkit::Org, commit: &str) -> obstat_testkit::Finished {
    let line: Vec<&str> = ["verify"].into_iter().chain(TRUST).chain([commit]).collect();
    org.obstat("mira", "work", &line)
}

fn land(org: &obstat_testkit::Org) {
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    org.scratch.write("work/src/b.rs", "fn b() {}\n");
    org.commit("jonas", ASSISTED);
    org.sign("priya", "main", &[]).ok();
    org.push_statements("priya").ok();
    org.push("jonas", &["main"]).ok();
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
}

#[test]
fn the_tip_is_clear_and_nothing_else() {
    let org = org();
    land(&org);
    let tip = verify(&org, "main");
    assert_eq!(tip.code, 0, "{}", tip.all());
    assert!(tip.out.contains("signed by priya"), "{}", tip.out);
    let inside = verify(&org, "main~1");
    assert_eq!(inside.code, 3, "{}", inside.all());
    org.scratch.write("work/src/c.rs", "fn c() {}\n");
    org.commit("jonas", "never pushed");
    assert_eq!(verify(&org, "main").code, 3);
}

#[test]
fn without_trust_the_answer_is_never_clear() {
    let org = org();
    land(&org);
    assert_eq!(org.obstat("mira", "work", &["verify", "--target", "production", "main"]).code, 5);
    let other = org_of_somebody_else();
    let trust = other.scratch.at("server.git/obstat/trust");
    let line = ["verify", "--target", "production", "--trust", &trust.to_string_lossy(), "main"];
    let foreign = org.obstat("mira", "work", &line);
    assert_eq!(foreign.code, 5, "{}", foreign.all());
}

fn org_of_somebody_else() -> obstat_testkit::Org {
    org()
}

#[test]
fn records_that_were_not_fetched_say_so() {
    let org = org();
    land(&org);
    org.scratch.git(".", &["clone", "-q", "server.git", "deploy"]);
    let line: Vec<&str> = ["verify"].into_iter().chain(TRUST).chain(["main"]).collect();
    let bare = org.obstat("mira", "deploy", &line);
    assert_eq!(bare.code, 4, "{}", bare.all());
    assert!(bare.out.contains("refs/obstat/*:refs/obstat/*"), "{}", bare.out);
}

#[test]
fn a_landing_past_the_gate_is_a_gap() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    let rogue = org.commit("jonas", "past the gate");
    org.scratch.run("server.git", &["git", "fetch", "-q", "../work", &rogue], &[], "").ok();
    org.scratch.git("server.git", &["update-ref", "refs/heads/main", &rogue]);
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
    assert_eq!(verify(&org, "main").code, 3);
    org.scratch.write("work/docs/a.md", "text\n");
    org.commit("priya", "docs on top");
    org.push("priya", &["main"]).ok();
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
    let on_top = verify(&org, "main");
    assert_eq!(on_top.code, 3, "{}", on_top.all());
    let audit = org.obstat("mira", "work", &["audit", "--unsigned"]).ok();
    assert!(audit.contains(rogue.get(..7).unwrap_or("none")), "{audit}");
}

#[test]
fn the_clearance_is_a_signed_summary_of_what_was_cleared() {
    let org = org();
    land(&org);
    let line: Vec<&str> =
        ["verify"].into_iter().chain(TRUST).chain(["--clearance", "../vsa.json", "main"]).collect();
    org.obstat("mira", "work", &line).ok();
    let text = std::fs::read_to_string(org.scratch.at("vsa.json")).unwrap();
    let tip = org.scratch.git("work", &["rev-parse", "main"]);
    for word in [
        "https://slsa.dev/verification_summary/v1",
        &tip,
        "PASSED",
        "ORG_SOURCE_AI_ASSISTED",
        "ORG_SOURCE_SENIOR_REVIEWED",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert!(!text.contains("ORG_SOURCE_HUMAN_PRESENCE"), "a plain key shows no presence: {text}");
    // Nothing is cleared for what does not verify.
    std::fs::remove_file(org.scratch.at("vsa.json")).unwrap();
    let line: Vec<&str> = ["verify"]
        .into_iter()
        .chain(TRUST)
        .chain(["--clearance", "../vsa.json", "main~1"])
        .collect();
    assert_eq!(org.obstat("mira", "work", &line).code, 3);
    assert!(!org.scratch.at("vsa.json").exists());
}

#[test]
fn a_note_pushed_after_the_landing_does_not_undo_it() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", "plain work");
    org.sign("priya", "main", &[]).ok();
    org.push_statements("priya").ok();
    org.push("jonas", &["main"]).ok();
    let note = "src/a.rs\n  abcdef0123456789 1-1\n---\n{\"schema_version\":\"authorship/3.0.0\",\
                \"base_commit_sha\":\"\",\"prompts\":{\"abcdef0123456789\":{\"agent_id\":{\"tool\":\"cursor\",\
                \"id\":\"x\",\"model\":\"m\"},\"human_author\":\"J\",\"messages\":[]}}}";
    org.scratch.git_as("jonas", "work", &["notes", "--ref=ai", "add", "-m", note, "main"]).ok();
    let _ = org.push("jonas", &["refs/notes/ai"]);
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
    let after = verify(&org, "main");
    assert_eq!(after.code, 0, "{}", after.all());
}
