//! Attestations that hold, and for each thing that must hold one that does not.

use super::*;
use obstat_testkit::security_key::{BE, Form, Maker, SecurityKey, UP, UV};
use proptest::prelude::*;

const CHALLENGE: &[u8] = b"obstat-attestation@v1 mira";

/// What `check` says of a file of this form, with the maker trusted.
fn of(form: &Form) -> Result<Model, AttestationError> {
    let (maker, key) = (Maker::new("Made-up Keys Root"), SecurityKey::ed25519(1));
    let makers = Makers::parse(maker.pem().as_bytes()).unwrap();
    check(&maker.attest(&key, CHALLENGE, form), CHALLENGE, &key.blob(), &makers)
}

#[test]
fn a_device_of_a_trusted_maker_attests_both_kinds_of_keys() {
    let maker = Maker::new("Made-up Keys Root");
    let makers = Makers::parse(maker.pem().as_bytes()).unwrap();
    for key in [SecurityKey::ed25519(1), SecurityKey::ecdsa(2)] {
        for extensions in [Form::default().extensions, Vec::new()] {
            let form = Form { extensions, ..Form::default() };
            let file = maker.attest(&key, CHALLENGE, &form);
            assert_eq!(check(&file, CHALLENGE, &key.blob(), &makers), Ok(Model([7; 16])));
        }
    }
    assert_eq!(of(&Form { flags: UP, ..Form::default() }), Ok(Model([7; 16])));
    assert_eq!(of(&Form { certified_model: None, ..Form::default() }), Ok(Model([7; 16])));
    assert_eq!(Model([7; 16]).to_string(), "07070707-0707-0707-0707-070707070707");
}

#[test]
fn what_a_device_or_its_certificate_says_can_refuse_it() {
    use AttestationError::{Certificate, Copyable, NotTouched};
    let good = Form::default();
    for (form, wanted) in [
        (Form { flags: UV, ..good.clone() }, NotTouched),
        (Form { flags: UP | UV | BE, ..good.clone() }, Copyable),
        (Form { model: [8; 16], ..good.clone() }, Certificate("is of another model")),
        (Form { unit: "Web Server", ..good.clone() }, Certificate("is not one for attestation")),
        (Form { issues: true, ..good.clone() }, Certificate("is a maker's")),
    ] {
        assert_eq!(of(&form), Err(wanted), "{form:?}");
    }
}

#[test]
fn another_maker_of_the_same_name_is_not_trusted() {
    let (maker, key) = (Maker::new("Made-up Keys Root"), SecurityKey::ed25519(1));
    let file = maker.attest(&key, CHALLENGE, &Form::default());
    let one = Maker::new("Made-up Keys Root");
    let makers = Makers::parse(one.pem().as_bytes()).unwrap();
    let found = check(&file, CHALLENGE, &key.blob(), &makers);
    assert_eq!(found, Err(AttestationError::UnknownMaker));
    // It is as soon as it is in the file, wherever.
    let both = format!("{}{}", one.pem(), maker.pem());
    let makers = Makers::parse(both.as_bytes()).unwrap();
    assert!(check(&file, CHALLENGE, &key.blob(), &makers).is_ok());
}

#[test]
fn a_file_is_of_one_key_application_and_challenge() {
    let (maker, key) = (Maker::new("Made-up Keys Root"), SecurityKey::ed25519(1));
    let makers = Makers::parse(maker.pem().as_bytes()).unwrap();
    let file = maker.attest(&key, CHALLENGE, &Form::default());
    let of = |challenge: &[u8], blob: &[u8]| check(&file, challenge, blob, &makers);
    assert_eq!(of(b"obstat-attestation@v1 omar", &key.blob()), Err(AttestationError::Challenge));
    let other = [SecurityKey::ed25519(2), SecurityKey::ecdsa(1)];
    for other in other {
        assert_eq!(of(CHALLENGE, &other.blob()), Err(AttestationError::OtherKey));
    }
    let mut elsewhere = key.blob();
    let end = elsewhere.len() - 4;
    elsewhere.splice(end.., *b"SSH:");
    assert_eq!(of(CHALLENGE, &elsewhere), Err(AttestationError::OtherApplication));
    let plain = crate::key::parse_line(
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4F1r7lHSHqU4FHTSSS7Ip5DHVmsS0oUvZ+wuyJbNG5",
    );
    assert_eq!(of(CHALLENGE, &plain.unwrap().blob), Err(AttestationError::NoSecurityKey));
}

#[test]
fn makers_are_certificates_that_may_issue() {
    let maker = Maker::new("Made-up Keys Root");
    for bad in ["", "no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        assert_eq!(Makers::parse(bad.as_bytes()), Err(AttestationError::NoMakers), "{bad}");
    }
    let both = format!("{}{}", maker.pem(), maker.device_pem());
    let found = Makers::parse(both.as_bytes());
    assert!(matches!(found, Err(AttestationError::Maker { number: 2, .. })), "{found:?}");
}

#[test]
fn old_files_and_devices_that_vouch_for_themselves_are_told_apart() {
    let (maker, key) = (Maker::new("Made-up Keys Root"), SecurityKey::ed25519(1));
    let makers = Makers::parse(maker.pem().as_bytes()).unwrap();
    let file = maker.attest(&key, CHALLENGE, &Form::default());
    let of = |file: &[u8]| check(file, CHALLENGE, &key.blob(), &makers);
    let mut old = file.clone();
    old[4 + 16] = b'0';
    assert_eq!(of(&old), Err(AttestationError::Old));
    // Without its certificate.
    let length = u32::from_be_bytes(file[21..25].try_into().unwrap()) as usize;
    let alone = [&file[..21], &[0; 4], &file[25 + length..]].concat();
    assert_eq!(of(&alone), Err(AttestationError::NoCertificate));
}

/// A certificate that an RSA key issued, as most makers' are; and the same with SHA-1.
#[test]
fn a_maker_with_an_rsa_key_is_known() {
    let makers = Makers::parse(include_bytes!("tests/rsa-maker.pem")).unwrap();
    let file = include_bytes!("tests/rsa-attestation.bin");
    let key = crate::key::parse_line(include_str!("tests/rsa-key.pub").trim()).unwrap();
    assert_eq!(check(file, CHALLENGE, &key.blob, &makers), Ok(Model([7; 16])));
    let file = include_bytes!("tests/rsa-sha1-attestation.bin");
    let found = check(file, CHALLENGE, &key.blob, &makers);
    assert_eq!(found, Err(AttestationError::UnknownMaker));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is changed, cut or added, nothing is proven by it.
    #[test]
    fn no_other_bytes_hold(at in any::<prop::sample::Index>(), bit in 0..8_u32, cut in any::<bool>()) {
        let (maker, key) = (Maker::new("Made-up Keys Root"), SecurityKey::ecdsa(3));
        let makers = Makers::parse(maker.pem().as_bytes()).unwrap();
        let mut file = maker.attest(&key, CHALLENGE, &Form::default());
        // The reserved fields at the end are nobody's.
        let at = at.index(file.len() - 8);
        if cut { file.truncate(at) } else { file[at] ^= 1 << bit }
        prop_assert!(check(&file, CHALLENGE, &key.blob(), &makers).is_err());
        file.push(0);
        prop_assert!(check(&file, CHALLENGE, &key.blob(), &makers).is_err());
    }

    #[test]
    fn hostile_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let key = SecurityKey::ed25519(1).blob();
        prop_assert!(Makers::parse(&bytes).is_err());
        let maker = Maker::new("Made-up Keys Root");
        let makers = Makers::parse(maker.pem().as_bytes()).unwrap();
        let mut file = b"\0\0\0\x11ssh-sk-attest-v01".to_vec();
        file.extend(bytes);
        prop_assert!(check(&file, CHALLENGE, &key, &makers).is_err());
    }
}
