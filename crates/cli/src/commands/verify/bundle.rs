//! The bundle file: a landing with everything that it is decided from; format page
//! `docs/formats/bundle.md`. Packs and unpacks, decides nothing.

use crate::error::CliError;
use obstat_git::store::{Kind, Object};
use obstat_model::object::{Oid, RefName};
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

/// First line of the file `about`.
const VERSION: &str = "obstat bundle, version 1";
/// Largest bundle that is read, in bytes.
const SIZE_MAX: u64 = 1 << 30;
/// Most files in a bundle.
const FILES_MAX: usize = 1_000_000;
/// Checks the bundle without Obstat.
const SCRIPT: &str = include_str!("verify.sh");

/// What a bundle holds.
#[derive(Debug)]
pub(crate) struct Bundle {
    pub(crate) target: RefName,
    pub(crate) commit: Oid,
    pub(crate) objects: Vec<Object>,
    pub(crate) refs: Vec<(RefName, Oid)>,
    /// Copies for people and scripts: path and bytes, sorted. Nothing is decided from them.
    pub(crate) copies: Vec<(String, Vec<u8>)>,
}

impl Bundle {
    /// Writes the bundle: an uncompressed tar (POSIX ustar) whose bytes depend on its content alone.
    pub(crate) fn pack(&self) -> Result<Vec<u8>, CliError> {
        let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let about = format!("{VERSION}\ntarget {}\ncommit {}\n", self.target.as_str(), self.commit);
        files.insert("about".to_owned(), about.into_bytes());
        files.insert("verify.sh".to_owned(), SCRIPT.as_bytes().to_vec());
        let refs: String =
            self.refs.iter().map(|(n, id)| format!("{id} {}\n", n.as_str())).collect();
        files.insert("refs".to_owned(), refs.into_bytes());
        for object in &self.objects {
            let path = format!("objects/{}/{}", object.kind.as_str(), object.id);
            files.insert(path, object.bytes.clone());
        }
        files.extend(self.copies.iter().cloned());
        let mut builder = tar::Builder::new(Vec::new());
        for (path, bytes) in &files {
            append(&mut builder, path, bytes).map_err(|e| CliError::file(Path::new(path), e))?;
        }
        builder.into_inner().map_err(|e| CliError::file(Path::new("bundle"), e))
    }

    /// Reads a bundle.
    pub(crate) fn read(path: &Path) -> Result<Self, CliError> {
        let bad = |why: String| {
            CliError::untrusted(
                format!("{} is no bundle: {why}", path.display()),
                "make one with `obstat bundle`",
            )
        };
        let file = std::fs::File::open(path).map_err(|e| CliError::file(path, e))?;
        let mut bytes = Vec::new();
        let read = file.take(SIZE_MAX + 1).read_to_end(&mut bytes);
        read.map_err(|e| CliError::file(path, e))?;
        if bytes.len() as u64 > SIZE_MAX {
            return Err(bad(format!("it is larger than {} MiB", SIZE_MAX >> 20)));
        }
        let files = unpack(&bytes).map_err(bad)?;
        Self::from_files(files).map_err(bad)
    }

    fn from_files(files: BTreeMap<String, Vec<u8>>) -> Result<Self, String> {
        let text = |name: &str| {
            let bytes = files.get(name).ok_or_else(|| format!("it has no file `{name}`"))?;
            std::str::from_utf8(bytes).map_err(|_| format!("`{name}` is no text"))
        };
        let about = text("about")?;
        let mut lines = about.lines();
        if lines.next() != Some(VERSION) {
            return Err(format!("its first line is not `{VERSION}`"));
        }
        let field = |name: &str| about.lines().find_map(|l| l.strip_prefix(name));
        let target = field("target ").and_then(|t| RefName::parse(t).ok());
        let commit = field("commit ").and_then(|t| t.parse().ok());
        let (Some(target), Some(commit)) = (target, commit) else {
            return Err("`about` does not say which commit and target".to_owned());
        };
        let refs = text("refs")?.lines().map(reference).collect::<Option<Vec<_>>>();
        let refs = refs.ok_or_else(|| "a line of `refs` is not `ID NAME`".to_owned())?;
        let (mut objects, mut copies) = (Vec::new(), Vec::new());
        for (path, bytes) in files {
            if let Some(rest) = path.strip_prefix("objects/") {
                objects
                    .push(object(rest, bytes).ok_or_else(|| format!("`{path}` names no object"))?);
            } else if !["about", "refs", "verify.sh"].contains(&path.as_str()) {
                copies.push((path, bytes));
            }
        }
        Ok(Self { target, commit, objects, refs, copies })
    }
}

fn append(builder: &mut tar::Builder<Vec<u8>>, path: &str, bytes: &[u8]) -> std::io::Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_path(path)?;
    header.set_size(bytes.len() as u64);
    header.set_mode(if path.ends_with(".sh") { 0o755 } else { 0o644 });
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header.set_entry_type(tar::EntryType::Regular);
    header.set_cksum();
    builder.append(&header, bytes)
}

fn unpack(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let mut files = BTreeMap::new();
    let mut archive = tar::Archive::new(bytes);
    for entry in archive.entries().map_err(|e| e.to_string())? {
        let mut entry = entry.map_err(|e| e.to_string())?;
        let path = entry.path().map_err(|e| e.to_string())?.to_string_lossy().into_owned();
        let shown = obstat_model::text::escape_cut(&path, 80);
        if entry.header().entry_type() != tar::EntryType::Regular {
            return Err(format!("`{shown}` is no plain file"));
        }
        let mut content = Vec::new();
        entry.read_to_end(&mut content).map_err(|e| e.to_string())?;
        if files.insert(path, content).is_some() {
            return Err(format!("`{shown}` occurs twice"));
        }
        if files.len() > FILES_MAX {
            return Err(format!("it has over {FILES_MAX} files"));
        }
    }
    Ok(files)
}

fn reference(line: &str) -> Option<(RefName, Oid)> {
    let (id, name) = line.split_once(' ')?;
    Some((RefName::parse(name).ok()?, id.parse().ok()?))
}

fn object(path: &str, bytes: Vec<u8>) -> Option<Object> {
    let (kind, id) = path.split_once('/')?;
    let kind = Kind::ALL.into_iter().find(|k| k.as_str() == kind)?;
    Some(Object { id: id.parse().ok()?, kind, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle() -> Bundle {
        let id: Oid = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391".parse().unwrap();
        Bundle {
            target: RefName::parse("refs/heads/main").unwrap(),
            commit: id,
            objects: vec![Object { id, kind: Kind::Blob, bytes: Vec::new() }],
            refs: vec![(RefName::parse("refs/obstat/landings").unwrap(), id)],
            copies: vec![("landing.json".to_owned(), b"{}".to_vec())],
        }
    }

    #[test]
    fn what_is_packed_is_read() {
        let packed = bundle().pack().unwrap();
        assert_eq!(packed, bundle().pack().unwrap(), "the same content gives the same bytes");
        let read = Bundle::from_files(unpack(&packed).unwrap()).unwrap();
        assert_eq!((read.objects, read.refs), (bundle().objects, bundle().refs));
        assert_eq!((read.target, read.commit), (bundle().target, bundle().commit));
    }

    #[test]
    fn broken_bundles_are_refused_with_a_reason() {
        let good = unpack(&bundle().pack().unwrap()).unwrap();
        for (name, text) in [
            ("about", "obstat bundle, version 2\n"),
            ("about", "obstat bundle, version 1\n"),
            ("refs", "x\n"),
            ("objects/blob/zz", ""),
            ("objects/thing/e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", ""),
        ] {
            let mut files = good.clone();
            files.insert(name.to_owned(), text.as_bytes().to_vec());
            assert!(Bundle::from_files(files).is_err(), "{name}: {text}");
        }
        for name in ["about", "refs"] {
            let mut files = good.clone();
            files.remove(name);
            assert!(Bundle::from_files(files).unwrap_err().contains(name));
        }
        let packed = bundle().pack().unwrap();
        for end in [0, 1, 511, 513, 700] {
            assert!(unpack(&packed[..end]).and_then(Bundle::from_files).is_err(), "{end}");
        }
    }
}
