//! Statements: golden bytes, one reading each, refusal of everything else.

#![expect(clippy::string_slice, reason = "the samples are ASCII")]

use super::*;
use crate::tests::samples::{acts, any_statement, golden, mutated, on_page, statement, time};
use obstat_model::hidden::HiddenFlag;
use obstat_model::time::Timestamp;
use proptest::prelude::*;

fn text(act: Act) -> String {
    String::from_utf8(encode(&statement(act)).unwrap()).unwrap()
}

/// The reason for which changed text is refused.
fn refused(from: &str, old: &str, new: &str) -> StatementError {
    assert!(from.contains(old), "{old} is not in the sample");
    let changed = from.replacen(old, new, 1);
    parse(changed.as_bytes()).expect_err(&changed)
}

#[test]
fn golden_bytes_and_page() {
    for act in acts() {
        let bytes = encode(&statement(act.clone())).unwrap();
        golden(&format!("{}.json", act.as_str()), &bytes);
    }
    on_page("statement", text(Act::Approve).as_bytes());
}

#[test]
fn every_act_reads_back_and_has_its_namespace() {
    for act in acts() {
        let written = statement(act);
        let bytes = encode(&written).unwrap();
        assert!(bytes.is_ascii());
        assert_eq!(parse(&bytes).unwrap(), written);
        assert!(NAMESPACES.contains(&namespace(&written.act)));
    }
    let mut all: Vec<&str> = acts().iter().map(namespace).collect();
    all.dedup();
    assert_eq!(all, NAMESPACES);
}

#[test]
fn everything_optional_can_be_absent() {
    let mut bare = statement(Act::Reject);
    bare.shown = None;
    bare.level = None;
    bare.context.tip = None;
    bare.context.merge_base = None;
    bare.reason = String::new();
    let bytes = encode(&bare).unwrap();
    assert!(!String::from_utf8(bytes.clone()).unwrap().contains("null"));
    assert_eq!(parse(&bytes).unwrap(), bare);
}

#[test]
fn an_approval_shows_what_it_was_given_for() {
    let mut blind = statement(Act::Approve);
    blind.shown = None;
    assert!(matches!(encode(&blind), Err(StatementError::Lacks { member: "shown", .. })));
}

#[test]
fn the_type_must_fit_the_decision() {
    let approval = text(Act::Approve);
    for (old, new) in [
        ("urn:obstat:approval:v1", "urn:obstat:author:v1"),
        ("urn:obstat:approval:v1", "urn:obstat:override:v1"),
        ("\"decision\":\"approve\"", "\"decision\":\"override\""),
        ("\"decision\":\"approve\"", "\"decision\":\"Approve\""),
    ] {
        let why = refused(&approval, old, new);
        assert!(matches!(why, StatementError::Decision { .. }), "{why}");
    }
    let why = refused(&approval, "urn:obstat:approval:v1", "urn:obstat:approval:v2");
    assert!(matches!(why, StatementError::Kind(_)), "{why}");
    let why = refused(&approval, "in-toto.io/Statement/v1", "in-toto.io/Statement/v0.1");
    assert!(matches!(why, StatementError::Json(JsonError::Type { .. })), "{why}");
}

#[test]
fn what_a_decision_needs_must_be_there() {
    for (act, member) in [
        (Act::Author { unassisted: true }, "\"unassisted\":true,"),
        (Act::Check { name: "unit".parse().unwrap(), passed: true }, "\"passed\":true,"),
        (Act::Check { name: "unit".parse().unwrap(), passed: true }, "\"check\":\"unit\","),
        (
            Act::Override { review_due: time("2026-11-27") },
            "\"reviewDue\":\"2026-11-27T00:00:00Z\",",
        ),
    ] {
        let why = refused(&text(act), member, "");
        assert!(matches!(why, StatementError::Lacks { .. }), "{why}");
    }
}

#[test]
fn members_of_other_decisions_are_refused() {
    for member in [
        "\"unassisted\":true,",
        "\"check\":\"unit\",",
        "\"passed\":true,",
        "\"reviewDue\":\"2026-11-27T00:00:00Z\",",
    ] {
        let why = refused(&text(Act::Approve), "\"context\"", &format!("{member}\"context\""));
        assert_eq!(why, StatementError::Json(JsonError::NotCanonical), "{member}");
    }
}

#[test]
fn unknown_and_repeated_members_are_refused_at_any_depth() {
    let sample = text(Act::Approve);
    for (old, new) in [
        ("{\"_type\"", "{\"x\":1,\"_type\""),
        ("{\"digest\"", "{\"x\":1,\"digest\""),
        ("{\"obstatChange\"", "{\"x\":1,\"obstatChange\""),
        ("{\"decision\"", "{\"x\":1,\"decision\""),
        ("{\"repository\"", "{\"x\":1,\"repository\""),
        ("{\"assistance\"", "{\"x\":1,\"assistance\""),
        ("{\"decision\"", "{\"decision\":\"reject\",\"decision\""),
        ("{\"_type\"", "{\"_type\":\"x\",\"_type\""),
        ("{\"obstatChange\"", "{\"obstatChange\":\"x\",\"obstatChange\""),
        ("{\"repository\"", "{\"repository\":\"x\",\"repository\""),
        ("{\"assistance\"", "{\"assistance\":\"assisted\",\"assistance\""),
    ] {
        let why = refused(&sample, old, new);
        assert!(matches!(why, StatementError::Json(JsonError::Syntax(_))), "{new}: {why}");
    }
}

#[test]
fn other_forms_of_the_same_content_are_refused() {
    let sample = text(Act::Approve);
    for (old, new) in [
        ("\"contradicted\":false", "\"contradicted\": false"),
        ("\"hidden\":[", "\"tier\":null,\"hidden\":["),
        ("\"level\":\"principal\"", "\"level\":\"princip\\u0061l\""),
        ("\\u0159", "ř"),
        ("\\u00e1", "\\u00E1"),
        ("\"issuedAt\":\"2026-11-24T10:52:00Z\"", "\"issuedAt\":\"2026-11-24T11:52:00+01:00\""),
        ("\"issuedAt\":\"2026-11-24T10:52:00Z\"", "\"issuedAt\":\"2026-11-24T10:52:00.5Z\""),
        ("\"policy\"", "\"inputs\":null,\"policy\""),
    ] {
        let why = refused(&sample, old, new);
        assert_eq!(why, StatementError::Json(JsonError::NotCanonical), "{new}");
    }
    let reordered = sample.replacen(",\"level\":\"principal\"", "", 1);
    let reordered = reordered.replacen("\"signer\"", "\"level\":\"principal\",\"signer\"", 1);
    let why = parse(reordered.as_bytes());
    assert_eq!(why, Err(StatementError::Json(JsonError::NotCanonical)));
}

#[test]
fn arrays_do_not_stand_for_objects() {
    let sample = text(Act::Approve);
    let old = format!("{{\"obstatChange\":\"{}\"", "c0".repeat(32));
    let start = sample.find(&old).unwrap();
    let end = start + sample[start..].find('}').unwrap();
    let list = format!("[\"{}\",\"{}\",\"{}\"]", "c0".repeat(32), "03".repeat(20), "04".repeat(20));
    let changed = format!("{}{list}{}", &sample[..start], &sample[end + 1..]);
    assert_eq!(parse(changed.as_bytes()), Err(StatementError::Json(JsonError::NotCanonical)));
}

#[test]
fn wrong_values_name_their_member() {
    let sample = text(Act::Approve);
    let zero = "0".repeat(64);
    for (old, new, member) in [
        (&*"c0".repeat(32), "c0", "obstatChange"),
        (&"c0".repeat(32), &"C0".repeat(32), "obstatChange"),
        ("refs/heads/main", "main", "target"),
        ("refs/heads/main", "refs/heads/a\\u0000b", "target"),
        ("undisclosed", "unknown", "assistance"),
        ("\"bidi\",\"mode_flip\"", "\"mode_flip\",\"bidi\"", "hidden"),
        ("\"bidi\",\"mode_flip\"", "\"bidi\",\"bidi\"", "hidden"),
        ("\"bidi\"", "\"blink\"", "hidden"),
        ("\"signer\":\"mira\"", "\"signer\":\"mira x\"", "signer"),
        ("\"signer\":\"mira\"", "\"signer\":\"\"", "signer"),
        ("2026-12-08T10:52:00Z", "tomorrow", "expiresAt"),
        (&"08".repeat(32), &zero[..62], "nonce"),
    ] {
        match refused(&sample, old, new) {
            StatementError::Json(JsonError::Member { member: found, .. }) => {
                assert_eq!(found, member, "{new}");
            }
            why => panic!("{new}: {why}"),
        }
    }
    for (old, new) in [
        ("\"contradicted\":false", "\"contradicted\":0"),
        ("\"reason\":", "\"reason\":1,\"x\":"),
        ("\"hidden\":[", "\"hidden\":{},\"x\":["),
        ("\"subject\":[", "\"subject\":[{},"),
    ] {
        let why = refused(&sample, old, new);
        assert!(matches!(why, StatementError::Json(JsonError::Syntax(_))), "{new}: {why}");
    }
}

#[test]
fn bytes_before_and_after_are_refused() {
    let sample = text(Act::Approve);
    for changed in [
        format!("{sample}\n"),
        format!("{sample} "),
        format!(" {sample}"),
        format!("\u{feff}{sample}"),
        format!("{sample}{sample}"),
        format!("{sample}\0"),
        String::new(),
        "null".to_owned(),
        "[".repeat(10_000),
        "{\"_type\":".repeat(1_000),
    ] {
        assert!(parse(changed.as_bytes()).is_err());
    }
}

#[test]
fn sizes_have_limits() {
    let mut long = statement(Act::Approve);
    long.reason = "\u{1f389}".repeat(REASON_MAX / 4);
    assert_eq!(parse(&encode(&long).unwrap()).unwrap(), long);
    long.reason.push('x');
    assert_eq!(encode(&long), Err(StatementError::Reason(REASON_MAX + 1)));
    let padded = vec![b' '; STATEMENT_MAX + 1];
    assert!(matches!(parse(&padded), Err(StatementError::Json(JsonError::TooLarge { .. }))));
}

#[test]
fn what_could_not_be_read_is_not_written() {
    let mut odd = statement(Act::Approve);
    odd.issued_at = Timestamp::from_unix(i64::MAX);
    assert!(encode(&odd).is_err());
    let mut odd = statement(Act::Approve);
    odd.signer = "mira\nowner".to_owned();
    assert!(encode(&odd).is_err());
    let mut odd = statement(Act::Approve);
    if let Some(shown) = &mut odd.shown {
        shown.hidden = vec![HiddenFlag::Symlink, HiddenFlag::Bidi];
    }
    assert!(encode(&odd).is_err());
}

proptest! {
    #[test]
    fn any_statement_reads_back(written in any_statement()) {
        let bytes = encode(&written).unwrap();
        prop_assert_eq!(parse(&bytes).unwrap(), written);
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
        let _ = parse(&bytes);
    }

    #[test]
    fn changed_bytes_never_read_as_the_same(
        changed in mutated(encode(&statement(Act::Approve)).unwrap())
    ) {
        if let Ok(found) = parse(&changed) {
            prop_assert_eq!(encode(&found).unwrap(), changed);
        }
    }
}
