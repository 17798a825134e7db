"""Duties about what a record holds: its attributes (``content``) and its numbers (``threshold``)."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING

from zwgk import phrases
from zwgk.selection import state_of_all, values_of
from zwgk.sentences import cited

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zwgk.findings import Case, Judge
    from zwgk.model import Event, Finding, Requirement
    from zwgk.selection import Selected

_NUMBER = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*%?")


def content(triggers: Sequence[tuple[Event, Selected]], case: Case, judge: Judge) -> list[Finding]:
    """The findings of a ``content`` duty in one case: of each trigger, or of those looked at together."""
    (first, selected), rule = triggers[0], triggers[0][1].rule
    if rule.over == "event":
        return [_content_of([event], selected, judge) for event, selected in triggers]
    together = [
        event
        for event in case.named(first.event)
        if (rule.over == "case" or event.time.day == first.time.day)
        and judge.selector.scope.looks_at(rule, judge.region(event), event.agency)
    ]
    together.sort(key=lambda event: event is not first)
    return [_content_of(together, selected, judge)]


def _content_of(events: Sequence[Event], selected: Selected, judge: Judge) -> Finding:
    """``events`` begins with the trigger."""
    rule, missing = selected
    lacking: list[str] = []
    unknown: list[str] = []
    for requirement in rule.requires:
        state, words = _requirement(requirement, events, judge)
        if state == "failed":
            lacking.append(words)
        elif state == "unknown":
            unknown.append(words)
    word = "incomplete" if lacking else "unknown" if unknown else "complete"
    outcome = judge.outcome("content", "unknown" if missing else "yes", word)
    because = [phrases.happened(*cited(event)) for event in events]
    because.extend(lacking or (unknown or [phrases.complete()]))
    return judge.finding(rule, outcome, because, trigger=events[0], missing=missing)


def _requirement(requirement: Requirement, events: Sequence[Event], judge: Judge) -> tuple[str, str]:
    """``held``, ``failed`` or ``unknown``, with the sentence that says what is missing."""
    state, absent = state_of_all(requirement.when, events[0].attributes)
    name = requirement.attribute
    if state == "no":
        return "held", ""
    if state == "unknown" or name not in judge.columns:
        return "unknown", phrases.lacking(absent or (name,), judge.columns)
    values = frozenset[str]().union(*(values_of(event.attributes.get(name, "")) for event in events))
    short = sorted(values_of("、".join(requirement.includes)) - values)
    if not values:
        return "failed", phrases.blank(name)
    if requirement.allowed is not None and not values <= requirement.allowed:
        return "failed", phrases.not_allowed(name, sorted(values - requirement.allowed), sorted(requirement.allowed))
    if short:
        return "failed", phrases.without(name, short)
    if len(values) < requirement.distinct:
        return "failed", phrases.too_few(name, sorted(values), requirement.distinct)
    return "held", ""


def threshold(event: Event, selected: Selected, judge: Judge) -> Finding:
    """The finding of a ``threshold`` duty on one event."""
    rule, missing = selected
    name = rule.attribute or ""
    text = unicodedata.normalize("NFKC", event.attributes.get(name, "")).strip()
    match = _NUMBER.fullmatch(text)
    word = "unknown"
    if match:
        # As written, digit by digit: a float would round what is just below up to the number itself.
        number = Decimal(match[1])
        reached = number == _decimal(rule.equals) if rule.minimum is None else number >= _decimal(rule.minimum)
        word = "reached" if reached else "below"
    outcome = judge.outcome("number", "unknown" if missing else "yes", word)
    because = [
        phrases.happened(*cited(event)),
        phrases.number(name, text, rule.minimum, rule.equals)
        if match
        else phrases.no_number(name, text, judge.columns),
    ]
    return judge.finding(rule, outcome, because, trigger=event, missing=missing)


def _decimal(number: float | None) -> Decimal:
    return Decimal(str(number))
