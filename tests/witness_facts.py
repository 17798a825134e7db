"""The witness on what stands in a case or on an event: order, content, threshold (semantics 5 to 7)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from witness_reading import NO, UNKNOWN, YES, Setting, all_hold, first, same_event, values
from witness_triggers import Answer, of_case, triggers_of, unclaimed

if TYPE_CHECKING:
    from zwgk.model import Event, Rule


def order(rule: Rule, trigger: Event, together: list[Event], setting: Setting) -> Answer:
    """The answer for a trigger and the events that belong with it, itself among them."""
    if rule.preceded_by is not None:
        return preceded(rule.preceded_by, trigger, together)
    return followed(rule, trigger, together, setting)


def preceded(wanted: str, trigger: Event, together: list[Event]) -> Answer:
    earlier = [event for event in together if event.event == wanted and not same_event(event, trigger)]
    shown = first(earlier)
    if shown is None:
        return Answer("breached", "missing")
    for event in earlier:
        if event.time.day < trigger.time.day:
            return Answer("met", performed=shown)
        if event.time.day == trigger.time.day:
            one, other = event.time.second, trigger.time.second
            if one is not None and other is not None and one < other:
                return Answer("met", performed=shown)
    for event in earlier:
        if event.time.day == trigger.time.day and (event.time.second is None or trigger.time.second is None):
            return Answer("undecided", performed=shown)
    return Answer("breached", "out-of-order", performed=shown)


def followed(rule: Rule, trigger: Event, together: list[Event], setting: Setting) -> Answer:
    all_of_them = [event for event in together if event.event == rule.performance]
    later = first([event for event in all_of_them if event.time.day >= trigger.time.day])
    if later is not None:
        return Answer("met", performed=later)
    earlier = unclaimed(all_of_them, trigger, triggers_of(rule, together, setting))
    if earlier is not None:
        return Answer("breached", "out-of-order", performed=earlier)
    return Answer("undecided")


# --- content and threshold ---


def content(rule: Rule, trigger: Event, events: list[Event], setting: Setting) -> Answer:
    looked_at = [trigger]
    if rule.over != "event" and trigger.case != "":
        looked_at = triggers_of(rule, of_case(trigger.case, events), setting)
    if rule.over == "day":
        looked_at = [event for event in looked_at if event.time.day == trigger.time.day]
    outcomes = []
    for requirement in rule.requires:
        applies = all_hold(requirement.when, trigger)
        if applies == NO:
            continue
        found = union(requirement.attribute, looked_at)
        good = len(found) > 0
        if requirement.allowed is not None and not all(value in requirement.allowed for value in found):
            good = False
        if not all(value in found for value in requirement.includes):
            good = False
        if len(found) < requirement.distinct:
            good = False
        if applies == UNKNOWN or requirement.attribute not in setting.columns:
            outcomes.append(UNKNOWN)
        elif good:
            outcomes.append(YES)
        else:
            outcomes.append(NO)
    if NO in outcomes:
        return Answer("breached", "missing")
    if UNKNOWN in outcomes:
        return Answer("undecided")
    return Answer("met")


def union(attribute: str, looked_at: list[Event]) -> list[str]:
    """The different values of an attribute over several events."""
    found: list[str] = []
    for event in looked_at:
        for value in values(event.attributes.get(attribute, "")):
            if value not in found:
                found.append(value)
    return found


FULL_WIDTH = {
    "＋": "+",
    "－": "-",
    "０": "0",
    "１": "1",
    "２": "2",
    "３": "3",
    "４": "4",
    "５": "5",
    "６": "6",
    "７": "7",
    "８": "8",
    "９": "9",
}


def threshold(rule: Rule, trigger: Event) -> Answer:
    assert rule.attribute is not None
    plain = ""
    for sign in trigger.attributes.get(rule.attribute, "").strip():
        plain += FULL_WIDTH.get(sign, sign)
    if plain.endswith(("%", "％")):
        plain = plain[:-1].strip()
    if re.fullmatch(r"[+-]?[0-9]+([.．][0-9]+)?", plain) is None:
        return Answer("undecided")
    number = Decimal(plain.replace("．", "."))
    if rule.minimum is not None and number < Decimal(str(rule.minimum)):
        return Answer("breached", "below")
    if rule.equals is not None and number != Decimal(str(rule.equals)):
        return Answer("breached", "below")
    return Answer("met")
