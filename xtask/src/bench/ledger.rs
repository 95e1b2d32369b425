//! `obstat ledger verify` of a million entries, beside a program that only hashes the same bytes.

use super::measure::{Pair, Program};
use super::row::{Limit, Row};
use super::{Bench, BenchError, Context};
use obstat_ledger::checkpoint::Checkpoint;
use obstat_ledger::note::Signer;
use obstat_ledger::payload::Payload;
use obstat_ledger::tile::Tile;
use obstat_ledger::writer::Writer;
use std::path::Path;
use std::time::Duration;

/// Entries, and bytes of each.
const ENTRIES: u64 = 1_000_000;
const BYTES: usize = 256;

/// The benchmark.
pub(super) struct Ledger;

impl Bench for Ledger {
    fn name(&self) -> &'static str {
        "ledger"
    }

    fn about(&self) -> &'static str {
        "obstat ledger verify of 1,000,000 entries of 256 bytes, beside sha256sum of the files of these entries"
    }

    fn run(&self, context: &Context<'_>) -> Result<Vec<Row>, BenchError> {
        let scratch = context.scratch()?;
        let log = scratch.path();
        let key = make(log)?;
        let verify = ["ledger", "verify", ".", "--opaque", "--key", &key];
        let subject = Program::new(context.obstat()?, &verify, log);
        let hash = ["-c", "find tile/entries -type f -exec cat {} + | sha256sum"];
        let baseline = Program::new("sh", &hash, log);
        let pair = Pair::measure(&subject, &baseline, context.args.repetitions)?;
        let limit = Limit::Time(Duration::from_millis(1_500));
        Ok(vec![pair.row("verify, 1,000,000 entries", "sha256sum", Some(limit))])
    }
}

/// Writes a log, and gives its key.
fn make(log: &Path) -> Result<String, BenchError> {
    let io = |what| move |source| BenchError::Io { what, source };
    let (mut writer, mut failed) = (Writer::new(), None);
    let mut emit = |tile: Tile, bytes: &[u8]| {
        let path = log.join(tile.path());
        let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        failed = made.and_then(|()| std::fs::write(path, bytes)).err().or(failed.take());
    };
    for n in 0..ENTRIES {
        let entry: Vec<u8> = n.to_be_bytes().into_iter().cycle().take(BYTES).collect();
        let _ = writer.push(&entry, &Payload::Redacted, &mut emit);
    }
    writer.partial(&mut emit);
    failed.map_or(Ok(()), Err).map_err(io("writing a log"))?;
    let key = Signer::new("log.example/bench", [7; 32]);
    let key = key.map_err(|e| io("making a key")(std::io::Error::other(e)))?;
    let (origin, root) = (key.verifier().name().to_owned(), writer.frontier().root());
    let checkpoint = Checkpoint { origin, size: ENTRIES, root }.signed(&key);
    std::fs::write(log.join("checkpoint"), checkpoint).map_err(io("writing a log"))?;
    Ok(key.verifier().text())
}
