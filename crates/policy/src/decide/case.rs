//! The facts of one decision, arranged so that conditions and requirements find them fast.
//!
//! Gathers nothing and judges nothing; every answer is the same whatever the order of the facts.

use super::level;
use crate::condition::Condition;
use crate::glob::Pattern;
use crate::policy::{Policy, Rule};
use obstat_model::actor::{Actor, Role};
use obstat_model::change::FileState;
use obstat_model::facts::Facts;
use obstat_model::hidden::HiddenFlag;
use obstat_model::id::{LevelName, PersonId};
use obstat_model::level::Level;
use obstat_model::object::Mode;
use obstat_model::roster::Person;
use obstat_model::time::Timestamp;
use std::cell::OnceCell;

/// Changed paths in byte order, with their places in the facts.
pub(crate) struct SortedPaths<'a> {
    all: Vec<(&'a [u8], usize)>,
    /// Those of links and submodules: what lies below them lies elsewhere.
    links: Vec<(&'a [u8], usize)>,
}

impl<'a> SortedPaths<'a> {
    fn new(facts: &'a Facts) -> Self {
        let files = facts.change.files.iter().enumerate();
        let mut all: Vec<_> = files.map(|(i, f)| (f.change.path.as_bytes(), i)).collect();
        all.sort_unstable();
        let leads = |side: Option<FileState>| {
            side.is_some_and(|state| matches!(state.mode, Mode::Symlink | Mode::Submodule))
        };
        let files = facts.change.files.iter().enumerate();
        let links = files.filter(|(_, f)| leads(f.change.old) || leads(f.change.new));
        let links = links.map(|(i, f)| (f.change.path.as_bytes(), i)).collect();
        Self { all, links }
    }

    /// Only paths that begin with the pattern's prefix can match, and they lie together.
    fn candidates(&self, pattern: &Pattern) -> &[(&'a [u8], usize)] {
        let prefix = pattern.prefix();
        if prefix.is_empty() {
            return &self.all;
        }
        let start = self.all.partition_point(|(path, _)| *path < prefix);
        let rest = self.all.get(start..).unwrap_or_default();
        let end = rest.partition_point(|(path, _)| path.starts_with(prefix));
        rest.get(..end).unwrap_or_default()
    }

    /// Whether a pattern takes any path, or something below a link or submodule.
    pub(crate) fn any(&self, pattern: &Pattern) -> bool {
        self.candidates(pattern).iter().any(|(path, _)| pattern.matches(path))
            || self.links.iter().any(|(path, _)| pattern.reaches_below(path))
    }

    /// Places of the paths that any of the patterns takes, or below which it takes something, sorted, each once.
    pub(crate) fn touched(&self, patterns: &[Pattern]) -> Vec<usize> {
        let mut found = self.matching(patterns);
        let reached = self
            .links
            .iter()
            .filter(|(path, _)| patterns.iter().any(|pattern| pattern.reaches_below(path)));
        found.extend(reached.map(|(_, at)| *at));
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Places of the paths that any of the patterns matches, sorted, each once.
    pub(crate) fn matching(&self, patterns: &[Pattern]) -> Vec<usize> {
        let mut found = Vec::new();
        for pattern in patterns {
            let hits = self.candidates(pattern).iter().filter(|(path, _)| pattern.matches(path));
            found.extend(hits.map(|(_, at)| *at));
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// How near to the making of the content a part is: the lowest is the nearest.
const fn weight(role: Role) -> u8 {
    match role {
        Role::Author => 0,
        Role::Operator => 1,
        Role::CoAuthor => 2,
        Role::Pusher => 3,
        Role::Committer => 4,
        Role::Contributor => 5,
    }
}

/// The files that a rule is about: those that its `paths` choose, or all. Found out when asked for
/// the first time, for most decisions never ask.
#[derive(Debug)]
pub(crate) struct Concern<'a> {
    patterns: Option<&'a [Pattern]>,
    places: OnceCell<Vec<usize>>,
}

impl<'a> Concern<'a> {
    /// All files.
    pub(crate) fn all() -> Self {
        Self { patterns: None, places: OnceCell::new() }
    }

    /// The files that a rule is about.
    pub(crate) fn of(rule: &'a Rule) -> Self {
        let patterns = rule.conditions().iter().find_map(|c| match c {
            Condition::Paths(paths) => Some(paths.patterns()),
            _ => None,
        });
        Self { patterns, places: OnceCell::new() }
    }

    /// The places of the files, where a rule is about some and not about all.
    pub(crate) fn named(&self, case: &Case) -> Vec<usize> {
        if self.patterns.is_some() { self.places(case).to_vec() } else { Vec::new() }
    }

    /// How many files.
    pub(crate) fn len(&self, case: &Case) -> usize {
        self.places(case).len()
    }

    /// The places of the files.
    pub(crate) fn places(&self, case: &Case) -> &[usize] {
        self.places.get_or_init(|| match self.patterns {
            None => (0..case.facts.change.files.len()).collect(),
            Some(patterns) => case.paths.touched(patterns),
        })
    }
}

/// Who made or brought the change, as far as levels go.
struct Makers<'a> {
    /// The roster does not know somebody, or nobody is a person.
    unknown: bool,
    people: Vec<&'a Person>,
    /// The lowest level where scopes play no part; computed once.
    everywhere: Option<Option<Level>>,
}

/// One decision's facts.
pub(crate) struct Case<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) facts: &'a Facts<'a>,
    pub(crate) now: Timestamp,
    pub(crate) paths: SortedPaths<'a>,
    pub(crate) hidden: Vec<HiddenFlag>,
    /// Everybody who took part, with the part that is named first; sorted by person.
    pub(crate) participants: Vec<(&'a PersonId, Role)>,
    makers: Makers<'a>,
}

/// Parts that decide the author's level. Contributors to earlier forms only exclude.
fn makes(role: Role) -> bool {
    role != Role::Contributor
}

impl<'a> Case<'a> {
    pub(crate) fn new(policy: &'a Policy, facts: &'a Facts<'a>, now: Timestamp) -> Self {
        let mut participants: Vec<(&PersonId, Role)> = Vec::new();
        for part in facts.participants {
            if let Some(Actor::Person(id)) = &part.actor {
                participants.push((id, part.role));
            }
        }
        // Of several parts the weightiest is told.
        participants.sort_unstable_by_key(|(id, role)| (*id, weight(*role)));
        participants.dedup_by(|a, b| a.0 == b.0);
        let paths = SortedPaths::new(facts);
        let hidden = facts.change.hidden();
        let makers = Self::makers(facts, now);
        Self { policy, facts, now, paths, hidden, participants, makers }
    }

    fn makers(facts: &'a Facts, now: Timestamp) -> Makers<'a> {
        let mut unknown = false;
        let mut people: Vec<&Person> = Vec::new();
        for part in facts.participants.iter().filter(|p| makes(p.role)) {
            match &part.actor {
                Some(Actor::Person(id)) => match facts.roster.person(id) {
                    Some(person) if person.is_here_at(now) => people.push(person),
                    _ => unknown = true,
                },
                Some(Actor::Agent(_) | Actor::Service(_)) => {}
                None => unknown = true,
            }
        }
        people.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        people.dedup_by(|a, b| a.id == b.id);
        unknown |= people.is_empty();
        let scoped = people.iter().any(|p| level::is_scoped(p));
        let everywhere = (!scoped).then(|| {
            people.iter().map(|p| level::everywhere(p, now)).min().flatten().filter(|_| !unknown)
        });
        Makers { unknown, people, everywhere }
    }

    /// Whether somebody took part, and how.
    pub(crate) fn part_of(&self, person: &PersonId) -> Option<Role> {
        let at = self.participants.binary_search_by(|(id, _)| (*id).cmp(person)).ok()?;
        self.participants.get(at).map(|(_, role)| *role)
    }

    /// Whether it is proven that somebody took part: pushed it, or ran the agent that made it.
    pub(crate) fn provably_took_part(&self, person: &PersonId) -> bool {
        let is = |actor: &Actor| matches!(actor, Actor::Person(id) if id == person);
        self.facts.participants.iter().any(|p| p.proven && p.actor.as_ref().is_some_and(is))
    }

    /// The lowest level among those who made or brought the change; `None` is below every level.
    pub(crate) fn author_level(&self, concern: &Concern) -> Option<Level> {
        if let Some(level) = self.makers.everywhere {
            return level;
        }
        if self.makers.unknown {
            return None;
        }
        let levels = self.makers.people.iter().map(|p| self.level_of(p, self.now, concern));
        levels.min().flatten()
    }

    /// A person's level at a moment on the files of concern: the lowest over them.
    pub(crate) fn level_of(
        &self,
        person: &Person,
        at: Timestamp,
        concern: &Concern,
    ) -> Option<Level> {
        if !level::is_scoped(person) {
            return level::everywhere(person, at);
        }
        level::over(self, person, at, concern)
    }

    /// The level of a name in the roster in force.
    pub(crate) fn level_named(&self, name: &LevelName) -> Option<Level> {
        self.facts.roster.parts().ladder.level(name.as_str())
    }

    /// Lines added and removed in the files of concern.
    pub(crate) fn lines_of(&self, concern: &Concern) -> u64 {
        let files = &self.facts.change.files;
        let chosen = concern.places(self).iter().filter_map(|at| files.get(*at));
        chosen.fold(0, |sum, f| sum.saturating_add(f.lines.total()))
    }
}
