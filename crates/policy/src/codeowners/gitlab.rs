//! GitLab's dialect: sections that each ask for their own, patterns as Ruby's `File.fnmatch` with
//! DOTMATCH and PATHNAME; knows no roster.
//!
//! Source: "Code Owners" and "Advanced CODEOWNERS configuration" in GitLab's documentation. A
//! header or owner that GitLab would read as something else, or ignore, is an error here.

use super::line::{self, Line, Word};
use super::names::{NameId, Names};
use super::pattern::{Part, Pattern};
use super::{PATTERN_MAX, Rule, Section};
use crate::diagnostic::{Report, shown};
use std::collections::HashMap;

/// Most sections, so that a path cannot have more groups.
const SECTIONS_MAX: usize = 1_000;

pub(super) fn sections<'a>(
    text: &'a str,
    names: &mut Names<'a>,
    report: &mut Report,
) -> Vec<Section> {
    let mut reader = Reader {
        // Lines before any header form a section of their own.
        sections: vec![Section::new(None)],
        by_name: HashMap::new(),
        current: 0,
        defaults: Box::default(),
        names,
        report,
    };
    for line in line::lines(text) {
        reader.line(line);
        // The first is that of the lines before any header.
        if reader.sections.len() > SECTIONS_MAX + 1 {
            let message = format!("the file has more than {SECTIONS_MAX} sections");
            reader.report.say("too-many-sections", &line.span(), message);
            break;
        }
    }
    reader.sections
}

struct Reader<'a, 'r> {
    sections: Vec<Section>,
    /// By name in lower case.
    by_name: HashMap<String, usize>,
    current: usize,
    /// Owners of lines without any, from the header above them.
    defaults: Box<[NameId]>,
    names: &'r mut Names<'a>,
    report: &'r mut Report,
}

/// A header: `^[Name][2] @default`.
struct Header<'a> {
    name: &'a str,
    optional: bool,
    count: u32,
    rest: &'a str,
}

impl<'a> Reader<'a, '_> {
    /// `None` where something was reported.
    fn line(&mut self, line: Line<'a>) -> Option<()> {
        if !line.is_text(self.report) {
            return None;
        }
        if line.text.starts_with('[') || line.text.starts_with("^[") {
            return match header(line.text) {
                Ok(header) => self.open(&line, &header),
                Err(why) => {
                    self.report.say("bad-section", &line.span(), why);
                    None
                }
            };
        }
        let words = line.words();
        let (first, rest) = words.split_first()?;
        match first.text.strip_prefix('!') {
            Some(text) => self.exclude(first, text, rest),
            None => self.rule(&line, first, rest),
        }
    }

    fn open(&mut self, line: &Line<'a>, header: &Header<'a>) -> Option<()> {
        self.defaults = self.owners(line, &line.words_of(header.rest))?;
        let key = header.name.to_lowercase();
        if let Some(known) = self.by_name.get(&key) {
            self.current = *known;
            let section = self.sections.get_mut(*known)?;
            // What one of them requires, both do.
            section.optional &= header.optional;
            section.count = section.count.max(header.count);
            return Some(());
        }
        self.current = self.sections.len();
        self.by_name.insert(key, self.current);
        let name = Some(header.name.to_owned());
        let (optional, count) = (header.optional, header.count);
        self.sections.push(Section { optional, count, ..Section::new(name) });
        Some(())
    }

    fn rule(&mut self, line: &Line<'a>, first: &Word<'a>, rest: &[Word<'a>]) -> Option<()> {
        let pattern = self.pattern(first, first.text);
        let mut owners = self.owners(line, rest)?;
        if owners.is_empty() {
            owners = self.defaults.clone();
        }
        let rule = Rule { pattern: pattern?, owners };
        self.sections.get_mut(self.current)?.rules.push(rule);
        Some(())
    }

    /// A path that is excluded stays so in its section, wherever the line stands.
    fn exclude(&mut self, first: &Word, text: &str, rest: &[Word]) -> Option<()> {
        if let Some(word) = rest.first().filter(|w| !w.text.starts_with('#')) {
            let message = "an exclusion has no owners; put a comment on a line of its own";
            self.report.say("bad-owner", &word.span(), message);
            return None;
        }
        let pattern = self.pattern(first, text)?;
        self.sections.get_mut(self.current)?.excluded.push(pattern);
        Some(())
    }

    fn pattern(&mut self, word: &Word, text: &str) -> Option<Pattern> {
        match pattern(text) {
            Ok(pattern) => Some(pattern),
            Err(why) => {
                self.report.say("bad-pattern", &word.span(), why);
                None
            }
        }
    }

    /// The owners. Comments are no such thing behind a path: GitLab reads the names in them.
    fn owners(&mut self, line: &Line<'a>, words: &[Word<'a>]) -> Option<Box<[NameId]>> {
        let mut owners = Vec::new();
        let mut is_comment = false;
        for word in words {
            is_comment |= word.text.starts_with('#');
            if is_comment {
                owners.extend(mentioned(word.text).filter_map(|name| self.names.intern(name)));
            } else {
                match self.names.intern(word.text) {
                    Some(id) => owners.push(id),
                    None => return super::bad_owner(word, self.report),
                }
            }
        }
        super::unique(line, &owners, self.report)
    }
}

/// What may be names in a word of a comment, such as `(@a,@b).`.
fn mentioned(word: &str) -> impl Iterator<Item = &str> {
    let stop = |c: char| !(c.is_alphanumeric() || "@_-./+".contains(c));
    word.split(stop).map(|name| name.trim_matches(['.', '-', '/', '+']))
}

fn header(line: &str) -> Result<Header<'_>, String> {
    let (line, optional) = match line.strip_prefix('^') {
        Some(rest) => (rest, true),
        None => (line, false),
    };
    let inner = line.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let Some((name, rest)) = inner else {
        return Err("the section header has no `]`; write `\\[` to begin a path".to_owned());
    };
    if name.trim().is_empty() || name.contains('[') {
        return Err("the section has no name; write `[Name]`".to_owned());
    }
    let (count, rest) = match rest.strip_prefix('[') {
        Some(rest) => count(rest)?,
        None => (1, rest),
    };
    if !rest.is_empty() && !rest.starts_with([' ', '\t']) {
        let rest = shown(rest);
        return Err(format!("`{rest}` follows a section header; write `\\[` to begin a path"));
    }
    Ok(Header { name, optional, count, rest })
}

fn count(text: &str) -> Result<(u32, &str), String> {
    let found = text.split_once(']').and_then(|(digits, rest)| {
        let is_number = digits.bytes().all(|b| b.is_ascii_digit());
        let number = digits.parse().ok().filter(|n| is_number && *n > 0)?;
        Some((number, rest))
    });
    found.ok_or_else(|| "the number of approvals must be 1 or more, as in `[Name][2]`".to_owned())
}

/// Without a leading slash a pattern stands at any depth; a trailing one means everything below.
/// `**` is special only as a whole part with a slash behind it.
fn pattern(text: &str) -> Result<Pattern, String> {
    if text.is_empty() || text.len() > PATTERN_MAX {
        return Err(format!("a pattern has 1 to {PATTERN_MAX} bytes"));
    }
    let (body, mut parts) = match text.strip_prefix('/') {
        Some(rest) => (rest, Vec::new()),
        None => (text, vec![Part::Deep]),
    };
    let (body, is_directory) = match body.strip_suffix('/') {
        Some(rest) => (rest, true),
        None => (body, body.is_empty()),
    };
    let mut rest = body.split('/').peekable();
    while let Some(part) = rest.next().filter(|_| !body.is_empty()) {
        let is_deep = part == "**" && (is_directory || rest.peek().is_some());
        parts.push(if is_deep { Part::Deep } else { Part::parse(part)? });
    }
    if is_directory {
        parts.extend([Part::Deep, Part::Any]);
    }
    Ok(Pattern::new(parts))
}
