//! Signatures of every kind: vectors by others, edge cases, one form.

use super::*;
use crate::key;
use crate::sshsig::Sshsig;
use proptest::prelude::*;
use serde::Deserialize;

macro_rules! vector {
    ($name:literal, $good:literal) => {
        (
            include_str!(concat!("../../tests/fixtures/sshsig/", $name, ".pub")),
            include_str!(concat!("../../tests/fixtures/sshsig/", $name, ".sig")),
            $good,
        )
    };
}

/// Public key, signature, and whether it is of a kind that is accepted.
const VECTORS: [(&str, &str, bool); 12] = [
    vector!("openssh/ecdsa", true),
    vector!("openssh/ecdsa_sk", true),
    vector!("openssh/ecdsa_sk_webauthn", true),
    vector!("openssh/ed25519", true),
    vector!("openssh/ed25519_sk", true),
    vector!("openssh/mldsa44-ed25519", false),
    vector!("openssh/rsa", true),
    vector!("rustcrypto/ecdsa_p256", true),
    vector!("rustcrypto/ecdsa_p384", true),
    vector!("rustcrypto/ed25519", true),
    vector!("rustcrypto/rsa_3072", true),
    vector!("rustcrypto/sk_ed25519", true),
];

fn message(of: &Sshsig) -> &'static [u8] {
    match of.namespace.as_str() {
        "unittest" => include_bytes!("../../tests/fixtures/sshsig/openssh/signed-data"),
        _ => include_bytes!("../../tests/fixtures/sshsig/rustcrypto/signed-data"),
    }
}

fn is_browsers(found: &Sshsig) -> bool {
    matches!(Signature::parse(&found.signature), Some(Signature::Webauthn(_)))
}

fn verifies(key: &[u8], signature: &[u8], signed: &[u8]) -> bool {
    let key = PublicKey::parse(key).unwrap();
    Signature::parse(signature).is_some_and(|s| s.encode() == signature && s.verifies(key, signed))
}

#[test]
fn vectors_of_others_verify_and_no_changed_byte_does() {
    for (line, armoured, good) in VECTORS {
        let found = Sshsig::parse(armoured).unwrap();
        let listed = key::parse_line(line);
        assert_eq!(listed.is_ok(), good, "{line}");
        let Ok(listed) = listed else { continue };
        assert_eq!(listed.blob, found.key);
        let signed = found.signed_data(message(&found));
        assert!(verifies(&found.key, &found.signature, &signed), "{line}");
        let other = Sshsig { namespace: "other".to_owned(), ..found.clone() };
        // A browser's signature covers its client data; `webauthn` compares those with the message.
        if !is_browsers(&found) {
            for data in [other.signed_data(message(&found)), found.signed_data(b"another")] {
                assert!(!verifies(&found.key, &found.signature, &data), "{line}");
            }
        }
        for at in (0..found.signature.len()).filter(|_| !is_browsers(&found)) {
            let mut changed = found.signature.clone();
            changed[at] ^= 1;
            assert!(!verifies(&found.key, &changed, &signed), "{line} byte {at}");
        }
        for end in 0..found.signature.len() {
            assert!(Signature::parse(&found.signature[..end]).is_none(), "{line} cut at {end}");
        }
        assert!(Signature::parse(&[&found.signature[..], b"\0"].concat()).is_none());
    }
}

/// Key and signature must be of one kind and fit each other.
#[test]
fn a_signature_verifies_with_its_own_key_only() {
    let found: Vec<Sshsig> = VECTORS
        .iter()
        .filter(|(_, _, good)| *good)
        .map(|(_, armoured, _)| Sshsig::parse(armoured).unwrap())
        .collect();
    for (i, signature) in found.iter().enumerate() {
        let signed = signature.signed_data(message(signature));
        for (j, key) in found.iter().enumerate() {
            let same = key.key == signature.key;
            assert_eq!(verifies(&key.key, &signature.signature, &signed), same, "{i} {j}");
        }
    }
}

/// Canonical points, some with a component of low order, over which the equation holds.
const EDGE_CASES_ACCEPTED: [u32; 43] = [
    7, 29, 50, 117, 139, 161, 182, 249, 305, 411, 425, 438, 465, 473, 481, 489, 497, 511, 525, 538,
    565, 573, 581, 589, 597, 611, 625, 638, 665, 673, 681, 689, 697, 711, 725, 738, 765, 773, 781,
    789, 797, 832, 899,
];

#[derive(Deserialize)]
struct EdgeCase {
    number: u32,
    key: String,
    sig: String,
    msg: String,
    flags: Option<Vec<String>>,
}

fn bytes<const N: usize>(hex: &str) -> [u8; N] {
    obstat_model::id::parse_hex("bytes", hex).unwrap()
}

/// Keys and points of low order fit many messages; none of them is accepted. What is accepted is
/// pinned: a library that becomes laxer shows here.
#[test]
fn edge_cases_of_ed25519_are_judged_strictly() {
    let lines = include_str!("../../tests/fixtures/ed25519/cctv-vectors.jsonl").lines();
    let mut accepted = Vec::new();
    let mut count = 0;
    for line in lines {
        let case: EdgeCase = serde_json::from_str(line).unwrap();
        count += 1;
        if ed25519(&bytes(&case.key), &bytes(&case.sig), case.msg.as_bytes()) {
            accepted.push((case.number, case.flags.unwrap_or_default().join(" ")));
        }
    }
    assert_eq!(count, 914);
    let lax = ["low_order_A", "low_order_R", "non_canonical_A", "non_canonical_R"];
    for (number, flags) in &accepted {
        let found = flags.split(' ').find(|flag| lax.contains(flag));
        assert_eq!(found, None, "number {number}: {flags}");
    }
    let numbers: Vec<u32> = accepted.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, EDGE_CASES_ACCEPTED);
}

#[test]
fn padded_and_empty_numbers_have_no_second_form() {
    let found = Sshsig::parse(VECTORS[0].1).unwrap();
    let Some(Signature::P256 { r, s }) = Signature::parse(&found.signature) else { panic!() };
    for (r, s) in
        [(&[&[0], r].concat()[..], s), (r, &[&[0, 0], s].concat()[..]), (&[], s), (r, &[0])]
    {
        let (mut inner, mut blob) = (Vec::new(), Vec::new());
        put(&mut inner, r);
        put(&mut inner, s);
        put(&mut blob, b"ecdsa-sha2-nistp256");
        put(&mut blob, &inner);
        let read = Signature::parse(&blob);
        assert!(read.is_none_or(|s| s.encode() == blob && blob == found.signature));
    }
}

#[test]
fn keys_that_are_too_small_or_foreign_are_refused() {
    use crate::public_key::KeyError;
    let rsa = |bits: usize| {
        let mut blob = Vec::new();
        put(&mut blob, b"ssh-rsa");
        put(&mut blob, &[1, 0, 1]);
        put_positive(&mut blob, &vec![0xff; bits / 8]);
        blob
    };
    assert_eq!(PublicKey::parse(&rsa(1_024)), Err(KeyError::RsaSize(1_024)));
    assert_eq!(PublicKey::parse(&rsa(16_384)), Err(KeyError::RsaSize(16_384)));
    assert!(PublicKey::parse(&rsa(2_048)).is_ok());
    let mut foreign = Vec::new();
    put(&mut foreign, b"ssh-dss\x1b");
    let refused = PublicKey::parse(&foreign);
    assert_eq!(refused, Err(KeyError::Unsupported("ssh-dss<U+001B>".to_owned())));
    // SHA-1 is not accepted with any key.
    let mut old = Vec::new();
    put(&mut old, b"ssh-rsa");
    put(&mut old, &[1; 256]);
    assert!(Signature::parse(&old).is_none());
    assert_eq!(Signature::claimed(&old), "ssh-rsa");
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(bytes: Vec<u8>, at in 0usize..12, more: Vec<u8>) {
        let names = VECTORS.map(|(_, armoured, _)| Sshsig::parse(armoured).unwrap());
        let mut named = Vec::new();
        let name = Reader::new(&names[at].signature).string().unwrap().to_vec();
        put(&mut named, &name);
        named.extend_from_slice(&more);
        for blob in [&bytes, &named] {
            let _ = (PublicKey::parse(blob), Signature::claimed(blob));
            if let Some(found) = Signature::parse(blob) {
                prop_assert_eq!(&found.encode(), blob);
            }
        }
    }
}
