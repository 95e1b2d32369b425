//! Every format that is stored, signed or read by machines, and its page; knows no bytes.

use super::finding::Finding;
use super::tree::{TextFile, Tree};

/// Where pages lie.
const PAGES: &str = "docs/formats/";

/// A format.
struct Format {
    /// File name of its page without `.md`.
    page: &'static str,
    /// Where it is implemented: a path without `.rs`, a module's files lie below it.
    home: &'static str,
    /// Identifiers that stand in bytes; its page names each.
    identifiers: &'static [&'static str],
}

const fn format(
    page: &'static str,
    home: &'static str,
    identifiers: &'static [&'static str],
) -> Format {
    Format { page, home, identifiers }
}

/// The list. A new format gets a row here and a page.
const FORMATS: [Format; 18] = [
    format("change-digest", "crates/model/src/digest", &["obstat:change:v1", "obstat:inputs:v1"]),
    format("policy", "crates/policy/src/policy", &[]),
    format("claims", "crates/policy/src/prove", &[]),
    format("policy-tests", "crates/policy/src/trial", &[]),
    format("roster", "crates/policy/src/roster", &[]),
    format("codeowners", "crates/policy/src/codeowners", &[]),
    format("fingerprints", "crates/provenance/src/format", &[]),
    format(
        "statement",
        "crates/attest/src/statement",
        &[
            "urn:obstat:approval:v1",
            "urn:obstat:author:v1",
            "urn:obstat:check:v1",
            "urn:obstat:override:v1",
            "urn:obstat:review:v1",
            "obstat-approval@v1",
            "obstat-author@v1",
            "obstat-check@v1",
            "obstat-override@v1",
            "obstat-review@v1",
        ],
    ),
    format("envelope", "crates/attest/src/envelope", &[]),
    format(
        "landing-record",
        "crates/attest/src/record",
        &["obstat-landing@v1", "obstat-receipt@v1"],
    ),
    format("trust-file", "crates/attest/src/trust", &[]),
    format("clearance", "crates/attest/src/clearance", &["obstat-clearance@v1"]),
    format("ledger", "crates/ledger/src/entry", &["obstat-entry/v1", "obstat-payload/v1"]),
    format("refs", "crates/git/src/records", &[]),
    format("merge", "crates/git/src/merge", &[]),
    format("gate-settings", "crates/cli/src/commands/hook/settings", &[]),
    format("bundle", "crates/cli/src/commands/verify/bundle", &[]),
    format("output", "crates/api/src/exit", &[]),
];

/// Compares the list with the pages, with what sources implement and with what they name.
pub(crate) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = unlisted_pages(tree);
    for format in &FORMATS {
        findings.extend(check_page(format, tree));
    }
    for file in tree.files.iter().filter(|f| f.crate_name().is_some()) {
        findings.extend(unlisted_identifiers(file));
        findings.extend(unknown_pages(file));
    }
    findings
}

fn unlisted_pages(tree: &Tree) -> Vec<Finding> {
    let pages = tree.files.iter().filter(|f| page_of(&f.path).is_some_and(|p| !is_listed(p)));
    pages.map(|f| Finding::of(&f.path, "not listed; add it to xtask/src/tidy/formats.rs")).collect()
}

fn page_of(path: &str) -> Option<&str> {
    path.strip_prefix(PAGES).and_then(|name| name.strip_suffix(".md"))
}

fn is_listed(page: &str) -> bool {
    FORMATS.iter().any(|f| f.page == page)
}

fn check_page(format: &Format, tree: &Tree) -> Vec<Finding> {
    let Some(home) = home_of(format, tree) else { return Vec::new() };
    let path = format!("{PAGES}{}.md", format.page);
    let Some(page) = tree.file(&path) else {
        return vec![Finding::of(&home.path, format!("has no page {path}; write it"))];
    };
    let missing = format.identifiers.iter().filter(|id| !page.text.contains(**id));
    missing.map(|id| Finding::of(&path, format!("does not name {id}; describe it"))).collect()
}

fn home_of<'a>(format: &Format, tree: &'a Tree) -> Option<&'a TextFile> {
    let file = format!("{}.rs", format.home);
    let folder = format!("{}/", format.home);
    tree.files.iter().find(|f| f.path == file || f.path.starts_with(&folder))
}

fn unlisted_identifiers(file: &TextFile) -> Vec<Finding> {
    let Some(code) = file.code() else { return Vec::new() };
    let known = |text: &str| FORMATS.iter().any(|f| f.identifiers.contains(&text));
    let strings = code.strings.iter().filter(|s| !s.in_test && is_identifier(&s.what));
    let unknown = strings.filter(|s| !known(&s.what));
    let message = |id: &str| format!("format {id} is not in xtask/src/tidy/formats.rs; add it");
    unknown.map(|s| Finding::at(&file.path, s.line, message(&s.what))).collect()
}

/// Whether text is an identifier of ours with a version: `obstat:change:v1`, `obstat-check@v1`.
fn is_identifier(text: &str) -> bool {
    let ours = ["obstat:", "urn:obstat:", "obstat-"].iter().any(|p| text.starts_with(p));
    let version = text.rsplit([':', '@']).next().and_then(|v| v.strip_prefix('v'));
    let is_number = version.is_some_and(|v| !v.is_empty() && v.bytes().all(|b| b.is_ascii_digit()));
    ours && is_number
}

fn unknown_pages(file: &TextFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        for rest in line.split(PAGES).skip(1) {
            let page = rest.split(".md").next().unwrap_or(rest);
            let is_name = page.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
            if is_name && page.len() < rest.len() && !is_listed(page) {
                let message = format!("names {PAGES}{page}.md, which is not in formats.rs");
                findings.push(Finding::at(&file.path, index + 1, message));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        check(&Tree::of(files)).iter().map(Finding::to_string).collect()
    }

    const HOME: (&str, &str) =
        ("crates/model/src/digest.rs", "const A: &str = \"obstat:change:v1\";");

    #[test]
    fn a_format_with_its_page_passes() {
        let page = ("docs/formats/change-digest.md", "obstat:change:v1 and obstat:inputs:v1\n");
        assert_eq!(found(&[HOME, page]), Vec::<String>::new());
        assert_eq!(found(&[("crates/model/src/a.rs", "fn a() {}")]), Vec::<String>::new());
    }

    #[test]
    fn a_missing_or_silent_page_fails() {
        assert!(found(&[HOME])[0].contains("has no page docs/formats/change-digest.md"));
        let page = ("docs/formats/change-digest.md", "obstat:change:v1\n");
        let silent = found(&[HOME, page]);
        assert_eq!(
            silent,
            ["docs/formats/change-digest.md:1: does not name obstat:inputs:v1; describe it"]
        );
        let folder = ("crates/attest/src/envelope/parse.rs", "fn a() {}");
        assert!(found(&[folder])[0].contains("docs/formats/envelope.md"));
    }

    #[test]
    fn unlisted_pages_and_identifiers_fail() {
        assert!(
            found(&[("docs/formats/ghost.md", "x\n")])[0].starts_with("docs/formats/ghost.md:1")
        );
        let new = ("crates/git/src/a.rs", "fn a() {}\nconst B: &[u8] = b\"urn:obstat:ghost:v2\";");
        assert!(found(&[new])[0].starts_with("crates/git/src/a.rs:2: format urn:obstat:ghost:v2"));
        let named = ("crates/git/src/a.rs", "//! See `docs/formats/ghost.md`.\n");
        assert!(found(&[named])[0].contains("docs/formats/ghost.md"));
    }

    #[test]
    fn other_text_is_no_identifier() {
        for text in ["obstat-policy", "obstat:", "obstat-vendor", "refs/obstat/v1", "obstat:x:v"] {
            assert!(!is_identifier(text), "{text}");
        }
        assert!(is_identifier("obstat-landing@v12"));
    }
}
