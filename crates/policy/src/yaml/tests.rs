//! Places are exact, what YAML can hide is refused, and no text makes the reader panic.

use super::*;
use proptest::prelude::*;

const MAX: usize = 1 << 20;

fn read(text: &str) -> Result<Node<'_>, Vec<Diagnostic>> {
    let mut report = Report::new("f.yaml");
    let node = load(text, MAX, &mut report);
    report.settle(node)
}

/// The code of the first finding and what stands at its place.
fn refusal(text: &str) -> (&'static str, &str) {
    let found = read(text).expect_err(text);
    (found[0].code, text.get(found[0].span.clone()).unwrap())
}

/// A tree in a short form, with the text at each scalar's and key's place.
fn form(text: &str, node: &Node) -> String {
    let at = |span: &Range<usize>| text.get(span.clone()).unwrap().to_owned();
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Scalar { text: value, .. } => format!("{value}<{}>", at(&node.span)),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|i| form(text, i)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(entries) => {
            let pair = |e: &Entry| format!("{}: {}", at(&e.key_span), form(text, &e.value));
            let entries: Vec<String> = entries.iter().map(pair).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

fn tree(text: &str) -> String {
    form(text, &read(text).unwrap_or_else(|e| panic!("{text:?}: {e:?}")))
}

#[test]
fn values_stand_where_they_stand() {
    assert_eq!(tree("a: b"), "{a: b<b>}");
    assert_eq!(tree("a:\n  - b\n  - 'c d'\n"), "{a: [b<b>, c d<'c d'>]}");
    assert_eq!(tree("{a: [b, \"c\"], d: {}}"), "{a: [b<b>, c<\"c\">], d: {}}");
    assert_eq!(tree("# comment\na: b # more\n"), "{a: b<b>}");
    assert_eq!(tree("just text"), "just text<just text>");
    assert_eq!(tree("a: \"x\\ty\""), "{a: x\ty<\"x\\ty\">}");
}

#[test]
fn places_are_bytes_even_behind_other_letters() {
    assert_eq!(
        tree("\u{e4}\u{1f389}: \u{f6}\nb: c\n"),
        "{\u{e4}\u{1f389}: \u{f6}<\u{f6}>, b: c<c>}"
    );
    assert_eq!(refusal("\u{e4}: 1\n\u{1f389}: &x 2\n").0, "alias");
    assert_eq!(refusal("\u{e4}\u{e4}: 1\nb: 1\nb: 2\n"), ("duplicate-key", "b"));
}

#[test]
fn lists_and_maps_stand_in_their_brackets_or_at_their_first_word() {
    let place = |text: &'static str| {
        let node = read(text).unwrap();
        let Value::Map(entries) = node.value else { panic!("no map") };
        (text.get(node.span).unwrap(), text.get(entries[0].value.span.clone()).unwrap())
    };
    assert_eq!(place("a: [b]"), ("a", "[b]"));
    assert_eq!(place("{a: {b: c}}"), ("{a: {b: c}}", "{b: c}"));
    assert_eq!(place("a:\n  bb: c\n  d: e\n"), ("a", "bb"));
    assert_eq!(place("a:\n  - bb\n  - c\n"), ("a", "bb"));
    assert_eq!(place("a:\n  - - bb\n"), ("a", "bb"));
}

#[test]
fn windows_lines_and_a_mark_change_nothing() {
    assert_eq!(tree("a: b\r\nc:\r\n  - d\r\n"), "{a: b<b>, c: [d<d>]}");
    let marked = "\u{feff}a: b\nc: d\n";
    assert_eq!(tree(marked), "{a: b<b>, c: d<d>}");
    assert_eq!(refusal("\u{feff}a: 1\r\nb: 1\r\nb: 2\r\n"), ("duplicate-key", "b"));
}

#[test]
fn nothing_has_several_names() {
    for text in ["a:", "a: ~", "a: null", "a: NULL", "a: Null"] {
        assert_eq!(tree(text), "{a: null}", "{text}");
    }
    assert_eq!(tree("a: 'null'"), "{a: null<'null'>}");
    assert_eq!(tree("a: \"\""), "{a: <\"\">}");
}

#[test]
fn anchors_aliases_tags_and_directives_are_refused() {
    for text in ["a: &x 1", "a: &x [1]", "a: &x {b: c}", "&x a: 1", "a: *x", "a: &x 1\nb: *x"] {
        assert!(["alias", "yaml"].contains(&refusal(text).0), "{text}");
    }
    assert_eq!(refusal("a: &x 1").0, "alias");
    for text in ["a: !!str 1", "a: !x 1", "a: !x [1]", "!x {a: 1}", "!!binary a: b", "a: ! b"] {
        assert_eq!(refusal(text).0, "tag", "{text}");
    }
    for text in ["%YAML 1.2\n---\na: 1", "%TAG ! x\n---\na: 1"] {
        assert_eq!(refusal(text).0, "yaml", "{text}");
    }
    // A twin: as text they are harmless.
    assert_eq!(tree("a: '&x'\nb: \"*x !y\"\n"), "{a: &x<'&x'>, b: *x !y<\"*x !y\">}");
}

#[test]
fn keys_differ() {
    assert_eq!(refusal("a: 1\nb: 2\na: 3\n"), ("duplicate-key", "a"));
    assert_eq!(refusal("a: 1\n'a': 3\n"), ("duplicate-key", "'a'"));
    assert_eq!(refusal("x: {a: 1, b: 2, a: 3}"), ("duplicate-key", "a"));
    let many = |last: &str| {
        let keys: String = (0..100).map(|i| format!("k{i}: 1\n")).collect();
        format!("{keys}{last}: 2\n")
    };
    assert_eq!(refusal(&many("k7")), ("duplicate-key", "k7"));
    assert!(read(&many("k100")).is_ok());
    assert_eq!(tree("a: {x: 1}\nb: {x: 1}\n"), "{a: {x: 1<1>}, b: {x: 1<1>}}");
    // `<<` is a key like any other: nothing is merged.
    assert_eq!(tree("<<: {a: 1}"), "{<<: {a: 1<1>}}");
}

#[test]
fn keys_are_single_words() {
    for text in ["[a]: 1", "{a: b}: 1", "? [a, b]\n: 1", "~: 1", ": 1", "? a\n: b\n? [c]\n: d"] {
        assert_eq!(refusal(text).0, "yaml", "{text}");
    }
}

#[test]
fn one_document_and_not_none() {
    assert_eq!(refusal("a: 1\n---\nb: 2\n").0, "several-documents");
    assert_eq!(refusal("---\n---\n").0, "several-documents");
    for text in ["", "\n\n", "# nothing\n", "~", "---\n", "---\n...\n", "\u{feff}"] {
        assert_eq!(refusal(text).0, "empty", "{text:?}");
    }
    assert_eq!(tree("---\na: 1\n...\n"), "{a: 1<1>}");
}

#[test]
fn too_much_is_refused_before_it_is_read() {
    let mut report = Report::new("f");
    assert!(load("a: bcdef", 7, &mut report).is_none());
    assert_eq!(report.settle(None::<()>).unwrap_err()[0].code, "oversize");
    assert!(load("a: bcdef", 8, &mut Report::new("f")).is_some());
}

#[test]
fn depth_is_limited() {
    let lists = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
    assert!(read(&lists(20)).is_ok());
    let maps = |n: usize| format!("{}1{}", "{a: ".repeat(n), "}".repeat(n));
    assert!(read(&maps(20)).is_ok());
    let block = |n: usize| (0..n).map(|i| format!("{}a:\n", " ".repeat(i))).collect::<String>();
    assert!(read(&block(20)).is_ok());
    let dashes = |n: usize| "- ".repeat(n) + "a";
    assert!(read(&dashes(20)).is_ok());
    for n in [30, 1_000, 100_000] {
        for text in [lists(n), maps(n), block(n.min(1_000)), dashes(n), "[".repeat(n)] {
            assert!(["too-deep", "yaml"].contains(&refusal(&text).0), "{n}");
        }
    }
}

#[test]
fn broken_text_is_refused_with_a_place() {
    for text in ["a: [", "a: 'x", "a: b: c", "- a\nb: c", "a:\n\t- b", "a: }", "\u{0}", "a: @b"] {
        assert_eq!(refusal(text).0, "yaml", "{text:?}");
    }
    let found = read("ok: 1\nbad: [\n").unwrap_err();
    assert!(found[0].span.start >= 6);
}

#[test]
fn messages_show_nothing_hidden() {
    let found = read("\"a\u{202e}b\": 1\n\"a\u{202e}b\": 2\n").unwrap_err();
    assert!(found.iter().all(|d| !d.message.contains('\u{202e}')), "{found:?}");
}

mod scalars {
    use super::*;

    /// The value read from `v: TEXT`, or the first finding's code.
    fn value<T>(
        text: &str,
        read: impl Fn(&Node, &mut Report) -> Option<T>,
    ) -> Result<T, &'static str> {
        let text = format!("v: {text}");
        let mut report = Report::new("f");
        let node = load(&text, MAX, &mut report).unwrap();
        let fields = Fields::of(&node, "a test", &["v"], &mut report).unwrap();
        let value = read(fields.get("v").unwrap(), &mut report);
        report.settle(value).map_err(|found| found[0].code)
    }

    #[test]
    fn text_is_visible_and_on_one_line() {
        fn text_of(node: &Node, report: &mut Report) -> Option<String> {
            super::text(node, "v", report).map(str::to_owned)
        }
        let read = |text: &str| value(text, text_of);
        assert_eq!(read("Hana Kov\u{e1}\u{159}"), Ok("Hana Kov\u{e1}\u{159}".to_owned()));
        assert_eq!(read("12"), Ok("12".to_owned()));
        let long = "x".repeat((16 << 10) + 1);
        for bad in ["''", "'  '", "\"a\\nb\"", "\"a\\tb\"", "a\u{202e}b", "\"\\e[1m\"", &long] {
            assert_eq!(read(bad), Err("bad-text"), "{bad}");
        }
        for bad in ["[a]", "{a: b}", "~"] {
            assert_eq!(read(bad), Err("wrong-type"), "{bad}");
        }
    }

    #[test]
    fn numbers_are_plain_digits_in_range() {
        let read = |text: &str| value(text, |n, r| number(n, "v", 1..=10, r));
        assert_eq!(read("1"), Ok(1));
        assert_eq!(read("010"), Ok(10));
        let bad = ["0", "11", "'1'", "+1", "-1", "1.0", "0x1", "1e1", "~", "[1]", "\u{661}"];
        for bad in bad.into_iter().chain(["99999999999999999999"]) {
            assert_eq!(read(bad), Err("bad-number"), "{bad}");
        }
    }

    #[test]
    fn times_names_and_words() {
        assert!(value("2026-11-24", |n, r| timestamp(n, "v", r)).is_ok());
        assert_eq!(value("24.11.2026", |n, r| timestamp(n, "v", r)), Err("bad-time"));
        assert!(value("24h", |n, r| seconds(n, "v", r)).is_ok());
        assert_eq!(value("24", |n, r| seconds(n, "v", r)), Err("bad-time"));
        let team = |n: &Node<'_>, r: &mut Report| name::<obstat_model::id::TeamName>(n, "v", r);
        assert!(value("pay", team).is_ok());
        assert_eq!(value("'p y'", team), Err("bad-name"));
        let words = |n: &Node<'_>, r: &mut Report| choice(n, "v", &[("on", 1), ("off", 2)], r);
        assert_eq!(value("off", words), Ok(2));
        assert_eq!(value("of", words), Err("unknown-word"));
    }

    #[test]
    fn lists_and_maps_are_not_guessed() {
        assert_eq!(value("[a, b]", |n, r| items(n, "v", r).map(<[_]>::len)), Ok(2));
        assert_eq!(value("a", |n, r| items(n, "v", r).map(<[_]>::len)), Err("wrong-type"));
        assert_eq!(value("a", |n, r| entries(n, "v", r).map(<[_]>::len)), Err("wrong-type"));
        assert_eq!(value("[a, [b]]", |n, r| texts(n, "v", r).map(|t| t.len())), Err("wrong-type"));
    }
}

mod fields {
    use super::*;

    fn codes(text: &str) -> Vec<&'static str> {
        let mut report = Report::new("f");
        let node = load(text, MAX, &mut report).unwrap();
        if let Some(fields) = Fields::of(&node, "a test", &["version", "name"], &mut report) {
            fields.version_one(&mut report);
            fields.need("name", "a test", &mut report);
        }
        report.settle(Some(())).map_or_else(|f| f.iter().map(|d| d.code).collect(), |()| vec![])
    }

    #[test]
    fn known_fields_pass_and_others_are_named() {
        assert_eq!(codes("version: 1\nname: x"), [""; 0]);
        assert_eq!(codes("version: 1\nname: x\nnmae: y"), ["unknown-key"]);
        assert_eq!(codes("version: 1"), ["missing-key"]);
        assert!(codes("name: x").contains(&"version"));
        assert!(codes("version: 2\nname: x").contains(&"version"));
        assert_eq!(codes("[version]"), ["wrong-type"]);
    }

    #[test]
    fn there_are_no_remote_policies() {
        for key in ["include", "extends", "remote", "url"] {
            let text = format!("version: 1\nname: x\n{key}: https://example.com");
            assert_eq!(codes(&text), ["remote-policy"], "{key}");
        }
    }
}

fn spans_lie_within(node: &Node, text: &str) -> bool {
    let good = |span: &Range<usize>| text.get(span.clone()).is_some();
    good(&node.span)
        && match &node.value {
            Value::Null | Value::Scalar { .. } => true,
            Value::List(items) => items.iter().all(|i| spans_lie_within(i, text)),
            Value::Map(map) => {
                map.iter().all(|e| good(&e.key_span) && spans_lie_within(&e.value, text))
            }
        }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Whatever the text, there is a tree or a finding, and every place lies in it.
    #[test]
    fn any_text_is_read_or_refused(
        text in "(\\PC|[ \\n\\t\\r:\\-\\[\\]{},#&*!|>'\"%@?~\\x00\u{feff}\u{85}\u{2028}a]){0,60}",
    ) {
        match read(&text) {
            Ok(node) => prop_assert!(spans_lie_within(&node, &text)),
            Err(found) => {
                prop_assert!(!found.is_empty());
                for one in found {
                    prop_assert!(text.get(one.span.clone()).is_some(), "{:?}", one);
                }
            }
        }
    }

    /// Lists and maps that are written come back as they were.
    #[test]
    fn what_is_written_is_read(keys in prop::collection::btree_set("[a-z]{1,6}", 1..20)) {
        let text: String = keys.iter().map(|k| format!("{k}: '{k}'\n")).collect();
        let Value::Map(entries) = read(&text).unwrap().value else {
            return Err(TestCaseError::fail("no map"));
        };
        prop_assert!(entries.iter().map(|e| e.key.as_ref()).eq(keys.iter().map(String::as_str)));
    }
}
