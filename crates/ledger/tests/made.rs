//! Logs that are made here: every byte of one is held, proofs for all pairs, properties of the tree.

#![expect(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

use obstat_ledger::checkpoint::Checkpoint;
use obstat_ledger::entry::{Entry, commitment};
use obstat_ledger::frontier::Frontier;
use obstat_ledger::hash::Hash;
use obstat_ledger::note::Signer;
use obstat_ledger::payload::Payload;
use obstat_ledger::proof::{Part, check, goes_on, prove};
use obstat_ledger::receipt::Receipt;
use obstat_ledger::source::{Tiles, root_of};
use obstat_ledger::tile::{Kind, Tile};
use obstat_ledger::verify::{Finding, Wanted, verify};
use obstat_ledger::writer::Writer;
use proptest::prelude::*;
use std::collections::BTreeMap;

type Files = BTreeMap<String, Vec<u8>>;

fn key() -> Signer {
    Signer::new("log.example/obstat", [7; 32]).unwrap()
}

fn entry(n: u64) -> (Entry, [u8; 32], Vec<u8>) {
    let salt = Hash::of_leaf(&n.to_be_bytes()).0;
    let payload = format!("{{\"n\":{n}}}").into_bytes();
    let at = 1_700_000_000 + i64::try_from(n).unwrap();
    (Entry::new("landing", at, commitment(&salt, &payload)).unwrap(), salt, payload)
}

/// A log of some entries, and its checkpoint.
fn log(size: u64) -> (Files, Checkpoint) {
    let (mut files, mut writer) = (Files::new(), Writer::new());
    let mut emit = |tile: Tile, bytes: &[u8]| {
        files.insert(tile.path(), bytes.to_vec());
    };
    for n in 0..size {
        let (entry, salt, payload) = entry(n);
        assert!(writer.push(&entry.bytes(), &Payload::Here(salt, &payload), &mut emit));
    }
    writer.partial(&mut emit);
    let (origin, root) = (key().verifier().name().to_owned(), writer.frontier().root());
    let checkpoint = Checkpoint { origin, size, root };
    files.insert("checkpoint".to_owned(), checkpoint.signed(&key()).into_bytes());
    (files, checkpoint)
}

fn checked(files: &Files, earlier: Option<&str>) -> Result<u64, Vec<Finding>> {
    let key = key();
    let log = key.verifier();
    let wanted = Wanted { log, witnesses: &[], earlier, commitments: true, threads: 1 };
    verify(files, wanted).map(|report| report.redacted)
}

#[test]
fn logs_of_all_sizes_hold() {
    for size in (0..20).chain([255, 256, 257, 511, 512, 700]) {
        assert_eq!(checked(&log(size).0, None), Ok(0), "{size}");
    }
}

/// One bit of each byte of a log of 500 entries: what is wrong is named with the file that was changed.
#[test]
fn no_byte_of_a_log_can_be_changed() {
    let (files, _) = log(500);
    let places: Vec<(&String, usize)> =
        files.iter().flat_map(|(path, bytes)| (0..bytes.len()).map(move |at| (path, at))).collect();
    assert!(places.len() > 80_000, "{}", places.len());
    let half = |odd: usize| {
        let mut files = files.clone();
        for (n, (path, at)) in places.iter().enumerate().filter(|(n, _)| n % 2 == odd) {
            let bit = 1u8 << (n / 2 % 8);
            let flip = |files: &mut Files| files.get_mut(*path).unwrap()[*at] ^= bit;
            flip(&mut files);
            let found = checked(&files, None).expect_err(&format!("{path}, byte {at}"));
            assert!(found.iter().any(|finding| finding.path == **path), "{path} {at}: {found:?}");
            flip(&mut files);
        }
        assert_eq!(checked(&files, None), Ok(0));
    };
    std::thread::scope(|scope| {
        scope.spawn(|| half(0));
        half(1);
    });
}

/// A file that is gone, cut or of another place.
#[test]
fn no_file_of_a_log_can_be_missing() {
    let (files, _) = log(300);
    for path in files.keys() {
        let mut other = files.clone();
        other.remove(path);
        let found = checked(&other, None).unwrap_err();
        assert!(found.iter().any(|f| f.path == *path), "{path}: {found:?}");
        let mut other = files.clone();
        other.get_mut(path).unwrap().pop();
        assert!(checked(&other, None).is_err(), "{path}");
        other.get_mut(path).unwrap().extend([0; 40]);
        assert!(checked(&other, None).is_err(), "{path}");
    }
}

/// Whoever has the log's key can sign another history, and not one that an earlier checkpoint is a part of.
#[test]
fn a_rewritten_log_is_told_by_an_earlier_checkpoint() {
    for before in [1, 100, 256, 257, 512, 513] {
        let earlier = log(before).1.signed(&key());
        assert_eq!(checked(&log(600).0, Some(&earlier)), Ok(0), "{before}");
        let mut other = log(before).1;
        other.root = Hash::of_leaf(b"another");
        let found = checked(&log(600).0, Some(&other.signed(&key()))).unwrap_err();
        assert!(found[0].to_string().contains("was rewritten"), "{found:?}");
    }
    let later = log(700).1.signed(&key());
    let found = checked(&log(600).0, Some(&later)).unwrap_err();
    assert!(found[0].to_string().contains("was cut"), "{found:?}");
}

/// What was taken out is no more and no less than that.
#[test]
fn a_payload_can_be_taken_out_and_not_replaced() {
    let (mut files, _) = log(10);
    let tile = Tile { kind: Kind::Payloads, index: 0, width: 10 };
    let mut bundle = Vec::new();
    for n in 0..10 {
        let (_, salt, payload) = entry(n);
        let here = if n == 4 { Payload::Redacted } else { Payload::Here(salt, &payload) };
        assert!(obstat_ledger::payload::push(&mut bundle, &here));
    }
    files.insert(tile.path(), bundle);
    assert_eq!(checked(&files, None), Ok(1));
    let mut bundle = Vec::new();
    for n in 0..10 {
        let (_, salt, payload) = entry(if n == 4 { 5 } else { n });
        assert!(obstat_ledger::payload::push(&mut bundle, &Payload::Here(salt, &payload)));
    }
    files.insert(tile.path(), bundle);
    let found = checked(&files, None).unwrap_err();
    assert!(found[0].what.contains("payload of entry 4"), "{found:?}");
}

/// A proof in one file, and what it does not show.
#[test]
fn a_receipt_shows_one_entry_of_one_log() {
    let (files, checkpoint) = log(300);
    let tiles = Tiles::new(&files, 300);
    for index in [0, 1, 255, 256, 299] {
        let hashes = prove(&tiles, Part::leaf(index), 300).unwrap();
        let note = checkpoint.signed(&key());
        let receipt = Receipt { extra: Some(b"x".to_vec()), index, hashes, checkpoint: note };
        let read = Receipt::parse(&receipt.text()).unwrap();
        assert_eq!(read, receipt);
        let own = entry(index).0.bytes();
        read.verify(&own, key().verifier(), &[]).unwrap();
        let other = Signer::new("log.example/obstat", [8; 32]).unwrap();
        assert!(read.verify(&own, other.verifier(), &[]).is_err());
        assert!(read.verify(b"another", key().verifier(), &[]).is_err());
        let moved = Receipt { index: index ^ 1, ..read };
        assert!(moved.verify(&own, key().verifier(), &[]).is_err());
    }
    for text in
        ["", "c2sp.org/tlog-proof@v1\nindex 01\n\nx", "c2sp.org/tlog-proof@v1\nindex 1\nx\n\nx"]
    {
        assert!(Receipt::parse(text).is_err(), "{text}");
    }
}

#[test]
fn paths_are_as_published() {
    let tile = |kind, index, width| Tile { kind, index, width };
    for (tile, path) in [
        (tile(Kind::Hashes(0), 1_234_067, 256), "tile/0/x001/x234/067"),
        (tile(Kind::Hashes(3), 0, 1), "tile/3/000.p/1"),
        (tile(Kind::Entries, 1_000, 255), "tile/entries/x001/000.p/255"),
        (tile(Kind::Payloads, 999, 256), "tile/payloads/999"),
    ] {
        assert_eq!(tile.path(), path);
        assert_eq!(Tile::parse(path), Some(tile));
    }
    for odd in [
        "tile/0/1",
        "tile/0/x000/001",
        "tile/8/000",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "0/000",
    ] {
        assert_eq!(Tile::parse(odd), None, "{odd}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Proofs of all parts hold, and no other part, size or root.
    #[test]
    fn proofs_show_what_they_are_of(size in 1u64..600, a in 0u64..600, b in 0u64..600, wrong in 0usize..64) {
        let (files, checkpoint) = log(size);
        let tiles = Tiles::new(&files, size);
        let (index, before) = (a % size, b % size + 1);
        let leaf = Hash::of_leaf(&entry(index).0.bytes());
        let proof = prove(&tiles, Part::leaf(index), size).unwrap();
        let whole = (size, checkpoint.root);
        prop_assert_eq!(check(Part::leaf(index), leaf, whole, &proof), Ok(()));
        prop_assert!(check(Part::leaf(index), leaf, (size, Hash::of_leaf(b"")), &proof).is_err());
        if index ^ 1 < size {
            prop_assert!(check(Part::leaf(index ^ 1), leaf, whole, &proof).is_err());
        }
        let first = log(before).1;
        let proof = prove(&tiles, Part::first(before), size).unwrap();
        prop_assert_eq!(goes_on((before, first.root), whole, &proof), Ok(()));
        if !proof.is_empty() {
            let mut other = proof.clone();
            let at = wrong % other.len();
            other[at] = Hash::of_leaf(&other[at].0);
            prop_assert!(goes_on((before, first.root), whole, &other).is_err());
            other.pop();
            prop_assert!(goes_on((before, first.root), whole, &other).is_err());
        }
    }

    /// The edge that grows has the root of the tree at once.
    #[test]
    fn the_edge_has_the_root(size in 0u64..300) {
        let leaves: Vec<Hash> = (0..size).map(|n| Hash::of_leaf(&n.to_be_bytes())).collect();
        let mut frontier = Frontier::new();
        leaves.iter().for_each(|leaf| frontier.push(*leaf, |_, _, _| {}));
        prop_assert_eq!(frontier.root(), root_of(&leaves));
        prop_assert_eq!(Frontier::of(size, frontier.edge().to_vec()), Some(frontier));
    }
}

/// The page shows these bytes.
#[test]
fn the_page_shows_what_is_written() {
    let page = include_str!("../../../docs/formats/ledger.md");
    let (files, checkpoint) = log(3);
    let tiles = Tiles::new(&files, 3);
    let hashes = prove(&tiles, Part::leaf(1), 3).unwrap();
    let proof = Receipt { extra: None, index: 1, hashes, checkpoint: String::new() }.text();
    let entry = String::from_utf8(entry(0).0.bytes()).unwrap();
    let (note, key) = (checkpoint.signed(&key()), key().verifier().text());
    for text in [entry, note, key, proof] {
        assert!(page.contains(text.trim_end()), "{text}");
    }
}
