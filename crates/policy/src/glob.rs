//! Path patterns of policies and rosters, compiled once; knows paths as bytes only.
//!
//! `*` and `?` stay within one part of a path, `**` crosses parts, `[…]` and `{a,b}` choose. Case
//! matters. Most patterns are a literal, a directory or an ending, and are matched without a
//! regular expression.

use globset::{GlobBuilder, GlobMatcher};
use regex::bytes::{Regex, RegexBuilder};
use std::sync::OnceLock;

/// Longest pattern in bytes.
const LENGTH_MAX: usize = 1_000;

/// One compiled pattern.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    text: Box<str>,
    shape: Shape,
    /// Its parts, compiled when a link is held against it for the first time.
    parts: OnceLock<Box<[Part]>>,
}

/// One part of a pattern between slashes.
#[derive(Debug, Clone)]
enum Part {
    /// `**`
    Any,
    /// `*`
    One,
    Name(Box<str>),
    Glob(Box<GlobMatcher>),
}

#[derive(Debug, Clone)]
enum Shape {
    /// `**`
    Everything,
    /// No special character.
    Literal,
    /// `dir/**`: the text before `**`, with its `/`.
    Below(Box<[u8]>),
    /// `**/*.ext` and `**/name`: how the last part ends, and whether it must be that whole part.
    Ending(Box<[u8]>),
    /// `**/name`.
    Name(Box<[u8]>),
    /// Anything else, with the text before its first special character.
    General(Box<[u8]>, Regex),
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// Why it is none, as a phrase.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() || text.len() > LENGTH_MAX {
            return Err(format!("a pattern has 1 to {LENGTH_MAX} bytes"));
        }
        if text.starts_with('/') || text.starts_with("./") {
            return Err("a pattern begins at the root of the repository, without `/`".to_owned());
        }
        if text.starts_with('!') {
            return Err("a pattern cannot be negated: rules only add".to_owned());
        }
        Ok(Self { shape: shape(text)?, text: text.into(), parts: OnceLock::new() })
    }

    /// The pattern as it was written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether a path matches.
    #[inline]
    pub(crate) fn matches(&self, path: &[u8]) -> bool {
        match &self.shape {
            Shape::Everything => true,
            Shape::Literal => path == self.text.as_bytes(),
            Shape::Below(prefix) => path.len() > prefix.len() && path.starts_with(prefix),
            // The ending holds no `/`, so it lies within the last part.
            Shape::Ending(end) => path.ends_with(end),
            Shape::Name(name) => path
                .strip_suffix(name.as_ref())
                .is_some_and(|rest| rest.is_empty() || rest.ends_with(b"/")),
            Shape::General(prefix, glob) => path.starts_with(prefix) && glob.is_match(path),
        }
    }

    /// Whether something below a path could match that the pattern places there: part of it names the path.
    /// What a pattern takes anywhere it takes where it really lies.
    pub(crate) fn reaches_below(&self, path: &[u8]) -> bool {
        // What no pattern can spell is matched by stars alone, as its sign is.
        let path = &*String::from_utf8_lossy(path);
        if has_choice_of_paths(&self.text) {
            let below = format!("{path}/");
            let prefix = String::from_utf8_lossy(self.prefix()).into_owned();
            return below.starts_with(&prefix) || prefix.starts_with(&below);
        }
        let parts = self.parts.get_or_init(|| self.text.split('/').map(part).collect());
        let names: Vec<&str> = path.split('/').collect();
        leads(parts, &names, false)
    }

    /// What every matching path begins with; empty where nothing is known.
    pub(crate) fn prefix(&self) -> &[u8] {
        match &self.shape {
            Shape::Literal => self.text.as_bytes(),
            Shape::Below(prefix) | Shape::General(prefix, _) => prefix,
            Shape::Everything | Shape::Ending(_) | Shape::Name(_) => &[],
        }
    }
}

/// Whether some choice, or a choice within one, has more than one part of a path.
fn has_choice_of_paths(text: &str) -> bool {
    let mut depth = 0usize;
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            '/' if depth > 0 => return true,
            _ => {}
        }
    }
    false
}

fn part(text: &str) -> Part {
    let glob = || GlobBuilder::new(text).literal_separator(true).backslash_escape(true).build();
    match text {
        "**" => Part::Any,
        "*" => Part::One,
        name if plain(name) => Part::Name(name.into()),
        name => glob().map_or_else(
            |_| Part::Name(name.into()),
            |glob| Part::Glob(Box::new(glob.compile_matcher())),
        ),
    }
}

/// Whether the parts of a pattern lead through all names and on, at least one of them by more than a star.
fn leads(parts: &[Part], names: &[&str], named: bool) -> bool {
    let Some((name, rest)) = names.split_first() else { return named && !parts.is_empty() };
    let Some((part, further)) = parts.split_first() else { return false };
    match part {
        Part::Any => leads(further, names, named) || leads(parts, rest, named),
        Part::One => leads(further, rest, named),
        Part::Name(own) => **own == **name && leads(further, rest, true),
        Part::Glob(glob) => glob.is_match(name) && leads(further, rest, true),
    }
}

fn plain(text: &str) -> bool {
    !text.contains(['*', '?', '[', ']', '{', '}', '\\'])
}

fn shape(text: &str) -> Result<Shape, String> {
    if text == "**" {
        return Ok(Shape::Everything);
    }
    if plain(text) {
        return Ok(Shape::Literal);
    }
    if let Some(prefix) = text.strip_suffix("**").filter(|p| p.ends_with('/') && plain(p)) {
        return Ok(Shape::Below(prefix.as_bytes().into()));
    }
    if let Some(rest) = text.strip_prefix("**/").filter(|r| !r.contains('/')) {
        if let Some(end) = rest.strip_prefix('*').filter(|e| plain(e)) {
            return Ok(Shape::Ending(end.as_bytes().into()));
        }
        if plain(rest) {
            return Ok(Shape::Name(rest.as_bytes().into()));
        }
    }
    let built = GlobBuilder::new(text).literal_separator(true).backslash_escape(true).build();
    let glob = built.map_err(|e| format!("the pattern does not hold: {}", e.kind()))?;
    let special = text.find(['*', '?', '[', ']', '{', '}', '\\']).unwrap_or(text.len());
    let prefix = text.as_bytes().get(..special).unwrap_or_default();
    // The glob as a regular expression over bytes, for paths need not be UTF-8, and may have line feeds.
    let regex = RegexBuilder::new(glob.regex()).dot_matches_new_line(true).build();
    let regex = regex.map_err(|_| "the pattern is too complex".to_owned())?;
    Ok(Shape::General(prefix.into(), regex))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hit(pattern: &str, path: &str) -> bool {
        Pattern::parse(pattern).unwrap().matches(path.as_bytes())
    }

    #[test]
    fn stars_stay_within_a_part_and_double_stars_do_not() {
        assert!(hit("pay/**", "pay/a/b.rs") && !hit("pay/**", "pay") && !hit("pay/**", "payx/a"));
        assert!(hit("docs/*.md", "docs/a.md") && !hit("docs/*.md", "docs/x/a.md"));
        assert!(hit("**/*.rs", "a.rs") && hit("**/*.rs", "x/y/a.rs") && !hit("**/*.rs", "a.rs/b"));
        assert!(hit("*.md", "a.md") && !hit("*.md", "x/a.md"));
        assert!(hit("**/Cargo.toml", "Cargo.toml") && hit("**/Cargo.toml", "a/b/Cargo.toml"));
        assert!(!hit("**/Cargo.toml", "a/XCargo.toml"));
        assert!(hit("{a,b}/?.[ch]", "b/x.c") && !hit("{a,b}/?.[ch]", "b/xx.c"));
        assert!(
            hit("**/migrations/*.sql", "db\n/migrations/2.sql") && hit("a/**/b*/**", "a/\n/b/c")
        );
        assert!(hit("**", "anything/at/all") && hit("a/b", "a/b") && !hit("a/b", "A/b"));
    }

    #[test]
    fn patterns_reach_below_what_they_name() {
        let reaches = |pattern: &str, path: &str| {
            Pattern::parse(pattern).unwrap().reaches_below(path.as_bytes())
        };
        for (pattern, path) in [
            ("db/migrations/**", "db/migrations"),
            ("db/migrations/**", "db"),
            ("**/migrations/*.sql", "db/migrations"),
            ("infra/**/prod*/**", "infra/eu/production"),
            ("pay/charge.rs", "pay"),
            ("{db,sql}/x/**", "sql"),
            ("{srv{1,2}/secrets,keys}/**", "srv1"),
        ] {
            assert!(reaches(pattern, path), "{pattern} below {path}");
        }
        let odd = Pattern::parse("cfg*/**").unwrap();
        assert!(odd.reaches_below(b"cfg\xff") && !odd.reaches_below(b"other\xff"));
        for (pattern, path) in [
            ("**/*.sql", "db"),
            ("**", "db"),
            ("db/migrations/**", "docs"),
            ("pay/charge.rs", "pay/charge.rs"),
            ("*/x", "db"),
        ] {
            assert!(!reaches(pattern, path), "{pattern} below {path}");
        }
    }

    #[test]
    fn bad_patterns_say_why() {
        for bad in ["", "/pay/**", "!pay", "a[", "{a", "./x", &"x".repeat(2_000)] {
            assert!(Pattern::parse(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        /// The short cuts answer as the general matcher does.
        #[test]
        fn shapes_agree_with_the_general_matcher(
            pattern in "(\\*\\*/)?([ab]{1,2}/){0,2}(\\*\\*|\\*\\.[ab]|[ab]{1,2}|\\*)",
            path in "([ab\n\u{e9}]{1,2}/){0,3}[ab]{1,2}(\\.[ab])?",
        ) {
            let general = GlobBuilder::new(&pattern).literal_separator(true).build().unwrap();
            let wanted = general.compile_matcher().is_match(&path);
            prop_assert_eq!(hit(&pattern, &path), wanted, "{} on {}", pattern, path);
        }
    }
}
