//! Verifies one envelope against a roster: signature, namespace, holder, presence.

use crate::envelope::{Envelope, EnvelopeError};
use crate::key;
use crate::public_key::{KeyError, PublicKey};
use crate::signature::{BE, Signature, UP, UV};
use crate::sshsig::{Sshsig, SshsigError};
use crate::statement::{self, StatementError};
use crate::webauthn::{self, RelyingParty};
use obstat_model::approval::{RefusedStatement, VerifiedApproval};
use obstat_model::digest::sha256;
use obstat_model::id::StatementHash;
use obstat_model::presence::Presence;
use obstat_model::roster::{Actor, Key, KeyId, Roster};
use obstat_model::statement::{Act, Signer, Statement};
use thiserror::Error;

/// What is accepted beside plain keys.
#[derive(Debug, Clone, Copy, Default)]
pub struct VerifyOptions<'a> {
    /// Sites whose browser signatures are accepted; none without a server.
    pub webauthn: &'a [RelyingParty],
}

/// Why an envelope is not believed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VerifyError {
    /// The envelope is malformed.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// The statement is malformed.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// The signature is malformed.
    #[error(transparent)]
    Sshsig(#[from] SshsigError),
    /// The key is of a kind that may not sign.
    #[error("the signing key is not accepted: {0}")]
    Key(#[from] KeyError),
    /// The signature is for another purpose.
    #[error("the signature is for `{found}`, not for `{wanted}`")]
    Namespace {
        /// The namespace signed for.
        found: String,
        /// The namespace that the statement needs.
        wanted: &'static str,
    },
    /// The signature's algorithm is not known or does not fit the key.
    #[error("signature algorithm `{0}` is not supported or does not fit the key")]
    Algorithm(String),
    /// The signature is not in its only form.
    #[error("the signature is not in its canonical form")]
    NotCanonical,
    /// The signature is not by this key over this statement.
    #[error("the signature does not fit the statement")]
    Invalid,
    /// The roster has no such key.
    #[error("the roster does not know the key that signed")]
    UnknownKey,
    /// The key is another's than the statement says.
    #[error("the statement says `{claimed}`, the key is of `{holder}`")]
    OtherSigner {
        /// As the statement claims.
        claimed: String,
        /// As the roster has it.
        holder: String,
    },
    /// A service signed what only a person may, or the other way round.
    #[error("{0}")]
    WrongKind(&'static str),
    /// A security key was used without touch.
    #[error("the security key was not touched")]
    NotTouched,
    /// A security key that was not made for this.
    #[error("the security key is for `{0}`, not for ssh")]
    Application(String),
    /// What the browser says does not hold.
    #[error("{0}")]
    Browser(&'static str),
}

/// Verifies an envelope.
///
/// # Errors
/// [`VerifyError`] with the first thing that does not hold.
pub fn verify(
    envelope: &Envelope,
    roster: &Roster,
    options: &VerifyOptions,
) -> Result<VerifiedApproval, VerifyError> {
    let statement = statement::parse(envelope.statement())?;
    let sshsig = Sshsig::parse(envelope.signature())?;
    let wanted = statement::namespace(&statement.act);
    if sshsig.namespace != wanted {
        let found = obstat_model::text::escape_cut(&sshsig.namespace, 60);
        return Err(VerifyError::Namespace { found, wanted });
    }
    let id = key::id_of(&sshsig.key);
    let (holder, enrolled) = roster.by_key(id).ok_or(VerifyError::UnknownKey)?;
    let presence = authentic(&sshsig, envelope.statement(), enrolled, options)?;
    let signer = signer(holder, &statement.act, &statement.signer)?;
    Ok(VerifiedApproval { statement, hash: envelope.statement_hash(), signer, key: id, presence })
}

/// Checks a signature over bytes and grades the presence that it shows.
fn authentic(
    sshsig: &Sshsig,
    message: &[u8],
    enrolled: &Key,
    options: &VerifyOptions,
) -> Result<Presence, VerifyError> {
    let key = PublicKey::parse(&sshsig.key)?;
    let claimed = || VerifyError::Algorithm(Signature::claimed(&sshsig.signature));
    let signature = Signature::parse(&sshsig.signature).ok_or_else(claimed)?;
    if signature.encode() != sshsig.signature {
        return Err(VerifyError::NotCanonical);
    }
    let signed = sshsig.signed_data(message);
    if !signature.verifies(key, &signed) {
        return Err(VerifyError::Invalid);
    }
    match (key, signature) {
        (PublicKey::SkP256 { application, .. }, Signature::Webauthn(found)) => {
            webauthn::check(&found, application, &signed, options.webauthn)
                .map_err(VerifyError::Browser)?;
        }
        (PublicKey::SkP256 { application, .. } | PublicKey::SkEd25519 { application, .. }, _)
            if !application.starts_with("ssh:") =>
        {
            let shown = obstat_model::text::escape_cut(application, 60);
            return Err(VerifyError::Application(shown));
        }
        _ => {}
    }
    presence(signature, enrolled)
}

/// Both flags: present. Touch alone, or no security key at all: the key was there, the person
/// perhaps not. A key that can be copied to other devices is never more than present.
fn presence(signature: Signature, enrolled: &Key) -> Result<Presence, VerifyError> {
    let Some(flags) = signature.flags() else { return Ok(Presence::Key) };
    if flags & UP == 0 {
        return Err(VerifyError::NotTouched);
    }
    Ok(match (flags & UV != 0, enrolled.attested && flags & BE == 0) {
        (false, _) => Presence::Key,
        (true, false) => Presence::Present,
        (true, true) => Presence::Hardware,
    })
}

fn signer(holder: Actor, act: &Act, claimed: &str) -> Result<Signer, VerifyError> {
    let is_check = matches!(act, Act::Check { .. });
    let (name, signer) = match holder {
        Actor::Person(id) if !is_check => (id.to_string(), Signer::Person(id)),
        Actor::Service(id) if is_check => (id.to_string(), Signer::Service(id)),
        Actor::Person(_) => {
            return Err(VerifyError::WrongKind(
                "a check is reported by a service, not by a person",
            ));
        }
        Actor::Service(_) => {
            return Err(VerifyError::WrongKind("a service can only report checks"));
        }
        Actor::Agent(_) => return Err(VerifyError::WrongKind("an agent cannot sign")),
    };
    if name != claimed {
        let claimed = obstat_model::text::escape_cut(claimed, 60);
        return Err(VerifyError::OtherSigner { claimed, holder: name });
    }
    Ok(signer)
}

/// Verifies the bytes of an envelope; a refusal carries what can be told of it.
///
/// # Errors
/// [`RefusedStatement`] with the hash, the claimed signer and the reason.
pub fn verify_bytes(
    bytes: &[u8],
    roster: &Roster,
    options: &VerifyOptions,
) -> Result<VerifiedApproval, RefusedStatement> {
    let envelope = Envelope::parse(bytes).map_err(|e| RefusedStatement {
        hash: StatementHash::new(*sha256(bytes).as_bytes()),
        claimed: "?".to_owned(),
        reason: e.to_string(),
    })?;
    verify(&envelope, roster, options).map_err(|e| RefusedStatement {
        hash: envelope.statement_hash(),
        claimed: statement::parse(envelope.statement())
            .map_or_else(|_| "?".to_owned(), |s| s.signer),
        reason: e.to_string(),
    })
}

/// What an envelope claims to be. Nothing of it is proven.
#[must_use]
pub fn claimed(bytes: &[u8]) -> Option<Statement> {
    let envelope = Envelope::parse(bytes).ok()?;
    statement::parse(envelope.statement()).ok()
}

/// The key whose signature an envelope holds. Whether it fits is not looked at.
#[must_use]
pub fn signing_key(bytes: &[u8]) -> Option<KeyId> {
    let envelope = Envelope::parse(bytes).ok()?;
    Some(key::id_of(&Sshsig::parse(envelope.signature()).ok()?.key))
}

#[cfg(test)]
mod tests;
