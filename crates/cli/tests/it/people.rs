//! Who counts: authors, co-authors, operators, pushers and contributors never do.

use super::{ASSISTED, org};

fn signed_by(org: &obstat_testkit::Org, who: &str) -> obstat_testkit::Finished {
    org.sign(who, "main", &[]).ok();
    org.push_statements(who).ok();
    org.push("jonas", &["main"])
}

#[test]
fn the_author_and_a_junior_do_not_count() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    assert_ne!(signed_by(&org, "jonas").code, 0);
    assert_ne!(signed_by(&org, "tove").code, 0);
    signed_by(&org, "priya").ok();
}

#[test]
fn a_co_author_does_not_count() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", &format!("{ASSISTED}\nCo-authored-by: P <PRIYA@example.com>"));
    assert_ne!(signed_by(&org, "priya").code, 0);
    signed_by(&org, "yusuf").ok();
}

#[test]
fn the_pusher_does_not_count() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    org.sign("priya", "main", &[]).ok();
    org.push_statements("priya").ok();
    assert_ne!(org.push("priya", &["main"]).code, 0, "the pusher approved");
    org.push("jonas", &["main"]).ok();
}

#[test]
fn a_forged_author_does_not_raise_the_level() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    // Jonas makes his work look as if Mira, a principal, had made it.
    org.commit("mira", ASSISTED);
    assert_ne!(org.push("jonas", &["main"]).code, 0, "a forged author passed");
}

#[test]
fn authors_of_a_squashed_branch_do_not_count() {
    let org = org();
    org.scratch.git("work", &["checkout", "-q", "-b", "feature"]);
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("priya", ASSISTED);
    org.push("priya", &["feature"]).ok();
    org.scratch.git("work", &["checkout", "-q", "main"]);
    org.scratch.git("work", &["merge", "-q", "--squash", "feature"]);
    org.commit("jonas", "squashed");
    assert_ne!(signed_by(&org, "priya").code, 0, "the author of the squashed branch approved");
    signed_by(&org, "yusuf").ok();
}

#[test]
fn authors_of_a_head_that_was_pushed_over_do_not_count() {
    let org = org();
    org.scratch.git("work", &["checkout", "-q", "-b", "feature"]);
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("priya", ASSISTED);
    org.push("priya", &["feature"]).ok();
    org.scratch
        .git_as("jonas", "work", &["commit", "-q", "--amend", "--reset-author", "-m", "mine"])
        .ok();
    org.push("jonas", &["+feature"]).ok();
    org.scratch.git("work", &["checkout", "-q", "main"]);
    org.scratch.git("work", &["merge", "-q", "--ff-only", "feature"]);
    // Whoever signs has seen what the server knows.
    let all = ["+refs/heads/*:refs/remotes/origin/*", "+refs/obstat/*:refs/obstat/*"];
    org.scratch.git("work", &["fetch", "-q", "origin", all[0], all[1]]);
    assert_ne!(signed_by(&org, "priya").code, 0, "the author of the superseded head approved");
    signed_by(&org, "yusuf").ok();
}

#[test]
fn an_unknown_author_blocks_and_says_how_to_cure_it() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("stranger", "who am I");
    let refused = org.push("jonas", &["main"]);
    assert_ne!(refused.code, 0);
    assert!(refused.err.contains("Blocked"), "{}", refused.err);
    assert!(refused.err.contains("roster"), "{}", refused.err);
}

#[test]
fn an_unknown_pusher_blocks() {
    let org = org();
    org.scratch.write("work/docs/a.md", "text\n");
    org.commit("jonas", "docs");
    for who in ["", "stranger"] {
        let refused = org.push(who, &["main"]);
        assert_ne!(refused.code, 0, "{who:?} pushed: {}", refused.err);
    }
}

#[test]
fn an_agent_with_a_known_operator_counts_as_that_person() {
    let org = org();
    org.scratch.write("work/pay/charge.rs", "fn charge() { more() }\n");
    org.scratch.git("work", &["add", "-A"]);
    let env = [
        ("GIT_AUTHOR_NAME", "Cursor Agent"),
        ("GIT_AUTHOR_EMAIL", "cursoragent@cursor.com"),
        ("GIT_COMMITTER_NAME", "Cursor Agent"),
        ("GIT_COMMITTER_EMAIL", "cursoragent@cursor.com"),
    ];
    org.scratch.run("work", &["git", "commit", "-q", "-m", "by an agent"], &env, "").ok();
    // Priya pushes it, so Priya ran it.
    org.sign("priya", "main", &[]).ok();
    org.push_statements("priya").ok();
    let refused = org.push("priya", &["main"]);
    assert_ne!(refused.code, 0, "the operator approved");
    org.sign("yusuf", "main", &[]).ok();
    org.push_statements("yusuf").ok();
    org.push("priya", &["main"]).ok();
}
