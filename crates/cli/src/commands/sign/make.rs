//! Makes, signs, checks and files one statement; every signing command goes through here.

use crate::clock;
use crate::context::change::Prepared;
use crate::context::{OPTIONS, Pinned};
use crate::error::CliError;
use crate::keys;
use crate::ui::Ui;
use obstat_api::exit::Exit;
use obstat_attest::{Envelope, statement};
use obstat_gate::pipeline::{Detail, Judgement};
use obstat_git::records::file_statement;
use obstat_model::approval::ApprovalFacts;
use obstat_model::decision::Outcome;
use obstat_model::id::{Nonce, StatementHash};
use obstat_model::object::RefName;
use obstat_model::roster::Actor;
use obstat_model::statement::{Act, Context, Shown, Statement};
use obstat_model::text::escape_cut;
use obstat_model::time::{Seconds, Timestamp};
use std::path::PathBuf;

/// Which key, and where the statement goes.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct KeyArgs {
    /// The SSH key to sign with [default: OBSTAT_KEY, or git's user.signingKey]
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// Push the statement to a remote at once
    #[arg(long, value_name = "REMOTE")]
    pub(crate) push: Option<String>,
}

/// What shall be signed.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    /// What the statement does.
    pub(crate) act: Act,
    /// Why.
    pub(crate) reason: String,
    /// When it ends; the policy's term where not given.
    pub(crate) expires: Option<Seconds>,
}

/// A statement that was signed and filed here.
#[derive(Debug, Clone)]
pub(crate) struct Filed {
    pub(crate) hash: StatementHash,
    pub(crate) name: RefName,
}

/// Shows what is signed, asks for the first digits, signs. `None` when the answer was another.
pub(crate) fn ask_and_sign(
    prepared: &Prepared,
    judgement: &Judgement,
    args: &KeyArgs,
    draft: Draft,
    ui: &mut Ui,
) -> Result<Option<Filed>, CliError> {
    can_push(prepared, args)?;
    let digest = judgement.change.digest.to_string();
    let (head, target) = (digest.get(..4).unwrap_or_default(), prepared.target.short());
    // A review is about another change than the one at hand.
    let is_empty = judgement.change.files.is_empty() && judgement.commits.is_empty();
    if is_empty && !matches!(draft.act, Act::Review { .. }) {
        let (label, tip) = (&prepared.label, prepared.tip.short());
        return Err(CliError::usage(
            format!("{label} changes nothing on {target} at {tip}, so there is nothing to sign"),
            "name the change: a branch, or OLD..NEW for what has landed",
        ));
    }
    let statement = build(prepared, judgement, args, draft)?;
    let until = match statement.act {
        Act::Override { .. } => format!(" until {}", statement.expires_at.rfc3339()),
        // These do not run out.
        Act::Reject | Act::Withdraw | Act::Review { .. } => String::new(),
        _ => format!(" until {}", statement.expires_at.day()),
    };
    let shown = ui.paint.bold(&format!(
        "{} {}",
        judgement.change.digest.short(),
        digest.get(12..16).unwrap_or_default()
    ));
    let verb = verb(&statement.act);
    let id = prepared.trust.repository.to_string();
    let id = id.get(..8).unwrap_or_default();
    ui.line(format!("You {verb} exactly {shown} for {target} of repository {id}{until}."));
    if prepared.pinned == Pinned::No {
        let mark = ui.marks.warning(ui.paint);
        ui.line(format!(
            "{mark} No trust file is pinned here: see that this is the repository you mean."
        ));
    }
    let question = format!("Type {} to sign, or press Enter to leave: ", ui.paint.bold(head));
    if ui.ask(&question) != head {
        return Ok(None);
    }
    sign_and_file(prepared, &statement, args, ui).map(Some)
}

/// What a statement did, as the gate would see it now; `None` where nothing was signed.
pub(crate) fn conclude(
    prepared: &Prepared,
    filed: Option<&Filed>,
    args: &KeyArgs,
    ui: &mut Ui,
) -> Result<Exit, CliError> {
    let Some(filed) = filed else {
        ui.note("Nothing was signed.");
        return Ok(Exit::Pending);
    };
    let after = prepared.judge(Detail::NameEligible).or_else(|_| prepared.judge_to_refuse())?;
    let own = after.decision.diagnostics.not_counted.iter().find(|n| n.statement == filed.hash);
    if let Some(refused) = own {
        ui.line(format!("  {} it does not count: {}", ui.marks.aside(ui.paint), refused.reason));
    }
    let is_own = |s: &&ApprovalFacts| s.verified.hash == filed.hash;
    let rejects = after.found.statements.iter().find(is_own);
    let rejects = rejects.is_some_and(|s| s.verified.statement.act == Act::Reject);
    if rejects && own.is_none() && after.decision.outcome != Outcome::Blocked {
        let text = "it holds nothing up: no rule here asks for somebody like you";
        ui.line(format!("  {} {text}", ui.marks.warning(ui.paint)));
    }
    ui.line(format!("  now       {}", ui.marks.outcome(after.decision.outcome, ui.paint)));
    hand_over(prepared, filed, args, ui)?;
    Ok(Exit::Ok)
}

/// Signs without asking: what a service says of a check.
pub(crate) fn report(
    prepared: &Prepared,
    judgement: &Judgement,
    args: &KeyArgs,
    draft: Draft,
    ui: &mut Ui,
) -> Result<Filed, CliError> {
    let statement = build(prepared, judgement, args, draft)?;
    sign_and_file(prepared, &statement, args, ui)
}

fn sign_and_file(
    prepared: &Prepared,
    statement: &Statement,
    args: &KeyArgs,
    ui: &mut Ui,
) -> Result<Filed, CliError> {
    let key = keys::choose(&prepared.repository, args.key.as_ref())?;
    let bytes = statement::encode(statement).map_err(|e| CliError::Internal(e.to_string()))?;
    let signature = keys::sign(&key, statement::namespace(&statement.act), &bytes)?;
    let envelope =
        Envelope::new(bytes, signature).map_err(|e| CliError::Internal(e.to_string()))?;
    let encoded = envelope.encode();
    let verified =
        obstat_attest::verify_bytes(&encoded, &prepared.roster, &OPTIONS).map_err(|e| {
            CliError::usage(
                format!("the gate would not accept this signature: {}", e.reason),
                "sign with a key that the roster has for you",
            )
        })?;
    let name = file_statement(&prepared.repository, statement.change, verified.hash, &encoded)?;
    let presence = verified.presence.as_str();
    let who = escape_cut(&statement.signer, 60);
    let level = statement.level.as_ref().map(|l| format!(", {l}")).unwrap_or_default();
    ui.line(format!("  {} signed as {who}{level}, presence {presence}", ui.marks.met(ui.paint)));
    Ok(Filed { hash: verified.hash, name })
}

fn verb(act: &Act) -> &'static str {
    match act {
        Act::Approve => "sign",
        Act::Reject => "reject",
        Act::Withdraw => "take back your word on",
        Act::Author { unassisted: true } => "declare that no AI helped with",
        Act::Author { unassisted: false } => "stand as the author of",
        Act::Check { .. } => "report a check on",
        Act::Override { .. } => "let pass, although it is not clear,",
        Act::Review { .. } => "review the override of",
    }
}

fn build(
    prepared: &Prepared,
    judgement: &Judgement,
    args: &KeyArgs,
    draft: Draft,
) -> Result<Statement, CliError> {
    let key = keys::choose(&prepared.repository, args.key.as_ref())?;
    let (signer, level) = signer(prepared, &keys::public_line(&key)?)?;
    let revision = judgement.change.revision;
    let issued_at = clock::now().0;
    let term = draft.expires.unwrap_or_else(|| prepared.inputs.policy.default_expiry());
    let mut nonce = [0; 32];
    getrandom::fill(&mut nonce).map_err(|e| CliError::Internal(format!("no randomness: {e}")))?;
    Ok(Statement {
        act: draft.act,
        change: judgement.change.digest,
        context: Context {
            repository: prepared.trust.repository,
            target: prepared.target.clone(),
            tip: revision.tip,
            merge_base: revision.merge_base,
            head: revision.head,
            tree: revision.tree,
        },
        shown: Some(Shown {
            assistance: judgement.assistance.verdict,
            contradicted: judgement.assistance.contradicted,
            tier: None,
            hidden: judgement.change.hidden(),
        }),
        policy: prepared.inputs.policy_sha,
        roster: prepared.inputs.roster_sha,
        inputs: judgement.change.inputs,
        signer,
        level,
        reason: draft.reason,
        nonce: Nonce::new(nonce),
        issued_at,
        expires_at: issued_at.after(term),
    })
}

/// Who would sign with the key that the arguments choose.
pub(crate) fn who(prepared: &Prepared, args: &KeyArgs) -> Result<String, CliError> {
    let key = keys::choose(&prepared.repository, args.key.as_ref())?;
    Ok(signer(prepared, &keys::public_line(&key)?)?.0)
}

/// Who the roster knows under a public key, and their level today, for display.
fn signer(prepared: &Prepared, line: &str) -> Result<(String, Option<String>), CliError> {
    let unknown =
        |why: String| CliError::usage(why, "ask an owner to add your key to .obstat/roster.yaml");
    let key = obstat_attest::key::parse_line(line).map_err(|e| unknown(e.to_string()))?;
    let found = prepared.roster.by_key(key.id).or_else(|| prepared.inputs.roster.by_key(key.id));
    let (actor, _) =
        found.ok_or_else(|| unknown("the roster does not know this key".to_owned()))?;
    match actor {
        Actor::Person(id) => Ok((id.to_string(), level_today(prepared, &id))),
        Actor::Service(id) => Ok((id.to_string(), None)),
        Actor::Agent(_) => Err(unknown("agents cannot sign".to_owned())),
    }
}

fn level_today(prepared: &Prepared, id: &obstat_model::id::PersonId) -> Option<String> {
    let now: Timestamp = clock::now().0;
    let person = prepared.roster.person(id)?;
    let best = person.levels.iter().filter(|g| g.holds_at(now)).map(|g| g.level).max()?;
    prepared.roster.parts().ladder.name(best).map(ToString::to_string)
}

/// A remote that does not exist is told before anything is read and signed.
fn can_push(prepared: &Prepared, args: &KeyArgs) -> Result<(), CliError> {
    let Some(remote) = &args.push else { return Ok(()) };
    let known = prepared.repository.remotes();
    if known.contains(remote) || remote.contains(['/', ':']) {
        return Ok(());
    }
    Err(CliError::usage(
        format!("there is no remote `{}` to push the statement to", escape_cut(remote, 60)),
        format!("known: {}", known.join(", ")),
    ))
}

/// Pushes the statement where asked, or says how.
pub(crate) fn hand_over(
    prepared: &Prepared,
    filed: &Filed,
    args: &KeyArgs,
    ui: &mut Ui,
) -> Result<(), CliError> {
    let name = filed.name.as_str();
    let Some(remote) = &args.push else {
        ui.note(format!(
            "\nHand it over with\n  {}",
            ui.paint.blue(&format!("git push origin {name}"))
        ));
        return Ok(());
    };
    // The user's own git, with the user's own way to reach the remote.
    let status = std::process::Command::new("git")
        .arg("--git-dir")
        .arg(prepared.repository.directory())
        .args(["push", "--quiet", remote, &format!("{name}:{name}")])
        .status()
        .map_err(|e| CliError::usage(format!("`git` cannot be started: {e}"), "install git"))?;
    if !status.success() {
        return Err(CliError::usage(
            format!("the signature is filed here, but {} did not take it", escape_cut(remote, 60)),
            format!("try again with `git push {} {name}`", escape_cut(remote, 60)),
        ));
    }
    ui.line(format!("  {} pushed to {}", ui.marks.met(ui.paint), escape_cut(remote, 60)));
    Ok(())
}
