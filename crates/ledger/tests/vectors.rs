//! Published vectors: RFC 6962 proofs, a small log, a mirrored one, notes and cosignatures.

#![expect(clippy::expect_used, reason = "a test stops where it cannot go on")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use obstat_ledger::checkpoint::Checkpoint;
use obstat_ledger::hash::Hash;
use obstat_ledger::note::{self, NoteError, Verifier};
use obstat_ledger::proof::{Part, check, goes_on, prove};
use obstat_ledger::source::{Source, Tiles};
use obstat_ledger::verify::{Wanted, verify};
use serde::Deserialize;
use std::path::{Path, PathBuf};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn text(name: &str) -> String {
    std::fs::read_to_string(data(name)).expect(name)
}

struct Folder(PathBuf);

impl Source for Folder {
    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        match std::fs::read(self.0.join(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e.to_string()),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    case: String,
    #[serde(alias = "leafIdx", alias = "size1")]
    first: Option<u64>,
    start: Option<u64>,
    end: Option<u64>,
    #[serde(alias = "treeSize", alias = "size2", alias = "size")]
    whole: Option<u64>,
    #[serde(alias = "root1", alias = "leafHash")]
    own: String,
    #[serde(alias = "root2")]
    root: String,
    proof: Option<Vec<String>>,
    want_err: bool,
}

/// Words stand for a hash that nothing has; what is empty is none.
fn hash(text: &str) -> Option<Hash> {
    let bytes = STANDARD.decode(text).ok().filter(|bytes| !bytes.is_empty())?;
    Some(bytes.clone().try_into().map_or_else(|_| Hash::of_leaf(&bytes), Hash))
}

/// Each line of a file, asked about as its kind says; how many there were.
fn run(name: &str, about: impl Fn(&Case) -> Option<(Part, u64)>) -> usize {
    let (text, mut n) = (text(&format!("merkle/{name}.jsonl")), 0);
    for line in text.lines() {
        let case: Case = serde_json::from_str(line).expect(line);
        let all = case.proof.iter().flatten();
        let proof: Option<Vec<Hash>> = all.map(|text| hash(text)).collect();
        let holds = (|| {
            let (part, size) = about(&case)?;
            let (own, whole) = (hash(&case.own)?, (size, hash(&case.root)?));
            match name {
                "consistency" => goes_on((part.end, own), whole, &proof?).ok(),
                _ => check(part, own, whole, &proof?).ok(),
            }
        })();
        assert_eq!(holds.is_none(), case.want_err, "{}", case.case);
        n += 1;
    }
    n
}

#[test]
fn proofs_hold_and_fail_as_published() {
    let leaf = |case: &Case| Some((Part::leaf(case.first?), case.whole?));
    assert_eq!(run("inclusion", leaf), 98);
    let first = |case: &Case| Some((Part::first(case.first?), case.whole?));
    assert_eq!(run("consistency", first), 98);
    let part = |case: &Case| Some((Part { start: case.start?, end: case.end? }, case.whole?));
    assert_eq!(run("subtreeconsistency", part), 118);
    // A leaf of a subtree is a leaf of a tree of its own, where that is one.
    let within = |case: &Case| {
        let (start, end, leaf) = (case.start?, case.end?, case.first?);
        let size = end.checked_sub(start).filter(|size| *size > 0)?;
        let fits = start % size.checked_next_power_of_two()? == 0;
        fits.then_some((Part::leaf(leaf.checked_sub(start)?), size))
    };
    assert_eq!(run("subtreeinclusion", within), 204);
}

/// Every checkpoint of a published log, and consistency between all pairs of them.
#[test]
fn a_published_log_holds_at_every_size() {
    let key = Verifier::parse(&text("tessera-log.vkey")).unwrap();
    let source = Folder(data("tessera-log"));
    let (witnesses, threads) = (&[][..], 2);
    let log = Wanted { log: &key, witnesses, earlier: None, commitments: false, threads };
    for size in 0..=15u64 {
        let note = text(&format!("tessera-log/checkpoint.{size}"));
        let (now, _) = Checkpoint::verify(&note, &key, &[]).unwrap();
        assert_eq!(now.size, size);
        let tiles = Tiles::new(&source, size);
        for before in 0..=size {
            let note = text(&format!("tessera-log/checkpoint.{before}"));
            let (earlier, _) = Checkpoint::verify(&note, &key, &[]).unwrap();
            let part = Part::first(before);
            let proof = prove(&tiles, part, size).unwrap();
            check(part, earlier.root, (now.size, now.root), &proof).unwrap();
        }
        let report = verify(&source, Wanted { earlier: Some(&note), ..log }).unwrap();
        assert_eq!((report.checkpoint.size, report.earlier.unwrap().size), (15, size));
    }
}

/// 300 leaves: one full tile, a partial one and one above them.
#[test]
fn a_mirrored_log_has_its_root() {
    let note = text("sunlight-mirror/checkpoint");
    let key = Verifier::parse(&text("sunlight-mirror.vkey")).unwrap();
    let seen = note::verify(&note, &[key]).unwrap();
    assert_eq!(seen.signed, [("mirror.example.org".to_owned(), Some(1_767_139_200))]);
    let checkpoint = Checkpoint::parse(&seen.text).unwrap();
    let source = Folder(data("sunlight-mirror"));
    let tiles = Tiles::new(&source, checkpoint.size);
    let whole = obstat_ledger::proof::Hashes::range(&tiles, Part::first(checkpoint.size));
    assert_eq!(whole.unwrap(), checkpoint.root);
}

#[test]
fn notes_and_cosignatures_hold() {
    for (note, key) in [
        ("signed-note/example.note", "signed-note/example.vkey"),
        ("sunlight-witness/witness.checkpoint", "sunlight-witness/witness.vkey"),
        ("sunlight-witness/witness2.checkpoint", "sunlight-witness/witness2.vkey"),
    ] {
        let (note, key) = (text(note), Verifier::parse(&text(key)).unwrap());
        assert_eq!(Verifier::parse(&key.text()).unwrap(), key);
        let found = note::verify(&note, std::slice::from_ref(&key)).unwrap();
        assert_eq!(found.signed.len(), 1);
        let other = note.replacen('e', "E", 1);
        assert_ne!(note::verify(&other, &[key]), Ok(found));
    }
    for name in ["checkpoint", "checkpoint-cosigned", "quasimodo"] {
        let note = text(&format!("signed-note/{name}.note"));
        note::unchecked(&note).unwrap();
        let other = Verifier::parse(&text("signed-note/example.vkey")).unwrap();
        assert_eq!(note::verify(&note, &[other]), Err(NoteError::Unknown));
    }
}
