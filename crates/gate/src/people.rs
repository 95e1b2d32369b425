//! Who took part in a change: full commit graph, co-authors, pusher, operators, other heads.
//!
//! Counts nobody and ranks nobody; a part that cannot be attributed is reported as such.

use crate::assist;
use crate::memo::Memo;
use crate::ports::{Account, Commit, PortError, RawSignature, Records, Repository};
use crate::proposal::Pusher;
use obstat_model::actor::{Actor, Identity, Participant, Role};
use obstat_model::approval::ApprovalFacts;
use obstat_model::change::{ChangeFacts, ChangedFile, FileState};
use obstat_model::evidence::{Evidence, EvidenceKind, Strength};
use obstat_model::facts::Problem;
use obstat_model::id::{AgentId, PersonId};
use obstat_model::landing::{LandedChange, LandingRecord};
use obstat_model::object::{Oid, RepoPath};
use obstat_model::roster::Roster;
use obstat_provenance::{Fingerprints, trailer};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Commits of heads with the same content that are looked at, the newest first; beyond, whoever made one of so many
/// counts as a contributor.
const COMMITS_MAX: usize = 20_000;
const COUNTED_MAX: usize = 100_000;
/// Commits of all other heads that are looked at, the newest first: what has gone on there, and who took something
/// away.
const OTHERS_MAX: usize = 2_000;
/// Files of a change up to which trees are searched for them.
const FEW: usize = 64;
/// Most files of one commit that are compared; whoever made one of more counts as a contributor.
const TOUCHED_MAX: usize = 100_000;
/// Deleted files that are looked for elsewhere.
const DELETED_MAX: usize = 1_000;

/// What maps identities to actors.
#[derive(Debug, Clone, Copy)]
pub struct Directory<'a> {
    /// The roster in force.
    pub roster: &'a Roster,
    /// Known agents.
    pub fingerprints: &'a Fingerprints,
}

impl Directory<'_> {
    /// Who an e-mail address claims to be. The roster speaks first; an address that only the
    /// fingerprints know is that agent.
    #[must_use]
    pub fn actor(&self, email: &str) -> Option<Actor> {
        let known = self.roster.by_email(email);
        known.or_else(|| {
            let tool = self.fingerprints.agent_of_email(email)?;
            tool.as_str().parse::<AgentId>().ok().map(Actor::Agent)
        })
    }

    fn participant(&self, role: Role, identity: Identity, commit: Oid) -> Participant {
        let actor = self.actor(&identity.email);
        Participant { role, actor, identity, proven: false, commit: Some(commit) }
    }

    /// Everybody whom one commit names.
    #[must_use]
    pub fn of_commit(&self, commit: &Commit) -> Vec<Participant> {
        let mut found = vec![
            self.participant(Role::Author, identity(&commit.author), commit.id),
            self.participant(Role::Committer, identity(&commit.committer), commit.id),
        ];
        let co_authors = trailer::co_authors(&commit.message);
        found
            .extend(co_authors.into_iter().map(|i| self.participant(Role::CoAuthor, i, commit.id)));
        found
    }

    /// The pusher as the transport proves it.
    #[must_use]
    pub fn pusher(&self, pusher: &Pusher) -> Option<Participant> {
        let (actor, login) = match pusher {
            Pusher::Nobody => return None,
            Pusher::Unknown => (None, String::new()),
            Pusher::Login { host, login } => (self.roster.by_login(host, login), login.clone()),
        };
        let identity = Identity { name: login, email: String::new() };
        Some(Participant { role: Role::Pusher, actor, identity, proven: true, commit: None })
    }
}

fn identity(raw: &RawSignature) -> Identity {
    let text = |b: &[u8]| String::from_utf8_lossy(b).into_owned();
    Identity { name: text(&raw.name), email: text(&raw.email) }
}

/// Everybody who took part, sorted, each part once.
#[must_use]
pub fn participants(directory: Directory, commits: &[Commit], pusher: &Pusher) -> Vec<Participant> {
    let mut found: Vec<Participant> = commits.iter().flat_map(|c| directory.of_commit(c)).collect();
    let pusher = directory.pusher(pusher);
    found.extend(operators(directory.roster, &found, pusher.as_ref()));
    found.extend(pusher);
    settle(found)
}

/// The operators of the agents that took part: those the roster names, else the pusher.
fn operators(
    roster: &Roster,
    found: &[Participant],
    pusher: Option<&Participant>,
) -> Vec<Participant> {
    let mut operators = Vec::new();
    for part in found {
        let Some(Actor::Agent(agent)) = &part.actor else { continue };
        let fixed = roster.agent(agent).map(|a| a.operators.as_slice()).unwrap_or_default();
        let mut actors: Vec<Actor> = fixed.iter().cloned().map(Actor::Person).collect();
        if actors.is_empty() {
            actors.extend(pusher.and_then(|p| p.actor.clone()));
        }
        actors.retain(|actor| matches!(actor, Actor::Person(_)));
        operators.extend(actors.into_iter().map(|actor| Participant {
            role: Role::Operator,
            actor: Some(actor),
            identity: part.identity.clone(),
            proven: true,
            commit: part.commit,
        }));
    }
    operators
}

/// People who made or brought what landed, as far as its record and its commits tell; sorted.
///
/// # Errors
/// [`PortError`] when commits cannot be read.
pub fn of_landing(
    directory: Directory,
    repository: &dyn Repository,
    record: &LandingRecord,
    change: &LandedChange,
) -> Result<Vec<PersonId>, PortError> {
    let commits = repository.commits_between(change.from, change.to)?;
    let parts = participants(directory, &commits, &Pusher::of_record(&record.pusher));
    let people = parts.into_iter().filter_map(|part| match part.actor {
        Some(Actor::Person(id)) => Some(id),
        _ => None,
    });
    let mut found: Vec<PersonId> = people.chain(change.contributors.iter().cloned()).collect();
    found.sort();
    found.dedup();
    Ok(found)
}

/// Those who brought what agents without operators and services are named as authors of to other refs before: nobody
/// else is known to have had a hand in it. Whom the roster does not know had one in the change's own commits; of
/// earlier forms, which anybody may push, a person is somebody and an unknown login is nobody.
///
/// # Errors
/// [`PortError`] when records cannot be read.
pub fn bringers(
    directory: Directory,
    records: &dyn Records,
    (own, earlier): (&[Commit], &[Commit]),
) -> Result<Vec<Participant>, PortError> {
    let mut found = Vec::new();
    let all = own.iter().map(|commit| (commit, true));
    let all = all.chain(earlier.iter().map(|commit| (commit, false)));
    for (commit, is_own) in all.filter(|(commit, _)| is_by_nobody(directory, commit)) {
        for Account { host, login } in records.brought_by(commit.id)? {
            let actor = directory.roster.by_login(&host, &login);
            let counts = match &actor {
                Some(Actor::Person(_)) => true,
                Some(_) => false,
                None => is_own,
            };
            let identity = Identity { name: login, email: String::new() };
            let part = Participant {
                role: Role::Operator,
                actor,
                identity,
                proven: true,
                commit: Some(commit.id),
            };
            found.extend(counts.then_some(part));
        }
    }
    Ok(settle(found))
}

/// Whether nobody is named who made a commit: its author is a service, or an agent that has no operator of its own.
#[must_use]
pub fn is_by_nobody(directory: Directory, commit: &Commit) -> bool {
    let has_operator = |agent: &AgentId| {
        directory.roster.agent(agent).is_some_and(|agent| !agent.operators.is_empty())
    };
    match directory.actor(&identity(&commit.author).email) {
        Some(Actor::Agent(agent)) => !has_operator(&agent),
        Some(Actor::Service(_)) => true,
        Some(Actor::Person(_)) | None => false,
    }
}

/// Sorts and keeps one part of each kind: the first commit of a part stands for all.
fn settle(mut found: Vec<Participant>) -> Vec<Participant> {
    found.sort();
    found.dedup_by(|a, b| {
        a.role == b.role && a.actor == b.actor && a.identity == b.identity && a.proven == b.proven
    });
    found
}

/// Earlier forms of a change, and where they speak.
#[derive(Debug, Default)]
pub struct Earlier {
    /// Commits that first brought the same content, or took the same away.
    pub forms: Vec<Commit>,
    /// Commits beside them that bring traces, which may name one of these.
    pub tracing: Vec<Commit>,
}

/// Commits on other branches and superseded heads that first brought the same new content: who
/// made them took part, even where the change was squashed or copied.
///
/// # Errors
/// [`PortError`] when objects cannot be read.
pub fn earlier_forms(
    (repository, memo): (&dyn Repository, &Memo),
    change: &ChangeFacts,
    own: &[Commit],
) -> Result<Earlier, PortError> {
    let own: HashSet<Oid> = own.iter().map(|c| c.id).collect();
    let content = Content::of(repository, change)?;
    let (mut heads, mut others) = (Vec::new(), Vec::new());
    for head in repository.other_heads()? {
        if own.contains(&head) || memo.is_step(head) || Some(head) == change.revision.tip {
            continue;
        }
        let tree = match repository.commit_of_anybody(head) {
            Ok(commit) => commit.tree,
            // A branch that points to something else than a commit brings nothing.
            Err(error) if error.is_of_one_object() => continue,
            Err(error) => return Err(error),
        };
        match content.held_by(tree)?.iter().any(|at| *at < content.files.len()) {
            true => heads.push(head),
            false => others.push(head),
        }
    }
    let mut found = Earlier { forms: Vec::new(), tracing: memo.tracing() };
    content.brought_by(&heads, &own, (COMMITS_MAX, COUNTED_MAX), &mut found)?;
    content.brought_by(&others, &own, (OTHERS_MAX, OTHERS_MAX), &mut found)?;
    for all in [&mut found.forms, &mut found.tracing] {
        all.sort_by_key(|commit| commit.id);
        all.dedup_by_key(|commit| commit.id);
    }
    Ok(found)
}

/// The commits that made what approvals were given for, where they do not come with the change.
///
/// # Errors
/// [`PortError`] when objects cannot be read.
pub fn approved_forms(
    repository: &dyn Repository,
    tip: Option<Oid>,
    approvals: &[ApprovalFacts],
    own: &[Commit],
) -> Result<Vec<Commit>, PortError> {
    let mut seen: HashSet<Oid> = own.iter().map(|c| c.id).collect();
    let mut found = Vec::new();
    for approval in approvals {
        // What lies below the target's tip has landed: a signer cannot make its people contributors.
        let head = approval.verified.statement.context.head;
        for commit in repository.commits_between(tip, head)? {
            if seen.insert(commit.id) {
                found.push(commit);
            }
        }
    }
    Ok(found)
}

/// The new content of a change, and what it takes away, looked for elsewhere.
struct Content<'a> {
    repository: &'a dyn Repository,
    tip: Option<Oid>,
    base: Option<Oid>,
    files: Vec<(&'a RepoPath, FileState)>,
    /// Files that are gone.
    deleted: Vec<&'a RepoPath>,
    /// Places of both by their paths.
    places: HashMap<&'a RepoPath, usize>,
    /// What trees hold, by tree: places of files and, behind them, of deleted ones that are not there.
    known: RefCell<HashMap<Oid, Rc<[usize]>>>,
}

impl<'a> Content<'a> {
    fn of(repository: &'a dyn Repository, change: &'a ChangeFacts) -> Result<Self, PortError> {
        let tip = change.revision.tip;
        let base = crate::content::tree_of(repository, tip)?;
        let new = |f: &'a ChangedFile| Some((&f.change.path, f.change.new?));
        let files: Vec<_> = change.files.iter().filter_map(new).collect();
        let gone = change.files.iter().filter(|file| file.change.new.is_none());
        let deleted: Vec<_> = gone.map(|file| &file.change.path).take(DELETED_MAX).collect();
        let paths = files.iter().map(|(path, _)| *path).chain(deleted.iter().copied());
        let places = paths.zip(0..).collect();
        Ok(Self { repository, tip, base, files, deleted, places, known: RefCell::default() })
    }

    /// Places of what a tree has as the change would have it.
    fn held_by(&self, tree: Oid) -> Result<Rc<[usize]>, PortError> {
        if let Some(known) = self.known.borrow().get(&tree) {
            return Ok(Rc::clone(known));
        }
        let mut held = self.repository.holding(tree, self.base, &self.files)?;
        for (at, path) in (self.files.len()..).zip(&self.deleted) {
            match self.repository.entry(tree, path) {
                Ok(None) => held.push(at),
                Ok(Some(_)) => {}
                Err(error) if error.is_of_one_object() => {}
                Err(error) => return Err(error),
            }
        }
        let held: Rc<[usize]> = held.into();
        self.known.borrow_mut().insert(tree, Rc::clone(&held));
        Ok(held)
    }

    /// Commits below heads that first brought some of it. Heads are walked together: anybody may make
    /// a thousand of one chain.
    fn brought_by(
        &self,
        heads: &[Oid],
        own: &HashSet<Oid>,
        (looked_at, counted): (usize, usize),
        found: &mut Earlier,
    ) -> Result<(), PortError> {
        if heads.is_empty() {
            return Ok(());
        }
        let mut commits = self.repository.commits_of(self.tip, heads, counted)?;
        // A head that has the change itself may go on with traces that name its commits.
        let mut goes_on = commits.iter().any(|commit| own.contains(&commit.id));
        let trees: HashMap<Oid, Oid> = commits.iter().map(|c| (c.id, c.tree)).collect();
        commits.retain(|commit| !own.contains(&commit.id));
        for (n, commit) in commits.iter().enumerate() {
            if (n >= looked_at || self.brings(commit, &trees)?) && !self.is_below_tip(commit.id)? {
                found.forms.push(commit.clone());
                goes_on = true;
            }
        }
        if goes_on {
            let near = commits.into_iter().take(looked_at);
            found.tracing.extend(assist::tracing(self.repository, near)?);
        }
        Ok(())
    }

    fn is_below_tip(&self, id: Oid) -> Result<bool, PortError> {
        let Some(tip) = self.tip else { return Ok(false) };
        match self.repository.is_ancestor(id, tip) {
            Err(error) if error.is_of_one_object() => Ok(false),
            other => other,
        }
    }

    /// Whether a commit has something that none of its parents has; `trees` are those of some commits.
    fn brings(&self, commit: &Commit, trees: &HashMap<Oid, Oid>) -> Result<bool, PortError> {
        if self.places.len() > FEW && !commit.parents.is_empty() {
            return self.brings_among_many(commit, trees);
        }
        let mut brought = self.held_by(commit.tree)?.to_vec();
        if commit.parents.is_empty() {
            // What comes after nothing takes nothing away.
            brought.retain(|at| *at < self.files.len());
        }
        for parent in &commit.parents {
            if brought.is_empty() {
                break;
            }
            let known = trees.get(parent).copied().map(Ok);
            let read = || self.repository.commit_of_anybody(*parent).map(|parent| parent.tree);
            let tree = match known.unwrap_or_else(read) {
                Ok(tree) => tree,
                Err(error) if error.is_of_one_object() => {
                    brought.retain(|at| *at < self.files.len());
                    continue;
                }
                Err(error) => return Err(error),
            };
            let inherited = self.held_by(tree)?;
            brought.retain(|file| inherited.binary_search(file).is_err());
        }
        Ok(!brought.is_empty())
    }

    /// As [`Self::brings`], by what differs from the first parent: of many files a commit touches few.
    fn brings_among_many(
        &self,
        commit: &Commit,
        trees: &HashMap<Oid, Oid>,
    ) -> Result<bool, PortError> {
        let lenient = |error: PortError| match error.is_of_one_object() {
            true => Ok(()),
            false => Err(error),
        };
        let mut parents = Vec::new();
        for parent in &commit.parents {
            match trees.get(parent) {
                Some(tree) => parents.push(*tree),
                None => match self.repository.commit_of_anybody(*parent) {
                    Ok(parent) => parents.push(parent.tree),
                    Err(error) => lenient(error)?,
                },
            }
        }
        let (mut brought, mut seen) = (Vec::new(), 0usize);
        let first = parents.first().copied();
        let visited = self.repository.visit_changes(first, Some(commit.tree), &mut |file| {
            seen += 1;
            if let Some(place) = self.places.get(&file.path) {
                let wanted = self.files.get(*place).map(|(_, state)| *state);
                if file.new == wanted {
                    brought.push((file.path, wanted));
                }
            }
            seen <= TOUCHED_MAX
        });
        visited.or_else(lenient)?;
        for tree in parents.iter().skip(1) {
            let mut kept = Vec::new();
            for (path, wanted) in brought {
                match self.repository.entry(*tree, &path) {
                    Ok(state) if state == wanted => {}
                    Ok(_) => kept.push((path, wanted)),
                    Err(error) => {
                        lenient(error)?;
                        kept.push((path, wanted));
                    }
                }
            }
            brought = kept;
        }
        Ok(seen > TOUCHED_MAX || !brought.is_empty())
    }
}

/// Agents of the roster among those who made the change: evidence, also where no fingerprint knows
/// them.
#[must_use]
pub fn agents(directory: Directory, participants: &[Participant]) -> Vec<Evidence> {
    let mut found = Vec::new();
    for part in participants {
        let Some(Actor::Agent(id)) = &part.actor else { continue };
        let Some(agent) = directory.roster.agent(id) else { continue };
        let tool = agent.tool.clone().or_else(|| id.as_str().parse().ok());
        let (strength, kind, text) = if part.proven {
            (Strength::E4, EvidenceKind::BotAccount, &part.identity.name)
        } else {
            (Strength::E2, EvidenceKind::Email, &part.identity.email)
        };
        let text = text.chars().take(200).collect();
        let (model, commit) = (None, part.commit);
        found.push(Evidence { strength, kind, tool, model, commit, text });
    }
    found
}

/// Commits that name more co-authors than are read: who is missing could approve.
#[must_use]
pub fn unread(commits: &[Commit]) -> Vec<Problem> {
    let truncated = commits.iter().filter(|c| trailer::read_co_authors(&c.message).truncated);
    let problem = |commit: &Commit| Problem {
        code: "too-many-co-authors",
        text: format!("{} names more co-authors than can be read", commit.id.short()),
        hint: "name those who took part, in a shorter message".to_owned(),
    };
    truncated.map(problem).collect()
}

/// People whom a record names as makers of earlier forms.
#[must_use]
pub fn recorded(people: &[PersonId]) -> Vec<Participant> {
    let part = |id: &PersonId| Participant {
        role: Role::Contributor,
        actor: Some(Actor::Person(id.clone())),
        identity: Identity { name: id.to_string(), email: String::new() },
        proven: false,
        commit: None,
    };
    people.iter().map(part).collect()
}

/// The people of earlier forms, as contributors.
#[must_use]
pub fn contributors(directory: Directory, commits: &[Commit]) -> Vec<Participant> {
    let parts = commits.iter().flat_map(|c| directory.of_commit(c));
    settle(parts.map(|p| Participant { role: Role::Contributor, ..p }).collect())
}
