//! Checkpoints, proofs, entries, bundles and paths of a log that anybody shows.
#![no_main]

use libfuzzer_sys::fuzz_target;
use obstat_ledger::checkpoint::Checkpoint;
use obstat_ledger::entry::Entry;
use obstat_ledger::note::{self, Signer, Verifier};
use obstat_ledger::receipt::Receipt;
use obstat_ledger::tile::Tile;
use obstat_ledger::{bundle, payload};

fuzz_target!(|bytes: &[u8]| {
    if let Some(entry) = Entry::parse(bytes) {
        assert_eq!(entry.bytes(), bytes);
    }
    if let Some(entries) = bundle::entries(bytes) {
        let mut again = Vec::new();
        assert!(entries.iter().all(|entry| bundle::push(&mut again, entry)));
        assert_eq!(again, bytes);
    }
    if let Some(payloads) = payload::payloads(bytes) {
        let mut again = Vec::new();
        assert!(payloads.iter().all(|one| payload::push(&mut again, one)));
        assert_eq!(again, bytes);
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Some(tile) = Tile::parse(text) {
        assert_eq!(tile.path(), text);
    }
    let key = Signer::new("log.example/obstat", [7; 32]).expect("a key");
    if let Ok(own) = Verifier::parse(text) {
        assert_eq!(Verifier::parse(&own.text()), Ok(own));
    }
    // Nobody else has this key.
    assert!(note::verify(text, std::slice::from_ref(key.verifier())).is_err() || text.contains("qgI8fzCyL2Ls"));
    let _ = note::unchecked(text).map(Checkpoint::parse);
    if let Ok(receipt) = Receipt::parse(text) {
        assert_eq!(Receipt::parse(&receipt.text()), Ok(receipt.clone()));
        let _ = receipt.verify(b"entry", key.verifier(), &[]);
    }
});
