//! Raising waits, lowering acts at once, nobody becomes a stranger, and nothing is granted twice.

use super::*;
use crate::roster::parse_roster;
use crate::roster::samples::{MOMENTS, PATHS, rosters};
use obstat_model::level::{Ladder, Level};
use obstat_model::roster::{Actor, KeyId};
use proptest::prelude::*;

const KEY: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4F1r7lHSHqU4FHTSSS7Ip5DHVmsS0oUvZ+wuyJbNG5";

const BASE: &str = "
version: 1
ladder: [junior, mid, senior]
owners: {people: [mira], quorum: 1}
delay: 24h
scopes: {pay: [pay/**], web: [web/**]}
people:
  mira:
    levels: [{level: senior, since: 2020-01-01}]
    keys: [KEY]
    emails: [mira@x.org]
  omar:
    levels: [{level: mid, since: 2020-01-01}]
    teams: [pay]
    emails: [omar@x.org]
    accounts: [{host: git, login: omar}]
  hana: {emails: [hana@x.org]}
agents:
  robo: {emails: [robo@x.org], operator: omar}
services:
  ci: {emails: [ci@x.org]}
";

fn read(text: &str) -> Roster {
    parse_roster(&text.replace("KEY", KEY), "roster.yaml").unwrap()
}

/// The base with some text replaced.
fn with(changes: &[(&str, &str)]) -> Roster {
    let mut text = BASE.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    read(&text)
}

fn base() -> Roster {
    read(BASE)
}

fn person<'a>(roster: &'a Roster, id: &str) -> &'a Person {
    roster.person(&id.parse().unwrap()).unwrap()
}

fn who(id: &str) -> Option<Actor> {
    Some(Actor::Person(id.parse().unwrap()))
}

const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);

/// The highest level on a path, as decisions find it, in the ladder of another roster.
fn level_in(
    ladder: &Ladder,
    roster: &Roster,
    id: &PersonId,
    (at, path): (Timestamp, &str),
) -> Option<Level> {
    let parts = roster.parts();
    let covers = |name: &ScopeName| {
        let scope = parts.scopes.iter().find(|s| s.name == *name);
        scope.is_some_and(|s| s.paths.iter().any(|p| p == path || p.starts_with(path)))
    };
    let grants = roster.person(id).into_iter().flat_map(|p| &p.levels);
    let here = grants.filter(|g| g.scopes.is_empty() || g.scopes.iter().any(covers));
    let held = here.filter(|g| g.holds_at(at)).filter_map(|g| parts.ladder.name(g.level));
    held.filter_map(|name| ladder.level(name.as_str())).max()
}

fn level_name(roster: &Roster, id: &str, path: &str) -> String {
    let ladder = &roster.parts().ladder;
    let level = level_in(ladder, roster, &id.parse().unwrap(), (NOW, path));
    let name = level.and_then(|l| ladder.name(l));
    name.map_or_else(|| "none".to_owned(), ToString::to_string)
}

const OMAR: &str = "level: mid, since: 2020-01-01";

#[test]
fn a_raise_waits_and_a_lowering_does_not() {
    let raised = with(&[(OMAR, "level: senior, since: 2020-01-01")]);
    assert_eq!(level_name(&raised, "omar", ""), "senior");
    assert_eq!(level_name(&meet(&raised, &base()), "omar", ""), "mid");
    assert_eq!(level_name(&meet(&base(), &raised), "omar", ""), "mid");
    let lowered = with(&[(OMAR, "level: junior, since: 2020-01-01")]);
    assert_eq!(level_name(&meet(&lowered, &base()), "omar", ""), "junior");
    let gone = with(&[("[{level: mid, since: 2020-01-01}]", "[]")]);
    assert_eq!(level_name(&meet(&gone, &base()), "omar", ""), "none");
}

#[test]
fn three_versions_grant_what_all_do() {
    let raised = with(&[(OMAR, "level: senior, since: 2020-01-01")]);
    let dip = with(&[(OMAR, "level: junior, since: 2020-01-01")]);
    assert_eq!(level_name(&meet(&meet(&raised, &base()), &dip), "omar", ""), "junior");
    assert_eq!(level_name(&meet(&meet(&raised, &dip), &base()), "omar", ""), "junior");
    // A person who was gone in between waits as a new one does.
    let without = with(&[("operator: omar", "tool: robo"), ("  omar:\n", "  other:\n")]);
    assert_eq!(level_name(&meet(&meet(&base(), &without), &base()), "omar", ""), "none");
}

#[test]
fn the_same_roster_is_itself() {
    assert_eq!(meet(&base(), &base()), base());
}

#[test]
fn a_new_key_waits_and_a_removed_one_is_gone() {
    let without = {
        let mut parts = base().parts().clone();
        parts.people[0].keys.clear();
        Roster::new(parts)
    };
    assert!(person(&meet(&base(), &without), "mira").keys.is_empty());
    assert!(person(&meet(&without, &base()), "mira").keys.is_empty());
    assert_eq!(person(&meet(&base(), &base()), "mira").keys.len(), 1);
}

#[test]
fn a_key_holds_while_both_say_so() {
    let dated = |text: &str| with(&[("[KEY]", &format!("[KEY, {{key: {OTHER}, {text}}}]"))]);
    let both = meet(&dated("since: 2021-01-01"), &dated("until: 2022-01-01"));
    let key = &person(&both, "mira").keys[1];
    assert_eq!(key.since, Timestamp::parse("2021-01-01").ok());
    assert_eq!(key.until, Timestamp::parse("2022-01-01").ok());
}

/// A key by its form; it verifies nothing.
const OTHER: &str = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBAAAAAAA\
AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\
";

#[test]
fn a_key_that_changes_hands_signs_for_nobody() {
    let moved = {
        let mut parts = base().parts().clone();
        let keys = std::mem::take(&mut parts.people[0].keys);
        parts.people[1].keys = keys;
        Roster::new(parts)
    };
    let id: KeyId = person(&base(), "mira").keys[0].id;
    assert!(meet(&moved, &base()).by_key(id).is_none());
}

#[test]
fn a_new_team_waits_and_a_left_one_does_not() {
    let more = with(&[("teams: [pay]", "teams: [pay, web]")]);
    assert_eq!(person(&meet(&more, &base()), "omar").teams.len(), 1);
    let less = with(&[("teams: [pay]", "teams: []")]);
    assert!(person(&meet(&less, &base()), "omar").teams.is_empty());
}

#[test]
fn a_new_owner_waits_and_the_larger_quorum_holds() {
    let keys = format!("    teams: [pay]\n    keys: [{OTHER}]");
    let two = with(&[
        ("{people: [mira], quorum: 1}", "{people: [mira, omar], quorum: 2}"),
        ("    teams: [pay]", &keys),
    ]);
    let both = meet(&two, &base());
    assert_eq!(both.parts().owners.people, ["mira".parse().unwrap()]);
    assert_eq!(both.parts().owners.quorum, 2);
    let back = meet(&base(), &two);
    assert_eq!(back.parts().owners.people, ["mira".parse().unwrap()]);
    assert_eq!(back.parts().owners.quorum, 2);
}

#[test]
fn people_who_are_new_or_gone_are_known_and_powerless() {
    let more = with(&[("  hana:", "  ivo: {emails: [ivo@x.org], teams: [pay]}\n  hana:")]);
    for (newer, older) in [(&more, &base()), (&base(), &more)] {
        let both = meet(newer, older);
        assert_eq!(both.by_email("ivo@x.org"), who("ivo"));
        let ivo = person(&both, "ivo");
        assert!(ivo.teams.is_empty() && ivo.levels.is_empty() && ivo.keys.is_empty());
    }
}

#[test]
fn leaving_acts_at_once_and_coming_back_waits() {
    let left = with(&[("  hana: {", "  hana: {left: 2021-01-01, ")]);
    for (newer, older) in [(&left, &base()), (&base(), &left)] {
        assert!(!person(&meet(newer, older), "hana").is_here_at(NOW));
    }
}

#[test]
fn identities_are_joined() {
    let other = with(&[
        ("omar@x.org", "o@x.org"),
        ("login: omar", "login: om"),
        ("robo@x.org", "bot@x.org"),
        (", operator: omar", ""),
    ]);
    let both = meet(&other, &base());
    for email in ["omar@x.org", "o@x.org"] {
        assert_eq!(both.by_email(email), who("omar"));
    }
    assert_eq!(both.by_login("git", "omar"), who("omar"));
    assert_eq!(both.by_login("git", "om"), who("omar"));
    let robo = Some(Actor::Agent("robo".parse().unwrap()));
    assert_eq!(both.by_email("robo@x.org"), robo);
    assert_eq!(both.by_email("bot@x.org"), robo);
    // Who ran it until now is not forgotten.
    let operator = both.agent(&"robo".parse().unwrap()).unwrap().operators.first().cloned();
    assert_eq!(operator.map(Actor::Person), who("omar"));
}

#[test]
fn an_agent_that_changes_hands_is_run_by_both() {
    let other = with(&[("operator: omar", "operator: hana")]);
    let both = meet(&other, &base());
    let robo = both.agent(&"robo".parse().unwrap()).unwrap();
    let names: Vec<&str> = robo.operators.iter().map(|p| p.as_str()).collect();
    assert_eq!(names, ["hana", "omar"]);
}

#[test]
fn an_agent_that_was_removed_still_is_one() {
    let without = with(&[("agents:\n  robo: {emails: [robo@x.org], operator: omar}\n", "")]);
    let both = meet(&without, &base());
    assert_eq!(both.by_email("robo@x.org"), Some(Actor::Agent("robo".parse().unwrap())));
}

/// Given to either, the other's part in a change would be hidden.
#[test]
fn an_identity_that_moves_is_nobodys_until_then() {
    let swapped = with(&[
        ("omar@x.org", "tmp@x.org"),
        ("hana@x.org", "omar@x.org"),
        ("login: omar", "login: om"),
        ("hana: {", "hana: {accounts: [{host: git, login: omar}], "),
    ]);
    for (newer, older) in [(&swapped, &base()), (&base(), &swapped)] {
        let both = meet(newer, older);
        assert_eq!(both.by_email("omar@x.org"), None);
        assert_eq!(both.by_login("git", "omar"), None);
        assert_eq!(both.by_email("tmp@x.org"), who("omar"));
        assert_eq!(both.by_email("hana@x.org"), who("hana"));
    }
    // An address of somebody who is gone is the new holder's: who is gone signs nothing.
    let inherited = with(&[("  omar:\n", "  otto:\n"), ("operator: omar", "tool: robo")]);
    assert_eq!(meet(&inherited, &base()).by_email("omar@x.org"), who("otto"));
    // A person's address that becomes an agent's is not hers alone.
    let robot = with(&[("omar@x.org", "o@x.org"), ("[robo@x.org]", "[robo@x.org, omar@x.org]")]);
    assert_eq!(meet(&robot, &base()).by_email("omar@x.org"), None);
}

#[test]
fn scopes_narrow() {
    let scoped = |scopes: &str| {
        with(&[(OMAR, &format!("level: mid, since: 2020-01-01, scopes: [{scopes}]"))])
    };
    let (pay, web, two) = (scoped("pay"), scoped("web"), scoped("pay, web"));
    for (newer, older, on_pay, on_web) in [
        (&pay, &base(), "mid", "none"),
        (&base(), &pay, "mid", "none"),
        (&pay, &two, "mid", "none"),
        (&two, &web, "none", "mid"),
        (&pay, &web, "none", "none"),
    ] {
        let both = meet(newer, older);
        assert_eq!(level_name(&both, "omar", "pay/"), on_pay);
        assert_eq!(level_name(&both, "omar", "web/"), on_web);
    }
}

#[test]
fn a_scope_that_grew_waits_and_one_that_shrank_does_not() {
    let here = "level: mid, since: 2020-01-01, scopes: [pay]";
    let small = with(&[(OMAR, here)]);
    let large = with(&[(OMAR, here), ("[pay/**]", "[pay/**, web/**]")]);
    assert_eq!(level_name(&meet(&large, &small), "omar", "web/"), "none");
    assert_eq!(level_name(&meet(&small, &large), "omar", "web/"), "none");
    assert_eq!(level_name(&meet(&small, &large), "omar", "pay/"), "mid");
}

#[test]
fn ladders_may_differ_and_names_decide() {
    let longer = with(&[("[junior, mid, senior]", "[intern, junior, mid, senior]")]);
    assert_eq!(level_name(&meet(&longer, &base()), "omar", ""), "mid");
    assert_eq!(level_name(&meet(&base(), &longer), "omar", ""), "mid");
    let renamed = with(&[
        ("[junior, mid, senior]", "[junior, middle, senior]"),
        (OMAR, "level: middle, since: 2020-01-01"),
    ]);
    assert_eq!(level_name(&meet(&renamed, &base()), "omar", ""), "none");
    // In another order nobody has more than in both: the middle is above the juniors in one and above the
    // seniors in the other.
    let turned = with(&[("[junior, mid, senior]", "[senior, mid, junior]")]);
    let raised = with(&[(OMAR, "level: senior, since: 2020-01-01")]);
    assert_eq!(level_name(&meet(&raised, &turned), "omar", ""), "none");
    assert_eq!(level_name(&meet(&turned, &raised), "omar", ""), "senior");
    assert_eq!(level_name(&meet(&turned, &base()), "omar", ""), "none");
    let moved = with(&[("[junior, mid, senior]", "[mid, junior, senior]")]);
    assert_eq!(level_name(&meet(&moved, &base()), "omar", ""), "mid");
    assert_eq!(level_name(&meet(&moved, &raised), "omar", ""), "mid");
}

#[test]
fn the_longer_delay_holds() {
    let none = with(&[("delay: 24h", "delay: 0s")]);
    assert_eq!(meet(&none, &base()).parts().delay, Seconds(86_400));
    assert_eq!(meet(&base(), &none).parts().delay, Seconds(86_400));
}

fn signs(roster: &Roster, key: KeyId, at: Timestamp) -> Option<Actor> {
    roster.by_key(key).filter(|(_, key)| key.holds_at(at)).map(|(who, _)| who)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Levels, teams, keys, presence and ownership: never more than either roster.
    #[test]
    fn a_meet_never_grants_more_than_either(newer in rosters(), older in rosters()) {
        let both = meet(&newer, &older);
        let ladder = &newer.parts().ladder;
        for one in [&newer, &older] {
            for at in MOMENTS.map(Timestamp::from_unix) {
                for person in &both.parts().people {
                    for path in PATHS {
                        let level = |of| level_in(ladder, of, &person.id, (at, path));
                        prop_assert!(level(&both) <= level(one));
                    }
                    let before = one.person(&person.id);
                    prop_assert!(person.levels.is_empty() || before.is_some());
                    let here = before.is_none_or(|b| b.is_here_at(at));
                    prop_assert!(here || !person.is_here_at(at));
                }
                for key in 1..4 {
                    let key = KeyId([key; 32]);
                    let now = signs(&both, key, at);
                    prop_assert!(now.is_none() || now == signs(one, key, at));
                }
            }
            for person in &both.parts().people {
                let teams = one.person(&person.id).map_or(&[][..], |p| &p.teams);
                prop_assert!(person.teams.iter().all(|t| teams.contains(t)));
            }
            let (owners, had) = (&both.parts().owners, &one.parts().owners);
            prop_assert!(owners.people.iter().all(|p| had.people.contains(p)));
            prop_assert!(owners.quorum >= had.quorum);
        }
    }

    /// Whoever an identity stands for, it stood for in one of them, and in no other for somebody
    /// else who is still there.
    #[test]
    fn attribution_is_joined_and_never_swapped(newer in rosters(), older in rosters()) {
        let both = meet(&newer, &older);
        for n in 0..4 {
            let email = format!("e{n}@x");
            let (new, old) = (newer.by_email(&email), older.by_email(&email));
            let old_stays = match &old {
                Some(Actor::Person(id)) => newer.person(id).is_some(),
                Some(Actor::Agent(_)) => true,
                Some(Actor::Service(_)) | None => false,
            };
            let wanted = match (&new, &old) {
                (Some(a), Some(b)) if a != b && old_stays => None,
                (Some(_), _) => new.clone(),
                (None, Some(Actor::Service(_))) => None,
                (None, _) => old.clone(),
            };
            prop_assert_eq!(both.by_email(&email), wanted, "{}", email);
        }
    }

    /// What both agree on stays, so a version that changes nothing costs nothing.
    #[test]
    fn a_roster_meets_itself(roster in rosters()) {
        prop_assert_eq!(meet(&roster, &roster), roster);
    }

    /// Both orders grant the same where the ladders are the same.
    #[test]
    fn order_matters_only_for_the_ladder(newer in rosters(), older in rosters()) {
        let ladder = newer.parts().ladder.clone();
        let older = Roster::new(RosterParts { ladder, ..older.parts().clone() });
        let (one, two) = (meet(&newer, &older), meet(&older, &newer));
        prop_assert_eq!(&one.parts().owners.quorum, &two.parts().owners.quorum);
        for person in &one.parts().people {
            let other = two.person(&person.id).unwrap();
            prop_assert_eq!(person.left, other.left);
            prop_assert_eq!(person.keys.len(), other.keys.len());
            prop_assert_eq!(person.teams.len(), other.teams.len());
        }
    }
}
