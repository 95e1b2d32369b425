//! Certificates of devices and of their makers (RFC 5280; WebAuthn Level 3 §8.2.1); knows no
//! authenticator data.

use super::{AttestationError, Model};
use ring::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use x509_cert::Certificate;
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::certificate::Version;
use x509_cert::der::asn1::{ObjectIdentifier, OctetString};
use x509_cert::der::oid::AssociatedOid as _;
use x509_cert::der::{Decode as _, Encode as _};
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage};
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

/// Most certificates in a file of makers.
const MAKERS_MAX: usize = 100;
const OID_MODEL: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.45724.1.1.4");
const OID_UNIT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");
const OID_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const OID_EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const OID_P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const OID_P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const OID_RSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const OID_RSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
const OID_RSA_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");
const OID_ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const OID_ECDSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
/// What a device's certificate says of itself.
const UNIT: &[u8] = b"Authenticator Attestation";

/// Makers of devices that are trusted: certificates that issued those of devices. Each is trusted
/// by itself, whether somebody else issued it or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Makers(Vec<Certificate>);

impl Makers {
    /// Reads a PEM file of certificates.
    ///
    /// # Errors
    /// [`AttestationError`] when it is none, or when one of them may not issue others.
    pub fn parse(pem: &[u8]) -> Result<Self, AttestationError> {
        let found = Certificate::load_pem_chain(pem).map_err(|_| AttestationError::NoMakers)?;
        if found.is_empty() || found.len() > MAKERS_MAX {
            return Err(AttestationError::NoMakers);
        }
        for (i, certificate) in found.iter().enumerate() {
            if !may_issue(certificate) {
                let why = "may not issue others: its basic constraints do not say CA";
                return Err(AttestationError::Maker { number: i + 1, why });
            }
        }
        Ok(Self(found))
    }

    /// Whether one of them issued a device's certificate.
    pub(super) fn issued(&self, device: &Device) -> bool {
        let inner = device.0.tbs_certificate();
        // Written anew, it is what was signed only if it was in its one form.
        let Ok(signed) = inner.to_der() else { return false };
        let algorithm = device.0.signature_algorithm();
        let Some(signature) = device.0.signature().as_bytes() else { return false };
        inner.signature() == algorithm
            && self.0.iter().map(Certificate::tbs_certificate).any(|maker| {
                maker.subject() == inner.issuer()
                    && verifies(maker.subject_public_key_info(), algorithm, &signed, signature)
            })
    }
}

fn may_issue(certificate: &Certificate) -> bool {
    let found = certificate.tbs_certificate().get_extension::<BasicConstraints>();
    matches!(found, Ok(Some((_, constraints))) if constraints.ca)
}

/// A device's certificate.
pub(super) struct Device(Certificate);

impl Device {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, AttestationError> {
        let bad = AttestationError::Certificate;
        let found = Certificate::from_der(bytes).map_err(|_| bad("is no X.509 certificate"))?;
        if found.tbs_certificate().version() != Version::V3 {
            return Err(bad("is not of version 3"));
        }
        let constraints = found.tbs_certificate().get_extension::<BasicConstraints>();
        match constraints {
            Ok(Some((_, constraints))) if !constraints.ca => {}
            Ok(Some(_)) => return Err(bad("is a maker's")),
            _ => return Err(bad("does not say that it issues no others")),
        }
        let extensions = found.tbs_certificate().extensions();
        let mut critical = extensions.into_iter().flatten().filter(|e| e.critical);
        if critical.any(|e| e.extn_id != BasicConstraints::OID && e.extn_id != KeyUsage::OID) {
            return Err(bad("has a critical extension that is not known"));
        }
        let is_unit =
            |value: &AttributeTypeAndValue| value.oid == OID_UNIT && value.value.value() == UNIT;
        let subject = found.tbs_certificate().subject();
        if !subject.iter_rdn().any(|part| part.iter().any(is_unit)) {
            return Err(bad("is not one for attestation"));
        }
        Ok(Self(found))
    }

    /// The model that it is of, where it says so: an octet string in an extension.
    pub(super) fn model(&self) -> Result<Option<Model>, AttestationError> {
        let bad = AttestationError::Certificate("names its model in a form that is not known");
        let extensions = self.0.tbs_certificate().extensions();
        let mut named = extensions.into_iter().flatten().filter(|e| e.extn_id == OID_MODEL);
        let Some(first) = named.next() else { return Ok(None) };
        let octets = OctetString::from_der(first.extn_value.as_bytes()).ok();
        let model = octets.and_then(|octets| octets.as_bytes().try_into().ok());
        match (model, named.next()) {
            (Some(model), None) => Ok(Some(Model(model))),
            _ => Err(bad),
        }
    }

    /// Whether its key made a signature: ECDSA with P-256 and SHA-256, as all devices do.
    pub(super) fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let algorithm = AlgorithmIdentifierOwned { oid: OID_ECDSA_SHA256, parameters: None };
        let key = self.0.tbs_certificate().subject_public_key_info();
        curve(key) == Some(OID_P256) && verifies(key, &algorithm, message, signature)
    }
}

fn verifies(
    key: &SubjectPublicKeyInfoOwned,
    algorithm: &AlgorithmIdentifierOwned,
    message: &[u8],
    signature: &[u8],
) -> bool {
    let bits = key.subject_public_key.as_bytes();
    let (Some(how), Some(bits)) = (how(key, algorithm), bits) else { return false };
    UnparsedPublicKey::new(how, bits).verify(message, signature).is_ok()
}

/// The curve of an elliptic-curve key.
fn curve(key: &SubjectPublicKeyInfoOwned) -> Option<ObjectIdentifier> {
    if key.algorithm.oid != OID_EC {
        return None;
    }
    key.algorithm.parameters.as_ref()?.decode_as().ok()
}

/// SHA-1 and RSA of fewer than 2048 bits are not among them.
fn how(
    key: &SubjectPublicKeyInfoOwned,
    algorithm: &AlgorithmIdentifierOwned,
) -> Option<&'static dyn VerificationAlgorithm> {
    let curve = curve(key);
    let rsa = key.algorithm.oid == OID_RSA;
    match algorithm.oid {
        OID_RSA_SHA256 if rsa => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
        OID_RSA_SHA384 if rsa => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
        OID_RSA_SHA512 if rsa => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
        OID_ECDSA_SHA256 if curve == Some(OID_P256) => Some(&signature::ECDSA_P256_SHA256_ASN1),
        OID_ECDSA_SHA384 if curve == Some(OID_P256) => Some(&signature::ECDSA_P256_SHA384_ASN1),
        OID_ECDSA_SHA256 if curve == Some(OID_P384) => Some(&signature::ECDSA_P384_SHA256_ASN1),
        OID_ECDSA_SHA384 if curve == Some(OID_P384) => Some(&signature::ECDSA_P384_SHA384_ASN1),
        _ => None,
    }
}
