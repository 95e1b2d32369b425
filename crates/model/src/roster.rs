//! Who is who: dated people, levels, teams, identities and keys; knows no file format.

mod index;

use self::index::{Index, Lookup, Slot};
use crate::id::{AgentId, PersonId, ScopeName, ServiceId, TeamName, ToolId};
use crate::level::{Ladder, LevelGrant};
use crate::object::RepoPath;
use crate::time::{Seconds, Timestamp};

/// The longest delay that a roster can set: what was in force longer ago bears on nothing.
pub const DELAY_MAX: Seconds = Seconds(90 * 86_400);

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
    /// Where the device says that it made the key.
    pub attestation: Option<Attestation>,
    /// Whether that was found to hold, under the makers of devices of the same roster.
    pub attested: bool,
}

/// Files of the repository in which a security key says what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attestation {
    /// As `ssh-keygen -O write-attestation` wrote it.
    pub file: RepoPath,
    /// What `ssh-keygen -O challenge` was given, where it is not the default for the holder.
    pub challenge: Option<RepoPath>,
}

/// Security keys that are believed what they say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Devices {
    /// File with the certificates of their makers.
    pub makers: RepoPath,
    /// Models, by AAGUID; all of these makers when empty.
    pub models: Vec<[u8; 16]>,
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
    /// The person who runs it, where that is fixed; who ran it before as well while a change of
    /// them waits.
    pub operators: Vec<PersonId>,
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
    /// Which security keys can attest.
    pub devices: Option<Devices>,
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
#[derive(Debug, Clone)]
pub struct Roster {
    parts: RosterParts,
    by_id: Lookup,
    by_email: Lookup,
    by_login: Lookup,
    by_key: Lookup,
}

impl PartialEq for Roster {
    fn eq(&self, other: &Self) -> bool {
        self.parts == other.parts
    }
}

impl Eq for Roster {}

impl Roster {
    /// Look-ups are made when they are needed.
    #[must_use]
    pub fn new(parts: RosterParts) -> Self {
        let (by_id, by_email, by_login, by_key) = Default::default();
        Self { parts, by_id, by_email, by_login, by_key }
    }

    /// All entries, in the order in which they claim identities.
    fn slots(&self) -> impl Iterator<Item = Slot> + use<> {
        let (people, agents, services) =
            (self.parts.people.len(), self.parts.agents.len(), self.parts.services.len());
        let people = (0..people).map(Slot::Person);
        people.chain((0..agents).map(Slot::Agent)).chain((0..services).map(Slot::Service))
    }

    /// The same roster with its keys marked: attested where `holds` says so.
    #[must_use]
    pub fn attested(mut self, holds: impl Fn(&Key) -> bool) -> Self {
        for person in &mut self.parts.people {
            for key in &mut person.keys {
                key.attested = holds(key);
            }
        }
        for service in &mut self.parts.services {
            for key in &mut service.keys {
                key.attested = holds(key);
            }
        }
        self
    }

    /// The parts.
    #[must_use]
    pub fn parts(&self) -> &RosterParts {
        &self.parts
    }

    /// A person by id.
    #[must_use]
    pub fn person(&self, id: &PersonId) -> Option<&Person> {
        let index = |index: &mut Index| {
            for (i, person) in self.parts.people.iter().enumerate() {
                index.add(&[person.id.as_str().as_bytes()], Slot::Person(i));
            }
        };
        let is_it = |slot: &Slot| match slot {
            Slot::Person(i) => self.parts.people.get(*i).is_some_and(|p| p.id == *id),
            Slot::Agent(_) | Slot::Service(_) => false,
        };
        let parts: &[&[u8]] = &[id.as_str().as_bytes()];
        match self.by_id.find(parts, || self.slots(), index, is_it)? {
            Slot::Person(i) => self.parts.people.get(i),
            Slot::Agent(_) | Slot::Service(_) => None,
        }
    }

    /// Who an e-mail address claims to be; upper and lower case do not differ.
    #[must_use]
    pub fn by_email(&self, email: &str) -> Option<Actor> {
        let email = email.to_ascii_lowercase();
        let index = |index: &mut Index| {
            for slot in self.slots() {
                for email in self.emails(slot) {
                    index.add(&[email.as_bytes()], slot);
                }
            }
        };
        let is_it = |slot: &Slot| self.emails(*slot).contains(&email);
        let found = self.by_email.find(&[email.as_bytes()], || self.slots(), index, is_it);
        found.and_then(|slot| self.actor(slot))
    }

    /// Who has a login on a host.
    #[must_use]
    pub fn by_login(&self, host: &str, login: &str) -> Option<Actor> {
        let index = |index: &mut Index| {
            for slot in self.slots() {
                for account in self.accounts(slot) {
                    index.add(&[account.host.as_bytes(), account.login.as_bytes()], slot);
                }
            }
        };
        let is_it =
            |slot: &Slot| self.accounts(*slot).iter().any(|a| a.host == host && a.login == login);
        let parts: &[&[u8]] = &[host.as_bytes(), login.as_bytes()];
        let found = self.by_login.find(parts, || self.slots(), index, is_it);
        found.and_then(|slot| self.actor(slot))
    }

    /// Who holds a key, and the key.
    #[must_use]
    pub fn by_key(&self, id: KeyId) -> Option<(Actor, &Key)> {
        let index = |index: &mut Index| {
            for slot in self.slots() {
                for key in self.keys(slot) {
                    index.add(&[&key.id.0], slot);
                }
            }
        };
        let is_it = |slot: &Slot| self.keys(*slot).iter().any(|k| k.id == id);
        let slot = self.by_key.find(&[&id.0], || self.slots(), index, is_it)?;
        let key = self.keys(slot).iter().find(|k| k.id == id)?;
        Some((self.actor(slot)?, key))
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
