//! Who took part in a change: full commit graph, co-authors, pusher, operators, other heads.
//!
//! Counts nobody and ranks nobody; a part that cannot be attributed is reported as such.

mod earlier;

pub use earlier::{Earlier, approved_forms, earlier_forms};

use crate::ports::{Account, Commit, PortError, RawSignature, Records, Repository};
use crate::proposal::Pusher;
use obstat_model::actor::{Actor, Identity, Participant, Role};
use obstat_model::evidence::{Evidence, EvidenceKind, Strength};
use obstat_model::facts::Problem;
use obstat_model::id::{AgentId, PersonId};
use obstat_model::landing::{LandedChange, LandingRecord};
use obstat_model::object::Oid;
use obstat_model::roster::Roster;
use obstat_provenance::{Fingerprints, trailer};
use std::collections::BTreeSet;

/// What maps identities to actors.
#[derive(Debug, Clone, Copy)]
pub struct Directory<'a> {
    /// The roster in force.
    pub roster: &'a Roster,
    /// Known agents.
    pub fingerprints: &'a Fingerprints,
}

impl Directory<'_> {
    /// Who an e-mail address claims to be. The roster speaks first; an address that only the
    /// fingerprints know is that agent.
    #[must_use]
    pub fn actor(&self, email: &str) -> Option<Actor> {
        let known = self.roster.by_email(email);
        known.or_else(|| {
            let tool = self.fingerprints.agent_of_email(email)?;
            tool.as_str().parse::<AgentId>().ok().map(Actor::Agent)
        })
    }

    fn participant(&self, role: Role, identity: Identity, commit: Oid) -> Participant {
        let actor = self.actor(&identity.email);
        Participant { role, actor, identity, proven: false, commit: Some(commit) }
    }

    /// Everybody whom one commit names.
    #[must_use]
    pub fn of_commit(&self, commit: &Commit) -> Vec<Participant> {
        let mut found = vec![
            self.participant(Role::Author, identity(&commit.author), commit.id),
            self.participant(Role::Committer, identity(&commit.committer), commit.id),
        ];
        let co_authors = trailer::co_authors(&commit.message);
        found
            .extend(co_authors.into_iter().map(|i| self.participant(Role::CoAuthor, i, commit.id)));
        found
    }

    /// The pusher as the transport proves it.
    #[must_use]
    pub fn pusher(&self, pusher: &Pusher) -> Option<Participant> {
        let (actor, login) = match pusher {
            Pusher::Nobody => return None,
            Pusher::Unknown => (None, String::new()),
            Pusher::Login { host, login } => (self.roster.by_login(host, login), login.clone()),
        };
        let identity = Identity { name: login, email: String::new() };
        Some(Participant { role: Role::Pusher, actor, identity, proven: true, commit: None })
    }
}

fn identity(raw: &RawSignature) -> Identity {
    let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
    Identity { name: text(&raw.name), email: text(&raw.email) }
}

/// Everybody who took part, sorted, each part once.
#[must_use]
pub fn participants(directory: Directory, commits: &[Commit], pusher: &Pusher) -> Vec<Participant> {
    let mut found: Vec<Participant> = commits.iter().flat_map(|c| directory.of_commit(c)).collect();
    let pusher = directory.pusher(pusher);
    found.extend(operators(directory.roster, &found, pusher.as_ref()));
    found.extend(pusher);
    settle(found)
}

/// The operators of the agents that took part: those the roster names, else the pusher.
fn operators(
    roster: &Roster,
    found: &[Participant],
    pusher: Option<&Participant>,
) -> Vec<Participant> {
    let mut operators = Vec::new();
    for part in found {
        let Some(Actor::Agent(agent)) = &part.actor else { continue };
        let fixed = roster.agent(agent).map(|a| a.operators.as_slice()).unwrap_or_default();
        let mut actors: Vec<Actor> = fixed.iter().cloned().map(Actor::Person).collect();
        if actors.is_empty() {
            actors.extend(pusher.and_then(|p| p.actor.clone()));
        }
        actors.retain(|actor| matches!(actor, Actor::Person(_)));
        operators.extend(actors.into_iter().map(|actor| Participant {
            role: Role::Operator,
            actor: Some(actor),
            identity: part.identity.clone(),
            proven: true,
            commit: part.commit,
        }));
    }
    operators
}

/// People who made or brought what landed, as far as its record and its commits tell; sorted.
///
/// # Errors
/// [`PortError`] when commits cannot be read.
pub fn of_landing(
    directory: Directory,
    repository: &dyn Repository,
    record: &LandingRecord,
    change: &LandedChange,
) -> Result<Vec<PersonId>, PortError> {
    let commits = repository.commits_between(change.from, change.to)?;
    let parts = participants(directory, &commits, &Pusher::of_record(&record.pusher));
    let people = parts.into_iter().filter_map(|part| match part.actor {
        Some(Actor::Person(id)) => Some(id),
        _ => None,
    });
    let mut found: Vec<PersonId> = people.chain(change.contributors.iter().cloned()).collect();
    found.sort();
    found.dedup();
    Ok(found)
}

/// Those who brought what agents without operators and services are named as authors of to other refs before: nobody
/// else is known to have had a hand in it. Whom the roster does not know had one in the change's own commits; of
/// earlier forms, which anybody may push, a person is somebody and an unknown login is nobody.
///
/// # Errors
/// [`PortError`] when records cannot be read.
pub fn bringers(
    directory: Directory,
    records: &dyn Records,
    (own, earlier): (&[Commit], &[Commit]),
) -> Result<Vec<Participant>, PortError> {
    let mut found = Vec::new();
    let all = own.iter().map(|commit| (commit, true));
    let all = all.chain(earlier.iter().map(|commit| (commit, false)));
    for (commit, is_own) in all.filter(|(commit, _)| is_by_nobody(directory, commit)) {
        for Account { host, login } in records.brought_by(commit.id)? {
            let actor = directory.roster.by_login(&host, &login);
            let counts = match &actor {
                Some(Actor::Person(_)) => true,
                Some(_) => false,
                None => is_own,
            };
            let identity = Identity { name: login, email: String::new() };
            let part = Participant {
                role: Role::Operator,
                actor,
                identity,
                proven: true,
                commit: Some(commit.id),
            };
            found.extend(counts.then_some(part));
        }
    }
    Ok(settle(found))
}

/// Whether nobody is named who made a commit: its author is a service, or an agent that has no operator of its own.
#[must_use]
pub fn is_by_nobody(directory: Directory, commit: &Commit) -> bool {
    let has_operator = |agent: &AgentId| {
        directory.roster.agent(agent).is_some_and(|agent| !agent.operators.is_empty())
    };
    match directory.actor(&identity(&commit.author).email) {
        Some(Actor::Agent(agent)) => !has_operator(&agent),
        Some(Actor::Service(_)) => true,
        Some(Actor::Person(_)) | None => false,
    }
}

/// Everybody who made content: authors, co-authors, operators, and as names in commits are claims, whoever
/// brings it. Agents do not, or all who use one would have one sum: their operators do.
pub(crate) fn makers(participants: &[Participant]) -> BTreeSet<Actor> {
    let made = |p: &&Participant| match p.role {
        Role::Author | Role::CoAuthor | Role::Operator => true,
        // What a robot merges is not the robot's.
        Role::Pusher => matches!(p.actor, Some(Actor::Person(_))),
        Role::Committer | Role::Contributor => false,
    };
    let actors = participants.iter().filter(made).filter_map(|p| p.actor.clone());
    actors.filter(|actor| !matches!(actor, Actor::Agent(_))).collect()
}

/// Sorts and keeps one part of each kind: the first commit of a part stands for all.
fn settle(mut found: Vec<Participant>) -> Vec<Participant> {
    found.sort();
    found.dedup_by(|a, b| {
        a.role == b.role && a.actor == b.actor && a.identity == b.identity && a.proven == b.proven
    });
    found
}

/// Agents of the roster among those who made the change: evidence, also where no fingerprint knows
/// them.
#[must_use]
pub fn agents(directory: Directory, participants: &[Participant]) -> Vec<Evidence> {
    let mut found = Vec::new();
    for part in participants {
        let Some(Actor::Agent(id)) = &part.actor else { continue };
        let Some(agent) = directory.roster.agent(id) else { continue };
        let tool = agent.tool.clone().or_else(|| id.as_str().parse().ok());
        let (strength, kind, text) = if part.proven {
            (Strength::E4, EvidenceKind::BotAccount, &part.identity.name)
        } else {
            (Strength::E2, EvidenceKind::Email, &part.identity.email)
        };
        let text = text.chars().take(200).collect();
        let (model, commit) = (None, part.commit);
        found.push(Evidence { strength, kind, tool, model, commit, text });
    }
    found
}

/// Commits that name more co-authors than are read: who is missing could approve.
#[must_use]
pub fn unread(commits: &[Commit]) -> Vec<Problem> {
    let truncated = commits.iter().filter(|c| trailer::read_co_authors(&c.message).truncated);
    let problem = |commit: &Commit| Problem {
        code: "too-many-co-authors",
        text: format!("{} names more co-authors than can be read", commit.id.short()),
        hint: "name those who took part, in a shorter message".to_owned(),
    };
    truncated.map(problem).collect()
}

/// People whom a record names as makers of earlier forms.
#[must_use]
pub fn recorded(people: &[PersonId]) -> Vec<Participant> {
    let part = |id: &PersonId| Participant {
        role: Role::Contributor,
        actor: Some(Actor::Person(id.clone())),
        identity: Identity { name: id.to_string(), email: String::new() },
        proven: false,
        commit: None,
    };
    people.iter().map(part).collect()
}

/// The people of earlier forms, as contributors.
#[must_use]
pub fn contributors(directory: Directory, commits: &[Commit]) -> Vec<Participant> {
    let parts = commits.iter().flat_map(|c| directory.of_commit(c));
    settle(parts.map(|p| Participant { role: Role::Contributor, ..p }).collect())
}
