//! The roster as an `allowed_signers` file for stock `ssh-keygen`; decides nothing.
//!
//! Format: ssh-keygen(1), section ALLOWED SIGNERS. Principals are ids of the roster, whose
//! alphabet has no blank, quote, comma or pattern character, and keys are written anew from
//! their blobs: nothing in a roster can add a line or an option.

use crate::key;
use crate::statement::CHECK;
use obstat_model::roster::{Key, Roster};
use obstat_model::time::{Seconds, Timestamp};

/// One line for each key that can sign in any of the namespaces. People sign everything but
/// checks, services sign checks only. Keys that never count, or not for a whole second, are left
/// out, as are kinds of keys that may not sign.
///
/// The dates are those of the key and of the person's leaving. Levels and delays are not in it:
/// the file answers whose signature it is, not whether it counts.
#[must_use]
pub fn allowed_signers(roster: &Roster, namespaces: &[&str]) -> String {
    let (checks, others): (Vec<&str>, Vec<&str>) = namespaces.iter().partition(|n| **n == CHECK);
    let mut out = String::new();
    for person in &roster.parts().people {
        add(&mut out, (person.id.as_str(), person.left), &person.keys, &others);
    }
    for service in &roster.parts().services {
        add(&mut out, (service.id.as_str(), None), &service.keys, &checks);
    }
    out
}

/// Appends the lines of one holder: their id, and when they left.
fn add(out: &mut String, holder: (&str, Option<Timestamp>), keys: &[Key], namespaces: &[&str]) {
    let (who, left) = holder;
    // A namespace is ours, never of the roster; one with other characters is no option's value.
    let plain = |n: &&&str| n.bytes().all(|b| b.is_ascii_alphanumeric() || b"-@._".contains(&b));
    let names: Vec<&str> = namespaces.iter().filter(plain).copied().collect();
    if names.is_empty() {
        return;
    }
    for enrolled in keys {
        let until = [enrolled.until, left].into_iter().flatten().min();
        let Ok(line) = key::line_of(&enrolled.blob) else { continue };
        let Some(dates) = dates(enrolled.since, until) else { continue };
        out.push_str(&format!("{who} namespaces=\"{}\"{dates} {line}\n", names.join(",")));
    }
}

/// The date options; `None` if there is no moment at which the key counts. OpenSSH takes the
/// last second as still good, Obstat does not; and it refuses an interval without length.
fn dates(since: Option<Timestamp>, until: Option<Timestamp>) -> Option<String> {
    let start = since.filter(|s| s.unix() > 0);
    let last = until.map(|end| end.before(Seconds(1)));
    if last.is_some_and(|last| last.unix() <= start.map_or(0, Timestamp::unix)) {
        return None;
    }
    let mut out = String::new();
    if let Some(start) = start {
        out.push_str(&format!(",valid-after=\"{}\"", compact(start)?));
    }
    // An end beyond the year 9999 is none.
    if let Some(last) = last.and_then(compact) {
        out.push_str(&format!(",valid-before=\"{last}\""));
    }
    Some(out)
}

/// `20261124105200Z`. Without the `Z`, OpenSSH would read local time.
fn compact(at: Timestamp) -> Option<String> {
    let digits: String = at.rfc3339().chars().filter(char::is_ascii_digit).collect();
    let plain = at.rfc3339().starts_with(|c: char| c.is_ascii_digit());
    (plain && digits.len() == 14).then(|| format!("{digits}Z"))
}

#[cfg(test)]
mod tests;
