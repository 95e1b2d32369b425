//! Bundles of entries: `u16 length ‖ entry`, repeated; knows no hash.

/// Longest entry in bytes.
pub const ENTRY_MAX: usize = u16::MAX as usize;

/// Appends an entry to a bundle; `false`, and nothing is appended, where it is too long.
#[must_use]
pub fn push(bundle: &mut Vec<u8>, entry: &[u8]) -> bool {
    let Ok(length) = u16::try_from(entry.len()) else { return false };
    bundle.extend(length.to_be_bytes());
    bundle.extend(entry);
    true
}

/// The entries of a bundle, each with where it begins. `None` where one is cut.
#[must_use]
pub fn entries(bundle: &[u8]) -> Option<Vec<&[u8]>> {
    let (mut found, mut rest) = (Vec::new(), bundle);
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let (entry, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        found.push(entry);
        rest = after;
    }
    rest.is_empty().then_some(found)
}
