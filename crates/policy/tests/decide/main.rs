//! `decide` through its public surface: one file for what approvals must be, one for each family of
//! demands, one for what must hold whatever the facts.

#[cfg(test)]
mod approvals;
#[cfg(test)]
mod base;
#[cfg(test)]
mod conditions;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod exemptions;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod overrides;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod prove;
#[cfg(test)]
mod rejections;
#[cfg(test)]
mod requirements;
#[cfg(test)]
mod scene;
#[cfg(test)]
mod weaken;

#[cfg(test)]
use obstat_model::decision::{Decision, Outcome};

/// The answer must be this one.
#[cfg(test)]
#[track_caller]
fn is(found: &Decision, wanted: Outcome) {
    assert_eq!(found.outcome, wanted, "{:#?}", found.diagnostics);
}

/// The reason for which somebody's statement does not count.
#[cfg(test)]
#[track_caller]
fn reason(found: &Decision, who: &str) -> String {
    let of = found.diagnostics.not_counted.iter().find(|n| n.who == who);
    of.map(|n| n.reason.clone()).unwrap_or_else(|| panic!("{who} counts: {:#?}", found.diagnostics))
}
