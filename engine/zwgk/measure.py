"""Counting: from a time limit to a due date, and from two dates to how late or how soon."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from typing import TYPE_CHECKING, NamedTuple, Protocol

from zwgk.model import SECONDS_A_DAY, SHANGHAI_OFFSET, Amount, Due, Moment, Roll, TimeLimit, Unit

if TYPE_CHECKING:
    from collections.abc import Callable

_HOUR = 3600
_SHANGHAI = dt.timezone(dt.timedelta(hours=int(SHANGHAI_OFFSET[:3])))


class WorkCalendar(Protocol):
    """What counting asks of a working-day calendar; days are ordinals."""

    id: str

    def due_day(self, day: int, n: int) -> int | None:
        """The n-th working day after ``day``; None where the calendar is not settled."""

    def bounds(self, day: int, n: int) -> tuple[int | None, int | None]:
        """The earliest and the latest day that the n-th working day after ``day`` can be."""

    def workdays_between(self, a: int, b: int) -> int | None:
        """Working days in (a, b]; None where the calendar is not settled."""

    def proof(self, a: int, b: int) -> str:
        """The holidays and make-up days in (a, b] with their notices; empty if there are none."""


class Reckoned(NamedTuple):
    """A due date as counted: a bare day runs to 24:00. ``proof`` names the holidays on the way."""

    earliest: Moment | None
    latest: Moment | None
    unrolled: int | None = None
    proof: str = ""

    @property
    def final(self) -> bool:
        """Whether both bounds are known and equal."""
        return self.earliest is not None and self.earliest == self.latest


def fixed(strict: int, lenient: int) -> Reckoned:
    """A date that the text itself sets, in its strict and its lenient reading."""
    return Reckoned(Moment(strict), Moment(lenient))


def reckon(limit: TimeLimit, start: Moment, calendar: WorkCalendar) -> Reckoned:
    """The due date of a limit that begins with ``start``; the day of the start is not counted."""
    day = start.day
    if limit.unit is Unit.WORKDAYS:
        return _workday(day, limit.number, calendar, proof_from=day)
    if limit.unit is Unit.HOURS:
        ahead = limit.number * _HOUR
        return Reckoned(_instant(start.earliest + ahead), _instant(start.latest + ahead))
    target = day if limit.unit is Unit.SAME_DAY else day + limit.number
    if limit.unit is Unit.MONTHS:
        target = months_on(day, limit.number)
    if limit.roll is Roll.NONE:
        return Reckoned(Moment(target), Moment(target))
    rolled = _workday(target - 1, 1, calendar, proof_from=target - 1)
    moved = rolled.earliest != Moment(target) or not rolled.final
    return rolled._replace(unrolled=target, proof=rolled.proof) if moved else Reckoned(Moment(target), Moment(target))


def _workday(day: int, n: int, calendar: WorkCalendar, *, proof_from: int) -> Reckoned:
    due = calendar.due_day(day, n)
    if due is not None:
        return Reckoned(Moment(due), Moment(due), None, calendar.proof(proof_from, due))
    earliest, latest = calendar.bounds(day, n)
    return Reckoned(None if earliest is None else Moment(earliest), None if latest is None else Moment(latest))


def months_on(day: int, months: int) -> int:
    """The corresponding day ``months`` months later, or that month's last day where there is none."""
    date = dt.date.fromordinal(day)
    years, month = divmod(date.month - 1 + months, 12)
    year = date.year + years
    return dt.date(year, month + 1, min(date.day, monthrange(year, month + 1)[1])).toordinal()


def _instant(second: int) -> Moment:
    return Moment(*divmod(second, SECONDS_A_DAY))


def late_by(unit: Unit, due: Reckoned, until: Moment, calendar: WorkCalendar) -> Amount | None:
    """How long after the (latest) due date ``until`` lies; None if the due date has no latest bound."""
    if due.latest is None:
        return None
    if unit is Unit.HOURS:
        return Amount(-((due.latest.latest - until.earliest) // _HOUR), "hours")
    return _days(unit, due.latest.day, until.day, calendar)


def remaining(unit: Unit, due: Reckoned, as_of: Moment, calendar: WorkCalendar) -> Amount | None:
    """How much is left from as-of to the (earliest) due date; None if the due date has no earliest bound."""
    if due.earliest is None:
        return None
    if unit is Unit.HOURS:
        return Amount((due.earliest.earliest - as_of.latest) // _HOUR, "hours")
    return _days(unit, as_of.day, due.earliest.day, calendar)


def _days(unit: Unit, a: int, b: int, calendar: WorkCalendar) -> Amount:
    if unit is Unit.WORKDAYS:
        count = calendar.workdays_between(a, b)
        if count or a == b:
            return Amount(count or 0, "workdays")
    return Amount(b - a, "days")


def is_soon(due: Reckoned, as_of: Moment, within: int, calendar: WorkCalendar) -> bool:
    """Whether at most ``within`` working days are left to the earliest due day."""
    if due.earliest is None:
        return False
    left = calendar.workdays_between(as_of.day, due.earliest.day)
    return (due.earliest.day - as_of.day if left is None else left) <= within


def public_due(due: Reckoned) -> Due:
    """The due date as the public record shows it."""
    earliest, final = _public(due.earliest), due.final
    latest = earliest if final else _public(due.latest)
    unrolled = None if due.unrolled is None else dt.date.fromordinal(due.unrolled)
    return Due(earliest if final else None, earliest, latest, final, unrolled)


def _public(moment: Moment | None) -> dt.date | dt.datetime | None:
    if moment is None:
        return None
    day = dt.date.fromordinal(moment.day)
    if moment.second is None:
        return day
    return dt.datetime.combine(day, dt.time(), _SHANGHAI) + dt.timedelta(seconds=moment.second)


def memoised(
    calendar_of: Callable[[str], WorkCalendar],
) -> Callable[[TimeLimit, Moment, str], Reckoned]:
    """:func:`reckon` by region, counting each distinct question once."""
    known: dict[tuple[TimeLimit, Moment, str], Reckoned] = {}

    def ask(limit: TimeLimit, start: Moment, region: str) -> Reckoned:
        calendar = calendar_of(region)
        if limit.unit is not Unit.HOURS and start.second is not None:
            start = Moment(start.day)
        key = (limit, start, calendar.id)
        answer = known.get(key)
        if answer is None:
            answer = known[key] = reckon(limit, start, calendar)
        return answer

    return ask
