//! Compiled path patterns, part by part and without regular expressions; knows no dialect.
//!
//! Matching is greedy with one step back, on parts and within a part, so its time is at most the
//! product of both lengths.

/// One step of a pattern: a part of a path, or any number of parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// `**`: any number of parts, also none.
    Deep,
    /// `*`: one part, whatever it is.
    Any,
    /// `name`
    Literal(Box<[u8]>),
    /// `*.ext`
    Ending(Box<[u8]>),
    /// `name*`
    Beginning(Box<[u8]>),
    /// Anything else.
    General(Box<[Token]>),
}

/// One step within a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// Any number of characters.
    Star,
    /// One character.
    One,
    /// These bytes.
    Text(Vec<u8>),
    /// One character in, or with `negated` outside, the ranges.
    Class {
        /// Whether it began with `!` or `^`.
        negated: bool,
        /// First and last of each.
        ranges: Vec<(char, char)>,
    },
}

/// A pattern for whole paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern(Box<[Part]>);

impl Pattern {
    pub(super) fn new(mut parts: Vec<Part>) -> Self {
        parts.dedup_by(|a, b| *a == Part::Deep && *b == Part::Deep);
        Self(parts.into())
    }

    pub(super) fn parts(&self) -> &[Part] {
        &self.0
    }

    /// Whether a path, cut at `/`, matches.
    pub(super) fn matches(&self, path: &[&[u8]]) -> bool {
        let step = |part: &Part, at: usize| match part {
            Part::Deep => Step::Star,
            _ if path.get(at).is_some_and(|text| part.matches(text)) => Step::Ahead(1),
            _ => Step::Back,
        };
        greedy(&self.0, path.len(), step, |_| 1)
    }
}

impl Part {
    /// Reads one part: `*`, `?`, `[…]` and `\` are special.
    ///
    /// # Errors
    /// Why it is none, as a phrase.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut tokens = Vec::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            match c {
                '*' if tokens.last() == Some(&Token::Star) => {}
                '*' => tokens.push(Token::Star),
                '?' => tokens.push(Token::One),
                '[' => tokens.push(class(&mut chars)?),
                '\\' => push(&mut tokens, chars.next().ok_or("a part ends with a backslash")?),
                _ => push(&mut tokens, c),
            }
        }
        Ok(match tokens.as_slice() {
            [] => return Err("a part between slashes is empty".to_owned()),
            [Token::Star] => Self::Any,
            [Token::Text(text)] => Self::Literal(text.as_slice().into()),
            [Token::Star, Token::Text(text)] => Self::Ending(text.as_slice().into()),
            [Token::Text(text), Token::Star] => Self::Beginning(text.as_slice().into()),
            _ => Self::General(tokens.into()),
        })
    }

    fn matches(&self, text: &[u8]) -> bool {
        match self {
            Self::Deep | Self::Any => true,
            Self::Literal(wanted) => text == wanted.as_ref(),
            Self::Ending(end) => text.ends_with(end),
            Self::Beginning(start) => text.starts_with(start),
            Self::General(tokens) => {
                let rest = |at: usize| text.get(at..).unwrap_or_default();
                let step = |token: &Token, at: usize| token.step(rest(at));
                greedy(tokens, text.len(), step, |at| first(rest(at)).1)
            }
        }
    }
}

fn push(tokens: &mut Vec<Token>, c: char) {
    let mut buffer = [0; 4];
    let bytes = c.encode_utf8(&mut buffer).as_bytes();
    if let Some(Token::Text(text)) = tokens.last_mut() {
        text.extend(bytes);
    } else {
        tokens.push(Token::Text(bytes.to_vec()));
    }
}

/// The rest of a class behind its `[`, as Ruby's `fnmatch` reads it: the first `]` ends it.
fn class(chars: &mut std::str::Chars) -> Result<Token, String> {
    let open = || "`[` has no `]` in the same part; write `\\[` for the character".to_owned();
    let mut peeked = chars.clone();
    let negated = matches!(peeked.next(), Some('!' | '^'));
    if negated {
        *chars = peeked;
    }
    let mut ranges = Vec::new();
    loop {
        let from = match chars.next().ok_or_else(open)? {
            ']' => return Ok(Token::Class { negated, ranges }),
            c => unescaped(c, chars).ok_or_else(open)?,
        };
        let mut ahead = chars.clone();
        let to = match (ahead.next(), ahead.clone().next()) {
            (Some('-'), Some(c)) if c != ']' => {
                ahead.next();
                let to = unescaped(c, &mut ahead).ok_or_else(open)?;
                *chars = ahead;
                to
            }
            _ => from,
        };
        ranges.push((from, to));
    }
}

fn unescaped(c: char, chars: &mut std::str::Chars) -> Option<char> {
    if c == '\\' { chars.next() } else { Some(c) }
}

impl Token {
    fn step(&self, rest: &[u8]) -> Step {
        let length = match self {
            Self::Star => return Step::Star,
            Self::Text(text) => rest.starts_with(text).then_some(text.len()),
            Self::One => Some(first(rest).1).filter(|length| *length > 0),
            Self::Class { negated, ranges } => {
                let (found, length) = first(rest);
                let is_in = found.is_some_and(|c| ranges.iter().any(|(a, b)| *a <= c && c <= *b));
                (length > 0 && is_in != *negated).then_some(length)
            }
        };
        length.map_or(Step::Back, Step::Ahead)
    }
}

/// The first character and its length; a byte that begins none counts as one.
fn first(bytes: &[u8]) -> (Option<char>, usize) {
    for length in 1..=bytes.len().min(4) {
        let head = bytes.get(..length).unwrap_or_default();
        if let Some(c) = std::str::from_utf8(head).ok().and_then(|text| text.chars().next()) {
            return (Some(c), length);
        }
    }
    (None, bytes.len().min(1))
}

/// What a step of a pattern does at a place.
enum Step {
    /// It may take any number of things.
    Star,
    /// It takes so many.
    Ahead(usize),
    /// It does not match here.
    Back,
}

/// Matches `0..length` completely. After a failure only the last star has to take more, because
/// whatever an earlier one could take, the last one can.
fn greedy<T>(
    steps: &[T],
    length: usize,
    step: impl Fn(&T, usize) -> Step,
    one: impl Fn(usize) -> usize,
) -> bool {
    let (mut next, mut at) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    loop {
        match steps.get(next).map(|s| step(s, at)) {
            Some(Step::Star) if next + 1 == steps.len() => return true,
            Some(Step::Star) => {
                next += 1;
                back = Some((next, at));
                continue;
            }
            Some(Step::Ahead(taken)) => {
                next += 1;
                at += taken;
                continue;
            }
            None if at == length => return true,
            None | Some(Step::Back) => {}
        }
        let Some((star, from)) = back.filter(|(_, from)| *from < length) else { return false };
        let from = from + one(from).max(1);
        (next, at, back) = (star, from, Some((star, from)));
    }
}
