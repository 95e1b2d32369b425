//! Every finding of the roster reader with its place, and the twin that passes.

use super::*;
use crate::roster::key;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use obstat_model::level::Level;
use obstat_model::time::Timestamp;

mod schema;

const GOOD: &str = r#"version: 1
ladder: [junior, mid, senior]
owners:
  people: [mira, omar]
  quorum: 2
delay: 48h
devices:
  makers: .obstat/devices/makers.pem
  models: [2fc0579f-8113-47ea-b116-bb5a8db9202a]
scopes:
  pay: [pay/**, "lib/*.rs"]
people:
  mira:
    name: Mira Sandoval
    levels:
      - {level: mid, since: 2021-03-01, until: 2024-01-01}
      - {level: senior, since: 2024-01-01T00:00:00Z}
    teams: [payments]
    emails: [Mira@Example.com]
    accounts:
      - {host: github.com, login: mira-s, id: "4711"}
    keys:
      - KEY1
  omar:
    levels:
      - {level: junior, since: 2020-05-05}
      - {level: senior, since: 2020-05-05, scopes: [pay]}
    keys:
      - {key: KEY2, since: 2022-02-02, attestation: .obstat/devices/omar}
  hana: {left: 2023-03-03}
agents:
  robo: {tool: robo-cli, emails: [robo@example.com], operator: omar}
services:
  ci:
    emails: [ci@example.com]
    keys: [{key: KEY3, until: 2030-01-01}]
"#;

/// An ed25519 key by its form; it verifies nothing.
fn ed25519(n: u8) -> String {
    line("ssh-ed25519", &[b"ssh-ed25519", &[n; 32]])
}

fn line(kind: &str, fields: &[&[u8]]) -> String {
    let mut blob = Vec::new();
    for field in fields {
        blob.extend(u32::try_from(field.len()).unwrap().to_be_bytes());
        blob.extend(*field);
    }
    format!("{kind} {}", STANDARD.encode(blob))
}

/// The text with keys in place of KEY1 and so on.
fn filled(text: &str) -> String {
    (1..=4).fold(text.to_owned(), |text, n| text.replace(&format!("KEY{n}"), &ed25519(n)))
}

/// The good file with one text replaced.
fn with(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    filled(&GOOD.replacen(from, to, 1))
}

fn parse(text: &str) -> Result<Roster, Vec<Diagnostic>> {
    parse_roster(text, "roster.yaml")
}

/// Code and place of each finding.
fn findings(text: &str) -> Vec<(&'static str, String)> {
    let found = parse(text).err().unwrap_or_default();
    let place = |d: &Diagnostic| text.get(d.span.clone()).unwrap().to_owned();
    found.iter().map(|d| (d.code, place(d))).collect()
}

/// Replaced text, new text, code, and the text at the place of the finding.
type Case = (&'static str, &'static str, &'static str, &'static str);

fn refuse(cases: &[Case]) {
    for (from, to, code, at) in cases {
        let found = findings(&with(from, to));
        let wanted = filled(at);
        let hit = found.iter().any(|(c, place)| {
            c == code && (*place == wanted || at.len() == 1 && is_in_brackets(place, at))
        });
        assert!(hit, "{to:?} gave {found:?}, not {code} at {wanted:?}");
    }
}

/// `[` and `{` in a case stand for the whole list or map.
fn is_in_brackets(place: &str, open: &str) -> bool {
    let close = if open == "[" { "]" } else { "}" };
    place.starts_with(open) && place.ends_with(close)
}

fn accept(cases: &[(&str, &str)]) {
    for (from, to) in cases {
        assert_eq!(findings(&with(from, to)), [], "{to:?}");
    }
}

#[test]
fn the_good_file_is_read_whole() {
    let roster = parse(&filled(GOOD)).unwrap();
    let parts = roster.parts();
    assert_eq!(parts.ladder.level("senior"), Some(Level(2)));
    assert_eq!((parts.owners.people.len(), parts.owners.quorum), (2, 2));
    assert_eq!(parts.delay, Seconds(48 * 3_600));
    assert_eq!(parts.scopes[0].paths, ["pay/**", "lib/*.rs"]);
    let mira = &parts.people[0];
    assert_eq!(
        (mira.name.as_str(), mira.emails[0].as_str()),
        ("Mira Sandoval", "mira@example.com")
    );
    assert_eq!(mira.levels[0].until, Timestamp::parse("2024-01-01").ok());
    assert_eq!(mira.accounts[0].id.as_deref(), Some("4711"));
    let omar = &parts.people[1];
    assert_eq!((omar.name.as_str(), omar.levels[1].scopes.len()), ("omar", 1));
    // The file is named and not yet looked at.
    assert!(omar.keys[0].since.is_some() && !omar.keys[0].attested);
    let attestation = omar.keys[0].attestation.as_ref().unwrap();
    assert_eq!(attestation.file.as_bytes(), b".obstat/devices/omar");
    let devices = parts.devices.as_ref().unwrap();
    assert_eq!((devices.models[0][0], devices.models[0][15]), (0x2f, 0x2a));
    assert!(parts.people[2].left.is_some());
    let robo = &parts.agents[0];
    assert_eq!(robo.operators[0].as_str(), "omar");
    assert_eq!(robo.tool.as_ref().unwrap().as_str(), "robo-cli");
    assert!(parts.services[0].keys[0].until.is_some());
}

#[test]
fn what_may_be_left_out_has_a_meaning() {
    let small =
        "version: 1\nladder: [a]\nowners: {people: [m], quorum: 1}\npeople: {m: {keys: [KEY1]}}";
    let roster = parse(&filled(small)).unwrap();
    assert_eq!(roster.parts().delay, DELAY);
    assert!(roster.parts().people[0].levels.is_empty());
}

#[test]
fn the_frame_is_checked() {
    refuse(&[
        ("version: 1", "version: 2", "version", "2"),
        ("version: 1", "version: '1'", "version", "'1'"),
        ("delay: 48h", "delays: 48h", "unknown-key", "delays"),
        ("delay: 48h", "include: x", "remote-policy", "include"),
        ("delay: 48h", "delay: 48", "bad-time", "48"),
        ("delay: 48h", "delay: [48h]", "wrong-type", "["),
        ("delay: 48h", "delay: 91d", "bad-time", "91d"),
        ("  quorum: 2\n", "", "missing-key", "people"),
        ("  quorum: 2", "  quorum: 0", "bad-number", "0"),
        ("  quorum: 2", "  quorum: 1001", "bad-number", "1001"),
        ("  people: [mira, omar]\n", "", "missing-key", "quorum"),
        ("  people: [mira, omar]", "  people: mira", "wrong-type", "mira"),
        ("  people: [mira, omar]", "  people: [mira, o mar]", "bad-name", "o mar"),
        ("  people: [mira, omar]", "  people: [mira, mira]", "duplicate-name", "mira"),
        ("  quorum: 2", "  qourum: 2", "unknown-key", "qourum"),
    ]);
    accept(&[("delay: 48h", "delay: 0s"), ("delay: 48h\n", ""), ("  quorum: 2", "  quorum: 1")]);
    for key in ["version", "ladder", "owners", "people"] {
        let text = with(&format!("{key}:"), &format!("x{key}:"));
        let wanted = if key == "version" { "version" } else { "missing-key" };
        assert!(findings(&text).iter().any(|(code, _)| *code == wanted), "{key}");
    }
    assert_eq!(findings("")[0].0, "empty");
    assert_eq!(findings("- version: 1")[0].0, "wrong-type");
}

#[test]
fn ladders_are_short_lists_of_names() {
    refuse(&[
        ("[junior, mid, senior]", "[]", "bad-ladder", "["),
        ("[junior, mid, senior]", "junior", "wrong-type", "junior"),
        ("[junior, mid, senior]", "[junior, mid, mid, senior]", "duplicate-name", "mid"),
        ("[junior, mid, senior]", "[junior, mid level, senior]", "bad-name", "mid level"),
        ("[junior, mid, senior]", "[junior, [mid], senior]", "wrong-type", "["),
    ]);
    let levels = |n: usize| (0..n).map(|i| format!("l{i}, ")).collect::<String>();
    let more = |n| with("[junior, mid, senior]", &format!("[{}junior, mid, senior]", levels(n)));
    assert_eq!(findings(&more(29)), []);
    assert_eq!(findings(&more(30))[0].0, "bad-ladder");
}

#[test]
fn scopes_are_lists_of_patterns() {
    refuse(&[
        (r#"[pay/**, "lib/*.rs"]"#, "[]", "empty-list", "pay"),
        (r#"[pay/**, "lib/*.rs"]"#, "[/pay/**]", "bad-pattern", "/pay/**"),
        (r#"[pay/**, "lib/*.rs"]"#, "['!pay/**']", "bad-pattern", "'!pay/**'"),
        (r#"[pay/**, "lib/*.rs"]"#, "pay/**", "wrong-type", "pay/**"),
        ("  pay: [", "  'p y': [", "bad-name", "'p y'"),
        ("scopes:\n", "scopes:\n  - x\n#", "wrong-type", "x"),
    ]);
}

#[test]
fn people_are_checked_one_by_one() {
    refuse(&[
        ("  hana:", "  'ha na':", "bad-name", "'ha na'"),
        ("  hana: {left: 2023-03-03}", "  hana: 7", "wrong-type", "7"),
        ("left: 2023-03-03", "left: soon", "bad-time", "soon"),
        ("left: 2023-03-03", "lef: 2023-03-03", "unknown-key", "lef"),
        ("name: Mira Sandoval", "name: \"Mi\\u202era\"", "bad-text", "\"Mi\\u202era\""),
        ("name: Mira Sandoval", "name: [Mira]", "wrong-type", "["),
        ("teams: [payments]", "teams: payments", "wrong-type", "payments"),
        ("teams: [payments]", "teams: [pay ments]", "bad-name", "pay ments"),
        ("Mira@Example.com", "mira", "bad-email", "mira"),
        ("Mira@Example.com", "Mira <m@x.org>", "bad-email", "Mira <m@x.org>"),
        ("Mira@Example.com", "'@x.org'", "bad-email", "'@x.org'"),
        ("Mira@Example.com", "m@", "bad-email", "m@"),
        ("[Mira@Example.com]", "m@x.org", "wrong-type", "m@x.org"),
        (", login: mira-s", "", "missing-key", "{"),
        ("{host: github.com, ", "{", "missing-key", "{"),
        ("id: \"4711\"", "ids: \"4711\"", "unknown-key", "ids"),
        ("id: \"4711\"", "id: ''", "bad-text", "''"),
    ]);
    accept(&[
        ("  hana: {left: 2023-03-03}", "  hana: {}"),
        ("name: Mira Sandoval", "name: \u{17d}ofia"),
        ("id: \"4711\"", "id: 4711"),
    ]);
}

#[test]
fn level_histories_are_checked() {
    refuse(&[
        ("level: mid,", "level: middle,", "unknown-level", "middle"),
        ("{level: mid, ", "{", "missing-key", "{"),
        ("since: 2021-03-01, ", "", "missing-key", "{"),
        ("since: 2021-03-01", "since: 1.3.2021", "bad-time", "1.3.2021"),
        ("until: 2024-01-01}", "until: later}", "bad-time", "later"),
        ("until: 2024-01-01}", "until: 2021-03-01}", "bad-dates", "{"),
        ("until: 2024-01-01}", "until: 2024-01-02}", "bad-dates", "{"),
        (", until: 2024-01-01}", "}", "bad-dates", "{"),
        ("scopes: [pay]", "scopes: [web]", "unknown-scope", "web"),
        ("scopes: [pay]", "scopes: []", "empty-list", "["),
        ("scopes: [pay]", "scope: [pay]", "unknown-key", "scope"),
        ("scopes: [pay]", "scopes: pay", "wrong-type", "pay"),
    ]);
    accept(&[("until: 2024-01-01}", "until: 2023-01-01}")]);
}

#[test]
fn keys_have_form_and_dates() {
    refuse(&[
        ("- KEY1", "- ssh-ed25519 AAAA", "bad-key", "ssh-ed25519 AAAA"),
        ("- KEY1", "- [KEY1]", "wrong-type", "["),
        ("{key: KEY2, ", "{", "missing-key", "{"),
        ("since: 2022-02-02,", "since: x,", "bad-time", "x"),
        ("since: 2022-02-02,", "until: x,", "bad-time", "x"),
        ("since: 2022-02-02,", "since: 2022-02-02, until: 2022-02-02,", "bad-dates", "{"),
        ("attestation: .obstat/devices/omar", "attestation: ''", "bad-text", "''"),
        ("attestation: .obstat/devices/omar", "attested: yes", "unknown-key", "attested"),
        ("attestation: .obstat/devices/omar", "challenge: .obstat/c", "missing-key", ".obstat/c"),
    ]);
    accept(&[
        ("- KEY1", "- KEY1 mira@laptop"),
        ("{key: KEY2, since: 2022-02-02, attestation: .obstat/devices/omar}", "{key: KEY2}"),
        ("until: 2030-01-01", "since: 2029-12-31, until: 2030-01-01"),
    ]);
}

/// What is read for a decision must be what the owners signed for.
#[test]
fn files_of_devices_are_inputs() {
    for bad in [
        "devices/omar",
        "/.obstat/omar",
        ".obstat/../omar",
        ".obstat/./omar",
        ".obstat/",
        ".obstat",
        ".obstat//omar",
        ".obstatx/omar",
    ] {
        refuse(&[
            (".obstat/devices/omar", bad, "bad-path", bad),
            (".obstat/devices/makers.pem", bad, "bad-path", bad),
        ]);
    }
    refuse(&[
        ("  makers: .obstat/devices/makers.pem\n", "", "missing-key", "models"),
        ("models: [2fc0579f-8113-47ea-b116-bb5a8db9202a]", "models: []", "empty-list", "[]"),
        ("-8113-", "-811-3", "bad-model", "2fc0579f-811-347ea-b116-bb5a8db9202a"),
        ("2fc0579f", "2fc0579g", "bad-model", "2fc0579g-8113-47ea-b116-bb5a8db9202a"),
    ]);
    let devices = "devices:\n  makers: .obstat/devices/makers.pem\n  models: [2fc0579f-8113-47ea-b116-bb5a8db9202a]\n";
    refuse(&[(devices, "", "missing-key", "people")]);
    accept(&[
        ("  models: [2fc0579f-8113-47ea-b116-bb5a8db9202a]\n", ""),
        (", attestation: .obstat/devices/omar", ""),
        (".obstat/devices/omar", ".obstat/devices/omar, challenge: .obstat/devices/omar.challenge"),
    ]);
}

#[test]
fn agents_and_services_are_checked() {
    refuse(&[
        ("  robo:", "  'ro bo':", "bad-name", "'ro bo'"),
        ("tool: robo-cli", "tool: robo cli", "bad-name", "robo cli"),
        ("tool: robo-cli", "keys: []", "unknown-key", "keys"),
        ("operator: omar", "operator: omra", "unknown-person", "agents"),
        ("operator: omar", "operator: [omar]", "wrong-type", "["),
        ("  ci:", "  'c i':", "bad-name", "'c i'"),
        ("    emails: [ci@example.com]", "    email: [ci@example.com]", "unknown-key", "email"),
    ]);
    accept(&[("tool: robo-cli, ", ""), (", operator: omar", "")]);
}

#[test]
fn nothing_has_two_holders() {
    for (from, to, at) in [
        ("robo@example.com", "mira@example.com", "agents"),
        ("ci@example.com", "MIRA@example.com", "services"),
        ("hana: {", "hana: {emails: [mira@example.com], ", "people"),
        ("[Mira@Example.com]", "[mira@example.com, MIRA@example.com]", "people"),
        ("hana: {", "hana: {accounts: [{host: github.com, login: mira-s}], ", "people"),
        ("hana: {", "hana: {accounts: [{host: github.com, login: h, id: 4711}], ", "people"),
        ("hana: {", "hana: {keys: [KEY1], ", "people"),
        ("KEY3", "KEY2", "services"),
    ] {
        let wanted = ("claimed-twice", at.to_owned());
        assert_eq!(findings(&with(from, to)), [wanted], "{to}");
    }
    accept(&[
        ("hana: {", "hana: {accounts: [{host: gitlab.com, login: mira-s, id: 4711}], "),
        ("hana: {", "hana: {keys: [KEY4], "),
    ]);
}

#[test]
fn ids_do_not_look_alike() {
    refuse(&[("  hana:", "  Mira:", "look-alike", "people")]);
    refuse(&[("  hana:", "  mira:", "duplicate-key", "mira")]);
}

#[test]
fn owners_exist_and_can_sign() {
    refuse(&[
        ("[mira, omar]", "[mira, omra]", "unknown-person", "people"),
        ("  quorum: 2", "  quorum: 3", "locked-out", "people"),
        // Without a key, with one that ends, and gone.
        ("[mira, omar]", "[mira, hana]", "locked-out", "people"),
        ("since: 2022-02-02,", "until: 2032-02-02,", "locked-out", "people"),
        ("  omar:\n", "  omar:\n    left: 2040-01-01\n", "locked-out", "people"),
    ]);
    accept(&[("[mira, omar]", "[mira, omar, hana]")]);
}

#[test]
fn one_bad_entry_does_not_hide_the_next() {
    let text = with("teams: [payments]", "teams: [a b]").replace("2020-05-05, s", "x, s");
    assert_eq!(findings(&text).iter().map(|f| f.0).collect::<Vec<_>>(), ["bad-name", "bad-time"]);
}

#[test]
fn key_lines_are_read_by_form_and_strength() {
    let modulus = |bytes: usize| [&[0][..], &vec![0xff; bytes]].concat();
    let rsa = |bytes: usize| line("ssh-rsa", &[b"ssh-rsa", &[1, 0, 1], &modulus(bytes)]);
    let p256: &[&[u8]] = &[b"ecdsa-sha2-nistp256", b"nistp256", &[4; 65]];
    let p384: &[&[u8]] = &[b"ecdsa-sha2-nistp384", b"nistp384", &[4; 97]];
    let sk: &[&[u8]] = &[b"sk-ssh-ed25519@openssh.com", &[1; 32], b"ssh:"];
    let sk_p256: &[&[u8]] =
        &[b"sk-ecdsa-sha2-nistp256@openssh.com", b"nistp256", &[4; 65], b"ssh:"];
    let good = [
        ed25519(1),
        rsa(256),
        line("ecdsa-sha2-nistp256", p256),
        line("ecdsa-sha2-nistp384", p384),
        line("sk-ssh-ed25519@openssh.com", sk),
        line("sk-ecdsa-sha2-nistp256@openssh.com", sk_p256),
        line("webauthn-sk-ecdsa-sha2-nistp256@openssh.com", sk_p256),
    ];
    for key in &good {
        assert!(key::read(key).is_ok(), "{key}");
    }
    let no_application: &[&[u8]] = &[b"sk-ssh-ed25519@openssh.com", &[1; 32], b""];
    for (bad, why) in [
        (String::new(), "TYPE BASE64"),
        ("ssh-ed25519".to_owned(), "TYPE BASE64"),
        (format!("command=\"x\" {}", ed25519(1)), "not supported"),
        ("ssh-dss AAAA".to_owned(), "not supported"),
        ("ssh-ed25519 A_-A".to_owned(), "base64"),
        ("ssh-ed25519 AAA".to_owned(), "base64"),
        (line("ssh-rsa", &[b"ssh-rsa", &[1, 0, 1], &[1; 5_000]]), "more than 4096"),
        (line("ssh-ed25519", &[b"ssh-ed25519", &[1; 31]]), "cut off"),
        (line("ssh-ed25519", &[b"ssh-ed25519", &[1; 32], b"more"]), "cut off"),
        (line("ssh-ed25519", &[b"ssh-ed25518", &[1; 32]]), "differ"),
        (line("sk-ssh-ed25519@openssh.com", no_application), "cut off"),
        (line("ecdsa-sha2-nistp256", p384), "differ"),
        (rsa(255), "2048"),
    ] {
        let found = key::read(&bad).unwrap_err();
        assert!(found.contains(why), "{bad}: {found}");
    }
}

#[test]
fn hostile_names_are_shown_escaped() {
    let found = parse(&with("  hana:", "  \"ha\\u202ena\":")).unwrap_err();
    assert!(found.iter().all(|d| !d.message.contains('\u{202e}')), "{found:?}");
    assert!(found[0].message.contains("<U+202E>"));
}

#[test]
fn findings_are_in_the_order_of_the_file() {
    let text = with("level: mid,", "level: x,").replace("delay: 48h", "delay: x");
    let found = parse(&text).unwrap_err();
    assert!(found.is_sorted_by_key(|d| d.span.start));
}
