//! Parses a tree object and refuses names that could escape or hide; format: `tree.c` of git.

use obstat_gate::ports::PortError;
use obstat_model::change::FileState;
use obstat_model::object::{Mode, Oid};

/// What an entry of a tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Node {
    /// A directory.
    Tree(Oid),
    /// A file, link or submodule.
    Leaf(FileState),
}

/// One entry: name and node.
pub type Entry = (Box<[u8]>, Node);

/// Parses the bytes of tree `id`; entries come sorted by the bytes of their names.
///
/// # Errors
/// [`PortError::Malformed`] for bad structure, repeated names, and the names that git itself
/// refuses to check out (empty, `.`, `..`, `.git`, names with `/`).
pub fn parse(id: Oid, mut bytes: &[u8]) -> Result<Vec<Entry>, PortError> {
    let bad = |why: String| PortError::Malformed { id, wanted: "tree", why };
    let width = id.as_bytes().len();
    let mut entries = Vec::new();
    while !bytes.is_empty() {
        let (entry, rest) = one(bytes, width).ok_or_else(|| bad("cut off".to_owned()))?;
        if !is_safe(&entry.0) {
            let name = obstat_model::text::escape_line(&String::from_utf8_lossy(&entry.0));
            return Err(bad(format!("entry `{name}` has a forbidden name")));
        }
        entries.push(entry);
        bytes = rest;
    }
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    if entries.windows(2).any(|pair| matches!(pair, [a, b] if a.0 == b.0)) {
        return Err(bad("a name occurs twice".to_owned()));
    }
    Ok(entries)
}

fn one(bytes: &[u8], width: usize) -> Option<(Entry, &[u8])> {
    let space = bytes.iter().position(|b| *b == b' ')?;
    let mode = u32::from_str_radix(std::str::from_utf8(bytes.get(..space)?).ok()?, 8).ok()?;
    let rest = bytes.get(space + 1..)?;
    let nul = rest.iter().position(|b| *b == 0)?;
    let name: Box<[u8]> = rest.get(..nul)?.into();
    let oid = Oid::from_bytes(rest.get(nul + 1..nul + 1 + width)?)?;
    Some(((name, node(mode, oid)?), rest.get(nul + 1 + width..)?))
}

/// Reads modes as git does (`canon_mode`): any regular file is 644 or 755 by its owner's bit.
fn node(mode: u32, oid: Oid) -> Option<Node> {
    let leaf = |mode| Some(Node::Leaf(FileState { mode, oid }));
    match mode & 0o170_000 {
        0o040_000 => Some(Node::Tree(oid)),
        0o120_000 => leaf(Mode::Symlink),
        0o160_000 => leaf(Mode::Submodule),
        0o100_000 if mode & 0o100 != 0 => leaf(Mode::Executable),
        0o100_000 => leaf(Mode::File),
        _ => None,
    }
}

fn is_safe(name: &[u8]) -> bool {
    !name.is_empty()
        && !name.contains(&b'/')
        && name != b"."
        && name != b".."
        && !name.eq_ignore_ascii_case(b".git")
        && !name.eq_ignore_ascii_case(b"git~1")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(entries: &[(&str, &str)]) -> Vec<u8> {
        let mut out = Vec::new();
        for (mode, name) in entries {
            out.extend_from_slice(format!("{mode} {name}\0").as_bytes());
            out.extend_from_slice(&[7; 20]);
        }
        out
    }

    fn check(entries: &[(&str, &str)]) -> Result<Vec<Entry>, PortError> {
        parse(Oid::Sha1([1; 20]), &tree(entries))
    }

    #[test]
    fn entries_are_read_and_sorted_by_name() {
        let found = check(&[("100664", "b"), ("40000", "a"), ("120000", "c")]).unwrap();
        assert!(matches!(&found[0], (name, Node::Tree(_)) if &**name == b"a"));
        assert!(matches!(&found[1].1, Node::Leaf(s) if s.mode == Mode::File));
    }

    #[test]
    fn names_that_escape_or_repeat_are_refused() {
        for name in ["", ".", "..", ".git", ".GIT", "a/b"] {
            assert!(check(&[("100644", name)]).is_err(), "{name:?}");
        }
        assert!(check(&[("100644", "a"), ("40000", "a")]).is_err());
        assert!(check(&[("140000", "a")]).is_err());
        let mut cut = tree(&[("100644", "a")]);
        cut.pop();
        assert!(parse(Oid::Sha1([1; 20]), &cut).is_err());
    }
}
