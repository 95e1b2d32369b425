//! Paths that mean another file on another machine: names that fold together, links that lead out.
//!
//! Such a change cannot be approved as it is: what was looked at is not what every checkout has.

use crate::ports::{PortError, Repository};
use obstat_model::change::{ChangedFile, FileState};
use obstat_model::facts::Problem;
use obstat_model::object::{Mode, Oid, RepoPath};
use obstat_model::text::is_invisible;
use std::collections::{HashMap, HashSet};
use unicode_normalization::UnicodeNormalization as _;

/// Longest text of a link that is looked at, in bytes; file systems stop at 4,096.
const LINK_MAX: u64 = 4_096;

/// What must change before anybody can sign: at most one problem of each kind.
///
/// # Errors
/// [`PortError`] when a tree or link cannot be read.
pub fn problems(
    repository: &dyn Repository,
    (tip, tree): (Option<Oid>, Oid),
    files: &[ChangedFile],
) -> Result<Vec<Problem>, PortError> {
    let here = files.iter().map(|f| &f.change).filter(|change| change.new.is_some());
    if let Some(long) = here.map(|change| &change.path).find(|path| is_too_long(path)) {
        return Ok(vec![too_long(long)]);
    }
    let collision = collision(repository, (tip, tree), files)?;
    let link = leading_out(repository, files)?;
    Ok(collision.into_iter().chain(link).collect())
}

/// Two names of one directory that some file systems take for one, of which one is new.
fn collision(
    repository: &dyn Repository,
    (tip, tree): (Option<Oid>, Oid),
    files: &[ChangedFile],
) -> Result<Option<Problem>, PortError> {
    let added = files.iter().map(|f| &f.change).filter(|c| c.old.is_none() && c.new.is_some());
    let mut directories: HashMap<&[u8], Directory> = HashMap::new();
    for path in added.map(|c| c.path.as_bytes()) {
        for (above, name) in steps(path) {
            let folded = fold(name);
            if folded == b".git" || short_form(&folded) == Some(b"git") {
                return Ok(Some(git_directory(path)));
            }
            if !directories.contains_key(above) {
                let above_path = RepoPath::new(above);
                let before = tip.map(|tip| repository.names(tip, &above_path)).transpose()?;
                let before = before.unwrap_or_default().into_iter().collect();
                let names = by_fold(repository.names(tree, &above_path)?);
                directories.insert(above, Directory::of(before, names));
            }
            let Some(here) = directories.get(above) else { continue };
            // What was there before is nobody's doing now.
            if here.before.contains(name) {
                continue;
            }
            let alike = here.dos_alike(&folded).or_else(|| here.names.get(&folded));
            if let Some(other) = alike.into_iter().flatten().find(|other| ***other != *name) {
                return Ok(Some(taken(above, (name, other))));
            }
        }
    }
    Ok(None)
}

/// Each directory that a path goes through, and the name in it.
fn steps(path: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let ends = (0..=path.len()).filter(|at| path.get(*at).is_none_or(|b| *b == b'/'));
    let mut start = 0_usize;
    ends.map(move |end| {
        let above = path.get(..start.saturating_sub(1)).unwrap_or_default();
        let name = path.get(start..end).unwrap_or_default();
        start = end + 1;
        (above, name)
    })
}

/// One directory.
struct Directory {
    /// Names that the tip has.
    before: HashSet<Box<[u8]>>,
    names: Folded,
    /// Those that may be the DOS names of others, by what the long ones begin with.
    short: HashMap<Vec<u8>, Vec<u8>>,
    /// Names by what their DOS names begin with, where there are any of those: two of each.
    long: HashMap<Vec<u8>, Vec<Vec<u8>>>,
}

impl Directory {
    fn of(before: HashSet<Box<[u8]>>, names: Folded) -> Self {
        let mut short = HashMap::new();
        for name in names.keys() {
            if let Some(stem) = short_form(name) {
                short.entry(stem.to_vec()).or_insert_with(|| name.clone());
            }
        }
        let mut long: HashMap<Vec<u8>, Vec<Vec<u8>>> = HashMap::new();
        for name in names.keys().filter(|_| !short.is_empty()) {
            for stem in stems(name) {
                let all = long.entry(stem).or_default();
                if all.len() < 2 {
                    all.push(name.clone());
                }
            }
        }
        Self { before, names, short, long }
    }

    /// Names that one may be the DOS name of, or that may be its.
    fn dos_alike(&self, folded: &[u8]) -> Option<&Vec<Box<[u8]>>> {
        let others = |other: &&Vec<u8>| **other != folded;
        let mut stems = stems(folded).filter_map(|stem| self.short.get(&stem)).filter(others);
        let long = || {
            let alike = short_form(folded).and_then(|stem| self.long.get(stem))?;
            alike.iter().find(others)
        };
        stems.next().or_else(long).and_then(|found| self.names.get(found))
    }
}

/// What the long name of a DOS name (`PAYMEN~1`) begins with, which some file systems give each file too.
fn short_form(folded: &[u8]) -> Option<&[u8]> {
    let at = folded.iter().position(|b| *b == b'~').filter(|at| (1..=6).contains(at))?;
    let digits = folded.get(at + 1..)?.iter().take_while(|b| b.is_ascii_digit()).count();
    (digits > 0).then(|| folded.get(..at)).flatten()
}

/// What a DOS name of a name may begin with: it is made from it without dots and spaces.
fn stems(long: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let bare = long.iter().filter(|b| !matches!(b, b'.' | b' ')).take(6).copied();
    let bare: Vec<u8> = bare.collect();
    (1..=bare.len()).map(move |n| bare.iter().take(n).copied().collect())
}

#[cfg(test)]
fn is_short_of(short: &[u8], long: &[u8]) -> bool {
    short_form(short).is_some_and(|stem| stems(long).any(|own| own == stem))
}

/// Longest path in bytes, as most systems have it, and most directories of one.
const PATH_MAX: usize = 4_096;
const DEPTH_MAX: usize = 128;

fn is_too_long(path: &RepoPath) -> bool {
    let bytes = path.as_bytes();
    bytes.len() > PATH_MAX || bytes.iter().filter(|b| **b == b'/').count() > DEPTH_MAX
}

fn too_long(path: &RepoPath) -> Problem {
    let shown = obstat_model::text::escape_cut(&path.lossy(), 60);
    Problem {
        code: "path-too-long",
        text: format!(
            "`{shown}` is longer than {PATH_MAX} bytes or deeper than {DEPTH_MAX} directories"
        ),
        hint: "take it out of the change".to_owned(),
    }
}

/// Names by how they fold.
type Folded = HashMap<Vec<u8>, Vec<Box<[u8]>>>;

fn by_fold(names: Vec<Box<[u8]>>) -> Folded {
    let mut found = Folded::new();
    for name in names {
        found.entry(fold(&name)).or_default().push(name);
    }
    found
}

/// A name as the most forgiving file systems compare it: case and Unicode forms do not count (APFS,
/// NTFS), characters that HFS+ skips are skipped, and dots and spaces at the end fall away (NTFS).
/// Bytes that are no UTF-8 keep their values.
fn fold(name: &[u8]) -> Vec<u8> {
    if name.is_ascii() {
        let end =
            name.iter().rposition(|b| !matches!(b, b'.' | b' ')).map_or(name.len(), |at| at + 1);
        return name.get(..end).unwrap_or(name).to_ascii_lowercase();
    }
    let Ok(text) = std::str::from_utf8(name) else { return name.to_ascii_lowercase() };
    let seen = text.chars().filter(|c| !is_invisible(*c) && *c != '\u{fe0f}');
    // Full case folding: capitals of small letters can be several, and other letters share them.
    let large = seen.nfkd().flat_map(char::to_uppercase);
    let small: String = large.flat_map(char::to_lowercase).nfkc().collect();
    let small = small.replace('ς', "σ");
    small.trim_end_matches(['.', ' ']).as_bytes().to_vec()
}

fn taken(above: &[u8], (name, other): (&[u8], &[u8])) -> Problem {
    let below = |name: &[u8]| {
        let separator: &[u8] = if above.is_empty() { b"" } else { b"/" };
        RepoPath::new([above, separator, name].concat())
    };
    let (path, other) = (below(name), below(other));
    Problem {
        code: "path-collision",
        text: format!(
            "`{path}` and `{other}` are one file where case or Unicode forms do not count"
        ),
        hint: "rename one of them, so that every checkout holds what was looked at".to_owned(),
    }
}

fn git_directory(path: &[u8]) -> Problem {
    Problem {
        code: "path-collision",
        text: format!("`{}` lies in git's own directory on some machines", RepoPath::new(path)),
        hint: "take that path out of the change".to_owned(),
    }
}

/// A link that is new or leads elsewhere than before, out of the tree or into git's own directory.
fn leading_out(
    repository: &dyn Repository,
    files: &[ChangedFile],
) -> Result<Option<Problem>, PortError> {
    let is_link = |state: &FileState| state.mode == Mode::Symlink;
    for change in files.iter().map(|f| &f.change) {
        let Some(link) = change.new.filter(is_link) else { continue };
        // As long a text is no link that any system follows.
        let Some(text) = repository.blob(link.oid, LINK_MAX)? else { continue };
        if !leads_out(change.path.as_bytes(), &text) {
            continue;
        }
        let shown = obstat_model::text::escape_cut(&String::from_utf8_lossy(&text), 60);
        return Ok(Some(Problem {
            code: "link-out-of-tree",
            text: format!(
                "`{}` is a link to `{shown}`, which is not in the repository",
                change.path
            ),
            hint: "let it lead to a file of the repository, or take it out".to_owned(),
        }));
    }
    Ok(None)
}

fn leads_out(path: &[u8], target: &[u8]) -> bool {
    let is_separator = |b: &u8| *b == b'/' || *b == b'\\';
    let drive = target.get(1) == Some(&b':') && target.first().is_some_and(u8::is_ascii_alphabetic);
    if target.first().is_some_and(is_separator) || drive {
        return true;
    }
    let mut depth = path.iter().filter(|b| **b == b'/').count();
    let mut named = false;
    for part in target.split(is_separator) {
        match part {
            b"" | b"." => {}
            // A named part may be a link itself, and what is above it anywhere.
            b".." if depth == 0 || named => return true,
            b".." => depth -= 1,
            name if fold(name) == b".git" => return true,
            _ => named = true,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fold_as_file_systems_fold_them() {
        for (a, b) in [
            ("Pay", "pay"),
            ("caf\u{e9}", "cafe\u{301}"),
            ("STRASSE", "straße"),
            ("name.", "name"),
            ("na\u{200c}me", "name"),
            ("ΟΔΟΣ", "οδος"),
            (".g\u{200d}it", ".git"),
            ("\u{17f}ervices", "services"),
            ("ser\u{200b}vi\u{ad}ces", "services"),
            ("\u{fb01}le", "file"),
        ] {
            assert_eq!(fold(a.as_bytes()), fold(b.as_bytes()), "{a} {b}");
        }
        for (a, b) in [("pay", "play"), ("cafe", "caf\u{e9}"), ("a.b", "ab"), ("...", "..")] {
            assert_ne!(fold(a.as_bytes()), fold(b.as_bytes()), "{a} {b}");
        }
        assert_ne!(fold(b"\xff"), fold(b"\xfe"));
    }

    #[test]
    fn dos_names_are_known() {
        assert_eq!(short_form(b"paymen~1"), Some(&b"paymen"[..]));
        assert_eq!(short_form(b"progra~12.txt"), Some(&b"progra"[..]));
        for name in ["payments", "~1", "longname~1", "a~b"] {
            assert_eq!(short_form(name.as_bytes()), None, "{name}");
        }
    }

    #[test]
    fn dos_names_are_those_of_longer_ones() {
        for (short, long) in [
            ("instal~1.md", "install.md"),
            ("appcon~1.md", "app.config.md"),
            ("obstat~1", ".obstat"),
            ("github~1", ".github"),
        ] {
            assert!(is_short_of(short.as_bytes(), long.as_bytes()), "{short} {long}");
            assert!(!is_short_of(long.as_bytes(), short.as_bytes()), "{short} {long}");
        }
        assert!(!is_short_of(b"obstat~1", b"docs") && !is_short_of(b"obstat", b".obstat"));
    }

    #[test]
    fn links_lead_out_or_stay() {
        for (path, target) in [
            ("a", "/etc/passwd"),
            ("a", "../a"),
            ("d/a", "../../x"),
            ("d/a", "b/../../../x"),
            ("a", "C:\\x"),
            ("a", "\\\\host\\x"),
            ("a", "..\\x"),
            ("a", ".git/config"),
            ("d/a", "../.GIT/hooks"),
            ("d/a", "b/../c"),
            ("a", "here/.git/hooks"),
        ] {
            assert!(leads_out(path.as_bytes(), target.as_bytes()), "{path} -> {target}");
        }
        for (path, target) in
            [("a", "b"), ("d/a", "../b"), ("d/e/a", "../../b/c"), ("a", "./b"), ("a", "..b")]
        {
            assert!(!leads_out(path.as_bytes(), target.as_bytes()), "{path} -> {target}");
        }
    }
}
