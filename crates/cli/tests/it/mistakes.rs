//! What people get wrong on their first day: each is told, with the next step, and nothing is signed
//! or written in vain.

use super::{ASSISTED, org, program};
use obstat_testkit::{Org, POLICY};

fn told(found: &obstat_testkit::Finished, words: &[&str]) {
    assert_eq!(found.code, 2, "{}", found.all());
    for word in words {
        assert!(found.err.contains(word), "{word:?} is not in {}", found.err);
    }
}

#[test]
fn broken_yaml_is_pointed_at() {
    let org = org();
    org.scratch
        .write("work/.obstat/policy.yaml", "version: 1\ntargets: { a: [\nrules:\n  - x: \"\n");
    told(&org.obstat("mira", "work", &["policy", "check"]), &[".obstat/policy.yaml:", "no YAML"]);
    org.scratch.write("work/.obstat/policy.yaml", POLICY.replace("version: 1", "version: 2"));
    let version = org.obstat("mira", "work", &["policy", "check"]);
    told(&version, &["reads `version: 1`", "1 error."]);
    org.scratch.write("work/.obstat/policy.yaml", "");
    told(&org.obstat("mira", "work", &["policy", "check"]), &[".obstat/policy.yaml: ", "empty"]);
}

#[test]
fn init_writes_what_is_missing_and_nothing_else() {
    let org = org();
    told(&org.obstat("mira", "work", &["init"]), &["exist already"]);
    let roster = org.roster();
    std::fs::remove_file(org.scratch.at("work/.obstat/policy.yaml")).unwrap();
    told(&org.obstat("mira", "work", &["policy", "check"]), &["obstat init"]);
    org.scratch.git("work", &["config", "user.email", "mira@example.com"]);
    let nameless = org.obstat("mira", "work", &["init"]);
    assert!(nameless.err.contains("obstat init --key"), "{}", nameless.err);
    std::fs::remove_file(org.scratch.at("work/.obstat/policy.yaml")).unwrap();
    let key = org.scratch.at("keys/mira.pub").to_string_lossy().into_owned();
    org.obstat("mira", "work", &["init", "--key", &key]).ok();
    assert!(org.scratch.at("work/.obstat/policy.yaml").exists());
    let kept = std::fs::read_to_string(org.scratch.at("work/.obstat/roster.yaml")).unwrap();
    assert_eq!(kept, roster, "the roster was written over");
}

#[test]
fn nothing_is_signed_where_there_is_nothing_to_sign() {
    let org = org();
    let landed = org.sign("priya", "main", &[]);
    told(&landed, &["nothing to decide"]);
    // Nor where a branch has landed and the target has gone on.
    org.scratch.git("work", &["branch", "old"]);
    for n in 0..2 {
        org.scratch.write("work/docs/a.md", format!("{n}\n"));
        org.commit("priya", "docs");
    }
    org.push("priya", &["main"]).ok();
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/heads/*:refs/remotes/origin/*"]);
    for line in [["check", "old"], ["sign", "old"]] {
        let found = org.obstat("priya", "work", &line);
        assert!(found.all().contains("old is in main already"), "{}", found.all());
    }
    let elsewhere = org.obstat("priya", "work", &["check", "--remote", "nosuch", "old"]);
    told(&elsewhere, &["no remote `nosuch`"]);
}

#[test]
fn a_word_without_effect_says_so() {
    let org = org();
    // A senior's own work of which no rule asks anything.
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("priya", "work");
    let key = org.scratch.at("keys/yusuf").to_string_lossy().into_owned();
    let line = ["withdraw", "--key", &key, "main"];
    told(&org.obstat_typing("yusuf", "work", &line, &org.typed("main")), &["no statement"]);
    let line = ["reject", "--key", &key, "--reason", "no", "main"];
    let left = org.obstat_typing("yusuf", "work", &line, "\n");
    assert_eq!(left.code, 4, "nothing was signed, and it was told as done: {}", left.all());
    let found = org.obstat_typing("yusuf", "work", &line, &org.typed("main"));
    assert!(found.out.contains("it holds nothing up"), "{}", found.all());
    assert!(found.out.contains("now       ✓ Clear"), "{}", found.all());
    // Where a rule asks, it does.
    org.scratch.write("work/pay/charge.rs", "fn charge() { more() }\n");
    org.commit("jonas", ASSISTED);
    let found = org.obstat_typing("yusuf", "work", &line, &org.typed("main"));
    assert!(found.out.contains("now       ✗ Blocked"), "{}", found.all());
    let json = org.obstat("yusuf", "work", &["check", "--format", "json", "main"]).out;
    assert!(json.contains("\"says\":\"reject\""), "{json}");
}

/// What the statement says was shown is shown.
#[test]
fn the_brief_hides_nothing_behind_many_files() {
    let org = org();
    for n in 0..40 {
        org.scratch.write(&format!("work/src/f{n}.rs"), "fn f() {}\n");
    }
    org.scratch.write("work/src/zzz.rs", "fn z() {} // \u{202e}\u{200b}\n");
    org.commit("jonas", ASSISTED);
    let found = org.sign("priya", "main", &[]);
    let out = found.ok();
    let ships: Vec<&str> = out.lines().skip_while(|line| !line.contains("ships")).collect();
    assert!(ships[1].contains("src/zzz.rs"), "{out}");
    let hidden: Vec<&&str> = ships.iter().filter(|line| line.contains(" in src/zzz.rs")).collect();
    assert_eq!(hidden.len(), 2, "{out}");
    assert!(out.contains("and 29 more: git --no-replace-objects diff "), "{out}");
    assert!(out.contains("statement not given") && out.contains("checks    not given"), "{out}");
    let key = org.scratch.at("keys/jonas").to_string_lossy().into_owned();
    let line = ["declare", "--mine", "--key", &key, "main"];
    org.obstat_typing("jonas", "work", &line, &org.typed("main")).ok();
    let out = org.sign("yusuf", "main", &[]).ok();
    assert!(out.contains("statement jonas stands for it"), "{out}");
}

#[test]
fn what_landed_uncleared_is_listed_with_how_and_by_whom() {
    let org = Org::gated(program(), &POLICY.replace("mode: enforce", "mode: shadow"));
    org.scratch.write("work/pay/charge.rs", "fn charge() { more() }\n");
    org.commit("jonas", "unsigned");
    org.push("jonas", &["main"]).ok();
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
    let text = org.obstat("mira", "work", &["audit", "--unsigned"]).ok();
    assert!(text.contains("let through by mode") && text.contains("unsigned"), "{text}");
    let json = org.obstat("mira", "work", &["audit", "--unsigned", "--format", "jsonl"]).ok();
    assert!(json.contains("\"how\":\"unenforced\"") && json.contains("git jonas"), "{json}");
}

#[test]
fn a_transport_that_names_nobody_is_told_in_every_mode() {
    for mode in ["shadow", "enforce"] {
        let org = Org::gated(program(), &POLICY.replace("mode: enforce", &format!("mode: {mode}")));
        org.scratch.write("work/pay/charge.rs", "fn charge() { more() }\n");
        org.commit("jonas", ASSISTED);
        let pushed = org.push("", &["main"]);
        assert!(pushed.err.contains("OBSTAT_PUSHER is not set"), "{mode}: {}", pushed.err);
        if mode == "enforce" {
            let first = pushed.err.lines().next().unwrap_or_default();
            assert!(first.contains("the transport does not say who pushes"), "{}", pushed.err);
        }
    }
}

/// What nobody on the roster can give is an error where it would be enforced.
#[test]
fn demands_that_nobody_can_meet_are_told() {
    let org = org();
    let asked = "{ approvals: 1, level: senior }";
    for (demand, sentence) in [
        (
            "{ approvals: 2, level: senior, teams: different }",
            "only 0 on the roster have teams for it",
        ),
        (
            "{ approvals: 1, level: principal, distinct: r }\n      - { approvals: 1, level: principal, distinct: r }",
            "2 different people under `r`, and only 1 on the roster could sign",
        ),
        ("{ checks: [unit] }", "no service has a key to report them"),
        (
            "{ any_of: [{ approvals: 1, level: principal, presence: hardware }, [{ approvals: 1 }, { checks: [unit] }]] }",
            "nobody could give any of it",
        ),
    ] {
        org.scratch.write("work/.obstat/policy.yaml", POLICY.replacen(asked, demand, 1));
        let ran = org.obstat("mira", "work", &["policy", "check"]);
        assert_ne!(ran.code, 0, "{demand}: {}", ran.all());
        let text: Vec<&str> = ran.err.split(|c: char| c.is_whitespace() || c == '│').collect();
        let text = text.into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ");
        assert!(text.contains(sentence), "{demand}: {text}");
    }
}

#[test]
fn a_working_tree_is_not_gated() {
    let org = Org::ungated(program(), POLICY);
    told(&org.obstat("mira", ".", &["bootstrap", "--bare", "work"]), &["working tree"]);
    let install = ["hook", "install", "--bare", "work", "--pusher-from", "OBSTAT_PUSHER"];
    told(&org.obstat("mira", ".", &install), &["working tree"]);
}

#[test]
fn a_trailer_that_says_nothing_is_not_written() {
    let org = org();
    let before = org.commit("jonas", "change");
    told(&org.obstat("jonas", "work", &["declare", "--assisted", "klaude"]), &["klaude", "id"]);
    assert_eq!(org.scratch.git("work", &["rev-parse", "HEAD"]), before);
    org.obstat("jonas", "work", &["declare", "--assisted", "kiro:auto"]).ok();
}

#[test]
fn overrides_are_refused_before_anything_is_signed() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    let over = |who: &str, expires: &str| {
        let key = org.scratch.at(&format!("keys/{who}")).to_string_lossy().into_owned();
        let line = ["override", "--reason", "down", "--expires", expires, "--key", &key, "main"];
        org.obstat_typing(who, "work", &line, &org.typed("main"))
    };
    told(&over("priya", "2h"), &["priya may not override", "mira"]);
    told(&over("mira", "0h"), &["no time"]);
    let filed = org.scratch.git("work", &["for-each-ref", "refs/obstat/approvals"]);
    assert_eq!(filed, "");
    let opened = over("mira", "2h");
    assert!(opened.out.contains("Z."), "the hour of its end is not told: {}", opened.out);
}

#[test]
fn an_override_is_reviewed_by_somebody_else_and_by_a_short_id() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    let key = |who: &str| org.scratch.at(&format!("keys/{who}")).to_string_lossy().into_owned();
    let mira = key("mira");
    let line = ["override", "--reason", "down", "--expires", "2h", "--key", &mira, "main"];
    org.obstat_typing("mira", "work", &line, &org.typed("main")).ok();
    let id = org
        .scratch
        .git("work", &["for-each-ref", "--format=%(refname:lstrip=4)", "refs/obstat/approvals"]);
    let digest = org.digest("main");
    org.push_statements("mira").ok();
    org.push("jonas", &["main"]).ok();
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
    let typed: String = digest.chars().take(4).chain(['\n']).collect();
    let audit = org.obstat("mira", "work", &["audit"]).ok();
    assert!(audit.contains("review due") && audit.contains("down"), "{audit}");
    let review = |who: &str, id: &str| {
        let key = key(who);
        let line = ["override", "review", "--reason", "it was right", "--key", &key, id];
        org.obstat_typing(who, "work", &line, &typed)
    };
    let short: String = id.chars().take(12).collect();
    told(&review("mira", &short), &["somebody else's"]);
    // Nor does whoever made what it let pass look at it for others.
    told(&review("jonas", &short), &["had a part in what this override let pass"]);
    told(&review("priya", "abc"), &["8 hexadecimal digits"]);
    told(&review("priya", "00000000"), &["no override 00000000"]);
    org.scratch.clock("+5s");
    review("priya", &short).ok();
    org.push_statements("priya").ok();
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
    let audit = org.obstat("mira", "work", &["audit"]).ok();
    assert!(!audit.contains("review due"), "{audit}");
}

#[test]
fn requirements_that_one_signature_meets_are_told_once() {
    let org = org();
    org.scratch.write("work/pay/charge.rs", "fn charge() { more() }\n");
    org.commit("jonas", ASSISTED);
    let refused = org.push("jonas", &["main"]);
    assert!(refused.err.contains("needs 1 signature for this content"), "{}", refused.err);
    assert_eq!(refused.err.matches("senior or above").count(), 1, "{}", refused.err);
}
