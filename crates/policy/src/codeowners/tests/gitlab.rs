//! GitLab: sections that each ask, and `File.fnmatch` with DOTMATCH and PATHNAME.

use super::*;
use crate::codeowners::Dialect::GitLab;

#[test]
fn each_section_asks_for_its_own() {
    let two = "* @mira\n[Docs]\n*.md @omar\n[Web]\n*.md @hana\n*.js @hana";
    check(
        GitLab,
        &[
            (two, "a.md", "mira | Docs: omar | Web: hana"),
            (two, "a.js", "mira | Web: hana"),
            (two, "a.c", "mira"),
            ("[Docs]\n*.md @omar", "a.c", "-"),
            ("[Docs]\n*.md @omar", "a.md", "Docs: omar"),
            ("[Docs]\n", "a.md", "-"),
            ("[Docs]\n[Web]\n* @hana", "a.md", "Web: hana"),
            ("[Two Words]\n* @hana", "a", "Two Words: hana"),
            ("[\u{c4}rzte]\n* @hana", "a", "\u{c4}rzte: hana"),
        ],
    );
}

#[test]
fn the_last_match_of_each_section_wins() {
    let text = "*.md @mira\n/a.md @omar\n[Docs]\n/a.md @omar\n*.md @hana";
    check(
        GitLab,
        &[
            (text, "a.md", "omar | Docs: hana"),
            (text, "b.md", "mira | Docs: hana"),
            ("[A]\n* @mira\n[B]\n* @omar\n[A]\n*.c @hana", "x.c", "A: hana | B: omar"),
            ("[A]\n* @mira\n[B]\n* @omar\n[A]\n*.c @hana", "x.h", "A: mira | B: omar"),
        ],
    );
}

#[test]
fn optional_sections_are_marked() {
    check(
        GitLab,
        &[
            ("^[Docs]\n* @omar", "a", "^Docs: omar"),
            ("^[Docs]\n* @omar\n[Web]\n* @hana", "a", "^Docs: omar | Web: hana"),
            ("^[Docs][2]\n* @omar @mira", "a", "^Docs[2]: omar, mira"),
            ("^[Docs] @omar\n*", "a", "^Docs: omar"),
            // Before any section all is required.
            ("* @mira\n^[Docs]\n* @omar", "a", "mira | ^Docs: omar"),
            // Not a header: the line is a path that begins with `^`.
            ("^docs @omar", "^docs", "omar"),
        ],
    );
}

#[test]
fn sections_count_approvals() {
    check(
        GitLab,
        &[
            ("[Docs][2]\n* @omar @mira @hana", "a", "Docs[2]: omar, mira, hana"),
            ("[Docs][1]\n* @omar", "a", "Docs: omar"),
            ("[Docs][12] @omar\n*", "a", "Docs[12]: omar"),
            // More than there are owners stays more: nobody can satisfy it.
            ("[Docs][3]\n* @omar", "a", "Docs[3]: omar"),
            ("[Docs][2]\n*", "a", "Docs[2]: nobody"),
        ],
    );
}

#[test]
fn sections_have_default_owners() {
    let text = "[Docs] @omar @org/web\n/a\n/b @mira\n/c # see @hana\n[Web]\n/a";
    check(
        GitLab,
        &[
            (text, "a", "Docs: omar, team web | Web: nobody"),
            (text, "b", "Docs: mira"),
            (text, "c", "Docs: hana"),
            ("[Docs] omar@example.com\n*", "a", "Docs: omar"),
            ("[Docs]   @omar  \n*", "a", "Docs: omar"),
            ("[Docs]\t@omar\n*", "a", "Docs: omar"),
            ("[Docs] @omar\n[Docs]\n*", "a", "Docs: nobody"),
            ("[Docs]\n/a\n[docs] @omar\n/b", "a", "Docs: nobody"),
            ("[Docs]\n/a\n[docs] @omar\n/b", "b", "Docs: omar"),
            ("[Docs] @ghost\n*", "a", "Docs: ?@ghost"),
            ("[Docs] # ask @omar\n*", "a", "Docs: omar"),
            // Defaults end with their section.
            ("[Docs] @omar\n/x\n[Web]\n*", "a", "Web: nobody"),
        ],
    );
}

#[test]
fn duplicate_sections_merge_whatever_their_case() {
    check(
        GitLab,
        &[
            ("[Docs]\n/a @omar\n[DOCS]\n/b @mira", "a", "Docs: omar"),
            ("[Docs]\n/a @omar\n[DOCS]\n/b @mira", "b", "Docs: mira"),
            ("[Docs]\n* @omar\n[docs]\n* @mira", "a", "Docs: mira"),
            ("[\u{c4}b]\n* @omar\n[\u{e4}B]\n/x @mira", "x", "\u{c4}b: mira"),
            // Optional and required is required, in either order, even without lines.
            ("^[Docs]\n/a @omar\n[Docs]\n/b @mira", "a", "Docs: omar"),
            ("[Docs]\n/a @omar\n^[docs]\n/b @mira", "b", "Docs: mira"),
            ("^[Docs]\n/a @omar\n[docs]\n", "a", "Docs: omar"),
            ("^[Docs]\n/a @omar\n^[docs]\n/b @mira", "b", "^Docs: mira"),
            // The larger count holds.
            ("[Docs][2]\n/a @omar\n[docs]\n/b @mira", "b", "Docs[2]: mira"),
            ("[Docs]\n/a @omar\n[docs][3]\n/b @mira", "a", "Docs[3]: omar"),
            // Another name is another section.
            ("[Docs]\n* @omar\n[Docs ]\n* @mira", "a", "Docs: omar | Docs : mira"),
        ],
    );
}

#[test]
fn lines_without_owner_and_exclusions_differ() {
    let text = "* @mira\n!/free\n[Docs]\n*.md @omar\n/b.md";
    check(
        GitLab,
        &[
            (text, "b.md", "mira | Docs: nobody"),
            (text, "free", "-"),
            (text, "free/x", "mira"),
            ("*.rb @mira\n!/a.rb\n", "a.rb", "-"),
            // No way back in, and no order.
            ("*.rb @mira\n!/a.rb\n/a.rb @omar", "a.rb", "-"),
            ("!*.rb\n*.rb @mira", "a.rb", "-"),
            // Only in its own section.
            ("* @mira\n[Docs]\n* @omar\n!/x/", "x/y", "mira"),
            ("[Docs]\n!/x/\n[docs]\n* @omar", "x/y", "-"),
            ("* @mira\n!/x # not @omar", "x", "-"),
            ("* @mira\n!/x # not @omar", "y", "mira"),
            ("* @mira\n\\!x @omar", "!x", "omar"),
        ],
    );
}

#[test]
fn names_in_comments_are_owners() {
    check(
        GitLab,
        &[
            ("* @mira # and @omar", "a", "mira, omar"),
            ("* @mira # (@omar,@hana).", "a", "mira, omar, hana"),
            ("* @mira # no one else, a-b/c", "a", "mira"),
            ("* #@omar", "a", "omar"),
            ("* # omar@example.com", "a", "omar"),
            ("# @omar\n* @mira", "a", "mira"),
        ],
    );
}

#[test]
fn patterns_follow_fnmatch() {
    check(
        GitLab,
        &[
            ("* @mira", "a/.b/c", "mira"),
            ("*.md @mira", "x/y/.md", "mira"),
            ("README.md @mira", "x/README.md", "mira"),
            ("internal/README.md @mira", "x/internal/README.md", "mira"),
            ("/internal/README.md @mira", "x/internal/README.md", "-"),
            ("/README.md @mira", "README.md", "mira"),
            // Without a slash at the end, a directory covers nothing.
            ("/docs @mira", "docs/a", "-"),
            ("docs @mira", "x/docs", "mira"),
            ("/docs/ @mira", "docs/a/b", "mira"),
            ("docs/ @mira", "x/docs/a", "mira"),
            ("docs/ @mira", "docs", "-"),
            ("/ @mira", "a/b", "mira"),
            ("/docs/* @mira", "docs/a", "mira"),
            ("/docs/* @mira", "docs/a/b", "-"),
            ("/docs/** @mira", "docs/a/b", "-"),
            ("/docs/** @mira", "docs/a", "mira"),
            ("/docs/**/* @mira", "docs/a/b", "mira"),
            ("/docs/**/ @mira", "docs/a/b", "mira"),
            ("/docs/**/*.md @mira", "docs/x.md", "mira"),
            ("/a**/b @mira", "a/x/b", "-"),
            ("/a**/b @mira", "axx/b", "mira"),
            ("/[a-c]?.[!h] @mira", "bx.c", "mira"),
            ("/[a-c]?.[!h] @mira", "bx.h", "-"),
            ("/x[^0-9] @mira", "x\u{e4}", "mira"),
            ("/x[\\]] @mira", "x]", "mira"),
            ("/x[a-] @mira", "x-", "mira"),
            ("/x[] @mira", "x", "-"),
            ("\\[a] @mira", "[a]", "mira"),
            ("\\#a @mira", "#a", "mira"),
            ("/a\\ b @mira", "a b", "mira"),
            ("/{a,b} @mira", "{a,b}", "mira"),
            ("/{a,b} @mira", "a", "-"),
            ("/A @mira", "a", "-"),
        ],
    );
}

#[test]
fn roles_are_owners_that_no_roster_knows() {
    check(
        GitLab,
        &[
            ("* @@maintainer", "a", "?@@maintainer"),
            ("[Docs] @@developers\n*", "a", "Docs: ?@@developers"),
            ("* @@owner @mira", "a", "?@@owner, mira"),
        ],
    );
}

#[test]
fn malformed_lines_are_refused_at_their_place() {
    for (text, code, at) in [
        ("[Docs\n* @mira", "bad-section", "[Docs"),
        ("^[Docs\n* @mira", "bad-section", "^[Docs"),
        ("[]\n* @mira", "bad-section", "[]"),
        ("[ ] @mira\n*", "bad-section", "[ ] @mira"),
        ("[Docs][0]\n* @mira", "bad-section", "[Docs][0]"),
        ("[Docs][-1]\n* @mira", "bad-section", "[Docs][-1]"),
        ("[Docs][+1]\n* @mira", "bad-section", "[Docs][+1]"),
        ("[Docs][]\n* @mira", "bad-section", "[Docs][]"),
        ("[Docs][two]\n* @mira", "bad-section", "[Docs][two]"),
        ("[Docs][99999999999]\n* @mira", "bad-section", "[Docs][99999999999]"),
        ("[Docs][2\n* @mira", "bad-section", "[Docs][2"),
        ("[a-c]*.rs @mira", "bad-section", "[a-c]*.rs @mira"),
        ("[Docs]@mira\n*", "bad-section", "[Docs]@mira"),
        ("[Docs] [2]\n*", "bad-owner", "[2]"),
        ("[Docs] mira\n*", "bad-owner", "mira"),
        ("* mira", "bad-owner", "mira"),
        ("* @@", "bad-owner", "@@"),
        ("* @mi\u{202e}ra", "bad-owner", "@mi\u{202e}ra"),
        ("!/x @mira", "bad-owner", "@mira"),
        ("! @mira", "bad-owner", "@mira"),
        ("!", "bad-pattern", "!"),
        ("/x[a @mira", "bad-pattern", "/x[a"),
        ("/x[a/b] @mira", "bad-pattern", "/x[a/b]"),
        ("/x[a-\\", "bad-pattern", "/x[a-\\"),
        ("a//b @mira", "bad-pattern", "a//b"),
        ("/a\u{7} @mira", "bad-character", "\u{7}"),
    ] {
        assert_eq!(refusal(GitLab, text), (code, at.to_owned()), "{text:?}");
    }
}

#[test]
fn a_bad_header_does_not_hide_what_follows() {
    let found = parse(GitLab, "[Docs\n* mira\n").unwrap_err();
    assert_eq!(found.iter().map(|d| d.code).collect::<Vec<_>>(), ["bad-section", "bad-owner"]);
}
