//! Times programs and watches their memory; knows not what they do.

use super::BenchError;
use super::row::{Figure, Limit, Row};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How often memory is looked at. The figure read is the kernel's own maximum so far, so only what
/// a program gains in its last moment is missed.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// A program to measure. Its output is thrown away and nothing of the caller's set-up reaches it.
#[derive(Debug, Clone)]
pub(super) struct Program {
    path: PathBuf,
    arguments: Vec<String>,
    directory: PathBuf,
    environment: Vec<(String, String)>,
    input: Option<PathBuf>,
    cache: Option<PathBuf>,
}

/// One run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sample {
    /// From before its start until after its end.
    pub(super) time: Duration,
    /// Greatest resident memory in bytes; `None` where the system does not tell.
    pub(super) peak: Option<u64>,
}

impl Program {
    /// A program with arguments, run in a directory.
    pub(super) fn new(path: impl Into<PathBuf>, arguments: &[&str], directory: &Path) -> Self {
        let arguments = arguments.iter().map(|a| (*a).to_owned()).collect();
        let (path, directory) = (path.into(), directory.to_path_buf());
        Self { path, arguments, directory, environment: Vec::new(), input: None, cache: None }
    }

    /// The same with a variable in its environment.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same, reading a file as its standard input.
    pub(super) fn reading(mut self, input: PathBuf) -> Self {
        self.input = Some(input);
        self
    }

    /// The same, with a folder removed before each run, which is not timed.
    pub(super) fn without_cache(mut self, cache: PathBuf) -> Self {
        self.cache = Some(cache);
        self
    }

    /// Runs it once.
    pub(super) fn run(&self) -> Result<Sample, BenchError> {
        let io = |what| move |source| BenchError::Io { what, source };
        if let Some(cache) = self.cache.as_ref().filter(|c| c.exists()) {
            std::fs::remove_dir_all(cache).map_err(io("removing a cache"))?;
        }
        let input = match &self.input {
            Some(path) => Stdio::from(File::open(path).map_err(io("opening the input"))?),
            None => Stdio::null(),
        };
        let mut command = clean(&self.path, &self.directory);
        command.envs(self.environment.iter().cloned());
        command.args(&self.arguments).stdin(input).stdout(Stdio::null());
        let start = Instant::now();
        let mut child = command.stderr(Stdio::null()).spawn().map_err(io("starting a program"))?;
        let (status, peak) = wait(&mut child);
        let time = start.elapsed();
        let status = status.map_err(io("waiting for a program"))?;
        if status.success() {
            return Ok(Sample { time, peak });
        }
        let line = format!("{} {}", self.path.display(), self.arguments.join(" "));
        Err(BenchError::Failed { line, status })
    }
}

/// A command that inherits the search path and nothing else.
pub(super) fn clean(program: &Path, directory: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(directory).env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("HOME", directory).env("LC_ALL", "C.UTF-8").env("TZ", "UTC");
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
    command
}

fn wait(child: &mut Child) -> (std::io::Result<std::process::ExitStatus>, Option<u64>) {
    let status_file = PathBuf::from(format!("/proc/{}/status", child.id()));
    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut peak = None;
            while !ended.load(Ordering::Acquire) {
                peak = peak.max(peak_of(&status_file));
                std::thread::sleep(LOOK_EVERY);
            }
            peak
        });
        let status = child.wait();
        ended.store(true, Ordering::Release);
        (status, watcher.join().ok().flatten())
    })
}

/// Reads `VmHWM`, in kB, from a status file of Linux (proc(5)).
fn peak_of(status_file: &Path) -> Option<u64> {
    let text = std::fs::read_to_string(status_file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes << 10)
}

/// Two programs, run in turns so that neither has the quieter machine.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    /// What is judged.
    pub(super) subject: Vec<Sample>,
    /// What it is compared with.
    pub(super) baseline: Vec<Sample>,
}

impl Pair {
    /// Runs each once unmeasured, then both in turns; who begins alternates.
    pub(super) fn measure(
        subject: &Program,
        baseline: &Program,
        repetitions: u8,
    ) -> Result<Self, BenchError> {
        subject.run()?;
        baseline.run()?;
        let mut pair = Self { subject: Vec::new(), baseline: Vec::new() };
        for turn in 0..repetitions {
            if turn % 2 == 0 {
                pair.subject.push(subject.run()?);
                pair.baseline.push(baseline.run()?);
            } else {
                pair.baseline.push(baseline.run()?);
                pair.subject.push(subject.run()?);
            }
        }
        Ok(pair)
    }
}

/// Figure of all runs of one side.
fn figure(samples: &[Sample]) -> Figure {
    Figure::of(samples.iter().map(|s| s.time).collect())
}

/// The greatest memory of all runs.
fn peak(samples: &[Sample]) -> Option<u64> {
    samples.iter().filter_map(|s| s.peak).max()
}

impl Pair {
    /// The row of this pair.
    pub(super) fn row(&self, what: impl Into<String>, baseline: &str, limit: Option<Limit>) -> Row {
        Row {
            what: what.into(),
            time: figure(&self.subject),
            peak: peak(&self.subject),
            baseline: (baseline.to_owned(), figure(&self.baseline)),
            limit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn a_run_is_timed_and_its_memory_seen() {
        let sample = Program::new("sleep", &["0.05"], here().path()).run().unwrap();
        assert!(sample.time >= Duration::from_millis(50));
        assert!(sample.peak.is_some_and(|p| p > 100 << 10), "{sample:?}");
    }

    #[test]
    fn a_program_that_fails_is_not_a_fast_one() {
        let wrong = Program::new("false", &[], here().path()).run();
        assert!(matches!(wrong, Err(BenchError::Failed { .. })));
        let missing = Program::new("obstat-no-such-program", &[], here().path()).run();
        assert!(matches!(missing, Err(BenchError::Io { .. })));
    }

    #[test]
    fn both_sides_are_run_equally_often() {
        let place = here();
        let program = |time| Program::new("sleep", &[time], place.path());
        let pair = Pair::measure(&program("0.02"), &program("0.001"), 3).unwrap();
        assert_eq!((pair.subject.len(), pair.baseline.len()), (3, 3));
        let row = pair.row("sleep", "shorter sleep", None);
        assert!(row.time.median > row.baseline.1.median);
        assert_eq!((row.time.runs, row.baseline.1.runs), (3, 3));
    }

    #[test]
    fn the_greatest_memory_counts() {
        let sample = |peak| Sample { time: Duration::ZERO, peak };
        assert_eq!(peak(&[sample(Some(9)), sample(None), sample(Some(7))]), Some(9));
        assert_eq!(peak(&[sample(None)]), None);
    }

    #[test]
    fn input_environment_and_cache_are_as_asked_for() {
        let place = here();
        let (input, cache) = (place.path().join("input"), place.path().join("cache"));
        std::fs::write(&input, "line\n").unwrap();
        std::fs::create_dir(&cache).unwrap();
        std::fs::write(cache.join("old"), "").unwrap();
        let test = "read got && [ \"$got\" = line ] && [ \"$WHO\" = mira ] && [ ! -e cache ]";
        let program = Program::new("sh", &["-c", test], place.path());
        assert!(program.run().is_err());
        program.with("WHO", "mira").reading(input).without_cache(cache).run().unwrap();
    }
}
