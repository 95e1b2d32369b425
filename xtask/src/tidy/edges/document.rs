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
pub(super) fn check(text: &str, crates: &[&str]) -> Vec<Finding> {
    let rows = rows(text);
    let mut findings = Vec::new();
    for row in &rows {
        let known = EDGES.iter().find(|(name, _)| *name == row.name);
        let message = match known {
            None => format!("row {}: no such crate in xtask/src/tidy/edges.rs", row.name),
            Some((_, rule)) if row.uses != words_of(*rule) => {
                let allowed = words_of(*rule).join(", ");
                format!("row {}: xtask/src/tidy/edges.rs allows `{allowed}`", row.name)
            }
            Some(_) => continue,
        };
        findings.push(Finding::at(FILE, row.line, message));
    }
    let shipped = crates.iter().filter(|name| !DEVELOPMENT.contains(*name));
    for name in shipped.filter(|name| !rows.iter().any(|row| row.name == **name)) {
        findings.push(Finding::of(FILE, format!("crate {name} has no row in the table of crates")));
    }
    findings
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
