//! Cursor: trailers where the agent runs the commit, and the cloud agent's own identity.

use crate::support::*;

const CLOUD: &str = "cursor-cloud-agent";

#[test]
fn the_agents_trailer() {
    let wanted = [sign(E2, Kind::Trailer, "cursor")];
    expect(of_message("x\n\nCo-authored-by: Cursor <cursoragent@cursor.com>\n"), &wanted);
    expect(of_message("x\n\nCo-authored-by: Cursor Agent <CursorAgent@cursor.com>\n"), &wanted);
}

#[test]
fn made_with_cursor() {
    expect(of_message("x\n\nMade-with: Cursor\n"), &[sign(E2, Kind::Trailer, "cursor")]);
    silent(of_message("x\n\nMade-with: Cursors and care\n"));
}

#[test]
fn the_request_footer() {
    let footer = "Fixes a bug.\n\nMade with [Cursor](https://cursor.com)\n";
    expect(of_body(footer), &[sign(E2, Kind::RequestBody, "cursor")]);
    // Forges paste descriptions into squash commits.
    expect(of_message(footer), &[sign(E2, Kind::BodyMarker, "cursor")]);
}

#[test]
fn the_cloud_agent_signs_as_author() {
    let agent = "Cursor Agent <cursoragent@cursor.com>";
    expect(of_author(agent), &[sign(E2, Kind::Email, CLOUD)]);
    expect(of_committer(agent), &[sign(E2, Kind::Email, CLOUD)]);
    let bot = "cursor[bot] <206951365+cursor[bot]@users.noreply.github.com>";
    expect(of_author(bot), &[sign(E2, Kind::Email, CLOUD)]);
    expect(of_author("Composer <composer@anysphere.co>"), &[sign(E2, Kind::Email, "cursor")]);
}

#[test]
fn the_cloud_agents_account() {
    expect(of_bot("cursor[bot]", 206_951_365), &[sign(E4, Kind::BotAccount, CLOUD)]);
}

#[test]
fn the_cloud_agents_description() {
    for body in [
        "<!-- CURSOR_AGENT_PR_BODY_BEGIN -->\nx",
        "https://cursor.com/agents/bc-0000",
        "https://cursor.com/agents?id=bc-0000",
        "https://cursor.com/background-agent?bcId=bc-0000",
    ] {
        expect(of_body(body), &[sign(E2, Kind::RequestBody, CLOUD)]);
    }
    silent(of_body("see https://cursor.com/agents"));
}

#[test]
fn the_cloud_agents_branch_only_asks() {
    let wanted = [sign(E0, Kind::Branch, CLOUD)];
    expect(prints().of_branch("cursor/fix-login-redirect-9f3a"), &wanted);
    expect(prints().of_branch("refs/heads/cursor/fix-login-redirect-9f3a"), &wanted);
    silent(prints().of_branch("cursor/blink-rate"));
}

#[test]
fn configuration_only_asks() {
    expect(of_path(".cursor/rules/x.mdc"), &[sign(E0, Kind::File, "cursor")]);
    silent(of_path("src/cursor/mod.rs"));
}

#[test]
fn a_declaration_names_it() {
    expect(
        of_message("x\n\nAssisted-by: Cursor:composer-2\n"),
        &[modelled(E1, Kind::Declaration, "cursor", "composer-2")],
    );
}

#[test]
fn tab_completions_leave_nothing() {
    silent(of_message("move the cursor to the end of the line\n\nCursor: blink faster\n"));
}
