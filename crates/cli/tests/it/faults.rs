//! Fail closed: whatever read fails while a push is judged, the answer is never "clear".

use super::attacks::{EVIL, approved_head, fetch, lands, later, lines, on, said, signed};
use super::{ASSISTED, org};
use obstat_attest::VerifyOptions;
use obstat_gate::memo::Memo;
use obstat_gate::ports::{Account, Commit, Merge, NoCache, PortError, Records, Repository};
use obstat_gate::proposal::Pusher;
use obstat_gate::receive::{self, Answer, RefUpdate, Setup};
use obstat_gate::world::{Seen, Surroundings, World};
use obstat_git::GitRepository;
use obstat_model::change::{FileChange, FileState};
use obstat_model::id::{ChangeDigest, StatementHash};
use obstat_model::object::{Oid, RefName, RepoPath};
use obstat_model::time::{Now, Timestamp};
use obstat_model::trust::TrustRoot;
use obstat_testkit::Org;
use std::cell::Cell;
use std::collections::HashSet;

/// A repository of which one read fails.
struct Faulty<'a> {
    real: &'a GitRepository,
    reads: Cell<u64>,
    fails_at: Option<u64>,
}

impl Faulty<'_> {
    fn read(&self) -> Result<(), PortError> {
        let at = self.reads.get();
        self.reads.set(at + 1);
        if self.fails_at == Some(at) {
            return Err(PortError::Unreadable("the disk fails".to_owned()));
        }
        Ok(())
    }
}

/// Each method counts, fails in its turn, and else asks the real one.
macro_rules! faulty {
    ($trait:ident { $(fn $name:ident($($arg:ident: $kind:ty),*) -> $out:ty;)* }) => {
        impl $trait for Faulty<'_> {
            $(fn $name(&self, $($arg: $kind),*) -> Result<$out, PortError> {
                self.read()?;
                $trait::$name(self.real, $($arg),*)
            })*
        }
    };
}

faulty!(Repository {
    fn commit(id: Oid) -> Commit;
    fn peel(id: Oid) -> Oid;
    fn changes(old: Option<Oid>, new: Option<Oid>) -> Vec<FileChange>;
    fn visit_changes(old: Option<Oid>, new: Option<Oid>, more: &mut dyn FnMut(FileChange) -> bool) -> ();
    fn blob(id: Oid, cap: u64) -> Option<Vec<u8>>;
    fn entry(tree: Oid, path: &RepoPath) -> Option<FileState>;
    fn subtree(tree: Oid, path: &RepoPath) -> Option<Oid>;
    fn names(tree: Oid, dir: &RepoPath) -> Vec<Box<[u8]>>;
    fn files_below(tree: Oid, dir: &RepoPath) -> Vec<(RepoPath, FileState)>;
    fn commits_between(not: Option<Oid>, head: Oid) -> Vec<Commit>;
    fn commits_of(not: Option<Oid>, heads: &[Oid], most: usize) -> Vec<Commit>;
    fn first_parents(from: Option<Oid>, head: Oid) -> Option<Vec<Commit>>;
    fn is_ancestor(old: Oid, new: Oid) -> bool;
    fn merge_bases(a: Oid, b: Oid) -> Vec<Oid>;
    fn merge(ours: Oid, theirs: Oid) -> Merge;
    fn apply(from: Oid, to: Oid, onto: Oid) -> Merge;
    fn reference(name: &RefName) -> Option<Oid>;
    fn symbolic(name: &RefName) -> Option<RefName>;
    fn holding(tree: Oid, base: Option<Oid>, files: &[(&RepoPath, FileState)]) -> Vec<usize>;
    fn other_heads() -> Vec<Oid>;
    fn reference_before(name: &RefName) -> Option<Oid>;
    fn outside(heads: &[Oid]) -> Vec<Commit>;
    fn noted(tree: Oid, commit: Oid) -> Vec<FileState>;
});

faulty!(Records {
    fn statements(digest: ChangeDigest) -> Vec<Vec<u8>>;
    fn other_statements(digest: ChangeDigest, cap: usize) -> Vec<Vec<u8>>;
    fn receipt(statement: StatementHash) -> Option<Vec<u8>>;
    fn landings_at(target: &RefName, tip: Oid) -> Vec<Vec<u8>>;
    fn clearance_at(target: &RefName, tip: Oid) -> Option<Vec<u8>>;
    fn last_landing(target: &RefName) -> Option<Vec<u8>>;
    fn landings_of(digest: ChangeDigest) -> Vec<Vec<u8>>;
    fn landings_with(statement: StatementHash) -> Vec<Vec<u8>>;
    fn input_steps() -> Vec<Vec<u8>>;
    fn receipts(of: &HashSet<StatementHash>) -> Vec<(StatementHash, Vec<u8>)>;
    fn brought_by(commit: Oid) -> Vec<Account>;
    fn earlier_notes(commit: Oid, cap: u64) -> Vec<Option<Vec<u8>>>;
    fn newest_landings(more: &mut dyn FnMut(&[u8]) -> bool) -> ();
    fn landings_on(target: &RefName, more: &mut dyn FnMut(&[u8]) -> bool) -> ();
});

/// A push of what lies on the work tree's HEAD to main, judged with one read failing.
struct Push {
    repository: GitRepository,
    trust: TrustRoot,
    update: RefUpdate,
    now: Now,
}

impl Push {
    /// The objects go to the server on a branch that nobody protects.
    fn of(org: &Org) -> Self {
        org.push("jonas", &["HEAD:refs/heads/offered"]).ok();
        let id = |line: &[&str]| org.scratch.git("server.git", line).parse::<Oid>().ok();
        let at = org.scratch.git("server.git", &["log", "-1", "--format=%ct", "offered"]);
        let trust = std::fs::read(org.scratch.at("server.git/obstat/trust")).unwrap_or_default();
        Self {
            repository: GitRepository::open(&org.scratch.at("server.git"), None)
                .unwrap_or_else(|e| panic!("{e}")),
            trust: obstat_attest::trust::parse(&String::from_utf8_lossy(&trust))
                .unwrap_or_else(|e| panic!("{e}")),
            update: RefUpdate {
                name: RefName::parse("refs/heads/main").unwrap_or_else(|e| panic!("{e}")),
                old: id(&["rev-parse", "main"]),
                new: id(&["rev-parse", "offered"]),
            },
            // A little later than everything, whatever clock the test has set.
            now: Now(Timestamp::from_unix(at.parse::<i64>().unwrap_or(0) + 120)),
        }
    }

    /// Whether it is clear, and how many reads that took.
    fn judged(&self, fails_at: Option<u64>) -> (Result<bool, PortError>, u64) {
        let faulty = Faulty { real: &self.repository, reads: Cell::new(0), fails_at };
        let world = World {
            repository: &faulty,
            records: &faulty,
            cache: &NoCache,
            memo: &Memo::default(),
            trust: &self.trust,
            options: &VerifyOptions { webauthn: &[] },
            now: self.now,
            seen: Seen::All,
            surroundings: Surroundings::Searched,
        };
        let pusher = Pusher::Login { host: "git".to_owned(), login: "jonas".to_owned() };
        let setup = Setup { policy_ref: self.update.name.clone(), pusher };
        let answers = receive::answer(world, &setup, std::slice::from_ref(&self.update));
        let clear = answers.map(|answers| answers.iter().all(Answer::passes));
        (clear, faulty.reads.get())
    }

    /// Lets each read fail in turn, up to so many of them.
    fn holds(&self, clear: bool, most: u64) {
        let (answer, reads) = self.judged(None);
        assert_eq!(answer.ok(), Some(clear), "without faults");
        assert!(reads > 20, "{reads}");
        let step = reads.div_ceil(most).max(1);
        for at in (0..reads).step_by(usize::try_from(step).unwrap_or(1)) {
            let (answer, _) = self.judged(Some(at));
            assert!(!matches!(answer, Ok(true)), "clear although read {at} of {reads} failed");
        }
    }
}

#[test]
fn a_signed_change_is_not_clear_while_something_cannot_be_read() {
    let org = org();
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    signed(&org, "priya", "main");
    Push::of(&org).holds(true, u64::MAX);
}

/// A merge whose approval is spent: what hides that is a failing read of any of the things that show it.
#[test]
fn a_spent_approval_stays_spent_while_something_cannot_be_read() {
    let org = org();
    approved_head(&org);
    org.scratch.git("work", &["merge", "-q", "--squash", "h"]);
    let squash = lands(&org, "jonas", "yusuf", "squash");
    later(&org, 10);
    org.scratch.git_as("mira", "work", &["revert", "--no-edit", &squash]).ok();
    signed(&org, "yusuf", "origin/main..HEAD");
    org.push("mira", &["HEAD:main"]).ok();
    fetch(&org);
    org.scratch.write("work/pay/a.rs", lines(&[1]));
    lands(&org, "mira", "yusuf", "main moves on");
    let line = ["merge", "-q", "--no-ff", "-m", "Merge", "h"];
    org.scratch.git_as("jonas", "work", &line).ok();
    Push::of(&org).holds(false, 200);
}

/// Somebody refused a head, and somebody else signed for exactly its merge.
#[test]
fn a_rejection_holds_while_something_cannot_be_read() {
    let org = org();
    on(&org, "h", "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("jonas", ASSISTED);
    said(&org, "reject", "yusuf", "h");
    org.scratch.git("work", &["checkout", "-q", "main"]);
    org.scratch.write("work/docs/a.md", "text\n");
    org.commit("mira", "docs");
    org.push("mira", &["main"]).ok();
    fetch(&org);
    org.scratch.git_as("jonas", "work", &["merge", "-q", "--no-ff", "-m", "Merge", "h"]).ok();
    signed(&org, "priya", "origin/main..main");
    Push::of(&org).holds(false, 200);
}

/// Yusuf made it first, on another branch, and signed for it.
#[test]
fn who_made_it_first_stays_out_while_something_cannot_be_read() {
    let org = org();
    on(&org, "own", "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("yusuf", "by Yusuf");
    org.push("yusuf", &["own"]).ok();
    org.scratch.git("work", &["checkout", "-q", "main"]);
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("jonas", ASSISTED);
    signed(&org, "yusuf", "main");
    Push::of(&org).holds(false, 200);
}
