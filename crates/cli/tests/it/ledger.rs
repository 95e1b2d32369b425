//! `obstat ledger`: a log that others made, checked as a folder of files.

use super::program;
use obstat_testkit::{Finished, Scratch};
use std::path::Path;

/// A published log of 15 entries.
const LOG: &str = "../ledger/tests/fixtures/tessera-log";
const KEY: &str = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";

fn copied() -> Scratch {
    let scratch = Scratch::new();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(LOG);
    let line = ["cp", "-r", &from.to_string_lossy(), "log"];
    scratch.run(".", &line, &[], "").ok();
    scratch
}

fn ledger(scratch: &Scratch, line: &[&str]) -> Finished {
    let program = program().to_string_lossy().into_owned();
    let all = [&[program.as_str(), "ledger"][..], line].concat();
    scratch.run(".", &all, &[], "")
}

#[test]
fn a_log_is_checked_by_its_files_and_its_key() {
    let scratch = copied();
    let verify = |more: &[&str]| {
        ledger(&scratch, &[&["verify", "log", "--opaque", "--key", KEY][..], more].concat())
    };
    let held = verify(&[]).ok();
    assert!(held.contains("15 entries of example.com/log/testdata hold"), "{held}");
    assert!(held.contains("no witnesses"), "{held}");
    let held = verify(&["--from", "log/checkpoint.8"]).ok();
    assert!(held.contains("from 8 entries"), "{held}");
    let without = ledger(&scratch, &["verify", "log", "--key", KEY]);
    assert_eq!(without.code, 5, "{}", without.all());
    assert!(without.err.contains("--opaque"), "{}", without.all());
    // Another key, another log, and one byte.
    let other = KEY.replace("+AeH", "+AeG");
    assert_eq!(ledger(&scratch, &["verify", "log", "--key", &other]).code, 2);
    assert_eq!(ledger(&scratch, &["verify", ".", "--key", KEY]).code, 2);
    scratch.write("log/tile/entries/000.p/15", b"\0\x03one");
    let found = verify(&[]);
    assert_eq!(found.code, 5, "{}", found.all());
    assert!(found.out.contains("tile/entries/000.p/15: it has 1 entries"), "{}", found.out);
}

#[test]
fn a_proof_goes_where_the_log_does_not() {
    let scratch = copied();
    let prove = ["prove", "log", "1", "--key", KEY, "-o", "one.tlog-proof"];
    ledger(&scratch, &prove).ok();
    std::fs::remove_dir_all(scratch.at("log")).ok();
    scratch.write("entry", b"two");
    let check = |entry: &str| ledger(&scratch, &["check", "one.tlog-proof", entry, "--key", KEY]);
    let held = check("entry").ok();
    assert!(held.contains("it is entry 1 of 15 of example.com/log/testdata"), "{held}");
    scratch.write("other", b"three");
    let refused = check("other");
    assert_eq!(refused.code, 5, "{}", refused.all());
    assert!(refused.err.contains("entry 1 is not shown"), "{}", refused.err);
    let missing = ledger(&copied(), &["prove", "log", "15", "--key", KEY]);
    assert_eq!(missing.code, 2, "{}", missing.all());
    assert!(missing.err.contains("there is no entry 15"), "{}", missing.err);
}
