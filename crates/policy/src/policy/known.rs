//! Names that a policy may use: levels, teams, people and scopes of its roster, its own targets.

use super::TargetPolicy;
use crate::diagnostic::Report;
use crate::glob::Pattern;
use crate::yaml::{self, Node};
use obstat_model::facts::PathOwner;
use obstat_model::id::{LevelName, PersonId, ScopeName, ServiceId, TeamName};
use obstat_model::level::Level;
use obstat_model::presence::Presence;
use obstat_model::roster::Roster;
use std::collections::BTreeSet;

/// What is known while rules are read.
pub(crate) struct Known<'a> {
    pub(crate) roster: &'a Roster,
    pub(crate) targets: &'a [TargetPolicy],
    pub(crate) scopes: &'a [(ScopeName, Vec<Pattern>)],
    pub(crate) presence: Presence,
}

impl Known<'_> {
    /// A level of the ladder.
    pub(crate) fn level(&self, node: &Node, report: &mut Report) -> Option<(Level, LevelName)> {
        let text = yaml::text(node, "level", report)?;
        let ladder = &self.roster.parts().ladder;
        let found = ladder.level(text).and_then(|l| ladder.name(l).map(|n| (l, n.clone())));
        if found.is_none() {
            let names = ladder.names().iter().map(LevelName::as_str);
            report.unknown("unknown-level", &node.span, ("level", text), names);
        }
        found
    }

    /// A scope of the roster.
    pub(crate) fn scope(
        &self,
        node: &Node,
        report: &mut Report,
    ) -> Option<(ScopeName, Vec<Pattern>)> {
        let text = yaml::text(node, "scope", report)?;
        let found = self.scopes.iter().find(|(name, _)| name.as_str() == text).cloned();
        if found.is_none() {
            let names = self.scopes.iter().map(|(name, _)| name.as_str());
            report.unknown("unknown-scope", &node.span, ("scope", text), names);
        }
        found
    }

    /// A team in which somebody is.
    pub(crate) fn team(&self, node: &Node, report: &mut Report) -> Option<TeamName> {
        let text = yaml::text(node, "team", report)?;
        let people = &self.roster.parts().people;
        let all: BTreeSet<&TeamName> = people.iter().flat_map(|p| p.teams.iter()).collect();
        let found = all.iter().find(|name| name.as_str() == text).map(|name| (*name).clone());
        if found.is_none() {
            let names = all.iter().map(|name| name.as_str());
            report.unknown("unknown-team", &node.span, ("team", text), names);
        }
        found
    }

    /// A person of the roster.
    pub(crate) fn person(&self, node: &Node, report: &mut Report) -> Option<PersonId> {
        let text = yaml::text(node, "a person", report)?;
        let people = &self.roster.parts().people;
        let found = people.iter().find(|p| p.id.as_str() == text).map(|p| p.id.clone());
        if found.is_none() {
            let names = people.iter().map(|p| p.id.as_str());
            report.unknown("unknown-person", &node.span, ("person", text), names);
        }
        found
    }

    /// A service account of the roster.
    pub(crate) fn service(&self, node: &Node, report: &mut Report) -> Option<ServiceId> {
        let text = yaml::text(node, "a service", report)?;
        let services = &self.roster.parts().services;
        let found = services.iter().find(|s| s.id.as_str() == text).map(|s| s.id.clone());
        if found.is_none() {
            let names = services.iter().map(|s| s.id.as_str());
            report.unknown("unknown-service", &node.span, ("service", text), names);
        }
        found
    }

    /// A person, or `@team`.
    pub(crate) fn owner(&self, node: &Node, report: &mut Report) -> Option<PathOwner> {
        let text = yaml::text(node, "an owner", report)?;
        let Some(team) = text.strip_prefix('@') else {
            return self.person(node, report).map(PathOwner::Person);
        };
        let people = &self.roster.parts().people;
        let mut teams = people.iter().flat_map(|p| p.teams.iter());
        if let Some(team) = teams.find(|t| t.as_str() == team) {
            return Some(PathOwner::Team(team.clone()));
        }
        let all: BTreeSet<&str> =
            people.iter().flat_map(|p| p.teams.iter()).map(TeamName::as_str).collect();
        report.unknown("unknown-team", &node.span, ("team", team), all);
        None
    }
}
