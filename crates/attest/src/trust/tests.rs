//! The trust file: golden bytes, one encoding, nothing that could be read in two ways.

#![expect(clippy::string_slice, reason = "the samples are ASCII")]

use super::*;
use crate::seal;
use crate::tests::samples::{gates, golden, mutated, on_page, person_key, trust_root};
use obstat_testkit::Scratch;
use proptest::prelude::*;

fn refused(old: &str, new: &str) -> TrustError {
    let text = encode(&trust_root());
    assert!(text.contains(old), "{old}");
    parse(&text.replacen(old, new, 1)).expect_err(new)
}

#[test]
fn golden_bytes_and_page() {
    let text = encode(&trust_root());
    golden("trust", text.as_bytes());
    on_page("trust-file", text.as_bytes());
}

#[test]
fn it_reads_back_and_its_fingerprint_is_that_of_sha256sum() {
    let root = trust_root();
    assert_eq!(parse(&encode(&root)).unwrap(), root);
    let scratch = Scratch::new();
    scratch.write("trust", encode(&root));
    let sum = scratch.run(".", &["sha256sum", "trust"], &[], "").ok();
    assert!(sum.starts_with(&fingerprint(&root)), "{sum}");
}

#[test]
fn other_text_is_refused_with_its_line() {
    assert!(matches!(refused("version 1", "version 2"), TrustError::Head(_)));
    assert!(matches!(refused("repository", "Repository"), TrustError::Line { line: 2, .. }));
    assert!(matches!(refused("0707", "07"), TrustError::Id { line: 2, .. }));
    assert!(matches!(refused("e0e0", "E0E0"), TrustError::Id { line: 3, .. }));
    assert!(matches!(refused("owner priya", "witness priya"), TrustError::Line { line: 6, .. }));
    assert!(matches!(refused("owner priya", "owner pri\u{202e}ya"), TrustError::Name { line: 6 }));
    assert!(matches!(refused("ssh-ed25519", "ssh-rsa"), TrustError::Key { line: 5, .. }));
    for quorum in ["0", "3", "-1", "many", ""] {
        let why = refused("quorum 2", &format!("quorum {quorum}"));
        assert!(matches!(why, TrustError::Quorum { owners: 2, .. }), "{why}");
    }
    for (old, new) in [
        ("quorum 2", "quorum 02"),
        ("quorum 2", "quorum +2"),
        ("quorum 2\n", "quorum 2\n\n"),
        ("owner mira ", "owner mira  "),
        ("gate gate ", "# gate\ngate gate "),
    ] {
        refused(old, new);
    }
}

#[test]
fn edited_and_cut_files_are_refused() {
    let text = encode(&trust_root());
    for changed in [
        text.replace('\n', "\r\n"),
        format!("{text}\n"),
        format!("{text}# comment\n"),
        format!("\u{feff}{text}"),
        text.trim_end().to_owned(),
        text.lines().rev().map(|l| format!("{l}\n")).collect(),
    ] {
        assert!(parse(&changed).is_err(), "{changed}");
    }
    for at in 0..text.len() {
        assert!(parse(&text[..at]).is_err(), "cut at {at}");
    }
    assert!(matches!(parse(&"x".repeat(FILE_MAX + 1)), Err(TrustError::TooLarge(_))));
}

#[test]
fn a_root_that_nobody_could_use_is_refused() {
    let usable = trust_root();
    let without_gate = TrustRoot { gates: Vec::new(), ..usable.clone() };
    assert_eq!(parse(&encode(&without_gate)), Err(TrustError::NoGate));
    let without_owner = TrustRoot { owners: Vec::new(), ..usable.clone() };
    assert!(matches!(parse(&encode(&without_owner)), Err(TrustError::Quorum { owners: 0, .. })));
    // Two keys of one owner are one owner.
    let mut alone = usable.clone();
    alone.owners[1].name = "mira".to_owned();
    assert!(matches!(parse(&encode(&alone)), Err(TrustError::Quorum { owners: 1, .. })));
    let twice = TrustRoot { gates: [gates(), gates()].concat(), ..usable.clone() };
    assert!(matches!(parse(&encode(&twice)), Err(TrustError::Twice(8))));
    let mut both = usable;
    both.gates[0].blob = seal::blob_of(&person_key(1));
    assert!(matches!(parse(&encode(&both)), Err(TrustError::Twice(7))));
}

#[test]
fn names_and_keys_cannot_add_lines() {
    let mut root = trust_root();
    let line = key::line_of(&seal::blob_of(&person_key(66))).unwrap();
    root.owners[0].name = format!("x {line}\ngate evil");
    let text = encode(&root);
    assert_eq!(text.lines().count(), 7);
    assert!(text.contains("\nowner ? ") && parse(&text).is_err());
    let mut root = trust_root();
    root.gates[0].blob = b"\ngate evil".to_vec();
    assert!(encode(&root).ends_with("gate gate ?\n") && parse(&encode(&root)).is_err());
}

proptest! {
    #[test]
    fn any_root_reads_back(
        (id, inputs) in any::<([u8; 16], [u8; 32])>(),
        names in proptest::collection::btree_set("[a-z.@/+-]{1,9}", 1..6),
        quorum in 1u32..6,
    ) {
        let keys = names.iter().zip(10u8..).map(|(name, seed)| TrustedKey {
            name: name.clone(),
            blob: seal::blob_of(&person_key(seed)),
        });
        let owners: Vec<TrustedKey> = keys.collect();
        let root = TrustRoot {
            repository: RepositoryId::new(id),
            inputs: InputsDigest::new(inputs),
            quorum: quorum.min(u32::try_from(owners.len()).unwrap()),
            owners,
            gates: gates(),
        };
        prop_assert_eq!(parse(&encode(&root)).unwrap(), root);
    }

    #[test]
    fn any_text_is_read_without_panic(text: String) {
        let _ = (parse(&text), parse(&format!("{HEAD}\n{text}")));
    }

    #[test]
    fn changed_text_has_one_encoding_or_none(
        changed in mutated(encode(&trust_root()).into_bytes())
    ) {
        let text = String::from_utf8_lossy(&changed);
        if let Ok(found) = parse(&text) {
            prop_assert_eq!(encode(&found), text);
        }
    }
}
