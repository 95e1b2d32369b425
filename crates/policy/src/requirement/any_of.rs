//! `any_of`: one of several branches, each a requirement or a list of them, must be met.
//!
//! A branch that cannot be judged holds the whole, even where another is met.

use super::approvals::Approvals;
use super::{LIST_MAX, Requirement};
use crate::decide::count::{Counting, Tally};
use crate::diagnostic::Report;
use crate::policy::Known;
use crate::yaml::{self, Fields, Node, Value};
use obstat_model::facts::Problem;

/// The requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AnyOf {
    branches: Vec<Vec<Requirement>>,
    needs: Box<str>,
}

impl AnyOf {
    pub(crate) fn needs(&self) -> &str {
        &self.needs
    }

    pub(crate) fn branches(&self) -> impl Iterator<Item = &[Requirement]> {
        self.branches.iter().map(Vec::as_slice)
    }

    pub(crate) fn approvals(&self) -> Vec<&Approvals> {
        self.branches.iter().flatten().flat_map(Requirement::approvals).collect()
    }

    pub(crate) fn tally<'a>(&self, counting: &Counting<'_, 'a>) -> Result<Tally<'a>, Problem> {
        let mut tallies = Vec::new();
        for branch in &self.branches {
            let parts = branch.iter().map(|r| r.tally(counting)).collect::<Result<Vec<_>, _>>()?;
            tallies.push(Tally::all(parts));
        }
        Ok(Tally::any(tallies))
    }
}

pub(super) fn parse(node: &Node, known: &Known, report: &mut Report) -> Option<AnyOf> {
    let fields = Fields::of(node, "a requirement", &["any_of"], report)?;
    let list = fields.need("any_of", "a requirement", report)?;
    let items = yaml::items(list, "any_of", report)?;
    if items.len() < 2 || items.len() > LIST_MAX {
        let message = format!("`any_of` must have 2 to {LIST_MAX} branches");
        report.say("bad-list", &list.span, message);
        return None;
    }
    let mut branches = Vec::new();
    for item in items {
        let branch = match &item.value {
            Value::List(_) => super::parse_list(item, known, report)?,
            _ => vec![super::parse(item, known, report)?],
        };
        refuse_nesting(&branch, item, report)?;
        branches.push(branch);
    }
    let one = |branch: &Vec<Requirement>| branch.iter().map(part).collect::<Vec<_>>().join(" and ");
    let needs = branches.iter().map(one).collect::<Vec<_>>().join(", or ");
    Some(AnyOf { branches, needs: needs.into() })
}

fn part(requirement: &Requirement) -> String {
    match requirement {
        Requirement::Approvals(approvals) => format!("{} {}", approvals.count(), approvals.needs()),
        other => other.needs(),
    }
}

fn refuse_nesting(branch: &[Requirement], node: &Node, report: &mut Report) -> Option<()> {
    for requirement in branch {
        let message = match requirement {
            Requirement::AnyOf(_) => {
                "`any_of` cannot stand inside `any_of`; list the branches flat"
            }
            Requirement::AuthorStatement(_) => {
                "`author_statement` cannot stand inside `any_of`: it comes before all others"
            }
            Requirement::Approvals(a) if a.distinct().is_some() => {
                "`distinct` cannot stand inside `any_of`"
            }
            _ => continue,
        };
        report.say("contradiction", &node.span, message);
        return None;
    }
    Some(())
}
