"""Decides the cases of tests/corpus a second time, as docs/formats/policy.md says it. Knows no git, no YAML, no keys
and no signatures: what a case states as a fact is taken as it is, and policy and roster are taken as valid.

One case a line on standard input, one answer a line on standard output.
"""

import functools
import json
import re
import sys
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Iterable

PRESENCE = {"forge": 0, "key": 1, "present": 2, "hardware": 3}
ASSISTANCE = {"declared_unassisted": 0, "undisclosed": 1, "assisted": 2}
EXEMPT_UP_TO = {"declared_unassisted": 0, "undisclosed": 1, "any": 2}
MAKERS = {"pusher", "author", "committer", "co_author", "operator"}
COMMITTED = {"author", "committer", "co_author"}
STAND_FOR_IT = {"author", "co_author", "operator"}
UNKNOWN = {"pusher": "unknown-pusher", "author": "unknown-author", "committer": "unknown-author",
           "co_author": "unknown-author", "operator": "unknown-operator"}
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
NEVER, ALWAYS = float("inf"), float("-inf")
NO_LEVEL = -1
BEYOND_OVERRIDE = {"no-target", "target-deleted", "history-rewritten", "tip-merged-in"}

Json = dict[str, Any]
About = tuple[int, ...]            # the files that a rule is about, by their number
Rules = list[tuple[Json, About]]


class Unjudged(Exception):
    """A requirement that cannot be judged, because something is not known."""


# Text: times, spans, patterns


@functools.lru_cache(maxsize=4096)
def moment(text: str) -> float:
    """Seconds since 1970 of a day or of an RFC 3339 time.

    >>> moment("1970-01-02"), moment("1970-01-01T02:00:00+01:00"), moment("1970-01-01t00:00:05z")
    (86400.0, 3600.0, 5.0)
    """
    parsed = datetime.fromisoformat(text.upper())
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=timezone.utc)
    return parsed.timestamp()


def span(text: str) -> int:
    """
    >>> span("14d"), span("24h")
    (1209600, 86400)
    """
    return int(text[:-1]) * SECONDS[text[-1]]


@functools.lru_cache(maxsize=65536)
def matches(pattern: str, path: str) -> bool:
    """
    >>> [matches("pay/**", p) for p in ("pay/a", "pay/a/b", "pay", "x/pay/a")]
    [True, True, False, False]
    >>> [matches("**/*.sql", p) for p in ("a.sql", "x/y/a.sql", "a.sqlx")]
    [True, True, False]
    >>> [matches("a/**/b", p) for p in ("a/b", "a/x/y/b", "ab")]
    [True, True, False]
    >>> matches("*", "a/b"), matches("?.[a-c]{x,yz}", "q.byz"), matches("[!a]", "/"), matches("[!a]", "b")
    (False, True, False, True)
    """
    return expression(pattern).fullmatch(path) is not None


def any_matches(patterns: Iterable[str], path: str) -> bool:
    return any(matches(pattern, path) for pattern in patterns)


@functools.lru_cache(maxsize=4096)
def expression(pattern: str) -> re.Pattern[str]:
    out, at, depth = [], 0, 0
    while at < len(pattern):
        char = pattern[at]
        if pattern.startswith("**", at):
            text, at = stars(pattern, at)
        elif char == "[":
            text, at = character_class(pattern, at)
        elif char == "\\" and at + 1 < len(pattern):
            text, at = re.escape(pattern[at + 1]), at + 2
        else:
            depth += {"{": 1, "}": -1}.get(char, 0)
            text, at = one_character(char, depth), at + 1
        out.append(text)
    return re.compile("".join(out), re.DOTALL)


def one_character(char: str, depth: int) -> str:
    if char == "," and depth == 0:
        return ","
    return {"*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")", ",": "|"}.get(char) or re.escape(char)


def stars(pattern: str, at: int) -> tuple[str, int]:
    end = at
    while end < len(pattern) and pattern[end] == "*":
        end += 1
    begins_part = at == 0 or pattern[at - 1] in "/{,"
    if begins_part and pattern.startswith("/", end):
        return "(?:.*/)?", end + 1
    return ".*", end


def character_class(pattern: str, at: int) -> tuple[str, int]:
    begin = at + 1
    negated = pattern[begin:begin + 1] in ("!", "^")
    begin += negated
    end = pattern.index("]", begin + 1)
    inside = re.sub(r"([\\\[\]^&~|])", r"\\\1", pattern[begin:end])
    return f"(?!/)[{'^' if negated else ''}{inside}]", end + 1


def as_list(value: Any) -> list:
    return value if isinstance(value, list) else [value]


# Facts of one case


@dataclass
class Facts:
    case: Json
    now: float
    policy: Json
    roster: Json
    paths: list[str]
    statements: list[Json]
    presence: str                                       # of `defaults`
    lasts: int                                          # `defaults.expires`
    assistance: str = "undisclosed"
    contradicted: bool = False
    hidden: set[str] = field(default_factory=set)
    took_part: set[str] = field(default_factory=set)    # people, in whatever role
    provably: set[str] = field(default_factory=set)     # of these, those where it is more than a claim
    ranks: dict[str, int] = field(default_factory=dict)
    lowest: dict[tuple, int] = field(default_factory=dict)
    approvals: list[Json] = field(default_factory=list)  # those that count


def gather(case: Json) -> Facts:
    policy, roster = case["policy"], case["roster"]
    defaults = policy.get("defaults") or {}
    facts = Facts(case, case["now"], policy, roster, [file["path"] for file in case["files"]], case["statements"],
                  defaults.get("presence", "present"), span(defaults.get("expires", "14d")))
    facts.assistance, facts.contradicted = assistance(case["assistance"])
    facts.hidden = {flag for file in case["files"] for flag in file.get("hidden") or []}
    facts.took_part = {person(p["actor"]) for p in case["participants"]} - {None}
    facts.provably = {person(p["actor"]) for p in case["participants"] if p["proven"]} - {None}
    facts.ranks = {name: rank for rank, name in enumerate(roster["ladder"])}
    facts.approvals = [s for s in facts.statements if approval_counts(facts, s)]
    return facts


def assistance(known: Json) -> tuple[str, bool]:
    """The answer, and whether a declaration is contradicted."""
    if evident(known):
        return "assisted", known["declared"]
    return ("declared_unassisted" if known["declared"] else "undisclosed"), False


def evident(known: Json) -> list[Json]:
    return [piece for piece in known["evidence"] if piece["strength"] != "E0"]


# People: entries of the roster, dates, levels


def person(actor: Json | None) -> str | None:
    return (actor or {}).get("person")


def entry_of(facts: Facts, actor: Json | None) -> Json | None:
    """The entry of the roster as it is now, or nothing where it knows nobody."""
    for kind, section in (("person", "people"), ("agent", "agents"), ("service", "services")):
        if kind in (actor or {}):
            entries = facts.roster.get(section) or {}
            return (entries[actor[kind]] or {}) if actor[kind] in entries else None
    return None


def human(facts: Facts, who: str) -> Json | None:
    return entry_of(facts, {"person": who})


def entry_then(facts: Facts, statement: Json) -> Json | None:
    """The signer's entry as the roster had it when the gate received the statement."""
    then = statement["then"]
    if then is None:
        return entry_of(facts, statement["signer"])
    return None if then.get("unknown") else then


def holds(dated: Json, when: float) -> bool:
    since, until = dated.get("since"), dated.get("until")
    return (since is None or moment(since) <= when) and (until is None or when < moment(until))


def gone(entry: Json, when: float) -> bool:
    left = entry.get("left")
    return left is not None and moment(left) <= when


def keys_of(entry: Json) -> list[Json]:
    return [{"key": key} if isinstance(key, str) else key for key in entry.get("keys") or []]


def covers(facts: Facts, level: Json, path: str | None) -> bool:
    if not level.get("scopes"):
        return True
    scopes = facts.roster.get("scopes") or {}
    return path is not None and any(any_matches(scopes.get(name, []), path) for name in level["scopes"])


def rank_on(facts: Facts, held: list[Json], path: str | None) -> int:
    return max((facts.ranks.get(level["level"], NO_LEVEL) for level in held if covers(facts, level, path)),
               default=NO_LEVEL)


def lowest_rank(facts: Facts, entry: Json | None, about: About, when: float) -> int:
    """On all of these files; without any, only what holds everywhere counts."""
    if entry is None or gone(entry, when):
        return NO_LEVEL
    key = (id(entry), about, when)
    if key not in facts.lowest:
        held = [level for level in entry.get("levels") or [] if holds(level, when)]
        facts.lowest[key] = min(rank_on(facts, held, path) for path in [facts.paths[at] for at in about] or [None])
    return facts.lowest[key]


def author_rank(facts: Facts, about: About) -> int:
    actors = [p["actor"] for p in facts.case["participants"] if p["role"] in MAKERS]
    people = [actor for actor in actors if actor is None or "person" in actor]
    return min((lowest_rank(facts, entry_of(facts, actor), about, facts.now) for actor in people), default=NO_LEVEL)


# Conditions


def applies(facts: Facts, rule: Json) -> About | None:
    """The files that the rule is about, or nothing where a condition does not hold."""
    when = rule.get("when") or {}
    about = tuple(range(len(facts.paths)))
    if "paths" in when:
        about = tuple(at for at in about if any_matches(when["paths"], facts.paths[at]))
    conditions = {
        "target": lambda value: not targets(facts).isdisjoint(as_list(value)),
        "assistance": lambda value: assistance_is(facts, value),
        "tool": lambda value: any(e["tool"] in as_list(value) for e in evident(facts.case["assistance"])),
        "author_level_below": lambda value: author_rank(facts, about) < facts.ranks[value],
        "author_unverified": lambda _: any(unverified(facts, p) for p in facts.case["participants"]),
        "paths": lambda _: bool(about),
        "lines_at_least": lambda value: sum(facts.case["files"][at]["lines"] for at in about) >= value,
        "files_at_least": lambda value: len(about) >= value,
        "rolling": lambda value: rolling(facts, rule["name"], value),
        "decision_inputs": lambda _: facts.case["inputs"],
        "hidden_content": lambda value: hides(facts, value),
    }
    return about if all(conditions[key](value) for key, value in when.items()) else None


def targets(facts: Facts) -> set[str]:
    return {name for name, target in facts.policy["targets"].items()
            if any_matches(target["refs"], facts.case["target"])}


def assistance_is(facts: Facts, value: str) -> bool:
    if value == "assisted":
        return facts.assistance == "assisted"
    return facts.assistance != "declared_unassisted"


def unverified(facts: Facts, participant: Json) -> bool:
    """Whether an address in a commit is all that names this author, committer or co-author."""
    if participant["role"] not in COMMITTED:
        return False
    actor = participant["actor"]
    if actor is None or "person" not in actor:
        return actor is None
    others = facts.case["participants"]
    there = any(p["role"] in ("pusher", "operator") and p["actor"] == actor for p in others)
    return not there and not participant["proven"]


def rolling(facts: Facts, rule: str, value: Json) -> bool:
    scope = (facts.roster.get("scopes") or {}).get(value.get("scope"), []) if "scope" in value else ["**"]
    here = sum(file["lines"] for file in facts.case["files"] if any_matches(scope, file["path"]))
    lines = (facts.case["rolling"] or {}).get(rule)
    return here > 0 and (lines is None or lines >= value["lines_at_least"])


def lacks_rolling(facts: Facts, rule: Json) -> bool:
    return "rolling" in (rule.get("when") or {}) and (facts.case["rolling"] or {}).get(rule["name"]) is None


def hides(facts: Facts, value: str | list[str]) -> bool:
    return bool(facts.hidden if value == "any" else facts.hidden & {*value, "too_large"})


def exemption(facts: Facts) -> str | None:
    return next((limits["name"] for limits in facts.policy.get("exempt") or [] if exempts(facts, limits)), None)


def exempts(facts: Facts, limits: Json) -> bool:
    return (all(any_matches(limits["paths"], path) for path in facts.paths)
            and sum(file["lines"] for file in facts.case["files"]) <= limits["lines_at_most"]
            and len(facts.paths) <= limits["files_at_most"]
            and ASSISTANCE[facts.assistance] <= EXEMPT_UP_TO[limits["assistance"]]
            and not facts.hidden and not facts.case["inputs"])


# Statements


def for_this(statement: Json) -> bool:
    return statement["binding"] in ("exact", "recomputed")


def after(one: Json, other: Json) -> bool:
    later = (one["received"], one["issued"]) > (other["received"], other["issued"])
    return later and one["issued"] >= other["issued"]


def has_effect(facts: Facts, statement: Json) -> bool:
    """For this content, by somebody who is there, and was there with that key when it was received."""
    entry, then = entry_of(facts, statement["signer"]), entry_then(facts, statement)
    if not for_this(statement) or entry is None or then is None or not keys_of(entry):
        return False
    received = statement["received"]
    return not gone(entry, facts.now) and not gone(then, received) and holds(keys_of(entry)[0], received)


def signer_holds(facts: Facts, statement: Json) -> bool:
    """Signer and key, at receipt and now."""
    return has_effect(facts, statement) and holds(keys_of(entry_of(facts, statement["signer"]))[0], facts.now)


def stands(facts: Facts, statement: Json) -> bool:
    """Whether it comes after everything by which its signer said no or took something back."""
    return all(after(statement, other) for other in facts.statements
               if other["signer"] == statement["signer"] and other["says"] in ("reject", "withdraw")
               and has_effect(facts, other))


def admits(facts: Facts, statement: Json) -> bool:
    """What everything that lets something pass must have."""
    ends = min(statement["received"] + facts.lasts, statement["expires"])
    return (for_this(statement) and statement["tip"] == "ancestor" and not statement["spent"] and facts.now < ends
            and signer_holds(facts, statement) and stands(facts, statement))


def admits_exactly(facts: Facts, statement: Json) -> bool:
    return statement["binding"] == "exact" and admits(facts, statement)


def names_this_step(statement: Json) -> bool:
    return statement["inputs"] == "same"


def saw_enough(facts: Facts, shown: Json | None) -> bool:
    return (shown is not None and ASSISTANCE[shown["assistance"]] >= ASSISTANCE[facts.assistance]
            and (shown["contradicted"] or not facts.contradicted) and facts.hidden <= set(shown["hidden"]))


def approval_counts(facts: Facts, statement: Json) -> bool:
    who = person(statement["signer"])
    return (statement["says"] == "approve" and who is not None and who not in facts.took_part
            and admits(facts, statement) and names_this_step(statement) and saw_enough(facts, statement["shown"]))


def ended(facts: Facts, rejection: Json) -> bool:
    return any(s["signer"] == rejection["signer"] and s["says"] in ("approve", "withdraw") and has_effect(facts, s)
               and after(s, rejection) and PRESENCE[s["presence"]] >= PRESENCE[rejection["presence"]]
               for s in facts.statements)


def rejected(facts: Facts, rules: Rules) -> bool:
    return any(s["says"] == "reject" and has_effect(facts, s) and rejection_counts(facts, person(s["signer"]), rules)
               and not ended(facts, s) for s in facts.statements)


def rejection_counts(facts: Facts, who: str | None, rules: Rules) -> bool:
    entry = human(facts, who) if who is not None else None
    if entry is None or gone(entry, facts.now) or who in facts.provably:
        return False
    if facts.case["inputs"] and who in facts.roster["owners"]["people"]:
        return True
    return any(could_approve(facts, need, about, who)
               for rule, about in rules for need in every_part(rule.get("require") or []))


def every_part(needs: list[Json]) -> Iterable[Json]:
    for need in needs:
        yield need
        for branch in need.get("any_of", []):
            yield from as_list(branch)


def could_approve(facts: Facts, need: Json, about: About, who: str) -> bool:
    try:
        return "approvals" in need and fits(facts, need, about, who)
    except Unjudged:
        return True


def fits(facts: Facts, need: Json, about: About, who: str) -> bool:
    """Whether the person is now somebody whom the requirement is for, presence aside."""
    entry = human(facts, who)
    teams = entry.get("teams") or []
    return (high_enough(facts, need, about, entry, facts.now)
            and ("team" not in need or need["team"] in teams)
            and ("teams" not in need or bool(teams))
            and ("owns" not in need or any(owns(facts, who, group.owners) for group in groups(facts, about))))


def high_enough(facts: Facts, need: Json, about: About, entry: Json | None, when: float) -> bool:
    return "level" not in need or lowest_rank(facts, entry, about, when) >= facts.ranks[need["level"]]


# Owners of files


@dataclass
class Group:
    owners: list[Json]
    count: int      # how many of them must sign


def groups(facts: Facts, about: About) -> list[Group]:
    return [group for at in about for group in groups_of_file(facts, at)]


def groups_of_file(facts: Facts, at: int) -> list[Group]:
    listed = facts.case["owners"]
    if listed is None or at >= len(listed) or listed[at] is None:
        raise Unjudged("the owners of a file are not known")
    found = []
    for group in listed[at]:
        known = [owner for owner in group["owners"] if "unknown" not in owner]
        if known and not group["optional"]:
            found.append(Group(known, group["count"]))
        elif not group["optional"]:
            found.append(Group(default_owners(facts), 1))
    return found or [Group(default_owners(facts), 1)]


def default_owners(facts: Facts) -> list[Json]:
    names = (facts.policy.get("defaults") or {}).get("owners") or []
    return [{"team": name[1:]} if name.startswith("@") else {"person": name} for name in names]


def owns(facts: Facts, who: str, owners: list[Json]) -> bool:
    teams = human(facts, who).get("teams") or []
    return any(owner.get("person") == who or owner.get("team") in teams for owner in owners)


# What is signed, and what could be


class Given:
    """What the statements of the case give."""

    def __init__(self, facts: Facts):
        self.facts = facts

    def approvers(self, need: Json, about: About, start: float) -> set[str]:
        facts, least = self.facts, PRESENCE[need.get("presence", self.facts.presence)]
        return {person(s["signer"]) for s in facts.approvals
                if PRESENCE[s["presence"]] >= least and s["received"] >= start
                and high_enough(facts, need, about, entry_then(facts, s), s["received"])
                and fits(facts, need, about, person(s["signer"]))}

    def stood_for_it(self, who: str) -> float:
        """When the person first signed as an author."""
        facts = self.facts
        return min((s["received"] for s in facts.statements
                    if s["says"] == "author" and person(s["signer"]) == who and admits_exactly(facts, s)
                    and PRESENCE[s["presence"]] >= PRESENCE[facts.presence]), default=NEVER)

    def passed(self, name: str, by: list[str] | None) -> bool:
        said = [s for s in self.facts.statements if s["says"] == "check" and s["check"] == name
                and admits_exactly(self.facts, s) and (by is None or s["signer"]["service"] in by)]
        passes = [s for s in said if s["passed"]]
        repaired = [any(s["signer"] == failure["signer"] and after(s, failure) for s in passes)
                    for failure in said if not failure["passed"]]
        return bool(passes) and all(repaired)


class Possible(Given):
    """What they would give once everybody has signed who still can."""

    def __init__(self, facts: Facts):
        super().__init__(facts)
        self.gives = {who: most_presence(facts, who) for who in facts.roster["people"]}

    def approvers(self, need: Json, about: About, start: float) -> set[str]:
        facts = self.facts
        least = need.get("presence", facts.presence)
        more = {who for who in facts.roster["people"] if who not in facts.took_part
                and self.can_sign(who, least) and fits(facts, need, about, who)}
        return more | super().approvers(need, about, start)

    def stood_for_it(self, who: str) -> float:
        signed = super().stood_for_it(who)
        return self.facts.now if signed == NEVER and self.can_sign(who, self.facts.presence) else signed

    def passed(self, name: str, by: list[str] | None) -> bool:
        services = self.facts.roster.get("services") or {}
        able = {service for service, entry in services.items()
                if any(holds(key, self.facts.now) for key in keys_of(entry or {}))}
        return bool(able if by is None else able & set(by)) or super().passed(name, by)

    def can_sign(self, who: str, presence: str) -> bool:
        return self.gives.get(who, -1) >= PRESENCE[presence]


def most_presence(facts: Facts, who: str) -> int:
    entry = human(facts, who)
    if gone(entry, facts.now):
        return -1
    gives = [gives_presence(key) for key in keys_of(entry) if holds(key, facts.now)]
    return max(gives, default=-1)


def gives_presence(key: Json) -> int:
    if not key["key"].startswith(("sk-", "webauthn-sk-")):
        return PRESENCE["key"]
    return PRESENCE["hardware" if "attestation" in key else "present"]


# Requirements


def authors_done(facts: Facts, view: Given) -> float:
    """When the last of those who must stand for the change had signed."""
    actors = [p["actor"] for p in facts.case["participants"] if p["role"] in STAND_FOR_IT]
    people = {person(actor) for actor in actors if actor is None or "person" in actor}
    if not people or None in people:
        return NEVER
    return max(view.stood_for_it(who) for who in people)


def judge(facts: Facts, view: Given, rules: Rules) -> list[tuple[str, bool | None]]:
    """For each requirement its rule and whether it is met; None where that cannot be judged."""
    results = [("base", quorum(facts, view))] if facts.case["inputs"] else []
    labels: dict[str, list[set[str]]] = {}
    for need, people in labelled(facts, view, rules):
        labels.setdefault(need["distinct"], []).extend([people] * need["approvals"])
    for rule, about in rules:
        start = start_of(facts, view, rule)
        for need in rule.get("require") or []:
            try:
                if "distinct" in need:
                    seats = labels[need["distinct"]]
                    met = matching(seats) == len(seats)
                else:
                    met = is_met(view, need, about, start)
            except Unjudged:
                met = None
            results.append((rule["name"], met))
    return results


def quorum(facts: Facts, view: Given) -> bool:
    owners = facts.roster["owners"]
    return len(view.approvers({}, (), ALWAYS) & set(owners["people"])) >= owners["quorum"]


def labelled(facts: Facts, view: Given, rules: Rules) -> Iterable[tuple[Json, set[str]]]:
    """Requirements with a label, which are met together or not at all, and who fits each."""
    for rule, about in rules:
        start = start_of(facts, view, rule)
        for need in rule.get("require") or []:
            if "distinct" in need:
                yield need, view.approvers(need, about, start)


def start_of(facts: Facts, view: Given, rule: Json) -> float:
    first = any("author_statement" in need for need in rule.get("require") or [])
    return authors_done(facts, view) if first else ALWAYS


def is_met(view: Given, need: Json, about: About, start: float) -> bool:
    if "any_of" in need:    # lists, not generators: every branch is judged
        return any([all([is_met(view, part, about, start) for part in as_list(branch)]) for branch in need["any_of"]])
    if "author_statement" in need:
        return authors_done(view.facts, view) < NEVER
    if "checks" in need:
        by = as_list(need["by"]) if need.get("by") else None
        return all(view.passed(name, by) for name in as_list(need["checks"]))
    return approved(view, need, about, start)


def approved(view: Given, need: Json, about: About, start: float) -> bool:
    facts, wanted = view.facts, need["approvals"]
    asked = groups(facts, about) if "owns" in need else []
    people = view.approvers(need, about, start)
    teams = [set(human(facts, who).get("teams") or []) for who in people] if "teams" in need else []
    return (len(people) >= wanted
            and ("teams" not in need or matching(teams) >= wanted)
            and all(sum(owns(facts, who, group.owners) for who in people) >= group.count for group in asked))


def matching(seats: list[set[str]]) -> int:
    """How many of these can get a choice of theirs that no other gets.

    >>> matching([{"a", "b"}, {"a"}, {"b"}]), matching([{"a"}, {"a", "b"}]), matching([])
    (2, 2, 0)
    """
    taken: dict[str, int] = {}

    def seat(at: int, tried: set[str]) -> bool:
        for choice in sorted(seats[at] - tried):
            tried.add(choice)
            if choice not in taken or seat(taken[choice], tried):
                taken[choice] = at
                return True
        return False

    return sum(seat(at, set()) for at in range(len(seats)))


# The decision


def unknown_people(facts: Facts) -> set[str]:
    participants, codes = facts.case["participants"], set()
    for role, actor in ((p["role"], p["actor"]) for p in participants):
        nobody = entry_of(facts, actor) is None or (role == "operator" and "person" not in actor)
        if nobody and role in UNKNOWN:
            codes.add(UNKNOWN[role])
    ran = {p["email"] for p in participants if p["role"] == "operator" and person(p["actor"])}
    agents = {p["email"] for p in participants if p["role"] != "contributor" and "agent" in (p["actor"] or {})}
    if agents - ran and any(p["role"] == "pusher" for p in participants):
        codes.add("unknown-operator")
    return codes


def override_lets_pass(facts: Facts, problems: set[str], results: list[tuple[str, bool | None]]) -> bool:
    lifted = not any(code in BEYOND_OVERRIDE or code.startswith("inputs-") for code in problems)
    return lifted and ("base", False) not in results and any(override_counts(facts, s) for s in facts.statements)


def override_counts(facts: Facts, statement: Json) -> bool:
    terms = facts.policy.get("override")
    if not terms or statement["says"] != "override" or person(statement["signer"]) not in terms["holders"]:
        return False
    due, received, issued = statement["review_due"], statement["received"], statement["issued"]
    return (PRESENCE[statement["presence"]] >= PRESENCE[terms.get("presence", facts.presence)]
            and bool((statement["reason"] or "").strip()) and facts.now < received + span(terms["at_most"])
            and statement["expires"] <= issued + span(terms["at_most"])
            and due is not None and due <= issued + span(terms["review_within"])
            and names_this_step(statement) and admits_exactly(facts, statement))


def decide(case: Json) -> Json:
    facts = gather(case)
    candidates = [(rule, applies(facts, rule)) for rule in facts.policy["rules"]]
    candidates = [(rule, about) for rule, about in candidates if about is not None]
    exempt = exemption(facts)
    rules = [] if exempt else candidates
    results = judge(facts, Given(facts), rules)
    problems = set(case["problems"]) | unknown_people(facts)
    if not targets(facts):
        problems.add("no-target")
    if any(met is None for _, met in results) or any(lacks_rolling(facts, rule) for rule, _ in rules):
        problems.add("fact-missing")
    if rejected(facts, candidates):
        problems.add("rejected")
    is_open = any(not met for _, met in results)
    if is_open and any(met is False for _, met in judge(facts, Possible(facts), rules)):
        problems.add("nobody-can-sign")
    outcome = "blocked" if problems else "pending" if is_open else "clear"
    overridden = outcome != "clear" and override_lets_pass(facts, problems, results)
    return {
        "outcome": "clear" if overridden else outcome,
        "rules": [rule["name"] for rule, _ in rules],
        "exemption": exempt,
        "requirements": [[rule, met is True] for rule, met in results],
        "problems": sorted(problems),
        "overridden": overridden,
    }


def main() -> None:
    for line in sys.stdin.buffer:
        if line.strip():
            print(json.dumps(decide(json.loads(line)), separators=(",", ":")), flush=True)


if __name__ == "__main__":
    main()
