//! SHA-256 of every file of a folder, as `sha256sum --check` reads them; knows no file's meaning.

use super::ReleaseError;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The file with the sums.
const FILE: &str = "SHA256SUMS";

/// SHA-256 in lower-case hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Writes the sums of all files below a folder and tells how many there are.
pub(super) fn write(directory: &Path) -> Result<usize, ReleaseError> {
    let mut files = Vec::new();
    collect(directory, &mut files)?;
    files.sort();
    let mut text = String::new();
    for file in &files {
        let bytes = std::fs::read(file).map_err(ReleaseError::file(file))?;
        let inside = file.strip_prefix(directory).unwrap_or(file);
        let _ = writeln!(text, "{}  {}", sha256(&bytes), inside.display());
    }
    let path = directory.join(FILE);
    std::fs::write(&path, text).map_err(ReleaseError::file(&path))?;
    Ok(files.len())
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) -> Result<(), ReleaseError> {
    for entry in std::fs::read_dir(directory).map_err(ReleaseError::file(directory))? {
        let path = entry.map_err(ReleaseError::file(directory))?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.file_name().is_some_and(|name| name != FILE) {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn sha256sum_accepts_the_sums_and_notices_a_change() {
        let place = tempfile::tempdir().unwrap();
        std::fs::create_dir(place.path().join("man")).unwrap();
        std::fs::write(place.path().join("obstat"), "abc").unwrap();
        std::fs::write(place.path().join("man/obstat.1"), "page").unwrap();
        assert_eq!(write(place.path()).unwrap(), 2);
        let check = || {
            let mut command = Command::new("sha256sum");
            let command = command.current_dir(place.path()).args(["--check", "--strict", FILE]);
            command.output().unwrap().status.success()
        };
        assert!(check());
        assert_eq!(write(place.path()).unwrap(), 2, "the sums do not count themselves");
        std::fs::write(place.path().join("obstat"), "abd").unwrap();
        assert!(!check());
    }

    #[test]
    fn the_digest_is_that_of_fips_180_4() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(b"abc"), expected);
    }
}
