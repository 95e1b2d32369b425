//! Claude Code: trailers by model, the session link, the robot line, and the GitHub action.

use crate::support::*;

const ACTION: &str = "claude-code-action";
const TOOL: &str = "claude-code";

#[test]
fn the_trailer_names_the_model() {
    expect(
        of_message("x\n\nCo-Authored-By: Claude Opus 4.8 (1M context) <noreply@anthropic.com>\n"),
        &[modelled(E2, Kind::Trailer, TOOL, "Claude Opus 4.8 (1M context)")],
    );
    for name in ["Claude", "Claude Code"] {
        for email in ["noreply@anthropic.com", "no-reply@anthropic.com", "NoReply@Anthropic.com"] {
            let message = format!("x\n\nco-authored-by: {name} <{email}>\n");
            expect(of_message(&message), &[sign(E2, Kind::Trailer, TOOL)]);
        }
    }
}

#[test]
fn the_address_speaks_under_another_name() {
    let wanted = [sign(E2, Kind::Email, TOOL)];
    expect(of_message("x\n\nCo-authored-by: Opus <noreply@anthropic.com>\n"), &wanted);
    expect(of_author("Claude <noreply@anthropic.com>"), &wanted);
    expect(of_author("Claude <242468646+Claude@users.noreply.github.com>"), &wanted);
}

#[test]
fn the_session_link() {
    let wanted = [sign(E2, Kind::Trailer, TOOL)];
    let link = "https://claude.ai/code/session_01ABCDEFGHJKLMNPQRSTUVWX";
    expect(of_message(&format!("x\n\nClaude-Session: {link}\n")), &wanted);
    expect(of_message(&format!("x\n\n{link}\n")), &wanted);
}

#[test]
fn the_robot_line_of_older_versions() {
    let line = "🤖 Generated with [Claude Code](https://claude.com/claude-code)";
    let found = of_message(&format!("x\n\n{line}\n"));
    assert!(brief(&found).iter().all(|b| *b == sign(E2, Kind::BodyMarker, TOOL)));
    assert!(!found.is_empty());
    expect(of_message("x\n\nGenerated with Claude Code\n"), &[sign(E2, Kind::BodyMarker, TOOL)]);
}

#[test]
fn the_request_body_names_the_model() {
    let body = "x\n\n🤖 Generated with [Claude Code](https://claude.com/claude-code) (93% 3-shotted by claude-opus-4-5)\n";
    let wanted = modelled(E2, Kind::RequestBody, TOOL, "claude-opus-4-5");
    assert!(brief(&of_body(body)).contains(&wanted), "{:#?}", of_body(body));
}

#[test]
fn the_actions_account_and_address() {
    expect(of_bot("claude[bot]", 209_825_114), &[sign(E4, Kind::BotAccount, ACTION)]);
    let bot = "claude[bot] <209825114+claude[bot]@users.noreply.github.com>";
    expect(of_author(bot), &[sign(E2, Kind::Email, ACTION)]);
}

#[test]
fn the_actions_co_author_is_the_human_who_asked() {
    let message = b"x\n\nCo-authored-by: Jane Doe <jane@users.noreply.github.com>\n";
    silent(prints().of_commit(&commit(message)));
    let people = obstat_provenance::trailer::co_authors(message);
    assert_eq!(people[0].name, "Jane Doe");
    assert_eq!(prints().agent_of_email(&people[0].email), None);
}

#[test]
fn the_actions_branch_only_asks() {
    expect(prints().of_branch("claude/issue-12-20260101"), &[sign(E0, Kind::Branch, ACTION)]);
    silent(prints().of_branch("claudes-branch"));
}

#[test]
fn configuration_only_asks() {
    for path in ["CLAUDE.md", ".claude/settings.json"] {
        expect(of_path(path), &[sign(E0, Kind::File, TOOL)]);
    }
}

#[test]
fn with_attribution_off_nothing_is_left() {
    silent(of_message("feat: add retry\n\nRetries with jitter.\n"));
}

#[test]
fn the_kernels_declaration() {
    expect(
        of_message("x\n\nAssisted-by: Claude:claude-opus-4-6 coccinelle sparse\n"),
        &[modelled(E1, Kind::Declaration, TOOL, "claude-opus-4-6")],
    );
}
