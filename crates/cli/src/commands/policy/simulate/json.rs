//! A simulation as one object for machines (docs/formats/output.md); counts nothing.

use super::About;
use super::tally::Tally;
use crate::error::CliError;
use crate::ui::Ui;

pub(super) fn json(ui: &mut Ui, about: &About, tally: &Tally) -> Result<(), CliError> {
    let rules: Vec<_> = tally
        .rules()
        .into_iter()
        .map(|(name, n)| serde_json::json!({ "rule": name.as_str(), "changes": n }))
        .collect();
    let exemptions: Vec<_> = tally
        .exemptions()
        .into_iter()
        .map(|(name, n)| serde_json::json!({ "exemption": name.as_str(), "changes": n }))
        .collect();
    let people: Vec<_> = tally
        .loads(about.args.budget)
        .into_iter()
        .map(|load| {
            serde_json::json!({
                "who": load.who.as_str(), "signatures": load.signatures,
                "most_in_a_week": load.most, "weeks_over_budget": load.over,
            })
        })
        .collect();
    let changes: Vec<_> = tally
        .changes
        .iter()
        .map(|change| {
            serde_json::json!({
                "commit": change.commit.to_string(), "at": change.at.rfc3339(),
                "subject": change.subject, "decision": change.outcome.as_str(),
                "assistance": change.assistance,
                "rules": change.rules.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "exemption": change.exemption.as_ref().map(ToString::to_string),
                "signers": change.signers.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "problem": change.problem,
            })
        })
        .collect();
    let whole = serde_json::json!({
        "version": 1, "target": about.target.as_str(), "changes": tally.changes.len(),
        "older_left_out": about.is_cut,
        "weeks": tally.weeks(), "unknown_people": about.guests, "unknown_as": about.level.as_str(),
        "budget": about.args.budget, "minutes": about.args.minutes,
        "asks_nobody": tally.asking(|n| n == 0), "asks_one": tally.asking(|n| n == 1),
        "asks_more": tally.asking(|n| n > 1), "blocked": tally.blocked(),
        "rules": rules, "exemptions": exemptions, "people": people, "each": changes,
    });
    ui.line(serde_json::to_string(&whole).map_err(|e| CliError::Internal(e.to_string()))?);
    Ok(())
}
