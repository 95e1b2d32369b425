//! `hidden_content`: the change holds what a reviewer could overlook.

use crate::decide::case::Case;
use crate::diagnostic::Report;
use crate::yaml::{self, Node, Value};
use obstat_model::hidden::HiddenFlag;

/// The condition: any of these flags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hidden(Vec<HiddenFlag>);

impl Hidden {
    pub(crate) fn holds(&self, case: &Case) -> bool {
        case.hidden.iter().any(|flag| self.0.contains(flag))
    }

    pub(crate) fn phrase(&self) -> String {
        if self.0.len() == HiddenFlag::ALL.len() {
            return "hidden content".to_owned();
        }
        let names: Vec<&str> = self.0.iter().map(|f| f.as_str()).collect();
        format!("hidden content: {}", names.join(" or "))
    }
}

impl Hidden {
    /// The flags.
    pub(crate) fn flags(&self) -> &[HiddenFlag] {
        &self.0
    }
}

pub(crate) fn parse(node: &Node, report: &mut Report) -> Option<Hidden> {
    let Value::List(items) = &node.value else {
        return yaml::choice(node, "hidden_content", &[("any", ())], report)
            .map(|()| Hidden(HiddenFlag::ALL.to_vec()));
    };
    if items.is_empty() {
        report.say("empty-list", &node.span, "`hidden_content` names nothing; write `any`");
        return None;
    }
    let words: Vec<_> = HiddenFlag::ALL.iter().map(|f| (f.as_str(), *f)).collect();
    let flags = items.iter().map(|item| yaml::choice(item, "flag", &words, report));
    let mut flags = flags.collect::<Option<Vec<_>>>()?;
    // A file that is too large to be looked at could hold any of them.
    flags.push(HiddenFlag::TooLarge);
    flags.sort_unstable();
    flags.dedup();
    Some(Hidden(flags))
}
