//! A roster in a compact form that decodes fast; never a source of truth, kept by gates beside
//! the blob id of the file that it was read from.

use obstat_model::id::{LevelName, NAME_MAX};
use obstat_model::level::{Ladder, Level, LevelGrant};
use obstat_model::object::RepoPath;
use obstat_model::roster::{
    Account, Agent, Attestation, Devices, Key, KeyId, Owners, Person, Roster, RosterParts, Scope,
    Service,
};
use obstat_model::time::{Seconds, Timestamp};
use serde::{Deserialize, Serialize};

/// First byte of the form; another byte is another form.
const VERSION: u8 = 4;

/// Fewest bytes that one person takes, so that a promised number can be held against what is there.
const PERSON_MIN: usize = 16;

#[derive(Serialize, Deserialize)]
struct Twin<'a> {
    #[serde(borrow)]
    ladder: Vec<&'a str>,
    owners: Vec<&'a str>,
    quorum: u32,
    delay: u64,
    #[serde(borrow)]
    devices: Option<(&'a [u8], Vec<[u8; 16]>)>,
    scopes: Vec<(&'a str, Vec<&'a str>)>,
    agents: Vec<AgentTwin<'a>>,
    services: Vec<ServiceTwin<'a>>,
    /// How many people follow, one after the other: most rosters are people, and reading them one
    /// by one needs no second copy of all of them.
    people: usize,
}

type LevelTwin<'a> = (u16, i64, Option<i64>, Vec<&'a str>);
type AccountTwin<'a> = (&'a str, &'a str, Option<&'a str>);

#[derive(Serialize, Deserialize)]
struct PersonTwin<'a> {
    id: &'a str,
    name: &'a str,
    #[serde(borrow)]
    levels: Vec<LevelTwin<'a>>,
    teams: Vec<&'a str>,
    emails: Vec<&'a str>,
    accounts: Vec<AccountTwin<'a>>,
    keys: Vec<KeyTwin<'a>>,
    left: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct KeyTwin<'a> {
    id: [u8; 32],
    blob: &'a [u8],
    since: Option<i64>,
    until: Option<i64>,
    /// File and challenge.
    #[serde(borrow)]
    attestation: Option<(&'a [u8], Option<&'a [u8]>)>,
    attested: bool,
}

#[derive(Serialize, Deserialize)]
struct AgentTwin<'a> {
    id: &'a str,
    tool: Option<&'a str>,
    #[serde(borrow)]
    emails: Vec<&'a str>,
    accounts: Vec<AccountTwin<'a>>,
    operators: Vec<&'a str>,
}

#[derive(Serialize, Deserialize)]
struct ServiceTwin<'a> {
    id: &'a str,
    #[serde(borrow)]
    emails: Vec<&'a str>,
    accounts: Vec<AccountTwin<'a>>,
    keys: Vec<KeyTwin<'a>>,
}

/// The compact form.
#[must_use]
pub fn encode(roster: &Roster) -> Vec<u8> {
    let parts = roster.parts();
    let twin = Twin {
        ladder: parts.ladder.names().iter().map(LevelName::as_str).collect(),
        owners: parts.owners.people.iter().map(|p| p.as_str()).collect(),
        quorum: parts.owners.quorum,
        delay: parts.delay.0,
        devices: parts.devices.as_ref().map(|d| (d.makers.as_bytes(), d.models.clone())),
        scopes: parts.scopes.iter().map(|s| (s.name.as_str(), strs(&s.paths))).collect(),
        people: parts.people.len(),
        agents: parts.agents.iter().map(agent_out).collect(),
        services: parts.services.iter().map(service_out).collect(),
    };
    // Encoding into memory fails only for types that this twin has not; an empty form decodes
    // to nothing, and then the file is read again.
    let head = postcard::to_extend(&twin, vec![VERSION]);
    let all = head.and_then(|head| {
        let mut people = parts.people.iter().map(person_out);
        people.try_fold(head, |bytes, person| postcard::to_extend(&person, bytes))
    });
    all.unwrap_or_default()
}

/// The roster of a compact form; `None` for anything that is none.
#[must_use]
pub fn decode(bytes: &[u8]) -> Option<Roster> {
    let (version, body) = bytes.split_first()?;
    if *version != VERSION {
        return None;
    }
    let (twin, mut rest) = postcard::take_from_bytes::<Twin>(body).ok()?;
    let mut people = Vec::with_capacity(twin.people.min(rest.len() / PERSON_MIN));
    for _ in 0..twin.people {
        let (person, after) = postcard::take_from_bytes::<PersonTwin>(rest).ok()?;
        people.push(person_in(person)?);
        rest = after;
    }
    if !rest.is_empty() {
        return None;
    }
    let ladder: Vec<LevelName> = parsed(&twin.ladder)?;
    Some(Roster::new(RosterParts {
        ladder: Ladder::new(ladder),
        owners: Owners { people: parsed(&twin.owners)?, quorum: twin.quorum },
        people,
        agents: twin.agents.into_iter().map(agent_in).collect::<Option<_>>()?,
        services: twin.services.into_iter().map(service_in).collect::<Option<_>>()?,
        scopes: twin.scopes.into_iter().map(scope_in).collect::<Option<_>>()?,
        delay: Seconds(twin.delay),
        devices: twin
            .devices
            .map(|(makers, models)| Devices { makers: RepoPath::new(makers), models }),
    }))
}

fn strs(list: &[String]) -> Vec<&str> {
    list.iter().map(String::as_str).collect()
}

fn owned(list: Vec<&str>) -> Vec<String> {
    list.into_iter().map(str::to_owned).collect()
}

fn parsed<T: std::str::FromStr>(list: &[&str]) -> Option<Vec<T>> {
    list.iter().map(|text| named(text)).collect()
}

fn named<T: std::str::FromStr>(text: &str) -> Option<T> {
    if text.len() > NAME_MAX { None } else { text.parse().ok() }
}

fn accounts_out(accounts: &[Account]) -> Vec<AccountTwin<'_>> {
    accounts.iter().map(|a| (a.host.as_str(), a.login.as_str(), a.id.as_deref())).collect()
}

fn accounts_in(accounts: Vec<AccountTwin>) -> Vec<Account> {
    let one = |(host, login, id): AccountTwin| Account {
        host: host.to_owned(),
        login: login.to_owned(),
        id: id.map(str::to_owned),
    };
    accounts.into_iter().map(one).collect()
}

fn keys_out(keys: &[Key]) -> Vec<KeyTwin<'_>> {
    keys.iter().map(key_out).collect()
}

fn key_out(key: &Key) -> KeyTwin<'_> {
    KeyTwin {
        id: key.id.0,
        blob: &key.blob,
        since: key.since.map(Timestamp::unix),
        until: key.until.map(Timestamp::unix),
        attestation: key
            .attestation
            .as_ref()
            .map(|a| (a.file.as_bytes(), a.challenge.as_ref().map(RepoPath::as_bytes))),
        attested: key.attested,
    }
}

fn keys_in(keys: Vec<KeyTwin>) -> Vec<Key> {
    let one = |k: KeyTwin| Key {
        id: KeyId(k.id),
        blob: k.blob.to_vec(),
        since: k.since.map(Timestamp::from_unix),
        until: k.until.map(Timestamp::from_unix),
        attestation: k.attestation.map(|(file, challenge)| Attestation {
            file: RepoPath::new(file),
            challenge: challenge.map(RepoPath::new),
        }),
        attested: k.attested,
    };
    keys.into_iter().map(one).collect()
}

fn level_out(grant: &LevelGrant) -> LevelTwin<'_> {
    let scopes = grant.scopes.iter().map(|s| s.as_str()).collect();
    (grant.level.0, grant.since.unix(), grant.until.map(Timestamp::unix), scopes)
}

fn person_out(person: &Person) -> PersonTwin<'_> {
    PersonTwin {
        id: person.id.as_str(),
        name: &person.name,
        levels: person.levels.iter().map(level_out).collect(),
        teams: person.teams.iter().map(|t| t.as_str()).collect(),
        emails: strs(&person.emails),
        accounts: accounts_out(&person.accounts),
        keys: keys_out(&person.keys),
        left: person.left.map(Timestamp::unix),
    }
}

fn person_in(twin: PersonTwin) -> Option<Person> {
    let level = |(rung, since, until, scopes): LevelTwin| {
        Some(LevelGrant {
            level: Level(rung),
            since: Timestamp::from_unix(since),
            until: until.map(Timestamp::from_unix),
            scopes: parsed(&scopes)?,
        })
    };
    Some(Person {
        id: named(twin.id)?,
        name: twin.name.to_owned(),
        levels: twin.levels.into_iter().map(level).collect::<Option<_>>()?,
        teams: parsed(&twin.teams)?,
        emails: owned(twin.emails),
        accounts: accounts_in(twin.accounts),
        keys: keys_in(twin.keys),
        left: twin.left.map(Timestamp::from_unix),
    })
}

fn agent_out(agent: &Agent) -> AgentTwin<'_> {
    AgentTwin {
        id: agent.id.as_str(),
        tool: agent.tool.as_ref().map(|t| t.as_str()),
        emails: strs(&agent.emails),
        accounts: accounts_out(&agent.accounts),
        operators: agent.operators.iter().map(|p| p.as_str()).collect(),
    }
}

fn agent_in(twin: AgentTwin) -> Option<Agent> {
    let tool = match twin.tool {
        Some(text) => Some(named(text)?),
        None => None,
    };
    let operators = twin.operators.into_iter().map(named).collect::<Option<Vec<_>>>()?;
    let (emails, accounts) = (owned(twin.emails), accounts_in(twin.accounts));
    Some(Agent { id: named(twin.id)?, tool, emails, accounts, operators })
}

fn service_out(service: &Service) -> ServiceTwin<'_> {
    ServiceTwin {
        id: service.id.as_str(),
        emails: strs(&service.emails),
        accounts: accounts_out(&service.accounts),
        keys: keys_out(&service.keys),
    }
}

fn service_in(twin: ServiceTwin) -> Option<Service> {
    let (emails, accounts) = (owned(twin.emails), accounts_in(twin.accounts));
    Some(Service { id: named(twin.id)?, emails, accounts, keys: keys_in(twin.keys) })
}

fn scope_in((name, paths): (&str, Vec<&str>)) -> Option<Scope> {
    Some(Scope { name: named(name)?, paths: owned(paths) })
}

#[cfg(test)]
mod tests;
