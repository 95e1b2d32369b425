//! What anybody may push that others' pushes must read: odd objects, notes, statements, large ones.

use super::words::{forged, nonce, own_nonce};
use super::{EVIL, landed, on, signed};
use crate::{ASSISTED, org};
use obstat_testkit::Org;

/// An object as it is, whatever git thinks of it.
fn object(org: &Org, kind: &str, bytes: &[u8]) -> String {
    org.scratch.write("odd", bytes);
    org.scratch.git("work", &["hash-object", "-t", kind, "--literally", "-w", "../odd"])
}

/// Everybody still lands what they could land before.
fn others_land(org: &Org) {
    org.scratch.git("work", &["checkout", "-q", "-B", "main", &landed(org, "main")]);
    org.scratch.write("work/src/senior.rs", format!("// {}\n", landed(org, "main")));
    org.commit("yusuf", "honest");
    org.push("yusuf", &["main"]).ok();
    org.scratch.write("work/docs/a.md", landed(org, "main"));
    org.commit("tove", "docs");
    org.push("tove", &["main"]).ok();
}

/// A tree with an entry of no known mode, in the root and below it.
#[test]
fn an_odd_tree_on_a_branch_stops_nobody() {
    let org = org();
    let blob = object(&org, "blob", b"x\n");
    let raw: Vec<u8> = blob
        .as_bytes()
        .chunks(2)
        .map(|h| u8::from_str_radix(std::str::from_utf8(h).unwrap(), 16).unwrap())
        .collect();
    let tree = object(&org, "tree", &[b"140000 a\0".as_slice(), &raw].concat());
    let above =
        org.scratch.run("work", &["git", "mktree"], &[], &format!("040000 tree {tree}\tsrc\n"));
    for (n, tree) in [tree.as_str(), above.ok().trim()].into_iter().enumerate() {
        let odd = org.scratch.git("work", &["commit-tree", "-p", "main", "-m", "odd", tree]);
        let name = format!("refs/heads/tove/odd{n}");
        org.push("tove", &[&format!("{odd}:{name}")]).ok();
        others_land(&org);
        org.push("tove", &[&format!(":{name}")]).ok();
        others_land(&org);
    }
}

/// A message that is small on the way and large when it is read: no ref takes it, and where it lies already, at a
/// head, below one or below main, it stops nobody.
#[test]
fn a_large_commit_stops_nobody() {
    let org = org();
    org.scratch.write("long", vec![b'a'; 1 << 20]);
    let large = ["commit-tree", "-p", "main", "-F", "../long", "main^{tree}"];
    let large = org.scratch.git("work", &large);
    org.scratch.write("work/src/senior.rs", format!("// {}\n", landed(&org, "main")));
    org.scratch.git("work", &["add", "-A"]);
    let tree = org.scratch.git("work", &["write-tree"]);
    let above = org.scratch.git("work", &["commit-tree", "-p", &large, "-m", "above", &tree]);
    for place in ["heads/tove/large", "tags/large", "notes/large"] {
        let refused = org.push("tove", &[&format!("{above}:refs/{place}")]);
        assert!(refused.said().contains("larger than the limit of 256 KiB"), "{}", refused.err);
    }
    for (id, name) in [(&large, "large"), (&above, "above")] {
        let fetch = ["git", "fetch", "-q", "../work", &format!("{id}:refs/heads/tove/{name}")];
        org.scratch.run("server.git", &fetch, &[], "").ok();
    }
    others_land(&org);
    org.scratch.git("work", &["checkout", "-q", "-B", "main", &landed(&org, "main")]);
    let large = ["commit-tree", "-p", "main", "-F", "../long", "main^{tree}"];
    let large = org.scratch.git_as("yusuf", "work", &large).ok();
    // What lands is read for as long as main stands.
    let refused = org.push("yusuf", &[&format!("{}:main", large.trim())]);
    assert!(refused.said().contains("larger than the limit of 256 KiB"), "{}", refused.err);
    others_land(&org);
}

/// Whoever can push can write notes on anybody's commits: they say at most that an AI helped.
#[test]
fn broken_notes_stop_nobody() {
    let org = org();
    org.scratch.git("work", &["notes", "--ref=ai", "add", "-m", "{ broken", "main"]);
    org.push("tove", &["refs/notes/ai"]).ok();
    on(&org, "f", "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    org.commit("jonas", "work");
    org.scratch.git("work", &["notes", "--ref=ai", "add", "-m", "{ broken", "f"]);
    org.push("tove", &["refs/notes/ai", "f"]).ok();
    signed(&org, "priya", "main..f");
    org.push("jonas", &["f:main"]).ok();
    org.scratch.git("work", &["checkout", "-q", "-B", "main", "f"]);
    // A note that says nothing that can be read says that an AI helped.
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", "work");
    org.scratch.git("work", &["notes", "--ref=ai", "add", "-m", "{ broken", "main"]);
    org.push("tove", &["refs/notes/ai"]).ok();
    let refused = org.push("jonas", &["main"]);
    assert_ne!(refused.code, 0);
    assert!(refused.err.contains("yes, an AI (E1 note)"), "{}", refused.err);
    // Odd entries of the tree of notes.
    let empty = object(&org, "tree", b"");
    let blob = object(&org, "blob", b"x\n");
    let tree = format!("040000 tree {empty}\t{}\n100644 blob {blob}\todd\n", landed(&org, "main"));
    let tree = org.scratch.run("work", &["git", "mktree"], &[], &tree).ok().trim().to_owned();
    let odd = org.scratch.git("work", &["commit-tree", "-p", "refs/notes/ai", "-m", "odd", &tree]);
    org.push("tove", &[&format!("{odd}:refs/notes/ai")]).ok();
    others_land(&org);
    let entry = format!("160000 commit {}\t{}\n", "1".repeat(40), landed(&org, "main"));
    let link = org.scratch.run("work", &["git", "mktree", "--missing"], &[], &entry);
    let link = org.scratch.git("work", &["commit-tree", "-m", "link", link.ok().trim()]);
    org.push("tove", &[&format!("+{link}:refs/notes/ai")]).ok();
    org.push("tove", &[":refs/notes/ai"]).ok();
    others_land(&org);
}

/// Ids of the other kind name nothing that is here.
#[test]
fn statements_that_name_what_cannot_be_here_stop_nobody() {
    let org = org();
    on(&org, "f", "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    let head = org.commit("jonas", ASSISTED);
    signed(&org, "priya", "main..f");
    let line = ["for-each-ref", "--format=%(refname)", "refs/obstat/approvals"];
    let name = org.scratch.git("work", &line).lines().next().unwrap().to_owned();
    let own = own_nonce(&org, &name);
    let wide = "1".repeat(64);
    let tip = landed(&org, "main");
    let digest = name.split('/').nth(3).unwrap().to_owned();
    let signer = ("\"signer\":\"priya\"", "\"signer\":\"tove\"");
    for edits in [
        [(tip.as_str(), wide.as_str()), (&own, &nonce(1)), signer],
        [(head.as_str(), wide.as_str()), (&own, &nonce(2)), signer],
        [(digest.as_str(), wide.as_str()), (&own, &nonce(3)), signer],
    ] {
        let spec = forged(&org, &name, &edits, "tove");
        let (from, to) = spec.split_once(':').unwrap();
        // As if it had been filed once.
        let fetch = ["git", "fetch", "-q", "../work", &format!("{from}:{to}")];
        org.scratch.run("server.git", &fetch, &[], "").ok();
    }
    org.push("jonas", &["f:main"]).ok();
    others_land(&org);
}

/// Ten objects that name billions of paths, or of directories without any.
#[test]
fn trees_that_repeat_each_other_stop_nobody() {
    let org = org();
    let blob = object(&org, "blob", b"x\n");
    let tree = |entries: String| {
        org.scratch.run("work", &["git", "mktree"], &[], &entries).ok().trim().to_owned()
    };
    let bomb = |last: String| {
        (0..8).fold(last, |below, _| {
            let entry = |n: usize| format!("040000 tree {below}\td{n:02}\n");
            tree((0..20).map(entry).collect())
        })
    };
    let files = bomb(tree(format!("100644 blob {blob}\tf\n")));
    let empty = bomb(object(&org, "tree", b""));
    let base = org.scratch.git("work", &["ls-tree", "main"]);
    let inputs = org.scratch.git("work", &["ls-tree", "main:.obstat"]);
    let head = |root: String| {
        let line = ["commit-tree", "-p", "main", "-m", "bomb", &tree(root)];
        org.scratch.git_as("tove", "work", &line).ok().trim().to_owned()
    };
    let inside = tree(format!("{inputs}\n040000 tree {files}\tz\n"));
    let without: String =
        base.lines().filter(|l| !l.ends_with(".obstat")).map(|l| format!("{l}\n")).collect();
    let below_inputs = head(format!("{without}040000 tree {inside}\t.obstat\n"));
    let of_files = head(format!("{base}\n040000 tree {files}\tz\n"));
    let of_nothing = head(format!("{base}\n040000 tree {empty}\tz\n"));
    for bomb in [&below_inputs, &of_files, &of_nothing] {
        let refused = org.push("tove", &[&format!("{bomb}:main")]);
        assert!(refused.err.contains("larger than the limit"), "{}", refused.err);
        org.push("tove", &[&format!("{bomb}:refs/heads/tove/{bomb}")]).ok();
    }
    on(&org, "f", "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    let signed_head = org.commit("jonas", ASSISTED);
    signed(&org, "priya", "main..f");
    let line = ["for-each-ref", "--format=%(refname)", "refs/obstat/approvals"];
    let name = org.scratch.git("work", &line).lines().next().unwrap().to_owned();
    let digest = name.split('/').nth(3).unwrap().to_owned();
    let own = own_nonce(&org, &name);
    let (other, signer) = ("2".repeat(64), ("\"signer\":\"priya\"", "\"signer\":\"tove\""));
    for (n, bomb) in [&of_files, &of_nothing].into_iter().enumerate() {
        let nonce = nonce(n + 1);
        let edits =
            [(signed_head.as_str(), bomb.as_str()), (&own, &nonce), (&digest, &other), signer];
        org.push("tove", &[&forged(&org, &name, &edits, "tove")]).ok();
    }
    others_land(&org);
    org.scratch.git_as("jonas", "work", &["merge", "-q", "--no-ff", "-m", "merge f", "f"]).ok();
    org.push("jonas", &["main"]).ok();
}

/// Each landing is recorded by itself, and whoever pushes next waits for it.
#[test]
fn many_protected_refs_come_in_parts() {
    let org = org();
    let specs: Vec<String> = (0..101).map(|n| format!("main:refs/heads/release/{n}")).collect();
    let all: Vec<&str> = specs.iter().map(String::as_str).collect();
    let refused = org.push("tove", &all);
    assert!(refused.err.contains("100 is the most at once"), "{}", refused.err);
    others_land(&org);
    let few: Vec<&str> = all.iter().take(3).copied().collect();
    org.push("tove", &few).ok();
}

/// Commits of a branch on top of main, each with a message of so many bytes and, where it is named, a file.
fn many(org: &Org, (commits, message): (usize, usize), file: Option<(&str, &str)>) {
    let start = org.scratch.git("work", &["rev-parse", "main"]);
    let text = "x".repeat(message);
    let mut stream = String::new();
    for n in 1..=commits {
        stream.push_str(&format!(
            "commit refs/heads/many\nmark :{n}\ncommitter tove <tove@example.com> {} +0000\ndata {message}\n{text}\n",
            1_700_000_000 + n
        ));
        if n == 1 {
            stream.push_str(&format!("from {start}\n"));
            if let Some((path, content)) = file {
                stream.push_str(&format!(
                    "M 100644 inline {path}\ndata {}\n{content}\n",
                    content.len()
                ));
            }
        }
    }
    org.scratch.run("work", &["git", "fast-import", "--quiet", "--force"], &[], &stream).ok();
}

/// Long messages above somebody's content, and more commits than anybody looks through.
#[test]
fn many_commits_above_some_content_stop_nobody() {
    let org = org();
    let (path, content) = ("src/senior.rs", format!("// {}\n", landed(&org, "main")));
    many(&org, (500, 200_000), Some((path, &content)));
    org.push("tove", &["many"]).ok();
    let began = std::time::Instant::now();
    others_land(&org);
    assert!(began.elapsed().as_secs() < 30, "{:?}", began.elapsed());
    org.scratch.git("work", &["branch", "-q", "-D", "many"]);
    many(&org, (100_002, 1), None);
    let refused = org.push("tove", &["many:refs/heads/more"]);
    assert!(refused.said().contains("it brings over 100,000 commits"), "{}", refused.err);
    others_land(&org);
}

/// Notes that make every look for one slow: all in one directory.
#[test]
fn notes_in_one_directory_stop_nobody() {
    for (notes, passes) in [(9_000, true), (10_001, false)] {
        let org = org();
        let blob = object(&org, "blob", b"note\n");
        let entry = |n: usize| format!("100644 blob {blob}\t{n:040x}\n");
        let list: String = (0..notes).map(entry).collect();
        let tree = org.scratch.run("work", &["git", "mktree"], &[], &list).ok();
        let line = ["commit-tree", "-m", "notes", tree.trim()];
        let commit = org.scratch.git_as("tove", "work", &line).ok();
        let spec = format!("{}:refs/notes/ai", commit.trim());
        let pushed = org.push("tove", &[&spec]);
        assert_eq!(pushed.code == 0, passes, "{notes}: {}", pushed.err);
        if !passes {
            assert!(pushed.said().contains("into one directory over 10,000"), "{}", pushed.err);
        }
        others_land(&org);
        if passes {
            org.push("tove", &[":refs/notes/ai"]).ok();
            others_land(&org);
        }
    }
}

/// One large blob as the note on many commits, taken away: no blob is read for that.
#[test]
fn notes_of_one_blob_go_at_once() {
    let org = org();
    let blob = object(&org, "blob", &vec![b'a'; 4 << 20]);
    let list: String = (0..600).map(|n| format!("100644 blob {blob}\t{n:040x}\n")).collect();
    let tree = org.scratch.run("work", &["git", "mktree"], &[], &list).ok();
    let line = ["commit-tree", "-m", "notes", tree.trim()];
    let commit = org.scratch.git_as("tove", "work", &line).ok();
    org.push("tove", &[&format!("{}:refs/notes/ai", commit.trim())]).ok();
    let began = std::time::Instant::now();
    org.push("tove", &[":refs/notes/ai"]).ok();
    assert!(began.elapsed().as_secs() < 8, "{:?}", began.elapsed());
    others_land(&org);
}
