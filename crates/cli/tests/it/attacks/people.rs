//! Who made it and who may sign: approvers who took part, floods of statements, late words, bent clones.

use super::{fetch, landed, on, signed, verify};
use crate::{ASSISTED, org, program};
use obstat_testkit::{Org, POLICY};

/// Keys of devices, from the public keys of RFC 8032, section 7.1; nobody here holds them.
const SECURITY_KEYS: [&str; 3] = [
    "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1EaAAAABHNzaDo=",
    "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAID1AF8PoQ4lakrcKp00bfrycmCzPLsSWjMDNVfEq9GYMAAAABHNzaDo=",
    "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIPxRzY5iGKGjjaR+0AIw8FgIFu0TujMDrF3rkRVIkIAlAAAABHNzaDo=",
];

/// A file that a branch `feature` changes at one end, by `author` and signed here by `signer`, and main at
/// the other.
pub(super) fn two_edits(org: &Org, author: &str, signer: &str) {
    org.scratch.write("work/src/big.rs", "line\n".repeat(40));
    org.commit("mira", "start");
    signed(org, "priya", "origin/main..main");
    org.push("mira", &["main"]).ok();
    fetch(org);
    on(org, "feature", "main");
    org.scratch.write("work/src/big.rs", format!("first\n{}", "line\n".repeat(40)));
    org.commit(author, ASSISTED);
    org.sign(signer, "main..feature", &[]).ok();
    org.scratch.git("work", &["checkout", "-q", "main"]);
    org.scratch.write("work/src/big.rs", format!("{}last\n", "line\n".repeat(40)));
    org.commit("priya", "moved on");
}

#[test]
fn who_made_what_was_approved_cannot_have_approved_it() {
    let org = org();
    // He signs his own work, which is pushed nowhere, and somebody else brings the merge of it.
    two_edits(&org, "yusuf", "yusuf");
    let statement =
        org.scratch.git("work", &["for-each-ref", "--format=%(refname)", "refs/obstat/approvals"]);
    org.push("priya", &["main"]).ok();
    org.scratch.git("work", &["merge", "-q", "--squash", "feature"]);
    org.commit("jonas", ASSISTED);
    let head = org.scratch.git("work", &["rev-parse", "feature"]);
    org.push("jonas", &[&format!("{head}:refs/tags/kept")]).ok();
    let names: Vec<String> = statement.lines().map(|n| format!("{n}:{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    org.push("yusuf", &names).ok();
    let refused = org.push("jonas", &["main"]);
    assert_ne!(refused.code, 0, "the true author's approval carried over");
    assert!(refused.err.contains("yusuf"), "{}", refused.err);
}

#[test]
fn a_declaration_with_a_key_alone_is_worth_what_the_policy_asks() {
    let policy = POLICY.replace("presence: key, expires", "presence: present, expires");
    let org = Org::ungated(program(), &policy);
    let mut roster = org.roster();
    for (who, key) in ["mira", "priya", "yusuf"].into_iter().zip(SECURITY_KEYS) {
        roster = roster.replace(&org.public_key(who), key);
    }
    org.scratch.write("work/.obstat/roster.yaml", roster);
    org.commit("mira", "security keys");
    org.push("mira", &["main"]).ok();
    org.obstat("mira", ".", &["bootstrap", "--bare", "server.git"]).ok();
    let install = ["hook", "install", "--bare", "server.git", "--pusher-from", "OBSTAT_PUSHER"];
    org.obstat("mira", ".", &install).ok();
    fetch(&org);
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", "by hand");
    let key = org.scratch.at("keys/jonas").to_string_lossy().into_owned();
    let line = ["declare", "--unassisted", "--key", &key];
    org.obstat_typing("jonas", "work", &line, &org.typed("main")).ok();
    org.push_statements("jonas").ok();
    let refused = org.push("jonas", &["main"]);
    assert!(refused.err.contains("not disclosed, counts as yes"), "{}", refused.err);
}

#[test]
fn later_statements_do_not_change_what_landed() {
    let org = org();
    let before = landed(&org, "main");
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    let tip = org.commit("jonas", ASSISTED);
    signed(&org, "priya", "main");
    org.push("jonas", &["main"]).ok();
    fetch(&org);
    org.scratch.clock("+1h");
    for who in ["yusuf", "tove"] {
        let key = org.scratch.at(&format!("keys/{who}")).to_string_lossy().into_owned();
        let range = format!("{before}..{tip}");
        let line = ["reject", "--key", &key, "--reason", "too late", &range];
        org.obstat_typing(who, "work", &line, &org.typed(&range)).ok();
        org.push_statements(who).ok();
        fetch(&org);
        let after = verify(&org, "work", "production", &tip);
        assert_eq!(after.code, 0, "after {who}'s rejection: {}", after.all());
    }
}

#[test]
fn a_stranger_s_copy_of_the_content_holds_nobody_up() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    signed(&org, "priya", "main");
    let tree = org.scratch.git("work", &["rev-parse", "main^{tree}"]);
    let copy =
        org.scratch.git_as("ghost", "work", &["commit-tree", "-p", "main~1", "-m", "x", &tree]);
    let copy = copy.ok();
    org.push("tove", &[&format!("{}:refs/heads/copy", copy.trim())]).ok();
    org.push("jonas", &["main"]).ok();
}

#[test]
fn nobody_shuts_out_others_with_statements_or_names_or_broken_notes() {
    let org = org();
    org.scratch.write("work/x", "x\n");
    let id = org.scratch.git("work", &["hash-object", "-w", "x"]);
    let refused = org.push("tove", &[&format!("{id}:refs/notes/ai")]);
    assert!(refused.err.contains("authorship notes"), "{}", refused.err);
    // More co-authors than are read, one of whom approves.
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    let mut message = String::from("change\n\n");
    for n in 0..1_000 {
        message.push_str(&format!("Co-authored-by: J <jonas+{n}@example.com>\n"));
    }
    message.push_str("Co-authored-by: P <priya@example.com>\n");
    org.commit("jonas", &message);
    signed(&org, "priya", "main");
    let refused = org.push("jonas", &["main"]);
    assert!(refused.err.contains("more co-authors than can be read"), "{}", refused.err);
}

/// Each statement on something else costs a merge; of one signer the newest 64 are looked at.
#[test]
fn a_flood_of_statements_costs_its_own_signer_alone() {
    let org = org();
    org.scratch.write("work/docs/a.md", "one\ntwo\nthree\nfour\nfive\n");
    org.commit("tove", "docs");
    org.push("tove", &["main"]).ok();
    on(&org, "feature", "main");
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.scratch.write("work/docs/a.md", "ONE\ntwo\nthree\nfour\nfive\n");
    org.commit("jonas", ASSISTED);
    signed(&org, "yusuf", "main..feature");
    org.scratch.git("work", &["checkout", "-q", "main"]);
    for n in 0..64 {
        org.scratch.clock(&format!("+{}s", n + 1));
        org.scratch.write("work/docs/n.md", format!("{n}\n"));
        on(&org, &format!("flood{n}"), "main");
        let tip = org.commit("tove", "flood");
        org.sign("yusuf", &format!("main..{tip}"), &[]).ok();
        org.scratch.git("work", &["checkout", "-q", "main"]);
    }
    org.push_statements("yusuf").ok();
    org.scratch.clock("+100s");
    org.scratch.write("work/docs/a.md", "one\ntwo\nthree\nfour\nFIVE\n");
    org.commit("tove", "docs");
    org.push("tove", &["main"]).ok();
    // A squash does not bring the head along, so that nothing but its merge tells of it.
    org.scratch.git_as("jonas", "work", &["merge", "-q", "--squash", "feature"]).ok();
    org.commit("jonas", ASSISTED);
    assert_ne!(org.push("jonas", &["main"]).code, 0, "more than 64 were looked at");
    org.sign("priya", "main^1..feature", &[]).ok();
    org.push_statements("priya").ok();
    org.push("jonas", &["main"]).ok();
}

#[test]
fn a_clone_s_own_indexes_are_not_believed() {
    let org = org();
    two_edits(&org, "jonas", "yusuf");
    org.push_statements("yusuf").ok();
    org.push("priya", &["main"]).ok();
    let merge = ["merge", "-q", "--no-ff", "-m", "merge", "feature"];
    org.scratch.git_as("jonas", "work", &merge).ok();
    let tip = org.scratch.git("work", &["rev-parse", "HEAD"]);
    org.push("jonas", &["main"]).ok();
    org.scratch.git(".", &["clone", "-q", "server.git", "clone"]);
    org.scratch.git("clone", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
    org.scratch.write("clone/.git/objects/info/commit-graph", "CGPH no such thing");
    org.scratch.write("clone/.git/objects/pack/multi-pack-index", "MIDX no such thing");
    let answer = verify(&org, "clone", "production", &tip);
    assert_eq!(answer.code, 0, "{}", answer.all());
    assert!(answer.out.contains("signed by yusuf"), "{}", answer.out);
}
