//! The gate's settings beside a bare repository; format page `docs/formats/gate-settings.md`.

use crate::context::{OWN_DIRECTORY, ref_name, trust_file};
use crate::error::CliError;
use obstat_attest::record::GateKey;
use obstat_gate::proposal::Pusher;
use obstat_model::object::RefName;
use obstat_model::trust::TrustRoot;
use std::path::{Path, PathBuf};

/// How a gate is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    /// Environment variable in which the transport names the pusher.
    pub(crate) variable: String,
    /// Host under which the roster knows those names.
    pub(crate) host: String,
}

/// Where the gate of a repository keeps its files.
pub(crate) fn directory(git_directory: &Path) -> PathBuf {
    git_directory.join(OWN_DIRECTORY)
}

impl Settings {
    pub(crate) fn read(git_directory: &Path) -> Result<Self, CliError> {
        let path = directory(git_directory).join("gate.toml");
        let text = std::fs::read_to_string(&path).map_err(|e| CliError::file(&path, e))?;
        let bad = |why: String| {
            CliError::usage(format!("{}: {why}", path.display()), "run `obstat hook install` again")
        };
        let table: toml::Table =
            text.parse().map_err(|e: toml::de::Error| bad(e.message().to_owned()))?;
        if table.get("format").and_then(toml::Value::as_integer) != Some(1) {
            return Err(bad("`format` is not 1".to_owned()));
        }
        let field = |name: &str| {
            let value = table.get("pusher").and_then(|p| p.get(name)).and_then(toml::Value::as_str);
            value.map(str::to_owned).ok_or_else(|| bad(format!("`pusher.{name}` is missing")))
        };
        Ok(Self { variable: field("variable")?, host: field("host")? })
    }

    pub(crate) fn encode(&self) -> String {
        format!(
            "format = 1\n\n[pusher]\nvariable = \"{}\"\nhost = \"{}\"\n",
            self.variable, self.host
        )
    }

    /// Who pushes, as the transport says in its environment variable.
    pub(crate) fn pusher(&self) -> Pusher {
        match std::env::var(&self.variable) {
            Ok(login) if !login.is_empty() => Pusher::Login { host: self.host.clone(), login },
            _ => Pusher::Unknown,
        }
    }
}

/// What bootstrap fixed.
#[derive(Debug)]
pub(crate) struct Fixed {
    pub(crate) trust: TrustRoot,
    pub(crate) key: GateKey,
    pub(crate) policy_ref: RefName,
}

impl Fixed {
    pub(crate) fn read(git_directory: &Path) -> Result<Self, CliError> {
        let own = directory(git_directory);
        let trust = trust_file(&own.join("trust"))?;
        let path = own.join("gate_key");
        let text = std::fs::read_to_string(&path).map_err(|e| CliError::file(&path, e))?;
        let key = GateKey::from_openssh(&text).map_err(|e| {
            CliError::untrusted(
                format!("{}: {e}", path.display()),
                "restore the gate's key from your backup",
            )
        })?;
        let path = own.join("policy_ref");
        let text = std::fs::read_to_string(&path).map_err(|e| CliError::file(&path, e))?;
        Ok(Self { trust, key, policy_ref: ref_name(text.trim())? })
    }
}
