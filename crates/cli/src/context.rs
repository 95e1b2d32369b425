//! What most commands need: the repository, its trust root, the target and the change meant.

pub(crate) mod change;
pub(crate) mod server;
pub(crate) mod store;
pub(crate) mod target;

use crate::error::CliError;
use obstat_attest::{VerifyOptions, trust};
use obstat_gate::memo::Memo;
use obstat_gate::ports::{InputsCache, Repository as _};
use obstat_gate::world::{Seen, Surroundings, World};
use obstat_git::GitRepository;
use obstat_model::object::RefName;
use obstat_model::time::Now;
use obstat_model::trust::TrustRoot;
use std::path::{Path, PathBuf};

/// Directory of the gate's own files inside a git directory; pushers cannot write there.
pub(crate) const OWN_DIRECTORY: &str = "obstat";
/// The published copy of the trust file. Convenient, and proof of nothing.
pub(crate) const TRUST_REF: &str = "refs/obstat/trust";

/// Where a trust root comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pinned {
    /// From a file that the user or the administrator chose.
    Yes,
    /// From the repository itself.
    No,
}

/// The repository of the working directory.
pub(crate) fn here() -> Result<GitRepository, CliError> {
    let start = std::env::current_dir().map_err(|e| CliError::file(Path::new("."), e))?;
    Ok(GitRepository::discover(&start)?)
}

/// No browsers without a server.
pub(crate) const OPTIONS: VerifyOptions<'static> = VerifyOptions { webauthn: &[] };

/// What a command judges with: a repository that holds content and records, and all that has
/// landed in it.
pub(crate) fn world<'a>(
    repository: &'a GitRepository,
    (cache, memo): (&'a dyn InputsCache, &'a Memo),
    trust: &'a TrustRoot,
    now: Now,
) -> World<'a> {
    World {
        repository,
        records: repository,
        cache,
        memo,
        trust,
        options: &OPTIONS,
        now,
        seen: Seen::All,
        surroundings: Surroundings::Searched,
    }
}

/// Brings statements and records.
pub(crate) const FETCH: &str = "git fetch origin '+refs/obstat/*:refs/obstat/*'";

/// Reads a trust file.
pub(crate) fn trust_file(path: &Path) -> Result<TrustRoot, CliError> {
    let hint = "get it from your platform team, or from `obstat bootstrap` on the server";
    let text = std::fs::read_to_string(path)
        .map_err(|e| CliError::untrusted(format!("{}: {e}", path.display()), hint))?;
    // A variable of a build server may have lost the last line's end.
    let text = format!("{}\n", text.trim_end());
    trust::parse(&text).map_err(|e| CliError::untrusted(format!("{}: {e}", path.display()), hint))
}

/// The trust root for reading commands: the file given, else the one pinned in the git
/// directory, else the copy that the repository publishes.
pub(crate) fn trust_for_reading(
    repository: &GitRepository,
    given: Option<&PathBuf>,
) -> Result<(TrustRoot, Pinned), CliError> {
    let own = repository.directory().join(OWN_DIRECTORY).join("trust");
    let published = ref_name(TRUST_REF)?;
    if let Some(path) = given.or_else(|| own.exists().then_some(&own)) {
        let root = trust_file(path)?;
        // What is published proves nothing, but a file of another repository fits nothing here.
        if let Some(blob) = repository.reference(&published)?
            && let Ok(Some(bytes)) = repository.blob(blob, 1 << 20)
            && let Ok(other) = trust::parse(&String::from_utf8_lossy(&bytes))
            && other.repository != root.repository
        {
            let (file, here) = (root.repository, other.repository);
            return Err(CliError::untrusted(
                format!("{} is of repository {file}, and this one is {here}", path.display()),
                "take the trust file of this repository",
            ));
        }
        return Ok((root, Pinned::Yes));
    }
    let missing = || {
        CliError::untrusted(
            "this repository has no trust root here",
            "fetch it with `git fetch origin '+refs/obstat/*:refs/obstat/*'`, or see `obstat bootstrap`",
        )
    };
    let blob = repository.reference(&published)?.ok_or_else(missing)?;
    let bytes = repository.blob(blob, 1 << 20)?.ok_or_else(missing)?;
    let parsed = trust::parse(&String::from_utf8_lossy(&bytes));
    let root = parsed
        .map_err(|e| CliError::untrusted(format!("{TRUST_REF}: {e}"), "ask your platform team"))?;
    Ok((root, Pinned::No))
}

/// A ref name that is known to be well-formed.
pub(crate) fn ref_name(text: &str) -> Result<RefName, CliError> {
    RefName::parse(text).map_err(|e| {
        if RefName::parse(&format!("refs/heads/{text}")).is_ok() {
            let what = format!("`{text}` is no whole name of a ref");
            return CliError::usage(what, format!("write it in full, as refs/heads/{text}"));
        }
        CliError::usage(
            format!("`{}`: {e}", obstat_model::text::escape_cut(text, 200)),
            "write it in full, as refs/heads/main",
        )
    })
}
