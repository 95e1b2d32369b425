//! Bundles of payloads: what entries commit to, each with its salt or taken out; knows no kind.
//!
//! One byte tells: 0 was taken out, and nothing follows; 1 is here, followed by the salt, `u32 length ‖ payload`.

use crate::entry::Salt;

/// What is there of an entry's payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Payload<'a> {
    /// Taken out: its entry proves only that there was something.
    Redacted,
    /// As it was.
    Here(Salt, &'a [u8]),
}

/// Appends one; `false`, and nothing is appended, where it is too long.
#[must_use]
pub fn push(bundle: &mut Vec<u8>, payload: &Payload) -> bool {
    match payload {
        Payload::Redacted => bundle.push(0),
        Payload::Here(salt, bytes) => {
            let Ok(length) = u32::try_from(bytes.len()) else { return false };
            bundle.push(1);
            bundle.extend(salt);
            bundle.extend(length.to_be_bytes());
            bundle.extend(*bytes);
        }
    }
    true
}

/// The payloads of a bundle; `None` where one is cut or of no known form.
#[must_use]
pub fn payloads(bundle: &[u8]) -> Option<Vec<Payload<'_>>> {
    let (mut found, mut rest) = (Vec::new(), bundle);
    while let Some((tag, after)) = rest.split_first() {
        rest = match tag {
            0 => {
                found.push(Payload::Redacted);
                after
            }
            1 => {
                let (salt, after) = after.split_first_chunk::<32>()?;
                let (length, after) = after.split_first_chunk::<4>()?;
                let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
                let (bytes, after) = after.split_at_checked(length)?;
                found.push(Payload::Here(*salt, bytes));
                after
            }
            _ => return None,
        };
    }
    Some(found)
}
