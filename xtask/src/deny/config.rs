//! The parts of `deny.toml` (cargo-deny 0.20) that are checked here; the rest is cargo-deny's.

use serde::Deserialize;
use spdx::{LicenseReq, Licensee};
use std::path::{Path, PathBuf};

/// Why `deny.toml` cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// It is missing or unreadable.
    #[error("{path} cannot be read")]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
    /// It is no TOML, or lacks a part.
    #[error("deny.toml is not understood")]
    Parse(#[from] toml::de::Error),
    /// A licence that SPDX does not know.
    #[error("deny.toml allows `{name}`, which is no SPDX licence; correct its name")]
    Licence {
        /// As written.
        name: String,
        /// The parser's reason.
        #[source]
        source: spdx::ParseError,
    },
}

/// What is allowed.
#[derive(Debug, Deserialize)]
pub(super) struct Config {
    licenses: Licences,
    /// What may not be in the graph.
    pub(super) bans: Bans,
    /// Where crates may come from.
    pub(super) sources: Sources,
}

#[derive(Debug, Deserialize)]
struct Licences {
    allow: Vec<AllowedLicence>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

#[derive(Debug, Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: Vec<AllowedLicence>,
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct AllowedLicence(Licensee);

impl TryFrom<String> for AllowedLicence {
    type Error = ConfigError;
    fn try_from(name: String) -> Result<Self, ConfigError> {
        let parsed = Licensee::parse(&name);
        parsed.map(Self).map_err(|source| ConfigError::Licence { name, source })
    }
}

/// What may not be in the graph.
#[derive(Debug, Deserialize)]
pub(super) struct Bans {
    /// Banned crates.
    pub(super) deny: Vec<Ban>,
}

/// A banned crate.
#[derive(Debug, Deserialize)]
pub(super) struct Ban {
    /// Its name.
    #[serde(rename = "crate")]
    pub(super) name: String,
    /// Crates that may depend on it all the same.
    #[serde(default)]
    pub(super) wrappers: Vec<String>,
    /// Why it is banned.
    pub(super) reason: String,
}

/// Where crates may come from.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Sources {
    /// Addresses of registries.
    pub(super) allow_registry: Vec<String>,
    /// Addresses of repositories.
    pub(super) allow_git: Vec<String>,
}

impl Config {
    /// Reads `deny.toml`.
    pub(super) fn read(path: &Path) -> Result<Self, ConfigError> {
        let failed = |source| ConfigError::Read { path: path.to_path_buf(), source };
        Ok(toml::from_str(&std::fs::read_to_string(path).map_err(failed)?)?)
    }

    /// Whether a crate may have a licence.
    pub(super) fn allows(&self, package: &str, licence: &LicenseReq) -> bool {
        let exceptions = self.licenses.exceptions.iter().filter(|e| e.name == package);
        let excepted = exceptions.flat_map(|e| &e.allow);
        self.licenses.allow.iter().chain(excepted).any(|allowed| allowed.0.satisfies(licence))
    }
}
