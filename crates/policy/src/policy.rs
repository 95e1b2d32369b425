//! A checked policy: targets, rules, exemptions, terms. Made from text by [`parse_policy`] alone,
//! so whatever holds a `Policy` holds one that makes sense. Decides nothing.
//!
//! The format is described in `docs/formats/policy.md`.

mod known;
mod parse;
mod target;

pub(crate) use known::Known;
pub(crate) use parse::PRESENCES;
pub use parse::parse_policy;
pub use target::{Rewrite, TargetPolicy};

use crate::codeowners::Dialect;
use crate::condition::Condition;
use crate::condition::rolling::RollingDemand;
use crate::exempt::Exemption;
use crate::glob::Pattern;
use crate::requirement::Requirement;
use crate::requirement::approvals::Approvals;
use obstat_model::facts::PathOwner;
use obstat_model::id::{PersonId, RuleName, ScopeName, TargetName, ToolId};
use obstat_model::object::RefName;
use obstat_model::presence::Presence;
use obstat_model::time::Seconds;

/// What applies when all conditions hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    name: RuleName,
    conditions: Vec<Condition>,
    requirements: Vec<Requirement>,
}

impl Rule {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &RuleName {
        &self.name
    }

    /// Whether it is for a path at all: one for other paths asks nothing of it, however large a change is.
    pub(crate) fn is_for(&self, path: &str) -> bool {
        self.conditions.iter().all(|condition| match condition {
            Condition::Paths(paths) => {
                paths.patterns().iter().any(|pattern| pattern.matches(path.as_bytes()))
            }
            _ => true,
        })
    }

    pub(crate) fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    pub(crate) fn requirements(&self) -> &[Requirement] {
        &self.requirements
    }

    /// Whether it asks for owners of what is touched.
    pub(crate) fn asks_owners_of_paths(&self) -> bool {
        let approvals = self.requirements.iter().flat_map(Requirement::approvals);
        approvals.into_iter().any(Approvals::asks_owners_of_paths)
    }
}

/// Who may break the glass, and under which terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverrideTerms {
    holders: Vec<PersonId>,
    presence: Presence,
    at_most: Seconds,
    review_within: Seconds,
}

impl OverrideTerms {
    /// Who may.
    #[must_use]
    pub fn holders(&self) -> &[PersonId] {
        &self.holders
    }

    /// How surely they must be there.
    #[must_use]
    pub const fn presence(&self) -> Presence {
        self.presence
    }

    /// For how long at most.
    #[must_use]
    pub const fn at_most(&self) -> Seconds {
        self.at_most
    }

    /// Within which time somebody else must have looked at it.
    #[must_use]
    pub const fn review_within(&self) -> Seconds {
        self.review_within
    }
}

/// What holds where a rule says nothing else.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Defaults {
    pub(crate) presence: Presence,
    pub(crate) expires: Seconds,
    /// Who owns a touched path that nobody owns.
    pub(crate) owners: Vec<PathOwner>,
    /// How `CODEOWNERS` is read where its place does not say.
    pub(crate) code_owners: Dialect,
}

/// A policy that holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    targets: Vec<TargetPolicy>,
    defaults: Defaults,
    terms: Option<OverrideTerms>,
    rules: Vec<Rule>,
    exemptions: Vec<Exemption>,
    scopes: Vec<(ScopeName, Vec<Pattern>)>,
    /// The requirement beneath all policies: the owners' quorum for the decision inputs.
    quorum: Approvals,
}

impl Policy {
    /// The protected targets.
    #[must_use]
    pub fn targets(&self) -> &[TargetPolicy] {
        &self.targets
    }

    /// The target that a ref belongs to; the one with the strictest mode where it belongs to
    /// several.
    #[must_use]
    pub fn target_of(&self, name: &RefName) -> Option<&TargetPolicy> {
        let matching = self.targets.iter().rev().filter(|t| t.has(name));
        matching.max_by_key(|t| (t.mode(), t.rewrite() == Rewrite::Refuse))
    }

    /// The rules, in the order of the file.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Sums over time that rules ask for.
    pub fn rolling_demands(&self) -> impl Iterator<Item = &RollingDemand> {
        let conditions = self.rules.iter().flat_map(|rule| rule.conditions.iter());
        conditions.filter_map(|condition| match condition {
            Condition::Rolling(demand) => Some(demand),
            _ => None,
        })
    }

    /// AI tools that conditions name, sorted, each once.
    #[must_use]
    pub fn tools(&self) -> Vec<&ToolId> {
        let conditions = self.rules.iter().flat_map(|rule| rule.conditions.iter());
        let mut tools: Vec<&ToolId> = conditions
            .filter_map(|condition| match condition {
                Condition::Tool(tool) => Some(tool.names()),
                _ => None,
            })
            .flatten()
            .collect();
        tools.sort_unstable();
        tools.dedup();
        tools
    }

    /// Who may override, if anybody may.
    #[must_use]
    pub fn override_terms(&self) -> Option<&OverrideTerms> {
        self.terms.as_ref()
    }

    /// How long a statement counts where its signer says nothing shorter.
    #[must_use]
    pub const fn default_expiry(&self) -> Seconds {
        self.defaults.expires
    }

    /// How surely signers must be there where a rule says nothing.
    #[must_use]
    pub const fn default_presence(&self) -> Presence {
        self.defaults.presence
    }

    /// How `CODEOWNERS` at the root or under `docs/` is read.
    #[must_use]
    pub const fn code_owners(&self) -> Dialect {
        self.defaults.code_owners
    }

    pub(crate) fn defaults(&self) -> &Defaults {
        &self.defaults
    }

    pub(crate) fn exemptions(&self) -> &[Exemption] {
        &self.exemptions
    }

    /// A ref of a target, made up from its patterns.
    #[must_use]
    pub fn example_ref(&self, target: &TargetName) -> Option<RefName> {
        crate::supposed::refs(self, target).into_iter().next()
    }

    /// Whether an exemption is about a path.
    #[must_use]
    pub fn is_exempt(&self, exemption: &RuleName, path: &[u8]) -> bool {
        let named = self.exemptions.iter().find(|e| e.name() == exemption);
        named.is_some_and(|e| e.paths().iter().any(|pattern| pattern.matches(path)))
    }

    pub(crate) fn quorum(&self) -> &Approvals {
        &self.quorum
    }

    /// Every list of path patterns of which a decision asks whether one matches.
    pub(crate) fn path_lists(&self) -> Vec<&[Pattern]> {
        let conditions = self.rules.iter().flat_map(|rule| rule.conditions.iter());
        let mut found: Vec<&[Pattern]> = conditions
            .filter_map(|condition| match condition {
                Condition::Paths(paths) => Some(paths.patterns()),
                _ => None,
            })
            .collect();
        found.extend(self.exemptions.iter().map(Exemption::paths));
        found.extend(self.scopes.iter().map(|(_, patterns)| patterns.as_slice()));
        found.dedup();
        found
    }

    /// Path patterns of scopes.
    pub(crate) fn scope_lists(&self) -> Vec<&[Pattern]> {
        self.scopes.iter().map(|(_, patterns)| patterns.as_slice()).collect()
    }

    /// How many approvals all rules ask for together, up to a limit beyond which nobody would sign.
    pub(crate) fn all_approvals(&self) -> usize {
        fn of(requirement: &Requirement) -> usize {
            match requirement {
                Requirement::Approvals(approvals) => approvals.count() as usize,
                Requirement::AnyOf(any) => any.branches().flatten().map(of).sum(),
                Requirement::AuthorStatement(_) | Requirement::Checks(_) => 0,
            }
        }
        self.rules.iter().flat_map(|rule| rule.requirements()).map(of).sum::<usize>().min(64)
    }

    pub(crate) fn scope(&self, name: &ScopeName) -> Option<&[Pattern]> {
        self.scopes.iter().find(|(n, _)| n == name).map(|(_, patterns)| patterns.as_slice())
    }
}
