//! The compact form: what went in comes out, and anything else is a roster or nothing.

use super::*;
use crate::roster::samples::rosters;
use proptest::prelude::*;
use proptest::sample::Index;

#[test]
fn other_versions_and_rests_are_nothing() {
    let bytes = encode(&Roster::new(RosterParts::default()));
    assert!(decode(&bytes).is_some());
    assert_eq!(bytes.first(), Some(&VERSION));
    for version in [0, 1, 255] {
        let mut other = bytes.clone();
        other[0] = version;
        assert!(decode(&other).is_none(), "{version}");
    }
    let mut longer = bytes;
    longer.push(0);
    assert!(decode(&longer).is_none());
    assert!(decode(&[]).is_none() && decode(&[VERSION]).is_none());
}

#[test]
fn names_that_no_file_could_hold_are_nothing() {
    let long = "x".repeat(NAME_MAX + 1);
    for name in ["", "a b", "a\u{202e}", &long] {
        let twin = Twin {
            ladder: vec![name],
            owners: vec![],
            quorum: 1,
            delay: 0,
            devices: None,
            scopes: vec![],
            people: 0,
            agents: vec![],
            services: vec![],
        };
        let bytes = postcard::to_extend(&twin, vec![VERSION]).unwrap();
        assert!(decode(&bytes).is_none(), "{name:?}");
    }
}

/// A length that promises more than there is must not be believed.
#[test]
fn huge_lengths_allocate_nothing() {
    let bytes = [VERSION, 0xff, 0xff, 0xff, 0xff, 0x0f];
    assert!(decode(&bytes).is_none());
}

proptest! {
    #[test]
    fn what_went_in_comes_out(roster in rosters()) {
        let bytes = encode(&roster);
        prop_assert_eq!(decode(&bytes), Some(roster));
    }

    #[test]
    fn cut_bytes_are_nothing(roster in rosters(), at in any::<Index>()) {
        let mut bytes = encode(&roster);
        bytes.truncate(at.index(bytes.len()));
        prop_assert!(decode(&bytes).is_none());
    }

    /// A change gives nothing or another roster, which then has a form of its own.
    #[test]
    fn changed_bytes_never_panic(
        roster in rosters(),
        changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = encode(&roster);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(other) = decode(&bytes) {
            prop_assert_eq!(decode(&encode(&other)), Some(other));
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        bytes.insert(0, VERSION);
        let _ = decode(&bytes);
    }
}
