"""What the witness says of a log besides findings: what was left out, and what fits nowhere (semantics 1 and 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from witness_reading import WEvidence, first_second, full_id, last_second, needs_a_case, what_has_happened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zwgk.model import Event, Moment, Rule


class WNotes(NamedTuple):
    """``later``: the first ten that have not happened; ``caseless``: the rows that lack the case they need; ``unmatched``: event name to its number of rows."""

    duplicates: int
    after_as_of: int
    later: list[tuple[str, WEvidence]]
    caseless: list[int]
    unmatched: dict[str, int]
    idle: list[str]


def notes(events: list[Event], rules: Sequence[Rule], *, as_of: Moment) -> WNotes:
    past = [event for event in events if first_second(event.time) <= last_second(as_of)]
    future = [event for event in events if first_second(event.time) > last_second(as_of)]
    caseless = [event.row for event in past if event.case == "" and event.event in needs_a_case(rules)]
    unmatched: dict[str, int] = {}
    for event in past:
        if not any(event.event in spoken_of(rule) for rule in rules):
            unmatched[event.event] = unmatched.get(event.event, 0) + 1
    idle = []
    for rule in rules:
        wanted = rule.performance if rule.trigger is None else rule.trigger
        if not any(event.event == wanted for event in past):
            idle.append(full_id(rule))
    return WNotes(
        duplicates=len(past) - len(caseless) - len(what_has_happened(events, rules, as_of)),
        after_as_of=len(events) - len(past),
        later=[(event.event, WEvidence(event.time.iso(), event.row, event.source)) for event in future[:10]],
        caseless=sorted(caseless),
        unmatched=unmatched,
        idle=sorted(idle),
    )


def spoken_of(rule: Rule) -> list[str | None]:
    """Every event that the rule names."""
    names = [rule.trigger, rule.performance, rule.preceded_by, rule.provided]
    if rule.clock is not None:
        names += [rule.clock.voided_by, rule.clock.restarted_by, rule.clock.extended_by]
        for stop in rule.clock.stops:
            names += [stop.begins, stop.ends]
    return names
