//! The real `ssh-keygen`: what it signs is believed here, and it believes what is believed here.

use super::{NONE, mira};
use crate::tests::samples::{acts, enrolled, roster_of, statement};
use crate::verify::{VerifyError, verify_bytes};
use crate::{Envelope, allowed_signers, key, statement};
use obstat_model::presence::Presence;
use obstat_model::roster::Roster;
use obstat_model::statement::{Act, Statement};
use obstat_testkit::Scratch;

const KINDS: [(&str, &str); 5] =
    [("ed25519", "256"), ("ecdsa", "256"), ("ecdsa", "384"), ("rsa", "2048"), ("rsa", "4096")];

/// A fresh key of a kind, and a roster in which mira has it.
fn holder(scratch: &Scratch, kind: &str, bits: &str) -> Roster {
    let line = ["ssh-keygen", "-q", "-t", kind, "-b", bits, "-N", "", "-C", "x y", "-f", "key"];
    scratch.run(".", &line, &[], "").ok();
    let public = std::fs::read_to_string(scratch.at("key.pub")).unwrap();
    roster_of("mira", enrolled(key::parse_line(&public).unwrap().blob))
}

fn sign(scratch: &Scratch, written: &Statement) -> Vec<u8> {
    let bytes = statement::encode(written).unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    let namespace = statement::namespace(&written.act);
    let line = ["ssh-keygen", "-Y", "sign", "-n", namespace, "-f", "key"];
    let signature = scratch.run(".", &line, &[], &text).ok();
    Envelope::new(bytes, signature).unwrap().encode()
}

/// The exit code of `ssh-keygen -Y verify` for an envelope taken apart.
fn stock(scratch: &Scratch, roster: &Roster, envelope: &Envelope, act: &Act) -> i32 {
    scratch.write("allowed", allowed_signers(roster, statement::NAMESPACES));
    scratch.write("sig", envelope.signature());
    let text = String::from_utf8(envelope.statement().to_vec()).unwrap();
    let line = [
        &["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "mira"][..],
        &["-n", statement::namespace(act), "-s", "sig"],
    ]
    .concat();
    scratch.run(".", &line, &[], &text).code
}

#[test]
fn keys_of_every_kind_sign_here_and_there() {
    for (kind, bits) in KINDS {
        let scratch = Scratch::new();
        let roster = holder(&scratch, kind, bits);
        let written = statement(Act::Approve);
        let bytes = sign(&scratch, &written);
        let found = verify_bytes(&bytes, &roster, &NONE).unwrap();
        assert_eq!((found.signer, found.presence), (mira(), Presence::Key), "{kind} {bits}");
        let envelope = Envelope::parse(&bytes).unwrap();
        assert_eq!(stock(&scratch, &roster, &envelope, &written.act), 0, "{kind} {bits}");
        // Another statement under the same signature is believed by neither.
        let other = statement::encode(&statement(Act::Reject)).unwrap();
        let mixed = Envelope::new(other, envelope.signature().to_owned()).unwrap();
        let refused = verify_bytes(&mixed.encode(), &roster, &NONE).unwrap_err();
        assert_eq!(refused.reason, VerifyError::Invalid.to_string());
        assert_ne!(stock(&scratch, &roster, &mixed, &written.act), 0);
    }
}

#[test]
fn every_act_signs_in_its_namespace() {
    let scratch = Scratch::new();
    let roster = holder(&scratch, "ed25519", "256");
    for act in acts() {
        let bytes = sign(&scratch, &statement(act.clone()));
        let envelope = Envelope::parse(&bytes).unwrap();
        let is_check = matches!(act, Act::Check { .. });
        assert_eq!(verify_bytes(&bytes, &roster, &NONE).is_err(), is_check);
        assert_eq!(stock(&scratch, &roster, &envelope, &act) != 0, is_check);
    }
}

#[test]
fn a_hash_of_256_bits_is_known_too() {
    let scratch = Scratch::new();
    let roster = holder(&scratch, "ed25519", "256");
    let bytes = statement::encode(&statement(Act::Approve)).unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    let line = [
        &["ssh-keygen", "-Y", "sign", "-O", "hashalg=sha256"][..],
        &["-n", "obstat-approval@v1", "-f", "key"],
    ]
    .concat();
    let signature = scratch.run(".", &line, &[], &text).ok();
    let envelope = Envelope::new(bytes, signature).unwrap();
    assert!(verify_bytes(&envelope.encode(), &roster, &NONE).is_ok());
}
