//! Branches that were merged into each other: no one difference is what somebody signed for.

use super::{EVIL, fetch, later, lines, on, signed, verify};
use crate::org;
use obstat_testkit::{Finished, Org};

fn merges(org: &Org, who: &str, what: &str, more: &[&str]) -> Finished {
    let line = [&["merge", "-q", "--no-ff", "-m", "Merge", what], more].concat();
    org.scratch.git_as(who, "work", &line)
}

/// Two branches: `feat`, of two parts with main merged in between, and main. Gives the first part.
fn two_parts(org: &Org) -> String {
    org.scratch.write("work/pay/a.rs", lines(&[]));
    super::lands(org, "mira", "priya", "lines");
    on(org, "feat", "main");
    org.scratch.write("work/pay/charge.rs", EVIL);
    let first = org.commit("jonas", "first part");
    org.scratch.git("work", &["checkout", "-q", "main"]);
    org.scratch.write("work/docs/a.md", "text\n");
    org.commit("mira", "docs");
    org.push("mira", &["main"]).ok();
    fetch(org);
    org.scratch.git("work", &["checkout", "-q", "feat"]);
    merges(org, "jonas", "main", &[]).ok();
    org.scratch.write("work/pay/a.rs", lines(&[5]));
    org.commit("jonas", "second part");
    org.push("jonas", &["feat"]).ok();
    fetch(org);
    first
}

/// The first part lands by itself, and the target has it when the rest comes.
#[test]
fn an_approval_of_a_head_that_crosses_the_target_does_not_carry_over() {
    let org = org();
    let first = two_parts(&org);
    signed(&org, "priya", "origin/main..feat");
    later(&org, 10);
    org.scratch.git("work", &["checkout", "-q", "main"]);
    merges(&org, "jonas", &first, &[]).ok();
    signed(&org, "yusuf", "origin/main..main");
    org.push("jonas", &["main"]).ok();
    fetch(&org);
    later(&org, 20);
    merges(&org, "jonas", "feat", &[]).ok();
    let pushed = org.push("jonas", &["main"]);
    assert_ne!(pushed.code, 0, "nobody can verify what this rests on");
    // Who signs for what the merge brings has seen it.
    signed(&org, "yusuf", "origin/main..main");
    later(&org, 30);
    org.push("jonas", &["main"]).ok();
    fetch(&org);
    let answer = verify(&org, "work", "production", "main");
    assert_eq!(answer.code, 0, "{}", answer.all());
}

/// What was merged crosswise can be refused, and stays so when it is merged.
#[test]
fn a_head_that_crosses_the_target_can_be_refused() {
    for refused in [true, false] {
        let org = org();
        let first = two_parts(&org);
        org.scratch.git("work", &["checkout", "-q", "main"]);
        merges(&org, "jonas", &first, &["-s", "ours"]).ok();
        org.scratch.write("work/docs/b.md", "text\n");
        org.commit("jonas", "docs");
        signed(&org, "priya", "origin/main..main");
        org.push("jonas", &["main"]).ok();
        fetch(&org);
        let approve = org.sign("yusuf", "feat", &[]);
        assert!(approve.err.contains("merged into each other"), "{}", approve.all());
        if refused {
            let key = org.scratch.at("keys/yusuf").to_string_lossy().into_owned();
            let line = ["reject", "--key", &key, "--reason", "a fee", "feat"];
            let asked = org.obstat("yusuf", "work", &line).all();
            let (_, rest) = asked.split_once("Type ").unwrap_or_else(|| panic!("{asked}"));
            let typed = format!("{}\n", rest.get(..4).unwrap());
            org.obstat_typing("yusuf", "work", &line, &typed).ok();
            org.push_statements("yusuf").ok();
        }
        later(&org, 10);
        merges(&org, "jonas", "feat", &[]).ok();
        signed(&org, "priya", "origin/main..main");
        let pushed = org.push("jonas", &["main"]);
        assert_eq!(pushed.code != 0, refused, "{}", pushed.err);
        assert_eq!(pushed.said().contains("yusuf rejected it"), refused, "{}", pushed.err);
    }
}

/// A head of so many files that looking at each would cost too much.
#[test]
fn a_refused_head_of_very_many_files_stays_refused() {
    let org = org();
    org.scratch.write("work/docs/a.md", lines(&[]));
    super::lands(&org, "mira", "priya", "text");
    // A file that both sides edit, so that the merge is another change than the head.
    let text = lines(&[50]);
    let mut stream = format!(
        "commit refs/heads/feat\ncommitter jonas <jonas@example.com> 1790000000 +0000\ndata 8\nvendored\n\
         from refs/remotes/origin/main^0\nM 100644 inline docs/a.md\ndata {}\n{text}\n",
        text.len()
    );
    for n in 0..20_001 {
        let text = format!("M 100644 inline vendor/{}/{n}\ndata 2\nx\n\n", n / 200);
        stream.push_str(&text);
    }
    org.scratch.run("work", &["git", "fast-import", "--quiet", "--force"], &[], &stream).ok();
    org.push("jonas", &["feat"]).ok();
    super::said(&org, "reject", "yusuf", "origin/main..feat");
    later(&org, 10);
    org.scratch.write("work/docs/a.md", lines(&[5]));
    org.commit("mira", "docs");
    org.push("mira", &["main"]).ok();
    fetch(&org);
    merges(&org, "jonas", "feat", &[]).ok();
    signed(&org, "priya", "origin/main..main");
    let pushed = org.push("jonas", &["main"]);
    assert!(pushed.said().contains("yusuf rejected it"), "{}", pushed.all());
}
