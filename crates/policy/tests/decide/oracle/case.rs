//! A case as `tests/corpus/README.md` describes it, and its JSON; decides nothing.

use serde_json::{Value, json};

/// Somebody in the roster.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) id: &'static str,
    /// Level, since when and until when in seconds from now, and in which scope.
    pub(super) grants: Vec<(usize, i64, Option<i64>, Option<&'static str>)>,
    pub(super) teams: Vec<&'static str>,
    /// In days from now.
    pub(super) left: Option<i64>,
    pub(super) security_key: bool,
    /// Since when the key counts and until when, in seconds from now.
    pub(super) key: (Option<i64>, Option<i64>),
}

#[derive(Debug, Clone)]
pub(super) struct File {
    pub(super) path: &'static str,
    pub(super) lines: u64,
    pub(super) hidden: Vec<&'static str>,
    pub(super) owners: Vec<Group>,
}

#[derive(Debug, Clone)]
pub(super) struct Group {
    /// `@team`, `?unknown` or a person.
    pub(super) owners: Vec<&'static str>,
    pub(super) count: u32,
    pub(super) optional: bool,
}

/// A person, `%agent`, `$service`, or nobody.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) role: &'static str,
    pub(super) who: &'static str,
    /// Of an operator: the agent that was run.
    pub(super) of: &'static str,
    pub(super) proven: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Said {
    pub(super) who: &'static str,
    pub(super) says: &'static str,
    pub(super) unassisted: bool,
    pub(super) check: &'static str,
    pub(super) passed: bool,
    pub(super) review_due: i64,
    pub(super) received: i64,
    pub(super) issued: i64,
    pub(super) expires: i64,
    pub(super) presence: &'static str,
    pub(super) binding: &'static str,
    pub(super) elsewhere: bool,
    pub(super) spent: bool,
    pub(super) shown: Option<(&'static str, bool, Vec<&'static str>)>,
    pub(super) other_inputs: bool,
    pub(super) reason: &'static str,
    /// Another level at receipt, or nobody.
    pub(super) then: Option<Option<usize>>,
}

#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) now: i64,
    pub(super) rules: Vec<Value>,
    pub(super) exempt: Vec<Value>,
    pub(super) with_override: bool,
    pub(super) presence: &'static str,
    pub(super) default_owners: Vec<&'static str>,
    pub(super) quorum: u32,
    pub(super) members: Vec<Member>,
    pub(super) target: &'static str,
    pub(super) files: Vec<File>,
    pub(super) inputs: bool,
    pub(super) evidence: Vec<(&'static str, Option<&'static str>)>,
    pub(super) declared: bool,
    pub(super) parts: Vec<Part>,
    pub(super) rolling: Vec<u64>,
    pub(super) problems: Vec<&'static str>,
    pub(super) said: Vec<Said>,
}

pub(super) const LADDER: [&str; 4] = ["junior", "mid-level", "senior", "principal"];

/// A moment in RFC 3339.
fn moment(at: i64) -> String {
    obstat_model::time::Timestamp::from_unix(at).rfc3339()
}

impl Case {
    pub(super) fn json(&self) -> Value {
        let statements = self.said.iter().enumerate().map(|(n, said)| self.statement(n, said));
        json!({
            "now": self.now,
            "policy": self.policy(),
            "roster": self.roster(),
            "target": self.target,
            "files": self.files.iter().map(|f| json!({"path": f.path, "lines": f.lines, "hidden": f.hidden})).collect::<Vec<_>>(),
            "inputs": self.inputs,
            "assistance": {
                "evidence": self.evidence.iter().map(|(strength, tool)| json!({"strength": strength, "tool": tool})).collect::<Vec<_>>(),
                "declared": self.declared,
            },
            "participants": self.parts.iter().map(participant).collect::<Vec<_>>(),
            "owners": self.files.iter().map(|f| f.owners.iter().map(group).collect::<Vec<_>>()).collect::<Vec<_>>(),
            "rolling": self.rolling().into_iter().collect::<serde_json::Map<_, _>>(),
            "problems": self.problems,
            "statements": statements.collect::<Vec<_>>(),
        })
    }

    /// The lines of each rule that asks for a rolling sum.
    pub(super) fn rolling(&self) -> Vec<(String, Value)> {
        let asks = self.rules.iter().filter(|rule| rule["when"].get("rolling").is_some());
        let named = asks.map(|rule| rule["name"].as_str().unwrap_or_default().to_owned());
        let lines = self.rolling.iter().copied().chain(std::iter::repeat(0));
        named.zip(lines).map(|(name, lines)| (name, json!(lines))).collect()
    }

    pub(super) fn policy(&self) -> Value {
        let mut policy = json!({
            "version": 1,
            "targets": {
                "production": { "refs": ["refs/heads/main"], "mode": "enforce" },
                "releases": { "refs": ["refs/heads/release/*"], "mode": "enforce", "from": "refs/heads/main" },
            },
            "defaults": { "presence": self.presence, "expires": "14d" },
            "rules": self.rules,
        });
        if !self.default_owners.is_empty() {
            policy["defaults"]["owners"] = json!(self.default_owners);
        }
        if !self.exempt.is_empty() {
            policy["exempt"] = json!(self.exempt);
        }
        if self.with_override {
            policy["override"] = json!({ "holders": ["mira", "priya"], "presence": "key", "at_most": "12h", "review_within": "3d" });
        }
        policy
    }

    pub(super) fn roster(&self) -> Value {
        let people: serde_json::Map<String, Value> =
            self.members.iter().map(|m| (m.id.to_owned(), self.member(m))).collect();
        json!({
            "version": 1,
            "ladder": LADDER,
            "owners": { "people": ["mira", "adaeze", "hana"], "quorum": self.quorum },
            "delay": "0s",
            "scopes": { "pay": ["pay/**"], "web": ["web/**", "*.md"] },
            "people": people,
            "agents": {
                "robot": { "tool": "robot-cli", "emails": ["robot@example.com"], "operator": "jonas" },
                "drone": { "tool": "drone-cli", "emails": ["drone@example.com"] },
            },
            "services": { "ci": { "keys": [super::facts::key_line("ci", false)] }, "lab": { "keys": [super::facts::key_line("lab", false)] } },
        })
    }

    fn member(&self, member: &Member) -> Value {
        let mut key = json!({ "key": super::facts::key_line(member.id, member.security_key) });
        if let Some(since) = member.key.0 {
            key["since"] = json!(moment(self.now + since));
        }
        if let Some(until) = member.key.1 {
            key["until"] = json!(moment(self.now + until));
        }
        let mut entry = json!({
            "levels": self.levels(member),
            "teams": member.teams,
            "emails": [format!("{}@example.com", member.id)],
            "accounts": [{ "host": "git", "login": member.id }],
            "keys": [key],
        });
        if let Some(days) = member.left {
            entry["left"] = json!(moment(self.now + days * 86_400));
        }
        entry
    }

    fn levels(&self, member: &Member) -> Vec<Value> {
        let grants = member.grants.iter().map(|(level, since, until, scope)| {
            let mut grant =
                json!({ "level": LADDER.get(*level), "since": moment(self.now + since) });
            if let Some(until) = until {
                grant["until"] = json!(moment(self.now + until));
            }
            if let Some(scope) = scope {
                grant["scopes"] = json!([scope]);
            }
            grant
        });
        grants.collect()
    }

    /// What the roster had at receipt, where that is another level.
    pub(super) fn then(&self, level: Option<usize>) -> Value {
        match level {
            None => json!({ "unknown": true }),
            Some(level) => {
                json!({ "levels": [{ "level": LADDER.get(level), "since": "2020-01-01T00:00:00Z" }] })
            }
        }
    }

    fn statement(&self, n: usize, said: &Said) -> Value {
        let service = matches!(said.says, "check");
        let signer =
            if service { json!({ "service": said.who }) } else { json!({ "person": said.who }) };
        let shown = said.shown.as_ref().map(|(assistance, contradicted, hidden)| {
            json!({ "assistance": assistance, "contradicted": contradicted, "hidden": hidden })
        });
        let mut statement = json!({
            "id": n + 1,
            "signer": signer,
            "says": said.says,
            "received": said.received,
            "issued": said.issued,
            "expires": said.expires,
            "presence": said.presence,
            "binding": said.binding,
            "tip": if said.elsewhere { "elsewhere" } else { "ancestor" },
            "spent": said.spent,
            "shown": shown,
            "inputs": if said.other_inputs { "other" } else { "same" },
            "reason": said.reason,
            "then": said.then.map(|level| self.then(level)),
        });
        match said.says {
            "author" => statement["unassisted"] = json!(said.unassisted),
            "check" => {
                statement["check"] = json!(said.check);
                statement["passed"] = json!(said.passed);
            }
            "override" => statement["review_due"] = json!(said.review_due),
            _ => {}
        }
        statement
    }
}

fn participant(part: &Part) -> Value {
    let actor = match (part.who, part.who.get(1..)) {
        ("", _) => Value::Null,
        (who, Some(id)) if who.starts_with('%') => json!({ "agent": id }),
        (who, Some(id)) if who.starts_with('$') => json!({ "service": id }),
        (who, _) => json!({ "person": who }),
    };
    json!({ "role": part.role, "actor": actor, "email": email(part), "proven": part.proven })
}

/// The address by which somebody takes part.
pub(super) fn email(part: &Part) -> String {
    let name = if part.role == "operator" { part.of } else { part.who };
    format!("{}@example.com", name.trim_start_matches(['%', '$']))
}

fn group(group: &Group) -> Value {
    let owner = |text: &&str| match (text.chars().next(), text.get(1..)) {
        (Some('@'), Some(team)) => json!({ "team": team }),
        (Some('?'), Some(unknown)) => json!({ "unknown": unknown }),
        _ => json!({ "person": text }),
    };
    let owners: Vec<Value> = group.owners.iter().map(owner).collect();
    json!({ "owners": owners, "count": group.count, "optional": group.optional })
}
