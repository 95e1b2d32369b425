//! Statements of people and services as in-toto Statement v1 bytes; verifies no signature.
//!
//! Format page: `docs/formats/statement.md`. The JSON has one form (see `json.rs`), and encoding
//! reads back what it wrote: nobody is asked to sign what no gate could read.

mod wire;

use crate::json::{self, JsonError};
use obstat_model::statement::{Act, Statement};
use obstat_model::text::escape_cut;
use thiserror::Error;

pub(crate) use wire::IN_TOTO;

/// Largest statement in bytes.
pub const STATEMENT_MAX: usize = 16 << 10;
/// Longest reason in bytes of UTF-8.
pub const REASON_MAX: usize = 4 << 10;

/// The namespaces in which statements are signed, one for each kind.
pub const NAMESPACES: &[&str] =
    &[Kind::Approval.namespace(), Kind::Author.namespace(), CHECK, OVERRIDE, REVIEW];
/// The namespace of checks: the only one in which services sign.
pub(crate) const CHECK: &str = Kind::Check.namespace();
const OVERRIDE: &str = Kind::Override.namespace();
const REVIEW: &str = Kind::Review.namespace();

/// Why bytes are no statement, or a statement cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StatementError {
    /// Not the JSON that it should be.
    #[error("the statement cannot be read: {0}")]
    Json(#[from] JsonError),
    /// A type of predicate that is not ours.
    #[error("the statement is of type `{0}`, which is not known here")]
    Kind(String),
    /// The decision belongs to another type of predicate.
    #[error("the statement decides `{decision}`, which `{kind}` cannot")]
    Decision {
        /// The decision.
        decision: String,
        /// The type of predicate.
        kind: &'static str,
    },
    /// A member that this decision needs is absent.
    #[error("the statement decides `{decision}` and lacks `{member}`")]
    Lacks {
        /// The decision.
        decision: String,
        /// The member.
        member: &'static str,
    },
    /// The reason is too long.
    #[error("the reason has {0} bytes; at most {REASON_MAX} can be signed")]
    Reason(usize),
    /// What was written does not read back as it was.
    #[error("the statement cannot be written so that it reads back the same; is it in order?")]
    Unwritable,
}

/// The kinds of statements: each has a type of predicate and a namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Approval,
    Author,
    Check,
    Override,
    Review,
}

impl Kind {
    const ALL: [Self; 5] =
        [Self::Approval, Self::Author, Self::Check, Self::Override, Self::Review];

    const fn of(act: &Act) -> Self {
        match act {
            Act::Approve | Act::Reject | Act::Withdraw => Self::Approval,
            Act::Author { .. } => Self::Author,
            Act::Check { .. } => Self::Check,
            Act::Override { .. } => Self::Override,
            Act::Review { .. } => Self::Review,
        }
    }

    const fn predicate_type(self) -> &'static str {
        match self {
            Self::Approval => "urn:obstat:approval:v1",
            Self::Author => "urn:obstat:author:v1",
            Self::Check => "urn:obstat:check:v1",
            Self::Override => "urn:obstat:override:v1",
            Self::Review => "urn:obstat:review:v1",
        }
    }

    const fn namespace(self) -> &'static str {
        match self {
            Self::Approval => "obstat-approval@v1",
            Self::Author => "obstat-author@v1",
            Self::Check => "obstat-check@v1",
            Self::Override => "obstat-override@v1",
            Self::Review => "obstat-review@v1",
        }
    }

    fn parse(text: &str) -> Result<Self, StatementError> {
        let found = Self::ALL.into_iter().find(|k| k.predicate_type() == text);
        found.ok_or_else(|| StatementError::Kind(escape_cut(text, 120)))
    }
}

/// The namespace in which a statement is signed.
#[must_use]
pub fn namespace(act: &Act) -> &'static str {
    Kind::of(act).namespace()
}

/// The bytes of a statement: what is signed and kept.
///
/// # Errors
/// [`StatementError`] if the bytes would not read back as the same statement.
pub fn encode(statement: &Statement) -> Result<Vec<u8>, StatementError> {
    let bytes = written(statement)?;
    if parse(&bytes)? == *statement { Ok(bytes) } else { Err(StatementError::Unwritable) }
}

/// Reads a statement. Nothing of it is proven.
///
/// # Errors
/// [`StatementError`] unless the bytes are exactly what [`encode`] gives.
pub fn parse(bytes: &[u8]) -> Result<Statement, StatementError> {
    let wire: wire::Document = json::decode(bytes, STATEMENT_MAX)?;
    let statement = wire.read()?;
    if written(&statement)? == bytes { Ok(statement) } else { Err(JsonError::NotCanonical.into()) }
}

fn written(statement: &Statement) -> Result<Vec<u8>, StatementError> {
    Ok(json::encode(&wire::Document::of(statement))?)
}

#[cfg(test)]
mod tests;
