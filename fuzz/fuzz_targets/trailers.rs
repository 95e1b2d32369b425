//! Commit messages of anybody: trailers and co-authors are read, and nothing else happens.
#![no_main]

use libfuzzer_sys::fuzz_target;
use obstat_provenance::trailer;

fuzz_target!(|message: &[u8]| {
    let found: Vec<_> = trailer::trailers(message).collect();
    let authors = trailer::co_authors(message);
    // A co-author comes from a trailer.
    assert!(authors.is_empty() || !found.is_empty());
});
