//! A statement that somebody filed, by what it claims; verifies nothing.

use obstat_attest::{Envelope, statement};
use obstat_model::id::{ChangeDigest, StatementHash};
use obstat_model::object::{Oid, RefName};
use obstat_model::roster::KeyId;
use obstat_model::statement::Act;
use obstat_model::time::Timestamp;

/// A statement, by what it claims.
#[derive(Debug)]
pub(crate) struct Filed {
    pub(crate) hash: StatementHash,
    pub(super) target: RefName,
    /// The tip that it was judged on.
    pub(super) tip: Option<Oid>,
    pub(crate) head: Oid,
    pub(super) change: ChangeDigest,
    /// Whether it refuses or takes back.
    pub(super) negative: bool,
    pub(super) expires_at: Timestamp,
    pub(super) key: Option<KeyId>,
    pub(super) bytes: Vec<u8>,
}

impl Filed {
    /// Reads an envelope; nobody has verified it.
    pub(super) fn read(bytes: Vec<u8>) -> Option<Self> {
        let envelope = Envelope::parse(&bytes).ok()?;
        let claimed = statement::parse(envelope.statement()).ok()?;
        Some(Self {
            hash: envelope.statement_hash(),
            target: claimed.context.target,
            tip: claimed.context.tip,
            head: claimed.context.head,
            change: claimed.change,
            negative: matches!(claimed.act, Act::Reject | Act::Withdraw),
            expires_at: claimed.expires_at,
            key: obstat_attest::signing_key(&bytes),
            bytes,
        })
    }
}
