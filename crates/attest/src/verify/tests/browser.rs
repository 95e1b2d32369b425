//! Signatures made in a browser: every case of which stock `ssh-keygen` looks at too little.

use super::{NONE, Touch};
use crate::Envelope;
use crate::signature::{Signature, Webauthn};
use crate::sshsig::{Hash, Sshsig, preimage};
use crate::statement;
use crate::tests::samples::{enrolled, roster_of, statement};
use crate::verify::{VerifyError, VerifyOptions, verify};
use crate::webauthn::RelyingParty;
use crate::wire::{put, put_positive};
use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use obstat_model::presence::Presence;
use obstat_model::roster::Key;
use obstat_model::statement::Act;
use obstat_testkit::Scratch;
use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::Signer as _;
use sha2::{Digest as _, Sha256};

const NAMESPACE: &str = "obstat-approval@v1";
const SITE: &str = "approve.example.com";
const ORIGIN: &str = "https://approve.example.com";

/// How an assertion is made; everything in order unless a test says otherwise.
struct Assertion {
    /// Application in the key.
    application: String,
    /// What the authenticator hashed as rpId.
    site: String,
    /// Origin beside the client data.
    origin: String,
    client_data: String,
    touch: Touch,
    extensions: Vec<u8>,
    /// Bytes after the last field.
    trailing: Vec<u8>,
    /// Leading zeros before `r`.
    padding: usize,
    high_s: bool,
    reserved: Vec<u8>,
}

fn message() -> Vec<u8> {
    statement::encode(&statement_of_mira()).unwrap()
}

fn statement_of_mira() -> obstat_model::statement::Statement {
    statement(Act::Approve)
}

fn data(challenge: &str, rest: &str) -> String {
    format!(
        "{{\"type\":\"webauthn.get\",\"challenge\":\"{challenge}\",\"origin\":\"{ORIGIN}\"{rest}"
    )
}

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(preimage(NAMESPACE, Hash::Sha512, &message()))
}

fn good() -> Assertion {
    Assertion {
        application: SITE.to_owned(),
        site: SITE.to_owned(),
        origin: ORIGIN.to_owned(),
        client_data: data(&challenge(), ",\"crossOrigin\":false}"),
        touch: Touch { flags: 0x05, counter: 2 },
        extensions: Vec::new(),
        trailing: Vec::new(),
        padding: 0,
        high_s: false,
        reserved: Vec::new(),
    }
}

fn with(change: impl FnOnce(&mut Assertion)) -> Assertion {
    let mut assertion = good();
    change(&mut assertion);
    assertion
}

fn with_data(client_data: String) -> Assertion {
    with(|a| a.client_data = client_data)
}

impl Assertion {
    fn secret() -> SigningKey {
        SigningKey::from_slice(&[0x42; 32]).unwrap()
    }

    fn key(&self) -> Vec<u8> {
        let point = Self::secret().verifying_key().to_sec1_point(false);
        let mut blob = Vec::new();
        put(&mut blob, b"sk-ecdsa-sha2-nistp256@openssh.com");
        put(&mut blob, b"nistp256");
        put(&mut blob, point.as_bytes());
        put(&mut blob, self.application.as_bytes());
        blob
    }

    /// As an authenticator signs: SHA-256 over its data and the hash of the client data.
    fn numbers(&self) -> (Vec<u8>, Vec<u8>) {
        let mut signed = Sha256::digest(self.site.as_bytes()).to_vec();
        signed.push(self.touch.flags);
        signed.extend_from_slice(&self.touch.counter.to_be_bytes());
        signed.extend_from_slice(&self.extensions);
        signed.extend_from_slice(&Sha256::digest(self.client_data.as_bytes()));
        let signature: p256::ecdsa::Signature = Self::secret().sign(&signed);
        let low = signature.normalize_s();
        let s = if self.high_s { -*low.s() } else { *low.s() };
        (low.r().to_bytes().to_vec(), p256::FieldBytes::from(s).to_vec())
    }

    fn blob(&self) -> Vec<u8> {
        let (r, s) = self.numbers();
        let found = Webauthn {
            r: &r,
            s: &s,
            flags: self.touch.flags,
            counter: self.touch.counter,
            origin: &self.origin,
            client_data: self.client_data.as_bytes(),
            extensions: &self.extensions,
        };
        let plain = Signature::Webauthn(found).encode();
        if self.padding == 0 {
            return [plain, self.trailing.clone()].concat();
        }
        // The same numbers, longer than they must be.
        let (mut inner, mut wide) = (Vec::new(), Vec::new());
        put(&mut inner, &[&vec![0; self.padding + 1][..], &r].concat());
        put_positive(&mut inner, &s);
        put(&mut wide, b"webauthn-sk-ecdsa-sha2-nistp256@openssh.com");
        put(&mut wide, &inner);
        wide.push(self.touch.flags);
        wide.extend_from_slice(&self.touch.counter.to_be_bytes());
        for field in [self.origin.as_bytes(), self.client_data.as_bytes(), &self.extensions] {
            put(&mut wide, field);
        }
        wide
    }

    /// The signature, with the outer reserved field as it is.
    fn outer(&self) -> Vec<u8> {
        let mut blob = b"SSHSIG\0\0\0\x01".to_vec();
        let fields =
            [&self.key()[..], NAMESPACE.as_bytes(), &self.reserved, b"sha512", &self.blob()];
        fields.iter().for_each(|field| put(&mut blob, field));
        blob
    }

    fn armoured(&self) -> String {
        armour(&self.outer())
    }

    fn judged(&self, attested: bool) -> Result<Presence, String> {
        judged(&self.armoured(), Key { attested, ..enrolled(self.key()) })
    }

    /// The exit code of stock `ssh-keygen -Y verify` with our list of signers.
    fn stock(&self, scratch: &Scratch) -> i32 {
        let roster = roster_of("mira", enrolled(self.key()));
        scratch.write("allowed", crate::allowed_signers(&roster, statement::NAMESPACES));
        scratch.write("sig", self.armoured());
        let text = String::from_utf8(message()).unwrap();
        let line = [
            &["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "mira"][..],
            &["-n", NAMESPACE, "-s", "sig"],
        ]
        .concat();
        scratch.run(".", &line, &[], &text).code
    }
}

fn armour(blob: &[u8]) -> String {
    let body = base64::engine::general_purpose::STANDARD.encode(blob);
    format!("-----BEGIN SSH SIGNATURE-----\n{body}\n-----END SSH SIGNATURE-----\n")
}

/// What comes of a signature over the sample if mira has the key.
fn judged(armoured: &str, key: Key) -> Result<Presence, String> {
    let parties = [RelyingParty { id: SITE.to_owned(), origins: vec![ORIGIN.to_owned()] }];
    let envelope = Envelope::new(message(), armoured.to_owned()).map_err(|e| e.to_string())?;
    let found = verify(&envelope, &roster_of("mira", key), &VerifyOptions { webauthn: &parties });
    found.map(|v| v.presence).map_err(|e| e.to_string())
}

#[test]
fn an_assertion_in_order_is_accepted_here_and_by_stock_ssh_keygen() {
    assert_eq!(good().judged(false), Ok(Presence::Present));
    assert_eq!(good().judged(true), Ok(Presence::Hardware));
    assert_eq!(good().stock(&Scratch::new()), 0);
}

/// Row 1 and 8: presence, verification, keys that are copied between devices.
#[test]
fn flags_grade_presence() {
    let graded = |flags| with(|a| a.touch.flags = flags).judged(true);
    assert_eq!(graded(0x00), Err(VerifyError::NotTouched.to_string()));
    assert_eq!(graded(0x04), Err(VerifyError::NotTouched.to_string()));
    assert_eq!(graded(0x01), Ok(Presence::Key));
    assert_eq!(graded(0x0d), Ok(Presence::Present));
    assert_eq!(graded(0x1d), Ok(Presence::Present));
    assert_eq!(graded(0x05), Ok(Presence::Hardware));
}

#[test]
fn attested_data_and_extensions_must_be_as_the_flags_say() {
    assert!(with(|a| a.touch.flags = 0x45).judged(false).is_err());
    assert!(with(|a| a.touch.flags = 0x85).judged(false).is_err());
    assert!(with(|a| a.extensions = vec![0xa0]).judged(false).is_err());
    let extended = with(|a| (a.touch.flags, a.extensions) = (0x85, vec![0xa0]));
    assert_eq!(extended.judged(false), Ok(Presence::Present));
}

/// Counters of synced keys stay at 0; they decide nothing.
#[test]
fn counters_decide_nothing() {
    for counter in [0, 1, u32::MAX] {
        assert_eq!(with(|a| a.touch.counter = counter).judged(false), Ok(Presence::Present));
    }
}

/// Row 2: the page that asked, and the site that the key is for.
#[test]
fn origins_and_sites_are_listed() {
    let scratch = Scratch::new();
    let evil = "https://evil.example";
    let elsewhere = with(|a| {
        a.origin = evil.to_owned();
        a.client_data = a.client_data.replace(ORIGIN, evil);
    });
    assert_eq!(elsewhere.stock(&scratch), 0, "stock ssh-keygen takes any origin");
    assert!(elsewhere.judged(false).unwrap_err().contains("a page that is not allowed"));
    let mismatch = with(|a| a.origin = evil.to_owned());
    assert!(mismatch.judged(false).is_err());
    let other_site = with(|a| (a.application, a.site) = ("b.example".into(), "b.example".into()));
    assert!(other_site.judged(false).unwrap_err().contains("another site"));
    let wrong_hash = with(|a| a.site = "b.example".to_owned());
    assert_eq!(wrong_hash.judged(false), Err(VerifyError::Invalid.to_string()));
    let ssh = with(|a| (a.application, a.site) = ("ssh:".into(), "ssh:".into()));
    assert!(ssh.judged(false).unwrap_err().contains("another site"));
}

#[test]
fn every_changed_byte_is_refused() {
    let (blob, key) = (good().outer(), enrolled(good().key()));
    assert_eq!(judged(&armour(&blob), key.clone()), Ok(Presence::Present));
    for at in 0..blob.len() {
        let mut changed = blob.clone();
        changed[at] ^= 1;
        assert!(judged(&armour(&changed), key.clone()).is_err(), "byte {at}");
    }
}

#[test]
fn without_a_server_no_browser_is_believed() {
    let envelope = Envelope::new(message(), good().armoured()).unwrap();
    let roster = roster_of("mira", enrolled(good().key()));
    assert!(matches!(verify(&envelope, &roster, &NONE), Err(VerifyError::Browser(_))));
}

/// Row 3: strict JSON, no member twice, no foreign page around.
#[test]
fn client_data_has_one_reading() {
    let scratch = Scratch::new();
    for (rest, stock) in [
        (",\"crossOrigin\":true}", 0),
        (",\"crossOrigin\":true,\"topOrigin\":\"https://evil.example\"}", 0),
        (",\"topOrigin\":\"https://evil.example\"}", 0),
        (",\"origin\":\"https://evil.example\"}", 0),
        (",\"x\":1,\"x\":2}", 0),
        (",garbage", 0),
        (",\"crossOrigin\":false} ", 0),
        (",\"crossOrigin\":false}{}", 0),
    ] {
        let bad = with_data(data(&challenge(), rest));
        assert_eq!(bad.stock(&scratch), stock, "{rest}");
        assert!(bad.judged(false).is_err(), "{rest}");
    }
}

/// Row 4: the challenge is the pre-image of this statement in this namespace.
#[test]
fn the_challenge_is_the_preimage() {
    let of = |bytes: &[u8]| data(&URL_SAFE_NO_PAD.encode(bytes), ",\"crossOrigin\":false}");
    let whole = preimage(NAMESPACE, Hash::Sha512, &message());
    let padded = URL_SAFE.encode(&whole);
    assert!(padded.ends_with('='));
    for bad in [
        of(&Sha256::digest(message())),
        of(&Sha256::digest(&whole)),
        of(&preimage("obstat-override@v1", Hash::Sha512, &message())),
        of(&preimage(NAMESPACE, Hash::Sha256, &message())),
        of(&preimage(NAMESPACE, Hash::Sha512, b"another")),
        data(&padded, ",\"crossOrigin\":false}"),
        good().client_data.replace("webauthn.get", "webauthn.create"),
        good().client_data.replace("\"type\":", "\"type\": "),
        format!(
            "{{\"origin\":\"{ORIGIN}\",\"type\":\"webauthn.get\",\"challenge\":\"{}\"}}",
            challenge()
        ),
    ] {
        assert!(with_data(bad.clone()).judged(false).is_err(), "{bad}");
    }
}

/// Row 5: one form of everything; what `ssh-keygen` reads in two ways is refused.
#[test]
fn signatures_have_one_form() {
    let scratch = Scratch::new();
    let padded = with(|a| a.padding = 2);
    assert_eq!(padded.stock(&scratch), 0, "stock ssh-keygen takes padded numbers");
    assert!(padded.judged(false).is_err());
    let reserved = with(|a| a.reserved = b"x".to_vec());
    assert!(reserved.judged(false).unwrap_err().contains("reserved"));
    let trailing = with(|a| a.trailing = vec![0]);
    assert!(trailing.judged(false).is_err());
    let armoured = good().armoured();
    for bad in [
        format!("{armoured}text after"),
        format!("text before\n{armoured}"),
        armoured.replace('\n', "\r\n"),
    ] {
        assert!(Envelope::new(message(), bad).is_err());
    }
}

/// Hardware gives either form of `s`, so both are signatures: of the same statement, which is
/// known by its own bytes.
#[test]
fn both_forms_of_s_are_the_same_approval() {
    let (low, high) = (good(), with(|a| a.high_s = true));
    assert_ne!(low.blob(), high.blob());
    assert_eq!(high.judged(false), Ok(Presence::Present));
    let hash = |a: &Assertion| Envelope::new(message(), a.armoured()).unwrap().statement_hash();
    assert_eq!(hash(&low), hash(&high));
}

/// Row 6: a browser's key does not sign on a command line, nor the other way round.
#[test]
fn the_algorithm_is_that_of_the_key() {
    let (r, s) = good().numbers();
    let plain = Signature::SkP256 { r: &r, s: &s, flags: 5, counter: 2 }.encode();
    let sshsig = Sshsig {
        key: good().key(),
        namespace: NAMESPACE.to_owned(),
        hash: Hash::Sha512,
        signature: plain,
    };
    let envelope = Envelope::new(message(), sshsig.armour()).unwrap();
    let roster = roster_of("mira", enrolled(good().key()));
    assert_eq!(verify(&envelope, &roster, &NONE), Err(VerifyError::Invalid));
}
