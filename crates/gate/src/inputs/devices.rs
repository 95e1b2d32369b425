//! Which keys of a roster are attested by their devices; knows no repository.

use super::{Checked, ROSTER};
use obstat_attest::attestation::{self, AttestationError, Makers, Model};
use obstat_attest::key::fingerprint;
use obstat_model::object::RepoPath;
use obstat_model::roster::{Attestation, Devices, Key, KeyId, Roster};
use obstat_policy::diagnostic::Diagnostic;
use std::collections::HashSet;

/// What a key for this holder is made with unless the roster names a file:
/// `ssh-keygen -O challenge=FILE`, with this text and no line end in it.
#[must_use]
pub fn challenge(holder: &str) -> String {
    format!("obstat-attestation@v1 {holder}")
}

/// The roster with its attested keys marked, or what does not hold. `read` gives the bytes of an
/// input, `None` where there is no such file.
///
/// # Errors
/// Those of `read`.
pub fn attest<E>(
    roster: Roster,
    read: &mut impl FnMut(&RepoPath) -> Result<Option<Vec<u8>>, E>,
) -> Result<Checked<Roster>, E> {
    let Some(devices) = roster.parts().devices.clone() else { return Ok(Ok(roster)) };
    let makers = match read(&devices.makers)?.map(|bytes| Makers::parse(&bytes)) {
        Some(Ok(makers)) => makers,
        Some(Err(why)) => {
            let found =
                Diagnostic::plain("attestation", devices.makers.to_string(), why.to_string());
            let help = "put the PEM certificates that issued those of the devices there";
            return Ok(Err(vec![found.helped(help)]));
        }
        None => return Ok(Err(vec![missing(&devices.makers)])),
    };
    let (mut found, mut held) = (Vec::new(), HashSet::<KeyId>::new());
    for (holder, key, attestation) in claims(&roster) {
        match one((holder, key), attestation, (&devices, &makers), read)? {
            Ok(()) => {
                held.insert(key.id);
            }
            Err(finding) => found.push(finding),
        }
    }
    if found.is_empty() {
        return Ok(Ok(roster.attested(|key| held.contains(&key.id))));
    }
    Ok(Err(found))
}

/// Holder, key and attestation of all keys that claim one.
fn claims(roster: &Roster) -> Vec<(&str, &Key, &Attestation)> {
    let parts = roster.parts();
    let people = parts.people.iter().map(|p| (p.id.as_str(), &p.keys));
    let services = parts.services.iter().map(|s| (s.id.as_str(), &s.keys));
    let all = people.chain(services).flat_map(|(id, keys)| keys.iter().map(move |k| (id, k)));
    all.filter_map(|(id, key)| Some((id, key, key.attestation.as_ref()?))).collect()
}

fn one<E>(
    (holder, key): (&str, &Key),
    attestation: &Attestation,
    (devices, makers): (&Devices, &Makers),
    read: &mut impl FnMut(&RepoPath) -> Result<Option<Vec<u8>>, E>,
) -> Result<Result<(), Diagnostic>, E> {
    let Some(file) = read(&attestation.file)? else { return Ok(Err(missing(&attestation.file))) };
    let challenge = match &attestation.challenge {
        Some(path) => match read(path)? {
            Some(bytes) => bytes,
            None => return Ok(Err(missing(path))),
        },
        None => challenge(holder).into_bytes(),
    };
    let says = |why: String, help: String| {
        let key = fingerprint(key.id);
        let text = format!("it does not attest the key {key} of `{holder}`: {why}");
        Diagnostic::plain("attestation", attestation.file.to_string(), text).helped(help)
    };
    Ok(match attestation::check(&file, &challenge, &key.blob, makers) {
        Ok(model) if is_listed(model, devices) => Ok(()),
        Ok(model) => Err(says(
            format!("model {model} is not among those of the roster"),
            "add it to `devices.models` if keys of it shall count, or leave `attestation` out"
                .to_owned(),
        )),
        Err(why @ AttestationError::UnknownMaker) => Err(says(
            why.to_string(),
            format!(
                "add the maker's certificate to {}, or leave `attestation` out",
                devices.makers
            ),
        )),
        Err(why) => Err(says(
            why.to_string(),
            "make the key anew as docs/formats/roster.md says, or leave `attestation` out"
                .to_owned(),
        )),
    })
}

fn is_listed(model: Model, devices: &Devices) -> bool {
    devices.models.is_empty() || devices.models.contains(&model.0)
}

fn missing(path: &RepoPath) -> Diagnostic {
    let message = format!("the roster names {path}, which is not there");
    Diagnostic::plain("attestation", ROSTER, message).helped("add the file, or leave it out")
}
