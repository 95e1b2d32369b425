//! `presence`: how surely signers must have been there.

use obstat_model::presence::Presence;
use obstat_model::roster::{Key, Person};
use obstat_model::time::Timestamp;

/// Whether a key could give a grade of presence at all.
///
/// A key's blob begins with the length-prefixed name of its type (RFC 4253 §6.6); only security
/// keys (`sk-…`, OpenSSH PROTOCOL.u2f) say whether somebody touched them.
pub(crate) fn could_give(key: &Key, wanted: Presence) -> bool {
    let is_security_key = key.blob.get(4..).is_some_and(|name| name.starts_with(b"sk-"));
    match wanted {
        Presence::Forge | Presence::Key => true,
        Presence::Present => is_security_key,
        Presence::Hardware => is_security_key && key.attested,
    }
}

/// Whether a person has a key that could, at a moment.
pub(crate) fn is_possible(person: &Person, wanted: Presence, at: Timestamp) -> bool {
    person.keys.iter().any(|key| key.holds_at(at) && could_give(key, wanted))
}

/// Why a signature does not count.
pub(crate) fn lack(has: Presence, wanted: Presence) -> String {
    let how = match wanted {
        Presence::Forge | Presence::Key => "sign with a key",
        Presence::Present => "sign with a security key, with touch and PIN",
        Presence::Hardware => "sign with an attested security key, with touch and PIN",
    };
    format!("presence {} is less than {}; {how}", has.as_str(), wanted.as_str())
}
