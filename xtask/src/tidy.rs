//! `cargo xtask tidy`: what a compiler cannot check, one file a check; knows no check's inside.

mod attacks;
mod code;
mod edges;
mod figures;
mod finding;
mod formats;
mod functions;
mod layout;
mod leftovers;
mod opener;
mod places;
mod printing;
mod purity;
mod tree;
mod words;

use crate::workspace::{Workspace, WorkspaceError};
use finding::Finding;
use tree::{Tree, TreeError};

/// Arguments of `cargo xtask tidy`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Print sizes of what ships, and how many attacks are tested, as well
    #[arg(long)]
    figures: bool,
}

/// Why nothing could be checked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TidyError {
    /// The tree cannot be read.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The workspace cannot be read.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
}

/// Runs all checks and prints what they find; `true` when that is nothing.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<bool, TidyError> {
    let tree = Tree::read(workspace.root())?;
    let findings = check(workspace, &tree)?;
    for finding in &findings {
        println!("{finding}");
    }
    if args.figures {
        figures::lines(&tree).iter().for_each(|line| println!("{line}"));
        println!("{}", attacks::summary());
    }
    let noun = if findings.len() == 1 { "finding" } else { "findings" };
    println!("tidy: {} files, {} {noun}", tree.files.len(), findings.len());
    Ok(findings.is_empty())
}

fn check(workspace: &Workspace, tree: &Tree) -> Result<Vec<Finding>, TidyError> {
    let metadata = workspace.own_packages()?;
    let root = workspace.root();
    let checks = [
        edges::check(tree, &metadata, root),
        layout::check(tree),
        functions::check(tree),
        printing::check(tree),
        purity::check(tree),
        opener::check(tree, &metadata, root),
        formats::check(tree),
        leftovers::check(tree),
        words::check(tree),
        attacks::check(tree),
        places::check(tree),
    ];
    let mut findings = checks.concat();
    findings.sort();
    findings.dedup();
    Ok(findings)
}
