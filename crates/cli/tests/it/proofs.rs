//! `obstat policy prove`: claims about a policy that people wrote, proven or told how they break.

use super::{org, program};
use obstat_testkit::{Finished, Org, POLICY};

const CLAIM: &str = "version: 1\nclaims:\n  - { name: juniors, target: production, author_level_below: senior,\n      needs: { approvals: 1, level: senior, presence: key }, except: [docs] }\n";

fn prove(org: &Org, policy: &str, claims: &str, more: &[&str]) -> Finished {
    org.scratch.write("work/.obstat/policy.yaml", policy);
    org.scratch.write("work/.obstat/claims.yaml", claims);
    let line: Vec<&str> = ["policy", "prove"].into_iter().chain(more.iter().copied()).collect();
    org.obstat("mira", "work", &line)
}

#[test]
fn a_claim_holds_until_the_policy_is_weakened() {
    let org = org();
    let proven = prove(&org, POLICY, CLAIM, &[]);
    assert_eq!(proven.code, 0, "{}", proven.all());
    assert!(proven.out.contains("juniors: holds"), "{}", proven.out);
    for (from, to, story) in [
        ("assistance: possible", "assistance: assisted", "does not say whether an AI helped"),
        ("level_below: senior", "level_below: mid-level", "somebody of level mid-level changes"),
        ("presence: key, expires", "presence: forge, expires", "approves, presence forge"),
        (
            "mode: enforce }\n  releases",
            "mode: warn }\n  releases",
            "only warns: everything passes",
        ),
        ("paths: ['docs/**']", "paths: ['docs/**', 'pay/**']", "exemption `docs` lifts all rules"),
    ] {
        let weaker = POLICY.replacen(from, to, 1);
        assert_ne!(weaker, POLICY, "{from}");
        let claims = if story.starts_with("exemption") {
            CLAIM.replace("except: [docs]", "paths: ['pay/**']")
        } else {
            CLAIM.to_owned()
        };
        let broken = prove(&org, &weaker, &claims, &[]);
        assert_eq!(broken.code, 3, "{from}: {}", broken.all());
        let told = broken.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(story), "{story}: {told}");
    }
}

/// Lines that are spread over some places only, where the rest has rules of its own.
#[test]
fn lines_that_are_spread_over_some_places_are_found() {
    let org = org();
    let rule = |name: &str, when: &str| {
        format!(
            "  - {{ name: {name}, when: {{ {when} }}, require: [{{ approvals: 1, level: senior }}] }}\n"
        )
    };
    let lines =
        |paths: &str| format!("assistance: possible, paths: ['{paths}'], lines_at_least: 10");
    let rules = [rule("s", &lines("s*/**")), rule("l", &lines("l*/**"))].concat();
    let rest = rule("rest", "paths: ['[!sl]*/**', '*']");
    let head = POLICY.split("rules:").next().unwrap_or_default();
    let claim = "version: 1\nclaims:\n  - { name: big, target: production, assistance: possible, author_level_below: senior,\n      lines_at_least: 15, needs: { approvals: 1, level: senior, presence: key } }\n";
    let broken = prove(&org, &format!("{head}rules:\n{rules}{rest}"), claim, &[]);
    assert_eq!(broken.code, 3, "{}", broken.all());
    assert!(broken.out.contains("does not hold"), "{}", broken.out);
    // The twin: where all lines are counted together, wherever they are.
    let all = rule("all", "assistance: possible, lines_at_least: 10");
    let holds = prove(&org, &format!("{head}rules:\n{rules}{all}"), claim, &[]);
    assert_eq!(holds.code, 0, "{}", holds.all());
}

#[test]
fn the_usual_claim_needs_no_file() {
    let org = org();
    std::fs::remove_file(org.scratch.at("work/.obstat/claims.yaml")).unwrap_or_default();
    let none = org.obstat("mira", "work", &["policy", "prove"]);
    assert_eq!(none.code, 2, "{}", none.all());
    assert!(none.err.contains("--level senior"), "{}", none.err);
    let usual = ["policy", "prove", "--level", "senior"];
    let proven = org.obstat("mira", "work", &usual);
    assert_eq!(proven.code, 0, "{}", proven.all());
    assert_eq!(proven.out.matches("holds").count(), 2, "{}", proven.out);
    let two = org.obstat("mira", "work", &[&usual[..], &["--approvals", "2"]].concat());
    assert_eq!(two.code, 3, "{}", two.all());
    for wrong in [&["--level", "boss"][..], &["--level", "senior", "--target", "x"]] {
        let refused = org.obstat("mira", "work", &[&["policy", "prove"], wrong].concat());
        assert_eq!(refused.code, 2, "{}", refused.all());
        assert!(refused.err.contains("known:"), "{}", refused.err);
    }
}

#[test]
fn claims_that_do_not_hold_together_are_pointed_at() {
    let org = Org::ungated(program(), POLICY);
    for (from, to, what) in [
        ("level: senior,", "level: boss,", "unknown level `boss`"),
        ("[docs]", "[dogs]", "unknown exemption `dogs`"),
        ("target: production", "target: x", "unknown target `x`"),
        ("approvals: 1", "approvals: 0", "approvals"),
    ] {
        let wrong = CLAIM.replace(from, to);
        let refused = prove(&org, POLICY, &wrong, &[]);
        assert_eq!(refused.code, 2, "{}", refused.all());
        assert!(refused.err.contains("claims.yaml:"), "{}", refused.err);
        assert!(refused.err.contains(what), "{what}: {}", refused.err);
    }
}
