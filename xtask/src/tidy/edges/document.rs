//! Reads the table of crates in ARCHITECTURE.md; knows no manifest.

use super::{DEVELOPMENT, EDGES, MayUse};
use crate::tidy::finding::Finding;

/// The document with the table.
pub(super) const FILE: &str = "ARCHITECTURE.md";

/// A row: crate, words of its last cell, line.
struct Row<'a> {
    name: &'a str,
    uses: Vec<&'a str>,
    line: usize,
}

/// Compares each row with the list; `crates` are those that exist.
///
/// A row names every crate that exists and may be used, and none that may not: crates that do not
/// exist yet may be left out.
pub(super) fn check(text: &str, crates: &[&str]) -> Vec<Finding> {
    let rows = rows(text);
    let faults = rows.iter().filter_map(|row| Some((row.line, fault(row, crates)?)));
    let mut findings: Vec<Finding> =
        faults.map(|(line, message)| Finding::at(FILE, line, message)).collect();
    let shipped = crates.iter().filter(|name| !DEVELOPMENT.contains(*name));
    for name in shipped.filter(|name| !rows.iter().any(|row| row.name == **name)) {
        findings.push(Finding::of(FILE, format!("crate {name} has no row in the table of crates")));
    }
    findings
}

fn fault(row: &Row<'_>, crates: &[&str]) -> Option<String> {
    let list = "xtask/src/tidy/edges.rs";
    let Some((_, rule)) = EDGES.iter().find(|(name, _)| *name == row.name) else {
        return Some(format!("row {}: no such crate in {list}", row.name));
    };
    let allowed = words_of(*rule);
    if let Some(word) = row.uses.iter().find(|word| !allowed.contains(word)) {
        return Some(format!("row {}: {list} does not allow `{word}`", row.name));
    }
    let is_due = |word: &&&str| word.starts_with("all") || crates.contains(*word);
    let missing = allowed.iter().filter(is_due).find(|word| !row.uses.contains(word));
    missing.map(|word| format!("row {}: {list} allows `{word}` too", row.name))
}

/// The rows of the table whose head begins with `crate` and ends with `may use`.
fn rows(text: &str) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    let mut inside = false;
    for (index, line) in text.lines().enumerate() {
        let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        let (Some(first), Some(last)) = (cells.first(), cells.last()) else { continue };
        if !line.trim_start().starts_with('|') {
            inside = false;
        } else if *first == "crate" && last.starts_with("may use") {
            inside = true;
        } else if inside && !first.starts_with('-') {
            let name = first.trim_matches('`');
            rows.push(Row { name, uses: uses(last), line: index + 1 });
        }
    }
    rows
}

/// The words of a cell, remarks in parentheses left out; a dash is no word.
fn uses(cell: &str) -> Vec<&str> {
    cell.split([',', ';'])
        .map(|part| part.split('(').next().unwrap_or(part).trim().trim_matches('`'))
        .filter(|word| !matches!(*word, "" | "–" | "-"))
        .collect()
}

/// The cell that says a rule.
fn words_of(rule: MayUse) -> Vec<&'static str> {
    match rule {
        MayUse::Only(names) => names.to_vec(),
        MayUse::AllBut([]) => vec!["all"],
        MayUse::AllBut(["cli"]) => vec!["all but cli"],
        MayUse::AllBut(_) => Vec::new(),
    }
}
