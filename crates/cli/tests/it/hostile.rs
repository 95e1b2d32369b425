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
    org.scratch.write("work/.gitattributes", "* diff=evil merge=evil -text\n");
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    assert_ne!(org.push("jonas", &["main"]).code, 0);
    org.sign("priya", "main", &[]).ok();
    org.push_statements("priya").ok();
    org.push("jonas", &["main"]).ok();
    assert!(!org.scratch.at("ran").exists());
}

#[test]
fn replace_refs_and_grafts_change_nothing() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    let bad = org.commit("jonas", ASSISTED);
    let good = org.scratch.git("work", &["rev-parse", "HEAD~1"]);
    org.push("jonas", &["main:free"]).ok();
    org.scratch.git("server.git", &["update-ref", &format!("refs/replace/{bad}"), &good]);
    org.scratch.write("server.git/info/grafts", format!("{bad}\n"));
    assert_ne!(org.push("jonas", &["main"]).code, 0, "a replace ref or graft let content pass");
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
