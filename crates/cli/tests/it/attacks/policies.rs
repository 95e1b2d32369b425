//! Policy and roster around the gate: unsigned, broken, enforced too late.

use super::{EVIL, fetch, landed, on, said, signed, verify};
use crate::{org, program};
use obstat_testkit::{Org, POLICY};

#[test]
fn a_policy_that_landed_unsigned_holds_up_deploys_until_the_owners_sign() {
    let policy = POLICY.replace("mode: enforce", "mode: shadow");
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
    said(&org, "reject", "yusuf", &range);
    fetch(&org);
    let answer = verify(&org, "work", "production", &tip);
    assert_eq!(answer.code, 0, "{}", answer.all());
}

#[test]
fn whoever_begins_to_enforce_hears_what_landed_unsigned() {
    let policy = POLICY.replace("mode: enforce", "mode: warn");
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
        let policy = POLICY.replace("mode: enforce", &format!("mode: {mode}"));
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
                pushed.said().contains("after this change nothing could be decided: .obstat/"),
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

/// Signed by nobody, what everything is enforced by.
#[test]
fn a_policy_ref_that_only_warns_opens_no_other_door() {
    let policy = POLICY.replacen("mode: enforce", "mode: warn", 1);
    let org = Org::gated(program(), &policy);
    let base = landed(&org, "main");
    let lax = policy.replace("'refs/heads/release/*', ", "");
    assert_ne!(lax, policy);
    org.scratch.write("work/.obstat/policy.yaml", &lax);
    org.commit("tove", "fewer targets");
    assert_ne!(org.push("tove", &["main"]).code, 0, "releases were freed by one person");
    // Signed for, the same lands.
    signed(&org, "mira", "main");
    signed(&org, "priya", "main");
    signed(&org, "yusuf", "main");
    org.push("tove", &["main"]).ok();
    // What is no policy is warned of, as the mode says.
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("tove", "code");
    org.push("tove", &["main"]).ok();
    // Gone it protects nothing.
    org.scratch.git("server.git", &["branch", "trunk", &base]);
    org.scratch.git("server.git", &["symbolic-ref", "HEAD", "refs/heads/trunk"]);
    let gone = org.push("tove", &[":main"]);
    assert_ne!(gone.code, 0, "the policy was deleted");
    assert!(gone.err.contains("would delete") || gone.err.contains("stays"), "{}", gone.err);
}

#[test]
fn the_policy_protects_what_it_is_read_from() {
    let policy = POLICY.replace("mode: enforce", "mode: warn");
    let org = Org::gated(program(), &policy);
    let other = policy.replace("refs/heads/main]", "refs/heads/trunk]");
    org.scratch.write("work/.obstat/policy.yaml", &other);
    org.commit("tove", "elsewhere");
    for who in ["mira", "priya", "yusuf"] {
        signed(&org, who, "main");
    }
    let pushed = org.push("tove", &["main"]);
    assert_ne!(pushed.code, 0);
    assert!(pushed.said().contains("would not protect refs/heads/main"), "{}", pushed.err);
    let org = Org::ungated(program(), &other);
    let started = org.obstat("mira", ".", &["bootstrap", "--bare", "server.git"]);
    assert_eq!(started.code, 2, "{}", started.all());
    assert!(started.err.contains("does not protect refs/heads/main"), "{}", started.err);
}

/// What a link points to is elsewhere or nowhere, and may go.
#[test]
fn inputs_are_files() {
    let org = Org::gated(program(), &POLICY.replace("mode: enforce", "mode: warn"));
    let blob = org.scratch.git("work", &["hash-object", "-w", ".obstat/policy.yaml"]);
    org.push("tove", &[&format!("{blob}:refs/tags/blob")]).ok();
    let entries = [("160000", blob.as_str(), ".obstat/x"), ("120000", &blob, ".obstat/y")];
    for (mode, id, path) in entries {
        org.scratch.git("work", &["reset", "-q", "--hard", "origin/main"]);
        let entry = format!("{mode},{id},{path}");
        org.scratch.git("work", &["update-index", "--add", "--cacheinfo", &entry]);
        org.scratch.git_as("tove", "work", &["commit", "-q", "-m", "link"]).ok();
        let pushed = org.push("tove", &["main"]);
        assert_ne!(pushed.code, 0, "{entry}");
        assert!(pushed.err.contains("inputs are files"), "{}", pushed.err);
    }
    org.scratch.git("work", &["reset", "-q", "--hard", "origin/main"]);
    org.scratch.write("work/.obstat/note.md", "a file\n");
    org.commit("tove", "file");
    org.push("tove", &["main"]).ok();
}

/// A link or a submodule in the place of a directory stands for what a rule names below it.
#[test]
fn a_link_is_no_way_around_a_rule_for_what_is_below() {
    let rule = "  - name: schema\n    when: { paths: ['**/migrations/*.sql'] }\n    \
                require: [{ approvals: 1, level: principal }]\n  - name: pay\n";
    let org = Org::gated(program(), &POLICY.replacen("  - name: pay\n", rule, 1));
    org.scratch.write("work/lib/m/1.sql", "drop table users;\n");
    org.commit("yusuf", "lib");
    org.push("yusuf", &["main"]).ok();
    std::fs::create_dir_all(org.scratch.at("work/db")).unwrap();
    std::os::unix::fs::symlink("../lib/m", org.scratch.at("work/db/migrations")).unwrap();
    org.commit("yusuf", "a link");
    let refused = org.push("yusuf", &["main"]);
    assert!(refused.err.contains("schema"), "a link: {}", refused.err);
    org.scratch.git("work", &["reset", "-q", "--hard", "HEAD~1"]);
    let entry = format!("160000,{},db/migrations", landed(&org, "main"));
    org.scratch.git("work", &["update-index", "--add", "--cacheinfo", &entry]);
    org.scratch.git_as("yusuf", "work", &["commit", "-q", "-m", "a submodule"]).ok();
    let refused = org.push("yusuf", &["main"]);
    assert!(refused.err.contains("schema"), "a submodule: {}", refused.err);
    org.scratch.git("work", &["reset", "-q", "--hard", "HEAD~1"]);
    // The twin: a link elsewhere.
    std::os::unix::fs::symlink("lib/m", org.scratch.at("work/other")).unwrap();
    org.commit("yusuf", "another link");
    org.push("yusuf", &["main"]).ok();
    // Nor is a line feed in a name one.
    org.scratch.write("work/db\n/migrations/2.sql", "drop table users;\n");
    org.commit("yusuf", "a name");
    assert!(org.push("yusuf", &["main"]).err.contains("schema"), "a line feed");
}

/// What main's newer policy forbids a branch's older one does not allow.
#[test]
fn an_older_policy_does_not_let_history_be_rewritten() {
    let releases = "'refs/tags/v*'], mode: enforce, from: refs/heads/main }";
    let judged = POLICY.replace(releases, &releases.replace(" }", ", rewrite: judge }"));
    assert_ne!(judged, POLICY);
    let org = Org::gated(program(), &judged);
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("yusuf", "first");
    org.scratch.git("work", &["commit", "-q", "--allow-empty", "-m", "second"]);
    org.push("yusuf", &["main~1:main"]).ok();
    org.push("yusuf", &["main~1:refs/heads/release/1"]).ok();
    org.scratch.git("work", &["reset", "-q", "--hard", "HEAD~1"]);
    org.scratch.git("work", &["checkout", "-q", "-b", "fix"]);
    org.scratch.write("work/src/a.rs", "fn a() { b() }\n");
    org.commit("yusuf", "fix");
    org.push("yusuf", &["fix:refs/heads/release/1"]).ok();
    let same = ["commit-tree", "-p", "fix~1", "-m", "mine", "fix^{tree}"];
    let same = org.scratch.git_as("yusuf", "work", &same).ok();
    let back = format!("+{}:refs/heads/release/1", same.trim());
    org.scratch.git("work", &["checkout", "-q", "main"]);
    org.scratch.write("work/.obstat/policy.yaml", POLICY);
    org.commit("yusuf", "no more of that");
    for who in ["mira", "priya"] {
        signed(&org, who, "origin/main..main");
    }
    org.push("yusuf", &["main"]).ok();
    let refused = org.push("yusuf", &[&back]);
    assert_ne!(refused.code, 0, "history was rewritten by an older policy");
    assert!(refused.err.contains("history is not rewritten"), "{}", refused.err);
}

/// The delay is there for deceived owners and stolen keys; one push more must not be its price.
#[test]
fn a_delay_outlasts_the_change_that_shortens_it() {
    let org = org();
    let land = |from: &str, to: &str| {
        let path = org.scratch.at("work/.obstat/roster.yaml");
        let roster = std::fs::read_to_string(&path).unwrap();
        let next = roster.replacen(from, to, 1);
        assert_ne!(next, roster, "{from}");
        org.scratch.write("work/.obstat/roster.yaml", next);
        org.commit("yusuf", "roster");
        for who in ["mira", "priya"] {
            signed(&org, who, "origin/main..main");
        }
        org.push("yusuf", &["main"]).ok();
        fetch(&org);
    };
    land("delay: 24h", "delay: 1s");
    org.scratch.clock("+10s");
    land("level: junior", "level: senior");
    org.scratch.clock("+20s");
    on(&org, "w", "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("jonas", crate::ASSISTED);
    signed(&org, "tove", "main..w");
    let refused = org.push("jonas", &["w:main"]);
    assert_ne!(refused.code, 0, "a raise of a moment ago counted");
    // It lasts as long as it did.
    org.scratch.clock("+25h");
    signed(&org, "tove", "main..w");
    org.push("jonas", &["w:main"]).ok();
}
