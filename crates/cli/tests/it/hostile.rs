//! A repository that wants to run or hide something: nothing is run, nothing is hidden.

use super::{ASSISTED, org};

#[test]
fn configuration_attributes_and_hooks_of_a_repository_are_not_obeyed() {
    let org = org();
    let trap = "touch ../ran; false";
    for (name, value) in [
        ("core.fsmonitor", trap),
        ("diff.external", trap),
        ("diff.evil.textconv", trap),
        ("merge.evil.driver", trap),
        ("filter.evil.clean", trap),
        ("filter.evil.smudge", trap),
        ("merge.directoryRenames", "true"),
        ("gpg.program", trap),
        ("alias.merge-tree", "!touch ../ran"),
    ] {
        org.scratch.git("server.git", &["config", name, value]);
    }
    let hook = "#!/bin/sh\ntouch ../ran\n";
    for name in ["post-index-change", "pre-merge-commit", "post-merge", "post-checkout"] {
        org.scratch.write(&format!("server.git/hooks/{name}"), hook);
        let made = format!("server.git/hooks/{name}");
        org.scratch.run(".", &["chmod", "+x", &made], &[], "").ok();
    }
    org.scratch.write("work/.gitattributes", "* diff=evil merge=evil filter=evil -text\n");
    org.scratch.write("work/src/a.rs", "one\ntwo\nthree\nfour\nfive\n");
    org.commit("mira", "attributes");
    org.sign("priya", "main", &[]).ok();
    org.push_statements("priya").ok();
    org.push("mira", &["main"]).ok();
    // A head that is approved, and a main that moved in the same file: the gate merges them again.
    org.scratch.git("work", &["fetch", "-q", "origin"]);
    org.scratch.git("work", &["checkout", "-q", "-b", "feature"]);
    org.scratch.write("work/src/a.rs", "ONE\ntwo\nthree\nfour\nfive\n");
    org.commit("jonas", ASSISTED);
    org.sign("priya", "origin/main..feature", &[]).ok();
    org.push_statements("priya").ok();
    org.scratch.git("work", &["checkout", "-q", "main"]);
    org.scratch.write("work/src/a.rs", "one\ntwo\nthree\nfour\nFIVE\n");
    org.commit("mira", "the other end");
    org.sign("yusuf", "main", &[]).ok();
    org.push_statements("yusuf").ok();
    org.push("mira", &["main"]).ok();
    org.scratch.git_as("jonas", "work", &["merge", "-q", "--no-ff", "--no-edit", "feature"]).ok();
    let pushed = org.push("jonas", &["main"]);
    assert_eq!(pushed.code, 0, "the merge came out otherwise: {}", pushed.err);
    assert!(!org.scratch.at("ran").exists());
}

/// With grafts and replace refs git itself shows another history, in which this is signed.
#[test]
fn replace_refs_and_grafts_change_nothing() {
    for replaced in [true, false] {
        let org = org();
        let start = org.scratch.git("work", &["rev-parse", "HEAD"]);
        org.scratch.write("work/src/a.rs", "fn a() {}\n");
        let first = org.commit("jonas", ASSISTED);
        org.scratch.write("work/pay/charge.rs", "fn charge() { steal() }\n");
        let evil = org.commit("jonas", ASSISTED);
        org.sign("priya", &format!("{start}..{first}"), &[]).ok();
        org.push_statements("priya").ok();
        org.push("jonas", &["main:free"]).ok();
        let seen = if replaced {
            // The evil commit seems to be the signed one.
            let name = format!("refs/replace/{evil}");
            org.scratch.git("server.git", &["update-ref", &name, &first]);
            let tree = ["rev-parse", &format!("{evil}^{{tree}}")].map(str::to_owned);
            let signed = org.scratch.git("work", &["rev-parse", &format!("{first}^{{tree}}")]);
            let line = tree.each_ref().map(String::as_str);
            org.scratch.git("server.git", &line) == signed
        } else {
            // The evil commit seems to be no child of anything unsigned.
            let count = ["rev-list", "--count", &evil];
            let whole = org.scratch.git("server.git", &count);
            org.scratch.write("server.git/info/grafts", format!("{evil} {start}\n"));
            org.scratch.git("server.git", &count) != whole
        };
        assert!(seen, "git does not show another history");
        let pushed = org.push("jonas", &["main"]);
        assert_ne!(pushed.code, 0, "a replace ref or graft let content pass");
        assert!(pushed.err.contains("could sign"), "{}", pushed.err);
        // What was signed passes all the same.
        let spec = format!("{first}:refs/heads/main");
        let pushed = org.push("jonas", &[&spec]);
        assert_eq!(pushed.code, 0, "{}", pushed.err);
    }
}

#[test]
fn text_from_a_change_is_shown_escaped() {
    let org = org();
    org.scratch.write("work/src/a\u{202e}.rs", "fn a() {}\n");
    org.commit(
        "jonas",
        "Look \u{1b}[31mhere\u{202e}\n\nCo-authored-by: Cursor <cursoragent@cursor.com>",
    );
    let refused = org.push("jonas", &["main"]);
    for bad in ["\u{202e}", "\u{1b}["] {
        let ours: String = refused.err.lines().filter(|l| l.starts_with("remote:")).collect();
        assert!(!ours.contains(bad), "{ours:?}");
    }
    let signed = org.sign("priya", "main", &[]);
    assert!(
        !signed.all().contains('\u{202e}') && !signed.all().contains('\u{1b}'),
        "{}",
        signed.all()
    );
    assert!(signed.out.contains("<U+202E>"), "{}", signed.out);
}

#[test]
fn missing_programs_and_repositories_are_told() {
    let org = org();
    for line in [&["audit"][..], &["check"], &["verify", "--target", "x", "HEAD"]] {
        let outside = org.obstat("jonas", "keys", line);
        assert!(outside.code == 2 || outside.code == 5, "{line:?}: {}", outside.all());
        assert!(!outside.all().contains("panicked"), "{}", outside.all());
    }
    let none = org.obstat("jonas", "work", &["audit", "no-such-branch"]);
    assert_eq!(none.code, 2, "{}", none.all());
}

/// What lies in the place of a note says at most that an AI helped.
#[test]
fn a_submodule_in_the_place_of_a_note_stops_nobody() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    let made = org.commit("jonas", "work");
    let script =
        format!("printf '160000 commit {}\\t{made}\\n' | git mktree --missing", "1".repeat(40));
    let tree = org.scratch.run("work", &["sh", "-c", &script], &[], "").ok();
    let line = ["commit-tree", "-m", "notes", tree.trim()];
    let notes = org.scratch.git_as("tove", "work", &line).ok();
    let spec = format!("{}:refs/notes/ai", notes.trim());
    org.push("tove", &[&spec]).ok();
    let refused = org.push("jonas", &["main"]);
    assert_ne!(refused.code, 0);
    assert!(refused.err.contains("E1 note"), "{}", refused.err);
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/notes/*:refs/notes/*"]);
    signed(&org);
    org.push("jonas", &["main"]).ok();
}

fn signed(org: &obstat_testkit::Org) {
    org.sign("priya", "main", &[]).ok();
    org.push_statements("priya").ok();
}

/// Git takes a branch or tag before a commit whose id begins so, and a fetch brings tags by itself.
#[test]
fn a_tag_named_like_an_id_stands_for_nothing() {
    let org = org();
    org.scratch.write("work/pay/charge.rs", "fn charge() { exfiltrate() }\n");
    let evil = org.commit("jonas", ASSISTED);
    let short = evil.get(..8).unwrap_or_default();
    org.scratch.git("work", &["tag", short, "origin/main"]);
    let trust = "../server.git/obstat/trust";
    let line = ["verify", "--target", "production", "--trust", trust, short];
    let answer = org.obstat("mira", "work", &line);
    assert_eq!(answer.code, 2, "{}", answer.all());
    assert!(answer.err.contains("the beginning of a commit"), "{}", answer.err);
    // What a signer is told to look at is named in full.
    let brief = org.sign("priya", "origin/main..main", &[]).ok();
    assert!(brief.contains(&format!("..{evil}")), "{brief}");
    org.scratch.git("work", &["tag", "-d", short]);
    let answer = org.obstat("mira", "work", &line);
    assert_eq!(answer.code, 3, "{}", answer.all());
    // Nor do one like a description of it, and one like another branch; a whole id is an id.
    let described = format!("v1-2-g{short}");
    for name in [described.as_str(), "origin/fix"] {
        org.scratch.git("work", &["update-ref", "refs/remotes/origin/fix", "HEAD"]);
        org.scratch.git("work", &["tag", name, "origin/main"]);
        let refused = org.sign("priya", name, &[]);
        assert_eq!(refused.code, 2, "{name}: {}", refused.all());
    }
    org.scratch.git("work", &["update-ref", &format!("refs/tags/{evil}"), "origin/main"]);
    let line = ["verify", "--target", "production", "--trust", trust, &evil];
    let answer = org.obstat("mira", "work", &line);
    assert_eq!(answer.code, 3, "{}", answer.all());
}

/// A server's repository may be moved, restored elsewhere, or mounted under another path.
#[test]
fn a_repository_that_was_moved_is_gated_still() {
    let org = org();
    std::fs::rename(org.scratch.at("server.git"), org.scratch.at("moved.git")).unwrap();
    org.scratch.git("work", &["remote", "set-url", "origin", "../moved.git"]);
    org.scratch.write("work/pay/charge.rs", "fn charge() { more() }\n");
    org.commit("jonas", ASSISTED);
    let pushed = org.push("jonas", &["main"]);
    assert!(pushed.said().contains("Not yet"), "{}", pushed.all());
    let install = ["hook", "install", "--bare", "moved.git", "--pusher-from", "OBSTAT_PUSHER"];
    // As a gate of before had it, whose place is gone.
    let old = org.scratch.at("server.git/hooks").to_string_lossy().into_owned();
    org.scratch.git("moved.git", &["config", "core.hooksPath", &old]);
    org.obstat("mira", ".", &install).ok();
    assert_ne!(org.push("jonas", &["main"]).code, 0);
    // Wherever git is run: hooks of that place are nobody's.
    let net = [&install[..], &["--last-net"]].concat();
    org.obstat("mira", ".", &net).ok();
    org.scratch.write("work/hooks/reference-transaction", "#!/bin/sh\ntouch ../ran\n");
    org.scratch.run("work", &["chmod", "+x", "hooks/reference-transaction"], &[], "").ok();
    let moved = org.scratch.at("moved.git").to_string_lossy().into_owned();
    let tip = org.scratch.git("work", &["rev-parse", "main"]);
    org.scratch.run("moved.git", &["git", "fetch", "-q", "../work", &tip], &[], "").ok();
    let line = ["git", "--git-dir", &moved, "update-ref", "refs/heads/main", &tip];
    let refused = org.scratch.run("work", &line, &[], "");
    assert_ne!(refused.code, 0, "the last net was not asked");
    assert!(!org.scratch.at("ran").exists(), "a hook of the working directory ran");
}

/// An included file has the last word on where hooks are.
#[test]
fn hooks_that_git_would_not_run_are_not_installed() {
    let org = org();
    org.scratch.write("elsewhere.cfg", "[core]\n\thooksPath = /nowhere\n");
    let place = org.scratch.at("elsewhere.cfg").to_string_lossy().into_owned();
    org.scratch.git("server.git", &["config", "include.path", &place]);
    let install = ["hook", "install", "--bare", "server.git", "--pusher-from", "OBSTAT_PUSHER"];
    let refused = org.obstat("mira", ".", &install);
    assert_eq!(refused.code, 2, "{}", refused.all());
    assert!(refused.err.contains("/nowhere"), "{}", refused.err);
}

/// Whatever the server's own configuration says, git runs the hooks of the gate.
#[test]
fn hooks_are_where_git_looks_and_take_nobodys_place() {
    let org = org();
    let set = org.scratch.git("server.git", &["config", "--includes", "core.hooksPath"]);
    let real = org.scratch.at("server.git/hooks").canonicalize().unwrap();
    assert_eq!(set, real.to_string_lossy());
    let install = ["hook", "install", "--bare", "server.git", "--pusher-from", "OBSTAT_PUSHER"];
    org.obstat("mira", ".", &install).ok();
    org.scratch.write("server.git/hooks/pre-receive", b"#!/bin/sh\n# caf\xe9\nexit 0\n");
    let refused = org.obstat("mira", ".", &install);
    assert_eq!(refused.code, 2, "{}", refused.all());
    assert!(refused.err.contains("is not ours"), "{}", refused.err);
}
