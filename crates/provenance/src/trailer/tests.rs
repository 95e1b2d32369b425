//! Trailers wherever they stand, and co-authors under attack.

use super::*;
use proptest::prelude::*;

fn pairs(message: &str) -> Vec<(String, String)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    trailers(message.as_bytes()).map(|t| (text(t.key), text(&t.value))).collect()
}

fn pair(key: &str, value: &str) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

#[test]
fn lines_count_wherever_they_stand() {
    let message = "Squashed commit:\n\n    commit 1\n\n    Fixes: #1\n\n---------\n\nAcked-by : B <b@x>\r\nCc: c\rDone: d";
    let wanted =
        [pair("Fixes", "#1"), pair("Acked-by", "B <b@x>"), pair("Cc", "c"), pair("Done", "d")];
    assert_eq!(pairs(message), wanted);
}

#[test]
fn folded_lines_are_joined() {
    let folded = "Co-authored-by: Jane\r\n Doe\r\n\t<jane@x>\r\nNext: 1";
    assert_eq!(pairs(folded), [pair("Co-authored-by", "Jane Doe <jane@x>"), pair("Next", "1")]);
    let inside = "    A: 1\n      2\n    B: 3";
    assert_eq!(pairs(inside), [pair("A", "1 2"), pair("B", "3")]);
}

#[test]
fn prose_and_links_are_no_trailers() {
    assert_eq!(pairs("see https://example.com: it\nnot a key: x\n:\n: x\nä: x"), []);
}

#[test]
fn co_authors_are_read_however_they_are_written() {
    let message = b"x\n\nCo-authored-by: Jane <Jane@x.org>\nCO-AUTHORED-BY:Jane <jane@x.org>\n\
        co-authored-by: bob@x.org\nCo-authored-by: No Address\nCo-authored-by:\nCo-authored-by: \xff <f@x";
    let found: Vec<_> = co_authors(message).into_iter().map(|i| (i.name, i.email)).collect();
    let wanted =
        [("Jane", "Jane@x.org"), ("", "bob@x.org"), ("No Address", ""), ("\u{fffd}", "f@x")];
    let wanted: Vec<_> = wanted.map(|(n, e)| pair(n, e)).into();
    assert_eq!(found, wanted);
}

#[test]
fn a_hundred_thousand_co_authors_are_capped_and_it_is_said() {
    let same = "Co-authored-by: J <j@x>\n".repeat(100_000);
    assert_eq!(read_co_authors(same.as_bytes()).people.len(), 1);
    let line = |i: usize| format!("Co-authored-by: J{i} <j{i}@x>\n");
    let many: String = (0..100_000).map(line).collect();
    let started = std::time::Instant::now();
    let found = read_co_authors(many.as_bytes());
    assert_eq!((found.people.len(), found.truncated), (MAX_CO_AUTHORS, true));
    assert!(started.elapsed().as_secs() < 5);
    let exact: String = (0..MAX_CO_AUTHORS).map(line).collect();
    assert!(!read_co_authors(exact.as_bytes()).truncated);
}

#[test]
fn long_identities_are_cut() {
    let line = format!("Co-authored-by: {} <a@x>", "n".repeat(1_000_000));
    assert_eq!(co_authors(line.as_bytes())[0].name.len(), IDENTITY_MAX);
}

proptest! {
    #[test]
    fn a_written_co_author_is_found(
        name in "[A-Za-z]{1,12}( [A-Za-z]{1,12}){0,2}", email in "[a-z0-9.]{1,12}@[a-z]{1,8}\\.org",
        before in "[ -~\n]{0,80}", indent in "[ \t]{0,6}", end in "(\r?\n[ -~\n]{0,40})?",
    ) {
        let message = format!("{before}\n\n{indent}Co-Authored-By: {name} <{email}>{end}");
        let wanted = Identity { name, email };
        prop_assert!(co_authors(message.as_bytes()).contains(&wanted));
    }

    #[test]
    fn any_bytes_end(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(trailers(&bytes).count() <= bytes.len() + 1);
        let _ = co_authors(&bytes);
    }
}
