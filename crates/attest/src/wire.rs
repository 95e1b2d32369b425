//! The SSH wire encoding (RFC 4251 section 5), strictly; knows no message.

/// Reads values from the front of bytes; `None` at the first thing that does not fit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(n)?;
        self.0 = tail;
        Some(head)
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    pub(crate) fn string(&mut self) -> Option<&'a [u8]> {
        let n = usize::try_from(self.u32()?).ok()?;
        self.take(n)
    }

    pub(crate) fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.string()?).ok()
    }

    /// A non-negative integer in its shortest form, without the sign byte.
    pub(crate) fn positive(&mut self) -> Option<&'a [u8]> {
        let bytes = self.string()?;
        match bytes {
            [] => None,
            [0, next, ..] if next & 0x80 != 0 => bytes.get(1..),
            [0, ..] => None,
            [first, ..] if first & 0x80 != 0 => None,
            _ => Some(bytes),
        }
    }

    pub(crate) fn rest(self) -> &'a [u8] {
        self.0
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0.is_empty()
    }
}

/// Appends a string with its length.
pub(crate) fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    // Longer strings cannot be written on this wire and never arise from what is read off it.
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(bytes);
}

/// Appends a non-negative integer in its shortest form.
pub(crate) fn put_positive(out: &mut Vec<u8>, bytes: &[u8]) {
    let first = bytes.iter().position(|b| *b != 0).unwrap_or(bytes.len());
    let digits = bytes.get(first..).unwrap_or_default();
    let mut value = Vec::with_capacity(digits.len() + 1);
    if digits.first().is_some_and(|b| b & 0x80 != 0) {
        value.push(0);
    }
    value.extend_from_slice(digits);
    put(out, &value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn integers_have_one_form() {
        for (bytes, wanted) in [
            (&[1u8][..], Some(&[1u8][..])),
            (&[0, 0x80], Some(&[0x80])),
            (&[0, 1], None),
            (&[0x80], None),
            (&[], None),
            (&[0], None),
        ] {
            let mut out = Vec::new();
            put(&mut out, bytes);
            assert_eq!(Reader::new(&out).positive(), wanted, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn strings_round_trip(a: Vec<u8>, b: Vec<u8>) {
            let mut out = Vec::new();
            put(&mut out, &a);
            put(&mut out, &b);
            let mut reader = Reader::new(&out);
            prop_assert_eq!(reader.string(), Some(a.as_slice()));
            prop_assert_eq!(reader.string(), Some(b.as_slice()));
            prop_assert!(reader.is_empty());
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
            let mut reader = Reader::new(&bytes);
            let _ = (reader.byte(), reader.positive(), reader.text(), reader.u32());
        }
    }
}
