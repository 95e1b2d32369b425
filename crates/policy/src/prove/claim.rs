//! What somebody claims of a policy: `.obstat/claims.yaml`. Proves nothing.

use crate::condition::hidden;
use crate::condition::paths::patterns;
use crate::diagnostic::{Diagnostic, Report};
use crate::glob::Pattern;
use crate::policy::{PRESENCES, Policy};
use crate::yaml::{self, Choice, Fields, Node};
use obstat_model::hidden::HiddenFlag;
use obstat_model::id::{LevelName, RuleName, TargetName};
use obstat_model::presence::Presence;
use obstat_model::roster::Roster;

/// Largest file in bytes.
const SIZE_MAX: usize = 1 << 20;
/// Most approvals that a claim may ask for.
const COUNT_MAX: u64 = 5;

/// One claim: nothing of a kind reaches a target without these approvals.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    pub(crate) name: RuleName,
    pub(crate) target: TargetName,
    pub(crate) assistance: Premise,
    /// Of whose changes it speaks; without it of everybody's.
    pub(crate) author_below: Option<LevelName>,
    /// Of changes that touch one of these; without them of all.
    pub(crate) paths: Option<Vec<Pattern>>,
    /// Of changes with so many lines or more.
    pub(crate) lines: u64,
    /// Of changes that hide one of these; without them of all.
    pub(crate) hidden: Option<Vec<HiddenFlag>>,
    pub(crate) approvals: usize,
    pub(crate) level: LevelName,
    pub(crate) presence: Presence,
    /// Exemptions that are meant: what they let pass breaks no claim.
    pub(crate) except: Vec<RuleName>,
}

/// Which changes a claim speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Premise {
    Assisted,
    Possible,
    Any,
}

const PREMISES: [Choice<Premise>; 3] =
    [("assisted", Premise::Assisted), ("possible", Premise::Possible), ("any", Premise::Any)];
const KEYS: [&str; 9] = [
    "name",
    "target",
    "assistance",
    "author_level_below",
    "paths",
    "lines_at_least",
    "hidden_content",
    "needs",
    "except",
];
const NEEDS: [&str; 3] = ["approvals", "level", "presence"];

impl Claim {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &RuleName {
        &self.name
    }

    /// The claim of every gate: nothing that an AI may have helped with, by somebody below a level,
    /// without approvals of that level.
    #[must_use]
    pub fn usual(
        (name, target): (RuleName, TargetName),
        (approvals, level, presence): (usize, LevelName, Presence),
        policy: &Policy,
    ) -> Self {
        Self {
            name,
            target,
            assistance: Premise::Possible,
            author_below: Some(level.clone()),
            paths: None,
            lines: 0,
            hidden: None,
            approvals,
            level,
            presence,
            except: policy.exemptions().iter().map(|e| e.name().clone()).collect(),
        }
    }

    /// What it says.
    #[must_use]
    pub fn sentence(&self) -> String {
        let what = match self.assistance {
            Premise::Assisted => "that an AI helped with",
            Premise::Possible => "that an AI may have helped with",
            Premise::Any => "whatsoever",
        };
        let who = self
            .author_below
            .as_ref()
            .map(|l| format!(" by an author below {l}"))
            .unwrap_or_default();
        let place = self.paths.as_ref().map(|paths| {
            let texts: Vec<&str> = paths.iter().map(Pattern::text).collect();
            format!(" in {}", texts.join(", "))
        });
        let lines = match self.lines {
            0 => String::new(),
            n => format!(" with {n} or more lines"),
        };
        let hidden = self.hidden.as_ref().map(|flags| match flags.len() == HiddenFlag::ALL.len() {
            true => " that hides anything".to_owned(),
            false => {
                let names: Vec<&str> = flags.iter().map(|flag| flag.as_str()).collect();
                format!(" that hides {}", names.join(" or "))
            }
        });
        let noun = if self.approvals == 1 { "approval" } else { "approvals" };
        let names: Vec<String> = self.except.iter().map(|name| format!("`{name}`")).collect();
        let aside = match names.as_slice() {
            [] => String::new(),
            [one] => format!(", but for what exemption {one} lets pass"),
            all => format!(", but for what exemptions {} let pass", all.join(", ")),
        };
        format!(
            "no change {what}{who}{}{lines}{} reaches {} without {} {noun} from {} or above, presence {}{aside}",
            place.unwrap_or_default(),
            hidden.unwrap_or_default(),
            self.target,
            self.approvals,
            self.level,
            self.presence.as_str()
        )
    }
}

/// Reads claims about a policy.
///
/// # Errors
/// Everything that is wrong with them, in the order of the file.
pub fn parse_claims(
    text: &str,
    file: &str,
    policy: &Policy,
    roster: &Roster,
) -> Result<Vec<Claim>, Vec<Diagnostic>> {
    let mut report = Report::new(file);
    let claims = claims(text, policy, roster, &mut report);
    report.settle(claims)
}

fn claims(text: &str, policy: &Policy, roster: &Roster, report: &mut Report) -> Option<Vec<Claim>> {
    let root = yaml::load(text, SIZE_MAX, report)?;
    let fields = Fields::of(&root, "claims", &["version", "claims"], report)?;
    fields.version_one(report);
    let items = yaml::items(fields.need("claims", "the file", report)?, "claims", report)?;
    if items.is_empty() {
        report.say("demands-nothing", &root.span, "nothing is claimed");
    }
    let mut found: Vec<Claim> = Vec::new();
    for item in items {
        let Some(claim) = claim(item, policy, roster, report) else { continue };
        if found.iter().any(|other| other.name == claim.name) {
            let message = format!("two claims have the name `{}`", claim.name);
            report.say("duplicate-name", &item.span, message);
        }
        found.push(claim);
    }
    Some(found)
}

fn claim(node: &Node, policy: &Policy, roster: &Roster, report: &mut Report) -> Option<Claim> {
    let what = "a claim";
    let fields = Fields::of(node, what, &KEYS, report)?;
    let name = yaml::name(fields.need("name", what, report)?, "name", report)?;
    let target = target(fields.need("target", what, report)?, policy, report)?;
    let assistance = match fields.get("assistance") {
        Some(node) => yaml::choice(node, "assistance", &PREMISES, report)?,
        None => Premise::Possible,
    };
    let author_below = match fields.get("author_level_below") {
        Some(node) => Some(level(node, roster, report)?),
        None => None,
    };
    let paths = match fields.get("paths") {
        Some(node) => Some(patterns(node, "paths", report)?),
        None => None,
    };
    let lines = match fields.get("lines_at_least") {
        Some(node) => yaml::number(node, "lines_at_least", 1..=1_000_000_000, report)?,
        None => 0,
    };
    let hidden = match fields.get("hidden_content") {
        Some(node) => Some(hidden::parse(node, report)?.flags().to_vec()),
        None => None,
    };
    let needs = Fields::of(fields.need("needs", what, report)?, "`needs`", &NEEDS, report)?;
    let count = needs.need("approvals", "`needs`", report)?;
    let approvals = yaml::number(count, "approvals", 1..=COUNT_MAX, report)?;
    let wanted = level(needs.need("level", "`needs`", report)?, roster, report)?;
    let presence = match needs.get("presence") {
        Some(node) => yaml::choice(node, "presence", &PRESENCES, report)?,
        None => Presence::Forge,
    };
    let except = match fields.get("except") {
        Some(node) => exemptions(node, policy, report)?,
        None => Vec::new(),
    };
    let approvals = usize::try_from(approvals).ok()?;
    let level = wanted;
    Some(Claim {
        name,
        target,
        assistance,
        author_below,
        paths,
        lines,
        hidden,
        approvals,
        level,
        presence,
        except,
    })
}

fn target(node: &Node, policy: &Policy, report: &mut Report) -> Option<TargetName> {
    let text = yaml::text(node, "target", report)?;
    let found = policy.targets().iter().find(|t| t.name().as_str() == text);
    if found.is_none() {
        let names = policy.targets().iter().map(|t| t.name().as_str());
        report.unknown("unknown-target", &node.span, ("target", text), names);
    }
    found.map(|t| t.name().clone())
}

fn level(node: &Node, roster: &Roster, report: &mut Report) -> Option<LevelName> {
    let text = yaml::text(node, "level", report)?;
    let ladder = &roster.parts().ladder;
    let found = ladder.names().iter().find(|name| name.as_str() == text);
    if found.is_none() {
        let names = ladder.names().iter().map(LevelName::as_str);
        report.unknown("unknown-level", &node.span, ("level", text), names);
    }
    found.cloned()
}

fn exemptions(node: &Node, policy: &Policy, report: &mut Report) -> Option<Vec<RuleName>> {
    let mut found = Vec::new();
    for (text, at) in yaml::texts(node, "except", report)? {
        let known = policy.exemptions().iter().find(|e| e.name().as_str() == text);
        if known.is_none() {
            let names = policy.exemptions().iter().map(|e| e.name().as_str());
            report.unknown("unknown-exemption", &at.span, ("exemption", text), names);
        }
        found.push(known?.name().clone());
    }
    Some(found)
}
