//! What changes between two versions beside their rules: modes, terms, owners; sentences for people.

use super::cells::FILES_MAX;
use super::{Version, people};
use crate::codeowners;
use crate::condition::Condition;
use crate::policy::{OverrideTerms, Policy, Rewrite, Rule};
use crate::requirement::owns::of_file;
use obstat_model::facts::{PathOwner, PathOwners};
use obstat_model::id::{PersonId, RuleName};
use obstat_model::target::Mode;
use obstat_model::text::escape_cut;
use obstat_model::time::Seconds;

/// Most paths with new owners that are named.
const PATHS_TOLD: usize = 8;

/// What changes, and whether more is possible now.
pub(super) fn terms(old: Version, new: Version) -> Vec<(String, bool)> {
    let mut found = targets(old.policy, new.policy);
    found.extend(defaults(old.policy, new.policy));
    found.extend(overrides(old.policy.override_terms(), new.policy.override_terms()));
    found.extend(limits(old.policy, new.policy));
    found.extend(owners(old, new));
    found.extend(people::identities(old.roster.parts(), new.roster.parts()));
    found.extend(paths(old, new));
    found.extend(conditions(old.policy, new.policy));
    found
}

/// What rules look at and made-up changes do not vary: how far back, who is not verified, whose paths they are.
fn conditions(old: &Policy, new: &Policy) -> Vec<(String, bool)> {
    let days = |rule: &Rule| {
        rule.conditions().iter().find_map(|condition| match condition {
            Condition::Rolling(demand) => Some(demand.days()),
            _ => None,
        })
    };
    let unverified =
        |rule: &Rule| rule.conditions().iter().any(|c| matches!(c, Condition::AuthorUnverified(_)));
    let mut found = Vec::new();
    for was in old.rules() {
        let name = was.name();
        let Some(is) = new.rules().iter().find(|rule| rule.name() == name) else {
            if unverified(was) {
                let text = format!("rule `{name}`, for authors who are not verified, is gone");
                found.push((text, true));
            }
            continue;
        };
        if let (Some(a), Some(b)) = (days(was), days(is))
            && a != b
        {
            found.push((format!("rule `{name}` adds up lines of {b} days, was {a}"), b < a));
        }
        if unverified(was) != unverified(is) {
            let whom = if unverified(is) { "only for" } else { "no longer only for" };
            let text = format!("rule `{name}` is {whom} authors who are not verified");
            found.push((text, unverified(is)));
        }
        if was.asks_owners_of_paths() != is.asks_owners_of_paths() {
            let asks = if is.asks_owners_of_paths() { "asks" } else { "no longer asks" };
            let text = format!("rule `{name}` {asks} owners of what is touched");
            found.push((text, !is.asks_owners_of_paths()));
        }
    }
    found
}

/// Paths that change hands. Where no rule asks their owners, nothing more is possible for it.
fn paths(old: Version, new: Version) -> Vec<(String, bool)> {
    let handover = codeowners::compare(old.code_owners, new.code_owners);
    let asks = |policy: &Policy| policy.rules().iter().any(Rule::asks_owners_of_paths);
    let asked = asks(old.policy) || asks(new.policy);
    let looser = |(_, was, is): &&(String, PathOwners, PathOwners)| {
        let before = of_file(&old.policy.defaults().owners, &was.groups);
        let after = of_file(&new.policy.defaults().owners, &is.groups);
        !before.iter().all(|had| after.iter().any(|has| has.satisfies(had)))
    };
    let (more, rest): (Vec<_>, Vec<_>) = handover.paths.iter().partition(looser);
    let mut found = default_owners(old.policy, new.policy, asked);
    for (all, weaker) in [(more, asked), (rest, false)] {
        for (path, was, is) in all.iter().take(PATHS_TOLD) {
            let (path, was, is) =
                (escape_cut(path, 60), codeowners::phrase(was), codeowners::phrase(is));
            let text = format!("paths like `{path}` are owned by {is}, were by {was}");
            found.push((escape_cut(&text, 300), weaker));
        }
        if all.len() > PATHS_TOLD {
            let text = format!("{} more paths change their owners", all.len() - PATHS_TOLD);
            found.push((text, weaker));
        }
    }
    if handover.is_partial {
        let text = "lines of CODEOWNERS change in ways that are not told here: read it yourself";
        found.push((text.to_owned(), asked));
    }
    found
}

/// Who owns what nobody else does.
fn default_owners(old: &Policy, new: &Policy, asked: bool) -> Vec<(String, bool)> {
    let (was, is) = (&old.defaults().owners, &new.defaults().owners);
    let names = |these: &[PathOwner], those: &[PathOwner]| -> Vec<String> {
        these.iter().filter(|one| !those.contains(one)).map(codeowners::name).collect()
    };
    let (more, fewer) = (names(is, was), names(was, is));
    let mut found = Vec::new();
    if !more.is_empty() {
        let text = format!("paths without owners are owned by {} as well", more.join(", "));
        found.push((text, asked));
    }
    if !fewer.is_empty() {
        let text = format!("paths without owners are no longer owned by {}", fewer.join(", "));
        found.push((text, false));
    }
    found
}

/// Limits of files beyond those for which changes are made up.
fn limits(old: &Policy, new: &Policy) -> Vec<(String, bool)> {
    let large = |n: u64| n.saturating_add(1) > FILES_MAX;
    let mut found = Vec::new();
    for is in new.exemptions() {
        let was = old.exemptions().iter().find(|e| e.name() == is.name());
        let (before, now) = (was.map_or(0, |was| was.limits().1), is.limits().1);
        if before != now && (large(before) || large(now)) {
            let text = format!("exemption `{}` takes up to {now} files, was {before}", is.name());
            found.push((text, now > before));
        }
    }
    let of = |policy: &Policy| -> Vec<(RuleName, u64)> {
        let files = |rule: &Rule| {
            rule.conditions().iter().find_map(|condition| match condition {
                Condition::Files(files) => Some(files.0),
                _ => None,
            })
        };
        let rules = policy.rules().iter();
        let all = rules.filter_map(|rule| Some((rule.name().clone(), files(rule)?)));
        all.filter(|(_, n)| large(*n)).collect()
    };
    let (was, is) = (of(old), of(new));
    for (rule, n) in was.iter().filter(|one| !is.contains(one)) {
        found.push((format!("rule `{rule}` is no longer for changes from {n} files on"), true));
    }
    for (rule, n) in is.iter().filter(|one| !was.contains(one)) {
        found.push((format!("rule `{rule}` is for changes from {n} files on"), false));
    }
    found
}

fn targets(old: &Policy, new: &Policy) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    for was in old.targets() {
        let name = was.name();
        let Some(is) = new.targets().iter().find(|t| t.name() == name) else {
            found.push((format!("target {name} is gone: {}", was.refs().join(", ")), true));
            continue;
        };
        if was.mode() != is.mode() {
            let (a, b) = (mode(was.mode()), mode(is.mode()));
            found.push((format!("target {name}: {a}, now {b}"), is.mode() < was.mode()));
        }
        for gone in was.refs().iter().filter(|text| !is.refs().contains(text)) {
            found.push((format!("target {name} no longer names {gone}"), true));
        }
        for more in is.refs().iter().filter(|text| !was.refs().contains(text)) {
            found.push((format!("target {name} also names {more}"), false));
        }
        if was.rewrite() != is.rewrite() {
            let judged = is.rewrite() == Rewrite::Judge;
            let text = if judged { "may be rewritten" } else { "may not be rewritten any more" };
            found.push((format!("history of {name} {text}"), judged));
        }
        if was.from() != is.from() {
            let from = is.from().map_or("nothing", |from| from.as_str());
            found.push((
                format!("new refs of {name} are compared with {from}"),
                is.from().is_none(),
            ));
        }
    }
    let fresh = new.targets().iter().filter(|t| old.targets().iter().all(|o| o.name() != t.name()));
    found.extend(
        fresh.map(|t| (format!("target {} is new: {}", t.name(), t.refs().join(", ")), false)),
    );
    found
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Shadow => "shadow, which lets everything pass",
        Mode::Warn => "warn, which lets everything pass",
        Mode::Enforce => "enforced",
    }
}

fn defaults(old: &Policy, new: &Policy) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    if old.default_presence() != new.default_presence() {
        let (was, is) = (old.default_presence(), new.default_presence());
        let text =
            format!("presence where a rule says none: {}, was {}", is.as_str(), was.as_str());
        found.push((text, is < was));
    }
    if old.default_expiry() != new.default_expiry() {
        let (was, is) = (old.default_expiry(), new.default_expiry());
        found.push((format!("signatures count for {}, was {}", span(is), span(was)), is > was));
    }
    found
}

fn overrides(old: Option<&OverrideTerms>, new: Option<&OverrideTerms>) -> Vec<(String, bool)> {
    let (was, is) = match (old, new) {
        (None, None) => return Vec::new(),
        (None, Some(is)) => {
            return vec![(format!("{} may override", list(is.holders())), true)];
        }
        (Some(_), None) => return vec![("nobody may override any more".to_owned(), false)],
        (Some(was), Some(is)) => (was, is),
    };
    let mut found = Vec::new();
    let only = |these: &[PersonId], those: &[PersonId]| -> Vec<PersonId> {
        these.iter().filter(|who| !those.contains(who)).cloned().collect()
    };
    let (more, fewer) = (only(is.holders(), was.holders()), only(was.holders(), is.holders()));
    if !more.is_empty() {
        found.push((format!("{} may override as well", list(&more)), true));
    }
    if !fewer.is_empty() {
        found.push((format!("{} may override no more", list(&fewer)), false));
    }
    if was.presence() != is.presence() {
        let (a, b) = (was.presence(), is.presence());
        found.push((format!("overrides need presence {}, was {}", b.as_str(), a.as_str()), b < a));
    }
    if was.at_most() != is.at_most() {
        let (a, b) = (was.at_most(), is.at_most());
        found.push((format!("overrides count for {} at most, was {}", span(b), span(a)), b > a));
    }
    if was.review_within() != is.review_within() {
        let (a, b) = (was.review_within(), is.review_within());
        found.push((format!("overrides are reviewed within {}, was {}", span(b), span(a)), b > a));
    }
    found
}

fn owners(old: Version, new: Version) -> Vec<(String, bool)> {
    let (was, is) = (old.roster.parts(), new.roster.parts());
    let mut found = Vec::new();
    let only = |these: &[PersonId], those: &[PersonId]| -> Vec<PersonId> {
        these.iter().filter(|who| !those.contains(who)).cloned().collect()
    };
    let more = only(&is.owners.people, &was.owners.people);
    if !more.is_empty() {
        found.push((format!("{} own policy and roster as well", list(&more)), true));
    }
    let fewer = only(&was.owners.people, &is.owners.people);
    if !fewer.is_empty() {
        found.push((format!("{} own policy and roster no more", list(&fewer)), false));
    }
    if was.owners.quorum != is.owners.quorum {
        let (a, b) = (was.owners.quorum, is.owners.quorum);
        found.push((format!("{b} owners change policy and roster, was {a}"), b < a));
    }
    if was.delay != is.delay {
        let (a, b) = (was.delay, is.delay);
        found.push((
            format!("raised levels and new keys wait for {}, was {}", span(b), span(a)),
            b < a,
        ));
    }
    found
}

fn list(people: &[PersonId]) -> String {
    people.iter().map(|who| who.as_str()).collect::<Vec<_>>().join(", ")
}

/// A time as the files write it: `14d`, `12h`, `30m`.
fn span(time: Seconds) -> String {
    let n = time.0;
    for (size, unit) in [(86_400, "d"), (3_600, "h"), (60, "m")] {
        if n > 0 && n.is_multiple_of(size) {
            return format!("{}{unit}", n / size);
        }
    }
    format!("{n}s")
}
