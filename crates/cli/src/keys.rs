//! Signs through `ssh-keygen`, so that every key it can use works: files, agents, security keys.

use crate::error::CliError;
use obstat_git::GitRepository;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The key to sign with: as given, from `OBSTAT_KEY`, or git's `user.signingKey` for SSH.
pub(crate) fn choose(
    repository: &GitRepository,
    given: Option<&PathBuf>,
) -> Result<PathBuf, CliError> {
    if let Some(path) = given {
        return Ok(path.clone());
    }
    if let Some(path) = std::env::var_os("OBSTAT_KEY") {
        return Ok(path.into());
    }
    let configured = repository.setting("gpg.format").filter(|f| f == "ssh");
    configured.and_then(|_| repository.setting("user.signingKey")).map(PathBuf::from).ok_or_else(|| {
        CliError::usage(
            "no signing key is named",
            "name it with --key FILE, with OBSTAT_KEY, or set git's gpg.format=ssh and user.signingKey",
        )
    })
}

/// Signs bytes in a namespace and gives the armoured signature. Prompts of `ssh-keygen` for a
/// passphrase, PIN or touch go to the terminal.
pub(crate) fn sign(key: &Path, namespace: &str, bytes: &[u8]) -> Result<String, CliError> {
    let mut command = Command::new("ssh-keygen");
    command.args(["-Y", "sign", "-n", namespace, "-f"]).arg(key);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|e| {
        CliError::usage(
            format!("`ssh-keygen` cannot be started: {e}"),
            "install OpenSSH 8.2 or later",
        )
    })?;
    if let Some(mut pipe) = child.stdin.take() {
        pipe.write_all(bytes).map_err(|e| CliError::file(key, e))?;
    }
    let output = child.wait_with_output().map_err(|e| CliError::file(key, e))?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        let last = why.lines().rfind(|l| !l.trim().is_empty()).unwrap_or("it says nothing more");
        return Err(CliError::usage(
            format!("`ssh-keygen` did not sign with {}: {last}", key.display()),
            "check the key's path, its passphrase, and that the security key is plugged in",
        ));
    }
    String::from_utf8(output.stdout).map_err(|e| CliError::Internal(e.to_string()))
}

/// The public half of a key file, as its OpenSSH line.
pub(crate) fn public_line(key: &Path) -> Result<String, CliError> {
    let mut beside = key.as_os_str().to_owned();
    if key.extension().is_none_or(|e| e != "pub") {
        beside.push(".pub");
    }
    let path = PathBuf::from(beside);
    if !key.exists() && !path.exists() {
        return Err(CliError::usage(
            format!("there is no key {}", key.display()),
            "name the key's file, as in ~/.ssh/id_ed25519",
        ));
    }
    std::fs::read_to_string(&path).map_err(|e| {
        CliError::usage(
            format!("{}: {e}", path.display()),
            "the public key must lie beside the private one; make it with `ssh-keygen -y -f KEY > KEY.pub`",
        )
    })
}
