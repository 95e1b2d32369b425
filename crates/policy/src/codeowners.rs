//! CODEOWNERS text → who owns a path, in the dialect of its host; knows no level and counts nobody.
//!
//! Where the hosts fail open (a file too large, a line that they cannot read), this is an error.
//! Owned, matched without owner, and unmatched stay distinct. The format is described in
//! `docs/formats/codeowners.md`.

mod compare;
mod github;
mod gitlab;
mod line;
mod names;
mod pattern;

pub(crate) use compare::{compare, name, phrase};

use crate::diagnostic::{Diagnostic, Report, shown};
use line::{Line, Word};
use names::{NameId, Names};
use obstat_model::facts::{OwnerGroup, PathOwner, PathOwners};
use obstat_model::object::RepoPath;
use obstat_model::roster::Roster;
use pattern::Pattern;

/// Largest file in bytes, GitHub's limit. GitHub asks nobody beyond it; here it is an error.
const SIZE_MAX: usize = 3 << 20;
/// Longest pattern in bytes.
const PATTERN_MAX: usize = 1_000;
/// Most owners of one line.
const OWNERS_MAX: usize = 1_000;
/// Name of the file in findings; callers know in which folder it lies.
const FILE: &str = "CODEOWNERS";

/// Whose rules the file follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Patterns as in `.gitignore`; the last line that matches wins.
    GitHub,
    /// Sections, of which each asks for its own; Ruby's `File.fnmatch`.
    GitLab,
}

/// A CODEOWNERS file, its patterns compiled and its owners looked up in a roster.
#[derive(Debug, Clone)]
pub struct CodeOwners {
    sections: Vec<Section>,
    /// What each [`NameId`] stands for.
    owners: Vec<PathOwner>,
}

/// Lines that ask for owners together. GitHub's file is one section without a name.
#[derive(Debug, Clone)]
struct Section {
    name: Option<String>,
    optional: bool,
    count: u32,
    rules: Vec<Rule>,
    /// Paths that the section has nothing to say about.
    excluded: Vec<Pattern>,
}

/// One line.
#[derive(Debug, Clone)]
struct Rule {
    pattern: Pattern,
    owners: Box<[NameId]>,
}

impl Section {
    fn new(name: Option<String>) -> Self {
        Self { name, optional: false, count: 1, rules: Vec::new(), excluded: Vec::new() }
    }

    /// The last rule that matches, unless the section excludes the path.
    fn rule(&self, path: &[&[u8]]) -> Option<&Rule> {
        let found = self.rules.iter().rev().find(|rule| rule.pattern.matches(path))?;
        let excluded = self.excluded.iter().any(|pattern| pattern.matches(path));
        (!excluded).then_some(found)
    }
}

impl CodeOwners {
    /// Reads and checks a file. A name that the roster does not know is no error but
    /// [`PathOwner::Unknown`].
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the file. One line that cannot be read
    /// refuses the whole file: left out, it could hand its paths to somebody else.
    pub fn parse(dialect: Dialect, text: &str, roster: &Roster) -> Result<Self, Vec<Diagnostic>> {
        let mut report = Report::new(FILE);
        if text.len() > SIZE_MAX {
            let message =
                format!("the file has {} bytes, more than the {SIZE_MAX} allowed", text.len());
            report.say("oversize", &(0..0), message);
            return report.settle(None);
        }
        let mut names = Names::default();
        let sections = match dialect {
            Dialect::GitHub => github::sections(text, &mut names, &mut report),
            Dialect::GitLab => gitlab::sections(text, &mut names, &mut report),
        };
        report.settle(Some(()))?;
        Ok(Self { sections, owners: names.resolve(roster) })
    }

    /// Who owns a path.
    #[must_use]
    pub fn owners(&self, path: &RepoPath) -> PathOwners {
        let parts: Vec<&[u8]> = path.as_bytes().split(|b| *b == b'/').collect();
        PathOwners { groups: self.sections.iter().filter_map(|s| self.group(s, &parts)).collect() }
    }

    fn group(&self, section: &Section, path: &[&[u8]]) -> Option<OwnerGroup> {
        let rule = section.rule(path)?;
        let owners = rule.owners.iter().filter_map(|id| self.owners.get(id.0)).cloned();
        Some(OwnerGroup {
            section: section.name.clone(),
            owners: owners.collect(),
            count: section.count,
            optional: section.optional,
        })
    }
}

/// The owners of a line, each once.
fn unique(line: &Line, owners: &[NameId], report: &mut Report) -> Option<Box<[NameId]>> {
    if owners.len() > OWNERS_MAX {
        let message = format!("the line has more than {OWNERS_MAX} owners");
        report.say("too-many-owners", &line.span(), message);
        return None;
    }
    let mut found = Vec::with_capacity(owners.len());
    for id in owners {
        if !found.contains(id) {
            found.push(*id);
        }
    }
    Some(found.into())
}

fn bad_owner<T>(word: &Word, report: &mut Report) -> Option<T> {
    let message = format!("`{}` is no owner", shown(word.text));
    let finding = report.error("bad-owner", &word.span(), message);
    report.add(finding.helped("write @user, @group/team or name@example.com"));
    None
}

#[cfg(test)]
mod tests;
