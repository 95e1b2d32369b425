//! Messages made to break, to slow down or to hide: nothing panics, nothing is lost, all ends soon.

use crate::support::*;
use obstat_model::evidence::Evidence;
use obstat_provenance::{CommitFacts, RawIdentity};
use proptest::prelude::*;
use std::time::{Duration, Instant};

const TRAILER: &str = "Co-authored-by: Cursor <cursoragent@cursor.com>";

/// Far above what the slowest debug build needs, far below anything quadratic.
const SOON: Duration = Duration::from_secs(10);

fn cursor() -> [Brief; 1] {
    [sign(E2, Kind::Trailer, "cursor")]
}

fn of_bytes(message: &[u8]) -> Vec<Evidence> {
    prints().of_commit(&commit(message))
}

#[test]
fn line_breaks_of_all_kinds() {
    for message in [
        format!("x\r\n\r\n{TRAILER}\r\n"),
        format!("x\r\r{TRAILER}\r"),
        format!("progress\r{TRAILER}"),
        format!("x\n\n{TRAILER}"),
        TRAILER.to_owned(),
    ] {
        expect(of_message(&message), &cursor());
    }
}

#[test]
fn folded_trailers() {
    for message in [
        "x\n\nCo-authored-by: Cursor\n <cursoragent@cursor.com>\n",
        "x\r\n\r\nCo-authored-by:\r\n\tCursor\r\n\t<cursoragent@cursor.com>\r\n",
        "    x\n\n    Co-authored-by: Cursor\n      <cursoragent@cursor.com>\n    Acked-by: B\n",
    ] {
        expect(of_message(message), &cursor());
    }
    expect(of_message("x\n\nMade-with:\n Cursor\n"), &cursor());
}

#[test]
fn bytes_that_are_no_text() {
    let mut message =
        b"caf\xe9 \xff\xfe\n\nCo-authored-by: Curs\xf6r <cursoragent@cursor.com>\n".to_vec();
    message.extend_from_slice(&[0, 0x80, 0xff]);
    let found = of_bytes(&message);
    expect(found.clone(), &cursor());
    assert_eq!(found[0].text, "Co-authored-by: Curs\u{fffd}r <cursoragent@cursor.com>");
    let name = RawIdentity { name: b"J\xf6rg (aider)", email: b"\xff@x" };
    let found = prints().of_commit(&CommitFacts { author: name, ..commit(b"x") });
    expect(found, &[sign(E2, Kind::PersonName, "aider")]);
}

#[test]
fn a_trailer_is_found_at_any_depth_of_a_megabyte() {
    let filler = "Lorem ipsum dolor sit amet, consectetur adipiscing elit.\n".repeat(18_000);
    let started = Instant::now();
    for message in [
        format!("{TRAILER}\n{filler}"),
        format!("{filler}{TRAILER}\n{filler}"),
        format!("{filler}\n{TRAILER}"),
    ] {
        expect(of_message(&message), &cursor());
    }
    assert!(started.elapsed() < SOON);
}

#[test]
fn decoys_do_not_crowd_out_the_truth() {
    let humans = "Assisted-by: Jane Doe <jane@example.com>\n".repeat(20_000);
    let found = of_message(&format!("{humans}Assisted-by: kiro:auto\n"));
    expect(found, &[modelled(E1, Kind::Declaration, "kiro", "auto")]);
    let near = "Co-authored-by: A <xcursoragent@cursor.com>\n".repeat(10_000);
    expect(of_message(&format!("{near}{TRAILER}\n")), &cursor());
}

#[test]
fn much_evidence_is_capped() {
    let line = |i: usize| format!("Co-authored-by: Claude {i} <noreply@anthropic.com>\n");
    let many: String = (0..20_000).map(line).collect();
    let started = Instant::now();
    let found = of_message(&many);
    assert!((1..100).contains(&found.len()), "{}", found.len());
    assert!(found.iter().all(|e| e.text.chars().count() <= 200));
    assert!(started.elapsed() < SOON);
}

#[test]
fn a_hundred_thousand_co_authors_do_not_hide_a_tool() {
    let line = |i: usize| format!("Co-authored-by: J{i} <j{i}@example.com>\n");
    let many: String = (0..100_000).map(line).collect();
    let started = Instant::now();
    expect(of_message(&format!("{many}{TRAILER}\n")), &cursor());
    assert!(started.elapsed() < SOON);
}

#[test]
fn shapes_that_invite_quadratic_time() {
    let started = Instant::now();
    for piece in [
        " reply@anthropic.com\n",
        "reply@anthropic.com ",
        "co-authored-by:",
        "assisted-by: ",
        "Assisted-by: a, b, c\n",
        "\t\n  reply@anthropic.com\n",
        "generated with [claude code](",
        "<<<<",
        "(aider)",
        "\r",
    ] {
        let _ = of_message(&piece.repeat(500_000 / piece.len()));
        let name = piece.repeat(100_000 / piece.len());
        let raw = RawIdentity { name: name.as_bytes(), email: name.as_bytes() };
        let _ = prints().of_commit(&CommitFacts { author: raw, committer: raw, ..commit(b"") });
    }
    assert!(started.elapsed() < SOON * 3, "{:?}", started.elapsed());
}

#[test]
fn quoted_text_is_cut_before_it_is_kept() {
    let found =
        of_message(&format!("Co-authored-by: {} <cursoragent@cursor.com>", "n".repeat(100_000)));
    assert_eq!(found[0].text.chars().count(), 200);
}

#[test]
fn an_extension_that_needs_every_line_still_finds_and_keeps() {
    let prints = prints().extended(EXTENSION).unwrap();
    let message = format!("x\n\nRobo-made: yes\n{TRAILER}\n");
    let found = prints.of_commit(&commit(message.as_bytes()));
    expect(found, &[sign(E2, Kind::Trailer, "cursor"), sign(E2, Kind::Trailer, "robo")]);
    let named = prints.of_commit(&commit(b"x\n\nAssisted-by: Robo Coder\n"));
    expect(named, &[sign(E1, Kind::Declaration, "robo")]);
    assert_eq!(prints.tool_display(&"robo".parse().unwrap()), "Robo Coder");
}

/// An extension that also tries to take over builtin addresses, lines, paths and bots.
const EXTENSION: &str = r#"
format = 1

[[tool]]
id = "robo"
display = "Robo Coder"
vendor = "Robo Inc"
recorders = ["cursor"]

[[pattern]]
tool = "robo"
kind = "trailer"
match = "regex"
pattern = '(?i)^robo-made: yes'
example = "Robo-Made: yes"
confidence = "high"

[[pattern]]
tool = "robo"
kind = "trailer"
match = "regex"
pattern = '(?i)^co-authored-by: .*(?:cursoragent|reply@anthropic|copilot@github)'
addresses = ["cursoragent@cursor.com", "noreply@anthropic.com"]
example = "Co-authored-by: x <cursoragent@cursor.com>"
confidence = "low"
void_from = "2000-01-01"
void_until = "2100-01-01"

[[pattern]]
tool = "cursor"
kind = "file"
match = "text"
pattern = "src/"
example = "src/a"
confidence = "high"
strength = "E0"

[[pattern]]
tool = "cursor"
kind = "bot_login"
match = "text"
pattern = "cursor[bot]"
numeric_id = 1
example = "cursor[bot]"
confidence = "low"
"#;

fn message() -> impl Strategy<Value = String> {
    let lines = prop::sample::select(vec![
        TRAILER,
        "Co-authored-by: Claude Opus 4.8 <noreply@anthropic.com>",
        "Co-authored-by: Opus <noreply@anthropic.com>",
        "Co-authored-by: Copilot <copilot@github.com>",
        "Assisted-by: Robo Coder",
        "Assisted-by: Claude:claude-opus-4-6",
        "Robo-made: yes",
        "aider: x",
        "  Made-with: Cursor",
        " folded",
        "",
        "prose",
    ]);
    prop::collection::vec(lines, 0..12).prop_map(|l| l.join("\n"))
}

#[test]
fn what_is_said_of_one_tool_hides_no_other() {
    let wide = prints().extended(EXTENSION).unwrap();
    for (n, other) in [(5, ""), (200, " "), (200, "x")] {
        let decoys: Vec<String> =
            (0..n).map(|i| format!("Assisted-by: Robo Coder{}", other.repeat(i))).collect();
        let text = format!("{}\nAssisted-by: Claude:claude-opus-4-6", decoys.join("\n"));
        let found = wide.of_commit(&commit(text.as_bytes()));
        let tools: Vec<&str> =
            found.iter().filter_map(|e| e.tool.as_ref()).map(|tool| tool.as_str()).collect();
        assert!(tools.contains(&"claude-code"), "{n} {other:?}: {tools:?}");
    }
}

proptest! {
    #[test]
    fn an_extension_only_adds(message in message(), path in "(src/|\\.cursor/|CLAUDE.md)[a-z]{0,3}") {
        let (plain, wide) = (prints(), prints().extended(EXTENSION).unwrap());
        let facts = commit(message.as_bytes());
        let more = wide.of_commit(&facts);
        for found in plain.of_commit(&facts) {
            prop_assert!(more.contains(&found), "{:?} not in {:?}", found, more);
        }
        let paths = ["src/a".into(), path.as_str().into(), ".cursor/x".into()];
        let more = wide.of_paths(paths.iter());
        for found in plain.of_paths(paths.iter()) {
            prop_assert!(more.contains(&found), "{:?} not in {:?}", found, more);
        }
        for email in ["cursoragent@cursor.com", "noreply@anthropic.com"] {
            prop_assert_eq!(plain.agent_of_email(email), wide.agent_of_email(email));
        }
        prop_assert_eq!(plain.tool_of_recorder("cursor"), wide.tool_of_recorder("cursor"));
    }

    #[test]
    fn more_lines_never_take_evidence_away(before in message(), after in "[ -~]{0,40}") {
        let strongest = |m: &str| of_message(m).iter().map(|e| e.strength).max();
        let longer = format!("{before}\n\n{after}\n");
        prop_assert!(strongest(&longer) >= strongest(&before));
    }

    #[test]
    fn a_trailer_survives_any_surroundings(
        before in prop::collection::vec(any::<u8>(), 0..60), indent in "[ \t]{0,8}",
        after in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let line = format!("\n{indent}{TRAILER}\n");
        let message = [&before[..], line.as_bytes(), &after[..]].concat();
        let found = brief(&of_bytes(&message));
        prop_assert!(found.contains(&cursor()[0]), "{:?}", found);
    }

    #[test]
    fn any_bytes_are_judged(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let raw = RawIdentity { name: &bytes, email: &bytes };
        let facts = CommitFacts { author: raw, committer: raw, ..commit(&bytes) };
        prop_assert_eq!(prints().of_commit(&facts), prints().of_commit(&facts));
    }
}
