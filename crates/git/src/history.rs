//! Reads whole histories fast, on all cores, for audits. Order and object checks are git's;
//! replace refs and grafts are not applied. Decides nothing.

use crate::error::GitError;
use crate::raw;
use obstat_gate::ports::Commit;
use obstat_model::object::Oid;
use std::collections::{BinaryHeap, HashSet};
use std::path::Path;

/// Commits decoded in one go by one thread.
const BATCH: usize = 512;

/// One commit of a history, as `each` of [`walk`] gets it.
pub type Visit<'a, T> = &'a (dyn Fn(Commit) -> T + Sync);

/// Walks everything reachable from `heads` and not from `not`, newest first, and hands each
/// commit to `each` on one of several threads; `take` gets the results in order.
///
/// Every commit is read once: the walk needs its parents, and what it has read it hands on.
///
/// # Errors
/// [`GitError`] when the repository cannot be opened or an object is missing or malformed.
pub fn walk<T: Send>(
    directory: &Path,
    heads: &[Oid],
    not: &[Oid],
    each: Visit<'_, T>,
    take: &mut dyn FnMut(T),
) -> Result<u64, GitError> {
    let repository = open(directory)?;
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(8);
    let (to_workers, from_walk) = std::sync::mpsc::sync_channel::<(usize, Batch)>(threads * 4);
    let from_walk = std::sync::Mutex::new(from_walk);
    let (sender, receiver) = std::sync::mpsc::sync_channel(threads * 4);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (sender, from_walk) = (sender.clone(), &from_walk);
            scope.spawn(move || worker(from_walk, each, &sender));
        }
        let shared = repository.into_sync();
        let failed = sender;
        scope.spawn(move || {
            let mut repository = shared.to_thread_local();
            repository.object_cache_size_if_unset(1 << 20);
            let found = if not.is_empty() {
                stream(&repository, heads, &to_workers)
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

/// Commits as stored: id and bytes.
type Batch = Vec<(Oid, Vec<u8>)>;
type Results<T> = Result<(usize, Vec<T>), GitError>;
type ToWorkers = std::sync::mpsc::SyncSender<(usize, Batch)>;

fn worker<T>(
    from_walk: &std::sync::Mutex<std::sync::mpsc::Receiver<(usize, Batch)>>,
    each: Visit<'_, T>,
    sender: &std::sync::mpsc::SyncSender<Results<T>>,
) {
    loop {
        // Only a thread that panicked while it waited poisons the lock; then there is no more work.
        let Ok(next) = from_walk.lock().map(|queue| queue.recv()) else { return };
        let Ok((at, batch)) = next else { return };
        let parse = |(id, bytes): &(Oid, Vec<u8>)| Ok(each(raw::commit::parse(*id, bytes)?));
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
    fn put(&mut self, id: Oid, bytes: Vec<u8>) -> bool {
        self.batch.push((id, bytes));
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
    heads: &[Oid],
    to_workers: &ToWorkers,
) -> Result<(), GitError> {
    let mut outbox = Outbox::new(to_workers);
    let mut seen: HashSet<gix::ObjectId> = HashSet::new();
    let mut heap: BinaryHeap<Found> = BinaryHeap::new();
    for head in heads {
        let id = gix_id(head)?;
        if seen.insert(id) {
            heap.push(find(repository, id)?);
        }
    }
    while let Some(next) = heap.pop() {
        for parent in parents(&next.bytes) {
            if seen.insert(parent) {
                heap.push(find(repository, parent)?);
            }
        }
        if !outbox.put(next.oid()?, next.bytes) {
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
        if !outbox.put(found.oid()?, found.bytes) {
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
