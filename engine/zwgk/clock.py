"""The legal clock of a request: what stops, voids, restarts and extends a period (``docs/semantics.md`` § 3a).

The clock exists here and nowhere else; verdicts, explanations and reminders all come from it. Days are ordinals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from zwgk import phrases
from zwgk.measure import Reckoned
from zwgk.model import Moment
from zwgk.sentences import cited

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zwgk.findings import Case
    from zwgk.measure import WorkCalendar
    from zwgk.model import Clock, Event, Stop


class Stopped(NamedTuple):
    """Days taken out of the count: those after ``after`` through an end that lies in [``earliest``, ``latest``].

    The ends are equal unless the stop is still open; ``latest`` None: nothing says when it ends at the latest.
    """

    after: int
    earliest: int
    latest: int | None
    stop: Stop
    begun: Event
    ended: Event | None
    capped: bool


class Clocked(NamedTuple):
    """A period as the clock counts it.

    ``start`` is the event from whose day it runs; None while it waits for a restart. ``notes`` are the sentences that
    say what the clock did.
    """

    due: Reckoned
    start: Event | None
    length: int
    stopped: tuple[Stopped, ...]
    notes: tuple[str, ...]


def run(clock: Clock, length: int, trigger: Event, case: Case, calendar: WorkCalendar, as_of: Moment) -> Clocked:
    """The period of ``length`` working days that ``trigger`` begins, after all that happened in the case."""
    stopped = _stops(clock, case, calendar, as_of)
    first = _period(clock, length, trigger, case, calendar, stopped)
    voids = [event for event in _named(case, clock.voided_by) if event.time.day >= trigger.time.day]
    if not voids:
        return first
    voided = next((event for event in voids if _in_time(event, first.due)), None)
    if voided is None:
        return first._replace(notes=first.notes + tuple(phrases.voids_nothing(*cited(event)) for event in voids))
    again = tuple(phrases.voids_nothing(*cited(event)) for event in voids if event is not voided)
    notes = (phrases.voided(*cited(voided)),)
    restarts = [event for event in _named(case, clock.restarted_by) if event.time.day >= voided.time.day]
    if not restarts:
        return Clocked(Reckoned(None, None), None, length, stopped, (*notes, phrases.waiting(), *again))
    second = _period(clock, length, restarts[0], case, calendar, stopped)
    return second._replace(notes=(*notes, phrases.restarted(*cited(restarts[0])), *second.notes, *again))


def _period(
    clock: Clock, length: int, start: Event, case: Case, calendar: WorkCalendar, stopped: Sequence[Stopped]
) -> Clocked:
    """The period from one start: its stops, then its extension."""
    due = _count(start.time.day, length, stopped, calendar)
    notes: list[str] = []
    total = length
    for event in _named(case, clock.extended_by):
        if event.time.day < start.time.day:
            continue
        if not _in_time(event, due):
            notes.append(phrases.extension_late(*cited(event)))
        elif total > length:
            notes.append(phrases.extension_again(*cited(event)))
        else:
            total += clock.extension
            notes.append(phrases.extended(*cited(event), str(clock.extension)))
    if total > length:
        due = _count(start.time.day, total, stopped, calendar)
    felt = tuple(one for one in stopped if _matters(one, start.time.day, due)) if stopped else ()
    vain = [phrases.stop_in_vain(phrases.happened(*cited(one.begun))) for one in stopped if _too_late(one, due)]
    return Clocked(due, start, total, felt, (*map(_stop_note, felt), *notes, *vain))


def _named(case: Case, name: str | None) -> Sequence[Event]:
    return case.named(name) if name else ()


def _in_time(event: Event, due: Reckoned) -> bool:
    return due.latest is None or event.time.day <= due.latest.day


def _matters(one: Stopped, start: int, due: Reckoned) -> bool:
    ended_before = one.latest is not None and one.latest <= start
    return not ended_before and not _too_late(one, due)


def _too_late(one: Stopped, due: Reckoned) -> bool:
    return due.latest is not None and one.after >= due.latest.day


def _stop_note(one: Stopped) -> str:
    begun = phrases.happened(*cited(one.begun))
    cap = str(one.stop.cap) if one.capped and one.stop.cap is not None else ""
    if one.ended is None:
        return phrases.stop_open(begun, one.stop.basis, cap)
    return phrases.stopped(begun, phrases.happened(*cited(one.ended)), one.stop.basis, cap)


# --- stops ------------------------------------------------------------------------------------------------


def _stops(clock: Clock, case: Case, calendar: WorkCalendar, as_of: Moment) -> tuple[Stopped, ...]:
    """All stops of the case in the order in which they begin. ``through`` of an open one is its latest end."""
    if not any(case.named(stop.begins) for stop in clock.stops):
        return ()
    found = [
        _stopped(clock, stop, begun, ended, calendar, as_of)
        for stop in clock.stops
        for begun, ended in _pairs(case.named(stop.begins), case.named(stop.ends))
    ]
    return tuple(sorted(found, key=lambda one: one.after))


def _pairs(begins: Iterable[Event], ends: Sequence[Event]) -> Iterable[tuple[Event, Event | None]]:
    left = list(ends)
    for begun in begins:
        ended = next((event for event in left if event.time.day >= begun.time.day), None)
        if ended is not None:
            left.remove(ended)
        yield begun, ended


def _stopped(
    clock: Clock, stop: Stop, begun: Event, ended: Event | None, calendar: WorkCalendar, as_of: Moment
) -> Stopped:
    day = begun.time.day
    after = day - 1 if clock.policies.get("stop_first_day") == "excluded" else day
    cap_earliest, cap_latest = _cap(stop, day, calendar)
    end = as_of.day if ended is None else ended.time.day
    if clock.policies.get("stop_last_day") == "counts":
        end -= 1
    if ended is None:
        earliest = end if cap_earliest is None else min(end, cap_earliest)
        return Stopped(after, earliest, cap_latest, stop, begun, None, capped=cap_latest == earliest)
    earliest = end if cap_earliest is None else min(end, cap_earliest)
    latest = end if cap_latest is None else min(end, cap_latest)
    return Stopped(after, earliest, latest, stop, begun, ended, capped=latest < end)


def _cap(stop: Stop, day: int, calendar: WorkCalendar) -> tuple[int | None, int | None]:
    if stop.cap is None:
        return None, None
    settled = calendar.due_day(day, stop.cap)
    return (settled, settled) if settled is not None else calendar.bounds(day, stop.cap)


def _count(start: int, length: int, stopped: Sequence[Stopped], calendar: WorkCalendar) -> Reckoned:
    """The due day with every stop ended as early, and as late, as it can be."""
    soon = _walk(start, length, [(one.after, one.earliest) for one in stopped], calendar)
    if all(one.earliest == one.latest for one in stopped):
        return soon
    late = _walk(start, length, [(one.after, one.latest) for one in stopped], calendar)
    return Reckoned(soon.earliest, late.latest)


def _walk(start: int, length: int, spans: Sequence[tuple[int, int | None]], calendar: WorkCalendar) -> Reckoned:
    """Count ``length`` working days from ``start``, leaping over the spans, which come in order of their begin."""
    here, left = start, length
    for after, through in spans:
        if through is not None and through <= max(here, after):
            continue
        counted = calendar.workdays_between(here, after) if after > here else 0
        if counted is None or counted >= left:
            break
        if through is None:
            return Reckoned(None, None)
        here, left = through, left - counted
    due = calendar.due_day(here, left)
    if due is None:
        earliest, latest = calendar.bounds(here, left)
        return Reckoned(None if earliest is None else Moment(earliest), None if latest is None else Moment(latest))
    return Reckoned(Moment(due), Moment(due), None, calendar.proof(start, due))
