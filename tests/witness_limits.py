"""The witness on time limits: deadline and minimum-period (semantics 3 and 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from witness_calendar import (
    at_most_workdays_between,
    iso_day,
    iso_second,
    months_after,
    nth_workday_after,
    workday_on_or_after,
    workdays_between,
)
from witness_clock import judge_request, request_due, shown_due
from witness_reading import NO, YES, Setting, WDue, all_hold, first, first_second, in_time_order, last_second
from witness_triggers import Answer, triggers_of, unclaimed

if TYPE_CHECKING:
    from zwgk.model import Event, Rule


def deadline(rule: Rule, trigger: Event, case: list[Event], setting: Setting) -> Answer | None:
    assert rule.limit is not None
    certain = []
    possible = []
    for event in sorted(case, key=in_time_order):
        if event.event != rule.performance:
            continue
        state = all_hold(rule.performance_where, event)
        if state == YES:
            certain.append(event)
        if state != NO:
            possible.append(event)
    answer = answer_with(rule, trigger, certain, case, setting)
    if rule.only_if_performed and answer.performed is None:
        return None
    if answer.verdict != "met":
        # Events that may be performances and would change the answer leave it open.
        other = answer_with(rule, trigger, possible, case, setting)
        if (other.verdict, other.breach) != (answer.verdict, answer.breach):
            return Answer("undecided", None, answer.due, answer.performed)
    return answer


def answer_with(rule: Rule, trigger: Event, performances: list[Event], case: list[Event], setting: Setting) -> Answer:
    """The answer if exactly these events are performances."""
    hours = in_hours(rule)
    bounds = None
    if rule.clock is not None:
        bounds = request_due(rule, trigger, case, setting)
        due = shown_due(bounds)
    else:
        due = hours_due(rule, trigger) if hours else day_due(rule, trigger)
    performed = first([event for event in performances if not contradicts(rule, trigger, event)])
    if performed is None:
        earlier = unclaimed(performances, trigger, triggers_of(rule, case, setting))
        if earlier is not None:
            return Answer("undecided", None, due, earlier)
    if rule.clock is not None:
        return judge_request(bounds, performed, setting)
    if hours:
        return judge_hours(rule, trigger, performed, due, setting)
    return judge_days(rule, trigger, performed, due, setting)


def in_hours(rule: Rule) -> bool:
    return rule.limit is not None and rule.limit.unit == "hours"


def contradicts(rule: Rule, trigger: Event, performance: Event) -> bool:
    """Whether the performance stands before the trigger."""
    if in_hours(rule):
        return last_second(performance.time) < first_second(trigger.time)
    return performance.time.day < trigger.time.day


def due_day(rule: Rule, trigger: Event) -> tuple[int, int]:
    """The due day, and the strict day before any rest day moved it."""
    assert rule.limit is not None
    start = trigger.time.day
    number = rule.limit.number
    if rule.limit.unit == "same-day":
        return start, start
    if rule.limit.unit == "workdays":
        due = nth_workday_after(start, number)
        return due, due
    strict = start + number if rule.limit.unit == "days" else months_after(start, number)
    if rule.limit.roll == "next-workday":
        return workday_on_or_after(strict), strict
    return strict, strict


def day_due(rule: Rule, trigger: Event) -> WDue:
    due, strict = due_day(rule, trigger)
    text = iso_day(due)
    return WDue(text, text, text, True, None if strict == due else iso_day(strict))


def hours_due(rule: Rule, trigger: Event) -> WDue:
    assert rule.limit is not None
    earliest = iso_second(first_second(trigger.time) + rule.limit.number * 3600)
    latest = iso_second(last_second(trigger.time) + rule.limit.number * 3600)
    if earliest == latest:
        return WDue(earliest, earliest, earliest, True, None)
    return WDue(None, earliest, latest, False, None)


def days_late(rule: Rule, due: int, day: int) -> tuple[int, str]:
    assert rule.limit is not None
    if rule.limit.unit == "workdays":
        workdays = workdays_between(due, day)
        if workdays > 0:
            return workdays, "workdays"
    return day - due, "days"


def days_left(rule: Rule, due: int, setting: Setting) -> tuple[int, str]:
    assert rule.limit is not None
    if rule.limit.unit == "workdays":
        return workdays_between(setting.as_of.day, due), "workdays"
    return due - setting.as_of.day, "days"


def judge_days(rule: Rule, trigger: Event, performed: Event | None, shown: WDue, setting: Setting) -> Answer:
    due = due_day(rule, trigger)[0]
    if performed is not None:
        if performed.time.day <= due:
            return Answer("met", None, shown, performed)
        return Answer("breached", "late", shown, performed, late_by=days_late(rule, due, performed.time.day))
    if setting.as_of.day <= due:
        soon = at_most_workdays_between(setting.as_of.day, due, setting.due_soon)
        return Answer("pending", None, shown, remaining=days_left(rule, due, setting), due_soon=soon)
    return Answer("breached", "overdue", shown, late_by=days_late(rule, due, setting.as_of.day))


def judge_hours(rule: Rule, trigger: Event, performed: Event | None, shown: WDue, setting: Setting) -> Answer:
    assert rule.limit is not None
    earliest = first_second(trigger.time) + rule.limit.number * 3600
    latest = last_second(trigger.time) + rule.limit.number * 3600
    now = last_second(setting.as_of)
    if performed is not None:
        if last_second(performed.time) <= earliest:
            return Answer("met", None, shown, performed)
        if first_second(performed.time) > latest:
            late = hours_rounded_up(first_second(performed.time) - latest)
            return Answer("breached", "late", shown, performed, late_by=(late, "hours"))
        return Answer("undecided", None, shown, performed)
    if now <= earliest:
        soon = at_most_workdays_between(setting.as_of.day, earliest // 86400, setting.due_soon)
        return Answer("pending", None, shown, remaining=((earliest - now) // 3600, "hours"), due_soon=soon)
    if now > latest:
        return Answer("breached", "overdue", shown, late_by=(hours_rounded_up(now - latest), "hours"))
    return Answer("undecided", None, shown)


def hours_rounded_up(seconds: int) -> int:
    hours = 0
    while hours * 3600 < seconds:
        hours = max(hours + 1, seconds // 3600)
    return hours


# --- minimum-period ---


def minimum_period(rule: Rule, trigger: Event, case: list[Event], setting: Setting) -> Answer:
    assert rule.limit is not None
    workdays = rule.limit.unit == "workdays"
    opened = trigger.time.day
    due = nth_workday_after(opened, rule.limit.number) if workdays else opened + rule.limit.number
    shown = WDue(iso_day(due), iso_day(due), iso_day(due), True, None)
    closings = [event for event in case if event.event == rule.performance]
    closed = first([event for event in closings if event.time.day >= opened])
    if closed is None:
        earlier = unclaimed(closings, trigger, triggers_of(rule, case, setting))
        if earlier is not None:
            return Answer("undecided", None, shown, earlier)
        if setting.as_of.day >= due:
            return Answer("met", None, shown)
        soon = at_most_workdays_between(setting.as_of.day, due, setting.due_soon)
        return Answer("pending", None, shown, remaining=days_left(rule, due, setting), due_soon=soon)
    if closed.time.day >= due:
        return Answer("met", None, shown, closed)
    if rule.excuse is not None:
        if rule.excuse.attribute not in setting.columns:
            return Answer("undecided", None, shown, closed)
        for event in (trigger, closed):
            if event.event in rule.excuse.events and event.attributes.get(rule.excuse.attribute, "").strip():
                return Answer("excused", None, shown, closed)
    short = (workdays_between(closed.time.day, due), "workdays") if workdays else (due - closed.time.day, "days")
    return Answer("breached", "short", shown, closed, late_by=short)
