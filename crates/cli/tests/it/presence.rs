//! How surely somebody was there: security keys with touch and PIN, and keys that their makers
//! vouch for. Signed by stock `ssh-keygen` through an agent that holds software keys.

use super::ASSISTED;
use obstat_testkit::Org;
use obstat_testkit::security_key::{Form, Maker, SecurityKey, SshAgent, UP, UV};

/// A gated organisation that asks for a presence; priya and yusuf, both senior, have security keys.
struct Keys {
    org: Org,
    maker: Maker,
    agents: Vec<SshAgent>,
}

fn priya() -> SecurityKey {
    SecurityKey::ed25519(1)
}

fn yusuf() -> SecurityKey {
    SecurityKey::ecdsa(2)
}

impl Keys {
    /// `roster` may change the roster and write the files that it names.
    fn new(presence: &str, roster: impl Fn(&Org, &Maker, String) -> String) -> Self {
        let asked = format!("{{ approvals: 1, level: senior, presence: {presence} }}");
        let policy = obstat_testkit::POLICY.replace("{ approvals: 1, level: senior }", &asked);
        let org = Org::ungated(super::program(), &policy);
        for (who, key) in [("priya", priya()), ("yusuf", yusuf())] {
            // Of a security key only the public half lies in a file.
            std::fs::remove_file(org.scratch.at(&format!("keys/{who}"))).unwrap();
            org.scratch.write(&format!("keys/{who}.pub"), format!("{}\n", key.public_key()));
        }
        let maker = Maker::new("Made-up Keys Root");
        org.scratch.write("work/.obstat/roster.yaml", roster(&org, &maker, org.roster()));
        org.commit("mira", "security keys");
        org.push("mira", &["main"]).ok();
        let keys = Self { org, maker, agents: Vec::new() };
        keys.with_flags(UP | UV)
    }

    /// Security keys give these flags from now on.
    fn with_flags(mut self, flags: u8) -> Self {
        let socket = self.org.scratch.at(&format!("agent-{}", self.agents.len()));
        let keys = [priya(), yusuf()].map(|key| key.with_flags(flags));
        self.agents.push(SshAgent::start(&socket, keys.into()));
        self.org.scratch.agent(&socket);
        self
    }

    fn gated(self) -> Self {
        self.org.obstat("mira", ".", &["bootstrap", "--bare", "server.git"]).ok();
        let install = ["hook", "install", "--bare", "server.git", "--pusher-from", "OBSTAT_PUSHER"];
        self.org.obstat("mira", ".", &install).ok();
        self.org.scratch.git("work", &["fetch", "-q", "origin", "refs/obstat/*:refs/obstat/*"]);
        self
    }

    /// Signs an assisted change as somebody; says what the gate does with it.
    fn signed_by(&self, who: &str) -> (i32, String) {
        self.org.sign(who, "main", &[]).ok();
        self.org.push_statements(who).ok();
        let pushed = self.org.push("jonas", &["main"]);
        (pushed.code, pushed.err)
    }

    fn assisted(&self) {
        self.org.scratch.write("work/src/a.rs", "fn a() {}\n");
        self.org.commit("jonas", ASSISTED);
    }
}

fn same(_: &Org, _: &Maker, roster: String) -> String {
    roster
}

/// Both keys attested by the maker that the roster names.
fn attested(org: &Org, maker: &Maker, roster: String) -> String {
    let roster = with_makers(org, maker, roster);
    let roster = attest(org, maker, roster, ("priya", &priya()), &Form::default());
    attest(org, maker, roster, ("yusuf", &yusuf()), &Form::default())
}

fn with_makers(org: &Org, maker: &Maker, roster: String) -> String {
    org.scratch.write("work/.obstat/devices/makers.pem", maker.pem());
    roster.replace("delay: 24h\n", "delay: 24h\ndevices: { makers: .obstat/devices/makers.pem }\n")
}

fn attest(
    org: &Org,
    maker: &Maker,
    roster: String,
    (who, key): (&str, &SecurityKey),
    form: &Form,
) -> String {
    let challenge = format!("obstat-attestation@v1 {who}");
    let file = format!(".obstat/devices/{who}");
    org.scratch.write(&format!("work/{file}"), maker.attest(key, challenge.as_bytes(), form));
    let line = key.public_key();
    let entry = format!("[{{ key: {line}, attestation: {file} }}]");
    roster.replace(&format!("[\"{line}\"]"), &entry)
}

#[test]
fn touch_and_pin_are_presence_and_touch_alone_is_not() {
    let keys = Keys::new("present", same).gated().with_flags(UP);
    keys.assisted();
    for who in ["priya", "yusuf"] {
        let (code, told) = keys.signed_by(who);
        assert_ne!(code, 0, "{who} only touched a key");
        assert!(told.contains("presence key is less than present"), "{told}");
    }
    // A key file signs without anybody.
    keys.org.sign("mira", "main", &[]).ok();
    keys.org.push_statements("mira").ok();
    assert_ne!(keys.org.push("jonas", &["main"]).code, 0, "a key file was presence");
    for who in ["priya", "yusuf"] {
        let keys = Keys::new("present", same).gated();
        keys.assisted();
        let (code, told) = keys.signed_by(who);
        assert_eq!(code, 0, "{who}: {told}");
    }
}

#[test]
fn hardware_is_what_a_trusted_maker_vouches_for() {
    let keys = Keys::new("hardware", |org, maker, roster| {
        let roster = with_makers(org, maker, roster);
        attest(org, maker, roster, ("priya", &priya()), &Form::default())
    })
    .gated();
    keys.assisted();
    let refused = keys.org.push("jonas", &["main"]);
    assert!(refused.err.contains("in person with an attested key"), "{}", refused.err);
    assert!(refused.err.contains("priya") && !refused.err.contains("yusuf"), "{}", refused.err);
    let (code, told) = keys.signed_by("yusuf");
    assert_ne!(code, 0, "nobody vouches for yusuf's key");
    assert!(told.contains("presence present is less than hardware"), "{told}");
    let (code, told) = keys.signed_by("priya");
    assert_eq!(code, 0, "{told}");
    proven(&keys.org);
}

/// Another gate, without any cache, and a stranger with a bundle find the same.
fn proven(org: &Org) {
    org.scratch.git("work", &["fetch", "-q", "origin", "refs/obstat/*:refs/obstat/*"]);
    let trust = org.scratch.at("server.git/obstat/trust");
    let trust = trust.to_string_lossy();
    let main = ["--target", "production", "--trust", &trust];
    org.obstat("mira", "work", &[&["verify"], &main[..], &["main"]].concat()).ok();
    let file = org.scratch.at("proof.tar");
    let file = file.to_string_lossy();
    org.obstat("mira", "work", &[&["bundle"], &main[..], &["-o", &file, "main"]].concat()).ok();
    org.obstat("mira", ".", &[&["verify"], &main[..], &["--bundle", &file]].concat()).ok();
    org.scratch.write("alone/.keep", "");
    org.scratch.run("alone", &["tar", "-xf", &file], &[], "").ok();
    let by_hand = org.scratch.run("alone", &["sh", "verify.sh", &trust], &[], "").ok();
    assert!(by_hand.contains("priya"), "{by_hand}");
}

#[test]
fn touch_and_pin_are_needed_of_attested_keys_too() {
    let keys = Keys::new("hardware", attested).gated().with_flags(UP);
    keys.assisted();
    let (code, told) = keys.signed_by("priya");
    assert_ne!(code, 0, "a touch was enough");
    assert!(told.contains("presence key is less than hardware"), "{told}");
}

/// What `policy check` and bootstrap say of a roster, one line of it.
fn refused(roster: impl Fn(&Org, &Maker, String) -> String, wanted: &str) {
    let keys = Keys::new("hardware", roster);
    let checked = keys.org.obstat("mira", "work", &["policy", "check"]);
    assert_eq!(checked.code, 2, "{}", checked.all());
    let told = checked.all().replace('│', "");
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains(wanted), "{told}");
    let started = keys.org.obstat("mira", ".", &["bootstrap", "--bare", "server.git"]);
    assert_eq!(started.code, 2, "{}", started.all());
}

#[test]
fn an_attestation_that_does_not_hold_breaks_the_roster() {
    refused(
        |org, maker, roster| {
            let roster = attested(org, maker, roster);
            org.scratch.write("work/.obstat/devices/makers.pem", Maker::new("Made-up").pem());
            roster
        },
        "none of the trusted makers issued the device's certificate",
    );
    refused(
        |org, maker, roster| {
            let roster = attested(org, maker, roster);
            std::fs::remove_file(org.scratch.at("work/.obstat/devices/priya")).unwrap();
            roster
        },
        "the roster names .obstat/devices/priya, which is not there",
    );
    // Made for one person, listed for another.
    refused(
        |org, maker, roster| {
            let roster = with_makers(org, maker, roster);
            let roster = attest(org, maker, roster, ("priya", &priya()), &Form::default());
            org.scratch.write(
                "work/.obstat/devices/priya",
                maker.attest(&priya(), b"obstat-attestation@v1 yusuf", &Form::default()),
            );
            roster
        },
        "it was not made with this challenge",
    );
    refused(
        |org, maker, roster| {
            let models = "makers.pem, models: [2fc0579f-8113-47ea-b116-bb5a8db9202a] }";
            attested(org, maker, roster).replace("makers.pem }", models)
        },
        "model 07070707-0707-0707-0707-070707070707 is not among those of the roster help: add it to",
    );
}

#[test]
fn an_own_challenge_and_a_listed_model_hold() {
    let keys = Keys::new("hardware", |org, maker, roster| {
        let roster = attested(org, maker, roster);
        org.scratch.write("work/.obstat/devices/own", "0123456789");
        let file = maker.attest(&priya(), b"0123456789", &Form::default());
        org.scratch.write("work/.obstat/devices/priya", file);
        let models = "makers.pem, models: [07070707-0707-0707-0707-070707070707] }";
        let own = ".obstat/devices/priya, challenge: .obstat/devices/own";
        roster.replace("makers.pem }", models).replace(".obstat/devices/priya", own)
    })
    .gated();
    keys.org.obstat("mira", "work", &["policy", "check"]).ok();
    keys.assisted();
    let (code, told) = keys.signed_by("priya");
    assert_eq!(code, 0, "{told}");
}

/// A key that becomes attested counts as such after the delay, and only once the owners signed.
#[test]
fn an_attestation_waits_as_a_new_key_does() {
    let keys = Keys::new("hardware", |org, maker, roster| {
        let roster = with_makers(org, maker, roster);
        attest(org, maker, roster, ("yusuf", &yusuf()), &Form::default())
    })
    .gated();
    let org = &keys.org;
    let roster = std::fs::read_to_string(org.scratch.at("work/.obstat/roster.yaml")).unwrap();
    let roster = attest(org, &keys.maker, roster, ("priya", &priya()), &Form::default());
    org.scratch.write("work/.obstat/roster.yaml", roster);
    org.commit("jonas", "attest");
    assert_ne!(org.push("jonas", &["main"]).code, 0, "the owners did not sign");
    for who in ["mira", "priya"] {
        org.sign(who, "main", &[]).ok();
        org.push_statements(who).ok();
    }
    let (code, told) = keys.signed_by("yusuf");
    assert_eq!(code, 0, "{told}");
    keys.assisted();
    let (code, told) = keys.signed_by("priya");
    assert_ne!(code, 0, "an attestation counted at once");
    assert!(told.contains("presence present is less than hardware"), "{told}");
    org.scratch.clock("+25h");
    org.sign("priya", "main", &[]).ok();
    org.push_statements("priya").ok();
    org.push("jonas", &["main"]).ok();
}
