"""Why a date is what it is: the days on the way to it one by one, and the holidays among them as one phrase."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from zwgk.i18n import _
from zwgk.model import Roll, Unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zwgk.layers import Ruling
    from zwgk.model import TimeLimit

WEEKDAY_NAMES = "一二三四五六日"


class DayInfo(NamedTuple):
    """One day: ``kind`` is ``weekday``, ``weekend``, ``holiday`` or ``makeup_workday``.

    ``name`` is the festival (``国庆节、中秋节``) and ``notice`` the notice's number (its title where it has none); both are empty
    on a day that no notice names. ``settled`` is False on the last days of the last published year, which the next notice
    may still change.
    """

    date: dt.date
    is_workday: bool
    kind: str
    name: str
    notice: str
    settled: bool = True

    @property
    def weekday(self) -> str:
        """``周一`` … ``周日``."""
        return _("周{value}").format(value=WEEKDAY_NAMES[self.date.weekday()])


class WalkDay(NamedTuple):
    """One day on the way to a due date.

    ``number`` is the how-manieth counted day it is, None where it is skipped; ``why`` says in words why it counts or not;
    ``is_due`` marks the last.
    """

    day: DayInfo
    number: int | None
    why: str
    is_due: bool = False

    @property
    def counted(self) -> bool:
        """Whether the day counts."""
        return self.number is not None


def describe(day: DayInfo) -> str:
    """What the day is in words: ``周六``, ``国庆节放假（…号）``, ``周日，国庆节补班（…号）``."""
    by = _("（{notice}）").format(notice=day.notice) if day.notice else ""
    if day.kind == "holiday":
        return _("{name}放假{by}").format(name=day.name, by=by)
    if day.kind == "makeup_workday":
        return _("{weekday}，{name}补班{by}").format(weekday=day.weekday, name=day.name, by=by)
    return (
        _("{weekday}，{name}照常上班{by}").format(weekday=day.weekday, name=day.name, by=by)
        if day.name
        else day.weekday
    )


def walk(limit: TimeLimit, start: int, last: int, info: Callable[[int], DayInfo]) -> list[WalkDay]:
    """The days after ``start`` up to the due day, or to ``last`` where that comes first."""
    if limit.unit is Unit.WORKDAYS:
        return _count_workdays(limit.number, start, last, info)
    if limit.unit not in (Unit.DAYS, Unit.MONTHS):
        return []
    from zwgk.measure import months_on

    target = start + limit.number if limit.unit is Unit.DAYS else months_on(start, limit.number)
    steps: list[WalkDay] = []
    for number, day in enumerate(range(start + 1, min(target, last) + 1), 1):
        steps.append(WalkDay(info(day), number, describe(info(day)), day == target))
    if limit.roll is Roll.NEXT_WORKDAY and start <= target <= last and not info(target).is_workday:
        if steps:
            steps[-1] = steps[-1]._replace(is_due=False, why=_("{why}，期满日为休息日，顺延").format(why=steps[-1].why))
        steps.extend(_count_workdays(1, target, last, info, rolled=True))
    return steps


def _count_workdays(
    n: int, start: int, last: int, info: Callable[[int], DayInfo], *, rolled: bool = False
) -> list[WalkDay]:
    steps: list[WalkDay] = []
    counted, day = 0, start
    while counted < n and day < last:
        day += 1
        what = info(day)
        counted += what.is_workday
        why = describe(what) + (_("，顺延到这一天") if rolled and what.is_workday else "")
        number = counted if what.is_workday and not rolled else None
        steps.append(WalkDay(what, number, why, what.is_workday and counted == n))
    return steps


# --- one phrase -------------------------------------------------------------------------------------------


def proof(a: int, named: Iterable[tuple[int, Ruling]]) -> str:
    """``期间国庆节10月1日至7日放假、9月29日、10月12日补班（…号）`` for the days after ``a`` that notices name; "" if none."""
    by_notice: dict[str, dict[str, tuple[list[int], list[int]]]] = {}
    for day, ruling in named:
        spans = by_notice.setdefault(ruling.notice, {}).setdefault(ruling.name, ([], []))
        spans[ruling.working].append(day)
    if not by_notice:
        return ""
    year = dt.date.fromordinal(a + 1).year
    parts = [
        _("，").join(_festival(name, *days, year) for name, days in festivals.items())
        + _("（{notice}）").format(notice=notice)
        for notice, festivals in by_notice.items()
    ]
    return _("期间") + _("；").join(parts)


def _festival(name: str, rest: list[int], work: list[int], year: int) -> str:
    said = []
    if rest:
        said.append(_("、").join(_range(first, last, year) for first, last in _runs(rest)) + _("放假"))
    if work:
        said.append(_("、").join(_day(day, year) for day in work) + _("补班"))
    return name + _("、").join(said)


def _runs(days: list[int]) -> list[tuple[int, int]]:
    """Consecutive days as (first, last)."""
    runs: list[tuple[int, int]] = []
    for day in days:
        if runs and runs[-1][1] == day - 1:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _day(day: int, year: int) -> str:
    date = dt.date.fromordinal(day)
    return _("{value}{month}月{day}日").format(
        value=_("{year}年").format(year=date.year) if date.year != year else "", month=date.month, day=date.day
    )


def _range(first: int, last: int, year: int) -> str:
    if first == last:
        return _day(first, year)
    a, b = dt.date.fromordinal(first), dt.date.fromordinal(last)
    end = _("{day}日").format(day=b.day) if (a.year, a.month) == (b.year, b.month) else _day(last, a.year)
    return _("{day}至{end}").format(day=_day(first, year), end=end)
