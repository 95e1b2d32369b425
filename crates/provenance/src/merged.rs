//! The branch that a merge says it merged, in the words of git and of the forges; knows no tool.

/// The name without remote or owner. Nothing for messages of other commits.
pub(crate) fn branch(message: &[u8]) -> Option<&[u8]> {
    let line = message.split(|b| *b == b'\n').next()?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if let Some(rest) = line.strip_prefix(b"Merge branch '") {
        return until(rest, b'\'');
    }
    if let Some(rest) = line.strip_prefix(b"Merge remote-tracking branch '") {
        return after_slash(until(rest, b'\'')?);
    }
    // GitHub: `Merge pull request #12 from owner/branch`.
    if let Some(rest) = line.strip_prefix(b"Merge pull request #") {
        let rest = rest.get(rest.iter().position(|b| *b == b' ')?..)?;
        return after_slash(rest.strip_prefix(b" from ")?);
    }
    // Bitbucket: `Merged in branch (pull request #12)`.
    until(line.strip_prefix(b"Merged in ")?, b' ')
}

fn until(text: &[u8], end: u8) -> Option<&[u8]> {
    text.get(..text.iter().position(|b| *b == end)?)
}

fn after_slash(text: &[u8]) -> Option<&[u8]> {
    text.get(text.iter().position(|b| *b == b'/')? + 1..)
}

#[cfg(test)]
mod tests {
    use super::branch;

    #[test]
    fn branches_are_read_from_what_git_and_forges_write() {
        for (message, wanted) in [
            ("Merge branch 'cursor/fix-login-9f3a'", Some("cursor/fix-login-9f3a")),
            ("Merge branch 'copilot/x' into 'main'\n\nSee merge request a/b!1", Some("copilot/x")),
            ("Merge branch 'a' of https://example.org/r\r\n", Some("a")),
            (
                "Merge remote-tracking branch 'origin/devin/1712345678-x' into main",
                Some("devin/1712345678-x"),
            ),
            (
                "Merge pull request #12 from owner/codex/add-tests\n\nAdd tests",
                Some("codex/add-tests"),
            ),
            ("Merged in feature/a (pull request #7)\n\ntext", Some("feature/a")),
            ("Merge pull request #12", None),
            ("Merge branch 'unfinished", None),
            ("Merged twice", None),
            ("Fix: Merge branch 'a'", None),
            ("", None),
        ] {
            assert_eq!(branch(message.as_bytes()), wanted.map(str::as_bytes), "{message}");
        }
    }
}
