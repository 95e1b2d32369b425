//! Two versions of a CODEOWNERS file: which paths change hands; knows no rule that asks for owners.

use super::pattern::{Part, Token};
use super::{CodeOwners, Rule, Section};
use obstat_model::facts::{OwnerGroup, PathOwner, PathOwners};
use obstat_model::object::RepoPath;
use obstat_model::text::escape_cut;
use std::collections::BTreeSet;

/// Most paths that are tried; each is matched against every line.
const PATHS_MAX: usize = 2_000;

/// What changes hands from one file to another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Handover {
    /// A path, and its owners before and after.
    pub(crate) paths: Vec<(String, PathOwners, PathOwners)>,
    /// Lines differ in more than what these paths show.
    pub(crate) is_partial: bool,
}

/// Compares two files by one path for each of their lines.
pub(crate) fn compare(old: Option<&CodeOwners>, new: Option<&CodeOwners>) -> Handover {
    let nothing = CodeOwners { sections: Vec::new(), owners: Vec::new() };
    let (old, new) = (old.unwrap_or(&nothing), new.unwrap_or(&nothing));
    if old.is_as(new) {
        return Handover::default();
    }
    let lines: BTreeSet<String> = old.examples().chain(new.examples()).collect();
    let mut found = Handover { is_partial: lines.len() > PATHS_MAX, ..Handover::default() };
    for line in lines.into_iter().take(PATHS_MAX) {
        let path = RepoPath::from(line.as_str());
        let (was, is) = (old.owners(&path), new.owners(&path));
        if was != is {
            found.paths.push((line, was, is));
        }
    }
    // Lines that were put in another order, say, differ where two of them cross.
    found.is_partial |= found.paths.is_empty();
    found
}

/// Owners of a path in words.
pub(crate) fn phrase(owners: &PathOwners) -> String {
    if owners.groups.is_empty() {
        return "nobody".to_owned();
    }
    let group = |group: &OwnerGroup| {
        let names: Vec<String> = group.owners.iter().map(name).collect();
        let names = if names.is_empty() { "nobody".to_owned() } else { names.join(" or ") };
        let count = if group.count > 1 { format!("{} of ", group.count) } else { String::new() };
        let optional = if group.optional { " (optional)" } else { "" };
        format!("{count}{names}{optional}")
    };
    owners.groups.iter().map(group).collect::<Vec<_>>().join("; and ")
}

/// An owner in words.
pub(crate) fn name(owner: &PathOwner) -> String {
    match owner {
        PathOwner::Person(who) => who.to_string(),
        PathOwner::Team(team) => format!("team {team}"),
        PathOwner::Unknown(name) => {
            format!("`{}`, whom the roster does not have", escape_cut(name, 60))
        }
    }
}

impl CodeOwners {
    /// Whether both say the same line by line.
    fn is_as(&self, other: &Self) -> bool {
        let rules = |a: &[Rule], b: &[Rule]| {
            a.len() == b.len()
                && a.iter()
                    .zip(b)
                    .all(|(x, y)| x.pattern == y.pattern && self.named(x).eq(other.named(y)))
        };
        let sections = |a: &Section, b: &Section| {
            (&a.name, a.optional, a.count, &a.excluded)
                == (&b.name, b.optional, b.count, &b.excluded)
                && rules(&a.rules, &b.rules)
        };
        self.sections.len() == other.sections.len()
            && self.sections.iter().zip(&other.sections).all(|(a, b)| sections(a, b))
    }

    fn named<'a>(&'a self, rule: &'a Rule) -> impl Iterator<Item = Option<&'a PathOwner>> {
        rule.owners.iter().map(|id| self.owners.get(id.0))
    }

    /// A path for each line, where one that matches it is made up easily.
    fn examples(&self) -> impl Iterator<Item = String> {
        let rules = self.sections.iter().flat_map(|section| &section.rules);
        rules.filter_map(|rule| {
            let parts: Vec<String> = rule.pattern.parts().iter().filter_map(example).collect();
            let cut: Vec<&[u8]> = parts.iter().map(String::as_bytes).collect();
            rule.pattern.matches(&cut).then(|| parts.join("/"))
        })
    }
}

/// Something that a part of a pattern takes; nothing where it takes nothing too.
fn example(part: &Part) -> Option<String> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match part {
        Part::Deep => None,
        Part::Any => Some("any".to_owned()),
        Part::Literal(name) => Some(text(name)),
        Part::Ending(end) => Some(format!("any{}", text(end))),
        Part::Beginning(start) => Some(format!("{}any", text(start))),
        Part::General(tokens) => Some(tokens.iter().map(of_token).collect()),
    }
}

fn of_token(token: &Token) -> String {
    match token {
        Token::Star => "any".to_owned(),
        Token::One => "x".to_owned(),
        Token::Text(text) => String::from_utf8_lossy(text).into_owned(),
        Token::Class { negated, ranges } => {
            let is_in = |c: &char| ranges.iter().any(|(a, b)| a <= c && c <= b);
            let first = ranges.first().map(|(first, _)| *first).filter(|_| !negated);
            let other = ('a'..='z').find(|c| !is_in(c)).filter(|_| *negated);
            first.or(other).map(String::from).unwrap_or_default()
        }
    }
}
