//! Rosters for property tests: small worlds in which versions often share people, keys and scopes.

use obstat_model::id::{PersonId, ScopeName};
use obstat_model::level::{Ladder, Level, LevelGrant};
use obstat_model::roster::{
    Account, Agent, Attestation, Devices, Key, KeyId, Owners, Person, Roster, RosterParts, Scope,
    Service,
};
use obstat_model::time::{Seconds, Timestamp};
use proptest::prelude::*;
use proptest::sample::{Index, subsequence};

/// Moments at which something may begin or end.
pub(super) const MOMENTS: std::ops::Range<i64> = 0..6;
/// Paths that scopes name literally.
pub(super) const PATHS: [&str; 3] = ["a", "b", "c"];

fn named<T: std::str::FromStr>(names: &[&str]) -> Vec<T>
where
    T::Err: std::fmt::Debug,
{
    names.iter().map(|n| n.parse().unwrap()).collect()
}

fn moment() -> impl Strategy<Value = Timestamp> {
    MOMENTS.prop_map(Timestamp::from_unix)
}

fn maybe_moment() -> impl Strategy<Value = Option<Timestamp>> {
    prop::option::weighted(0.3, moment())
}

fn some_of<T: Clone + std::fmt::Debug + 'static>(list: Vec<T>) -> impl Strategy<Value = Vec<T>> {
    let length = list.len();
    subsequence(list, 0..=length)
}

fn ladder() -> impl Strategy<Value = Ladder> {
    let names = named(&["junior", "mid", "senior"]);
    (1..=3usize, Just(names).prop_shuffle())
        .prop_map(|(n, names)| Ladder::new(names.into_iter().take(n).collect()))
}

fn grant() -> impl Strategy<Value = LevelGrant> {
    let scopes = some_of(named::<ScopeName>(&["s0", "s1"]));
    (0..3u16, moment(), maybe_moment(), scopes).prop_map(|(level, since, until, scopes)| {
        LevelGrant { level: Level(level), since, until, scopes }
    })
}

fn scopes() -> impl Strategy<Value = Vec<Scope>> {
    let paths = || some_of(PATHS.map(str::to_owned).to_vec());
    let scope = |name: &str, paths| Scope { name: name.parse().unwrap(), paths };
    (paths(), paths(), 0..=2usize).prop_map(move |(first, second, n)| {
        [scope("s0", first), scope("s1", second)].into_iter().take(n).collect()
    })
}

fn person(id: &'static str) -> impl Strategy<Value = Person> {
    let levels = prop::collection::vec(grant(), 0..3);
    let teams = some_of(named(&["pay", "web"]));
    (".{0,4}", levels, teams, maybe_moment()).prop_map(move |(name, levels, teams, left)| Person {
        id: id.parse().unwrap(),
        name,
        levels,
        teams,
        emails: Vec::new(),
        accounts: Vec::new(),
        keys: Vec::new(),
        left,
    })
}

fn key(n: u8) -> impl Strategy<Value = Key> {
    (maybe_moment(), maybe_moment(), any::<bool>()).prop_map(move |(since, until, attested)| Key {
        id: KeyId([n; 32]),
        blob: vec![n; 3],
        since,
        until,
        attestation: attested.then(|| Attestation {
            file: ".obstat/devices/one".into(),
            challenge: since.map(|_| ".obstat/devices/two".into()),
        }),
        attested,
    })
}

fn account(n: u8) -> impl Strategy<Value = Account> {
    prop::option::of("[12]").prop_map(move |id| Account {
        host: "forge".to_owned(),
        login: format!("login{n}"),
        id,
    })
}

fn agent() -> impl Strategy<Value = Agent> {
    let tool = prop::option::of(Just("robo".parse().unwrap()));
    let operators = prop::collection::vec(Just("ana".parse::<PersonId>().unwrap()), 0..=1);
    (tool, operators).prop_map(|(tool, operators)| Agent {
        id: "robo".parse().unwrap(),
        tool,
        emails: Vec::new(),
        accounts: Vec::new(),
        operators,
    })
}

/// An identity and who gets it; nobody else has it.
type Given<T> = (T, Index);

fn given<T: std::fmt::Debug>(of: impl Strategy<Value = T>) -> impl Strategy<Value = Given<T>> {
    (of, any::<Index>())
}

/// The lists of identities of everybody in the roster: people, agents, services, nobody.
fn hand_out<T>(all: Vec<Given<T>>, mut holders: Vec<&mut Vec<T>>) {
    for (one, who) in all {
        if let Some(holder) = holders.get_mut(who.index(6)) {
            holder.push(one);
        }
    }
}

prop_compose! {
    /// A roster as a file could hold it.
    pub(super) fn rosters()(
        ladder in ladder(),
        scopes in scopes(),
        mut people in (person("ana"), person("ben"), person("eva")).prop_map(|(a, b, c)| vec![a, b, c])
            .prop_flat_map(some_of),
        mut agents in prop::collection::vec(agent(), 0..=1),
        has_service in any::<bool>(),
        keys in (given(key(1)), given(key(2)), given(key(3))),
        accounts in (given(account(1)), given(account(2)), given(account(3))),
        emails in prop::collection::vec(any::<Index>(), 3),
        owners in some_of(named::<PersonId>(&["ana", "ben", "eva"])),
        quorum in 1..4u32,
        delay in 0..3u64,
    ) -> Roster {
        let rungs = u16::try_from(ladder.names().len()).unwrap();
        for grant in people.iter_mut().flat_map(|p| &mut p.levels) {
            grant.level.0 %= rungs;
        }
        let service = Service {
            id: "ci".parse().unwrap(), emails: vec![], accounts: vec![], keys: vec![],
        };
        let mut services: Vec<Service> = has_service.then_some(service).into_iter().collect();
        hand_out(
            vec![keys.0, keys.1, keys.2],
            people.iter_mut().map(|p| &mut p.keys).chain(services.iter_mut().map(|s| &mut s.keys))
                .collect(),
        );
        hand_out(
            vec![accounts.0, accounts.1, accounts.2],
            people.iter_mut().map(|p| &mut p.accounts)
                .chain(agents.iter_mut().map(|a| &mut a.accounts))
                .chain(services.iter_mut().map(|s| &mut s.accounts)).collect(),
        );
        hand_out(
            emails.into_iter().enumerate().map(|(i, who)| (format!("e{i}@x"), who)).collect(),
            people.iter_mut().map(|p| &mut p.emails)
                .chain(agents.iter_mut().map(|a| &mut a.emails))
                .chain(services.iter_mut().map(|s| &mut s.emails)).collect(),
        );
        let owners = Owners { people: owners, quorum };
        let delay = Seconds(delay);
        let devices = (quorum == 2)
            .then(|| Devices { makers: ".obstat/makers.pem".into(), models: vec![[7; 16]] });
        let parts = RosterParts { ladder, owners, people, agents, services, scopes, delay, devices };
        Roster::new(parts)
    }
}
