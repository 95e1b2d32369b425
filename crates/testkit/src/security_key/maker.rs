//! A made-up maker of security keys: issues certificates to devices and writes the file of
//! `ssh-keygen -O write-attestation`.

use super::{SecurityKey, UP, UV, string};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, IsCa, Issuer, KeyPair,
    SigningKey as _,
};
use sha2::{Digest as _, Sha256};

/// Object identifier of the extension that names a device's model.
const OID_MODEL: [u64; 9] = [1, 3, 6, 1, 4, 1, 45724, 1, 1];

/// What a device says, and what its certificate says; the default holds.
#[derive(Debug, Clone)]
pub struct Form {
    /// Flags when the key was made, without those that say what follows.
    pub flags: u8,
    /// The model as the device says.
    pub model: [u8; 16],
    /// The model as the certificate says, if it does.
    pub certified_model: Option<[u8; 16]>,
    /// The unit in the certificate's subject.
    pub unit: &'static str,
    /// Whether the certificate is one that may issue others.
    pub issues: bool,
    /// Extensions, as CBOR; none when empty.
    pub extensions: Vec<u8>,
}

impl Default for Form {
    fn default() -> Self {
        let model = [7; 16];
        Self {
            flags: UP | UV,
            model,
            certified_model: Some(model),
            unit: "Authenticator Attestation",
            issues: false,
            // {"credProtect": 3}, as `-O verify-required` asks for.
            extensions: [&[0xa1, 0x6b][..], b"credProtect", &[3]].concat(),
        }
    }
}

/// A maker.
pub struct Maker {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Maker {
    /// A maker of this name.
    ///
    /// # Panics
    /// When no certificate can be made.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// Its certificate as PEM.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// A certificate of a device, as PEM and as DER, with its key.
    fn device(&self, form: &Form) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::default();
        let name = &mut params.distinguished_name;
        name.push(DnType::OrganizationName, "Made-up Keys");
        name.push(DnType::OrganizationalUnitName, form.unit);
        name.push(DnType::CommonName, "Made-up Key 1");
        let limit = BasicConstraints::Constrained(0);
        params.is_ca = if form.issues { IsCa::Ca(limit) } else { IsCa::ExplicitNoCa };
        params.custom_extensions.extend(form.certified_model.map(|model| {
            let octets = [&[0x04, 0x10], &model[..]].concat();
            CustomExtension::from_oid_content(&[&OID_MODEL[..], &[4]].concat(), octets)
        }));
        (params.signed_by(&key, &self.issuer).expect("a certificate"), key)
    }

    /// A certificate of a device, as PEM.
    #[must_use]
    pub fn device_pem(&self) -> String {
        self.device(&Form::default()).0.pem()
    }

    /// The file of a key that one of its devices made.
    ///
    /// # Panics
    /// When it cannot be made.
    #[must_use]
    pub fn attest(&self, key: &SecurityKey, challenge: &[u8], form: &Form) -> Vec<u8> {
        let (certificate, secret) = self.device(form);
        let data = data(key, form);
        let signed = [data.as_slice(), Sha256::digest(challenge).as_slice()].concat();
        let signature = secret.sign(&signed).expect("a signature");
        let wrapped = [&[0x59][..], &(data.len() as u16).to_be_bytes(), &data].concat();
        let parts = [b"ssh-sk-attest-v01".as_slice(), certificate.der(), &signature, &wrapped];
        let mut out: Vec<u8> = parts.iter().flat_map(|part| string(part)).collect();
        out.extend([0; 8]);
        out
    }
}

/// Authenticator data (WebAuthn Level 3 §6.1).
fn data(key: &SecurityKey, form: &Form) -> Vec<u8> {
    let mut data = Sha256::digest(key.application.as_bytes()).to_vec();
    let more = if form.extensions.is_empty() { 0x40 } else { 0xc0 };
    data.push(form.flags | more);
    data.extend(5_u32.to_be_bytes());
    data.extend(form.model);
    data.extend([0, 8]);
    data.extend(*b"a handle");
    data.extend(key.cose());
    data.extend(&form.extensions);
    data
}
