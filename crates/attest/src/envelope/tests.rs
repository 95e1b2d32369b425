//! Envelopes: one encoding, and bytes that stock tools can take out again.

#![expect(clippy::string_slice, reason = "the samples are ASCII")]

use super::*;
use crate::tests::samples::{acts, golden, mutated, on_page, roster, signed, statement};
use crate::verify::{VerifyOptions, verify_bytes};
use obstat_model::statement::Act;
use obstat_testkit::Scratch;
use proptest::prelude::*;

fn sample() -> Vec<u8> {
    signed(&statement(Act::Approve), 1)
}

#[test]
fn golden_bytes_and_page() {
    golden("approve.envelope", &sample());
    on_page("envelope", &sample());
}

#[test]
fn parse_gives_what_was_put_in() {
    for act in acts() {
        let bytes = signed(&statement(act), 1);
        let found = Envelope::parse(&bytes).unwrap();
        assert_eq!(found.encode(), bytes);
        assert_eq!(found.statement_hash().as_bytes(), sha256(found.statement()).as_bytes());
        let (statement, signature) = (found.statement().to_vec(), found.signature().to_owned());
        assert_eq!(Envelope::new(statement, signature).unwrap(), found);
    }
}

#[test]
fn the_armour_gets_its_only_form() {
    let found = Envelope::parse(&sample()).unwrap();
    let body: String = found.signature().lines().filter(|l| !l.starts_with('-')).collect();
    let wide = format!("-----BEGIN SSH SIGNATURE-----\n{body}\n-----END SSH SIGNATURE-----");
    assert_eq!(Envelope::new(found.statement().to_vec(), wide.clone()).unwrap(), found);
    let stored = String::from_utf8(found.encode()).unwrap();
    let stored = stored.replace(&quoted(found.signature()), &quoted(&wide));
    assert_eq!(Envelope::parse(stored.as_bytes()), Err(EnvelopeError::NotCanonical));
}

#[test]
fn other_forms_and_members_are_refused() {
    let sample = String::from_utf8(sample()).unwrap();
    for (old, new) in [
        ("{\"version\":1,\n", "{\"version\":1,"),
        ("{\"version\":1", "{\"version\":1,\"version\":1"),
        ("{\"version\":1", "{\"x\":1,\"version\":1"),
        ("{\"version\":1", "{\"version\":1.0"),
        ("\"version\":1,\n", ""),
        ("\\\"_type", "\\u0022_type"),
        ("}\n", "}"),
        ("}\n", "}\n\n"),
        ("}\n", "}\nx"),
        ("{\"version\"", "\u{feff}{\"version\""),
        ("\\n-----END", "\\r\\n-----END"),
        ("SIGNATURE-----\\n\"", "SIGNATURE-----\\nx\""),
        ("SIGNATURE-----\\n\"", "SIGNATURE-----\""),
    ] {
        let at = sample.rfind(old).unwrap_or_else(|| panic!("{old}"));
        let changed = format!("{}{new}{}", &sample[..at], &sample[at + old.len()..]);
        assert!(Envelope::parse(changed.as_bytes()).is_err(), "{new}");
    }
}

#[test]
fn another_version_says_so() {
    for found in [
        "{\"version\":2,\"statement\":{}}",
        "{\"version\":2,\"statement\":\"\",\"signature\":\"\"}",
    ] {
        assert_eq!(Envelope::parse(found.as_bytes()), Err(EnvelopeError::Version(2)));
    }
    assert!(matches!(Envelope::parse(b"{}"), Err(EnvelopeError::Syntax(_))));
}

#[test]
fn a_statement_is_one_line_of_printable_ascii() {
    let signature = Envelope::parse(&sample()).unwrap().signature().to_owned();
    for bad in [&b""[..], b"a\nb", b"a\tb", b"\x7f", b"\xc3\xa1", b"\xff", b"\0"] {
        let found = Envelope::new(bad.to_vec(), signature.clone());
        assert_eq!(found, Err(EnvelopeError::Statement), "{bad:?}");
    }
    assert!(Envelope::new(br#"{"a\"b":1}"#.to_vec(), signature).is_ok());
    let none = Envelope::new(b"{}".to_vec(), "no signature".to_owned());
    assert!(matches!(none, Err(EnvelopeError::Signature(_))));
}

#[test]
fn sizes_have_limits() {
    let signature = Envelope::parse(&sample()).unwrap().signature().to_owned();
    // Quotes double when they are stored.
    for (byte, length) in [(b'a', ENVELOPE_MAX), (b'"', ENVELOPE_MAX / 2)] {
        let found = Envelope::new(vec![byte; length], signature.clone());
        assert!(matches!(found, Err(EnvelopeError::TooLarge(_))), "{byte}");
    }
    assert!(Envelope::parse(&vec![b' '; ENVELOPE_MAX + 1]).is_err());
    assert!(Envelope::new(vec![b'"'; ENVELOPE_MAX / 4], signature).is_ok());
}

/// Every byte counts: no other byte in its place is believed.
#[test]
fn every_changed_byte_is_refused() {
    let (sample, roster) = (sample(), roster());
    let options = VerifyOptions::default();
    assert!(verify_bytes(&sample, &roster, &options).is_ok());
    for at in 0..sample.len() {
        for mask in [1u8, 2, 4, 8, 16, 32, 64, 128, 255] {
            let mut changed = sample.clone();
            changed[at] ^= mask;
            assert!(verify_bytes(&changed, &roster, &options).is_err(), "byte {at} ^ {mask}");
        }
    }
}

/// The commands of the format page.
#[test]
fn a_shell_takes_the_bytes_out_exactly() {
    let scratch = Scratch::new();
    let envelope = Envelope::parse(&sample()).unwrap();
    scratch.write("envelope", envelope.encode());
    let statement = "sed -n 's/^\"statement\":\"\\(.*\\)\",$/\\1/p' envelope | sed 's/\\\\\\(.\\)/\\1/g' \
                     | tr -d '\\n' > statement";
    let signature =
        "printf '%b' \"$(sed -n 's/^\"signature\":\"\\(.*\\)\"}$/\\1/p' envelope)\" > signature";
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/formats/envelope.md");
    let page = std::fs::read_to_string(page).unwrap();
    for command in [statement, signature] {
        assert!(page.contains(command), "{command}");
        scratch.run(".", &["sh", "-c", command], &[], "").ok();
    }
    assert_eq!(std::fs::read(scratch.at("statement")).unwrap(), envelope.statement());
    assert_eq!(std::fs::read(scratch.at("signature")).unwrap(), envelope.signature().as_bytes());
    let sum = scratch.run(".", &["sha256sum", "statement"], &[], "").ok();
    assert!(sum.starts_with(&envelope.statement_hash().to_string()));
}

proptest! {
    #[test]
    fn any_line_of_ascii_comes_back(text in "[ -~]{1,300}") {
        let signature = Envelope::parse(&sample()).unwrap().signature().to_owned();
        let written = Envelope::new(text.clone().into_bytes(), signature).unwrap();
        let found = Envelope::parse(&written.encode()).unwrap();
        prop_assert_eq!(found.statement(), text.as_bytes());
        prop_assert_eq!(found, written);
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
        let _ = Envelope::parse(&bytes);
    }

    #[test]
    fn changed_bytes_have_one_encoding_or_none(changed in mutated(sample())) {
        if let Ok(found) = Envelope::parse(&changed) {
            prop_assert_eq!(found.encode(), changed);
        }
    }
}
