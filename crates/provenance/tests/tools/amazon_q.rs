//! Amazon Q Developer: the command line leaves nothing in commits, the GitHub app has an account.

use crate::support::*;
use obstat_model::assistance::AssistanceVerdict;

const APP: &str = "amazon-q-developer-github";
const CLI: &str = "amazon-q-developer";
const BOT: &str =
    "amazon-q-developer[bot] <208079219+amazon-q-developer[bot]@users.noreply.github.com>";

#[test]
fn the_command_line_leaves_nothing() {
    silent(of_message("feat: add retry\n\nAdd a retry with jitter to the client.\n"));
    silent(of_message(
        "Fix the query that Amazon Q runs\n\nSigned-off-by: Jane Doe <jane@amazon.com>\n",
    ));
}

#[test]
fn the_app_is_known_by_its_account() {
    expect(of_bot("amazon-q-developer[bot]", 208_079_219), &[sign(E4, Kind::BotAccount, APP)]);
    expect(of_bot("renamed[bot]", 208_079_219), &[sign(E4, Kind::BotAccount, APP)]);
}

#[test]
fn the_app_signs_as_author_and_committer() {
    expect(of_author(BOT), &[sign(E2, Kind::Email, APP)]);
    expect(of_committer(BOT), &[sign(E2, Kind::Email, APP)]);
    expect(
        of_author("Q <amazon-q-developer[bot]@users.noreply.github.com>"),
        &[sign(E2, Kind::Email, APP)],
    );
    expect(of_message(&format!("x\n\nCo-authored-by: {BOT}\n")), &[sign(E2, Kind::Email, APP)]);
}

#[test]
fn the_branch_only_asks() {
    let found = prints().of_branch("Q-DEV-issue-42-1746600000");
    expect(found.clone(), &[sign(E0, Kind::Branch, APP)]);
    assert_eq!(verdict(found), AssistanceVerdict::Undisclosed);
    silent(prints().of_branch("q-dev-notes"));
}

#[test]
fn the_issue_label_is_somebodys_word() {
    expect(of_label("Amazon Q development agent"), &[sign(E1, Kind::IssueLabel, APP)]);
    silent(of_label("amazon q"));
}

#[test]
fn configuration_only_asks() {
    for path in ["AmazonQ.md", ".amazonq/rules/git.rule.md"] {
        expect(of_path(path), &[sign(E0, Kind::File, CLI)]);
    }
    silent(of_path("docs/AmazonQ.md.txt"));
}

#[test]
fn the_invented_address_never_decides() {
    let found = of_message("x\n\nCo-authored-by: Amazon Q Developer <noreply@amazon.com>\n");
    expect(found.clone(), &[sign(E0, Kind::Trailer, CLI)]);
    assert_eq!(verdict(found), AssistanceVerdict::Undisclosed);
    assert_eq!(prints().agent_of_email("noreply@amazon.com"), None);
}

#[test]
fn a_declaration_names_it() {
    expect(
        of_message("x\n\nAssisted-by: amazon-q-developer:claude-sonnet-4\n"),
        &[modelled(E1, Kind::Declaration, CLI, "claude-sonnet-4")],
    );
    expect(
        of_message("x\n\nAssisted-by: Amazon Q Developer\n"),
        &[sign(E1, Kind::Declaration, CLI)],
    );
}
