//! `--format jsonl`: one object for each commit, made on all cores, printed in order.

use super::{Known, Source, scan};
use crate::error::CliError;
use crate::ui::Ui;
use obstat_api::audit::{AssistanceLine, CommitLine};
use obstat_gate::ports::Commit;
use obstat_git::history;
use obstat_model::object::RepoPath;
use obstat_model::text::escape_line;
use obstat_model::time::Timestamp;

pub(super) fn print(source: &Source, ui: &mut Ui) -> Result<(), CliError> {
    let known = &source.known;
    let each = |commit: Commit, paths: &[RepoPath]| {
        serde_json::to_string(&line(known, &commit, paths)).unwrap_or_default()
    };
    let directory = source.repository.directory().to_owned();
    history::walk(&directory, source.span(), &each, &mut |text| ui.line(text))?;
    Ok(())
}

fn line(known: &Known, commit: &Commit, paths: &[RepoPath]) -> CommitLine {
    let landed = known.landed.of(commit.id);
    CommitLine {
        commit: commit.id.to_string(),
        author: escape_line(&String::from_utf8_lossy(&commit.author.email)),
        time: Timestamp::from_unix(commit.committer.at).rfc3339(),
        assistance: AssistanceLine::from(&scan::assistance(known, commit, paths)),
        decision: landed.map(|l| l.outcome.as_str()),
        signed: landed.map(|l| l.signed).or(known.landed.is_gated(commit.id).then_some(false)),
    }
}
