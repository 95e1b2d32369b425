//! Reads whole histories fast, on all cores, for audits. Order and object checks are git's;
//! replace refs and grafts are not applied. Decides nothing.

mod ahead;
mod files;

use self::ahead::Ahead;
use self::files::{Files, tree_of};
use crate::error::GitError;
use crate::raw;
use obstat_gate::ports::Commit;
use obstat_model::object::{Oid, RepoPath};
use std::collections::BinaryHeap;
use std::path::Path;

/// Commits decoded in one go by one thread.
const BATCH: usize = 256;

/// What is done with each commit of a history, and with the paths that it changed.
pub type Visit<'a, T> = &'a (dyn Fn(Commit, &[RepoPath]) -> T + Sync);

/// Which part of a history is walked, and what is read of it.
#[derive(Debug, Clone, Copy)]
pub struct Span<'a> {
    /// Everything reachable from these.
    pub heads: &'a [Oid],
    /// And not from these.
    pub not: &'a [Oid],
    /// Whether the paths that each commit changed are read: costs several times as much.
    pub files: bool,
}

/// Walks a part of a history, newest first, and hands each
/// commit to `each` on one of several threads; `take` gets the results in order.
///
/// Every commit is read once: the walk needs its parents, and what it has read it hands on.
///
/// # Errors
/// [`GitError`] when the repository cannot be opened or an object is missing or malformed.
pub fn walk<T: Send>(
    directory: &Path,
    span: Span<'_>,
    each: Visit<'_, T>,
    take: &mut dyn FnMut(T),
) -> Result<u64, GitError> {
    let repository = open(directory)?;
    let Span { heads, not, files } = span;
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(8);
    // Without files the readers are the longest part, and workers would only be in their way.
    let threads = if files { threads } else { threads.saturating_sub(1).max(1) };
    let (to_workers, from_walk) = std::sync::mpsc::sync_channel::<(usize, Batch)>(threads * 2);
    let from_walk = std::sync::Mutex::new(from_walk);
    let (sender, receiver) = std::sync::mpsc::sync_channel(threads * 2);
    let shared = repository.into_sync();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (sender, from_walk, shared) = (sender.clone(), &from_walk, shared.clone());
            scope.spawn(move || {
                let files = files.then(|| Files::new(shared.to_thread_local()));
                worker(from_walk, (files.as_ref(), each), &sender);
            });
        }
        let failed = sender;
        let ahead = match heads {
            [head] if not.is_empty() => {
                gix_id(head).ok().map(|id| (id, Ahead::of(id), shared.clone()))
            }
            _ => None,
        };
        let ahead = ahead.map(|(id, (ahead, reader), shared)| {
            scope.spawn(move || {
                let repository = shared.to_thread_local();
                reader.run(&repository, id);
            });
            ahead
        });
        scope.spawn(move || {
            let mut repository = shared.to_thread_local();
            repository.object_cache_size_if_unset(1 << 20);
            let found = if not.is_empty() {
                stream(&repository, (heads, ahead), files, &to_workers)
            } else {
                listed(&repository, heads, not, &to_workers)
            };
            if let Err(error) = found {
                let _ = failed.send(Err(error));
            }
        });
        in_order(&receiver, take)
    })
}

/// A commit as stored.
struct Stored {
    id: Oid,
    bytes: Vec<u8>,
    /// The tree of its first parent, where that was read already.
    before: Option<gix::ObjectId>,
}

type Batch = Vec<Stored>;
type Results<T> = Result<(usize, Vec<T>), GitError>;
type ToWorkers = std::sync::mpsc::SyncSender<(usize, Batch)>;

fn worker<T>(
    from_walk: &std::sync::Mutex<std::sync::mpsc::Receiver<(usize, Batch)>>,
    (files, each): (Option<&Files>, Visit<'_, T>),
    sender: &std::sync::mpsc::SyncSender<Results<T>>,
) {
    loop {
        // Only a thread that panicked while it waited poisons the lock; then there is no more work.
        let Ok(next) = from_walk.lock().map(|queue| queue.recv()) else { return };
        let Ok((at, batch)) = next else { return };
        let parse = |stored: &Stored| {
            let paths = files.map(|files| files.changed(stored)).transpose()?.unwrap_or_default();
            Ok(each(raw::commit::parse(stored.id, &stored.bytes)?, &paths))
        };
        let results = batch.iter().map(parse).collect::<Result<Vec<_>, GitError>>();
        let failed = results.is_err();
        if sender.send(results.map(|r| (at, r))).is_err() || failed {
            return;
        }
    }
}

fn in_order<T>(
    receiver: &std::sync::mpsc::Receiver<Results<T>>,
    take: &mut dyn FnMut(T),
) -> Result<u64, GitError> {
    let mut waiting = std::collections::BTreeMap::new();
    let (mut wanted, mut total) = (0, 0);
    for batch in receiver {
        let (at, items) = batch?;
        waiting.insert(at, items);
        while let Some(items) = waiting.remove(&wanted) {
            total += items.len() as u64;
            items.into_iter().for_each(&mut *take);
            wanted += 1;
        }
    }
    Ok(total)
}

/// Hands commits to workers in batches.
struct Outbox<'a> {
    to_workers: &'a ToWorkers,
    batch: Batch,
    sent: usize,
}

impl<'a> Outbox<'a> {
    fn new(to_workers: &'a ToWorkers) -> Self {
        Self { to_workers, batch: Batch::with_capacity(BATCH), sent: 0 }
    }

    /// Nobody listens any more when this is false.
    fn put(&mut self, stored: Stored) -> bool {
        self.batch.push(stored);
        self.batch.len() < BATCH || self.flush()
    }

    fn flush(&mut self) -> bool {
        let batch = std::mem::replace(&mut self.batch, Batch::with_capacity(BATCH));
        let sent = self.to_workers.send((self.sent, batch)).is_ok();
        self.sent += 1;
        sent
    }
}

/// Everything reachable from heads, newest first as far as commits are known.
fn stream(
    repository: &gix::Repository,
    (heads, mut ahead): (&[Oid], Option<Ahead>),
    files: bool,
    to_workers: &ToWorkers,
) -> Result<(), GitError> {
    let mut outbox = Outbox::new(to_workers);
    let mut seen = gix::hashtable::HashSet::default();
    let mut heap: BinaryHeap<Found> = BinaryHeap::new();
    let mut trees: gix::hashtable::HashMap<gix::ObjectId, gix::ObjectId> = Default::default();
    let mut get = |id| match &mut ahead {
        Some(ahead) => ahead.find(repository, id),
        None => find(repository, id),
    };
    for head in heads {
        let id = gix_id(head)?;
        if seen.insert(id) {
            heap.push(get(id)?);
        }
    }
    while let Some(next) = heap.pop() {
        let parents = parents(&next.bytes);
        for parent in &parents {
            if seen.insert(*parent) {
                let found = get(*parent)?;
                if files {
                    trees.extend(tree_of(&found.bytes).map(|tree| (*parent, tree)));
                }
                heap.push(found);
            }
        }
        let before = parents.first().and_then(|parent| trees.get(parent)).copied();
        // Its children came before it, but for wrong clocks, and then its tree is read once more.
        trees.remove(&next.id);
        if !outbox.put(Stored { id: next.oid()?, bytes: next.bytes, before }) {
            return Ok(());
        }
    }
    outbox.flush();
    Ok(())
}

/// A commit that waits for its turn.
struct Found {
    at: i64,
    id: gix::ObjectId,
    bytes: Vec<u8>,
}

impl Found {
    fn oid(&self) -> Result<Oid, GitError> {
        Oid::from_bytes(self.id.as_slice()).ok_or_else(|| failed(format!("odd id {}", self.id)))
    }
}

impl PartialEq for Found {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Found {}

impl PartialOrd for Found {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Found {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.id).cmp(&(other.at, other.id))
    }
}

fn find(repository: &gix::Repository, id: gix::ObjectId) -> Result<Found, GitError> {
    let object = repository.find_object(id).map_err(|e| failed(e.to_string()))?;
    if object.kind != gix::object::Kind::Commit {
        return Err(failed(format!("{id} is a {}, not a commit", object.kind)));
    }
    let bytes = object.detach().data;
    Ok(Found { at: committed_at(&bytes), id, bytes })
}

/// Lines of a commit's header.
fn header(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|b| *b == b'\n').take_while(|line| !line.is_empty())
}

fn parents(bytes: &[u8]) -> Vec<gix::ObjectId> {
    let lines = header(bytes).skip(1).map_while(|line| line.strip_prefix(b"parent "));
    lines.filter_map(|hex| gix::ObjectId::from_hex(hex).ok()).collect()
}

fn first_parent(bytes: &[u8]) -> Option<gix::ObjectId> {
    let hex = header(bytes).nth(1)?.strip_prefix(b"parent ")?;
    gix::ObjectId::from_hex(hex).ok()
}

/// The claimed time of committing, which orders and decides nothing.
fn committed_at(bytes: &[u8]) -> i64 {
    let line = header(bytes).find_map(|line| line.strip_prefix(b"committer "));
    let mut words = line.unwrap_or_default().rsplit(|b| *b == b' ').skip(1);
    let seconds = words.next().and_then(|word| std::str::from_utf8(word).ok());
    seconds.and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// What is reachable from heads and not from others; git's own walk says which.
fn listed(
    repository: &gix::Repository,
    heads: &[Oid],
    not: &[Oid],
    to_workers: &ToWorkers,
) -> Result<(), GitError> {
    let mut outbox = Outbox::new(to_workers);
    for id in list(repository, heads, not)? {
        let found = find(repository, id)?;
        if !outbox.put(Stored { id: found.oid()?, bytes: found.bytes, before: None }) {
            return Ok(());
        }
    }
    outbox.flush();
    Ok(())
}

fn failed(why: String) -> GitError {
    GitError::History(why)
}

fn gix_id(oid: &Oid) -> Result<gix::ObjectId, GitError> {
    gix::ObjectId::try_from(oid.as_bytes()).map_err(|e| failed(e.to_string()))
}

fn open(directory: &Path) -> Result<gix::Repository, GitError> {
    let failed = |why: String| GitError::NoRepository { path: directory.to_owned(), why };
    let options = gix::open::Options::isolated();
    let mut repository = gix::open_opts(directory, options).map_err(|e| failed(e.to_string()))?;
    repository.objects.ignore_replacements = true;
    Ok(repository)
}

/// Keeps objects that others are deltas of, up to so many bytes.
fn keep_bases(repository: &mut gix::Repository, bytes: usize) {
    let cache = move || Box::new(gix::odb::pack::cache::lru::MemoryCappedHashmap::new(bytes));
    repository.objects.set_pack_cache(move || cache());
}

fn list(
    repository: &gix::Repository,
    heads: &[Oid],
    not: &[Oid],
) -> Result<Vec<gix::ObjectId>, GitError> {
    let heads = heads.iter().map(gix_id).collect::<Result<Vec<_>, _>>()?;
    let not = not.iter().map(gix_id).collect::<Result<Vec<_>, _>>()?;
    let order = gix::revision::walk::Sorting::ByCommitTime(Default::default());
    let walk = repository.rev_walk(heads).with_hidden(not).sorting(order);
    let walk = walk.all().map_err(|e| failed(e.to_string()))?;
    walk.map(|info| info.map(|i| i.id).map_err(|e| failed(e.to_string()))).collect()
}
