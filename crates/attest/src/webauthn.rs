//! What a browser's client data must say; stock `ssh-keygen` checks only how it begins.
//!
//! Source: W3C Web Authentication Level 3 section 5.8.1, and `ssh-ecdsa-sk.c` of OpenSSH.

use crate::signature::Webauthn;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

/// A site whose browser signatures are accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingParty {
    /// Its id: a host name, which is also the application of its keys.
    pub id: String,
    /// Origins that may ask, exactly: scheme, host and port.
    pub origins: Vec<String>,
}

/// Members of client data. Unknown ones are allowed: browsers add some to keep parsers honest.
#[derive(Deserialize)]
struct ClientData<'a> {
    #[serde(rename = "type", borrow)]
    kind: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    challenge: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    origin: std::borrow::Cow<'a, str>,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: bool,
    #[serde(rename = "topOrigin", default, borrow)]
    top_origin: Option<std::borrow::Cow<'a, str>>,
}

/// Checks client data against the pre-image and the relying parties. Gives a reason if it fails.
pub(crate) fn check(
    found: &Webauthn,
    application: &str,
    preimage: &[u8],
    parties: &[RelyingParty],
) -> Result<(), &'static str> {
    let challenge = URL_SAFE_NO_PAD.encode(preimage);
    let origin = found.origin;
    let begin = format!(
        "{{\"type\":\"webauthn.get\",\"challenge\":\"{challenge}\",\"origin\":\"{origin}\""
    );
    let rest = found.client_data.strip_prefix(begin.as_bytes());
    let framed = |r: &[u8]| r == b"}" || r.starts_with(b",") && r.ends_with(b"}");
    if !rest.is_some_and(framed) || origin.contains(['"', '\\']) {
        return Err("the browser's data are not in the form that OpenSSH accepts");
    }
    if repeats(found.client_data) {
        return Err("the browser's data name a member twice");
    }
    let data: ClientData =
        serde_json::from_slice(found.client_data).map_err(|_| "the browser's data are no JSON")?;
    if data.kind != "webauthn.get" || data.challenge != challenge || data.origin != origin {
        return Err("the browser's data speak of something else");
    }
    if data.cross_origin || data.top_origin.is_some_and(|top| top != origin) {
        return Err("the signature was asked for inside a foreign page");
    }
    let party = parties.iter().find(|p| p.id == application);
    let party = party.ok_or("the signature is for another site")?;
    if !party.origins.iter().any(|o| o == origin) {
        return Err("the signature comes from a page that is not allowed");
    }
    Ok(())
}

/// Whether the top object has a member twice: serde keeps the last one for unknown members.
fn repeats(bytes: &[u8]) -> bool {
    struct Keys(bool);
    impl<'de> Deserialize<'de> for Keys {
        fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
            struct Visitor;
            impl<'de> serde::de::Visitor<'de> for Visitor {
                type Value = Keys;
                fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                    f.write_str("an object")
                }
                fn visit_map<M: serde::de::MapAccess<'de>>(
                    self,
                    mut map: M,
                ) -> Result<Keys, M::Error> {
                    let mut seen = std::collections::HashSet::new();
                    let mut twice = false;
                    while let Some(key) = map.next_key::<String>()? {
                        map.next_value::<serde::de::IgnoredAny>()?;
                        twice |= !seen.insert(key);
                    }
                    Ok(Keys(twice))
                }
            }
            d.deserialize_map(Visitor)
        }
    }
    serde_json::from_slice::<Keys>(bytes).map_or(true, |keys| keys.0)
}

#[cfg(test)]
mod tests;
