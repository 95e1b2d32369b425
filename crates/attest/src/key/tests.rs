//! Lines and fingerprints, compared with those of OpenSSH.

use super::*;
use crate::seal;
use crate::tests::samples::person_key;
use obstat_testkit::Scratch;
use proptest::prelude::*;

const GOOD: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4F1r7lHSHqU4FHTSSS7Ip5DHVmsS0oUvZ+wuyJbNG5";

#[test]
fn a_line_reads_back() {
    for text in [GOOD.to_owned(), format!("{GOOD}\n"), format!("{GOOD} some comment\r\n")] {
        let found = parse_line(&text).unwrap();
        assert_eq!(line_of(&found.blob).unwrap(), GOOD);
        assert_eq!(found.id, id_of(&found.blob));
    }
}

#[test]
fn other_lines_are_refused() {
    let other = GOOD.replace("ssh-ed25519 ", "ssh-rsa ");
    for (text, wanted) in [
        ("", KeyLineError::Shape),
        ("ssh-ed25519", KeyLineError::Shape),
        (&format!("{GOOD}\n{GOOD}"), KeyLineError::Shape),
        ("ssh-ed25519 AAAA!", KeyLineError::Base64),
        ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4F", KeyLineError::Key(KeyError::Malformed)),
        (&other, KeyLineError::Type { said: "ssh-rsa".to_owned(), found: "ssh-ed25519" }),
        (
            "ssh-dss AAAAB3NzaC1kc3M=",
            KeyLineError::Key(KeyError::Unsupported("ssh-dss".to_owned())),
        ),
    ] {
        assert_eq!(parse_line(text), Err(wanted), "{text}");
    }
    assert!(parse_line(&"x ".repeat(LINE_MAX)).is_err());
}

#[test]
fn fingerprints_are_those_of_openssh() {
    let scratch = Scratch::new();
    for seed in 1..5 {
        let blob = seal::blob_of(&person_key(seed));
        scratch.write("key.pub", format!("{} comment\n", line_of(&blob).unwrap()));
        let shown = scratch.run(".", &["ssh-keygen", "-l", "-f", "key.pub"], &[], "").ok();
        assert_eq!(shown.split(' ').nth(1), Some(&*fingerprint(id_of(&blob))));
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text: String, bytes: Vec<u8>) {
        let _ = (parse_line(&text), parse_line(&format!("ssh-ed25519 {text}")), line_of(&bytes));
    }
}
