//! Golden vectors and properties of the digests.

use super::*;
use crate::change::FileState;
use crate::object::{Mode, Oid};
use proptest::prelude::*;

fn state(byte: u8, mode: Mode) -> FileState {
    FileState { mode, oid: Oid::Sha1([byte; 20]) }
}

fn sample() -> Vec<FileChange> {
    vec![
        FileChange {
            path: "pay/charge.rs".into(),
            old: Some(state(1, Mode::File)),
            new: Some(state(2, Mode::Executable)),
            content: Some(sha256(b"fn charge() {}\n")),
        },
        FileChange {
            path: "gone.txt".into(),
            old: Some(state(3, Mode::File)),
            new: None,
            content: None,
        },
    ]
}

fn digest(files: &[FileChange]) -> ChangeDigest {
    change_digest(RepositoryId::new([7; 16]), &RefName::parse("refs/heads/main").unwrap(), files)
}

/// The vectors that `docs/formats/change-digest.md` prints.
#[test]
fn golden() {
    assert_eq!(digest(&[]).to_string(), EMPTY);
    assert_eq!(digest(&sample()).to_string(), SAMPLE);
    let inputs =
        [(".obstat/policy.yaml".into(), sha256(b"p")), ("CODEOWNERS".into(), sha256(b"c"))];
    assert_eq!(inputs_digest(&inputs).to_string(), INPUTS);
}

const EMPTY: &str = "650706e642ffc0a05ebe64f1f874140a6855d4a7bd71f1bd5a092a7c14e2bdb0";
const SAMPLE: &str = "0b1a1a4444bf9a251dae5a01a9d8fff923e394f33ba4c367beb65712816b0fcd";
const INPUTS: &str = "1a262f9bb4240c2879af4a9e70ac802cdf7c939d5b83ba43cc972ac477b62993";

#[test]
fn order_of_files_does_not_matter() {
    let mut files = sample();
    let before = digest(&files);
    files.reverse();
    assert_eq!(before, digest(&files));
}

#[test]
fn every_part_is_bound() {
    let whole = digest(&sample());
    let edits: [fn(&mut FileChange); 5] = [
        |f| f.path = "pay/charge.rs2".into(),
        |f| f.old = None,
        |f| f.old = Some(state(9, Mode::File)),
        |f| f.new = Some(state(2, Mode::File)),
        |f| f.content = None,
    ];
    for (i, edit) in edits.iter().enumerate() {
        let mut files = sample();
        edit(&mut files[0]);
        assert_ne!(whole, digest(&files), "edit {i}");
    }
    let other = RefName::parse("refs/heads/feature").unwrap();
    assert_ne!(whole, change_digest(RepositoryId::new([7; 16]), &other, &sample()));
    let main = RefName::parse("refs/heads/main").unwrap();
    assert_ne!(whole, change_digest(RepositoryId::new([8; 16]), &main, &sample()));
}

proptest! {
    #[test]
    fn different_paths_never_share_a_digest(a in "[a-z/]{0,12}", b in "[a-z/]{0,12}") {
        let one = |p: &str| vec![FileChange { path: p.into(), old: None, new: None, content: None }];
        prop_assert_eq!(a == b, digest(&one(&a)) == digest(&one(&b)));
    }
}
