//! A roster of 10,000 people: read from its text, and from the compact form that gates keep.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up must stop at once")]

use obstat_policy::parse_roster;
use obstat_policy::roster::cache;
use std::fmt::Write as _;

fn main() {
    divan::main();
}

fn text() -> String {
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4F1r7lHSHqU4FHTSSS7Ip5DHVmsS0oUvZ+wuyJbNG5";
    let mut text = format!(
        "version: 1\nladder: [junior, senior]\nowners: {{ people: [p0], quorum: 1 }}\npeople:\n  \
         p0: {{ levels: [{{ level: senior, since: 2020-01-01 }}], keys: ['{key}'] }}\n"
    );
    for n in 1..10_000 {
        let _ = write!(
            text,
            "  p{n}:\n    name: Person {n}\n    levels: [{{ level: junior, since: 2020-01-01 }}]\n    \
             teams: [t{}]\n    emails: [p{n}@example.com]\n    accounts: [{{ host: git, login: p{n} }}]\n",
            n % 50
        );
    }
    text
}

#[divan::bench]
fn parse_10000_people(bencher: divan::Bencher) {
    let text = text();
    bencher.bench(|| parse_roster(divan::black_box(&text), "roster.yaml").unwrap());
}

#[divan::bench]
fn decode_10000_people(bencher: divan::Bencher) {
    let bytes = cache::encode(&parse_roster(&text(), "roster.yaml").unwrap());
    bencher.bench(|| cache::decode(divan::black_box(&bytes)).unwrap());
}
