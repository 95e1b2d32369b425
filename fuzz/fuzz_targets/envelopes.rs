//! Statements, records and trust files of anybody: what is read is written as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use obstat_attest::{Envelope, record, statement, trust};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(envelope) = Envelope::parse(bytes) {
        let again = Envelope::parse(&envelope.encode()).expect("an envelope reads back");
        assert_eq!(again.statement(), envelope.statement());
        assert_eq!(again.signature(), envelope.signature());
    }
    // One form: whatever parses is the only way to write what it says.
    if let Ok(found) = statement::parse(bytes) {
        assert_eq!(statement::encode(&found).expect("it was one"), bytes);
    }
    let _ = record::claimed_landing(bytes);
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(root) = trust::parse(text)
    {
        assert_eq!(trust::parse(&trust::encode(&root)).expect("a trust file reads back"), root);
    }
});
