//! What a browser's client data must say, line by line; the signature itself is not looked at.

#![expect(clippy::string_slice, reason = "the samples are ASCII")]

use super::*;
use proptest::prelude::*;

const ORIGIN: &str = "https://approve.example.com";
const PREIMAGE: &[u8] = b"the pre-image";

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(PREIMAGE)
}

fn check_bytes(client_data: &[u8], origin: &str) -> Result<(), &'static str> {
    let parties = [RelyingParty {
        id: "approve.example.com".to_owned(),
        origins: vec![ORIGIN.to_owned(), "https://approve.example.com:8443".to_owned()],
    }];
    let found =
        Webauthn { r: &[1], s: &[1], flags: 5, counter: 0, origin, client_data, extensions: &[] };
    check(&found, "approve.example.com", PREIMAGE, &parties)
}

fn check_text(client_data: &str) -> Result<(), &'static str> {
    check_bytes(client_data.as_bytes(), ORIGIN)
}

fn with(rest: &str) -> String {
    let challenge = challenge();
    format!(
        "{{\"type\":\"webauthn.get\",\"challenge\":\"{challenge}\",\"origin\":\"{ORIGIN}\"{rest}"
    )
}

#[test]
fn what_browsers_send_is_accepted() {
    for rest in [
        "}",
        ",\"crossOrigin\":false}",
        ",\"crossOrigin\":false,\"other_keys_can_be_added_here\":\"do not compare\"}",
        ",\"topOrigin\":\"https://approve.example.com\"}",
        ",\"extra\":{\"a\":1,\"b\":[{}]}}",
    ] {
        assert_eq!(check_text(&with(rest)), Ok(()), "{rest}");
    }
    let other = with("}").replace(ORIGIN, "https://approve.example.com:8443");
    assert_eq!(check_bytes(other.as_bytes(), "https://approve.example.com:8443"), Ok(()));
}

#[test]
fn other_content_is_refused() {
    let good = with(",\"crossOrigin\":false}");
    assert_eq!(check_text(&good), Ok(()));
    for (old, new) in [
        ("webauthn.get", "webauthn.create"),
        ("\"crossOrigin\":false", "\"crossOrigin\":true"),
        ("\"crossOrigin\":false", "\"crossOrigin\":null"),
        ("\"crossOrigin\":false", "\"crossOrigin\":\"false\""),
        ("\"crossOrigin\":false", "\"crossOrigin\":false,\"crossOrigin\":false"),
        ("\"crossOrigin\":false", "\"topOrigin\":\"https://evil.example\""),
        ("\"crossOrigin\":false", "\"origin\":\"https://approve.example.com\""),
        ("\"crossOrigin\":false", "\"origin\":\"https://evil.example\""),
        ("\"crossOrigin\":false", "\"type\":\"webauthn.get\""),
        ("\"crossOrigin\":false", "\"x\":1,\"x\":1"),
        ("\"crossOrigin\":false", "\"\\u006frigin\":\"https://evil.example\""),
        (",\"crossOrigin\":false}", ""),
        (",\"crossOrigin\":false}", ",garbage"),
        (",\"crossOrigin\":false}", "} "),
        (",\"crossOrigin\":false}", "}}"),
        (",\"crossOrigin\":false}", "},{}"),
        (",\"crossOrigin\":false}", ","),
        ("{\"type\"", " {\"type\""),
        ("\"type\":", "\"type\": "),
        ("\"challenge\":\"", "\"challenge\":\"x"),
        (&challenge(), &format!("{}=", challenge())),
        (&challenge(), &challenge()[1..]),
        ("\"origin\":\"https:", "\"origin\":\"http:"),
    ] {
        assert!(good.contains(old), "{old}");
        assert!(check_text(&good.replacen(old, new, 1)).is_err(), "{old} -> {new}");
    }
    let reordered = good.replacen("\"type\":\"webauthn.get\",", "", 1);
    assert!(check_text(&reordered.replacen('}', ",\"type\":\"webauthn.get\"}", 1)).is_err());
}

#[test]
fn only_listed_origins_and_sites_may_ask() {
    for origin in [
        "https://evil.example",
        "http://approve.example.com",
        "https://approve.example.com:444",
        "https://approve.example.com/",
        "https://approve.example.com.evil.example",
        "https://APPROVE.example.com",
        "",
    ] {
        let data = with("}").replace(ORIGIN, origin);
        assert!(check_bytes(data.as_bytes(), origin).is_err(), "{origin}");
        // The origin beside the client data must be that inside.
        assert!(check_bytes(with("}").as_bytes(), origin).is_err(), "{origin}");
    }
    let tricky = format!("{ORIGIN}\",\"x\":\"y");
    assert!(check_bytes(with(",\"x\":\"y\"}").as_bytes(), &tricky).is_err());
    let (data, parties) = (with("}"), []);
    let data = data.as_bytes();
    let found = Webauthn {
        r: &[],
        s: &[],
        flags: 5,
        counter: 0,
        origin: ORIGIN,
        client_data: data,
        extensions: &[],
    };
    assert!(check(&found, "approve.example.com", PREIMAGE, &parties).is_err());
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(bytes: Vec<u8>, rest: String) {
        let _ = check_bytes(&bytes, ORIGIN);
        let _ = check_text(&with(&rest));
    }
}
