"""Due dates of requests whose clock something touched: each case asks the clock itself, the rest is measured as relations."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from zwgk import phrases
from zwgk.clock import run as run_clock
from zwgk.findings import Case, by_time
from zwgk.model import Event, Moment
from zwgk.sentences import due_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zwgk.columnar.patterns import Duty
    from zwgk.columnar.store import Store
    from zwgk.findings import Judge
    from zwgk.measure import Reckoned

_NOTHING: dict[str, str] = {}


def clocked_dues(
    store: Store, duties: Sequence[Duty], names: Sequence[str], judge: Judge
) -> Iterator[tuple[Duty, int, int, bool, Reckoned, list[str]]]:
    """One item an obligation with a clock in an interrupted case.

    Each is: the duty, its number, the number of the trigger, whether the clock waits, the due date, and the sentences
    that say how it came about.
    """
    for matter, rows in groupby(store.stream("for_clocks"), key=itemgetter(0)):
        triggers: list[tuple[Event, int, list[int]]] = []
        events = []
        for _, number, name, day, second, line, source, raised in rows:
            event = Event(matter, names[name], Moment(day, second), "", "", line, source, _NOTHING)
            events.append(event)
            if raised:
                triggers.append((event, number, raised))
        events.sort(key=by_time)
        case = Case(events)
        for event, number, raised in triggers:
            for duty in raised:
                yield duties[duty - 1], duty, number, *_counted(duties[duty - 1], event, case, judge)


def _counted(duty: Duty, trigger: Event, case: Case, judge: Judge) -> tuple[bool, Reckoned, list[str]]:
    limit, clock = duty.rule.limit, duty.rule.clock
    if limit is None or clock is None:
        raise AssertionError(duty.rule.id)
    period = run_clock(clock, limit.number, trigger, case, judge.calendar_of(duty.region), judge.as_of)
    said = list(period.notes)
    if period.start is not None:
        if period.length != limit.number:
            limit = limit._replace(number=period.length)
        why = phrases.STILL_STOPPED if period.stopped else phrases.BEYOND_HORIZON
        said.append(due_sentence(limit, period.due, why))
    return period.start is None, period.due, said
