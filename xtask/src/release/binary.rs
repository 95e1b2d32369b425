//! Builds the binary for one Linux target and looks whether it is static; knows no other file.

use super::{BINARY, PACKAGE, ReleaseError};
use crate::workspace::targets::{host, installed};
use crate::workspace::{Workspace, succeeds};
use std::path::{Path, PathBuf};

/// How the binary is built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Build {
    /// Against musl.
    Musl(String),
    /// Against glibc, linked in.
    Glibc(String),
}

impl Build {
    /// musl where the toolchain has it for this processor, otherwise glibc.
    pub(super) fn choose(workspace: &Workspace) -> Result<Self, ReleaseError> {
        let host = host(workspace)?.ok_or(ReleaseError::NoHost)?;
        Self::of(&host, &installed(workspace)?)
    }

    fn of(host: &str, installed: &[String]) -> Result<Self, ReleaseError> {
        let is_linux = host.contains("-linux-");
        let processor = host.split('-').next().filter(|_| is_linux);
        let processor = processor.ok_or_else(|| ReleaseError::NotLinux(host.to_owned()))?;
        let musl = format!("{processor}-unknown-linux-musl");
        if installed.contains(&musl) {
            return Ok(Self::Musl(musl));
        }
        Ok(Self::Glibc(host.to_owned()))
    }

    /// The target triple.
    pub(super) fn target(&self) -> &str {
        match self {
            Self::Musl(target) | Self::Glibc(target) => target,
        }
    }

    /// What is built, for the reader.
    pub(super) fn about(&self) -> String {
        match self {
            Self::Musl(target) => format!("static build for {target}"),
            Self::Glibc(target) => format!(
                "static build for {target} with glibc linked in (+crt-static), \
                 because the musl target is not installed"
            ),
        }
    }

    /// Builds it and tells where it is.
    pub(super) fn run(&self, workspace: &Workspace) -> Result<PathBuf, ReleaseError> {
        let target = self.target();
        let mut cargo = workspace.cargo();
        cargo.args(["build", "--release", "--locked", "--package", PACKAGE, "--target", target]);
        // Only with `--target` do these flags leave build scripts and macros alone, which need a loader.
        cargo.env("RUSTFLAGS", "-C target-feature=+crt-static");
        if !succeeds(&mut cargo)? {
            return Err(ReleaseError::Build(target.to_owned()));
        }
        Ok(workspace.target_dir().join(target).join("release").join(BINARY))
    }
}

/// Whether an executable runs without a loader: a 64-bit little-endian ELF file none of whose program
/// headers is `PT_INTERP` (System V ABI, chapter 5).
pub(super) fn is_static(path: &Path) -> Result<bool, ReleaseError> {
    let bytes = std::fs::read(path).map_err(ReleaseError::file(path))?;
    Ok(segment_types(&bytes).is_some_and(|types| !types.contains(&PT_INTERP)))
}

const PT_INTERP: u32 = 3;

fn segment_types(elf: &[u8]) -> Option<Vec<u32>> {
    elf.starts_with(b"\x7fELF\x02\x01").then_some(())?;
    let u16_at = |at| Some(u16::from_le_bytes(elf.get(at..)?.first_chunk().copied()?));
    let headers = u64::from_le_bytes(elf.get(32..)?.first_chunk().copied()?);
    let (headers, size) = (usize::try_from(headers).ok()?, usize::from(u16_at(54)?));
    let kind = |index: usize| {
        let at = headers.checked_add(index.checked_mul(size)?)?;
        Some(u32::from_le_bytes(elf.get(at..)?.first_chunk().copied()?))
    };
    (0..usize::from(u16_at(56)?)).map(kind).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLIBC: &str = "x86_64-unknown-linux-gnu";

    #[test]
    fn musl_is_taken_where_it_is_installed() {
        let musl = "x86_64-unknown-linux-musl".to_owned();
        assert_eq!(Build::of(GLIBC, std::slice::from_ref(&musl)).unwrap(), Build::Musl(musl));
        let other = ["aarch64-unknown-linux-musl".to_owned()];
        let glibc = Build::of(GLIBC, &other).unwrap();
        assert_eq!(glibc, Build::Glibc(GLIBC.to_owned()));
        assert!(glibc.about().contains("+crt-static"));
        assert!(matches!(Build::of("aarch64-apple-darwin", &[]), Err(ReleaseError::NotLinux(_))));
    }

    fn elf(types: &[u32]) -> Vec<u8> {
        let mut bytes = b"\x7fELF\x02\x01".to_vec();
        bytes.resize(64, 0);
        bytes[32] = 64;
        bytes[54] = 56;
        bytes[56] = u8::try_from(types.len()).unwrap();
        for kind in types {
            bytes.extend(kind.to_le_bytes());
            bytes.resize(bytes.len() + 52, 0);
        }
        bytes
    }

    #[test]
    fn a_loader_is_seen_and_nonsense_is_not_static() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("a");
        let judge = |bytes: &[u8]| {
            std::fs::write(&file, bytes).unwrap();
            is_static(&file).unwrap()
        };
        assert!(judge(&elf(&[1, 2])));
        assert!(!judge(&elf(&[1, PT_INTERP])));
        assert!(!judge(&elf(&[1, 2])[..70]));
        assert!(!judge(b"#!/bin/sh\n"));
    }

    #[test]
    fn this_test_itself_has_a_loader() {
        let own = std::env::current_exe().unwrap();
        assert!(!is_static(&own).unwrap() || cfg!(target_feature = "crt-static"));
    }
}
