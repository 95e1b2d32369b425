//! Whether a crate's licence expression can be satisfied; reads no licence text.

use super::{Config, Refusal};
use crate::workspace::metadata::Package;
use spdx::{Expression, ParseMode};

/// Refuses what has no licence, one that cannot be understood, or one that is not allowed.
pub(super) fn check(config: &Config, package: &Package) -> Option<Refusal> {
    let Some(text) = &package.license else {
        return Some(Refusal::new(package, "states no licence; look at its files"));
    };
    // Lax, because old manifests write `MIT/Apache-2.0`.
    let Ok(expression) = Expression::parse_mode(text, ParseMode::LAX) else {
        return Some(Refusal::new(package, format!("licence `{text}` is no SPDX expression")));
    };
    let holds = expression.evaluate(|licence| config.allows(&package.name, licence));
    let why = || format!("licence `{text}` is not allowed; see [licenses] in deny.toml");
    (!holds).then(|| Refusal::new(package, why()))
}
