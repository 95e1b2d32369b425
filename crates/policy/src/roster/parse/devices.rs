//! Which security keys are believed what they say of themselves; verifies none.

use crate::diagnostic::{Report, shown};
use crate::yaml::{self, Fields, Node};
use obstat_model::object::RepoPath;
use obstat_model::roster::Devices;

pub(super) const KEYS: [&str; 2] = ["makers", "models"];
/// Where all inputs of a decision are.
const DIRECTORY: &str = ".obstat/";

pub(super) fn read(node: &Node, report: &mut Report) -> Option<Devices> {
    let fields = Fields::of(node, "devices", &KEYS, report)?;
    let makers = input(fields.need("makers", "devices", report)?, "makers", report)?;
    let mut models = Vec::new();
    if let Some(list) = fields.get("models") {
        for item in yaml::items(list, "models", report)? {
            let Some(text) = yaml::text(item, "a model", report) else { continue };
            match uuid(text) {
                Some(model) => models.push(model),
                None => {
                    let message =
                        "a model is an AAGUID, as in 2fc0579f-8113-47ea-b116-bb5a8db9202a";
                    report.say("bad-model", &item.span, message);
                }
            }
        }
        if models.is_empty() {
            report.say("empty-list", &list.span, "leave `models` out to trust all of the makers");
        }
    }
    Some(Devices { makers, models })
}

/// The path of a file that is a decision input, so that nobody but the owners changes it.
pub(super) fn input(node: &Node, what: &str, report: &mut Report) -> Option<RepoPath> {
    let text = yaml::text(node, what, report)?;
    let below = text.strip_prefix(DIRECTORY).unwrap_or_default();
    if below.split('/').any(|part| matches!(part, "" | "." | "..")) {
        let message = format!(
            "`{}` is not the path of a file below {DIRECTORY} in the repository",
            shown(text)
        );
        report.say("bad-path", &node.span, message);
        return None;
    }
    Some(RepoPath::from(text))
}

/// `8-4-4-4-12` hexadecimal digits (RFC 9562 §4).
fn uuid(text: &str) -> Option<[u8; 16]> {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    if lengths != [8, 4, 4, 4, 12] {
        return None;
    }
    let digits: Option<Vec<u32>> =
        text.chars().filter(|c| *c != '-').map(|c| c.to_digit(16)).collect();
    let digits = digits?;
    let bytes: Vec<u8> = digits
        .chunks_exact(2)
        .filter_map(|pair| u8::try_from(pair.iter().fold(0, |sum, d| sum * 16 + d)).ok())
        .collect();
    bytes.try_into().ok()
}
