//! `obstat hook install`: writes hooks and settings into a bare repository.

use super::settings::{Fixed, Settings, directory};
use crate::context::store::{DiskCache, write_whole};
use crate::error::CliError;
use crate::ui::Ui;
use obstat_api::exit::Exit;
use obstat_gate::ports::Repository as _;
use obstat_git::GitRepository;
use obstat_git::command::Git;
use obstat_model::target::Mode;
use std::path::{Path, PathBuf};

/// First line that marks a hook as ours.
const MARK: &str = "# The gate of this repository, installed by obstat. Do not edit.";
/// Git settings that a gated repository has.
const SETTINGS: [(&str, &str); 5] = [
    ("receive.fsckObjects", "true"),
    ("receive.shallowUpdate", "false"),
    ("receive.advertiseAtomic", "true"),
    ("receive.denyDeletes", "false"),
    ("core.logAllRefUpdates", "always"),
];

/// Install the hooks on a bare repository
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The bare repository
    #[arg(long, value_name = "DIRECTORY")]
    bare: PathBuf,
    /// The environment variable in which the transport names the pusher: GL_USER for gitolite,
    /// REMOTE_USER for smart HTTP, OBSTAT_PUSHER set by a forced command
    #[arg(long, value_name = "VARIABLE")]
    pusher_from: String,
    /// The host under which the roster's accounts name pushers
    #[arg(long, default_value = "git", value_name = "HOST")]
    host: String,
    /// Also refuse updates of protected refs that come around the push (`git update-ref`, web merges)
    #[arg(long)]
    last_net: bool,
}

/// Git configuration beside the gate's own files that names where hooks lie.
const PLACE: &str = "hooks.cfg";
/// Where hooks lie, below the repository.
const HOOKS: &str = "hooks";
/// Variables in which transports name the pusher, and the one of the guide's forced command.
const KNOWN: [&str; 3] = ["GL_USER", "REMOTE_USER", "OBSTAT_PUSHER"];
/// The hook that is installed on demand.
const LAST_NET: &str = "reference-transaction";

pub(super) fn run(args: &Args, ui: &mut Ui) -> Result<Exit, CliError> {
    let repository = crate::context::server::bare(&args.bare)?;
    let at = repository.directory().to_owned();
    if repository.worktree().is_some() {
        return Err(CliError::usage(
            format!("{} has a work tree, so it is no server repository", args.bare.display()),
            "gate the bare repository that people push to",
        ));
    }
    let fixed = Fixed::read(&at).map_err(|_| {
        CliError::usage(
            format!("{} is not bootstrapped", args.bare.display()),
            format!("run `obstat bootstrap --bare {}` first", args.bare.display()),
        )
    })?;
    let settings = settings(args)?;
    write_whole(&directory(&at).join("gate.toml"), settings.encode().as_bytes())?;
    for (name, value) in SETTINGS {
        Git::at(&at).run(&["config", name, value], b"")?;
    }
    let mut hooks = vec![("pre-receive", ""), ("post-receive", "")];
    if args.last_net {
        hooks.push((LAST_NET, " \"$1\""));
    }
    let hooks_dir = hooks_directory(&at)?;
    let stays = !args.last_net && is_ours(&hooks_dir.join(LAST_NET));
    for (name, arguments) in &hooks {
        hook(&hooks_dir.join(name), name, arguments)?;
    }
    let (paint, marks) = (ui.paint, ui.marks);
    let mut names: Vec<&str> = hooks.iter().map(|h| h.0).collect();
    names.extend(
        stays.then_some("reference-transaction (from before; remove its file to be without)"),
    );
    ui.line(format!("{} gated: {}", marks.met(paint), names.join(", ")));
    ui.line(format!(
        "  the pusher is named by {} and known on host {}",
        settings.variable, settings.host
    ));
    if !KNOWN.contains(&settings.variable.as_str()) {
        let mark = marks.warning(paint);
        ui.note(format!(
            "{mark} no transport sets {} by itself: see that yours does",
            settings.variable
        ));
    }
    for (name, mode) in modes(&repository, &fixed)? {
        let what = match mode {
            Mode::Enforce => "enforced: only what is clear passes",
            Mode::Warn => "in warn mode: everything passes, is told and recorded",
            Mode::Shadow => "in shadow mode: everything passes and is recorded",
        };
        ui.line(format!("  {name} is {what}"));
    }
    ui.note(format!(
        "\nIn a clone, see who is known with\n  {}",
        paint.blue("obstat roster show --at origin/HEAD")
    ));
    Ok(Exit::Ok)
}

/// Targets and their modes, by the policy as it is now.
fn modes(repository: &GitRepository, fixed: &Fixed) -> Result<Vec<(String, Mode)>, CliError> {
    let Some(tip) = repository.reference(&fixed.policy_ref)? else { return Ok(Vec::new()) };
    let tree = repository.commit(tip)?.tree;
    let cache = DiskCache::of(repository.directory());
    let Ok(inputs) = obstat_gate::inputs::load(repository, tree, &cache)? else {
        return Ok(Vec::new());
    };
    let targets = inputs.policy.targets().iter();
    Ok(targets.map(|target| (target.name().to_string(), target.mode())).collect())
}

fn settings(args: &Args) -> Result<Settings, CliError> {
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let is_host = |b: u8| b.is_ascii_alphanumeric() || b".-:".contains(&b);
    if args.pusher_from.is_empty() || !args.pusher_from.bytes().all(is_name) {
        return Err(CliError::usage(
            format!("`{}` is no name of an environment variable", args.pusher_from),
            "use GL_USER, REMOTE_USER or OBSTAT_PUSHER",
        ));
    }
    if args.host.is_empty() || !args.host.bytes().all(is_host) {
        return Err(CliError::usage(format!("`{}` is no host name", args.host), "use `git`"));
    }
    Ok(Settings { variable: args.pusher_from.clone(), host: args.host.clone() })
}

/// Hooks elsewhere (`core.hooksPath`) would leave ours unused, so that is an error.
///
/// Of whoever serves pushes the configuration may name another place, so the repository's own names this
/// one: as a whole path, for git takes others from wherever it is run; and only while the repository lies
/// where it does, for in one that was moved git looks below it by itself.
fn hooks_directory(at: &Path) -> Result<PathBuf, CliError> {
    let set = Git::at(at).output(&["config", "--local", "core.hooksPath"], b"")?;
    let hooks = at.join(HOOKS);
    std::fs::create_dir_all(&hooks).map_err(|e| CliError::file(&hooks, e))?;
    let value = String::from_utf8_lossy(&set.stdout).trim().to_owned();
    let elsewhere = |value: &str| at.join(value).exists() && !is_same(&at.join(value), &hooks);
    if set.status.success() {
        if elsewhere(&value) {
            return Err(unused(&value));
        }
        Git::at(at).run(&["config", "--local", "--unset-all", "core.hooksPath"], b"")?;
    }
    let own = at.canonicalize().map_err(|e| CliError::file(at, e))?;
    let (place, named) = (own.to_string_lossy(), own.join(HOOKS));
    let quoted = named.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\"");
    let text = format!("[core]\n\thooksPath = \"{quoted}\"\n");
    write_whole(&directory(at).join(PLACE), text.as_bytes())?;
    let special = |c: char| if "*?[]\\".contains(c) { format!("\\{c}") } else { c.to_string() };
    let pattern: String = place.chars().map(special).collect();
    // A path of the file's own, below the repository.
    for pattern in [pattern.clone(), format!("{pattern}/**")] {
        let include = format!("includeIf.gitdir:{pattern}.path");
        Git::at(at).run(&["config", "--local", &include, &format!("obstat/{PLACE}")], b"")?;
    }
    // An included file may have the last word. What Obstat itself sets for git is of another scope.
    let all = ["config", "--includes", "--show-scope", "--get-all", "core.hooksPath"];
    let all = String::from_utf8_lossy(&Git::at(at).run(&all, b"")?).into_owned();
    let of_repository = |line: &str| {
        let (scope, value) = line.split_once('\t')?;
        matches!(scope, "local" | "worktree").then(|| value.to_owned())
    };
    let last = all.lines().filter_map(of_repository).next_back().unwrap_or_default();
    if is_same(&at.join(&last), &hooks) { Ok(hooks) } else { Err(unused(&last)) }
}

fn unused(value: &str) -> CliError {
    CliError::usage(
        format!("core.hooksPath is {value}, so hooks installed here would never run"),
        "unset it, also in files that the configuration includes, or call `obstat hook pre-receive` and `post-receive` from there",
    )
}

fn is_same(a: &Path, b: &Path) -> bool {
    let whole = |path: &Path| path.canonicalize().ok();
    whole(a).is_some_and(|a| whole(b) == Some(a))
}

fn is_ours(path: &Path) -> bool {
    std::fs::read_to_string(path).is_ok_and(|present| present.contains(MARK))
}

fn hook(path: &Path, verb: &str, arguments: &str) -> Result<(), CliError> {
    let present = match std::fs::read(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
        read => Some(read.map_err(|e| CliError::file(path, e))?),
    };
    if present.is_some_and(|bytes| !String::from_utf8_lossy(&bytes).contains(MARK)) {
        return Err(CliError::usage(
            format!("{} exists and is not ours", path.display()),
            format!("call `obstat hook {verb}` from it, or move it away"),
        ));
    }
    let program = std::env::current_exe().map_err(|e| CliError::file(path, e))?;
    let program = program.to_string_lossy().replace('\'', "'\\''");
    let text = format!("#!/bin/sh\n{MARK}\nexec '{program}' hook {verb}{arguments}\n");
    write_whole(path, text.as_bytes())?;
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(path, mode).map_err(|e| CliError::file(path, e))?;
    }
    Ok(())
}
