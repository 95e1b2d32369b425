//! Why rules apply to a change or do not, in words; decides nothing.

use crate::decide::applies;
use crate::decide::case::{Case, Concern};
use crate::policy::Policy;
use obstat_model::facts::Facts;
use obstat_model::id::RuleName;
use obstat_model::time::Now;

/// One rule and why it applies or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleReport {
    /// The rule.
    pub name: RuleName,
    /// Whether it applies.
    pub applies: bool,
    /// Where it applies: all of its conditions. Else: those that do not hold, and facts that are
    /// missing. Empty where it applies always.
    pub reasons: Vec<String>,
    /// Places, in the change, of the files that an applying rule names; none where it is about all.
    pub names: Vec<usize>,
}

/// Every rule of a policy for a change, in the order of the file.
#[must_use]
pub fn explain(policy: &Policy, facts: &Facts, now: Now) -> Vec<RuleReport> {
    let case = Case::new(policy, facts, now.0);
    policy.rules().iter().map(|rule| one(&case, rule)).collect()
}

fn one(case: &Case, rule: &crate::policy::Rule) -> RuleReport {
    let name = rule.name().clone();
    let conditions = rule.conditions();
    match applies(case, rule) {
        Ok(Some(concern)) => {
            let reasons = conditions.iter().map(crate::condition::Condition::phrase).collect();
            RuleReport { name, applies: true, reasons, names: concern.named(case) }
        }
        Err(problem) => {
            RuleReport { name, applies: true, reasons: vec![problem.text], names: Vec::new() }
        }
        Ok(None) => {
            let concern = Concern::of(rule);
            let fails = |c: &&crate::condition::Condition| {
                c.holds(case, &concern).is_ok_and(|holds| !holds)
            };
            let reasons = conditions.iter().filter(fails).map(|c| format!("not {}", c.phrase()));
            RuleReport { name, applies: false, reasons: reasons.collect(), names: Vec::new() }
        }
    }
}
