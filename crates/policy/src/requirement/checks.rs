//! `checks: [unit, …]`: service accounts signed that these checks passed on this content.
//!
//! Each needs a passing result; one service's newest word that a check failed stands against all.

use super::one_or_more;
use crate::decide::count::{Counting, Tally};
use crate::diagnostic::Report;
use crate::policy::Known;
use crate::yaml::{self, Fields, Node};
use obstat_model::id::{CheckName, ServiceId};
use obstat_model::roster::Service;
use obstat_model::time::Timestamp;

/// The requirement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Checks {
    names: Vec<CheckName>,
    /// Services whose word counts; empty means any of the roster.
    by: Vec<ServiceId>,
}

impl Checks {
    /// The checks.
    pub(crate) fn names(&self) -> &[CheckName] {
        &self.names
    }

    pub(crate) fn needs(&self) -> String {
        let names: Vec<&str> = self.names.iter().map(CheckName::as_str).collect();
        let by: Vec<&str> = self.by.iter().map(ServiceId::as_str).collect();
        let by = if by.is_empty() { String::new() } else { format!(" by {}", by.join(" or ")) };
        format!("checks passed: {}{by}", names.join(", "))
    }

    fn counts(&self, service: &ServiceId) -> bool {
        self.by.is_empty() || self.by.contains(service)
    }

    /// Whether a service's word would count at a moment.
    pub(crate) fn may_report(&self, service: &Service, now: Timestamp) -> bool {
        self.counts(&service.id) && service.keys.iter().any(|key| key.holds_at(now))
    }

    pub(crate) fn tally<'a>(&self, counting: &Counting<'_, 'a>) -> Tally<'a> {
        let counts = |service: &ServiceId| self.counts(service);
        let passed = |name: &&CheckName| {
            let words = counting.ballots.checks.iter();
            let mut words =
                words.filter(|c| c.name == *name && counts(c.service)).map(|c| c.passed).peekable();
            words.peek().is_some() && words.all(|passed| passed)
        };
        let has = self.names.iter().filter(passed).count();
        let needed = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let mut tally = Tally::counted(needed, u32::try_from(has).unwrap_or(u32::MAX));
        let case = counting.case;
        let able = |s: &Service| self.may_report(s, case.now);
        if !tally.is_met() && !case.facts.roster.parts().services.iter().any(able) {
            tally.impossible();
        }
        tally
    }
}

pub(super) fn parse(node: &Node, known: &Known, report: &mut Report) -> Option<Checks> {
    let fields = Fields::of(node, "a requirement", &["checks", "by"], report)?;
    let list = fields.need("checks", "a requirement", report)?;
    let nodes = one_or_more(list);
    let names =
        nodes.iter().map(|n| yaml::name(n, "a check", report)).collect::<Option<Vec<_>>>()?;
    if names.is_empty() {
        report.say("demands-nothing", &list.span, "`checks` names none");
        return None;
    }
    let mut unique = names.clone();
    unique.sort_unstable();
    unique.dedup();
    if unique.len() != names.len() {
        report.say("duplicate-name", &list.span, "a check is listed twice");
        return None;
    }
    let by = match fields.get("by") {
        Some(node) => {
            let nodes = one_or_more(node);
            nodes.iter().map(|n| known.service(n, report)).collect::<Option<Vec<_>>>()?
        }
        None => Vec::new(),
    };
    Some(Checks { names, by })
}
