//! `obstat override`: break-glass. Loud, named, reasoned, for hours, reviewed afterwards.

use super::sign::make::{self, Draft, KeyArgs};
use crate::clock;
use crate::context::change::{ChangeArgs, prepare};
use crate::error::CliError;
use crate::ui::{Ui, brief};
use clap::Subcommand;
use obstat_api::exit::Exit;
use obstat_attest::record;
use obstat_gate::people::{self, Directory};
use obstat_gate::pipeline::Detail;
use obstat_gate::ports::Records as _;
use obstat_model::id::{PersonId, StatementHash};
use obstat_model::statement::{Act, Signer};
use obstat_model::time::Seconds;

/// Break-glass: let a change pass, with a reason and for hours only
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    change: ChangeArgs,
    #[command(flatten)]
    key: KeyArgs,
    /// Why it cannot wait
    #[arg(long, required = true, value_name = "TEXT")]
    reason: Option<String>,
    /// How long it may be used: 30m, 4h
    #[arg(long, required = true, value_name = "TIME")]
    expires: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Close an override after looking at it; not for its holder
    Review(ReviewArgs),
}

#[derive(Debug, clap::Args)]
struct ReviewArgs {
    /// The override, as `obstat audit` lists it
    id: String,
    #[command(flatten)]
    key: KeyArgs,
    #[command(flatten)]
    change: ChangeArgs,
    /// What was found
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, CliError> {
    match &args.command {
        Some(Command::Review(args)) => review(args, ui),
        None => open(args, ui),
    }
}

fn open(args: &Args, ui: &mut Ui) -> Result<Exit, CliError> {
    let reason = args.reason.clone().unwrap_or_default();
    if reason.trim().is_empty() {
        return Err(CliError::usage(
            "an override needs a reason",
            "say with --reason why it cannot wait",
        ));
    }
    let text = args.expires.as_deref().unwrap_or_default();
    let expires =
        Seconds::parse(text).map_err(|e| CliError::usage(e.to_string(), "write --expires 4h"))?;
    let prepared = prepare(&args.change)?;
    let terms = prepared.inputs.policy.override_terms().ok_or_else(|| {
        CliError::usage(
            "the policy names nobody who may override",
            "an owner adds `override:` to the policy",
        )
    })?;
    if expires > terms.at_most() {
        return Err(CliError::usage(
            format!("the policy allows an override for at most {}", terms.at_most()),
            "ask for a shorter time with --expires",
        ));
    }
    if expires == Seconds(0) {
        return Err(CliError::usage(
            "an override for no time lets nothing pass",
            "write --expires 4h",
        ));
    }
    let who = make::who(&prepared, &args.key)?;
    if !terms.holders().iter().any(|holder| holder.to_string() == who) {
        let holders: Vec<String> = terms.holders().iter().map(ToString::to_string).collect();
        return Err(CliError::usage(
            format!("{who} may not override; the policy names {}", holders.join(", ")),
            "ask one of them",
        ));
    }
    let review_due = clock::now().0.after(terms.review_within());
    let judgement = prepared.judge(Detail::Plain)?;
    brief::before_signing(ui, &judgement);
    ui.line(format!(
        "  {}",
        ui.paint.red("This lets content pass that is not clear. It is recorded and reviewed.")
    ));
    let draft = Draft { act: Act::Override { review_due }, reason, expires: Some(expires) };
    let Some(filed) = make::ask_and_sign(&prepared, &judgement, &args.key, draft, ui)? else {
        ui.note("Nothing was signed.");
        return Ok(Exit::Pending);
    };
    let after = prepared.judge(Detail::Plain)?;
    let refused = after.decision.diagnostics.not_counted.iter().find(|n| n.statement == filed.hash);
    if let Some(refused) = refused {
        ui.line(format!("  {} it does not count: {}", ui.marks.aside(ui.paint), refused.reason));
    }
    ui.line(format!("  review    due {} by somebody else", review_due.day()));
    make::hand_over(&prepared, &filed, &args.key, ui)?;
    Ok(Exit::Ok)
}

fn review(args: &ReviewArgs, ui: &mut Ui) -> Result<Exit, CliError> {
    let known = "list overrides with `obstat audit`";
    let shown = obstat_model::text::escape_cut(&args.id, 80);
    // As it is shown, in groups of four.
    let id: String = args.id.split_whitespace().collect();
    if id.len() < PREFIX_MIN || !id.bytes().all(|b| b.is_ascii_hexdigit()) {
        let what = format!("`{shown}` is no id: it has at least {PREFIX_MIN} hexadecimal digits");
        return Err(CliError::usage(what, known));
    }
    let prepared = prepare(&args.change)?;
    let mut all = find(&prepared, &id.to_ascii_lowercase())?;
    let (Some((id, own)), true) = (all.pop(), all.is_empty()) else {
        let what = if all.is_empty() { "no override" } else { "more than one override" };
        return Err(CliError::usage(format!("{what} {shown} is known here"), known));
    };
    if make::who(&prepared, &args.key)? == own.0 {
        return Err(CliError::usage(
            format!("{} holds this override, and its review is somebody else's", own.0),
            "ask another person of the roster",
        ));
    }
    let who = make::who(&prepared, &args.key)?;
    if makers(&prepared, own.2)?.iter().any(|maker| maker.as_str() == who) {
        return Err(CliError::usage(
            format!(
                "{who} had a part in what this override let pass, so its review is somebody else's"
            ),
            "ask another person of the roster",
        ));
    }
    ui.line(format!("  override by {}: {}", own.0, obstat_model::text::escape_cut(&own.1, 200)));
    let mut judgement = prepared.judge(Detail::Plain)?;
    // The review is filed beside the override, on its digest and in its context.
    judgement.change.digest = own.2;
    let draft = Draft { act: Act::Review { of: id }, reason: args.reason.clone(), expires: None };
    let Some(filed) = make::ask_and_sign(&prepared, &judgement, &args.key, draft, ui)? else {
        ui.note("Nothing was signed.");
        return Ok(Exit::Pending);
    };
    make::hand_over(&prepared, &filed, &args.key, ui)?;
    Ok(Exit::Ok)
}

/// People who made or brought what landed with a digest.
fn makers(
    prepared: &crate::context::change::Prepared,
    digest: obstat_model::id::ChangeDigest,
) -> Result<Vec<PersonId>, CliError> {
    let inputs = &prepared.inputs;
    let directory = Directory { roster: &inputs.roster, fingerprints: &inputs.fingerprints };
    let mut found = Vec::new();
    for bytes in prepared.repository.landings_of(digest)? {
        let Ok(record) = record::parse_landing(&bytes, &prepared.trust.gates) else { continue };
        for change in record.changes.iter().filter(|change| change.digest == digest) {
            found.extend(people::of_landing(directory, &prepared.repository, &record, change)?);
        }
    }
    Ok(found)
}

/// Fewest digits of an id that are taken.
const PREFIX_MIN: usize = 8;

type Known = (String, String, obstat_model::id::ChangeDigest);

/// Overrides whose id begins so: holder, reason, change.
fn find(
    prepared: &crate::context::change::Prepared,
    prefix: &str,
) -> Result<Vec<(StatementHash, Known)>, CliError> {
    let none = obstat_model::id::ChangeDigest::new([0; 32]);
    let mut found = Vec::new();
    for bytes in prepared.repository.other_statements(none, 100_000)? {
        let options = &crate::context::OPTIONS;
        let Ok(verified) = obstat_attest::verify_bytes(&bytes, &prepared.inputs.roster, options)
        else {
            continue;
        };
        let is_override = matches!(verified.statement.act, Act::Override { .. });
        let begins = verified.hash.to_string().starts_with(prefix);
        if let (true, Signer::Person(holder)) = (begins && is_override, &verified.signer) {
            let (reason, digest) = (verified.statement.reason.clone(), verified.statement.change);
            found.push((verified.hash, (holder.to_string(), reason, digest)));
        }
    }
    Ok(found)
}
