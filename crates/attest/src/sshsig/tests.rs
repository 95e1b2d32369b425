//! The envelope of SSH signatures against the vectors of OpenSSH and RustCrypto.

#![expect(clippy::string_slice, reason = "the samples are ASCII")]

use super::*;
use proptest::prelude::*;

/// Armoured signatures by others, with their namespace.
pub(crate) const VECTORS: [(&str, &str); 12] = [
    (include_str!("../../tests/fixtures/sshsig/openssh/ecdsa.sig"), "unittest"),
    (include_str!("../../tests/fixtures/sshsig/openssh/ecdsa_sk.sig"), "unittest"),
    (include_str!("../../tests/fixtures/sshsig/openssh/ecdsa_sk_webauthn.sig"), "unittest"),
    (include_str!("../../tests/fixtures/sshsig/openssh/ed25519.sig"), "unittest"),
    (include_str!("../../tests/fixtures/sshsig/openssh/ed25519_sk.sig"), "unittest"),
    (include_str!("../../tests/fixtures/sshsig/openssh/mldsa44-ed25519.sig"), "unittest"),
    (include_str!("../../tests/fixtures/sshsig/openssh/rsa.sig"), "unittest"),
    (include_str!("../../tests/fixtures/sshsig/rustcrypto/ecdsa_p256.sig"), "example"),
    (include_str!("../../tests/fixtures/sshsig/rustcrypto/ecdsa_p384.sig"), "example"),
    (include_str!("../../tests/fixtures/sshsig/rustcrypto/ed25519.sig"), "example"),
    (include_str!("../../tests/fixtures/sshsig/rustcrypto/rsa_3072.sig"), "example"),
    (include_str!("../../tests/fixtures/sshsig/rustcrypto/sk_ed25519.sig"), "example"),
];

fn sample() -> Sshsig {
    Sshsig::parse(VECTORS[3].0).unwrap()
}

/// The blob of a signature with one field of the envelope replaced.
fn blob(version: u32, reserved: &[u8], hash: &str, more: &[u8]) -> Vec<u8> {
    let found = sample();
    let mut out = MAGIC.to_vec();
    out.extend_from_slice(&version.to_be_bytes());
    let fields = [&found.key[..], b"unittest", reserved, hash.as_bytes(), &found.signature];
    fields.iter().for_each(|field| put(&mut out, field));
    out.extend_from_slice(more);
    out
}

#[test]
fn vectors_read_and_keep_their_form() {
    for (text, namespace) in VECTORS {
        let found = Sshsig::parse(text).unwrap();
        assert_eq!((found.namespace.as_str(), found.hash), (namespace, Hash::Sha512));
        let again = Sshsig::parse(&found.armour()).unwrap();
        assert_eq!(again, found);
        let body = |t: &str| t.lines().filter(|l| !l.starts_with('-')).collect::<String>();
        assert_eq!(body(&found.armour()), body(text));
    }
}

#[test]
fn the_preimage_is_that_of_the_specification() {
    let found = preimage("obstat-approval@v1", Hash::Sha512, b"M");
    assert_eq!(found.len(), 110);
    assert!(
        found.starts_with(b"SSHSIG\0\0\0\x12obstat-approval@v1\0\0\0\0\0\0\0\x06sha512\0\0\0\x40")
    );
    assert!(found.ends_with(&Sha512::digest(b"M")));
    let short = preimage("a", Hash::Sha256, b"M");
    assert!(short.ends_with(&sha2::Sha256::digest(b"M")));
}

#[test]
fn widths_differ_and_nothing_else_may() {
    let text = sample().armour();
    let body: String = text.lines().filter(|l| !l.starts_with('-')).collect();
    for lines in [body.clone(), format!("{}\n{}", &body[..76], &body[76..])] {
        let found = Sshsig::parse(&format!("{BEGIN}\n{lines}\n{END}")).unwrap();
        assert_eq!(found.armour(), text);
    }
    for changed in [
        text.replace('\n', "\r\n"),
        format!(" {text}"),
        format!("x\n{text}"),
        format!("{text}x"),
        format!("{text}\n"),
        format!("{text}{text}"),
        text.replace(END, "-----END SSH PUBLIC KEY-----"),
        text.replacen("U1NI", "U1N!", 1),
        format!("{BEGIN}\n{END}\n"),
        format!("{BEGIN}\n{body} \n{END}\n"),
        String::new(),
        "x".repeat(ARMOUR_MAX + 1),
    ] {
        assert!(Sshsig::parse(&changed).is_err(), "{changed}");
    }
}

#[test]
fn other_versions_reserved_fields_and_hashes_are_refused() {
    assert_eq!(Sshsig::parse_blob(&blob(1, b"", "sha512", b"")).unwrap(), sample());
    let sha256 = Sshsig::parse_blob(&blob(1, b"", "sha256", b"")).unwrap();
    assert_eq!(sha256.hash, Hash::Sha256);
    for (bytes, wanted) in [
        (blob(2, b"", "sha512", b""), SshsigError::Version(2)),
        (blob(1, b"x", "sha512", b""), SshsigError::Reserved),
        (blob(1, b"", "sha1", b""), SshsigError::Hash("sha1".to_owned())),
        (blob(1, b"", "sha512", b"x"), SshsigError::Malformed),
        (b"SSHSIH".to_vec(), SshsigError::Malformed),
    ] {
        assert_eq!(Sshsig::parse_blob(&bytes), Err(wanted));
    }
    let whole = blob(1, b"", "sha512", b"");
    for end in 0..whole.len() {
        assert!(Sshsig::parse_blob(&whole[..end]).is_err(), "{end}");
    }
}

proptest! {
    #[test]
    fn any_signature_reads_back(
        key: Vec<u8>, namespace: String, signature: Vec<u8>, short: bool,
    ) {
        let hash = if short { Hash::Sha256 } else { Hash::Sha512 };
        let written = Sshsig { key, namespace, hash, signature };
        prop_assert_eq!(Sshsig::parse(&written.armour()).unwrap(), written);
    }

    #[test]
    fn any_text_is_read_without_panic(text: String, bytes: Vec<u8>) {
        let _ = (Sshsig::parse(&text), Sshsig::parse_blob(&bytes));
        let _ = Sshsig::parse(&format!("{BEGIN}\n{}\n{END}", STANDARD.encode(&bytes)));
    }
}
