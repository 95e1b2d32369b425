//! What time does: approvals and overrides end, raises begin, a clock that was set back stops all.

use super::{ASSISTED, org};
use obstat_testkit::Org;

fn signed(org: &Org) {
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    org.sign("priya", "main", &[]).ok();
    org.push_statements("priya").ok();
}

fn verify(org: &Org) -> obstat_testkit::Finished {
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
    let trust = "../server.git/obstat/trust";
    org.obstat("mira", "work", &["verify", "--target", "production", "--trust", trust, "main"])
}

#[test]
fn an_approval_ends_and_what_landed_stays_proven() {
    let org = org();
    signed(&org);
    org.scratch.clock("+15d");
    let late = org.push("jonas", &["main"]);
    assert_ne!(late.code, 0, "an approval of two weeks ago still counts");
    assert!(late.err.contains("expired on"), "{}", late.err);
    org.scratch.clock("+13d");
    org.push("jonas", &["main"]).ok();
    org.scratch.clock("+400d");
    let proof = verify(&org);
    assert_eq!(proof.code, 0, "{}", proof.all());
}

#[test]
fn a_raise_counts_after_the_delay() {
    let org = org();
    let raised = org.roster().replace("level: junior", "level: senior");
    org.scratch.write("work/.obstat/roster.yaml", raised);
    org.commit("yusuf", "promote Tove");
    for who in ["mira", "priya"] {
        org.sign(who, "main", &[]).ok();
    }
    org.push_statements("mira").ok();
    org.push("yusuf", &["main"]).ok();
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
    org.scratch.git("work", &["fetch", "-q", "origin"]);
    org.scratch.write("work/pay/charge.rs", "fn charge() { more() }\n");
    org.commit("jonas", "work");
    org.scratch.clock("+23h");
    org.sign("tove", "main", &[]).ok();
    org.push_statements("tove").ok();
    assert_ne!(org.push("jonas", &["main"]).code, 0, "a raise counted before the delay was over");
    // The level when the gate received it counts too, so Tove signs again.
    org.scratch.clock("+25h");
    assert_ne!(org.push("jonas", &["main"]).code, 0, "the level at receipt was forgotten");
    org.sign("tove", "main", &[]).ok();
    org.push_statements("tove").ok();
    org.push("jonas", &["main"]).ok();
    let proof = verify(&org);
    assert_eq!(proof.code, 0, "{}", proof.all());
}

#[test]
fn a_new_version_cannot_abolish_its_own_delay() {
    let org = org();
    let raised =
        org.roster().replace("level: junior", "level: senior").replace("delay: 24h", "delay: 0s");
    org.scratch.write("work/.obstat/roster.yaml", raised);
    org.commit("yusuf", "promote Tove at once");
    for who in ["mira", "priya"] {
        org.sign(who, "main", &[]).ok();
    }
    org.push_statements("mira").ok();
    org.push("yusuf", &["main"]).ok();
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
    org.scratch.git("work", &["fetch", "-q", "origin"]);
    org.scratch.write("work/pay/charge.rs", "fn charge() { more() }\n");
    org.commit("jonas", "work");
    org.sign("tove", "main", &[]).ok();
    org.push_statements("tove").ok();
    assert_ne!(org.push("jonas", &["main"]).code, 0, "the delay was abolished by what it delays");
}

#[test]
fn an_override_ends_within_hours() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    let key = org.scratch.at("keys/mira");
    let line = [
        "override",
        "--reason",
        "down",
        "--expires",
        "2h",
        "--key",
        &key.to_string_lossy(),
        "main",
    ];
    org.obstat_typing("mira", "work", &line, &org.typed("main")).ok();
    org.push_statements("mira").ok();
    org.scratch.clock("+3h");
    assert_ne!(org.push("jonas", &["main"]).code, 0, "an override outlived its end");
    org.scratch.clock("+1h");
    org.push("jonas", &["main"]).ok();
}

#[test]
fn a_clock_that_was_set_back_stops_the_gate_and_says_why() {
    let org = org();
    org.scratch.clock("+2d");
    org.scratch.write("work/docs/a.md", "text\n");
    org.commit("priya", "docs");
    org.push("priya", &["main"]).ok();
    org.scratch.clock("+0");
    org.scratch.write("work/docs/b.md", "text\n");
    org.commit("priya", "more docs");
    let refused = org.push("priya", &["main"]);
    assert_ne!(refused.code, 0);
    assert!(refused.err.contains("clock shows"), "{}", refused.err);
    org.scratch.clock("+2d");
    org.push("priya", &["main"]).ok();
}
