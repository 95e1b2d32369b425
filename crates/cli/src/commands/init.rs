//! `obstat init`: a commented starting policy and a roster drafted from the repository's history.

mod people;
mod write;

use crate::context;
use crate::error::CliError;
use crate::ui::Ui;
use obstat_api::exit::Exit;
use obstat_gate::inputs::{CODE_OWNERS, POLICY, ROSTER};
use std::path::PathBuf;

/// Where drafted owners of paths go.
const OWNERS: &str = ".obstat/CODEOWNERS";

/// Write a starting policy and a roster drafted from history
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Nothing is sent anywhere and nothing is gated yet. Existing files are kept."
)]
pub(crate) struct Args {
    /// Your public key file, so that you can own the policy [default: git's user.signingKey]
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// The branch to protect [default: the one you are on]
    #[arg(long, value_name = "BRANCH")]
    branch: Option<String>,
}

pub(super) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, CliError> {
    let repository = context::here()?;
    let top = repository.worktree().ok_or_else(|| {
        CliError::usage("this repository has no work tree", "run init in a clone")
    })?;
    let missing: Vec<&str> =
        [POLICY, ROSTER].into_iter().filter(|name| !top.join(name).exists()).collect();
    if missing.is_empty() {
        return Err(CliError::usage(
            format!("{POLICY} and {ROSTER} exist already"),
            "edit them, then run `obstat policy check`",
        ));
    }
    let on =
        repository.head_branch().and_then(|b| b.strip_prefix("refs/heads/").map(str::to_owned));
    let branch = args.branch.clone().or(on).unwrap_or_else(|| "main".to_owned());
    let drafted = people::draft(&repository, ui)?;
    let owner = people::owner(&repository, &drafted, args.key.as_ref())?;
    if owner.key.is_none() {
        ui.note(
            "No signing key of yours is named: put your public key into .obstat/roster.yaml, or\n  rm -r .obstat && obstat init --key FILE.pub",
        );
    }
    if owner.key.as_ref().is_some_and(|key| !key.starts_with("sk-")) {
        ui.note(
            "Your key proves presence `key`, and the drafted policy asks for `present`: make a security key with\n  ssh-keygen -t ed25519-sk -O verify-required\nor set `presence: key` in .obstat/policy.yaml, which an agent with your key can give as well.",
        );
    }
    let roster = write::roster(&drafted, &owner);
    let policy = write::policy(&branch);
    let checked = obstat_policy::parse_roster(&roster, ROSTER);
    let checked = checked.and_then(|r| obstat_policy::parse_policy(&policy, POLICY, &r));
    if let Err(found) = checked {
        // Without a key the owner cannot sign, and a roster that locks everybody out does not
        // hold. The draft is written all the same: it says what to fill in.
        for problem in &found {
            ui.note(format!("{} {}", ui.marks.warning(ui.paint), problem.message));
        }
    }
    let owners = CODE_OWNERS.iter().all(|(name, _)| !top.join(name).exists());
    let owners = owners.then(|| write::code_owners(&drafted)).filter(|text| !text.is_empty());
    let mut drafts = vec![(POLICY, policy.as_str()), (ROSTER, roster.as_str())];
    drafts.retain(|(name, _)| missing.contains(name));
    drafts.extend(owners.as_deref().map(|text| (OWNERS, text)));
    let directory = top.join(".obstat");
    std::fs::create_dir_all(&directory).map_err(|e| CliError::file(&directory, e))?;
    for (name, text) in drafts {
        let path = top.join(name);
        std::fs::write(&path, text).map_err(|e| CliError::file(&path, e))?;
        ui.line(format!("{} {name}", ui.marks.met(ui.paint)));
    }
    let people = obstat_model::text::count(drafted.people.len() as u64, "entry")
        .replace("entrys", "entries");
    ui.line(format!("  {people} from {}", obstat_model::text::count(drafted.commits, "commit")));
    for person in drafted.people.iter().filter(|person| person.looks_like_a_bot()).take(5) {
        ui.note(format!(
            "{} {} looks like a bot: if it is one, move it to `services` in the roster, and out of CODEOWNERS",
            ui.marks.warning(ui.paint),
            person.id
        ));
    }
    ui.note(
        "\nSet the levels in the roster; everybody but you starts at the lowest. Then check with",
    );
    ui.note(format!("  {}", ui.paint.blue("obstat policy check")));
    Ok(Exit::Ok)
}
