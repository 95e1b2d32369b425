//! Forge account, head branch, issue labels and paths → evidence. What a forge verified is strong,
//! names that anybody may choose are weak.

use crate::excerpt::excerpt;
use crate::facts::ForgeAccount;
use crate::format::Kind;
use crate::layer::Layer;
use crate::place::Place;
use crate::row::Row;
use obstat_model::evidence::{Evidence, Strength};

/// The host whose account numbers the data holds.
const NUMBERS_HOST: &str = "github.com";

/// Evidence of literal comparisons with one kind of pattern.
pub(crate) fn equal(layer: &Layer, kind: Kind, text: &[u8]) -> Vec<Evidence> {
    layer.rows_of(kind).filter_map(|row| one(row, text)).collect()
}

/// Evidence of one row.
pub(crate) fn one(row: &Row, text: &[u8]) -> Option<Evidence> {
    row.find(text).map(|_| found(row, row.strength(), text))
}

/// Evidence of the account that opened a request.
///
/// The number decides where both sides have one. The login with another number is a namesake: it
/// asks, and does not decide.
pub(crate) fn account(layer: &Layer, account: &ForgeAccount<'_>) -> Vec<Evidence> {
    let login = account.login.trim().as_bytes();
    let number = account.id.filter(|_| account.host.eq_ignore_ascii_case(NUMBERS_HOST));
    let judge = |row: &Row| {
        let same_login = row.find(login).is_some();
        let same_number = number.zip(row.data.numeric_id).map(|(a, b)| a == b);
        match (same_number, same_login) {
            (Some(true), _) | (None, true) => Some(found(row, row.strength(), login)),
            (Some(false), true) => Some(found(row, Strength::E0, login)),
            (_, false) => None,
        }
    };
    layer.rows_of(Kind::BotLogin).filter_map(judge).collect()
}

fn found(row: &Row, strength: Strength, text: &[u8]) -> Evidence {
    let kind = row.evidence_kind(Place::Request);
    Evidence { strength, kind, tool: row.tool(), model: None, commit: None, text: excerpt(text) }
}
