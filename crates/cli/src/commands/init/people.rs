//! Drafts people from commit authors: aliases joined, bots set apart, where they work.

use crate::error::CliError;
use crate::keys;
use crate::ui::Ui;
use obstat_gate::ports::{Commit, Repository as _};
use obstat_git::GitRepository;
use obstat_git::history::{self, Span};
use obstat_model::object::RepoPath;
use obstat_provenance::Fingerprints;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

/// Most people that a draft lists: those with the most commits.
const PEOPLE_MAX: usize = 300;
/// Newest commits whose paths are looked at for where somebody works.
const LOOK_AT: usize = 2_000;

/// One person drafted from history.
#[derive(Debug, Clone, Default)]
pub(crate) struct Drafted {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) emails: BTreeSet<String>,
    pub(crate) commits: u64,
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) places: Vec<String>,
}

impl Drafted {
    /// Whether the name is a bot's, which people may have as well.
    pub(super) fn looks_like_a_bot(&self) -> bool {
        self.id.ends_with("bot") || self.id.starts_with("bot-")
    }
}

/// Everything drafted.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) commits: u64,
    pub(crate) people: Vec<Drafted>,
    /// Agent addresses by tool.
    pub(crate) agents: BTreeMap<String, BTreeSet<String>>,
    /// Addresses of bots and of forges' web committers.
    pub(crate) services: BTreeSet<String>,
    /// People that the draft leaves out.
    pub(crate) left_out: usize,
}

/// The owner: who runs `init`.
#[derive(Debug, Clone)]
pub(crate) struct Owner {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) email: Option<String>,
    pub(crate) key: Option<String>,
}

struct Seen {
    name: String,
    commits: u64,
    first: i64,
    last: i64,
    places: HashMap<String, u64>,
}

pub(super) fn draft(repository: &GitRepository, ui: &Ui) -> Result<Draft, CliError> {
    let mut progress = ui.progress("commits");
    let head = repository.resolve("HEAD")?;
    let mut by_email: HashMap<String, Seen> = HashMap::new();
    let mut services = BTreeSet::new();
    let mut newest = Vec::new();
    let mut commits = 0;
    let each = |commit: Commit, _: &[RepoPath]| commit;
    let span = Span { heads: &[head], not: &[], files: false };
    history::walk(repository.directory(), span, &each, &mut |commit| {
        commits += 1;
        progress.at(commits);
        note(&mut by_email, &commit);
        let committer = text(&commit.committer.email).to_lowercase();
        if is_bot(&committer) {
            services.insert(committer);
        }
        if newest.len() < LOOK_AT {
            newest.push(commit);
        }
    })?;
    progress.end();
    places(repository, &newest, &mut by_email)?;
    Ok(sort_out(commits, by_email, services))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn note(by_email: &mut HashMap<String, Seen>, commit: &Commit) {
    let email = text(&commit.author.email).to_lowercase();
    let at = commit.author.at;
    let seen = by_email.entry(email).or_insert_with(|| Seen {
        name: text(&commit.author.name),
        commits: 0,
        first: at,
        last: at,
        places: HashMap::new(),
    });
    seen.commits += 1;
    seen.first = seen.first.min(at);
    seen.last = seen.last.max(at);
}

/// Counts the top directories that each author's newest commits touch.
fn places(
    repository: &GitRepository,
    newest: &[Commit],
    by_email: &mut HashMap<String, Seen>,
) -> Result<(), CliError> {
    for commit in newest.iter().filter(|c| c.parents.len() == 1) {
        let Some(parent) = commit.parents.first() else { continue };
        // A shallow clone ends somewhere; the draft does without the rest.
        let Ok(base) = repository.commit(*parent) else { continue };
        let email = text(&commit.author.email).to_lowercase();
        let Some(seen) = by_email.get_mut(&email) else { continue };
        for path in repository.changed_paths(base.tree, commit.tree)? {
            let lossy = path.lossy();
            let place = lossy.split_once('/').map_or("", |(top, _)| top);
            *seen.places.entry(place.to_owned()).or_default() += 1;
        }
    }
    Ok(())
}

fn is_bot(email: &str) -> bool {
    email == "noreply@github.com" || email == "noreply@gitlab.com" || email.contains("[bot]@")
}

fn sort_out(commits: u64, by_email: HashMap<String, Seen>, services: BTreeSet<String>) -> Draft {
    let fingerprints = Fingerprints::builtin();
    let mut draft = Draft { commits, services, ..Draft::default() };
    let mut joined: BTreeMap<String, Vec<(String, Seen)>> = BTreeMap::new();
    for (email, seen) in by_email {
        if let Some(tool) = fingerprints.agent_of_email(&email) {
            draft.agents.entry(tool.to_string()).or_default().insert(email);
        } else if is_bot(&email) {
            draft.services.insert(email);
        } else {
            joined.entry(alias(&seen.name, &email)).or_default().push((email, seen));
        }
    }
    let taken: BTreeSet<String> = draft.agents.values().flatten().cloned().collect();
    draft.services.retain(|e| !taken.contains(e));
    let mut people: Vec<Drafted> = joined.into_values().map(join).collect();
    people.sort_by(|a, b| b.commits.cmp(&a.commits).then_with(|| a.name.cmp(&b.name)));
    draft.left_out = people.len().saturating_sub(PEOPLE_MAX);
    people.truncate(PEOPLE_MAX);
    draft.people = with_ids(people);
    draft
}

/// Addresses belong together when they go with the same full name of two words or more; single
/// names are too common for that.
fn alias(name: &str, email: &str) -> String {
    // An assistant adds itself to the name of who ran it, as in `Mira Sandoval (aider)`.
    let name = own_name(name);
    let words: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
    if words.len() >= 2 { words.join(" ") } else { format!("<{email}>") }
}

/// A name without what stands in brackets behind it.
fn own_name(name: &str) -> &str {
    let before = name.trim_end().strip_suffix(')').and_then(|rest| rest.rsplit_once('('));
    before.map_or(name, |(own, _)| own.trim_end())
}

fn join(parts: Vec<(String, Seen)>) -> Drafted {
    let mut whole = Drafted { first: i64::MAX, last: i64::MIN, ..Drafted::default() };
    let mut places: HashMap<String, u64> = HashMap::new();
    let mut best = 0;
    for (email, seen) in parts {
        if seen.commits > best || whole.name.is_empty() {
            best = seen.commits;
            own_name(&seen.name).clone_into(&mut whole.name);
        }
        whole.commits += seen.commits;
        whole.first = whole.first.min(seen.first);
        whole.last = whole.last.max(seen.last);
        if email.contains('@') {
            whole.emails.insert(email);
        }
        for (place, n) in seen.places {
            *places.entry(place).or_default() += n;
        }
    }
    let mut ranked: Vec<_> = places.into_iter().filter(|(p, _)| !p.is_empty()).collect();
    ranked.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    whole.places = ranked.into_iter().take(3).map(|(p, _)| p).collect();
    whole
}

/// Gives everybody an id made of the name, or of the address where the name has no letters.
fn with_ids(mut people: Vec<Drafted>) -> Vec<Drafted> {
    let mut used = BTreeSet::new();
    for person in &mut people {
        let local = person.emails.first().and_then(|e| e.split('@').next().map(str::to_owned));
        let base = slug(&person.name).or_else(|| slug(&local.unwrap_or_default()));
        let base = base.unwrap_or_else(|| "person".to_owned());
        let mut id = base.clone();
        let mut n = 2;
        while !used.insert(id.clone()) {
            id = format!("{base}-{n}");
            n += 1;
        }
        person.id = id;
    }
    people
}

fn slug(name: &str) -> Option<String> {
    let ascii: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' })
        .collect();
    let words: Vec<&str> = ascii.split_whitespace().collect();
    let id = words.join("-");
    (!id.is_empty() && id.len() <= 60).then_some(id)
}

/// Who runs `init`, as git knows them, and the public key to own the policy with.
pub(super) fn owner(
    repository: &GitRepository,
    draft: &Draft,
    key: Option<&PathBuf>,
) -> Result<Owner, CliError> {
    let email = repository.setting("user.email").map(|e| e.to_lowercase());
    if email.is_none() {
        return Err(CliError::usage(
            "git does not know your address, so you could not be told from the others",
            "git config user.email YOU@EXAMPLE.COM, then run it again",
        ));
    }
    let known = draft.people.iter().find(|p| email.as_ref().is_some_and(|e| p.emails.contains(e)));
    let name = known.map(|p| p.name.clone()).or_else(|| repository.setting("user.name"));
    let name = name.unwrap_or_else(|| "Owner".to_owned());
    let id =
        known.map(|p| p.id.clone()).or_else(|| slug(&name)).unwrap_or_else(|| "owner".to_owned());
    let key = match keys::choose(repository, key) {
        Ok(path) => Some(keys::public_line(&path)?),
        Err(_) => None,
    };
    Ok(Owner { id, name, email, key: key.map(|k| k.trim().to_owned()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(name: &str, commits: u64) -> Seen {
        Seen { name: name.to_owned(), commits, first: 1, last: 2, places: HashMap::new() }
    }

    #[test]
    fn aliases_are_joined_and_bots_set_apart() {
        let by_email = HashMap::from([
            ("a@x.org".to_owned(), seen("Ann Lee", 3)),
            ("ann@home.org".to_owned(), seen("ann lee", 1)),
            ("bob@x.org".to_owned(), seen("Bob", 2)),
            ("bob@y.org".to_owned(), seen("Bob", 2)),
            (
                "49699333+dependabot[bot]@users.noreply.github.com".to_owned(),
                seen("dependabot[bot]", 9),
            ),
            ("cursoragent@cursor.com".to_owned(), seen("Cursor Agent", 9)),
        ]);
        let draft = sort_out(26, by_email, BTreeSet::new());
        let ids: Vec<&str> = draft.people.iter().map(|p| p.id.as_str()).collect();
        assert_eq!(ids, ["ann-lee", "bob", "bob-2"]);
        assert_eq!(draft.people[0].emails.len(), 2);
        assert_eq!(draft.services.len(), 1);
        assert!(draft.agents.contains_key("cursor-cloud-agent"));
    }

    #[test]
    fn ids_are_names_whatever_people_are_called() {
        assert_eq!(slug("Hana Kovář").as_deref(), Some("hana-kov"));
        assert_eq!(slug("李"), None);
    }
}
