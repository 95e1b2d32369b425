//! One OpenSSH public key line: its shape and strength; verifies no signature.
//!
//! Source of the form: RFC 4253 §6.6 (`string` fields), RFC 8709, RFC 5656, OpenSSH PROTOCOL.u2f.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use obstat_model::digest::sha256;
use obstat_model::roster::KeyId;

/// Key types that may sign.
const ALGORITHMS: [&str; 6] = [
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ssh-rsa",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
];
/// Browser keys, enrolled by a server.
const WEBAUTHN: &str = "webauthn-sk-ecdsa-sha2-nistp256@openssh.com";
/// Smallest RSA modulus in bits.
const RSA_BITS_MIN: usize = 2_048;
/// Longest key in bytes.
const BLOB_MAX: usize = 4_096;

/// Reads `TYPE BASE64 [COMMENT]`.
///
/// # Errors
/// What is wrong with the key and what to do, as one phrase.
pub(super) fn read(line: &str) -> Result<(KeyId, Vec<u8>), String> {
    let mut words = line.split_ascii_whitespace();
    let (Some(kind), Some(body)) = (words.next(), words.next()) else {
        return Err("a key is `TYPE BASE64`, as in a .pub file".to_owned());
    };
    if !ALGORITHMS.contains(&kind) && kind != WEBAUTHN {
        return Err(format!(
            "keys of type `{}` are not supported; use one of {}",
            crate::diagnostic::shown(kind),
            ALGORITHMS.join(", ")
        ));
    }
    let blob = STANDARD.decode(body).map_err(|_| "the key is not canonical base64".to_owned())?;
    if blob.len() > BLOB_MAX {
        return Err(format!("the key has more than {BLOB_MAX} bytes"));
    }
    check(kind, &blob)?;
    let id = KeyId(*sha256(&blob).as_bytes());
    Ok((id, blob))
}

fn check(kind: &str, blob: &[u8]) -> Result<(), String> {
    let broken = || format!("the key is cut off or is no {kind} key");
    let fields = fields(blob).ok_or_else(broken)?;
    let inner = if kind == WEBAUTHN { "sk-ecdsa-sha2-nistp256@openssh.com" } else { kind };
    if fields.first() != Some(&inner.as_bytes()) {
        return Err("the key's type and its content differ".to_owned());
    }
    let lengths: Vec<usize> = fields.iter().map(|f| f.len()).collect();
    let holds = match (kind, lengths.as_slice()) {
        ("ssh-ed25519", [_, 32]) => true,
        ("sk-ssh-ed25519@openssh.com", [_, 32, application]) => *application > 0,
        ("ecdsa-sha2-nistp256", [_, 8, 65]) | ("ecdsa-sha2-nistp384", [_, 8, 97]) => true,
        (_, [_, 8, 65, application]) if kind.contains("sk-ecdsa") => *application > 0,
        ("ssh-rsa", [_, _, modulus]) => return rsa(*modulus),
        _ => false,
    };
    if holds { Ok(()) } else { Err(broken()) }
}

fn rsa(modulus: usize) -> Result<(), String> {
    // A positive mpint whose highest bit is set begins with a zero byte.
    if modulus.saturating_sub(1) * 8 < RSA_BITS_MIN {
        return Err(format!("the RSA key has fewer than {RSA_BITS_MIN} bits; make an ed25519 key"));
    }
    Ok(())
}

/// The length-prefixed fields, if they fill the blob exactly.
fn fields(mut rest: &[u8]) -> Option<Vec<&[u8]>> {
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (head, tail) = rest.split_first_chunk::<4>()?;
        let (field, tail) = tail.split_at_checked(u32::from_be_bytes(*head) as usize)?;
        found.push(field);
        rest = tail;
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4F1r7lHSHqU4FHTSSS7Ip5DHVmsS0oUvZ+wuyJbNG5";

    #[test]
    fn a_good_key_has_the_fingerprint_of_its_blob() {
        let (id, blob) = read(GOOD).unwrap();
        assert_eq!(id.0, *sha256(&blob).as_bytes());
        assert_eq!(read(&format!("{GOOD} some comment")).unwrap().0, id);
    }

    #[test]
    fn weak_cut_or_foreign_keys_are_refused() {
        let cut: String = GOOD.chars().take(GOOD.len() - 8).collect();
        let mut small = Vec::new();
        for field in [&b"ssh-rsa"[..], &[1, 0, 1], &[1; 128]] {
            small.extend((field.len() as u32).to_be_bytes());
            small.extend(field);
        }
        let small = format!("ssh-rsa {}", STANDARD.encode(small));
        let other = GOOD.replace("ssh-ed25519 ", "ecdsa-sha2-nistp256 ");
        for bad in ["", "ssh-ed25519", "ssh-dss AAAA", &cut, &small, &other, "ssh-ed25519 !!!"] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert!(read(&small).unwrap_err().contains("2048"));
    }
}
