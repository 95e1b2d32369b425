//! The members of landing records and receipts in their order; knows no signature.

use super::{LANDING, RECEIPT};
use crate::json::{JsonError, expect_type, member, named, optional};
use obstat_model::assistance::AssistanceVerdict;
use obstat_model::decision::Outcome;
use obstat_model::landing::{self, LandedChange, LandingKind, LandingRecord};
use obstat_model::object::RefName;
use obstat_model::target::Mode;
use obstat_model::time::Timestamp;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Landing {
    record: String,
    repository: String,
    target: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    to: String,
    kind: String,
    mode: String,
    changes: Vec<Change>,
    pusher: String,
    inputs: String,
    #[serde(rename = "governedBy", skip_serializing_if = "Option::is_none")]
    governed: Option<Governed>,
    at: String,
    seen: u64,
    sequence: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Governed {
    r#ref: String,
    at: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Change {
    digest: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    to: String,
    outcome: String,
    assistance: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tools: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    contributors: Vec<String>,
    statements: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    overridden_by: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Receipt {
    record: String,
    repository: String,
    statement: String,
    change: String,
    at: String,
}

impl Landing {
    pub(super) fn of(record: &LandingRecord) -> Self {
        Self {
            record: LANDING.to_owned(),
            repository: record.repository.to_string(),
            target: record.target.as_str().to_owned(),
            from: record.from.map(|id| id.to_string()),
            to: record.to.to_string(),
            kind: record.kind.as_str().to_owned(),
            mode: record.mode.as_str().to_owned(),
            changes: record.changes.iter().map(Change::of).collect(),
            pusher: record.pusher.clone(),
            inputs: record.inputs.to_string(),
            governed: record.governed.as_ref().map(Governed::of),
            at: record.at.rfc3339(),
            seen: record.seen,
            sequence: record.sequence,
            previous: record.previous.map(|hash| hash.to_string()),
        }
    }

    pub(super) fn read(self) -> Result<LandingRecord, JsonError> {
        expect_type(&self.record, LANDING)?;
        Ok(LandingRecord {
            repository: member("repository", self.repository.parse())?,
            target: member("target", RefName::parse(&self.target))?,
            from: optional("from", self.from.map(|id| id.parse()))?,
            to: member("to", self.to.parse())?,
            kind: named("kind", LandingKind::parse(&self.kind))?,
            mode: named("mode", Mode::parse(&self.mode))?,
            changes: self.changes.into_iter().map(Change::read).collect::<Result<_, _>>()?,
            pusher: self.pusher,
            inputs: member("inputs", self.inputs.parse())?,
            governed: self.governed.map(Governed::read).transpose()?,
            at: member("at", Timestamp::parse(&self.at))?,
            seen: self.seen,
            sequence: self.sequence,
            previous: optional("previous", self.previous.map(|hash| hash.parse()))?,
        })
    }
}

impl Governed {
    fn of(governed: &landing::Governed) -> Self {
        Self { r#ref: governed.by.as_str().to_owned(), at: governed.at.to_string() }
    }

    fn read(self) -> Result<landing::Governed, JsonError> {
        Ok(landing::Governed {
            by: member("governedBy", RefName::parse(&self.r#ref))?,
            at: member("governedBy", self.at.parse())?,
        })
    }
}

impl Change {
    fn of(change: &LandedChange) -> Self {
        Self {
            digest: change.digest.to_string(),
            from: change.from.map(|id| id.to_string()),
            to: change.to.to_string(),
            outcome: change.outcome.as_str().to_owned(),
            assistance: change.assistance.as_str().to_owned(),
            tools: change.tools.iter().map(ToString::to_string).collect(),
            contributors: change.contributors.iter().map(ToString::to_string).collect(),
            statements: change.statements.iter().map(ToString::to_string).collect(),
            overridden_by: change.overridden_by.map(|hash| hash.to_string()),
        }
    }

    fn read(self) -> Result<LandedChange, JsonError> {
        let people = self.contributors.iter().map(|id| member("contributors", id.parse()));
        let tools = self.tools.iter().map(|id| member("tools", id.parse()));
        let hashes = self.statements.iter().map(|hash| member("statements", hash.parse()));
        Ok(LandedChange {
            digest: member("digest", self.digest.parse())?,
            from: optional("from", self.from.map(|id| id.parse()))?,
            to: member("to", self.to.parse())?,
            outcome: named("outcome", outcome(&self.outcome))?,
            assistance: named("assistance", AssistanceVerdict::parse(&self.assistance))?,
            tools: tools.collect::<Result<_, _>>()?,
            contributors: people.collect::<Result<_, _>>()?,
            statements: hashes.collect::<Result<_, _>>()?,
            overridden_by: optional("overriddenBy", self.overridden_by.map(|hash| hash.parse()))?,
        })
    }
}

impl Receipt {
    pub(super) fn of(receipt: &landing::Receipt) -> Self {
        Self {
            record: RECEIPT.to_owned(),
            repository: receipt.repository.to_string(),
            statement: receipt.statement.to_string(),
            change: receipt.change.to_string(),
            at: receipt.at.rfc3339(),
        }
    }

    pub(super) fn read(self) -> Result<landing::Receipt, JsonError> {
        expect_type(&self.record, RECEIPT)?;
        Ok(landing::Receipt {
            repository: member("repository", self.repository.parse())?,
            statement: member("statement", self.statement.parse())?,
            change: member("change", self.change.parse())?,
            at: member("at", Timestamp::parse(&self.at))?,
        })
    }
}

fn outcome(text: &str) -> Option<Outcome> {
    [Outcome::Clear, Outcome::Pending, Outcome::Blocked].into_iter().find(|o| o.as_str() == text)
}
