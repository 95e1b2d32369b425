//! `target`: the change is for one of these protected targets.

use crate::decide::case::Case;
use crate::diagnostic::Report;
use crate::policy::Known;
use crate::yaml::{self, Node, Value};
use obstat_model::id::TargetName;

/// The condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target(Vec<TargetName>);

impl Target {
    pub(crate) fn holds(&self, case: &Case) -> bool {
        // A ref may belong to several targets; rules for each of them apply.
        let matching = case.policy.targets().iter().filter(|t| t.has(case.facts.target));
        matching.into_iter().any(|t| self.0.contains(t.name()))
    }

    pub(crate) fn phrase(&self) -> String {
        let names: Vec<&str> = self.0.iter().map(TargetName::as_str).collect();
        format!("target {}", names.join(" or "))
    }
}

pub(super) fn parse(node: &Node, known: &Known, report: &mut Report) -> Option<Target> {
    let nodes = match &node.value {
        Value::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    if nodes.is_empty() {
        report.say("empty-list", &node.span, "`target` names nothing; leave it out to mean all");
        return None;
    }
    let mut names = Vec::new();
    for node in nodes {
        let name = yaml::text(node, "target", report)?;
        let Some(target) = known.targets.iter().find(|t| t.name().as_str() == name) else {
            let targets = known.targets.iter().map(|t| t.name().as_str());
            report.unknown("unknown-target", &node.span, ("target", name), targets);
            return None;
        };
        names.push(target.name().clone());
    }
    Some(Target(names))
}
