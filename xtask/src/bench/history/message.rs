//! Messages and people of the made-up history; knows no git.

use super::Numbers;

const VERBS: [&str; 8] = ["fix", "add", "drop", "rename", "cache", "log", "guard", "retry"];
const PARTS: [&str; 8] = ["pay", "cart", "search", "stock", "login", "mail", "price", "queue"];
const THINGS: [&str; 8] =
    ["timeout", "index", "header", "limit", "currency", "migration", "back-off", "counter"];
const NAMES: [&str; 10] =
    ["Mira", "Jonas", "Priya", "Hana", "Tomás", "Aiko", "Lena", "Omar", "Zoë", "Ivan"];
const SURNAMES: [&str; 4] = ["Sandoval", "Berg", "Natarajan", "Kovář"];
const SENTENCES: [&str; 5] = [
    "The caller waited for an answer that had been dropped when the connection was reused.",
    "Two workers could take the same entry, because the claim was not part of the update.",
    "Measured on the staging queue: p99 falls from 840 ms to 95 ms, the mean does not move.",
    "This keeps the old field until every consumer has been deployed; a later change drops it.",
    "No behaviour changes for callers that do not set the option.",
];
const TOOLS: [&str; 3] = [
    "Co-authored-by: Cursor <cursoragent@cursor.com>",
    "Co-Authored-By: Claude <noreply@anthropic.com>",
    "Co-authored-by: aider (gpt-4o) <aider@aider.chat>",
];

/// One commit in a hundred so many is signed by a tool.
const SIGNED_PERCENT: u64 = 3;

/// A person as git writes them.
pub(super) fn person(numbers: &mut Numbers) -> String {
    let (name, surname) = (numbers.pick(&NAMES), numbers.pick(&SURNAMES));
    let login = format!("{name}.{surname}").to_lowercase();
    format!("{name} {surname} <{login}@example.com>")
}

/// The folder of a file.
pub(super) fn folder(file: u64) -> &'static str {
    let part = usize::try_from(file % PARTS.len() as u64).ok();
    part.and_then(|part| PARTS.get(part)).copied().unwrap_or("pay")
}

/// A message: a subject, up to five sentences, trailers.
pub(super) fn write(numbers: &mut Numbers, is_merge: bool) -> String {
    let part = numbers.pick(&PARTS);
    if is_merge {
        return format!("Merge branch '{part}-{}' into main\n", numbers.below(9_000));
    }
    let (verb, thing) = (numbers.pick(&VERBS), numbers.pick(&THINGS));
    let mut text = format!("{part}: {verb} the {thing} (#{})\n", numbers.below(90_000));
    for _ in 0..numbers.below(6) {
        text.push('\n');
        text.push_str(numbers.pick(&SENTENCES));
        text.push('\n');
    }
    let mut trailers = Vec::new();
    if numbers.below(2) == 0 {
        trailers.push(format!("Reviewed-by: {}", person(numbers)));
    }
    if numbers.below(100) < SIGNED_PERCENT {
        trailers.push(numbers.pick(&TOOLS).to_owned());
    }
    if !trailers.is_empty() {
        text.push('\n');
        text.push_str(&trailers.join("\n"));
        text.push('\n');
    }
    text
}
