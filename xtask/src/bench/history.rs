//! A made-up git history, the same bytes for the same size; knows no benchmark.
//!
//! It looks like a service's repository: forty people, short and long messages, review trailers,
//! a merge now and then, and three commits in a hundred that a tool signed.

mod message;

use super::{BenchError, measure};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Stdio;

/// One commit in so many is a merge of a side branch.
const MERGE_EVERY: u32 = 20;

/// Files that commits change.
const FILES: u64 = 400;

/// First commit's time, in seconds since 1970.
const BEGIN: u64 = 1_700_000_000;

/// Numbers that look random and are the same in every run (SplitMix64, Steele et al. 2014).
#[derive(Debug, Clone)]
pub(super) struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`, which is not 0.
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// One of some words.
    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        let at = self.below(words.len() as u64);
        usize::try_from(at).ok().and_then(|at| words.get(at)).copied().unwrap_or_default()
    }
}

/// Makes a bare repository at `directory` with `commits` commits on `main`.
pub(super) fn make(directory: &Path, commits: u32) -> Result<(), BenchError> {
    let git = |arguments: &[&str]| {
        let mut command = measure::clean(Path::new("git"), directory);
        command.args(arguments);
        command
    };
    let mut init = git(&["init", "--quiet", "--bare", "--initial-branch=main", "."]);
    crate::workspace::output_of(&mut init)?;
    let io = |what| move |source| BenchError::Io { what, source };
    let mut import = git(&["fast-import", "--quiet", "--done"]);
    let mut child = import.stdin(Stdio::piped()).spawn().map_err(io("starting git fast-import"))?;
    if let Some(pipe) = child.stdin.take() {
        write(BufWriter::new(pipe), commits).map_err(io("feeding git fast-import"))?;
    }
    let status = child.wait().map_err(io("waiting for git fast-import"))?;
    if !status.success() {
        return Err(BenchError::Failed { line: "git fast-import".to_owned(), status });
    }
    // As a server or a clone would hold it; fast-import leaves deltas in an odd order.
    crate::workspace::output_of(&mut git(&["repack", "-a", "-d", "-f", "--quiet"]))?;
    Ok(())
}

/// Writes a stream for git-fast-import(1). A commit's mark is its number, counted from 1.
fn write(mut out: impl Write, commits: u32) -> std::io::Result<()> {
    let mut numbers = Numbers(42);
    let mut tip = 0;
    for number in 1..=commits {
        let is_side = number > MERGE_EVERY && (number + 1) % MERGE_EVERY == 0 && number < commits;
        let side = (number > MERGE_EVERY && number % MERGE_EVERY == 0).then(|| number - 1);
        let name = if is_side { "refs/side" } else { "refs/heads/main" };
        writeln!(out, "commit {name}\nmark :{number}")?;
        write_people(&mut out, &mut numbers, number)?;
        let text = message::write(&mut numbers, side.is_some());
        writeln!(out, "data {}\n{text}", text.len())?;
        if tip > 0 {
            writeln!(out, "from :{tip}")?;
        }
        if let Some(side) = side {
            writeln!(out, "merge :{side}")?;
        } else {
            write_files(&mut out, &mut numbers, number)?;
        }
        if !is_side {
            tip = number;
        }
    }
    writeln!(out, "done")?;
    out.flush()
}

fn write_people(out: &mut impl Write, numbers: &mut Numbers, number: u32) -> std::io::Result<()> {
    let at = BEGIN + u64::from(number) * 600;
    let author = message::person(numbers);
    writeln!(out, "author {author} {at} +0100\ncommitter {author} {} +0000", at + 30)
}

fn write_files(out: &mut impl Write, numbers: &mut Numbers, number: u32) -> std::io::Result<()> {
    for _ in 0..=numbers.below(4) {
        let file = numbers.below(FILES);
        let text = format!("// file {file}\nconst LAST: u32 = {number};\n");
        let folder = message::folder(file);
        writeln!(out, "M 100644 inline {folder}/part{file}.rs\ndata {}\n{text}", text.len())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    fn stream(commits: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(&mut bytes, commits).unwrap();
        bytes
    }

    #[test]
    fn the_same_size_gives_the_same_bytes() {
        assert_eq!(stream(50), stream(50));
        assert_ne!(stream(50), stream(51));
    }

    #[test]
    fn git_takes_the_history_and_counts_its_commits() {
        let place = tempfile::tempdir().unwrap();
        make(place.path(), 400).unwrap();
        let git = |arguments: &[&str]| {
            let output = Command::new("git").current_dir(place.path()).args(arguments).output();
            String::from_utf8(output.unwrap().stdout).unwrap().trim().to_owned()
        };
        assert_eq!(git(&["rev-list", "--count", "main"]), "400");
        assert_eq!(git(&["rev-list", "--count", "--merges", "main"]), "19");
        let signed = git(&["log", "--format=%b", "main"]);
        let count = signed.matches("Co-authored-by: Cursor").count()
            + signed.matches("Co-Authored-By: Claude").count()
            + signed.matches("Co-authored-by: aider").count();
        assert!(
            (4..=24).contains(&count),
            "{count} of 400 are signed by a tool, about 12 are meant"
        );
        assert_eq!(git(&["fsck", "--strict"]), "");
    }
}
