//! `obstat doctor`: is the gate really in force? Looks at what a clone knows of it and, with `--canary`,
//! tries what must not succeed, in a way that can land nothing.

use crate::context::change::{ChangeArgs, Prepared, prepare};
use crate::context::{self, Pinned};
use crate::error::CliError;
use crate::ui::Ui;
use obstat_api::exit::Exit;
use obstat_gate::pipeline::{Detail, Judgement};
use obstat_model::decision::Outcome;
use obstat_model::object::Oid;
use obstat_model::target::Mode;
use obstat_model::text::{escape_cut, escape_line};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

#[derive(Debug, clap::Args)]
#[command(
    after_help = "The canary is an unsigned commit that the policy does not let pass. It is pushed to the target together with\na ref that git itself cannot make beside it, both or neither: whatever the gate says, nothing lands."
)]
pub(crate) struct Args {
    /// The protected target, by policy name or ref [default: the branch that HEAD would go to]
    #[arg(long, short, value_name = "TARGET")]
    target: Option<String>,
    /// The remote whose gate is meant [default: the one that the branch follows, else origin]
    #[arg(long, value_name = "REMOTE")]
    remote: Option<String>,
    /// The trust file [default: the one pinned here, else the published copy]
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
    /// Try a forbidden push, and a forbidden deploy
    #[arg(long)]
    canary: bool,
    /// How you ask before a deploy: a shell command that reads the commit from OBSTAT_COMMIT and must fail
    #[arg(long, value_name = "COMMAND", requires = "canary")]
    deploy: Option<String>,
}

/// What one look has shown.
enum Found {
    Good(String),
    /// It works, and something could be better.
    Fair(String, String),
    /// The gate is not in force.
    Bad(String, String),
    /// It could not be told.
    Unknown(String, String),
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, CliError> {
    let prepared = prepare(&change_args(args, None))?;
    let mut all = looks(&prepared);
    if args.canary {
        let remote = remote(args);
        match canary(args, &prepared)? {
            Some((commit, judgement)) => {
                all.push(push(&prepared, &remote, commit, &judgement)?);
                all.push(landed(&prepared, &remote, commit)?);
                all.push(deploy(args, commit)?);
            }
            None => all.push(Found::Unknown(
                "the policy lets an unsigned change of yours pass, so there is nothing to try"
                    .to_owned(),
                "try it as somebody whose work needs a signature, or with another --target"
                    .to_owned(),
            )),
        }
    }
    Ok(tell(ui, &all))
}

fn tell(ui: &mut Ui, all: &[Found]) -> Exit {
    let (mut bad, mut unknown) = (false, false);
    for found in all {
        let (mark, text, hint) = match found {
            Found::Good(text) => (ui.marks.met(ui.paint), text, None),
            Found::Fair(text, hint) => (ui.marks.warning(ui.paint), text, Some(hint)),
            Found::Bad(text, hint) => {
                bad = true;
                (ui.marks.blocked(ui.paint), text, Some(hint))
            }
            Found::Unknown(text, hint) => {
                unknown = true;
                (ui.marks.warning(ui.paint), text, Some(hint))
            }
        };
        ui.line(format!("{mark} {text}"));
        if let Some(hint) = hint {
            ui.line(format!("  {hint}"));
        }
    }
    match (bad, unknown) {
        (true, _) => Exit::Blocked,
        (false, true) => Exit::Usage,
        (false, false) => Exit::Ok,
    }
}

fn change_args(args: &Args, change: Option<String>) -> ChangeArgs {
    let (target, remote, trust) = (args.target.clone(), args.remote.clone(), args.trust.clone());
    ChangeArgs { change, target, remote, trust, landed: false }
}

fn remote(args: &Args) -> String {
    args.remote.clone().unwrap_or_else(|| "origin".to_owned())
}

/// What can be seen without trying anything.
fn looks(prepared: &Prepared) -> Vec<Found> {
    let mut all = Vec::new();
    let target = prepared.target.short().to_owned();
    all.push(match prepared.inputs.policy.target_of(&prepared.target).map(|t| t.mode()) {
        Some(Mode::Enforce) => Found::Good(format!("{target} is protected, and enforced")),
        Some(mode) => Found::Bad(
            format!("{target} is protected in {} mode: everything passes", mode.as_str()),
            "enforce it in .obstat/policy.yaml".to_owned(),
        ),
        None => Found::Bad(
            format!("the policy does not protect {target}"),
            "name a target with --target, or protect it".to_owned(),
        ),
    });
    all.push(match prepared.pinned {
        Pinned::Yes => Found::Good("the trust file is pinned here".to_owned()),
        Pinned::No => Found::Fair(
            "the trust file comes from the repository itself".to_owned(),
            "pin the one that your platform team has: --trust FILE".to_owned(),
        ),
    });
    if matches!(prepared.inputs_are_of_nobody(), Ok(true)) {
        all.push(Found::Fair(
            format!(
                "policy and roster of {target} are not those of the trust file, and no gate's record of its tip is here"
            ),
            "fetch the records, or compare with what was agreed on: obstat policy diff COMMIT".to_owned(),
        ));
    }
    all.push(match prepared.has_records() {
        Ok(true) => Found::Good("statements and records are fetched here".to_owned()),
        _ => Found::Fair(
            "statements and records are not fetched here".to_owned(),
            format!("run {}", context::FETCH),
        ),
    });
    all
}

/// An unsigned commit on the target's tip that the policy does not let pass, and what is said of it.
fn canary(args: &Args, prepared: &Prepared) -> Result<Option<(Oid, Judgement)>, CliError> {
    let mut nonce = [0; 8];
    getrandom::fill(&mut nonce).map_err(|e| CliError::Internal(format!("no randomness: {e}")))?;
    let nonce: String = nonce.iter().map(|byte| format!("{byte:02x}")).collect();
    let scratch = tempfile::tempdir().map_err(|e| CliError::file(&std::env::temp_dir(), e))?;
    let index = scratch.path().join("index");
    let tip = prepared.tip.to_string();
    let git = |line: &[&str], input: &str| git(prepared, line, (Some(&index), input));
    for path in ["obstat-canary", "src/obstat-canary.rs", "pay/obstat-canary.rs", "a"] {
        let path = format!("{path}-{nonce}");
        text(git(&["read-tree", &tip], "")?)?;
        let blob = text(git(&["hash-object", "-w", "--stdin"], &format!("canary {nonce}\n"))?)?;
        let entry = format!("100644,{blob},{path}");
        text(git(&["update-index", "--add", "--cacheinfo", &entry], "")?)?;
        let tree = text(git(&["write-tree"], "")?)?;
        let message = "Obstat canary: this must not land";
        let commit = text(git(&["commit-tree", &tree, "-p", &tip, "-m", message], "")?)?;
        let range = format!("{tip}..{commit}");
        let mut args = change_args(args, Some(range));
        args.target = Some(prepared.target.as_str().to_owned());
        let judgement = prepare(&args)?.judge(Detail::Plain)?;
        if judgement.decision.outcome != Outcome::Clear {
            return Ok(Some((judgement.change.revision.head, judgement)));
        }
    }
    Ok(None)
}

/// The forbidden push. The second ref cannot be made while the target is there, so that git refuses both
/// where no gate does.
fn push(
    prepared: &Prepared,
    remote: &str,
    commit: Oid,
    judgement: &Judgement,
) -> Result<Found, CliError> {
    let target = prepared.target.as_str();
    let (own, beside) = (format!("{commit}:{target}"), format!("{commit}:{target}/obstat-canary"));
    let line = ["push", "--atomic", remote, own.as_str(), beside.as_str()];
    let ran = git(prepared, &line, (None, ""))?;
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    let judged = said.contains(&judgement.change.digest.short());
    let short = prepared.target.short();
    if ran.status.success() {
        return Ok(Found::Bad(
            format!("{short} took an unsigned change: {}", commit.short()),
            format!("put it back at once: git push --force {remote} {}:{target}", prepared.tip),
        ));
    }
    let declined = said.contains("hook declined");
    Ok(match (judged, declined) {
        (true, true) => {
            Found::Good(format!("{short} refused an unsigned change, judged by Obstat"))
        }
        (true, false) => Found::Bad(
            format!("{short} judged an unsigned change and would have taken it"),
            "the target only warns on the server".to_owned(),
        ),
        (false, true) => Found::Unknown(
            format!("{short} refused the push, but not by a judgement of this content"),
            format!("it said: {}", last(&said)),
        ),
        (false, false)
            if said.contains("atomic transaction failed") || said.contains("cannot lock ref") =>
        {
            Found::Bad(
                format!("{short} would have taken an unsigned change: nothing judged it"),
                "on the server, run `obstat hook install --bare REPOSITORY`".to_owned(),
            )
        }
        (false, false) => Found::Unknown(
            "the push did not come so far that a gate could judge it".to_owned(),
            format!("git said: {}", last(&said)),
        ),
    })
}

/// Whether the target is where it was.
fn landed(prepared: &Prepared, remote: &str, commit: Oid) -> Result<Found, CliError> {
    let target = prepared.target.as_str();
    let listed = git(prepared, &["ls-remote", remote, target], (None, ""))?;
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let short = prepared.target.short();
    Ok(if listed.contains(&commit.to_string()) {
        Found::Bad(
            format!("{short} is at the canary"),
            format!("put it back: git push --force {remote} {}:{target}", prepared.tip),
        )
    } else {
        Found::Good("nothing has landed".to_owned())
    })
}

/// The forbidden deploy: by the command that is named, or by `verify` itself.
fn deploy(args: &Args, commit: Oid) -> Result<Found, CliError> {
    let Some(command) = &args.deploy else {
        return Ok(Found::Fair(
            "no deploy was tried".to_owned(),
            "name how you ask before one: --deploy 'obstat verify … \"$OBSTAT_COMMIT\"'".to_owned(),
        ));
    };
    let ran = Command::new("sh")
        .args(["-c", command])
        .env("OBSTAT_COMMIT", commit.to_string())
        .stdin(Stdio::null())
        .output()
        .map_err(|e| CliError::usage(format!("`sh` cannot be started: {e}"), "install a shell"))?;
    let said = [ran.stdout, ran.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    Ok(match ran.status.code() {
        Some(0) => Found::Bad(
            "the deploy check lets an unsigned commit pass".to_owned(),
            format!("it said: {}", last(&said)),
        ),
        // Codes of the shell itself: it was no check that answered.
        Some(126 | 127) | None => Found::Unknown(
            "the deploy check cannot be run".to_owned(),
            format!("the shell said: {}", last(&said)),
        ),
        Some(code) => {
            Found::Good(format!("the deploy check refused an unsigned commit (exit {code})"))
        }
    })
}

/// The user's own git, with the user's own way to reach the remote.
fn git(
    prepared: &Prepared,
    line: &[&str],
    (index, input): (Option<&std::path::Path>, &str),
) -> Result<Output, CliError> {
    use std::io::Write as _;
    let mut command = Command::new("git");
    command.arg("--git-dir").arg(prepared.repository.directory()).args(line);
    if let Some(index) = index {
        command.env("GIT_INDEX_FILE", index);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let failed =
        |e: std::io::Error| CliError::usage(format!("`git` cannot be started: {e}"), "install git");
    let mut child = command.spawn().map_err(failed)?;
    if let Some(mut pipe) = child.stdin.take() {
        // A program that ends without reading closes the pipe.
        let _ = pipe.write_all(input.as_bytes());
    }
    child.wait_with_output().map_err(failed)
}

fn text(ran: Output) -> Result<String, CliError> {
    if ran.status.success() {
        return Ok(String::from_utf8_lossy(&ran.stdout).trim().to_owned());
    }
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    Err(CliError::usage(
        format!("git could not make the canary: {}", last(&said)),
        "see that git knows your name and address: git config user.name, user.email",
    ))
}

/// The last line that says something.
fn last(said: &str) -> String {
    let mut lines = said.lines().map(str::trim).filter(|line| !line.is_empty());
    escape_cut(&escape_line(lines.next_back().unwrap_or("nothing")), 120)
}
