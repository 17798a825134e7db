"""How the witness reads events: what counts, who looks at what, which conditions hold (semantics 1 and 2)."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from witness_calendar import iso_day, iso_second

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zwgk.model import Condition, Event, Moment, Rule
    from zwgk.unread import UnreadRow

YES = "yes"
NO = "no"
UNKNOWN = "unknown"


class WDue(NamedTuple):
    """A due date as ISO text; None is "no such day" (``at``, ``unrolled``) or "no bound known"."""

    at: str | None
    earliest: str | None
    latest: str | None
    final: bool
    unrolled: str | None


class WEvidence(NamedTuple):
    time: str
    row: int
    source: int


class WFinding(NamedTuple):
    rule: str
    case: str | None
    agency: str | None
    region: str | None
    period: str | None
    member: str | None
    verdict: str
    breach: str | None
    trigger: WEvidence | None
    due: WDue | None
    performed: WEvidence | None
    late_by: tuple[int, str] | None
    remaining: tuple[int, str] | None
    due_soon: bool
    fingerprint: str = ""
    in_doubt: bool = False
    """Whether a row that cannot be read could overturn a breach; never so in what the witness says in the end."""


class Setting(NamedTuple):
    """All that one run is judged with."""

    rules: Sequence[Rule]
    as_of: Moment
    columns: set[str]
    default_region: str | None
    named_packs: set[str]
    due_soon: int
    agencies: Sequence[tuple[str, str]]
    """Rows of the list of agencies: the rule or pack for which it is listed ("": for all), the agency."""
    unread: Sequence[UnreadRow] = ()


# --- moments ----------------------------------------------------------------------------------------------


def first_second(moment: Moment) -> int:
    if moment.second is None:
        return moment.day * 86400
    return moment.day * 86400 + moment.second


def last_second(moment: Moment) -> int:
    if moment.second is None:
        return moment.day * 86400 + 86399
    return moment.day * 86400 + moment.second


def iso(moment: Moment) -> str:
    if moment.second is None:
        return iso_day(moment.day)
    return iso_second(moment.day * 86400 + moment.second)


def in_time_order(event: Event) -> tuple[int, int, int, int, int]:
    """By day, bare dates before instants, then second, then file, then row."""
    if event.time.second is None:
        return (event.time.day, 0, 0, event.source, event.row)
    return (event.time.day, 1, event.time.second, event.source, event.row)


def first(events: list[Event]) -> Event | None:
    if not events:
        return None
    return min(events, key=in_time_order)


def same_event(one: Event, other: Event) -> bool:
    return one.source == other.source and one.row == other.row


def evidence(event: Event | None) -> WEvidence | None:
    if event is None:
        return None
    return WEvidence(iso(event.time), event.row, event.source)


# --- which events count -----------------------------------------------------------------------------------


def needs_a_case(rules: Sequence[Rule]) -> set[str]:
    """The events that mean nothing without a case."""
    names = set()
    for rule in rules:
        if rule.kind in ("deadline", "minimum-period") or (rule.kind == "order" and not rule.match_by):
            names |= {rule.trigger, rule.performance, rule.preceded_by}
    return {name for name in names if name is not None}


def what_has_happened(events: list[Event], rules: Sequence[Rule], as_of: Moment) -> list[Event]:
    """The events without duplicates, without what comes after ``as_of``, without rows that lack their case."""
    needs_case = needs_a_case(rules)
    kept = []
    seen = set()
    for event in sorted(events, key=lambda event: (event.source, event.row)):
        attributes = tuple(sorted(event.attributes.items()))
        content = (event.case, event.event, event.time.day, event.time.second, event.agency, event.region, attributes)
        if content in seen:
            continue
        seen.add(content)
        if first_second(event.time) > last_second(as_of):
            continue
        if event.case == "" and event.event in needs_case:
            continue
        kept.append(event)
    return kept


def region_of(event: Event, setting: Setting) -> str | None:
    if event.region:
        return event.region
    if setting.default_region:
        return setting.default_region
    return None


def looks_at(rule: Rule, event: Event, setting: Setting) -> bool:
    if rule.region == "":
        return True
    named = rule.pack in setting.named_packs
    region = region_of(event, setting)
    if region is None:
        return named
    stem = rule.region
    while stem.endswith("00"):
        stem = stem[:-2]
    if not region.startswith(stem):
        return False
    if named or not rule.agency_scope:
        return True
    return any(word in event.agency for word in rule.agency_scope)


# --- conditions -------------------------------------------------------------------------------------------


def values(cell: str) -> list[str]:
    """The values of a cell, in order and in normal width."""
    parts = [unicodedata.normalize("NFKC", part).strip() for part in re.split("[;；、|｜]", cell)]
    return [part for part in parts if part]


def holds(condition: Condition, found: list[str]) -> str:
    """Whether a condition holds of the values ``found`` (none: a blank cell or an absent column)."""
    if not found:
        if condition.default is None:
            return UNKNOWN
        found = [condition.default]
    if condition.allowed is not None and not any(value in condition.allowed for value in found):
        return NO
    if condition.refused is not None and any(value in condition.refused for value in found):
        return NO
    return YES


def all_hold(conditions: Sequence[Condition], event: Event) -> str:
    states = [holds(condition, values(event.attributes.get(condition.attribute, ""))) for condition in conditions]
    if NO in states:
        return NO
    if UNKNOWN in states:
        return UNKNOWN
    return YES


def in_force(rule: Rule, day: int) -> bool:
    return rule.in_force_from <= day <= rule.in_force_to


def refers_to(name: str, speaker: Rule, other: Rule) -> bool:
    """Whether ``name``, written in the rule ``speaker``, means the rule ``other``."""
    return name in (full_id(other), other.id) if "/" in name else full_id(other) == f"{speaker.pack}/{name}"


def full_id(rule: Rule) -> str:
    if "/" in rule.id:
        return rule.id
    return f"{rule.pack}/{rule.id}"


def selected(rule: Rule, event: Event, setting: Setting) -> str:
    """Whether the event raises the rule's duty: yes, no, or unknown."""
    if not looks_at(rule, event, setting) or not in_force(rule, event.time.day):
        return NO
    own = all_hold(rule.where, event)
    if own == NO:
        return NO
    special = []
    for other in setting.rules:
        if not any(refers_to(name, other, rule) for name in other.overrides):
            continue
        if other.trigger != rule.trigger:
            continue
        if looks_at(other, event, setting) and in_force(other, event.time.day):
            special.append(all_hold(other.where, event))
    if YES in special:
        return NO
    if UNKNOWN in special:
        return UNKNOWN
    return own
