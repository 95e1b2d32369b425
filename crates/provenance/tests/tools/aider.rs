//! Aider by version: name suffixes up to 0.82, two addresses after, prefixes where asked for.

use crate::support::*;

const TOOL: &str = "aider";

#[test]
fn up_to_0_82_the_author_has_a_suffix() {
    expect(of_author("Jane Doe (aider) <jane@example.com>"), &[sign(E2, Kind::PersonName, TOOL)]);
}

#[test]
fn a_committer_suffix_alone_is_no_sign() {
    silent(of_committer("Jane Doe (aider) <jane@example.com>"));
}

#[test]
fn a_squash_turns_the_author_into_a_co_author() {
    expect(
        of_message("x (#12)\n\nCo-authored-by: Jane Doe (aider) <jane@example.com>\n"),
        &[sign(E2, Kind::PersonName, TOOL)],
    );
}

#[test]
fn from_0_83_the_trailer_names_the_model() {
    // The third is of the time between releases.
    for email in ["aider@aider.chat", "noreply@aider.chat", "noreply@aider.dev"] {
        expect(
            of_message(&format!("x\n\nCo-authored-by: aider (gpt-4o) <{email}>\n")),
            &[modelled(E2, Kind::Trailer, TOOL, "gpt-4o")],
        );
        assert_eq!(prints().agent_of_email(email).unwrap().as_str(), TOOL);
    }
}

#[test]
fn the_subject_prefix() {
    expect(of_message("aider: add retry\n"), &[sign(E2, Kind::BodyMarker, TOOL)]);
    expect(of_message("Squashed\n\n    aider: add retry\n"), &[sign(E2, Kind::BodyMarker, TOOL)]);
    expect(of_message("Retry (#3)\n\n* aider: add retry\n"), &[sign(E2, Kind::BodyMarker, TOOL)]);
    silent(of_message("fix raider: add retry\n"));
    silent(of_message("docs: how aider: works\n"));
}

#[test]
fn configuration_only_asks() {
    expect(of_path(".aider.conf.yml"), &[sign(E0, Kind::File, TOOL)]);
}

#[test]
fn with_attribution_off_nothing_is_left() {
    silent(of_message("feat: add retry\n"));
}

#[test]
fn a_declaration_names_it() {
    expect(
        of_message("x\n\nAssisted-by: aider:deepseek-v3\n"),
        &[modelled(E1, Kind::Declaration, TOOL, "deepseek-v3")],
    );
}
