//! What becomes of a policy when it changes: the smallest changes of content that would now need fewer or
//! other people. The real `decide` answers under both versions; which cases are asked about is in
//! `cells.rs`, what else changes in `terms.rs`.

mod cells;
mod people;
mod terms;

use crate::codeowners::CodeOwners;
use crate::policy::Policy;
use crate::supposed::{self, Help, Model, Owners, Word};
use cells::{Cell, Group};
use obstat_model::assistance::AssistanceVerdict;
use obstat_model::decision::{Decision, Outcome, Progress};
use obstat_model::hidden::HiddenFlag;
use obstat_model::id::{LevelName, PersonId, ToolId};
use obstat_model::level::Level;
use obstat_model::object::RefName;
use obstat_model::presence::Presence;
use obstat_model::roster::Roster;
use obstat_model::statement::{Act, Signer};
use obstat_model::time::Now;
use std::cell::Cell as Count;

/// Most decisions before nothing more is compared: whoever reads a brief does not wait for minutes.
const DECIDED_MAX: usize = 500_000;
/// Most people whose signatures are tried together.
const SIGNERS_MAX: usize = 3;
/// Most people who are tried, and of one kind.
const PEOPLE_MAX: usize = 12;
const ALIKE_MAX: usize = 3;

/// A policy and the roster beside it.
#[derive(Debug, Clone, Copy)]
pub struct Version<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The roster.
    pub roster: &'a Roster,
    /// Owners of paths, where a file names any.
    pub code_owners: Option<&'a CodeOwners>,
}

/// What changes from one version to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What passes now and did not before, the least first.
    pub weaker: Vec<Story>,
    /// What passed before and does not now.
    pub stricter: Vec<Story>,
    /// What changes beside the rules: a sentence, and whether more is possible now.
    pub terms: Vec<(String, bool)>,
    /// The versions are too large, or their path patterns too entangled, for all to be compared.
    pub is_partial: bool,
}

/// A change that one version lets pass and the other does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    /// The protected ref.
    pub target: RefName,
    /// A changed path.
    pub path: String,
    /// Changed files.
    pub files: usize,
    /// Changed lines.
    pub lines: u64,
    /// Lines of the same author before it.
    pub earlier_lines: u64,
    /// What it hides.
    pub hidden: Vec<HiddenFlag>,
    /// The author's level; `None` is below every level.
    pub author: Option<LevelName>,
    /// What is known of an AI's help.
    pub help: AssistanceVerdict,
    /// The tool, where rules ask for one.
    pub tool: Option<ToolId>,
    /// Whether the author stands for it.
    pub stated: bool,
    /// Whether all checks passed.
    pub checked: bool,
    /// Who signs, and with which presence.
    pub signed: Vec<(PersonId, Presence)>,
    /// What the version that does not let it pass asks for beside that.
    pub missing: Vec<String>,
}

/// Compares two versions.
#[must_use]
pub fn compare(old: Version, new: Version, now: Now) -> Difference {
    let terms = terms::terms(old, new);
    let Some(groups) = cells::groups(old, new, now) else {
        return Difference { weaker: Vec::new(), stricter: Vec::new(), terms, is_partial: true };
    };
    let (mut weaker, mut stricter) = (Vec::new(), Vec::new());
    let mut is_partial = false;
    let began = Count::new(0);
    for group in &groups {
        is_partial |= began.get() > DECIDED_MAX;
        if is_partial {
            break;
        }
        let Some(pair) = Pair::of((old, new), group.level.as_ref(), (now, &began)) else {
            continue;
        };
        weaker.extend(pair.smallest(group, true).map(|story| (&group.rules, story)));
        stricter.extend(pair.smallest(group, false).map(|story| (&group.rules, story)));
    }
    let weaker = least(weaker);
    let stricter = least(stricter);
    Difference { weaker, stricter, terms, is_partial }
}

/// One story for each set of rules that differ: the one that takes fewest people, then the shortest.
fn least<K: PartialEq>(mut found: Vec<(K, Story)>) -> Vec<Story> {
    let size = |story: &Story| (story.signed.len(), story.files, story.path.len(), story.lines);
    found.sort_by_key(|(_, story)| size(story));
    let mut kept: Vec<(K, Story)> = Vec::new();
    for (rules, story) in found {
        let told =
            kept.iter().any(|(known, other)| *known == rules && other.target == story.target);
        if !told {
            kept.push((rules, story));
        }
    }
    kept.into_iter().map(|(_, story)| story).collect()
}

/// Both versions with one author.
struct Pair<'a> {
    old: Side<'a>,
    new: Side<'a>,
}

struct Side<'a> {
    asked: &'a Count<usize>,
    model: Model<'a>,
    author: PersonId,
    checks: Vec<Word>,
}

impl<'a> Side<'a> {
    fn of(
        version: Version<'a>,
        level: Option<&LevelName>,
        (now, asked): (Now, &'a Count<usize>),
    ) -> Option<Self> {
        let ladder = &version.roster.parts().ladder;
        let level: Option<Level> = level.and_then(|name| ladder.level(name.as_str()));
        let (roster, author) = supposed::joined(version.roster, level)?;
        let names = supposed::checks(version.policy);
        let mut checks = Vec::new();
        for service in &roster.parts().services {
            checks.extend(names.iter().map(|name| Word {
                signer: Signer::Service(service.id.clone()),
                presence: Presence::Hardware,
                act: Act::Check { name: name.clone(), passed: true },
            }));
        }
        let model = Model::new(version.policy, roster, Owners::WhoSigns, now);
        Some(Self { asked, model, author, checks })
    }

    fn decide(&self, cell: &Cell, words: &Words) -> Decision {
        self.asked.set(self.asked.get().saturating_add(1));
        let mut all = Vec::new();
        if words.stated {
            let act = Act::Author { unassisted: false };
            all.push(Word::of(&self.author, Presence::Hardware, act));
        }
        if words.checked {
            all.extend(self.checks.iter().cloned());
        }
        let signed = words.signers.iter();
        all.extend(signed.map(|(who, presence)| Word::of(who, *presence, Act::Approve)));
        self.model.decide(&cell.change(&self.author), &all, false)
    }
}

/// What is said for a change.
struct Words {
    stated: bool,
    checked: bool,
    signers: Vec<(PersonId, Presence)>,
}

impl<'a> Pair<'a> {
    fn of(
        (old, new): (Version<'a>, Version<'a>),
        level: Option<&LevelName>,
        now: (Now, &'a Count<usize>),
    ) -> Option<Self> {
        Some(Self { old: Side::of(old, level, now)?, new: Side::of(new, level, now)? })
    }

    /// The least that is said for a change of a group that the one version lets pass and the other does
    /// not.
    fn smallest(&self, group: &Group, weaker: bool) -> Option<Story> {
        let (passes, stops) = if weaker { (&self.new, &self.old) } else { (&self.old, &self.new) };
        group.cells.iter().find_map(|cell| {
            for signers in subsets(&self.people(cell)) {
                for (stated, checked) in
                    [(false, false), (true, false), (false, true), (true, true)]
                {
                    let words = Words { stated, checked, signers: in_full(&signers) };
                    let Some(words) = least_present(passes, cell, words) else { continue };
                    let other = stops.decide(cell, &words);
                    if other.outcome != Outcome::Clear {
                        return Some(story(cell, group, words, &other));
                    }
                }
            }
            None
        })
    }

    /// People of either roster who can sign, of each kind some.
    fn people(&self, cell: &Cell) -> Vec<PersonId> {
        let mut kinds: Vec<(Kind, usize)> = Vec::new();
        let mut found = Vec::new();
        let sides = [&self.new, &self.old];
        let all = sides.iter().flat_map(|side| side.model.signers().map(|(person, _)| &person.id));
        for id in all {
            if sides.iter().any(|side| side.author == *id) || found.contains(id) {
                continue;
            }
            let kind = sides.map(|side| {
                let person = side.model.roster.person(id)?;
                let owner = side.model.roster.is_owner(id);
                Some((side.model.level_on(person, &cell.path), person.teams.clone(), owner))
            });
            match kinds.iter_mut().find(|(known, _)| *known == kind) {
                Some((_, n)) if *n >= ALIKE_MAX => continue,
                Some((_, n)) => *n += 1,
                None => kinds.push((kind, 1)),
            }
            found.push(id.clone());
        }
        found.truncate(PEOPLE_MAX);
        found
    }
}

/// Everybody with the most presence.
fn in_full(signers: &[PersonId]) -> Vec<(PersonId, Presence)> {
    signers.iter().map(|who| (who.clone(), Presence::Hardware)).collect()
}

/// The same words with as little presence as still passes, one signer after the other; `None` where they
/// do not pass. More presence never counts for less.
fn least_present(side: &Side, cell: &Cell, mut words: Words) -> Option<Words> {
    let clear = |words: &Words| side.decide(cell, words).outcome == Outcome::Clear;
    if !clear(&words) {
        return None;
    }
    for at in 0..words.signers.len() {
        for presence in Presence::ALL {
            let Some(signer) = words.signers.get_mut(at) else { continue };
            let before = std::mem::replace(&mut signer.1, presence);
            if clear(&words) {
                break;
            }
            if let Some(signer) = words.signers.get_mut(at) {
                signer.1 = before;
            }
        }
    }
    Some(words)
}

/// What tells people apart, in both versions: level on the path, teams, whether an owner.
type Kind = [Option<(Option<Level>, Vec<obstat_model::id::TeamName>, bool)>; 2];

/// All choices of at most so many, the smaller first.
fn subsets(of: &[PersonId]) -> Vec<Vec<PersonId>> {
    let mut found: Vec<Vec<PersonId>> = vec![Vec::new()];
    let mut last: Vec<(usize, Vec<PersonId>)> = vec![(0, Vec::new())];
    for _ in 0..SIGNERS_MAX {
        let mut next = Vec::new();
        for (from, chosen) in &last {
            for (at, one) in of.iter().enumerate().skip(*from) {
                let mut more = chosen.clone();
                more.push(one.clone());
                next.push((at + 1, more));
            }
        }
        found.extend(next.iter().map(|(_, chosen)| chosen.clone()));
        last = next;
    }
    found
}

fn story(cell: &Cell, group: &Group, words: Words, other: &Decision) -> Story {
    let about = &other.diagnostics;
    let open = about.requirements.iter().filter(|report| report.progress != Progress::Met);
    let open = open.map(|report| {
        format!("rule `{}`: {} of {}, {}", report.rule, report.has, report.needed, report.needs)
    });
    let mut missing: Vec<String> = open.collect();
    if missing.is_empty() {
        missing.extend(about.problems.iter().map(|problem| problem.text.clone()));
    }
    let (help, tool) = match &cell.help {
        Help::Assisted(tool) => (AssistanceVerdict::Assisted, tool.clone()),
        Help::Undisclosed => (AssistanceVerdict::Undisclosed, None),
        Help::Unassisted => (AssistanceVerdict::DeclaredUnassisted, None),
    };
    Story {
        target: cell.target.clone(),
        path: cell.path.clone(),
        files: cell.more.len() + 1,
        lines: cell.lines,
        earlier_lines: cell.earlier_lines,
        hidden: cell.hidden.clone(),
        author: group.level.clone(),
        help,
        tool,
        stated: words.stated,
        checked: words.checked,
        signed: words.signers,
        missing,
    }
}
