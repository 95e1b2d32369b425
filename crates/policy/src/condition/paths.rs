//! `paths`: the change touches a path, by its old or new name.
//!
//! A rename is a deletion and an addition, so both names are judged. A link or submodule in the place of a
//! directory touches what a pattern names below it.

use crate::decide::case::Case;
use crate::diagnostic::Report;
use crate::glob::Pattern;
use crate::yaml::{self, Node};

/// Most patterns of one condition.
const PATTERNS_MAX: usize = 1_000;

/// The condition.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Paths(Vec<Pattern>);

impl Paths {
    pub(crate) fn holds(&self, case: &Case) -> bool {
        self.0.iter().any(|pattern| case.paths.any(pattern))
    }

    /// The patterns.
    pub(crate) fn patterns(&self) -> &[Pattern] {
        &self.0
    }

    pub(crate) fn phrase(&self) -> String {
        let mut texts: Vec<&str> = self.0.iter().map(Pattern::text).take(3).collect();
        if self.0.len() > texts.len() {
            texts.push("…");
        }
        format!("paths {}", texts.join(", "))
    }
}

pub(super) fn parse(node: &Node, report: &mut Report) -> Option<Paths> {
    patterns(node, "paths", report).map(Paths)
}

/// A list of patterns that is not empty.
pub(crate) fn patterns(node: &Node, what: &str, report: &mut Report) -> Option<Vec<Pattern>> {
    let texts = yaml::texts(node, what, report)?;
    if texts.is_empty() || texts.len() > PATTERNS_MAX {
        let message = format!("`{what}` must have 1 to {PATTERNS_MAX} patterns");
        report.say("empty-list", &node.span, message);
        return None;
    }
    let mut found = Vec::new();
    let mut ok = true;
    for (text, at) in texts {
        match Pattern::parse(text) {
            Ok(pattern) => found.push(pattern),
            Err(why) => {
                report.say("bad-pattern", &at.span, why);
                ok = false;
            }
        }
    }
    ok.then_some(found)
}
