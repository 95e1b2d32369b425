//! A second opinion: random cases, decided here and by `tests/oracle/decide.py`, which was written from
//! the format pages alone. Where both differ the case is made as small as it gets and shown.

mod case;
mod facts;
mod random;

use case::Case;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;
use std::cell::RefCell;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Cases of an ordinary run; `OBSTAT_ORACLE_CASES` asks for more.
const CASES: u32 = 5_000;
/// Published cases.
const VECTORS: u32 = 200;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The other implementation, one line in, one line out.
struct Oracle {
    child: Child,
    asks: ChildStdin,
    says: BufReader<ChildStdout>,
}

impl Oracle {
    fn start() -> Self {
        let mut command = Command::new("python3");
        command.arg("-I").arg(root().join("tests/oracle/decide.py"));
        command.env_clear().stdin(Stdio::piped()).stdout(Stdio::piped());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        let mut child = command.spawn().unwrap_or_else(|e| panic!("python3 is needed: {e}"));
        let asks = child.stdin.take().unwrap();
        let says = BufReader::new(child.stdout.take().unwrap());
        Self { child, asks, says }
    }

    fn answer(&mut self, case: &Value) -> Value {
        writeln!(self.asks, "{case}").unwrap();
        let mut line = String::new();
        self.says.read_line(&mut line).unwrap();
        let mut answer: Value =
            serde_json::from_str(&line).unwrap_or_else(|_| panic!("no answer to {case}"));
        if let Some(requirements) = answer["requirements"].as_array_mut() {
            requirements.sort_by_key(Value::to_string);
        }
        answer
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The same seed in every run: what fails today fails tomorrow.
fn runner(cases: u32) -> TestRunner {
    let config =
        Config { cases, failure_persistence: None, max_shrink_iters: 4_000, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    TestRunner::new_with_rng(config, rng)
}

#[test]
fn both_implementations_give_the_same_answers() {
    let asked = std::env::var("OBSTAT_ORACLE_CASES").ok().and_then(|n| n.parse().ok());
    let oracle = RefCell::new(Oracle::start());
    let outcome = runner(asked.unwrap_or(CASES)).run(&random::cases(), |case| {
        let json = case.json();
        let (ours, theirs) = (facts::answer(&case), oracle.borrow_mut().answer(&json));
        let differs = format!("\ncase   {json}\nours   {ours}\ntheirs {theirs}");
        if ours == theirs {
            Ok(())
        } else {
            Err(proptest::test_runner::TestCaseError::fail(differs))
        }
    });
    outcome.unwrap_or_else(|error| panic!("{}", shown(&error)));
}

/// Without the Rust form of the case, which says the same once more.
fn shown(error: &proptest::test_runner::TestError<Case>) -> String {
    match error {
        proptest::test_runner::TestError::Fail(reason, _) => reason.message().to_owned(),
        proptest::test_runner::TestError::Abort(reason) => reason.message().to_owned(),
    }
}

/// The published cases are the answers of today. To write them anew, set `OBSTAT_WRITE_VECTORS`.
#[test]
fn published_cases_have_these_answers() {
    let path = root().join("tests/corpus/decisions.jsonl");
    let mut runner = runner(VECTORS);
    let mut text = String::new();
    let mut outcomes = std::collections::BTreeMap::new();
    for _ in 0..VECTORS {
        let case = random::cases().new_tree(&mut runner).unwrap().current();
        let answer = facts::answer(&case);
        *outcomes.entry(answer["outcome"].to_string()).or_insert(0) += 1;
        let line = serde_json::json!({ "case": case.json(), "answer": answer });
        text.push_str(&format!("{line}\n"));
    }
    // All of one kind would prove little.
    assert!(outcomes.len() == 3 && outcomes.values().all(|n| *n >= 15), "{outcomes:?}");
    if std::env::var_os("OBSTAT_WRITE_VECTORS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(published == text, "tests/corpus/decisions.jsonl is of another version");
}
