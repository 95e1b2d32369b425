//! Findings are shown safely, capped, and never lost.

use super::*;

#[test]
fn an_unknown_name_lists_what_is_known_and_suggests() {
    let mut report = Report::new("policy.yaml");
    report.unknown("unknown-level", &(3..9), ("level", "senoir"), ["junior", "senior"]);
    let found = report.settle(Some(())).unwrap_err();
    assert_eq!(found[0].message, "unknown level `senoir`");
    assert_eq!(found[0].label, "known: junior, senior");
    assert_eq!(found[0].help.as_deref(), Some("did you mean `senior`?"));
    assert_eq!(found[0].span, 3..9);
}

#[test]
fn hostile_text_is_escaped() {
    let mut report = Report::new("f");
    report.unknown("x", &(0..1), ("key", "a\u{202e}b"), []);
    assert!(report.settle(Some(())).unwrap_err()[0].message.contains("a<U+202E>b"));
}

#[test]
fn findings_are_capped_and_sorted() {
    let mut report = Report::new("f");
    for i in (0..200).rev() {
        report.say("x", &(i..i), "wrong");
    }
    let found = report.settle(Some(())).unwrap_err();
    assert_eq!(found.len(), FINDINGS_MAX);
    assert!(found.is_sorted_by_key(|d| d.span.start));
}

#[test]
fn nothing_half_read_passes() {
    assert_eq!(Report::new("f").settle(None::<()>).unwrap_err()[0].code, "incomplete");
    assert!(Report::new("f").settle(Some(())).is_ok());
}
