//! The weakest change that a claim speaks of, and everybody who might wave it through.
//!
//! Whatever asks for more is left out, for more never asks for less: one file without lines (or, where a
//! claim speaks of lines, those where fewest rules count them) or hidden content, no sum of earlier lines, no touched inputs. What could let pass is all there: each check
//! passed, the author's own statement, every signer an owner of what is touched.

use crate::policy::Policy;
use crate::supposed::{self, Help, Owners, Word};
use obstat_model::decision::Decision;
use obstat_model::hidden::HiddenFlag;
use obstat_model::id::PersonId;
use obstat_model::level::Level;
use obstat_model::object::RefName;
use obstat_model::presence::Presence;
use obstat_model::roster::{Key, Person, Roster};
use obstat_model::statement::{Act, Signer};
use obstat_model::time::Now;

/// One made-up change and its author.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) target: RefName,
    pub(super) path: String,
    /// Other files, where lines are that the path does not have.
    pub(super) beside: Vec<(String, u64)>,
    /// Of the author; `None` is below every level.
    pub(super) level: Option<Level>,
    pub(super) help: Help,
    /// Of all files.
    pub(super) lines: u64,
    pub(super) hidden: Vec<HiddenFlag>,
}

/// Somebody's approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Signature {
    pub(super) who: PersonId,
    pub(super) presence: Presence,
    /// Whether it is one of those that the claim asks for.
    pub(super) counts: bool,
}

/// A policy with a roster that an author has joined.
pub(super) struct Model<'a> {
    supposed: supposed::Model<'a>,
    author: PersonId,
    /// The author's own statement, and each check passed, as every service says that could be asked.
    granted: Vec<Word>,
}

impl<'a> Model<'a> {
    pub(super) fn new(
        policy: &'a Policy,
        roster: &Roster,
        level: Option<Level>,
        now: Now,
    ) -> Option<Self> {
        let (roster, author) = supposed::joined(roster, level)?;
        let own = Act::Author { unassisted: false };
        let mut granted = vec![Word::of(&author, Presence::Hardware, own)];
        let checks = supposed::checks(policy);
        for service in &roster.parts().services {
            granted.extend(checks.iter().map(|name| Word {
                signer: Signer::Service(service.id.clone()),
                presence: Presence::Hardware,
                act: Act::Check { name: name.clone(), passed: true },
            }));
        }
        let supposed = supposed::Model::new(policy, roster, Owners::WhoSigns, now);
        Some(Self { supposed, author, granted })
    }

    /// People who can sign at all.
    pub(super) fn signers(&self) -> impl Iterator<Item = (&Person, &Key)> {
        self.supposed.signers().filter(|(person, _)| person.id != self.author)
    }

    /// A person's level on a path.
    pub(super) fn level_on(&self, person: &Person, path: &str) -> Option<Level> {
        self.supposed.level_on(person, path)
    }

    /// What is decided of a change with these signatures.
    pub(super) fn decide(&self, change: &Change, signed: &[Signature]) -> Decision {
        let elsewhere: u64 = change.beside.iter().map(|(_, lines)| lines).sum();
        let (path, lines) = (change.path.clone(), change.lines.saturating_sub(elsewhere));
        let own = supposed::File { path, lines, hidden: change.hidden.clone() };
        let beside = change.beside.iter().map(|(path, lines)| supposed::File {
            path: path.clone(),
            lines: *lines,
            hidden: Vec::new(),
        });
        let supposed = supposed::Change {
            target: change.target.clone(),
            files: std::iter::once(own).chain(beside).collect(),
            authors: vec![self.author.clone()],
            help: change.help.clone(),
            earlier_lines: 0,
        };
        let mut words = self.granted.clone();
        words.extend(signed.iter().map(|one| Word::of(&one.who, one.presence, Act::Approve)));
        self.supposed.decide(&supposed, &words, false)
    }
}
