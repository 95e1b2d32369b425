//! Clearances: golden bytes, one reading, the gate that signed is the verifier that is named.

use super::*;
use crate::Envelope;
use crate::record::GateKey;
use crate::tests::samples::{
    any_oid, any_ref, any_time, clearance, gate, gates, golden, mutated, on_page, person_key,
};
use obstat_testkit::Scratch;
use proptest::prelude::*;

fn payload() -> String {
    String::from_utf8(write(&clearance(), gate_id()).unwrap()).unwrap()
}

fn gate_id() -> KeyId {
    key::id_of(&gate().public_blob())
}

/// What comes of a payload that a gate signed.
fn reading(payload: String) -> Result<Clearance, ClearanceError> {
    parse(&seal::seal(&person_key(9), NAMESPACE, payload.into_bytes()).unwrap(), &gates())
}

#[test]
fn golden_bytes_and_page() {
    golden("clearance.envelope", &gate().sign_clearance(&clearance()).unwrap());
    golden("clearance.json", payload().as_bytes());
    on_page("clearance", payload().as_bytes());
}

#[test]
fn clearances_read_back() {
    let mut all = vec![clearance()];
    all.push(Clearance { location: None, ..clearance() });
    all.push(Clearance { verdict: Verdict::Failed, statements: Vec::new(), ..clearance() });
    all.push(Clearance { verdict: Verdict::Passed(Vec::new()), ..clearance() });
    all.push(Clearance { verdict: Verdict::Passed(Property::ALL.to_vec()), ..clearance() });
    for written in all {
        let bytes = gate().sign_clearance(&written).unwrap();
        assert_eq!(parse(&bytes, &gates()).unwrap(), written);
    }
}

#[test]
fn the_verifier_named_is_the_gate_that_signed() {
    let other = GateKey::generate([10; 32]).unwrap();
    let foreign = write(&clearance(), key::id_of(&other.public_blob())).unwrap();
    assert_eq!(reading(String::from_utf8(foreign).unwrap()), Err(ClearanceError::Verifier));
    let bytes = other.sign_clearance(&clearance()).unwrap();
    assert_eq!(parse(&bytes, &gates()), Err(ClearanceError::Seal(SealError::UnknownKey)));
    let trusted = TrustedKey { name: "second".to_owned(), blob: other.public_blob() };
    assert_eq!(parse(&bytes, &[gates(), vec![trusted]].concat()).unwrap(), clearance());
}

#[test]
fn other_forms_and_values_are_refused() {
    let sample = payload();
    assert_eq!(reading(sample.clone()).unwrap(), clearance());
    for (old, new) in [
        ("\"verificationResult\":\"PASSED\"", "\"verificationResult\":\"FAILED\""),
        ("\"verificationResult\":\"PASSED\"", "\"verificationResult\":\"passed\""),
        ("\"ORG_SOURCE_AI_ASSISTED\",", "\"ORG_SOURCE_SENIOR_REVIEWED\","),
        ("\"ORG_SOURCE_AI_ASSISTED\",", "\"SLSA_SOURCE_LEVEL_4\","),
        ("\"ORG_SOURCE_AI_ASSISTED\"", "\"FAILED\""),
        ("\"slsaVersion\":\"1.2\"", "\"slsaVersion\":\"1.1\""),
        ("verification_summary/v1", "verification_summary/v2"),
        ("verification_summary/v1", "provenance/v1"),
        ("Statement/v1", "Statement/v0.1"),
        ("{\"verifier\"", "{\"x\":1,\"verifier\""),
        ("{\"verifier\"", "{\"slsaVersion\":\"1.2\",\"verifier\""),
        ("[\"refs/heads/main\"]", "[\"refs/heads/main\",\"refs/heads/x\"]"),
        ("[\"refs/heads/main\"]", "[]"),
        ("refs/heads/main", "main"),
        ("git+https://", "git+https ://"),
        ("git+https://", "://"),
        ("git+https://git.example.com", "urn:obstat:repository:00"),
        ("/.obstat/policy.yaml", "/policy.yaml"),
        (":\"2026-11-24T11:00:00Z\"", ":\"2026-11-24\""),
        ("\"inputAttestations\":[", "\"inputAttestations\":[ "),
    ] {
        assert!(sample.contains(old), "{old}");
        assert!(reading(sample.replacen(old, new, 1)).is_err(), "{new}");
    }
}

#[test]
fn what_could_not_be_read_is_not_signed() {
    for location in
        ["", "git", "git:", "https://a b", "https://\u{202e}", "urn:obstat:gate:00", "A:b"]
    {
        let odd = Clearance { location: Some(location.to_owned()), ..clearance() };
        assert!(gate().sign_clearance(&odd).is_err(), "{location}");
    }
    let own = format!("urn:obstat:repository:{}", clearance().repository);
    let odd = Clearance { location: Some(own), ..clearance() };
    assert_eq!(gate().sign_clearance(&odd), Err(ClearanceError::Unwritable));
    let unsorted = vec![Property::SeniorReviewed, Property::AiAssisted];
    let odd = Clearance { verdict: Verdict::Passed(unsorted), ..clearance() };
    assert!(gate().sign_clearance(&odd).is_err());
    let many = Clearance { statements: vec![StatementHash::new([1; 32]); 5_000], ..clearance() };
    assert!(gate().sign_clearance(&many).is_err());
}

#[test]
fn stock_ssh_keygen_accepts_it() {
    let scratch = Scratch::new();
    let line = key::line_of(&gate().public_blob()).unwrap();
    scratch.write("allowed", format!("gate namespaces=\"{NAMESPACE}\" {line}\n"));
    let envelope = Envelope::parse(&gate().sign_clearance(&clearance()).unwrap()).unwrap();
    scratch.write("sig", envelope.signature());
    let line = [
        &["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "gate"][..],
        &["-n", NAMESPACE, "-s", "sig"],
    ]
    .concat();
    assert_eq!(scratch.run(".", &line, &[], &payload()).code, 0);
    assert_ne!(scratch.run(".", &line, &[], &payload().replace("PASSED", "FAILED")).code, 0);
}

fn any_clearance() -> impl Strategy<Value = Clearance> {
    let ids = (any::<[u8; 16]>(), any_oid(), any_oid(), any_ref(), any_time());
    let digests = (any::<[u8; 32]>(), any::<[u8; 32]>(), any::<[u8; 32]>());
    let location = proptest::option::of("(git[+])?https://[a-z.]{1,9}(/[a-z%?=&:@._-]{0,9}){0,2}");
    let hashes = proptest::collection::vec(any::<[u8; 32]>(), 0..4);
    let found = proptest::sample::subsequence(Property::ALL.to_vec(), 0..=3);
    let verdict = proptest::option::of(found)
        .prop_map(|found| found.map_or(Verdict::Failed, Verdict::Passed));
    (ids, digests, location, hashes, verdict).prop_map(
        |(ids, digests, location, hashes, verdict)| Clearance {
            repository: RepositoryId::new(ids.0),
            location,
            target: ids.3,
            commit: ids.1,
            tree: ids.2,
            change: ChangeDigest::new(digests.0),
            policy: Sha256::new(digests.1),
            inputs: InputsDigest::new(digests.2),
            statements: hashes.into_iter().map(StatementHash::new).collect(),
            verdict,
            at: ids.4,
        },
    )
}

proptest! {
    #[test]
    fn any_clearance_reads_back(written in any_clearance()) {
        let bytes = gate().sign_clearance(&written).unwrap();
        prop_assert_eq!(parse(&bytes, &gates()).unwrap(), written);
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
        let _ = (parse(&bytes, &gates()), read(&bytes, gate_id()));
    }

    #[test]
    fn changed_bytes_are_refused(changed in mutated(gate().sign_clearance(&clearance()).unwrap())) {
        if parse(&changed, &gates()).is_ok() {
            prop_assert_eq!(changed, gate().sign_clearance(&clearance()).unwrap());
        }
    }
}
