//! Every other way to move a ref: new branches, deletes, force pushes, tags, the gate's own refs.

use super::{ASSISTED, org};

#[test]
fn protected_history_is_not_rewritten_or_deleted() {
    let org = org();
    org.scratch.write("work/docs/a.md", "text\n");
    org.commit("priya", "docs");
    org.push("priya", &["main"]).ok();
    org.scratch.git("work", &["reset", "-q", "--hard", "HEAD~1"]);
    let rewrite = org.push("priya", &["+main"]);
    assert_ne!(rewrite.code, 0);
    assert!(rewrite.err.contains("rewritten"), "{}", rewrite.err);
    let delete = org.push("priya", &[":main"]);
    assert_ne!(delete.code, 0);
    assert!(delete.err.contains("the policy is read from"), "{}", delete.err);
    org.push("priya", &["main:refs/heads/release/1"]).ok();
    let delete = org.push("priya", &[":refs/heads/release/1"]);
    assert_ne!(delete.code, 0);
    assert!(delete.err.contains("delete"), "{}", delete.err);
}

#[test]
fn feature_branches_are_free() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    org.push("jonas", &["main:feature"]).ok();
    org.push("jonas", &[":feature"]).ok();
}

#[test]
fn a_commit_on_a_free_branch_still_counts_on_the_target() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    org.push("jonas", &["main:feature"]).ok();
    assert_ne!(org.push("jonas", &["main"]).code, 0, "a commit slipped in by way of a free branch");
}

#[test]
fn new_protected_branches_start_at_cleared_tips() {
    let org = org();
    org.push("priya", &["main:release/1"]).ok();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    assert_ne!(org.push("jonas", &["main:release/2"]).code, 0);
    assert_ne!(org.push("jonas", &["main:release/1"]).code, 0);
}

#[test]
fn protected_tags_name_cleared_tips_and_stay() {
    let org = org();
    org.scratch.git_as("priya", "work", &["tag", "-a", "v1", "-m", "one"]).ok();
    org.push("priya", &["v1"]).ok();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    org.scratch.git_as("jonas", "work", &["tag", "-a", "v2", "-m", "two"]).ok();
    org.scratch.git_as("jonas", "work", &["tag", "v3"]).ok();
    assert_ne!(org.push("jonas", &["v2"]).code, 0, "an annotated tag on uncleared content");
    assert_ne!(org.push("jonas", &["v3"]).code, 0, "a light tag on uncleared content");
    org.scratch.git_as("jonas", "work", &["tag", "-f", "-a", "v1", "-m", "moved"]).ok();
    assert_ne!(org.push("jonas", &["+v1"]).code, 0, "a protected tag was moved");
}

#[test]
fn several_refs_pass_together_or_not_at_all() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    let both = org.push("jonas", &["main:free", "main:main"]);
    assert_ne!(both.code, 0);
    assert!(org.scratch.git("server.git", &["branch", "--list", "free"]).is_empty());
}

#[test]
fn the_gates_own_refs_are_the_gates() {
    let org = org();
    for name in
        ["refs/obstat/landings", "refs/obstat/receipts", "refs/obstat/trust", "refs/obstat/x"]
    {
        let forced = format!("+HEAD:{name}");
        assert_ne!(org.push("mira", &[&forced]).code, 0, "{name} was written");
        let deleted = format!(":{name}");
        assert_ne!(org.push("mira", &[&deleted]).code, 0, "{name} was deleted");
    }
    assert_ne!(
        org.push("mira", &["HEAD:refs/replace/1111111111111111111111111111111111111111"]).code,
        0
    );
}

#[test]
fn a_target_in_an_empty_repository_must_be_bootstrapped() {
    let org = org();
    // Replacing the history by an unrelated one is a rewrite as well.
    org.scratch.git("work", &["checkout", "-q", "--orphan", "other"]);
    org.commit("jonas", "other history");
    assert_ne!(org.push("jonas", &["+other:main"]).code, 0);
    assert_ne!(org.push("jonas", &["other:release/9"]).code, 0);
}

#[test]
fn an_octopus_merge_is_judged_whole() {
    let org = org();
    for name in ["a", "b"] {
        org.scratch.git("work", &["checkout", "-q", "-b", name, "main"]);
        org.scratch.write(&format!("work/src/{name}.rs"), "fn f() {}\n");
        org.commit("jonas", ASSISTED);
    }
    org.scratch.git("work", &["checkout", "-q", "main"]);
    org.scratch
        .git_as("jonas", "work", &["merge", "-q", "--no-ff", "-m", "octopus", "a", "b"])
        .ok();
    assert_ne!(org.push("jonas", &["main"]).code, 0);
    org.sign("priya", "main", &[]).ok();
    org.push_statements("priya").ok();
    org.push("jonas", &["main"]).ok();
}

#[test]
fn a_push_from_a_shallow_clone_is_judged_as_any_other() {
    let org = org();
    org.scratch.write("work/docs/a.md", "text\n");
    org.commit("priya", "docs");
    org.push("priya", &["main"]).ok();
    let server = format!("file://{}", org.scratch.at("server.git").display());
    org.scratch.git(".", &["clone", "-q", "--depth", "1", &server, "shallow"]);
    // What it cut off is on the server, so a push from it is judged as any other.
    org.scratch.write("shallow/src/a.rs", "fn a() {}\n");
    org.scratch.git("shallow", &["add", "-A"]);
    org.scratch.git_as("jonas", "shallow", &["commit", "-q", "-m", ASSISTED]).ok();
    let refused = org.scratch.git_as("jonas", "shallow", &["push", "-q", "origin", "main"]);
    assert_ne!(refused.code, 0);
    assert!(refused.err.contains("could sign"), "{}", refused.err);
    org.scratch.git("work", &["fetch", "-q", "../shallow", "main:shallow"]);
    org.sign("priya", "origin/main..shallow", &[]).ok();
    org.push_statements("priya").ok();
    org.scratch.git_as("jonas", "shallow", &["push", "-q", "origin", "main"]).ok();
    // What lies below a branch without a history of its own is not there to be judged.
    org.scratch.git("shallow", &["checkout", "-q", "--orphan", "alone"]);
    org.scratch.git_as("jonas", "shallow", &["commit", "-q", "-m", "alone"]).ok();
    let spec = "alone:refs/heads/release/1";
    let refused = org.scratch.git_as("jonas", "shallow", &["push", "-q", "origin", spec]);
    assert_ne!(refused.code, 0);
    assert!(refused.err.contains("shares no history"), "{}", refused.err);
}

#[test]
fn in_shadow_mode_new_branches_pass_and_are_recorded_as_let_through() {
    let policy = obstat_testkit::POLICY.replace(
        "'refs/tags/v*'], mode: enforce, from: refs/heads/main }",
        "'refs/tags/v*'], mode: shadow }",
    );
    let org = obstat_testkit::Org::gated(super::program(), &policy);
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    org.push("jonas", &["main:release/1"]).ok();
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
    let trust = "../server.git/obstat/trust";
    let line = ["verify", "--target", "refs/heads/release/1", "--trust", trust, "main"];
    let found = org.obstat("mira", "work", &line);
    assert_eq!(found.code, 3, "what a mode let through was called cleared: {}", found.all());
}
