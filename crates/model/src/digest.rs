//! The two digests that signatures bind to; format page `docs/formats/change-digest.md`.
//!
//! Both are SHA-256 over a length-prefixed encoding, so no two different inputs share bytes.
//! `u64` is big-endian; `str(x)` is `u64(len x) ‖ x`.

use crate::change::FileChange;
use crate::id::{ChangeDigest, InputsDigest, RepositoryId, Sha256};
use crate::object::{RefName, RepoPath};
use sha2::Digest as _;

const CHANGE_MAGIC: &[u8] = b"obstat:change:v1";
const INPUTS_MAGIC: &[u8] = b"obstat:inputs:v1";

struct Encoder(sha2::Sha256);

impl Encoder {
    fn new(magic: &[u8]) -> Self {
        let mut encoder = Self(sha2::Sha256::new());
        encoder.text(magic);
        encoder
    }

    fn number(&mut self, n: u64) {
        self.0.update(n.to_be_bytes());
    }

    fn text(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.update(bytes);
    }

    fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

/// Digest of a change: what a person signs.
///
/// `str("obstat:change:v1") ‖ str(repository id) ‖ str(target ref) ‖ u64(number of files)`, then
/// for each file in byte order of its path: `str(path) ‖ u64(old mode) ‖ str(old object id) ‖
/// u64(new mode) ‖ str(new object id) ‖ str(SHA-256 of the new blob)`. A missing side has mode 0
/// and empty ids; a submodule has an empty content hash, for its content is another repository.
/// The order of `files` does not matter; a path must not occur twice.
#[must_use]
pub fn change_digest(
    repository: RepositoryId,
    target: &RefName,
    files: &[FileChange],
) -> ChangeDigest {
    let mut sorted: Vec<&FileChange> = files.iter().collect();
    sorted.sort_by(|a, b| a.path.cmp(&b.path));
    let mut out = Encoder::new(CHANGE_MAGIC);
    out.text(repository.as_bytes());
    out.text(target.as_str().as_bytes());
    out.number(sorted.len() as u64);
    for file in sorted {
        out.text(file.path.as_bytes());
        for side in [file.old.as_ref(), file.new.as_ref()] {
            out.number(side.map_or(0, |s| u64::from(s.mode.bits())));
            out.text(side.map_or(&[], |s| s.oid.as_bytes()));
        }
        out.text(file.content.as_ref().map_or(&[], |c| c.as_bytes().as_slice()));
    }
    ChangeDigest::new(out.finish())
}

/// Digest of one version of the decision inputs: policy, roster, CODEOWNERS and whatever else
/// decisions read at the target's tip.
///
/// `str("obstat:inputs:v1") ‖ u64(number of files)`, then for each file in byte order of its
/// path: `str(path) ‖ str(SHA-256 of its bytes)`.
#[must_use]
pub fn inputs_digest(files: &[(RepoPath, Sha256)]) -> InputsDigest {
    let mut sorted: Vec<_> = files.iter().collect();
    sorted.sort();
    let mut out = Encoder::new(INPUTS_MAGIC);
    out.number(sorted.len() as u64);
    for (path, content) in sorted {
        out.text(path.as_bytes());
        out.text(content.as_bytes());
    }
    InputsDigest::new(out.finish())
}

/// SHA-256 of bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Sha256 {
    Sha256::new(sha2::Sha256::digest(bytes).into())
}

#[cfg(test)]
mod tests;
