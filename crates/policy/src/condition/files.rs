//! `files_at_least`: so many files change in the rule's paths.

use crate::decide::case::{Case, Concern};
use crate::diagnostic::Report;
use crate::yaml::{self, Node};

/// The condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Files(pub(crate) u64);

impl Files {
    pub(crate) fn holds(self, concern: &Concern, case: &Case) -> bool {
        concern.len(case) as u64 >= self.0
    }

    pub(crate) fn phrase(self) -> String {
        format!("{} or more files", self.0)
    }
}

pub(super) fn parse(node: &Node, report: &mut Report) -> Option<Files> {
    yaml::number(node, "files_at_least", 1..=100_000_000, report).map(Files)
}
