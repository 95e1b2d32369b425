//! `obstat verify`: is this commit cleared for this target? For deploys; needs a pinned trust file.

pub(super) mod bundle;

use self::bundle::Bundle;
use crate::clock;
use crate::commands::check;
use crate::context::{self, ref_name, world};
use crate::error::CliError;
use crate::ui::{Ui, brief};
use obstat_api::exit::Exit;
use obstat_attest::record;
use obstat_gate::deploy::{self, Answer, Cleared};
use obstat_gate::governing;
use obstat_gate::inputs::{self, Inputs};
use obstat_gate::memo::Memo;
use obstat_gate::pipeline::Judgement;
use obstat_gate::ports::{NoCache, Records as _, Repository as _};
use obstat_gate::world::World;
use obstat_git::GitRepository;
use obstat_model::facts::Problem;
use obstat_model::landing::LandingKind;
use obstat_model::object::{Oid, RefName};
use obstat_model::text::{count, escape_cut};
use obstat_model::trust::TrustRoot;
use obstat_policy::Policy;
use std::path::{Path, PathBuf};

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// One object
    Json,
}

/// Verify that a commit is cleared for a target, for deploys
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The commit to be deployed
    #[arg(value_name = "COMMIT", required_unless_present = "bundle")]
    commit: Option<String>,
    #[command(flatten)]
    trust: TrustArgs,
    /// Verify from a bundle alone, without the repository
    #[arg(long, value_name = "FILE")]
    bundle: Option<PathBuf>,
    /// Also write the gate's clearance, a SLSA verification summary, where it is clear
    #[arg(long, value_name = "FILE", conflicts_with = "bundle")]
    clearance: Option<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// For which target, and what is believed.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct TrustArgs {
    /// The target, by policy name or ref
    #[arg(long, short, value_name = "TARGET")]
    pub(crate) target: String,
    /// The trust file; never taken from the repository itself
    #[arg(long, value_name = "FILE")]
    trust: Option<PathBuf>,
}

impl TrustArgs {
    pub(crate) fn read(&self) -> Result<TrustRoot, CliError> {
        let path = self.trust.as_ref().ok_or_else(|| {
            CliError::untrusted(
                "a deploy can only be verified against a pinned trust file",
                "name it with --trust; `obstat bootstrap` wrote it on the server",
            )
        })?;
        context::trust_file(path)
    }
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, CliError> {
    answered(args, ui).map_err(|error| match error {
        // There is no repository that could be damaged: all that is read is the bundle.
        CliError::Git(_) | CliError::Port(_) if args.bundle.is_some() => CliError::untrusted(
            format!("the bundle proves nothing: {error}"),
            "it was changed or cut short; ask for it again",
        ),
        other => other,
    })
}

fn answered(args: &Args, ui: &mut Ui) -> Result<Exit, CliError> {
    let trust = args.trust.read()?;
    let (repository, commit, target, copies) = match &args.bundle {
        Some(path) => opened(path, args)?,
        None => {
            let mut repository = context::here()?;
            repository.keep_apart();
            let named = args.commit.as_deref().unwrap_or_default();
            if named.trim().is_empty() {
                return Err(CliError::usage(
                    "the commit is named by nothing",
                    "name it: in a script, see that the variable with its id is set",
                ));
            }
            let commit = repository.resolve(named)?;
            let target = target_ref(&repository, commit, &args.trust.target)?;
            (repository, commit, target, None)
        }
    };
    // No cache: whoever could write to the clone could have put another roster there.
    let memo = Memo::default();
    let world = world(&repository, (&NoCache, &memo), &trust, clock::now());
    let answer = deploy::verify(world, &target, commit)?;
    if let (Some(copies), Answer::Clear(cleared)) = (&copies, &answer) {
        same_copies(copies, &super::bundle::copies(&repository, &target, cleared)?)?;
    }
    if let (Some(path), Answer::Clear(_)) = (&args.clearance, &answer) {
        write_clearance(world, &target, (commit, path), ui)?;
    }
    match args.format {
        Format::Text => text(ui, args, commit, &answer),
        Format::Json => json(ui, &target, commit, &answer)?,
    }
    Ok(match answer {
        Answer::Clear(_) => Exit::Ok,
        Answer::NotFetched => Exit::Pending,
        Answer::Blocked(problems, _) => untrusted(&problems),
    })
}

fn write_clearance(
    world: World,
    target: &RefName,
    (commit, path): (Oid, &Path),
    ui: &mut Ui,
) -> Result<(), CliError> {
    let Some(bytes) = world.records.clearance_at(target, commit)? else {
        let (mark, commit) = (ui.marks.warning(ui.paint), commit.short());
        ui.note(format!("{mark} the gate gave no clearance for {commit}: none was written"));
        ui.note("  It gives one for what was cleared, not for what passed by override.");
        return Ok(());
    };
    let parsed = obstat_attest::clearance::parse(&bytes, &world.trust.gates);
    let found = parsed.map_err(|e| {
        CliError::untrusted(e.to_string(), "fetch refs/obstat/* again, or ask for a bundle")
    })?;
    if found.commit != commit
        || found.target != *target
        || found.repository != world.trust.repository
    {
        return Err(CliError::untrusted(
            "the clearance is of another commit, target or repository",
            "fetch refs/obstat/* again",
        ));
    }
    std::fs::write(path, &bytes).map_err(|e| CliError::file(path, e))
}

/// A broken trust chain is another matter than content that is not cleared.
fn untrusted(problems: &[Problem]) -> Exit {
    if problems.iter().any(|p| p.code.starts_with("trust-")) {
        Exit::Untrusted
    } else {
        Exit::Blocked
    }
}

/// The bundle as a repository. It must be of the commit and target that are asked for.
fn opened(path: &Path, args: &Args) -> Result<Opened, CliError> {
    let bundle = Bundle::read(path)?;
    let short = bundle.commit.to_string();
    if let Some(wanted) = args.commit.as_deref().filter(|w| w.len() < 7 || !short.starts_with(w)) {
        return Err(CliError::untrusted(
            format!(
                "the bundle is of {}, not of {}",
                bundle.commit.short(),
                escape_cut(wanted, 60)
            ),
            "name the commit by its id, or ask for the bundle of that commit",
        ));
    }
    let repository = GitRepository::in_memory(&bundle.objects, bundle.refs)?;
    let target = match target_ref(&repository, bundle.commit, &args.trust.target) {
        Ok(target) if target == bundle.target => target,
        _ => {
            return Err(CliError::untrusted(
                format!(
                    "the bundle is for {}, not for {}",
                    bundle.target,
                    escape_cut(&args.trust.target, 60)
                ),
                format!("ask with --target {}", bundle.target),
            ));
        }
    };
    Ok((repository, bundle.commit, target, Some(bundle.copies)))
}

type Copies = Vec<(String, Vec<u8>)>;
type Opened = (GitRepository, Oid, RefName, Option<Copies>);

/// What a bundle shows to people and scripts must be what the answer was decided from.
fn same_copies(found: &Copies, wanted: &Copies) -> Result<(), CliError> {
    let odd =
        found.iter().find(|f| !wanted.contains(f)).or(wanted.iter().find(|w| !found.contains(w)));
    match odd {
        None => Ok(()),
        Some((path, _)) => Err(CliError::untrusted(
            format!("`{}` in the bundle is not what was signed", escape_cut(path, 120)),
            "the bundle was changed; ask for it again",
        )),
    }
}

/// The ref that a target's name means in the policy at the commit: of several the one that the commit
/// has landed on.
pub(super) fn target_ref(
    repository: &GitRepository,
    commit: Oid,
    name: &str,
) -> Result<RefName, CliError> {
    if name.starts_with("refs/") {
        return ref_name(name);
    }
    let branch = ref_name(&format!("refs/heads/{name}"))?;
    let tree = repository.commit(commit)?.tree;
    let has = |policy: &Policy| policy.targets().iter().any(|t| t.name().as_str() == name);
    let mut candidates: Vec<Inputs> = Vec::new();
    candidates.extend(inputs::load(repository, tree, &NoCache)?.ok());
    if !candidates.iter().any(|own| has(&own.policy)) {
        candidates.extend(judging(repository, commit)?);
    }
    let policies = candidates.iter().map(|inputs| &inputs.policy);
    let found = policies.clone().find(|policy| has(policy));
    let target = found.and_then(|p| p.targets().iter().find(|t| t.name().as_str() == name));
    let (Some(policy), Some(target)) = (found, target) else {
        let is_protected = policies.clone().any(|policy| policy.target_of(&branch).is_some());
        if is_protected
            || candidates.is_empty()
            || !repository.landings_at(&branch, commit)?.is_empty()
        {
            return Ok(branch);
        }
        let mut known: Vec<&str> =
            policies.flat_map(|p| p.targets().iter().map(|t| t.name().as_str())).collect();
        known.sort_unstable();
        known.dedup();
        return Err(CliError::usage(
            format!("no target is called `{}`, and no protected branch", escape_cut(name, 60)),
            format!("known: {}", known.join(", ")),
        ));
    };
    let mut landed = None;
    repository.newest_landings(&mut |bytes| {
        let record = record::claimed_landing(bytes).filter(|record| {
            let named = policy.target_of(&record.target).is_some_and(|t| t.name() == target.name());
            record.to == commit && named
        });
        landed = record.map(|record| record.target);
        landed.is_none()
    })?;
    let plain = target.refs().iter().find(|r| !r.contains(['*', '?', '[', '{']));
    match (landed, plain) {
        (Some(landed), _) => Ok(landed),
        (None, Some(plain)) => ref_name(plain),
        (None, None) => Err(CliError::usage(
            format!(
                "`{}` stands for several refs, and this commit landed on none",
                escape_cut(name, 60)
            ),
            "name the ref: --target refs/heads/NAME",
        )),
    }
}

/// The inputs that judged landings of a commit: a branch may have none of its own.
fn judging(repository: &GitRepository, commit: Oid) -> Result<Vec<Inputs>, CliError> {
    let mut places: Vec<Oid> = Vec::new();
    repository.newest_landings(&mut |bytes| {
        let record = record::claimed_landing(bytes).filter(|record| record.to == commit);
        let at = record.as_ref().and_then(governing::judged_at);
        places.extend(at.filter(|at| !places.contains(at)));
        true
    })?;
    let mut found = Vec::new();
    for place in places {
        let loaded = repository
            .commit(place)
            .and_then(|commit| inputs::load(repository, commit.tree, &NoCache));
        match loaded {
            Ok(loaded) => found.extend(loaded.ok()),
            Err(error) if error.is_of_one_object() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(found)
}

fn text(ui: &mut Ui, args: &Args, commit: Oid, answer: &Answer) {
    let (paint, marks) = (ui.paint, ui.marks);
    let short = commit.short();
    let target = &args.trust.target;
    match answer {
        Answer::Clear(cleared) => {
            let clear = marks.outcome(obstat_model::decision::Outcome::Clear, paint);
            ui.line(format!("{clear}  {short} for {target}: {}", signatures(cleared)));
            if cleared.unenforced > 0 {
                let below = count(cleared.unenforced as u64, "landing");
                let text = "below it passed without what was asked for, in shadow or warn mode";
                ui.line(format!("  {} {below} {text}", marks.warning(paint)));
            }
        }
        Answer::NotFetched => {
            ui.line("Approvals were not fetched, so nothing can be said. Fetch them with");
            ui.line(format!("  {}", paint.blue(context::FETCH)));
        }
        Answer::Blocked(problems, judgement) => {
            let blocked = marks.outcome(obstat_model::decision::Outcome::Blocked, paint);
            ui.line(format!("{blocked}  {short} is not cleared for {target}"));
            for problem in problems {
                ui.line(format!("  {}", problem.text));
                ui.line(format!("  {}", problem.hint));
            }
            if let Some(found) = judgement {
                details(ui, found);
            }
        }
    }
}

fn details(ui: &mut Ui, found: &Judgement) {
    ui.line(format!("  this content  {}", ui.paint.dim(&found.change.digest.short())));
    for problem in &found.decision.diagnostics.problems {
        ui.line(format!("  {} {}", ui.marks.blocked(ui.paint), problem.text));
    }
    for report in &found.decision.diagnostics.requirements {
        brief::requirement(ui, report);
    }
    for refused in &found.decision.diagnostics.not_counted {
        let text =
            obstat_model::text::escape_cut(&format!("{}: {}", refused.who, refused.reason), 160);
        ui.line(format!("  {} does not count  {text}", ui.marks.aside(ui.paint)));
    }
}

fn signatures(cleared: &Cleared) -> String {
    let mut people: Vec<String> = Vec::new();
    for part in &cleared.parts {
        let reports = &part.decision.diagnostics.requirements;
        people.extend(reports.iter().flat_map(|r| r.counted.iter().map(ToString::to_string)));
    }
    people.sort();
    people.dedup();
    let began = cleared.record.kind == LandingKind::Bootstrap;
    let by = if began {
        "there when it was first gated, signed by nobody".to_owned()
    } else if people.is_empty() {
        "nobody had to sign".to_owned()
    } else {
        format!("signed by {}", people.join(", "))
    };
    let overridden = cleared.parts.iter().any(|p| p.decision.diagnostics.overridden_by.is_some());
    let by = if overridden { "by override".to_owned() } else { by };
    format!("{by}, {} since bootstrap, no witnesses", count(cleared.landings as u64, "landing"))
}

fn json(ui: &mut Ui, target: &RefName, commit: Oid, answer: &Answer) -> Result<(), CliError> {
    let (verdict, problems, judged): (_, &[Problem], Vec<&Judgement>) = match answer {
        Answer::Clear(cleared) => ("clear", &[], cleared.parts.iter().collect()),
        Answer::NotFetched => ("not_fetched", &[], Vec::new()),
        Answer::Blocked(problems, judged) => {
            ("blocked", problems, judged.iter().map(|j| &**j).collect())
        }
    };
    let (landings, unenforced) = match answer {
        Answer::Clear(cleared) => (Some(cleared.landings), Some(cleared.unenforced)),
        Answer::Blocked(..) | Answer::NotFetched => (None, None),
    };
    let lines: Vec<_> = problems.iter().map(obstat_api::check::ProblemLine::from).collect();
    let parts: Vec<_> = judged.into_iter().map(check::result).collect();
    let whole = serde_json::json!({
        "version": 1, "decision": verdict, "target": target.as_str(), "commit": commit.to_string(),
        "problems": lines, "parts": parts, "landings": landings, "unenforced": unenforced,
        "witnesses": 0,
    });
    ui.line(whole.to_string());
    Ok(())
}
