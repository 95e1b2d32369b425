//! Authorship notes of anybody.
#![no_main]

use libfuzzer_sys::fuzz_target;
use obstat_model::object::Oid;
use obstat_provenance::{Fingerprints, note};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(found) = note::parse(bytes) {
        let _ = found.ai_lines();
        let _ = found.evidence(&Fingerprints::builtin(), Oid::Sha1([1; 20]));
    }
});
