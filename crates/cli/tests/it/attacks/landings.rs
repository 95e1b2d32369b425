//! The order of landings.

use super::{EVIL, fetch, landed, on, sign_for, verify, yusuf_leaves};
use crate::{ASSISTED, org, program};
use obstat_testkit::{Org, POLICY};

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
