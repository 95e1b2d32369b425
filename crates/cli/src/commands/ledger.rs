//! `obstat ledger`: checks the log of a server, and takes proofs from it, with files and keys alone.

use crate::error::CliError;
use crate::ui::Ui;
use clap::Subcommand;
use obstat_api::exit::Exit;
use obstat_ledger::bundle;
use obstat_ledger::checkpoint::Checkpoint;
use obstat_ledger::note::Verifier;
use obstat_ledger::proof::{Part, prove};
use obstat_ledger::receipt::Receipt;
use obstat_ledger::source::{Source, Tiles, read};
use obstat_ledger::tile::{Kind, Tile, WIDTH};
use obstat_ledger::verify::{Finding, MISSING, Report, Wanted, verify};
use obstat_model::text::{count, escape_cut, grouped};
use std::path::{Path, PathBuf};

/// Check a log with files and keys alone
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check every entry and hash of a log against its checkpoint
    Verify(VerifyArgs),
    /// Write the proof that one entry is in a log
    Prove(ProveArgs),
    /// Check such a proof
    Check(CheckArgs),
}

/// Keys that are believed.
#[derive(Debug, clap::Args)]
struct Keys {
    /// The log's key, `name+id+base64`, or a file that holds it
    #[arg(long, value_name = "KEY")]
    key: String,
    /// The key of a witness, in the same way; any number
    #[arg(long, value_name = "KEY")]
    witness: Vec<String>,
}

#[derive(Debug, clap::Args)]
struct VerifyArgs {
    /// The folder that the log was exported to
    #[arg(value_name = "DIRECTORY")]
    directory: PathBuf,
    #[command(flatten)]
    keys: Keys,
    /// A checkpoint from before: the log must go on from it
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Entries are any bytes, without payloads
    #[arg(long)]
    opaque: bool,
}

#[derive(Debug, clap::Args)]
struct ProveArgs {
    /// The folder that the log was exported to
    #[arg(value_name = "DIRECTORY")]
    directory: PathBuf,
    /// The entry's place, counted from 0
    #[arg(value_name = "ENTRY")]
    entry: u64,
    #[command(flatten)]
    keys: Keys,
    /// The file that the proof is written to [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct CheckArgs {
    /// The proof
    #[arg(value_name = "PROOF")]
    proof: PathBuf,
    /// The entry's bytes
    #[arg(value_name = "ENTRY")]
    entry: PathBuf,
    #[command(flatten)]
    keys: Keys,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, CliError> {
    match &args.command {
        Command::Verify(args) => whole(args, ui),
        Command::Prove(args) => one(args, ui),
        Command::Check(args) => check(args, ui),
    }
}

/// A folder with the files of a log.
struct Folder(PathBuf);

impl Source for Folder {
    fn get(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        match std::fs::read(self.0.join(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(format!("it cannot be read: {e}")),
        }
    }
}

impl Folder {
    fn open(path: &Path) -> Result<Self, CliError> {
        if path.join("checkpoint").is_file() {
            return Ok(Self(path.to_owned()));
        }
        let what = format!("{} holds no log: it has no file `checkpoint`", path.display());
        Err(CliError::usage(what, "name the folder that the log was exported to"))
    }
}

impl Keys {
    fn read(&self) -> Result<(Verifier, Vec<Verifier>), CliError> {
        let witnesses = self.witness.iter().map(|text| key(text)).collect::<Result<_, _>>()?;
        Ok((key(&self.key)?, witnesses))
    }
}

fn key(text: &str) -> Result<Verifier, CliError> {
    let read;
    let text = match Path::new(text).is_file() {
        false => text,
        true => {
            let path = Path::new(text);
            read = std::fs::read_to_string(path).map_err(|e| CliError::file(path, e))?;
            read.as_str()
        }
    };
    Verifier::parse(text).map_err(|error| {
        let what = format!("`{}`: {error}", escape_cut(text.trim(), 80));
        CliError::usage(what, "a key is one line: name+id+base64")
    })
}

fn text(path: &Path) -> Result<String, CliError> {
    std::fs::read_to_string(path).map_err(|e| CliError::file(path, e))
}

fn whole(args: &VerifyArgs, ui: &mut Ui) -> Result<Exit, CliError> {
    let (log, witnesses) = args.keys.read()?;
    let earlier = args.from.as_deref().map(text).transpose()?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let wanted = Wanted {
        log: &log,
        witnesses: &witnesses,
        earlier: earlier.as_deref(),
        commitments: !args.opaque,
        threads,
    };
    match verify(&Folder::open(&args.directory)?, wanted) {
        Ok(report) => holds(ui, &report),
        Err(found) => {
            let mark = ui.marks.blocked(ui.paint);
            let gone = |f: &Finding| f.path.starts_with("tile/payloads/") && f.what == MISSING;
            let without = found.iter().all(gone);
            for finding in found {
                ui.line(format!("{mark} {}", escape_cut(&finding.to_string(), 300)));
            }
            if without {
                ui.note(
                    "  The log itself holds. One that is not Obstat's has no payloads: --opaque",
                );
            }
            Ok(Exit::Untrusted)
        }
    }
}

fn holds(ui: &mut Ui, report: &Report) -> Result<Exit, CliError> {
    let Report { checkpoint, witnesses, earlier, redacted } = report;
    let entries = count(checkpoint.size, "entry").replace("entrys", "entries");
    let met = ui.marks.met(ui.paint);
    ui.line(format!("{met} {entries} of {} hold", escape_cut(&checkpoint.origin, 80)));
    ui.line(format!("  root       {}", checkpoint.root.base64()));
    if let Some(earlier) = earlier {
        ui.line(format!("  goes on    from {} entries", grouped(earlier.size)));
    }
    if *redacted > 0 {
        ui.line(format!("  taken out  {} payloads, whose entries stand", grouped(*redacted)));
    }
    let seen: Vec<String> = witnesses.iter().map(|(name, _)| escape_cut(name, 80)).collect();
    let seen = if seen.is_empty() { "no witnesses".to_owned() } else { seen.join(", ") };
    ui.line(format!("  seen by    {seen}"));
    Ok(Exit::Ok)
}

fn untrusted(what: impl std::fmt::Display) -> CliError {
    CliError::untrusted(what.to_string(), "ask for the log again, and check the key")
}

fn one(args: &ProveArgs, ui: &mut Ui) -> Result<Exit, CliError> {
    let (log, witnesses) = args.keys.read()?;
    let folder = Folder::open(&args.directory)?;
    let note = text(&args.directory.join("checkpoint"))?;
    let (checkpoint, _) = Checkpoint::verify(&note, &log, &witnesses).map_err(untrusted)?;
    if args.entry >= checkpoint.size {
        let entries = grouped(checkpoint.size);
        let what = format!("there is no entry {}: the log has {entries}", args.entry);
        return Err(CliError::usage(what, "entries are counted from 0"));
    }
    let tiles = Tiles::new(&folder, checkpoint.size);
    let hashes = prove(&tiles, Part::leaf(args.entry), checkpoint.size).map_err(untrusted)?;
    let receipt = Receipt { extra: None, index: args.entry, hashes, checkpoint: note };
    // Nothing is handed out that would not hold.
    let entry = entry(&folder, args.entry, checkpoint.size)?;
    receipt.verify(&entry, &log, &witnesses).map_err(untrusted)?;
    match &args.output {
        None => ui.text(receipt.text()),
        Some(path) => {
            std::fs::write(path, receipt.text()).map_err(|e| CliError::file(path, e))?;
            ui.line(format!("{} {}", ui.marks.met(ui.paint), path.display()));
        }
    }
    Ok(Exit::Ok)
}

/// The bytes of an entry.
fn entry(folder: &Folder, index: u64, size: u64) -> Result<Vec<u8>, CliError> {
    let tile = Tile::all(Kind::Entries, size).find(|tile| tile.index == index / WIDTH);
    let bytes = tile.map(|tile| read(folder, tile)).transpose().map_err(untrusted)?;
    let bytes = bytes.unwrap_or_default();
    let at = usize::try_from(index % WIDTH).unwrap_or(usize::MAX);
    let found = bundle::entries(&bytes).and_then(|all| all.get(at).map(|entry| entry.to_vec()));
    found.ok_or_else(|| untrusted(format!("entry {index} cannot be read")))
}

fn check(args: &CheckArgs, ui: &mut Ui) -> Result<Exit, CliError> {
    let (log, witnesses) = args.keys.read()?;
    let receipt = Receipt::parse(&text(&args.proof)?).map_err(untrusted)?;
    let entry = std::fs::read(&args.entry).map_err(|e| CliError::file(&args.entry, e))?;
    let (checkpoint, seen) = receipt.verify(&entry, &log, &witnesses).map_err(untrusted)?;
    let origin = escape_cut(&checkpoint.origin, 80);
    let of = format!("{} of {} of {origin}", receipt.index, grouped(checkpoint.size));
    let seen: Vec<String> = seen.iter().map(|(name, _)| escape_cut(name, 80)).collect();
    let seen = if seen.is_empty() { "no witnesses".to_owned() } else { seen.join(", ") };
    ui.line(format!("{} it is entry {of}, {seen}", ui.marks.met(ui.paint)));
    Ok(Exit::Ok)
}
