//! `obstat policy`: checks the policy files of the work tree, and explains a decision.

mod diff;
mod prove;
mod simulate;
mod test;

use crate::context;
use crate::context::change::{ChangeArgs, prepare};
use crate::error::CliError;
use crate::ui::{Ui, brief};
use clap::Subcommand;
use obstat_api::exit::Exit;
use obstat_gate::inputs::{self, CODE_OWNERS, FINGERPRINTS, POLICY, ROSTER};
use obstat_gate::pipeline::Detail;
use obstat_model::object::RepoPath;
use obstat_model::roster::Roster;
use obstat_policy::Policy;
use obstat_policy::codeowners::CodeOwners;
use obstat_policy::diagnostic::{Diagnostic, Severity};
use obstat_provenance::Fingerprints;
use std::path::{Path, PathBuf};

/// Check and explain the policy
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check policy and roster of the work tree
    Check(CheckArgs),
    /// Tell which rules apply to a change and why
    Explain(ExplainArgs),
    /// Tell what a changed policy lets pass that the old one does not
    Diff(diff::Args),
    /// Prove what is claimed of the policy, or show how it is broken
    Prove(prove::Args),
    /// Tell what the policy would have asked of whom over a real history
    Simulate(simulate::Args),
    /// Run the tests of the policy that lie beside it
    Test(test::Args),
}

#[derive(Debug, clap::Args)]
struct CheckArgs {
    /// The directory that holds .obstat [default: the work tree]
    #[arg(value_name = "DIRECTORY")]
    directory: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct ExplainArgs {
    #[command(flatten)]
    change: ChangeArgs,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, CliError> {
    match &args.command {
        Command::Check(args) => check(args, ui),
        Command::Explain(args) => explain(args, ui),
        Command::Diff(args) => diff::run(args, ui),
        Command::Prove(args) => prove::run(args, ui),
        Command::Simulate(args) => simulate::run(args, ui),
        Command::Test(args) => test::run(args, ui),
    }
}

/// Policy and roster of a work tree, which hold.
struct Files {
    top: PathBuf,
    policy: Policy,
    roster: Roster,
    /// As they are written, by path.
    texts: Vec<(String, String)>,
}

fn load(directory: Option<&PathBuf>) -> Result<Files, CliError> {
    let top = match directory {
        Some(directory) => directory.clone(),
        None => context::here()?.worktree().map_or_else(|| PathBuf::from("."), Path::to_owned),
    };
    let (policy, roster) = (read(&top, POLICY)?, read(&top, ROSTER)?);
    let texts = vec![(POLICY.to_owned(), policy.clone()), (ROSTER.to_owned(), roster.clone())];
    let failed = |found| CliError::Input { found, texts: texts.clone() };
    let parsed = obstat_policy::parse_roster(&roster, ROSTER).map_err(failed)?;
    let roster = inputs::attest(parsed, &mut |path| input(&top, path))?.map_err(failed)?;
    let policy = obstat_policy::parse_policy(&policy, POLICY, &roster).map_err(failed)?;
    Ok(Files { top, policy, roster, texts })
}

/// Tells what keeps the gate from taking these files: what is said of them here is said of nothing then.
fn tell_refused(ui: &mut Ui, policy: &Policy, roster: &Roster) {
    let found = obstat_policy::check(policy, roster, crate::clock::now());
    for finding in found.iter().filter(|finding| finding.severity == Severity::Error) {
        let mark = ui.marks.warning(ui.paint);
        ui.note(format!("{mark} `obstat policy check` refuses this policy: {}", finding.message));
    }
}

/// A file beside policy and roster that is written for them; its text joins theirs.
fn beside(files: &mut Files, name: &str, hint: &str) -> Result<String, CliError> {
    let path = files.top.join(name);
    let text = std::fs::read_to_string(&path)
        .map_err(|e| CliError::usage(format!("{}: {e}", path.display()), hint))?;
    files.texts.push((name.to_owned(), text.clone()));
    Ok(text)
}

/// Owners of paths, where the work tree names any.
fn owners(files: &Files) -> Result<Option<CodeOwners>, CliError> {
    for (name, dialect) in CODE_OWNERS {
        let Some(bytes) = input(&files.top, &RepoPath::from(name))? else { continue };
        let text = String::from_utf8(bytes).map_err(|_| {
            CliError::usage(format!("{name} is not UTF-8 text"), "save it as UTF-8")
        })?;
        let dialect = dialect.unwrap_or_else(|| files.policy.code_owners());
        let parsed = CodeOwners::parse(dialect, &text, &files.roster);
        let texts = || vec![(name.to_owned(), text.clone())];
        return parsed.map(Some).map_err(|found| CliError::Input { found, texts: texts() });
    }
    Ok(None)
}

fn check(args: &CheckArgs, ui: &mut Ui) -> Result<Exit, CliError> {
    let Files { top, policy: checked, roster: parsed, texts } = load(args.directory.as_ref())?;
    let failed = |found| CliError::Input { found, texts: texts.clone() };
    let mut found = obstat_policy::check(&checked, &parsed, crate::clock::now());
    found.extend(unknown_tools(&checked, &top));
    if args.directory.is_none() {
        found.extend(not_its_own(&checked)?);
    }
    let (errors, warnings): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|finding| finding.severity == Severity::Error);
    for warning in &warnings {
        ui.note(format!("{} {}", ui.marks.warning(ui.paint), warning.message));
        if let Some(help) = &warning.help {
            ui.note(format!("  {help}"));
        }
    }
    if !errors.is_empty() {
        return Err(failed(errors));
    }
    let rules = obstat_model::text::count(checked.rules().len() as u64, "rule");
    let people = parsed.parts().people.len();
    let people = if people == 1 { "1 person".to_owned() } else { format!("{people} people") };
    ui.line(format!("{} {rules}, {people}: policy and roster hold", ui.marks.met(ui.paint)));
    Ok(Exit::Ok)
}

/// A policy binds whom it protects itself from: it is read from the default branch.
fn not_its_own(policy: &Policy) -> Result<Option<Diagnostic>, CliError> {
    let repository = context::here()?;
    let Some(main) = context::target::policy_branch(&repository)? else { return Ok(None) };
    if policy.target_of(&main).is_some() {
        return Ok(None);
    }
    let text = format!("no target holds {main}, which policy and roster are read from");
    let mut found = Diagnostic::warning("unprotected", POLICY, text);
    found.help = Some(
        "add it to the `refs` of a target, or name another branch at `obstat bootstrap`".to_owned(),
    );
    Ok(Some(found))
}

/// Tools that no fingerprint knows: a rule for them would never apply.
fn unknown_tools(policy: &obstat_policy::Policy, top: &Path) -> Vec<Diagnostic> {
    let builtin = Fingerprints::builtin();
    let own = std::fs::read_to_string(top.join(FINGERPRINTS)).ok();
    let known = own.and_then(|text| builtin.extended(&text).ok()).unwrap_or(builtin);
    let unknown = policy.tools().into_iter().filter(|tool| known.tool(tool).is_none());
    let text =
        |tool| format!("no fingerprint names a tool `{tool}`, so a rule for it never applies");
    unknown.map(|tool| Diagnostic::warning("unknown-tool", POLICY, text(tool))).collect()
}

/// A file that the roster names.
fn input(top: &Path, path: &RepoPath) -> Result<Option<Vec<u8>>, CliError> {
    let path = top.join(path.lossy().as_ref());
    if std::fs::symlink_metadata(&path).is_ok_and(|about| !about.is_file()) {
        return Err(CliError::usage(
            format!("{} is no file, and inputs are files", path.display()),
            "put a file in its place",
        ));
    }
    match std::fs::read(&path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(CliError::file(&path, e)),
    }
}

fn read(top: &Path, name: &str) -> Result<String, CliError> {
    let path = top.join(name);
    let missing = || {
        let text = format!("{} does not exist", path.display());
        let hint = match top.ends_with(inputs::DIRECTORY) {
            true => "name the directory above .obstat",
            false => {
                "policy and roster belong together; `obstat init` writes what is missing of them"
            }
        };
        CliError::usage(text, hint)
    };
    let directory = top.join(inputs::DIRECTORY);
    if std::fs::symlink_metadata(&directory).is_ok_and(|about| about.is_symlink()) {
        return Err(CliError::usage(
            format!("{} is a link, and inputs are files below a directory", directory.display()),
            "put the directory itself in its place",
        ));
    }
    let bytes = input(top, &RepoPath::from(name))?.ok_or_else(missing)?;
    String::from_utf8(bytes).map_err(|_| {
        CliError::usage(format!("{} is not UTF-8 text", path.display()), "save it as UTF-8")
    })
}

fn explain(args: &ExplainArgs, ui: &mut Ui) -> Result<Exit, CliError> {
    let prepared = prepare(&args.change)?.must_be_open()?;
    let judgement = prepared.judge(Detail::NameEligible)?;
    brief::check(ui, &prepared.label, &judgement, prepared.came());
    ui.line("");
    for rule in &judgement.explained {
        let mark =
            if rule.applies { ui.marks.met(ui.paint) } else { ui.paint.dim(ui.marks.dash()) };
        let why =
            if rule.reasons.is_empty() { "always".to_owned() } else { rule.reasons.join(", ") };
        let applies = if rule.applies { "applies" } else { "does not apply" };
        ui.line(format!("  {mark} {} {applies}: {why}", rule.name));
    }
    Ok(Exit::Ok)
}
