//! The machine stops at any write: the gate's hooks are killed before each change of a file in turn, and
//! the next run repairs what is left, or a push is refused and can be made again.

use super::{ASSISTED, org};
use obstat_testkit::Org;
use std::path::Path;

/// Counts what changes files, in the order of the calls, and kills the process before one of them.
const SHIM: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>
static int at = 0;
static void step(void) {
    const char *when = getenv("CRASH_AT");
    if (when && at++ == atoi(when)) raise(SIGKILL);
}
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
static int regular(int fd) {
    struct stat about;
    return fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
}
ssize_t write(int fd, const void *bytes, size_t n) {
    if (regular(fd)) step();
    return REAL(write)(fd, bytes, n);
}
int rename(const char *a, const char *b) { step(); return REAL(rename)(a, b); }
int link(const char *a, const char *b) { step(); return REAL(link)(a, b); }
int unlink(const char *a) { step(); return REAL(unlink)(a); }
int mkdir(const char *a, mode_t mode) { step(); return REAL(mkdir)(a, mode); }
static int opened(int (*real)(const char *, int, ...), const char *path, int flags, mode_t mode) {
    if (flags & (O_CREAT | O_TRUNC)) step();
    return real(path, flags, mode);
}
int open(const char *path, int flags, ...) {
    va_list more; va_start(more, flags); mode_t mode = va_arg(more, mode_t); va_end(more);
    return opened(REAL(open), path, flags, mode);
}
int open64(const char *path, int flags, ...) {
    va_list more; va_start(more, flags); mode_t mode = va_arg(more, mode_t); va_end(more);
    return opened(REAL(open64), path, flags, mode);
}
"#;

/// The server as it was, again.
fn restore(org: &Org, from: &str) {
    let _ = std::fs::remove_dir_all(org.scratch.at("server.git"));
    org.scratch.run(".", &["cp", "-a", from, "server.git"], &[], "").ok();
}

/// Lets a hook run with the shim, killed before a change of a file.
fn crash(org: &Org, hook: &str, at: usize, shim: &Path) {
    let path = format!("server.git/hooks/{hook}");
    let text = std::fs::read_to_string(org.scratch.at(&path)).unwrap();
    let shim = shim.display();
    let killed = format!("CRASH_AT={at} LD_PRELOAD={shim} exec ");
    org.scratch.write(&path, text.replacen("exec ", &killed, 1));
}

fn heal(org: &Org, hook: &str) {
    let path = format!("hooks/{hook}");
    std::fs::copy(org.scratch.at("before").join(&path), org.scratch.at("server.git").join(&path))
        .unwrap();
}

/// Every place at which a hook changes a file; the first beyond them ends it.
fn at_every_write(hook: &str) -> usize {
    let org = org();
    org.scratch.write("shim.c", SHIM);
    let line = ["cc", "-shared", "-fPIC", "-O1", "-o", "shim.so", "shim.c", "-ldl"];
    org.scratch.run(".", &line, &[], "").ok();
    let shim = org.scratch.at("shim.so");
    // A landing that changes the policy, so that caches and steps are written as well.
    let policy = obstat_testkit::POLICY.replace("lines_at_most: 50", "lines_at_most: 40");
    org.scratch.write("work/.obstat/policy.yaml", policy);
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("jonas", ASSISTED);
    for owner in ["mira", "priya"] {
        org.sign(owner, "main", &[]).ok();
        org.push_statements(owner).ok();
    }
    org.scratch.run(".", &["cp", "-a", "server.git", "before"], &[], "").ok();
    let tip = org.scratch.git("work", &["rev-parse", "main"]);
    for at in 0..400 {
        restore(&org, "before");
        crash(&org, hook, at, &shim);
        let pushed = org.push("jonas", &["main"]);
        let landed = org.scratch.git("server.git", &["rev-parse", "main"]) == tip;
        let last = org.scratch.git("server.git", &["for-each-ref", "refs/obstat/landings"]);
        heal(&org, hook);
        if !landed {
            let again = org.push("jonas", &["main"]);
            assert_eq!(again.code, 0, "{hook} {at}: {}", again.all());
        }
        // The next landing finds everything in order, and so does who verifies.
        org.scratch.git("work", &["checkout", "-q", "-B", "next", &tip]);
        org.scratch.write("work/docs/a.md", "text\n");
        let above = org.commit("priya", "docs");
        let next = org.push("priya", &["next:main"]);
        assert_eq!(next.code, 0, "{hook} {at}: {}", next.all());
        org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
        for commit in [&tip, &above] {
            let line =
                ["verify", "--target", "production", "--trust", "../server.git/obstat/trust"];
            let answer = org.obstat("mira", "work", &[&line[..], &[commit]].concat());
            assert_eq!(answer.code, 0, "{hook} {at}: {}\n{}", pushed.all(), answer.all());
        }
        org.scratch.git("work", &["checkout", "-q", "main"]);
        let whole = !pushed.err.contains("Killed") && landed && !last.is_empty();
        let killed = pushed.err.contains("hook declined") || pushed.err.contains("died of signal");
        let recorded = {
            let chain =
                org.scratch.git("server.git", &["rev-list", "--count", "refs/obstat/landings"]);
            chain == "3"
        };
        assert!(recorded, "{hook} {at}: a landing was lost or recorded twice");
        if whole && !killed && !was_killed(&org, hook, at, &shim, &tip) {
            return at;
        }
    }
    panic!("{hook} never ends");
}

/// Whether the hook was killed: post-receive leaves no trace of that in what git says.
fn was_killed(org: &Org, hook: &str, at: usize, shim: &Path, tip: &str) -> bool {
    restore(org, "before");
    let path = format!("server.git/hooks/{hook}");
    crash(org, hook, at, shim);
    let text = std::fs::read_to_string(org.scratch.at(&path)).unwrap();
    let marked = text.replacen("exec ", "", 1) + "\ncode=$?; echo $code >>../ended; exit $code\n";
    let marked = marked.replacen("CRASH_AT", "cd . && CRASH_AT", 1);
    org.scratch.write(&path, marked);
    let _ = std::fs::remove_file(org.scratch.at("ended"));
    let _ = org.push("jonas", &[&format!("{tip}:main")]);
    let ended = std::fs::read_to_string(org.scratch.at("ended")).unwrap_or_default();
    ended.trim() != "0"
}

#[test]
fn a_machine_that_stops_while_a_push_is_judged_loses_nothing() {
    assert!(at_every_write("pre-receive") > 5, "nothing was tried");
}

#[test]
fn a_machine_that_stops_after_a_push_loses_nothing() {
    assert!(at_every_write("post-receive") > 50, "nothing was tried");
}

/// What a push leaves beside landings: receipts, who brought an agent's work, notes that go.
fn beside_at_every_write(hook: &str, most: usize) -> usize {
    let org = org();
    org.scratch.write("shim.c", SHIM);
    let line = ["cc", "-shared", "-fPIC", "-O1", "-o", "shim.so", "shim.c", "-ldl"];
    org.scratch.run(".", &line, &[], "").ok();
    let shim = org.scratch.at("shim.so");
    let work = |line: &[&str]| org.scratch.git("work", line);
    work(&["checkout", "-q", "-b", "agent"]);
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    work(&["add", "-A"]);
    let env = [("GIT_AUTHOR_EMAIL", "noreply@anthropic.com"), ("GIT_AUTHOR_NAME", "Claude")];
    org.scratch.run("work", &["git", "commit", "-q", "-m", "work"], &env, "").ok();
    let made = work(&["rev-parse", "HEAD"]);
    work(&["notes", "--ref=ai", "add", "-m", "one", &made]);
    org.push("tove", &["refs/notes/ai"]).ok();
    let note = work(&["rev-parse", &format!("refs/notes/ai:{made}")]);
    work(&["notes", "--ref=ai", "add", "-f", "-m", "two", &made]);
    org.sign("priya", "main..agent", &[]).ok();
    let names = work(&["for-each-ref", "--format=%(refname)", "refs/obstat/approvals"]);
    let statement = names.lines().next().unwrap().to_owned();
    let hash = statement.rsplit('/').next().unwrap().to_owned();
    org.scratch.run(".", &["cp", "-a", "server.git", "before"], &[], "").ok();
    let spread = |id: &str| format!("{}/{}", &id.get(..2).unwrap(), &id.get(2..).unwrap());
    let wanted = [
        format!("refs/obstat/receipts:{}", spread(&hash)),
        format!("refs/obstat/brought:{}", spread(&made)),
        format!("refs/obstat/notes:{}/{note}", spread(&made)),
    ];
    let refs = ["agent", "refs/notes/ai", &format!("{statement}:{statement}")];
    for at in 0..most {
        restore(&org, "before");
        crash(&org, hook, at, &shim);
        let pushed = org.push("yusuf", &refs);
        heal(&org, hook);
        let again = org.push("yusuf", &refs);
        assert_eq!(again.code, 0, "{hook} {at}: {}", again.all());
        for place in &wanted {
            let line = ["git", "cat-file", "-e", place];
            let there = org.scratch.run("server.git", &line, &[], "");
            assert_eq!(there.code, 0, "{hook} {at}: {place} is lost: {}", pushed.all());
        }
        if hook == "pre-receive" && pushed.code == 0 {
            return at;
        }
    }
    most
}

#[test]
fn a_machine_that_stops_while_statements_come_loses_nothing() {
    assert!(beside_at_every_write("pre-receive", 400) > 20, "nothing was tried");
    beside_at_every_write("post-receive", 12);
}
