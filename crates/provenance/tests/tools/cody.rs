//! Cody leaves nothing; Amp, which came after it, leaves two trailers.

use crate::support::*;
use obstat_model::assistance::AssistanceVerdict;

#[test]
fn cody_leaves_nothing() {
    silent(of_message("feat: add retry\n\nWritten with a code assistant in the editor.\n"));
    silent(of_author("Cody Miller <cody@example.com>"));
    silent(of_message("x\n\nAssisted-by: Cody Miller <cody@example.com>\n"));
}

#[test]
fn the_unconfirmed_account_only_asks() {
    let found = of_bot("sourcegraph-cody[bot]", 201_248_094);
    expect(found.clone(), &[sign(E0, Kind::BotAccount, "cody")]);
    assert_eq!(verdict(found), AssistanceVerdict::Undisclosed);
}

#[test]
fn a_declaration_names_it() {
    expect(of_message("x\n\nAssisted-by: Cody\n"), &[sign(E1, Kind::Declaration, "cody")]);
    expect(
        of_message("x\n\nAssisted-by: cody:claude-3.5-sonnet\n"),
        &[modelled(E1, Kind::Declaration, "cody", "claude-3.5-sonnet")],
    );
}

#[test]
fn amp_leaves_thread_and_co_author() {
    let thread =
        "Amp-Thread-ID: https://ampcode.com/threads/T-00000000-0000-7000-8000-000000000000";
    let wanted = [sign(E2, Kind::Trailer, "amp")];
    expect(of_message(&format!("x\n\n{thread}\n")), &wanted);
    expect(of_message("x\n\nCo-authored-by: Amp <amp@ampcode.com>\n"), &wanted);
    assert_eq!(prints().agent_of_email("amp@ampcode.com").unwrap().as_str(), "amp");
    silent(of_message("x\n\nsee https://ampcode.com/manual\n"));
}
