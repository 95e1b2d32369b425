//! Files that the gate keeps beside a bare repository: checked inputs and landings to record.

use super::OWN_DIRECTORY;
use crate::error::CliError;
use obstat_gate::ports::InputsCache;
use obstat_model::object::Oid;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Most objects that are remembered; the oldest go first.
const KEPT_MAX: usize = 32;

/// Checked inputs in the git directory, where pushers cannot write.
#[derive(Debug)]
pub(crate) struct DiskCache {
    directory: PathBuf,
}

impl DiskCache {
    pub(crate) fn of(git_directory: &Path) -> Self {
        Self { directory: git_directory.join(OWN_DIRECTORY).join("cache") }
    }

    fn file(&self, object: Oid) -> PathBuf {
        self.directory.join(format!("inputs-1-{object}"))
    }

    /// Makes room for one more.
    fn trim(&self) {
        let Ok(entries) = std::fs::read_dir(&self.directory) else { return };
        let mut known: Vec<_> = entries
            .flatten()
            .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
            .collect();
        known.sort();
        let old = known.len().saturating_sub(KEPT_MAX - 1);
        for (_, path) in known.into_iter().take(old) {
            let _ = std::fs::remove_file(path);
        }
    }
}

impl InputsCache for DiskCache {
    fn recall(&self, object: Oid) -> Option<Vec<u8>> {
        std::fs::read(self.file(object)).ok()
    }

    fn keep(&self, object: Oid, bytes: &[u8]) {
        // A cache that cannot be written costs time and nothing else.
        let _ = std::fs::create_dir_all(&self.directory);
        self.trim();
        let _ = write_whole(&self.file(object), bytes);
    }
}

/// Writes a file so that readers see all of it or nothing, and syncs it.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let failed = |e| CliError::file(path, e);
    let mut file = tempfile::NamedTempFile::new_in(directory).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|e| failed(e.error))?;
    Ok(())
}
