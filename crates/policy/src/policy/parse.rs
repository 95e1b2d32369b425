//! Policy text → [`Policy`]; strict: what is unknown, doubled or demands nothing is an error.

use super::{Defaults, Known, OverrideTerms, Policy, Rule, TargetPolicy, target};
use crate::check;
use crate::codeowners::Dialect;
use crate::condition;
use crate::diagnostic::{Diagnostic, Report, shown};
use crate::exempt;
use crate::glob::Pattern;
use crate::requirement::{self, Requirement, approvals::Approvals};
use crate::yaml::{self, Choice, Fields, Node};
use obstat_model::id::{RuleName, ScopeName};
use obstat_model::presence::Presence;
use obstat_model::roster::Roster;
use obstat_model::target::Mode;
use obstat_model::time::Seconds;

/// Largest policy in bytes.
const SIZE_MAX: usize = 1 << 20;
/// Most rules, and most exemptions.
const RULES_MAX: usize = 1_000;
/// How long statements count where the file says nothing: two weeks.
const EXPIRES: Seconds = Seconds(14 * 86_400);
/// Longest time that a statement may count: one year.
const EXPIRES_MAX: Seconds = Seconds(366 * 86_400);
/// Longest override, whatever the file says: three days.
const OVERRIDE_MAX: Seconds = Seconds(3 * 86_400);
/// Latest after-review, whatever the file says: 30 days.
const REVIEW_MAX: Seconds = Seconds(30 * 86_400);

/// The keys of a policy.
pub(crate) const KEYS: [&str; 6] =
    ["version", "targets", "defaults", "override", "rules", "exempt"];
const DEFAULTS: [&str; 4] = ["presence", "expires", "owners", "codeowners"];
const DIALECTS: [Choice<Dialect>; 2] = [("github", Dialect::GitHub), ("gitlab", Dialect::GitLab)];
const OVERRIDE: [&str; 4] = ["holders", "presence", "at_most", "review_within"];
const RULE: [&str; 4] = ["name", "when", "require", "record_only"];

/// Words for grades of presence.
pub(crate) const PRESENCES: [Choice<Presence>; 4] = [
    ("forge", Presence::Forge),
    ("key", Presence::Key),
    ("present", Presence::Present),
    ("hardware", Presence::Hardware),
];

/// Reads and checks a policy against its roster.
///
/// # Errors
/// Everything that is wrong with it, in the order of the file. A policy that demands nothing, or
/// that the owners' quorum could not change again, is refused.
pub fn parse_policy(text: &str, file: &str, roster: &Roster) -> Result<Policy, Vec<Diagnostic>> {
    let mut report = Report::new(file);
    let policy = policy(text, roster, &mut report);
    report.settle(policy)
}

fn policy(text: &str, roster: &Roster, report: &mut Report) -> Option<Policy> {
    let root = yaml::load(text, SIZE_MAX, report)?;
    let fields = Fields::of(&root, "a policy", &KEYS, report)?;
    fields.version_one(report);
    let scopes = scopes(roster);
    let targets = targets(&fields, report);
    let presence = default_presence(&fields, report);
    let known = Known { roster, targets: &targets, scopes: &scopes, presence };
    let defaults = defaults(&fields, &known, report);
    let terms = match fields.get("override") {
        Some(node) => Some(terms(node, &known, report)?),
        None => None,
    };
    let rules = rules(&fields, &known, report);
    let exemptions = match fields.get("exempt") {
        Some(node) => each(node, "exempt", report, exempt::parse),
        None => Vec::new(),
    };
    refuse_doubles(&rules, &exemptions, &fields, report);
    let quorum = Approvals::owners(roster.parts().owners.quorum, presence);
    let policy = Policy { targets, defaults: defaults?, terms, rules, exemptions, scopes, quorum };
    lock_out(&policy, roster, &fields, report);
    Some(policy)
}

/// The roster's scopes, compiled. Patterns that do not hold were refused with the roster.
fn scopes(roster: &Roster) -> Vec<(ScopeName, Vec<Pattern>)> {
    let compile = |paths: &[String]| paths.iter().filter_map(|p| Pattern::parse(p).ok()).collect();
    roster.parts().scopes.iter().map(|s| (s.name.clone(), compile(&s.paths))).collect()
}

fn targets(fields: &Fields, report: &mut Report) -> Vec<TargetPolicy> {
    let Some(node) = fields.need("targets", "a policy", report) else { return Vec::new() };
    let Some(entries) = yaml::entries(node, "targets", report) else { return Vec::new() };
    if entries.is_empty() {
        report.say("demands-nothing", &node.span, "no target is protected, so nothing is gated");
    }
    entries.iter().filter_map(|e| target::parse(&e.key, &e.value, report)).collect()
}

fn default_presence(fields: &Fields, report: &mut Report) -> Presence {
    let node = fields.get("defaults").and_then(|node| match &node.value {
        yaml::Value::Map(entries) => entries.iter().find(|e| e.key == "presence"),
        _ => None,
    });
    // The strict value where the file gives none, or a wrong one that is reported.
    node.and_then(|e| yaml::choice(&e.value, "presence", &PRESENCES, report))
        .unwrap_or(Presence::Present)
}

fn defaults(fields: &Fields, known: &Known, report: &mut Report) -> Option<Defaults> {
    let mut found = Defaults {
        presence: known.presence,
        expires: EXPIRES,
        owners: Vec::new(),
        code_owners: Dialect::GitHub,
    };
    let Some(node) = fields.get("defaults") else { return Some(found) };
    let fields = Fields::of(node, "`defaults`", &DEFAULTS, report)?;
    if let Some(node) = fields.get("expires") {
        found.expires = span(node, "expires", EXPIRES_MAX, report)?;
    }
    if let Some(node) = fields.get("owners") {
        let items = yaml::items(node, "owners", report)?;
        found.owners = items.iter().filter_map(|item| known.owner(item, report)).collect();
    }
    if let Some(node) = fields.get("codeowners") {
        found.code_owners = yaml::choice(node, "codeowners", &DIALECTS, report)?;
    }
    Some(found)
}

/// A length of time above nothing and up to a limit.
fn span(node: &Node, what: &str, max: Seconds, report: &mut Report) -> Option<Seconds> {
    let found = yaml::seconds(node, what, report)?;
    if found == Seconds(0) || found > max {
        let message = format!("`{what}` must be more than nothing and at most {max}");
        report.say("bad-time", &node.span, message);
        return None;
    }
    Some(found)
}

fn terms(node: &Node, known: &Known, report: &mut Report) -> Option<OverrideTerms> {
    let fields = Fields::of(node, "`override`", &OVERRIDE, report)?;
    let list = fields.need("holders", "`override`", report)?;
    let items = yaml::items(list, "holders", report)?;
    if items.is_empty() {
        let message = "`holders` names nobody; leave `override` out if nobody may";
        report.say("empty-list", &list.span, message);
        return None;
    }
    let holders = items.iter().map(|n| known.person(n, report)).collect::<Option<Vec<_>>>()?;
    let presence = match fields.get("presence") {
        Some(node) => yaml::choice(node, "presence", &PRESENCES, report)?,
        None => known.presence,
    };
    let at_most = fields.need("at_most", "`override`", report)?;
    let at_most = span(at_most, "at_most", OVERRIDE_MAX, report)?;
    let review_within = fields.need("review_within", "`override`", report)?;
    let review_within = span(review_within, "review_within", REVIEW_MAX, report)?;
    Some(OverrideTerms { holders, presence, at_most, review_within })
}

/// The items of a list that were read; what could not be read was reported.
fn each<T>(
    node: &Node,
    what: &str,
    report: &mut Report,
    read: impl Fn(&Node, &mut Report) -> Option<T>,
) -> Vec<T> {
    let items = yaml::items(node, what, report).unwrap_or_default();
    if items.len() > RULES_MAX {
        report.say("too-many", &node.span, format!("`{what}` has over {RULES_MAX} entries"));
        return Vec::new();
    }
    items.iter().filter_map(|item| read(item, report)).collect()
}

fn rules(fields: &Fields, known: &Known, report: &mut Report) -> Vec<Rule> {
    let Some(node) = fields.need("rules", "a policy", report) else { return Vec::new() };
    if yaml::items(node, "rules", report).is_some_and(<[Node]>::is_empty) {
        let message = "there is no rule: a policy that demands nothing lets everything pass";
        let finding = report.error("demands-nothing", &node.span, message);
        report.add(finding.helped("start from `obstat init`"));
    }
    each(node, "rules", report, |item, report| rule(item, known, report))
}

fn rule(node: &Node, known: &Known, report: &mut Report) -> Option<Rule> {
    let fields = Fields::of(node, "a rule", &RULE, report)?;
    let name: RuleName = yaml::name(fields.need("name", "a rule", report)?, "name", report)?;
    let conditions = match fields.get("when") {
        Some(node) => condition::parse(node, &name, known, report),
        None => Some(Vec::new()),
    };
    let requirements = requirements(&fields, &name, known, report);
    Some(Rule { name, conditions: conditions?, requirements: requirements? })
}

fn requirements(
    fields: &Fields,
    name: &RuleName,
    known: &Known,
    report: &mut Report,
) -> Option<Vec<Requirement>> {
    match (fields.get("require"), fields.get("record_only")) {
        (Some(node), None) => requirement::parse_list(node, known, report),
        (None, Some(node)) => {
            yaml::choice(node, "record_only", &[("true", ())], report).map(|()| Vec::new())
        }
        (None, None) => {
            let message = format!("rule `{}` demands nothing", shown(name.as_str()));
            let finding = report.error("demands-nothing", &fields.span, message);
            report.add(finding.helped("say what it requires, or `record_only: true`"));
            None
        }
        (Some(node), Some(_)) => {
            let message = "a rule either requires something or is `record_only`";
            report.say("contradiction", &node.span, message);
            None
        }
    }
}

fn refuse_doubles(
    rules: &[Rule],
    exemptions: &[exempt::Exemption],
    fields: &Fields,
    report: &mut Report,
) {
    let at = |key| fields.entry(key).map_or(0..0, |e| e.key_span.clone());
    for (i, rule) in rules.iter().enumerate() {
        let name = rule.name();
        if name.as_str() == crate::decide::BASE {
            let message =
                format!("no rule may be called `{name}`: that is what no policy can lift");
            report.say("reserved-name", &at("rules"), message);
        }
        if rules.iter().take(i).any(|other| other.name() == name) {
            report.say("duplicate-name", &at("rules"), format!("two rules are called `{name}`"));
        }
    }
    for (i, one) in exemptions.iter().enumerate() {
        if exemptions.iter().take(i).any(|other| other.name() == one.name()) {
            let message = format!("two exemptions are called `{}`", one.name());
            report.say("duplicate-name", &at("exempt"), message);
        }
    }
}

/// Where a target is enforced, the owners must be able to sign with the presence demanded.
fn lock_out(policy: &Policy, roster: &Roster, fields: &Fields, report: &mut Report) {
    let enforced = policy.targets.iter().any(|t| t.mode() == Mode::Enforce);
    let quorum = roster.parts().owners.quorum;
    let able = check::owners_able(policy, roster);
    if !enforced || able >= quorum {
        return;
    }
    let at = fields.entry("defaults").map_or(0..0, |e| e.key_span.clone());
    let presence = policy.defaults.presence.as_str();
    let message = format!(
        "{quorum} owners must sign every change of policy and roster with presence `{presence}`, \
         but only {able} have such a key: nobody could change them again"
    );
    let finding = report.error("locked-out", &at, message);
    report.add(
        finding.helped(
            "give the owners security keys (ssh-keygen -t ed25519-sk), or lower `presence`",
        ),
    );
}

#[cfg(test)]
mod tests;
