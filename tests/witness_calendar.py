"""The working days of the witness: a plain list of facts, walked one day at a time."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

DAYS = Path(__file__).parent / "data" / "days.txt"


class OutsideFactsError(Exception):
    """The walk left the days that the list knows."""


def _read() -> dict[int, bool]:
    facts = {}
    for line in DAYS.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        year, signs = line.split()
        day = dt.date(int(year), 1, 1).toordinal()
        for sign in signs:
            facts[day] = sign == "1"
            day += 1
    return facts


_FACTS = _read()


def workday(day: int) -> bool:
    if day not in _FACTS:
        raise OutsideFactsError(day)
    return _FACTS[day]


def nth_workday_after(day: int, n: int) -> int:
    """The n-th working day after ``day``; the day itself is not counted."""
    counted = 0
    while counted < n:
        day += 1
        if workday(day):
            counted += 1
    return day


def workday_on_or_after(day: int) -> int:
    while not workday(day):
        day += 1
    return day


def workdays_between(after: int, through: int) -> int:
    """How many working days lie after ``after``, up to and including ``through``."""
    counted = 0
    day = after
    while day < through:
        day += 1
        if workday(day):
            counted += 1
    return counted


def at_most_workdays_between(after: int, through: int, limit: int) -> bool:
    """Whether no more than ``limit`` working days lie after ``after``, up to and including ``through``."""
    counted = 0
    day = after
    while day < through:
        day += 1
        if workday(day):
            counted += 1
        if counted > limit:
            return False
    return True


def months_after(day: int, n: int) -> int:
    """The corresponding day n months on; where the month lacks it, the month's last day."""
    date = dt.date.fromordinal(day)
    year = date.year
    month = date.month
    for _ in range(n):
        month += 1
        if month == 13:
            month = 1
            year += 1
    wanted = date.day
    while True:
        try:
            return dt.date(year, month, wanted).toordinal()
        except ValueError:
            wanted -= 1


def last_day_of_month(year: int, month: int) -> int:
    day = dt.date(year, month, 28)
    while (day + dt.timedelta(days=1)).month == month:
        day += dt.timedelta(days=1)
    return day.toordinal()


def year_of(day: int) -> int:
    return dt.date.fromordinal(day).year


def iso_day(day: int) -> str:
    return dt.date.fromordinal(day).isoformat()


def iso_second(second: int) -> str:
    """An absolute second (day ordinal x 86400 + second of the day) as an instant in Shanghai."""
    day = second // 86400
    rest = second % 86400
    hour = rest // 3600
    minute = rest % 3600 // 60
    return f"{iso_day(day)}T{hour:02}:{minute:02}:{rest % 60:02}+08:00"
