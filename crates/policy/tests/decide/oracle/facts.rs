//! A case as the facts that `decide` takes, and its answer in the form of the corpus.

use super::case::{Case, Part, Said, email};
use obstat_model::actor::{Actor, Identity, Participant, Role};
use obstat_model::approval::{ApprovalFacts, Binding, Then, TipState, VerifiedApproval};
use obstat_model::assistance::{Assistance, AssistanceVerdict};
use obstat_model::change::{
    ChangeFacts, ChangedFile, FileChange, FileState, InputsStep, LineCount, Revision,
};
use obstat_model::decision::{Outcome, Progress, RequirementReport};
use obstat_model::digest::sha256;
use obstat_model::evidence::{Evidence, EvidenceKind, Strength};
use obstat_model::facts::{Facts, OwnerGroup, PathOwner, PathOwners, Problem, RollingSum};
use obstat_model::hidden::HiddenFlag;
use obstat_model::id::{ChangeDigest, InputsDigest, Nonce, RepositoryId, Sha256, StatementHash};
use obstat_model::object::{Mode, Oid, RefName, RepoPath};
use obstat_model::presence::Presence;
use obstat_model::roster::{KeyId, Roster};
use obstat_model::statement::{Act, Context, Shown, Signer, Statement};
use obstat_model::time::{Now, Timestamp};
use obstat_policy::{decide, parse_policy, parse_roster};
use serde_json::{Value, json};

const STEP: InputsStep =
    InputsStep { previous: InputsDigest::new([1; 32]), next: InputsDigest::new([2; 32]) };
const OTHER: InputsStep =
    InputsStep { previous: InputsDigest::new([3; 32]), next: InputsDigest::new([2; 32]) };
const DIGEST: ChangeDigest = ChangeDigest::new([9; 32]);
const REPOSITORY: RepositoryId = RepositoryId::new([5; 16]);

fn blob(who: &str, security_key: bool) -> Vec<u8> {
    let mut blob = Vec::new();
    let mut field = |bytes: &[u8]| {
        blob.extend(u32::try_from(bytes.len()).unwrap().to_be_bytes());
        blob.extend(bytes);
    };
    field(if security_key { b"sk-ssh-ed25519@openssh.com" } else { b"ssh-ed25519" });
    field(sha256(who.as_bytes()).as_bytes());
    if security_key {
        field(b"ssh:");
    }
    blob
}

/// A key of somebody, as a line: real in form, no one's in fact.
pub(super) fn key_line(who: &str, security_key: bool) -> String {
    use base64::Engine as _;
    let kind = if security_key { "sk-ssh-ed25519@openssh.com" } else { "ssh-ed25519" };
    let text = base64::engine::general_purpose::STANDARD.encode(blob(who, security_key));
    format!("{kind} {text}")
}

fn change(case: &Case) -> ChangeFacts {
    let files = case.files.iter().map(|file| ChangedFile {
        change: FileChange {
            path: RepoPath::from(file.path),
            old: None,
            new: Some(FileState { mode: Mode::File, oid: Oid::Sha1([3; 20]) }),
            content: None,
        },
        lines: LineCount { added: file.lines, removed: 0 },
        hidden: file.hidden.iter().map(|flag| HiddenFlag::parse(flag).unwrap()).collect(),
    });
    let tip = Some(Oid::Sha1([1; 20]));
    let revision =
        Revision { tip, merge_base: tip, head: Oid::Sha1([2; 20]), tree: Oid::Sha1([4; 20]) };
    ChangeFacts {
        digest: DIGEST,
        revision,
        files: files.collect(),
        inputs: case.inputs.then_some(STEP),
    }
}

fn participant(part: &Part) -> Participant {
    let role = match part.role {
        "author" => Role::Author,
        "committer" => Role::Committer,
        "co_author" => Role::CoAuthor,
        "pusher" => Role::Pusher,
        "operator" => Role::Operator,
        _ => Role::Contributor,
    };
    let id = part.who.trim_start_matches(['%', '$']);
    let actor = match part.who.chars().next() {
        None => None,
        Some('%') => Some(Actor::Agent(id.parse().unwrap())),
        Some('$') => Some(Actor::Service(id.parse().unwrap())),
        Some(_) => Some(Actor::Person(id.parse().unwrap())),
    };
    let identity = Identity { name: email(part), email: email(part) };
    let commit = (!part.proven).then_some(Oid::Sha1([7; 20]));
    Participant { role, actor, identity, proven: part.proven, commit }
}

fn owners(case: &Case) -> Vec<PathOwners> {
    let owner = |text: &&str| match (text.chars().next(), text.get(1..)) {
        (Some('@'), Some(team)) => PathOwner::Team(team.parse().unwrap()),
        (Some('?'), Some(unknown)) => PathOwner::Unknown(unknown.to_owned()),
        _ => PathOwner::Person(text.parse().unwrap()),
    };
    let of_file = |file: &super::case::File| PathOwners {
        groups: file
            .owners
            .iter()
            .map(|group| OwnerGroup {
                section: None,
                owners: group.owners.iter().map(owner).collect(),
                count: group.count,
                optional: group.optional,
            })
            .collect(),
    };
    case.files.iter().map(of_file).collect()
}

fn assistance(case: &Case) -> Assistance {
    let sign = |(strength, tool): &(&str, Option<&str>)| Evidence {
        strength: match *strength {
            "E0" => Strength::E0,
            "E1" => Strength::E1,
            "E2" => Strength::E2,
            "E3" => Strength::E3,
            _ => Strength::E4,
        },
        kind: EvidenceKind::Trailer,
        tool: tool.and_then(|tool| tool.parse().ok()),
        model: None,
        commit: None,
        text: String::new(),
    };
    let declared = case.declared.then(|| "jonas".parse().unwrap());
    Assistance::conclude(case.evidence.iter().map(sign).collect(), declared)
}

fn act(said: &Said) -> Act {
    match said.says {
        "approve" => Act::Approve,
        "reject" => Act::Reject,
        "withdraw" => Act::Withdraw,
        "author" => Act::Author { unassisted: said.unassisted },
        "check" => Act::Check { name: said.check.parse().unwrap(), passed: said.passed },
        _ => Act::Override { review_due: Timestamp::from_unix(said.review_due) },
    }
}

fn shown(said: &Said) -> Option<Shown> {
    let (verdict, contradicted, hidden) = said.shown.as_ref()?;
    Some(Shown {
        assistance: AssistanceVerdict::parse(verdict).unwrap(),
        contradicted: *contradicted,
        tier: None,
        hidden: hidden.iter().map(|flag| HiddenFlag::parse(flag).unwrap()).collect(),
    })
}

fn then(case: &Case, roster: &Roster, said: &Said) -> Then {
    let Some(level) = said.then else { return Then::AsNow };
    let Some(level) = level else { return Then::Person(None) };
    let mut person = roster.person(&said.who.parse().unwrap()).unwrap().clone();
    // As somebody of that level would be read.
    let mut other = case.clone();
    let member = other.members.iter_mut().find(|m| m.id == said.who).unwrap();
    member.grants = vec![(level, -100_000_000, None, None)];
    person.levels = parsed(&other).person(&person.id).unwrap().levels.clone();
    person.left = None;
    Then::Person(Some(Box::new(person)))
}

fn statement(case: &Case, roster: &Roster, n: usize, said: &Said) -> ApprovalFacts {
    let revision = change(case).revision;
    let inputs = match (said.other_inputs, case.inputs) {
        (false, touched) => touched.then_some(STEP),
        (true, _) => Some(OTHER),
    };
    let (act, service) = (act(said), said.says == "check");
    let security_key = case.members.iter().any(|m| m.id == said.who && m.security_key);
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&(n as u64 + 1).to_be_bytes());
    let binding = match said.binding {
        "exact" => Binding::Exact,
        "recomputed" => Binding::Recomputed,
        _ => Binding::Other,
    };
    let statement = Statement {
        act,
        change: DIGEST,
        context: Context {
            repository: REPOSITORY,
            target: RefName::parse(case.target).unwrap(),
            tip: revision.tip,
            merge_base: revision.merge_base,
            head: revision.head,
            tree: revision.tree,
        },
        shown: shown(said),
        policy: Sha256::new([0; 32]),
        roster: Sha256::new([0; 32]),
        inputs,
        signer: said.who.to_owned(),
        level: None,
        reason: said.reason.to_owned(),
        nonce: Nonce::new([0; 32]),
        issued_at: Timestamp::from_unix(said.issued),
        expires_at: Timestamp::from_unix(said.expires),
    };
    let signer = match service {
        true => Signer::Service(said.who.parse().unwrap()),
        false => Signer::Person(said.who.parse().unwrap()),
    };
    ApprovalFacts {
        verified: VerifiedApproval {
            statement,
            hash: StatementHash::new(hash),
            signer,
            key: KeyId(*sha256(&blob(said.who, security_key)).as_bytes()),
            presence: Presence::parse(said.presence).unwrap(),
        },
        received_at: Timestamp::from_unix(said.received),
        then: then(case, roster, said),
        binding,
        tip: if said.elsewhere { TipState::Elsewhere } else { TipState::Ancestor },
        spent: said.spent,
    }
}

fn parsed(case: &Case) -> Roster {
    let text = case.roster().to_string();
    parse_roster(&text, "roster.yaml").unwrap_or_else(|e| panic!("{e:#?}\n{text}"))
}

/// What is decided, as the corpus tells it.
pub(super) fn answer(case: &Case) -> Value {
    let roster = parsed(case);
    let text = case.policy().to_string();
    let policy = parse_policy(&text, "policy.yaml", &roster);
    let policy = policy.unwrap_or_else(|e| panic!("{e:#?}\n{text}"));
    let (change, assistance, owners) = (change(case), assistance(case), owners(case));
    let target = RefName::parse(case.target).unwrap();
    let participants: Vec<_> = case.parts.iter().map(participant).collect();
    let said = case.said.iter().enumerate();
    let statements: Vec<_> = said.map(|(n, said)| statement(case, &roster, n, said)).collect();
    let sum = |(rule, lines): (String, Value)| RollingSum {
        rule: rule.parse().unwrap(),
        lines: lines.as_u64().unwrap_or(0),
    };
    let rolling: Vec<_> = case.rolling().into_iter().map(sum).collect();
    let problem = |code: &&'static str| Problem { code, text: String::new(), hint: String::new() };
    let problems: Vec<_> = case.problems.iter().map(problem).collect();
    let facts = Facts {
        repository: REPOSITORY,
        target: &target,
        tip: change.revision.tip,
        change: &change,
        assistance: &assistance,
        participants: &participants,
        roster: &roster,
        owners: &owners,
        rolling: &rolling,
        statements: &statements,
        refused: &[],
        problems: &problems,
    };
    let found = decide(&policy, &facts, Now(Timestamp::from_unix(case.now)));
    let told = found.diagnostics;
    let mut codes: Vec<&str> = told.problems.iter().map(|p| p.code).collect();
    codes.sort_unstable();
    codes.dedup();
    // Whom a label's people are allotted to is a matter of taste, and whether they suffice is not.
    let met = |r: &RequirementReport| match &r.distinct {
        None => r.progress == Progress::Met,
        label => {
            let same = told.requirements.iter().filter(|other| other.distinct == *label);
            same.into_iter().all(|other| other.progress == Progress::Met)
        }
    };
    let requirement = |r: &RequirementReport| json!([r.rule.as_str(), met(r)]);
    let mut requirements: Vec<Value> = told.requirements.iter().map(requirement).collect();
    requirements.sort_by_key(Value::to_string);
    let outcome = match found.outcome {
        Outcome::Clear => "clear",
        Outcome::Pending => "pending",
        Outcome::Blocked => "blocked",
    };
    json!({
        "outcome": outcome,
        "rules": told.rules.iter().map(|r| r.as_str()).collect::<Vec<_>>(),
        "exemption": told.exemption.as_ref().map(|(name, _)| name.as_str()),
        "requirements": requirements,
        "problems": codes,
        "overridden": told.overridden_by.is_some(),
    })
}
