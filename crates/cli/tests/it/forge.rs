//! The jobs of `docs/guide/ci` on a repository without a gate, as a forge has it: the very lines of
//! the pages are run.

use super::{ASSISTED, program};
use obstat_testkit::{Finished, Org, POLICY};

const GITHUB: &str = include_str!("../../../../docs/guide/ci/github-action.md");
const GITLAB: &str = include_str!("../../../../docs/guide/ci/gitlab-ci.md");

/// What follows a marker on the lines of a page that hold it.
fn lines<'a>(page: &'a str, marker: &str) -> Vec<&'a str> {
    page.lines().filter_map(|line| line.trim().strip_prefix(marker)).collect()
}

/// A forge: a bare repository that takes every push, and a trust root made in a clone of it.
fn forge() -> Org {
    let org = Org::ungated(program(), POLICY);
    let services = lines(GITHUB, "services: ");
    let roster = format!("{}services: {}\n", org.roster(), services[0]);
    org.scratch.write("work/.obstat/roster.yaml", roster);
    org.commit("mira", "services");
    org.push("mira", &["main"]).ok();
    org.scratch.git(".", &["clone", "-q", "--bare", "server.git", "shop.git"]);
    let once = lines(GITHUB, "obstat bootstrap ");
    let line: Vec<&str> = std::iter::once("bootstrap").chain(once[0].split(' ')).collect();
    org.obstat("mira", ".", &line).ok();
    for line in lines(GITHUB, "git -C shop.git push origin ") {
        let line = format!("git -C shop.git push -q origin {line}");
        org.scratch.run(".", &["sh", "-c", &line], &[], "").ok();
    }
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
    org
}

const JONAS: &str = "jonas <jonas@example.com>";

/// Commits as GitHub's web editor does: whoever pressed the button is the author.
fn as_forge(org: &Org, line: &[&str]) -> String {
    let (name, email) = ("GitHub", "noreply@github.com");
    let env = [
        ("GIT_AUTHOR_NAME", "jonas"),
        ("GIT_AUTHOR_EMAIL", "jonas@example.com"),
        ("GIT_COMMITTER_NAME", name),
        ("GIT_COMMITTER_EMAIL", email),
    ];
    let line: Vec<&str> = std::iter::once("git").chain(line.iter().copied()).collect();
    org.scratch.run("work", &line, &env, "").ok();
    org.scratch.git("work", &["rev-parse", "HEAD"])
}

/// A job in a fresh clone at a commit: its lines that start with `git fetch` and `obstat`.
fn job(org: &Org, page: &str, commit: &str, is_it: impl Fn(&str) -> bool) -> Finished {
    let name = "job";
    let _ = std::fs::remove_dir_all(org.scratch.at(name));
    org.scratch.git(".", &["clone", "-q", "--no-local", "server.git", name]);
    org.scratch.git(name, &["checkout", "-q", commit]);
    let all = [lines(page, "- run: "), lines(page, "- ")].concat();
    let obstat = all.iter().find(|l| l.starts_with("obstat check") && is_it(l)).unwrap();
    let fetch = all.iter().find(|l| l.starts_with("git fetch") && l.contains("deployed"));
    let bin = program().parent().unwrap().to_string_lossy().into_owned();
    let path = format!("{bin}:{}", std::env::var("PATH").unwrap_or_default());
    let temp = org.scratch.path().to_string_lossy().into_owned();
    std::fs::copy(org.scratch.at("shop.git/obstat/trust"), org.scratch.at("obstat.trust")).unwrap();
    let trust = format!("{temp}/obstat.trust");
    let env = [
        ("PATH", path.as_str()),
        ("RUNNER_TEMP", temp.as_str()),
        ("OBSTAT_TRUST", trust.as_str()),
        ("BASE", "main"),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
        ("GITHUB_SHA", commit),
        ("CI_COMMIT_SHA", commit),
    ];
    let script = format!("{} && {obstat}", fetch.unwrap());
    org.scratch.run(name, &["sh", "-ec", &script], &env, "")
}

fn check(org: &Org, page: &str, commit: &str) -> Finished {
    job(org, page, commit, |line| line.ends_with("HEAD"))
}

fn deploy(org: &Org, page: &str, commit: &str) -> Finished {
    job(org, page, commit, |line| line.contains("deployed.."))
}

/// Two pull requests, merged in two ways, and what comes of them.
#[test]
fn the_jobs_of_the_pages_let_through_what_was_signed_and_nothing_else() {
    let org = forge();
    let work = |line: &[&str]| org.scratch.git("work", line);
    let pull = |name: &str| {
        work(&["checkout", "-q", "-b", name, "main"]);
        org.scratch.write(&format!("work/src/{name}.rs"), format!("fn {name}() {{}}\n"));
        let tip = org.commit("jonas", ASSISTED);
        org.push("jonas", &[name]).ok();
        work(&["checkout", "-q", "main"]);
        tip
    };
    let signed = |name: &str| {
        org.sign("priya", &format!("origin/main..{name}"), &[]).ok();
        org.push_statements("priya").ok();
    };
    let first = pull("first");
    for page in [GITHUB, GITLAB] {
        let told = check(&org, page, &first);
        assert_eq!(told.code, 4, "{}", told.all());
        assert!(told.out.contains("priya"), "{}", told.all());
    }
    signed("first");
    for page in [GITHUB, GITLAB] {
        check(&org, page, &first).ok();
    }
    // The forge merges: one as a squash, one with a merge commit.
    work(&["merge", "-q", "--squash", "first"]);
    let squashed = as_forge(&org, &["commit", "-q", "--author", JONAS, "-m", "first (#1)"]);
    org.push("forge", &["main"]).ok();
    work(&["fetch", "-q", "origin"]);
    for page in [GITHUB, GITLAB] {
        deploy(&org, page, &squashed).ok();
    }
    pull("second");
    signed("second");
    let both = as_forge(&org, &["merge", "-q", "--no-ff", "-m", "second (#2)", "second"]);
    org.push("forge", &["main"]).ok();
    for page in [GITHUB, GITLAB] {
        let told = deploy(&org, page, &both);
        assert_eq!(told.code, 0, "{}", told.all());
        assert!(told.out.contains("in 2 parts"), "{}", told.out);
    }
    // Nobody signed for the third.
    work(&["fetch", "-q", "origin"]);
    pull("third");
    work(&["merge", "-q", "--squash", "third"]);
    let third = as_forge(&org, &["commit", "-q", "--author", JONAS, "-m", "third (#3)"]);
    org.push("forge", &["main"]).ok();
    for page in [GITHUB, GITLAB] {
        let told = deploy(&org, page, &third);
        assert_eq!(told.code, 4, "{}", told.all());
        assert!(told.out.contains("What is left"), "{}", told.out);
    }
    // Landing records are the gate's, and there is none.
    let line = ["verify", "--target", "production", "--trust", "../obstat.trust", &both];
    let answer = org.obstat("mira", "job", &line);
    assert_eq!(answer.code, 3, "{}", answer.all());
}

/// Whoever can get something onto main writes what stands there; what is deployed decides.
#[test]
fn nothing_on_main_judges_itself() {
    let org = forge();
    let work = |line: &[&str]| org.scratch.git("work", line);
    org.scratch.write("work/pay/charge.rs", "fn charge() { steal() }\n");
    let evil = as_forge_all(&org, "evil");
    let own = "version: 1\ntargets: { production: { refs: [refs/heads/evil], mode: enforce } }\n\
               defaults: { presence: key }\nrules: [ { name: r, record_only: true } ]\n";
    org.scratch.write("work/.obstat/policy.yaml", own);
    let policy = as_forge_all(&org, "policy");
    org.push("tove", &["main", "main:evil"]).ok();
    for page in [GITHUB, GITLAB] {
        for commit in [&evil, &policy] {
            let told = deploy(&org, page, commit);
            assert!(told.code == 3 || told.code == 4, "{}", told.all());
        }
    }
    // A commit from before what is deployed, one beside it, and one that comes by another way.
    let start = work(&["rev-parse", "HEAD~2"]);
    work(&["checkout", "-q", "-b", "side", &format!("{start}~1")]);
    org.scratch.write("work/docs/a.md", "text\n");
    let side = as_forge_all(&org, "docs");
    org.scratch.git_as("jonas", "work", &["merge", "-q", "--no-ff", "--no-edit", &start]).ok();
    let foxtrot = work(&["rev-parse", "HEAD"]);
    org.push("tove", &["HEAD:refs/heads/side"]).ok();
    for commit in [work(&["rev-parse", &format!("{start}~1")]), side, foxtrot] {
        let told = deploy(&org, GITHUB, &commit);
        assert_eq!(told.code, 3, "{}", told.all());
        assert!(told.out.contains("does not come after"), "{}", told.all());
    }
    let again = deploy(&org, GITHUB, &start);
    assert_eq!(again.code, 0, "what is deployed may be deployed again: {}", again.all());
}

/// Where no gate keeps records, a policy that nobody signed is told of by who judges by it.
#[test]
fn a_policy_that_nobody_signed_is_told_of() {
    let org = forge();
    let ask = || {
        let trust = ["--trust", "../shop.git/obstat/trust"];
        let target = ["--target", "refs/heads/main"];
        let check = [&["check"][..], &target, &trust].concat();
        let doctor = [&["doctor"][..], &target, &trust].concat();
        (org.obstat("tove", "work", &check).all(), org.obstat("tove", "work", &doctor).all())
    };
    let fetch = || org.scratch.git("work", &["fetch", "-q", "origin"]);
    fetch();
    org.scratch.write("work/docs/a.md", "text\n");
    org.commit("tove", "docs");
    let (check, doctor) = ask();
    for told in [&check, &doctor] {
        assert!(!told.contains("not those of the trust file"), "{told}");
    }
    let looser = POLICY.replace("level: senior", "level: junior");
    org.scratch.write("work/.obstat/policy.yaml", looser);
    org.commit("tove", "looser");
    org.push("tove", &["main"]).ok();
    fetch();
    org.scratch.write("work/docs/b.md", "text\n");
    org.commit("tove", "more docs");
    let (check, doctor) = ask();
    for told in [&check, &doctor] {
        assert!(told.contains("not those of the trust file"), "{told}");
    }
}

fn as_forge_all(org: &Org, message: &str) -> String {
    org.scratch.git("work", &["add", "-A"]);
    as_forge(org, &["commit", "-q", "--author", JONAS, "-m", message])
}

/// What comes above a new policy is judged by it, in a deploy of its own.
#[test]
fn a_policy_change_is_deployed_before_what_comes_above_it() {
    let org = forge();
    let stricter = POLICY.replace("paths: ['pay/**']", "paths: ['pay/**', 'docs/**']");
    org.scratch.write(
        "work/.obstat/policy.yaml",
        stricter.replace("exempt:", "#exempt:").replace("  - { name: docs", "#  - { name: docs"),
    );
    let policy = as_forge_all(&org, "policy");
    for owner in ["mira", "priya"] {
        org.sign(owner, "origin/main..main", &[]).ok();
        org.push_statements(owner).ok();
    }
    org.scratch.write("work/docs/a.md", "text\n");
    let above = as_forge_all(&org, "docs");
    org.push("jonas", &["main"]).ok();
    for page in [GITHUB, GITLAB] {
        let told = deploy(&org, page, &above);
        assert_eq!(told.code, 2, "{}", told.all());
        assert!(told.err.contains("first, then the rest"), "{}", told.all());
        deploy(&org, page, &policy).ok();
    }
}

/// What landed in between and was taken back does not come again with an approval of then, however
/// many steps one deploy takes.
#[test]
fn what_was_taken_back_between_deploys_needs_a_signature_again() {
    let org = forge();
    org.scratch.write("work/pay/charge.rs", "fn charge() { steal() }\n");
    let evil = as_forge_all(&org, ASSISTED);
    org.sign("yusuf", "origin/main..main", &[]).ok();
    org.push_statements("yusuf").ok();
    org.push("jonas", &["main"]).ok();
    org.scratch.git("work", &["fetch", "-q", "origin"]);
    let back = as_forge(&org, &["revert", "--no-edit", &evil]);
    org.sign("priya", "origin/main..main", &[]).ok();
    org.push_statements("priya").ok();
    org.push("jonas", &["main"]).ok();
    for page in [GITHUB, GITLAB] {
        deploy(&org, page, &back).ok();
    }
    let again = as_forge(&org, &["revert", "--no-edit", &back]);
    org.push("jonas", &["main"]).ok();
    for page in [GITHUB, GITLAB] {
        let told = deploy(&org, page, &again);
        assert_eq!(told.code, 4, "{}", told.all());
        assert!(told.out.contains("spent"), "{}", told.out);
    }
}

/// What a job says of what has landed since a commit.
fn landed(org: &Org, base: &str, head: &str) -> Finished {
    let trust = org.scratch.at("shop.git/obstat/trust").to_string_lossy().into_owned();
    let range = format!("{base}..{head}");
    let line = ["check", "--landed", "--trust", &trust, "--target", "production", &range];
    org.obstat("mira", "work", &line)
}

/// A signed change lands and is taken back, with something of its own on the side, so that no file is
/// ever as it was; then somebody makes everything as the signature says.
#[test]
fn what_was_taken_back_does_not_come_again_by_dropping_what_came_with_it() {
    use super::attacks::lines;
    let org = forge();
    org.scratch.write("work/pay/a.rs", lines(&[]));
    let base = org.commit("mira", "lines");
    org.scratch.git("work", &["checkout", "-q", "-b", "x"]);
    org.scratch.write("work/pay/a.rs", lines(&[5]));
    let signed = org.commit("tove", ASSISTED);
    org.scratch.git("work", &["update-ref", "refs/remotes/origin/main", &base]);
    org.sign("yusuf", "origin/main..x", &[]).ok();
    let whole = landed(&org, &base, &signed);
    assert_eq!(whole.code, 0, "{}", whole.all());
    org.scratch.git("work", &["checkout", "-q", "main"]);
    let mut tip = String::new();
    for loud in [&[40][..], &[5, 40], &[40, 41], &[5]] {
        org.scratch.write("work/pay/a.rs", lines(loud));
        tip = org.commit("tove", "step");
    }
    let answer = landed(&org, &base, &tip);
    assert_ne!(answer.code, 0, "{}", answer.all());
    assert!(answer.all().contains("taken back in between"), "{}", answer.all());
}

/// What was there in between is told as taken back or, first, as what comes and goes with its commits.
fn is_taken_back(answer: &obstat_testkit::Finished) -> bool {
    ["taken back in between", "changed and changed back"].iter().any(|t| answer.all().contains(t))
}

/// The branch that had it becomes the second parent of what is pushed.
#[test]
fn what_was_taken_back_does_not_come_again_beside_the_first_parents() {
    let org = forge();
    let base = org.scratch.git("work", &["rev-parse", "main"]);
    org.scratch.git("work", &["update-ref", "refs/remotes/origin/main", &base]);
    org.scratch.git("work", &["checkout", "-q", "-b", "x"]);
    org.scratch.write("work/pay/charge.rs", "fn charge() { steal() }\n");
    let signed = org.commit("tove", ASSISTED);
    org.sign("yusuf", "origin/main..x", &[]).ok();
    let git = |who: &str, line: &[&str]| org.scratch.git_as(who, "work", line).ok();
    org.scratch.git("work", &["checkout", "-q", "main"]);
    git("priya", &["merge", "-q", "--no-ff", "-m", "Merge", "x"]);
    // The twin: a merge, and nothing else.
    let merged = landed(&org, &base, "main");
    assert_eq!(merged.code, 0, "{}", merged.all());
    git("priya", &["revert", "--no-edit", "-m", "1", "HEAD"]);
    org.scratch.write("work/src/check.rs", "fn check() {}\n");
    org.commit("priya", "and a check");
    org.scratch.git("work", &["checkout", "-q", "-b", "fox", &base]);
    org.commit("tove", "nothing");
    let tree = format!("{signed}^{{tree}}");
    let line = ["commit-tree", "-p", "fox", "-p", "main", "-m", "up to date", &tree];
    let pushed = git("tove", &line).trim().to_owned();
    let answer = landed(&org, &base, &pushed);
    assert_ne!(answer.code, 0, "{}", answer.all());
    assert!(is_taken_back(&answer), "{}", answer.all());
}

/// Ordinary branches, whose insides go back and forth, signed as a whole and merged; and a signed fix in
/// another file, dropped by a merge that makes it a side.
#[test]
fn what_a_signer_saw_inside_of_a_branch_is_no_way_back_and_a_dropped_fix_is() {
    let org = forge();
    let git = |who: &str, line: &[&str]| org.scratch.git_as(who, "work", line).ok();
    let base = org.scratch.git("work", &["rev-parse", "main"]);
    org.scratch.git("work", &["update-ref", "refs/remotes/origin/main", &base]);
    org.scratch.git("work", &["checkout", "-q", "-b", "x"]);
    for text in ["one", "two", "one", "three"] {
        org.scratch.write("work/pay/a.rs", format!("fn a() {{ {text}() }}\n"));
        org.scratch.write("work/pay/charge.rs", format!("fn charge() {{ {text}() }}\n"));
        org.commit("tove", ASSISTED);
    }
    org.sign("yusuf", "origin/main..x", &[]).ok();
    org.scratch.git("work", &["checkout", "-q", "main"]);
    git("priya", &["merge", "-q", "--no-ff", "-m", "Merge", "x"]);
    let merged = org.scratch.git("work", &["rev-parse", "main"]);
    let answer = landed(&org, &base, &merged);
    assert_eq!(answer.code, 0, "{}", answer.all());
    org.scratch.write("work/pay/switch.rs", "fn off() {}\n");
    let off = org.commit("priya", "switched off");
    org.scratch.git("work", &["update-ref", "refs/remotes/origin/main", &merged]);
    org.sign("yusuf", "origin/main..main", &[]).ok();
    let answer = landed(&org, &base, &off);
    assert_eq!(answer.code, 0, "{}", answer.all());
    let tree = format!("{merged}^{{tree}}");
    let line = ["commit-tree", "-p", &merged, "-p", &off, "-m", "up to date", &tree];
    let dropped = git("tove", &line).trim().to_owned();
    let answer = landed(&org, &base, &dropped);
    assert_ne!(answer.code, 0, "{}", answer.all());
    assert!(is_taken_back(&answer), "{}", answer.all());
}

/// Two features that begin at one commit, each signed and merged: the second lags behind the first.
#[test]
fn a_branch_that_lags_behind_takes_nothing_back() {
    let org = forge();
    let git = |who: &str, line: &[&str]| org.scratch.git_as(who, "work", line).ok();
    let base = org.scratch.git("work", &["rev-parse", "main"]);
    org.scratch.git("work", &["update-ref", "refs/remotes/origin/main", &base]);
    for name in ["one", "two"] {
        org.scratch.git("work", &["checkout", "-q", "-b", name, &base]);
        org.scratch.write(&format!("work/pay/{name}.rs"), "fn it() {}\n");
        org.commit("tove", ASSISTED);
        org.sign("yusuf", &format!("origin/main..{name}"), &[]).ok();
    }
    org.scratch.git("work", &["checkout", "-q", "main"]);
    let mut tips = vec![base];
    for name in ["one", "two"] {
        git("priya", &["merge", "-q", "--no-ff", "-m", "Merge", name]);
        tips.push(org.scratch.git("work", &["rev-parse", "main"]));
    }
    for (from, to) in [(0, 1), (0, 2), (1, 2)] {
        let answer = landed(&org, &tips[from], &tips[to]);
        assert_eq!(answer.code, 0, "{from}..{to}: {}", answer.all());
    }
}

/// A junior signs for a range in which somebody else dropped a signed fix: nothing of it counts, and so
/// it shows nothing of what is inside.
#[test]
fn a_worthless_signature_hides_no_dropped_fix() {
    let org = forge();
    let base = org.scratch.git("work", &["rev-parse", "main"]);
    org.scratch.git("work", &["update-ref", "refs/remotes/origin/main", &base]);
    org.scratch.write("work/pay/charge.rs", "fn charge() { safely() }\n");
    org.commit("priya", "a fix");
    org.sign("yusuf", "origin/main..main", &[]).ok();
    org.scratch.git("work", &["checkout", "-q", &base, "--", "pay/charge.rs"]);
    org.scratch.write("work/docs/a.md", "text\n");
    let dropped = org.commit("jonas", "docs");
    org.sign("tove", &format!("{base}..{dropped}"), &[]).ok();
    let answer = landed(&org, &base, &dropped);
    assert_ne!(answer.code, 0, "{}", answer.all());
}

/// A merge that begins at an earlier landing, and makes the fix that came after it a side.
#[test]
fn a_fix_is_not_dropped_by_beginning_at_an_earlier_landing() {
    let org = forge();
    let git = |who: &str, line: &[&str]| org.scratch.git_as(who, "work", line).ok();
    let base = org.scratch.git("work", &["rev-parse", "main"]);
    org.scratch.write("work/src/s.rs", "fn s() { old() }\n");
    let earlier = org.commit("priya", "nobody has to sign a senior's own");
    org.scratch.git("work", &["checkout", "-q", "-b", "y"]);
    org.scratch.write("work/pay/b.rs", "fn b() {}\n");
    let signed = org.commit("tove", ASSISTED);
    org.scratch.git("work", &["update-ref", "refs/remotes/origin/main", &earlier]);
    org.sign("yusuf", "origin/main..y", &[]).ok();
    org.scratch.git("work", &["checkout", "-q", "main"]);
    org.scratch.write("work/src/s.rs", "fn s() { safely() }\n");
    let fix = org.commit("priya", "the fix");
    let answer = landed(&org, &base, &fix);
    assert_eq!(answer.code, 0, "{}", answer.all());
    let merge = |tree: &str| {
        let line = ["commit-tree", "-p", &signed, "-p", &fix, "-m", "Merge", tree];
        git("tove", &line).trim().to_owned()
    };
    let answer = landed(&org, &base, &merge(&format!("{signed}^{{tree}}")));
    assert_ne!(answer.code, 0, "{}", answer.all());
    assert!(is_taken_back(&answer), "{}", answer.all());
}
