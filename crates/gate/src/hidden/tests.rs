//! Each flag has a case that shows it and a twin that does not.

use super::*;
use obstat_model::change::FileState;
use obstat_model::object::Oid;

fn state(mode: Mode) -> Option<FileState> {
    Some(FileState { mode, oid: Oid::Sha1([1; 20]) })
}

fn file(path: &str, old: Option<FileState>, new: Option<FileState>) -> FileChange {
    FileChange { path: path.into(), old, new, content: None }
}

fn check(old: &str, new: &str, wanted: &[HiddenFlag]) {
    let change = file("a.rs", state(Mode::File), state(Mode::File));
    let sides = Sides { old: Some(old.as_bytes()), new: Some(new.as_bytes()) };
    assert_eq!(scan(&change, sides), wanted, "{new:?}");
}

#[test]
fn characters_that_hide_are_found_and_their_twins_are_not() {
    check("", "let ok = 1;\n", &[]);
    check("", "if a \u{202e}{ return; }\n", &[HiddenFlag::Bidi]);
    check("", "مرحبا بالعالم\n", &[]);
    check("", "a\u{200b}b\n", &[HiddenFlag::ZeroWidth]);
    check("", "👩\u{200d}💻\n", &[]);
    check("", "\u{feff}first line\n", &[]);
    check("", "do\u{e0041}it\n", &[HiddenFlag::TagCharacters]);
    check("a\u{200b}b\n", "a\u{200b}c\n", &[HiddenFlag::ZeroWidth]);
    check("", "say(\"\u{1b}[8m\")\n", &[HiddenFlag::ZeroWidth]);
    check("", "shown\rhidden\n", &[HiddenFlag::ZeroWidth]);
    check("", "\u{9b}8m\n", &[HiddenFlag::ZeroWidth]);
    check("", "let admin\u{fe0f} = true;\n", &[HiddenFlag::ZeroWidth]);
    check("", "// \u{2500}\u{fe0f}\u{2500}\n", &[HiddenFlag::ZeroWidth]);
    check("", "// \u{2764}\u{fe0f}\u{fe0f}\n", &[HiddenFlag::ZeroWidth]);
    check("", "// \u{2192}\u{200d}\u{2192}\n", &[HiddenFlag::ZeroWidth]);
    check("", "dos\r\nlines\r\n", &[]);
    check("", "short\u{1bca0}hand\n", &[HiddenFlag::ZeroWidth]);
    check("", "page\u{c}break\n", &[]);
    let text =
        "let admin = true; // all of this is text, and long enough for one odd character \0\n";
    check("", text, &[HiddenFlag::Binary]);
    let both = [HiddenFlag::ZeroWidth, HiddenFlag::Binary];
    check("", &text.replace("admin", "adm\u{200b}in"), &both);
    check("", "\u{89}PNG\r\n\u{1a}\n\0\0", &[HiddenFlag::Binary]);
    check("", "\u{2764}\u{fe0f} and 1\u{fe0f}\u{20e3}\n", &[]);
}

#[test]
fn look_alike_identifiers_are_found_and_whole_words_are_not() {
    check("", "let sc\u{43e}pe = 1;\n", &[HiddenFlag::MixedScript]);
    check("", "// здравствуйте\nlet scope = 1;\n", &[]);
    check("let sc\u{43e}pe;\n", "let sc\u{43e}pe;\nlet a;\n", &[]);
}

#[test]
fn lines_and_binaries() {
    check("", &format!("{}\n", "x".repeat(LONG_LINE + 1)), &[HiddenFlag::LongLine]);
    check("", &format!("{}\n", "x".repeat(LONG_LINE)), &[]);
    check("", "a\0b", &[HiddenFlag::Binary]);
    check("", "a\u{202e}b\0", &[HiddenFlag::Bidi, HiddenFlag::Binary]);
    let pointer = "version https://git-lfs.github.com/spec/v1\n\u{202e}\n";
    check("", pointer, &[HiddenFlag::Bidi, HiddenFlag::LfsPointer]);
    check(
        "",
        "version https://git-lfs.github.com/spec/v1\noid sha256:00\n",
        &[HiddenFlag::LfsPointer],
    );
}

#[test]
fn pointers_in_their_older_spellings_are_pointers() {
    for version in ["https://hawser.github.com/spec/v1", "http://git-media.io/v/2"] {
        check("", &format!("version {version}\noid sha256:00\n"), &[HiddenFlag::LfsPointer]);
    }
}

/// A name can hide as much as a line; one that was there before is not told again.
#[test]
fn names_hide_as_lines_do() {
    for (name, wanted) in [
        ("src/ch\u{430}rge.rs", Some(HiddenFlag::MixedScript)),
        ("src/evil\u{202e}sr.txt", Some(HiddenFlag::Bidi)),
        ("src/a\u{200b}b.rs", Some(HiddenFlag::ZeroWidth)),
        ("src/gr\u{f6}\u{df}e.rs", None),
        ("\u{43f}\u{440}\u{438}\u{432}\u{435}\u{442}.md", None),
    ] {
        let sides = Sides { old: None, new: Some(b"text\n") };
        let new = scan(&file(name, None, state(Mode::File)), sides);
        assert_eq!(new, wanted.into_iter().collect::<Vec<_>>(), "{name}");
        let edited = scan(&file(name, state(Mode::File), state(Mode::File)), sides);
        assert_eq!(edited, &[], "{name}");
    }
}

#[test]
fn tree_entries() {
    for (path, old, new, wanted) in [
        ("run.sh", state(Mode::File), state(Mode::Executable), Some(HiddenFlag::ModeFlip)),
        ("run.sh", None, state(Mode::Executable), None),
        ("link", None, state(Mode::Symlink), Some(HiddenFlag::Symlink)),
        ("lib", state(Mode::Submodule), state(Mode::Submodule), Some(HiddenFlag::Submodule)),
        ("pay/.gitattributes", None, state(Mode::File), Some(HiddenFlag::Attributes)),
    ] {
        let found = scan(&file(path, old, new), Sides::default());
        assert_eq!(found, wanted.into_iter().collect::<Vec<_>>(), "{path}");
    }
}
