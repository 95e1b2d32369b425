//! History as git itself sees it: walks over made-up graphs, with honest and with lying dates, give
//! the answers that the git program gives.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where it cannot go on"
)]

use obstat_gate::ports::{Merge, Repository as _};
use obstat_git::GitRepository;
use obstat_git::history::{self, Span};
use obstat_model::object::{Oid, RepoPath};
use obstat_testkit::Scratch;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// A small generator of numbers, so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Makes so many commits, each on one to three earlier ones or on none, dated by `date`.
fn graph(seed: u64, commits: u64, date: impl Fn(u64, &mut Dice) -> u64) -> (Scratch, Vec<Oid>) {
    let scratch = Scratch::new();
    scratch.git(".", &["init", "-q", "--bare", "r.git"]);
    let (mut dice, mut stream) = (Dice(seed), String::new());
    for n in 1..=commits {
        let at = date(n, &mut dice);
        let _ = write!(
            stream,
            "commit refs/heads/c{n}\nmark :{n}\ncommitter a <a@b> {at} +0000\ndata 2\nx\n"
        );
        let mut parents: Vec<u64> = Vec::new();
        let wanted = if n == 1 || dice.roll(20) == 0 {
            0
        } else {
            1 + dice.roll(8) / 6 + dice.roll(16) / 15
        };
        for _ in 0..wanted.min(n - 1) {
            let parent = n - 1 - dice.roll((n - 1).min(6));
            if parent > 0 && !parents.contains(&parent) {
                parents.push(parent);
            }
        }
        for (i, parent) in parents.iter().enumerate() {
            let word = if i == 0 { "from" } else { "merge" };
            let _ = writeln!(stream, "{word} :{parent}");
        }
        let _ = write!(stream, "M 100644 inline f{n}\ndata 2\nx\n\n");
    }
    scratch.run("r.git", &["git", "fast-import", "--quiet"], &[], &stream).ok();
    let ids = (1..=commits)
        .map(|n| scratch.git("r.git", &["rev-parse", &format!("c{n}")]).parse().unwrap())
        .collect();
    (scratch, ids)
}

fn listed(scratch: &Scratch, line: &[&str]) -> BTreeSet<Oid> {
    let text = scratch.git("r.git", line);
    text.lines().map(|l| l.parse().unwrap()).collect()
}

fn compare(scratch: &Scratch, ids: &[Oid]) {
    let repository = GitRepository::open(&scratch.at("r.git"), None).unwrap();
    // What one commit reaches git tells exactly; what it reaches without another it does not where
    // dates lie, so differences are taken here.
    let reach: Vec<BTreeSet<Oid>> =
        ids.iter().map(|id| listed(scratch, &["rev-list", &id.to_string()])).collect();
    for ((i, a), below) in ids.iter().enumerate().zip(&reach) {
        for (j, b) in ids.iter().enumerate() {
            assert_eq!(repository.is_ancestor(*b, *a).unwrap(), below.contains(b), "{j} below {i}");
        }
    }
    for (i, a) in ids.iter().enumerate().step_by(3) {
        for (j, b) in ids.iter().enumerate().step_by(5) {
            let (left, right) = (a.to_string(), b.to_string());
            let wanted: BTreeSet<Oid> = reach[i].difference(&reach[j]).copied().collect();
            let found = repository.commits_between(Some(*b), *a).unwrap();
            let found: BTreeSet<Oid> = found.iter().map(|c| c.id).collect();
            assert!(found.is_superset(&wanted), "{i} without {j}: too few");
            assert_eq!(found, wanted, "{i} without {j}: too many");
            let bases =
                scratch.run("r.git", &["git", "merge-base", "--all", &left, &right], &[], "");
            let bases: BTreeSet<Oid> = bases.out.lines().map(|l| l.parse().unwrap()).collect();
            let found = repository.merge_bases(*a, *b).unwrap();
            assert_eq!(found.len(), bases.len().min(2), "{i} and {j}");
            assert!(found.iter().all(|base| bases.contains(base)), "{i} and {j}");
        }
    }
}

#[test]
fn honest_dates() {
    for seed in 0..3 {
        let (scratch, ids) = graph(seed, 40, |n, _| 1_700_000_000 + n * 60);
        compare(&scratch, &ids);
    }
}

#[test]
fn lying_dates() {
    for seed in 10..13 {
        let (scratch, ids) = graph(seed, 40, |_, dice| 1 + dice.roll(2_000_000_000));
        compare(&scratch, &ids);
    }
}

/// Where each question would cost a long history, what lies below one commit is kept and answers the
/// next ones.
#[test]
fn lying_dates_above_a_long_history() {
    const LONG: u64 = 4_000;
    let scratch = Scratch::new();
    scratch.git(".", &["init", "-q", "--bare", "r.git"]);
    let (mut dice, mut stream) = (Dice(40), String::new());
    for n in 1..=LONG + 30 {
        let at = if n <= LONG { 1_600_000_000 + n * 60 } else { 1 + dice.roll(2_000_000_000) };
        let name = if n <= LONG { "long".to_owned() } else { format!("c{n}") };
        let _ = write!(
            stream,
            "commit refs/heads/{name}\nmark :{n}\ncommitter a <a@b> {at} +0000\ndata 2\nx\n"
        );
        // Most go on from one of the last, some from far below, some join both.
        let last = n - 1 - if n > LONG + 6 { dice.roll(5) } else { 0 };
        if n > 1 {
            let far = n > LONG && dice.roll(4) == 0;
            let first = if far && dice.roll(2) == 0 { LONG - dice.roll(3_000) } else { last };
            let _ = writeln!(stream, "from :{first}");
            if far && first == last {
                let _ = writeln!(stream, "merge :{}", LONG - dice.roll(3_000));
            }
        }
        let _ = write!(stream, "M 100644 inline f{n}\ndata 2\nx\n\n");
    }
    scratch.run("r.git", &["git", "fast-import", "--quiet"], &[], &stream).ok();
    let id = |name: &str| scratch.git("r.git", &["rev-parse", name]).parse::<Oid>().unwrap();
    let mut ids: Vec<Oid> = (LONG + 1..=LONG + 30).map(|n| id(&format!("c{n}"))).collect();
    ids.extend([id("long"), id("long~10"), id("long~3500")]);
    compare(&scratch, &ids);
}

#[test]
fn equal_dates() {
    let (scratch, ids) = graph(20, 40, |_, _| 1_700_000_000);
    compare(&scratch, &ids);
}

#[test]
fn a_whole_history_is_walked_once_each_and_a_range_leaves_out_what_lies_below() {
    let (scratch, ids) = graph(30, 1_500, |n, dice| 1_700_000_000 + n * 60 - dice.roll(600));
    let directory = scratch.at("r.git");
    let each = |commit: obstat_gate::ports::Commit, _: &[RepoPath]| commit.id;
    let heads: Vec<Oid> = ids.iter().rev().take(3).copied().collect();
    let names: Vec<String> = heads.iter().map(Oid::to_string).collect();
    let line: Vec<&str> =
        std::iter::once("rev-list").chain(names.iter().map(String::as_str)).collect();
    let mut seen = Vec::new();
    let total = history::walk(
        &directory,
        Span { heads: &heads, not: &[], files: false },
        &each,
        &mut |id| seen.push(id),
    )
    .unwrap();
    assert_eq!(
        (total as usize, seen.iter().copied().collect::<BTreeSet<_>>()),
        (seen.len(), listed(&scratch, &line))
    );
    let not = ids[700];
    let hidden = format!("^{not}");
    let line: Vec<&str> = line.into_iter().chain([hidden.as_str()]).collect();
    let mut seen = BTreeSet::new();
    history::walk(
        &directory,
        Span { heads: &heads, not: &[not], files: false },
        &each,
        &mut |id| {
            assert!(seen.insert(id), "{id} twice");
        },
    )
    .unwrap();
    assert_eq!(seen, listed(&scratch, &line));
}

#[test]
fn what_is_missing_is_an_error_and_never_an_end() {
    let (scratch, ids) = graph(40, 30, |n, _| 1_700_000_000 + n * 60);
    // A commit in the middle is taken away.
    let packs = scratch.at("r.git/objects/pack");
    let pack = std::fs::read_dir(&packs).unwrap().map(|p| p.unwrap().path());
    let pack = pack.into_iter().find(|p| p.extension().is_some_and(|e| e == "pack"));
    if let Some(pack) = pack {
        std::fs::rename(&pack, scratch.at("all.pack")).unwrap();
        let _ = std::fs::remove_dir_all(&packs);
        std::fs::create_dir(&packs).unwrap();
        let unpack = "git --git-dir=r.git unpack-objects -q <all.pack";
        scratch.run(".", &["sh", "-c", unpack], &[], "").ok();
    }
    let reached = scratch.git("r.git", &["rev-list", &ids[29].to_string()]);
    let middle = reached.lines().nth(reached.lines().count() / 2).unwrap().to_owned();
    let loose =
        scratch.at("r.git/objects").join(middle.get(..2).unwrap()).join(middle.get(2..).unwrap());
    std::fs::remove_file(&loose).unwrap();
    let repository = GitRepository::open(&scratch.at("r.git"), None).unwrap();
    let tip = *ids.last().unwrap();
    let each = |_: obstat_gate::ports::Commit, _: &[RepoPath]| ();
    let walked = history::walk(
        &scratch.at("r.git"),
        Span { heads: &[tip], not: &[], files: true },
        &each,
        &mut |()| {},
    );
    assert!(walked.is_err(), "a hole in history was not noticed");
    assert!(repository.commits_between(None, tip).is_err());
}

#[test]
fn merges_in_a_room_apart_are_those_of_the_whole_repository() {
    let (scratch, ids) = graph(7, 40, |n, _| 1_700_000_000 + n);
    let whole = GitRepository::open(&scratch.at("r.git"), None).unwrap();
    let mut apart = GitRepository::open(&scratch.at("r.git"), None).unwrap();
    apart.keep_apart();
    let mut merged = 0;
    for (i, a) in ids.iter().enumerate().step_by(5) {
        for b in ids.iter().skip(i % 3).step_by(7) {
            if whole.merge_base(*a, *b).unwrap().is_none() {
                continue;
            }
            assert_eq!(apart.merge(*a, *b).unwrap(), whole.merge(*a, *b).unwrap(), "{a} and {b}");
            merged += 1;
        }
    }
    assert!(merged > 20, "{merged}");
}

#[test]
fn a_room_apart_does_not_believe_objects_that_are_not_what_their_id_says() {
    let scratch = Scratch::new();
    scratch.git(".", &["init", "-q", "-b", "main", "r"]);
    let commit = |text: &str, parent: &[&str]| {
        scratch.write("r/f", text);
        scratch.git("r", &["add", "f"]);
        let tree = scratch.git("r", &["write-tree"]);
        let line = [&["commit-tree", "-m", "x", &tree], parent].concat();
        scratch.git_as("ana", "r", &line).ok().trim().to_owned()
    };
    let lines = "line\n".repeat(20);
    let base = commit(&lines, &[]);
    let ours = commit(&format!("ours\n{lines}"), &["-p", &base]);
    let theirs = commit(&format!("{lines}theirs\n"), &["-p", &base]);
    // The file of another object takes the place of theirs.
    scratch.write("r/f", format!("{lines}evil\n"));
    let evil = scratch.git("r", &["hash-object", "-w", "f"]);
    let honest = scratch.git("r", &["rev-parse", &format!("{theirs}:f")]);
    let place = |id: &str| {
        let (directory, file) = id.split_at(2);
        scratch.at(&format!("r/.git/objects/{directory}/{file}"))
    };
    std::fs::remove_file(place(&honest)).unwrap();
    std::fs::copy(place(&evil), place(&honest)).unwrap();
    let (ours, theirs): (Oid, Oid) = (ours.parse().unwrap(), theirs.parse().unwrap());
    let mut repository = GitRepository::open(&scratch.at("r/.git"), None).unwrap();
    assert!(repository.merge(ours, theirs).is_ok(), "git itself looks at ids now");
    repository.keep_apart();
    assert!(repository.merge(ours, theirs).is_err(), "a forged object was merged");
}

/// Compares the paths of each commit with those that git names, and counts the commits.
fn paths_as_git_names_them(scratch: &Scratch, place: &str, heads: &[Oid]) -> u64 {
    let each = |commit: obstat_gate::ports::Commit, paths: &[RepoPath]| {
        (commit.id, paths.iter().map(ToString::to_string).collect::<BTreeSet<_>>())
    };
    let directory = scratch.git(place, &["rev-parse", "--absolute-git-dir"]);
    let span = Span { heads, not: &[], files: true };
    history::walk(directory.as_ref(), span, &each, &mut |(id, paths)| {
        let show =
            ["show", "--format=", "--name-only", "--no-renames", "-z", "-m", "--first-parent"];
        let parents = scratch.git(place, &["rev-list", "--parents", "-1", &id.to_string()]);
        let wanted: BTreeSet<String> = if parents.split_whitespace().count() > 2 {
            BTreeSet::new()
        } else {
            let id = id.to_string();
            let line: Vec<&str> = show.into_iter().chain([id.as_str()]).collect();
            let names = scratch.git(place, &line);
            names.split('\0').filter(|n| !n.is_empty()).map(str::to_owned).collect()
        };
        assert_eq!(paths, wanted, "{id}");
    })
    .unwrap()
}

/// Parents that several commits start from, and parents that come before their children.
#[test]
fn the_paths_of_forks_and_of_commits_with_lying_dates_are_those_that_git_names() {
    let honest = |n: u64, _: &mut Dice| 1_700_000_000 + n * 60;
    let lying = |_: u64, dice: &mut Dice| 1_700_000_000 + dice.roll(10_000);
    for seed in 20..22 {
        for (scratch, ids) in [graph(seed, 40, honest), graph(seed, 40, lying)] {
            assert_eq!(paths_as_git_names_them(&scratch, "r.git", &ids), 40);
        }
    }
}

/// Trees of several depths, files that become directories, and names that sort oddly.
#[test]
fn the_paths_of_each_commit_are_those_that_git_names() {
    let scratch = Scratch::new();
    scratch.git(".", &["init", "-q", "r"]);
    let mut dice = Dice(11);
    let names = ["a", "a.b", "a-b", "ab", "a/b", "a/c/d", "a/c-d", "b/x/y/z", "b/x.y", "é/ü"];
    for n in 0..60 {
        for _ in 0..=dice.roll(3) {
            let name = names[dice.roll(names.len() as u64) as usize];
            let at = scratch.at("r").join(name);
            // What is in the way makes place: a file for a directory, a directory for a file.
            if at.is_dir() {
                std::fs::remove_dir_all(&at).unwrap();
            }
            let parent = at.parent().unwrap();
            for up in parent.ancestors() {
                if up.is_file() {
                    std::fs::remove_file(up).unwrap();
                }
            }
            std::fs::create_dir_all(parent).unwrap();
            if dice.roll(4) == 0 && at.exists() {
                std::fs::remove_file(&at).unwrap();
            } else {
                std::fs::write(&at, format!("{n}\n")).unwrap();
            }
        }
        scratch.git("r", &["add", "-A"]);
        scratch.git_as("mira", "r", &["commit", "-q", "--allow-empty", "-m", "x"]).ok();
        if n % 10 == 9 {
            let line = ["commit-tree", "-p", "HEAD~3", "-m", "aside", "HEAD~1^{tree}"];
            let aside = scratch.git_as("mira", "r", &line).ok().trim_end().to_owned();
            let line = ["merge", "-q", "--no-ff", "-s", "ours", "-m", "merged", &aside];
            scratch.git_as("mira", "r", &line).ok();
        }
    }
    let tip: Oid = scratch.git("r", &["rev-parse", "HEAD"]).parse().unwrap();
    let seen = paths_as_git_names_them(&scratch, "r", &[tip]);
    assert!(seen >= 60, "{seen}");
}

/// The tree that the options of `docs/formats/merge.md` give. With other options it is another one:
/// approvals that were given would no longer carry over.
#[test]
fn a_merge_gives_the_tree_that_its_format_promises() {
    let scratch = Scratch::new();
    scratch.git(".", &["init", "-q", "-b", "main", "r"]);
    let text =
        |from: usize, to: usize| (from..to).map(|n| format!("line {n}\n")).collect::<String>();
    let commit = |message: &str| {
        scratch.git("r", &["add", "-A"]);
        scratch.git_as("mira", "r", &["commit", "-q", "-m", message]).ok();
        scratch.git("r", &["rev-parse", "HEAD"]).parse::<Oid>().unwrap()
    };
    scratch.write("r/dir/a", text(0, 30));
    scratch.write("r/dir/b", text(30, 60));
    scratch.write("r/f", text(60, 90));
    // Where a diff aligns braces and blank lines depends on its algorithm.
    scratch.write("r/h", "a {\n}\n\nb {\n}\n\nc {\n}\n");
    commit("base");
    scratch.git("r", &["checkout", "-q", "-b", "theirs"]);
    scratch.write("r/dir/c", text(90, 95));
    scratch.write("r/f", text(60, 90).replace("line 75\n", "LINE 75\n"));
    scratch.write("r/h", "a {\n}\n\nx {\n}\n\nb {\n}\n\nc {\n}\n");
    let theirs = commit("theirs");
    scratch.git("r", &["checkout", "-q", "main"]);
    scratch.git("r", &["mv", "dir", "moved"]);
    scratch.git("r", &["mv", "f", "g"]);
    scratch.write("r/h", "a {\n}\n\nb {\n}\n\nc {\n  more\n}\n");
    let ours = commit("ours");
    let repository = GitRepository::open(&scratch.at("r/.git"), None).unwrap();
    let Merge::Tree(tree) = repository.merge(ours, theirs).unwrap() else { panic!("conflict") };
    let known = |path: &str| repository.entry(tree, &RepoPath::from(path)).unwrap().is_some();
    // A renamed file takes what others did to it along; a renamed folder takes nothing.
    assert!(known("g") && !known("f") && known("dir/c") && !known("moved/c"));
    assert_eq!(tree.to_string(), "2cbd3d327e26443a8e45f0f40d6e45352fce81e5");
    // The difference between two trees, applied to a third, is the same merge.
    let tree_of = |id: Oid| repository.commit(id).unwrap().tree;
    let base = repository.merge_base(ours, theirs).unwrap().unwrap();
    let applied = repository.apply(tree_of(base), tree_of(theirs), tree_of(ours)).unwrap();
    assert_eq!(applied, Merge::Tree(tree));
    let mut apart = GitRepository::open(&scratch.at("r/.git"), None).unwrap();
    apart.keep_apart();
    assert_eq!(apart.apply(tree_of(base), tree_of(theirs), tree_of(ours)).unwrap(), applied);
}

/// Commits of the far side that claim to be older than everything do not hand its people over.
#[test]
fn a_far_side_with_old_dates_takes_nothing_from_its_own() {
    let scratch = Scratch::new();
    scratch.git(".", &["init", "-q", "-b", "main", "r"]);
    let commit = |date: &str| {
        let env = [
            ("GIT_COMMITTER_DATE", date),
            ("GIT_AUTHOR_DATE", date),
            ("GIT_AUTHOR_NAME", "x"),
            ("GIT_AUTHOR_EMAIL", "x@example.com"),
            ("GIT_COMMITTER_NAME", "x"),
            ("GIT_COMMITTER_EMAIL", "x@example.com"),
        ];
        let line = ["git", "commit", "-q", "--allow-empty", "-m", "x"];
        scratch.run("r", &line, &env, "").ok();
        scratch.git("r", &["rev-parse", "HEAD"]).parse::<Oid>().unwrap()
    };
    for n in 0..10 {
        commit(&format!("@{} +0000", 1_700_000_000 + n));
    }
    scratch.git("r", &["branch", "-q", "near"]);
    let mut far = commit("@34560000 +0000");
    for n in 1..40 {
        far = commit(&format!("@{} +0000", 86_400 * 400 + n));
    }
    scratch.git("r", &["checkout", "-q", "near"]);
    let near = commit("@1700000100 +0000");
    let repository = GitRepository::open(&scratch.at("r/.git"), None).unwrap();
    let found = repository.commits_between(Some(far), near).unwrap();
    assert_eq!(found.iter().map(|c| c.id).collect::<Vec<_>>(), [near]);
}
