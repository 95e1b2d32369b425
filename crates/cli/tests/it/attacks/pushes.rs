//! What a push says of itself: old values, refs that stand for others, slices, who brings it.

use super::{EVIL, fetch, forged, landed, on, signed, verify};
use crate::{ASSISTED, org, program};
use obstat_testkit::{Finished, Org, POLICY};

const NONE: &str = "0000000000000000000000000000000000000000";

/// What the server's hook says of updates as the pusher words them.
fn hook(org: &Org, who: &str, updates: &[(&str, &str, &str)]) -> Finished {
    let lines = updates.iter().map(|(old, new, name)| format!("{old} {new} {name}\n"));
    told(org, who, &lines.collect::<String>())
}

/// What it says of what git hands it.
fn told(org: &Org, who: &str, text: &str) -> Finished {
    let path = std::env::var("PATH").unwrap_or_default();
    let env = [("GIT_DIR", "."), ("OBSTAT_PUSHER", who), ("PATH", path.as_str())];
    let obstat = program().to_string_lossy();
    let line = [&*obstat, "hook", "pre-receive"];
    org.scratch.run("server.git", &line, &env, text)
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

/// Names in commits are claims: whoever brings slices brings them under any name.
#[test]
fn slices_under_the_names_of_others_add_up() {
    let slices = "  - name: slices\n    when: { rolling: { lines_at_least: 100, days: 7 } }\n    \
                  require: [{ approvals: 1, level: principal }]\nexempt:";
    let policy = POLICY.replace("exempt:", slices).replace("_below: senior", "_below: junior");
    let org = Org::gated(program(), &policy);
    let slice = |n: usize, author: &str| {
        org.scratch.write(&format!("work/src/a{n}.rs"), "line\n".repeat(60));
        org.commit(author, "a slice");
        org.push("jonas", &["main"])
    };
    slice(0, "jonas").ok();
    let refused = slice(1, "yusuf");
    assert!(refused.err.contains("slices"), "another's name: {}", refused.err);
    // The twin: another who brings his own has his own sum.
    org.push("yusuf", &["main"]).ok();
}

/// What is no text to git, or too large to be shown, has lines all the same.
#[test]
fn lines_count_in_files_that_nobody_looks_at() {
    let big = "  - name: big\n    when: { lines_at_least: 100 }\n    \
               require: [{ approvals: 1, level: principal }]\nexempt:";
    let org = Org::gated(program(), &POLICY.replace("exempt:", big));
    let lines = "fn a() {}\n".repeat(200);
    for (what, text) in [
        ("a NUL", format!("{lines}// \0\n")),
        ("a long line", format!("{lines}// {}\n", "x".repeat(17 << 20))),
    ] {
        org.scratch.write("work/src/a.rs", text);
        org.commit("yusuf", "work");
        let refused = org.push("yusuf", &["main"]);
        assert!(refused.err.contains("big"), "{what}: {}", refused.err);
        org.scratch.git("work", &["reset", "-q", "--hard", "HEAD~1"]);
    }
    // The twin: an image has next to no lines.
    let image: Vec<u8> =
        (0u32..100_000).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    org.scratch.write("work/src/a.png", image);
    org.commit("yusuf", "an image");
    org.push("yusuf", &["main"]).ok();
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

/// What a push tells of is read to its end, however long it is, and what is cut off is no push.
#[test]
fn the_last_of_many_refs_is_judged_as_well() {
    let org = org();
    let base = landed(&org, "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    let evil = org.commit("jonas", ASSISTED);
    org.push("jonas", &["main:free"]).ok();
    let (zero, long) = ("0".repeat(40), "a".repeat(200));
    let mut text = String::new();
    for n in 0..9_000 {
        text.push_str(&format!("{zero} {base} refs/heads/t/{n:05}{long}/{long}\n"));
    }
    text.push_str(&format!("{base} {evil} refs/heads/main\n"));
    assert!(text.len() > 4 << 20);
    let refused = told(&org, "jonas", &text);
    assert_ne!(refused.code, 0, "the last ref was not looked at");
    assert!(refused.err.contains("Not yet."), "{}", refused.err);
    let refused = told(&org, "jonas", text.trim_end());
    assert_ne!(refused.code, 0);
    assert!(refused.err.contains("not all of them"), "{}", refused.err);
}

/// A landing is of a commit, and the net is told of a tag.
#[test]
fn the_last_net_lets_annotated_tags_through() {
    let org = Org::ungated(program(), POLICY);
    org.obstat("mira", ".", &["bootstrap", "--bare", "server.git"]).ok();
    let install = ["hook", "install", "--bare", "server.git", "--pusher-from", "OBSTAT_PUSHER"];
    let install: Vec<&str> = install.into_iter().chain(["--last-net"]).collect();
    org.obstat("mira", ".", &install).ok();
    org.scratch.git_as("mira", "work", &["tag", "-a", "-m", "one", "v1", "main"]).ok();
    org.push("mira", &["v1"]).ok();
    assert_eq!(landed(&org, "v1^{commit}"), landed(&org, "main"));
}

/// A tree of trees that repeat each other: millions of files in a few hundred bytes.
fn bomb(org: &Org) -> String {
    org.scratch.write("work/one", "x\n");
    let blob = org.scratch.git("work", &["hash-object", "-w", "one"]);
    let mut entry = format!("100644 blob {blob}");
    for _ in 0..5 {
        let list: String = (0..20).map(|n| format!("{entry}\tf{n:02}\n")).collect();
        let tree = org.scratch.run("work", &["git", "mktree"], &[], &list).ok();
        entry = format!("040000 tree {}", tree.trim());
    }
    let tree = entry.rsplit(' ').next().unwrap_or_default();
    let line = ["commit-tree", "-p", "main", "-m", "many", tree];
    org.scratch.git_as("tove", "work", &line).ok().trim().to_owned()
}

#[test]
fn a_tree_of_millions_of_files_stops_nobody_else() {
    let org = org();
    let bomb = bomb(&org);
    let start = std::time::Instant::now();
    let refused = org.push("tove", &[&format!("{bomb}:refs/heads/main")]);
    assert_ne!(refused.code, 0);
    assert!(refused.said().contains("200,000 files"), "{}", refused.err);
    // On a branch, with a worthless approval: whoever pushes to main merges it in vain.
    org.push("tove", &[&format!("{bomb}:refs/heads/free")]).ok();
    on(&org, "f", "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("tove", ASSISTED);
    org.sign("tove", "main..f", &[]).ok();
    let spec = forged_head(&org, &bomb);
    org.push("tove", &[&spec]).ok();
    let refused = org.push("tove", &["f:main"]);
    assert!(refused.said().contains("Not yet."), "{}", refused.err);
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
}

/// Tove's approval as if of another head.
fn forged_head(org: &Org, head: &str) -> String {
    let line = ["for-each-ref", "--format=%(refname)", "refs/obstat/approvals"];
    let name = org.scratch.git("work", &line);
    let was = org.scratch.git("work", &["rev-parse", "f"]);
    let edits = [(was.as_str(), head)];
    forged(org, name.lines().next().unwrap_or_default(), &edits, "tove")
}
