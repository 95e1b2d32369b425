//! Compares two trees as stored: no rename detection, no attributes, no text conversion.

use crate::raw::tree::{Entry, Node};
use crate::store::Store;
use obstat_gate::ports::PortError;
use obstat_model::change::{FileChange, FileState};
use obstat_model::object::{Mode, Oid, RepoPath};
use std::rc::Rc;

/// Deepest directory that is followed; git itself stops at 2,048 by default.
const DEPTH_MAX: usize = 2_048;

/// Most pairs of directories that are compared: those without a file repeat each other as well.
const TREES_MAX: usize = 300_000;

/// Most changed paths that are listed: trees that repeat each other can name millions in a few bytes.
const FILES_MAX: usize = 200_000;

/// Changed paths between two trees, sorted, contents hashed.
pub(super) fn between(
    store: &Store,
    old: Option<Oid>,
    new: Option<Oid>,
) -> Result<Vec<FileChange>, PortError> {
    let mut found = listed(store, old, new)?;
    let mut bytes = 0;
    for change in &mut found {
        change.content = content(store, change.new, &mut bytes)?;
    }
    Ok(found)
}

/// As [`between`], contents not looked at.
pub(super) fn listed(
    store: &Store,
    old: Option<Oid>,
    new: Option<Oid>,
) -> Result<Vec<FileChange>, PortError> {
    let mut found = Vec::new();
    let mut many = false;
    visit(store, (old, new), &mut |change| {
        many = found.len() >= FILES_MAX;
        found.push(change);
        !many
    })?;
    if many {
        let limit = format!("{} files", obstat_model::text::grouped(FILES_MAX as u64));
        return Err(PortError::TooLarge { what: "the change".to_owned(), limit });
    }
    found.sort_by(|a: &FileChange, b| a.path.cmp(&b.path));
    Ok(found)
}

/// Paths that differ between two trees, as long as `more` asks for them. Entries that both have are not looked at,
/// also where one is odd.
pub(super) fn touched(
    store: &Store,
    (old, new): (Oid, Oid),
    more: &mut dyn FnMut(RepoPath) -> bool,
) -> Result<(), PortError> {
    let mut todo = vec![(Vec::new(), old, new)];
    let mut seen = 0;
    while let Some((prefix, old, new)) = todo.pop() {
        seen += 1;
        if seen + todo.len() > TREES_MAX {
            let limit = format!("{} directories", obstat_model::text::grouped(TREES_MAX as u64));
            return Err(PortError::TooLarge { what: "the change".to_owned(), limit });
        }
        let [old, new] = store.unlike(old, new)?;
        for (name, before, after) in joined(&old, &new) {
            let path: Vec<u8> = [prefix.as_slice(), name].concat();
            let below = [path.as_slice(), b"/"].concat();
            let go_on = match (before, after) {
                (same, other) if same == other => true,
                (Some(Node::Tree(old)), Some(Node::Tree(new))) => {
                    todo.push((below, old, new));
                    true
                }
                _ => {
                    let mut go_on = true;
                    for side in [before, after].into_iter().flatten() {
                        go_on = go_on
                            && match side {
                                Node::Leaf(_) => more(RepoPath::new(path.clone())),
                                Node::Tree(id) => all_below(store, (&below, id), more)?,
                            };
                    }
                    go_on
                }
            };
            if !go_on {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// All paths below a directory that one of the trees does not have.
fn all_below(
    store: &Store,
    (prefix, tree): (&[u8], Oid),
    more: &mut dyn FnMut(RepoPath) -> bool,
) -> Result<bool, PortError> {
    let mut go_on = true;
    visit(store, (None, Some(tree)), &mut |change| {
        go_on = more(RepoPath::new([prefix, change.path.as_bytes()].concat()));
        go_on
    })?;
    Ok(go_on)
}

/// Hands over changed paths, contents not looked at, in no order, as long as `more` asks for them.
pub(super) fn visit(
    store: &Store,
    (old, new): (Option<Oid>, Option<Oid>),
    more: &mut dyn FnMut(FileChange) -> bool,
) -> Result<(), PortError> {
    let mut todo = vec![(Vec::new(), old, new)];
    let mut seen = 0;
    while let Some((prefix, old, new)) = todo.pop() {
        if old == new {
            continue;
        }
        seen += 1;
        if seen + todo.len() > TREES_MAX {
            let limit = format!("{} directories", obstat_model::text::grouped(TREES_MAX as u64));
            return Err(PortError::TooLarge { what: "the change".to_owned(), limit });
        }
        if prefix.iter().filter(|b| **b == b'/').count() > DEPTH_MAX {
            let limit = format!("{DEPTH_MAX} levels");
            return Err(PortError::TooLarge { what: "the directory depth".to_owned(), limit });
        }
        let (old, new) = (entries(store, old)?, entries(store, new)?);
        for (name, before, after) in joined(&old, &new) {
            if before == after {
                continue;
            }
            let path: Vec<u8> = [prefix.as_slice(), name].concat();
            let (old_tree, old_leaf) = split(before);
            let (new_tree, new_leaf) = split(after);
            if old_tree.is_some() || new_tree.is_some() {
                todo.push(([path.as_slice(), b"/"].concat(), old_tree, new_tree));
            }
            if old_leaf.is_some() || new_leaf.is_some() {
                let (old, new, content) = (old_leaf, new_leaf, None);
                if !more(FileChange { path: RepoPath::new(path), old, new, content }) {
                    return Ok(());
                }
            }
        }
    }
    Ok(())
}

fn entries(store: &Store, tree: Option<Oid>) -> Result<Rc<[Entry]>, PortError> {
    tree.map_or_else(|| Ok(Rc::default()), |id| store.tree(id))
}

fn content(
    store: &Store,
    leaf: Option<FileState>,
    bytes: &mut u64,
) -> Result<Option<obstat_model::id::Sha256>, PortError> {
    match leaf {
        Some(state) if state.mode != Mode::Submodule => store.content(state.oid, bytes).map(Some),
        _ => Ok(None),
    }
}

fn split(node: Option<Node>) -> (Option<Oid>, Option<FileState>) {
    match node {
        Some(Node::Tree(id)) => (Some(id), None),
        Some(Node::Leaf(state)) => (None, Some(state)),
        None => (None, None),
    }
}

/// Joins two sorted lists by name.
fn joined<'a>(old: &'a [Entry], new: &'a [Entry]) -> Vec<(&'a [u8], Option<Node>, Option<Node>)> {
    let mut out = Vec::new();
    let (mut left, mut right) = (old.iter().peekable(), new.iter().peekable());
    loop {
        let order = match (left.peek(), right.peek()) {
            (Some(a), Some(b)) => a.0.cmp(&b.0),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (None, None) => return out,
        };
        let before = if order.is_le() { left.next() } else { None };
        let after = if order.is_ge() { right.next() } else { None };
        if let Some((name, _)) = before.or(after) {
            out.push((&**name, before.map(|e| e.1), after.map(|e| e.1)));
        }
    }
}
