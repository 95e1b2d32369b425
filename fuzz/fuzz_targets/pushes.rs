//! What git hands to a hook, and objects that a push brings.
#![no_main]

use libfuzzer_sys::fuzz_target;
use obstat_git::hook::parse_updates;
use obstat_model::object::RefName;

fuzz_target!(|text: &str| {
    if let Ok(updates) = parse_updates(text, 1_000) {
        assert_eq!(updates.len(), text.lines().count());
        for update in updates {
            assert!(RefName::parse(update.name.as_str()).is_ok());
        }
    }
});
