//! Disks that are full, files that are broken, programs that are missing: a clear word, never a pass.

use super::{ASSISTED, org, program};

fn changed() -> obstat_testkit::Org {
    let org = org();
    org.scratch.write("work/docs/a.md", "text\n");
    org.commit("priya", "docs");
    org
}

#[test]
fn a_gate_that_cannot_write_lets_nothing_pass_and_heals() {
    let org = changed();
    // A directory in the place of a file is as good as a full disk, for root too.
    let pending = org.scratch.at("server.git/obstat/pending");
    std::fs::write(&pending, "in the way").unwrap();
    let refused = org.push("priya", &["main"]);
    assert_ne!(refused.code, 0, "a landing that could not be announced passed");
    assert!(refused.err.contains("pending"), "{}", refused.err);
    std::fs::remove_file(&pending).unwrap();
    org.push("priya", &["main"]).ok();
}

#[test]
fn a_full_disk_lets_nothing_pass() {
    let org = changed();
    // No file may grow: what the gate writes fails with EFBIG, as a full disk with ENOSPC.
    let (server, new) = ("server.git", org.scratch.git("work", &["rev-parse", "main"]));
    org.push("priya", &["main:free"]).ok();
    let old = org.scratch.git(server, &["rev-parse", "main"]);
    let line = format!("{old} {new} refs/heads/main\n");
    let hook =
        format!("trap '' XFSZ; ulimit -f 0; exec '{}' hook pre-receive", program().display());
    let env = [("GIT_DIR", "."), ("OBSTAT_PUSHER", "priya")];
    let refused = org.scratch.run(server, &["sh", "-c", &hook], &env, &line);
    assert_ne!(refused.code, 0, "{}", refused.all());
    assert!(!refused.all().contains("panicked"), "{}", refused.all());
}

/// The push is in when post-receive finds the disk full: it says so, and the next run records it.
#[test]
fn a_disk_that_fills_up_after_the_push_loses_nothing() {
    let org = changed();
    let hook = org.scratch.at("server.git/hooks/post-receive");
    let kept = std::fs::read_to_string(&hook).unwrap();
    std::fs::write(&hook, kept.replacen('\n', "\ntrap '' XFSZ; ulimit -f 0\n", 1)).unwrap();
    let pushed = org.push("priya", &["main"]);
    assert_eq!(pushed.code, 0, "{}", pushed.err);
    assert!(pushed.err.contains("error"), "{}", pushed.err);
    assert!(!pushed.err.contains("panicked"), "{}", pushed.err);
    let tip = org.scratch.git("work", &["rev-parse", "main"]);
    std::fs::write(&hook, kept).unwrap();
    org.scratch.write("work/docs/b.md", "text\n");
    org.commit("priya", "more docs");
    org.push("priya", &["main"]).ok();
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
    let line = ["verify", "--target", "production", "--trust", "../server.git/obstat/trust", &tip];
    let answer = org.obstat("mira", "work", &line);
    assert_eq!(answer.code, 0, "{}", answer.all());
}

/// A statement that cannot be kept was not made, and nothing half-written is filed.
#[test]
fn a_full_disk_signs_nothing() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    let (key, typed) = (org.scratch.at("keys/priya"), org.typed("main"));
    let sign = format!(
        "trap '' XFSZ; ulimit -f 0; exec '{}' sign --key '{}' main",
        program().display(),
        key.display()
    );
    let ran = org.scratch.run("work", &["sh", "-c", &sign], &[], &typed);
    assert_ne!(ran.code, 0, "{}", ran.all());
    assert!(ran.err.contains("error") && !ran.err.contains("panicked"), "{}", ran.all());
    let filed = ["for-each-ref", "--format=%(refname)", "refs/obstat/approvals"];
    assert_eq!(org.scratch.git("work", &filed), "");
    org.sign("priya", "main", &[]).ok();
}

#[test]
fn a_landing_that_was_not_recorded_is_recorded_by_the_next_run() {
    let org = changed();
    // The machine stops between the push and its post-receive hook.
    let hook = org.scratch.at("server.git/hooks/post-receive");
    let kept = std::fs::read(&hook).unwrap();
    std::fs::remove_file(&hook).unwrap();
    org.push("priya", &["main"]).ok();
    let first = org.scratch.git("work", &["rev-parse", "main"]);
    org.scratch.write("server.git/hooks/post-receive", kept);
    org.scratch.run("server.git", &["chmod", "+x", "hooks/post-receive"], &[], "").ok();
    org.scratch.write("work/docs/b.md", "text\n");
    org.commit("priya", "more docs");
    org.push("priya", &["main"]).ok();
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
    let trust = "../server.git/obstat/trust";
    for commit in [first.as_str(), "main"] {
        let line = ["verify", "--target", "production", "--trust", trust, commit];
        let found = org.obstat("mira", "work", &line);
        assert_eq!(found.code, 0, "{commit}: {}", found.all());
    }
}

/// A raise of a moment ago waits, also where the machine stopped before it was on record.
#[test]
fn what_landed_unrecorded_is_past_for_the_next_push() {
    let org = org();
    let raised = org.roster().replace("level: junior", "level: senior");
    org.scratch.write("work/.obstat/roster.yaml", raised);
    org.commit("yusuf", "promote Tove");
    for who in ["mira", "priya"] {
        org.sign(who, "main", &[]).ok();
    }
    org.push_statements("mira").ok();
    let hook = org.scratch.at("server.git/hooks/post-receive");
    let kept = std::fs::read(&hook).unwrap();
    std::fs::remove_file(&hook).unwrap();
    org.push("yusuf", &["main"]).ok();
    org.scratch.write("work/pay/charge.rs", "fn charge() { more() }\n");
    org.commit("jonas", "work");
    org.sign("tove", "main", &[]).ok();
    org.push_statements("tove").ok();
    assert_ne!(org.push("jonas", &["main"]).code, 0, "a raise of today counted today");
    org.scratch.write("server.git/hooks/post-receive", kept);
    org.scratch.run("server.git", &["chmod", "+x", "hooks/post-receive"], &[], "").ok();
    org.sign("priya", "main", &[]).ok();
    org.push_statements("priya").ok();
    org.push("jonas", &["main"]).ok();
    let line = ["rev-list", "--count", "refs/obstat/landings"];
    assert_eq!(org.scratch.git("server.git", &line), "3", "bootstrap and two landings, once each");
}

/// Another hook may refuse what the gate let pass, and git drops its objects in time.
#[test]
fn a_push_that_another_hook_refused_is_in_nobody_s_way() {
    let org = changed();
    let before = org.scratch.git("server.git", &["rev-parse", "main"]);
    org.scratch.write("server.git/hooks/update", "#!/bin/sh\nexit 1\n");
    org.scratch.run("server.git", &["chmod", "+x", "hooks/update"], &[], "").ok();
    assert_ne!(org.push("priya", &["main"]).code, 0);
    let gone = org.scratch.git("work", &["rev-parse", "main"]);
    org.scratch.git("server.git", &["gc", "-q", "--prune=now"]);
    let missing = org.scratch.run("server.git", &["git", "cat-file", "-e", &gone], &[], "");
    assert_ne!(missing.code, 0, "the objects of the refused push are still there");
    org.scratch.write("server.git/hooks/update", "#!/bin/sh\nexit 0\n");
    org.scratch.git("work", &["reset", "-q", "--hard", &before]);
    for n in 0..2 {
        org.scratch.write("work/docs/other.md", format!("{n}\n"));
        org.commit("priya", "other docs");
        let pushed = org.push("priya", &["main"]);
        assert_eq!(pushed.code, 0, "{}", pushed.err);
        assert!(pushed.err.contains("cleared"), "{}", pushed.err);
    }
    let line = ["rev-list", "--count", "refs/obstat/landings"];
    assert_eq!(org.scratch.git("server.git", &line), "3");
    // Announced twice, landed once.
    org.scratch.write("server.git/hooks/update", "#!/bin/sh\nexit 1\n");
    org.scratch.write("work/docs/other.md", "last\n");
    org.commit("priya", "last docs");
    assert_ne!(org.push("priya", &["main"]).code, 0);
    org.scratch.write("server.git/hooks/update", "#!/bin/sh\nexit 0\n");
    org.push("priya", &["main"]).ok();
    assert_eq!(org.scratch.git("server.git", &line), "4");
}

#[test]
fn broken_gate_files_stop_pushes_with_a_hint() {
    for file in ["trust", "gate_key", "gate.toml", "policy_ref"] {
        let org = changed();
        let path = org.scratch.at("server.git/obstat").join(file);
        for content in ["", "broken\n", "\u{0}\u{1}"] {
            std::fs::write(&path, content).unwrap();
            let refused = org.push("priya", &["main"]);
            assert_ne!(refused.code, 0, "{file} = {content:?}: pushed");
            assert!(!refused.err.contains("panicked"), "{}", refused.err);
            assert!(refused.err.contains(file) || refused.err.contains("ref"), "{}", refused.err);
        }
    }
}

#[test]
fn a_poisoned_roster_cache_is_read_again_or_refused() {
    let org = changed();
    org.push("priya", &["main"]).ok();
    let cache = org.scratch.at("server.git/obstat/cache");
    for entry in std::fs::read_dir(&cache).unwrap() {
        let path = entry.unwrap().path();
        for content in [&b""[..], b"x", &[0xff; 400]] {
            std::fs::write(&path, content).unwrap();
            org.scratch.write("work/src/a.rs", format!("// {}\n", content.len()));
            org.commit("jonas", ASSISTED);
            let refused = org.push("jonas", &["main"]);
            assert_ne!(refused.code, 0);
            assert!(!refused.err.contains("panicked"), "{}", refused.err);
            org.scratch.git("work", &["reset", "-q", "--hard", "HEAD~1"]);
        }
    }
}

/// A folder on the search path that holds links to some programs only.
fn with_only(org: &obstat_testkit::Org, programs: &[&str]) -> String {
    let folder = org.scratch.at("few");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir(&folder).unwrap();
    for program in programs {
        let found = org.scratch.run(".", &["sh", "-c", &format!("command -v {program}")], &[], "");
        std::os::unix::fs::symlink(found.ok().trim(), folder.join(program)).unwrap();
    }
    folder.to_string_lossy().into_owned()
}

#[test]
fn without_git_or_ssh_keygen_the_command_says_what_is_missing() {
    let org = org();
    org.scratch.git("work", &["checkout", "-q", "-b", "feature"]);
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    org.scratch.git("work", &["checkout", "-q", "main"]);
    org.scratch.write("work/docs/a.md", "text\n");
    org.commit("jonas", "docs");
    org.push("jonas", &["main"]).ok();
    org.scratch.git("work", &["fetch", "-q", "origin"]);
    let key = org.scratch.at("keys/priya").to_string_lossy().into_owned();
    let program = program().to_string_lossy().into_owned();
    let line = [program.as_str(), "sign", "--key", &key, "feature"];
    let typed = org.typed("feature");
    for (there, missing) in [("git", "ssh-keygen"), ("ssh-keygen", "git")] {
        let path = with_only(&org, &[there]);
        let found = org.scratch.run("work", &line, &[("PATH", path.as_str())], &typed);
        assert_eq!(found.code, 2, "{missing}: {}", found.all());
        assert!(found.err.contains(missing), "{missing}: {}", found.err);
        assert!(found.err.contains("install"), "{missing}: {}", found.err);
    }
    let path = with_only(&org, &["git", "ssh-keygen"]);
    org.scratch.run("work", &line, &[("PATH", path.as_str())], &typed).ok();
}

/// Puts a hook beside the gate's, to be run between its judgement and the move of the refs.
fn between(org: &obstat_testkit::Org, script: &str) {
    org.scratch.write("server.git/hooks/update", format!("#!/bin/sh\n{script}\n"));
    org.scratch.run("server.git", &["chmod", "+x", "hooks/update"], &[], "").ok();
}

/// A client can make git wait after the judgement. What is taken back meanwhile is not there when
/// the ref moves, and no deploy shall believe the record of a judgement of then.
#[test]
fn what_waits_long_between_judgement_and_landing_is_judged_again() {
    for withdrawn in [true, false] {
        let org = org();
        org.scratch.clock("+0");
        org.scratch.write("work/pay/charge.rs", "fn charge() { more() }\n");
        let tip = org.commit("jonas", "work");
        org.sign("yusuf", "main", &[]).ok();
        org.push_statements("yusuf").ok();
        let hook =
            std::fs::read_to_string(org.scratch.at("server.git/hooks/post-receive")).unwrap();
        let late = hook.replacen('\n', "\nexport FAKETIME=+120s\n", 1);
        org.scratch.write("server.git/hooks/post-receive", late);
        if withdrawn {
            let key = org.scratch.at("keys/yusuf").to_string_lossy().into_owned();
            let line = ["withdraw", "--key", &key, "--reason", "wrong", "main"];
            let typed = org.typed("main");
            org.obstat_typing("yusuf", "work", &line, &typed).ok();
            let work = org.scratch.at("work").to_string_lossy().into_owned();
            between(
                &org,
                &format!(
                    "case $1 in refs/heads/*) cd {work} && env -u GIT_DIR -u GIT_QUARANTINE_PATH OBSTAT_PUSHER=yusuf git push -q origin 'refs/obstat/approvals/*:refs/obstat/approvals/*';; esac"
                ),
            );
        }
        let pushed = org.push("jonas", &["main"]);
        assert_eq!(pushed.code, 0, "{}", pushed.err);
        org.scratch.clock("+180s");
        org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
        let line =
            ["verify", "--target", "production", "--trust", "../server.git/obstat/trust", &tip];
        let answer = org.obstat("mira", "work", &line);
        assert_eq!(answer.code, if withdrawn { 3 } else { 0 }, "{}", answer.all());
        assert_eq!(pushed.err.contains("unenforced"), withdrawn, "{}", pushed.err);
        // Nor is what comes on top of it, until it has been signed for.
        between(&org, "exit 0");
        std::fs::write(org.scratch.at("server.git/hooks/post-receive"), &hook).unwrap();
        org.scratch.write("work/docs/a.md", "text\n");
        let above = org.commit("jonas", "docs");
        org.push("jonas", &["main"]).ok();
        let asked = |commit: &str| {
            org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
            let trust = "../server.git/obstat/trust";
            let line = ["verify", "--target", "production", "--trust", trust, commit];
            org.obstat("mira", "work", &line)
        };
        let answer = asked(&above);
        assert_eq!(answer.code, if withdrawn { 3 } else { 0 }, "{}", answer.all());
        org.scratch.clock("+240s");
        org.sign("priya", &format!("{tip}~1..{tip}"), &[]).ok();
        org.push_statements("priya").ok();
        for commit in [&above, &tip] {
            let answer = asked(commit);
            assert_eq!(answer.code, 0, "{}", answer.all());
            assert!(!answer.out.contains("warn mode"), "{}", answer.out);
        }
        // The script does not decide again, so it takes no such landing.
        if withdrawn {
            let trust = "../server.git/obstat/trust";
            let line = ["bundle", "--target", "production", "--trust", trust, "--output", "b.tar"];
            let line: Vec<&str> = line.into_iter().chain([tip.as_str()]).collect();
            org.obstat("mira", "work", &line).ok();
            org.scratch.write("un/.keep", "");
            org.scratch.run("un", &["tar", "-xf", "../work/b.tar"], &[], "").ok();
            let script = org.scratch.run("un", &["sh", "verify.sh", trust], &[], "");
            assert_eq!(script.code, 5, "{}", script.all());
            assert!(script.err.contains("without being cleared"), "{}", script.err);
        }
        // And whatever is made from it.
        org.scratch.git("work", &["tag", "v1", &tip]);
        org.push("mira", &["v1", &format!("{tip}:refs/heads/release/1")]).ok();
    }
}

/// Lets a push of `main` wait for two minutes, while something is done in the work tree.
fn waits(org: &obstat_testkit::Org, script: &str) {
    org.scratch.clock("+0");
    let hook = std::fs::read_to_string(org.scratch.at("server.git/hooks/post-receive")).unwrap();
    let late = hook.replacen('\n', "\nexport FAKETIME=+120s\n", 1);
    org.scratch.write("server.git/hooks/post-receive", late);
    let work = org.scratch.at("work").to_string_lossy().into_owned();
    let clean = "env -u GIT_DIR -u GIT_QUARANTINE_PATH";
    let script = format!("case $1 in refs/heads/main) cd {work} && {clean} {script};; esac");
    between(org, &script);
}

fn asked(org: &obstat_testkit::Org, commit: &str) -> obstat_testkit::Finished {
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
    let trust = "../server.git/obstat/trust";
    org.obstat("mira", "work", &["verify", "--target", "production", "--trust", trust, commit])
}

const STATEMENTS: &str = "'refs/obstat/approvals/*:refs/obstat/approvals/*'";

/// Branches that show who made something come and go; the record of what slipped by keeps it.
#[test]
fn whoever_made_what_slipped_by_does_not_clear_it() {
    let org = org();
    let charge = "fn charge() { more() }\n";
    org.scratch.git("work", &["checkout", "-q", "-b", "by-yusuf"]);
    org.scratch.write("work/pay/charge.rs", charge);
    org.commit("yusuf", "work");
    org.push("yusuf", &["by-yusuf"]).ok();
    org.scratch.git("work", &["checkout", "-q", "main"]);
    org.scratch.write("work/pay/charge.rs", charge);
    let tip = org.commit("jonas", "mine");
    org.sign("priya", "main", &[]).ok();
    org.push_statements("priya").ok();
    let key = org.scratch.at("keys/priya").to_string_lossy().into_owned();
    waits(&org, &format!("OBSTAT_PUSHER=priya git push -q origin {STATEMENTS}"));
    let line = ["withdraw", "--key", &key, "--reason", "wrong", "main"];
    let typed = org.typed("main");
    org.obstat_typing("priya", "work", &line, &typed).ok();
    let pushed = org.push("jonas", &["main"]);
    assert!(pushed.err.contains("unenforced"), "{}", pushed.err);
    between(&org, "exit 0");
    org.scratch.clock("+240s");
    let range = format!("{tip}~1..{tip}");
    for (who, code) in [("yusuf", 3), ("mira", 0)] {
        org.sign(who, &range, &[]).ok();
        org.push_statements(who).ok();
        let answer = asked(&org, &tip);
        assert_eq!(answer.code, code, "{who}: {}", answer.all());
    }
}

/// What the record of a landing lists must be there when it is decided with what came since: a clone can be
/// prepared without the rejection for which it slipped by.
#[test]
fn a_rejection_that_is_left_out_of_a_clone_is_missed() {
    let org = org();
    org.scratch.write("work/pay/charge.rs", "fn charge() { more() }\n");
    let tip = org.commit("jonas", ASSISTED);
    org.sign("yusuf", "main", &[]).ok();
    org.push_statements("yusuf").ok();
    let key = org.scratch.at("keys/mira").to_string_lossy().into_owned();
    let (typed, line) = (org.typed("main"), ["reject", "--key", &key, "--reason", "no", "main"]);
    waits(&org, &format!("OBSTAT_PUSHER=mira git push -q origin {STATEMENTS}"));
    org.obstat_typing("mira", "work", &line, &typed).ok();
    let pushed = org.push("jonas", &["main"]);
    assert!(pushed.err.contains("unenforced"), "{}", pushed.err);
    between(&org, "exit 0");
    org.scratch.clock("+240s");
    // A word of anybody makes a moment at which to decide again.
    org.sign("tove", &format!("{tip}~1..{tip}"), &[]).ok();
    org.push_statements("tove").ok();
    let honest = asked(&org, &tip);
    assert_eq!(honest.code, 3, "{}", honest.all());
    let names = ["for-each-ref", "--format=%(refname)", "refs/obstat/approvals"];
    let names = org.scratch.git("work", &names);
    let is_no = |name: &&str| {
        let text = org.scratch.git("work", &["cat-file", "blob", name]);
        text.contains("\\\"decision\\\":\\\"reject\\\"")
    };
    let rejection = names.lines().find(is_no).expect("a rejection").to_owned();
    org.scratch.git("work", &["update-ref", "-d", &rejection]);
    let trust = "../server.git/obstat/trust";
    let line = ["verify", "--target", "production", "--trust", trust, &tip];
    let bent = org.obstat("mira", "work", &line);
    assert_ne!(bent.code, 0, "{}", bent.all());
    let line = ["bundle", "--target", "production", "--trust", trust, "--output", "../b.tar", &tip];
    assert_ne!(org.obstat("mira", "work", &line).code, 0, "and a bundle of it was written");
}

/// While a push waits anybody may push branches in anybody's name: they undo no judgement.
#[test]
fn a_branch_that_came_meanwhile_undoes_no_approval() {
    let org = org();
    let charge = "fn charge() { more() }\n";
    org.scratch.git("work", &["checkout", "-q", "-b", "forged"]);
    org.scratch.write("work/pay/charge.rs", charge);
    org.commit("priya", "in her name");
    org.scratch.git("work", &["checkout", "-q", "main"]);
    org.scratch.write("work/pay/charge.rs", charge);
    let tip = org.commit("jonas", "work");
    org.sign("priya", "main", &[]).ok();
    org.push_statements("priya").ok();
    waits(&org, "OBSTAT_PUSHER=tove git push -q origin forged");
    let pushed = org.push("jonas", &["main"]);
    assert!(pushed.err.contains("cleared"), "{}", pushed.err);
    org.scratch.clock("+240s");
    let answer = asked(&org, &tip);
    assert_eq!(answer.code, 0, "{}", answer.all());
}

/// Of what one person takes back again and again the last word speaks for all: records stay short.
#[test]
fn a_flood_of_withdrawals_makes_no_record_long() {
    let org = org();
    org.scratch.write("work/pay/charge.rs", "fn charge() { more() }\n");
    org.commit("jonas", "work");
    org.sign("priya", "main", &[]).ok();
    let key = org.scratch.at("keys/tove").to_string_lossy().into_owned();
    let typed = org.typed("main");
    for _ in 0..12 {
        for verb in ["reject", "withdraw"] {
            let line = [verb, "--key", &key, "--reason", "no", "main"];
            org.obstat_typing("tove", "work", &line, &typed).ok();
        }
    }
    org.push_statements("tove").ok();
    org.push("jonas", &["main"]).ok();
    let line = ["grep", "-h", "kind.*cleared", "refs/obstat/landings"];
    let record = org.scratch.git("server.git", &line);
    let listed = record.split("statements").nth(1).and_then(|rest| rest.split(']').next());
    let listed = listed.unwrap_or_default().split(',').count();
    assert!((2..=5).contains(&listed), "{listed} statements in {record}");
}

/// The announcement of a push that waited for longer than those are kept is gone.
#[test]
fn what_lands_without_an_announcement_is_recorded() {
    let org = org();
    between(&org, "rm -f obstat/pending/*");
    org.scratch.write("work/docs/a.md", "text\n");
    let first = org.commit("jonas", "docs");
    let pushed = org.push("jonas", &["main", "main:free"]);
    assert!(pushed.err.contains("cleared"), "{}", pushed.err);
    org.scratch.write("work/docs/a.md", "more\n");
    let second = org.commit("jonas", "docs");
    between(&org, "exit 0");
    org.push("jonas", &["main"]).ok();
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
    for tip in [first, second] {
        let line =
            ["verify", "--target", "production", "--trust", "../server.git/obstat/trust", &tip];
        let answer = org.obstat("mira", "work", &line);
        assert_eq!(answer.code, 0, "{}", answer.all());
    }
    let line = ["rev-list", "--count", "refs/obstat/landings"];
    assert_eq!(
        org.scratch.git("server.git", &line),
        "3",
        "bootstrap and two landings, none of `free`"
    );
}

/// A repository that is damaged in one place, and what is said of it.
#[test]
fn damaged_and_unreadable_repositories_are_told_with_a_way_out() {
    let loose = |org: &obstat_testkit::Org, id: &str| {
        let (head, tail) = id.split_at(2);
        org.scratch.at(&format!("work/.git/objects/{head}/{tail}"))
    };
    for what in ["HEAD", "HEAD^{tree}", "HEAD:src/a.rs"] {
        let org = org();
        org.scratch.write("work/src/a.rs", "fn a() {}\n");
        org.commit("jonas", ASSISTED);
        let id = org.scratch.git("work", &["rev-parse", what]);
        let path = loose(&org, &id);
        for (how, bytes) in [("broken", Some("x")), ("gone", None)] {
            std::fs::remove_file(&path).unwrap();
            if let Some(bytes) = bytes {
                std::fs::write(&path, bytes).unwrap();
            }
            let ran = org.obstat("jonas", "work", &["check"]);
            assert_eq!(ran.code, 2, "{what} {how}: {}", ran.all());
            assert!(
                ran.err.contains("git fsck") || ran.err.contains("git fetch"),
                "{what} {how}: {}",
                ran.err
            );
            assert!(!ran.all().contains("panicked"), "{}", ran.all());
        }
    }
    let org = org();
    std::fs::write(org.scratch.at("work/.git/HEAD"), "nonsense\n").unwrap();
    let ran = org.obstat("jonas", "work", &["check"]);
    assert_eq!(ran.code, 2, "{}", ran.all());
    assert!(ran.err.contains("hint") && ran.err.contains("git "), "{}", ran.err);
}

/// Announcements that never come to pass are not kept without end, and what one of them was of lands
/// on record all the same.
#[test]
fn announcements_that_never_come_are_limited() {
    let org = changed();
    between(&org, "exit 1");
    assert_ne!(org.push("priya", &["main"]).code, 0);
    let pending = org.scratch.at("server.git/obstat/pending");
    let names = || -> Vec<String> {
        let entries = std::fs::read_dir(&pending).unwrap();
        entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
    };
    let kept = names().into_iter().find(|name| !name.contains('.')).unwrap();
    let bytes = std::fs::read(pending.join(&kept)).unwrap();
    for n in 1..2_500 {
        std::fs::write(pending.join(format!("{n:020}-{n:064x}")), &bytes).unwrap();
    }
    between(&org, "exit 0");
    org.scratch.write("work/docs/b.md", "text\n");
    org.commit("priya", "more docs");
    // One that is on its way is not forgotten for what the same pusher announces beside it.
    let early = org.push("priya", &["main"]);
    assert!(early.err.contains("wait a minute"), "{}", early.err);
    org.scratch.clock("+61s");
    let pushed = org.push("priya", &["main"]);
    assert!(pushed.err.contains("cleared"), "{}", pushed.err);
    assert!(names().len() <= 1_001, "{}", names().len());
}

/// Notes that tell which tool helped may be gone when a landing is judged again; the record is not.
#[test]
fn a_tool_that_only_a_note_tells_of_is_not_forgotten() {
    let rule = "  - name: cursor\n    when: { tool: [cursor] }\n    require: [{ approvals: 1, level: principal }]\n  - name: pay\n";
    let policy = obstat_testkit::POLICY.replacen("  - name: pay\n", rule, 1);
    let org = obstat_testkit::Org::gated(super::program(), &policy);
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    let tip = org.commit("jonas", "work");
    let note = "src/a.rs\n  abc 1-1\n---\n{\"schema_version\":\"authorship/3.0.0\",\"base_commit_sha\":\"\",\"prompts\":{\"abc\":{\"agent_id\":{\"tool\":\"cursor\",\"id\":\"x\",\"model\":\"m\"},\"human_author\":null,\"messages\":[]}}}";
    org.scratch.git_as("jonas", "work", &["notes", "--ref=ai", "add", "-m", note, &tip]).ok();
    org.push("jonas", &["refs/notes/ai"]).ok();
    for who in ["priya", "mira"] {
        org.sign(who, "main", &[]).ok();
    }
    org.push_statements("priya").ok();
    waits(&org, &format!("OBSTAT_PUSHER=mira git push -q origin {STATEMENTS}"));
    let key = org.scratch.at("keys/mira").to_string_lossy().into_owned();
    let line = ["withdraw", "--key", &key, "--reason", "wrong", "main"];
    let typed = org.typed("main");
    org.obstat_typing("mira", "work", &line, &typed).ok();
    let pushed = org.push("jonas", &["main"]);
    assert!(pushed.err.contains("unenforced"), "{}", pushed.err);
    org.scratch.clock("+240s");
    let answer = asked(&org, &tip);
    assert_eq!(answer.code, 3, "{}", answer.all());
}
