//! Names of owners and whom the roster knows by them.

use super::*;
use crate::codeowners::Dialect::GitHub;

#[test]
fn names_are_logins_ids_teams_and_addresses() {
    check(
        GitHub,
        &[
            ("* @MIRAS", "a", "mira"),
            ("* @miras", "a", "mira"),
            ("* @omar-gh", "a", "omar"),
            ("* @Omar", "a", "omar"),
            ("* @org/pay", "a", "team pay"),
            ("* @Org/PAY", "a", "team pay"),
            ("* @pay", "a", "team pay"),
            ("* @group/sub/web", "a", "team web"),
            ("* Omar@Example.com", "a", "omar"),
        ],
    );
}

#[test]
fn what_the_roster_does_not_know_stays_unknown() {
    check(
        GitHub,
        &[
            ("* @ghost", "a", "?@ghost"),
            ("* @org/ghosts", "a", "?@org/ghosts"),
            ("* ghost@example.com", "a", "?ghost@example.com"),
            ("* @ghost @mira", "a", "?@ghost, mira"),
        ],
    );
}

#[test]
fn ambiguous_names_and_robots_are_nobody() {
    check(
        GitHub,
        &[
            // Two people on two hosts, or a person here and a robot there.
            ("* @shared", "a", "?@shared"),
            ("* @builder", "a", "?@builder"),
            ("* @robo", "a", "?@robo"),
            ("* robo@example.com", "a", "?robo@example.com"),
            // Two teams whose names differ only in case.
            ("* @org/docs", "a", "?@org/docs"),
            // A team is looked for by the last part of a name only.
            ("* @ops/db", "a", "?@ops/db"),
        ],
    );
}

#[test]
fn a_login_comes_before_an_id() {
    let text = ROSTER.replace("login: omar-gh", "login: hana");
    let roster = parse_roster(&text, "roster.yaml").unwrap();
    let file = CodeOwners::parse(GitHub, "* @hana", &roster).unwrap();
    let wanted = PathOwner::Person("omar".parse().unwrap());
    assert_eq!(file.owners(&"a".into()).groups[0].owners, [wanted]);
}
