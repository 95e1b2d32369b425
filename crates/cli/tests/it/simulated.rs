//! `obstat policy simulate`: what a policy would have asked, over a history that knows nothing of it.

use super::{ASSISTED, program};
use obstat_testkit::{Finished, Org, POLICY};
use serde_json::Value;

/// A history of six changes by people of whom one is not in the roster, never gated.
fn history() -> Org {
    let org = Org::ungated(program(), POLICY);
    for (who, path, message) in [
        ("jonas", "src/a.rs", ASSISTED),
        ("priya", "src/b.rs", "by hand"),
        ("priya", "pay/charge.rs", "a fee"),
        ("tove", "docs/a.md", "text"),
        ("stranger", "src/c.rs", "from outside"),
    ] {
        org.scratch.write(&format!("work/{path}"), format!("// {message}\n"));
        org.commit(who, message);
    }
    org.scratch.git("work", &["checkout", "-q", "-b", "side", "main~2"]);
    org.scratch.write("work/src/d.rs", "fn d() {}\n");
    org.commit("tove", ASSISTED);
    org.scratch.git("work", &["checkout", "-q", "main"]);
    let line = ["merge", "-q", "--no-ff", "-m", "Merge side", "side"];
    org.scratch.git_as("priya", "work", &line).ok();
    org
}

fn simulate(org: &Org, more: &[&str]) -> Finished {
    org.obstat("mira", "work", &[&["policy", "simulate"], more].concat())
}

fn found(org: &Org, more: &[&str]) -> Value {
    serde_json::from_str(&simulate(org, &[more, &["--format", "json"]].concat()).ok()).unwrap()
}

#[test]
fn each_step_of_a_history_is_decided_as_one_change() {
    let org = history();
    let all = found(&org, &[]);
    let each = all["each"].as_array().unwrap();
    let rules: Vec<String> = each.iter().map(|change| change["rules"].to_string()).collect();
    let assisted = "[\"assisted\"]".to_owned();
    // The merge brings a junior's work; text is exempt; a senior needs nobody but where it is paid.
    let wanted =
        [&assisted, "[]", "[\"pay\"]", "[]", &assisted, &assisted].map(ToString::to_string);
    assert_eq!(rules, wanted, "{all:#}");
    assert_eq!(all["exemptions"][0]["exemption"], "docs");
    assert_eq!((&all["asks_nobody"], &all["asks_one"]), (&2.into(), &4.into()), "{all:#}");
    assert_eq!((&all["unknown_people"], &all["unknown_as"]), (&1.into(), &"mid-level".into()));
    assert_eq!(each[5]["subject"], "Merge side");
    // Nobody signs for what they made, and the work is spread.
    for change in each {
        let signers = change["signers"].to_string();
        assert!(!(signers.contains("priya") && change["rules"] == "[\"pay\"]"), "{change}");
    }
    let people = all["people"].as_array().unwrap();
    assert!(people.len() >= 2, "{all:#}");
    assert!(people.iter().all(|who| who["signatures"].as_u64() <= Some(2)), "{all:#}");
}

#[test]
fn ranges_levels_and_budgets_are_as_asked() {
    let org = history();
    let newest = found(&org, &["HEAD~2..HEAD"]);
    assert_eq!(newest["changes"], 2);
    assert_eq!(found(&org, &["--most", "3"])["changes"], 3);
    let seniors = found(&org, &["--unknown-as", "senior"]);
    assert_eq!(seniors["asks_nobody"], 3, "{seniors:#}");
    let tight = found(&org, &["--budget", "0"]);
    let over = tight["people"][0]["weeks_over_budget"].as_u64();
    assert_eq!(over, Some(1), "{tight:#}");
    for wrong in [
        &["--unknown-as", "boss"][..],
        &["--target", "moon"],
        &["HEAD..HEAD"],
        &["HEAD..HEAD~2"],
        &["nowhere"],
    ] {
        let refused = simulate(&org, wrong);
        assert_eq!(refused.code, 2, "{wrong:?}: {}", refused.all());
    }
}

/// Another policy than that of the work tree, and what people read.
#[test]
fn a_stricter_policy_asks_more() {
    let org = history();
    org.scratch.write("other/.obstat/roster.yaml", org.roster());
    let two = POLICY.replace("approvals: 1", "approvals: 2");
    org.scratch.write("other/.obstat/policy.yaml", two);
    let other = found(&org, &["--policy", "../other"]);
    assert_eq!((&other["asks_one"], &other["asks_more"]), (&0.into(), &4.into()), "{other:#}");
    let told = simulate(&org, &["--changes"]).ok();
    for words in
        ["6 changes of main", "1 person not in the roster", "asks nobody", "assisted", "Merge side"]
    {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert!(told.lines().all(|line| line.chars().count() <= 100), "{told}");
}

/// Slices of one person add up within the window of a rule, as they do at the gate.
#[test]
fn slices_add_up_over_the_history() {
    let slices = "  - name: slices\n    when: { rolling: { lines_at_least: 30, days: 7 } }\n    \
        require:\n      - { approvals: 1, level: senior }\n";
    let org = Org::ungated(program(), &POLICY.replace("exempt:", &format!("{slices}exempt:")));
    let lines: String = (0..12).map(|n| format!("line {n}\n")).collect();
    let mut expected = Vec::new();
    for (n, (who, day, asked)) in [
        ("priya", 1, false),
        ("priya", 2, false),
        ("mira", 3, false),
        ("priya", 4, true),
        ("priya", 20, false),
        ("priya", 12, false),
        ("priya", 21, true),
    ]
    .into_iter()
    .enumerate()
    {
        org.scratch.write(&format!("work/src/{n}.rs"), &lines);
        org.scratch.git("work", &["add", "-A"]);
        let date = format!("2031-03-{day:02}T12:00:00Z");
        let email = format!("{who}@example.com");
        let env = [
            ("GIT_AUTHOR_NAME", who),
            ("GIT_AUTHOR_EMAIL", &email),
            ("GIT_COMMITTER_NAME", who),
            ("GIT_COMMITTER_EMAIL", &email),
            ("GIT_AUTHOR_DATE", &date),
            ("GIT_COMMITTER_DATE", &date),
        ];
        org.scratch.run("work", &["git", "commit", "-q", "-m", "a slice"], &env, "").ok();
        expected.push(asked);
    }
    let all = found(&org, &["--most", "7"]);
    let asked: Vec<bool> = all["each"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["rules"].to_string().contains("slices"))
        .collect();
    // The commit of the twelfth comes after that of the twentieth: it lands when its forerunner did.
    assert_eq!(asked, expected, "{all:#}");
}

/// The page needs no other file, runs nothing, escapes what the history says, and every number leads to
/// its changes.
#[test]
fn the_page_stands_alone() {
    let org = history();
    org.scratch.write("work/src/e.rs", "fn e() {}\n");
    org.commit("jonas", "<script>alert(1)</script> & \u{202e}co");
    let page = simulate(&org, &["--format", "html"]).ok();
    for outside in ["<script", "src=", "@import", "url(", "href=\"http", "style=\"", "\u{202e}"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains("&#60;script&#62;"), "{page}");
    let all = found(&org, &[]);
    let each = all["each"].as_array().unwrap();
    for change in each {
        let short: String = change["commit"].as_str().unwrap().chars().take(7).collect();
        assert!(page.contains(&format!("id=\"c-{short}\"")), "{short}");
        let links = page.matches(&format!("href=\"#c-{short}\"")).count();
        let rules = change["rules"].as_array().unwrap().len();
        let signers = change["signers"].as_array().unwrap().len();
        let exempt = usize::from(!change["exemption"].is_null());
        assert_eq!(links, rules + signers + exempt, "{change}");
    }
}
