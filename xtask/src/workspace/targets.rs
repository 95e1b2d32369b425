//! Which targets the toolchain can build for; builds nothing.

use super::{Workspace, WorkspaceError, output_of};
use std::path::Path;
use std::process::Command;

/// The triple of the machine, as the compiler names it.
pub(crate) fn host(workspace: &Workspace) -> Result<Option<String>, WorkspaceError> {
    let text = output_of(rustc(workspace).arg("-vV"))?;
    let text = String::from_utf8_lossy(&text).into_owned();
    Ok(text.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned))
}

/// Triples whose standard library is installed, sorted; asks no rustup, which need not be there.
pub(crate) fn installed(workspace: &Workspace) -> Result<Vec<String>, WorkspaceError> {
    let text = output_of(rustc(workspace).args(["--print", "sysroot"]))?;
    let sysroot = String::from_utf8_lossy(&text).into_owned();
    Ok(below(&Path::new(sysroot.trim()).join("lib/rustlib")))
}

fn rustc(workspace: &Workspace) -> Command {
    let mut command = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    command.current_dir(workspace.root());
    command
}

/// The folders that hold compiled libraries; `etc`, `src` and `components` hold none.
fn below(rustlib: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(rustlib).into_iter().flatten().flatten();
    let libraries = |path: &Path| {
        let mut files = std::fs::read_dir(path.join("lib")).into_iter().flatten().flatten();
        files.any(|f| f.file_name().to_string_lossy().starts_with("libstd-"))
    };
    let found = entries.filter(|e| libraries(&e.path()));
    let mut names: Vec<String> =
        found.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_installed_when_its_library_is() {
        let place = tempfile::tempdir().unwrap();
        for (folder, file) in [
            ("x86_64-unknown-linux-musl/lib", "libstd-1.rlib"),
            ("aarch64-apple-darwin/lib", "libcore-1.rlib"),
            ("etc", "gdb.py"),
        ] {
            let folder = place.path().join(folder);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(file), "").unwrap();
        }
        assert_eq!(below(place.path()), ["x86_64-unknown-linux-musl"]);
        assert_eq!(below(Path::new("nowhere")), Vec::<String>::new());
    }

    #[test]
    fn the_toolchain_has_its_own_host() {
        let workspace = Workspace::find().unwrap();
        let host = host(&workspace).unwrap().unwrap();
        assert!(installed(&workspace).unwrap().contains(&host), "{host}");
    }
}
