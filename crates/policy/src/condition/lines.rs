//! `lines_at_least`: so many lines are added and removed in the rule's paths.

use crate::decide::case::{Case, Concern};
use crate::diagnostic::Report;
use crate::yaml::{self, Node};

/// The condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lines(pub(crate) u64);

impl Lines {
    pub(crate) fn holds(self, case: &Case, concern: &Concern) -> bool {
        case.lines_of(concern) >= self.0
    }

    pub(crate) fn phrase(self) -> String {
        format!("{} or more lines", self.0)
    }
}

pub(super) fn parse(node: &Node, report: &mut Report) -> Option<Lines> {
    yaml::number(node, "lines_at_least", 1..=1_000_000_000, report).map(Lines)
}
