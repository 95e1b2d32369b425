//! Does a value such as that of `Assisted-by` name an AI, a person or a program? Knows names and
//! models from the data; knows no message.
//!
//! People and code generators stand in these trailers too, and people are called Claude, Jules
//! and Devin. So a shared name counts only where nothing but an AI is meant.

use crate::format::{Text, ToolData, ToolRole, WordsData};
use crate::row;
use aho_corasick::{AhoCorasick, MatchKind};
use regex::bytes::Regex;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

/// What a value names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Named {
    /// The tool's id.
    pub(crate) tool: Option<Text>,
    /// The model, as written.
    pub(crate) model: Option<String>,
}

/// Words that may follow a shared name when it means the AI.
const QUALIFIERS: [&str; 22] = [
    "agent",
    "ai",
    "assistant",
    "bot",
    "chat",
    "chatbot",
    "cli",
    "code",
    "composer",
    "desktop",
    "flash",
    "haiku",
    "ide",
    "llm",
    "model",
    "opus",
    "pro",
    "sonnet",
    "tab",
    "turbo",
    "ultra",
    "web",
];

/// One name and the tool it means.
#[derive(Debug, Clone)]
struct Name {
    tool: Option<Text>,
    certain: bool,
}

/// The names of one layer.
#[derive(Debug)]
pub(crate) struct Words {
    names: HashMap<String, Name>,
    models: Vec<Text>,
    finder: OnceLock<Option<(AhoCorasick, Vec<String>)>>,
    gate: OnceLock<Option<AhoCorasick>>,
    regex: OnceLock<Option<Regex>>,
}

/// A value taken apart: what stands before an address, and the address.
struct Value<'v> {
    text: Cow<'v, str>,
    has_address: bool,
}

impl Words {
    pub(crate) fn new(tools: &[ToolData], words: WordsData) -> Self {
        let mut names = HashMap::new();
        let mut add = |text: &str, tool: Option<&ToolData>, certain: bool| {
            let name = Name { tool: tool.map(|t| t.id.clone()), certain };
            names.entry(text.to_ascii_lowercase()).or_insert(name);
        };
        for tool in tools.iter().filter(|t| t.role == ToolRole::Agent) {
            tool.names.iter().for_each(|n| add(n, Some(tool), true));
            tool.shared_names.iter().for_each(|n| add(n, Some(tool), false));
        }
        for tool in tools.iter().filter(|t| t.role == ToolRole::Agent) {
            add(&tool.id, Some(tool), false);
            add(&tool.display, Some(tool), false);
        }
        words.names.iter().for_each(|n| add(n, None, true));
        words.shared_names.iter().for_each(|n| add(n, None, false));
        let models = words.models.into_owned();
        Self {
            names,
            models,
            finder: OnceLock::new(),
            gate: OnceLock::new(),
            regex: OnceLock::new(),
        }
    }

    /// What a value names; `None` for people, programs and words that say nothing.
    pub(crate) fn named(&self, value: &[u8]) -> Option<Named> {
        let value = Value::of(value);
        let lowered = value.text.to_ascii_lowercase();
        let mentioned = self.mentions(&lowered);
        let lead = mentioned.then(|| self.lead(&value, &lowered)).flatten();
        let certain = (mentioned && lead.is_none()).then(|| self.certain(&lowered)).flatten();
        let model = self.model(value.text.as_bytes());
        if lead.is_none() && certain.is_none() && model.is_none() {
            return None;
        }
        let tool = lead.or(certain).and_then(|name| name.tool.clone());
        Some(Named { tool, model: after_colon(&value.text, lead.is_some()).or(model) })
    }

    /// Whether any name occurs at all: the quick answer for most people.
    fn mentions(&self, lowered: &str) -> bool {
        let build = || AhoCorasick::new(self.names.keys()).ok();
        self.gate.get_or_init(build).as_ref().is_none_or(|gate| gate.is_match(lowered))
    }

    /// The name that a part of the value begins with: `Claude Code:claude-opus-4`, `Cursor 2.4`.
    fn lead(&self, value: &Value<'_>, lowered: &str) -> Option<&Name> {
        let parts = lowered.split([',', ';', '+', '&', '(']).flat_map(|p| p.split(" and "));
        parts.filter_map(|part| self.lead_of(value, part.trim())).next()
    }

    fn lead_of(&self, value: &Value<'_>, part: &str) -> Option<&Name> {
        let (head, rest) = part.split_at(part.find([':', '/']).unwrap_or(part.len()));
        let whole = self.names.get(head.trim());
        if let Some(name) = whole.filter(|n| n.certain || !rest.is_empty() || !value.has_address) {
            return Some(name);
        }
        let mut words = part.split(' ');
        let name = self.names.get(words.next()?)?;
        let next = words.find(|w| !w.is_empty())?;
        qualifies(next).then_some(name)
    }

    /// A name that is certain wherever it stands as a word.
    fn certain(&self, lowered: &str) -> Option<&Name> {
        let (finder, names) = self.finder()?;
        let is_word = |start: usize, end: usize| {
            let edge = |b: Option<&u8>| b.is_none_or(|b| !b.is_ascii_alphanumeric());
            let bytes = lowered.as_bytes();
            edge(start.checked_sub(1).and_then(|i| bytes.get(i))) && edge(bytes.get(end))
        };
        let found = finder.find_iter(lowered).find(|m| is_word(m.start(), m.end()))?;
        self.names.get(names.get(found.pattern().as_usize())?)
    }

    fn model(&self, value: &[u8]) -> Option<String> {
        let any = || self.models.iter().map(|m| format!("(?:{m})")).collect::<Vec<_>>().join("|");
        let compile = || row::compile(&any()).ok().filter(|_| !self.models.is_empty());
        let found = self.regex.get_or_init(compile).as_ref()?.find(value)?;
        Some(crate::excerpt::excerpt(found.as_bytes()))
    }

    fn finder(&self) -> Option<&(AhoCorasick, Vec<String>)> {
        let build = || {
            let certain = self.names.iter().filter(|(_, n)| n.certain);
            let mut names: Vec<String> = certain.map(|(text, _)| text.clone()).collect();
            names.sort();
            let mut builder = AhoCorasick::builder();
            let finder = builder.match_kind(MatchKind::LeftmostLongest).build(&names).ok()?;
            Some((finder, names))
        };
        self.finder.get_or_init(build).as_ref()
    }
}

impl<'v> Value<'v> {
    fn of(value: &'v [u8]) -> Self {
        let end = memchr::memchr(b'<', value);
        let text = value.get(..end.unwrap_or(value.len())).unwrap_or(value).trim_ascii();
        let plain = memchr::memchr(b'@', text).is_some();
        Self { text: String::from_utf8_lossy(text), has_address: end.is_some() || plain }
    }
}

fn qualifies(word: &str) -> bool {
    let digits = word.strip_prefix('v').unwrap_or(word);
    digits.starts_with(|c: char| c.is_ascii_digit())
        || QUALIFIERS.contains(&word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric()))
        || word.starts_with("opus-")
        || word.starts_with("sonnet-")
}

/// `claude-opus-4-6` of `Claude:claude-opus-4-6 coccinelle`.
fn after_colon(text: &str, known: bool) -> Option<String> {
    let (_, rest) = text.split_once([':', '/']).filter(|_| known)?;
    let model = rest.split_whitespace().next()?;
    Some(crate::excerpt::excerpt(model.as_bytes()))
}

#[cfg(test)]
mod tests;
