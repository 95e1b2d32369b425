//! JSON with one form: ASCII, no blanks, fixed order of members; knows no document.
//!
//! Readers parse, encode what they found, and compare: unknown members, repeated members, other
//! orders, blanks, `null` for nothing and numbers in another form all end as "not canonical" or
//! earlier. So there is one reading, and it is also that of every lenient parser.

use obstat_model::text::escape_cut;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::ser::{Formatter, Serializer};
use std::fmt::Display;
use std::io;
use thiserror::Error;

/// Most characters of foreign text in a message.
const SHOWN_MAX: usize = 120;

/// Why bytes are not the JSON that they should be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum JsonError {
    /// More bytes than are read.
    #[error("it has {found} bytes; at most {max} are read")]
    TooLarge {
        /// Bytes found.
        found: usize,
        /// Bytes read at most.
        max: usize,
    },
    /// No JSON, or other members than the format has.
    #[error("it is not of this format: {0}")]
    Syntax(String),
    /// A member's value is none that it can have.
    #[error("`{member}`: {why}")]
    Member {
        /// The member.
        member: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// The document names another type or version.
    #[error("it says it is `{found}`; this is read as `{wanted}` only")]
    Type {
        /// As the document says.
        found: String,
        /// What was expected.
        wanted: &'static str,
    },
    /// Readable, but not in the only form.
    #[error("it is not in its canonical form: the same content is written in another way")]
    NotCanonical,
}

/// Writes a value in the canonical form.
pub(crate) fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, JsonError> {
    let mut out = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut out, Ascii);
    value.serialize(&mut serializer).map_err(|e| syntax(&e))?;
    Ok(out)
}

/// Reads a value of at most `max` bytes. Whether it was in canonical form, the caller sees from
/// encoding it again.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8], max: usize) -> Result<T, JsonError> {
    if bytes.len() > max {
        return Err(JsonError::TooLarge { found: bytes.len(), max });
    }
    serde_json::from_slice(bytes).map_err(|e| syntax(&e))
}

/// A member's value, or which member is wrong and why.
pub(crate) fn member<T, E: Display>(
    member: &'static str,
    found: Result<T, E>,
) -> Result<T, JsonError> {
    found.map_err(|e| JsonError::Member { member, why: escape_cut(&e.to_string(), SHOWN_MAX) })
}

/// A member that can be absent.
pub(crate) fn optional<T, E: Display>(
    name: &'static str,
    found: Option<Result<T, E>>,
) -> Result<Option<T>, JsonError> {
    found.map(|value| member(name, value)).transpose()
}

/// One of a list of names.
pub(crate) fn named<T>(name: &'static str, found: Option<T>) -> Result<T, JsonError> {
    member(name, found.ok_or("it has no such value"))
}

/// The type that a document names must be the one that is read.
pub(crate) fn expect_type(found: &str, wanted: &'static str) -> Result<(), JsonError> {
    if found == wanted {
        return Ok(());
    }
    Err(JsonError::Type { found: escape_cut(found, SHOWN_MAX), wanted })
}

fn syntax(error: &serde_json::Error) -> JsonError {
    JsonError::Syntax(escape_cut(&error.to_string(), SHOWN_MAX))
}

/// Compact, with `\uXXXX` for everything beyond ASCII: nothing can hide in the bytes, and they are
/// the same in every locale. It is what Python's `json.dumps(value, separators=(",", ":"))` writes.
struct Ascii;

impl Formatter for Ascii {
    fn write_string_fragment<W: io::Write + ?Sized>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for c in fragment.chars() {
            if c.is_ascii() {
                write!(writer, "{c}")?;
                continue;
            }
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_is_written_in_ascii() {
        for (text, wanted) in [
            ("a\"b\\c/", r#""a\"b\\c/""#),
            ("\u{8}\u{c}\n\r\t\u{1}\u{7f}", "\"\\b\\f\\n\\r\\t\\u0001\u{7f}\""),
            ("Kovář\u{202e}", r#""Kov\u00e1\u0159\u202e""#),
            ("🎉", r#""\ud83c\udf89""#),
        ] {
            assert_eq!(String::from_utf8(encode(&text).unwrap()).unwrap(), wanted);
        }
    }

    #[test]
    fn messages_show_no_hostile_text() {
        let found = expect_type("\u{202e}\u{1b}[31m", "x").unwrap_err().to_string();
        assert!(found.contains("<U+202E><U+001B>"), "{found}");
        let found = decode::<String>(b"[]", 9).unwrap_err();
        assert!(matches!(found, JsonError::Syntax(_)));
    }

    #[test]
    fn more_bytes_than_allowed_are_not_parsed() {
        let found = decode::<String>(b"\"abc\"", 4);
        assert_eq!(found, Err(JsonError::TooLarge { found: 5, max: 4 }));
        assert_eq!(decode::<String>(b"\"abc\"", 5).unwrap(), "abc");
    }

    proptest! {
        #[test]
        fn any_text_comes_back(text: String) {
            let bytes = encode(&text).unwrap();
            prop_assert!(bytes.is_ascii());
            prop_assert_eq!(decode::<String>(&bytes, usize::MAX).unwrap(), text);
        }
    }
}
