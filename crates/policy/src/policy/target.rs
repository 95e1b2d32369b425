//! A protected target: which refs, how strictly, where new ones come from; judges no change.

use crate::diagnostic::Report;
use crate::glob::Pattern;
use crate::yaml::{self, Choice, Fields, Node};
use obstat_model::id::TargetName;
use obstat_model::object::RefName;
use obstat_model::target::Mode;

/// What happens to a push that drops commits of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rewrite {
    /// It is blocked; only an override lets it pass.
    Refuse,
    /// The difference between both tips is judged like any other change.
    Judge,
}

/// A protected branch, tag or environment.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetPolicy {
    name: TargetName,
    refs: Vec<String>,
    patterns: Vec<Pattern>,
    mode: Mode,
    from: Option<RefName>,
    rewrite: Rewrite,
}

impl TargetPolicy {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &TargetName {
        &self.name
    }

    /// Its refs as written: full names, or globs.
    #[must_use]
    pub fn refs(&self) -> &[String] {
        &self.refs
    }

    /// Its refs as they are compared.
    pub(crate) fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    /// How strictly doors treat decisions.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// The same target, in another mode.
    #[must_use]
    pub fn with_mode(self, mode: Mode) -> Self {
        Self { mode, ..self }
    }

    /// The ref from which new refs of this target are branched.
    #[must_use]
    pub fn from(&self) -> Option<&RefName> {
        self.from.as_ref()
    }

    /// What happens to rewritten history.
    #[must_use]
    pub const fn rewrite(&self) -> Rewrite {
        self.rewrite
    }

    /// Whether a ref belongs to it.
    #[must_use]
    pub fn has(&self, name: &RefName) -> bool {
        self.patterns.iter().any(|p| p.matches(name.as_str().as_bytes()))
    }
}

const KEYS: [&str; 4] = ["refs", "mode", "from", "rewrite"];
const MODES: [Choice<Mode>; 3] =
    [("shadow", Mode::Shadow), ("warn", Mode::Warn), ("enforce", Mode::Enforce)];
const REWRITES: [Choice<Rewrite>; 2] = [("refuse", Rewrite::Refuse), ("judge", Rewrite::Judge)];

pub(super) fn parse(key: &str, node: &Node, report: &mut Report) -> Option<TargetPolicy> {
    let fields = Fields::of(node, "a target", &KEYS, report)?;
    let name = match key.parse::<TargetName>() {
        Ok(name) => name,
        Err(why) => {
            report.say("bad-name", &node.span, format!("a target has no such name: {why}"));
            return None;
        }
    };
    let (refs, patterns) = refs(fields.need("refs", "a target", report)?, report)?;
    let mode = yaml::choice(fields.need("mode", "a target", report)?, "mode", &MODES, report)?;
    let from = match fields.get("from") {
        Some(node) => Some(full_ref(node, report)?),
        None => None,
    };
    let rewrite = match fields.get("rewrite") {
        Some(node) => yaml::choice(node, "rewrite", &REWRITES, report)?,
        None => Rewrite::Refuse,
    };
    Some(TargetPolicy { name, refs, patterns, mode, from, rewrite })
}

fn full_ref(node: &Node, report: &mut Report) -> Option<RefName> {
    let text = yaml::text(node, "from", report)?;
    match RefName::parse(text) {
        Ok(name) => Some(name),
        Err(_) => {
            let message = "`from` must be a full ref name, such as refs/heads/main";
            report.say("bad-ref", &node.span, message);
            None
        }
    }
}

fn refs(node: &Node, report: &mut Report) -> Option<(Vec<String>, Vec<Pattern>)> {
    let texts = yaml::texts(node, "refs", report)?;
    if texts.is_empty() {
        report.say("empty-list", &node.span, "a target needs at least one ref");
        return None;
    }
    let (mut refs, mut patterns) = (Vec::new(), Vec::new());
    for (text, at) in texts {
        if !text.starts_with("refs/") || text.starts_with("refs/obstat/") {
            let message =
                "a ref is written in full, such as refs/heads/main; refs/obstat/ is the gate's own";
            report.say("bad-ref", &at.span, message);
            return None;
        }
        match Pattern::parse(text) {
            Ok(pattern) if pattern.matches(b"refs/obstat/landings") => {
                let message = "the pattern takes in refs/obstat/, which is the gate's own";
                report.say("bad-ref", &at.span, message);
                return None;
            }
            Ok(pattern) => patterns.push(pattern),
            Err(why) => {
                report.say("bad-pattern", &at.span, why);
                return None;
            }
        }
        refs.push(text.to_owned());
    }
    Some((refs, patterns))
}
