//! Text → checked [`Policy`] and roster; [`decide()`] is the only place that counts. Pure: knows no
//! repository, signature format, clock or terminal.

pub mod codeowners;
pub mod diagnostic;
pub mod explain;
pub mod places;
pub mod roster;

mod check;
pub mod compare;
mod condition;
mod decide;
mod exempt;
mod glob;
mod policy;
pub mod prove;
mod requirement;
mod supposed;
pub mod trial;
mod yaml;

pub use check::check;
pub use condition::rolling::RollingDemand;
pub use decide::{decide, decide_naming_eligible, declared_unassisted};
pub use policy::{OverrideTerms, Policy, Rewrite, Rule, TargetPolicy, parse_policy};
pub use roster::parse_roster;
