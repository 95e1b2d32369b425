//! The members of a verification summary in their order; knows no signature.

use super::{Clearance, Property, Verdict};
use crate::json::{JsonError, expect_type, member, named};
use crate::statement::IN_TOTO;
use obstat_model::id::{RepositoryId, to_hex};
use obstat_model::object::RefName;
use obstat_model::roster::KeyId;
use obstat_model::time::Timestamp;
use serde::{Deserialize, Serialize};

const SUMMARY: &str = "https://slsa.dev/verification_summary/v1";
/// The version of SLSA whose words these are.
const SLSA: &str = "1.2";
const REPOSITORY: &str = "urn:obstat:repository:";
const GATE: &str = "urn:obstat:gate:";
const LOCATION_MAX: usize = 2_048;

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
    digest: SourceDigest,
    annotations: Annotations,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct SourceDigest {
    git_commit: String,
    git_tree: String,
    obstat_change: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Annotations {
    source_refs: [String; 1],
    obstat_repository: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Predicate {
    verifier: Verifier,
    time_verified: String,
    resource_uri: String,
    policy: Policy,
    input_attestations: Vec<Input>,
    verification_result: String,
    verified_levels: Vec<String>,
    slsa_version: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Verifier {
    id: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Policy {
    uri: String,
    digest: PolicyDigest,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct PolicyDigest {
    sha256: String,
    obstat_inputs: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    digest: InputDigest,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct InputDigest {
    sha256: String,
}

impl Document {
    pub(super) fn of(clearance: &Clearance, gate: KeyId) -> Self {
        let subject = Subject {
            digest: SourceDigest {
                git_commit: clearance.commit.to_string(),
                git_tree: clearance.tree.to_string(),
                obstat_change: clearance.change.to_string(),
            },
            annotations: Annotations {
                source_refs: [clearance.target.as_str().to_owned()],
                obstat_repository: clearance.repository.to_string(),
            },
        };
        Self {
            kind: IN_TOTO.to_owned(),
            subject: [subject],
            predicate_type: SUMMARY.to_owned(),
            predicate: Predicate::of(clearance, gate),
        }
    }

    pub(super) fn is_by(&self, gate: KeyId) -> bool {
        self.predicate.verifier.id == verifier(gate)
    }

    pub(super) fn read(self) -> Result<Clearance, JsonError> {
        expect_type(&self.kind, IN_TOTO)?;
        expect_type(&self.predicate_type, SUMMARY)?;
        let [Subject { digest, annotations }] = self.subject;
        let [target] = annotations.source_refs;
        let repository = member("obstatRepository", annotations.obstat_repository.parse())?;
        let found = self.predicate;
        let hashes = found.input_attestations.iter();
        let hashes = hashes.map(|input| member("inputAttestations", input.digest.sha256.parse()));
        Ok(Clearance {
            repository,
            location: location(found.resource_uri, repository)?,
            target: member("sourceRefs", RefName::parse(&target))?,
            commit: member("gitCommit", digest.git_commit.parse())?,
            tree: member("gitTree", digest.git_tree.parse())?,
            change: member("obstatChange", digest.obstat_change.parse())?,
            policy: member("sha256", found.policy.digest.sha256.parse())?,
            inputs: member("obstatInputs", found.policy.digest.obstat_inputs.parse())?,
            statements: hashes.collect::<Result<_, _>>()?,
            verdict: verdict(&found.verification_result, &found.verified_levels)?,
            at: member("timeVerified", Timestamp::parse(&found.time_verified))?,
        })
    }
}

impl Predicate {
    fn of(clearance: &Clearance, gate: KeyId) -> Self {
        let (result, levels) = match &clearance.verdict {
            Verdict::Passed(found) => ("PASSED", found.iter().map(|p| p.as_str()).collect()),
            Verdict::Failed => ("FAILED", vec!["FAILED"]),
        };
        let urn = format!("{REPOSITORY}{}", clearance.repository);
        let inputs = clearance.statements.iter();
        Self {
            verifier: Verifier { id: verifier(gate) },
            time_verified: clearance.at.rfc3339(),
            resource_uri: clearance.location.clone().unwrap_or_else(|| urn.clone()),
            policy: Policy {
                uri: format!("{urn}/.obstat/policy.yaml"),
                digest: PolicyDigest {
                    sha256: clearance.policy.to_string(),
                    obstat_inputs: clearance.inputs.to_string(),
                },
            },
            input_attestations: inputs
                .map(|hash| Input { digest: InputDigest { sha256: hash.to_string() } })
                .collect(),
            verification_result: result.to_owned(),
            verified_levels: levels.into_iter().map(str::to_owned).collect(),
            slsa_version: SLSA.to_owned(),
        }
    }
}

fn verifier(gate: KeyId) -> String {
    format!("{GATE}{}", to_hex(&gate.0))
}

/// A location is a URI, so that nothing in it can hide: `scheme:rest` of printable ASCII. One in
/// our own scheme is the repository's own id or none.
fn location(uri: String, repository: RepositoryId) -> Result<Option<String>, JsonError> {
    if uri == format!("{REPOSITORY}{repository}") {
        return Ok(None);
    }
    let scheme = uri.split(':').next().unwrap_or_default();
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    let is_plain = uri.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b));
    if uri.len() > LOCATION_MAX
        || uri.len() <= scheme.len() + 1
        || !is_scheme
        || !is_plain
        || uri.starts_with("urn:obstat:")
    {
        return member("resourceUri", Err("it is no URI of a repository"));
    }
    Ok(Some(uri))
}

/// Properties stand in their order and once each, or one content would have two forms.
fn verdict(result: &str, levels: &[String]) -> Result<Verdict, JsonError> {
    match (result, levels) {
        ("FAILED", [only]) if only == "FAILED" => Ok(Verdict::Failed),
        ("PASSED", levels) => {
            let find = |name: &String| Property::ALL.into_iter().find(|p| p.as_str() == name);
            let found = levels.iter().map(|name| named("verifiedLevels", find(name)));
            let found: Vec<Property> = found.collect::<Result<_, _>>()?;
            if !found.is_sorted_by(|a, b| a < b) {
                return member("verifiedLevels", Err("the levels are not in their order"));
            }
            Ok(Verdict::Passed(found))
        }
        _ => member("verificationResult", Err("result and levels do not fit each other")),
    }
}
