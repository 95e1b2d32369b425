//! Checks a pushed statement before it is filed: name, size, count, signature. Append only.

use super::{APPROVALS, Answer, RefUpdate, refused};
use crate::inputs::Inputs;
use crate::pipeline::World;
use crate::ports::PortError;
use crate::statements::{STATEMENTS_MAX, claimed};
use obstat_model::text::escape_cut;

/// Largest envelope that is filed, in bytes.
pub(super) const ENVELOPE_MAX: u64 = 128 << 10;

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
    let answer = verified(world, main, &bytes)?;
    // By signer, so that nobody's statements shut out somebody else's. The signature was checked,
    // so whom it claims to be from is whom it is from.
    let signer = |bytes: &[u8]| obstat_attest::claimed(bytes).map(|claimed| claimed.signer);
    let known = world.records.statements(digest)?;
    let own = known.iter().filter(|b| signer(b) == signer(&bytes)).count();
    if matches!(answer, Answer::Filed) && own > STATEMENTS_MAX {
        let text = format!("you have signed {STATEMENTS_MAX} statements on this change already");
        return Ok(refused("too-many-statements", text, "ask an owner to look into it"));
    }
    Ok(answer)
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
    // A person may be known on the target and not, or not yet, on the policy ref.
    if let Some(target) = obstat_attest::claimed(bytes).map(|claimed| claimed.context.target)
        && let Some(tip) = world.repository.reference(&target)?
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
