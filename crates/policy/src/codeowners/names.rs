//! Names of owners as a CODEOWNERS file writes them, and whom a roster knows by them; knows no
//! path.
//!
//! A file does not say on which host its names live, so a login that stands for several people,
//! or for a person here and a robot there, stands for nobody.

use obstat_model::facts::PathOwner;
use obstat_model::id::{PersonId, TeamName};
use obstat_model::roster::{Account, Actor, Roster};
use obstat_model::text::is_invisible;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// Longest name in bytes.
const LENGTH_MAX: usize = 320;

/// Number of a name in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NameId(pub(super) usize);

/// The names of a file, each once.
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    ids: HashMap<&'a str, NameId>,
    list: Vec<&'a str>,
}

/// The forms of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form<'a> {
    /// `@user`, `@group`, `@org/team`: without its `@`.
    Name(&'a str),
    /// `@@role`: whoever has a role on the host, which no roster knows.
    Role,
    /// `name@example.com`.
    Email(&'a str),
}

impl<'a> Names<'a> {
    /// The number of a name; `None` for what is no name.
    pub(super) fn intern(&mut self, name: &'a str) -> Option<NameId> {
        form(name)?;
        let next = NameId(self.list.len());
        let id = *self.ids.entry(name).or_insert(next);
        if id == next {
            self.list.push(name);
        }
        Some(id)
    }

    /// Whom each name stands for, by its number.
    pub(super) fn resolve(self, roster: &Roster) -> Vec<PathOwner> {
        let known = Known::of(&self.list, roster);
        self.list.iter().map(|name| known.owner(name, roster)).collect()
    }
}

fn form(name: &str) -> Option<Form<'_>> {
    if name.len() > LENGTH_MAX {
        return None;
    }
    if let Some(role) = name.strip_prefix("@@") {
        return is_login(role).then_some(Form::Role);
    }
    if let Some(path) = name.strip_prefix('@') {
        return path.split('/').all(is_login).then_some(Form::Name(path));
    }
    let (local, domain) = name.split_once('@')?;
    let hidden = |c: char| is_invisible(c) || c.is_whitespace() || "<>@,;()#".contains(c);
    let good = |part: &str| !part.is_empty() && !part.contains(hidden);
    (good(local) && good(domain)).then_some(Form::Email(name))
}

fn is_login(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

/// What a roster has under the names of a file, in lower case: forges ignore case in names.
#[derive(Default)]
struct Known {
    /// `None` where it is not one person's.
    logins: HashMap<String, Option<PersonId>>,
    ids: HashMap<String, PersonId>,
    /// `None` where two teams differ only in upper and lower case.
    teams: HashMap<String, Option<TeamName>>,
}

impl Known {
    /// One pass over the roster, which is much larger than the file.
    fn of(names: &[&str], roster: &Roster) -> Self {
        let wanted = wanted(names);
        let mut known = Self::default();
        let parts = roster.parts();
        for person in &parts.people {
            let id = lower(person.id.as_str());
            if wanted.contains(id.as_ref()) {
                known.ids.entry(id.into_owned()).or_insert_with(|| person.id.clone());
            }
            known.add_logins(&person.accounts, Some(&person.id), &wanted);
            for team in &person.teams {
                known.add_team(team, &wanted);
            }
        }
        let robots = parts.agents.iter().map(|a| &a.accounts);
        for accounts in robots.chain(parts.services.iter().map(|s| &s.accounts)) {
            known.add_logins(accounts, None, &wanted);
        }
        known
    }

    fn add_logins(
        &mut self,
        accounts: &[Account],
        who: Option<&PersonId>,
        wanted: &HashSet<String>,
    ) {
        for account in accounts {
            let login = lower(&account.login);
            if wanted.contains(login.as_ref()) {
                let holder = self.logins.entry(login.into_owned()).or_insert_with(|| who.cloned());
                *holder = holder.take().filter(|held| Some(held) == who);
            }
        }
    }

    fn add_team(&mut self, team: &TeamName, wanted: &HashSet<String>) {
        let name = lower(team.as_str());
        if wanted.contains(name.as_ref()) {
            let slot = self.teams.entry(name.into_owned()).or_insert_with(|| Some(team.clone()));
            *slot = slot.take().filter(|known| known == team);
        }
    }

    fn owner(&self, name: &str, roster: &Roster) -> PathOwner {
        let found = match form(name) {
            Some(Form::Email(email)) => match roster.by_email(email) {
                Some(Actor::Person(id)) => Some(PathOwner::Person(id)),
                _ => None,
            },
            Some(Form::Name(path)) => self.person(path).or_else(|| self.team(path)),
            Some(Form::Role) | None => None,
        };
        found.unwrap_or_else(|| PathOwner::Unknown(name.to_owned()))
    }

    /// Whose login it is; if it is nobody's, whose id.
    fn person(&self, path: &str) -> Option<PathOwner> {
        let name = lower(path);
        let person = match self.logins.get(name.as_ref()) {
            Some(holder) => holder.as_ref(),
            None => self.ids.get(name.as_ref()),
        };
        person.cloned().map(PathOwner::Person)
    }

    fn team(&self, path: &str) -> Option<PathOwner> {
        if self.logins.contains_key(lower(path).as_ref()) {
            return None;
        }
        let team = self.teams.get(lower(last(path)).as_ref())?;
        team.clone().map(PathOwner::Team)
    }
}

/// The names to look for, whole and by their last part, in lower case.
fn wanted(names: &[&str]) -> HashSet<String> {
    let paths = names.iter().filter_map(|name| match form(name) {
        Some(Form::Name(path)) => Some(path),
        _ => None,
    });
    paths.flat_map(|path| [lower(path).into_owned(), lower(last(path)).into_owned()]).collect()
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(text.to_ascii_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}
