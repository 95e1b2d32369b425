//! `obstat verify`: clear only for the tip of what passed, and only against a pinned trust file.

use super::{ASSISTED, org};
use obstat_testkit::Org;

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

/// Moves the server's `main` as who has its files can.
fn moves_around(org: &Org, commit: &str) {
    org.scratch.run("server.git", &["git", "fetch", "-q", "../work", commit], &[], "").ok();
    org.scratch.git("server.git", &["update-ref", "refs/heads/main", commit]);
    fetch(org);
}

fn fetch(org: &Org) {
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
}

/// Signs an override of a range that has landed, and brings it.
fn overrides(org: &Org, who: &str, range: &str) {
    let key = org.scratch.at(&format!("keys/{who}")).to_string_lossy().into_owned();
    let reason = ["override", "--reason", "the shop was down", "--expires", "2h"];
    let line: Vec<&str> = reason.into_iter().chain(["--key", &key, range]).collect();
    org.obstat_typing(who, "work", &line, &org.typed(range)).ok();
    org.push_statements(who).ok();
    fetch(org);
}

#[test]
fn what_came_around_the_gate_is_not_deployed_until_a_holder_has_signed() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    let rogue = org.commit("jonas", "past the gate");
    moves_around(&org, &rogue);
    assert_eq!(verify(&org, "main").code, 3);
    org.scratch.write("work/docs/a.md", "text\n");
    let above = org.commit("priya", "docs on top");
    let pushed = org.push("priya", &["main"]);
    let short = |name: &str| org.scratch.git("work", &["rev-parse", "--short=7", name]);
    let range = format!("{}..{}", short(&format!("{rogue}~1")), short(&rogue));
    assert!(pushed.said().contains(&format!("--expires 2h {range}")), "{}", pushed.err);
    assert_eq!(pushed.code, 0, "{}", pushed.err);
    fetch(&org);
    for commit in [&rogue, &above] {
        let answer = verify(&org, commit);
        assert_eq!(answer.code, 3, "{}", answer.all());
        assert!(answer.out.contains("around the gate"), "{}", answer.out);
    }
    let audit = org.obstat("mira", "work", &["audit", "--unsigned"]).ok();
    assert!(audit.contains(&short(&rogue)), "{audit}");
    // Nobody knows who brought it, so that nobody's approval is known to be of somebody else.
    for who in ["priya", "yusuf", "mira"] {
        org.sign(who, &range, &[]).ok();
        org.push_statements(who).ok();
    }
    fetch(&org);
    assert_eq!(verify(&org, &above).code, 3, "cleared by signatures alone");
    overrides(&org, "mira", &range);
    for commit in [&rogue, &above] {
        let answer = verify(&org, commit);
        assert_eq!(answer.code, 0, "{}", answer.all());
    }
    let audit = org.obstat("mira", "work", &["audit"]).ok();
    assert!(audit.contains("override by mira"), "{audit}");
}

#[test]
fn who_keeps_the_server_records_a_move_around_the_gate_without_a_push() {
    let org = org();
    let catch_up = || {
        let line = ["hook", "catch-up", "--bare", "server.git"];
        let ran = org.obstat("mira", ".", &line);
        fetch(&org);
        ran
    };
    assert!(catch_up().ok().contains("nothing"));
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    let rogue = org.commit("jonas", "past the gate");
    moves_around(&org, &rogue);
    assert!(verify(&org, "main").out.contains("has not passed"));
    assert!(catch_up().ok().contains("around the gate"));
    assert!(catch_up().ok().contains("nothing"), "recorded twice");
    assert_eq!(verify(&org, "main").code, 3);
    overrides(&org, "mira", &format!("{rogue}~1..{rogue}"));
    assert_eq!(verify(&org, "main").code, 0, "{}", verify(&org, "main").all());
}

/// A release branch that somebody with the server's files begins anew where main is cleared has a chain
/// to join on to.
#[test]
fn a_branch_that_is_back_at_what_was_cleared_has_not_moved_around_the_gate() {
    let org = org();
    land(&org);
    org.push("mira", &["main:refs/heads/release/1"]).ok();
    org.scratch.write("work/docs/a.md", "text\n");
    org.commit("priya", "docs");
    org.push("priya", &["main"]).ok();
    let tip = org.scratch.git("work", &["rev-parse", "main"]);
    for to in [tip.as_str(), &format!("{tip}~1")] {
        org.scratch.git("server.git", &["update-ref", "refs/heads/release/1", to]);
        let line = ["hook", "catch-up", "--bare", "server.git"];
        let told = org.obstat("mira", ".", &line).ok();
        assert!(told.contains("moved back") && !told.contains("override"), "{to}: {told}");
        assert!(org.obstat("mira", ".", &line).ok().contains("nothing"), "{to}: twice");
        fetch(&org);
        let line = ["verify", "--target", "refs/heads/release/1"];
        let line = [&line[..], &TRUST[2..], &[to]].concat();
        let answer = org.obstat("mira", "work", &line);
        assert_eq!(answer.code == 0, to != tip, "{to}: {}", answer.all());
    }
}

/// A slip of a hand that is undone leaves nothing to be signed for, also where it edited the policy.
#[test]
fn what_was_moved_by_hand_and_back_again_is_as_clear_as_it_was() {
    let org = org();
    land(&org);
    let tip = org.scratch.git("work", &["rev-parse", "main"]);
    let loose = obstat_testkit::POLICY.replace("lines_at_most: 50", "lines_at_most: 500");
    org.scratch.write("work/.obstat/policy.yaml", loose);
    let slip = org.commit("jonas", "looser");
    let catch_up = ["hook", "catch-up", "--bare", "server.git"];
    moves_around(&org, &slip);
    org.obstat("mira", ".", &catch_up).ok();
    org.scratch.git("server.git", &["update-ref", "refs/heads/main", &tip]);
    assert!(org.obstat("mira", ".", &catch_up).ok().contains("moved back"));
    fetch(&org);
    assert_eq!(verify(&org, &tip).code, 0, "{}", verify(&org, &tip).all());
    org.scratch.git("work", &["checkout", "-q", "-B", "main", &tip]);
    org.scratch.write("work/docs/a.md", "text\n");
    let above = org.commit("priya", "docs on top");
    org.push("priya", &["main"]).ok();
    fetch(&org);
    assert_eq!(verify(&org, &above).code, 0, "{}", verify(&org, &above).all());
}

/// Going back over a change of the roster by hand brings back whom the owners removed: they must sign for it.
#[test]
fn whom_the_owners_removed_does_not_come_back_by_hand() {
    let org = org();
    land(&org);
    let before = org.scratch.git("work", &["rev-parse", "main"]);
    let text = org.roster();
    let without = text.replacen("  yusuf:\n", "  yusuf:\n    left: 2020-01-02\n", 1);
    assert_ne!(text, without);
    org.scratch.write("work/.obstat/roster.yaml", without);
    org.commit("jonas", "yusuf leaves");
    for owner in ["mira", "priya"] {
        org.sign(owner, "main", &[]).ok();
        org.push_statements(owner).ok();
    }
    org.push("jonas", &["main"]).ok();
    org.scratch.git("server.git", &["update-ref", "refs/heads/main", &before]);
    fetch(&org);
    org.scratch.git("work", &["checkout", "-q", "-B", "main", &before]);
    org.scratch.write("work/pay/charge.rs", "fn charge() { more() }\n");
    let tip = org.commit("jonas", ASSISTED);
    org.scratch.git("work", &["update-ref", "refs/remotes/origin/main", &before]);
    org.sign("yusuf", "main", &[]).ok();
    let _ = org.push_statements("yusuf");
    let _ = org.push("jonas", &["main"]);
    fetch(&org);
    assert_ne!(verify(&org, &tip).code, 0, "yusuf is back");
}

/// A landing of the origin that only passed with a warning is no place to move a release to.
#[test]
fn a_branch_that_was_moved_to_what_nobody_signed_is_not_deployed() {
    let policy = obstat_testkit::POLICY.replacen("mode: enforce", "mode: warn", 1);
    let org = Org::gated(super::program(), &policy);
    org.push("mira", &["main:refs/heads/release/1"]).ok();
    org.scratch.write("work/pay/charge.rs", "fn charge() { more() }\n");
    let unsigned = org.commit("jonas", ASSISTED);
    org.push("jonas", &["main"]).ok();
    assert_ne!(org.push("jonas", &["main:refs/heads/release/2"]).code, 0, "the control");
    org.scratch.git("server.git", &["update-ref", "refs/heads/release/1", &unsigned]);
    org.obstat("mira", ".", &["hook", "catch-up", "--bare", "server.git"]).ok();
    org.scratch.write("work/docs/a.md", "text\n");
    let above = org.commit("tove", "docs");
    let _ = org.push("tove", &["main:refs/heads/release/1"]);
    fetch(&org);
    for commit in [&unsigned, &above] {
        let line = ["verify", "--target", "refs/heads/release/1"];
        let answer = org.obstat("mira", "work", &[&line[..], &TRUST[2..], &[commit]].concat());
        assert_ne!(answer.code, 0, "{}", answer.all());
    }
}

/// A policy that came around the gate judges nothing, until its owners have signed for it.
#[test]
fn a_policy_that_came_around_the_gate_is_none_for_who_deploys() {
    let org = org();
    let loose = obstat_testkit::POLICY.replace("mode: enforce", "mode: shadow");
    assert_ne!(loose, obstat_testkit::POLICY);
    org.scratch.write("work/.obstat/policy.yaml", loose);
    let rogue = org.commit("jonas", "looser");
    moves_around(&org, &rogue);
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    let above = org.commit("jonas", ASSISTED);
    org.push("jonas", &["main"]).ok();
    fetch(&org);
    for commit in [&rogue, &above] {
        assert_eq!(verify(&org, commit).code, 3, "{}", verify(&org, commit).all());
    }
    overrides(&org, "mira", &format!("{rogue}~1..{rogue}"));
    for commit in [&rogue, &above] {
        assert_eq!(verify(&org, commit).code, 3, "an override changed the policy");
    }
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

/// Seniors reviewed it only where a level was asked for, and whoever made it reviewed nothing.
#[test]
fn a_clearance_claims_no_review_that_nobody_asked_for() {
    for rule in ["{ author_statement: first }", "{ approvals: 1 }"] {
        let policy = obstat_testkit::POLICY.replace("{ approvals: 1, level: senior }", rule);
        let org = Org::gated(super::program(), &policy);
        org.scratch.write("work/src/a.rs", "fn a() {}\n");
        org.commit("tove", ASSISTED);
        let (who, verb) =
            if rule.contains("author") { ("tove", "declare") } else { ("jonas", "sign") };
        let key = org.scratch.at(&format!("keys/{who}")).to_string_lossy().into_owned();
        let more = if verb == "declare" { "--mine" } else { "--reason=x" };
        let line = [verb, more, "--key", &key, "main"];
        org.obstat_typing(who, "work", &line, &org.typed("main")).ok();
        org.push_statements(who).ok();
        org.push("tove", &["main"]).ok();
        fetch(&org);
        let line = [&["verify"], &TRUST[..], &["--clearance", "../vsa.json", "main"]].concat();
        org.obstat("mira", "work", &line).ok();
        let text = std::fs::read_to_string(org.scratch.at("vsa.json")).unwrap();
        assert!(text.contains("PASSED") && !text.contains("SENIOR_REVIEWED"), "{rule}: {text}");
    }
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
