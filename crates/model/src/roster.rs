//! Who is who: dated people, levels, teams, identities and keys; knows no file format.

mod index;

use self::index::{Index, Slot};
use crate::id::{AgentId, PersonId, ScopeName, ServiceId, TeamName, ToolId};
use crate::level::{Ladder, LevelGrant};
use crate::time::{Seconds, Timestamp};

/// SHA-256 of an SSH public key blob; shown as OpenSSH shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 32]);

/// A public key that may sign for its holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Fingerprint of `blob`.
    pub id: KeyId,
    /// The SSH wire form of the public key.
    pub blob: Vec<u8>,
    /// First moment at which it counts.
    pub since: Option<Timestamp>,
    /// First moment at which it no longer counts.
    pub until: Option<Timestamp>,
    /// Whether the device's attestation was verified when the key was enrolled.
    pub attested: bool,
}

impl Key {
    /// Whether the key counts at a moment.
    #[must_use]
    pub fn holds_at(&self, at: Timestamp) -> bool {
        self.since.is_none_or(|s| s <= at) && self.until.is_none_or(|end| at < end)
    }
}

/// An account on a forge or transport.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Account {
    /// Where: `github.com`, or `git` for the transport of a bare repository.
    pub host: String,
    /// The login, which may change hands.
    pub login: String,
    /// The immutable number or name that the host gave; preferred where present.
    pub id: Option<String>,
}

/// A human being.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Stable id in the roster.
    pub id: PersonId,
    /// Name to show.
    pub name: String,
    /// Level history.
    pub levels: Vec<LevelGrant>,
    /// Teams.
    pub teams: Vec<TeamName>,
    /// E-mail addresses in lower case.
    pub emails: Vec<String>,
    /// Accounts.
    pub accounts: Vec<Account>,
    /// Keys.
    pub keys: Vec<Key>,
    /// First moment at which the person no longer counts at all.
    pub left: Option<Timestamp>,
}

impl Person {
    /// Whether the person is there at a moment.
    #[must_use]
    pub fn is_here_at(&self, at: Timestamp) -> bool {
        self.left.is_none_or(|end| at < end)
    }
}

/// An AI agent or assistant with an identity of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// Stable id.
    pub id: AgentId,
    /// The tool it is, as the fingerprint data names it.
    pub tool: Option<ToolId>,
    /// E-mail addresses in lower case.
    pub emails: Vec<String>,
    /// Accounts.
    pub accounts: Vec<Account>,
    /// The person who runs it, where that is fixed.
    pub operator: Option<PersonId>,
}

/// A service account: a build server, a release robot, a forge's web committer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Stable id.
    pub id: ServiceId,
    /// E-mail addresses in lower case.
    pub emails: Vec<String>,
    /// Accounts.
    pub accounts: Vec<Account>,
    /// Keys, with which it signs check results.
    pub keys: Vec<Key>,
}

/// A named part of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Its name.
    pub name: ScopeName,
    /// Globs of the paths in it.
    pub paths: Vec<String>,
}

/// Who may change policy and roster.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Owners {
    /// The owners.
    pub people: Vec<PersonId>,
    /// How many of them must sign; at least 1.
    pub quorum: u32,
}

/// The parts of a roster as a reader found them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RosterParts {
    /// Levels.
    pub ladder: Ladder,
    /// Owners.
    pub owners: Owners,
    /// People.
    pub people: Vec<Person>,
    /// Agents.
    pub agents: Vec<Agent>,
    /// Service accounts.
    pub services: Vec<Service>,
    /// Scopes.
    pub scopes: Vec<Scope>,
    /// How long a raised level or new key waits before it counts.
    pub delay: Seconds,
}

/// Somebody or something that acts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Actor {
    /// A human being in the roster.
    Person(PersonId),
    /// An agent in the roster or known by its fingerprint.
    Agent(AgentId),
    /// A service account in the roster.
    Service(ServiceId),
}

/// A roster with its look-ups. Where two entries claim one identity, the first keeps it; the
/// reader of the file refuses such rosters before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster {
    parts: RosterParts,
    by_id: Index,
    by_email: Index,
    by_login: Index,
    by_key: Index,
}

impl Roster {
    /// Builds the look-ups.
    #[must_use]
    pub fn new(parts: RosterParts) -> Self {
        let mut roster = Self {
            by_id: Index::with_room(parts.people.len()),
            by_email: Index::with_room(parts.people.len() * 2),
            by_login: Index::with_room(parts.people.len() * 2),
            by_key: Index::with_room(parts.people.len()),
            parts: RosterParts::default(),
        };
        for (i, person) in parts.people.iter().enumerate() {
            roster.by_id.add(&[person.id.as_str().as_bytes()], Slot::Person(i));
            roster.add(Slot::Person(i), &person.emails, &person.accounts, &person.keys);
        }
        for (i, agent) in parts.agents.iter().enumerate() {
            roster.add(Slot::Agent(i), &agent.emails, &agent.accounts, &[]);
        }
        for (i, service) in parts.services.iter().enumerate() {
            roster.add(Slot::Service(i), &service.emails, &service.accounts, &service.keys);
        }
        roster.parts = parts;
        roster
    }

    fn add(&mut self, slot: Slot, emails: &[String], accounts: &[Account], keys: &[Key]) {
        for email in emails {
            self.by_email.add(&[email.as_bytes()], slot);
        }
        for account in accounts {
            self.by_login.add(&[account.host.as_bytes(), account.login.as_bytes()], slot);
        }
        for key in keys {
            self.by_key.add(&[&key.id.0], slot);
        }
    }

    /// The parts.
    #[must_use]
    pub fn parts(&self) -> &RosterParts {
        &self.parts
    }

    /// A person by id.
    #[must_use]
    pub fn person(&self, id: &PersonId) -> Option<&Person> {
        let mut found = self.by_id.find(&[id.as_str().as_bytes()]).filter_map(|slot| match slot {
            Slot::Person(i) => self.parts.people.get(i),
            Slot::Agent(_) | Slot::Service(_) => None,
        });
        found.find(|person| person.id == *id)
    }

    /// Who an e-mail address claims to be; upper and lower case do not differ.
    #[must_use]
    pub fn by_email(&self, email: &str) -> Option<Actor> {
        let email = email.to_ascii_lowercase();
        let mut found = self.by_email.find(&[email.as_bytes()]);
        found.find(|slot| self.emails(*slot).contains(&email)).and_then(|slot| self.actor(slot))
    }

    /// Who has a login on a host.
    #[must_use]
    pub fn by_login(&self, host: &str, login: &str) -> Option<Actor> {
        let has =
            |slot: &Slot| self.accounts(*slot).iter().any(|a| a.host == host && a.login == login);
        self.by_login
            .find(&[host.as_bytes(), login.as_bytes()])
            .find(has)
            .and_then(|slot| self.actor(slot))
    }

    /// Who holds a key, and the key.
    #[must_use]
    pub fn by_key(&self, id: KeyId) -> Option<(Actor, &Key)> {
        self.by_key.find(&[&id.0]).find_map(|slot| {
            let key = self.keys(slot).iter().find(|k| k.id == id)?;
            Some((self.actor(slot)?, key))
        })
    }

    fn emails(&self, slot: Slot) -> &[String] {
        let parts = &self.parts;
        match slot {
            Slot::Person(i) => parts.people.get(i).map(|p| p.emails.as_slice()),
            Slot::Agent(i) => parts.agents.get(i).map(|a| a.emails.as_slice()),
            Slot::Service(i) => parts.services.get(i).map(|s| s.emails.as_slice()),
        }
        .unwrap_or_default()
    }

    fn accounts(&self, slot: Slot) -> &[Account] {
        let parts = &self.parts;
        match slot {
            Slot::Person(i) => parts.people.get(i).map(|p| p.accounts.as_slice()),
            Slot::Agent(i) => parts.agents.get(i).map(|a| a.accounts.as_slice()),
            Slot::Service(i) => parts.services.get(i).map(|s| s.accounts.as_slice()),
        }
        .unwrap_or_default()
    }

    fn keys(&self, slot: Slot) -> &[Key] {
        match slot {
            Slot::Person(i) => self.parts.people.get(i).map(|p| p.keys.as_slice()),
            Slot::Service(i) => self.parts.services.get(i).map(|s| s.keys.as_slice()),
            Slot::Agent(_) => None,
        }
        .unwrap_or_default()
    }

    /// The agent of an id.
    #[must_use]
    pub fn agent(&self, id: &AgentId) -> Option<&Agent> {
        self.parts.agents.iter().find(|a| a.id == *id)
    }

    /// Whether a person is an owner.
    #[must_use]
    pub fn is_owner(&self, id: &PersonId) -> bool {
        self.parts.owners.people.contains(id)
    }

    fn actor(&self, slot: Slot) -> Option<Actor> {
        match slot {
            Slot::Person(i) => self.parts.people.get(i).map(|p| Actor::Person(p.id.clone())),
            Slot::Agent(i) => self.parts.agents.get(i).map(|a| Actor::Agent(a.id.clone())),
            Slot::Service(i) => self.parts.services.get(i).map(|s| Actor::Service(s.id.clone())),
        }
    }
}
