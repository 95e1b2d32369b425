//! `obstat doctor --canary`: whether a gate is in force, told by what it refuses.

use super::{org, program};
use obstat_testkit::{Finished, Org, POLICY};

const TRUST: &str = "../server.git/obstat/trust";

fn doctor(org: &Org, who: &str, more: &[&str]) -> Finished {
    let line = [&["doctor", "--trust", TRUST][..], more].concat();
    let env: Vec<(&str, String)> = ["AUTHOR", "COMMITTER"]
        .iter()
        .flat_map(|role| {
            let name = if *role == "AUTHOR" { "GIT_AUTHOR_NAME" } else { "GIT_COMMITTER_NAME" };
            let email = if *role == "AUTHOR" { "GIT_AUTHOR_EMAIL" } else { "GIT_COMMITTER_EMAIL" };
            [(name, who.to_owned()), (email, format!("{who}@example.com"))]
        })
        .collect();
    let mut env: Vec<(&str, &str)> = env.iter().map(|(k, v)| (*k, v.as_str())).collect();
    env.push(("OBSTAT_PUSHER", who));
    let path = program().to_string_lossy().into_owned();
    let line: Vec<&str> = std::iter::once(path.as_str()).chain(line).collect();
    org.scratch.run("work", &line, &env, "")
}

/// Where the server's refs are, but for those of the gate.
fn heads(org: &Org) -> String {
    org.scratch.git("server.git", &["for-each-ref", "refs/heads", "refs/tags"])
}

#[test]
fn a_gate_in_force_refuses_the_canary_and_nothing_is_left_of_it() {
    let org = org();
    let before = (heads(&org), org.scratch.git("work", &["status", "--porcelain"]));
    let check = format!(
        "{} verify --target production --trust {TRUST} \"$OBSTAT_COMMIT\"",
        program().display()
    );
    let told = doctor(&org, "jonas", &["--canary", "--deploy", &check]);
    assert_eq!(told.code, 0, "{}", told.all());
    for words in ["refused an unsigned change, judged by Obstat", "nothing has landed", "(exit 3)"]
    {
        assert!(told.out.contains(words), "{words}: {}", told.all());
    }
    let after = (heads(&org), org.scratch.git("work", &["status", "--porcelain"]));
    assert_eq!(before, after);
    // A check that lets everything pass is none.
    let told = doctor(&org, "jonas", &["--canary", "--deploy", "true"]);
    assert_eq!(told.code, 3, "{}", told.all());
    let told = doctor(&org, "jonas", &["--canary", "--deploy", "no-such-program"]);
    assert_eq!(told.code, 2, "{}", told.all());
}

/// However the gate was lost, the canary does not land.
#[test]
fn a_gate_that_is_not_in_force_is_told_and_takes_no_canary() {
    for lost in ["hooks", "warn", "shadow"] {
        let policy = match lost {
            "hooks" => POLICY.to_owned(),
            mode => POLICY.replacen("mode: enforce", &format!("mode: {mode}"), 1),
        };
        let org = Org::gated(program(), &policy);
        if lost == "hooks" {
            std::fs::remove_file(org.scratch.at("server.git/hooks/pre-receive")).unwrap();
        }
        let before = heads(&org);
        let told = doctor(&org, "jonas", &["--canary"]);
        assert_eq!(told.code, 3, "{lost}: {}", told.all());
        assert_eq!(heads(&org), before, "{lost}");
        let words = match lost {
            "hooks" => "nothing judged it",
            _ => "mode: everything passes",
        };
        assert!(told.out.contains(words), "{lost}: {}", told.out);
    }
}

#[test]
fn what_cannot_be_told_is_no_pass() {
    let org = org();
    // A hook of somebody else's refuses everything.
    org.scratch.write("server.git/hooks/pre-receive", "#!/bin/sh\nexit 1\n");
    let told = doctor(&org, "jonas", &["--canary"]);
    assert_eq!(told.code, 2, "{}", told.all());
    // Nobody is there.
    org.scratch.git("work", &["config", "remote.origin.url", "../nowhere.git"]);
    let told = doctor(&org, "jonas", &["--canary"]);
    assert_eq!(told.code, 2, "{}", told.all());
    assert!(told.out.contains("did not come so far"), "{}", told.all());
    let plain = doctor(&org, "jonas", &[]);
    assert_eq!(plain.code, 0, "{}", plain.all());
    assert!(plain.out.contains("protected, and enforced"), "{}", plain.out);
}
