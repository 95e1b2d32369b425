//! Agent Trace records after the RFC's own examples, and broken ones.

use super::*;
use proptest::prelude::*;

const RECORD: &str = r#"{"version":"0.1.0","id":"550e8400-e29b-41d4-a716-446655440000",
"timestamp":"2026-01-23T14:30:00Z","vcs":{"type":"git","revision":"a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0"},
"tool":{"name":"cursor","version":"2.4.0"},"files":[{"path":"src/parser.ts","conversations":[
{"url":"https://api.cursor.com/v1/conversations/12345","contributor":{"type":"ai","model_id":"anthropic/claude-opus-4-5-20251101"},
"ranges":[{"start_line":42,"end_line":67,"content_hash":"murmur3:9f2e8a1b"},
{"start_line":60,"end_line":70,"contributor":{"type":"human"}}],"related":[{"type":"session","url":"https://x"}]}]}],
"metadata":{"confidence":0.95}}"#;

const MINIMAL: &str = r#"{"version":"1.0","id":"550e8400-e29b-41d4-a716-446655440000","timestamp":"2026-01-25T10:00:00Z","files":[{"path":"src/app.ts","conversations":[{"contributor":{"type":"ai"},"ranges":[{"start_line":1,"end_line":50}]}]}]}"#;

fn of(text: &str) -> Vec<Evidence> {
    let prints = Fingerprints::builtin();
    parse(text.as_bytes()).unwrap().iter().flat_map(|r| r.evidence(&prints)).collect()
}

#[test]
fn a_record_is_evidence_for_its_revision() {
    let record = &parse(RECORD.as_bytes()).unwrap()[0];
    assert_eq!((record.files[0].ai_lines, record.files[0].human_lines), (26, 11));
    let found = &of(RECORD)[0];
    assert_eq!((found.strength, found.kind), (Strength::E3, EvidenceKind::AgentTrace));
    assert_eq!(found.tool.as_ref().unwrap().as_str(), "cursor");
    assert_eq!(found.model.as_deref(), Some("anthropic/claude-opus-4-5-20251101"));
    assert_eq!(found.commit, "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0".parse().ok());
    assert_eq!(found.text, "trace record: 26 lines by cursor");
}

#[test]
fn json_lines_are_read() {
    let flat = RECORD.replace('\n', "");
    let found = of(&format!("{flat}\n{MINIMAL}\n"));
    assert_eq!(found.len(), 2);
    assert_eq!((found[1].strength, found[1].commit, &found[1].tool), (Strength::E3, None, &None));
    assert_eq!(of(""), []);
}

#[test]
fn origins_differ_in_strength() {
    let as_type = |kind: &str| of(&MINIMAL.replace(r#""ai""#, kind));
    assert_eq!(as_type(r#""mixed""#)[0].strength, Strength::E3);
    assert_eq!(as_type(r#""unknown""#)[0].strength, Strength::E0);
    assert_eq!(as_type(r#""human""#), []);
    let silent = MINIMAL.replace(r#""contributor":{"type":"ai"},"#, "");
    assert_eq!(of(&silent)[0].strength, Strength::E0);
}

#[test]
fn other_kinds_of_revision_bind_to_no_commit() {
    let jj = RECORD.replace(r#""git""#, r#""jj""#);
    assert_eq!(of(&jj)[0].commit, None);
}

#[test]
fn other_shapes_are_refused() {
    for (from, to) in [
        (r#""1.0""#, r#""1""#),
        (r#""1.0""#, r#""1.0-rc""#),
        ("446655440000", "44665544000g"),
        ("T10:00:00Z", ""),
        (r#""start_line":1"#, r#""start_line":0"#),
        (r#""end_line":50"#, r#""end_line":0"#),
        (r#""end_line":50"#, r#""end_line":-1"#),
        (r#""ai""#, r#""robot""#),
        (r#""src/app.ts""#, r#""""#),
        (r#""files""#, r#""file""#),
    ] {
        let broken = format!("{MINIMAL}\n{}", MINIMAL.replacen(from, to, 1));
        let refused = parse(broken.as_bytes());
        assert!(matches!(refused, Err(TraceError::Record { record: 2, .. })), "{to}: {refused:?}");
    }
    let large = vec![b' '; MAX_BYTES + 1];
    assert!(matches!(parse(&large), Err(TraceError::TooLarge { .. })));
    assert!(parse("[".repeat(100_000).as_bytes()).is_err());
}

proptest! {
    #[test]
    fn one_changed_byte_never_panics(at in 0..RECORD.len(), byte in any::<u8>()) {
        let mut bytes = RECORD.as_bytes().to_vec();
        bytes[at] = byte;
        let _ = parse(&bytes).map(|r| r[0].evidence(&Fingerprints::builtin()));
    }
}
