//! `tool`: evidence names one of these AI tools.

use crate::decide::case::Case;
use crate::diagnostic::Report;
use crate::yaml::{self, Node, Value};
use obstat_model::id::ToolId;

/// The condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tool(Vec<ToolId>);

impl Tool {
    pub(crate) fn holds(&self, case: &Case) -> bool {
        case.facts.assistance.tools().into_iter().any(|tool| self.0.contains(tool))
    }

    /// The tools.
    pub(crate) fn names(&self) -> &[ToolId] {
        &self.0
    }

    pub(crate) fn phrase(&self) -> String {
        let names: Vec<&str> = self.0.iter().map(ToolId::as_str).collect();
        format!("tool {}", names.join(" or "))
    }
}

pub(super) fn parse(node: &Node, report: &mut Report) -> Option<Tool> {
    let nodes = match &node.value {
        Value::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    if nodes.is_empty() {
        report.say("empty-list", &node.span, "`tool` names nothing; use `assistance` for any tool");
        return None;
    }
    nodes.iter().map(|n| yaml::name(n, "tool", report)).collect::<Option<Vec<_>>>().map(Tool)
}
