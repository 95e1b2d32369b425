//! Counts verdicts and tools over a history.

use super::{Known, Source, scan};
use crate::error::CliError;
use crate::ui::Ui;
use obstat_gate::ports::Commit;
use obstat_git::history;
use obstat_model::assistance::AssistanceVerdict;
use obstat_model::evidence::{EvidenceKind, Strength};
use obstat_model::id::ToolId;
use obstat_model::object::RepoPath;
use std::collections::{BTreeMap, HashMap, HashSet};

/// What was counted.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) commits: u64,
    pub(crate) people: HashSet<Vec<u8>>,
    pub(crate) first: Option<i64>,
    pub(crate) last: Option<i64>,
    pub(crate) verdicts: BTreeMap<AssistanceVerdict, u64>,
    pub(crate) contradicted: u64,
    pub(crate) tools: HashMap<ToolId, Tool>,
}

/// One tool.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tool {
    pub(crate) commits: u64,
    pub(crate) strength: Strength,
    pub(crate) kind: EvidenceKind,
}

struct Item {
    email: Vec<u8>,
    at: i64,
    verdict: AssistanceVerdict,
    contradicted: bool,
    tools: Vec<(ToolId, Strength, EvidenceKind)>,
}

pub(super) fn count(source: &Source, ui: &mut Ui) -> Result<Tally, CliError> {
    let mut progress = ui.progress("commits");
    let mut tally = Tally::default();
    let known = &source.known;
    let each = |commit: Commit, paths: &[RepoPath]| item(known, commit, paths);
    let directory = source.repository.directory().to_owned();
    history::walk(&directory, source.span(), &each, &mut |item| {
        tally.add(item);
        if tally.commits.is_multiple_of(1_024) {
            progress.at(tally.commits);
        }
    })?;
    progress.end();
    Ok(tally)
}

fn item(known: &Known, commit: Commit, paths: &[RepoPath]) -> Item {
    let found = scan::assistance(known, &commit, paths);
    let mut tools: Vec<(ToolId, Strength, EvidenceKind)> = Vec::new();
    // Evidence comes strongest first, so the first of a tool is its best.
    for evidence in found.evidence.iter().filter(|e| e.strength >= Strength::E1) {
        if let Some(tool) = evidence.tool.as_ref().filter(|t| tools.iter().all(|(o, ..)| o != *t)) {
            tools.push((tool.clone(), evidence.strength, evidence.kind));
        }
    }
    let (verdict, contradicted) = (found.verdict, found.contradicted);
    Item { email: commit.author.email, at: commit.committer.at, verdict, contradicted, tools }
}

impl Tally {
    fn add(&mut self, item: Item) {
        self.commits += 1;
        self.first = Some(self.first.map_or(item.at, |f| f.min(item.at)));
        self.last = Some(self.last.map_or(item.at, |l| l.max(item.at)));
        *self.verdicts.entry(item.verdict).or_default() += 1;
        self.contradicted += u64::from(item.contradicted);
        if !self.people.contains(&item.email) {
            self.people.insert(item.email);
        }
        for (tool, strength, kind) in item.tools {
            let entry = self.tools.entry(tool).or_insert(Tool { commits: 0, strength, kind });
            entry.commits += 1;
            if strength > entry.strength {
                (entry.strength, entry.kind) = (strength, kind);
            }
        }
    }

    pub(crate) fn verdict(&self, verdict: AssistanceVerdict) -> u64 {
        self.verdicts.get(&verdict).copied().unwrap_or(0)
    }

    /// Tools, most commits first.
    pub(crate) fn ranked(&self) -> Vec<(&ToolId, Tool)> {
        let mut all: Vec<_> = self.tools.iter().map(|(id, tool)| (id, *tool)).collect();
        all.sort_by(|a, b| b.1.commits.cmp(&a.1.commits).then_with(|| a.0.cmp(b.0)));
        all
    }
}
