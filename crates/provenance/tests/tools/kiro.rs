//! Kiro: the IDE and the command line leave nothing in commits, the autonomous agent has accounts.

use crate::support::*;
use obstat_model::assistance::AssistanceVerdict;

const AGENT: &str = "kiro-autonomous-agent";

#[test]
fn the_ide_leaves_nothing() {
    silent(of_message("feat: add retry\n\nImplements task 3 of the spec.\n"));
}

#[test]
fn the_agent_is_known_by_its_accounts() {
    expect(of_bot("kiro-agent[bot]", 245_459_735), &[sign(E4, Kind::BotAccount, AGENT)]);
}

#[test]
fn the_agent_signs_as_author() {
    let bot = "kiro-agent[bot] <245459735+kiro-agent[bot]@users.noreply.github.com>";
    expect(of_author(bot), &[sign(E2, Kind::Email, AGENT)]);
    let user = "Kiro Agent <244629292+kiro-agent@users.noreply.github.com>";
    let wanted = [sign(E2, Kind::Email, AGENT), sign(E1, Kind::PersonName, AGENT)];
    expect(of_author(user), &wanted);
    expect(of_committer(user), &wanted);
    expect(of_message(&format!("x\n\nCo-authored-by: {user}\n")), &wanted);
}

#[test]
fn the_display_name_alone_is_weak() {
    expect(of_author("Kiro Agent <x@example.com>"), &[sign(E1, Kind::PersonName, AGENT)]);
    silent(of_author("Kiro <kiro@example.com>"));
    silent(of_author("Kiro Agentson <kiro@example.com>"));
}

#[test]
fn the_issue_label_is_somebodys_word() {
    expect(of_label("kiro"), &[sign(E1, Kind::IssueLabel, AGENT)]);
    silent(of_label("kiro-ui"));
}

#[test]
fn unconfirmed_addresses_only_ask() {
    for email in ["kiro@aws.amazon.com", "kiro-noreply@amazon.com", "kiro-agent@amazon.com"] {
        let found = of_author(&format!("K <{email}>"));
        expect(found.clone(), &[sign(E0, Kind::Email, "kiro")]);
        assert_eq!(verdict(found), AssistanceVerdict::Undisclosed);
        assert_eq!(prints().agent_of_email(email), None);
    }
}

#[test]
fn configuration_only_asks() {
    expect(of_path(".kiro/specs/x/tasks.md"), &[sign(E0, Kind::File, "kiro")]);
    silent(of_path(".kirora/x"));
}

#[test]
fn a_declaration_names_it() {
    expect(of_message("x\n\nAssisted-by: Kiro\n"), &[sign(E1, Kind::Declaration, "kiro")]);
    expect(
        of_message("x\n\nAssisted-by: kiro:claude-sonnet-4.5\n"),
        &[modelled(E1, Kind::Declaration, "kiro", "claude-sonnet-4.5")],
    );
}
