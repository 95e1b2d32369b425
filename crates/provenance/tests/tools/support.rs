//! Short forms for facts and evidence.

use obstat_model::assistance::{Assistance, AssistanceVerdict};
use obstat_model::evidence::Evidence;
pub(crate) use obstat_model::evidence::EvidenceKind as Kind;
pub(crate) use obstat_model::evidence::Strength::{self, E0, E1, E2, E4};
use obstat_model::object::RepoPath;
use obstat_model::time::Timestamp;
use obstat_provenance::{CommitFacts, Fingerprints, ForgeAccount, RawIdentity, RequestFacts};
use std::sync::LazyLock;

static BUILTIN: LazyLock<Fingerprints> = LazyLock::new(Fingerprints::builtin);

pub(crate) const JANE: &str = "Jane Doe <jane@example.com>";

/// Strength, kind, tool and model of evidence.
pub(crate) type Brief = (Strength, Kind, Option<String>, Option<String>);

pub(crate) fn prints() -> Fingerprints {
    BUILTIN.clone()
}

pub(crate) fn who(text: &str) -> RawIdentity<'_> {
    let (name, email) = text.split_once(" <").unwrap();
    RawIdentity { name: name.as_bytes(), email: email.trim_end_matches('>').as_bytes() }
}

/// A commit of Jane's, made in November 2026.
pub(crate) fn commit(message: &[u8]) -> CommitFacts<'_> {
    at("2026-11-20", message)
}

pub(crate) fn at<'m>(day: &str, message: &'m [u8]) -> CommitFacts<'m> {
    let time = Timestamp::parse(day).unwrap().unix() + 3_600;
    CommitFacts {
        oid: None,
        author: who(JANE),
        committer: who(JANE),
        author_at: time,
        committed_at: time,
        message,
    }
}

pub(crate) fn of_message(message: &str) -> Vec<Evidence> {
    prints().of_commit(&commit(message.as_bytes()))
}

pub(crate) fn of_author(author: &str) -> Vec<Evidence> {
    prints().of_commit(&CommitFacts { author: who(author), ..commit(b"fix\n") })
}

pub(crate) fn of_committer(committer: &str) -> Vec<Evidence> {
    prints().of_commit(&CommitFacts { committer: who(committer), ..commit(b"fix\n") })
}

pub(crate) fn of_body(body: &str) -> Vec<Evidence> {
    prints().of_request(&RequestFacts { body, head_branch: None, account: None, issue_labels: &[] })
}

pub(crate) fn of_label(label: &str) -> Vec<Evidence> {
    let labels = [label.to_owned()];
    let empty = RequestFacts { body: "", head_branch: None, account: None, issue_labels: &labels };
    prints().of_request(&empty)
}

pub(crate) fn of_account(host: &str, login: &str, id: Option<u64>) -> Vec<Evidence> {
    let account = Some(ForgeAccount { host, login, id });
    prints().of_request(&RequestFacts { body: "", head_branch: None, account, issue_labels: &[] })
}

pub(crate) fn of_bot(login: &str, id: u64) -> Vec<Evidence> {
    of_account("github.com", login, Some(id))
}

pub(crate) fn of_path(path: &str) -> Vec<Evidence> {
    prints().of_paths([RepoPath::from(path)].iter())
}

pub(crate) fn brief(evidence: &[Evidence]) -> Vec<Brief> {
    let one = |e: &Evidence| {
        (e.strength, e.kind, e.tool.as_ref().map(|t| t.as_str().to_owned()), e.model.clone())
    };
    evidence.iter().map(one).collect()
}

pub(crate) fn sign(strength: Strength, kind: Kind, tool: &str) -> Brief {
    (strength, kind, Some(tool.to_owned()), None)
}

pub(crate) fn modelled(strength: Strength, kind: Kind, tool: &str, model: &str) -> Brief {
    (strength, kind, Some(tool.to_owned()), Some(model.to_owned()))
}

pub(crate) fn verdict(evidence: Vec<Evidence>) -> AssistanceVerdict {
    Assistance::conclude(evidence, None).verdict
}

/// Asserts that evidence is exactly this, strongest first.
#[track_caller]
pub(crate) fn expect(evidence: Vec<Evidence>, wanted: &[Brief]) {
    assert_eq!(brief(&evidence), wanted, "{evidence:#?}");
}

/// Asserts that there is no evidence, so that the answer is *undisclosed*.
#[track_caller]
pub(crate) fn silent(evidence: Vec<Evidence>) {
    expect(evidence.clone(), &[]);
    assert_eq!(verdict(evidence), AssistanceVerdict::Undisclosed);
}
