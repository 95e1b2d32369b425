//! The first steps in a repository of one's own, and the ways in which people and transports come.

use super::{ASSISTED, org, program};
use obstat_testkit::{Finished, Org, POLICY, Scratch};

fn obstat(scratch: &Scratch, line: &[&str]) -> Finished {
    let program = program().to_string_lossy().into_owned();
    let line: Vec<&str> = std::iter::once(program.as_str()).chain(line.iter().copied()).collect();
    scratch.run("work", &line, &[], "")
}

/// A history of several people, tools and robots.
fn history() -> Scratch {
    let scratch = Scratch::new();
    scratch.git(".", &["init", "-q", "-b", "trunk", "work"]);
    let commit = |who: &str, path: &str| {
        scratch.write(&format!("work/{path}"), format!("{who}\n"));
        scratch.git("work", &["add", "-A"]);
        let line = ["commit", "-q", "--author", who, "-m", "change"];
        scratch.git_as("ann", "work", &line).ok();
    };
    for n in 0..3 {
        commit("Ann Lee <ann@example.com>", &format!("src/{n}.rs"));
    }
    commit("ann lee <ann.lee@home.example>", "src/b.rs");
    commit("Bob Moss <bob@example.com>", "docs/c.md");
    commit("dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>", "lock");
    commit("Cursor Agent <cursoragent@cursor.com>", "src/d.rs");
    scratch.run(".", &["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "key"], &[], "").ok();
    scratch
}

/// The draft demands presence, explains itself, joins aliases, sets robots and agents apart, names
/// owners of folders, and holds once its keys fit.
#[test]
fn init_drafts_policy_roster_and_owners_from_history() {
    let scratch = history();
    let unknown = obstat(&scratch, &["init", "--key", "../key.pub"]);
    assert_eq!(unknown.code, 2, "{}", unknown.all());
    assert!(unknown.err.contains("git config user.email"), "{}", unknown.err);
    scratch.git("work", &["config", "user.email", "ANN@example.com"]);
    obstat(&scratch, &["init", "--key", "../key.pub"]).ok();
    let read = |name: &str| {
        std::fs::read_to_string(scratch.at("work/.obstat").join(name)).unwrap_or_default()
    };
    let (policy, roster, owners) = (read("policy.yaml"), read("roster.yaml"), read("CODEOWNERS"));
    for part in ["presence: present", "refs/heads/trunk", "mode: shadow", "# shadow:", "exempt:"] {
        assert!(policy.contains(part), "{part}: {policy}");
    }
    let (_, ann) = roster.split_once("  ann-lee:").unwrap_or_default();
    let (ann, rest) = ann.split_once("  bob-moss:").unwrap_or_default();
    for part in ["level: principal", "ann@example.com", "ann.lee@home.example", "ssh-ed25519"] {
        assert!(ann.contains(part), "{part}: {roster}");
    }
    assert!(rest.contains("level: junior") && rest.contains("bob@example.com"), "{roster}");
    assert!(rest.contains("agents:\n  cursor-cloud-agent:"), "{roster}");
    assert!(rest.contains("services:\n") && rest.contains("dependabot[bot]@"), "{roster}");
    assert!(owners.contains("/src/ @ann-lee") && owners.contains("/docs/ @bob-moss"), "{owners}");
    // The key gives no presence, and that is told; with less asked for, the draft holds.
    let told = obstat(&scratch, &["policy", "check"]);
    assert!(told.err.contains("could sign"), "{}", told.all());
    scratch.write("work/.obstat/policy.yaml", policy.replace("presence: present", "presence: key"));
    let told = obstat(&scratch, &["policy", "check"]);
    assert_eq!(told.code, 0, "{}", told.all());
    // An existing file of owners is the team's own.
    std::fs::remove_dir_all(scratch.at("work/.obstat")).ok();
    scratch.write("work/.github/CODEOWNERS", "* @ann-lee\n");
    obstat(&scratch, &["init", "--key", "../key.pub"]).ok();
    assert!(!scratch.at("work/.obstat/CODEOWNERS").exists());
}

/// What the gate would not read, and what would not bind its own branch, is told before it is set up.
#[test]
fn a_policy_that_is_a_link_or_elsewhere_is_told() {
    let org = Org::ungated(program(), POLICY);
    let check = || org.obstat("mira", "work", &["policy", "check"]);
    assert!(!check().all().contains("no target holds"), "{}", check().all());
    let other = POLICY.replace("refs: [refs/heads/main]", "refs: [refs/heads/master]");
    let other = other.replace(", from: refs/heads/main", "");
    assert!(!other.contains("heads/main"), "{other}");
    org.scratch.write("work/.obstat/policy.yaml", &other);
    assert!(check().err.contains("no target holds refs/heads/main"), "{}", check().all());
    let (file, away) = (org.scratch.at("work/.obstat/policy.yaml"), org.scratch.at("work/away"));
    std::fs::rename(&file, &away).unwrap_or_default();
    assert!(check().err.contains("does not exist"), "{}", check().all());
    std::os::unix::fs::symlink(&away, &file).unwrap_or_default();
    let refused = check();
    assert_eq!(refused.code, 2, "{}", refused.all());
    assert!(refused.err.contains("is no file"), "{}", refused.err);
}

/// A team's own tools count from the moment their fingerprints are in the tree.
#[test]
fn fingerprints_of_a_repository_are_read() {
    let org = org();
    let own = "format = 1\ndated = \"2026-01-01\"\n\n[[tool]]\nid = \"robo\"\ndisplay = \"Robo\"\nvendor = \"us\"\n\n\
               [[pattern]]\ntool = \"robo\"\nkind = \"trailer\"\nmatch = \"text\"\npattern = \"Made-by: robo\"\nexample = \"Made-by: robo\"\nconfidence = \"high\"\nsource = \"us\"\n";
    org.scratch.write("work/.obstat/fingerprints.toml", own);
    org.commit("jonas", "fingerprints");
    for who in ["mira", "priya"] {
        org.sign(who, "main", &[]).ok();
        org.push_statements(who).ok();
    }
    let landed = org.push("jonas", &["main"]);
    assert_eq!(landed.code, 0, "{}", landed.err);
    org.scratch.git("work", &["fetch", "-q", "origin"]);
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", "x\n\nMade-by: robo");
    let refused = org.push("jonas", &["main"]);
    assert!(refused.err.contains("yes, robo (E2 trailer)"), "{}", refused.err);
    let audit = org.obstat("jonas", "work", &["audit"]).ok();
    assert!(audit.contains("robo"), "{audit}");
}

/// People bring the keys that they have.
#[test]
fn rsa_and_ecdsa_keys_sign() {
    for (kind, bits) in [("rsa", "3072"), ("ecdsa", "256"), ("ecdsa", "384"), ("ecdsa", "521")] {
        let known = bits != "521";
        let org = Org::ungated(program(), POLICY);
        let path = org.scratch.at("keys/priya").to_string_lossy().into_owned();
        for end in ["", ".pub"] {
            std::fs::remove_file(format!("{path}{end}")).ok();
        }
        let line = ["ssh-keygen", "-q", "-t", kind, "-b", bits, "-N", "", "-f", &path];
        org.scratch.run(".", &line, &[], "").ok();
        org.scratch.write("work/.obstat/roster.yaml", org.roster());
        org.commit("mira", "another key");
        org.push("mira", &["main"]).ok();
        let started = org.obstat("mira", ".", &["bootstrap", "--bare", "server.git"]);
        assert_eq!(started.code == 0, known, "{}", started.all());
        if !known {
            assert!(started.err.contains("ecdsa-sha2-nistp521"), "{}", started.err);
            continue;
        }
        let install = ["hook", "install", "--bare", "server.git", "--pusher-from", "OBSTAT_PUSHER"];
        org.obstat("mira", ".", &install).ok();
        org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
        org.scratch.write("work/src/a.rs", "fn a() {}\n");
        org.commit("jonas", ASSISTED);
        org.sign("priya", "main", &[]).ok();
        org.push_statements("priya").ok();
        let pushed = org.push("jonas", &["main"]);
        assert_eq!(pushed.code, 0, "{kind} {bits}: {}", pushed.err);
    }
}

/// The pusher comes from whatever variable the transport sets; a forced command sets it for each
/// key, whatever the client says.
#[test]
fn the_pusher_is_who_the_transport_says() {
    for variable in ["REMOTE_USER", "GL_USER", "OBSTAT_PUSHER"] {
        let org = Org::ungated(program(), POLICY);
        org.obstat("mira", ".", &["bootstrap", "--bare", "server.git"]).ok();
        let install = ["hook", "install", "--bare", "server.git", "--pusher-from", variable];
        org.obstat("mira", ".", &install).ok();
        org.scratch.write("work/docs/a.md", "text\n");
        org.commit("mira", "docs");
        // As sshd runs it: the command of the key, the client's words in SSH_ORIGINAL_COMMAND, and
        // the client's environment not let in.
        let server = org.scratch.path().to_string_lossy().into_owned();
        org.scratch.write(
            "ssh",
            format!("#!/bin/sh\nshift $(($# - 1))\nexec env -i PATH=\"$PATH\" HOME={server} SSH_ORIGINAL_COMMAND=\"$1\" sh -c '{variable}=jonas git-shell -c \"$SSH_ORIGINAL_COMMAND\"'\n"),
        );
        org.scratch.run(".", &["chmod", "+x", "ssh"], &[], "").ok();
        let ssh = org.scratch.at("ssh").to_string_lossy().into_owned();
        let url = format!("ssh://server{server}/server.git");
        let env = [("GIT_SSH", ssh.as_str()), (variable, "mira")];
        let pushed = org.scratch.run("work", &["git", "push", "-q", &url, "main"], &env, "");
        assert_eq!(pushed.code, 0, "{variable}: {}", pushed.err);
        let newest = org.scratch.git("server.git", &["show", "refs/obstat/landings:latest"]);
        assert!(newest.contains("git jonas"), "{variable}: {newest}");
    }
}

/// Break-glass needs nothing but the clone and a key: the statement waits until it can be pushed.
#[test]
fn an_override_is_signed_while_the_server_is_gone() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    let typed = org.typed("main");
    std::fs::rename(org.scratch.at("server.git"), org.scratch.at("gone.git")).ok();
    let key = org.scratch.at("keys/mira").to_string_lossy().into_owned();
    let line = ["override", "--reason", "down", "--expires", "2h", "--key", &key, "main"];
    org.obstat_typing("mira", "work", &line, &typed).ok();
    let check = org.obstat("jonas", "work", &["check"]);
    assert!(check.out.contains("by override"), "{}", check.all());
    std::fs::rename(org.scratch.at("gone.git"), org.scratch.at("server.git")).ok();
    org.push_statements("mira").ok();
    let pushed = org.push("jonas", &["main"]);
    assert_eq!(pushed.code, 0, "{}", pushed.err);
    assert!(pushed.err.contains("overridden"), "{}", pushed.err);
}

/// A fix for a release follows the release: in what is checked, in what is printed to be signed, and
/// in what is verified.
#[test]
fn a_release_is_meant_where_a_branch_follows_it() {
    let org = org();
    org.push("jonas", &["HEAD:refs/heads/release/1"]).ok();
    let all = ["+refs/heads/*:refs/remotes/origin/*", "+refs/obstat/*:refs/obstat/*"];
    let fetch = || org.scratch.git("work", &["fetch", "-q", "origin", all[0], all[1]]);
    fetch();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", "only on main");
    org.scratch.git("work", &["checkout", "-q", "-b", "fix", "--track", "origin/release/1"]);
    org.scratch.write("work/pay/charge.rs", "fn charge() { 2 }\n");
    let fix = org.commit("jonas", ASSISTED);
    let told = org.obstat("jonas", "work", &["check"]);
    assert!(told.out.contains("HEAD to release/1"), "{}", told.all());
    let refused = org.push("jonas", &["fix:release/1"]);
    let line = refused.err.lines().find(|l| l.contains("obstat sign")).unwrap_or_default();
    let line = line.trim_start_matches("remote:").trim();
    assert!(line.contains("--target release/1"), "{}", refused.err);
    let key = org.scratch.at("keys/priya").to_string_lossy().into_owned();
    let mut words: Vec<&str> = line.split(' ').skip(1).collect();
    words.extend(["--key", &key, "--reason", "read it"]);
    let range = words.iter().find(|w| w.contains("..")).copied().unwrap_or_default();
    let check = ["check", "--format", "json", "--target", "release/1", range];
    let json: serde_json::Value =
        serde_json::from_str(&org.obstat("priya", "work", &check).out).unwrap_or_default();
    let digest = json["digest"].as_str().unwrap_or_default();
    let typed: String = digest.chars().take(4).chain(['\n']).collect();
    org.obstat_typing("priya", "work", &words, &typed).ok();
    org.push("jonas", &["fix:release/1"]).ok();
    fetch();
    let verify = |target: &str| {
        let trust = "../server.git/obstat/trust";
        org.obstat("mira", "work", &["verify", "--target", target, "--trust", trust, &fix])
    };
    for (target, code) in
        [("releases", 0), ("refs/heads/release/1", 0), ("production", 3), ("relaeses", 2)]
    {
        let answer = verify(target);
        assert_eq!(answer.code, code, "{target}: {}", answer.all());
    }
    assert!(verify("relaeses").err.contains("known: production, releases"));
}

/// Whatever the remote is called, its tip counts and not the local branch.
#[test]
fn the_only_remote_counts_whatever_its_name() {
    let org = org();
    org.scratch.git("work", &["remote", "rename", "origin", "srv"]);
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    org.scratch.git("work", &["branch", "-q", "--set-upstream-to", "srv/main"]);
    for line in [&["check"][..], &["check", "--remote", "srv"]] {
        let told = org.obstat("jonas", "work", line);
        assert_eq!(told.code, 4, "{}", told.all());
    }
    org.scratch.git("work", &["branch", "-q", "--unset-upstream"]);
    assert_eq!(org.obstat("jonas", "work", &["check"]).code, 4);
    org.scratch.git("work", &["remote", "add", "other", "../server.git"]);
    let told = org.obstat("jonas", "work", &["check"]);
    assert_eq!(told.code, 2, "{}", told.all());
    assert!(told.err.contains("--remote") && told.err.contains("srv"), "{}", told.err);
    let told = org.obstat("jonas", "work", &["check", "--remote", "nope"]);
    assert!(told.err.contains("known: "), "{}", told.err);
}

/// What was not fetched is not taken for what was not signed.
#[test]
fn missing_records_are_told_apart_from_missing_signatures() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    org.push("jonas", &["HEAD:refs/heads/feature"]).ok();
    org.scratch.git(".", &["clone", "-q", "--no-local", "-b", "feature", "server.git", "fresh"]);
    let told = org.obstat("priya", "fresh", &["check", "--trust", "../server.git/obstat/trust"]);
    assert_eq!(told.code, 4, "{}", told.all());
    assert!(told.err.contains("git fetch origin '+refs/obstat/"), "{}", told.all());
    let told = org.obstat("priya", "fresh", &["audit", "--unsigned"]);
    assert!(told.err.contains("git fetch origin '+refs/obstat/"), "{}", told.all());
    let told = org.obstat("priya", "work", &["check"]);
    assert!(!told.err.contains("git fetch"), "{}", told.all());
}

/// A break-glass deploy goes on; there is only no clearance to take along.
#[test]
fn an_overridden_deploy_has_no_clearance_and_passes() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    let tip = org.commit("jonas", ASSISTED);
    let key = org.scratch.at("keys/mira").to_string_lossy().into_owned();
    let line = ["override", "--reason", "down", "--expires", "2h", "--key", &key, "main"];
    org.obstat_typing("mira", "work", &line, &org.typed("main")).ok();
    org.push_statements("mira").ok();
    org.push("jonas", &["main"]).ok();
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
    let line = ["verify", "--target", "production", "--trust", "../server.git/obstat/trust"];
    let line: Vec<&str> =
        line.into_iter().chain(["--clearance", "../c.json", "--format", "json", &tip]).collect();
    let answer = org.obstat("mira", "work", &line);
    assert_eq!(answer.code, 0, "{}", answer.all());
    assert!(answer.out.contains("\"decision\":\"clear\""), "{}", answer.out);
    assert!(answer.err.contains("none was written"), "{}", answer.err);
    assert!(!org.scratch.at("c.json").exists());
}

/// What stays in force is told, and a remote that is not there before anything is signed.
#[test]
fn the_last_net_stays_and_a_wrong_remote_is_told_first() {
    let org = org();
    let install = ["hook", "install", "--bare", "server.git", "--pusher-from", "OBSTAT_PUSHER"];
    let net: Vec<&str> = install.into_iter().chain(["--last-net"]).collect();
    org.obstat("mira", ".", &net).ok();
    let said = org.obstat("mira", ".", &install).ok();
    assert!(said.contains("reference-transaction (from before"), "{said}");
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    let told = org.sign("priya", "main", &["--push", "nope"]);
    assert_eq!(told.code, 2, "{}", told.all());
    assert!(told.err.contains("no remote `nope`") && told.err.contains("origin"), "{}", told.err);
    let filed = ["for-each-ref", "--format=%(refname)", "refs/obstat/approvals"];
    assert_eq!(org.scratch.git("work", &filed), "");
}

/// An answer that does not get out is no answer.
#[test]
fn an_answer_that_cannot_be_written_fails() {
    let org = org();
    let program = program().to_string_lossy().into_owned();
    for command in ["audit --format jsonl", "roster show", "policy check"] {
        let script = format!("'{program}' {command} >/dev/full");
        let ran = org.scratch.run("work", &["sh", "-c", &script], &[], "");
        assert_eq!(ran.code, 2, "{command}: {}", ran.all());
        assert!(ran.err.contains("standard output"), "{command}: {}", ran.err);
    }
    let script = format!("'{program}' audit --format jsonl | head -c 1");
    org.scratch.run("work", &["sh", "-c", &script], &[], "").ok();
}
