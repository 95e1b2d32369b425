//! The members of a statement in their order, and what each may hold; knows no signature.

use super::{Kind, REASON_MAX, StatementError};
use crate::json::{self, JsonError, member, named, optional};
use obstat_model::assistance::AssistanceVerdict;
use obstat_model::change::InputsStep;
use obstat_model::hidden::HiddenFlag;
use obstat_model::id::is_name;
use obstat_model::object::RefName;
use obstat_model::statement::{self, Act, Statement};
use obstat_model::text::escape_cut;
use obstat_model::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The type of every in-toto statement.
pub(crate) const IN_TOTO: &str = "https://in-toto.io/Statement/v1";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Document {
    #[serde(rename = "_type")]
    kind: String,
    subject: [Subject; 1],
    predicate_type: String,
    predicate: Predicate,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject {
    digest: Digest,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Digest {
    obstat_change: String,
    git_commit: String,
    git_tree: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Predicate {
    decision: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    unassisted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    passed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    review_due: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<String>,
    context: Context,
    #[serde(skip_serializing_if = "Option::is_none")]
    shown: Option<Shown>,
    policy: String,
    roster: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    inputs: Option<Inputs>,
    signer: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<String>,
    reason: String,
    nonce: String,
    issued_at: String,
    expires_at: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Context {
    repository: String,
    target: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    merge_base: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shown {
    assistance: String,
    contradicted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<u8>,
    hidden: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Inputs {
    previous: String,
    next: String,
}

impl Document {
    pub(super) fn of(statement: &Statement) -> Self {
        let digest = Digest {
            obstat_change: statement.change.to_string(),
            git_commit: statement.context.head.to_string(),
            git_tree: statement.context.tree.to_string(),
        };
        Self {
            kind: IN_TOTO.to_owned(),
            subject: [Subject { digest }],
            predicate_type: Kind::of(&statement.act).predicate_type().to_owned(),
            predicate: Predicate::of(statement),
        }
    }

    pub(super) fn read(self) -> Result<Statement, StatementError> {
        json::expect_type(&self.kind, IN_TOTO)?;
        let kind = Kind::parse(&self.predicate_type)?;
        let [Subject { digest }] = self.subject;
        let found = self.predicate;
        let act = found.act(kind)?;
        if found.reason.len() > REASON_MAX {
            return Err(StatementError::Reason(found.reason.len()));
        }
        let shown = found.shown.map(Shown::read).transpose()?;
        if act == Act::Approve && shown.is_none() {
            return Err(lacks(&act, "shown"));
        }
        Ok(Statement {
            act,
            change: member("obstatChange", digest.obstat_change.parse())?,
            context: found.context.read(&digest)?,
            shown,
            policy: member("policy", found.policy.parse())?,
            roster: member("roster", found.roster.parse())?,
            inputs: found.inputs.map(Inputs::read).transpose()?,
            signer: name("signer", found.signer)?,
            level: found.level.map(|level| name("level", level)).transpose()?,
            reason: found.reason,
            nonce: member("nonce", found.nonce.parse())?,
            issued_at: member("issuedAt", Timestamp::parse(&found.issued_at))?,
            expires_at: member("expiresAt", Timestamp::parse(&found.expires_at))?,
        })
    }
}

/// Members that the decision does not have stay unread here. They are not written either, so
/// comparing with the canonical form finds them.
impl Predicate {
    fn of(statement: &Statement) -> Self {
        let mut out = Self {
            decision: statement.act.as_str().to_owned(),
            unassisted: None,
            check: None,
            passed: None,
            review_due: None,
            of: None,
            context: Context::of(&statement.context),
            shown: statement.shown.as_ref().map(Shown::of),
            policy: statement.policy.to_string(),
            roster: statement.roster.to_string(),
            inputs: statement.inputs.as_ref().map(Inputs::of),
            signer: statement.signer.clone(),
            level: statement.level.clone(),
            reason: statement.reason.clone(),
            nonce: statement.nonce.to_string(),
            issued_at: statement.issued_at.rfc3339(),
            expires_at: statement.expires_at.rfc3339(),
        };
        match &statement.act {
            Act::Approve | Act::Reject | Act::Withdraw => {}
            Act::Author { unassisted } => out.unassisted = Some(*unassisted),
            Act::Check { name, passed } => {
                out.check = Some(name.to_string());
                out.passed = Some(*passed);
            }
            Act::Override { review_due } => out.review_due = Some(review_due.rfc3339()),
            Act::Review { of } => out.of = Some(of.to_string()),
        }
        out
    }

    fn act(&self, kind: Kind) -> Result<Act, StatementError> {
        let decision = self.decision.as_str();
        let lacks = |member| StatementError::Lacks { decision: decision.to_owned(), member };
        let due = self.review_due.as_deref().map(Timestamp::parse);
        let of = self.of.as_deref().map(str::parse);
        let check = self.check.as_deref().map(str::parse);
        Ok(match (kind, decision) {
            (Kind::Approval, "approve") => Act::Approve,
            (Kind::Approval, "reject") => Act::Reject,
            (Kind::Approval, "withdraw") => Act::Withdraw,
            (Kind::Author, "author") => {
                Act::Author { unassisted: self.unassisted.ok_or_else(|| lacks("unassisted"))? }
            }
            (Kind::Check, "check") => Act::Check {
                name: optional("check", check)?.ok_or_else(|| lacks("check"))?,
                passed: self.passed.ok_or_else(|| lacks("passed"))?,
            },
            (Kind::Override, "override") => Act::Override {
                review_due: optional("reviewDue", due)?.ok_or_else(|| lacks("reviewDue"))?,
            },
            (Kind::Review, "review") => {
                Act::Review { of: optional("of", of)?.ok_or_else(|| lacks("of"))? }
            }
            (kind, other) => {
                let decision = escape_cut(other, 40);
                return Err(StatementError::Decision { decision, kind: kind.predicate_type() });
            }
        })
    }
}

impl Context {
    fn of(context: &statement::Context) -> Self {
        Self {
            repository: context.repository.to_string(),
            target: context.target.as_str().to_owned(),
            tip: context.tip.map(|id| id.to_string()),
            merge_base: context.merge_base.map(|id| id.to_string()),
        }
    }

    fn read(self, digest: &Digest) -> Result<statement::Context, JsonError> {
        Ok(statement::Context {
            repository: member("repository", self.repository.parse())?,
            target: member("target", RefName::parse(&self.target))?,
            tip: optional("tip", self.tip.map(|id| id.parse()))?,
            merge_base: optional("mergeBase", self.merge_base.map(|id| id.parse()))?,
            head: member("gitCommit", digest.git_commit.parse())?,
            tree: member("gitTree", digest.git_tree.parse())?,
        })
    }
}

impl Shown {
    fn of(shown: &statement::Shown) -> Self {
        Self {
            assistance: shown.assistance.as_str().to_owned(),
            contradicted: shown.contradicted,
            tier: shown.tier,
            hidden: shown.hidden.iter().map(|flag| flag.as_str().to_owned()).collect(),
        }
    }

    /// Flags stand in their order and once each, or one content would have two forms.
    fn read(self) -> Result<statement::Shown, JsonError> {
        let flags = self.hidden.iter().map(|text| named("hidden", HiddenFlag::parse(text)));
        let hidden: Vec<HiddenFlag> = flags.collect::<Result<_, _>>()?;
        if !hidden.is_sorted_by(|a, b| a < b) {
            return member("hidden", Err("the flags are not in their order"));
        }
        Ok(statement::Shown {
            assistance: named("assistance", AssistanceVerdict::parse(&self.assistance))?,
            contradicted: self.contradicted,
            tier: self.tier,
            hidden,
        })
    }
}

impl Inputs {
    fn of(step: &InputsStep) -> Self {
        Self { previous: step.previous.to_string(), next: step.next.to_string() }
    }

    fn read(self) -> Result<InputsStep, JsonError> {
        Ok(InputsStep {
            previous: member("previous", self.previous.parse())?,
            next: member("next", self.next.parse())?,
        })
    }
}

fn name(of: &'static str, text: String) -> Result<String, JsonError> {
    if is_name(&text) { Ok(text) } else { member(of, Err("it is no name")) }
}

fn lacks(act: &Act, member: &'static str) -> StatementError {
    StatementError::Lacks { decision: act.as_str().to_owned(), member }
}
