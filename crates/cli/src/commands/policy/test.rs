//! `obstat policy test`: tests that a policy's owners keep beside it.

use super::{beside, load, owners, tell_refused};
use crate::clock;
use crate::error::CliError;
use crate::ui::{Ui, wrap};
use obstat_api::exit::Exit;
use obstat_model::text::{count, escape_cut};
use obstat_policy::trial::{Finding, Trial, parse_trials};
use std::path::PathBuf;

/// Tests of a repository.
const TESTS: &str = ".obstat/policy-tests.yaml";
/// Columns of what is told.
const WIDTH: usize = 78;

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Text,
    /// One object
    Json,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "The tests are those of .obstat/policy-tests.yaml:\n\n  version: 1\n  tests:\n    - name: assisted work of a junior waits for a senior\n      target: production\n      change: { paths: [pay/charge.rs], lines: 12, author_level: junior, tool: cursor }\n      expect: pending\n    - name: and a senior lets it pass\n      target: production\n      change: { paths: [pay/charge.rs], lines: 12, author_level: junior, tool: cursor }\n      signed: [priya]\n      expect: { decision: clear, rules: [assisted] }"
)]
pub(super) struct Args {
    /// The directory that holds .obstat [default: the work tree]
    #[arg(value_name = "DIRECTORY")]
    directory: Option<PathBuf>,
    /// Only tests whose names hold this
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Tell what each decision rests on, also where it is as expected
    #[arg(long)]
    explain: bool,
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, CliError> {
    let mut files = load(args.directory.as_ref())?;
    tell_refused(ui, &files.policy, &files.roster);
    let text =
        beside(&mut files, TESTS, "write tests there: `obstat policy test --help` shows some")?;
    let trials = parse_trials(&text, TESTS, &files.policy, &files.roster)
        .map_err(|found| CliError::Input { found, texts: files.texts.clone() })?;
    let wanted =
        |trial: &Trial| args.only.as_ref().is_none_or(|only| trial.name().contains(only.as_str()));
    let trials: Vec<Trial> = trials.into_iter().filter(wanted).collect();
    if trials.is_empty() {
        return Err(CliError::usage("no test has such a name", "leave --only out to run them all"));
    }
    let (owners, now) = (owners(&files)?, clock::now());
    let found: Vec<(Trial, Finding)> = trials
        .into_iter()
        .map(|trial| {
            let finding = trial.run(&files.policy, owners.as_ref(), now);
            (trial, finding)
        })
        .collect();
    match args.format {
        Format::Text => tell(ui, &found, args.explain),
        Format::Json => json(ui, &found)?,
    }
    let all = found.iter().all(|(_, finding)| finding.wrong.is_empty());
    Ok(if all { Exit::Ok } else { Exit::Blocked })
}

fn tell(ui: &mut Ui, found: &[(Trial, Finding)], explain: bool) {
    for (trial, finding) in found {
        let holds = finding.wrong.is_empty();
        let name = escape_cut(trial.name(), 120);
        if !holds {
            let mark = ui.marks.blocked(ui.paint);
            ui.line(format!(
                "{mark} {} {}",
                ui.paint.bold(&name),
                ui.paint.dim(&format!("line {}", trial.line()))
            ));
        } else if explain {
            ui.line(format!("{} {name}: {}", ui.marks.met(ui.paint), trial.expected().as_str()));
        }
        for sentence in &finding.wrong {
            wrapped(ui, sentence, false);
        }
        if !holds || explain {
            finding.why.iter().for_each(|sentence| wrapped(ui, sentence, true));
        }
    }
    let failed = found.iter().filter(|(_, finding)| !finding.wrong.is_empty()).count() as u64;
    let all = count(found.len() as u64, "test");
    if failed == 0 {
        ui.line(format!("{} {all}: the policy does what they say", ui.marks.met(ui.paint)));
    } else {
        ui.line(format!("{} {failed} of {all} failed", ui.marks.blocked(ui.paint)));
    }
}

fn wrapped(ui: &mut Ui, sentence: &str, aside: bool) {
    for line in wrap::after("    ", 4, sentence, WIDTH) {
        ui.line(if aside { ui.paint.dim(&line) } else { line });
    }
}

fn json(ui: &mut Ui, found: &[(Trial, Finding)]) -> Result<(), CliError> {
    let one = |(trial, finding): &(Trial, Finding)| {
        let about = &finding.decision.diagnostics;
        let rules: Vec<&str> = about.rules.iter().map(|rule| rule.as_str()).collect();
        serde_json::json!({
            "name": trial.name(), "line": trial.line(), "holds": finding.wrong.is_empty(),
            "expected": trial.expected().as_str(), "decision": finding.decision.outcome.as_str(),
            "rules": rules, "exemption": about.exemption.as_ref().map(|(name, _)| name.as_str()),
            "wrong": finding.wrong, "why": finding.why,
        })
    };
    let tests: Vec<_> = found.iter().map(one).collect();
    let whole = serde_json::json!({ "version": 1, "tests": tests });
    ui.line(serde_json::to_string(&whole).map_err(|e| CliError::Internal(e.to_string()))?);
    Ok(())
}
