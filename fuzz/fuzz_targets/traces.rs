//! Agent Trace records of anybody.
#![no_main]

use libfuzzer_sys::fuzz_target;
use obstat_provenance::{Fingerprints, trace};

fuzz_target!(|bytes: &[u8]| {
    for record in trace::parse(bytes).unwrap_or_default() {
        let _ = record.evidence(&Fingerprints::builtin());
    }
});
