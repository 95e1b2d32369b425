//! All other tools of the data: each row's example, met in the place where it belongs.

use crate::support::*;
use obstat_model::evidence::Evidence;

const ROWS: &str = include_str!("../fixtures/fingerprints.jsonl");

#[derive(Debug)]
struct Row {
    tool: String,
    kind: String,
    example: String,
    numeric_id: Option<u64>,
    low: bool,
}

fn rows() -> Vec<Row> {
    let read = |line: &str| {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| row[key].as_str().unwrap().to_owned();
        Row {
            tool: text("tool"),
            kind: text("kind"),
            example: text("example"),
            numeric_id: row["numeric_id"].as_u64(),
            low: row["confidence"] == "low",
        }
    };
    ROWS.lines().map(read).collect()
}

fn found(row: &Row) -> Vec<Evidence> {
    let example = row.example.as_str();
    match row.kind.as_str() {
        "trailer" | "body_marker" => of_message(&format!("subject\n\n{example}\n")),
        "pr_body" => of_body(&format!("text\n\n{example}\n")),
        "author_email" => of_author(&format!("Somebody <{example}>")),
        "person_name" => of_author(&format!("{example} <x@example.com>")),
        "bot_login" => of_account("github.com", example, row.numeric_id),
        "branch_prefix" => prints().of_branch(example),
        "issue_label" => of_label(example),
        "file" => of_path(example),
        "note_ref" => Vec::new(),
        other => panic!("unknown kind {other}"),
    }
}

#[test]
fn every_row_gives_its_tool_at_its_strength() {
    for row in rows().iter().filter(|r| r.kind != "note_ref" && r.tool != "any") {
        let found = found(row);
        let own: Vec<_> = found
            .iter()
            .filter(|e| e.tool.as_ref().is_some_and(|t| t.as_str() == row.tool))
            .collect();
        let best = own.iter().map(|e| e.strength).max();
        let wanted = match row.kind.as_str() {
            _ if row.low => E0,
            "branch_prefix" | "file" => E0,
            "issue_label" => E1,
            "person_name" if row.example == "Kiro Agent" => E1,
            "bot_login" => E4,
            _ => E2,
        };
        assert_eq!(best, Some(wanted), "{row:?}: {found:#?}");
    }
}

#[test]
fn every_trailer_and_footer_counts_in_descriptions_too() {
    let text = |r: &&Row| ["trailer", "body_marker", "pr_body"].contains(&r.kind.as_str());
    for row in rows().iter().filter(text) {
        assert!(!of_body(&row.example).is_empty(), "{row:?}");
    }
}

#[test]
fn declarations_name_tool_and_model() {
    expect(
        of_message("x\n\nGenerated-by: OpenCode:claude-opus-4.6\n"),
        &[modelled(E1, Kind::Declaration, "opencode", "claude-opus-4.6")],
    );
    expect(of_message("x\n\nAi-assisted: true\n"), &[(E1, Kind::Declaration, None, None)]);
    expect(
        of_body("Assisted-by: ChatGPTv5"),
        &[(E1, Kind::Declaration, None, Some("ChatGPTv5".into()))],
    );
    expect(
        of_message("x\n\nAssisted-by: Crush <crush@charm.land>\n"),
        &[sign(E2, Kind::Trailer, "crush"), sign(E1, Kind::Declaration, "crush")],
    );
}

#[test]
fn checkpoints_of_recorders() {
    let message = "x\n\nEntire-Checkpoint: a3b2c4d5e6f7\n";
    expect(of_message(message), &[sign(E2, Kind::Checkpoint, "entire")]);
    let fingerprints = prints();
    let refs: Vec<_> = fingerprints.recorder_refs().map(|(t, r)| format!("{t} {r}")).collect();
    assert_eq!(refs, ["git-ai refs/notes/ai", "entire refs/heads/entire/checkpoints/v1"]);
}

#[test]
fn renamed_bots_are_known_by_number() {
    expect(of_bot("Copilot", 198_982_749), &[sign(E4, Kind::BotAccount, "copilot-coding-agent")]);
    expect(of_bot("lovable-dev[bot]", 159_125_892), &[sign(E4, Kind::BotAccount, "lovable")]);
}

#[test]
fn every_tool_can_be_shown_and_declared() {
    let fingerprints = prints();
    for row in rows() {
        let tool = row.tool.parse().unwrap();
        assert!(!fingerprints.tool_display(&tool).is_empty());
        assert!(fingerprints.tool_vendor(&tool).is_some(), "{tool}");
        let people = ["any", "git-ai", "entire", "agent-trace", "specstory"];
        let declared = of_message(&format!("x\n\nAssisted-by: {tool}:some-model\n"));
        let wanted = [modelled(E1, Kind::Declaration, tool.as_str(), "some-model")];
        let wanted = if people.contains(&tool.as_str()) { &[] } else { &wanted[..] };
        expect(declared, wanted);
    }
    let unknown = "made-up".parse().unwrap();
    assert_eq!(
        (fingerprints.tool_display(&unknown), fingerprints.tool_vendor(&unknown)),
        ("made-up", None)
    );
}

#[test]
fn agents_of_emails() {
    for (email, tool) in [
        ("CursorAgent@cursor.com", "cursor-cloud-agent"),
        ("198982749+Copilot@users.noreply.github.com", "copilot-coding-agent"),
        ("223556219+Copilot@users.noreply.github.com", "copilot-cli"),
        ("copilot@github.com", "vscode-copilot"),
        ("noreply@openai.com", "codex"),
        ("noreply@continue.dev", "continue-cli"),
        ("agent@warp.dev", "warp"),
    ] {
        assert_eq!(prints().agent_of_email(email).unwrap().as_str(), tool, "{email}");
    }
}

#[test]
fn an_accepted_autofix_names_itself_and_its_account_alone_is_no_sign() {
    let account = "62310815+github-advanced-security[bot]@users.noreply.github.com";
    expect(
        of_message(&format!("x\n\nCo-authored-by: Copilot Autofix powered by AI <{account}>\n")),
        &[sign(E2, Kind::Trailer, "copilot-review")],
    );
    silent(of_message(&format!(
        "x\n\nCo-authored-by: github-advanced-security[bot] <{account}>\n"
    )));
}

/// Cline's makers have addresses at `cline.bot`, and their evaluations an address of nobody.
#[test]
fn cline_s_agents_are_told_from_the_people_who_make_it() {
    for line in [
        "Co-authored-by: Cline Agent <cline-agent@users.noreply.github.com>",
        "Co-authored-by: cline-cloud[bot] <276134852+cline-cloud[bot]@users.noreply.github.com>",
    ] {
        let found = of_message(&format!("x\n\n{line}\n"));
        assert!(
            found.iter().any(|e| e.tool.as_ref().is_some_and(|t| t.as_str() == "cline")),
            "{line}"
        );
        assert!(found.iter().all(|e| e.strength == E2), "{found:?}");
    }
    for line in [
        "Co-authored-by: Robin Newhouse <robin@cline.bot>",
        "Co-authored-by: Cline Evaluation <cline@example.com>",
    ] {
        silent(of_message(&format!("x\n\n{line}\n")));
    }
}
