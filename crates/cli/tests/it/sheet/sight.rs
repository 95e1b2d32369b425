//! Attacks on what a reviewer sees: A35 to A47.

use super::{Sheet, lines};
use crate::ASSISTED;
use std::os::unix::fs::symlink;

const PAY: &str = "fn charge() { more() }\n";

/// What asks for more than the usual signature is shown escaped, and the usual one is not enough.
fn needs_more(sheet: &Sheet, phrase: &str) {
    sheet.signs("priya", "main");
    let said = sheet.pending("jonas", "main");
    assert!(said.contains("principal"), "{said}");
    let brief = sheet.org.sign("mira", "origin/main..main", &[]).ok();
    assert!(brief.contains(phrase), "{phrase} is not on the brief: {brief}");
    let raw = ['\u{202e}', '\u{2066}', '\u{200b}', '\u{e0041}'];
    assert!(!brief.contains(raw), "raw on the brief: {brief}");
    sheet.org.push_statements("mira").ok();
    sheet.clear("jonas", "main");
}

/// The usual signature is enough.
fn needs_no_more(sheet: &Sheet) {
    sheet.signs("priya", "main");
    sheet.clear("jonas", "main");
}

#[test]
fn a35_refused() {
    let sheet = Sheet::new();
    sheet.assisted(
        "jonas",
        "pay/a.rs",
        "if admin /*\u{202e} } \u{2066}if ok\u{2069} \u{2066} begin */ {\n",
    );
    needs_more(&sheet, "characters that reorder text");
}

#[test]
fn a35_twin() {
    let sheet = Sheet::new();
    sheet.assisted("jonas", "docs/ar.md", "مرحبا بالعالم\n");
    sheet.clear("jonas", "main");
}

#[test]
fn a36_refused() {
    let sheet = Sheet::new();
    sheet.assisted("jonas", "pay/a.rs", "fn ch\u{430}rge() { evil() }\n");
    needs_more(&sheet, "look-alike");
}

#[test]
fn a36_twin() {
    let sheet = Sheet::new();
    sheet.assisted("jonas", "pay/a.rs", "// начислить плату\nfn charge() { more() }\n");
    needs_no_more(&sheet);
}

#[test]
fn a37_refused() {
    let sheet = Sheet::new();
    sheet.assisted("jonas", "pay/a.rs", "// a comment\u{e0069}\u{e0067}\u{e006e}\n");
    needs_more(&sheet, "tag characters");
    sheet.start_again();
    sheet.assisted("jonas", "pay/b.rs", "let na\u{200b}me = 1;\n");
    needs_more(&sheet, "invisible characters");
}

#[test]
fn a37_twin() {
    let sheet = Sheet::new();
    sheet.assisted("jonas", "pay/a.rs", "let who = [\"👩\u{200d}💻\"];\n");
    needs_no_more(&sheet);
}

/// Attributes that hide a folder from diffs, together with an edit in it.
#[test]
fn a38_refused() {
    let sheet = Sheet::new();
    sheet.write(".gitattributes", "pay/** -diff linguist-generated\n");
    sheet.assisted("jonas", "pay/a.rs", "fn evil() {}\n");
    sheet.signs("priya", "main");
    let said = sheet.pending("jonas", "main");
    assert!(said.contains("principal"), "{said}");
    let brief = sheet.org.sign("mira", "origin/main..main", &[]).ok();
    assert!(brief.contains("pay/a.rs") && brief.contains("attributes"), "{brief}");
    sheet.org.push_statements("mira").ok();
    sheet.clear("jonas", "main");
    // Once they are there they hide nothing from the rules either.
    sheet.start_again();
    sheet.assisted("jonas", "pay/a.rs", "fn worse() {}\n");
    let said = sheet.pending("jonas", "main");
    assert!(said.contains("2 lines"), "{said}");
}

#[test]
fn a38_twin() {
    let sheet = Sheet::new();
    sheet.assisted("jonas", ".gitattributes", "dist/** -diff linguist-generated\n");
    sheet.signs("mira", "main");
    sheet.clear("jonas", "main");
}

const LOCK: &str = "[[package]]\nname = \"log\"\nversion = \"0.4.1\"\n\
    source = \"registry+https://github.com/rust-lang/crates.io-index\"\n\
    checksum = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\n";

/// Generated files, which most reviews fold away.
#[test]
fn a39_refused() {
    let sheet = Sheet::new();
    sheet.assisted("jonas", "Cargo.lock", LOCK);
    sheet.signs("mira", "main");
    sheet.clear("jonas", "main");
    for (from, to) in [("aaaaaaaa", "bbbbbbbb"), ("github.com", "github.example.net")] {
        sheet.start_again();
        let text = sheet.git(&["show", "HEAD:Cargo.lock"]).replace(from, to);
        sheet.assisted("jonas", "Cargo.lock", text);
        needs_more(&sheet, "in a lockfile");
    }
    sheet.start_again();
    sheet.assisted("jonas", "pay/app.min.js", format!("{}evil()\n", "a;".repeat(100_000)));
    needs_more(&sheet, "very long line");
    // Named as generated, it is judged as anything else.
    sheet.start_again();
    sheet.write("pay/client.generated.rs", PAY);
    sheet.assisted("jonas", "pay/client.generated.rs", "// @generated\nfn evil() {}\n");
    sheet.pending("jonas", "main");
}

#[test]
fn a39_twin() {
    let sheet = Sheet::new();
    sheet.assisted("jonas", "Cargo.lock", LOCK);
    sheet.signs("mira", "main");
    sheet.clear("jonas", "main");
    sheet.start_again();
    sheet.write("Cargo.toml", "log = \"0.4.2\"\n");
    let text = LOCK.replace("0.4.1", "0.4.2").replace("aaaaaaaa", "bbbbbbbb");
    sheet.assisted("jonas", "Cargo.lock", text);
    needs_no_more(&sheet);
}

/// Pointers out of what was read.
#[test]
fn a40_refused() {
    let sheet = Sheet::new();
    let id = "1234567890123456789012345678901234567890";
    sheet.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{id},pay/lib")]);
    sheet.git_as("jonas", &["commit", "-q", "-m", ASSISTED]);
    needs_more(&sheet, "a submodule pointer");
    for target in ["/etc/passwd", "../../secret", ".git/config"] {
        sheet.start_again();
        sheet.git(&["checkout", "-q", "-f", "main"]);
        let link = sheet.org.scratch.at("work/link");
        symlink(target, link).unwrap();
        sheet.git(&["add", "link"]);
        sheet.git_as("jonas", &["commit", "-q", "-m", ASSISTED]);
        sheet.signs("mira", "main");
        let said = sheet.blocked("jonas", "main");
        assert!(said.contains("which is not in the repository"), "{said}");
    }
}

#[test]
fn a40_twin() {
    let sheet = Sheet::new();
    symlink("charge.rs", sheet.org.scratch.at("work/pay/link")).unwrap();
    sheet.git(&["add", "-A"]);
    sheet.git_as("jonas", &["commit", "-q", "-m", ASSISTED]);
    needs_more(&sheet, "a symbolic link");
}

/// Nothing but an executable bit.
#[test]
fn a41_refused() {
    let sheet = Sheet::new();
    sheet.git(&["update-index", "--chmod=+x", "pay/charge.rs"]);
    sheet.git_as("jonas", &["commit", "-q", "-m", ASSISTED]);
    sheet.git(&["reset", "-q", "--hard"]);
    needs_more(&sheet, "an executable bit");
}

#[test]
fn a41_twin() {
    let sheet = Sheet::new();
    sheet.write("pay/charge.rs", PAY);
    sheet.git(&["add", "-A"]);
    sheet.git(&["update-index", "--chmod=+x", "pay/charge.rs"]);
    sheet.git_as("jonas", &["commit", "-q", "-m", ASSISTED]);
    sheet.git(&["reset", "-q", "--hard"]);
    sheet.signs("mira", "main");
    sheet.clear("jonas", "main");
}

fn pointer(digit: char) -> String {
    let id: String = std::iter::repeat_n(digit, 64).collect();
    format!("version https://git-lfs.github.com/spec/v1\noid sha256:{id}\nsize 12345\n")
}

/// The object behind a pointer is another one, of the same size.
#[test]
fn a42_refused() {
    let sheet = Sheet::new();
    sheet.assisted("jonas", "pay/model.bin", pointer('1'));
    sheet.signs("mira", "main");
    sheet.clear("jonas", "main");
    sheet.start_again();
    sheet.assisted("jonas", "pay/model.bin", pointer('2'));
    needs_more(&sheet, "a pointer to content kept elsewhere");
}

#[test]
fn a42_twin() {
    let sheet = Sheet::new();
    sheet.assisted("jonas", "pay/model.bin", pointer('1'));
    sheet.signs("mira", "main");
    sheet.clear("jonas", "main");
}

/// Out of the guarded folder, and changed there.
#[test]
fn a43_refused() {
    let sheet = Sheet::new();
    sheet.git(&["mv", "pay/charge.rs", "docs.rs"]);
    sheet.org.commit("priya", "Move");
    sheet.pending("priya", "main");
    sheet.write("docs.rs", "fn charge() { evil() }\n");
    sheet.org.commit("priya", "Change");
    let said = sheet.pending("priya", "main");
    assert!(said.contains("pay"), "{said}");
}

#[test]
fn a43_twin() {
    let sheet = Sheet::new();
    sheet.assisted("jonas", "docs/a.md", "text\n");
    sheet.clear("jonas", "main");
    sheet.git(&["mv", "docs/a.md", "docs/b.md"]);
    sheet.org.commit("jonas", "Rename");
    sheet.clear("jonas", "main");
}

/// One file on some machines, two in the repository.
#[test]
fn a44_refused() {
    let sheet = Sheet::new();
    sheet.write("pay/caf\u{e9}.rs", PAY);
    sheet.org.commit("jonas", "accent");
    sheet.signs("priya", "main");
    sheet.clear("jonas", "main");
    for path in ["Pay/charge.rs", "pay/CHARGE.rs", "pay/cafe\u{301}.rs", "pay/charge.rs."] {
        sheet.start_again();
        sheet.assisted("jonas", path, "fn charge() { evil() }\n");
        sheet.signs("priya", "main");
        let said = sheet.blocked("jonas", "main");
        assert!(said.contains("are one file"), "{said}");
    }
}

#[test]
fn a44_twin() {
    let sheet = Sheet::new();
    // A name in other letters, where the old one goes.
    sheet.git(&["mv", "pay/charge.rs", "pay/Charge.rs"]);
    sheet.org.commit("jonas", "Rename");
    sheet.signs("priya", "main");
    sheet.clear("jonas", "main");
    sheet.start_again();
    sheet.assisted("jonas", "pay/charges.rs", PAY);
    needs_no_more(&sheet);
}

/// Three lines among thousands.
#[test]
fn a45_refused() {
    let sheet = Sheet::new();
    for n in 0..40 {
        sheet.write(&format!("a/gen-{n:02}.txt"), lines(100, &[n]));
    }
    sheet.assisted("jonas", "pay/charge.rs", "fn charge() {\n    evil()\n}\n");
    sheet.signs("priya", "main");
    let said = sheet.pending("jonas", "main");
    assert!(said.contains("principal"), "{said}");
    let brief = sheet.org.sign("mira", "origin/main..main", &[]).ok();
    let (pay, rest) = (brief.find("pay/charge.rs"), brief.find("a/gen-"));
    assert!(pay.is_some() && (rest.is_none() || pay < rest), "{brief}");
    sheet.org.push_statements("mira").ok();
    sheet.clear("jonas", "main");
}

#[test]
fn a45_twin() {
    let sheet = Sheet::new();
    sheet.assisted("jonas", "src/a.txt", lines(2_000, &[]));
    sheet.signs("mira", "main");
    sheet.clear("jonas", "main");
    sheet.git(&["mv", "src/a.txt", "src/b.txt"]);
    sheet.org.commit("jonas", ASSISTED);
    sheet.signs("mira", "main");
    sheet.clear("jonas", "main");
}

/// Many small ones in a week.
#[test]
fn a46_refused() {
    let sheet = Sheet::new();
    let mut last = String::new();
    for n in 0..3 {
        sheet.start_again();
        sheet.assisted("jonas", &format!("shop/{n}.rs"), lines(40, &[]));
        sheet.signs("priya", "main");
        if n < 2 {
            sheet.clear("jonas", "main");
        } else {
            last = sheet.pending("jonas", "main");
        }
    }
    assert!(last.contains("principal"), "{last}");
    sheet.signs("mira", "main");
    sheet.clear("jonas", "main");
}

#[test]
fn a46_twin() {
    let sheet = Sheet::new();
    for (n, who) in ["jonas", "tove", "yusuf"].into_iter().enumerate() {
        sheet.start_again();
        sheet.assisted(who, &format!("shop/{n}.rs"), lines(40, &[]));
        sheet.signs("priya", "main");
        sheet.clear(who, "main");
    }
}

/// First onto a branch that nobody gates, then from there as if it had been reviewed.
#[test]
fn a47_refused() {
    let sheet = Sheet::new();
    sheet.git(&["checkout", "-q", "-b", "feature"]);
    sheet.assisted("priya", "pay/a.rs", PAY);
    sheet.clear_branch("priya", "feature");
    sheet.git(&["checkout", "-q", "main"]);
    sheet.git_as("jonas", &["merge", "-q", "--no-ff", "-m", "Merge what was reviewed", "feature"]);
    let said = sheet.pending("jonas", "main");
    assert!(said.contains("cursor"), "the evidence was lost: {said}");
    sheet.signs("priya", "main");
    let said = sheet.pending("jonas", "main");
    assert!(said.contains("priya:"), "{said}");
}

#[test]
fn a47_twin() {
    let sheet = Sheet::new();
    sheet.git(&["checkout", "-q", "-b", "feature"]);
    let mut from = "origin/main".to_owned();
    for n in 0..2 {
        let head = sheet.assisted("jonas", &format!("pay/{n}.rs"), PAY);
        sheet.org.sign("priya", &format!("{from}..{head}"), &[]).ok();
        from = head;
    }
    sheet.org.push_statements("priya").ok();
    sheet.clear("jonas", "feature:main");
}

/// Two names that were there before are nobody's doing now; a path that no system holds is.
#[test]
fn what_collides_already_locks_nobody_out() {
    let sheet = Sheet::new();
    for path in ["doc/a.txt", "Doc/b.txt"] {
        let blob = sheet.git(&["hash-object", "-w", "pay/charge.rs"]);
        sheet.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{blob},{path}")]);
    }
    sheet.git_as("mira", &["commit", "-q", "-m", "both"]);
    sheet.blocked("mira", "main");
    let both = sheet.git(&["rev-parse", "HEAD"]);
    sheet.org.scratch.git("server.git", &["fetch", "-q", "../work", &both]);
    sheet.org.scratch.git("server.git", &["update-ref", "refs/heads/main", &both]);
    sheet.fetch();
    let blob = sheet.git(&["hash-object", "-w", "pay/charge.rs"]);
    let entry = format!("100644,{blob},doc/c.txt");
    sheet.git(&["update-index", "--add", "--cacheinfo", &entry]);
    sheet.git_as("jonas", &["commit", "-q", "-m", ASSISTED]);
    sheet.pending("jonas", "main");
    let deep = format!("100644,{blob},{}x", "d/".repeat(200));
    sheet.git(&["update-index", "--add", "--cacheinfo", &deep]);
    sheet.git_as("jonas", &["commit", "-q", "-m", ASSISTED]);
    let said = sheet.blocked("jonas", "main");
    assert!(said.contains("deeper than 128 directories"), "{said}");
}
