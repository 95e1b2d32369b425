//! Envelopes against a roster: who, for what, how surely there; and what is refused.

mod browser;
mod ssh_keygen;

use super::*;
use crate::seal;
use crate::sshsig::{Hash, preimage};
use crate::tests::samples::{
    acts, enrolled, mutated, person_key, roster, roster_of, signed, statement,
};
use crate::wire::put;
use ed25519_dalek::Signer as _;
use obstat_model::id::PersonId;
use proptest::prelude::*;

const NONE: VerifyOptions = VerifyOptions { webauthn: &[] };

fn mira() -> Signer {
    Signer::Person("mira".parse::<PersonId>().unwrap())
}

/// Flags and counter that a security key signs.
#[derive(Clone, Copy)]
struct Touch {
    flags: u8,
    counter: u32,
}

/// An approval signed by a security key of this application, and its key.
fn by_security_key(application: &str, touch: Touch) -> (Vec<u8>, Key) {
    use sha2::Digest as _;
    let secret = person_key(5);
    let mut blob = Vec::new();
    put(&mut blob, b"sk-ssh-ed25519@openssh.com");
    put(&mut blob, secret.verifying_key().as_bytes());
    put(&mut blob, application.as_bytes());
    let bytes = statement::encode(&statement(Act::Approve)).unwrap();
    let namespace = "obstat-approval@v1";
    let mut message = sha2::Sha256::digest(application).to_vec();
    message.push(touch.flags);
    message.extend_from_slice(&touch.counter.to_be_bytes());
    message.extend_from_slice(&sha2::Sha256::digest(preimage(namespace, Hash::Sha512, &bytes)));
    let signature = secret.sign(&message).to_bytes();
    let Touch { flags, counter } = touch;
    let sshsig = Sshsig {
        key: blob.clone(),
        namespace: namespace.to_owned(),
        hash: Hash::Sha512,
        signature: Signature::SkEd25519 { signature: &signature, flags, counter }.encode(),
    };
    (Envelope::new(bytes, sshsig.armour()).unwrap().encode(), enrolled(blob))
}

/// What comes of an envelope if mira has the key.
fn judged(bytes: &[u8], key: Key) -> Result<Presence, VerifyError> {
    let envelope = Envelope::parse(bytes).unwrap();
    verify(&envelope, &roster_of("mira", key), &NONE).map(|found| found.presence)
}

#[test]
fn good_statements_are_believed() {
    for act in acts() {
        let is_check = matches!(act, Act::Check { .. });
        let mut written = statement(act);
        let (seed, who) = if is_check { (2, "ci") } else { (1, "mira") };
        written.signer = who.to_owned();
        let found = verify_bytes(&signed(&written, seed), &roster(), &NONE).unwrap();
        assert_eq!(found.statement, written);
        assert_eq!(found.presence, Presence::Key);
        assert_eq!(found.key, key::id_of(&seal::blob_of(&person_key(seed))));
        let service = Signer::Service("ci".parse().unwrap());
        assert_eq!(found.signer, if is_check { service } else { mira() });
    }
}

#[test]
fn a_refusal_tells_what_can_be_told() {
    let refused = verify_bytes(b"x", &roster(), &NONE).unwrap_err();
    assert_eq!((refused.claimed.as_str(), refused.hash.as_bytes()), ("?", sha256(b"x").as_bytes()));
    let bytes = signed(&statement(Act::Approve), 7);
    let refused = verify_bytes(&bytes, &roster(), &NONE).unwrap_err();
    assert_eq!(refused.claimed, "mira");
    assert_eq!(refused.hash, Envelope::parse(&bytes).unwrap().statement_hash());
    assert_eq!(refused.reason, VerifyError::UnknownKey.to_string());
}

#[test]
fn claims_are_read_without_proof() {
    let bytes = signed(&statement(Act::Approve), 7);
    let claims = claimed(&bytes).unwrap();
    assert_eq!(claims, statement(Act::Approve));
    assert_eq!((claimed(b"x"), claimed(b"{}")), (None, None));
}

/// A signature for one purpose is none for another: of our kinds, or git's commits.
#[test]
fn the_namespace_is_that_of_the_act() {
    let bytes = statement::encode(&statement(Act::Approve)).unwrap();
    for namespace in ["git", "obstat-author@v1", "obstat-override@v1", "obstat-approval@v2", ""] {
        let sealed = seal::seal(&person_key(1), namespace, bytes.clone()).unwrap();
        let found = verify(&Envelope::parse(&sealed).unwrap(), &roster(), &NONE);
        assert!(matches!(found, Err(VerifyError::Namespace { .. })), "{namespace}");
    }
}

#[test]
fn the_signer_is_the_holder_of_the_key() {
    let mut written = statement(Act::Approve);
    written.signer = "priya".to_owned();
    let found = verify(&Envelope::parse(&signed(&written, 1)).unwrap(), &roster(), &NONE);
    assert!(matches!(found, Err(VerifyError::OtherSigner { .. })), "{found:?}");
}

#[test]
fn services_check_and_people_do_everything_else() {
    let check = Act::Check { name: "unit".parse().unwrap(), passed: true };
    let by_person = signed(&statement(check), 1);
    let mut by_service = statement(Act::Approve);
    by_service.signer = "ci".to_owned();
    for bytes in [by_person, signed(&by_service, 2)] {
        let found = verify(&Envelope::parse(&bytes).unwrap(), &roster(), &NONE);
        assert!(matches!(found, Err(VerifyError::WrongKind(_))), "{found:?}");
    }
}

#[test]
fn a_signature_fits_its_statement_only() {
    let first = Envelope::parse(&signed(&statement(Act::Approve), 1)).unwrap();
    let other = Envelope::parse(&signed(&statement(Act::Reject), 1)).unwrap();
    let mixed = Envelope::new(first.statement().to_vec(), other.signature().to_owned()).unwrap();
    assert_eq!(verify(&mixed, &roster(), &NONE), Err(VerifyError::Invalid));
}

#[test]
fn touch_and_pin_are_told_apart() {
    let graded = |flags, attested| {
        let (bytes, key) = by_security_key("ssh:", Touch { flags, counter: 0 });
        judged(&bytes, Key { attested, ..key })
    };
    assert_eq!(graded(0x05, false), Ok(Presence::Present));
    assert_eq!(graded(0x05, true), Ok(Presence::Hardware));
    assert_eq!(graded(0x0d, true), Ok(Presence::Present));
    assert_eq!(graded(0x01, true), Ok(Presence::Key));
    assert_eq!(graded(0x04, true), Err(VerifyError::NotTouched));
    assert_eq!(graded(0x00, true), Err(VerifyError::NotTouched));
    assert_eq!(graded(0x45, true), Err(VerifyError::Invalid));
    assert_eq!(graded(0x85, true), Err(VerifyError::Invalid));
}

#[test]
fn a_security_key_is_one_for_ssh() {
    let touch = Touch { flags: 5, counter: u32::MAX };
    for (application, good) in
        [("ssh:", true), ("ssh:obstat", true), ("https://x", false), ("", false)]
    {
        let (bytes, key) = by_security_key(application, touch);
        let found = judged(&bytes, key);
        assert_eq!(found.is_ok(), good, "{application}");
        assert!(good || matches!(found, Err(VerifyError::Application(_))), "{found:?}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_refused_without_panic(bytes: Vec<u8>) {
        prop_assert!(verify_bytes(&bytes, &roster(), &NONE).is_err());
    }

    #[test]
    fn changed_envelopes_are_refused(changed in mutated(signed(&statement(Act::Approve), 1))) {
        let same = changed == signed(&statement(Act::Approve), 1);
        prop_assert_eq!(verify_bytes(&changed, &roster(), &NONE).is_ok(), same);
    }
}
