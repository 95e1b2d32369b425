//! Finds what a reviewer could overlook in a changed file; looks at bytes alone.

mod characters;
mod instructions;
mod lockfiles;
mod scripts;

use obstat_model::change::FileChange;
use obstat_model::hidden::HiddenFlag;
use obstat_model::object::Mode;

/// Longest added line in bytes before it is flagged.
pub const LONG_LINE: usize = 2_000;

/// How pointers begin, with the names that git-lfs takes for its own (`lfs/pointer.go`).
const LFS_MAGIC: [&[u8]; 3] = [
    b"version https://git-lfs.github.com/spec/",
    b"version https://hawser.github.com/spec/",
    b"version http://git-media.io/v/",
];

/// The bytes of a file before and after, as far as they could be read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sides<'a> {
    /// Before; `None` when absent.
    pub old: Option<&'a [u8]>,
    /// After; `None` when absent.
    pub new: Option<&'a [u8]>,
}

/// Flags of one changed path, sorted.
#[must_use]
pub fn scan(change: &FileChange, sides: Sides) -> Vec<HiddenFlag> {
    let mut flags = entry_flags(change);
    if change.old.is_none() {
        // A name can hide as much as a line.
        let path = change.path.as_bytes();
        flags.extend(characters::flags(b"", path));
        if scripts::mixes(b"", path) {
            flags.push(HiddenFlag::MixedScript);
        }
    }
    if let Some(new) = sides.new {
        let old = sides.old.unwrap_or_default();
        flags.extend(content_flags(old, new));
        if lockfiles::is_lockfile(change.path.file_name()) && lockfiles::strays(old, new) {
            flags.push(HiddenFlag::Lockfile);
        }
    }
    if sides.old.is_some_and(is_lfs_pointer) {
        flags.push(HiddenFlag::LfsPointer);
    }
    flags.sort_unstable();
    flags.dedup();
    flags
}

fn entry_flags(change: &FileChange) -> Vec<HiddenFlag> {
    let mut flags = Vec::new();
    let modes = [change.old, change.new].map(|side| side.map(|s| s.mode));
    if modes.contains(&Some(Mode::Submodule)) {
        flags.push(HiddenFlag::Submodule);
    }
    if modes.contains(&Some(Mode::Symlink)) {
        flags.push(HiddenFlag::Symlink);
    }
    if matches!(
        modes,
        [Some(Mode::File), Some(Mode::Executable)] | [Some(Mode::Executable), Some(Mode::File)]
    ) {
        flags.push(HiddenFlag::ModeFlip);
    }
    if change.path.file_name().eq_ignore_ascii_case(b".gitattributes") {
        flags.push(HiddenFlag::Attributes);
    }
    flags
}

fn content_flags(old: &[u8], new: &[u8]) -> Vec<HiddenFlag> {
    // What one flag tells does not hide another: a file is searched whole whatever it seems to be.
    let mut flags = characters::flags(old, new);
    if is_lfs_pointer(new) {
        flags.push(HiddenFlag::LfsPointer);
    }
    if is_binary(new) {
        flags.push(HiddenFlag::Binary);
    }
    if scripts::mixes(old, new) {
        flags.push(HiddenFlag::MixedScript);
    }
    if instructions::found(old, new) {
        flags.push(HiddenFlag::Instructions);
    }
    if longest_line(new) > LONG_LINE && longest_line(new) > longest_line(old) {
        flags.push(HiddenFlag::LongLine);
    }
    flags
}

/// Whether git would call the content binary: a NUL in the first 8,000 bytes; also a NUL
/// anywhere later, which git would show as text.
#[must_use]
pub fn is_binary(bytes: &[u8]) -> bool {
    memchr::memchr(0, bytes).is_some()
}

fn is_lfs_pointer(bytes: &[u8]) -> bool {
    bytes.len() < 1_024 && LFS_MAGIC.iter().any(|magic| bytes.trim_ascii_start().starts_with(magic))
}

fn longest_line(bytes: &[u8]) -> usize {
    bytes.split(|b| *b == b'\n').map(<[u8]>::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests;
