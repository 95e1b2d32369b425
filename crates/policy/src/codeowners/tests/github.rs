//! GitHub: patterns as in `.gitignore`, the last line wins, comments behind owners.

use super::*;
use crate::codeowners::Dialect::GitHub;

#[test]
fn names_without_a_slash_stand_at_any_depth() {
    check(
        GitHub,
        &[
            ("* @mira", "a", "mira"),
            ("* @mira", "a/b/.c", "mira"),
            ("** @mira", "a/b/c", "mira"),
            ("foo @mira", "foo", "mira"),
            ("foo @mira", "a/b/foo", "mira"),
            ("foo @mira", "a/foo/b/c", "mira"),
            ("foo @mira", "a/xfoo", "-"),
            ("*.js @mira", "a/b.js", "mira"),
            ("*.js @mira", "a/b.jsx", "-"),
            ("*.d @mira", "a/conf.d/x", "mira"),
            ("te?t* @mira", "a/test-1", "mira"),
            ("te?t* @mira", "a/tet", "-"),
        ],
    );
}

#[test]
fn patterns_with_a_slash_begin_at_the_root() {
    check(
        GitHub,
        &[
            ("/foo @mira", "foo", "mira"),
            ("/foo @mira", "foo/a/b", "mira"),
            ("/foo @mira", "a/foo", "-"),
            ("a/foo @mira", "a/foo/x", "mira"),
            ("a/foo @mira", "b/a/foo", "-"),
            ("a/*.md @mira", "a/x.md", "mira"),
            ("a/*.md @mira", "a/b/x.md", "-"),
            ("/*.md @mira", "a/x.md", "-"),
            ("/*.md @mira", "x.md", "mira"),
        ],
    );
}

#[test]
fn a_last_star_is_one_level_and_a_trailing_slash_is_contents() {
    check(
        GitHub,
        &[
            ("docs/* @mira", "docs/a.md", "mira"),
            ("docs/* @mira", "docs/a/b.md", "-"),
            ("/docs/* @mira", "docs/a/b.md", "-"),
            ("docs/ @mira", "docs", "-"),
            ("docs/ @mira", "docs/a/b", "mira"),
            ("docs/ @mira", "x/docs/a", "mira"),
            ("/docs/ @mira", "x/docs/a", "-"),
            ("/docs/ @mira", "docs/x", "mira"),
            ("a/docs/ @mira", "x/a/docs/y", "-"),
        ],
    );
}

#[test]
fn double_stars_cross_parts() {
    check(
        GitHub,
        &[
            ("**/logs @mira", "logs", "mira"),
            ("**/logs @mira", "a/b/logs/x", "mira"),
            ("a/** @mira", "a/b/c", "mira"),
            ("a/** @mira", "a", "-"),
            ("a/**/b @mira", "a/b", "mira"),
            ("a/**/b @mira", "a/x/y/b", "mira"),
            ("a/**/b @mira", "a/x/y/bb", "-"),
            ("/**/b/*.c @mira", "x/b/b/y.c", "mira"),
            // Within a part, two stars are one.
            ("a/x**y @mira", "a/x-y", "mira"),
            ("a/x**y @mira", "a/x/y", "-"),
        ],
    );
}

#[test]
fn the_last_line_wins_with_all_its_owners() {
    let both = "* @mira\n*.js @omar @org/web # later lines win";
    check(
        GitHub,
        &[
            (both, "a.js", "omar, team web"),
            (both, "a.c", "mira"),
            ("*.js @omar\n* @mira", "a.js", "mira"),
            ("* @mira @omar @mira", "a", "mira, omar"),
            ("* @mira\n*.JS @omar", "a.js", "mira"),
        ],
    );
}

#[test]
fn owned_unowned_and_unmatched_are_three_states() {
    let text = "/apps/ @mira\n/apps/free\n/apps/free/paid omar@example.com";
    check(
        GitHub,
        &[
            (text, "apps/x", "mira"),
            (text, "apps/free/x", "nobody"),
            (text, "apps/free/paid/x", "omar"),
            (text, "other", "-"),
            ("* # @mira", "a", "nobody"),
            ("", "a", "-"),
            ("# only @mira\n\n  \t\n", "a", "-"),
        ],
    );
}

#[test]
fn spaces_are_escaped_and_comments_follow_owners() {
    check(
        GitHub,
        &[
            ("/a\\ b/ @mira", "a b/c", "mira"),
            ("/a\\ b/ @mira", "a/c", "-"),
            ("\t/x\t@mira\t# why @omar", "x", "mira"),
            ("/x @mira #@omar", "x", "mira"),
            ("/x#y @mira", "x#y", "mira"),
            ("/x\\*y @mira", "x*y", "mira"),
            ("/x\\*y @mira", "x-y", "-"),
            ("* @mira\r\n/a @omar\r\n", "a", "omar"),
            ("\u{feff}/a @mira", "a", "mira"),
            ("/\u{e4}? @mira", "\u{e4}\u{f6}", "mira"),
        ],
    );
}

#[test]
fn what_github_does_not_support_is_refused_at_its_place() {
    for (text, code, at) in [
        ("* @mira\n!/a @mira", "bad-pattern", "!/a"),
        ("/a[bc] @mira", "bad-pattern", "/a[bc]"),
        ("/a] @mira", "bad-pattern", "/a]"),
        ("\\#a @mira", "bad-pattern", "\\#a"),
        ("/ @mira", "bad-pattern", "/"),
        ("// @mira", "bad-pattern", "//"),
        ("a//b @mira", "bad-pattern", "a//b"),
        ("/a\\ ", "bad-pattern", "/a\\"),
        ("/a mira", "bad-owner", "mira"),
        ("/a @", "bad-owner", "@"),
        ("/a @mira,@omar", "bad-owner", "@mira,@omar"),
        ("/a @mira#later", "bad-owner", "@mira#later"),
        ("/a @org//team", "bad-owner", "@org//team"),
        ("/a @mi\u{202e}ra", "bad-owner", "@mi\u{202e}ra"),
        ("/a <mira@example.com>", "bad-owner", "<mira@example.com>"),
        ("/a b c @mira", "bad-owner", "b"),
        ("/a @mira\n/b\u{0} @mira", "bad-character", "\u{0}"),
        ("/a @mira\r/b @omar", "bad-character", "\r"),
    ] {
        assert_eq!(refusal(GitHub, text), (code, at.to_owned()), "{text:?}");
    }
}

#[test]
fn a_section_header_is_explained() {
    let found = parse(GitHub, "[Docs]\n* @mira").unwrap_err();
    assert!(found[0].help.as_deref().unwrap().contains(".gitlab/"));
    assert_eq!(found[0].file, "CODEOWNERS");
}

#[test]
fn every_bad_line_is_named() {
    let found = parse(GitHub, "/a mira\n/b @omar\n!c\n").unwrap_err();
    assert_eq!(found.iter().map(|d| d.code).collect::<Vec<_>>(), ["bad-owner", "bad-pattern"]);
}
