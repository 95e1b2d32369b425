//! The whole of a log against its checkpoint, file by file: what is wrong is named. Opens nothing itself.

use crate::bundle;
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::entry::{Entry, commitment};
use crate::frontier::Frontier;
use crate::hash::{EMPTY, Hash};
use crate::note::Verifier;
use crate::payload::{Payload, payloads};
use crate::source::{ReadError, Source, read, read_hashes, root_of};
use crate::tile::{HEIGHT, Kind, Tile, WIDTH};
use std::sync::atomic::{AtomicU64, Ordering};

/// What is told of a file that is not there.
pub const MISSING: &str = "it is missing";
/// Most findings that are told.
const FINDINGS_MAX: usize = 50;

/// What is asked of a log.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The log's key.
    pub log: &'a Verifier,
    /// Keys of witnesses.
    pub witnesses: &'a [Verifier],
    /// A checkpoint of before, as a note: it must be a prefix.
    pub earlier: Option<&'a str>,
    /// Whether entries are Obstat's, with payloads beside them; else they are any bytes.
    pub commitments: bool,
    /// How many threads read.
    pub threads: usize,
}

/// A log that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its state.
    pub checkpoint: Checkpoint,
    /// Witnesses who have seen it, and when.
    pub witnesses: Vec<(String, u64)>,
    /// The state of before that it goes on from.
    pub earlier: Option<Checkpoint>,
    /// Entries whose payload was taken out.
    pub redacted: u64,
}

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file.
    pub path: String,
    /// What is wrong with it, a phrase.
    pub what: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path, self.what)
    }
}

/// Checks a log.
///
/// # Errors
/// All that is wrong with it, sorted; the first fifty.
pub fn verify(source: &(dyn Source + Sync), wanted: Wanted) -> Result<Report, Vec<Finding>> {
    let (checkpoint, witnesses) = head(source, wanted).map_err(|finding| vec![finding])?;
    let earlier = match wanted.earlier {
        None => None,
        Some(note) => Some(prefix(note, wanted, &checkpoint).map_err(|finding| vec![finding])?),
    };
    let at = earlier.as_ref().map(|earlier| earlier.size);
    let chunks = chunks(source, wanted, (checkpoint.size, at));
    let mut findings: Vec<Finding> = chunks.iter().flat_map(|c| c.findings.clone()).collect();
    findings.extend(tree(source, &checkpoint, &chunks));
    if let Some(earlier) = earlier.as_ref().filter(|_| findings.is_empty()) {
        findings.extend(goes_on(earlier, &chunks));
    }
    findings.sort();
    findings.dedup();
    findings.truncate(FINDINGS_MAX);
    if !findings.is_empty() {
        return Err(findings);
    }
    let redacted = chunks.iter().map(|chunk| chunk.redacted).sum();
    Ok(Report { checkpoint, witnesses, earlier, redacted })
}

const CHECKPOINT: &str = "checkpoint";

fn head(source: &dyn Source, wanted: Wanted) -> Result<(Checkpoint, Vec<(String, u64)>), Finding> {
    let wrong = |what: String| Finding { path: CHECKPOINT.to_owned(), what };
    let bytes = source.get(CHECKPOINT).map_err(wrong)?;
    let bytes = bytes.ok_or_else(|| wrong(MISSING.to_owned()))?;
    let note = String::from_utf8(bytes).map_err(|_| wrong("it is no text".to_owned()))?;
    Checkpoint::verify(&note, wanted.log, wanted.witnesses)
        .map_err(|error: CheckpointError| wrong(error.to_string()))
}

/// The checkpoint of before.
fn prefix(note: &str, wanted: Wanted, now: &Checkpoint) -> Result<Checkpoint, Finding> {
    let wrong = |what: String| Finding { path: "the earlier checkpoint".to_owned(), what };
    let (earlier, _) = Checkpoint::verify(note, wanted.log, wanted.witnesses)
        .map_err(|error| wrong(error.to_string()))?;
    if earlier.size > now.size {
        let what = format!(
            "it has {} entries and the log only {}: the log was cut, or an older one is shown",
            earlier.size, now.size
        );
        return Err(wrong(what));
    }
    Ok(earlier)
}

/// What became of 256 entries, or of the last ones.
#[derive(Debug, Default)]
struct Chunk {
    index: u64,
    width: u16,
    /// Whether all 256 entries are there by now.
    full: bool,
    /// Leaves by the entries: of a full chunk their root alone.
    own: Vec<Hash>,
    /// The same by the tile.
    tile: Vec<Hash>,
    /// Places of entries whose hash is another in the tile.
    differ: Vec<u64>,
    /// The first leaves, where a checkpoint of before ends within.
    cut: Option<Vec<Hash>>,
    redacted: u64,
    findings: Vec<Finding>,
}

/// All chunks, read by several threads.
fn chunks(
    source: &(dyn Source + Sync),
    wanted: Wanted,
    (size, earlier): (u64, Option<u64>),
) -> Vec<Chunk> {
    let all: Vec<Tile> = Tile::all(Kind::Entries, size).collect();
    let next = AtomicU64::new(0);
    let work = || {
        let mut found = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(tile) = usize::try_from(at).ok().and_then(|at| all.get(at)) else {
                return found;
            };
            found.push(chunk(source, wanted, *tile, earlier));
        }
    };
    let mut found: Vec<Chunk> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..wanted.threads.max(1)).map(|_| scope.spawn(work)).collect();
        let mut found = work();
        for other in others {
            found.extend(other.join().unwrap_or_default());
        }
        found
    });
    found.sort_by_key(|chunk| chunk.index);
    found
}

fn chunk(source: &dyn Source, wanted: Wanted, tile: Tile, earlier: Option<u64>) -> Chunk {
    let (index, width) = (tile.index, tile.width);
    let mut found = Chunk { index, width, full: width == 256, ..Chunk::default() };
    let mut wrong = |tile: Tile, what: String| {
        found.findings.push(Finding { path: tile.path(), what });
    };
    let hashes = read_hashes(source, Tile { kind: Kind::Hashes(0), ..tile });
    let hashes =
        hashes.map_err(|error| wrong(Tile { kind: Kind::Hashes(0), ..tile }, phrase(&error)));
    let bytes = read(source, tile).map_err(|error| wrong(tile, phrase(&error)));
    let bytes = bytes.unwrap_or_default();
    let Some(mut entries) = bundle::entries(&bytes) else {
        wrong(tile, "an entry of it is cut".to_owned());
        return found;
    };
    // A full bundle may be in the place of a partial one.
    let width = usize::from(tile.width);
    if entries.len() != width && (entries.len() != 256 || entries.len() < width) {
        wrong(tile, format!("it has {} entries, not {}", entries.len(), tile.width));
        return found;
    }
    entries.truncate(usize::from(tile.width));
    let own: Vec<Hash> = entries.iter().map(|entry| Hash::of_leaf(entry)).collect();
    let hashes = hashes.unwrap_or_else(|()| own.clone());
    let first = tile.index * WIDTH;
    found.differ = (first..)
        .zip(own.iter().zip(&hashes))
        .filter(|(_, (own, tile))| own != tile)
        .map(|(at, _)| at)
        .collect();
    if wanted.commitments {
        committed(source, tile, &entries, &mut found);
    }
    let until = earlier.and_then(|size| size.checked_sub(first)).filter(|n| *n < WIDTH);
    found.cut = until.and_then(|n| own.get(..usize::try_from(n).ok()?)).map(<[Hash]>::to_vec);
    let folded = |hashes: Vec<Hash>| match tile.width {
        256 => vec![root_of(&hashes)],
        _ => hashes,
    };
    (found.own, found.tile) = (folded(own), folded(hashes));
    found
}

fn phrase(error: &ReadError) -> String {
    match error {
        ReadError::Missing(_) => MISSING.to_owned(),
        ReadError::Damaged(_) => "it has not the length that it must have".to_owned(),
        ReadError::Source(what) => what.clone(),
    }
}

/// Whether entries are Obstat's, and payloads are what they commit to.
fn committed(source: &dyn Source, tile: Tile, entries: &[&[u8]], found: &mut Chunk) {
    let beside = Tile { kind: Kind::Payloads, ..tile };
    let first = tile.index * WIDTH;
    let mut wrong = |tile: Tile, what: String| {
        found.findings.push(Finding { path: tile.path(), what });
    };
    let bytes = match read(source, beside) {
        Ok(bytes) => bytes,
        Err(error) => return wrong(beside, phrase(&error)),
    };
    let Some(all) = payloads(&bytes).filter(|all| all.len() >= entries.len()) else {
        return wrong(beside, "its form is none, or something of it is missing".to_owned());
    };
    if all.len() != entries.len() && all.len() as u64 != WIDTH {
        return wrong(beside, format!("it has {} payloads, not {}", all.len(), entries.len()));
    }
    for (at, (entry, payload)) in (first..).zip(entries.iter().zip(&all)) {
        let Some(entry) = Entry::parse(entry) else {
            wrong(tile, format!("entry {at} is none of Obstat's"));
            continue;
        };
        match payload {
            Payload::Redacted => found.redacted += 1,
            Payload::Here(salt, bytes) if commitment(salt, bytes) != entry.commitment => {
                wrong(
                    beside,
                    format!("the payload of entry {at} is not what the entry commits to"),
                );
            }
            Payload::Here(..) => {}
        }
    }
}

/// Root of the first chunks, by entries or by tiles, with some leaves behind them.
fn root<'a>(units: impl Iterator<Item = &'a Hash>, leaves: &[Hash]) -> Hash {
    let (mut whole, mut rest) = (Frontier::new(), Frontier::new());
    units.for_each(|unit| whole.push(*unit, |_, _, _| {}));
    leaves.iter().for_each(|leaf| rest.push(*leaf, |_, _, _| {}));
    let size = whole.size() * WIDTH + rest.size();
    let edge = [whole.edge(), rest.edge()].concat();
    Frontier::of(size, edge).map_or(EMPTY, |whole| whole.root())
}

/// The hashes of full chunks, and the leaves of the one that is not.
fn split(chunks: &[Chunk], hashes: impl Fn(&Chunk) -> &[Hash]) -> (Vec<Hash>, Vec<Hash>) {
    let (mut units, mut leaves) = (Vec::new(), Vec::new());
    for chunk in chunks {
        let to = if chunk.full { &mut units } else { &mut leaves };
        to.extend(hashes(chunk));
    }
    (units, leaves)
}

/// Entries against hashes, hashes against those above them, all against the checkpoint.
fn tree(source: &dyn Source, checkpoint: &Checkpoint, chunks: &[Chunk]) -> Vec<Finding> {
    if chunks.iter().any(|chunk| chunk.own.is_empty()) {
        return Vec::new();
    }
    let (own, leaves) = split(chunks, |chunk| &chunk.own);
    let (tiles, hashes) = split(chunks, |chunk| &chunk.tile);
    let by_entries = root(own.iter(), &leaves) == checkpoint.root;
    let by_tiles = root(tiles.iter(), &hashes) == checkpoint.root;
    let mut found = Vec::new();
    for chunk in chunks {
        let width = chunk.width;
        let tile = |kind| Tile { kind, index: chunk.index, width };
        for at in &chunk.differ {
            let (kind, what) = match (by_entries, by_tiles) {
                (true, _) => (Kind::Hashes(0), format!("the hash of entry {at} is another's")),
                (false, true) => (Kind::Entries, format!("entry {at} is not what was logged")),
                (false, false) => {
                    (Kind::Entries, format!("entry {at} and its hash do not belong together"))
                }
            };
            found.push(Finding { path: tile(kind).path(), what });
        }
    }
    if !by_entries && !by_tiles {
        let what = "its root is of other entries than those that are here".to_owned();
        found.push(Finding { path: CHECKPOINT.to_owned(), what });
    }
    found.extend(above(source, checkpoint.size, if by_tiles { tiles } else { own }));
    found
}

/// Tiles of the levels above the leaves'.
fn above(source: &dyn Source, size: u64, mut units: Vec<Hash>) -> Vec<Finding> {
    let mut found = Vec::new();
    for level in 1..HEIGHT {
        for tile in Tile::all(Kind::Hashes(level), size) {
            let first = usize::try_from(tile.index * WIDTH).unwrap_or(usize::MAX);
            let own = units.iter().skip(first).take(usize::from(tile.width));
            let path = tile.path();
            match read_hashes(source, tile) {
                Err(error) => found.push(Finding { path, what: phrase(&error) }),
                Ok(hashes) => {
                    let wrong =
                        (first..).zip(own.zip(&hashes)).find(|(_, (own, tile))| own != tile);
                    if let Some((at, _)) = wrong {
                        let what =
                            format!("hash {at} of its level is not that of what is below it");
                        found.push(Finding { path, what });
                    }
                }
            }
        }
        units = units.chunks_exact(256).map(root_of).collect();
    }
    found
}

/// Whether the log begins with what an earlier checkpoint names.
fn goes_on(earlier: &Checkpoint, chunks: &[Chunk]) -> Option<Finding> {
    let full = usize::try_from(earlier.size / WIDTH).unwrap_or(usize::MAX);
    let units = chunks.iter().take(full).flat_map(|chunk| &chunk.own);
    let cut = chunks.get(full).and_then(|chunk| chunk.cut.as_deref()).unwrap_or_default();
    let what = "the log does not begin with what it names: it was rewritten".to_owned();
    let holds = root(units, cut) == earlier.root;
    (!holds).then(|| Finding { path: "the earlier checkpoint".to_owned(), what })
}
