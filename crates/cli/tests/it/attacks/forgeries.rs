//! Things that look like what was signed: files with one SHA-1, a bundle of another gate, keys that the
//! roster does not have.

use super::{fetch, signed};
use crate::{ASSISTED, org};
use obstat_testkit::{Finished, Org};

/// The first 320 bytes of two files with one SHA-1 (Stevens et al., "The first collision for full SHA-1",
/// 2017, shattered.io): what they share, and the two blocks in which they differ.
const SHATTERED: &str = "255044462d312e330a25e2e3cfd30a0a0a312030206f626a0a3c3c2f57696474682032203020522f4865696768742033203020522f547970652034203020522f537562747970652035203020522f46696c7465722036203020522f436f6c6f7253706163652037203020522f4c656e6774682038203020522f42697473506572436f6d706f6e656e7420383e3e0a73747265616d0affd8fffe00245348412d3120697320646561642121212121852fec092339759c39b1a1c63c4c97e1fffe01";
const BLOCKS: [&str; 2] = [
    "7f46dc93a6b67e013b029aaa1db2560b45ca67d688c7f84b8c4c791fe02b3df614f86db1690901c56b45c1530afedfb76038e972722fe7ad728f0e4904e046c230570fe9d41398abe12ef5bc942be33542a4802d98b5d70f2a332ec37fac3514e74ddc0f2cc1a874cd0c78305a21566461309789606bd0bf3f98cda8044629a1",
    "7346dc9166b67e118f029ab621b2560ff9ca67cca8c7f85ba84c79030c2b3de218f86db3a90901d5df45c14f26fedfb3dc38e96ac22fe7bd728f0e45bce046d23c570feb141398bb552ef5a0a82be331fea48037b8b5d71f0e332edf93ac3500eb4ddc0decc1a864790c782c76215660dd309791d06bd0af3f98cda4bc4629b1",
];

fn unhex(text: &str) -> Vec<u8> {
    let digit = |c: char| u8::try_from(c.to_digit(16).unwrap()).unwrap();
    let digits: Vec<u8> = text.chars().map(digit).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

#[test]
fn of_two_files_with_one_sha_1_only_the_signed_one_lands() {
    for (pushed, code) in [(0, 0), (1, 1)] {
        let org = org();
        let files = BLOCKS.map(|block| unhex(&format!("{SHATTERED}{block}")));
        for (n, file) in files.iter().enumerate() {
            org.scratch.write(&format!("{n}"), file);
        }
        let sums = org.scratch.run(".", &["sha1sum", "0", "1"], &[], "").ok();
        let sums: Vec<&str> = sums.lines().filter_map(|l| l.split(' ').next()).collect();
        assert_eq!(sums[0], sums[1], "no collision, so nothing is tried");
        org.scratch.write("work/src/logo.pdf", &files[0]);
        org.commit("jonas", ASSISTED);
        signed(&org, "priya", "main");
        org.scratch.write("work/src/logo.pdf", &files[pushed]);
        org.scratch.git("work", &["add", "-A"]);
        let line = ["commit", "-q", "--amend", "--no-edit"];
        org.scratch.git_as("jonas", "work", &line).ok();
        let answer = org.push("jonas", &["main"]);
        assert_eq!(answer.code, code, "{}", answer.err);
    }
}

/// Whoever signed under a policy has not met the stricter one that landed meanwhile.
#[test]
fn an_approval_from_before_a_policy_was_tightened_is_counted_by_the_stricter_one() {
    for tightened in [true, false] {
        let org = org();
        org.scratch.git("work", &["checkout", "-q", "-b", "feature"]);
        org.scratch.write("work/src/a.rs", "fn a() {}\n");
        org.commit("jonas", ASSISTED);
        signed(&org, "priya", "main..feature");
        org.scratch.git("work", &["checkout", "-q", "main"]);
        let two =
            "author_level_below: senior }\n    require:\n      - { approvals: 2, level: senior }";
        let one =
            "author_level_below: senior }\n    require:\n      - { approvals: 1, level: senior }";
        let stricter = obstat_testkit::POLICY.replace(one, two);
        assert_ne!(stricter, obstat_testkit::POLICY);
        let note = format!("# checked\n{}", obstat_testkit::POLICY);
        org.scratch.write("work/.obstat/policy.yaml", if tightened { stricter } else { note });
        org.commit("tove", "policy");
        for owner in ["mira", "priya"] {
            signed(&org, owner, "main");
        }
        org.push("tove", &["main"]).ok();
        fetch(&org);
        let line = ["merge", "-q", "--no-ff", "-m", "Merge", "feature"];
        org.scratch.git_as("jonas", "work", &line).ok();
        let answer = org.push("jonas", &["main"]);
        assert_eq!(answer.code == 0, !tightened, "{}", answer.err);
        if tightened {
            assert!(answer.said().contains("1 of 2"), "{}", answer.err);
            signed(&org, "yusuf", "main");
            org.push("jonas", &["main"]).ok();
        }
    }
}

fn bundle(org: &Org) {
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    signed(org, "priya", "main");
    org.push("jonas", &["main"]).ok();
    fetch(org);
    let trust = "../server.git/obstat/trust";
    let line = ["bundle", "--target", "production", "--trust", trust, "--output", "../b.tar"];
    let line: Vec<&str> = line.into_iter().chain(["main"]).collect();
    org.obstat("mira", "work", &line).ok();
}

/// What a bundle proves to somebody who pinned the trust file of an organisation.
fn proven(org: &Org, bundle: &std::path::Path) -> [Finished; 2] {
    let trust = org.scratch.at("server.git/obstat/trust").to_string_lossy().into_owned();
    let file = bundle.to_string_lossy().into_owned();
    let line = ["verify", "--trust", &trust, "--bundle", &file, "--target", "production"];
    let ours = org.obstat("auditor", ".", &line);
    let _ = std::fs::remove_dir_all(org.scratch.at("un"));
    org.scratch.write("un/.keep", "");
    org.scratch.run("un", &["tar", "-xf", &file], &[], "").ok();
    [ours, org.scratch.run("un", &["sh", "verify.sh", &trust], &[], "")]
}

/// The forger has a gate of their own, with a roster that gives Priya's name to their key.
#[test]
fn a_bundle_with_a_roster_of_the_forgers_own_proves_nothing() {
    let (org, forger) = (org(), org());
    bundle(&org);
    bundle(&forger);
    for answer in proven(&org, &org.scratch.at("b.tar")) {
        assert_eq!(answer.code, 0, "{}", answer.all());
    }
    for answer in proven(&org, &forger.scratch.at("b.tar")) {
        assert_eq!(answer.code, 5, "{}", answer.all());
    }
    // The same with the name of the repository that the pinned trust file has.
    let trust = |org: &Org| {
        let text = std::fs::read_to_string(org.scratch.at("server.git/obstat/trust")).unwrap();
        text.lines().find_map(|l| l.strip_prefix("repository ")).unwrap().to_owned()
    };
    let bytes = std::fs::read(forger.scratch.at("b.tar")).unwrap();
    let (from, to) = (trust(&forger).into_bytes(), trust(&org).into_bytes());
    let mut renamed = bytes.clone();
    let places: Vec<usize> =
        (0..bytes.len() - from.len()).filter(|at| bytes[*at..].starts_with(&from)).collect();
    assert!(!places.is_empty());
    for at in places {
        renamed[at..at + to.len()].copy_from_slice(&to);
    }
    org.scratch.write("renamed.tar", &renamed);
    for answer in proven(&org, &org.scratch.at("renamed.tar")) {
        assert_eq!(answer.code, 5, "{}", answer.all());
    }
}

/// A signature by a key that the roster does not have, in a bundle that lists it beside Priya's name.
#[test]
fn keys_that_the_roster_does_not_have_are_not_believed() {
    let org = org();
    bundle(&org);
    org.key("forger");
    let script = "set -eu; cd un/changes/*; for file in statements/*.json; do \
         sed -n 's/^\"statement\":\"\\(.*\\)\",$/\\1/p' $file | sed 's/\\\\\\(.\\)/\\1/g' | tr -d '\\n' >../../one; \
         rm -f ../../one.sig; ssh-keygen -q -Y sign -n obstat-approval@v1 -f ../../../keys/forger ../../one; \
         signature=$(awk '{printf \"%s\\\\n\", $0}' ../../one.sig | sed 's/\\\\n/\\\\\\\\n/g'); \
         sed -i \"s|^\\\"signature\\\":.*|\\\"signature\\\":\\\"$signature\\\"}|\" $file; done";
    let [_, honest] = proven(&org, &org.scratch.at("b.tar"));
    assert_eq!(honest.code, 0, "{}", honest.all());
    org.scratch.run(".", &["sh", "-c", script], &[], "").ok();
    let trust = org.scratch.at("server.git/obstat/trust").to_string_lossy().into_owned();
    let unlisted = org.scratch.run("un", &["sh", "verify.sh", &trust], &[], "");
    assert!(unlisted.err.contains("does not hold"), "{}", unlisted.all());
    let signers = org.scratch.run(".", &["sh", "-c", "echo un/changes/*/allowed_signers"], &[], "");
    let signers = signers.ok().trim().to_owned();
    let bare = |who: &str| org.public_key(who).split(' ').take(2).collect::<Vec<_>>().join(" ");
    let options = "namespaces=\"obstat-approval@v1\"";
    // A foreign key, the same in a line without an end, behind a name of the roster's, and somebody else's.
    let (foreign, other) = (bare("forger"), bare("jonas"));
    for (listed, why) in [
        (format!("priya {options} {foreign}\n"), "roster does not have the key"),
        (format!("priya {options} {foreign}"), "roster does not have the key"),
        (format!("priya namespaces=\"obstat-approval@v1, {other} x\" {foreign}\n"), "another form"),
        (format!("priya {options} {other}\n"), "roster does not have the key"),
        (format!("priya {options} {foreign} comment\n"), "another form"),
    ] {
        org.scratch.write(&signers, &listed);
        let answer = org.scratch.run("un", &["sh", "verify.sh", &trust], &[], "");
        assert_eq!(answer.code, 5, "{listed}: {}", answer.all());
        assert!(answer.err.contains(why), "{listed}: {}", answer.all());
    }
}
