"""Which triggers raise a duty, and how a finding is made of an answer (semantics 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from witness_reading import (
    NO,
    UNKNOWN,
    Setting,
    WDue,
    WFinding,
    evidence,
    full_id,
    in_time_order,
    looks_at,
    region_of,
    selected,
    values,
)

if TYPE_CHECKING:
    from zwgk.model import Event, Rule


class Answer(NamedTuple):
    """What the kinds differ in; the rest of a finding is the same for all of them."""

    verdict: str
    breach: str | None = None
    due: WDue | None = None
    performed: Event | None = None
    late_by: tuple[int, str] | None = None
    remaining: tuple[int, str] | None = None
    due_soon: bool = False


Link = tuple[str, str]


class Obligation(NamedTuple):
    """A trigger that raises a duty, surely or perhaps (``state``), among the events of one link."""

    trigger: Event
    state: str
    link: Link | None


def triggers_of(rule: Rule, events: list[Event], setting: Setting) -> list[Event]:
    """The events that are the rule's trigger, whether or not they raise a duty, first to last."""
    found = [event for event in events if event.event == rule.trigger and looks_at(rule, event, setting)]
    return sorted(found, key=in_time_order)


def of_case(case: str, events: list[Event]) -> list[Event]:
    if case == "":
        return []
    return [event for event in events if event.case == case]


def links(rule: Rule, event: Event) -> list[Link | None]:
    """What holds events together: each value of the linking attribute, else the case; None stands alone."""
    named = [] if rule.match_by is None else values(event.attributes.get(rule.match_by, ""))
    if named:
        return [("attribute", value) for value in sorted(set(named))]
    if event.case != "":
        return [("case", event.case)]
    return [None]


def obligations(rule: Rule, events: list[Event], setting: Setting) -> list[Obligation]:
    """The triggers that raise a duty, first to last, one for each of their links."""
    found: list[Obligation] = []
    looked_at = set()
    for trigger in triggers_of(rule, events, setting):
        state = selected(rule, trigger, setting)
        if state == NO:
            continue
        if rule.kind == "content" and rule.over != "event" and trigger.case != "":
            # The case is looked at as a whole, from the first trigger that raises the duty.
            if trigger.case in looked_at:
                continue
            looked_at.add(trigger.case)
        found += [Obligation(trigger, state, link) for link in links(rule, trigger)]
    return found


def equal_to_one_before(rule: Rule, one: Obligation, before: list[Obligation]) -> bool:
    """Whether an obligation of the same link and time was raised before.

    Content and threshold ask about each event itself, so that equal times change nothing there.
    """
    if one.link is None or rule.kind in ("content", "threshold"):
        return False
    return any(other.link == one.link and other.trigger.time == one.trigger.time for other in before)


def provided(rule: Rule, trigger: Event, case: list[Event]) -> bool:
    if rule.provided is None:
        return True
    return any(event.event == rule.provided and event.time.day <= trigger.time.day for event in case)


def finding(rule: Rule, trigger: Event, state: str, answer: Answer, setting: Setting) -> WFinding:
    if state == UNKNOWN and answer.verdict not in ("met", "excused"):
        answer = Answer("undecided", due=answer.due, performed=answer.performed)
    agency = trigger.agency
    if agency == "" and answer.performed is not None:
        agency = answer.performed.agency
    if rule.owed_by:
        agency = rule.owed_by[0]
    return WFinding(
        rule=full_id(rule),
        case=trigger.case or None,
        agency=agency or None,
        region=region_of(trigger, setting),
        period=None,
        member=None,
        verdict=answer.verdict,
        breach=answer.breach,
        trigger=evidence(trigger),
        due=answer.due,
        performed=evidence(answer.performed),
        late_by=answer.late_by,
        remaining=answer.remaining,
        due_soon=answer.due_soon,
    )


def claimed(performance: Event, trigger: Event, triggers: list[Event]) -> bool:
    """Whether a trigger at another time stands on or before the day of the performance."""
    return any(other.time != trigger.time and other.time.day <= performance.time.day for other in triggers)


def unclaimed(earlier: list[Event], trigger: Event, triggers: list[Event]) -> Event | None:
    """The last of the performances before the trigger that no other trigger can claim."""
    found = None
    for event in sorted(earlier, key=in_time_order):
        if not claimed(event, trigger, triggers):
            found = event
    return found
