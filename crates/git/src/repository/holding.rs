//! Which of some files a tree holds in a given state, by its directories; reads no content.

use crate::raw::tree::{Entry, Node};
use crate::store::Store;
use obstat_gate::ports::PortError;
use obstat_model::change::FileState;
use obstat_model::object::Oid;
use std::collections::BTreeMap;

/// A file that is looked for: its place in the caller's list, its path, its state.
type Wanted<'a> = (usize, &'a [u8], FileState);

/// Adds the places of files that `tree` holds. A directory that is the same in `base` is passed over:
/// there, nothing is in the wanted state. One that cannot be read holds nothing: it may be anybody's.
pub(super) fn search(
    store: &Store,
    (tree, base): (Oid, Option<Oid>),
    files: &[Wanted],
    found: &mut Vec<usize>,
) -> Result<(), PortError> {
    if Some(tree) == base || files.is_empty() {
        return Ok(());
    }
    let own = match store.tree(tree) {
        Ok(entries) => entries,
        Err(error) if error.is_of_one_object() => return Ok(()),
        Err(error) => return Err(error),
    };
    let other = base.map(|base| store.tree(base)).transpose()?.unwrap_or_default();
    let mut below: BTreeMap<&[u8], Vec<Wanted>> = BTreeMap::new();
    for (at, path, state) in files {
        match path.iter().position(|b| *b == b'/') {
            None if named(&own, path) == Some(Node::Leaf(*state)) => found.push(*at),
            None => {}
            Some(end) => {
                let (name, rest) = path.split_at(end);
                let rest = rest.get(1..).unwrap_or_default();
                below.entry(name).or_default().push((*at, rest, *state));
            }
        }
    }
    for (name, files) in below {
        let Some(Node::Tree(tree)) = named(&own, name) else { continue };
        let base = match named(&other, name) {
            Some(Node::Tree(base)) => Some(base),
            _ => None,
        };
        search(store, (tree, base), &files, found)?;
    }
    Ok(())
}

fn named(entries: &[Entry], name: &[u8]) -> Option<Node> {
    let at = entries.binary_search_by(|entry| (*entry.0).cmp(name)).ok()?;
    entries.get(at).map(|entry| entry.1)
}
