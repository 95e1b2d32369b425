//! Parses a commit object; format: `git help gitformat-commit` and `commit.c` of git.

use obstat_gate::ports::{Commit, PortError, RawSignature};
use obstat_model::object::Oid;

/// Parses the bytes of commit `id`. Unknown headers are skipped, as git does.
///
/// # Errors
/// [`PortError::Malformed`] without a tree, with a bad parent, author or committer line.
pub fn parse(id: Oid, bytes: &[u8]) -> Result<Commit, PortError> {
    let bad = |why: &str| PortError::Malformed { id, wanted: "commit", why: why.to_owned() };
    let mut tree = None;
    let mut parents = Vec::new();
    let mut author = None;
    let mut committer = None;
    let mut other = false;
    let mut rest = bytes;
    loop {
        let (line, after) = split_line(rest);
        rest = after;
        if line.is_empty() {
            break;
        }
        let (key, value) = split_once(line, b' ').unwrap_or((line, b""));
        match key {
            b"tree" if tree.is_none() => tree = Some(hex(value).ok_or_else(|| bad("bad tree id"))?),
            // Directly behind the tree, as git reads them; elsewhere the word is an unknown header.
            b"parent" if tree.is_some() && author.is_none() && committer.is_none() && !other => {
                parents.push(hex(value).ok_or_else(|| bad("bad parent id"))?);
            }
            b"author" if author.is_none() => author = Some(signature(value)),
            b"committer" if committer.is_none() => committer = Some(signature(value)),
            _ => other = true,
        }
        if rest.is_empty() {
            break;
        }
    }
    Ok(Commit {
        id,
        tree: tree.ok_or_else(|| bad("it names no tree"))?,
        parents,
        author: author.ok_or_else(|| bad("it names no author"))?,
        committer: committer.ok_or_else(|| bad("it names no committer"))?,
        message: rest.to_vec(),
    })
}

fn split_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    split_once(bytes, b'\n').unwrap_or((bytes, b""))
}

fn split_once(bytes: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let here = bytes.iter().position(|b| *b == at)?;
    Some((bytes.get(..here)?, bytes.get(here + 1..)?))
}

fn hex(value: &[u8]) -> Option<Oid> {
    std::str::from_utf8(value).ok()?.parse().ok()
}

/// `Name <email> seconds zone`. Git tolerates much here, so nothing in it is an error: what
/// cannot be read is empty and then maps to nobody.
fn signature(value: &[u8]) -> RawSignature {
    let open = value.iter().position(|b| *b == b'<').unwrap_or(value.len());
    let close = value.iter().rposition(|b| *b == b'>').unwrap_or(value.len());
    let part = |from: usize, to: usize| value.get(from..to).unwrap_or_default();
    let tail = String::from_utf8_lossy(part(close.saturating_add(1), value.len())).into_owned();
    RawSignature {
        name: part(0, open).trim_ascii().to_vec(),
        email: part(open.saturating_add(1), close).trim_ascii().to_vec(),
        at: tail.split_ascii_whitespace().next().and_then(|s| s.parse().ok()).unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n";

    fn id() -> Oid {
        Oid::Sha1([9; 20])
    }

    #[test]
    fn a_signed_commit_is_read_past_its_signature() {
        let text = format!(
            "{TREE}parent {}\nauthor A B <a@b.c> 100 +0200\ncommitter C <c@d.e> 200 -0100\n\
             encoding latin1\ngpgsig -----BEGIN\n x\n \n -----END\n\nsubject\n\nbody",
            "a".repeat(40)
        );
        let commit = parse(id(), text.as_bytes()).unwrap();
        assert_eq!(commit.message, b"subject\n\nbody");
        assert_eq!((commit.author.at, commit.committer.at), (100, 200));
        assert_eq!(commit.committer.email, b"c@d.e");
        assert_eq!(commit.parents.len(), 1);
    }

    #[test]
    fn odd_identities_map_to_nothing_and_never_fail() {
        for odd in ["", "x", "<", ">", "a <b> <c> 1", "\u{202e} <a@b> 99999999999999999999 +0"] {
            let text = format!("{TREE}author {odd}\ncommitter {odd}\n\n");
            assert!(parse(id(), text.as_bytes()).is_ok(), "{odd:?}");
        }
    }

    #[test]
    fn parents_stand_behind_the_tree_and_nowhere_else() {
        let parent = format!("parent {}\n", "a".repeat(40));
        let people = "author A <a@b> 1 +0\ncommitter C <c@d> 1 +0\n";
        for (text, wanted) in [
            (format!("{TREE}{parent}{parent}{people}\n"), 2),
            (format!("{TREE}{people}{parent}\n"), 0),
            (format!("{TREE}odd x\n{parent}{people}\n"), 0),
            (format!("{TREE}{people}\n{parent}"), 0),
        ] {
            assert_eq!(parse(id(), text.as_bytes()).unwrap().parents.len(), wanted, "{text}");
        }
    }

    #[test]
    fn a_commit_without_its_parts_is_refused() {
        for text in ["", "\n", TREE, "tree xyz\nauthor a\ncommitter b\n\n"] {
            assert!(parse(id(), text.as_bytes()).is_err(), "{text:?}");
        }
    }
}
