//! People, keys, statements and records for the tests of this crate; knows no rule.

use crate::clearance::{Clearance, Property, Verdict};
use crate::key;
use crate::record::GateKey;
use crate::seal;
use crate::statement::namespace;
use ed25519_dalek::SigningKey;
use obstat_model::assistance::AssistanceVerdict;
use obstat_model::change::InputsStep;
use obstat_model::decision::Outcome;
use obstat_model::hidden::HiddenFlag;
use obstat_model::id::{
    ChangeDigest, InputsDigest, Nonce, PersonId, RepositoryId, Sha256, StatementHash,
};
use obstat_model::landing::{Governed, LandedChange, LandingKind, LandingRecord, Receipt};
use obstat_model::object::{Oid, RefName};
use obstat_model::roster::{Key, Person, Roster, RosterParts, Service};
use obstat_model::statement::{Act, Context, Shown, Statement};
use obstat_model::target::Mode;
use obstat_model::time::{Seconds, Timestamp};
use obstat_model::trust::{TrustRoot, TrustedKey};
use proptest::prelude::*;

pub(crate) const REPOSITORY: RepositoryId = RepositoryId::new([7; 16]);

pub(crate) fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

pub(crate) fn main_ref() -> RefName {
    RefName::parse("refs/heads/main").unwrap()
}

/// The ed25519 key of a seed that repeats one byte.
pub(crate) fn person_key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

pub(crate) fn gate() -> GateKey {
    GateKey::generate([9; 32]).unwrap()
}

pub(crate) fn gates() -> Vec<TrustedKey> {
    vec![TrustedKey { name: "gate".to_owned(), blob: gate().public_blob() }]
}

pub(crate) fn enrolled(blob: Vec<u8>) -> Key {
    Key {
        id: key::id_of(&blob),
        blob,
        since: None,
        until: None,
        attestation: None,
        attested: false,
    }
}

pub(crate) fn person(id: &str, keys: Vec<Key>) -> Person {
    Person {
        id: id.parse::<PersonId>().unwrap(),
        name: id.to_owned(),
        levels: Vec::new(),
        teams: Vec::new(),
        emails: Vec::new(),
        accounts: Vec::new(),
        keys,
        left: None,
    }
}

pub(crate) fn service(id: &str, keys: Vec<Key>) -> Service {
    Service { id: id.parse().unwrap(), emails: Vec::new(), accounts: Vec::new(), keys }
}

/// `mira` with the key of seed 1, the service `ci` with that of seed 2.
pub(crate) fn roster() -> Roster {
    Roster::new(RosterParts {
        people: vec![person("mira", vec![enrolled(seal::blob_of(&person_key(1)))])],
        services: vec![service("ci", vec![enrolled(seal::blob_of(&person_key(2)))])],
        ..RosterParts::default()
    })
}

/// A roster of one person with one key.
pub(crate) fn roster_of(who: &str, key: Key) -> Roster {
    let people = vec![person(who, vec![key])];
    Roster::new(RosterParts { people, ..RosterParts::default() })
}

/// A statement of mira's about a change that shows everything a statement can hold.
pub(crate) fn statement(act: Act) -> Statement {
    let issued_at = time("2026-11-24T10:52:00Z");
    Statement {
        act,
        change: ChangeDigest::new([0xc0; 32]),
        context: Context {
            repository: REPOSITORY,
            target: main_ref(),
            tip: Some(Oid::Sha1([1; 20])),
            merge_base: Some(Oid::Sha1([2; 20])),
            head: Oid::Sha1([3; 20]),
            tree: Oid::Sha1([4; 20]),
        },
        shown: Some(Shown {
            assistance: AssistanceVerdict::Undisclosed,
            contradicted: false,
            tier: None,
            hidden: vec![HiddenFlag::Bidi, HiddenFlag::ModeFlip],
        }),
        policy: Sha256::new([5; 32]),
        roster: Sha256::new([6; 32]),
        inputs: None,
        signer: "mira".to_owned(),
        level: Some("principal".to_owned()),
        reason: "Kovář's fix, read \"twice\"\n".to_owned(),
        nonce: Nonce::new([8; 32]),
        issued_at,
        expires_at: issued_at.after(Seconds(14 * 86_400)),
    }
}

/// One statement for each act.
pub(crate) fn acts() -> Vec<Act> {
    vec![
        Act::Approve,
        Act::Reject,
        Act::Withdraw,
        Act::Author { unassisted: false },
        Act::Check { name: "unit".parse().unwrap(), passed: true },
        Act::Override { review_due: time("2026-11-27T10:52:00Z") },
        Act::Review { of: StatementHash::new([0xd0; 32]) },
    ]
}

/// The bytes of an envelope around a statement, signed with the key of a seed.
pub(crate) fn signed(statement: &Statement, seed: u8) -> Vec<u8> {
    let bytes = crate::statement::encode(statement).unwrap();
    seal::seal(&person_key(seed), namespace(&statement.act), bytes).unwrap()
}

pub(crate) fn landing() -> LandingRecord {
    LandingRecord {
        repository: REPOSITORY,
        target: main_ref(),
        from: Some(Oid::Sha1([1; 20])),
        to: Oid::Sha1([3; 20]),
        kind: LandingKind::Overridden,
        mode: Mode::Enforce,
        changes: vec![LandedChange {
            digest: ChangeDigest::new([0xc0; 32]),
            from: Some(Oid::Sha1([1; 20])),
            to: Oid::Sha1([3; 20]),
            outcome: Outcome::Pending,
            assistance: AssistanceVerdict::Assisted,
            tools: vec!["cursor".parse().unwrap()],
            contributors: vec!["yusuf".parse().unwrap()],
            statements: vec![StatementHash::new([0xd1; 32])],
            overridden_by: Some(StatementHash::new([0xd2; 32])),
        }],
        pusher: "jonas".to_owned(),
        inputs: InputsDigest::new([0xe0; 32]),
        governed: Some(Governed { by: main_ref(), at: Oid::Sha1([2; 20]) }),
        at: time("2026-11-24T11:00:00Z"),
        seen: 41,
        sequence: 42,
        previous: Some(StatementHash::new([0xf0; 32])),
    }
}

pub(crate) fn receipt() -> Receipt {
    Receipt {
        repository: REPOSITORY,
        statement: StatementHash::new([0xd1; 32]),
        change: ChangeDigest::new([0xc0; 32]),
        at: time("2026-11-24T10:53:00Z"),
    }
}

pub(crate) fn clearance() -> Clearance {
    Clearance {
        repository: REPOSITORY,
        location: Some("git+https://git.example.com/shop/pay.git".to_owned()),
        target: main_ref(),
        commit: Oid::Sha1([3; 20]),
        tree: Oid::Sha1([4; 20]),
        change: ChangeDigest::new([0xc0; 32]),
        policy: Sha256::new([5; 32]),
        inputs: InputsDigest::new([0xe0; 32]),
        statements: vec![StatementHash::new([0xd1; 32])],
        verdict: Verdict::Passed(vec![Property::AiAssisted, Property::SeniorReviewed]),
        at: time("2026-11-24T11:00:00Z"),
    }
}

pub(crate) fn trust_root() -> TrustRoot {
    let owner = |name: &str, seed| TrustedKey {
        name: name.to_owned(),
        blob: seal::blob_of(&person_key(seed)),
    };
    TrustRoot {
        repository: REPOSITORY,
        inputs: InputsDigest::new([0xe0; 32]),
        owners: vec![owner("mira", 1), owner("priya", 3)],
        quorum: 2,
        gates: gates(),
    }
}

/// Checks bytes against a golden file.
pub(crate) fn golden(name: &str, found: &[u8]) {
    let path = format!("{}/tests/fixtures/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    let wanted = std::fs::read_to_string(path).unwrap();
    assert_eq!(String::from_utf8_lossy(found), wanted, "{name}");
}

/// Checks that a format page shows these bytes, and nothing else on their lines.
pub(crate) fn on_page(page: &str, shown: &[u8]) {
    let path = format!("{}/../../docs/formats/{page}.md", env!("CARGO_MANIFEST_DIR"));
    let (text, shown) = (std::fs::read_to_string(path).unwrap(), String::from_utf8_lossy(shown));
    let block = format!("\n```\n{}\n```\n", shown.trim_end_matches('\n'));
    assert!(text.contains(&block), "docs/formats/{page}.md does not show\n{shown}");
}

pub(crate) fn any_oid() -> impl Strategy<Value = Oid> {
    prop_oneof![any::<[u8; 20]>().prop_map(Oid::Sha1), any::<[u8; 32]>().prop_map(Oid::Sha256)]
}

pub(crate) fn any_ref() -> impl Strategy<Value = RefName> {
    "refs/heads/[a-zé\u{202e}\"'][a-z/\"'<é-]{0,20}[a-z]"
        .prop_filter_map("no ref name", |text| RefName::parse(&text).ok())
}

/// Seconds from the year 1 to the last day that can be written.
pub(crate) fn any_time() -> impl Strategy<Value = Timestamp> {
    (-62_135_596_800i64..253_402_207_200).prop_map(Timestamp::from_unix)
}

fn any_act() -> impl Strategy<Value = Act> {
    prop_oneof![
        Just(Act::Approve),
        Just(Act::Reject),
        Just(Act::Withdraw),
        any::<bool>().prop_map(|unassisted| Act::Author { unassisted }),
        ("[a-zA-Z0-9._/@+-]{1,20}", any::<bool>())
            .prop_map(|(name, passed)| Act::Check { name: name.parse().unwrap(), passed }),
        any_time().prop_map(|review_due| Act::Override { review_due }),
        any::<[u8; 32]>().prop_map(|of| Act::Review { of: StatementHash::new(of) }),
    ]
}

fn any_shown() -> impl Strategy<Value = Shown> {
    let verdict = prop_oneof![
        Just(AssistanceVerdict::Assisted),
        Just(AssistanceVerdict::Undisclosed),
        Just(AssistanceVerdict::DeclaredUnassisted),
    ];
    let hidden = proptest::sample::subsequence(HiddenFlag::ALL.to_vec(), 0..=12);
    (verdict, any::<bool>(), any::<Option<u8>>(), hidden).prop_map(
        |(assistance, contradicted, tier, hidden)| Shown { assistance, contradicted, tier, hidden },
    )
}

fn any_context() -> impl Strategy<Value = Context> {
    let ids = (any_oid(), any_oid(), proptest::option::of(any_oid()), any::<bool>());
    (any::<[u8; 16]>(), any_ref(), ids).prop_map(|(id, target, (head, tree, tip, base))| Context {
        repository: RepositoryId::new(id),
        target,
        tip,
        merge_base: tip.filter(|_| base),
        head,
        tree,
    })
}

/// Any statement that can be written.
pub(crate) fn any_statement() -> impl Strategy<Value = Statement> {
    let digests = (any::<[u8; 32]>(), any::<[u8; 32]>(), any::<[u8; 32]>(), any::<[u8; 32]>());
    let step = proptest::option::of((any::<[u8; 32]>(), any::<[u8; 32]>()));
    let names = ("[a-zA-Z0-9._/@+-]{1,20}", proptest::option::of("[a-z-]{1,9}"), any::<String>());
    let shown = proptest::option::of(any_shown());
    let times = (any_time(), any_time());
    (any_act(), any_context(), (shown, step), digests, (names, times))
        .prop_filter("an approval shows something", |(act, _, (shown, _), _, _)| {
            *act != Act::Approve || shown.is_some()
        })
        .prop_map(|(act, context, (shown, step), digests, (names, times))| Statement {
            act,
            change: ChangeDigest::new(digests.0),
            context,
            shown,
            policy: Sha256::new(digests.1),
            roster: Sha256::new(digests.2),
            inputs: step.map(|(previous, next)| InputsStep {
                previous: InputsDigest::new(previous),
                next: InputsDigest::new(next),
            }),
            signer: names.0,
            level: names.1,
            reason: names.2,
            nonce: Nonce::new(digests.3),
            issued_at: times.0,
            expires_at: times.1,
        })
}

/// Bytes with one place changed, cut off or repeated.
pub(crate) fn mutated(bytes: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let at = 0..bytes.len();
    (at.clone(), at, any::<u8>(), 0u8..4).prop_map(move |(at, other, byte, how)| {
        let mut out = bytes.clone();
        match how {
            0 => out[at] = byte,
            1 => out.truncate(at),
            2 => out.insert(at, byte),
            _ => {
                let (low, high) = (at.min(other), at.max(other));
                let part = out[low..high].to_vec();
                out.splice(low..low, part);
            }
        }
        out
    })
}
