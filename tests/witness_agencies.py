"""The witness on agency-wide duties: cadence, fixed-date, coverage (semantics 8)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from witness_calendar import at_most_workdays_between, iso_day, last_day_of_month, year_of
from witness_reading import (
    NO,
    UNKNOWN,
    YES,
    Setting,
    WDue,
    WFinding,
    all_hold,
    evidence,
    full_id,
    in_time_order,
    looks_at,
    values,
)
from witness_unread import could_be_done_by

if TYPE_CHECKING:
    from zwgk.model import Event, Rule


class Span(NamedTuple):
    """One period of a duty: performances count from ``begins`` to ``ends`` (None: at any time)."""

    name: str | None
    begins: int | None
    ends: int | None
    strict: int
    lenient: int


class Ower(NamedTuple):
    """An agency, or a member of a named set, and whether it is certain that the duty is its own."""

    agency: str | None
    member: str | None = None
    certain: bool = True


def agency_findings(rule: Rule, events: list[Event], setting: Setting) -> list[WFinding]:
    if not events:
        return []
    seen = [event for event in events if looks_at(rule, event, setting)]
    spans = cadence_spans(rule, setting) if rule.kind == "cadence" else date_spans(rule, setting)
    owing = (
        [Ower(None, member) for member in rule.members] if rule.kind == "coverage" else who_owes(rule, seen, setting)
    )
    found = []
    for ower in owing:
        log_begins = told_since(rule, ower, events, setting)
        found += [judge_one(rule, ower, span, seen, setting, log_begins) for span in spans]
    return [one for one in found if one is not None]


def told_since(rule: Rule, ower: Ower, events: list[Event], setting: Setting) -> int:
    """The day since when the log tells of who owes: of an agency known by sight only, the day it is first seen."""
    by_sight = rule.kind != "coverage" and not rule.owed_by and not listed(rule, setting)
    return min(event.time.day for event in events if not by_sight or event.agency == ower.agency)


def listed(rule: Rule, setting: Setting) -> list[str]:
    """The agencies on the list that are there for this rule."""
    return [agency for of, agency in setting.agencies if of in ("", rule.pack, full_id(rule))]


def who_owes(rule: Rule, seen: list[Event], setting: Setting) -> list[Ower]:
    """Each agency that owes the duty."""
    if rule.owed_by:
        return [Ower(agency) for agency in dict.fromkeys(rule.owed_by)]
    if listed(rule, setting):
        return [Ower(agency) for agency in dict.fromkeys(listed(rule, setting))]
    owing: dict[str, bool] = {}
    everyone = rule.region != "" or rule.pack in setting.named_packs
    for event in seen:
        if event.agency == "" or not (everyone or event.event == rule.performance):
            continue
        # What has to hold for the event to show that its agency owes the duty.
        state = all_hold(rule.where if everyone else (*rule.where, *rule.performance_where), event)
        if state == YES:
            owing[event.agency] = True
        if state == UNKNOWN and event.agency not in owing:
            owing[event.agency] = False
    return [Ower(agency, certain=certain) for agency, certain in owing.items()]


# --- periods ----------------------------------------------------------------------------------------------


def cadence_spans(rule: Rule, setting: Setting) -> list[Span]:
    spans = []
    for year in range(year_of(rule.in_force_from), year_of(setting.as_of.day) + 1):
        if rule.per == "year":
            pieces = [(f"{year}", 1, 12)]
        elif rule.per == "quarter":
            pieces = [(f"{year}-Q{q}", 3 * q - 2, 3 * q) for q in (1, 2, 3, 4)]
        else:
            pieces = [(f"{year}-{month:02}", month, month) for month in range(1, 13)]
        for name, from_month, to_month in pieces:
            begins = dt.date(year, from_month, 1).toordinal()
            ends = last_day_of_month(year, to_month)
            overlaps = begins <= rule.in_force_to and ends >= rule.in_force_from
            if overlaps and begins <= setting.as_of.day:
                spans.append(Span(name, begins, ends, ends, ends))
    return spans


def date_spans(rule: Rule, setting: Setting) -> list[Span]:
    assert rule.by is not None
    if rule.by.month == 0:
        return [Span(None, None, None, rule.by.strict, rule.by.lenient)]
    spans = []
    for year in range(year_of(rule.in_force_from), year_of(setting.as_of.day) + 1):
        due = dt.date(year, rule.by.month, rule.by.day).toordinal()
        if rule.in_force_from <= due <= rule.in_force_to:
            begins = dt.date(year, 1, 1).toordinal()
            ends = dt.date(year, 12, 31).toordinal()
            spans.append(Span(f"{year}", begins, ends, due, due))
    return spans


# --- one obligation ---------------------------------------------------------------------------------------


def judge_one(
    rule: Rule, ower: Ower, span: Span, seen: list[Event], setting: Setting, log_begins: int
) -> WFinding | None:
    certain = []
    possible = []
    for event in sorted(seen, key=in_time_order):
        if event.event != rule.performance:
            continue
        if ower.agency is not None and event.agency != ower.agency:
            continue
        if ower.member is not None and ower.member not in values(event.attributes.get(rule.member or "", "")):
            continue
        if span.begins is not None and span.ends is not None and not span.begins <= event.time.day <= span.ends:
            continue
        state = all_hold(rule.performance_where, event)
        if state == YES:
            certain.append(event)
        if state != NO:
            possible.append(event)
    wanted = rule.at_least if rule.kind == "cadence" else 1
    performed = certain[wanted - 1] if len(certain) >= wanted else None
    perhaps = possible[wanted - 1] if len(possible) >= wanted else None

    before_the_log = span.lenient < log_begins and not possible
    if before_the_log and year_of(span.lenient) != year_of(log_begins):
        return None
    verdict, breach, late_by, remaining = compare(performed, span, setting)
    otherwise = compare(perhaps, span, setting)
    open_question = (verdict, breach) != otherwise[:2]
    if (open_question or not ower.certain) and verdict != "met":
        verdict, breach, late_by, remaining = "undecided", None, None, None
    soon = verdict == "pending" and at_most_workdays_between(setting.as_of.day, span.strict, setting.due_soon)
    strict, lenient = iso_day(span.strict), iso_day(span.lenient)
    plain = strict == lenient
    return WFinding(
        rule=full_id(rule),
        case=None,
        agency=ower.agency,
        region=rule.region or None,
        period=span.name,
        member=ower.member,
        verdict=verdict,
        breach=breach,
        trigger=None,
        due=WDue(strict if plain else None, strict, lenient, plain, None),
        performed=evidence(performed),
        late_by=late_by,
        remaining=remaining,
        due_soon=soon,
        in_doubt=could_be_done_by(rule, ower.agency, ower.member, len(possible), wanted, setting),
    )


def compare(
    performed: Event | None, span: Span, setting: Setting
) -> tuple[str, str | None, tuple[int, str] | None, tuple[int, str] | None]:
    """Verdict, breach, how late, how long still."""
    now = setting.as_of.day
    if performed is not None:
        day = performed.time.day
        if day <= span.strict:
            return "met", None, None, None
        if day > span.lenient:
            return "breached", "late", (day - span.lenient, "days"), None
        return "undecided", None, None, None
    if now <= span.strict:
        return "pending", None, None, (span.strict - now, "days")
    if now > span.lenient:
        return "breached", "overdue", (now - span.lenient, "days"), None
    return "undecided", None, None, None
