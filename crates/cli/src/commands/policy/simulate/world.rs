//! What a simulated gate knows: no records, no statements, and people of the history whom the roster does
//! not have. Decides nothing.

use crate::error::CliError;
use obstat_gate::inputs::Inputs;
use obstat_gate::ports::{Account, Commit, PortError, Records};
use obstat_model::digest::sha256;
use obstat_model::id::{ChangeDigest, InputsDigest, LevelName, RepositoryId, StatementHash};
use obstat_model::level::LevelGrant;
use obstat_model::object::{Oid, RefName};
use obstat_model::roster::{Person, Roster, RosterParts};
use obstat_model::time::Timestamp;
use obstat_model::trust::TrustRoot;
use obstat_policy::Policy;
use obstat_policy::codeowners::CodeOwners;
use obstat_provenance::Fingerprints;
use obstat_provenance::trailer;
use std::collections::{BTreeSet, HashSet};

/// Nothing was ever signed or recorded.
#[derive(Debug)]
pub(super) struct Nothing;

impl Records for Nothing {
    fn statements(&self, _: ChangeDigest) -> Result<Vec<Vec<u8>>, PortError> {
        Ok(Vec::new())
    }
    fn other_statements(&self, _: ChangeDigest, _: usize) -> Result<Vec<Vec<u8>>, PortError> {
        Ok(Vec::new())
    }
    fn receipt(&self, _: StatementHash) -> Result<Option<Vec<u8>>, PortError> {
        Ok(None)
    }
    fn landings_at(&self, _: &RefName, _: Oid) -> Result<Vec<Vec<u8>>, PortError> {
        Ok(Vec::new())
    }
    fn clearance_at(&self, _: &RefName, _: Oid) -> Result<Option<Vec<u8>>, PortError> {
        Ok(None)
    }
    fn last_landing(&self, _: &RefName) -> Result<Option<Vec<u8>>, PortError> {
        Ok(None)
    }
    fn landings_on(&self, _: &RefName, _: &mut dyn FnMut(&[u8]) -> bool) -> Result<(), PortError> {
        Ok(())
    }
    fn landings_of(&self, _: ChangeDigest) -> Result<Vec<Vec<u8>>, PortError> {
        Ok(Vec::new())
    }
    fn landings_with(&self, _: StatementHash) -> Result<Vec<Vec<u8>>, PortError> {
        Ok(Vec::new())
    }
    fn input_steps(&self) -> Result<Vec<Vec<u8>>, PortError> {
        Ok(Vec::new())
    }
    fn receipts(
        &self,
        _: &HashSet<StatementHash>,
    ) -> Result<Vec<(StatementHash, Vec<u8>)>, PortError> {
        Ok(Vec::new())
    }
    fn brought_by(&self, _: Oid) -> Result<Vec<Account>, PortError> {
        Ok(Vec::new())
    }
    fn earlier_notes(&self, _: Oid, _: u64) -> Result<Vec<Option<Vec<u8>>>, PortError> {
        Ok(Vec::new())
    }
    fn newest_landings(&self, _: &mut dyn FnMut(&[u8]) -> bool) -> Result<(), PortError> {
        Ok(())
    }
}

/// A trust root that nothing is held against.
pub(super) fn trust() -> TrustRoot {
    TrustRoot {
        repository: RepositoryId::new([0; 16]),
        inputs: InputsDigest::new([0; 32]),
        owners: Vec::new(),
        quorum: 1,
        gates: Vec::new(),
    }
}

/// The decision inputs of the work tree, as if they stood at every tip.
pub(super) fn inputs(policy: Policy, roster: Roster, code_owners: Option<CodeOwners>) -> Inputs {
    Inputs {
        digest: InputsDigest::new([0; 32]),
        policy,
        policy_sha: sha256(b""),
        roster,
        roster_sha: sha256(b""),
        code_owners,
        fingerprints: Fingerprints::builtin(),
    }
}

/// Addresses of authors, committers and co-authors that the roster does not know, sorted.
pub(super) fn unknown(
    roster: &Roster,
    fingerprints: &Fingerprints,
    commits: &[Commit],
) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for commit in commits {
        let own = [&commit.author.email, &commit.committer.email];
        let own = own.into_iter().map(|email| String::from_utf8_lossy(email).into_owned());
        let with = trailer::co_authors(&commit.message).into_iter().map(|who| who.email);
        for email in own.chain(with).map(|email| email.to_lowercase()) {
            let is_tool = fingerprints.agent_of_email(&email).is_some();
            if !is_tool && roster.by_email(&email).is_none() {
                found.insert(email);
            }
        }
    }
    found
}

/// The roster with one person for each of these addresses, of a level, who can sign nothing.
pub(super) fn with_people(
    roster: &Roster,
    emails: &BTreeSet<String>,
    level: &LevelName,
) -> Result<Roster, CliError> {
    let mut parts: RosterParts = roster.parts().clone();
    let Some(level) = parts.ladder.level(level.as_str()) else {
        return Err(CliError::usage("the ladder has no such level", "name one of the roster's"));
    };
    for (n, email) in emails.iter().enumerate() {
        let id = format!("guest-{n}");
        let Ok(id) = id.parse() else { continue };
        let since = Timestamp::from_unix(0);
        parts.people.push(Person {
            id,
            name: email.clone(),
            levels: vec![LevelGrant { level, since, until: None, scopes: Vec::new() }],
            teams: Vec::new(),
            emails: vec![email.clone()],
            accounts: Vec::new(),
            keys: Vec::new(),
            left: None,
        });
    }
    Ok(Roster::new(parts))
}
