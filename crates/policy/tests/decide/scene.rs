//! A change, its people and their statements, made to order; decides nothing itself.

use obstat_model::actor::{Actor, Identity, Participant, Role};
use obstat_model::approval::{ApprovalFacts, Binding, Then, TipState, VerifiedApproval};
use obstat_model::assistance::Assistance;
use obstat_model::change::{
    ChangeFacts, ChangedFile, FileChange, FileState, InputsStep, LineCount, Revision,
};
use obstat_model::decision::Decision;
use obstat_model::digest::sha256;
use obstat_model::evidence::{Evidence, EvidenceKind, Strength};
use obstat_model::facts::{Facts, PathOwners, Problem, RollingSum};
use obstat_model::hidden::HiddenFlag;
use obstat_model::id::{ChangeDigest, InputsDigest, Nonce, RepositoryId, Sha256, StatementHash};
use obstat_model::object::{Mode, Oid, RefName, RepoPath};
use obstat_model::presence::Presence;
use obstat_model::roster::{KeyId, Roster};
use obstat_model::statement::{Act, Context, Shown, Signer, Statement};
use obstat_model::time::{Now, Seconds, Timestamp};
use obstat_policy::{Policy, decide, decide_naming_eligible, parse_policy, parse_roster};

/// People by level: two principals, two seniors, a mid-level engineer, a junior.
const PEOPLE: [(&str, &str, &str); 7] = [
    ("mira", "principal", "platform"),
    ("adaeze", "principal", "data"),
    ("priya", "senior", "pay"),
    ("yusuf", "senior", "data"),
    ("hana", "senior", "pay"),
    ("jonas", "mid-level", "pay"),
    ("tove", "junior", "web"),
];

/// The moment of all scenes: noon of 25 November 2026.
pub(crate) const NOON: i64 = 1_795_608_000;
pub(crate) const HOUR: i64 = 3_600;
pub(crate) const DAY: i64 = 86_400;

fn field(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend((bytes.len() as u32).to_be_bytes());
    out.extend(bytes);
}

/// A security key of somebody, as a line: real in form, no one's in fact.
pub(crate) fn key_line(who: &str) -> String {
    use base64::Engine as _;
    let mut blob = Vec::new();
    field(&mut blob, b"sk-ssh-ed25519@openssh.com");
    field(&mut blob, sha256(who.as_bytes()).as_bytes());
    field(&mut blob, b"ssh:");
    let text = base64::engine::general_purpose::STANDARD.encode(blob);
    format!("sk-ssh-ed25519@openssh.com {text}")
}

/// The usual roster.
pub(crate) fn roster_text() -> String {
    let mut text = String::from(
        "version: 1\nladder: [junior, mid-level, senior, principal]\n\
         owners: { people: [mira, adaeze], quorum: 2 }\ndelay: 0s\n\
         scopes: { pay: ['pay/**'], web: ['web/**'] }\npeople:\n",
    );
    for (who, level, team) in PEOPLE {
        text.push_str(&format!(
            "  {who}:\n    levels: [{{ level: {level}, since: 2020-01-01 }}]\n    teams: [{team}]\n    \
             emails: [{who}@example.com]\n    accounts: [{{ host: git, login: {who} }}]\n    \
             keys: [\"{}\"]\n",
            key_line(who)
        ));
    }
    text.push_str("agents:\n  robot: { emails: [robot@example.com], operator: jonas }\n");
    text.push_str(&format!("services:\n  ci: {{ keys: [\"{}\"] }}\n", key_line("ci")));
    text.push_str(&format!("  lab: {{ keys: [\"{}\"] }}\n", key_line("lab")));
    text
}

/// A policy around these rules; presence `key` unless they say otherwise.
pub(crate) fn policy_text(rules: &str) -> String {
    format!(
        "version: 1\ntargets:\n  production: {{ refs: [refs/heads/main], mode: enforce }}\n  \
         staging: {{ refs: [refs/heads/staging], mode: warn }}\n\
         defaults: {{ presence: key, expires: 14d }}\n\
         override: {{ holders: [mira], presence: present, at_most: 12h, review_within: 3d }}\n{rules}"
    )
}

/// One signed statement.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    pub(crate) who: String,
    pub(crate) act: Act,
    pub(crate) received: i64,
    pub(crate) then: Then,
    pub(crate) issued: i64,
    pub(crate) expires: i64,
    pub(crate) presence: Presence,
    pub(crate) binding: Binding,
    pub(crate) tip: TipState,
    pub(crate) spent: bool,
    pub(crate) shown: Option<Shown>,
    pub(crate) inputs: Option<InputsStep>,
    pub(crate) reason: String,
    pub(crate) serial: u64,
}

/// Everything that a decision rests on, to be changed by tests.
#[derive(Debug, Clone)]
pub(crate) struct Scene {
    pub(crate) policy: String,
    pub(crate) roster: String,
    pub(crate) files: Vec<(String, u64, Vec<HiddenFlag>)>,
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) declared: bool,
    pub(crate) parts: Vec<Participant>,
    pub(crate) words: Vec<Word>,
    pub(crate) owners: Option<Vec<PathOwners>>,
    pub(crate) rolling: Vec<RollingSum>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) inputs: bool,
    pub(crate) now: i64,
    pub(crate) target: &'static str,
}

pub(crate) const STEP: InputsStep =
    InputsStep { previous: InputsDigest::new([1; 32]), next: InputsDigest::new([2; 32]) };

/// Somebody's part, as a commit claims it.
pub(crate) fn part(role: Role, who: &str) -> Participant {
    let actor = match who {
        "" => None,
        "robot" => Some(Actor::Agent("robot".parse().unwrap())),
        "ci" => Some(Actor::Service("ci".parse().unwrap())),
        who => Some(Actor::Person(who.parse().unwrap())),
    };
    let identity = Identity { name: who.to_owned(), email: format!("{who}@example.com") };
    let proven = matches!(role, Role::Pusher | Role::Operator);
    let commit = (!proven).then_some(Oid::Sha1([7; 20]));
    Participant { role, actor, identity, proven, commit }
}

/// Evidence of grade E2.
pub(crate) fn evidence(tool: &str) -> Evidence {
    Evidence {
        strength: Strength::E2,
        kind: EvidenceKind::Trailer,
        tool: tool.parse().ok(),
        model: None,
        commit: None,
        text: tool.to_owned(),
    }
}

impl Scene {
    /// Jonas changes `src/a.rs`, ten lines, and pushes it himself.
    pub(crate) fn new(rules: &str) -> Self {
        Self {
            policy: policy_text(rules),
            roster: roster_text(),
            files: vec![("src/a.rs".to_owned(), 10, Vec::new())],
            evidence: Vec::new(),
            declared: false,
            parts: vec![
                part(Role::Author, "jonas"),
                part(Role::Committer, "jonas"),
                part(Role::Pusher, "jonas"),
            ],
            words: Vec::new(),
            owners: None,
            rolling: Vec::new(),
            problems: Vec::new(),
            inputs: false,
            now: NOON,
            target: "refs/heads/main",
        }
    }

    /// One senior for everything.
    pub(crate) fn senior() -> Self {
        Self::new("rules:\n  - { name: all, require: [{ approvals: 1, level: senior }] }\n")
    }

    pub(crate) fn files(mut self, paths: &[&str]) -> Self {
        self.files = paths.iter().map(|p| ((*p).to_owned(), 10, Vec::new())).collect();
        self
    }

    /// Adds a statement that is good in every way.
    pub(crate) fn says(mut self, who: &str, act: Act) -> Self {
        let word = self.word(who, act);
        self.words.push(word);
        self
    }

    pub(crate) fn approved(self, who: &str) -> Self {
        self.says(who, Act::Approve)
    }

    /// A statement that is good in every way, an hour old.
    pub(crate) fn word(&self, who: &str, act: Act) -> Word {
        let known = self.assistance();
        let shown = Shown {
            assistance: known.verdict,
            contradicted: known.contradicted,
            tier: None,
            hidden: self.change().hidden(),
        };
        Word {
            who: who.to_owned(),
            act,
            received: self.now - HOUR,
            then: Then::AsNow,
            issued: self.now - HOUR,
            expires: self.now + DAY,
            presence: Presence::Present,
            binding: Binding::Exact,
            tip: TipState::Ancestor,
            spent: false,
            shown: Some(shown),
            inputs: self.inputs.then_some(STEP),
            reason: "because".to_owned(),
            serial: self.words.len() as u64 + 1,
        }
    }

    /// Changes the last statement.
    pub(crate) fn but(mut self, change: impl FnOnce(&mut Word)) -> Self {
        change(self.words.last_mut().unwrap());
        self
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub(crate) fn assistance(&self) -> Assistance {
        let declared = self.declared.then(|| "jonas".parse().unwrap());
        Assistance::conclude(self.evidence.clone(), declared)
    }

    fn digest(&self) -> ChangeDigest {
        ChangeDigest::new([9; 32])
    }

    pub(crate) fn change(&self) -> ChangeFacts {
        let file = |(path, lines, hidden): &(String, u64, Vec<HiddenFlag>)| ChangedFile {
            change: FileChange {
                path: RepoPath::from(path.as_str()),
                old: None,
                new: Some(FileState { mode: Mode::File, oid: Oid::Sha1([3; 20]) }),
                content: None,
            },
            lines: LineCount { added: *lines, removed: 0 },
            hidden: hidden.clone(),
        };
        let tip = Some(Oid::Sha1([1; 20]));
        let revision =
            Revision { tip, merge_base: tip, head: Oid::Sha1([2; 20]), tree: Oid::Sha1([4; 20]) };
        ChangeFacts {
            digest: self.digest(),
            revision,
            files: self.files.iter().map(file).collect(),
            inputs: self.inputs.then_some(STEP),
        }
    }

    fn facts_of(&self, word: &Word) -> ApprovalFacts {
        let revision = self.change().revision;
        let service = matches!(word.act, Act::Check { .. });
        let statement = Statement {
            act: word.act.clone(),
            change: self.digest(),
            context: Context {
                repository: RepositoryId::new([5; 16]),
                target: RefName::parse(self.target).unwrap(),
                tip: revision.tip,
                merge_base: revision.merge_base,
                head: revision.head,
                tree: revision.tree,
            },
            shown: word.shown.clone(),
            policy: Sha256::new([0; 32]),
            roster: Sha256::new([0; 32]),
            inputs: word.inputs,
            signer: word.who.clone(),
            level: None,
            reason: word.reason.clone(),
            nonce: Nonce::new([0; 32]),
            issued_at: Timestamp::from_unix(word.issued),
            expires_at: Timestamp::from_unix(word.expires),
        };
        let signer = if service {
            Signer::Service(word.who.parse().unwrap())
        } else {
            Signer::Person(word.who.parse().unwrap())
        };
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&word.serial.to_be_bytes());
        ApprovalFacts {
            verified: VerifiedApproval {
                statement,
                hash: StatementHash::new(hash),
                signer,
                key: self.key_of(&word.who),
                presence: word.presence,
            },
            received_at: Timestamp::from_unix(word.received),
            then: word.then.clone(),
            binding: word.binding,
            tip: word.tip,
            spent: word.spent,
        }
    }

    fn key_of(&self, who: &str) -> KeyId {
        use base64::Engine as _;
        let line = key_line(who);
        let text = line.split(' ').nth(1).unwrap();
        let blob = base64::engine::general_purpose::STANDARD.decode(text).unwrap();
        KeyId(*sha256(&blob).as_bytes())
    }

    pub(crate) fn roster(&self) -> Roster {
        parse_roster(&self.roster, "roster.yaml").unwrap_or_else(|e| panic!("{e:#?}"))
    }

    pub(crate) fn policy(&self) -> Policy {
        let parsed = parse_policy(&self.policy, "policy.yaml", &self.roster());
        parsed.unwrap_or_else(|e| panic!("{e:#?}\n{}", self.policy))
    }

    /// Decides, both ways, which must agree.
    pub(crate) fn decide(&self) -> Decision {
        let (policy, roster) = (self.policy(), self.roster());
        let change = self.change();
        let assistance = self.assistance();
        let target = RefName::parse(self.target).unwrap();
        let statements: Vec<_> = self.words.iter().map(|w| self.facts_of(w)).collect();
        let none = vec![PathOwners::default(); self.files.len()];
        let facts = Facts {
            repository: RepositoryId::new([5; 16]),
            target: &target,
            tip: change.revision.tip,
            change: &change,
            assistance: &assistance,
            participants: &self.parts,
            roster: &roster,
            owners: self.owners.as_deref().unwrap_or(&none),
            rolling: &self.rolling,
            statements: &statements,
            refused: &[],
            problems: &self.problems,
        };
        let now = Now(Timestamp::from_unix(self.now));
        let plain = decide(&policy, &facts, now);
        let named = decide_naming_eligible(&policy, &facts, now);
        assert_eq!(plain.outcome, named.outcome, "naming people changed the answer");
        assert_eq!(plain.diagnostics.not_counted, named.diagnostics.not_counted);
        named
    }

    /// Says what else holds at a moment later.
    pub(crate) fn after(mut self, seconds: i64) -> Self {
        self.now += seconds;
        self
    }
}

/// The length of a day, as spans are written.
pub(crate) const fn days(n: u64) -> Seconds {
    Seconds(n * 86_400)
}
