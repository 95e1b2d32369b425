//! Notes as git-ai writes them, by both generations of keys, and broken ones.

use super::*;
use proptest::prelude::*;

const NOTE: &str = concat!(
    "src/main.rs\n",
    "  s_aabbccddeeff00::t_11223344556677 1-4,9,12\n",
    "  h_00112233445566 20-21\n",
    "\"docs/my file.md\"\n",
    "  d9978a8723e02b52 1-3\n",
    "---\n",
    r#"{"schema_version":"authorship/3.0.0","git_ai_version":"1.6.24","base_commit_sha":"7734793b756b3921c88db5375a8c156e9532447b","#,
    r#""prompts":{"d9978a8723e02b52":{"agent_id":{"tool":"claude","id":"x","model":"claude-sonnet-4"},"overriden_lines":0,"messages":[]}},"#,
    r#""sessions":{"s_aabbccddeeff00":{"agent_id":{"tool":"cursor","id":"y","model":"gpt-5"},"human_author":"J"}},"#,
    r#""humans":{"h_00112233445566":{"author":"Jane"}},"future":[1]}"#,
);

fn empty(above: &str) -> String {
    format!(
        "{above}---\n{{\"schema_version\":\"{SCHEMA}\",\"base_commit_sha\":\"a\",\"prompts\":{{}}}}"
    )
}

fn commit() -> Oid {
    "7734793b756b3921c88db5375a8c156e9532447b".parse().unwrap()
}

#[test]
fn both_generations_of_keys_are_counted_by_file() {
    let note = parse(NOTE.as_bytes()).unwrap();
    let lines: Vec<_> =
        note.files.iter().map(|f| (f.path.to_string(), f.ai_lines, f.human_lines)).collect();
    let wanted = [("docs/my file.md".to_owned(), 3, 0), ("src/main.rs".to_owned(), 6, 2)];
    assert_eq!(lines, wanted);
    assert_eq!((note.ai_lines(), note.idle_sessions), (9, 0));
}

#[test]
fn evidence_names_tools_and_models() {
    let found = parse(NOTE.as_bytes()).unwrap().evidence(&Fingerprints::builtin(), commit());
    let brief: Vec<_> = found
        .iter()
        .map(|e| (e.strength, e.tool.as_ref().unwrap().as_str(), e.model.as_deref().unwrap()))
        .collect();
    let wanted =
        [(Strength::E3, "cursor", "gpt-5"), (Strength::E3, "claude-code", "claude-sonnet-4")];
    assert_eq!(brief, wanted);
    assert_eq!(found[0].text, "authorship note: 6 lines by cursor in 1 file");
    assert_eq!((found[0].kind, found[0].commit), (EvidenceKind::Note, Some(commit())));
}

#[test]
fn a_key_without_session_is_still_an_ai() {
    let note = parse(empty("a\n  s_ab::t_cd 1-2\nb\n  1234567 3\n").as_bytes()).unwrap();
    let found = note.evidence(&Fingerprints::builtin(), commit());
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].strength, &found[0].tool), (Strength::E3, &None));
}

#[test]
fn human_and_untracked_lines_are_no_evidence() {
    for above in ["", "a\n  h_00112233445566 1-9\n", "a\n"] {
        let note = parse(empty(above).as_bytes()).unwrap();
        assert_eq!(note.evidence(&Fingerprints::builtin(), commit()), []);
    }
}

#[test]
fn a_session_without_lines_only_asks() {
    let idle = NOTE.split_once("---\n").unwrap().1;
    let note = parse(format!("---\n{idle}").as_bytes()).unwrap();
    let found = note.evidence(&Fingerprints::builtin(), commit());
    assert_eq!((found.len(), found[0].strength), (1, Strength::E0));
}

#[test]
fn other_shapes_are_refused() {
    for above in [
        "  s_ab::t_cd 1\n",
        "a\n  s_ab::t_cd\n",
        "a\n  s_ab::t_cd 0\n",
        "a\n  s_ab::t_cd 3-1\n",
        "a\n  s_ab::t_cd 1-4,4\n",
        "a\n  s_ab::t_cd 1, 2\n",
        "a\n  s_ab::t_cd +1\n",
        "a\n  s_ab::t_cd 99999999999\n",
        "a\n  s_ab 1\n",
        "a\n  x_ab 1\n",
        "a b\n",
        "\"a\n",
        "\t s_ab::t_cd 1\n",
    ] {
        let refused = parse(empty(above).as_bytes());
        assert!(matches!(refused, Err(NoteError::Line { .. })), "{above:?} {refused:?}");
    }
    assert_eq!(parse(b"hello"), Err(NoteError::NoDivider));
    assert!(matches!(parse(b"---\n{}"), Err(NoteError::Json(_))));
    let other = empty("").replace("3.0.0", "4.0.0");
    assert_eq!(parse(other.as_bytes()), Err(NoteError::Schema("authorship/4.0.0".into())));
    let deep = format!("---\n{}", "[".repeat(100_000));
    assert!(matches!(parse(deep.as_bytes()), Err(NoteError::Json(_))));
}

#[test]
fn size_is_capped() {
    let large = vec![b'a'; MAX_BYTES + 1];
    assert_eq!(parse(&large), Err(NoteError::TooLarge { found: MAX_BYTES + 1 }));
    let files: String = (0..=MAX_FILES).map(|i| format!("f{i}\n")).collect();
    assert_eq!(parse(empty(&files).as_bytes()), Err(NoteError::TooManyFiles));
}

#[test]
fn the_largest_note_is_read_in_time() {
    let key = "  s_aabbccddeeff00::t_11223344556677 1-4,9,12,100-2000\n";
    let above = format!("src/main.rs\n{}", key.repeat(3_900_000 / key.len()));
    let started = std::time::Instant::now();
    let note = parse(empty(&above).as_bytes()).unwrap();
    assert_eq!(note.ai_lines(), 1_907);
    assert!(started.elapsed().as_secs() < 20);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn one_changed_byte_never_panics(at in 0..NOTE.len(), byte in any::<u8>()) {
        let mut bytes = NOTE.as_bytes().to_vec();
        bytes[at] = byte;
        let _ = parse(&bytes).map(|n| n.evidence(&Fingerprints::builtin(), commit()));
    }
}
