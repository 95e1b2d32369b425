//! Checks a pushed statement before it is filed: name, size, count, signature. Append only.

use super::{APPROVALS, Answer, RefUpdate, refused};
use crate::inputs::Inputs;
use crate::ports::PortError;
use crate::statements::{STATEMENTS_MAX, claimed};
use crate::world::World;
use obstat_model::roster::KeyId;
use obstat_model::statement::Act;
use obstat_model::text::escape_cut;
use obstat_model::time::Seconds;
use std::mem::{Discriminant, discriminant};

/// Largest envelope that is filed, in bytes.
pub(super) const ENVELOPE_MAX: u64 = 128 << 10;
/// How far a signer's clock may go ahead of the gate's.
const SLACK: Seconds = Seconds(300);

pub(super) fn answer(
    world: World,
    main: Option<&Inputs>,
    update: &RefUpdate,
) -> Result<Answer, PortError> {
    let Some(filed) = update.name.as_str().strip_prefix(APPROVALS) else {
        let text = format!("{} is written by the gate alone", update.name);
        return Ok(refused("own-ref", text, "push only refs/obstat/approvals/*"));
    };
    let (None, Some(new)) = (update.old, update.new) else {
        let text = "signed statements are kept for ever; this push would change or delete one";
        return Ok(refused("append-only", text, "withdraw it instead: obstat withdraw"));
    };
    let Some(bytes) = world.repository.blob(new, ENVELOPE_MAX)? else {
        let text = format!("the statement is larger than {} KiB", ENVELOPE_MAX >> 10);
        return Ok(refused("statement-too-large", text, "give a shorter reason"));
    };
    let (digest, hash) = match claimed(&bytes) {
        Ok(found) => found,
        Err(why) => return Ok(broken(&why)),
    };
    if filed != format!("{digest}/{hash}") {
        return Ok(broken("it is filed under another digest or hash than its own"));
    }
    let claimed = obstat_attest::claimed(&bytes);
    if claimed.is_some_and(|c| c.issued_at > world.now.0.after(SLACK)) {
        let text = "the statement is dated in the future";
        return Ok(refused("statement-future", text, "set the clock, then sign again"));
    }
    let answer = verified(world, main, &bytes)?;
    if !matches!(answer, Answer::Filed) {
        return Ok(answer);
    }
    // By key and kind, so that nobody's statements shut out somebody else's, and nothing that is
    // approved too often shuts out that it is taken back.
    let own = drawer(&bytes);
    let known = world.records.statements(digest)?;
    if known.iter().filter(|other| drawer(other) == own).count() > STATEMENTS_MAX {
        let text =
            format!("you have signed {STATEMENTS_MAX} statements of this kind on this change");
        return Ok(refused("too-many-statements", text, "ask an owner to look into it"));
    }
    Ok(answer)
}

/// What is counted together.
fn drawer(bytes: &[u8]) -> (Option<KeyId>, Option<Discriminant<Act>>) {
    let claimed = obstat_attest::claimed(bytes);
    (obstat_attest::signing_key(bytes), claimed.map(|claimed| discriminant(&claimed.act)))
}

fn verified(world: World, main: Option<&Inputs>, bytes: &[u8]) -> Result<Answer, PortError> {
    let Some(main) = main else {
        let text = "there is no valid roster yet, so no signature can be checked";
        return Ok(refused("inputs-missing", text, "run `obstat bootstrap` first"));
    };
    let refusal = match obstat_attest::verify_bytes(bytes, &main.roster, world.options) {
        Ok(_) => return Ok(Answer::Filed),
        Err(refusal) => refusal,
    };
    // A person may be known on the target and not, or not yet, on the policy ref. Whoever pushes a
    // branch writes its roster, unless it is protected.
    if let Some(target) = obstat_attest::claimed(bytes).map(|claimed| claimed.context.target)
        && main.policy.target_of(&target).is_some()
        && let Some(tip) = world.repository.reference(&target)?
        && !world.records.landings_at(&target, tip)?.is_empty()
        && let Ok(there) = &*world.inputs(world.repository.commit(tip)?.tree)?
        && obstat_attest::verify_bytes(bytes, &there.roster, world.options).is_ok()
    {
        return Ok(Answer::Filed);
    }
    Ok(broken(&refusal.reason))
}

fn broken(why: &str) -> Answer {
    let text = format!("the statement does not verify: {}", escape_cut(why, 200));
    refused("statement-invalid", text, "sign it again with `obstat sign`")
}
