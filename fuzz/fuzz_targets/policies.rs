//! Rosters, policies, claims and tests of policies: each is read, or told what is wrong with it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use obstat_policy::prove::parse_claims;
use obstat_policy::trial::parse_trials;
use obstat_policy::{check, parse_policy, parse_roster};
use obstat_model::time::{Now, Timestamp};

const POLICY: &str = include_str!("../../examples/policy.yaml");
const ROSTER: &str = include_str!("../../examples/roster.yaml");

fuzz_target!(|text: &str| {
    let roster = parse_roster(ROSTER, "roster.yaml").expect("the example is a roster");
    let now = Now(Timestamp::from_unix(1_790_000_000));
    match parse_roster(text, "roster.yaml") {
        Ok(own) => drop(parse_policy(POLICY, "policy.yaml", &own)),
        Err(found) => assert!(!found.is_empty()),
    }
    match parse_policy(text, "policy.yaml", &roster) {
        Ok(policy) => drop(check(&policy, &roster, now)),
        Err(found) => assert!(!found.is_empty()),
    }
    let policy = parse_policy(POLICY, "policy.yaml", &roster).expect("the example is a policy");
    if let Err(found) = parse_claims(text, "claims.yaml", &policy, &roster) {
        assert!(!found.is_empty());
    }
    if let Err(found) = parse_trials(text, "policy-tests.yaml", &policy, &roster) {
        assert!(!found.is_empty());
    }
});
