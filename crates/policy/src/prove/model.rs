//! The weakest change that a claim speaks of, and everybody who might wave it through: facts made up
//! for `decide`. Decides nothing.
//!
//! Whatever asks for more is left out, for more never asks for less: one file without lines or hidden
//! content, no sum of earlier lines, no touched inputs. What could let pass is all there: each check
//! passed, the author's own statement, every signer an owner of what is touched.

use super::claim::Claim;
use crate::glob::Pattern;
use crate::policy::Policy;
use crate::requirement::Requirement;
use obstat_model::actor::{Actor, Identity, Participant, Role};
use obstat_model::approval::{ApprovalFacts, Binding, Then, TipState, VerifiedApproval};
use obstat_model::assistance::{Assistance, AssistanceVerdict};
use obstat_model::change::{ChangeFacts, ChangedFile, FileChange, FileState, LineCount, Revision};
use obstat_model::decision::Decision;
use obstat_model::evidence::{Evidence, EvidenceKind, Strength};
use obstat_model::facts::{Facts, OwnerGroup, PathOwner, PathOwners, RollingSum};
use obstat_model::hidden::HiddenFlag;
use obstat_model::id::{
    ChangeDigest, CheckName, Nonce, PersonId, RepositoryId, Sha256, StatementHash,
};
use obstat_model::level::{Level, LevelGrant};
use obstat_model::object::{Mode, Oid, RefName, RepoPath};
use obstat_model::presence::Presence;
use obstat_model::roster::{Key, KeyId, Person, Roster};
use obstat_model::statement::{Act, Context, Shown, Signer, Statement};
use obstat_model::time::{Now, Seconds, Timestamp};

const REPOSITORY: RepositoryId = RepositoryId::new([0; 16]);
const DIGEST: ChangeDigest = ChangeDigest::new([0; 32]);
/// The author of the change that is made up.
const SOMEBODY: &str = "somebody";

/// One made-up change and its author.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) target: RefName,
    pub(super) path: String,
    /// Of the author; `None` is below every level.
    pub(super) level: Option<Level>,
    pub(super) assisted: bool,
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

/// A policy with a roster that somebody was added to.
pub(super) struct Model<'a> {
    policy: &'a Policy,
    roster: Roster,
    author: PersonId,
    now: Now,
    checks: Vec<CheckName>,
}

/// A ref of a target, made from its patterns.
pub(super) fn example_ref(policy: &Policy, claim: &Claim) -> Option<RefName> {
    let target = policy.targets().iter().find(|t| *t.name() == claim.target)?;
    let made = target.refs().iter().filter_map(|text| {
        let text = text.replace("**", "x").replace(['*', '?'], "x");
        RefName::parse(&text).ok()
    });
    made.into_iter().find(|name| target.has(name))
}

impl<'a> Model<'a> {
    /// Somebody of a level joins, who has nothing but that and a key.
    pub(super) fn new(
        policy: &'a Policy,
        roster: &Roster,
        level: Option<Level>,
        now: Now,
    ) -> Option<Self> {
        let mut parts = roster.parts().clone();
        let known = |id: &str| parts.people.iter().any(|p| p.id.as_str() == id);
        let mut name = SOMEBODY.to_owned();
        while known(&name) {
            name.push('-');
        }
        let author: PersonId = name.parse().ok()?;
        let since = Timestamp::from_unix(0);
        let grant = |level| LevelGrant { level, since, until: None, scopes: Vec::new() };
        parts.people.push(Person {
            id: author.clone(),
            name,
            levels: level.map(grant).into_iter().collect(),
            teams: Vec::new(),
            emails: Vec::new(),
            accounts: Vec::new(),
            keys: vec![Key {
                id: KeyId([0xff; 32]),
                blob: Vec::new(),
                since: None,
                until: None,
                attestation: None,
                attested: false,
            }],
            left: None,
        });
        let mut checks: Vec<CheckName> = Vec::new();
        for rule in policy.rules() {
            rule.requirements().iter().for_each(|r| names_of(r, &mut checks));
        }
        checks.sort();
        checks.dedup();
        Some(Self { policy, roster: Roster::new(parts), author, now, checks })
    }

    /// People who can sign at all.
    pub(super) fn signers(&self) -> impl Iterator<Item = (&Person, &Key)> {
        let people = self.roster.parts().people.iter();
        let here = people.filter(|p| p.id != self.author && p.is_here_at(self.now.0));
        here.filter_map(|p| Some((p, p.keys.iter().find(|k| k.holds_at(self.now.0))?)))
    }

    /// A person's level on a path.
    pub(super) fn level_on(&self, person: &Person, path: &str) -> Option<Level> {
        let covers = |grant: &&LevelGrant| {
            let inside = |patterns: &[Pattern]| patterns.iter().any(|p| p.matches(path.as_bytes()));
            grant.scopes.is_empty()
                || grant.scopes.iter().any(|s| self.policy.scope(s).is_some_and(inside))
        };
        let grants = person.levels.iter().filter(|g| g.holds_at(self.now.0)).filter(covers);
        grants.map(|g| g.level).max()
    }

    /// What is decided of a change with these signatures.
    pub(super) fn decide(&self, change: &Change, signed: &[Signature]) -> Decision {
        let facts = self.change(change);
        let (assistance, owners) = (assistance(change), vec![owners(signed)]);
        let mut statements: Vec<ApprovalFacts> = Vec::new();
        statements.extend(self.word(change, &self.author, Act::Author { unassisted: false }, 0));
        for (n, one) in signed.iter().enumerate() {
            let word = self.word(change, &one.who, Act::Approve, n as u64 + 1);
            statements.extend(word.map(|mut word| {
                word.verified.presence = one.presence;
                word
            }));
        }
        statements.extend(self.checked(change));
        let rolling: Vec<RollingSum> = self
            .policy
            .rolling_demands()
            .map(|demand| RollingSum { rule: demand.rule().clone(), lines: 0 })
            .collect();
        let participants = [Role::Author, Role::Committer, Role::Pusher].map(|role| Participant {
            role,
            actor: Some(Actor::Person(self.author.clone())),
            identity: Identity { name: self.author.to_string(), email: String::new() },
            proven: role == Role::Pusher,
            commit: None,
        });
        let facts = Facts {
            repository: REPOSITORY,
            target: &change.target,
            tip: facts.revision.tip,
            change: &facts,
            assistance: &assistance,
            participants: &participants,
            roster: &self.roster,
            owners: &owners,
            rolling: &rolling,
            statements: &statements,
            refused: &[],
            problems: &[],
        };
        crate::decide(self.policy, &facts, self.now)
    }

    fn change(&self, change: &Change) -> ChangeFacts {
        let oid = Oid::Sha1([1; 20]);
        let file = ChangedFile {
            change: FileChange {
                path: RepoPath::from(change.path.as_str()),
                old: Some(FileState { mode: Mode::File, oid }),
                new: Some(FileState { mode: Mode::File, oid: Oid::Sha1([2; 20]) }),
                content: None,
            },
            lines: LineCount { added: change.lines, removed: 0 },
            hidden: change.hidden.clone(),
        };
        let revision = Revision { tip: Some(oid), merge_base: Some(oid), head: oid, tree: oid };
        ChangeFacts { digest: DIGEST, revision, files: vec![file], inputs: None }
    }

    /// A statement that is good in every way; the author's own comes before all others.
    fn word(&self, change: &Change, who: &PersonId, act: Act, n: u64) -> Option<ApprovalFacts> {
        let person = self.roster.person(who)?;
        let key = person.keys.iter().find(|k| k.holds_at(self.now.0))?.id;
        let first = matches!(act, Act::Author { .. });
        let hour = Seconds(if first { 7_200 } else { 3_600 });
        let signer = Signer::Person(who.clone());
        Some(self.fact(change, (signer, key), act, (n, self.now.0.before(hour))))
    }

    /// Every check passed, as every service says that could be asked.
    fn checked(&self, change: &Change) -> Vec<ApprovalFacts> {
        let mut found = Vec::new();
        for service in &self.roster.parts().services {
            let Some(key) = service.keys.iter().find(|k| k.holds_at(self.now.0)) else { continue };
            for name in &self.checks {
                let act = Act::Check { name: name.clone(), passed: true };
                let signer = (Signer::Service(service.id.clone()), key.id);
                let n = 1_000_000 + found.len() as u64;
                found.push(self.fact(change, signer, act, (n, self.now.0.before(Seconds(3_600)))));
            }
        }
        found
    }

    fn fact(
        &self,
        change: &Change,
        (signer, key): (Signer, KeyId),
        act: Act,
        (n, at): (u64, Timestamp),
    ) -> ApprovalFacts {
        let oid = Oid::Sha1([1; 20]);
        let mut hash = [0; 32];
        for (to, from) in hash.iter_mut().zip(n.to_be_bytes()) {
            *to = from;
        }
        let shown = Shown {
            assistance: AssistanceVerdict::Assisted,
            contradicted: true,
            tier: None,
            hidden: HiddenFlag::ALL.to_vec(),
        };
        let statement = Statement {
            act,
            change: DIGEST,
            context: Context {
                repository: REPOSITORY,
                target: change.target.clone(),
                tip: Some(oid),
                merge_base: Some(oid),
                head: oid,
                tree: oid,
            },
            shown: Some(shown),
            policy: Sha256::new([0; 32]),
            roster: Sha256::new([0; 32]),
            inputs: None,
            signer: String::new(),
            level: None,
            reason: "made up".to_owned(),
            nonce: Nonce::new([0; 32]),
            issued_at: at,
            expires_at: self.now.0.after(Seconds(3_600)),
        };
        let hash = StatementHash::new(hash);
        let presence = Presence::Hardware;
        ApprovalFacts {
            verified: VerifiedApproval { statement, hash, signer, key, presence },
            received_at: at,
            then: Then::AsNow,
            binding: Binding::Exact,
            tip: TipState::Ancestor,
            spent: false,
        }
    }
}

fn names_of(requirement: &Requirement, names: &mut Vec<CheckName>) {
    match requirement {
        Requirement::Checks(checks) => names.extend(checks.names().iter().cloned()),
        Requirement::AnyOf(any) => {
            any.branches().flatten().for_each(|branch| names_of(branch, names));
        }
        Requirement::Approvals(_) | Requirement::AuthorStatement(_) => {}
    }
}

fn assistance(change: &Change) -> Assistance {
    let sign = Evidence {
        strength: Strength::E2,
        kind: EvidenceKind::Trailer,
        tool: None,
        model: None,
        commit: None,
        text: String::new(),
    };
    Assistance::conclude(change.assisted.then_some(sign).into_iter().collect(), None)
}

fn owners(signed: &[Signature]) -> PathOwners {
    let owners = signed.iter().map(|one| PathOwner::Person(one.who.clone())).collect();
    PathOwners { groups: vec![OwnerGroup { section: None, owners, count: 1, optional: false }] }
}
