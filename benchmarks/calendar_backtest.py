"""How well the bounds of a year not yet arranged would have held, had each year's notice been unknown.

Every year from 2014 on is reckoned from the notices of earlier years alone; the due dates that fell in it are then
compared with the bounds given. Run: ``python benchmarks/calendar_backtest.py``.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING

from zwgk import holidays, layers
from zwgk.bounds import Outlook
from zwgk.calendar import Calendar

if TYPE_CHECKING:
    from collections.abc import Iterable

YEARS = range(2014, 2027)
COUNTS = (7, 20, 40, 60)


def horizon_before(year: int) -> int:
    return dt.date(year - 1, *layers.settings().settled_to).toordinal()


def outlooks() -> dict[int, Outlook]:
    notices = layers.in_order(holidays.load(layers.national_files(), region=""))
    return {year: Outlook([n for n in notices if n.year < year], [], horizon_before(year)) for year in YEARS}


def measure(
    calendar: Calendar, ahead: dict[int, Outlook], count: int, triggers: Iterable[tuple[int, int]]
) -> tuple[int, int, float, Counter[int]]:
    """Due dates, how many lay within their bounds, the mean width in days, and the misses by year."""
    total = inside = width = 0
    missed: Counter[int] = Counter()
    for year, trigger in triggers:
        due = calendar.due_day(trigger, count)
        horizon = horizon_before(year)
        if due is None or not horizon <= due <= horizon_before(year + 1):
            continue
        settled = calendar.workdays_between(trigger, horizon) or 0
        earliest, latest = (due, due) if due == horizon else ahead[year].bounds(trigger, count - settled)
        total += 1
        width += (latest or earliest) - earliest
        if earliest <= due and (latest is None or due <= latest):
            inside += 1
        else:
            missed[year] += 1
    return total, inside, width / total, missed


def main() -> None:
    calendar, ahead = Calendar(), outlooks()
    year_end = [(y, dt.date(y - 1, 11, 1).toordinal() + i) for y in YEARS for i in range(61)]
    total, inside, width, _ = measure(calendar, ahead, 20, year_end)
    print(f"year-end triggers, 20 workdays: {inside}/{total} inside, mean width {width:.2f} days")
    for count in COUNTS:
        everyday = [(y, day) for y in YEARS for day in range(horizon_before(y) - 100, horizon_before(y + 1))]
        total, inside, width, missed = measure(calendar, ahead, count, everyday)
        share = 100 * inside / total
        print(
            f"all triggers, {count:>2} workdays: {inside}/{total} = {share:.2f} % inside, mean width {width:.2f}",
            end="",
        )
        print(f"; missed {dict(missed)}")
    for trigger in (dt.date(2026, 11, 21), dt.date(2026, 12, 20), dt.date(2026, 12, 31)):
        due = calendar.due(trigger, 20, "workdays")
        print(f"{trigger} + 20 workdays: {due.earliest} to {due.latest}{' (final)' if due.final else ''}")


if __name__ == "__main__":
    main()
