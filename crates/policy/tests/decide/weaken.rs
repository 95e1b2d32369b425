//! Whatever weakens the shipped policy breaks one of the claims beside it.

use super::scene::NOON;
use obstat_model::roster::Roster;
use obstat_model::time::{Now, Timestamp};
use obstat_policy::compare::{Version, compare};
use obstat_policy::prove::{Verdict, parse_claims, prove};
use obstat_policy::{parse_policy, parse_roster};
use serde_json::{Value, json};

/// How many ways of weakening are tried.
const TRIES: usize = 200;

/// Rules that the claims are about. Others speak of what no claim can: sums, owners, tools.
const CLAIMED: [&str; 4] = ["assisted-below-senior", "payments", "release", "hidden"];

fn example(name: &str) -> String {
    let path = format!("{}/../../examples/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

fn roster() -> Roster {
    parse_roster(&example("roster.yaml"), "roster.yaml").unwrap_or_else(|e| panic!("{e:#?}"))
}

/// The first claim that does not hold, or why the policy is none.
fn broken(policy: &Value, roster: &Roster) -> Result<Option<String>, String> {
    let text = policy.to_string();
    let policy = parse_policy(&text, "policy.yaml", roster).map_err(|e| format!("{e:#?}"))?;
    let claims = parse_claims(&example("claims.yaml"), "claims.yaml", &policy, roster);
    let now = Now(Timestamp::from_unix(NOON));
    for claim in claims.map_err(|e| format!("{e:#?}"))? {
        match prove(&policy, roster, &claim, now) {
            Verdict::Holds(_) => {}
            Verdict::Broken(_) => return Ok(Some(claim.name().to_string())),
            Verdict::Unknown(why) => return Err(why),
        }
    }
    Ok(None)
}

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides.max(1)
    }
}

/// One thing weaker than it was; `None` where that way is none here.
fn weakened(policy: &Value, dice: &mut Dice) -> Option<(String, Value)> {
    let mut policy = policy.clone();
    let rules = policy["rules"].as_array_mut().unwrap();
    let claimed: Vec<usize> = (0..rules.len())
        .filter(|at| CLAIMED.contains(&rules[*at]["name"].as_str().unwrap()))
        .collect();
    let at = claimed[dice.roll(claimed.len())];
    let name = rules[at]["name"].as_str().unwrap().to_owned();
    let what = match dice.roll(14) {
        0 => {
            rules.remove(at);
            "no rule"
        }
        way @ 1..=5 => less_required(way, &mut rules[at], dice)?,
        way @ 6..=10 => more_narrow(way, &mut rules[at], dice)?,
        way => looser(way, &mut policy, dice)?,
    };
    Some((format!("{name}: {what}"), policy))
}

/// Less of one requirement of a rule.
fn less_required(way: usize, rule: &mut Value, dice: &mut Dice) -> Option<&'static str> {
    let require = rule["require"].as_array_mut()?;
    let asks: Vec<usize> =
        (0..require.len()).filter(|n| require[*n].get("approvals").is_some()).collect();
    let asked = asks[dice.roll(asks.len())];
    Some(match way {
        1 => {
            require.remove(asked);
            (!require.is_empty()).then_some("a requirement less")?
        }
        2 => {
            let level = require[asked]["level"].as_str()?;
            let ladder = ["junior", "mid-level", "senior", "principal"];
            let place = ladder.iter().position(|known| *known == level)?;
            require[asked]["level"] = json!(ladder[dice.roll(place)]);
            "a lower level"
        }
        3 => {
            let count = require[asked]["approvals"].as_u64().filter(|count| *count > 1)?;
            require[asked]["approvals"] = json!(count - 1);
            "fewer approvals"
        }
        4 => {
            require[asked]["presence"] = json!(["key", "forge"][dice.roll(2)]);
            "less presence"
        }
        _ => {
            let easier = json!({ "approvals": 1, "level": "junior" });
            let mut harder = require[asked].clone();
            harder.as_object_mut()?.remove("distinct");
            require[asked] = json!({ "any_of": [harder, easier] });
            "or something easier"
        }
    })
}

/// A rule applies to less than it did.
fn more_narrow(way: usize, rule: &mut Value, dice: &mut Dice) -> Option<&'static str> {
    Some(match way {
        6 => {
            let paths = rule["when"].get_mut("paths")?.as_array_mut()?;
            if paths.len() < 2 {
                paths[0] = json!(format!("{}/x", paths[0].as_str()?.trim_end_matches("/**")));
            } else {
                let gone = dice.roll(paths.len());
                paths.remove(gone);
            }
            "fewer paths"
        }
        7 => {
            rule["when"]["lines_at_least"] = json!(1 + dice.roll(400));
            "from some lines on"
        }
        8 => {
            rule["when"]["tool"] = json!(["cursor"]);
            "of one tool"
        }
        9 => {
            rule["when"]["assistance"] = json!("assisted");
            "only with evidence"
        }
        _ => {
            rule["when"]["author_level_below"] = json!("mid-level");
            "only of juniors"
        }
    })
}

/// Something around the rules.
fn looser(way: usize, policy: &mut Value, dice: &mut Dice) -> Option<&'static str> {
    Some(match way {
        11 => {
            let paths = [json!(["pay/**"]), json!(["deploy/x"]), json!(["**"])];
            let paths = paths[dice.roll(3)].clone();
            policy["exempt"].as_array_mut()?.push(json!({ "name": "hole", "paths": paths,
                "lines_at_most": 1 + dice.roll(100), "files_at_most": 1 + dice.roll(5),
                "assistance": "any", "reason": "hole" }));
            "another exemption"
        }
        12 => {
            policy["targets"]["production"]["mode"] = json!(["warn", "shadow"][dice.roll(2)]);
            "another mode"
        }
        _ => {
            policy["defaults"]["presence"] = json!("key");
            "less presence everywhere"
        }
    })
}

#[test]
fn whatever_weakens_the_shipped_policy_breaks_a_claim() {
    let roster = roster();
    let policy: Value = serde_saphyr::from_str(&example("policy.yaml")).unwrap();
    assert_eq!(broken(&policy, &roster), Ok(None), "the shipped claims do not hold");
    let (mut dice, mut tried, mut seen) = (Dice(1), 0, std::collections::BTreeMap::new());
    let mut missed = Vec::new();
    while tried < TRIES {
        let Some((what, weaker)) = weakened(&policy, &mut dice) else { continue };
        match broken(&weaker, &roster) {
            // A policy that is refused is no policy.
            Err(_) => continue,
            Ok(None) => missed.push(what),
            Ok(Some(claim)) => *seen.entry(claim).or_insert(0) += 1,
        }
        tried += 1;
    }
    missed.sort();
    missed.dedup();
    assert!(missed.is_empty(), "not found of {TRIES}: {missed:#?}\nfound {seen:#?}");
    assert!(seen.len() >= 4, "{seen:?}");
}

/// How many of them are compared with what they were: each takes a second of a program that is not
/// optimised for speed, and more of one that is built for tests.
const COMPARED: usize = if cfg!(debug_assertions) { 3 } else { TRIES };

#[test]
fn whatever_weakens_the_shipped_policy_is_told_as_weaker() {
    let roster = roster();
    let value: Value = serde_saphyr::from_str(&example("policy.yaml")).unwrap();
    let old = parse_policy(&value.to_string(), "policy.yaml", &roster).unwrap();
    let (mut dice, mut tried, mut missed) = (Dice(7), 0, Vec::new());
    while tried < COMPARED {
        let Some((what, weaker)) = weakened(&value, &mut dice) else { continue };
        let Ok(new) = parse_policy(&weaker.to_string(), "policy.yaml", &roster) else { continue };
        let version = |policy| Version { policy, roster: &roster, code_owners: None };
        let now = Now(Timestamp::from_unix(NOON));
        let found = compare(version(&old), version(&new), now);
        let terms = found.terms.iter().any(|(_, weaker)| *weaker);
        // And the other way round nothing is.
        let back = compare(version(&new), version(&old), now);
        assert_eq!(back.stricter.len(), found.weaker.len(), "{what}");
        if found.weaker.is_empty() && !terms {
            missed.push(what);
        }
        tried += 1;
    }
    assert!(missed.is_empty(), "{missed:#?}");
}
