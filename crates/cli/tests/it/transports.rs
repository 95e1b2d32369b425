//! The transports of `docs/guide/gate.md`, each with the program that the page names: who pushes is who the
//! transport says, whatever the client claims.

use super::program;
use obstat_testkit::{Org, POLICY};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const GUIDE: &str = include_str!("../../../../docs/guide/gate.md");

/// An organisation whose server is gated for a transport, as the page says.
fn gated(variable: &str, bare: &str) -> Org {
    let org = Org::ungated(program(), POLICY);
    assert!(GUIDE.contains(&format!("| `{variable}` |")), "the page names another variable");
    org.obstat("mira", ".", &["bootstrap", "--bare", bare]).ok();
    let install = ["hook", "install", "--bare", bare, "--pusher-from", variable];
    org.obstat("mira", ".", &install).ok();
    org
}

/// Pushes to a remote with what it takes to reach it, as a client that claims to be somebody else.
fn push(org: &Org, env: &[(&str, &str)], spec: &str) -> obstat_testkit::Finished {
    let mut all = vec![("OBSTAT_PUSHER", "mira"), ("GL_USER", "mira"), ("REMOTE_USER", "mira")];
    all.extend(env.iter().copied());
    org.scratch.run("work", &["git", "push", "-q", "served", spec], &all, "")
}

/// What every transport has to show: the pusher is known, does not count as approver, and is recorded.
fn holds(org: &Org, bare: &str, url: &str, env: [&[(&str, &str)]; 3]) {
    let [jonas, priya, stranger] = env;
    org.scratch.git("work", &["remote", "add", "served", url]);
    org.scratch.git("work", &["config", "remote.origin.url", &format!("../{bare}")]);
    org.scratch.git("work", &["fetch", "-q", "origin", "+refs/obstat/*:refs/obstat/*"]);
    org.scratch.git("work", &["fetch", "-q", "origin"]);
    org.scratch.write("work/src/a.rs", "fn a() {}\n");
    org.commit("tove", "plain work");
    let refused = push(org, jonas, "main");
    assert!(refused.said().contains("Not yet"), "{}", refused.all());
    assert!(!refused.said().contains("is not set"), "{}", refused.all());
    let unknown = push(org, stranger, "main");
    assert!(unknown.said().contains("who pushes"), "{}", unknown.all());
    // Whoever brings it does not count as its approver.
    org.sign("priya", "main", &[]).ok();
    push(org, priya, "refs/obstat/approvals/*:refs/obstat/approvals/*").ok();
    let own = push(org, priya, "main");
    assert_ne!(own.code, 0, "the approver brought it");
    assert!(own.said().contains("the pusher"), "{}", own.all());
    push(org, jonas, "main").ok();
    let record = org.scratch.git(bare, &["cat-file", "blob", "refs/obstat/landings:latest"]);
    assert!(record.contains("\\\"pusher\\\":\\\"git jonas\\\""), "{record}");
}

/// A script in place of `ssh`, which does what sshd does with a forced command: everything of the client
/// is dropped but the command that it asked for.
fn ssh(org: &Org, who: &str, forced: &str) -> String {
    let name = format!("ssh-{who}");
    let (home, path) = (org.scratch.path().to_string_lossy(), std::env::var("PATH").unwrap());
    // The last argument is what the client wants to be run.
    let script = format!(
        "#!/bin/sh\nfor asked; do :; done\nexec env -i HOME={home}/git PATH={path} GIT_CONFIG_NOSYSTEM=1 \
         SSH_CONNECTION='127.0.0.1 1 127.0.0.1 22' SSH_ORIGINAL_COMMAND=\"$asked\" sh -c '{forced}'\n"
    );
    org.scratch.write(&name, script);
    org.scratch.run(".", &["chmod", "+x", &name], &[], "").ok();
    org.scratch.at(&name).to_string_lossy().into_owned()
}

#[test]
fn plain_ssh_with_forced_commands() {
    let org = gated("OBSTAT_PUSHER", "server.git");
    org.scratch.write("git/.keep", "");
    // The very line of the page, as sshd reads it.
    let line = GUIDE.lines().find(|line| line.contains("command=\"OBSTAT_PUSHER=jonas")).unwrap();
    let (_, rest) = line.split_once("command=\"").unwrap();
    let (forced, _) = rest.split_once("\",restrict").unwrap();
    let forced = forced.replace("\\\"", "\"");
    let of = |who: &str| ssh(&org, who, &forced.replace("jonas", who));
    let (jonas, priya, stranger) = (of("jonas"), of("priya"), of("stranger"));
    let env = [&jonas, &priya, &stranger]
        .map(|script| [("GIT_SSH", script.as_str()), ("GIT_SSH_VARIANT", "ssh")]);
    let url = format!("ssh://git@localhost{}", org.scratch.at("server.git").display());
    holds(&org, "server.git", &url, [&env[0], &env[1], &env[2]]);
}

#[test]
fn gitolite() {
    let org = Org::ungated(program(), POLICY);
    let scratch = &org.scratch;
    scratch.write("git/.keep", "");
    let home = scratch.at("git").to_string_lossy().into_owned();
    let run = |line: &[&str]| scratch.run("git", line, &[("HOME", &home), ("USER", "git")], "");
    run(&["gitolite", "setup", "-a", "mira"]).ok();
    let people = "repo shop\n    RW+ = @all\n";
    scratch.write("git/.gitolite/conf/gitolite.conf", people);
    run(&["gitolite", "compile"]).ok();
    run(&["gitolite", "trigger", "POST_COMPILE"]).ok();
    let bare = "git/repositories/shop.git";
    // Gitolite's own hook takes pushes through gitolite alone.
    let work = scratch.at("work").to_string_lossy().into_owned();
    scratch.git(bare, &["fetch", "-q", &work, "main:main"]);
    scratch.git(bare, &["symbolic-ref", "HEAD", "refs/heads/main"]);
    org.obstat("mira", ".", &["bootstrap", "--bare", bare]).ok();
    assert!(GUIDE.contains("| gitolite | `GL_USER` |"));
    let install = ["hook", "install", "--bare", bare, "--pusher-from", "GL_USER"];
    org.obstat("mira", ".", &install).ok();
    let shell = "/usr/share/gitolite3/gitolite-shell";
    assert!(Path::new(shell).exists(), "gitolite3 is missing; scripts/test installs it");
    let of = |who: &str| ssh(&org, who, &format!("{shell} {who}"));
    let (jonas, priya, stranger) = (of("jonas"), of("priya"), of("stranger"));
    let env = [&jonas, &priya, &stranger]
        .map(|script| [("GIT_SSH", script.as_str()), ("GIT_SSH_VARIANT", "ssh")]);
    holds(&org, bare, "ssh://git@localhost/shop", [&env[0], &env[1], &env[2]]);
}

/// `git http-backend` behind a server that has authenticated whoever asks.
const SERVER: &str = r#"
import base64, http.server, os, subprocess, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        path, _, query = self.path.partition("?")
        length = int(self.headers.get("Content-Length") or 0)
        word = (self.headers.get("Authorization") or "").partition(" ")[2]
        if not word:
            self.send_response(401)
            self.send_header("WWW-Authenticate", "Basic realm=git")
            self.end_headers()
            return
        user = base64.b64decode(word).decode().partition(":")[0]
        env = dict(PATH=os.environ["PATH"], HOME=os.environ["HOME"], GIT_CONFIG_NOSYSTEM="1",
            GIT_PROJECT_ROOT=sys.argv[1], GIT_HTTP_EXPORT_ALL="1", REMOTE_USER=user, PATH_INFO=path,
            QUERY_STRING=query, REQUEST_METHOD=self.command, REMOTE_ADDR="127.0.0.1",
            CONTENT_TYPE=self.headers.get("Content-Type") or "", CONTENT_LENGTH=str(length),
            HTTP_CONTENT_ENCODING=self.headers.get("Content-Encoding") or "",
            GIT_PROTOCOL=self.headers.get("Git-Protocol") or "")
        ran = subprocess.run(["git", "http-backend"], env=env, input=self.rfile.read(length), stdout=subprocess.PIPE)
        head, _, body = ran.stdout.partition(b"\r\n\r\n")
        lines = [line.decode().split(": ", 1) for line in head.split(b"\r\n") if line]
        status = [int(value.split()[0]) for name, value in lines if name == "Status"] or [200]
        self.send_response(status[0])
        for name, value in lines:
            if name != "Status":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_GET = do_POST = answer
    def log_message(self, *_):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"#;

/// A server that ends with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn smart_http() {
    let org = gated("REMOTE_USER", "server.git");
    org.scratch.git("server.git", &["config", "http.receivepack", "true"]);
    org.scratch.write("server.py", SERVER);
    let mut child = Command::new("python3")
        .arg(org.scratch.at("server.py"))
        .arg(org.scratch.path())
        .env_clear()
        .env("PATH", std::env::var("PATH").unwrap())
        .env("HOME", org.scratch.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut port = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
    let _server = Server(child);
    let port = port.trim();
    // The user is in the address of each push.
    let of = |who: &str| {
        let key = format!("url.http://{who}:word@127.0.0.1:{port}/.insteadOf");
        [
            ("GIT_CONFIG_COUNT", "1".to_owned()),
            ("GIT_CONFIG_KEY_0", key),
            ("GIT_CONFIG_VALUE_0", "served://".to_owned()),
        ]
    };
    let all = ["jonas", "priya", "stranger"].map(of);
    let env: Vec<Vec<(&str, &str)>> =
        all.iter().map(|env| env.iter().map(|(k, v)| (*k, v.as_str())).collect()).collect();
    holds(&org, "server.git", "served://server.git", [&env[0], &env[1], &env[2]]);
}
