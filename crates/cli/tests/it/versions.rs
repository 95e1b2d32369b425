//! `obstat policy diff`: what a changed policy lets pass, before anybody signs for it.

use super::org;
use obstat_testkit::{Finished, Org, POLICY};

/// Compares what is committed with another policy in the work tree.
fn diff(org: &Org, from: &str, to: &str, more: &[&str]) -> Finished {
    let other = POLICY.replacen(from, to, 1);
    assert!(from.is_empty() || other != POLICY, "{from}");
    org.scratch.write("work/.obstat/policy.yaml", other);
    org.obstat("mira", "work", &[&["policy", "diff", "HEAD"], more].concat())
}

fn told(ran: Finished) -> String {
    ran.ok().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_weaker_is_told_by_its_smallest_change() {
    let org = org();
    for (from, to, sentences) in [
        (
            "author_level_below: senior",
            "author_level_below: mid-level",
            &[
                "somebody of level mid-level changes `a`",
                "nobody signs",
                "asked before: rule `assisted`: 0 of 1",
            ][..],
        ),
        ("lines_at_most: 50", "lines_at_most: 60", &["`docs/a`, 51 lines", "nobody signs"]),
        ("files_at_most: 5", "files_at_most: 6", &["6 files like `docs/a`"]),
        ("paths: ['docs/**']", "paths: ['docs/**', 'pay/**']", &["`pay/a`", "rule `pay`: 0 of 1"]),
        ("assistance: possible", "assistance: assisted", &["does not say whether an AI helped"]),
        ("presence: key", "presence: forge", &["signs, presence forge"]),
        ("mode: enforce", "mode: shadow", &["target production: enforced, now shadow"]),
        ("holders: [mira]", "holders: [mira, tove]", &["tove may override as well"]),
        ("at_most: 12h", "at_most: 24h", &["overrides count for 1d at most, was 12h"]),
        (
            "refs: [refs/heads/main]",
            "refs: [refs/heads/trunk]",
            &["no longer names refs/heads/main"],
        ),
    ] {
        let text = told(diff(&org, from, to, &[]));
        for sentence in sentences {
            assert!(text.contains(sentence), "{to}: {sentence}: {text}");
        }
        assert_eq!(diff(&org, from, to, &["--no-weaker"]).code, 3, "{to}");
    }
}

/// Whoever gets a key, an account or an address can be somebody else from then on.
#[test]
fn what_a_roster_gives_to_whom_is_told() {
    let org = org();
    let roster = org.roster();
    org.key("other");
    let (mira, other) = (org.public_key("mira"), org.public_key("other"));
    for (from, to, sentence) in [
        (mira.as_str(), other.as_str(), "mira has the key SHA256:"),
        (
            "emails: [jonas@example.com]",
            "emails: [jonas@example.com, x@example.com]",
            "jonas has the address x@example.com",
        ),
        ("login: yusuf", "login: tove-2", "yusuf has the account tove-2 of git"),
        ("  jonas:\n", "  jonas:\n    teams: [plat]\n", "jonas has a place in team plat"),
    ] {
        let next = roster.replacen(from, to, 1);
        assert_ne!(next, roster, "{from}");
        org.scratch.write("work/.obstat/roster.yaml", next);
        let ran = org.obstat("mira", "work", &["policy", "diff", "HEAD"]);
        let text = told(ran);
        assert!(text.contains(sentence) && !text.contains("no change of content"), "{text}");
        let ran = org.obstat("mira", "work", &["policy", "diff", "--no-weaker", "HEAD"]);
        assert_eq!(ran.code, 3, "{}", ran.all());
    }
    org.scratch.write("work/.obstat/roster.yaml", roster);
    let wide = diff(&org, "files_at_most: 5", "files_at_most: 1000", &["--no-weaker"]);
    assert_eq!(wide.code, 3, "{}", wide.all());
    assert!(wide.all().contains("takes up to 1000 files, was 5"), "{}", wide.all());
}

#[test]
fn what_is_stricter_is_told_apart_and_what_is_the_same_is_nothing() {
    let org = org();
    let stricter =
        diff(&org, "approvals: 1, level: senior", "approvals: 2, level: senior", &["--no-weaker"]);
    assert_eq!(stricter.code, 0, "{}", stricter.all());
    let text = told(stricter);
    assert!(text.contains("passed before, and does not now"), "{text}");
    assert!(text.contains("asks now: rule `assisted`: 1 of 2"), "{text}");
    assert!(!text.contains("passes now"), "{text}");
    let same = told(diff(&org, "reason: text only", "reason: only text", &["--no-weaker"]));
    assert!(same.contains("no change of content needs fewer"), "{same}");
    // Also from one revision to another, and between directories.
    let head = org.obstat("mira", "work", &["policy", "diff", "HEAD", "HEAD"]);
    assert!(told(head).contains("no change of content"));
    let here = org.obstat("mira", ".", &["policy", "diff", "work", "work"]);
    assert!(told(here).contains("no change of content"));
    let none = org.obstat("mira", "work", &["policy", "diff", "nowhere"]);
    assert_eq!(none.code, 2, "{}", none.all());
}

#[test]
fn machines_read_the_same() {
    let org = org();
    let ran = diff(&org, "lines_at_most: 50", "lines_at_most: 60", &["--format", "json"]).ok();
    let found: serde_json::Value = serde_json::from_str(&ran).unwrap();
    assert_eq!(found["stricter"].as_array().unwrap().len(), 0, "{found}");
    let story = &found["weaker"][0];
    assert_eq!((&story["lines"], &story["files"]), (&51.into(), &1.into()), "{found}");
    assert_eq!(story["missing"][0].as_str().map(|t| t.contains("rule `")), Some(true), "{found}");
}

/// A roster too: somebody who counts now, and did not.
#[test]
fn a_raised_level_is_a_difference() {
    let org = org();
    let roster =
        org.roster().replace("level: mid-level, since: 2020", "level: senior, since: 2020");
    org.scratch.write("work/.obstat/roster.yaml", roster);
    let text = told(org.obstat("mira", "work", &["policy", "diff", "HEAD"]));
    assert!(text.contains("jonas signs"), "{text}");
}

/// Whoever signs for a new policy reads it first.
#[test]
fn whoever_signs_for_a_policy_reads_what_it_lets_pass() {
    let org = org();
    let weaker = POLICY.replacen("author_level_below: senior", "author_level_below: mid-level", 1);
    org.scratch.write("work/.obstat/policy.yaml", weaker);
    org.commit("tove", "less to do");
    let brief = told(org.sign("mira", "main", &[]));
    assert!(brief.contains("passes now, and did not before"), "{brief}");
    assert!(brief.contains("somebody of level mid-level changes `a`"), "{brief}");
}

/// Whoever comes to own what a rule asks owners for can sign for it from then on.
#[test]
fn paths_that_change_hands_are_told() {
    let org = org();
    let asks = POLICY.replacen("level: senior }", "level: senior, owns: touched }", 1);
    assert_ne!(asks, POLICY);
    org.scratch.write("work/.obstat/policy.yaml", &asks);
    org.scratch.write("work/CODEOWNERS", "* @mira\n/pay/ @mira\n/web/ @mira @priya\n");
    org.commit("mira", "owners");
    let diff = |owners: &str| {
        org.scratch.write("work/CODEOWNERS", owners);
        org.obstat("mira", "work", &["policy", "diff", "--no-weaker", "HEAD"])
    };
    let (more, fewer) =
        ("* @mira\n/pay/ @mira @tove\n/web/ @mira @priya\n", "* @mira\n/pay/ @mira\n/web/ @mira\n");
    let told = diff(more);
    assert!(
        told.out.contains("paths like `pay/any` are owned by mira or tove, were by mira"),
        "{}",
        told.all()
    );
    assert_eq!(told.code, 3, "{}", told.all());
    let told = diff(fewer);
    assert!(
        told.out.contains("paths like `web/any` are owned by mira, were by mira or priya"),
        "{}",
        told.all()
    );
    assert_eq!(told.code, 0, "{}", told.all());
    // Lines in another order differ where they cross, which nothing names.
    let told = diff("* @mira\n/web/ @mira @priya\n/pay/ @mira\n");
    assert_eq!((told.code, told.out.contains("read it yourself")), (3, true), "{}", told.all());
    std::fs::remove_file(org.scratch.at("work/CODEOWNERS")).unwrap_or_default();
    assert_eq!(diff("* @mira\n/pay/ @mira\n/web/ @mira @priya\n").code, 0);
    // No rule asks: nothing more is possible for it.
    org.scratch.write("work/.obstat/policy.yaml", POLICY);
    org.commit("mira", "nobody asks");
    let told = diff(more);
    assert_eq!((told.code, told.out.contains("mira or tove")), (0, true), "{}", told.all());
}

/// What cannot be compared is told as what it is.
#[test]
fn versions_that_are_none_are_told_apart() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    let diff = |line: &[&str]| {
        let found = org.obstat("mira", "work", &[&["policy", "diff"], line].concat());
        assert_eq!(found.code, 2, "{}", found.all());
        found.err
    };
    assert!(diff(&["HEAD~1..HEAD"]).contains("obstat policy diff HEAD~1 HEAD"));
    assert!(diff(&["src"]).contains("without .obstat"));
    org.scratch.git("work", &["checkout", "-q", "--orphan", "bare"]);
    org.scratch.git("work", &["rm", "-q", "--cached", "-r", ".obstat"]);
    org.scratch.git_as("mira", "work", &["commit", "-q", "-m", "none"]).ok();
    assert!(diff(&["HEAD"]).contains("no policy and roster to compare with"));
}

/// What made-up changes do not vary is told as it stands: how far back, who is not verified, whose paths, which scope.
#[test]
fn what_a_rule_or_a_scope_looks_at_less_is_told() {
    let org = org();
    let scoped = org.roster().replacen("delay: 24h", "delay: 24h\nscopes: { own: ['pay/**'] }", 1);
    org.scratch.write("work/.obstat/roster.yaml", &scoped);
    let more = "  - { name: slices, when: { rolling: { lines_at_least: 100, days: 90 } }, require: [{ approvals: 1, level: senior }] }\n  - { name: strangers, when: { author_unverified: true }, require: [{ approvals: 1, level: senior }] }\n  - { name: own, when: { paths: ['own/**'] }, require: [{ approvals: 1, level: senior, owns: touched }] }\nexempt:";
    let policy = POLICY.replacen("exempt:", more, 1);
    org.scratch.write("work/.obstat/policy.yaml", &policy);
    org.commit("mira", "more rules");
    let strangers = more.lines().nth(1).unwrap_or_default().to_owned() + "\n";
    let own = scoped.replace("own: ['pay/**']", "own: ['pay/**', 'src/**']");
    for (text, roster, sentence) in [
        (policy.replace("days: 90", "days: 1"), &scoped, "adds up lines of 1 days, was 90"),
        (
            policy.replace(&strangers, ""),
            &scoped,
            "`strangers`, for authors who are not verified, is gone",
        ),
        (policy.replace(", owns: touched", ""), &scoped, "`own` no longer asks owners"),
        (policy.clone(), &own, "scope own reaches src/** as well"),
    ] {
        org.scratch.write("work/.obstat/policy.yaml", &text);
        org.scratch.write("work/.obstat/roster.yaml", roster);
        let told = org.obstat("mira", "work", &["policy", "diff", "--no-weaker", "HEAD"]);
        assert!(told.out.contains(sentence), "{sentence}: {}", told.all());
        assert_eq!(told.code, 3, "{}", told.all());
    }
    org.scratch.write("work/.obstat/policy.yaml", policy.replace("days: 90", "days: 91"));
    org.scratch.write("work/.obstat/roster.yaml", &scoped);
    let told = org.obstat("mira", "work", &["policy", "diff", "--no-weaker", "HEAD"]);
    assert_eq!(told.code, 0, "{}", told.all());
}
