//! `obstat policy prove`: claims about the policy of the work tree, proven or broken by a story.

use super::{Files, beside, load, tell_refused};
use crate::clock;
use crate::error::CliError;
use crate::ui::{Ui, wrap};
use obstat_api::exit::Exit;
use obstat_model::assistance::AssistanceVerdict;
use obstat_model::presence::Presence;
use obstat_model::target::Mode;
use obstat_model::text::{count, escape_cut};
use obstat_policy::prove::{Claim, Counterexample, Verdict, parse_claims, prove};
use std::path::PathBuf;

/// Claims of a repository.
pub(super) const CLAIMS: &str = ".obstat/claims.yaml";
/// Columns of a story.
const WIDTH: usize = 78;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Without --level the claims are those of .obstat/claims.yaml:\n\n  version: 1\n  claims:\n    - name: juniors\n      target: production\n      assistance: possible           # or assisted, any\n      author_level_below: senior\n      needs: { approvals: 1, level: senior, presence: key }\n      except: [docs]                 # exemptions that are meant"
)]
pub(super) struct Args {
    /// The directory that holds .obstat [default: the work tree]
    #[arg(value_name = "DIRECTORY")]
    directory: Option<PathBuf>,
    /// Claim: nothing that an AI may have helped with, by somebody below LEVEL, without approvals of it
    #[arg(long)]
    level: Option<String>,
    /// So many approvals
    #[arg(long, default_value_t = 1, requires = "level", value_parser = clap::value_parser!(u8).range(1..=5))]
    approvals: u8,
    /// Given with this presence: forge, key, present, hardware [default: that of the policy]
    #[arg(long, requires = "level", value_parser = presence)]
    presence: Option<Presence>,
    /// For this target [default: each]
    #[arg(long, requires = "level")]
    target: Option<String>,
}

fn presence(text: &str) -> Result<Presence, String> {
    Presence::parse(text).ok_or_else(|| "forge, key, present or hardware".to_owned())
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, CliError> {
    let mut files = load(args.directory.as_ref())?;
    tell_refused(ui, &files.policy, &files.roster);
    let claims = match &args.level {
        Some(level) => usual(args, level, &files)?,
        None => written(&mut files)?,
    };
    let mut all = true;
    for claim in &claims {
        let verdict = prove(&files.policy, &files.roster, claim, clock::now());
        all &= matches!(verdict, Verdict::Holds(_));
        tell(ui, claim, &verdict);
    }
    Ok(if all { Exit::Ok } else { Exit::Blocked })
}

fn written(files: &mut Files) -> Result<Vec<Claim>, CliError> {
    let hint = "write claims there, or make the usual one: obstat policy prove --level senior";
    let text = beside(files, CLAIMS, hint)?;
    parse_claims(&text, CLAIMS, &files.policy, &files.roster)
        .map_err(|found| CliError::Input { found, texts: files.texts.clone() })
}

fn usual(args: &Args, level: &str, files: &Files) -> Result<Vec<Claim>, CliError> {
    let ladder = files.roster.parts().ladder.names();
    let Some(level) = ladder.iter().find(|name| name.as_str() == level) else {
        let known: Vec<&str> = ladder.iter().map(|name| name.as_str()).collect();
        let text = format!("the ladder has no level `{}`", escape_cut(level, 60));
        return Err(CliError::usage(text, format!("known: {}", known.join(", "))));
    };
    let targets = files.policy.targets().iter().map(|target| target.name().clone());
    let wanted = |name: &obstat_model::id::TargetName| {
        args.target.as_ref().is_none_or(|target| name.as_str() == target)
    };
    let targets: Vec<_> = targets.filter(wanted).collect();
    if targets.is_empty() {
        let known: Vec<&str> = files.policy.targets().iter().map(|t| t.name().as_str()).collect();
        let named = escape_cut(args.target.as_deref().unwrap_or_default(), 60);
        let text = format!("the policy has no target `{named}`");
        return Err(CliError::usage(text, format!("known: {}", known.join(", "))));
    }
    let presence = args.presence.unwrap_or_else(|| files.policy.default_presence());
    let claim = |target: obstat_model::id::TargetName| {
        let name = target.as_str().parse().ok()?;
        let needs = (usize::from(args.approvals), level.clone(), presence);
        Some(Claim::usual((name, target), needs, &files.policy))
    };
    Ok(targets.into_iter().filter_map(claim).collect())
}

fn tell(ui: &mut Ui, claim: &Claim, verdict: &Verdict) {
    let (mark, end) = match verdict {
        Verdict::Holds(asked) => {
            (ui.marks.met(ui.paint), format!("holds, {}", count(*asked, "case")))
        }
        Verdict::Broken(_) => (ui.marks.blocked(ui.paint), "does not hold".to_owned()),
        Verdict::Unknown(why) => (ui.marks.warning(ui.paint), format!("cannot be told: {why}")),
    };
    let head = format!("{mark} {}: {end}", ui.paint.bold(claim.name().as_str()));
    ui.line(head);
    for line in wrap::after("  ", 2, &claim.sentence(), WIDTH) {
        ui.line(ui.paint.dim(&line));
    }
    if let Verdict::Broken(found) = verdict {
        for sentence in story(found) {
            for line in wrap::after("    ", 4, &sentence, WIDTH) {
                ui.line(line);
            }
        }
    }
}

/// What happens, one sentence a line.
fn story(found: &Counterexample) -> Vec<String> {
    if let Some(mode) = found.mode {
        let how = if mode == Mode::Shadow { "only watches" } else { "only warns" };
        return vec![format!("{} {how}: everything passes", found.target.short())];
    }
    let author = found.author.as_ref().map_or_else(
        || "somebody without a level".to_owned(),
        |level| format!("somebody of level {level}"),
    );
    let help = match found.help {
        AssistanceVerdict::Assisted => "with an AI's help",
        AssistanceVerdict::Undisclosed => "and does not say whether an AI helped",
        AssistanceVerdict::DeclaredUnassisted => "and signs that no AI helped",
    };
    let mut help = help.to_owned();
    let beside: u64 = found.beside.iter().map(|(_, lines)| lines).sum();
    if found.lines > beside {
        help = format!("in {} {help}", count(found.lines - beside, "line"));
    }
    for (path, lines) in &found.beside {
        help = format!("and `{}` in {} {help}", escape_cut(path, 60), count(*lines, "line"));
    }
    for flag in &found.hidden {
        help = format!("{help}, hiding {}", flag.phrase());
    }
    let mut told = vec![format!("{author} changes `{}` {help}", escape_cut(&found.path, 60))];
    let signed = found.signed.iter().map(|(who, presence, counts)| {
        let aside = if *counts { "" } else { ", which is not what is claimed to be needed" };
        format!("{who} approves, presence {}{aside}", presence.as_str())
    });
    told.extend(signed);
    if found.signed.is_empty() {
        told.push("nobody signs".to_owned());
    }
    told.push(match (&found.exemption, found.rules.as_slice()) {
        (Some(name), _) => format!("exemption `{name}` lifts all rules"),
        (None, []) => "no rule applies".to_owned(),
        (None, rules) => {
            let rules: Vec<String> = rules.iter().map(|rule| format!("`{rule}`")).collect();
            format!("of {} nothing is left open", rules.join(", "))
        }
    });
    told.push(format!("so {} takes it", found.target.short()));
    told
}
