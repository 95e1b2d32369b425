//! `assistance`: an AI helped, or may have helped.

use crate::decide::case::Case;
use crate::diagnostic::Report;
use crate::yaml::{self, Choice, Node};
use obstat_model::assistance::AssistanceVerdict;

/// The condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Assistance {
    /// There is evidence of grade E1 or more.
    Assisted,
    /// Assisted, undisclosed or contradicted: anything but an uncontradicted declaration.
    Possible,
}

const WORDS: [Choice<Assistance>; 2] =
    [("assisted", Assistance::Assisted), ("possible", Assistance::Possible)];

impl Assistance {
    pub(crate) fn holds(self, case: &Case) -> bool {
        let found = case.facts.assistance;
        match self {
            Self::Assisted => found.verdict == AssistanceVerdict::Assisted,
            Self::Possible => found.is_possible(),
        }
    }

    pub(crate) fn phrase(self) -> String {
        match self {
            Self::Assisted => "an AI helped".to_owned(),
            Self::Possible => "an AI may have helped".to_owned(),
        }
    }
}

pub(super) fn parse(node: &Node, report: &mut Report) -> Option<Assistance> {
    yaml::choice(node, "assistance", &WORDS, report)
}
