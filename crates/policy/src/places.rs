//! Where decision inputs lie in a repository; reads none of them.

use crate::codeowners::Dialect;
use obstat_model::object::RepoPath;

/// Directory of Obstat's own inputs.
pub const DIRECTORY: &str = ".obstat";
/// Path of the policy.
pub const POLICY: &str = ".obstat/policy.yaml";
/// Path of the roster.
pub const ROSTER: &str = ".obstat/roster.yaml";
/// Path of additional fingerprints.
pub const FINGERPRINTS: &str = ".obstat/fingerprints.toml";
/// Where forges look for owners of paths, and in which dialect; `None` is the one that the policy
/// names.
pub const CODE_OWNERS: [(&str, Option<Dialect>); 5] = [
    (".github/CODEOWNERS", Some(Dialect::GitHub)),
    (".gitlab/CODEOWNERS", Some(Dialect::GitLab)),
    ("CODEOWNERS", None),
    ("docs/CODEOWNERS", None),
    (".obstat/CODEOWNERS", None),
];
/// Whether a path is a decision input.
#[must_use]
pub fn is_input(path: &RepoPath) -> bool {
    let bytes = path.as_bytes();
    let below = |dir: &[u8]| bytes.strip_prefix(dir).is_some_and(|rest| rest.starts_with(b"/"));
    below(DIRECTORY.as_bytes()) || CODE_OWNERS.iter().any(|(p, _)| bytes == p.as_bytes())
}
