//! A change that nobody made, and what would be decided of it: facts made up for `decide`. Decides
//! nothing.

use crate::codeowners::CodeOwners;
use crate::glob::Pattern;
use crate::places::is_input;
use crate::policy::Policy;
use crate::requirement::Requirement;
use obstat_model::actor::{Actor, Identity, Participant, Role};
use obstat_model::approval::{ApprovalFacts, Binding, Then, TipState, VerifiedApproval};
use obstat_model::assistance::{Assistance, AssistanceVerdict};
use obstat_model::change::{
    ChangeFacts, ChangedFile, FileChange, FileState, InputsStep, LineCount, Revision,
};
use obstat_model::decision::Decision;
use obstat_model::evidence::{Evidence, EvidenceKind, Strength};
use obstat_model::facts::{Facts, OwnerGroup, PathOwner, PathOwners, RollingSum};
use obstat_model::hidden::HiddenFlag;
use obstat_model::id::{
    ChangeDigest, CheckName, InputsDigest, Nonce, PersonId, RepositoryId, Sha256, StatementHash,
    TargetName, ToolId,
};
use obstat_model::level::{Level, LevelGrant};
use obstat_model::object::{Mode, Oid, RefName, RepoPath};
use obstat_model::presence::Presence;
use obstat_model::roster::{Key, KeyId, Person, Roster};
use obstat_model::statement::{Act, Context, Shown, Signer, Statement};
use obstat_model::time::{Now, Seconds, Timestamp};

const REPOSITORY: RepositoryId = RepositoryId::new([0; 16]);
const DIGEST: ChangeDigest = ChangeDigest::new([0; 32]);
const TIP: Oid = Oid::Sha1([1; 20]);
/// A person who joins a roster for a supposed change.
const SOMEBODY: &str = "somebody";

/// A change.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    pub(crate) target: RefName,
    pub(crate) files: Vec<File>,
    /// Those who made it; the first one brings it.
    pub(crate) authors: Vec<PersonId>,
    pub(crate) help: Help,
    /// Lines of the same people within the window of each rule that asks.
    pub(crate) earlier_lines: u64,
}

/// A changed file.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) lines: u64,
    pub(crate) hidden: Vec<HiddenFlag>,
}

/// What is known of an AI's help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Help {
    /// There is evidence, of a tool or of any.
    Assisted(Option<ToolId>),
    /// Nobody says anything.
    Undisclosed,
    /// Those who made it have signed that there was none.
    Unassisted,
}

/// What somebody signs for a change.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    pub(crate) signer: Signer,
    pub(crate) presence: Presence,
    pub(crate) act: Act,
}

impl Word {
    /// A person's.
    pub(crate) fn of(who: &PersonId, presence: Presence, act: Act) -> Self {
        Self { signer: Signer::Person(who.clone()), presence, act }
    }
}

/// Who owns what is changed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Owners<'a> {
    /// Everybody who signs.
    WhoSigns,
    /// Those whom the repository names, if it names any.
    Named(Option<&'a CodeOwners>),
}

/// A policy and a roster by which supposed changes are decided.
pub(crate) struct Model<'a> {
    policy: &'a Policy,
    pub(crate) roster: Roster,
    owners: Owners<'a>,
    now: Now,
}

/// A ref for each way in which refs of a target belong to it and to others: rules may be for those.
pub(crate) fn refs(policy: &Policy, target: &TargetName) -> Vec<RefName> {
    let lists: Vec<&[Pattern]> = policy.targets().iter().map(|t| t.patterns()).collect();
    let at = policy.targets().iter().position(|t| t.name() == target);
    let classes = crate::prove::paths::of_refs(&lists).unwrap_or_default();
    let is_own = |class: &crate::prove::paths::Class| {
        at.is_some_and(|at| class.matched.get(at) == Some(&true))
    };
    let own = classes.into_iter().filter(is_own);
    own.filter_map(|class| RefName::parse(&class.path).ok()).collect()
}

/// A roster that somebody of a level joins, who has nothing but that and a key.
pub(crate) fn joined(roster: &Roster, level: Option<Level>) -> Option<(Roster, PersonId)> {
    let mut parts = roster.parts().clone();
    let known = |id: &str| parts.people.iter().any(|p| p.id.as_str() == id);
    let mut name = SOMEBODY.to_owned();
    while known(&name) {
        name.push('-');
    }
    let id: PersonId = name.parse().ok()?;
    let since = Timestamp::from_unix(0);
    let grant = |level| LevelGrant { level, since, until: None, scopes: Vec::new() };
    parts.people.push(Person {
        id: id.clone(),
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
    Some((Roster::new(parts), id))
}

/// Names of all checks that a policy asks for, sorted.
pub(crate) fn checks(policy: &Policy) -> Vec<CheckName> {
    let mut names: Vec<CheckName> = Vec::new();
    for rule in policy.rules() {
        rule.requirements().iter().for_each(|r| names_of(r, &mut names));
    }
    names.sort();
    names.dedup();
    names
}

impl<'a> Model<'a> {
    pub(crate) fn new(policy: &'a Policy, roster: Roster, owners: Owners<'a>, now: Now) -> Self {
        Self { policy, roster, owners, now }
    }

    /// People who can sign at all.
    pub(crate) fn signers(&self) -> impl Iterator<Item = (&Person, &Key)> {
        let people = self.roster.parts().people.iter();
        let here = people.filter(|p| p.is_here_at(self.now.0));
        here.filter_map(|p| Some((p, p.keys.iter().find(|k| k.holds_at(self.now.0))?)))
    }

    /// A person's level on a path.
    pub(crate) fn level_on(&self, person: &Person, path: &str) -> Option<Level> {
        let covers = |grant: &&LevelGrant| {
            let inside = |patterns: &[Pattern]| patterns.iter().any(|p| p.matches(path.as_bytes()));
            grant.scopes.is_empty()
                || grant.scopes.iter().any(|s| self.policy.scope(s).is_some_and(inside))
        };
        let grants = person.levels.iter().filter(|g| g.holds_at(self.now.0)).filter(covers);
        grants.map(|g| g.level).max()
    }

    /// What is decided of a change with these words, the authors' first, each later than the one before;
    /// `naming` says who could still sign.
    pub(crate) fn decide(&self, change: &Change, words: &[Word], naming: bool) -> Decision {
        let facts = self.change(change);
        let mut statements: Vec<ApprovalFacts> = Vec::new();
        if change.help == Help::Unassisted {
            let act = Act::Author { unassisted: true };
            let said =
                change.authors.iter().map(|who| Word::of(who, Presence::Hardware, act.clone()));
            statements.extend(
                said.enumerate().filter_map(|(n, word)| self.fact(&facts, change, &word, n)),
            );
        }
        let later = statements.len();
        let (first, rest): (Vec<&Word>, Vec<&Word>) =
            words.iter().partition(|word| matches!(word.act, Act::Author { .. }));
        let ordered = first.into_iter().chain(rest).enumerate();
        statements
            .extend(ordered.filter_map(|(n, word)| self.fact(&facts, change, word, later + n)));
        let rolling: Vec<RollingSum> = self
            .policy
            .rolling_demands()
            .map(|demand| RollingSum {
                rule: demand.rule().clone(),
                lines: change.earlier_lines.saturating_add(demand.lines_of(&facts)),
            })
            .collect();
        let participants = participants(change);
        let owners: Vec<PathOwners> =
            change.files.iter().map(|file| self.owners_of(&file.path, words)).collect();
        let evidence: Vec<Evidence> = evidence(change).into_iter().collect();
        let undeclared = Assistance::conclude(evidence.clone(), None);
        let facts = Facts {
            repository: REPOSITORY,
            target: &change.target,
            tip: facts.revision.tip,
            change: &facts,
            assistance: &undeclared,
            participants: &participants,
            roster: &self.roster,
            owners: &owners,
            rolling: &rolling,
            statements: &statements,
            refused: &[],
            problems: &[],
        };
        let declared = crate::declared_unassisted(self.policy, &facts, self.now);
        let all = change.authors.iter().all(|author| declared.contains(author));
        let declared = declared.into_iter().next().filter(|_| all);
        let assistance = Assistance::conclude(evidence, declared);
        let facts = Facts { assistance: &assistance, ..facts };
        if naming {
            crate::decide_naming_eligible(self.policy, &facts, self.now)
        } else {
            crate::decide(self.policy, &facts, self.now)
        }
    }

    fn change(&self, change: &Change) -> ChangeFacts {
        let state = |n| Some(FileState { mode: Mode::File, oid: Oid::Sha1([n; 20]) });
        let files = change.files.iter().map(|file| ChangedFile {
            change: FileChange {
                path: RepoPath::from(file.path.as_str()),
                old: state(1),
                new: state(2),
                content: None,
            },
            lines: LineCount { added: file.lines, removed: 0 },
            hidden: file.hidden.clone(),
        });
        let mut files: Vec<ChangedFile> = files.collect();
        files.sort_by(|a, b| a.change.path.cmp(&b.change.path));
        let touched = files.iter().any(|file| is_input(&file.change.path));
        let inputs = touched.then_some(InputsStep {
            previous: InputsDigest::new([1; 32]),
            next: InputsDigest::new([2; 32]),
        });
        let revision = Revision { tip: Some(TIP), merge_base: Some(TIP), head: TIP, tree: TIP };
        ChangeFacts { digest: DIGEST, revision, files, inputs }
    }

    fn owners_of(&self, path: &str, words: &[Word]) -> PathOwners {
        let owners = match self.owners {
            Owners::Named(named) => {
                return named.map_or_else(PathOwners::default, |n| n.owners(&RepoPath::from(path)));
            }
            Owners::WhoSigns => words.iter().filter_map(|word| match &word.signer {
                Signer::Person(who) => Some(PathOwner::Person(who.clone())),
                Signer::Service(_) => None,
            }),
        };
        let owners = owners.collect();
        PathOwners { groups: vec![OwnerGroup { section: None, owners, count: 1, optional: false }] }
    }

    /// A statement that is good in every way, if the signer has a key that holds.
    fn fact(
        &self,
        facts: &ChangeFacts,
        change: &Change,
        word: &Word,
        n: usize,
    ) -> Option<ApprovalFacts> {
        let keys = match &word.signer {
            Signer::Person(who) => &self.roster.person(who)?.keys,
            Signer::Service(id) => &self.roster.parts().services.iter().find(|s| s.id == *id)?.keys,
        };
        let key = keys.iter().find(|key| key.holds_at(self.now.0))?.id;
        let n = u64::try_from(n).ok()?;
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
        let at = self.now.0.before(Seconds(7_200)).after(Seconds(n.min(7_000)));
        let statement = Statement {
            act: word.act.clone(),
            change: DIGEST,
            context: Context {
                repository: REPOSITORY,
                target: change.target.clone(),
                tip: Some(TIP),
                merge_base: Some(TIP),
                head: TIP,
                tree: TIP,
            },
            shown: Some(shown),
            policy: Sha256::new([0; 32]),
            roster: Sha256::new([0; 32]),
            inputs: facts.inputs,
            signer: String::new(),
            level: None,
            reason: "supposed".to_owned(),
            nonce: Nonce::new([0; 32]),
            issued_at: at,
            expires_at: self.now.0.after(Seconds(3_600)),
        };
        let (hash, signer) = (StatementHash::new(hash), word.signer.clone());
        Some(ApprovalFacts {
            verified: VerifiedApproval { statement, hash, signer, key, presence: word.presence },
            received_at: at,
            then: Then::AsNow,
            binding: Binding::Exact,
            tip: TipState::Ancestor,
            spent: false,
        })
    }
}

fn participants(change: &Change) -> Vec<Participant> {
    let part = |role: Role, who: &PersonId| Participant {
        role,
        actor: Some(Actor::Person(who.clone())),
        identity: Identity { name: who.to_string(), email: String::new() },
        proven: role == Role::Pusher,
        commit: None,
    };
    let mut found = Vec::new();
    for (n, who) in change.authors.iter().enumerate() {
        let roles: &[Role] = match n {
            0 => &[Role::Author, Role::Committer, Role::Pusher],
            _ => &[Role::CoAuthor],
        };
        found.extend(roles.iter().map(|role| part(*role, who)));
    }
    found
}

fn evidence(change: &Change) -> Option<Evidence> {
    let Help::Assisted(tool) = &change.help else { return None };
    Some(Evidence {
        strength: Strength::E2,
        kind: EvidenceKind::Trailer,
        tool: tool.clone(),
        model: None,
        commit: None,
        text: String::new(),
    })
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
