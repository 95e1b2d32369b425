//! `decide` with path matching, facts in memory: a mix of the path patterns that policies have, two
//! approvals of which one counts, and the report of what is missing.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up must stop at once")]

use obstat_model::actor::{Actor, Identity, Participant, Role};
use obstat_model::approval::{ApprovalFacts, Binding, Then, TipState, VerifiedApproval};
use obstat_model::assistance::{Assistance, AssistanceVerdict};
use obstat_model::change::{ChangeFacts, ChangedFile, FileChange, FileState, LineCount, Revision};
use obstat_model::digest::sha256;
use obstat_model::facts::{Facts, PathOwners};
use obstat_model::id::{ChangeDigest, Nonce, RepositoryId, Sha256, StatementHash};
use obstat_model::object::{Mode, Oid, RefName, RepoPath};
use obstat_model::presence::Presence;
use obstat_model::roster::{KeyId, Roster};
use obstat_model::statement::{Act, Context, Shown, Signer, Statement};
use obstat_model::time::{Now, Timestamp};
use obstat_policy::{Policy, decide, parse_policy, parse_roster};
use std::fmt::Write as _;

fn main() {
    divan::main();
}

/// The facts of one decision, owned.
struct Scene {
    policy: Policy,
    roster: Roster,
    target: RefName,
    change: ChangeFacts,
    assistance: Assistance,
    participants: Vec<Participant>,
    owners: Vec<PathOwners>,
    statements: Vec<ApprovalFacts>,
}

fn blob(who: &str) -> Vec<u8> {
    let mut blob = Vec::new();
    for field in [&b"ssh-ed25519"[..], sha256(who.as_bytes()).as_bytes()] {
        blob.extend(u32::try_from(field.len()).unwrap().to_be_bytes());
        blob.extend(field);
    }
    blob
}

fn key(who: &str) -> String {
    use base64::Engine as _;
    format!("ssh-ed25519 {}", base64::engine::general_purpose::STANDARD.encode(blob(who)))
}

/// The moment of the decision, in seconds since 1970.
const NOW: i64 = 1_795_608_000;

/// A good approval, an hour old.
fn approval(who: &str, target: &RefName, change: &ChangeFacts, at: u8) -> ApprovalFacts {
    let revision = change.revision;
    let zero = Sha256::new([0; 32]);
    let statement = Statement {
        act: Act::Approve,
        change: change.digest,
        context: Context {
            repository: RepositoryId::new([5; 16]),
            target: target.clone(),
            tip: revision.tip,
            merge_base: revision.merge_base,
            head: revision.head,
            tree: revision.tree,
        },
        shown: Some(Shown {
            assistance: AssistanceVerdict::Undisclosed,
            contradicted: false,
            tier: None,
            hidden: Vec::new(),
        }),
        policy: zero,
        roster: zero,
        inputs: None,
        signer: who.to_owned(),
        level: None,
        reason: "read it".to_owned(),
        nonce: Nonce::new([at; 32]),
        issued_at: Timestamp::from_unix(NOW - 3_600),
        expires_at: Timestamp::from_unix(NOW + 86_400),
    };
    ApprovalFacts {
        verified: VerifiedApproval {
            statement,
            hash: StatementHash::new([at; 32]),
            signer: Signer::Person(who.parse().unwrap()),
            key: KeyId(*sha256(&blob(who)).as_bytes()),
            presence: Presence::Present,
        },
        received_at: Timestamp::from_unix(NOW - 3_600),
        then: Then::AsNow,
        binding: Binding::Exact,
        tip: TipState::Ancestor,
        spent: false,
    }
}

fn roster() -> Roster {
    let mut text = String::from(
        "version: 1\nladder: [junior, mid-level, senior, principal]\n\
         owners: { people: [p0], quorum: 1 }\npeople:\n",
    );
    let levels = ["principal", "senior", "mid-level", "junior"];
    for (n, level) in levels.iter().cycle().take(200).enumerate() {
        let _ = writeln!(
            text,
            "  p{n}: {{ levels: [{{ level: {level}, since: 2020-01-01 }}], emails: [p{n}@example.com], keys: ['{}'] }}",
            key(&format!("p{n}"))
        );
    }
    parse_roster(&text, "roster.yaml").unwrap()
}

/// Directories, endings, names and general globs in turn; every fifth rule applies.
fn policy(rules: usize, roster: &Roster) -> Policy {
    let mut text = String::from(
        "version: 1\ntargets: { production: { refs: [refs/heads/main], mode: enforce } }\n\
         defaults: { presence: key }\nrules:\n",
    );
    for n in 0..rules {
        let paths = match n % 5 {
            0 => format!("service{n}/**"),
            1 => format!("**/*.ext{n}"),
            2 => format!("**/Makefile{n}"),
            3 => format!("lib{n}/*/schema.sql"),
            _ => "src/**".to_owned(),
        };
        let _ = writeln!(
            text,
            "  - {{ name: r{n}, when: {{ paths: ['{paths}'], author_level_below: senior }}, require: [{{ approvals: 2, level: senior }}] }}"
        );
    }
    parse_policy(&text, "policy.yaml", roster).unwrap()
}

fn scene(rules: usize, files: usize) -> Scene {
    let roster = roster();
    let policy = policy(rules, &roster);
    let tip = Some(Oid::Sha1([1; 20]));
    let file = |n: usize| ChangedFile {
        change: FileChange {
            path: RepoPath::from(format!("src/module{}/part{n:04}.rs", n % 17).as_str()),
            old: None,
            new: Some(FileState { mode: Mode::File, oid: Oid::Sha1([2; 20]) }),
            content: None,
        },
        lines: LineCount { added: 10, removed: 2 },
        hidden: Vec::new(),
    };
    let mut all: Vec<_> = (0..files).map(file).collect();
    all.sort_by(|a, b| a.change.path.cmp(&b.change.path));
    let part = |role, proven| Participant {
        role,
        actor: Some(Actor::Person("p2".parse().unwrap())),
        identity: Identity { name: "p2".to_owned(), email: "p2@example.com".to_owned() },
        proven,
        commit: None,
    };
    let target = RefName::parse("refs/heads/main").unwrap();
    let change = ChangeFacts {
        digest: ChangeDigest::new([9; 32]),
        revision: Revision {
            tip,
            merge_base: tip,
            head: Oid::Sha1([3; 20]),
            tree: Oid::Sha1([4; 20]),
        },
        files: all,
        inputs: None,
    };
    // A senior's, which counts, and a junior's, which does not.
    let statements = vec![approval("p1", &target, &change, 1), approval("p3", &target, &change, 2)];
    Scene {
        policy,
        roster,
        target,
        change,
        statements,
        assistance: Assistance::conclude(Vec::new(), None),
        participants: vec![part(Role::Author, false), part(Role::Pusher, true)],
        owners: vec![PathOwners::default(); files],
    }
}

fn run(bencher: divan::Bencher, rules: usize, files: usize) {
    let scene = scene(rules, files);
    let facts = Facts {
        repository: RepositoryId::new([5; 16]),
        target: &scene.target,
        tip: scene.change.revision.tip,
        change: &scene.change,
        assistance: &scene.assistance,
        participants: &scene.participants,
        roster: &scene.roster,
        owners: &scene.owners,
        rolling: &[],
        statements: &scene.statements,
        refused: &[],
        problems: &[],
    };
    let now = Now(Timestamp::from_unix(NOW));
    let told = decide(&scene.policy, &facts, now).diagnostics;
    assert!(told.requirements.iter().all(|r| r.has == 1) && !told.requirements.is_empty());
    bencher.bench(|| decide(&scene.policy, divan::black_box(&facts), now));
}

#[divan::bench]
fn decide_10_rules_20_files(bencher: divan::Bencher) {
    run(bencher, 10, 20);
}

#[divan::bench]
fn decide_50_rules_300_files(bencher: divan::Bencher) {
    run(bencher, 50, 300);
}
