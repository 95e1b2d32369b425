//! Time of the parts that every push and every audited commit pays for. Measures only; knows no
//! limit and fails at none.

use divan::{Bencher, black_box};
use obstat_provenance::{CommitFacts, Fingerprints, RawIdentity, note, trailer};

fn main() {
    divan::main();
}

const JANE: RawIdentity<'_> = RawIdentity { name: b"Jane Doe", email: b"jane@example.com" };

fn commit(message: &[u8]) -> CommitFacts<'_> {
    let (author_at, committed_at) = (1_790_000_000, 1_790_000_000);
    CommitFacts { oid: None, author: JANE, committer: JANE, author_at, committed_at, message }
}

const PLAIN: &str = "mm: fix the split of large folios\n\nThe allocator dropped the reply of the \
    caller, so that it was never seen. Keep it until the table is generated again.\n\
    Link: https://lore.kernel.org/r/20240101.1234-1-jane@example.com\nCc: stable@vger.kernel.org\n\
    Signed-off-by: Jane Doe <jane@example.com>\nReviewed-by: John Roe <john@example.org>\n\n";
const SIGNED: &str = "fix: retry\n\nCo-Authored-By: Claude Opus 4.8 <noreply@anthropic.com>\n";

#[divan::bench]
fn start() -> Fingerprints {
    Fingerprints::builtin()
}

#[divan::bench]
fn start_and_first_signed_commit() -> usize {
    Fingerprints::builtin().of_commit(&commit(SIGNED.as_bytes())).len()
}

#[divan::bench(args = [1, 3, 5])]
fn plain_commit(bencher: Bencher<'_, '_>, repeat: usize) {
    let (prints, message) = (Fingerprints::builtin(), PLAIN.repeat(repeat));
    bencher
        .counter(divan::counter::BytesCount::new(message.len()))
        .bench(|| prints.of_commit(black_box(&commit(message.as_bytes()))));
}

#[divan::bench]
fn signed_commit(bencher: Bencher<'_, '_>) {
    let prints = Fingerprints::builtin();
    bencher.bench(|| prints.of_commit(black_box(&commit(SIGNED.as_bytes()))));
}

/// One megabyte of each kind that costs most.
#[divan::bench(args = ["plain", "signed", "human", "declared", "near", "long-line", "all", "folds"])]
fn megabyte(bencher: Bencher<'_, '_>, kind: &str) {
    let prints = Fingerprints::builtin();
    let line = match kind {
        "plain" => PLAIN.to_owned(),
        "signed" => SIGNED.to_owned(),
        "human" => "Co-authored-by: J <j@x>\n".to_owned(),
        "declared" => "Assisted-by: Jane\n".to_owned(),
        "near" => "reply@anthropic.com\n".to_owned(),
        "long-line" => "Co-authored-by: reply@anthropic.com assisted-by: made-with: ".to_owned(),
        "folds" => " reply@anthropic.com\n  reply@anthropic.com\n".to_owned(),
        _ => "Co-authored-by: reply@anthropic.com copilot@users.noreply.github.com @aider.chat \
              reply@amazon.com ampcode.com gemini @windsurf. reply@openai.com @warp.dev made-with: \
              kiro-agent continue.dev replit-commit- generated with claude.ai/code/session_\n"
            .to_owned(),
    };
    let message = line.repeat(1_000_000 / line.len());
    bencher.bench(|| prints.of_commit(black_box(&commit(message.as_bytes()))));
}

#[divan::bench]
fn hundred_thousand_co_authors(bencher: Bencher<'_, '_>) {
    let line = |i: usize| format!("Co-authored-by: J{i} <j{i}@example.com>\n");
    let message: String = (0..100_000).map(line).collect();
    bencher.bench(|| trailer::read_co_authors(black_box(message.as_bytes())));
}

#[divan::bench]
fn largest_note(bencher: Bencher<'_, '_>) {
    let key = "  s_aabbccddeeff00::t_11223344556677 1-4,9,12,100-2000\n";
    let json = r#"{"schema_version":"authorship/3.0.0","base_commit_sha":"a","prompts":{}}"#;
    let note = format!("a\n{}---\n{json}", key.repeat(4_000_000 / key.len()));
    bencher.bench(|| note::parse(black_box(note.as_bytes())));
}
