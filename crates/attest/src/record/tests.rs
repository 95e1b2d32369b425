//! Gate keys and records: golden bytes, stock `ssh-keygen` agrees, everything else is refused.

use super::*;
use crate::Envelope;
use crate::key;
use crate::tests::samples::{
    any_oid, any_ref, any_time, gate, gates, golden, landing, main_ref, mutated, on_page,
    person_key, receipt,
};
use obstat_model::assistance::AssistanceVerdict;
use obstat_model::decision::Outcome;
use obstat_model::id::{ChangeDigest, InputsDigest, RepositoryId, StatementHash};
use obstat_model::landing::{Governed, LandedChange, LandingKind};
use obstat_model::target::Mode;
use obstat_model::time::Timestamp;
use obstat_testkit::Scratch;
use proptest::prelude::*;

#[test]
fn golden_bytes_and_page() {
    golden("landing.envelope", &gate().sign_landing(&landing()).unwrap());
    golden("receipt.envelope", &gate().sign_receipt(&receipt()).unwrap());
    for (name, payload) in [
        ("landing.json", write_landing(&landing()).unwrap()),
        ("receipt.json", write_receipt(&receipt()).unwrap()),
    ] {
        golden(name, &payload);
        on_page("landing-record", &payload);
    }
}

#[test]
fn records_read_back() {
    let bytes = gate().sign_landing(&landing()).unwrap();
    assert_eq!(parse_landing(&bytes, &gates()).unwrap(), landing());
    let bytes = gate().sign_receipt(&receipt()).unwrap();
    assert_eq!(parse_receipt(&bytes, &gates()).unwrap(), receipt());
    let first = LandingRecord {
        from: None,
        kind: LandingKind::Bootstrap,
        changes: Vec::new(),
        pusher: String::new(),
        previous: None,
        ..landing()
    };
    let bytes = gate().sign_landing(&first).unwrap();
    assert_eq!(parse_landing(&bytes, &gates()).unwrap(), first);
}

#[test]
fn only_gates_are_believed() {
    let bytes = gate().sign_landing(&landing()).unwrap();
    let other = GateKey::generate([10; 32]).unwrap();
    let other = TrustedKey { name: "gate".to_owned(), blob: other.public_blob() };
    let unknown = Err(RecordError::Seal(SealError::UnknownKey));
    assert_eq!(parse_landing(&bytes, &[]), unknown);
    assert_eq!(parse_landing(&bytes, std::slice::from_ref(&other)), unknown);
    let both = [other, gates().remove(0)];
    assert_eq!(parse_landing(&bytes, &both).unwrap(), landing());
}

#[test]
fn a_record_for_one_purpose_is_none_for_another() {
    let (landed, received) =
        (gate().sign_landing(&landing()).unwrap(), gate().sign_receipt(&receipt()).unwrap());
    let namespace = |found: RecordError| {
        assert!(matches!(found, RecordError::Seal(SealError::Namespace { .. })), "{found}");
    };
    namespace(parse_receipt(&landed, &gates()).unwrap_err());
    namespace(parse_landing(&received, &gates()).unwrap_err());
    // Signed by a gate's key in the right namespace, and still not a landing.
    let payload = write_receipt(&receipt()).unwrap();
    let mixed = seal::seal(&person_key(9), LANDING, payload).unwrap();
    assert!(matches!(parse_landing(&mixed, &gates()), Err(RecordError::Json(_))));
}

#[test]
fn other_forms_and_values_are_refused() {
    let sample = String::from_utf8(write_landing(&landing()).unwrap()).unwrap();
    for (old, new) in [
        ("\"record\":\"obstat-landing@v1\"", "\"record\":\"obstat-landing@v2\""),
        ("{\"record\"", "{\"x\":1,\"record\""),
        ("{\"digest\"", "{\"digest\":\"\",\"digest\""),
        ("\"kind\":\"overridden\"", "\"kind\":\"Cleared\""),
        ("\"mode\":\"enforce\"", "\"mode\":\"off\""),
        ("\"outcome\":\"pending\"", "\"outcome\":\"maybe\""),
        ("\"pusher\":\"jonas\"", "\"pusher\":\"jon\\u0061s\""),
        ("\"pusher\":\"jonas\"", "\"pusher\":null"),
        ("\"at\":\"2026-11-24T11:00:00Z\"", "\"at\":\"2026-11-24\""),
        ("\"changes\":[", "\"changes\":[ "),
    ] {
        assert!(sample.contains(old), "{old}");
        let payload = sample.replacen(old, new, 1).into_bytes();
        let bytes = seal::seal(&person_key(9), LANDING, payload).unwrap();
        let found = parse_landing(&bytes, &gates());
        assert!(matches!(found, Err(RecordError::Json(_))), "{new}: {found:?}");
    }
}

#[test]
fn what_could_not_be_read_is_not_signed() {
    let odd = LandingRecord { at: Timestamp::from_unix(i64::MAX), ..landing() };
    assert!(gate().sign_landing(&odd).is_err());
    let many = LandingRecord { pusher: "x".repeat(RECORD_MAX), ..landing() };
    assert!(gate().sign_landing(&many).is_err());
}

#[test]
fn every_changed_byte_is_refused() {
    let sample = gate().sign_receipt(&receipt()).unwrap();
    for at in 0..sample.len() {
        for mask in [1u8, 2, 4, 8, 16, 32, 64, 128] {
            let mut changed = sample.clone();
            changed[at] ^= mask;
            assert!(parse_receipt(&changed, &gates()).is_err(), "byte {at} ^ {mask}");
        }
    }
}

#[test]
fn a_gate_has_no_security_key() {
    let blob = {
        let mut blob = Vec::new();
        crate::wire::put(&mut blob, b"sk-ssh-ed25519@openssh.com");
        crate::wire::put(&mut blob, person_key(9).verifying_key().as_bytes());
        crate::wire::put(&mut blob, b"ssh:");
        blob
    };
    let sealed = gate().sign_receipt(&receipt()).unwrap();
    let envelope = Envelope::parse(&sealed).unwrap();
    let mut sshsig = crate::sshsig::Sshsig::parse(envelope.signature()).unwrap();
    sshsig.key.clone_from(&blob);
    let changed = Envelope::new(envelope.statement().to_vec(), sshsig.armour()).unwrap();
    let gates = [TrustedKey { name: "gate".to_owned(), blob }];
    let found = parse_receipt(&changed.encode(), &gates);
    assert_eq!(found, Err(RecordError::Seal(SealError::SecurityKey)));
}

#[test]
fn the_key_file_is_one_of_openssh() {
    let (scratch, gate) = (Scratch::new(), gate());
    scratch.write("gate_key", gate.private_text());
    scratch.run(".", &["chmod", "600", "gate_key"], &[], "").ok();
    let public = scratch.run(".", &["ssh-keygen", "-y", "-f", "gate_key"], &[], "").ok();
    assert!(public.starts_with(&key::line_of(&gate.public_blob()).unwrap()), "{public}");
    let again = GateKey::from_openssh(gate.private_text()).unwrap();
    assert_eq!(again.private_text(), gate.private_text());
    assert_eq!(again.sign_landing(&landing()), gate.sign_landing(&landing()));
    assert!(!format!("{gate:?}").contains("PRIVATE") && format!("{gate:?}").contains("SHA256:"));
}

#[test]
fn a_key_made_by_ssh_keygen_is_read() {
    let scratch = Scratch::new();
    let make = |kind: &str, word: &str, file: &str| {
        let line = ["ssh-keygen", "-q", "-t", kind, "-N", word, "-C", "x", "-f", file];
        scratch.run(".", &line, &[], "").ok();
        GateKey::from_openssh(&std::fs::read_to_string(scratch.at(file)).unwrap())
    };
    let key = make("ed25519", "", "plain").unwrap();
    let public = std::fs::read_to_string(scratch.at("plain.pub")).unwrap();
    assert_eq!(key::parse_line(&public).unwrap().blob, key.public_blob());
    assert_eq!(make("ed25519", "secret", "locked").unwrap_err(), GateKeyError::Kind);
    assert_eq!(make("ecdsa", "", "other").unwrap_err(), GateKeyError::Kind);
    for bad in
        ["", "x", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"]
    {
        assert_eq!(GateKey::from_openssh(bad).unwrap_err(), GateKeyError::Malformed);
    }
}

#[test]
fn stock_ssh_keygen_accepts_what_gates_sign() {
    let (scratch, gate) = (Scratch::new(), gate());
    let line = key::line_of(&gate.public_blob()).unwrap();
    scratch.write("allowed", format!("gate namespaces=\"{LANDING},{RECEIPT}\" {line}\n"));
    for (namespace, bytes) in [
        (LANDING, gate.sign_landing(&landing()).unwrap()),
        (RECEIPT, gate.sign_receipt(&receipt()).unwrap()),
    ] {
        let envelope = Envelope::parse(&bytes).unwrap();
        scratch.write("sig", envelope.signature());
        let text = String::from_utf8(envelope.statement().to_vec()).unwrap();
        let verify = |namespace: &str, text: &str| {
            let line = [
                &["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "gate"][..],
                &["-n", namespace, "-s", "sig"],
            ]
            .concat();
            scratch.run(".", &line, &[], text).code
        };
        assert_eq!(verify(namespace, &text), 0);
        assert_ne!(verify(namespace, &text.replace('7', "8")), 0);
        assert_ne!(verify("obstat-approval@v1", &text), 0);
    }
}

fn any_change() -> impl Strategy<Value = LandedChange> {
    let outcome = prop_oneof![Just(Outcome::Clear), Just(Outcome::Pending), Just(Outcome::Blocked)];
    let hashes = proptest::collection::vec(any::<[u8; 32]>(), 0..3);
    let ids = (proptest::option::of(any_oid()), any_oid());
    let assistance = proptest::sample::select(vec![
        AssistanceVerdict::DeclaredUnassisted,
        AssistanceVerdict::Undisclosed,
        AssistanceVerdict::Assisted,
    ]);
    let people = proptest::collection::vec("[a-z]{1,9}", 0..3);
    let known = (outcome, assistance, people);
    (any::<[u8; 32]>(), ids, known, hashes, any::<Option<[u8; 32]>>()).prop_map(
        |(digest, (from, to), (outcome, assistance, people), hashes, overridden)| LandedChange {
            digest: ChangeDigest::new(digest),
            from,
            to,
            outcome,
            assistance,
            tools: people.iter().filter_map(|id| id.parse().ok()).collect(),
            contributors: people.iter().filter_map(|id| id.parse().ok()).collect(),
            statements: hashes.into_iter().map(StatementHash::new).collect(),
            overridden_by: overridden.map(StatementHash::new),
        },
    )
}

fn any_landing() -> impl Strategy<Value = LandingRecord> {
    let kind = proptest::sample::select(vec![
        LandingKind::Cleared,
        LandingKind::Overridden,
        LandingKind::Unenforced,
        LandingKind::Bootstrap,
    ]);
    let mode = proptest::sample::select(vec![Mode::Shadow, Mode::Warn, Mode::Enforce]);
    let ids = (proptest::option::of(any_oid()), any_oid(), any::<[u8; 16]>(), any::<[u8; 32]>());
    let changes = proptest::collection::vec(any_change(), 0..4);
    let governed = proptest::option::of((any_ref(), any_oid()));
    let counts = any::<(u64, u64)>();
    let previous = any::<Option<[u8; 32]>>();
    let rest = (any_ref(), any::<String>(), any_time(), previous, counts, governed);
    (kind, mode, ids, changes, rest).prop_map(|(kind, mode, ids, changes, rest)| LandingRecord {
        repository: RepositoryId::new(ids.2),
        target: rest.0,
        from: ids.0,
        to: ids.1,
        kind,
        mode,
        changes,
        pusher: rest.1,
        inputs: InputsDigest::new(ids.3),
        governed: rest.5.map(|(by, at)| Governed { by, at }),
        at: rest.2,
        seen: rest.4.0,
        sequence: rest.4.1,
        previous: rest.3.map(StatementHash::new),
    })
}

proptest! {
    #[test]
    fn any_landing_reads_back(record in any_landing()) {
        let bytes = gate().sign_landing(&record).unwrap();
        prop_assert_eq!(parse_landing(&bytes, &gates()).unwrap(), record);
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes: Vec<u8>, text: String) {
        let _ = (parse_landing(&bytes, &gates()), parse_receipt(&bytes, &gates()));
        let _ = (read_landing(&bytes), read_receipt(&bytes), GateKey::from_openssh(&text));
    }

    #[test]
    fn changed_records_are_refused(
        changed in mutated(gate().sign_landing(&landing()).unwrap())
    ) {
        if let Ok(found) = parse_landing(&changed, &gates()) {
            prop_assert_eq!(&changed, &gate().sign_landing(&landing()).unwrap());
            prop_assert_eq!(found.target, main_ref());
        }
    }
}
