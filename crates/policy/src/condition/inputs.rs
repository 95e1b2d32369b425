//! `decision_inputs`: the change touches policy, roster, owners or fingerprints.

use crate::decide::case::Case;
use crate::diagnostic::Report;
use crate::yaml::{self, Choice, Node};

/// The condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Inputs;

const WORDS: [Choice<Inputs>; 1] = [("touched", Inputs)];

impl Inputs {
    pub(crate) fn holds(self, case: &Case) -> bool {
        case.facts.change.inputs.is_some()
    }

    pub(crate) fn phrase(self) -> String {
        "touches policy, roster or owners".to_owned()
    }
}

pub(super) fn parse(node: &Node, report: &mut Report) -> Option<Inputs> {
    yaml::choice(node, "decision_inputs", &WORDS, report)
}
