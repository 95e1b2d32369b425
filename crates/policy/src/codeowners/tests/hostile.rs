//! Large and hostile files: an answer or findings, in time, and never a panic.

use super::*;
use crate::codeowners::Dialect::{GitHub, GitLab};
use proptest::prelude::*;

#[test]
fn a_file_beyond_the_limit_is_an_error() {
    for dialect in [GitHub, GitLab] {
        let large = "#########\n".repeat(1 << 20);
        assert_eq!(parse(dialect, &large).unwrap_err()[0].code, "oversize");
        let mut full = "* @mira\n".repeat(SIZE_MAX / 8);
        assert!(parse(dialect, &full).is_ok());
        full.push('\n');
        assert_eq!(parse(dialect, &full).unwrap_err()[0].code, "oversize");
    }
}

#[test]
fn sections_are_limited() {
    let sections = |n: usize| (0..n).map(|i| format!("[s{i}]\n")).collect::<String>();
    assert_eq!(parse(GitLab, &sections(100_000)).unwrap_err()[0].code, "too-many-sections");
    assert_eq!(parse(GitLab, &sections(1_001)).unwrap_err()[0].code, "too-many-sections");
    assert!(parse(GitLab, &sections(1_000)).is_ok());
    // One section, opened often, is one.
    assert!(parse(GitLab, &"[same]\n".repeat(100_000)).is_ok());
}

#[test]
fn owners_and_patterns_are_limited() {
    let owners = |n: usize| (0..n).map(|i| format!(" @u{i}")).collect::<String>();
    for dialect in [GitHub, GitLab] {
        let refused = |text: String| parse(dialect, &text).unwrap_err()[0].code;
        assert_eq!(refused(format!("*{}", owners(200_000))), "too-many-owners");
        assert!(parse(dialect, &format!("*{}", owners(1_000))).is_ok());
        assert_eq!(refused("a".repeat(1_001)), "bad-pattern");
        assert!(parse(dialect, &"a".repeat(1_000)).is_ok());
        assert_eq!(refused(format!("* @{}", "a".repeat(400))), "bad-owner");
    }
}

#[test]
fn findings_are_limited_and_shown_safely() {
    let found = parse(GitHub, &"/a \u{202e}x\n".repeat(100_000)).unwrap_err();
    assert!(found.len() <= 50);
    assert!(found.iter().all(|d| d.message.contains("<U+202E>")));
}

#[test]
fn stars_do_not_explode() {
    let stars = "*a".repeat(400);
    let deep = "**/".repeat(300);
    for dialect in [GitHub, GitLab] {
        let text = format!("/{stars}b @mira\n{deep}x @mira\n{deep}*a*a*b @mira");
        let file = parse(dialect, &text).unwrap();
        let long = "a".repeat(4_000);
        assert!(file.owners(&long.as_str().into()).groups.is_empty());
        assert!(file.owners(&"a/".repeat(2_000).as_str().into()).groups.is_empty());
    }
}

#[test]
fn paths_need_not_be_text() {
    for dialect in [GitHub, GitLab] {
        let file = parse(dialect, "/a?b @mira\n/c* @omar").unwrap();
        let owners = |path: &[u8]| file.owners(&RepoPath::new(path)).groups.len();
        assert_eq!(owners(b"a\xffb"), 1);
        assert_eq!(owners(b"a\xff\xffb"), 0);
        assert_eq!(owners(b"c\xf0\x9f"), 1);
        assert_eq!(owners(b""), 0);
    }
}

#[test]
fn five_thousand_lines_answer_quickly() {
    let line = |i: usize| format!("/dir{}/**/name{i}*.rs @mira @org/pay\n*.x{i} @omar\n", i % 50);
    let text: String = (0..2_500).map(line).collect();
    for dialect in [GitHub, GitLab] {
        let file = parse(dialect, &text).unwrap();
        let start = std::time::Instant::now();
        for i in 0..300 {
            let path = format!("dir{}/a/b/c/other{i}.c", i % 50);
            assert!(file.owners(&path.as_str().into()).groups.is_empty());
        }
        // About a tenth of that without optimisation; a regular expression a line takes minutes.
        assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
    }
}

/// What a pattern without escapes and classes means, written the slow way.
fn slow(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, _) => path.is_empty(),
        (Some((&"**", rest)), _) => {
            slow(rest, path) || path.split_first().is_some_and(|(_, p)| slow(pattern, p))
        }
        (Some((part, rest)), Some((name, names))) => {
            let (part, name): (Vec<char>, Vec<char>) =
                (part.chars().collect(), name.chars().collect());
            slow_part(&part, &name) && slow(rest, names)
        }
        (Some(_), None) => false,
    }
}

fn slow_part(part: &[char], name: &[char]) -> bool {
    match (part.split_first(), name.split_first()) {
        (None, _) => name.is_empty(),
        (Some(('*', rest)), _) => {
            slow_part(rest, name) || name.split_first().is_some_and(|(_, n)| slow_part(part, n))
        }
        (Some(('?', rest)), Some((_, names))) => slow_part(rest, names),
        (Some((c, rest)), Some((d, names))) => c == d && slow_part(rest, names),
        (Some(_), None) => false,
    }
}

proptest! {
    /// Any text gives an answer or findings whose places lie in it.
    #[test]
    fn any_text_is_read_or_refused(text in "(\\PC|[\\[\\]^!@#\\\\*?/ \\t\\n\\r\\x00-]){0,80}") {
        for dialect in [GitHub, GitLab] {
            match parse(dialect, &text) {
                Ok(file) => drop(file.owners(&text.as_str().into())),
                Err(found) => {
                    prop_assert!(!found.is_empty());
                    prop_assert!(found.iter().all(|d| text.get(d.span.clone()).is_some()));
                }
            }
        }
    }

    /// The matcher agrees with the plain meaning of rooted patterns.
    #[test]
    fn the_matcher_agrees_with_the_slow_one(
        pattern in "(\\*\\*/|[ab?*]{1,3}/){0,4}[ab?]{1,3}",
        path in "([ab]{1,3}/){0,4}[ab]{1,3}",
    ) {
        let parts: Vec<&str> = path.split('/').collect();
        let steps: Vec<&str> = pattern.split('/').collect();
        let owned = |dialect| answer(dialect, &format!("/{pattern} @mira"), &path) == "mira";
        prop_assert_eq!(owned(GitLab), slow(&steps, &parts), "GitLab");
        let below: Vec<&str> = steps.iter().copied().chain(["**"]).collect();
        prop_assert_eq!(owned(GitHub), slow(&below, &parts), "GitHub");
    }

    /// Of lines with one name each, the last that is the path's decides.
    #[test]
    fn the_last_match_decides(
        lines in prop::collection::vec("[ab]{1,2}", 1..6),
        path in "[ab]{1,2}",
    ) {
        let text: String =
            lines.iter().enumerate().map(|(i, l)| format!("/{l} @u{i}\n")).collect();
        let last = lines.iter().rposition(|l| *l == path);
        let wanted = last.map_or_else(|| "-".to_owned(), |i| format!("?@u{i}"));
        prop_assert_eq!(answer(GitHub, &text, &path), wanted.as_str());
        prop_assert_eq!(answer(GitLab, &text, &path), wanted.as_str());
    }

    /// A section more never takes a group away.
    #[test]
    fn sections_only_add(
        lines in prop::collection::vec("(\\^?\\[[AaBb]\\](\\[[1-3]\\])?|/?[ab*] @[uv])", 0..8),
        path in "[ab]",
    ) {
        let text = lines.join("\n");
        let before = parse(GitLab, &text).unwrap().owners(&path.as_str().into());
        let more = format!("{text}\n[New]\n* @mira\n");
        let after = parse(GitLab, &more).unwrap().owners(&path.as_str().into());
        prop_assert_eq!(after.groups.len(), before.groups.len() + 1);
        prop_assert!(before.groups.iter().all(|g| after.groups.contains(g)));
    }
}
