//! Files that the gate keeps beside a bare repository: parsed rosters and landings to record.

use super::OWN_DIRECTORY;
use crate::error::CliError;
use obstat_gate::ports::RosterCache;
use obstat_model::object::Oid;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Parsed rosters in the git directory, where pushers cannot write.
#[derive(Debug)]
pub(crate) struct DiskCache {
    directory: PathBuf,
}

impl DiskCache {
    pub(crate) fn of(git_directory: &Path) -> Self {
        Self { directory: git_directory.join(OWN_DIRECTORY).join("cache") }
    }

    fn file(&self, blob: Oid) -> PathBuf {
        self.directory.join(format!("roster-1-{blob}"))
    }
}

impl RosterCache for DiskCache {
    fn recall(&self, blob: Oid) -> Option<Vec<u8>> {
        std::fs::read(self.file(blob)).ok()
    }

    fn keep(&self, blob: Oid, bytes: &[u8]) {
        // A cache that cannot be written costs time and nothing else.
        let _ = std::fs::create_dir_all(&self.directory);
        let _ = write_whole(&self.file(blob), bytes);
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
