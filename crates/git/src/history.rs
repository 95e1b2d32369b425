//! Reads whole histories fast, on all cores, for audits. Order and object checks are git's;
//! replace refs and grafts are not applied. Decides nothing.

use crate::error::GitError;
use crate::raw;
use obstat_gate::ports::Commit;
use obstat_model::object::Oid;
use std::path::Path;

/// Commits decoded in one go by one thread.
const BATCH: usize = 512;

/// One commit of a history, as `each` of [`walk`] gets it.
pub type Visit<'a, T> = &'a (dyn Fn(Commit) -> T + Sync);

/// Walks everything reachable from `heads` and not from `not`, newest first, and hands each
/// commit to `each` on one of several threads; `take` gets the results in order.
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
    let ids = list(&repository, heads, not)?;
    let total = ids.len() as u64;
    let shared = repository.into_sync();
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(8);
    let next = std::sync::atomic::AtomicUsize::new(0);
    let (sender, receiver) = std::sync::mpsc::sync_channel(threads * 4);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (sender, shared, ids, next) = (sender.clone(), &shared, &ids, &next);
            scope.spawn(move || worker(shared, ids, next, each, &sender));
        }
        drop(sender);
        in_order(&receiver, take)
    })?;
    Ok(total)
}

type Batch<T> = Result<(usize, Vec<T>), GitError>;

fn worker<T>(
    shared: &gix::ThreadSafeRepository,
    ids: &[gix::ObjectId],
    next: &std::sync::atomic::AtomicUsize,
    each: Visit<'_, T>,
    sender: &std::sync::mpsc::SyncSender<Batch<T>>,
) {
    let mut repository = shared.to_thread_local();
    repository.object_cache_size_if_unset(1 << 20);
    loop {
        let at = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let from = at.saturating_mul(BATCH);
        let Some(ids) = ids.get(from..(from + BATCH).min(ids.len())).filter(|i| !i.is_empty())
        else {
            return;
        };
        let read = |id: &gix::ObjectId| read(&repository, *id).map(each);
        let batch = ids.iter().map(read).collect::<Result<Vec<_>, _>>().map(|b| (at, b));
        let failed = batch.is_err();
        if sender.send(batch).is_err() || failed {
            return;
        }
    }
}

fn in_order<T>(
    receiver: &std::sync::mpsc::Receiver<Batch<T>>,
    take: &mut dyn FnMut(T),
) -> Result<(), GitError> {
    let mut waiting = std::collections::BTreeMap::new();
    let mut wanted = 0;
    for batch in receiver {
        let (at, items) = batch?;
        waiting.insert(at, items);
        while let Some(items) = waiting.remove(&wanted) {
            items.into_iter().for_each(&mut *take);
            wanted += 1;
        }
    }
    Ok(())
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
    let failed = |why: String| GitError::Failed { verb: "history".to_owned(), message: why };
    let id = |oid: &Oid| gix::ObjectId::try_from(oid.as_bytes()).map_err(|e| failed(e.to_string()));
    let heads: Vec<_> = heads.iter().map(id).collect::<Result<_, _>>()?;
    let not: Vec<_> = not.iter().map(id).collect::<Result<_, _>>()?;
    let order = gix::revision::walk::Sorting::ByCommitTime(Default::default());
    let walk = repository.rev_walk(heads).with_hidden(not).sorting(order);
    let walk = walk.all().map_err(|e| failed(e.to_string()))?;
    walk.map(|info| info.map(|i| i.id).map_err(|e| failed(e.to_string()))).collect()
}

fn read(repository: &gix::Repository, id: gix::ObjectId) -> Result<Commit, GitError> {
    let failed = |why: String| GitError::Failed { verb: "history".to_owned(), message: why };
    let object = repository.find_object(id).map_err(|e| failed(e.to_string()))?;
    let oid = Oid::from_bytes(id.as_slice()).ok_or_else(|| failed(format!("odd id {id}")))?;
    if object.kind != gix::object::Kind::Commit {
        return Err(failed(format!("{id} is a {}, not a commit", object.kind)));
    }
    Ok(raw::commit::parse(oid, &object.data)?)
}
