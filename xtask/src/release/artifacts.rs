//! The folder of a release, and what the built binary says of itself; knows no build.

use super::ReleaseError;
use crate::workspace::output_of;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Shells with the file names under which they look for completions.
const SHELLS: [(&str, &str); 3] =
    [("bash", "obstat.bash"), ("zsh", "_obstat"), ("fish", "obstat.fish")];

/// Makes the folder anew, so that nothing of an earlier release is left in it.
pub(super) fn clear(directory: PathBuf) -> Result<PathBuf, ReleaseError> {
    if directory.exists() {
        std::fs::remove_dir_all(&directory).map_err(ReleaseError::file(&directory))?;
    }
    std::fs::create_dir_all(&directory).map_err(ReleaseError::file(&directory))?;
    Ok(directory)
}

/// Man pages under `man`.
pub(super) fn man_pages(binary: &Path, directory: &Path) -> Result<(), ReleaseError> {
    output_of(Command::new(binary).arg("man").arg(directory.join("man")))?;
    Ok(())
}

/// Completions under `completions`.
pub(super) fn completions(binary: &Path, directory: &Path) -> Result<(), ReleaseError> {
    let directory = directory.join("completions");
    std::fs::create_dir_all(&directory).map_err(ReleaseError::file(&directory))?;
    for (shell, name) in SHELLS {
        let script = output_of(Command::new(binary).args(["completions", shell]))?;
        let path = directory.join(name);
        std::fs::write(&path, script).map_err(ReleaseError::file(&path))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_earlier_release_is_swept_away() {
        let place = tempfile::tempdir().unwrap();
        let directory = clear(place.path().join("a/b")).unwrap();
        std::fs::write(directory.join("old"), "x").unwrap();
        let again = clear(directory).unwrap();
        assert_eq!(std::fs::read_dir(again).unwrap().count(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn the_binary_is_asked_for_its_pages_and_completions() {
        let place = tempfile::tempdir().unwrap();
        let binary = place.path().join("fake");
        let script = "#!/bin/sh\ncase $1 in man) mkdir -p \"$2\"; echo page >\"$2/a.1\" ;;\n\
                      completions) echo \"for $2\" ;; *) exit 1 ;; esac\n";
        std::fs::write(&binary, script).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&binary, mode).unwrap();
        man_pages(&binary, place.path()).unwrap();
        completions(&binary, place.path()).unwrap();
        let read = |name| std::fs::read_to_string(place.path().join(name)).unwrap();
        assert_eq!(read("man/a.1"), "page\n");
        assert_eq!(read("completions/_obstat"), "for zsh\n");
    }
}
