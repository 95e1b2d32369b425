//! Proves claims about a policy, or finds the smallest change that breaks them; asks the real
//! `decide`. Why so few cases are all of them: `docs/adr/0013-proving-a-policy.md`.

mod claim;
mod model;
pub(crate) mod paths;
mod spread;

pub use claim::{Claim, parse_claims};

use crate::glob::Pattern;
use crate::policy::Policy;
use crate::supposed::Help;
use claim::Premise;
use model::{Change, Model, Signature};
use obstat_model::assistance::AssistanceVerdict;
use obstat_model::decision::Outcome;
use obstat_model::hidden::HiddenFlag;
use obstat_model::id::{LevelName, PersonId, RuleName};
use obstat_model::level::Level;
use obstat_model::object::RefName;
use obstat_model::presence::Presence;
use obstat_model::roster::Roster;
use obstat_model::target::Mode;
use obstat_model::time::Now;

/// Most people of one kind that are asked to give what a claim speaks of.
const ALIKE_MAX: usize = 8;
/// Most ways to spread lines over files.
const SPREADS_MAX: usize = 64;

/// What comes of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It holds; so many cases were decided.
    Holds(u64),
    /// It does not.
    Broken(Box<Counterexample>),
    /// It cannot be told, and why.
    Unknown(String),
}

/// A change that reaches a target without what was claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterexample {
    /// The protected ref.
    pub target: RefName,
    /// A changed path.
    pub path: String,
    /// Other changed paths, with their lines.
    pub beside: Vec<(String, u64)>,
    /// The author's level; `None` is below every level.
    pub author: Option<LevelName>,
    /// What is known of an AI's help.
    pub help: AssistanceVerdict,
    /// Changed lines.
    pub lines: u64,
    /// What it hides.
    pub hidden: Vec<HiddenFlag>,
    /// Who signs, with which presence, and whether that is what was claimed to be needed.
    pub signed: Vec<(PersonId, Presence, bool)>,
    /// Rules that apply.
    pub rules: Vec<RuleName>,
    /// The exemption that lets it pass.
    pub exemption: Option<RuleName>,
    /// The mode of the target, where it is what lets pass.
    pub mode: Option<Mode>,
}

/// Proves one claim.
#[must_use]
pub fn prove(policy: &Policy, roster: &Roster, claim: &Claim, now: Now) -> Verdict {
    let refs = crate::supposed::refs(policy, &claim.target);
    if refs.is_empty() {
        return Verdict::Unknown(format!("no ref of target {} can be made up", claim.target));
    }
    let mut lists: Vec<&[Pattern]> = policy.path_lists();
    lists.extend(claim.paths.as_deref());
    let Some(classes) = paths::classes(&lists) else {
        return Verdict::Unknown("the path patterns are too entangled to be told apart".to_owned());
    };
    let about = |path: &str| {
        claim.paths.as_ref().is_none_or(|own| own.iter().any(|p| p.matches(path.as_bytes())))
    };
    let spread = spread::Spread::of(policy, &classes, claim.lines);
    let classes: Vec<String> =
        classes.into_iter().map(|class| class.path).filter(|path| about(path)).collect();
    let mut asked = 0;
    for target in refs {
        let spread = &spread;
        let mut search = Search { policy, roster, claim, now, target, spread, asked };
        if let Some(found) = search.mode().or_else(|| search.run(&classes)) {
            return Verdict::Broken(Box::new(found));
        }
        asked = search.asked;
    }
    match spread.is_complete {
        true => Verdict::Holds(asked),
        false => Verdict::Unknown(
            "no path is without rules of its own, and lines can be spread over paths so that rules \
             which count them see few: claim it without `lines_at_least`"
                .to_owned(),
        ),
    }
}

struct Search<'a> {
    policy: &'a Policy,
    roster: &'a Roster,
    claim: &'a Claim,
    now: Now,
    target: RefName,
    spread: &'a spread::Spread,
    asked: u64,
}

impl Search<'_> {
    /// A target that only warns lets everything pass.
    fn mode(&self) -> Option<Counterexample> {
        let mode = self.policy.target_of(&self.target)?.mode();
        (mode != Mode::Enforce).then(|| Counterexample {
            target: self.target.clone(),
            path: "anything".to_owned(),
            beside: Vec::new(),
            author: None,
            help: AssistanceVerdict::Undisclosed,
            lines: 0,
            hidden: Vec::new(),
            signed: Vec::new(),
            rules: Vec::new(),
            exemption: None,
            mode: Some(mode),
        })
    }

    fn run(&mut self, paths: &[String]) -> Option<Counterexample> {
        let assisted = Help::Assisted(None);
        let kinds = match self.claim.assistance {
            Premise::Assisted => vec![assisted],
            Premise::Possible => vec![Help::Undisclosed, assisted],
            Premise::Any => vec![Help::Unassisted, Help::Undisclosed, assisted],
        };
        let kinds: Vec<(Help, Vec<HiddenFlag>)> =
            kinds.iter().flat_map(|kind| self.hiding(kind)).collect();
        // The highest first: the lower an author, the more is asked.
        for level in self.authors().into_iter().rev() {
            let model = Model::new(self.policy, self.roster, level, self.now)?;
            for path in paths {
                let each =
                    self.spread.ways.iter().flat_map(|way| kinds.iter().map(move |k| (way, k)));
                for (beside, (help, hidden)) in each {
                    let change = Change {
                        target: self.target.clone(),
                        path: path.clone(),
                        beside: beside.clone(),
                        level,
                        help: help.clone(),
                        lines: self.claim.lines,
                        hidden: hidden.clone(),
                    };
                    if let Some(found) = self.broken_by(&model, &change) {
                        return Some(found);
                    }
                }
            }
        }
        None
    }

    /// With each kind of hidden content alone that the claim speaks of, or with none.
    fn hiding(&self, help: &Help) -> Vec<(Help, Vec<HiddenFlag>)> {
        match &self.claim.hidden {
            None => vec![(help.clone(), Vec::new())],
            Some(flags) => flags.iter().map(|flag| (help.clone(), vec![*flag])).collect(),
        }
    }

    /// Levels of authors that the claim speaks of; `None` is below all.
    fn authors(&self) -> Vec<Option<Level>> {
        let ladder = &self.roster.parts().ladder;
        let below = self.claim.author_below.as_ref().and_then(|name| ladder.level(name.as_str()));
        let all = (0..ladder.names().len()).filter_map(|n| u16::try_from(n).ok()).map(Level);
        let levels = all.filter(|level| below.is_none_or(|below| *level < below));
        std::iter::once(None).chain(levels.map(Some)).collect()
    }

    fn broken_by(&mut self, model: &Model, change: &Change) -> Option<Counterexample> {
        let (others, able) = self.signers(model, change);
        for chosen in subsets(&able, self.claim.approvals - 1) {
            let mut signed = others.clone();
            // Whoever signs in full does not sign with less as well.
            signed.retain(|one| !chosen.iter().any(|full| full.who == one.who));
            signed.extend(chosen);
            self.asked += 1;
            let found = model.decide(change, &signed);
            if found.outcome != Outcome::Clear || self.is_meant(&found) {
                continue;
            }
            return Some(self.smallest(model, change, signed));
        }
        None
    }

    /// Whether an exemption that the claim names lets it pass.
    fn is_meant(&self, found: &obstat_model::decision::Decision) -> bool {
        let exemption = found.diagnostics.exemption.as_ref();
        exemption.is_some_and(|(name, _)| self.claim.except.contains(name))
    }

    /// Everybody's signature that does not fulfil the claim, and those that do.
    fn signers(&self, model: &Model, change: &Change) -> (Vec<Signature>, Vec<Signature>) {
        let wanted = self.roster.parts().ladder.level(self.claim.level.as_str());
        let (mut others, mut able) = (Vec::new(), Vec::new());
        let alike_max = ALIKE_MAX.max(self.policy.all_approvals());
        let mut kinds: Vec<(Kind, usize)> = Vec::new();
        for (person, _) in model.signers() {
            let level = model.level_on(person, &change.path);
            let kind = (level, person.levels.clone(), person.teams.clone());
            let alike = match kinds.iter_mut().find(|(known, _)| *known == kind) {
                Some((_, count)) if *count >= alike_max => continue,
                Some((_, count)) => {
                    *count += 1;
                    *count
                }
                None => {
                    kinds.push((kind, 1));
                    1
                }
            };
            let who = person.id.clone();
            if level < wanted {
                others.push(Signature { who, presence: Presence::Hardware, counts: false });
                continue;
            }
            let less = Presence::ALL.iter().rev().find(|p| **p < self.claim.presence);
            let less = less.map(|presence| Signature {
                who: who.clone(),
                presence: *presence,
                counts: false,
            });
            others.extend(less);
            if alike <= ALIKE_MAX {
                able.push(Signature { who, presence: Presence::Hardware, counts: true });
            }
        }
        (others, able)
    }

    /// Without the signatures that it does not need.
    fn smallest(
        &mut self,
        model: &Model,
        change: &Change,
        mut signed: Vec<Signature>,
    ) -> Counterexample {
        let mut at = 0;
        while at < signed.len() {
            let mut fewer = signed.clone();
            fewer.remove(at);
            self.asked += 1;
            if model.decide(change, &fewer).outcome == Outcome::Clear {
                signed = fewer;
            } else {
                at += 1;
            }
        }
        let found = model.decide(change, &signed);
        let name = |level: Level| self.roster.parts().ladder.name(level).cloned();
        Counterexample {
            target: change.target.clone(),
            path: change.path.clone(),
            beside: change.beside.clone(),
            author: change.level.and_then(name),
            help: match change.help {
                Help::Assisted(_) => AssistanceVerdict::Assisted,
                Help::Undisclosed => AssistanceVerdict::Undisclosed,
                Help::Unassisted => AssistanceVerdict::DeclaredUnassisted,
            },
            lines: change.lines,
            hidden: change.hidden.clone(),
            signed: signed.into_iter().map(|one| (one.who, one.presence, one.counts)).collect(),
            rules: found.diagnostics.rules,
            exemption: found.diagnostics.exemption.map(|(name, _)| name),
            mode: None,
        }
    }
}

/// What tells people apart: level on the path, all levels, teams.
type Kind = (Option<Level>, Vec<obstat_model::level::LevelGrant>, Vec<obstat_model::id::TeamName>);

/// All choices of at most so many.
fn subsets(of: &[Signature], most: usize) -> Vec<Vec<Signature>> {
    let mut found: Vec<Vec<Signature>> = vec![Vec::new()];
    if most == 0 {
        return found;
    }
    for (at, one) in of.iter().enumerate() {
        let rest = of.get(at + 1..).unwrap_or_default();
        for mut more in subsets(rest, most - 1) {
            more.insert(0, one.clone());
            found.push(more);
        }
    }
    // The larger ones let more pass, and what they let pass is made small afterwards.
    found.sort_by_key(|choice| std::cmp::Reverse(choice.len()));
    found
}
