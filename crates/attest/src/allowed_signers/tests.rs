//! The file's lines, and that its dates are the roster's to the second.

use super::*;
use crate::seal;
use crate::statement::NAMESPACES;
use crate::tests::samples::{enrolled, person, person_key, roster, service, time};
use obstat_model::roster::RosterParts;
use obstat_testkit::Scratch;

const PEOPLE: &str =
    "namespaces=\"obstat-approval@v1,obstat-author@v1,obstat-override@v1,obstat-review@v1\"";

fn with(since: Option<&str>, until: Option<&str>, left: Option<&str>) -> String {
    let mut key = enrolled(seal::blob_of(&person_key(1)));
    (key.since, key.until) = (since.map(time), until.map(time));
    let mut mira = person("mira", vec![key]);
    mira.left = left.map(time);
    let parts = RosterParts { people: vec![mira], ..RosterParts::default() };
    allowed_signers(&Roster::new(parts), NAMESPACES)
}

#[test]
fn people_and_services_have_their_own_namespaces() {
    let found = allowed_signers(&roster(), NAMESPACES);
    let (mira, ci) = found.trim_end().split_once('\n').unwrap();
    let line = |seed| key::line_of(&seal::blob_of(&person_key(seed))).unwrap();
    assert_eq!(mira, format!("mira {PEOPLE} {}", line(1)));
    assert_eq!(ci, format!("ci namespaces=\"obstat-check@v1\" {}", line(2)));
    assert!(allowed_signers(&roster(), &["obstat-check@v1"]).starts_with("ci "));
    assert_eq!(allowed_signers(&roster(), &[]), "");
}

#[test]
fn dates_are_in_utc_and_the_last_moment_is_the_one_before_the_end() {
    let found = with(Some("2026-01-01"), Some("2027-01-01"), None);
    let dates = "valid-after=\"20260101000000Z\",valid-before=\"20261231235959Z\"";
    assert!(found.starts_with(&format!("mira {PEOPLE},{dates} ssh-ed25519 ")), "{found}");
    let found = with(None, Some("2027-01-01"), Some("2026-06-01T12:00:00Z"));
    assert!(found.contains(",valid-before=\"20260601115959Z\" "), "{found}");
    let found = with(None, None, Some("9999-12-30"));
    assert!(found.contains(",valid-before=\"99991229235959Z\" "), "{found}");
}

#[test]
fn keys_that_never_count_have_no_line() {
    for (since, until) in [
        (Some("2026-01-01"), Some("2026-01-01")),
        (Some("2026-01-02"), Some("2026-01-01")),
        (Some("2026-01-01T00:00:00Z"), Some("2026-01-01T00:00:01Z")),
        (None, Some("1970-01-01")),
        (None, Some("1960-01-01")),
    ] {
        assert_eq!(with(since, until, None), "", "{since:?} {until:?}");
    }
    assert_ne!(with(Some("1960-01-01"), Some("2026-01-01"), None), "");
}

#[test]
fn nothing_of_a_roster_adds_a_line() {
    let evil = b"\nmallory ssh-ed25519 AAAA".to_vec();
    let mut mira = person("mira", vec![enrolled(evil), enrolled(seal::blob_of(&person_key(1)))]);
    mira.name = "x\nmallory ssh-ed25519 AAAA".to_owned();
    mira.emails = vec!["x\" cert-authority \nmallory".to_owned()];
    let services = vec![service("ci", Vec::new())];
    let parts = RosterParts { people: vec![mira], services, ..RosterParts::default() };
    let hostile = ["obstat-approval@v1", "a\",cert-authority,b=\"", "x\ny", "*"];
    let found = allowed_signers(&Roster::new(parts), &hostile);
    assert_eq!(found.lines().count(), 1);
    assert!(found.starts_with("mira namespaces=\"obstat-approval@v1\" ssh-ed25519 "), "{found}");
}

/// Stock `ssh-keygen` draws the line at the same second as `Key::holds_at`.
#[test]
fn ssh_keygen_sees_the_same_dates() {
    let scratch = Scratch::new();
    scratch.write("allowed", with(Some("2026-01-01"), Some("2027-01-01"), None));
    let bytes = b"{}".to_vec();
    let envelope = seal::seal(&person_key(1), "obstat-approval@v1", bytes).unwrap();
    scratch.write("sig", crate::Envelope::parse(&envelope).unwrap().signature());
    for (at, wanted) in [
        ("20251231235959Z", 255),
        ("20260101000000Z", 0),
        ("20261231235959Z", 0),
        ("20270101000000Z", 255),
    ] {
        let time = format!("verify-time={at}");
        let line = [
            &["ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "mira"][..],
            &["-n", "obstat-approval@v1", "-s", "sig", "-O", &time],
        ]
        .concat();
        let found = scratch.run(".", &line, &[], "{}");
        assert_eq!(found.code, wanted, "{at}: {}", found.all());
    }
}
