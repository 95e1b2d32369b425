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

/// What two trees do not have in common at their beginnings and ends, entry by entry as they are stored: most of
/// two that follow each other is the same. `None` where one is cut off.
pub fn between<'a>(old: &'a [u8], new: &'a [u8], width: usize) -> Option<(&'a [u8], &'a [u8])> {
    let (mut old, mut new) = (old, new);
    while let (Some(a), Some(b)) = (first(old, width), first(new, width)) {
        if a != b {
            break;
        }
        (old, new) = (old.get(a.len()..)?, new.get(b.len()..)?);
    }
    let (before, after) = (all(old, width)?, all(new, width)?);
    let same = before.iter().rev().zip(after.iter().rev()).take_while(|(a, b)| a == b);
    let same: usize = same.map(|(a, _)| a.len()).sum();
    Some((old.get(..old.len() - same)?, new.get(..new.len() - same)?))
}

fn all(mut bytes: &[u8], width: usize) -> Option<Vec<&[u8]>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let entry = first(bytes, width)?;
        found.push(entry);
        bytes = bytes.get(entry.len()..)?;
    }
    Some(found)
}

fn first(bytes: &[u8], width: usize) -> Option<&[u8]> {
    let end = memchr::memchr(0, bytes)? + 1 + width;
    bytes.get(..end)
}

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

    /// What is left holds all that differs, whatever came before and behind it.
    #[test]
    fn what_two_trees_have_in_common_at_their_ends_is_left_out() {
        let names = ["a", "b", "c", "d", "e"];
        let id = Oid::Sha1([1; 20]);
        for old in 0u32..32 {
            for new in 0u32..32 {
                let of = |set: u32| -> Vec<u8> {
                    let chosen = names.iter().enumerate().filter(|(n, _)| set & (1 << n) != 0);
                    tree(&chosen.map(|(_, name)| ("100644", *name)).collect::<Vec<_>>())
                };
                let (was, is) = (of(old), of(new));
                let (before, after) = between(&was, &is, 20).unwrap();
                let left = |bytes: &[u8]| -> Vec<Entry> { parse(id, bytes).unwrap() };
                let (all_before, all_after) = (left(&was), left(&is));
                let (before, after) = (left(before), left(after));
                for entry in &all_before {
                    assert!(all_after.contains(entry) || before.contains(entry), "{old} {new}");
                }
                for entry in &all_after {
                    assert!(all_before.contains(entry) || after.contains(entry), "{old} {new}");
                }
                // What is the same in both is left in both or in none.
                for entry in all_before.iter().filter(|entry| all_after.contains(entry)) {
                    assert_eq!(before.contains(entry), after.contains(entry), "{old} {new}");
                }
            }
        }
        assert_eq!(between(&tree(&[("100644", "a")]), b"100644 b", 20), None);
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
