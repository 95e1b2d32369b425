//! `obstat bootstrap`: fixes repository id, owners and gate key once, and records the state.

mod present;

use self::present::Present;
use super::hook;
use crate::clock;
use crate::context::server::{bare, sign_next};
use crate::context::store::{DiskCache, write_whole};
use crate::context::{OWN_DIRECTORY, TRUST_REF, ref_name};
use crate::error::CliError;
use crate::ui::Ui;
use obstat_api::exit::Exit;
use obstat_attest::record::GateKey;
use obstat_attest::trust;
use obstat_gate::governing::Main;
use obstat_gate::inputs::{self, Inputs};
use obstat_gate::ports::Repository as _;
use obstat_git::GitRepository;
use obstat_git::refs::{self, RefEdit};
use obstat_model::id::RepositoryId;
use obstat_model::object::{Oid, RefName};
use obstat_model::trust::{TrustRoot, TrustedKey};
use std::path::{Path, PathBuf};

/// Refs that are named one by one.
const SHOWN: usize = 12;

/// Fix the trust root of a repository, on the server
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Run it once, on the server, after roster and policy are on the main branch.\nHand the trust file to everybody who verifies; it is what they believe."
)]
pub(crate) struct Args {
    /// The bare repository
    #[arg(long, value_name = "DIRECTORY")]
    bare: PathBuf,
    /// The branch whose policy says what is protected [default: the one HEAD names]
    #[arg(long, value_name = "REF")]
    policy_ref: Option<String>,
    /// Take over a ref that was there before the policy protected it, as it stands
    #[arg(long, value_name = "REF", conflicts_with = "policy_ref")]
    adopt: Option<String>,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, CliError> {
    let repository = bare(&args.bare)?;
    if let Some(name) = &args.adopt {
        return adopt(&repository, &ref_name(name)?, ui);
    }
    let own = repository.directory().join(OWN_DIRECTORY);
    if own.join("trust").exists() {
        return Err(CliError::usage(
            format!("{} is bootstrapped already", args.bare.display()),
            format!("its trust file is {}", own.join("trust").display()),
        ));
    }
    let head = repository.head_branch().unwrap_or_else(|| "refs/heads/main".to_owned());
    let policy_ref = ref_name(args.policy_ref.as_deref().unwrap_or(&head))?;
    let (tip, inputs) = usable_inputs(&repository, &policy_ref)?;
    let (key, root) = make(&inputs)?;
    std::fs::create_dir_all(&own).map_err(|e| CliError::file(&own, e))?;
    private(&own.join("gate_key"), key.private_text())?;
    write_whole(&own.join("policy_ref"), policy_ref.as_str().as_bytes())?;
    let text = trust::encode(&root);
    publish(&repository, &text)?;
    let main = Main { name: &policy_ref, tip, inputs: &inputs };
    let present = present::record_all(&repository, main, (&root, &key))?;
    // Last, for it is what says that all of this was done.
    write_whole(&own.join("trust"), text.as_bytes())?;
    report(ui, &own, &root, &present);
    warn(ui, &inputs);
    Ok(Exit::Ok)
}

/// What will be in the way later, as `obstat policy check` tells it.
fn warn(ui: &mut Ui, inputs: &Inputs) {
    for finding in obstat_policy::check(&inputs.policy, &inputs.roster, clock::now()) {
        ui.note(format!("{} {}", ui.marks.warning(ui.paint), finding.message));
        if let Some(help) = &finding.help {
            ui.note(format!("  {help}"));
        }
    }
}

/// A branch that was made before it was protected: what it holds is taken for given from now on.
fn adopt(repository: &GitRepository, name: &RefName, ui: &mut Ui) -> Result<Exit, CliError> {
    let fixed = hook::settled(repository)?;
    let (tip, inputs) = usable_inputs(repository, &fixed.policy_ref)?;
    let main = Main { name: &fixed.policy_ref, tip, inputs: &inputs };
    let tip = present::adopt(repository, main, (&fixed.trust, &fixed.key), name)?;
    let (met, short) = (ui.marks.met(ui.paint), name.short());
    ui.line(format!("{met} {short} starts at {}", tip.short()));
    ui.note("  What it holds was not judged; `obstat audit --unsigned` lists it.");
    Ok(Exit::Ok)
}

fn usable_inputs(
    repository: &GitRepository,
    policy_ref: &RefName,
) -> Result<(Oid, Inputs), CliError> {
    let hint = "write them with `obstat init`, commit and push them, then bootstrap";
    let tip = repository.reference(policy_ref)?;
    let Some(tip) = tip else {
        let branches = repository.refs().below("refs/heads/")?;
        let hint = match branches.first() {
            Some((branch, _)) => format!("name the branch with the policy: --policy-ref {branch}"),
            None => "push the branch with policy and roster, then bootstrap".to_owned(),
        };
        return Err(CliError::usage(format!("{policy_ref} does not exist here"), hint));
    };
    let tree = repository.commit(tip)?.tree;
    let inputs = inputs::load(repository, tree, &DiskCache::of(repository.directory()))?
        .map_err(|unusable| CliError::usage(unusable.problem().text, hint))?;
    if inputs.policy.target_of(policy_ref).is_none() {
        return Err(CliError::usage(
            format!("the policy does not protect {policy_ref}, which it is read from"),
            "add a target whose `refs` hold it, or name another ref with --policy-ref",
        ));
    }
    Ok((tip, inputs))
}

fn make(inputs: &Inputs) -> Result<(GateKey, TrustRoot), CliError> {
    let failed = |e: getrandom::Error| CliError::Internal(format!("no randomness: {e}"));
    let (mut id, mut seed) = ([0; 16], [0; 32]);
    getrandom::fill(&mut id).map_err(failed)?;
    getrandom::fill(&mut seed).map_err(failed)?;
    let key = GateKey::generate(seed).map_err(|e| CliError::Internal(e.to_string()))?;
    let owners = &inputs.roster.parts().owners;
    let mut keys = Vec::new();
    for id in &owners.people {
        let person = inputs.roster.person(id);
        let found = person.map(|p| p.keys.as_slice()).unwrap_or_default();
        keys.extend(
            found.iter().map(|k| TrustedKey { name: id.to_string(), blob: k.blob.clone() }),
        );
    }
    let gate = TrustedKey { name: "gate".to_owned(), blob: key.public_blob() };
    let root = TrustRoot {
        repository: RepositoryId::new(id),
        inputs: inputs.digest,
        owners: keys,
        quorum: owners.quorum,
        gates: vec![gate],
    };
    Ok((key, root))
}

/// Writes a file that only its owner can read.
fn private(path: &Path, text: &str) -> Result<(), CliError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|e| CliError::file(path, e))?;
    std::io::Write::write_all(&mut file, text.as_bytes()).map_err(|e| CliError::file(path, e))
}

fn publish(repository: &GitRepository, text: &str) -> Result<(), CliError> {
    let blob = repository.write_blob(text.as_bytes())?;
    let edit = RefEdit { name: ref_name(TRUST_REF)?, old: None, new: Some(blob) };
    Ok(refs::write(repository.directory(), &[edit])?)
}

fn report(ui: &mut Ui, own: &Path, root: &TrustRoot, present: &Present) {
    let (paint, marks) = (ui.paint, ui.marks);
    let met = marks.met(paint);
    ui.line(format!("{met} repository {}", root.repository));
    let owners = obstat_model::text::count(root.owners.len() as u64, "owner key");
    let verb = if root.quorum == 1 { "signs" } else { "sign" };
    ui.line(format!("  {owners}, {} of them {verb} policy changes", root.quorum));
    for (name, tip) in present.recorded.iter().take(SHOWN) {
        ui.line(format!("  {} starts at {}", name.short(), tip.short()));
    }
    if let Some(more) = present.recorded.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        ui.line(format!("  {}", paint.dim(&format!("and {more} more, each at its tip"))));
    }
    for name in &present.left_out {
        let mark = marks.warning(paint);
        ui.line(format!(
            "  {mark} {} has another policy or roster, so it counts as new",
            name.short()
        ));
    }
    ui.line(format!("  trust file {}", own.join("trust").display()));
    ui.line(format!("  fingerprint {}", trust::fingerprint(root)));
    ui.note("\nHand the trust file to everybody who verifies. Then install the gate with");
    let bare = own.parent().unwrap_or(own).display();
    let command = format!("obstat hook install --bare {bare} --pusher-from VARIABLE");
    ui.note(format!("  {}", paint.blue(&command)));
    ui.note("VARIABLE is GL_USER with gitolite, REMOTE_USER with smart HTTP, OBSTAT_PUSHER with a forced command.");
}
