//! What a changed lockfile draws in from elsewhere than before; knows no package manager.
//!
//! Lockfiles are folded out of most diffs. Two things in one deserve a look whatever surrounds them:
//! a host that packages did not come from before, and another hash for something that otherwise
//! stayed the same.

use std::collections::{BTreeSet, HashMap};

/// Files that package managers write and people seldom read.
const NAMES: [&[u8]; 20] = [
    b"cargo.lock",
    b"package-lock.json",
    b"npm-shrinkwrap.json",
    b"yarn.lock",
    b"pnpm-lock.yaml",
    b"bun.lock",
    b"deno.lock",
    b"poetry.lock",
    b"uv.lock",
    b"pdm.lock",
    b"pipfile.lock",
    b"gemfile.lock",
    b"composer.lock",
    b"go.sum",
    b"mix.lock",
    b"pubspec.lock",
    b"packages.lock.json",
    b"gradle.lockfile",
    b"flake.lock",
    b".terraform.lock.hcl",
];

/// Lines above a hash that say what it is of.
const ABOVE: usize = 3;
/// Shortest run of hexadecimal digits that is a hash: a SHA-1.
const HEX_MIN: usize = 40;

/// Whether a path is that of a lockfile.
pub(super) fn is_lockfile(name: &[u8]) -> bool {
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Whether the new content names a host, or a hash of something known, that the old did not.
pub(super) fn strays(old: &[u8], new: &[u8]) -> bool {
    // Lockfiles escape nothing: whoever writes so writes past whoever looks for addresses.
    if new.contains(&b'\\') && !old.contains(&b'\\') {
        return true;
    }
    let (old, new) = (unescaped(old), unescaped(new));
    let known = hosts(&old);
    if hosts(&new).iter().any(|host| !known.contains(host)) {
        return true;
    }
    let before = hashes(&old);
    hashes(&new).iter().any(|(what, found)| {
        before.get(what).is_some_and(|was| found.iter().any(|hash| !was.contains(hash)))
    })
}

/// Text as JSON and YAML mean it: `\/` is `/`, `\u0073` and `\x73` are `s`.
fn unescaped(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut parts = text.split('\\');
    let mut out = parts.next().unwrap_or_default().to_owned();
    while let Some(part) = parts.next() {
        let digits = match part.as_bytes().first() {
            Some(b'u') => 5,
            Some(b'x') => 3,
            Some(b'U') => 9,
            // A backslash that was escaped stands for itself, and begins nothing.
            None => {
                out.push('\\');
                out.push_str(parts.next().unwrap_or_default());
                continue;
            }
            Some(b'/') => 0,
            Some(_) => {
                out.push('\\');
                0
            }
        };
        let code = part.get(1..digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        match code.and_then(char::from_u32) {
            Some(c) => {
                out.push(c);
                out.push_str(part.get(digits..).unwrap_or_default());
            }
            None => out.push_str(part),
        }
    }
    out
}

/// Hosts of all addresses, in small letters, without user and port: whatever follows `scheme:/`, and what
/// stands between `@` and `:`, as ssh has it.
fn hosts(text: &str) -> BTreeSet<String> {
    let slashes = |c: char| c == '/' || c == '\\';
    let after = text.split(":/").skip(1).map(|rest| rest.trim_start_matches(slashes));
    // What browsers and Node take for an address too.
    let bare = ["http:", "https:", "ftp:", "ws:", "wss:"].into_iter().flat_map(|scheme| {
        text.split(scheme).skip(1).map(move |rest| rest.trim_start_matches(slashes))
    });
    let after = after.chain(bare);
    let ssh = text.split('@').skip(1).filter_map(|rest| {
        let host = rest.split(':').next().filter(|host| host.len() < rest.len())?;
        let is_host = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
        let end = rest.get(host.len() + 1..).and_then(|rest| rest.chars().next());
        // `name@1.2.3:` with nothing behind it is a package and its version.
        let ends = end.is_none_or(|c| c.is_whitespace() || c == '"' || c == '\'');
        let is_one = host.contains('.') && host.chars().all(is_host) && !(ends && is_version(host));
        is_one.then(|| host.to_ascii_lowercase())
    });
    let host = |rest: &str| {
        let end = rest.find(|c: char| "/\\\"' \t\r\n#?".contains(c)).unwrap_or(rest.len());
        let authority = rest.get(..end).unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        host.split(':').next().unwrap_or_default().to_ascii_lowercase()
    };
    let found = after.map(host).filter(|host| !host.is_empty());
    found.chain(ssh).collect()
}

/// `1.2.3`, with what may follow it (semver.org), or a range: `1.2`, `0.5.x`.
fn is_version(text: &str) -> bool {
    let core = text.split(['-', '+']).next().unwrap_or_default();
    let number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let parts = || core.split('.');
    parts().count() <= 3 && parts().all(|part| number(part) || matches!(part, "x" | "X" | "*"))
}

/// Hashes by what they are of: their line and those above it, all hashes taken out.
fn hashes(text: &str) -> HashMap<String, BTreeSet<&str>> {
    let mut found: HashMap<String, BTreeSet<&str>> = HashMap::new();
    let lines: Vec<(String, Vec<&str>)> = text.lines().map(taken_apart).collect();
    for at in 0..lines.len() {
        let Some((_, here)) = lines.get(at).filter(|(_, here)| !here.is_empty()) else { continue };
        let context = lines.get(at.saturating_sub(ABOVE)..=at).unwrap_or_default();
        let what: Vec<&str> = context.iter().map(|(rest, _)| rest.as_str()).collect();
        found.entry(what.join("\n")).or_default().extend(here);
    }
    found
}

/// A line without its hashes, and those.
fn taken_apart(line: &str) -> (String, Vec<&str>) {
    let (mut rest, mut hashes) = (String::new(), Vec::new());
    let is_word = |c: char| c.is_ascii_alphanumeric() || "+/=_-:".contains(c);
    for part in line.trim().split_inclusive(|c| !is_word(c)) {
        let word = part.trim_end_matches(|c| !is_word(c));
        if is_hash(word) {
            hashes.push(word);
        } else {
            rest.push_str(part);
        }
    }
    (rest, hashes)
}

fn is_hash(word: &str) -> bool {
    let bare = word.rsplit(':').next().unwrap_or(word);
    let named = ["sha1-", "sha256-", "sha384-", "sha512-"].iter().any(|p| bare.starts_with(p));
    let is_go = word.starts_with("h1:") && bare.len() > HEX_MIN;
    named || is_go || (bare.len() >= HEX_MIN && bare.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARGO: &str = "[[package]]\nname = \"log\"\nversion = \"0.4.1\"\n\
        source = \"registry+https://github.com/rust-lang/crates.io-index\"\n\
        checksum = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\n";
    const NPM: &str = "    \"node_modules/left\": {\n      \"version\": \"1.0.0\",\n      \
        \"resolved\": \"https://registry.npmjs.org/left/-/left-1.0.0.tgz\",\n      \
        \"integrity\": \"sha512-AAAA==\"\n    },\n";
    const GO: &str = "example.org/x v1.2.3 h1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=\n";

    #[test]
    fn another_version_is_no_stray() {
        for (old, was, is) in [
            (CARGO, ["0.4.1", "aaaaaaaa"], ["0.4.2", "bbbbbbbb"]),
            (NPM, ["1.0.0", "AAAA"], ["1.0.1", "BBBB"]),
            (GO, ["v1.2.3", "h1:aaaa"], ["v1.2.4", "h1:bbbb"]),
        ] {
            let new = old.replace(was[0], is[0]).replace(was[1], is[1]);
            assert!(!strays(old.as_bytes(), new.as_bytes()), "{new}");
            assert!(!strays(old.as_bytes(), format!("{old}{new}").as_bytes()), "{new}");
            assert!(!strays(format!("{old}{new}").as_bytes(), old.as_bytes()), "{new}");
        }
    }

    #[test]
    fn another_hash_of_the_same_version_and_another_host_are() {
        for (old, was, is) in [
            (CARGO, "aaaaaaaa", "bbbbbbbb"),
            (NPM, "AAAA", "BBBB"),
            (GO, "h1:aaaa", "h1:bbbb"),
            (CARGO, "github.com", "github.com.example.net"),
            (NPM, "registry.npmjs.org", "registry.example.net"),
            (NPM, "https://registry", "https://user:word@other.example.net:1/registry"),
            (NPM, "https://registry.npmjs.org", "https:/other.example.net"),
            (NPM, "https://", "https:\\/\\/"),
            (NPM, "sha512-", "\\u0073ha512-"),
            (NPM, "https://registry.npmjs.org/left", "git+ssh:git@other.example.net:left"),
            (NPM, "https://registry.npmjs.org/left", "deploy@203.0.113.5:left.git"),
            (NPM, "https://registry.npmjs.org/left", "deploy@1.2.evil.example:left.git"),
            (NPM, "https://registry.npmjs.org/", "https://registry.npmjs.org;@evil.example/"),
            (NPM, "https://registry.npmjs.org/", "https://registry.npmjs.org,@evil.example/"),
            (NPM, "https://registry.npmjs.org/", "https:evil.example/"),
            (NPM, "https://registry.npmjs.org/", "https:\\\\evil.example/"),
        ] {
            let new = old.replace(was, is);
            assert!(strays(old.as_bytes(), new.as_bytes()), "{new}");
        }
    }

    #[test]
    fn versions_are_no_hosts_and_escapes_hide_none() {
        for (old, new) in [
            ("lodash@4.17.20:\n  x", "lodash@4.17.21:\n  x"),
            ("left@0.4.x:\n  x", "left@0.5.x:\nright@1.0:\n"),
            ("'a@1.2.3-beta.1':\n", "'a@1.2.4-beta.rc':\n"),
            ("\"a\\\\b\" https://a.example/", "\"a\\\\c\" https://a.example/x"),
        ] {
            assert!(!strays(old.as_bytes(), new.as_bytes()), "{new}");
        }
        let old = "\"a\\n\": \"https://a.example/x\"";
        for new in [
            "https:\\/\\/evil.example/x",
            "https\\u003a//evil.example/x",
            "\\x68ttp://evil.example",
        ] {
            let new = old.replace("https://a.example/x", new);
            assert!(strays(old.as_bytes(), new.as_bytes()), "{new}");
        }
    }

    #[test]
    fn names_are_known_in_any_case() {
        assert!(is_lockfile(b"Cargo.lock") && is_lockfile(b"go.sum"));
        assert!(!is_lockfile(b"lock.rs"));
    }
}
