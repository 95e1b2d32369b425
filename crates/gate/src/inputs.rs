//! The decision inputs at a commit: policy, roster, CODEOWNERS, fingerprints; decides nothing.

use crate::ports::{InputsCache, PortError, Repository};
use obstat_model::facts::Problem;
use obstat_model::id::{InputsDigest, Sha256};
use obstat_model::object::Oid;
use obstat_model::roster::Roster;
use obstat_policy::codeowners::{CodeOwners, Dialect};
use obstat_policy::diagnostic::Diagnostic;
use obstat_policy::{Policy, roster};
use obstat_provenance::Fingerprints;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

mod devices;
mod files;

pub use devices::{attest, challenge};
use files::{File, Files};
pub use obstat_policy::places::{CODE_OWNERS, DIRECTORY, FINGERPRINTS, POLICY, ROSTER, is_input};

/// The inputs of one commit, checked.
#[derive(Debug)]
pub struct Inputs {
    /// Digest over all of them.
    pub digest: InputsDigest,
    /// The policy.
    pub policy: Policy,
    /// SHA-256 of its bytes.
    pub policy_sha: Sha256,
    /// The roster.
    pub roster: Roster,
    /// SHA-256 of its bytes.
    pub roster_sha: Sha256,
    /// Owners of paths, if the repository names any.
    pub code_owners: Option<CodeOwners>,
    /// Fingerprints, built in and added.
    pub fingerprints: Fingerprints,
}

/// Why there are no usable inputs at a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unusable {
    /// A file that must be there is not.
    Missing(&'static str),
    /// A file does not parse, contradicts itself, or locks everybody out.
    Broken(Vec<Diagnostic>),
}

impl Unusable {
    /// The problem as a decision reports it.
    #[must_use]
    pub fn problem(&self) -> Problem {
        match self {
            Self::Missing(path) => Problem {
                code: "inputs-missing",
                text: format!("{path} is missing at the target's tip, so nothing can be decided"),
                hint: "an owner restores it, or run `obstat bootstrap` for a new repository"
                    .to_owned(),
            },
            Self::Broken(found) => Problem {
                code: "inputs-broken",
                text: format!("the decision inputs do not hold: {}", first(found)),
                hint: "run `obstat policy check`; the owners' quorum can replace a broken version"
                    .to_owned(),
            },
        }
    }

    /// The problem of a change that would leave it so.
    #[must_use]
    pub fn left_behind(&self) -> Problem {
        let (code, text) = match self {
            Self::Missing(path) => ("inputs-removed", format!("it removes {path}")),
            Self::Broken(found) => ("inputs-broken", first(found)),
        };
        let text = format!("after this change nothing could be decided: {text}");
        let hint = "run `obstat policy check`, and repair it before you push".to_owned();
        Problem { code, text, hint }
    }
}

fn first(found: &[Diagnostic]) -> String {
    found.first().map_or_else(String::new, |d| format!("{}: {}", d.file, d.message))
}

/// Inputs that one run has read, by tree: policy and roster are read and checked once, whatever asks.
#[derive(Debug, Default)]
pub(crate) struct Known {
    loaded: RefCell<HashMap<Oid, Rc<Loaded>>>,
    digests: RefCell<HashMap<Oid, InputsDigest>>,
    /// Inputs that hold, by their digest.
    held: RefCell<HashMap<InputsDigest, Rc<Loaded>>>,
}

/// Inputs that hold, or why there are none.
pub type Loaded = Result<Inputs, Unusable>;

impl Known {
    /// As [`load`].
    ///
    /// # Errors
    /// [`PortError`] when objects cannot be read.
    pub(crate) fn load(
        &self,
        repository: &dyn Repository,
        tree: Oid,
        cache: &dyn InputsCache,
    ) -> Result<Rc<Loaded>, PortError> {
        if let Some(known) = self.loaded.borrow().get(&tree) {
            return Ok(Rc::clone(known));
        }
        // Most trees of one run have the same inputs.
        let files = Files::list(repository, tree, cache)?;
        let digest = files.digest;
        self.digests.borrow_mut().insert(tree, digest);
        let same = self.held.borrow().get(&digest).map(Rc::clone);
        let loaded = match same {
            Some(known) => known,
            None => Rc::new(read(repository, files, cache)?),
        };
        if loaded.is_ok() {
            self.held.borrow_mut().insert(digest, Rc::clone(&loaded));
        }
        self.loaded.borrow_mut().insert(tree, Rc::clone(&loaded));
        Ok(loaded)
    }

    /// As [`digest_of`].
    ///
    /// # Errors
    /// [`PortError`] when a tree or blob cannot be read.
    pub(crate) fn digest(
        &self,
        repository: &dyn Repository,
        tree: Oid,
        cache: &dyn InputsCache,
    ) -> Result<InputsDigest, PortError> {
        if let Some(known) = self.digests.borrow().get(&tree) {
            return Ok(*known);
        }
        let digest = digest_of(repository, tree, cache)?;
        self.digests.borrow_mut().insert(tree, digest);
        Ok(digest)
    }
}

/// Digest of the inputs that exist in a tree.
///
/// # Errors
/// [`PortError`] when a tree or blob cannot be read.
pub fn digest_of(
    repository: &dyn Repository,
    tree: Oid,
    cache: &dyn InputsCache,
) -> Result<InputsDigest, PortError> {
    Ok(Files::list(repository, tree, cache)?.digest)
}

/// Reads and checks the inputs of a tree.
///
/// # Errors
/// [`PortError`] when objects cannot be read. Inputs that are missing or broken are no error but
/// [`Unusable`].
pub fn load(
    repository: &dyn Repository,
    tree: Oid,
    cache: &dyn InputsCache,
) -> Result<Result<Inputs, Unusable>, PortError> {
    read(repository, Files::list(repository, tree, cache)?, cache)
}

fn read(
    repository: &dyn Repository,
    files: Files,
    cache: &dyn InputsCache,
) -> Result<Loaded, PortError> {
    if let Some(path) = files.odd() {
        let message = "it is a link or a submodule, and inputs are files";
        let found = Diagnostic::plain("no-file", path.to_string(), message);
        return Ok(Err(Unusable::Broken(vec![found.helped("put a file in its place")])));
    }
    let Some(roster_file) = files.find(ROSTER.as_bytes()) else {
        return Ok(Err(Unusable::Missing(ROSTER)));
    };
    let Some(policy_file) = files.find(POLICY.as_bytes()) else {
        return Ok(Err(Unusable::Missing(POLICY)));
    };
    let (roster_sha, policy_sha) = (roster_file.content, policy_file.content);
    let roster = match load_roster(repository, &files, roster_file, cache)? {
        Ok(roster) => roster,
        Err(found) => return Ok(Err(Unusable::Broken(found))),
    };
    let text = policy_file.read(repository)?;
    let policy =
        text_of(POLICY, &text).and_then(|t| obstat_policy::parse_policy(t, POLICY, &roster));
    let dialect = policy.as_ref().map_or(Dialect::GitHub, Policy::code_owners);
    let code_owners = load_owners(repository, &files, &roster, dialect)?;
    let fingerprints = load_fingerprints(repository, &files)?;
    Ok(match (policy, code_owners, fingerprints) {
        (Ok(policy), Ok(code_owners), Ok(fingerprints)) => {
            let digest = files.digest;
            files.keep(cache);
            Ok(Inputs { digest, policy, policy_sha, roster, roster_sha, code_owners, fingerprints })
        }
        (a, b, c) => {
            let found = [a.err(), b.err(), c.err()].into_iter().flatten().flatten().collect();
            Err(Unusable::Broken(found))
        }
    })
}

/// A value that holds, or what is wrong.
pub type Checked<T> = Result<T, Vec<Diagnostic>>;

fn load_roster(
    repository: &dyn Repository,
    files: &Files,
    file: &File,
    cache: &dyn InputsCache,
) -> Result<Checked<Roster>, PortError> {
    let recalled = if files.roster.is_none() { cache.recall(file.state.oid) } else { None };
    let kept = files.roster.as_deref().or(recalled.as_deref());
    let kept = kept.and_then(|bytes| roster::cache::decode(bytes.get(32..)?));
    let parsed = match kept {
        Some(roster) => Ok(roster),
        None => {
            let bytes = file.read(repository)?;
            let parsed =
                text_of(ROSTER, &bytes).and_then(|t| obstat_policy::parse_roster(t, ROSTER));
            if let Ok(roster) = &parsed {
                let mut kept = file.content.as_bytes().to_vec();
                kept.extend(roster::cache::encode(roster));
                cache.keep(file.state.oid, &kept);
            }
            parsed
        }
    };
    match parsed {
        // The files that it names are the same as when they held.
        Ok(roster) if files.held => Ok(Ok(roster.attested(|key| key.attestation.is_some()))),
        Ok(roster) => attest(roster, &mut |path| {
            let file = files.find(path.as_bytes());
            file.map(|file| file.read(repository)).transpose()
        }),
        Err(found) => Ok(Err(found)),
    }
}

fn load_owners(
    repository: &dyn Repository,
    files: &Files,
    roster: &Roster,
    otherwise: Dialect,
) -> Result<Checked<Option<CodeOwners>>, PortError> {
    for (path, dialect) in CODE_OWNERS {
        if let Some(file) = files.find(path.as_bytes()) {
            let bytes = file.read(repository)?;
            let dialect = dialect.unwrap_or(otherwise);
            let parsed = text_of(path, &bytes).and_then(|t| CodeOwners::parse(dialect, t, roster));
            return Ok(parsed.map(Some));
        }
    }
    Ok(Ok(None))
}

fn load_fingerprints(
    repository: &dyn Repository,
    files: &Files,
) -> Result<Checked<Fingerprints>, PortError> {
    let builtin = Fingerprints::builtin();
    let Some(file) = files.find(FINGERPRINTS.as_bytes()) else { return Ok(Ok(builtin)) };
    let bytes = file.read(repository)?;
    let broken = |message: String| vec![Diagnostic::plain("fingerprints", FINGERPRINTS, message)];
    Ok(text_of(FINGERPRINTS, &bytes)
        .and_then(|text| builtin.extended(text).map_err(|e| broken(e.to_string()))))
}

fn text_of<'a>(path: &str, bytes: &'a [u8]) -> Checked<&'a str> {
    let message = || "it is not UTF-8 text; save it as UTF-8".to_owned();
    std::str::from_utf8(bytes).map_err(|_| vec![Diagnostic::plain("not-utf8", path, message())])
}
