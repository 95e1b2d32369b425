//! What a changed roster gives to whom, beside levels: keys, accounts, addresses, operators, devices. Each is
//! a way to be somebody, so whatever is added is told as more.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use obstat_model::level::LevelGrant;
use obstat_model::roster::{Account, Key, Person, RosterParts};
use obstat_model::text::escape_cut;
use std::collections::BTreeMap;

/// What changes, and whether more is possible now.
pub(super) fn identities(old: &RosterParts, new: &RosterParts) -> Vec<(String, bool)> {
    let (was, is) = (all(old), all(new));
    let mut found = Vec::new();
    for (who, has) in &is {
        let had = was.get(who);
        for (what, more) in has {
            if had.is_none_or(|had| !had.iter().any(|(known, _)| known == what)) {
                found.push((format!("{who} has {what}"), *more));
            }
        }
    }
    for (who, had) in &was {
        let has = is.get(who);
        for (what, _) in had {
            if has.is_none_or(|has| !has.iter().any(|(known, _)| known == what)) {
                // What only attributes is what excludes: without it somebody's part is nobody's.
                let more = !what.starts_with("the key") && !what.starts_with(PLACE);
                found.push((format!("{who} no longer has {what}"), more));
            }
        }
    }
    for person in &new.people {
        let before = old.people.iter().find(|p| p.id == person.id);
        let (was, is) = (before.map_or(String::new(), |p| levels(old, p)), levels(new, person));
        if was != is {
            let text = |levels: &str| {
                if levels.is_empty() { "of no level".to_owned() } else { levels.to_owned() }
            };
            found.push((
                format!("{} is {}, was {}", person.id, text(&is), text(&was)),
                !is.is_empty() && !is_lower((old, before), (new, person)),
            ));
        }
        match (before.and_then(|p| p.left), person.left) {
            (was, Some(left)) if was != person.left => {
                let later = was.is_some_and(|was| was < left);
                found.push((format!("{} leaves on {}", person.id, left.day()), later));
            }
            (Some(_), None) => found.push((format!("{} is there again", person.id), true)),
            _ => {}
        }
    }
    found.extend(devices(old, new));
    found.extend(scopes(old, new));
    found
}

/// Where levels of a scope count.
fn scopes(old: &RosterParts, new: &RosterParts) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    for is in &new.scopes {
        let was = old.scopes.iter().find(|scope| scope.name == is.name);
        let was = was.map(|scope| scope.paths.as_slice()).unwrap_or_default();
        let (more, fewer) = (without(&is.paths, was), without(was, &is.paths));
        if !more.is_empty() {
            found.push((format!("scope {} reaches {} as well", is.name, more.join(", ")), true));
        }
        if !fewer.is_empty() {
            found.push((format!("scope {} no longer reaches {}", is.name, fewer.join(", ")), true));
        }
    }
    found
}

fn without(these: &[String], those: &[String]) -> Vec<String> {
    these.iter().filter(|one| !those.contains(one)).map(|one| escape_cut(one, 60)).collect()
}

/// The levels that a person is granted, as the roster names them.
fn levels(parts: &RosterParts, person: &Person) -> String {
    let one = |grant: &LevelGrant| {
        let name = parts.ladder.name(grant.level).map_or("?", |name| name.as_str());
        let scopes: Vec<&str> = grant.scopes.iter().map(|scope| scope.as_str()).collect();
        let within =
            if scopes.is_empty() { String::new() } else { format!(" in {}", scopes.join(", ")) };
        let until = grant.until.map(|at| format!(" until {}", at.day())).unwrap_or_default();
        format!("{name}{within} from {}{until}", grant.since.day())
    };
    person.levels.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// Whether the one level that somebody has everywhere became a lower one of the same ladder, from the same day.
fn is_lower(
    (old, before): (&RosterParts, Option<&Person>),
    (new, after): (&RosterParts, &Person),
) -> bool {
    match (before.map(|person| person.levels.as_slice()), after.levels.as_slice()) {
        (Some([was]), [is]) => {
            old.ladder == new.ladder
                && is.level < was.level
                && (&is.since, &is.until, &is.scopes) == (&was.since, &was.until, &was.scopes)
        }
        _ => false,
    }
}

/// How a team is told.
const PLACE: &str = "a place in team ";

/// What somebody has, and whether having it is more.
type Has = Vec<(String, bool)>;

fn all(parts: &RosterParts) -> BTreeMap<String, Has> {
    let mut found: BTreeMap<String, Has> = BTreeMap::new();
    for person in &parts.people {
        let mut has = keys(&person.keys);
        has.extend(names(&person.accounts, &person.emails));
        has.extend(person.teams.iter().map(|team| (format!("{PLACE}{team}"), true)));
        found.insert(person.id.to_string(), has);
    }
    for agent in &parts.agents {
        let mut has = names(&agent.accounts, &agent.emails);
        has.extend(agent.operators.iter().map(|who| (format!("the operator {who}"), true)));
        has.extend(agent.tool.iter().map(|tool| (format!("the tool {tool}"), true)));
        found.insert(format!("agent {}", agent.id), has);
    }
    for service in &parts.services {
        let mut has = keys(&service.keys);
        has.extend(names(&service.accounts, &service.emails));
        found.insert(format!("service {}", service.id), has);
    }
    found
}

fn keys(keys: &[Key]) -> Has {
    let text = |key: &Key| {
        let since = key.since.map(|at| format!(" from {}", at.day())).unwrap_or_default();
        let until = key.until.map(|at| format!(" until {}", at.day())).unwrap_or_default();
        let device = if key.attestation.is_some() { ", attested" } else { "" };
        let id = STANDARD_NO_PAD.encode(key.id.0);
        (format!("the key SHA256:{id}{since}{until}{device}"), true)
    };
    keys.iter().map(text).collect()
}

fn names(accounts: &[Account], emails: &[String]) -> Has {
    let account = |account: &Account| {
        let id = account.id.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
        (format!("the account {} of {}{id}", account.login, account.host), true)
    };
    let mut found: Has = accounts.iter().map(account).collect();
    found.extend(emails.iter().map(|email| (format!("the address {email}"), true)));
    found
}

fn devices(old: &RosterParts, new: &RosterParts) -> Vec<(String, bool)> {
    if old.devices == new.devices {
        return Vec::new();
    }
    let text = match (&old.devices, &new.devices) {
        (_, None) => return vec![("no key gives presence hardware any more".to_owned(), false)],
        (None, Some(_)) => "keys of some devices give presence hardware",
        (Some(_), Some(_)) => "keys of other makers or models of devices give presence hardware",
    };
    vec![(text.to_owned(), true)]
}
