//! SSH signatures of anybody, as `ssh-keygen` armours them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use obstat_attest::sshsig::Sshsig;

fuzz_target!(|text: &str| {
    if let Ok(found) = Sshsig::parse(text) {
        let again = Sshsig::parse(&found.armour()).expect("a signature reads back");
        assert_eq!(again.armour(), found.armour());
        let _ = found.signed_data(text.as_bytes());
    }
});
