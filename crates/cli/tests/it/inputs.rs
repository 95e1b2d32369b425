//! Policy and roster: read at the target's tip, changed by the owners' quorum, never broken.

use super::org;

fn edit_policy(org: &obstat_testkit::Org, from: &str, to: &str) {
    let policy = obstat_testkit::POLICY.replacen(from, to, 1);
    assert_ne!(policy, obstat_testkit::POLICY);
    org.scratch.write("work/.obstat/policy.yaml", policy);
}

#[test]
fn a_change_cannot_soften_its_own_gate() {
    let org = org();
    edit_policy(&org, "mode: enforce", "mode: shadow");
    org.scratch.write("work/pay/charge.rs", "fn charge() { evil() }\n");
    org.commit("jonas", "soften");
    assert_ne!(org.push("jonas", &["main"]).code, 0);
}

#[test]
fn the_quorum_of_owners_changes_the_policy_and_one_is_not_enough() {
    let org = org();
    edit_policy(&org, "approvals: 1", "approvals: 2");
    org.commit("yusuf", "stricter");
    org.sign("mira", "main", &[]).ok();
    org.push_statements("mira").ok();
    assert_ne!(org.push("yusuf", &["main"]).code, 0, "one owner was enough");
    org.sign("priya", "main", &[]).ok();
    org.push_statements("priya").ok();
    org.push("yusuf", &["main"]).ok();
}

#[test]
fn an_owner_does_not_count_for_their_own_change() {
    let org = org();
    edit_policy(&org, "approvals: 1", "approvals: 2");
    org.commit("priya", "stricter");
    for who in ["mira", "priya"] {
        org.sign(who, "main", &[]).ok();
    }
    org.push_statements("mira").ok();
    assert_ne!(org.push("yusuf", &["main"]).code, 0, "the author counted as an owner");
}

#[test]
fn a_broken_policy_is_refused_even_when_signed() {
    let org = org();
    for (text, why) in [("version: 1\n", "demands nothing"), (":\n -", "no YAML"), ("", "empty")] {
        org.scratch.write("work/.obstat/policy.yaml", text);
        org.commit("yusuf", "break");
        for who in ["mira", "priya"] {
            org.sign(who, "main", &[]).ok();
        }
        org.push_statements("mira").ok();
        let refused = org.push("yusuf", &["main"]);
        assert_ne!(refused.code, 0, "{why}: a broken policy landed");
        org.scratch.git("work", &["reset", "-q", "--hard", "origin/main"]);
    }
}

#[test]
fn a_roster_that_locks_everybody_out_is_refused() {
    let org = org();
    let roster = org.roster().replace("quorum: 2", "quorum: 3");
    org.scratch.write("work/.obstat/roster.yaml", roster);
    org.commit("yusuf", "lock out");
    for who in ["mira", "priya"] {
        org.sign(who, "main", &[]).ok();
    }
    org.push_statements("mira").ok();
    assert_ne!(org.push("yusuf", &["main"]).code, 0, "a roster without a way back landed");
}

#[test]
fn deleting_the_policy_is_refused() {
    let org = org();
    org.scratch.git("work", &["rm", "-q", ".obstat/policy.yaml"]);
    org.commit("mira", "no more policy");
    assert_ne!(org.push("mira", &["main"]).code, 0);
}

#[test]
fn a_promotion_in_the_change_itself_does_not_count() {
    let org = org();
    let roster = org.roster().replace("level: junior", "level: principal");
    org.scratch.write("work/.obstat/roster.yaml", roster);
    org.scratch.write("work/pay/charge.rs", "fn charge() { more() }\n");
    org.commit("jonas", "promote Tove");
    org.sign("tove", "main", &[]).ok();
    org.push_statements("tove").ok();
    assert_ne!(org.push("jonas", &["main"]).code, 0);
}

#[test]
fn a_raised_level_waits_and_a_lowered_one_does_not() {
    let org = org();
    let raised = org.roster().replace("level: junior", "level: senior");
    org.scratch.write("work/.obstat/roster.yaml", raised);
    org.commit("yusuf", "promote Tove");
    for who in ["mira", "priya"] {
        org.sign(who, "main", &[]).ok();
    }
    org.push_statements("mira").ok();
    org.push("yusuf", &["main"]).ok();
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*", "main"]);
    org.scratch.git("work", &["update-ref", "refs/remotes/origin/main", "main"]);
    org.scratch.write("work/pay/charge.rs", "fn charge() { more() }\n");
    org.commit("jonas", "work");
    org.sign("tove", "main", &[]).ok();
    org.push_statements("tove").ok();
    assert_ne!(org.push("jonas", &["main"]).code, 0, "a raise of today counted today");
    org.sign("priya", "main", &[]).ok();
    org.push_statements("priya").ok();
    org.push("jonas", &["main"]).ok();
}

#[test]
fn owners_repair_a_broken_tip() {
    let org = org();
    // Somebody with access to the server's disk breaks the policy past the gate.
    org.scratch.write("work/.obstat/policy.yaml", "broken: [");
    let broken = org.commit("mira", "break");
    org.scratch.run("server.git", &["git", "fetch", "-q", "../work", &broken], &[], "").ok();
    org.scratch.git("server.git", &["update-ref", "refs/heads/main", &broken]);
    org.scratch.git("work", &["fetch", "-q", "origin"]);
    org.scratch.write("work/docs/a.md", "text\n");
    org.commit("jonas", "docs on a broken policy");
    let refused = org.push("jonas", &["main"]);
    assert_ne!(refused.code, 0, "{}", refused.err);
    assert!(refused.err.contains("policy"), "{}", refused.err);
    org.scratch.git("work", &["reset", "-q", "--hard", "origin/main"]);
    org.scratch.write("work/.obstat/policy.yaml", obstat_testkit::POLICY);
    org.commit("jonas", "repair");
    org.sign("mira", "main", &[]).ok();
    org.push_statements("mira").ok();
    assert_ne!(org.push("jonas", &["main"]).code, 0, "one owner repaired it");
    org.sign("priya", "main", &[]).ok();
    org.push_statements("priya").ok();
    // What they signed for repairs the policy; it drops no history.
    let alone = ["commit-tree", "-m", "alone", "main^{tree}"];
    let alone = org.scratch.git_as("jonas", "work", &alone).ok();
    let rewritten = org.push("jonas", &[&format!("+{}:main", alone.trim())]);
    assert_ne!(rewritten.code, 0, "a repair rewrote history");
    assert!(rewritten.err.contains("history is not rewritten"), "{}", rewritten.err);
    org.push("jonas", &["main"]).ok();
    org.scratch.write("work/docs/a.md", "text\n");
    org.commit("jonas", "docs after the repair");
    org.push("jonas", &["main"]).ok();
}

/// Who signs for what landed without, hears that it counts; before, the gate's own words name what to do.
#[test]
fn what_landed_without_its_signatures_is_signed_afterwards() {
    let policy = obstat_testkit::POLICY.replace("mode: enforce", "mode: warn");
    let org = obstat_testkit::Org::gated(super::program(), &policy);
    org.scratch.write("work/.obstat/policy.yaml", format!("{policy}\n# A word more.\n"));
    org.commit("yusuf", "a word");
    let pushed = org.push("yusuf", &["main"]);
    assert_eq!(pushed.code, 0, "{}", pushed.err);
    let line = pushed.err.lines().find(|line| line.contains("obstat sign --push origin "));
    let range = line.and_then(|line| line.split_whitespace().last()).expect(&pushed.err);
    let everything = ["+refs/obstat/*:refs/obstat/*", "+refs/heads/main:refs/remotes/origin/main"];
    let fetch = [["fetch", "-q", "origin"].as_slice(), &everything].concat();
    org.scratch.git("work", &fetch);
    let check = |who| org.obstat(who, "work", &["check", range]);
    let open = check("mira");
    assert_eq!(open.code, 4, "{}", open.all());
    for words in ["It landed on", "signs it afterwards with", range] {
        assert!(open.all().contains(words), "{words}: {}", open.all());
    }
    for (who, now) in [("mira", "Pending"), ("priya", "Clear")] {
        let signed = org.sign(who, range, &[]);
        assert_eq!(signed.code, 0, "{}", signed.all());
        let told = signed.all();
        assert!(told.contains(now) && !told.contains("does not count"), "{told}");
        org.push_statements(who).ok();
    }
    let clear = check("tove");
    assert_eq!((clear.code, clear.out.contains("since it landed")), (0, true), "{}", clear.all());
    // And the gate is of the same mind: what comes above it verifies.
    org.scratch.write("work/docs/a.md", "text\n");
    let above = org.commit("jonas", "docs");
    org.push("jonas", &["main"]).ok();
    org.scratch.git("work", &fetch);
    let line =
        ["verify", "--target", "production", "--trust", "../server.git/obstat/trust", &above];
    org.obstat("mira", "work", &line).ok();
}
