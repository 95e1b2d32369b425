//! The changes that are asked about when two versions are compared, and which of them the versions treat
//! by other rules; tries no signature.
//!
//! Every way in which a path can relate to the patterns of both versions, every way in which a ref can
//! relate to their targets, each level, each answer to whether an AI helped; and beside the plain one
//! a change at and below each threshold of either version, one at a time.

use super::Version;
use crate::condition::Condition;
use crate::glob::Pattern;
use crate::policy::Policy;
use crate::prove::paths;
use crate::supposed::{self, Change, File, Help, Model, Owners};
use obstat_model::decision::Decision;
use obstat_model::hidden::HiddenFlag;
use obstat_model::id::{LevelName, PersonId, RuleName, ToolId};
use obstat_model::level::Level;
use obstat_model::object::RefName;
use obstat_model::roster::RosterParts;
use obstat_model::time::Now;
use std::collections::BTreeMap;

/// Most changes of one group whose signatures are tried.
const CELLS_MAX: usize = 3;
/// Most files of one change; larger limits are told among the terms.
pub(super) const FILES_MAX: u64 = 200;
/// Most changes that are asked about: whoever reads a brief does not wait for minutes.
const ASKED_MAX: usize = 1_000_000;

/// A change without its author.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub(super) target: RefName,
    pub(super) path: String,
    /// Paths that every pattern takes as it takes that one.
    pub(super) more: Vec<String>,
    pub(super) lines: u64,
    pub(super) earlier_lines: u64,
    pub(super) hidden: Vec<HiddenFlag>,
    pub(super) help: Help,
}

impl Cell {
    pub(super) fn change(&self, author: &PersonId) -> Change {
        let file = |path: &String, lines, hidden| File { path: path.clone(), lines, hidden };
        let mut files = vec![file(&self.path, self.lines, self.hidden.clone())];
        files.extend(self.more.iter().map(|path| file(path, 0, Vec::new())));
        Change {
            target: self.target.clone(),
            files,
            authors: vec![author.clone()],
            help: self.help.clone(),
            earlier_lines: self.earlier_lines,
        }
    }
}

/// Changes that the two versions treat differently in one way.
#[derive(Debug)]
pub(super) struct Group {
    /// The author's level.
    pub(super) level: Option<LevelName>,
    /// What differs: rules that apply in the old version only, and in the new one only.
    pub(super) rules: Rules,
    /// The simplest of them first.
    pub(super) cells: Vec<Cell>,
}

/// Names of rules and exemptions that only one version knows for a change.
pub(super) type Rules = (Vec<RuleName>, Vec<RuleName>);

/// What belongs to one group: the author's level, what differs, the tool or none.
type Key = (Option<LevelName>, Rules, u8);

/// Those groups, or `None` where the path patterns are too entangled, or tell too many changes apart.
pub(super) fn groups(old: Version, new: Version, now: Now) -> Option<Vec<Group>> {
    let both = [old.policy, new.policy];
    let lists: Vec<&[Pattern]> = both.iter().flat_map(|policy| policy.path_lists()).collect();
    let paths = paths::classes(&lists)?;
    let targets: Vec<&[Pattern]> =
        both.iter().flat_map(|p| p.targets().iter().map(|t| t.patterns())).collect();
    let refs = paths::of_refs(&targets)?.into_iter().filter(|class| class.matched.contains(&true));
    // What only one version protects is told among the terms.
    let in_both = |name: &RefName| both.iter().all(|policy| policy.target_of(name).is_some());
    let refs = refs.filter_map(|class| RefName::parse(&class.path).ok()).filter(in_both);
    let refs: Vec<RefName> = refs.collect();
    let sides = levels([old, new]).into_iter().map(|level| {
        let sides = [side(old, level.as_ref(), now)?, side(new, level.as_ref(), now)?];
        Some((level, sides))
    });
    let sides: Vec<(Option<LevelName>, [Side<'_>; 2])> = sides.collect::<Option<_>>()?;
    let same_people = same_people(old.roster.parts(), new.roster.parts());
    let mut found: BTreeMap<Key, Vec<(usize, Cell)>> = BTreeMap::new();
    let mut asked = 0;
    for target in &refs {
        for class in &paths {
            for cell in Forms::of(both, &class.path).cells(target, &class.path, &lists) {
                for (level, sides) in &sides {
                    asked += 1;
                    if asked > ASKED_MAX {
                        return None;
                    }
                    let [before, after] = sides
                        .each_ref()
                        .map(|(model, author)| model.decide(&cell.change(author), &[], false));
                    let differ = differ((both[0], &before), (both[1], &after), same_people);
                    let Some(rules) = differ else { continue };
                    let others = after.diagnostics.rules.len();
                    let kind = help_kind(&cell.help);
                    let kept = found.entry((level.clone(), rules, kind)).or_default();
                    kept.push((others, cell.clone()));
                    kept.sort_by_key(|(others, cell)| (*others, cell.more.len(), cell.path.len()));
                    kept.truncate(CELLS_MAX);
                }
            }
        }
    }
    let group = |((level, rules, _), cells): (Key, Vec<(usize, Cell)>)| Group {
        level,
        rules,
        cells: cells.into_iter().map(|(_, cell)| cell).collect(),
    };
    Some(found.into_iter().map(group).collect())
}

/// Whether everybody counts as before; who owns policy and roster is told among the terms.
fn same_people(old: &RosterParts, new: &RosterParts) -> bool {
    let same = (&old.ladder, &old.people, &old.agents, &old.services)
        == (&new.ladder, &new.people, &new.agents, &new.services);
    same && old.scopes == new.scopes
}

/// One version with its author.
type Side<'a> = (Model<'a>, PersonId);

fn side<'a>(version: Version<'a>, level: Option<&LevelName>, now: Now) -> Option<Side<'a>> {
    let ladder = &version.roster.parts().ladder;
    let level: Option<Level> = level.and_then(|name| ladder.level(name.as_str()));
    let (roster, author) = supposed::joined(version.roster, level)?;
    Some((Model::new(version.policy, roster, Owners::WhoSigns, now), author))
}

fn help_kind(help: &Help) -> u8 {
    match help {
        Help::Assisted(None) => 0,
        Help::Undisclosed => 1,
        Help::Unassisted => 2,
        Help::Assisted(Some(_)) => 3,
    }
}

/// The levels of both ladders, highest first, and none.
fn levels(versions: [Version; 2]) -> Vec<Option<LevelName>> {
    let mut found: Vec<Option<LevelName>> = Vec::new();
    for version in versions {
        for name in version.roster.parts().ladder.names().iter().rev() {
            if !found.contains(&Some(name.clone())) {
                found.push(Some(name.clone()));
            }
        }
    }
    found.push(None);
    found
}

/// What two versions treat by other rules; `None` where they do not.
fn differ(
    (old, before): (&Policy, &Decision),
    (new, after): (&Policy, &Decision),
    same_people: bool,
) -> Option<Rules> {
    let names = |decision: &Decision| {
        let about = &decision.diagnostics;
        let exemption = about.exemption.iter().map(|(name, _)| name.clone());
        about.rules.iter().cloned().chain(exemption).collect::<Vec<_>>()
    };
    let (was, is) = (names(before), names(after));
    // A rule of the same name with another body is another rule.
    let same = |name: &RuleName| {
        let rule = |policy: &Policy| policy.rules().iter().find(|r| r.name() == name).cloned();
        rule(old) == rule(new)
    };
    let only = |these: &[RuleName], those: &[RuleName]| {
        these.iter().filter(|n| !those.contains(n) || !same(n)).cloned().collect::<Vec<_>>()
    };
    let (lost, gained) = (only(&was, &is), only(&is, &was));
    let asked = !before.diagnostics.requirements.is_empty();
    let codes = |decision: &Decision| {
        decision.diagnostics.problems.iter().map(|p| p.code).collect::<Vec<_>>()
    };
    let otherwise = asked && (!same_people || old.defaults() != new.defaults());
    let is_other = !lost.is_empty() || !gained.is_empty() || codes(before) != codes(after);
    (is_other || otherwise).then_some((lost, gained))
}

/// Sizes and kinds of changes that the conditions of both versions tell apart for one path.
struct Forms {
    lines: Vec<u64>,
    files: Vec<u64>,
    earlier: Vec<u64>,
    hidden: Vec<HiddenFlag>,
    tools: Vec<ToolId>,
}

impl Forms {
    fn of(policies: [&Policy; 2], path: &str) -> Self {
        let within = |list: &[Pattern]| list.iter().any(|p| p.matches(path.as_bytes()));
        let mut forms = Self {
            lines: Vec::new(),
            files: Vec::new(),
            earlier: Vec::new(),
            hidden: Vec::new(),
            tools: Vec::new(),
        };
        for policy in policies {
            let rules = policy.rules().iter().filter(|rule| rule.is_for(path));
            for condition in rules.flat_map(|rule| rule.conditions()) {
                match condition {
                    Condition::Lines(lines) => around(&mut forms.lines, lines.0),
                    Condition::Files(files) => around(&mut forms.files, files.0),
                    Condition::Rolling(sum) => around(&mut forms.earlier, sum.lines()),
                    Condition::Hidden(hidden) => forms.hidden.extend(hidden.flags()),
                    _ => {}
                }
            }
            for exemption in policy.exemptions().iter().filter(|e| within(e.paths())) {
                let (lines, files) = exemption.limits();
                around(&mut forms.lines, lines + 1);
                around(&mut forms.files, files + 1);
            }
            forms.tools.extend(policy.tools().into_iter().cloned());
        }
        forms.files.retain(|n| (2..=FILES_MAX).contains(n));
        forms.hidden.sort_unstable();
        forms.hidden.dedup();
        forms.tools.sort_unstable();
        forms.tools.dedup();
        for list in [&mut forms.lines, &mut forms.files, &mut forms.earlier] {
            list.sort_unstable();
            list.dedup();
        }
        forms
    }

    /// Changes of one path: the plain one, and each that differs from it in one thing.
    fn cells(&self, target: &RefName, path: &str, lists: &[&[Pattern]]) -> Vec<Cell> {
        let plain = |help| Cell {
            target: target.clone(),
            path: path.to_owned(),
            more: Vec::new(),
            lines: 1,
            earlier_lines: 0,
            hidden: Vec::new(),
            help,
        };
        let mut found = Vec::new();
        for help in [Help::Undisclosed, Help::Assisted(None), Help::Unassisted] {
            let plain = plain(help);
            found.push(plain.clone());
            found.extend(self.lines.iter().map(|n| Cell { lines: *n, ..plain.clone() }));
            found.extend(self.earlier.iter().map(|n| Cell { earlier_lines: *n, ..plain.clone() }));
            found.extend(self.hidden.iter().map(|f| Cell { hidden: vec![*f], ..plain.clone() }));
            found.extend(self.files.iter().filter_map(|n| {
                let more = alike(path, usize::try_from(*n).ok()? - 1, lists)?;
                Some(Cell { more, ..plain.clone() })
            }));
        }
        found.extend(self.tools.iter().map(|tool| plain(Help::Assisted(Some(tool.clone())))));
        found
    }
}

/// A threshold, and what just does not reach it.
fn around(list: &mut Vec<u64>, at: u64) {
    list.extend([at.saturating_sub(1), at].into_iter().filter(|n| *n > 0));
}

/// So many other paths that every list of patterns takes as it takes this one, if there are.
fn alike(path: &str, count: usize, lists: &[&[Pattern]]) -> Option<Vec<String>> {
    let taken = |path: &str| -> Vec<bool> {
        lists.iter().map(|list| list.iter().any(|p| p.matches(path.as_bytes()))).collect()
    };
    let wanted = taken(path);
    let (above, name) = path.rsplit_once('/').map_or(("", path), |(above, name)| (above, name));
    let within = |name: String| if above.is_empty() { name } else { format!("{above}/{name}") };
    let (stem, end) =
        name.rsplit_once('.').map_or((name, String::new()), |(s, e)| (s, format!(".{e}")));
    let forms: [&dyn Fn(usize) -> String; 3] =
        [&|n| within(format!("{stem}{n}{end}")), &|n| within(format!("{n}{name}")), &|n| {
            format!("{path}/{n}")
        }];
    let form = forms.iter().find(|form| taken(&form(0)) == wanted)?;
    Some((0..count).map(form).collect())
}
