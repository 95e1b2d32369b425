//! GitHub's dialect: patterns as in `.gitignore`, the last line that matches wins; knows no roster.
//!
//! Source: "About code owners" in GitHub's documentation. What it lists as not working (`!`,
//! `[ ]`, `\#`) is an error here, as is every line that GitHub would skip.

use super::line::{self, Line, Word};
use super::names::{NameId, Names};
use super::pattern::{Part, Pattern};
use super::{PATTERN_MAX, Rule, Section};
use crate::diagnostic::{Report, shown};

pub(super) fn sections<'a>(
    text: &'a str,
    names: &mut Names<'a>,
    report: &mut Report,
) -> Vec<Section> {
    let mut section = Section::new(None);
    section.rules = line::lines(text).filter_map(|line| rule(line, names, report)).collect();
    vec![section]
}

fn rule<'a>(line: Line<'a>, names: &mut Names<'a>, report: &mut Report) -> Option<Rule> {
    if !line.is_text(report) {
        return None;
    }
    let words = line.words();
    let (first, rest) = words.split_first()?;
    let pattern = pattern(first.text).map_err(|why| refuse(first, &why, report)).ok();
    let owners = owners(&line, rest, names, report)?;
    Some(Rule { pattern: pattern?, owners })
}

fn refuse(word: &Word, why: &str, report: &mut Report) {
    let finding = report.error("bad-pattern", &word.span(), why);
    let is_header = word.text.starts_with(['[', '^']);
    report.add(if is_header {
        finding.helped("sections are GitLab's; a file with sections belongs to `.gitlab/`")
    } else {
        finding
    });
}

/// The owners up to a comment.
fn owners<'a>(
    line: &Line<'a>,
    words: &[Word<'a>],
    names: &mut Names<'a>,
    report: &mut Report,
) -> Option<Box<[NameId]>> {
    let mut owners = Vec::new();
    for word in words.iter().take_while(|w| !w.text.starts_with('#')) {
        match names.intern(word.text) {
            Some(id) => owners.push(id),
            None => return super::bad_owner(word, report),
        }
    }
    super::unique(line, &owners, report)
}

/// `foo` and `foo/` stand at any depth; with another slash, a pattern begins at the root. A name
/// covers what lies below it, except a last `*`: `docs/*` is one level.
fn pattern(text: &str) -> Result<Pattern, String> {
    refuse_unsupported(text)?;
    let (body, is_rooted) = match text.strip_prefix('/') {
        Some(rest) => (rest, true),
        None => (text, false),
    };
    let (body, is_directory) = match body.strip_suffix('/') {
        Some(rest) => (rest, true),
        None => (body, false),
    };
    if body.is_empty() {
        return Err("this pattern matches nothing; write `*` for everything".to_owned());
    }
    let mut parts = Vec::new();
    if !is_rooted && !body.contains('/') {
        parts.push(Part::Deep);
    }
    for part in body.split('/') {
        parts.push(if part == "**" { Part::Deep } else { Part::parse(part)? });
    }
    match parts.last() {
        Some(Part::Deep) => parts.push(Part::Any),
        _ if is_directory => parts.extend([Part::Deep, Part::Any]),
        Some(Part::Any) => {}
        _ => parts.push(Part::Deep),
    }
    Ok(Pattern::new(parts))
}

fn refuse_unsupported(text: &str) -> Result<(), String> {
    if text.len() > PATTERN_MAX {
        return Err(format!("a pattern has at most {PATTERN_MAX} bytes"));
    }
    if text.starts_with('!') {
        return Err(format!("`{}`: GitHub has no exclusion by `!`", shown(text)));
    }
    if text.contains(['[', ']']) {
        return Err("GitHub has no `[ ]`; `?` stands for any one character".to_owned());
    }
    if text.contains("\\#") {
        return Err("GitHub has no `\\#`; `?` stands for any one character".to_owned());
    }
    Ok(())
}
