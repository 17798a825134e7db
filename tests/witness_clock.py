"""The witness on the clock of requests (semantics 3a): every day walked, everything counted anew for each question."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from witness_calendar import at_most_workdays_between, iso_day, nth_workday_after, workday, workdays_between
from witness_reading import Setting, WDue, in_time_order
from witness_triggers import Answer

if TYPE_CHECKING:
    from zwgk.model import Clock, Event, Rule, Stop

NOTHING_KNOWN = WDue(None, None, None, False, None)


class Out(NamedTuple):
    """Days that do not count, both included; ``last`` None: nothing says when that ends."""

    first: int
    last: int | None


class Bounds(NamedTuple):
    """The due day with open stops ended at once, and ended as late as can be (None: no such day)."""

    earliest: int
    latest: int | None

    def not_after(self, day: int) -> bool:
        """Whether the day lies within the period in the longest reading."""
        return self.latest is None or day <= self.latest


def days_of(name: str | None, case: list[Event]) -> list[int]:
    """The days of the events of that name, first to last."""
    if name is None:
        return []
    return [event.time.day for event in sorted(case, key=in_time_order) if event.event == name]


# --- the period -------------------------------------------------------------------------------------------


def request_due(rule: Rule, trigger: Event, case: list[Event], setting: Setting) -> Bounds | None:
    """The bounds of the due day; None while the clock waits for a restart."""
    clock = rule.clock
    assert clock is not None
    begun = trigger.time.day
    running = period_from(begun, rule, case, setting)
    voided = [day for day in days_of(clock.voided_by, case) if day >= begun and running.not_after(day)]
    if not voided:
        return running
    restarts = [day for day in days_of(clock.restarted_by, case) if day >= voided[0]]
    if not restarts:
        return None
    return period_from(restarts[0], rule, case, setting)


def period_from(start: int, rule: Rule, case: list[Event], setting: Setting) -> Bounds:
    """The period that begins with a day, as if nothing voided it."""
    clock = rule.clock
    limit = rule.limit
    assert clock is not None
    assert limit is not None
    plain = counted_from(start, limit.number, clock, case, setting)
    for day in days_of(clock.extended_by, case):
        if day >= start and plain.not_after(day):
            return counted_from(start, limit.number + clock.extension, clock, case, setting)
    return plain


def counted_from(start: int, number: int, clock: Clock, case: list[Event], setting: Setting) -> Bounds:
    soonest = due_day(start, number, days_out(clock, case, setting, at_once=True))
    assert soonest is not None
    return Bounds(soonest, due_day(start, number, days_out(clock, case, setting, at_once=False)))


def due_day(start: int, number: int, out: list[Out]) -> int | None:
    """The day on which so many days have counted; None where a stop without an end keeps it from coming."""
    day = start
    counted = 0
    while counted < number:
        day += 1
        covering = [one for one in out if one.first <= day and (one.last is None or day <= one.last)]
        if any(one.last is None for one in covering):
            return None
        if workday(day) and not covering:
            counted += 1
    return day


# --- stops ------------------------------------------------------------------------------------------------


def days_out(clock: Clock, case: list[Event], setting: Setting, *, at_once: bool) -> list[Out]:
    """All stops of the case; ``at_once``: open ones end on the day of as-of, else as late as can be."""
    out = []
    for stop in clock.stops:
        answers = days_of(stop.ends, case)
        for begun in days_of(stop.begins, case):
            answer = None
            for day in answers:
                if day >= begun:
                    answer = day
                    break
            if answer is not None:
                answers.remove(answer)
            if answer is None and at_once:
                answer = setting.as_of.day
            out.append(one_stop(clock, stop, begun, answer))
    return out


def one_stop(clock: Clock, stop: Stop, begun: int, answered: int | None) -> Out:
    first = begun if clock.policies.get("stop_first_day") == "excluded" else begun + 1
    last = answered
    if last is not None and clock.policies.get("stop_last_day") == "counts":
        last -= 1
    if stop.cap is not None:
        cap = nth_workday_after(begun, stop.cap)
        if last is None or last > cap:
            last = cap
    return Out(first, last)


# --- the verdict ------------------------------------------------------------------------------------------


def shown_due(bounds: Bounds | None) -> WDue:
    if bounds is None:
        return NOTHING_KNOWN
    earliest = iso_day(bounds.earliest)
    latest = None if bounds.latest is None else iso_day(bounds.latest)
    final = earliest == latest
    return WDue(earliest if final else None, earliest, latest, final, None)


def judge_request(bounds: Bounds | None, performed: Event | None, setting: Setting) -> Answer:
    """The answer to a request that was answered then, or not."""
    due = shown_due(bounds)
    if bounds is None:
        return Answer("pending" if performed is None else "met", None, due, performed)
    day = setting.as_of.day if performed is None else performed.time.day
    if day <= bounds.earliest:
        if performed is not None:
            return Answer("met", None, due, performed)
        soon = at_most_workdays_between(day, bounds.earliest, setting.due_soon)
        left = workdays_between(day, bounds.earliest)
        return Answer("pending", None, due, remaining=(left, "workdays"), due_soon=soon)
    if bounds.not_after(day):
        return Answer("undecided", None, due, performed)
    assert bounds.latest is not None
    workdays = workdays_between(bounds.latest, day)
    late = (workdays, "workdays") if workdays else (day - bounds.latest, "days")
    return Answer("breached", "overdue" if performed is None else "late", due, performed, late_by=late)
