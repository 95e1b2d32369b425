//! The files of the repository as git would commit them; judges nothing.

use super::code::{Code, Unreadable};
use ignore::WalkBuilder;
use std::path::{Path, PathBuf};

/// Why the tree could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TreeError {
    /// A folder cannot be listed.
    #[error("the tree cannot be walked")]
    Walk(#[from] ignore::Error),
    /// A file cannot be read.
    #[error("{path} cannot be read")]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
}

/// A file with text in it.
#[derive(Debug)]
pub(crate) struct TextFile {
    /// Path from the root, `/` between parts.
    pub(crate) path: String,
    /// Its text.
    pub(crate) text: String,
    /// What it says, where it is Rust.
    pub(crate) code: Option<Result<Code, Unreadable>>,
}

impl TextFile {
    /// A file from its path and text.
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let code = path.ends_with(".rs").then(|| Code::read(path, text));
        Self { path: path.to_owned(), text: text.to_owned(), code }
    }

    /// What the file says, where it is Rust that can be read.
    pub(crate) fn code(&self) -> Option<&Code> {
        self.code.as_ref().and_then(|code| code.as_ref().ok())
    }

    /// Whether the file was taken from elsewhere, or generated, and is kept as it came.
    pub(crate) fn is_data(&self) -> bool {
        let folders = ["/fixtures/", "/golden/", "/proptest-regressions/", "/snapshots/"];
        folders.iter().any(|f| self.path.contains(f)) || self.path == "LICENSE"
    }

    /// The crate that the file belongs to: `model` for `crates/model/src/id.rs`.
    pub(crate) fn crate_name(&self) -> Option<&str> {
        self.path.strip_prefix("crates/").and_then(|rest| rest.split('/').next())
    }
}

/// All text files.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// Sorted by path.
    pub(crate) files: Vec<TextFile>,
}

impl Tree {
    /// Reads the tree below `root`: everything that no ignore file of the repository names.
    pub(crate) fn read(root: &Path) -> Result<Self, TreeError> {
        let mut walk = WalkBuilder::new(root);
        walk.hidden(false).require_git(false).parents(false).git_global(false).git_exclude(false);
        walk.filter_entry(|entry| entry.file_name() != ".git");
        let mut tree = Self::default();
        for entry in walk.build() {
            let entry = entry?;
            if entry.file_type().is_some_and(|t| t.is_file()) {
                tree.add(root, entry.path())?;
            }
        }
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(tree)
    }

    fn add(&mut self, root: &Path, path: &Path) -> Result<(), TreeError> {
        let failed = |source| TreeError::Read { path: path.to_path_buf(), source };
        let bytes = std::fs::read(path).map_err(failed)?;
        let inside = path.strip_prefix(root).unwrap_or(path);
        let parts: Vec<_> = inside.iter().map(|p| p.to_string_lossy()).collect();
        if let Ok(text) = String::from_utf8(bytes) {
            self.files.push(TextFile::new(&parts.join("/"), &text));
        }
        Ok(())
    }

    /// A tree of made-up files.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        Self { files: files.iter().map(|(path, text)| TextFile::new(path, text)).collect() }
    }

    /// A file by its path.
    pub(crate) fn file(&self, path: &str) -> Option<&TextFile> {
        self.files.iter().find(|f| f.path == path)
    }

    /// The Rust files that could be read, with what they say.
    pub(crate) fn rust(&self) -> impl Iterator<Item = (&TextFile, &Code)> {
        self.files.iter().filter_map(|file| file.code().map(|code| (file, code)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_and_binary_files_are_left_out() {
        let root = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            let path = root.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        };
        write(".gitignore", b"/target\n");
        write("target/a.rs", b"fn a() {}");
        write("crates/model/src/a.rs", b"fn a() {}");
        write("picture", b"\xff\xd8");
        write(".git/config", b"");
        let tree = Tree::read(root.path()).unwrap();
        let paths: Vec<_> = tree.files.iter().map(|f| f.path.as_str()).collect();
        assert_eq!(paths, [".gitignore", "crates/model/src/a.rs"]);
        assert_eq!(tree.files[1].crate_name(), Some("model"));
        assert!(tree.files[1].code().is_some());
    }
}
