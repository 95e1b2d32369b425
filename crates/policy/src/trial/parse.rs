//! Reads `.obstat/policy-tests.yaml`; decides nothing.

use super::{Expected, Trial};
use crate::condition::hidden;
use crate::diagnostic::{Diagnostic, Report};
use crate::policy::{PRESENCES, Policy};
use crate::supposed::{self, Change, File, Help, Word};
use crate::yaml::{self, Choice, Fields, Node, Value};
use obstat_model::decision::Outcome;
use obstat_model::hidden::HiddenFlag;
use obstat_model::id::{LevelName, PersonId, RuleName};
use obstat_model::level::Level;
use obstat_model::object::RefName;
use obstat_model::presence::Presence;
use obstat_model::roster::Roster;
use obstat_model::statement::{Act, Signer};

/// Largest file in bytes.
const SIZE_MAX: usize = 1 << 20;
/// Most files of one change.
const FILES_MAX: usize = 10_000;
const KEYS: [&str; 5] = ["name", "target", "change", "signed", "expect"];
const CHANGE: [&str; 9] = [
    "paths",
    "lines",
    "author",
    "author_level",
    "co_authors",
    "assistance",
    "tool",
    "hidden_content",
    "earlier_lines",
];
const WORD: [&str; 4] = ["who", "presence", "says", "check"];
const EXPECT: [&str; 3] = ["decision", "rules", "exemption"];
const OUTCOMES: [Choice<Outcome>; 3] =
    [("clear", Outcome::Clear), ("pending", Outcome::Pending), ("blocked", Outcome::Blocked)];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Assisted,
    Undisclosed,
    Unassisted,
}
const KINDS: [Choice<Kind>; 3] = [
    ("assisted", Kind::Assisted),
    ("undisclosed", Kind::Undisclosed),
    ("declared_unassisted", Kind::Unassisted),
];

#[derive(Clone, Copy)]
enum Says {
    Approve,
    Reject,
    AuthorStatement,
}
const SAYS: [Choice<Says>; 3] = [
    ("approve", Says::Approve),
    ("reject", Says::Reject),
    ("author_statement", Says::AuthorStatement),
];

/// Reads tests of a policy.
///
/// # Errors
/// Everything that is wrong with them, in the order of the file.
pub fn parse_trials(
    text: &str,
    file: &str,
    policy: &Policy,
    roster: &Roster,
) -> Result<Vec<Trial>, Vec<Diagnostic>> {
    let mut report = Report::new(file);
    let context = Context { text, policy, roster };
    let trials = context.trials(&mut report);
    report.settle(trials)
}

struct Context<'a> {
    text: &'a str,
    policy: &'a Policy,
    roster: &'a Roster,
}

impl Context<'_> {
    fn trials(&self, report: &mut Report) -> Option<Vec<Trial>> {
        let root = yaml::load(self.text, SIZE_MAX, report)?;
        let fields = Fields::of(&root, "policy tests", &["version", "tests"], report)?;
        fields.version_one(report);
        let items = yaml::items(fields.need("tests", "the file", report)?, "tests", report)?;
        if items.is_empty() {
            report.say("demands-nothing", &root.span, "nothing is tested");
        }
        let mut found: Vec<Trial> = Vec::new();
        for item in items {
            let Some(trial) = self.trial(item, report) else { continue };
            if found.iter().any(|other| other.name == trial.name) {
                let message = format!("two tests have the name `{}`", trial.name);
                report.say("duplicate-name", &item.span, message);
            }
            found.push(trial);
        }
        Some(found)
    }

    fn trial(&self, node: &Node, report: &mut Report) -> Option<Trial> {
        let what = "a test";
        let fields = Fields::of(node, what, &KEYS, report)?;
        let name = yaml::text(fields.need("name", what, report)?, "name", report)?.to_owned();
        let target = self.target(fields.need("target", what, report)?, report);
        let (change, roster) =
            self.change(fields.need("change", what, report)?, target?, report)?;
        let words = match fields.get("signed") {
            Some(node) => self.words(node, &change, report)?,
            None => Vec::new(),
        };
        let expected = self.expected(fields.need("expect", what, report)?, report)?;
        let before = self.text.get(..node.span.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        Some(Trial { name, line, change, words, roster, expected })
    }

    /// A target by its name, or one ref of it.
    fn target(&self, node: &Node, report: &mut Report) -> Option<RefName> {
        let text = yaml::text(node, "target", report)?;
        let targets = self.policy.targets();
        if text.starts_with("refs/") {
            let name = RefName::parse(text).ok().filter(|n| self.policy.target_of(n).is_some());
            if name.is_none() {
                report.say("unknown-target", &node.span, "no target of the policy has this ref");
            }
            return name;
        }
        let Some(target) = targets.iter().find(|t| t.name().as_str() == text) else {
            let names = targets.iter().map(|t| t.name().as_str());
            report.unknown("unknown-target", &node.span, ("target", text), names);
            return None;
        };
        let found = supposed::refs(self.policy, target.name()).into_iter().next();
        if found.is_none() {
            report.say(
                "unknown-target",
                &node.span,
                "no ref of it can be made up; name one in full",
            );
        }
        found
    }

    fn change(
        &self,
        node: &Node,
        target: RefName,
        report: &mut Report,
    ) -> Option<(Change, Roster)> {
        let what = "`change`";
        let fields = Fields::of(node, what, &CHANGE, report)?;
        let number = |key: &str, otherwise: u64, report: &mut Report| match fields.get(key) {
            Some(node) => yaml::number(node, key, 0..=1_000_000_000, report),
            None => Some(otherwise),
        };
        let (lines, earlier_lines) =
            (number("lines", 1, report)?, number("earlier_lines", 0, report)?);
        let hidden = match fields.get("hidden_content") {
            Some(node) => hidden::parse(node, report)?.flags().to_vec(),
            None => Vec::new(),
        };
        let files = files(fields.need("paths", what, report)?, (lines, hidden), report)?;
        let kind = match fields.get("assistance") {
            Some(node) => Some(yaml::choice(node, "assistance", &KINDS, report)?),
            None => None,
        };
        let tool = match fields.get("tool") {
            Some(node) => Some(yaml::name(node, "tool", report)?),
            None => None,
        };
        let help = match (kind, tool) {
            (None | Some(Kind::Assisted), Some(tool)) => Help::Assisted(Some(tool)),
            (Some(Kind::Assisted), None) => Help::Assisted(None),
            (None | Some(Kind::Undisclosed), None) => Help::Undisclosed,
            (Some(Kind::Unassisted), None) => Help::Unassisted,
            (Some(Kind::Undisclosed | Kind::Unassisted), Some(_)) => {
                report.say("contradiction", &fields.span, "a tool's trace makes it assisted");
                return None;
            }
        };
        let (roster, first) = self.author(&fields, report)?;
        let mut authors = vec![first];
        if let Some(node) = fields.get("co_authors") {
            for (text, at) in yaml::texts(node, "co_authors", report)? {
                authors.push(self.person(text, at, report)?);
            }
        }
        Some((Change { target, files, authors, help, earlier_lines }, roster))
    }

    /// Who makes the change: somebody of the roster, or somebody of a level who joins it.
    fn author(&self, fields: &Fields, report: &mut Report) -> Option<(Roster, PersonId)> {
        if let Some(node) = fields.get("author") {
            if fields.get("author_level").is_some() {
                let message = "`author` is somebody of the roster, with the level that is there";
                report.say("contradiction", &node.span, message);
            }
            let text = yaml::text(node, "author", report)?;
            return Some((self.roster.clone(), self.person(text, node, report)?));
        }
        let level = match fields.get("author_level") {
            Some(node) => Some(self.level(node, report)?),
            None => None,
        };
        supposed::joined(self.roster, level)
    }

    fn person(&self, text: &str, node: &Node, report: &mut Report) -> Option<PersonId> {
        let people = &self.roster.parts().people;
        let found = people.iter().find(|person| person.id.as_str() == text);
        if found.is_none() {
            let names = people.iter().map(|person| person.id.as_str());
            report.unknown("unknown-person", &node.span, ("person", text), names);
        }
        found.map(|person| person.id.clone())
    }

    fn level(&self, node: &Node, report: &mut Report) -> Option<Level> {
        let text = yaml::text(node, "author_level", report)?;
        let ladder = &self.roster.parts().ladder;
        let found = ladder.level(text);
        if found.is_none() {
            let names = ladder.names().iter().map(LevelName::as_str);
            report.unknown("unknown-level", &node.span, ("level", text), names);
        }
        found
    }

    fn words(&self, node: &Node, change: &Change, report: &mut Report) -> Option<Vec<Word>> {
        let mut found = Vec::new();
        for item in yaml::items(node, "signed", report)? {
            found.push(self.word(item, change, report)?);
        }
        Some(found)
    }

    /// `priya`, or `{ who: priya, presence: present, says: reject }`, or `{ who: ci, check: unit }`.
    fn word(&self, node: &Node, change: &Change, report: &mut Report) -> Option<Word> {
        let presence = self.policy.default_presence();
        if !matches!(node.value, Value::Map(_)) {
            let who = self.person(yaml::text(node, "signed", report)?, node, report)?;
            return Some(Word::of(&who, presence, Act::Approve));
        }
        let what = "a signature";
        let fields = Fields::of(node, what, &WORD, report)?;
        let name = fields.need("who", what, report)?;
        let who = yaml::text(name, "who", report)?;
        let presence = match fields.get("presence") {
            Some(node) => yaml::choice(node, "presence", &PRESENCES, report)?,
            None => presence,
        };
        if let Some(check) = fields.get("check") {
            return self.check(check, (who, name), report);
        }
        let says = match fields.get("says") {
            Some(node) => yaml::choice(node, "says", &SAYS, report)?,
            None => Says::Approve,
        };
        let act = match says {
            Says::Approve => Act::Approve,
            Says::Reject => Act::Reject,
            Says::AuthorStatement => Act::Author { unassisted: false },
        };
        // Whoever joins the roster for the change speaks as `author`.
        let own = change.authors.first().filter(|_| who == "author");
        let who = match own {
            Some(own) => own.clone(),
            None => self.person(who, name, report)?,
        };
        Some(Word::of(&who, presence, act))
    }

    /// A check that a service says has passed.
    fn check(&self, check: &Node, (who, name): (&str, &Node), report: &mut Report) -> Option<Word> {
        let services = &self.roster.parts().services;
        let Some(service) = services.iter().find(|service| service.id.as_str() == who) else {
            let names = services.iter().map(|service| service.id.as_str());
            report.unknown("unknown-service", &name.span, ("service", who), names);
            return None;
        };
        let act = Act::Check { name: yaml::name(check, "check", report)?, passed: true };
        let signer = Signer::Service(service.id.clone());
        Some(Word { signer, presence: Presence::Key, act })
    }

    /// `clear`, or `{ decision: pending, rules: [pay], exemption: docs }`.
    fn expected(&self, node: &Node, report: &mut Report) -> Option<Expected> {
        if !matches!(node.value, Value::Map(_)) {
            let decision = yaml::choice(node, "expect", &OUTCOMES, report)?;
            return Some(Expected { decision, rules: None, exemption: None });
        }
        let fields = Fields::of(node, "`expect`", &EXPECT, report)?;
        let decision = fields.need("decision", "`expect`", report)?;
        let decision = yaml::choice(decision, "decision", &OUTCOMES, report)?;
        let rules = match fields.get("rules") {
            Some(node) => Some(self.rules(node, report)?),
            None => None,
        };
        let exemption = match fields.get("exemption") {
            Some(node) => Some(self.exemption(node, report)?),
            None => None,
        };
        Some(Expected { decision, rules, exemption })
    }

    fn rules(&self, node: &Node, report: &mut Report) -> Option<Vec<RuleName>> {
        let mut found = Vec::new();
        for (text, at) in yaml::texts(node, "rules", report)? {
            let known = self.policy.rules().iter().find(|rule| rule.name().as_str() == text);
            if known.is_none() {
                let names = self.policy.rules().iter().map(|rule| rule.name().as_str());
                report.unknown("unknown-rule", &at.span, ("rule", text), names);
            }
            found.push(known?.name().clone());
        }
        Some(found)
    }

    fn exemption(&self, node: &Node, report: &mut Report) -> Option<RuleName> {
        let text = yaml::text(node, "exemption", report)?;
        let known = self.policy.exemptions().iter().find(|e| e.name().as_str() == text);
        if known.is_none() {
            let names = self.policy.exemptions().iter().map(|e| e.name().as_str());
            report.unknown("unknown-exemption", &node.span, ("exemption", text), names);
        }
        known.map(|e| e.name().clone())
    }
}

/// The changed files; lines and hidden content are the first one's.
fn files(
    node: &Node,
    (lines, hidden): (u64, Vec<HiddenFlag>),
    report: &mut Report,
) -> Option<Vec<File>> {
    let mut files = Vec::new();
    for (path, _) in yaml::texts(node, "paths", report)? {
        files.push(File { path: path.to_owned(), lines: 0, hidden: Vec::new() });
    }
    if files.is_empty() || files.len() > FILES_MAX {
        let message = format!("a change has 1 to {FILES_MAX} paths");
        report.say("empty-list", &node.span, message);
        return None;
    }
    if let Some(first) = files.first_mut() {
        (first.lines, first.hidden) = (lines, hidden);
    }
    Some(files)
}
