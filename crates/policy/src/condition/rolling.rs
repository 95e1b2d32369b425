//! `rolling`: one author's lines in a scope over some days, this change included. Against slicing.

use super::Holds;
use crate::decide::case::Case;
use crate::diagnostic::Report;
use crate::glob::Pattern;
use crate::policy::Known;
use crate::yaml::{self, Fields, Node};
use obstat_model::change::ChangeFacts;
use obstat_model::facts::Problem;
use obstat_model::id::{RuleName, ScopeName};

/// Longest window in days.
const DAYS_MAX: u64 = 366;

/// The condition, which is also what must be summed up for it beforehand.
#[derive(Debug, Clone, PartialEq)]
pub struct RollingDemand {
    rule: RuleName,
    days: u32,
    lines: u64,
    scope: Option<(ScopeName, Vec<Pattern>)>,
}

impl RollingDemand {
    /// The rule that asks.
    #[must_use]
    pub fn rule(&self) -> &RuleName {
        &self.rule
    }

    /// The window in days.
    #[must_use]
    pub const fn days(&self) -> u32 {
        self.days
    }

    /// The sum from which it asks.
    pub(crate) const fn lines(&self) -> u64 {
        self.lines
    }

    /// Lines added and removed by a change in the scope.
    #[must_use]
    pub fn lines_of(&self, change: &ChangeFacts) -> u64 {
        let inside = |path: &[u8]| match &self.scope {
            None => true,
            Some((_, patterns)) => patterns.iter().any(|p| p.matches(path)),
        };
        let files = change.files.iter().filter(|f| inside(f.change.path.as_bytes()));
        files.fold(0, |sum, f| sum.saturating_add(f.lines.total()))
    }

    pub(crate) fn holds(&self, case: &Case) -> Holds {
        let found = case.facts.rolling.iter().find(|sum| sum.rule == self.rule);
        let sum = found.ok_or_else(|| Problem {
            code: "fact-missing",
            text: format!(
                "the lines of the last {} days for rule {} are not known",
                self.days, self.rule
            ),
            hint: "report this: the gate must gather them".to_owned(),
        })?;
        // A change that has no line in the scope adds nothing to the sum there.
        Ok(sum.lines >= self.lines && self.lines_of(case.facts.change) > 0)
    }

    pub(crate) fn phrase(&self) -> String {
        let place = self.scope.as_ref().map(|(name, _)| format!(" in {name}")).unwrap_or_default();
        format!("{} or more lines by one author{place} within {} d", self.lines, self.days)
    }
}

pub(super) fn parse(
    node: &Node,
    rule: &RuleName,
    known: &Known,
    report: &mut Report,
) -> Option<RollingDemand> {
    let fields = Fields::of(node, "`rolling`", &["lines_at_least", "days", "scope"], report)?;
    let lines = fields.need("lines_at_least", "`rolling`", report)?;
    let lines = yaml::number(lines, "lines_at_least", 1..=1_000_000_000, report)?;
    let days =
        yaml::number(fields.need("days", "`rolling`", report)?, "days", 1..=DAYS_MAX, report)?;
    let scope = match fields.get("scope") {
        Some(node) => Some(known.scope(node, report)?),
        None => None,
    };
    Some(RollingDemand { rule: rule.clone(), days: u32::try_from(days).ok()?, lines, scope })
}
