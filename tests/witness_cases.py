"""The witness on all duties that have a trigger: from the events of the log to the findings of one rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from witness_facts import content, order, threshold
from witness_limits import deadline, minimum_period
from witness_reading import YES, Setting, WFinding, evidence
from witness_triggers import Answer, Obligation, equal_to_one_before, finding, links, obligations, provided
from witness_unread import doubted

if TYPE_CHECKING:
    from zwgk.model import Event, Rule


def case_findings(rule: Rule, events: list[Event], setting: Setting, already: list[WFinding]) -> list[WFinding]:
    """The findings of one rule that has a trigger. ``already`` are the findings of the rules judged before."""
    by_case: dict[str, list[Event]] = {}
    for event in events:
        by_case.setdefault(event.case, []).append(event)
    found = []
    raised: list[Obligation] = []
    since: dict[str, int] = {}
    for one in obligations(rule, events, setting):
        trigger, state, link = one
        case = [trigger] if trigger.case == "" else by_case[trigger.case]
        if rule.match_by is not None and link is not None:
            case = [event for event in events if link in links(rule, event)]
        if not provided(rule, trigger, case) or not after_finding(rule, trigger, already):
            continue
        if equal_to_one_before(rule, one, raised):
            continue
        if rule.provided_anew and not ground_since(rule, trigger, case, since.get(trigger.case)):
            continue
        if state == YES:
            since[trigger.case] = trigger.time.day
        raised.append(one)
        answer = answer_to(rule, trigger, case, setting)
        if answer is not None:
            said = finding(rule, trigger, state, answer, setting)
            found.append(said._replace(in_doubt=doubted(rule, one, setting)))
    return found


def ground_since(rule: Rule, trigger: Event, case: list[Event], last: int | None) -> bool:
    """Whether what the duty presupposes has come after the day of the last trigger that surely raised it."""
    if last is None:
        return True
    return any(event.event == rule.provided and last < event.time.day <= trigger.time.day for event in case)


def answer_to(rule: Rule, trigger: Event, case: list[Event], setting: Setting) -> Answer | None:
    if rule.kind == "deadline":
        return deadline(rule, trigger, case, setting)
    if rule.kind == "minimum-period":
        return minimum_period(rule, trigger, case, setting)
    if rule.kind == "order":
        return order(rule, trigger, case, setting)
    if rule.kind == "content":
        return content(rule, trigger, case, setting)
    return threshold(rule, trigger)


def after_finding(rule: Rule, trigger: Event, already: list[WFinding]) -> bool:
    """Whether the finding stands that the duty hangs on: of that rule, in the case, performed by the trigger."""
    if rule.provided_finding is None or trigger.case == "":
        return rule.provided_finding is None
    name, verdict = rule.provided_finding
    wanted = name if "/" in name else f"{rule.pack}/{name}"
    here = evidence(trigger)
    assert here is not None
    for other in already:
        if other.rule != wanted or other.case != trigger.case or other.verdict != verdict:
            continue
        if other.performed is not None and other.performed.time == here.time:
            return True
    return False
