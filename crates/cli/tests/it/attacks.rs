//! Ways around the gate, each tried as somebody who may push would try it.

use super::{ASSISTED, org, program};
use obstat_testkit::{Finished, Org, POLICY};

const NONE: &str = "0000000000000000000000000000000000000000";
const EVIL: &str = "fn charge() { evil() }\n";

/// Keys of devices, from the public keys of RFC 8032, section 7.1; nobody here holds them.
const SECURITY_KEYS: [&str; 3] = [
    "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1EaAAAABHNzaDo=",
    "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAID1AF8PoQ4lakrcKp00bfrycmCzPLsSWjMDNVfEq9GYMAAAABHNzaDo=",
    "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIPxRzY5iGKGjjaR+0AIw8FgIFu0TujMDrF3rkRVIkIAlAAAABHNzaDo=",
];

/// What the server's hook says of updates as the pusher words them.
fn hook(org: &Org, who: &str, updates: &[(&str, &str, &str)]) -> Finished {
    let lines = updates.iter().map(|(old, new, name)| format!("{old} {new} {name}\n"));
    let path = std::env::var("PATH").unwrap_or_default();
    let env = [("GIT_DIR", "."), ("OBSTAT_PUSHER", who), ("PATH", path.as_str())];
    let obstat = program().to_string_lossy();
    let line = [&*obstat, "hook", "pre-receive"];
    org.scratch.run("server.git", &line, &env, &lines.collect::<String>())
}

fn verify(org: &Org, dir: &str, target: &str, commit: &str) -> Finished {
    let trust = org.scratch.at("server.git/obstat/trust");
    let line = ["verify", "--target", target, "--trust", &trust.to_string_lossy(), commit];
    org.obstat("mira", dir, &line)
}

fn fetch(org: &Org) {
    let all = ["+refs/heads/*:refs/remotes/origin/*", "+refs/obstat/*:refs/obstat/*"];
    org.scratch.git("work", &["fetch", "-q", "--prune", "origin", all[0], all[1]]);
}

fn signed(org: &Org, who: &str, range: &str) {
    org.sign(who, range, &[]).ok();
    org.push_statements(who).ok();
}

fn on(org: &Org, branch: &str, from: &str) {
    org.scratch.git("work", &["checkout", "-q", "-b", branch, from]);
}

fn landed(org: &Org, name: &str) -> String {
    org.scratch.git("server.git", &["rev-parse", name])
}

#[test]
fn a_push_cannot_say_what_refs_were() {
    let org = org();
    let base = landed(&org, "main");
    on(&org, "lax", "main");
    let lax = "version: 1\ntargets: { x: { refs: [refs/heads/x], mode: shadow } }\n\
               rules: [ { name: r, record_only: true } ]\n";
    org.scratch.write("work/.obstat/policy.yaml", lax);
    let lax = org.commit("tove", "lax");
    on(&org, "evil", "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    let evil = org.commit("tove", "evil");
    org.push("tove", &["lax", "evil"]).ok();
    // A policy that protects nothing is claimed to be what main had.
    let release = "refs/heads/release/1";
    let main = "refs/heads/main";
    for updates in [
        &[(&*lax, &*evil, main), (NONE, &*evil, release)][..],
        &[(&*lax, &*evil, main)],
        &[(NONE, &*evil, main)],
        &[(&*base, &*base, main), (&*base, &*evil, main)],
    ] {
        let told = hook(&org, "tove", updates);
        assert_eq!(told.code, 3, "{updates:?}: {}", told.all());
        assert!(told.all().contains("Refused"), "{}", told.all());
    }
}

#[test]
fn a_ref_that_stands_for_a_protected_one_takes_nothing() {
    let org = org();
    org.scratch.git("server.git", &["symbolic-ref", "refs/heads/trunk", "refs/heads/main"]);
    let base = landed(&org, "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("tove", "evil");
    let refused = org.push("tove", &["main:trunk"]);
    assert_ne!(refused.code, 0, "{}", refused.err);
    assert!(refused.err.contains("only stands for refs/heads/main"), "{}", refused.err);
    assert_ne!(org.push("tove", &[":trunk"]).code, 0, "the other name took main with it");
    assert_eq!(landed(&org, "main"), base);
}

#[test]
fn slices_in_one_push_add_up() {
    let slices = "  - name: slices\n    when: { rolling: { lines_at_least: 100, days: 7 } }\n    \
                  require: [{ approvals: 1, level: senior }]\nexempt:";
    let policy = POLICY.replace("exempt:", slices).replace("_below: senior", "_below: junior");
    let org = Org::gated(program(), &policy);
    for slice in 0..3 {
        org.scratch.write(&format!("work/src/a{slice}.rs"), "line\n".repeat(60));
        org.commit("jonas", "a slice");
    }
    let refused = org.push("jonas", &["main"]);
    assert!(refused.err.contains("slices"), "three slices of 60 lines passed: {}", refused.err);
    // One slice alone is below the limit, and stays clear when it is verified later.
    org.push("jonas", &["main~2:main"]).ok();
    assert_ne!(org.push("jonas", &["main"]).code, 0, "the rest passed after the first");
    fetch(&org);
    assert_eq!(verify(&org, "work", "production", "main~2").code, 0);
}

#[test]
fn a_branch_deleted_in_the_same_push_still_tells_who_made_it() {
    let org = org();
    on(&org, "by-yusuf", "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("yusuf", "work");
    org.push("yusuf", &["by-yusuf"]).ok();
    on(&org, "squash", "main");
    org.scratch.git("work", &["checkout", "-q", "by-yusuf", "--", "pay"]);
    // More files than anybody would look for one by one.
    for n in 0..80 {
        org.scratch.write(&format!("work/a/{n:02}"), format!("{n}\n"));
    }
    org.commit("jonas", ASSISTED);
    signed(&org, "yusuf", "main..squash");
    for refs in [&["squash:main"][..], &[":by-yusuf", "squash:main"]] {
        let refused = org.push("jonas", refs);
        assert_ne!(refused.code, 0, "{refs:?}: the author approved");
        assert!(refused.err.contains("contributor to an earlier form"), "{}", refused.err);
    }
    org.push("yusuf", &[":by-yusuf"]).ok();
    assert_ne!(org.push("jonas", &["squash:main"]).code, 0, "deleting made it forgotten");
}

#[test]
fn kept_heads_do_not_get_into_each_others_way() {
    let org = org();
    on(&org, "mine", "main");
    let first = org.commit("tove", "one");
    let second = org.commit("tove", "two");
    // A branch named like the place where the head of another one is kept.
    let below = format!("refs/heads/a/{first}");
    org.push("tove", &[&format!("{first}:refs/heads/a")]).ok();
    org.push("tove", &[":refs/heads/a"]).ok();
    org.push("tove", &[&format!("{second}:{below}")]).ok();
    org.push("tove", &[&format!(":{below}")]).ok();
    let kept = org.scratch.git("server.git", &["for-each-ref", "refs/obstat/superseded"]);
    assert!(kept.contains(&first) && kept.contains(&second), "{kept}");
}

/// A file that a branch `feature` changes at one end, by `author` and signed here by `signer`, and main at
/// the other.
fn two_edits(org: &Org, author: &str, signer: &str) {
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

/// Commits a roster without Yusuf on the branch at hand, and Mira's signature.
fn yusuf_leaves(org: &Org) {
    let text = org.roster();
    let (start, rest) = text.split_once("  yusuf:\n").unwrap_or_default();
    let end = rest.split_once("  jonas:\n").map(|(_, end)| end).unwrap_or_default();
    let without = format!("{start}  yusuf: {{ left: 2020-01-02 }}\n  jonas:\n{end}");
    org.scratch.write("work/.obstat/roster.yaml", without);
    org.commit("jonas", "yusuf leaves");
    org.sign("mira", "main", &[]).ok();
}

#[test]
fn somebody_removed_on_main_does_not_count_on_a_release_branch() {
    let org = org();
    let base = landed(&org, "main");
    yusuf_leaves(&org);
    signed(&org, "priya", "main");
    org.push("jonas", &["main"]).ok();
    fetch(&org);
    org.push("jonas", &[&format!("{base}:refs/heads/release/9")]).ok();
    fetch(&org);
    on(&org, "fix", &base);
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("jonas", ASSISTED);
    let (key, range) = (org.scratch.at("keys/yusuf"), "origin/release/9..fix");
    let digest = org.obstat("jonas", "work", &["check", "--target", "refs/heads/release/9", range]);
    assert!(!digest.out.contains("yusuf"), "asked for somebody who left: {}", digest.out);
    let key = key.to_string_lossy();
    let line = ["sign", "--key", &key, "--reason", "r", "--target", "refs/heads/release/9", range];
    let signed = org.obstat_typing("yusuf", "work", &line, "0000\n");
    assert_ne!(signed.code, 0, "{}", signed.all());
    let refused = org.push("jonas", &["fix:refs/heads/release/9"]);
    assert_ne!(refused.code, 0);
    assert!(!refused.err.contains("yusuf"), "{}", refused.err);
}

#[test]
fn a_branch_cannot_make_itself_a_target() {
    let org = org();
    on(&org, "x", "main");
    let own = "version: 1\ntargets: { x: { refs: [refs/heads/x], mode: shadow } }\n\
               rules: [ { name: r, record_only: true } ]\n";
    org.scratch.write("work/.obstat/policy.yaml", own);
    org.commit("tove", "mine");
    org.push("tove", &["x"]).ok();
    org.scratch.write("work/pay/charge.rs", EVIL);
    let tip = org.commit("tove", "evil");
    org.push("tove", &["x"]).ok();
    fetch(&org);
    let answer = verify(&org, "work", "refs/heads/x", &tip);
    assert_eq!(answer.code, 3, "{}", answer.all());
    let landings =
        org.scratch.git("server.git", &["ls-tree", "-r", "--name-only", "refs/obstat/landings"]);
    let filed = tip.get(2..).unwrap_or_default();
    assert!(!landings.contains(filed), "{landings}");
}

#[test]
fn what_only_passed_with_a_warning_is_not_verified_nor_branched_off() {
    let warn = "production: { refs: [refs/heads/main], mode: warn }";
    let policy = POLICY.replace("production: { refs: [refs/heads/main], mode: enforce }", warn);
    let org = Org::gated(program(), &policy);
    org.scratch.write("work/pay/charge.rs", EVIL);
    let tip = org.commit("tove", "evil");
    org.push("tove", &["main"]).ok();
    fetch(&org);
    let answer = verify(&org, "work", "production", &tip);
    assert_eq!(answer.code, 3, "{}", answer.all());
    assert!(answer.out.contains("warn mode"), "{}", answer.out);
    let branched = org.push("tove", &["main:refs/heads/release/1"]);
    assert_ne!(branched.code, 0, "an enforced branch began at what was never cleared");
    // What is clear on top of it is, and says what lies below.
    org.scratch.write("work/docs/a.md", "text\n");
    let above = org.commit("tove", "docs");
    org.push("tove", &["main"]).ok();
    fetch(&org);
    let answer = verify(&org, "work", "production", &above);
    assert_eq!(answer.code, 0, "{}", answer.all());
    assert!(answer.out.contains("1 landing below it passed without"), "{}", answer.out);
}

#[test]
fn a_release_branch_at_a_cleared_tip_is_cleared() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    let tip = org.commit("jonas", ASSISTED);
    signed(&org, "priya", "main");
    org.push("jonas", &["main"]).ok();
    org.push("jonas", &["main:refs/heads/release/1", "main:refs/tags/v1"]).ok();
    fetch(&org);
    for target in ["refs/heads/release/1", "refs/tags/v1"] {
        let answer = verify(&org, "work", target, &tip);
        assert_eq!(answer.code, 0, "{target}: {}", answer.all());
        assert!(answer.out.contains("signed by priya"), "{}", answer.out);
    }
    org.scratch.write("work/docs/a.md", "text\n");
    let next = org.commit("jonas", "docs");
    org.push("jonas", &["main:refs/heads/release/1"]).ok();
    fetch(&org);
    let answer = verify(&org, "work", "refs/heads/release/1", &next);
    assert_eq!(answer.code, 0, "{}", answer.all());
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
    let merge = ["merge", "-q", "--no-ff", "-m", "Merge", "feature"];
    org.scratch.git_as("jonas", "work", &merge).ok();
    assert_ne!(org.push("jonas", &["main"]).code, 0, "more than 64 were looked at");
    org.sign("priya", "main^1..feature", &[]).ok();
    org.push_statements("priya").ok();
    org.push("jonas", &["main"]).ok();
}

#[test]
fn the_host_of_a_pusher_is_remembered() {
    let org = Org::ungated(program(), POLICY);
    let roster = org.roster().replace("host: git", "host: forge.example.com");
    org.scratch.write("work/.obstat/roster.yaml", roster);
    org.commit("mira", "accounts");
    org.push("mira", &["main"]).ok();
    org.obstat("mira", ".", &["bootstrap", "--bare", "server.git"]).ok();
    let install =
        ["hook", "install", "--bare", "server.git", "--pusher-from", "OBSTAT_PUSHER", "--host"];
    let install: Vec<&str> = install.into_iter().chain(["forge.example.com"]).collect();
    org.obstat("mira", ".", &install).ok();
    fetch(&org);
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    let tip = org.commit("jonas", ASSISTED);
    signed(&org, "priya", "main");
    org.push("jonas", &["main"]).ok();
    fetch(&org);
    let answer = verify(&org, "work", "production", &tip);
    assert_eq!(answer.code, 0, "{}", answer.all());
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

#[test]
fn a_policy_that_landed_unsigned_holds_up_deploys_until_the_owners_sign() {
    let policy = POLICY.replacen("mode: enforce", "mode: shadow", 1);
    let org = Org::gated(program(), &policy);
    let before = landed(&org, "main");
    let next = policy.replace("expires: 14d", "expires: 7d");
    org.scratch.write("work/.obstat/policy.yaml", next);
    let changed = org.commit("tove", "shorter");
    let pushed = org.push("tove", &["main"]);
    assert_eq!(pushed.code, 0, "{}", pushed.err);
    assert!(pushed.err.contains("Nothing after it verifies"), "{}", pushed.err);
    org.scratch.write("work/docs/a.md", "text\n");
    let tip = org.commit("tove", "docs");
    org.push("tove", &["main"]).ok();
    fetch(&org);
    assert_eq!(verify(&org, "work", "production", &tip).code, 5);
    let range = format!("{before}..{changed}");
    org.sign("mira", &range, &[]).ok();
    org.push_statements("mira").ok();
    fetch(&org);
    assert_eq!(verify(&org, "work", "production", &tip).code, 5, "one of two owners was enough");
    signed(&org, "priya", &range);
    fetch(&org);
    let answer = verify(&org, "work", "production", &tip);
    assert_eq!(answer.code, 0, "{}", answer.all());
    // Nor does a word of somebody else, filed when their signatures have long run out, undo it.
    org.scratch.clock("+30d");
    let key = org.scratch.at("keys/yusuf").to_string_lossy().into_owned();
    let line = ["reject", "--key", &key, "--reason", "late", &range];
    org.obstat_typing("yusuf", "work", &line, &org.typed(&range)).ok();
    org.push_statements("yusuf").ok();
    fetch(&org);
    let answer = verify(&org, "work", "production", &tip);
    assert_eq!(answer.code, 0, "{}", answer.all());
}

#[test]
fn whoever_begins_to_enforce_hears_what_landed_unsigned() {
    let policy = POLICY.replacen("mode: enforce", "mode: warn", 1);
    let org = Org::gated(program(), &policy);
    let before = landed(&org, "main");
    let next = policy.replace("expires: 14d", "expires: 7d");
    org.scratch.write("work/.obstat/policy.yaml", &next);
    let changed = org.commit("tove", "shorter");
    org.push("tove", &["main"]).ok();
    fetch(&org);
    let told = |message: &str, text: &str| {
        org.scratch.write("work/.obstat/policy.yaml", text);
        org.commit("jonas", message);
        for who in ["mira", "priya"] {
            signed(&org, who, "main");
        }
        let pushed = org.push("jonas", &["main"]);
        assert_eq!(pushed.code, 0, "{}", pushed.err);
        fetch(&org);
        pushed.err
    };
    let short = |id: &str| id.chars().take(7).collect::<String>();
    let command = format!("obstat sign --push origin {}..{}", short(&before), short(&changed));
    let still = told("a comment", &format!("{next}# more\n"));
    assert!(!still.contains("is enforced from now on"), "{still}");
    let enforced = told("enforce", &next.replacen("mode: warn", "mode: enforce", 1));
    assert!(enforced.contains("production is enforced from now on"), "{enforced}");
    assert!(enforced.contains(&command), "{enforced}");
    let tip = landed(&org, "main");
    assert_eq!(verify(&org, "work", "production", &tip).code, 5);
    for who in ["mira", "priya"] {
        signed(&org, who, &format!("{before}..{changed}"));
    }
    fetch(&org);
    assert_eq!(verify(&org, "work", "production", &tip).code, 0);
}

/// Signs a range for another target than main.
fn sign_for(org: &Org, who: &str, range: &str, target: &str) {
    let check = ["check", "--format", "json", "--target", target, range];
    let found = org.obstat("mira", "work", &check).out;
    let digest = found.split("\"digest\":\"").nth(1).unwrap_or_default();
    let typed: String = digest.chars().take(4).chain(['\n']).collect();
    let key = org.scratch.at(&format!("keys/{who}")).to_string_lossy().into_owned();
    let line = ["sign", "--key", &key, "--reason", "read it", "--target", target, range];
    org.obstat_typing(who, "work", &line, &typed).ok();
}

/// Lands a new policy on main, signed by both owners.
fn policy_lands(org: &Org, policy: &str) {
    org.scratch.git("work", &["checkout", "-q", "main"]);
    org.scratch.write("work/.obstat/policy.yaml", policy);
    org.commit("jonas", "policy");
    org.sign("mira", "main", &[]).ok();
    signed(org, "priya", "main");
    org.push("jonas", &["main"]).ok();
    fetch(org);
}

#[test]
fn a_new_branch_off_an_old_commit_does_not_bring_the_old_policy_back() {
    let pay = "  - name: pay\n    when: { paths: ['pay/**'] }\n    require:\n      - { approvals: 1, level: senior }\n";
    let lax =
        POLICY.replace(pay, "").replace("author_level_below: senior", "author_level_below: junior");
    let lax_mode = POLICY.replace("'refs/tags/v*'], mode: enforce", "'refs/tags/v*'], mode: warn");
    for old in [lax, lax_mode] {
        assert_ne!(old, POLICY);
        let org = Org::gated(program(), &old);
        let base = landed(&org, "main");
        policy_lands(&org, POLICY);
        on(&org, "evil", &base);
        org.scratch.write("work/pay/charge.rs", EVIL);
        let evil = org.commit("jonas", "evil");
        let release = "refs/heads/release/8";
        let at_once = org.push("jonas", &[&format!("evil:{release}")]);
        assert_ne!(at_once.code, 0, "the old policy let it pass");
        let _ = org.push("jonas", &[&format!("{base}:{release}")]);
        let then = org.push("jonas", &[&format!("evil:{release}")]);
        assert_ne!(then.code, 0, "the old policy let it pass in two steps");
        fetch(&org);
        assert_ne!(verify(&org, "work", release, &evil).code, 0);
        // Signed for, it lands and verifies.
        let line = ["fetch", "-q", "origin", "+refs/heads/*:refs/remotes/origin/*"];
        org.scratch.git("work", &line);
        sign_for(&org, "priya", "origin/release/8..evil", release);
        org.push_statements("priya").ok();
        org.push("jonas", &[&format!("evil:{release}")]).ok();
        fetch(&org);
        let answer = verify(&org, "work", release, &evil);
        assert_eq!(answer.code, 0, "{}", answer.all());
    }
}

#[test]
fn somebody_removed_on_main_does_not_count_two_branches_away() {
    let hot = "  hot: { refs: ['refs/heads/hot/*'], mode: enforce, from: refs/heads/release/1 }\ndefaults";
    let policy = POLICY.replacen("defaults", hot, 1);
    let org = Org::gated(program(), &policy);
    let base = landed(&org, "main");
    org.push("jonas", &[&format!("{base}:refs/heads/release/1")]).ok();
    org.push("jonas", &[&format!("{base}:refs/heads/hot/1")]).ok();
    fetch(&org);
    on(&org, "fix", &base);
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("jonas", ASSISTED);
    sign_for(&org, "yusuf", "origin/hot/1..fix", "refs/heads/hot/1");
    org.scratch.git("work", &["checkout", "-q", "main"]);
    yusuf_leaves(&org);
    org.sign("priya", "main", &[]).ok();
    let _ = org.push_statements("priya");
    org.push("jonas", &["main"]).ok();
    let refused = org.push("jonas", &["fix:refs/heads/hot/1"]);
    assert_ne!(refused.code, 0, "somebody who left counted two branches away");
}

#[test]
fn a_broken_policy_on_main_opens_no_other_door() {
    let org = org();
    org.scratch.write("work/.obstat/policy.yaml", "broken: [");
    let broken = org.commit("tove", "break");
    // The gate takes none, so it comes around the gate.
    org.scratch.run("server.git", &["git", "fetch", "-q", "../work", &broken], &[], "").ok();
    org.scratch.git("server.git", &["update-ref", "refs/heads/main", &broken]);
    on(&org, "evil", "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("tove", "evil");
    for name in ["refs/heads/release/9", "refs/tags/v9"] {
        let pushed = org.push("tove", &[&format!("evil:{name}")]);
        assert_ne!(pushed.code, 0, "{name} was free while the policy was broken");
    }
}

/// Where there is nothing to judge by, nothing can be shadowed either.
#[test]
fn no_mode_takes_a_policy_that_is_broken() {
    for mode in ["shadow", "warn"] {
        let policy = POLICY.replacen("mode: enforce", &format!("mode: {mode}"), 1);
        let org = Org::gated(program(), &policy);
        let broken = [
            ("policy.yaml", "broken: [".to_owned()),
            ("roster.yaml", org.roster().replace("quorum: 2", "quorum: 9")),
        ];
        for (file, text) in broken {
            org.scratch.git("work", &["reset", "-q", "--hard", "origin/main"]);
            org.scratch.write(&format!("work/.obstat/{file}"), text);
            org.commit("tove", "break");
            let pushed = org.push("tove", &["main"]);
            assert_ne!(pushed.code, 0, "{mode}: {file}");
            assert!(
                pushed.err.contains("after this change nothing could be decided: .obstat/"),
                "{}",
                pushed.err
            );
        }
        org.scratch.git("work", &["reset", "-q", "--hard", "origin/main"]);
        org.scratch.git("work", &["rm", "-q", "-r", ".obstat"]);
        org.commit("tove", "remove");
        let pushed = org.push("tove", &["main"]);
        assert_ne!(pushed.code, 0, "{mode}: removed");
        org.scratch.git("work", &["reset", "-q", "--hard", "origin/main"]);
        org.scratch.write("work/.obstat/policy.yaml", format!("{policy}# more\n"));
        org.commit("tove", "a comment");
        org.push("tove", &["main"]).ok();
    }
}

#[test]
fn what_lands_together_is_judged_by_what_was_there_before() {
    let org = org();
    let base = landed(&org, "main");
    let release = "refs/heads/release/1";
    org.push("jonas", &[&format!("{base}:{release}")]).ok();
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/heads/*:refs/remotes/origin/*"]);
    on(&org, "fix", &base);
    org.scratch.write("work/pay/charge.rs", EVIL);
    let fixed = org.commit("jonas", ASSISTED);
    sign_for(&org, "yusuf", "origin/release/1..fix", release);
    org.scratch.git("work", &["checkout", "-q", "main"]);
    yusuf_leaves(&org);
    org.sign("priya", "main", &[]).ok();
    org.push_statements("priya").ok();
    org.push("jonas", &["main", &format!("fix:{release}")]).ok();
    fetch(&org);
    for (target, commit) in [(release, fixed), ("production", landed(&org, "main"))] {
        let answer = verify(&org, "work", target, &commit);
        assert_eq!(answer.code, 0, "{target}: {}", answer.all());
    }
}

#[test]
fn a_ref_that_went_back_and_forth_verifies_by_the_order_of_its_landings() {
    let policy = POLICY.replacen("mode: enforce", "mode: warn", 1);
    let org = Org::gated(program(), &policy);
    let base = landed(&org, "main");
    org.scratch.write("work/docs/a.md", "text\n");
    let docs = org.commit("tove", "docs");
    // All in one second, perhaps.
    org.push("tove", &["main"]).ok();
    org.push("tove", &[&format!("+{base}:main")]).ok();
    org.push("tove", &["main"]).ok();
    org.scratch.write("work/docs/b.md", "text\n");
    let tip = org.commit("tove", "more docs");
    org.push("tove", &["main"]).ok();
    fetch(&org);
    for commit in [&tip, &docs] {
        let answer = verify(&org, "work", "production", commit);
        assert_eq!(answer.code, 0, "{}", answer.all());
        assert!(answer.out.contains("1 landing below it passed without"), "{}", answer.out);
    }
    // Where it went back, nothing was signed for.
    let answer = verify(&org, "work", "production", &base);
    assert_eq!(answer.code, 3, "{}", answer.all());
}

#[test]
fn with_the_last_net_nothing_moves_a_protected_ref_but_a_push() {
    let org = Org::ungated(program(), POLICY);
    org.obstat("mira", ".", &["bootstrap", "--bare", "server.git"]).ok();
    // The pusher comes under another name, as gitolite gives it.
    let install = ["hook", "install", "--bare", "server.git", "--pusher-from", "GL_USER"];
    let install: Vec<&str> = install.into_iter().chain(["--last-net"]).collect();
    org.obstat("mira", ".", &install).ok();
    fetch(&org);
    let base = landed(&org, "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    let evil = org.commit("jonas", "evil");
    let path = std::env::var("PATH").unwrap_or_default();
    let push = |who: &str, what: &str| {
        let env = [("GL_USER", who), ("PATH", path.as_str())];
        org.scratch.run("work", &["git", "push", "-q", "origin", what], &env, "")
    };
    push("jonas", "main:free").ok();
    let moved = ["git", "update-ref", "refs/heads/main", &evil];
    let around = org.scratch.run("server.git", &moved, &[("PATH", &path)], "");
    assert_ne!(around.code, 0, "update-ref moved a protected ref");
    // Among more refs than a push may have.
    let mut lines = format!("start\nupdate refs/heads/main {evil}\n");
    for n in 0..10_001 {
        lines.push_str(&format!("create refs/x/{n} {evil}\n"));
    }
    lines.push_str("prepare\ncommit\n");
    let many = ["git", "update-ref", "--stdin"];
    let around = org.scratch.run("server.git", &many, &[("PATH", &path)], &lines);
    assert_ne!(around.code, 0, "a large transaction moved a protected ref");
    assert_eq!(landed(&org, "main"), base);
    org.sign("priya", "main", &[]).ok();
    push("priya", "refs/obstat/approvals/*:refs/obstat/approvals/*").ok();
    push("jonas", "main").ok();
    assert_eq!(landed(&org, "main"), evil);
}
