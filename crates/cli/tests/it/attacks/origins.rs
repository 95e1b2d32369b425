//! Branches and what they come from: old policies, people who left, targets of their own making.

use super::{EVIL, fetch, landed, on, sign_for, signed, verify, yusuf_leaves};
use crate::{ASSISTED, org, program};
use obstat_testkit::{Org, POLICY};

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
fn a_branch_from_before_it_was_a_target_has_no_say() {
    let releases = "  releases: { refs: ['refs/heads/release/*', 'refs/tags/v*'], mode: enforce, from: refs/heads/main }\n";
    let before = POLICY.replace(releases, "");
    assert_ne!(before, POLICY);
    let org = Org::gated(program(), &before);
    let base = landed(&org, "main");
    on(&org, "planted", &base);
    let own = "version: 1\ntargets: { x: { refs: ['refs/heads/*'], mode: warn } }\n\
               rules: [ { name: r, record_only: true } ]\n";
    org.scratch.write("work/.obstat/policy.yaml", own);
    org.commit("tove", "mine");
    let release = "refs/heads/release/9";
    org.push("tove", &[&format!("planted:{release}")]).ok();
    policy_lands(&org, POLICY);
    org.scratch.git("work", &["checkout", "-q", "planted"]);
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("tove", "evil");
    let pushed = org.push("tove", &[&format!("planted:{release}")]);
    assert_ne!(pushed.code, 0, "a branch judged itself by a policy of its maker");
    // Begun anew at a cleared tip it is as any other.
    let deleted = org.push("tove", &[&format!(":{release}")]);
    assert_ne!(deleted.code, 0, "a protected branch was deleted");
    let replaced = org.push("tove", &[&format!("+main:{release}")]);
    assert_ne!(replaced.code, 0, "a protected branch was replaced");
    org.scratch.git("server.git", &["update-ref", "-d", release]);
    org.push("tove", &[&format!("main:{release}")]).ok();
    fetch(&org);
    let answer = verify(&org, "work", release, &landed(&org, release));
    assert_eq!(answer.code, 0, "{}", answer.all());
}

/// What landed in warn mode, with whatever policy its maker wrote, is bound by main's once enforced.
#[test]
fn a_branch_that_was_only_warned_of_does_not_judge_itself_later() {
    let warn = POLICY.replace("'refs/tags/v*'], mode: enforce", "'refs/tags/v*'], mode: warn");
    let org = Org::gated(program(), &warn);
    let base = landed(&org, "main");
    on(&org, "mine", &base);
    let own = "version: 1\ntargets: { x: { refs: ['refs/heads/**'], mode: warn } }\n\
               rules: [ { name: r, record_only: true } ]\n";
    org.scratch.write("work/.obstat/policy.yaml", own);
    let roster = org.roster().replace("level: junior", "level: principal");
    org.scratch.write("work/.obstat/roster.yaml", roster);
    org.commit("tove", "mine");
    let release = "refs/heads/release/9";
    org.push("tove", &[&format!("mine:{release}")]).ok();
    policy_lands(&org, POLICY);
    org.scratch.git("work", &["checkout", "-q", "mine"]);
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("tove", "evil");
    let pushed = org.push("tove", &[&format!("mine:{release}")]);
    assert_ne!(pushed.code, 0, "a branch judged itself by a policy of its maker");
}

#[test]
fn a_branch_older_than_its_protection_is_let_through_where_it_only_warns() {
    let releases = "  releases: { refs: ['refs/heads/release/*', 'refs/tags/v*'], mode: enforce, from: refs/heads/main }\n";
    let org = Org::gated(program(), &POLICY.replace(releases, ""));
    let base = landed(&org, "main");
    on(&org, "old", &base);
    org.scratch.write("work/docs/a.md", "text\n");
    org.commit("priya", "before");
    org.push("priya", &["old:refs/heads/release/1"]).ok();
    policy_lands(
        &org,
        &POLICY.replace("'refs/tags/v*'], mode: enforce", "'refs/tags/v*'], mode: warn"),
    );
    org.scratch.git("work", &["checkout", "-q", "old"]);
    org.scratch.write("work/docs/a.md", "more\n");
    org.commit("priya", "after");
    let pushed = org.push("priya", &["old:refs/heads/release/1"]);
    assert_eq!(pushed.code, 0, "{}", pushed.err);
    assert!(pushed.err.contains("cleared"), "main's policy judges it: {}", pushed.err);
    // Where it comes from nowhere, nothing can be compared.
    org.scratch.git("work", &["checkout", "-q", "--orphan", "nowhere"]);
    org.commit("priya", "from nowhere");
    let pushed = org.push("priya", &["nowhere:refs/heads/release/2"]);
    assert_eq!(pushed.code, 0, "{}", pushed.err);
    assert!(pushed.err.contains("unenforced"), "{}", pushed.err);
}

/// A branch with a policy of its own is not taken over as it stands.
#[test]
fn bootstrap_takes_over_no_branch_with_another_policy() {
    let org = Org::ungated(program(), POLICY);
    on(&org, "planted", "main");
    let own = "version: 1\ntargets: { x: { refs: ['refs/heads/**'], mode: warn } }\n\
               rules: [ { name: r, record_only: true } ]\n";
    org.scratch.write("work/.obstat/policy.yaml", own);
    org.commit("tove", "mine");
    let (release, twin) = ("refs/heads/release/1", "refs/heads/release/2");
    org.push("tove", &[&format!("planted:{release}"), &format!("main:{twin}")]).ok();
    let started = org.obstat("mira", ".", &["bootstrap", "--bare", "server.git"]).ok();
    assert!(started.contains("release/1 has another policy"), "{started}");
    assert!(started.contains("release/2 starts at"), "{started}");
    let install = ["hook", "install", "--bare", "server.git", "--pusher-from", "OBSTAT_PUSHER"];
    org.obstat("mira", ".", &install).ok();
    org.scratch.write("work/pay/charge.rs", EVIL);
    let evil = org.commit("tove", "evil");
    let pushed = org.push("tove", &[&format!("planted:{release}")]);
    assert_ne!(pushed.code, 0, "a planted policy judged its own branch");
    fetch(&org);
    assert_ne!(verify(&org, "work", release, &evil).code, 0);
    on(&org, "honest", "main");
    org.scratch.write("work/docs/a.md", "text\n");
    org.commit("tove", "docs");
    org.push("tove", &[&format!("honest:{twin}")]).ok();
}

/// The policy ref binds also before its policy ever changed.
#[test]
fn a_warned_branch_does_not_judge_what_comes_off_it() {
    let staged = POLICY.replace("from: refs/heads/main }\n", "from: refs/heads/staging }\n  staging: { refs: [refs/heads/staging], mode: warn, from: refs/heads/main }\n");
    let org = Org::gated(program(), &staged);
    let base = landed(&org, "main");
    org.push("mira", &[&format!("{base}:refs/heads/staging")]).ok();
    on(&org, "planted", &base);
    let rules = staged.find("rules:").unwrap();
    let own =
        format!("{}rules: [ {{ name: r, record_only: true }} ]\n", staged.get(..rules).unwrap());
    org.scratch.write("work/.obstat/policy.yaml", own);
    org.commit("tove", "mine");
    org.push("tove", &["planted:refs/heads/staging"]).ok();
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("tove", "evil");
    let pushed = org.push("tove", &["planted:refs/heads/staging"]);
    assert!(pushed.err.contains("unenforced"), "{}", pushed.err);
    let pushed = org.push("tove", &["planted:refs/heads/release/1"]);
    assert_ne!(pushed.code, 0, "a planted policy cleared what came off its branch");
}

/// An organisation whose branch `release/1` was there before anything of Obstat, with the commit that
/// it then had.
fn older() -> (Org, String) {
    let org = Org::ungated(program(), POLICY);
    let work = |line: &[&str]| org.scratch.git("work", line);
    work(&["checkout", "-q", "--orphan", "old"]);
    work(&["rm", "-q", "-r", "-f", "--cached", ".obstat"]);
    std::fs::remove_dir_all(org.scratch.at("work/.obstat")).unwrap();
    org.scratch.write("work/src/old.rs", "fn old() {}\n");
    let base = org.commit("mira", "as it was");
    work(&["push", "-q", "origin", "old:refs/heads/release/1"]);
    (org, base)
}

fn begin(org: &Org) -> String {
    let started = org.obstat("mira", ".", &["bootstrap", "--bare", "server.git"]).ok();
    let install = ["hook", "install", "--bare", "server.git", "--pusher-from", "OBSTAT_PUSHER"];
    org.obstat("mira", ".", &install).ok();
    fetch(org);
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/heads/*:refs/remotes/origin/*"]);
    started
}

/// A branch that is older than its protection is judged by main's policy, and stays verifiable.
#[test]
fn a_release_branch_without_a_policy_is_judged_by_that_of_main() {
    let (org, base) = older();
    let started = begin(&org);
    assert!(started.contains("release/1 starts at"), "{started}");
    let release = "refs/heads/release/1";
    org.scratch.write("work/pay/charge.rs", EVIL);
    let fix = org.commit("jonas", ASSISTED);
    let refused = org.push("jonas", &[&format!("old:{release}")]);
    assert_ne!(refused.code, 0, "nobody signed");
    assert!(refused.err.contains("senior"), "{}", refused.err);
    // The developer hears the same before pushing, without naming a range.
    org.scratch.git("work", &["branch", "-q", "-m", "old", "release/1"]);
    let told = org.obstat("jonas", "work", &["check"]);
    assert_eq!(told.code, 4, "{}", told.all());
    assert!(told.out.contains("priya"), "{}", told.all());
    // Whoever helped to make it does not count, whoever did not does.
    sign_for(&org, "priya", "HEAD", release);
    org.push_statements("priya").ok();
    org.push("jonas", &[&format!("HEAD:{release}")]).ok();
    fetch(&org);
    let answer = verify(&org, "work", release, &fix);
    assert_eq!(answer.code, 0, "{}", answer.all());
    assert!(answer.out.contains("signed by priya"), "{}", answer.out);
    assert_eq!(verify(&org, "work", release, &base).code, 0, "it was there at bootstrap");
    // Its proof travels.
    let line = ["bundle", "--target", release, "--trust", "../server.git/obstat/trust"];
    let line: Vec<&str> = line.into_iter().chain(["--output", "../proof.tar", &fix]).collect();
    org.obstat("jonas", "work", &line).ok();
    let line = ["verify", "--bundle", "proof.tar", "--target", release];
    let line: Vec<&str> = line.into_iter().chain(["--trust", "server.git/obstat/trust"]).collect();
    org.obstat("jonas", ".", &line).ok();
}

/// Nobody writes himself a policy on such a branch.
#[test]
fn a_policy_of_ones_own_on_an_older_branch_needs_the_owners() {
    let (org, _) = older();
    begin(&org);
    let lax = "version: 1\ntargets: { x: { refs: ['refs/heads/**'], mode: warn } }\n\
               rules: [ { name: r, record_only: true } ]\n";
    let release = "old:refs/heads/release/1";
    org.scratch.write("work/.obstat/roster.yaml", org.roster());
    org.scratch.write("work/.obstat/policy.yaml", lax);
    org.commit("jonas", "mine");
    let refused = org.push("jonas", &[release]);
    assert_ne!(refused.code, 0);
    assert!(refused.err.contains("owner"), "{}", refused.err);
    // The policy of main, signed by the owners, is taken.
    org.scratch.write("work/.obstat/policy.yaml", format!("{POLICY}# for releases\n"));
    org.scratch.write("work/.obstat/roster.yaml", format!("{}# the same\n", org.roster()));
    org.scratch.git("work", &["add", "-A"]);
    let line = ["commit", "-q", "--amend", "--no-edit"];
    org.scratch.git_as("jonas", "work", &line).ok();
    for owner in ["mira", "priya"] {
        sign_for(&org, owner, "old", "refs/heads/release/1");
        org.push_statements(owner).ok();
    }
    org.push("jonas", &[release]).ok();
    org.scratch.write("work/docs/a.md", "text\n");
    let tip = org.commit("jonas", "docs");
    org.push("jonas", &[release]).ok();
    fetch(&org);
    let answer = verify(&org, "work", "refs/heads/release/1", &tip);
    assert_eq!(answer.code, 0, "{}", answer.all());
}

/// Main may drop or change a signer; a branch that has no roster follows at once.
#[test]
fn somebody_removed_on_main_does_not_count_on_a_branch_without_a_roster() {
    let (org, _) = older();
    begin(&org);
    org.scratch.git("work", &["checkout", "-q", "main"]);
    yusuf_leaves(&org);
    signed(&org, "priya", "main");
    org.push("jonas", &["main"]).ok();
    fetch(&org);
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/heads/*:refs/remotes/origin/*"]);
    org.scratch.git("work", &["checkout", "-q", "old"]);
    org.scratch.write("work/pay/charge.rs", EVIL);
    let fix = org.commit("jonas", ASSISTED);
    let release = "refs/heads/release/1";
    let told = org.obstat("jonas", "work", &["check", "--target", release]);
    assert!(told.out.contains("priya") && !told.out.contains("yusuf"), "{}", told.all());
    sign_for(&org, "priya", "old", release);
    org.push_statements("priya").ok();
    org.push("jonas", &[&format!("old:{release}")]).ok();
    fetch(&org);
    let answer = verify(&org, "work", release, &fix);
    assert_eq!(answer.code, 0, "{}", answer.all());
}

/// A branch that is older than Obstat holds no policy, and its target's name means what main's says.
#[test]
fn a_branch_without_inputs_is_verified_by_the_name_of_its_target() {
    let without = POLICY.replace("'refs/heads/release/*', ", "");
    let org = Org::gated(program(), &without);
    org.scratch.git("work", &["checkout", "-q", "--orphan", "old"]);
    org.scratch.git("work", &["rm", "-rqf", "."]);
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("mira", "long ago");
    let release = "refs/heads/release/1";
    org.push("mira", &[&format!("old:{release}")]).ok();
    org.scratch.git("work", &["checkout", "-q", "main"]);
    policy_lands(&org, POLICY);
    let short =
        org.obstat("mira", ".", &["bootstrap", "--bare", "server.git", "--adopt", "release/1"]);
    assert!(short.err.contains("refs/heads/release/1"), "{}", short.err);
    org.obstat("mira", ".", &["bootstrap", "--bare", "server.git", "--adopt", release]).ok();
    org.scratch.git("work", &["checkout", "-q", "old"]);
    org.scratch.write("work/src/a.rs", "fn a() { b() }\n");
    let next = org.commit("priya", "fix");
    org.push("priya", &[&format!("old:{release}")]).ok();
    fetch(&org);
    for (name, code) in [("releases", 0), (release, 0), ("release", 2)] {
        let answer = verify(&org, "work", name, &next);
        assert_eq!(answer.code, code, "{name}: {}", answer.all());
        assert!(code == 0 || answer.err.contains("known: production, releases"), "{}", answer.err);
    }
    let trust = org.scratch.at("server.git/obstat/trust").to_string_lossy().into_owned();
    let line = ["bundle", "--target", "releases", "--trust", &trust, "--output", "../b.tar", &next];
    org.obstat("mira", "work", &line).ok();
    let line = ["verify", "--target", "releases", "--trust", &trust, "--bundle", "../b.tar"];
    org.obstat("mira", "work", &line).ok();
}

/// A branch that the policy protects only later is taken over on the server, and that is told.
#[test]
fn a_branch_that_is_protected_later_can_be_taken_over() {
    let without = POLICY.replace("'refs/heads/release/*', ", "");
    let org = Org::gated(program(), &without);
    on(&org, "support", "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    let tip = org.commit("tove", "unseen");
    let release = "refs/heads/release/1";
    org.push("tove", &[&format!("support:{release}")]).ok();
    let adopt = ["bootstrap", "--bare", "server.git", "--adopt", release];
    let early = org.obstat("mira", ".", &adopt);
    assert_eq!(early.code, 2, "{}", early.all());
    assert!(early.err.contains("does not protect"), "{}", early.err);
    policy_lands(&org, POLICY);
    assert_ne!(verify(&org, "work", release, &tip).code, 0);
    let said = org.obstat("mira", ".", &adopt).ok();
    assert!(said.contains("release/1 starts at"), "{said}");
    fetch(&org);
    let answer = verify(&org, "work", release, &tip);
    assert_eq!(answer.code, 0, "{}", answer.all());
    let listed = org.obstat("mira", "server.git", &["audit", "--unsigned", release]);
    assert!(listed.out.contains("taken over"), "{}", listed.all());
    let again = org.obstat("mira", ".", &adopt);
    assert_eq!(again.code, 2, "{}", again.all());
    assert!(again.err.contains("cleared already"), "{}", again.err);
    // From then on it is judged: by its own policy, which does not know it, by main's therefore.
    org.scratch.git("work", &["checkout", "-q", "support"]);
    org.scratch.write("work/pay/charge.rs", "fn charge() { 2 }\n");
    let next = org.commit("jonas", ASSISTED);
    assert_ne!(org.push("jonas", &[&format!("support:{release}")]).code, 0);
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/heads/*:refs/remotes/origin/*"]);
    sign_for(&org, "priya", "support", release);
    org.push_statements("priya").ok();
    org.push("jonas", &[&format!("support:{release}")]).ok();
    fetch(&org);
    let answer = verify(&org, "work", release, &next);
    assert_eq!(answer.code, 0, "{}", answer.all());
}

/// A branch that a policy begins to protect does not come with that policy, unjudged.
#[test]
fn nothing_slips_onto_a_branch_with_the_policy_that_protects_it() {
    let org = org();
    let hot = POLICY.replace(
        "defaults:",
        "  hot: { refs: [refs/heads/hot], mode: enforce, from: refs/heads/main }\ndefaults:",
    );
    org.scratch.write("work/.obstat/policy.yaml", &hot);
    org.commit("jonas", "policy");
    for owner in ["mira", "priya"] {
        org.sign(owner, "main", &[]).ok();
        org.push_statements(owner).ok();
    }
    on(&org, "hot", "main~1");
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("tove", "evil");
    let refused = org.push("tove", &["main", "hot"]);
    assert_ne!(refused.code, 0, "an unjudged branch came with its protection");
    assert!(refused.err.contains("makes refs/heads/hot a protected ref"), "{}", refused.err);
    org.push("tove", &["main"]).ok();
    assert_ne!(org.push("tove", &["hot"]).code, 0);
    org.push("tove", &["main:hot"]).ok();
}
