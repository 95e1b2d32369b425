//! Checksums of packages from `Cargo.lock`, versions 3 and 4; knows no graph.

use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Debug, Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Debug, Deserialize)]
struct Locked {
    name: String,
    version: String,
    checksum: Option<String>,
}

/// SHA-256 of packages by name and version; only what comes from a registry has one.
#[derive(Debug, Default)]
pub(super) struct Checksums(BTreeMap<(String, String), String>);

impl Checksums {
    /// Reads the text of a lock file.
    pub(super) fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let lock: Lock = toml::from_str(text)?;
        let entry = |p: Locked| Some(((p.name, p.version), p.checksum?));
        Ok(Self(lock.package.into_iter().filter_map(entry).collect()))
    }

    /// The SHA-256 of a package in hexadecimal.
    pub(super) fn of(&self, name: &str, version: &str) -> Option<&str> {
        self.0.get(&(name.to_owned(), version.to_owned())).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_found_by_name_and_version() {
        let text = "version = 4\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = \"ff\"\n\
                    [[package]]\nname = \"ours\"\nversion = \"0.1.0\"\n";
        let checksums = Checksums::parse(text).unwrap();
        assert_eq!(checksums.of("a", "1.0.0"), Some("ff"));
        assert_eq!(checksums.of("a", "1.0.1"), None);
        assert_eq!(checksums.of("ours", "0.1.0"), None);
        assert!(Checksums::parse("package = 1").is_err());
    }
}
