//! A bundle proves a landing to somebody who has neither the repository nor Obstat.

use super::{ASSISTED, org};
use obstat_testkit::{Finished, Org};

/// An organisation in which Priya signed for a change and it landed; a bundle of it at `b.tar`,
/// unpacked at `un/`.
fn bundled(org: &Org) {
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.scratch.write("work/src/odd \"name\"\t\u{e9}.rs", "odd\n");
    org.commit("jonas", ASSISTED);
    org.sign("priya", "main", &[]).ok();
    org.push_statements("priya").ok();
    org.push("jonas", &["main"]).ok();
    pack(org);
}

fn pack(org: &Org) {
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
    let trust = "../server.git/obstat/trust";
    let line =
        ["bundle", "--target", "production", "--trust", trust, "--output", "../b.tar", "main"];
    org.obstat("mira", "work", &line).ok();
    org.scratch.write("un/.keep", "");
    org.scratch.run(".", &["tar", "-xf", "b.tar", "-C", "un"], &[], "").ok();
}

fn verify(org: &Org, more: &[&str]) -> Finished {
    let trust = org.scratch.at("server.git/obstat/trust");
    let trust = trust.to_string_lossy();
    let mut line = vec!["verify", "--trust", &trust, "--bundle", "b.tar"];
    line.extend(more);
    org.obstat("auditor", ".", &line)
}

fn script(org: &Org) -> Finished {
    org.scratch.run("un", &["sh", "verify.sh", "../server.git/obstat/trust"], &[], "")
}

#[test]
fn obstat_and_a_plain_shell_agree() {
    let org = org();
    bundled(&org);
    let ours = verify(&org, &["--target", "production"]);
    assert_eq!(ours.code, 0, "{}", ours.all());
    assert!(ours.out.contains("signed by priya"), "{}", ours.out);
    let plain = script(&org);
    assert_eq!(plain.code, 0, "{}", plain.all());
    assert!(plain.out.contains("approve by priya, for exactly this content"), "{}", plain.out);
    assert!(plain.out.contains("recomputed from the objects"), "{}", plain.out);
}

#[test]
fn a_merge_that_was_signed_as_a_head_is_proven_too() {
    let org = org();
    org.scratch.write("work/src/a.rs", "one\ntwo\nthree\nfour\nfive\n");
    org.commit("priya", "base");
    org.sign("mira", "main", &[]).ok();
    org.push_statements("mira").ok();
    org.push("priya", &["main"]).ok();
    org.scratch.git("work", &["checkout", "-q", "-b", "feature"]);
    org.scratch.write("work/src/a.rs", "ONE\ntwo\nthree\nfour\nfive\n");
    org.commit("jonas", ASSISTED);
    org.scratch.git("work", &["fetch", "-q", "origin"]);
    org.sign("priya", "feature", &[]).ok();
    org.push_statements("priya").ok();
    org.scratch.git("work", &["checkout", "-q", "main"]);
    org.scratch.write("work/src/a.rs", "one\ntwo\nthree\nfour\nFIVE\n");
    org.commit("priya", "other end");
    org.sign("yusuf", "main", &[]).ok();
    org.push_statements("yusuf").ok();
    org.push("priya", &["main"]).ok();
    org.scratch.git("work", &["fetch", "-q", "origin"]);
    org.scratch.git_as("jonas", "work", &["merge", "-q", "--no-ff", "-m", "Merge", "feature"]).ok();
    org.push("jonas", &["main"]).ok();
    pack(&org);
    let ours = verify(&org, &["--target", "production"]);
    assert_eq!(ours.code, 0, "{}", ours.all());
    let plain = script(&org);
    assert_eq!(plain.code, 0, "{}", plain.all());
    assert!(plain.out.contains("for a head whose merge landed"), "{}", plain.out);
}

#[test]
fn changed_bundles_and_foreign_trust_prove_nothing() {
    let org = org();
    bundled(&org);
    let good = std::fs::read(org.scratch.at("b.tar")).unwrap();
    // Every object and record is covered by an id or a signature, so one letter anywhere shows.
    for word in ["fn a() {}", "obstat-landing@v1", "urn:obstat:approval", "level: senior"] {
        let at = good.windows(word.len()).position(|w| w == word.as_bytes()).unwrap();
        let mut bad = good.clone();
        bad[at] ^= 1;
        org.scratch.write("b.tar", &bad);
        let found = verify(&org, &["--target", "production"]);
        assert_eq!(found.code, 5, "{word}: {}", found.all());
        assert!(!found.all().contains("panicked"), "{}", found.all());
        org.scratch.run(".", &["tar", "-xf", "b.tar", "-C", "un"], &[], "").ok();
        let plain = script(&org);
        assert_eq!(plain.code, 5, "{word}: {}", plain.all());
        org.scratch.write("b.tar", &good);
        org.scratch.run(".", &["tar", "-xf", "b.tar", "-C", "un"], &[], "").ok();
    }
    assert_eq!(verify(&org, &["--target", "production"]).code, 0);
    let other = super::org();
    let trust = other.scratch.at("server.git/obstat/trust");
    let trust = trust.to_string_lossy();
    let line = ["verify", "--trust", &trust, "--bundle", "b.tar", "--target", "production"];
    assert_ne!(org.obstat("auditor", ".", &line).code, 0);
    let plain = org.scratch.run("un", &["sh", "verify.sh", &trust], &[], "");
    assert_eq!(plain.code, 5, "{}", plain.all());
}

#[test]
fn a_bundle_answers_for_its_own_commit_and_target_only() {
    let org = org();
    bundled(&org);
    let tip = org.scratch.git("work", &["rev-parse", "main"]);
    assert_eq!(verify(&org, &["--target", "refs/heads/main", &tip]).code, 0);
    assert_eq!(verify(&org, &["--target", "releases"]).code, 5);
    assert_eq!(verify(&org, &["--target", "refs/heads/other"]).code, 5);
    let before = org.scratch.git("work", &["rev-parse", "main~1"]);
    assert_eq!(verify(&org, &["--target", "production", &before]).code, 5);
    org.scratch.write("b.tar", "no bundle");
    let none = verify(&org, &["--target", "production"]);
    assert_eq!(none.code, 5, "{}", none.all());
}

#[test]
fn what_is_not_cleared_is_not_bundled() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    let trust = "../server.git/obstat/trust";
    let line =
        ["bundle", "--target", "production", "--trust", trust, "--output", "../b.tar", "main"];
    let found = org.obstat("mira", "work", &line);
    assert_eq!(found.code, 3, "{}", found.all());
    assert!(!org.scratch.at("b.tar").exists());
}

/// What the script takes from a bundle is one word each: a second line would be a second pattern, and
/// either would do.
#[test]
fn the_script_takes_no_second_word() {
    let org = org();
    bundled(&org);
    let part = std::fs::read_dir(org.scratch.at("un/changes")).unwrap().next().unwrap().unwrap();
    let part = format!("un/changes/{}/about", part.file_name().to_string_lossy());
    let inside = std::fs::read_to_string(org.scratch.at(&part)).unwrap();
    let from = inside.lines().find(|line| line.starts_with("from ")).unwrap_or_default();
    let landed = org.scratch.git("work", &["rev-parse", "main"]);
    org.scratch.write("work/pay/charge.rs", "fn charge() { evil() }\n");
    let evil = org.commit("jonas", "evil");
    let bytes = org.scratch.git("work", &["cat-file", "commit", &evil]);
    org.scratch.write(&format!("un/objects/commit/{evil}"), format!("{bytes}\n"));
    let about = |commits: &str| {
        format!("obstat bundle, version 1\ntarget refs/heads/main\ncommit {commits}\n")
    };
    org.scratch.write("un/about", about(&format!("{evil}\ncommit {landed}")));
    // Its tree is not here, so that there is no difference, and the digest is that of none.
    let trust = std::fs::read_to_string(org.scratch.at("server.git/obstat/trust")).unwrap();
    let trust = obstat_attest::trust::parse(&trust).unwrap();
    let target = obstat_model::object::RefName::parse("refs/heads/main").unwrap();
    let none = obstat_model::digest::change_digest(trust.repository, &target, &[]);
    org.scratch.write(&part, format!("digest {none}\n{from}\nto {evil}\nto {landed}\n"));
    let forged = script(&org);
    assert_eq!(forged.code, 5, "{}", forged.all());
    assert!(forged.err.contains("or more than one"), "{}", forged.all());
    // Put right again it holds, and without one of its objects it does not.
    org.scratch.write("un/about", about(&landed));
    org.scratch.write(&part, &inside);
    script(&org).ok();
    // What was there before is told, and proves nothing.
    let blob = org.scratch.git("work", &["rev-parse", &format!("{landed}:src/a.rs")]);
    std::fs::remove_file(org.scratch.at(&format!("un/objects/blob/{blob}"))).unwrap();
    assert_eq!(script(&org).code, 5);
}
