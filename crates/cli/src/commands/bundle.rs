//! `obstat bundle`: everything that a cleared landing is decided from, in one file, for people who
//! have neither the repository nor Obstat.

use super::verify::bundle::Bundle;
use super::verify::{TrustArgs, target_ref};
use crate::clock;
use crate::context::{self, world};
use crate::error::CliError;
use crate::ui::Ui;
use obstat_api::exit::Exit;
use obstat_attest::record;
use obstat_gate::deploy::{self, Answer, Cleared};
use obstat_gate::governing;
use obstat_gate::inputs;
use obstat_gate::memo::Memo;
use obstat_gate::pipeline::Judgement;
use obstat_gate::ports::{NoCache, Records as _, Repository as _};
use obstat_gate::receive::APPROVALS;
use obstat_git::GitRepository;
use obstat_git::records::{LANDINGS, RECEIPTS};
use obstat_model::id::StatementHash;
use obstat_model::landing::LandingRecord;
use obstat_model::object::{Oid, RefName};
use obstat_model::text::grouped;
use obstat_model::trust::TrustRoot;
use std::path::PathBuf;

/// Write a cleared commit with its whole proof into one file
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Check it with `obstat verify --bundle FILE --target TARGET --trust TRUSTFILE`, or without Obstat:\n  tar -xf FILE && sh verify.sh TRUSTFILE"
)]
pub(crate) struct Args {
    /// The commit, which must be cleared
    #[arg(value_name = "COMMIT")]
    commit: String,
    #[command(flatten)]
    trust: TrustArgs,
    /// Where to write it
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, CliError> {
    let trust = args.trust.read()?;
    let repository = context::here()?;
    let commit = repository.resolve(&args.commit)?;
    // Nothing may be taken from a cache: what is read is what the bundle must hold.
    repository.store().watch();
    let target = target_ref(&repository, commit, &args.trust.target)?;
    let memo = Memo::default();
    let world = world(&repository, (&NoCache, &memo), &trust, clock::now());
    let answer = deploy::verify(world, &target, commit)?;
    let objects = repository.store().watched()?;
    let Answer::Clear(cleared) = answer else {
        let (commit, target) = (commit.short(), &args.trust.target);
        let blocked = ui.marks.blocked(ui.paint);
        ui.note(format!("{blocked} {commit} is not cleared for {target}, so nothing was written"));
        let command = format!("obstat verify --target {target} --trust TRUSTFILE {}", args.commit);
        ui.note(format!("See why with\n  {}", ui.paint.blue(&command)));
        return Ok(Exit::Blocked);
    };
    let mut bundle = Bundle {
        refs: refs(&repository, &cleared)?,
        copies: copies(&repository, &target, &cleared)?,
        target,
        commit,
        objects,
    };
    bundle.refs.sort();
    prove(&bundle, &trust)?;
    let packed = bundle.pack()?;
    std::fs::write(&args.output, &packed).map_err(|e| CliError::file(&args.output, e))?;
    let (met, size) = (ui.marks.met(ui.paint), grouped(packed.len() as u64 / 1024 + 1));
    ui.line(format!(
        "{met} {} holds the proof of {}, {size} KiB",
        args.output.display(),
        commit.short()
    ));
    ui.note("\nCheck it anywhere with");
    let (file, target) = (args.output.display(), &args.trust.target);
    let command = format!("obstat verify --bundle {file} --target {target} --trust TRUSTFILE");
    ui.note(format!("  {}", ui.paint.blue(&command)));
    Ok(Exit::Ok)
}

/// A bundle that does not prove what it is made for is never written.
fn prove(bundle: &Bundle, trust: &TrustRoot) -> Result<(), CliError> {
    let repository = GitRepository::in_memory(&bundle.objects, bundle.refs.clone())?;
    let memo = Memo::default();
    let world = world(&repository, (&NoCache, &memo), trust, clock::now());
    match deploy::verify(world, &bundle.target, bundle.commit)? {
        Answer::Clear(_) => Ok(()),
        _ => {
            Err(CliError::Internal("the bundle does not prove what the repository does".to_owned()))
        }
    }
}

/// Chains of records, and the statements that bear on the landing.
fn refs(repository: &GitRepository, cleared: &Cleared) -> Result<Vec<(RefName, Oid)>, CliError> {
    let mut found = Vec::new();
    for name in [LANDINGS, RECEIPTS] {
        let name = context::ref_name(name)?;
        found.extend(repository.reference(&name)?.map(|id| (name, id)));
    }
    for (name, id) in repository.refs().below(APPROVALS)? {
        if bears_on(&name, cleared) {
            found.push((name, id));
        }
    }
    Ok(found)
}

fn bears_on(name: &RefName, cleared: &Cleared) -> bool {
    let parts = name.as_str().strip_prefix(APPROVALS).and_then(|r| r.split_once('/'));
    let Some((digest, hash)) = parts else { return false };
    // Every landing that was decided again needs its statements.
    let mut decided = cleared.decided.iter().flat_map(|record| record.changes.iter());
    decided.any(|change| {
        change.digest.to_string() == digest
            || change.statements.iter().any(|s| s.to_string() == hash)
    })
}

/// Copies for people and scripts, sorted.
pub(super) fn copies(
    repository: &GitRepository,
    target: &RefName,
    cleared: &Cleared,
) -> Result<Vec<(String, Vec<u8>)>, CliError> {
    let mut found = Vec::new();
    // What somebody moved back by hand is proven by what had landed there.
    let sequence = cleared.record.sequence;
    let own = |bytes: &Vec<u8>| {
        record::claimed_landing(bytes).is_some_and(|record| record.sequence == sequence)
    };
    if let Some(bytes) = repository.landings_at(target, cleared.record.to)?.into_iter().find(own) {
        found.push(("landing.json".to_owned(), bytes));
    }
    let changes = cleared.record.changes.iter().zip(&cleared.parts);
    for (n, (change, part)) in changes.enumerate() {
        let folder = format!("changes/{:04}", n + 1);
        let from = change.from.map_or_else(String::new, |f| f.to_string());
        let about = format!("digest {}\nfrom {from}\nto {}\n", change.digest, change.to);
        found.push((format!("{folder}/about"), about.into_bytes()));
        found.push((format!("{folder}/allowed_signers"), signers(repository, &cleared.record)?));
        for (hash, bytes) in statements(repository, part, &change.statements)? {
            found.push((format!("{folder}/statements/{hash}.json"), bytes));
        }
    }
    found.sort();
    Ok(found)
}

fn signers(repository: &GitRepository, record: &LandingRecord) -> Result<Vec<u8>, CliError> {
    let Some(at) = governing::judged_at(record) else { return Ok(Vec::new()) };
    let tree = repository.commit(at)?.tree;
    let Ok(inputs) = inputs::load(repository, tree, &NoCache)? else { return Ok(Vec::new()) };
    let names = obstat_attest::statement::NAMESPACES;
    Ok(obstat_attest::allowed_signers(&inputs.roster, names).into_bytes())
}

/// Envelopes of the statements that counted.
fn statements(
    repository: &GitRepository,
    part: &Judgement,
    counted: &[StatementHash],
) -> Result<Vec<(StatementHash, Vec<u8>)>, CliError> {
    let mut found = Vec::new();
    let known = part.found.statements.iter().filter(|s| counted.contains(&s.verified.hash));
    for statement in known {
        let (digest, hash) = (statement.verified.statement.change, statement.verified.hash);
        let name = context::ref_name(&format!("{APPROVALS}{digest}/{hash}"))?;
        if let Some(id) = repository.reference(&name)?
            && let Some(bytes) = repository.blob(id, 1 << 20)?
        {
            found.push((hash, bytes));
        }
    }
    Ok(found)
}
