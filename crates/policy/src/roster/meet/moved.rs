//! E-mail addresses and logins that two versions of a roster give to different holders; knows no
//! level and no key.

use obstat_model::roster::{Account, Actor, Roster, RosterParts};
use std::collections::HashSet;

/// What moved from a holder who is still there to another.
#[derive(Debug, Default)]
pub(super) struct Moved {
    emails: HashSet<String>,
    /// Host and login.
    logins: HashSet<(String, String)>,
}

impl Moved {
    pub(super) fn between(newer: &Roster, older: &Roster) -> Self {
        let mut moved = Self::default();
        for person in &older.parts().people {
            if newer.person(&person.id).is_some() {
                let holder = Actor::Person(person.id.clone());
                moved.add(newer, &holder, (&person.emails, &person.accounts));
            }
        }
        for agent in &older.parts().agents {
            let holder = Actor::Agent(agent.id.clone());
            moved.add(newer, &holder, (&agent.emails, &agent.accounts));
        }
        moved
    }

    fn add(&mut self, newer: &Roster, holder: &Actor, held: (&[String], &[Account])) {
        let is_other = |now: Option<Actor>| now.is_some_and(|now| now != *holder);
        let (emails, accounts) = held;
        self.emails.extend(emails.iter().filter(|e| is_other(newer.by_email(e))).cloned());
        for account in accounts {
            if is_other(newer.by_login(&account.host, &account.login)) {
                self.logins.insert((account.host.clone(), account.login.clone()));
            }
        }
    }

    /// Takes it from everybody.
    pub(super) fn take_from(&self, parts: &mut RosterParts) {
        if self.emails.is_empty() && self.logins.is_empty() {
            return;
        }
        for person in &mut parts.people {
            self.take(&mut person.emails, &mut person.accounts);
        }
        for agent in &mut parts.agents {
            self.take(&mut agent.emails, &mut agent.accounts);
        }
        for service in &mut parts.services {
            self.take(&mut service.emails, &mut service.accounts);
        }
    }

    fn take(&self, emails: &mut Vec<String>, accounts: &mut Vec<Account>) {
        emails.retain(|email| !self.emails.contains(email));
        accounts.retain(|a| !self.logins.contains(&(a.host.clone(), a.login.clone())));
    }
}
